#include "access/tokens.h"
#include "access/types.h"
#include "http/routes.h"

namespace lotse::http {
namespace tokens_rows {
namespace {
Result<Page<access::Token>> list(Services& services, const Viewer& viewer, const Request&) {
  return Page<access::Token>{.items = TRY(services.tokens.list(viewer))};
}
Result<Created<access::NewToken>> create(Services& services, const Viewer& viewer, const Request&,
                                         const access::TokenRequest& body) {
  return Created<access::NewToken>{TRY(services.tokens.create(viewer, body))};
}
Result<NoContent> revoke(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.tokens.revoke(viewer, request.parameter("id")));
  return NoContent{};
}
}  // namespace
}  // namespace tokens_rows

std::vector<Route> token_routes() {
  using namespace tokens_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/tokens", Right::administer, "API tokens, newest first", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/tokens", Right::administer, "Make an API token; its secret is shown once",
                     {"invalid_name", "no_scopes", "scope_beyond_own", "invalid_days", "required", "invalid_values", "invalid_group"}, create));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/tokens/{id}", Right::administer, "Revoke an API token, at once",
                     {"token_not_found"}, revoke));
  return rows;
}

}  // namespace lotse::http
