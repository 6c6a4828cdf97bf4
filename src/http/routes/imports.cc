#include <fstream>

#include "access/audit.h"
#include "connect/imports.h"
#include "connect/types.h"
#include "http/csv_answer.h"
#include "http/routes.h"

namespace lotse::http {
namespace imports_rows {
namespace {
using connect::Import;

Result<Page<Import>> list(Services& services, const Viewer& viewer, const Request& request) {
  auto page = TRY(services.imports.list(viewer, request.query_text("cursor")));
  return Page<Import>{.items = std::move(page.items), .next_cursor = std::move(page.next_cursor)};
}
Result<Accepted<Import>> start(Services& services, const Viewer& viewer, const Request&, const connect::ImportRequest& body) {
  return Accepted<Import>{TRY(services.imports.start(viewer, body))};
}
Result<Import> get(Services& services, const Viewer& viewer, const Request& request) {
  return services.imports.get(viewer, request.parameter("id"));
}
Result<Import> cancel(Services& services, const Viewer& viewer, const Request& request) {
  return services.imports.cancel(viewer, request.parameter("id"));
}
Result<Import> undo(Services& services, const Viewer& viewer, const Request& request) {
  return services.imports.undo(viewer, request.parameter("id"));
}
Result<Response> rejects(Services& services, const Viewer& viewer, const Request& request) {
  const auto file = TRY(services.imports.rejects(viewer, request.parameter("id")));
  TRY(services.audit.note(viewer, "rejects.view", request.parameter("id")));
  return csv_answer("rejects.csv", [file](const std::function<bool(std::string_view)>& write) -> Result<void> {
    if (file.empty()) return {};  // nothing was rejected
    std::ifstream in(file, std::ios::binary);
    std::vector<char> piece(256 * 1024);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
      if (!write(std::string_view(piece.data(), static_cast<size_t>(in.gcount())))) break;
    return {};
  });
}
}  // namespace
}  // namespace imports_rows

std::vector<Route> import_routes() {
  using namespace imports_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/imports", Right::read, "Imports, newest first", {"invalid_cursor"}, list)
                     .query("cursor", "of the answer before"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/imports", Right::import_data, "Import an uploaded file as a job",
                     {"upload_not_found", "upload_in_use", "invalid_name", "no_customer_column", "no_time_column", "no_event_type_column", "role_twice",
                      "attribute_twice", "bad_delimiter", "import_not_found", "import_not_done", "jobs_full"}, start));
  rows.push_back(row(Method::get, "/workspaces/{ws}/imports/{id}", Right::read, "One import: state, counts, rejects", {"import_not_found"}, get));
  rows.push_back(row(Method::post, "/workspaces/{ws}/imports/{id}/cancel", Right::import_data, "Stop an import; nothing of it stays",
                     {"import_not_found"}, cancel));
  rows.push_back(row(Method::post, "/workspaces/{ws}/imports/{id}/undo", Right::import_data, "Take an import's events out again",
                     {"import_not_found", "import_not_done"}, undo));
  rows.push_back(row(Method::get, "/workspaces/{ws}/imports/{id}/rejects.csv", Right::import_data,
                     "The rejected rows: number, reason, cells", {"import_not_found"}, rejects).answers("text/csv"));
  return rows;
}

}  // namespace lotse::http
