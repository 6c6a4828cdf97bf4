#include "engine/node_edge.h"

#include <algorithm>
#include <cmath>

#include "engine/detail/edges.h"
#include "engine/detail/narrow.h"
#include "engine/detail/passage.h"
#include "engine/detail/trend_buckets.h"

namespace lotse::engine {
namespace {

using namespace detail;

constexpr size_t bars_max = 24;

/// Bars over sorted times: quarter octaves, neighbours joined two by two until there are at most bars_max. Times below one
/// microsecond (equal time stamps) have a bar of their own.
std::vector<TimeBar> histogram(const std::vector<int64_t>& sorted) {
  std::vector<TimeBar> bars;
  if (sorted.empty()) return bars;
  const size_t zeros = std::upper_bound(sorted.begin(), sorted.end(), 0) - sorted.begin();
  const bool has_zero = zeros > 0;
  if (has_zero) bars.push_back({0, 1, zeros});
  if (zeros == sorted.size()) return bars;
  auto quarter = [](int64_t time) { return static_cast<int>(std::floor(std::log2(static_cast<double>(time)) * 4)); };
  const int low = quarter(sorted[zeros]), high = quarter(sorted.back());
  int width = 1;
  while ((high - low) / width + 1 > static_cast<int>(bars_max - has_zero)) width *= 2;
  const int count = (high - low) / width + 1;
  const size_t first = bars.size();
  for (int b = 0; b < count; ++b) bars.push_back({std::exp2((low + b * width) / 4.0), std::exp2((low + (b + 1) * width) / 4.0), 0});
  for (size_t i = zeros; i < sorted.size(); ++i) ++bars[first + (quarter(sorted[i]) - low) / width].count;
  return bars;
}

/// Median of each bucket's times.
template <class States>
std::vector<std::optional<double>> medians(const States& states, size_t buckets) {
  std::vector<std::vector<int64_t>> times(buckets);
  for (const auto& state : states)
    for (size_t i = 0; i < state.bucket_of_time.size(); ++i)
      if (state.bucket_of_time[i] < buckets) times[state.bucket_of_time[i]].push_back(state.times[i]);
  std::vector<std::optional<double>> out(buckets);
  for (size_t b = 0; b < buckets; ++b)
    if (!times[b].empty()) out[b] = quantile(times[b], 0.5);
  return out;
}

struct State {
  explicit State(size_t examples, size_t buckets) : rows(examples), trend(buckets, 0) {}
  uint64_t count = 0, instances = 0, customers = 0;
  Sum sum = 0;
  std::vector<int64_t> times;
  std::vector<uint32_t> bucket_of_time;  ///< of `times`; the number of buckets where none holds it; empty without a trend
  FirstRows rows;
  std::vector<uint64_t> trend;
};

void look(State& state, const Instances& selected, const DetailQuery& ask) {
  uint32_t last_customer = UINT32_MAX;
  for (size_t i = 0; i < selected.size(); ++i) {
    uint64_t here = 0;
    for_passages(selected, i, ask.of, [&](uint32_t e) {
      ++here;
      const size_t bucket = state.trend.empty() ? 0 : bucket_of(ask.bucket_starts, Micros{selected.time[e]});
      if (bucket < state.trend.size()) ++state.trend[bucket];
      const bool until_next = ask.until_next && ask.of.to == no_touchpoint;
      if (e == (until_next ? selected.begin[i + 1] - 1 : selected.begin[i])) return;
      const int64_t time = until_next ? selected.time[e + 1] - selected.time[e] : selected.time[e] - selected.time[e - 1];
      state.sum += static_cast<uint64_t>(time);
      state.times.push_back(time);
      if (!state.trend.empty()) state.bucket_of_time.push_back(static_cast<uint32_t>(bucket));
    });
    if (here == 0) continue;
    state.count += here;
    ++state.instances;
    state.customers += selected.customer[i] != last_customer;
    last_customer = selected.customer[i];
    state.rows.add(selected, i);
  }
}

}  // namespace

Result<Detail> examine(const Snapshot& columns, const Query& query, const DetailQuery& ask, Executor& executor, std::stop_token stop) {
  Plan plan = TRY(detail::plan(*columns, query));
  TRY(detail::narrow(*columns, plan, executor, stop));
  TRY(detail::check(ask.of, plan));
  if (!ask.bucket_starts.empty()) TRY(check_buckets(ask.bucket_starts));
  const size_t buckets = ask.bucket_starts.empty() ? 0 : ask.bucket_starts.size() - 1;
  auto states = TRY(scan<State>(*columns, plan, executor, stop, [&] { return State(ask.examples, buckets); },
                                [&](State& state, const Instances& selected) { look(state, selected, ask); }));
  Detail result;
  result.trend.assign(buckets, 0);
  Sum sum = 0;
  std::vector<int64_t> times;
  FirstRows rows(ask.examples);
  for (const State& state : states) {
    result.count += state.count;
    result.instances += state.instances;
    result.customers += state.customers;
    sum += state.sum;
    times.insert(times.end(), state.times.begin(), state.times.end());
    rows.add(state.rows);
    for (size_t b = 0; b < buckets; ++b) result.trend[b] += state.trend[b];
  }
  result.examples = rows.take();
  result.trend_median_us = medians(states, buckets);
  result.times = times.size();
  if (times.empty()) return result;
  std::sort(times.begin(), times.end());
  result.mean_us = mean_of(sum, times.size());
  result.min_us = times.front();
  result.max_us = times.back();
  result.histogram = histogram(times);
  result.median_us = quantile(times, 0.5);  // last: these reorder
  result.p90_us = quantile(times, 0.9);
  return result;
}

Result<std::vector<std::vector<uint64_t>>> trend(const Snapshot& columns, const Query& query, const std::vector<Micros>& bucket_starts,
                                                 Executor& executor, std::stop_token stop) {
  using Counts = std::vector<std::vector<uint64_t>>;
  Plan plan = TRY(detail::plan(*columns, query));
  TRY(detail::narrow(*columns, plan, executor, stop));
  TRY(check_buckets(bucket_starts));
  auto empty = [&] { return Counts(bucket_starts.size() - 1, std::vector<uint64_t>(plan.touchpoint_count, 0)); };
  auto states = TRY(scan<Counts>(*columns, plan, executor, stop, empty, [&](Counts& counts, const Instances& selected) {
    for (uint32_t e = 0; e < selected.begin.back(); ++e)
      if (size_t b = bucket_of(bucket_starts, Micros{selected.time[e]}); b < counts.size()) ++counts[b][selected.touchpoint[e]];
  }));
  Counts all = empty();
  for (const auto& counts : states)
    for (size_t b = 0; b < all.size(); ++b)
      for (size_t t = 0; t < all[b].size(); ++t) all[b][t] += counts[b][t];
  return all;
}

}  // namespace lotse::engine
