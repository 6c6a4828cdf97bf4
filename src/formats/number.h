#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace lotse::formats {

/// A whole number with an optional sign, outer blanks ignored; nothing else.
std::optional<int64_t> read_integer(std::string_view text);

/// A decimal number; `mark` is '.' or ','. The other one, a blank, a narrow blank or ' may part groups of three digits
/// before the mark ("1.234.567,89"). A currency sign or code or '%' before or after is ignored.
std::optional<double> read_decimal(std::string_view text, char mark);

}  // namespace lotse::formats
