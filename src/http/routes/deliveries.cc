#include "http/routes.h"
#include "outbound/deliveries.h"

namespace lotse::http {
namespace deliveries_rows {
namespace {
using outbound::Delivery, outbound::DeliveryRun;

Result<Page<Delivery>> list(Services& services, const Viewer& viewer, const Request&) { return Page<Delivery>{.items = TRY(services.deliveries.list(viewer))}; }
Result<Created<Delivery>> create(Services& services, const Viewer& viewer, const Request&, const outbound::DeliveryRequest& body) {
  return Created<Delivery>{TRY(services.deliveries.create(viewer, body))};
}
Result<outbound::DeliveryPreview> preview(Services& services, const Viewer& viewer, const Request&, const outbound::DeliveryPreviewRequest& body) {
  return services.deliveries.preview(viewer, body.what);
}
Result<Delivery> get(Services& services, const Viewer& viewer, const Request& request) { return services.deliveries.get(viewer, request.parameter("id")); }
Result<Delivery> change(Services& services, const Viewer& viewer, const Request& request, const outbound::DeliveryPatch& body) {
  return services.deliveries.change(viewer, request.parameter("id"), body, request.if_match());
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.deliveries.remove(viewer, request.parameter("id")));
  return NoContent{};
}
Result<Delivery> run(Services& services, const Viewer& viewer, const Request& request) { return services.deliveries.run_now(viewer, request.parameter("id")); }
Result<Delivery> pause(Services& services, const Viewer& viewer, const Request& request) { return services.deliveries.pause(viewer, request.parameter("id")); }
Result<Delivery> resume(Services& services, const Viewer& viewer, const Request& request) { return services.deliveries.resume(viewer, request.parameter("id")); }
Result<Delivery> restart(Services& services, const Viewer& viewer, const Request& request) { return services.deliveries.restart(viewer, request.parameter("id")); }
Result<Page<DeliveryRun>> runs(Services& services, const Viewer& viewer, const Request& request) {
  auto page = TRY(services.deliveries.runs(viewer, request.parameter("id"), request.query_text("cursor")));
  return Page<DeliveryRun>{.items = std::move(page.items), .next_cursor = std::move(page.next_cursor)};
}

}  // namespace
}  // namespace deliveries_rows

std::vector<Route> delivery_routes() {
  using namespace deliveries_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/deliveries", Right::import_data, "What other systems are given on a schedule, by name", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/deliveries", Right::import_data, "Make a delivery; with a schedule it runs at once, then as planned", 
                     {"invalid_name", "delivery_exists", "required", "invalid_url", "invalid_text", "invalid_schedule", "secret_needed", "invalid_webhook_secret",
                      "folder_not_allowed", "purpose_needed", "not_for_this_kind", "source_not_found", "columns_loading"}, create));
  rows.push_back(row(Method::post, "/workspaces/{ws}/deliveries/preview", Right::import_data, "How many customers a delivery would hold, and how many did not grant its purpose",
                     {"required", "purpose_needed", "not_for_this_kind", "columns_loading"}, preview));
  rows.push_back(row(Method::get, "/workspaces/{ws}/deliveries/{id}", Right::import_data, "One delivery: state, last run, next run", {"delivery_not_found"}, get));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/deliveries/{id}", Right::import_data, "Change a delivery; its place is kept, and it runs with the caller's rights from now on",
                     {"invalid_name", "delivery_exists", "required", "invalid_url", "invalid_text", "invalid_schedule", "secret_needed", "invalid_webhook_secret",
                      "folder_not_allowed", "purpose_needed", "not_for_this_kind", "source_not_found", "columns_loading", "delivery_not_found", "content_fixed", "stale"}, change)
                     .if_match());
  rows.push_back(row(Method::remove, "/workspaces/{ws}/deliveries/{id}", Right::import_data, "Delete a delivery; what it delivered stays", {"delivery_not_found"}, remove));
  rows.push_back(row(Method::post, "/workspaces/{ws}/deliveries/{id}/run", Right::import_data, "Deliver now", {"delivery_not_found", "delivery_paused", "delivery_running"}, run));
  rows.push_back(row(Method::post, "/workspaces/{ws}/deliveries/{id}/pause", Right::import_data, "Pause it; a run is stopped", {"delivery_not_found"}, pause));
  rows.push_back(row(Method::post, "/workspaces/{ws}/deliveries/{id}/resume", Right::import_data, "Go on, with the caller's rights", {"delivery_not_found"}, resume));
  rows.push_back(row(Method::post, "/workspaces/{ws}/deliveries/{id}/restart", Right::import_data, "Deliver everything anew, in further files", {"delivery_not_found", "delivery_running"}, restart));
  rows.push_back(row(Method::get, "/workspaces/{ws}/deliveries/{id}/runs", Right::import_data, "Its runs, newest first", {"delivery_not_found", "invalid_cursor"}, runs)
                     .query("cursor", "of the answer before"));
  return rows;
}

}  // namespace lotse::http
