#include "access/audit.h"
#include "access/workspaces.h"
#include "connect/sources.h"
#include "http/event_hub.h"
#include "http/routes.h"
#include "privacy/access_page.h"
#include "privacy/key_rotation.h"
#include "privacy/requests.h"
#include "privacy/retention.h"
#include "privacy/status.h"

namespace lotse::http {
namespace privacy_rows {
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
Result<Response> archive(Services& services, const Viewer& viewer, const Request& request) {
  const auto language = request.query_text("language").value_or(request.language);
  const auto& id = request.parameter("id");
  return Response{.status = 200, .content_type = "application/zip", .body = TRY(services.privacy_requests.archive(viewer, id, language == "en" ? "en" : "de")),
                  .headers = {{"Content-Disposition", "attachment; filename=\"" + id + ".zip\""}}};
}
Result<privacy::CorrectedAttributes> corrected(Services& services, const Viewer& viewer, const Request& request) {
  return privacy::CorrectedAttributes{TRY(services.privacy_requests.corrected(viewer, request.query_text("customer").value_or("")))};
}
Result<privacy::RetentionOverview> retention(Services& services, const Viewer& viewer, const Request&) { return services.retention.overview(viewer); }
Result<privacy::RetentionEffect> retention_preview(Services& services, const Viewer& viewer, const Request&, const privacy::RetentionRule& body) {
  return services.retention.preview(viewer, body);
}
Result<privacy::RetentionOverview> retention_put(Services& services, const Viewer& viewer, const Request&, const privacy::RetentionRule& body) {
  return services.retention.put(viewer, body);
}
Result<privacy::RetentionOverview> retention_remove(Services& services, const Viewer& viewer, const Request& request) {
  const auto& subject = request.parameter("subject");
  return services.retention.remove(viewer, subject.starts_with("src_") ? privacy::RetentionKind::source : privacy::RetentionKind::attribute, subject);
}
Result<Accepted<privacy::RetentionRun>> retention_run(Services& services, const Viewer& viewer, const Request&) {
  return Accepted<privacy::RetentionRun>{TRY(services.retention.start(viewer))};
}
Result<privacy::KeyStatus> key(Services& services, const Viewer& viewer, const Request&) { return services.key_rotation.status(viewer); }
Result<Accepted<privacy::KeyStatus>> rotate(Services& services, const Viewer& viewer, const Request&) {
  return Accepted<privacy::KeyStatus>{TRY(services.key_rotation.start(viewer))};
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
Result<access::StaffRules> staff(Services& services, const Viewer& viewer, const Request&) { return services.workspaces.staff_rules(viewer); }
Result<access::StaffRules> change_staff(Services& services, const Viewer& viewer, const Request& request, const access::StaffRules& body) {
  auto changed = TRY(services.workspaces.change_staff_rules(viewer, body, request.if_match()));
  services.events.close(viewer.workspace());  // open streams know what was visible before
  return changed;
}
}  // namespace
}  // namespace privacy_rows

std::vector<Route> privacy_routes() {
  using namespace privacy_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests", Right::see_identifiers, "What customers asked for, newest first", {"invalid_cursor"}, list)
                     .query("cursor", "of the answer before"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/requests", Right::see_identifiers,
                     "Erase customers (Art. 17), tell what is known of one (Art. 15, 20), restrict them (Art. 18, 21), put a value of one right (Art. 16), as a job",
                     {"no_customers", "too_many_customers", "one_customer_only", "customer_not_found", "text_too_long", "value_missing", "value_unchanged", "value_not_found",
                      "identifier_not_found", "identifier_taken"}, start));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests/{id}", Right::see_identifiers, "One request with its proof", {"request_not_found"}, get));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/requests/{id}/bytes_now", Right::see_identifiers, "Rewrite the files now, not in the next night",
                     {"request_not_found", "request_not_hidden", "jobs_full"}, bytes_now));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests/{id}/file.json", Right::see_identifiers, "All that is known of the customer, for machines",
                     {"request_not_found", "file_gone"}, file).answers("application/json"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests/{id}/file.html", Right::see_identifiers, "All that is known of the customer, to read",
                     {"request_not_found", "file_gone"}, page).answers("text/html").query("language", "de or en"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/requests/{id}/file.zip", Right::see_identifiers,
                     "All that is known of the customer in one file: a page to read, JSON, and each system's events as CSV", {"request_not_found", "file_gone"}, archive)
                     .answers("application/zip").query("language", "de or en"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/corrections", Right::see_identifiers, "Which attributes of a customer were put right", {"customer_not_found"}, corrected)
                     .query("customer", "identifier or pseudonym"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/retention", Right::administer, "How long what is kept, and what was deleted for it", {}, retention));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/retention", Right::administer, "Keep a source's events, or an attribute's values, for so many months",
                     {"months_out_of_range", "subject_not_found"}, retention_put));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/retention/preview", Right::administer, "What such a rule would delete now", {"months_out_of_range", "subject_not_found"}, retention_preview));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/retention/runs", Right::administer, "Enforce all rules now, as a job; it happens daily by itself", {"no_retention_rules"}, retention_run));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/privacy/retention/{subject}", Right::administer, "Keep a source's events, or an attribute's values, without limit again",
                     {"retention_rule_not_found"}, retention_remove));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/key", Right::administer, "Since when the workspace's key is in use", {}, key));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/key", Right::administer, "Change the workspace's key for a new one, as a job; public names of customers change", {"key_rotates", "jobs_full"}, rotate));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/status", Right::administer, "Which duties are fulfilled, which are open, and whose they are", {}, status));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/settings", Right::administer, "How the workspace treats personal data", {}, settings));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/privacy/settings", Right::administer, "Change how the workspace treats personal data", {"text_too_long", "stale"}, change).if_match());
  rows.push_back(row(Method::patch, "/workspaces/{ws}/privacy/sources/{id}", Right::administer, "Set a source's legal basis and scrubbing",
                     {"source_not_found"}, change_source));
  rows.push_back(row(Method::post, "/workspaces/{ws}/privacy/consents", Right::see_identifiers, "Note what a customer said to a purpose",
                     {"customer_not_found", "unknown_purpose"}, consent));
  rows.push_back(row(Method::get, "/workspaces/{ws}/audit/proof", Right::administer, "Whether the audit log's chain is whole", {}, verify));
  rows.push_back(row(Method::get, "/workspaces/{ws}/privacy/staff", Right::administer, "Which attributes name staff, and the agreement about seeing them", {}, staff));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/privacy/staff", Right::administer, "Set them: without an agreement nothing below team level is shown",
                     {"required", "text_too_long", "invalid_date", "invalid_values", "stale"}, change_staff).if_match());
  return rows;
}

}  // namespace lotse::http
