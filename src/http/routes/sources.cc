#include "connect/live.h"
#include "connect/sources.h"
#include "connect/types.h"
#include "http/problem.h"
#include "http/routes.h"

namespace lotse::http {
namespace {
using connect::Source;

Result<Page<Source>> list(Services& services, const Viewer& viewer, const Request&) {
  return Page<Source>{.items = TRY(services.sources.list(viewer))};
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.sources.remove(viewer, request.parameter("id")));
  return NoContent{};
}
/// Answered by the commit's completion: no worker waits for the disk.
Result<Response> append(Services& services, const Viewer& viewer, const Request& request, const connect::AppendRequest& body) {
  Response response;
  response.later = [&services, viewer, body, language = request.language](std::function<void(Response)> done) {
    services.live_events.append(viewer, body, [done = std::move(done), language](Result<connect::AppendAnswer> answer) {
      done(answer ? Response{.status = 200, .content_type = "application/json", .body = to_json(*answer).dump()}
                  : problem(answer.error(), language));
    });
  };
  return response;
}
}  // namespace

std::vector<Route> source_routes() {
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/sources", Right::read, "Sources with their saved mapping of columns, by name", {}, list));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/sources/{id}", Right::import_data, "Delete a source that has no events",
                     {"source_not_found", "source_has_events"}, remove));
  rows.push_back(row(Method::post, "/workspaces/{ws}/events", Right::import_data,
                     "Append events; answered when the accepted ones would survive a power cut",
                     {"no_events", "too_many_events", "invalid_name", "hub_busy", "store_busy", "disk_full"}, append)
                     .answers_json<connect::AppendAnswer>());
  return rows;
}

}  // namespace lotse::http
