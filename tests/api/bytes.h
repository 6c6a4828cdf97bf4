#pragma once
#include <string>
#include <string_view>

namespace lotse::test {

/// With padding, in one line.
std::string base64(std::string_view bytes);
std::string gzip(const std::string& bytes);

}  // namespace lotse::test
