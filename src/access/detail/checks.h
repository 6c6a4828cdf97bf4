#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace lotse::access::detail {

/// Without outer blanks, 1 to 80 characters, no control characters.   errors  invalid_name
Result<std::string> checked_name(std::string_view name, std::string_view field);
/// In lower case, with one "@" and no blanks, at most 254 bytes.       errors  invalid_email
Result<std::string> checked_email(std::string_view email, std::string_view field);
/// A zone that this machine knows.                                    errors  invalid_time_zone
Result<void> check_time_zone(const std::string& zone, std::string_view field);
/// "de" or "en".                                                      errors  invalid_language
Result<void> check_language(std::string_view language, std::string_view field);
/// "Müller & Söhne" → "mueller-soehne"; "workspace" where nothing is left.
std::string slug_of(std::string_view name);

}  // namespace lotse::access::detail
