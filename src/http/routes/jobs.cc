#include "http/routes.h"
#include "jobs/jobs.h"

namespace lotse::http {
namespace jobs_rows {
namespace {
Result<jobs::Job> get(Services& services, const Viewer& viewer, const Request& request) {
  return services.jobs.get(viewer, request.parameter("id"));
}
}  // namespace
}  // namespace jobs_rows

std::vector<Route> job_routes() {
  using namespace jobs_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/jobs/{id}", Right::read, "A piece of long work: its state and progress",
                     {"job_not_found"}, get));
  return rows;
}

}  // namespace lotse::http
