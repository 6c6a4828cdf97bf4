#include "http/cookie.h"

namespace lotse::http {
namespace {
constexpr std::string_view cookie_name = "lotse_session";

std::string cookie(std::string_view value, std::string_view age_s, bool secure) {
  std::string text(cookie_name);
  text.append("=").append(value).append("; Path=/; Max-Age=").append(age_s).append("; HttpOnly; SameSite=Strict");
  if (secure) text += "; Secure";
  return text;
}
}  // namespace

std::string session_cookie(std::string_view token, bool secure) { return cookie(token, "2592000", secure); }
std::string expired_session_cookie(bool secure) { return cookie("", "0", secure); }

std::string_view session_token(const Request& request) {
  std::string_view rest = request.header("cookie");
  while (!rest.empty()) {
    const auto end = rest.find(';');
    std::string_view one = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    if (one.starts_with(cookie_name) && one.size() > cookie_name.size() && one[cookie_name.size()] == '=')
      return one.substr(cookie_name.size() + 1);
  }
  return {};
}

bool came_by_tls(const Request& request) { return request.header("x-forwarded-proto") == "https"; }

}  // namespace lotse::http
