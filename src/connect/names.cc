#include "connect/names.h"

#include <algorithm>

namespace lotse::connect {

Result<std::string> checked_name(std::string_view name, std::string_view field) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!name.empty() && blank(name.front())) name.remove_prefix(1);
  while (!name.empty() && blank(name.back())) name.remove_suffix(1);
  const auto characters = std::ranges::count_if(name, [](char c) { return (c & 0xC0) != 0x80; });
  const bool controls = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  if (characters < 1 || characters > 80 || controls) return Error::invalid("invalid_name", std::string(field), "1 to 80 characters");
  return std::string(name);
}

}  // namespace lotse::connect
