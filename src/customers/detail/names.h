#pragma once
#include <string>

#include "base/result.h"

namespace lotse::customers::detail {

/// Without outer blanks.
///   errors  invalid_name (/name)
inline Result<std::string> checked_name(const std::string& name) {
  const auto first = name.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return Error::invalid("invalid_name", "/name", "a name of 1 to 80 characters is expected");
  auto inner = name.substr(first, name.find_last_not_of(" \t\r\n") - first + 1);
  // Bytes bound characters from above: 80 characters are at most 320 bytes of UTF-8.
  if (inner.size() > 320) return Error::invalid("invalid_name", "/name", "a name of 1 to 80 characters is expected");
  return inner;
}

}  // namespace lotse::customers::detail
