#include "analysis/analysis.h"
#include "analysis/types.h"
#include "access/audit.h"
#include "http/csv_answer.h"
#include "http/routes.h"

namespace lotse::http {
namespace analysis_rows {
namespace {
using namespace analysis;

Result<Coverage> coverage(Services& services, const Viewer& viewer, const Request&) { return services.analysis.coverage(viewer); }
Result<Dimensions> dimensions(Services& services, const Viewer& viewer, const Request&) { return services.analysis.dimensions(viewer); }
Result<Graph> graph(Services& services, const Viewer& viewer, const Request& request, const GraphRequest& body) {
  return services.analysis.graph(viewer, body, request.stop);
}
Result<Response> graph_csv(Services& services, const Viewer& viewer, const Request&, const GraphRequest& body) {
  return csv_answer("graph.csv", TRY(services.analysis.graph_csv(viewer, body)));
}
Result<Variants> variants(Services& services, const Viewer& viewer, const Request& request, const VariantsRequest& body) {
  return services.analysis.variants(viewer, body, request.stop);
}
Result<Response> variants_csv(Services& services, const Viewer& viewer, const Request&, const VariantsRequest& body) {
  return csv_answer("variants.csv", TRY(services.analysis.variants_csv(viewer, body)));
}
Result<Detail> detail_of(Services& services, const Viewer& viewer, const Request& request, const DetailRequest& body) {
  return services.analysis.detail(viewer, body, request.stop);
}
Result<Instances> instances(Services& services, const Viewer& viewer, const Request& request, const InstancesRequest& body) {
  return services.analysis.instances(viewer, body, request.stop);
}
Result<Response> instances_csv(Services& services, const Viewer& viewer, const Request&, const InstancesRequest& body) {
  auto csv = TRY(services.analysis.instances_csv(viewer, body));
  TRY(services.audit.note(viewer, "customers.export", "instances.csv"));
  return csv_answer("instances.csv", std::move(csv));
}
Result<Funnel> funnel(Services& services, const Viewer& viewer, const Request& request, const FunnelRequest& body) {
  return services.analysis.funnel(viewer, body, request.stop);
}
Result<Response> funnel_csv(Services& services, const Viewer& viewer, const Request&, const FunnelRequest& body) {
  return csv_answer("funnel.csv", TRY(services.analysis.funnel_csv(viewer, body)));
}
Result<FunnelProposal> funnel_proposal(Services& services, const Viewer& viewer, const Request& request, const FunnelProposalRequest& body) {
  return services.analysis.funnel_proposal(viewer, body, request.stop);
}
Result<FunnelRows> funnel_rows(Services& services, const Viewer& viewer, const Request& request, const FunnelRowsRequest& body) {
  return services.analysis.funnel_rows(viewer, body, request.stop);
}
Result<Response> funnel_rows_csv(Services& services, const Viewer& viewer, const Request&, const FunnelRowsRequest& body) {
  auto csv = TRY(services.analysis.funnel_rows_csv(viewer, body));
  TRY(services.audit.note(viewer, "customers.export", "funnel.csv"));
  return csv_answer("funnel-customers.csv", std::move(csv));
}
Result<Audience> audience(Services& services, const Viewer& viewer, const Request& request, const AudienceRequest& body) {
  return services.analysis.audience(viewer, body, request.stop);
}
Result<Customers> customer_list(Services& services, const Viewer& viewer, const Request& request, const CustomersRequest& body) {
  return services.analysis.customer_list(viewer, body, request.stop);
}
Result<Response> customer_list_csv(Services& services, const Viewer& viewer, const Request&, const CustomersRequest& body) {
  return csv_answer("customers.csv", TRY(services.analysis.customer_list_csv(viewer, body)));
}
Result<ComputedSummary> computed(Services& services, const Viewer& viewer, const Request& request, const ComputedRequest& body) {
  return services.analysis.computed_summary(viewer, body, request.stop);
}
}  // namespace
}  // namespace analysis_rows

/// What can be wrong with any question that has a filter.
#define FILTER_ERRORS                                                                                                            \
  "columns_loading", "count_by_no_data", "as_of_gone", "invalid_time", "invalid_period", "invalid_gap", "invalid_number", "invalid_range",           \
      "unknown_touchpoint", "unknown_attribute", "attribute_not_in_memory", "unknown_variant", "no_touchpoints", "no_values",    \
      "slice_needs_gap", "slice_needs_start_or_end", "not_for_this_kind", "no_rules", "too_many_conditions", "rules_too_deep", "required", "not_found"

/// … and with any question about a funnel.
#define FUNNEL_ERRORS FILTER_ERRORS, "invalid_steps", "invalid_window", "invalid_exclusion", "exclusion_needs_order"

std::vector<Route> analysis_routes() {
  using namespace analysis_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/coverage", Right::read, "Which data the numbers rest on", {}, coverage));
  rows.push_back(row(Method::get, "/workspaces/{ws}/dimensions", Right::read, "What can be filtered by", {"columns_loading"}, dimensions));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/graph", Right::read, "The directly-follows graph", {FILTER_ERRORS}, graph));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/graph.csv", Right::read, "The graph's edges as CSV", {FILTER_ERRORS}, graph_csv)
                     .answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/variants", Right::read, "The most frequent paths",
                     {FILTER_ERRORS, "invalid_limit", "invalid_offset"}, variants));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/variants.csv", Right::read, "The paths as CSV", {FILTER_ERRORS}, variants_csv)
                     .answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/detail", Right::read, "One node or edge: times, trend, examples", {FILTER_ERRORS}, detail_of));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/instances", Right::see_customers, "The rows behind a number",
                     {FILTER_ERRORS, "edge_needs_at", "invalid_limit", "invalid_cursor"}, instances));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/instances.csv", Right::see_customers, "All rows behind a number as CSV",
                     {FILTER_ERRORS, "edge_needs_at"}, instances_csv).answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/funnel", Right::read, "How many come through a sequence of touchpoints", {FUNNEL_ERRORS}, funnel));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/funnel.csv", Right::read, "The funnel as CSV", {FUNNEL_ERRORS}, funnel_csv).answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/funnel/proposal", Right::read, "A funnel to begin with: the most frequent way to a purchase",
                     {FILTER_ERRORS}, funnel_proposal));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/funnel/rows", Right::see_customers, "The rows behind a number of a funnel",
                     {FUNNEL_ERRORS, "invalid_part", "invalid_limit", "invalid_cursor"}, funnel_rows));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/funnel/rows.csv", Right::see_customers, "All rows behind a number of a funnel as CSV",
                     {FUNNEL_ERRORS, "invalid_part"}, funnel_rows_csv).answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/audience", Right::read, "How many customers a filter selects", {FILTER_ERRORS}, audience));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/customers", Right::see_customers, "The customers that a filter selects",
                     {FILTER_ERRORS, "invalid_limit", "invalid_cursor", "unknown_purpose"}, customer_list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/customers.csv", Right::see_customers, "All of them, with computed attributes, as CSV",
                     {FILTER_ERRORS, "unknown_purpose"}, customer_list_csv).answers("text/csv"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/analysis/computed", Right::see_customers, "What a definition of a computed attribute gives",
                     {"columns_loading", "unknown_touchpoint", "unknown_attribute", "invalid_number", "required"}, computed));
  return rows;
}

}  // namespace lotse::http
