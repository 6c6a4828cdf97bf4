#include "connect/types.h"
#include "http/routes.h"
#include "http/routes/pending.h"

namespace lotse::http {

std::vector<Route> import_routes() {
  using connect::Import;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/imports", Right::read, "Imports, newest first", {"invalid_cursor"}, pending<Page<Import>>)
                     .query("cursor", "of the answer before"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/imports", Right::import_data, "Import an uploaded file as a job",
                     {"upload_not_found", "invalid_name", "no_customer_column", "no_time_column", "no_event_type_column", "unknown_column", "import_not_found"},
                     pending_with<Accepted<Import>, connect::ImportRequest>));
  rows.push_back(row(Method::get, "/workspaces/{ws}/imports/{id}", Right::read, "One import: state, counts, rejects", {"import_not_found"}, pending<Import>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/imports/{id}/cancel", Right::import_data, "Stop an import; nothing of it stays",
                     {"import_not_found"}, pending<Import>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/imports/{id}/undo", Right::import_data, "Take an import's events out again",
                     {"import_not_found", "import_not_done"}, pending<Import>));
  rows.push_back(row(Method::get, "/workspaces/{ws}/imports/{id}/rejects.csv", Right::import_data,
                     "The rejected rows: number, reason, cells", {"import_not_found"}, pending<Response>).answers("text/csv"));
  return rows;
}

}  // namespace lotse::http
