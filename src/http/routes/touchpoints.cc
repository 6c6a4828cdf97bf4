#include "analysis/analysis.h"
#include "atlas/touchpoints.h"
#include "http/routes.h"

namespace lotse::http {
namespace touchpoints_rows {
namespace {
using atlas::Touchpoint;

Result<Page<Touchpoint>> list(Services& services, const Viewer& viewer, const Request& request) {
  const auto word = request.query_text("count_by");
  const auto kind = word ? from_word<CountBy>(*word) : CountBy::person;
  if (!kind) return Error::invalid("count_by_unknown", "/count_by", std::string(*word));
  return Page<Touchpoint>{.items = TRY(services.analysis.touchpoints(viewer, *kind))};
}
Result<Touchpoint> change(Services& services, const Viewer& viewer, const Request& request, const atlas::TouchpointPatch& body) {
  return services.touchpoints.patch(viewer, request.parameter("id"), body, request.if_match());
}
Result<Touchpoint> adopt(Services& services, const Viewer& viewer, const Request& request) {
  return services.touchpoints.adopt(viewer, request.parameter("id"));
}
Result<Touchpoint> merge(Services& services, const Viewer& viewer, const Request&, const atlas::MergeRequest& body) {
  return services.touchpoints.merge(viewer, body);
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.touchpoints.remove(viewer, request.parameter("id"), request.if_match()));
  return NoContent{};
}
}  // namespace
}  // namespace touchpoints_rows

std::vector<Route> touchpoint_routes() {
  using namespace touchpoints_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/touchpoints", Right::read,
                     "Touchpoints with their numbers: owned ones, then event types that nobody has assigned", {"columns_loading", "count_by_no_data", "count_by_unknown"}, list)
                     .query("count_by", "person (default), account, contract or order: whose events and customers are counted"));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/touchpoints/{id}", Right::edit_touchpoints, "Change a touchpoint; adopts it where it is not owned yet",
                     {"not_found", "invalid_name", "touchpoint_exists", "touchpoint_text_too_long", "stale"}, change).if_match());
  rows.push_back(row(Method::post, "/workspaces/{ws}/touchpoints/{id}/adopt", Right::edit_touchpoints,
                     "Make an event type an owned touchpoint, under the same id", {"not_found", "touchpoint_exists"}, adopt));
  rows.push_back(row(Method::post, "/workspaces/{ws}/touchpoints/merge", Right::edit_touchpoints, "Move everything that maps to some touchpoints into one",
                     {"not_found", "merge_needs_touchpoints", "merge_into_itself", "touchpoint_exists"}, merge));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/touchpoints/{id}", Right::edit_touchpoints,
                     "Give a touchpoint's event types back: not assigned again", {"not_found", "stale"}, remove).if_match());
  return rows;
}

}  // namespace lotse::http
