#include <algorithm>

#include "engine/detail/edges.h"
#include "engine/detail/narrow.h"
#include "engine/detail/select.h"
#include "engine/query.h"

namespace lotse::engine {
namespace {

using namespace detail;

struct State {
  Totals totals;
  Sum duration = 0;
  std::vector<int64_t> durations;
  std::vector<uint8_t> seen;  ///< [touchpoint]
};

void count(State& state, const Instances& selected) {
  Totals& t = state.totals;
  t.instances += selected.size();
  t.events += selected.begin.back();
  for (size_t i = 0; i < selected.size(); ++i) {
    t.open_instances += selected.open[i];
    t.customers += i == 0 || selected.customer[i] != selected.customer[i - 1];
    const int64_t duration = selected.last_time(i) - selected.first_time(i);
    state.duration += static_cast<uint64_t>(duration);
    state.durations.push_back(duration);
  }
  for (uint32_t e = 0; e < selected.begin.back(); ++e) state.seen[selected.touchpoint[e]] = 1;
}

/// Events that no slicing can place: whole history, whatever the filters.
void count_left_out(const Columns& columns, const Plan& plan, Executor& executor, Totals& totals) {
  const bool by_key = plan.by != Slicing::By::customer;
  const bool mixed = plan.by == Slicing::By::mixed;
  if (!plan.some_unmapped && !by_key) return;
  std::atomic<uint64_t> unmapped = 0, without_key = 0;
  for (const Part& part : columns.parts) {
    const Segment& s = *part.segment;
    for_ranges(executor, s.customer_count, executor.width() * 4, [&](size_t from, size_t to) {
      uint64_t a = 0, b = 0;
      for (size_t c = from; c < to; ++c) {
        if (!part.lives(c)) continue;
        for (uint32_t row = s.offsets[c]; row < s.offsets[c + 1]; ++row) {
          if (plan.last_arrival && s.arrival(row) > *plan.last_arrival) continue;
          const uint32_t event_class = s.event_class.at(row);
          if (plan.touchpoint_of[event_class] == no_touchpoint) ++a;
          else if (by_key && (!mixed || plan.keyed_class.has(event_class)) && s.instance_key.at(row) == 0) ++b;
        }
      }
      unmapped += a;
      without_key += b;
    });
  }
  totals.events_unmapped = unmapped;
  totals.events_without_key = without_key;
}

}  // namespace

Result<Totals> totals(const Snapshot& columns, const Query& query, Executor& executor, std::stop_token stop) {
  Plan plan = TRY(detail::plan(*columns, query));
  TRY(detail::narrow(*columns, plan, executor, stop));
  auto states = TRY(scan<State>(*columns, plan, executor, stop,
                                [&] { return State{.seen = std::vector<uint8_t>(plan.touchpoint_count, 0)}; }, count));
  State all = std::move(states[0]);
  for (size_t s = 1; s < states.size(); ++s) {
    const State& state = states[s];
    all.totals.instances += state.totals.instances;
    all.totals.open_instances += state.totals.open_instances;
    all.totals.events += state.totals.events;
    all.totals.customers += state.totals.customers;
    all.duration += state.duration;
    all.durations.insert(all.durations.end(), state.durations.begin(), state.durations.end());
    for (size_t t = 0; t < all.seen.size(); ++t) all.seen[t] |= state.seen[t];
  }
  Totals totals = all.totals;
  if (totals.instances) {
    totals.duration_mean_us = mean_of(all.duration, totals.instances);
    totals.duration_median_us = quantile(all.durations, 0.5);
  }
  totals.touchpoints = std::count(all.seen.begin(), all.seen.end(), 1);
  count_left_out(*columns, plan, executor, totals);
  return totals;
}

}  // namespace lotse::engine
