#include "access/types.h"
#include "access/workspaces.h"
#include "http/event_hub.h"
#include "http/routes.h"

namespace lotse::http {
namespace members_rows {
namespace {
using access::Member;

Result<Page<Member>> list(Services& services, const Viewer& viewer, const Request&) {
  return Page<Member>{.items = TRY(services.workspaces.members(viewer))};
}
Result<Created<access::NewMember>> add(Services& services, const Viewer& viewer, const Request&,
                                       const access::MemberRequest& body) {
  return Created<access::NewMember>{TRY(services.workspaces.add_member(viewer, body))};
}
Result<Member> change(Services& services, const Viewer& viewer, const Request& request, const access::MemberPatch& body) {
  auto changed = TRY(services.workspaces.change_member(viewer, request.parameter("user_id"), body));
  services.events.close(viewer.workspace());  // open streams know what the person might see before
  return changed;
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.workspaces.remove_member(viewer, request.parameter("user_id")));
  return NoContent{};
}
}  // namespace
}  // namespace members_rows

std::vector<Route> member_routes() {
  using namespace members_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/members", Right::administer, "The people of a workspace, by name", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/members", Right::administer,
                     "Add a person; a new one gets a password that is shown once", {"invalid_email", "invalid_name", "already_member", "administrator_not_restricted", "required", "invalid_values", "invalid_group"}, add));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/members/{user_id}", Right::administer, "Change a person's role and what of the data they may see",
                     {"member_not_found", "last_administrator", "administrator_not_restricted", "required", "invalid_values", "invalid_group"}, change));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/members/{user_id}", Right::administer, "Take a person out of the workspace",
                     {"member_not_found", "last_administrator"}, remove));
  return rows;
}

}  // namespace lotse::http
