#include "db/detail/statement_text.h"

#include <algorithm>
#include <cctype>

namespace lotse::db::detail {
namespace {
bool word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The end of what begins at `at` and holds no parameters (a quoted text, a comment, a "::"); `at` where nothing does.
size_t skip(std::string_view sql, size_t at) {
  const char c = sql[at];
  const std::string_view two = sql.substr(at, 2);
  size_t end = std::string_view::npos;
  if (c == '\'' || c == '"')
    end = sql.find(c, at + 1);
  else if (two == "--")
    end = sql.find('\n', at);
  else if (two == "/*")
    end = sql.find("*/", at + 2);
  else if (two == "::")
    return at + 2;
  else
    return at;
  if (end == std::string_view::npos) return sql.size();
  return end + (two == "/*" ? 2 : 1);
}
}  // namespace

NumberedStatement number_parameters(std::string_view sql) {
  NumberedStatement out;
  for (size_t at = 0; at < sql.size();) {
    if (const size_t end = skip(sql, at); end != at) {
      out.sql.append(sql.substr(at, end - at));
      at = end;
      continue;
    }
    if (sql[at] != ':' || at + 1 == sql.size() || !word_character(sql[at + 1])) {
      out.sql += sql[at++];
      continue;
    }
    size_t end = at + 1;
    while (end < sql.size() && word_character(sql[end])) ++end;
    const std::string name(sql.substr(at, end - at));
    auto found = std::find(out.names.begin(), out.names.end(), name);
    if (found == out.names.end()) found = out.names.insert(out.names.end(), name);
    out.sql += '$' + std::to_string(found - out.names.begin() + 1);
    at = end;
  }
  return out;
}

}  // namespace lotse::db::detail
