#include "connect/connectors.h"
#include "http/routes.h"

namespace lotse::http {
namespace connectors_rows {
namespace {
using connect::Connector, connect::ConnectorRun;

Result<Page<Connector>> list(Services& services, const Viewer& viewer, const Request&) { return Page<Connector>{.items = TRY(services.connectors.list(viewer))}; }
Result<Created<Connector>> create(Services& services, const Viewer& viewer, const Request&, const connect::ConnectorRequest& body) {
  return Created<Connector>{TRY(services.connectors.create(viewer, body))};
}
Result<connect::ConnectorPreview> preview(Services& services, const Viewer& viewer, const Request&, const connect::PreviewRequest& body) {
  return services.connectors.preview(viewer, body);
}
Result<Connector> get(Services& services, const Viewer& viewer, const Request& request) { return services.connectors.get(viewer, request.parameter("id")); }
Result<Connector> change(Services& services, const Viewer& viewer, const Request& request, const connect::ConnectorPatch& body) {
  return services.connectors.change(viewer, request.parameter("id"), body, request.if_match());
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.connectors.remove(viewer, request.parameter("id")));
  return NoContent{};
}
Result<Connector> run(Services& services, const Viewer& viewer, const Request& request) { return services.connectors.run_now(viewer, request.parameter("id")); }
Result<Connector> pause(Services& services, const Viewer& viewer, const Request& request) { return services.connectors.pause(viewer, request.parameter("id")); }
Result<Connector> resume(Services& services, const Viewer& viewer, const Request& request) { return services.connectors.resume(viewer, request.parameter("id")); }
Result<Connector> restart(Services& services, const Viewer& viewer, const Request& request) { return services.connectors.restart(viewer, request.parameter("id")); }
Result<Page<ConnectorRun>> runs(Services& services, const Viewer& viewer, const Request& request) {
  auto page = TRY(services.connectors.runs(viewer, request.parameter("id"), request.query_text("cursor")));
  return Page<ConnectorRun>{.items = std::move(page.items), .next_cursor = std::move(page.next_cursor)};
}
Result<connect::ConnectorRules> rules(Services& services, const Viewer& viewer, const Request&) { return services.connectors.rules(viewer); }
Result<connect::ConnectorRules> set_rules(Services& services, const Viewer& viewer, const Request&, const connect::ConnectorRulesRequest& body) {
  return services.connectors.set_rules(viewer, body);
}
}  // namespace
}  // namespace connectors_rows

std::vector<Route> connector_routes() {
  using namespace connectors_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/connectors", Right::import_data, "Sources that are asked on a schedule, by name", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/connectors", Right::import_data, "Make a connector; it runs at once, then as planned",
                     {"invalid_name", "required", "invalid_text", "invalid_url", "invalid_pointer", "not_a_choice", "out_of_range", "invalid_schedule", "secret_needed",
                      "folder_not_allowed", "no_customer_column", "no_time_column", "no_event_type_column", "role_twice", "attribute_twice", "bad_delimiter"},
                     create));
  rows.push_back(row(Method::post, "/workspaces/{ws}/connectors/preview", Right::import_data, "Try a source: its first records, nothing is stored",
                     {"required", "invalid_text", "invalid_url", "invalid_pointer", "not_a_choice", "out_of_range", "secret_needed", "folder_not_allowed", "folder_not_found",
                      "address_refused", "host_unknown", "connect_failed", "tls_failed", "timed_out", "connection_broken", "answer_too_large", "too_many_redirects",
                      "source_unauthorized", "source_not_there", "source_unavailable", "source_answered", "source_gone", "source_query_failed", "source_column_gone",
                      "records_not_found", "too_many_fields", "connector_not_found"},
                     preview));
  rows.push_back(row(Method::get, "/workspaces/{ws}/connectors/{id}", Right::import_data, "One connector: state, last run, next run", {"connector_not_found"}, get));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/connectors/{id}", Right::import_data, "Change a connector; it runs with the caller's rights from now on",
                     {"connector_not_found", "invalid_name", "required", "invalid_text", "invalid_url", "invalid_pointer", "not_a_choice", "out_of_range", "invalid_schedule",
                      "secret_needed", "folder_not_allowed", "no_customer_column", "no_time_column", "no_event_type_column", "role_twice", "attribute_twice", "stale"},
                     change)
                     .if_match());
  rows.push_back(row(Method::remove, "/workspaces/{ws}/connectors/{id}", Right::import_data, "Delete a connector; what it brought stays", {"connector_not_found"}, remove));
  rows.push_back(row(Method::post, "/workspaces/{ws}/connectors/{id}/run", Right::import_data, "Run it now", {"connector_not_found", "connector_paused", "connector_running"}, run));
  rows.push_back(row(Method::post, "/workspaces/{ws}/connectors/{id}/pause", Right::import_data, "Pause it; a run ends at its next step", {"connector_not_found"}, pause));
  rows.push_back(row(Method::post, "/workspaces/{ws}/connectors/{id}/resume", Right::import_data, "Go on, with the caller's rights", {"connector_not_found"}, resume));
  rows.push_back(row(Method::post, "/workspaces/{ws}/connectors/{id}/restart", Right::import_data, "Read the source from its beginning; nothing is stored twice",
                     {"connector_not_found", "connector_running"}, restart));
  rows.push_back(row(Method::get, "/workspaces/{ws}/connectors/{id}/runs", Right::import_data, "Its runs, newest first", {"connector_not_found", "invalid_cursor"}, runs)
                     .query("cursor", "of the answer before"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/connector_rules", Right::import_data, "Which hosts and folders connectors may reach", {}, rules));
  rows.push_back(row(Method::post, "/workspaces/{ws}/connector_rules", Right::administer, "Set the hosts in private networks that connectors may reach",
                     {"invalid_host", "too_many_hosts"}, set_rules));
  return rows;
}

}  // namespace lotse::http
