#include "access/audit.h"
#include "analysis/analysis.h"
#include "analysis/types.h"
#include "customers/computed.h"
#include "customers/panel.h"
#include "http/csv_answer.h"
#include "http/routes.h"

namespace lotse::http {
namespace customers_rows {
namespace {
using customers::ComputedAttribute;
using customers::ComputedAttributeRequest;
using customers::CustomerViewSettings;

Result<analysis::CustomerCourse> course(Services& services, const Viewer& viewer, const Request& request) {
  auto found = TRY(services.analysis.customer_course(viewer, request.parameter("cu_id"), request.query_text("cursor")));
  TRY(services.audit.note(viewer, "customer.view", found.customer, {{"identifier", found.identifier.has_value()}}));
  return found;
}
Result<analysis::CustomerHits> search(Services& services, const Viewer& viewer, const Request&, const analysis::CustomerSearch& body) {
  return services.analysis.find_customers(viewer, body);
}
Result<analysis::CustomerProfile> profile(Services& services, const Viewer& viewer, const Request& request) {
  return services.analysis.customer_profile(viewer, request.parameter("cu_id"));
}
Result<analysis::Timeline> timeline(Services& services, const Viewer& viewer, const Request& request) {
  return services.analysis.customer_timeline(viewer, request.parameter("cu_id"),
                                             {.cursor = request.query_text("cursor"),
                                              .before = request.query_text("before"),
                                              .channel = request.query_text("channel"),
                                              .source = request.query_text("source"),
                                              .touchpoint = request.query_text("touchpoint"),
                                              .instance_key = request.query_text("instance_key")});
}
Result<analysis::CustomerPanel> panel(Services& services, const Viewer& viewer, const Request& request) {
  return services.analysis.customer_panel(viewer, request.parameter("cu_id"));
}
Result<Response> export_json(Services& services, const Viewer& viewer, const Request& request) {
  const auto all = TRY(services.analysis.customer_export(viewer, request.parameter("cu_id")));
  Response response{.status = 200, .content_type = "application/json", .body = to_json(all).dump(2)};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"customer.json\"");
  return response;
}
Result<Response> export_csv(Services& services, const Viewer& viewer, const Request& request) {
  return csv_answer("customer.csv", TRY(services.analysis.customer_csv(viewer, request.parameter("cu_id"))));
}

Result<CustomerViewSettings> settings(Services& services, const Viewer& viewer, const Request&) { return services.panel.settings(viewer); }
Result<CustomerViewSettings> change_settings(Services& services, const Viewer& viewer, const Request& request, const CustomerViewSettings& body) {
  return services.panel.change(viewer, body, request.if_match().value_or(""));
}
Result<Created<customers::PanelLink>> link(Services& services, const Viewer& viewer, const Request&, const customers::PanelLinkRequest& body) {
  return Created<customers::PanelLink>{TRY(services.analysis.panel_link(viewer, body))};
}
Result<analysis::CustomerPanel> linked_panel(Services& services, const Request& request) {
  auto secret = request.header("authorization");
  if (secret.starts_with("Bearer ") || secret.starts_with("bearer ")) secret.remove_prefix(7);
  return services.analysis.customer_panel_by_link(secret);
}

Result<Page<ComputedAttribute>> computed(Services& services, const Viewer& viewer, const Request&) {
  return Page<ComputedAttribute>{.items = TRY(services.computed.list(viewer))};
}
Result<Created<ComputedAttribute>> create_computed(Services& services, const Viewer& viewer, const Request&, const ComputedAttributeRequest& body) {
  return Created<ComputedAttribute>{TRY(services.computed.create(viewer, body))};
}
Result<ComputedAttribute> change_computed(Services& services, const Viewer& viewer, const Request& request, const ComputedAttributeRequest& body) {
  return services.computed.change(viewer, request.parameter("id"), body, request.if_match().value_or(""));
}
Result<NoContent> remove_computed(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.computed.remove(viewer, request.parameter("id")));
  return NoContent{};
}
}  // namespace
}  // namespace customers_rows

std::vector<Route> customer_routes() {
  using namespace customers_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::post, "/workspaces/{ws}/customers/search", Right::see_customers, "Find customers; noted in the audit log",
                     {"invalid_query", "columns_loading"}, search));
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}", Right::see_customers, "One customer's course, oldest first",
                     {"not_found", "invalid_cursor", "columns_loading"}, course).query("cursor", "of the answer before"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}/profile", Right::see_customers, "What is known of one customer",
                     {"not_found", "columns_loading"}, profile));
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}/timeline", Right::see_customers, "One customer's events, newest first",
                     {"not_found", "invalid_cursor", "invalid_time", "unknown_touchpoint", "columns_loading", "as_of_gone"}, timeline)
                     .query("cursor", "of the answer before; with the same other parameters")
                     .query("before", "only events before this local date or date-time")
                     .query("channel", "only this channel; - for events without one")
                     .query("source", "only this source, by name or id")
                     .query("touchpoint", "only this touchpoint")
                     .query("instance_key", "only this instance key"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}/panel", Right::see_customers, "One customer for an agent desktop",
                     {"not_found", "columns_loading"}, panel));
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}/export.json", Right::analyse, "All that is held of one customer's events",
                     {"not_found", "columns_loading"}, export_json).answers("application/json"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}/export.csv", Right::analyse, "One customer's events as CSV",
                     {"not_found", "columns_loading"}, export_csv).answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/panel_links", Right::see_customers, "A link to one customer's panel, valid for minutes",
                     {"not_found", "invalid_number", "invalid_language", "columns_loading"}, link));
  rows.push_back(open_row(Method::get, "/embed/panel", "The panel of a link; its secret stands in Authorization: Bearer",
                          {"link_not_valid", "not_found", "columns_loading"}, linked_panel));
  rows.push_back(row(Method::get, "/workspaces/{ws}/customer_view", Right::read, "How single customers are shown", {}, settings));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/customer_view", Right::administer, "Change how single customers are shown",
                     {"invalid_origin", "invalid_number", "stale"}, change_settings).if_match());
  rows.push_back(row(Method::get, "/workspaces/{ws}/computed", Right::read, "Computed attributes of customers, by name", {}, computed));
  rows.push_back(row(Method::post, "/workspaces/{ws}/computed", Right::analyse, "Define a computed attribute",
                     {"invalid_name", "computed_exists", "too_many_computed", "not_for_this_kind", "required", "invalid_number"}, create_computed));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/computed/{id}", Right::analyse, "Change a computed attribute",
                     {"invalid_name", "computed_exists", "not_for_this_kind", "required", "invalid_number", "not_found", "stale"}, change_computed).if_match());
  rows.push_back(row(Method::remove, "/workspaces/{ws}/computed/{id}", Right::analyse, "Delete a computed attribute",
                     {"not_found", "computed_in_use"}, remove_computed));
  return rows;
}

}  // namespace lotse::http
