#pragma once
#include <string>
#include <string_view>

namespace lotse {

/// Hex of a 256-bit hash, for secrets that are random themselves (sessions, API tokens, write keys): what is stored of them.
std::string hash_of_secret(std::string_view secret);

}  // namespace lotse
