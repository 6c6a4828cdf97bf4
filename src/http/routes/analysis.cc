#include "analysis/types.h"
#include "http/routes.h"
#include "http/routes/pending.h"

namespace lotse::http {

std::vector<Route> analysis_routes() {
  using namespace analysis;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/coverage", Right::read, "Which data the numbers rest on", {}, pending<Coverage>));
  rows.push_back(row(Method::get, "/workspaces/{ws}/dimensions", Right::read, "What can be filtered by", {}, pending<Dimensions>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/graph", Right::read, "The directly-follows graph", {"invalid_filter"}, pending_with<Graph, GraphRequest>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/graph.csv", Right::read, "The graph's edges as CSV", {"invalid_filter"},
                     pending_with<Response, GraphRequest>).answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/variants", Right::read, "The most frequent paths", {"invalid_filter"}, pending_with<Variants, VariantsRequest>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/variants.csv", Right::read, "The paths as CSV", {"invalid_filter"},
                     pending_with<Response, VariantsRequest>).answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/detail", Right::read, "One node or edge: times, trend, examples",
                     {"invalid_filter", "touchpoint_not_found"}, pending_with<Detail, DetailRequest>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/instances", Right::see_customers, "The rows behind a number",
                     {"invalid_filter", "invalid_cursor"}, pending_with<Instances, InstancesRequest>));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/instances.csv", Right::see_customers, "All rows behind a number as CSV",
                     {"invalid_filter"}, pending_with<Response, InstancesRequest>).answers("text/csv"));
  return rows;
}

}  // namespace lotse::http
