#include "atlas/types.h"
#include "http/routes.h"
#include "http/routes/pending.h"

namespace lotse::http {

std::vector<Route> mapping_routes() {
  using atlas::Mapping;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/mapping", Right::read, "The mapping rules, in the order in which they are tried", {}, pending<Mapping>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/mapping/rules", Right::edit_touchpoints, "Add a mapping rule",
                     {"touchpoint_not_found", "source_not_found", "unknown_attribute", "empty_rule"}, pending_with<Mapping, atlas::RuleRequest>));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/mapping/rules/{id}", Right::edit_touchpoints, "Delete a mapping rule", {"rule_not_found"}, pending<Mapping>));
  return rows;
}

}  // namespace lotse::http
