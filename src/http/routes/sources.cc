#include "connect/live.h"
#include "connect/sources.h"
#include "connect/types.h"
#include "connect/write_keys.h"
#include "connect/live_watch.h"
#include "http/problem.h"
#include "http/routes.h"

namespace lotse::http {
namespace sources_rows {
namespace {
using connect::Source;

Result<Page<Source>> list(Services& services, const Viewer& viewer, const Request&) {
  return Page<Source>{.items = TRY(services.sources.list(viewer))};
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.sources.remove(viewer, request.parameter("id")));
  return NoContent{};
}
Result<Created<Source>> create(Services& services, const Viewer& viewer, const Request&, const connect::SourceRequest& body) {
  return Created<Source>{TRY(services.sources.create(viewer, body))};
}
Result<Source> change(Services& services, const Viewer& viewer, const Request& request, const connect::SourcePatch& body) {
  return services.sources.change(viewer, request.parameter("id"), body, request.if_match());
}
Result<Page<connect::WriteKey>> list_keys(Services& services, const Viewer& viewer, const Request&) {
  return Page<connect::WriteKey>{.items = TRY(services.write_keys.list(viewer))};
}
Result<Created<connect::NewWriteKey>> create_key(Services& services, const Viewer& viewer, const Request&, const connect::WriteKeyRequest& body) {
  return Created<connect::NewWriteKey>{TRY(services.write_keys.create(viewer, body))};
}
Result<NoContent> revoke_key(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.write_keys.revoke(viewer, request.parameter("id")));
  return NoContent{};
}
Result<connect::LiveState> live(Services& services, const Viewer& viewer, const Request&) { return services.live_watch.state(viewer); }

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
}  // namespace sources_rows

std::vector<Route> source_routes() {
  using namespace sources_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/sources", Right::read, "Sources with their saved mapping of columns, by name", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/sources", Right::import_data, "Make a source for live events", {"invalid_name", "source_exists"}, create));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/sources/{id}", Right::import_data, "Set a source's channel, owner, system and purpose",
                     {"source_not_found", "invalid_name", "source_text_too_long", "stale"}, change).if_match());
  rows.push_back(row(Method::remove, "/workspaces/{ws}/sources/{id}", Right::import_data, "Delete a source that has no events",
                     {"source_not_found", "source_has_events", "source_has_connector", "source_has_kpis"}, remove));
  rows.push_back(row(Method::get, "/workspaces/{ws}/write_keys", Right::import_data, "Write keys of the tracking API, newest first", {}, list_keys));
  rows.push_back(row(Method::post, "/workspaces/{ws}/write_keys", Right::import_data, "Make a write key of a source; its secret is shown once",
                     {"invalid_name", "source_not_found", "too_many_write_keys"}, create_key));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/write_keys/{id}", Right::import_data, "Revoke a write key, at once", {"write_key_not_found"}, revoke_key));
  rows.push_back(row(Method::get, "/workspaces/{ws}/live", Right::see_customers,
                     "What comes in right now, by source; the stream tells of single events for a minute after it", {}, live));
  rows.push_back(row(Method::post, "/workspaces/{ws}/events", Right::import_data,
                     "Append events; answered when the accepted ones would survive a power cut",
                     {"no_events", "too_many_events", "invalid_name", "hub_busy", "store_busy", "disk_full"}, append)
                     .answers_json<connect::AppendAnswer>());
  return rows;
}

}  // namespace lotse::http
