#include "access/audit.h"
#include "access/workspaces.h"
#include "connect/sources.h"
#include "http/routes.h"
#include "privacy/access_page.h"
#include "privacy/requests.h"
#include "privacy/status.h"

namespace lotse::http {
namespace {
using privacy::PrivacyRequest;

Result<Page<PrivacyRequest>> list(Services& services, const Viewer& viewer, const Request& request) {
  auto page = TRY(services.privacy_requests.list(viewer, request.query_text("cursor")));
  return Page<PrivacyRequest>{.items = std::move(page.items), .next_cursor = std::move(page.next_cursor)};
}
Result<Accepted<PrivacyRequest>> start(Services& services, const Viewer& viewer, const Request&, const privacy::RequestOrder& body) {
  return Accepted<PrivacyRequest>{TRY(services.privacy_requests.start(viewer, body))};
}
Result<PrivacyRequest> get(Services& services, const Viewer& viewer, const Request& request) {
  return services.privacy_requests.get(viewer, request.parameter("id"));
}
Result<PrivacyRequest> bytes_now(Services& services, const Viewer& viewer, const Request& request) {
  return services.privacy_requests.purge_now(viewer, request.parameter("id"));
}
Result<Response> file(Services& services, const Viewer& viewer, const Request& request) {
  const auto& id = request.parameter("id");
  const auto found = TRY(services.privacy_requests.file(viewer, id));
  return Response{.status = 200, .content_type = "application/json", .body = found.dump(2, ' ', false, nlohmann::json::error_handler_t::replace),
                  .headers = {{"Content-Disposition", "attachment; filename=\"" + id + ".json\""}}};
}
Result<Response> page(Services& services, const Viewer& viewer, const Request& request) {
  const auto language = request.query_text("language").value_or(request.language);
  return Response{.status = 200, .content_type = "text/html; charset=utf-8",
                  .body = privacy::access_page(TRY(services.privacy_requests.file(viewer, request.parameter("id"))), language == "en" ? "en" : "de"),
                  .headers = {{"Content-Disposition", "attachment; filename=\"" + request.parameter("id") + ".html\""}}};
}
Result<privacy::PrivacyStatus> status(Services& services, const Viewer& viewer, const Request&) {
  std::vector<std::string> ids;
  for (const auto& source : TRY(services.sources.list(viewer))) ids.push_back(source.id);
  return services.privacy_status.status(viewer, ids);
}
Result<privacy::PrivacySettings> settings(Services& services, const Viewer& viewer, const Request&) { return services.policies.settings(viewer); }
Result<privacy::PrivacySettings> change(Services& services, const Viewer& viewer, const Request& request, const privacy::PrivacySettings& body) {
  return services.policies.change(viewer, body, request.if_match());
}
Result<privacy::SourcePrivacy> change_source(Services& services, const Viewer& viewer, const Request& request, const privacy::SourcePrivacy& body) {
  privacy::SourcePrivacy policy = body;
  policy.source = request.parameter("id");
  bool known = false;
  for (const auto& source : TRY(services.sources.list(viewer))) known |= source.id == policy.source;
  if (!known) return Error::make(ErrorKind::not_found, "source_not_found", policy.source);
  return services.policies.change_source(viewer, policy);
}
Result<NoContent> consent(Services& services, const Viewer& viewer, const Request&, const privacy::ConsentOrder& body) {
  TRY(services.privacy_requests.set_consent(viewer, body, services.consents));
  return NoContent{};
}
Result<access::AuditProof> verify(Services& services, const Viewer& viewer, const Request&) { return services.audit.verify(viewer.workspace()); }
}  // namespace

std::vector<Route> privacy_routes() {
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests", Right::see_identifiers, "What customers asked for, newest first", {"invalid_cursor"}, list)
                     .query("cursor", "of the answer before"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/requests", Right::see_identifiers,
                     "Erase customers (Art. 17), tell what is known of one (Art. 15, 20), restrict them (Art. 18, 21), as a job",
                     {"no_customers", "too_many_customers", "one_customer_only", "customer_not_found", "text_too_long"}, start));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests/{id}", Right::see_identifiers, "One request with its proof", {"request_not_found"}, get));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/requests/{id}/bytes_now", Right::see_identifiers, "Rewrite the files now, not in the next night",
                     {"request_not_found", "request_not_hidden", "jobs_full"}, bytes_now));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests/{id}/file.json", Right::see_identifiers, "All that is known of the customer, for machines",
                     {"request_not_found", "file_gone"}, file).answers("application/json"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests/{id}/file.html", Right::see_identifiers, "All that is known of the customer, to read",
                     {"request_not_found", "file_gone"}, page).answers("text/html").query("language", "de or en"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/status", Right::administer, "Which duties are fulfilled, which are open, and whose they are", {}, status));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/settings", Right::administer, "How the workspace treats personal data", {}, settings));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/privacy/settings", Right::administer, "Change how the workspace treats personal data", {"text_too_long", "stale"}, change).if_match());
  rows.push_back(row(Method::patch, "/workspaces/{ws}/privacy/sources/{id}", Right::administer, "Set a source's legal basis and scrubbing",
                     {"source_not_found"}, change_source));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/consents", Right::see_identifiers, "Note what a customer said to a purpose",
                     {"customer_not_found", "unknown_purpose"}, consent));
  rows.push_back(row(Method::get, "/workspaces/{ws}/audit/proof", Right::administer, "Whether the audit log's chain is whole", {}, verify));
  return rows;
}

}  // namespace lotse::http
