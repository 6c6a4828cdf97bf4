#include "customers/segments.h"
#include "http/routes.h"

namespace lotse::http {
namespace segments_rows {
namespace {
using customers::Segment;
using customers::SegmentRequest;

Result<Page<Segment>> list(Services& services, const Viewer& viewer, const Request&) {
  return Page<Segment>{.items = TRY(services.segments.list(viewer))};
}
Result<Created<Segment>> create(Services& services, const Viewer& viewer, const Request&, const SegmentRequest& body) {
  return Created<Segment>{TRY(services.segments.create(viewer, body))};
}
Result<Segment> change(Services& services, const Viewer& viewer, const Request& request, const SegmentRequest& body) {
  return services.segments.change(viewer, request.parameter("id"), body, request.if_match().value_or(""));
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.segments.remove(viewer, request.parameter("id")));
  return NoContent{};
}
}  // namespace
}  // namespace segments_rows

std::vector<Route> segment_routes() {
  using namespace segments_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/segments", Right::read, "Saved filters, by name", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/segments", Right::analyse, "Save a filter",
                     {"invalid_name", "segment_exists", "segment_in_segment"}, create));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/segments/{id}", Right::analyse, "Change a saved filter",
                     {"invalid_name", "segment_exists", "segment_in_segment", "not_found", "stale"}, change).if_match());
  rows.push_back(row(Method::remove, "/workspaces/{ws}/segments/{id}", Right::analyse, "Delete a saved filter",
                     {"not_found"}, remove));
  return rows;
}

}  // namespace lotse::http
