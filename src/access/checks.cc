#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "access/detail/checks.h"

namespace lotse::access::detail {
namespace {
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}
}  // namespace

Result<std::string> checked_name(std::string_view name, std::string_view field) {
  name = trimmed(name);
  const auto characters = std::count_if(name.begin(), name.end(), [](char c) { return (c & 0xc0) != 0x80; });
  const bool controls = std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (characters < 1 || characters > 80 || controls) return Error::invalid("invalid_name", std::string(field), "1 to 80 characters");
  return std::string(name);
}

Result<std::string> checked_email(std::string_view email, std::string_view field) {
  email = trimmed(email);
  std::string lower(email);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto at = lower.find('@');
  const bool odd = std::any_of(lower.begin(), lower.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '<' || c == '>' || c == ',' || c == ';';
  });
  if (odd || lower.size() > 254 || at == std::string::npos || at == 0 || at + 1 == lower.size() || lower.find('@', at + 1) != std::string::npos)
    return Error::invalid("invalid_email", std::string(field), "name@host is wanted");
  return lower;
}

Result<void> check_time_zone(const std::string& zone, std::string_view field) {
  const bool plain = !zone.empty() && zone.size() <= 64 && std::isalpha(static_cast<unsigned char>(zone[0])) && zone.find("..") == std::string::npos &&
                     std::all_of(zone.begin(), zone.end(), [](unsigned char c) { return std::isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+'; });
  std::error_code ignored;
  if (!plain || !std::filesystem::is_regular_file(std::filesystem::path("/usr/share/zoneinfo") / zone, ignored))
    return Error::invalid("invalid_time_zone", std::string(field), "an IANA name like Europe/Berlin is wanted");
  return {};
}

Result<void> check_language(std::string_view language, std::string_view field) {
  if (language != "de" && language != "en") return Error::invalid("invalid_language", std::string(field), "de or en");
  return {};
}

std::string slug_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> spelled{{
      {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "ae"}, {"Ö", "oe"}, {"Ü", "ue"}, {"ß", "ss"}}};
  std::string slug;
  for (size_t i = 0; i < name.size() && slug.size() < 40;) {
    const auto umlaut = std::find_if(spelled.begin(), spelled.end(), [&](const auto& s) { return name.substr(i).starts_with(s.first); });
    if (umlaut != spelled.end()) {
      slug += umlaut->second;
      i += umlaut->first.size();
      continue;
    }
    const auto c = static_cast<unsigned char>(name[i++]);
    if (c < 0x80 && std::isalnum(c))
      slug += static_cast<char>(std::tolower(c));
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "workspace" : slug;
}

}  // namespace lotse::access::detail
