#include "connect/types.h"
#include "http/routes.h"
#include "http/routes/pending.h"

namespace lotse::http {

std::vector<Route> upload_routes() {
  std::vector<Route> rows;
  rows.push_back(row(Method::post, "/workspaces/{ws}/uploads", Right::import_data, "Upload a file, streamed; kept until its import ended, at most a day",
                     {"invalid_name", "upload_too_large", "upload_broken", "disk_full"}, pending<Created<connect::Upload>>)
                     .query("name", "the file's name", true).streams());
  rows.push_back(row(Method::post, "/workspaces/{ws}/uploads/{id}/detection", Right::import_data,
                     "What the file holds: format, columns with suggested roles, first rows",
                     {"upload_not_found", "empty_file", "unknown_format"}, pending_with<connect::Detection, connect::ReadOptions>));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/uploads/{id}", Right::import_data, "Throw an uploaded file away",
                     {"upload_not_found"}, pending<NoContent>));
  return rows;
}

}  // namespace lotse::http
