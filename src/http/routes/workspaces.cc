#include "access/types.h"
#include "access/workspaces.h"
#include "http/routes.h"

namespace lotse::http {
namespace workspaces_rows {
namespace {
using access::Caller;
using access::Membership;

Result<Page<Membership>> list(Services& services, const Caller& caller, const Request&) {
  return Page<Membership>{.items = TRY(services.workspaces.own(caller))};
}
Result<Created<Membership>> create(Services& services, const Caller& caller, const Request&,
                                   const access::WorkspaceRequest& body) {
  return Created<Membership>{TRY(services.workspaces.create(caller, body))};
}
Result<Membership> change(Services& services, const Viewer& viewer, const Request&, const access::WorkspacePatch& body) {
  return services.workspaces.change(viewer, body);
}
Result<NoContent> remove(Services& services, const Caller& caller, const Request& request) {
  TRY(services.workspaces.remove(caller, request.parameter("ws")));
  return NoContent{};
}
}  // namespace
}  // namespace workspaces_rows

std::vector<Route> workspace_routes() {
  using namespace workspaces_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces", Need::signed_in, "The caller's workspaces, by name", {}, list));
  rows.push_back(row(Method::post, "/workspaces", Need::server_operator, "Make a workspace; the caller administers it",
                     {"invalid_name", "invalid_time_zone", "invalid_language"}, create));
  rows.push_back(row(Method::patch, "/workspaces/{ws}", Right::administer, "Change a workspace's name, zone or language",
                     {"invalid_name", "invalid_time_zone", "invalid_language"}, change));
  rows.push_back(row(Method::remove, "/workspaces/{ws}", Need::server_operator,
                     "Delete a workspace with all its data, for ever", {"workspace_not_found"}, remove));
  return rows;
}

}  // namespace lotse::http
