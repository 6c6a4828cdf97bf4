#include "connect/types.h"
#include "http/routes.h"
#include "http/routes/pending.h"

namespace lotse::http {

std::vector<Route> source_routes() {
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/sources", Right::read, "Sources with their saved mapping of columns, by name", {}, pending<Page<connect::Source>>));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/sources/{id}", Right::import_data, "Delete a source that has no events",
                     {"source_not_found", "source_has_events"}, pending<NoContent>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/events", Right::import_data,
                     "Append events; answered when the accepted ones would survive a power cut", {"no_events", "too_many_events", "invalid_name", "disk_full"},
                     pending_with<connect::AppendAnswer, connect::AppendRequest>));
  return rows;
}

}  // namespace lotse::http
