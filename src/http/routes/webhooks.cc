#include "connect/hooks.h"
#include "http/routes.h"

namespace lotse::http {
namespace webhooks_rows {
namespace {
using connect::Webhook;

Result<Page<connect::HookPresetInfo>> presets(Services& services, const Viewer& viewer, const Request&) {
  return Page<connect::HookPresetInfo>{.items = TRY(services.hooks.presets(viewer))};
}
Result<Page<Webhook>> list(Services& services, const Viewer& viewer, const Request&) { return Page<Webhook>{.items = TRY(services.hooks.list(viewer))}; }
Result<Created<connect::NewWebhook>> create(Services& services, const Viewer& viewer, const Request&, const connect::WebhookRequest& body) {
  return Created<connect::NewWebhook>{TRY(services.hooks.create(viewer, body))};
}
Result<Webhook> change(Services& services, const Viewer& viewer, const Request& request, const connect::WebhookPatch& body) {
  return services.hooks.change(viewer, request.parameter("id"), body, request.if_match());
}
Result<connect::NewWebhook> set_secret(Services& services, const Viewer& viewer, const Request& request, const connect::WebhookSecretRequest& body) {
  return services.hooks.set_secret(viewer, request.parameter("id"), body);
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.hooks.remove(viewer, request.parameter("id")));
  return NoContent{};
}
Result<Page<connect::HookDelivery>> deliveries(Services& services, const Viewer& viewer, const Request& request) {
  auto found = TRY(services.hooks.deliveries(viewer, request.parameter("id"), request.query_text("cursor")));
  return Page<connect::HookDelivery>{.items = std::move(found.items), .next_cursor = std::move(found.next_cursor)};
}
Result<connect::HookPreview> preview(Services& services, const Viewer& viewer, const Request&, const connect::HookPreviewRequest& body) {
  return services.hooks.preview(viewer, body);
}
}  // namespace
}  // namespace webhooks_rows

std::vector<Route> webhook_routes() {
  using namespace webhooks_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/webhook_presets", Right::import_data, "Systems whose webhooks are understood, with a mapping and a sample of each", {}, presets));
  rows.push_back(row(Method::post, "/workspaces/{ws}/webhook_preview", Right::import_data, "What a body would become by a mapping; stores nothing", {}, preview));
  rows.push_back(row(Method::get, "/workspaces/{ws}/webhooks", Right::import_data, "Webhooks of all sources, newest first", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/webhooks", Right::import_data, "Make a webhook of a source; a secret that is made here is shown once",
                     {"invalid_name", "source_not_found", "unknown_preset", "invalid_webhook_secret", "invalid_mapping", "too_many_webhooks"}, create));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/webhooks/{id}", Right::import_data, "Change a webhook's name or mapping, pause it or let it go on",
                     {"webhook_not_found", "stale", "invalid_name", "invalid_mapping"}, change)
                     .if_match());
  rows.push_back(row(Method::post, "/workspaces/{ws}/webhooks/{id}/secret", Right::import_data, "Enter the secret that the system shows, or make a new one; the old one ends at once",
                     {"webhook_not_found", "webhook_secret_needed", "invalid_webhook_secret"}, set_secret));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/webhooks/{id}", Right::import_data, "Delete a webhook; its events stay", {"webhook_not_found"}, remove));
  rows.push_back(row(Method::get, "/workspaces/{ws}/webhooks/{id}/deliveries", Right::import_data, "Its last requests and what became of them, newest first",
                     {"webhook_not_found", "invalid_cursor"}, deliveries)
                     .query("cursor", "of the page before"));
  return rows;
}

}  // namespace lotse::http
