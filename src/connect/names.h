#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace lotse::connect {

/// Without outer blanks, 1 to 80 characters, no control characters.   errors  invalid_name
Result<std::string> checked_name(std::string_view name, std::string_view field);

}  // namespace lotse::connect
