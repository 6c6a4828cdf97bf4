#include <vector>

#include "connect/types.h"
#include "connect/uploads.h"
#include "http/routes.h"

namespace lotse::http {
namespace uploads_rows {
namespace {
constexpr size_t piece_bytes = 256 * 1024;

Result<Created<connect::Upload>> upload(Services& services, const Viewer& viewer, const Request& request) {
  auto file = TRY(services.uploads.begin(viewer, request.query_text("name").value_or("")));
  ensure(request.stream != nullptr, "the body of an upload is streamed");
  std::vector<char> piece(piece_bytes);
  while (const size_t size = TRY(request.stream->read(piece))) TRY(file->write(std::span(piece.data(), size)));
  return Created<connect::Upload>{TRY(file->finish())};
}
Result<connect::Detection> detect(Services& services, const Viewer& viewer, const Request& request, const connect::ReadOptions& body) {
  return services.uploads.detection(viewer, request.parameter("id"), body);
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.uploads.remove(viewer, request.parameter("id")));
  return NoContent{};
}
}  // namespace
}  // namespace uploads_rows

std::vector<Route> upload_routes() {
  using namespace uploads_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::post, "/workspaces/{ws}/uploads", Right::import_data, "Upload a file, streamed; kept until its import ended, at most a day",
                     {"invalid_name", "empty_file", "upload_too_large", "upload_broken", "upload_too_slow", "disk_full"}, upload)
                     .query("name", "the file's name", true).streams());
  rows.push_back(row(Method::post, "/workspaces/{ws}/uploads/{id}/detection", Right::import_data,
                     "What the file holds: format, columns with suggested roles, first rows", {"upload_not_found"}, detect));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/uploads/{id}", Right::import_data, "Throw an uploaded file away",
                     {"upload_not_found", "upload_in_use"}, remove));
  return rows;
}

}  // namespace lotse::http
