#include "analysis/analysis.h"
#include "analysis/detail/service.h"

/// What a filter selects, for those who carry it elsewhere: exports, deliveries.
namespace lotse::analysis {

namespace {
constexpr size_t piece = 20'000;
Result<void> may_see(const Viewer& viewer) {
  if (!viewer.may(Right::see_customers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_customers is needed");
  return {};
}
}  // namespace

Result<std::vector<uint32_t>> Analysis::members(const Viewer& viewer, const Filter& filter, std::stop_token stop) {
  TRY(may_see(viewer));
  const auto question = TRY(service_->ask(viewer, filter, std::nullopt, std::nullopt));
  const auto planned = TRY(service_->plan(viewer, question));
  return *TRY(service_->members(question, planned, stop));
}

Result<std::optional<std::vector<bool>>> Analysis::selected_events(const Viewer& viewer, const Filter& filter, std::stop_token stop) {
  TRY(may_see(viewer));
  const auto question = TRY(service_->ask(viewer, filter, std::nullopt, std::nullopt));
  const auto planned = TRY(service_->plan(viewer, question));
  if (!planned.filters) return std::optional<std::vector<bool>>();
  std::vector<bool> out(question.seen.as_of + 1);
  engine::InstanceListQuery ask{.limit = piece};
  for (bool more = true; more;) {
    const auto list = TRY(engine::instances(question.seen.moment->columns, planned.query, ask, service_->shared.queries, stop));
    for (const auto& row : list.rows) {
      if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
      for (const auto& event : TRY(engine::instance_events(question.seen.moment->columns, planned.query, row.key)))
        if (event.arrival < out.size()) out[event.arrival] = true;
    }
    more = list.more;
    if (more) ask.after = list.rows.back().key;
  }
  return std::optional(std::move(out));
}

}  // namespace lotse::analysis
