#include "http/routes.h"

#include <iterator>

namespace lotse::http {

std::vector<Route> all_routes() {
  std::vector<Route> all;
  for (const auto make : {session_routes, workspace_routes, member_routes, token_routes, audit_routes, privacy_routes, upload_routes,
                          import_routes, export_routes, delivery_routes, source_routes, connector_routes, webhook_routes, kpi_routes, quality_routes, job_routes, analysis_routes,
                          customer_routes, identity_routes, touchpoint_routes, mapping_routes, segment_routes, stream_routes,
                          server_routes, meta_routes}) {
    auto rows = make();
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace lotse::http
