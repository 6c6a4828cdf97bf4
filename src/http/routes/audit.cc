#include "access/audit.h"
#include "access/types.h"
#include "http/routes.h"

namespace lotse::http {
namespace audit_rows {
namespace {
Result<Page<access::AuditEntry>> list(Services& services, const Viewer& viewer, const Request& request) {
  auto entries = TRY(services.audit.list(viewer, request.query_text("cursor")));
  return Page<access::AuditEntry>{.items = std::move(entries.items), .next_cursor = std::move(entries.next_cursor)};
}
}  // namespace
}  // namespace audit_rows

std::vector<Route> audit_routes() {
  using namespace audit_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/audit", Right::administer, "Who did what, newest first", {"invalid_cursor"}, list)
                     .query("cursor", "of the answer before"));
  return rows;
}

}  // namespace lotse::http
