#include "access/accounts.h"
#include "access/types.h"
#include "http/cookie.h"
#include "http/routes.h"

namespace lotse::http {
namespace session_rows {
namespace {
using access::Caller;
using access::Me;

Result<Response> sign_in(Services& services, const Request& request, const access::SignInRequest& body) {
  const auto signed_in = TRY(services.accounts.sign_in(body, request.address));
  const Caller caller = TRY(services.accounts.caller(signed_in.session_token));
  const Me me = TRY(services.accounts.me(caller));
  Response response{.status = 200, .content_type = "application/json", .body = to_json(me).dump()};
  response.headers.emplace_back("Set-Cookie", session_cookie(signed_in.session_token, came_by_tls(request)));
  return response;
}

Result<Response> sign_out(Services& services, const Caller& caller, const Request& request) {
  TRY(services.accounts.sign_out(caller));
  Response response{.status = 204};
  response.headers.emplace_back("Set-Cookie", expired_session_cookie(came_by_tls(request)));
  return response;
}

Result<Me> who_am_i(Services& services, const Caller& caller, const Request&) { return services.accounts.me(caller); }

Result<Me> change_me(Services& services, const Caller& caller, const Request&, const access::MePatch& body) {
  return services.accounts.change(caller, body);
}

Result<NoContent> change_password(Services& services, const Caller& caller, const Request&,
                                  const access::PasswordChange& body) {
  TRY(services.accounts.change_password(caller, body));
  return NoContent{};
}
}  // namespace
}  // namespace session_rows

std::vector<Route> session_routes() {
  using namespace session_rows;
  std::vector<Route> rows;
  rows.push_back(open_row(Method::post, "/session", "Sign in; the answer sets the session cookie",
                          {"wrong_credentials", "too_many_attempts", "too_busy"}, sign_in).answers_json<Me>());
  rows.push_back(row(Method::get, "/session", Need::signed_in, "Who is signed in", {}, who_am_i));
  rows.push_back(row(Method::remove, "/session", Need::signed_in, "Sign out", {}, sign_out).no_content());
  rows.push_back(row(Method::patch, "/me", Need::signed_in, "Change the own name, language or theme",
                     {"invalid_name", "invalid_language", "invalid_theme"}, change_me));
  rows.push_back(row(Method::post, "/me/password", Need::signed_in, "Change the own password; ends all other sessions",
                     {"wrong_password", "password_too_short", "password_too_long", "password_same", "too_many_attempts", "too_busy"},
                     change_password));
  return rows;
}

}  // namespace lotse::http
