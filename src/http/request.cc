#include "http/request.h"

#include <charconv>

namespace lotse::http {

std::optional<std::string> Request::if_match() const {
  std::string_view text = header("if-match");
  if (text.empty() || text == "*") return std::nullopt;
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

std::string preferred_language(std::string_view accept_language) {
  std::string best = "de";
  double best_quality = -1;
  while (!accept_language.empty()) {
    const auto comma = accept_language.find(',');
    std::string_view one = accept_language.substr(0, comma);
    accept_language = comma == std::string_view::npos ? std::string_view{} : accept_language.substr(comma + 1);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    double quality = 1;
    if (const auto q = one.find("q="); q != std::string_view::npos) std::from_chars(one.data() + q + 2, one.data() + one.size(), quality);
    for (const std::string_view language : {"de", "en"})
      if (one.substr(0, 2) == language && quality > best_quality) {
        best = language;
        best_quality = quality;
      }
  }
  return best;
}

}  // namespace lotse::http
