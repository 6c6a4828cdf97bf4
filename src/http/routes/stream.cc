#include "http/event_hub.h"
#include "http/routes.h"

namespace lotse::http {
namespace stream_rows {
namespace {
Result<Response> stream(Services& services, const Viewer& viewer, const Request&) {
  Response response{.status = 200, .content_type = "text/event-stream"};
  response.events = [&hub = services.events, viewer](std::shared_ptr<EventStream> to) {
    return hub.join(viewer, std::move(to));
  };
  return response;
}
}  // namespace
}  // namespace stream_rows

std::vector<Route> stream_routes() {
  using namespace stream_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/stream", Right::read,
                     "News of the workspace: events_appended, mapping_changed, catalogue_changed; for those without a restriction import, job, and live (with the right see_customers, a minute long after each question for live)", {}, stream)
                     .answers("text/event-stream"));
  return rows;
}

}  // namespace lotse::http
