#include "connect/exports.h"

#include <fstream>
#include <stdexcept>

#include "http/routes.h"

namespace lotse::http {
namespace exports_rows {
namespace {
using connect::Export;

Result<Page<Export>> list(Services& services, const Viewer& viewer, const Request&) { return Page<Export>{.items = TRY(services.exports.list(viewer))}; }
Result<Accepted<Export>> start(Services& services, const Viewer& viewer, const Request&, const connect::ExportRequest& body) {
  return Accepted<Export>{TRY(services.exports.start(viewer, body))};
}
Result<Export> get(Services& services, const Viewer& viewer, const Request& request) { return services.exports.get(viewer, request.parameter("id")); }
Result<Export> cancel(Services& services, const Viewer& viewer, const Request& request) { return services.exports.cancel(viewer, request.parameter("id")); }
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.exports.remove(viewer, request.parameter("id")));
  return NoContent{};
}

std::string_view content_type(connect::ExportFormat format) {
  switch (format) {
    case connect::ExportFormat::csv: return "text/csv; charset=utf-8";
    case connect::ExportFormat::parquet: return "application/vnd.apache.parquet";
    case connect::ExportFormat::xes: return "application/xml";
    case connect::ExportFormat::ocel_json: return "application/json";
  }
  return "application/octet-stream";
}

Result<Response> file(Services& services, const Viewer& viewer, const Request& request) {
  const auto found = TRY(services.exports.file(viewer, request.parameter("id")));
  Response response{.status = 200, .content_type = std::string(content_type(found.format))};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + found.name + "\"");
  response.writer = [path = found.path](BodyWriter& out) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("the export's file is gone");
    std::vector<char> piece(256 * 1024);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
      if (!out.write(std::string_view(piece.data(), static_cast<size_t>(in.gcount())))) break;
  };
  return response;
}
}  // namespace
}  // namespace exports_rows

std::vector<Route> export_routes() {
  using namespace exports_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/exports", Right::analyse, "Exports of the log, newest first; kept for a day", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/exports", Right::analyse, "Write the log into a file as a job: CSV, Parquet, XES or OCEL 2.0",
                     {"source_not_found", "invalid_time", "invalid_period", "jobs_full"}, start));
  rows.push_back(row(Method::get, "/workspaces/{ws}/exports/{id}", Right::analyse, "One export: state, progress, size", {"export_not_found"}, get));
  rows.push_back(row(Method::post, "/workspaces/{ws}/exports/{id}/cancel", Right::analyse, "Stop an export; nothing of it stays", {"export_not_found"}, cancel));
  rows.push_back(row(Method::get, "/workspaces/{ws}/exports/{id}/file", Right::analyse, "The file of an export that is done",
                     {"export_not_found", "export_not_done"}, file).answers("application/octet-stream"));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/exports/{id}", Right::analyse, "Delete an export with its file", {"export_not_found", "export_not_done"}, remove));
  return rows;
}

}  // namespace lotse::http
