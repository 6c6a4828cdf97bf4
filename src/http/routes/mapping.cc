#include "atlas/touchpoints.h"
#include "http/routes.h"

namespace lotse::http {
namespace {
using atlas::Mapping;

Result<Mapping> get(Services& services, const Viewer& viewer, const Request&) { return services.touchpoints.mapping(viewer); }
Result<Mapping> add(Services& services, const Viewer& viewer, const Request&, const atlas::RuleRequest& body) {
  return services.touchpoints.add_rule(viewer, body);
}
Result<Mapping> remove(Services& services, const Viewer& viewer, const Request& request) {
  return services.touchpoints.delete_rule(viewer, request.parameter("id"));
}
}  // namespace

std::vector<Route> mapping_routes() {
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/mapping", Right::read, "The mapping rules, in the order in which they are tried", {}, get));
  rows.push_back(row(Method::post, "/workspaces/{ws}/mapping/rules", Right::edit_touchpoints, "Add a mapping rule",
                     {"empty_rule", "not_found", "unknown_source", "unknown_attribute", "attribute_not_in_memory", "invalid_position", "too_many_rules"}, add));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/mapping/rules/{id}", Right::edit_touchpoints, "Delete a mapping rule", {"not_found"}, remove));
  return rows;
}

}  // namespace lotse::http
