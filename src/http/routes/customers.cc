#include "analysis/analysis.h"
#include "analysis/types.h"
#include "http/routes.h"

namespace lotse::http {
namespace {
Result<analysis::CustomerCourse> course(Services& services, const Viewer& viewer, const Request& request) {
  return services.analysis.customer_course(viewer, request.parameter("cu_id"), request.query_text("cursor"));
}
}  // namespace

std::vector<Route> customer_routes() {
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}", Right::see_customers, "One customer's course",
                     {"not_found", "invalid_cursor", "columns_loading"}, course).query("cursor", "of the answer before"));
  return rows;
}

}  // namespace lotse::http
