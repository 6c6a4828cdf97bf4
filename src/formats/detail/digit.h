#pragma once

namespace lotse::formats::detail {

/// One of the ten, whatever the locale says.
constexpr bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

}  // namespace lotse::formats::detail
