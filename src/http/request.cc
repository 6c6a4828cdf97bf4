#include "http/request.h"

namespace lotse::http {

std::optional<std::string> Request::if_match() const {
  std::string_view text = header("if-match");
  if (text.empty() || text == "*") return std::nullopt;
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

}  // namespace lotse::http
