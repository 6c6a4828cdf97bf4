#include "analysis/analysis.h"
#include "atlas/touchpoints.h"
#include "http/routes.h"

namespace lotse::http {
namespace mapping_rows {
namespace {
using atlas::Mapping;

Result<Mapping> get(Services& services, const Viewer& viewer, const Request&) { return services.touchpoints.mapping(viewer); }
Result<Mapping> add(Services& services, const Viewer& viewer, const Request&, const atlas::RuleRequest& body) {
  return services.touchpoints.add_rule(viewer, body);
}
Result<Mapping> remove(Services& services, const Viewer& viewer, const Request& request) {
  return services.touchpoints.delete_rule(viewer, request.parameter("id"));
}
Result<analysis::MappingPreview> preview(Services& services, const Viewer& viewer, const Request&, const atlas::MappingChange& body) {
  return services.analysis.preview(viewer, body);
}
Result<analysis::EventTypes> event_types(Services& services, const Viewer& viewer, const Request&) { return services.analysis.event_types(viewer); }
Result<analysis::EventSamples> samples(Services& services, const Viewer& viewer, const Request& request) {
  return services.analysis.event_samples(viewer, request.parameter("id"));
}
Result<NoContent> put_aside(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.touchpoints.set_aside(viewer, request.parameter("id"), true));
  return NoContent{};
}
Result<NoContent> take_up(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.touchpoints.set_aside(viewer, request.parameter("id"), false));
  return NoContent{};
}
}  // namespace
}  // namespace mapping_rows

std::vector<Route> mapping_routes() {
  using namespace mapping_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/mapping", Right::read, "The mapping rules, in the order in which they are tried", {}, get));
  rows.push_back(row(Method::post, "/workspaces/{ws}/mapping/rules", Right::edit_touchpoints, "Add a mapping rule",
                     {"empty_rule", "not_found", "unknown_source", "unknown_attribute", "attribute_not_in_memory", "invalid_position", "too_many_rules"}, add));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/mapping/rules/{id}", Right::edit_touchpoints, "Delete a mapping rule", {"not_found"}, remove));
  rows.push_back(row(Method::post, "/workspaces/{ws}/mapping/preview", Right::edit_touchpoints, "What a change of the mapping would do to the whole history; nothing is kept",
                     {"one_change", "empty_rule", "not_found", "unknown_source", "unknown_attribute", "attribute_not_in_memory", "invalid_position", "merge_needs_touchpoints",
                      "merge_into_itself", "columns_loading"},
                     preview));
  rows.push_back(row(Method::get, "/workspaces/{ws}/event_types", Right::read,
                     "Every event type with its volume, sources and touchpoints; with suggestions where nobody has assigned it", {"columns_loading"}, event_types));
  rows.push_back(row(Method::get, "/workspaces/{ws}/event_types/{id}/samples", Right::see_customers, "The newest events of a type", {"not_found", "columns_loading"}, samples));
  rows.push_back(row(Method::post, "/workspaces/{ws}/event_types/{id}/aside", Right::edit_touchpoints, "Take an event type out of the queue of those not assigned", {"not_found"}, put_aside));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/event_types/{id}/aside", Right::edit_touchpoints, "Put it back into the queue", {"not_found"}, take_up));
  return rows;
}

}  // namespace lotse::http
