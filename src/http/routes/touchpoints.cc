#include "atlas/types.h"
#include "http/routes.h"
#include "http/routes/pending.h"

namespace lotse::http {

std::vector<Route> touchpoint_routes() {
  using atlas::Touchpoint;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/touchpoints", Right::read, "Touchpoints: owned ones and event types that nobody has assigned", {}, pending<Page<Touchpoint>>));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/touchpoints/{id}", Right::edit_touchpoints, "Change a touchpoint; adopts it where it is not owned yet",
                     {"touchpoint_not_found", "invalid_name", "touchpoint_exists", "stale"}, pending_with<Touchpoint, atlas::TouchpointPatch>).if_match());
  rows.push_back(row(Method::post, "/workspaces/{ws}/touchpoints/{id}/adopt", Right::edit_touchpoints, "Make an event type an owned touchpoint, under the same id",
                     {"touchpoint_not_found"}, pending<Touchpoint>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/touchpoints/merge", Right::edit_touchpoints, "Move everything that maps to some touchpoints into one",
                     {"touchpoint_not_found"}, pending_with<Touchpoint, atlas::MergeRequest>));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/touchpoints/{id}", Right::edit_touchpoints, "Give a touchpoint's event types back: not assigned again",
                     {"touchpoint_not_found", "stale"}, pending<NoContent>).if_match());
  return rows;
}

}  // namespace lotse::http
