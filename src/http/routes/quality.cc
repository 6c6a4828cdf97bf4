#include <charconv>

#include "http/routes.h"
#include "hub/quality.h"
#include "hub/reconciliation.h"
#include "hub/tracking_plan.h"

namespace lotse::http {
namespace quality_rows {
namespace {

/// -1 where it is no number, which services refuse.
int64_t days_of(const Request& request, int64_t otherwise) {
  const auto text = request.query_text("days");
  if (!text) return otherwise;
  int64_t days = -1;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), days);
  return failed == std::errc{} && end == text->data() + text->size() ? days : -1;
}
Result<hub::DataQuality> look(Services& services, const Viewer& viewer, const Request& request) {
  return services.quality.look(viewer, days_of(request, 56));
}
Result<hub::Reconciliation> reconcile(Services& services, const Viewer& viewer, const Request& request) {
  hub::ReconciliationQuestion question{.source = request.query_text("source"), .from = request.query_text("from"), .to = request.query_text("to")};
  if (const auto by = request.query_text("by")) {
    const auto known = from_word<hub::CountedBy>(*by);
    if (!known) return Error::invalid("invalid_counted_by", "/by", "event_day or arrival_day is expected");
    question.by = *known;
  }
  return services.reconciler.days(viewer, question);
}
Result<hub::ReportedTaken> report(Services& services, const Viewer& viewer, const Request&, const hub::ReportedCounts& body) {
  return services.reconciler.report(viewer, body);
}
Result<hub::TrackingPlan> plan(Services& services, const Viewer& viewer, const Request&) { return services.tracking_plans.get(viewer); }
Result<hub::TrackingPlan> put_plan(Services& services, const Viewer& viewer, const Request& request, const hub::TrackingPlanRequest& body) {
  return services.tracking_plans.put(viewer, body, request.if_match());
}
Result<hub::PlanViolations> violations(Services& services, const Viewer& viewer, const Request& request) {
  return services.tracking_plans.violations(viewer, days_of(request, 30));
}
}  // namespace
}  // namespace quality_rows

std::vector<Route> quality_routes() {
  using namespace quality_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/quality", Right::read,
                     "How good the data is, by source: volume against its usual level, delay, what was rejected and why, suspicious times", {"invalid_day_count"}, look)
                     .query("days", "how many days are shown, 7 to 366; 56 where absent"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/reconciliation", Right::read,
                     "What sources count against what Lotse counts, by day, and which events make the difference", {"invalid_day", "invalid_days_shown", "invalid_counted_by"}, reconcile)
                     .query("source", "src_…; absent: all")
                     .query("from", "first day, like 2025-03-01; absent: 30 days before `to`")
                     .query("to", "last day; absent: today")
                     .query("by", "event_day (when it happened) or arrival_day (when it was delivered): which day the source's numbers mean"));
  rows.push_back(row(Method::post, "/workspaces/{ws}/reconciliation/counts", Right::import_data, "Say what sources count, by day",
                     {"no_counts", "too_many_counts", "invalid_day", "invalid_count", "unknown_source", "csv_without_columns", "empty_file", "csv_unclosed_quote", "csv_row_too_large",
                      "too_many_columns"},
                     report));
  rows.push_back(row(Method::get, "/workspaces/{ws}/tracking_plan", Right::read, "Which events are expected, with which properties", {}, plan));
  rows.push_back(row(Method::post, "/workspaces/{ws}/tracking_plan", Right::import_data, "Put a plan in the place of the present one; what was found against that one is forgotten",
                     {"stale", "plan_too_large", "plan_event_without_name", "plan_event_twice", "plan_property_without_name", "plan_property_twice"}, put_plan)
                     .if_match());
  rows.push_back(row(Method::get, "/workspaces/{ws}/tracking_plan/violations", Right::read, "Where events differ from the plan, by source", {"invalid_days_shown"}, violations)
                     .query("days", "of events that arrived in so many days, 1 to 366; 30 where absent"));
  return rows;
}

}  // namespace lotse::http
