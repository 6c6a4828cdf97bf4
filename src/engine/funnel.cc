#include "engine/funnel.h"

#include <algorithm>

#include "engine/detail/funnel_courses.h"
#include "engine/detail/medians.h"
#include "engine/detail/narrow.h"
#include "engine/detail/passage.h"
#include "engine/detail/trend_buckets.h"

namespace lotse::engine {
namespace {

using namespace detail;

/// Counts instances and, since those of a customer come one after another, distinct customers.
struct Cell {
  FunnelCount count;
  uint64_t last = 0;  ///< customer counted last
  void add(uint64_t customer) {
    ++count.instances;
    count.customers += customer != last;
    last = customer;
  }
};

void add(FunnelCount& to, const FunnelCount& more) {
  to.instances += more.instances;
  to.customers += more.customers;
}
void add(std::vector<Cell>& to, const std::vector<Cell>& more) {
  for (size_t i = 0; i < to.size(); ++i) add(to[i].count, more[i].count);
}

/// What is common to all tasks.
struct Scan {
  const Columns& columns;
  const Plan& plan;
  const FunnelPlan& funnel;
  const FunnelQuery& ask;
  int64_t seen_until = 0;
  size_t codes = 0;  ///< of the attribute: 1 + highest

  size_t buckets() const { return ask.bucket_starts.empty() ? 0 : ask.bucket_starts.size() - 1; }

  bool runs(const Course& course, int64_t first_step) const {
    return seen_until - first_step <= funnel.window_us && (!(plan.has_gap || plan.has_end) || course.open);
  }
  uint32_t code(const Course& course, uint32_t place) const {
    const auto& attributes = course.segment->attributes;
    if (*ask.attribute >= attributes.size()) return 0;
    const CodeColumn& column = attributes[*ask.attribute];
    uint32_t row = course.row(place);
    uint32_t code = column.at(row);
    if (!ask.carried) return code;
    for (const uint32_t first = course.segment->offsets[course.customer]; code == 0 && row > first;)
      if (--row; !plan.last_arrival || course.segment->arrival(row) <= *plan.last_arrival) code = column.at(row);
    return code;
  }
};

/// What was counted. One for each task.
struct Tally {
  explicit Tally(const Scan& scan)
      : reached(scan.funnel.steps), dropped(scan.funnel.steps), running(scan.funnel.steps), ended(scan.funnel.steps), waiting(scan.funnel.steps),
        next(scan.ask.next ? scan.funnel.steps * size_t{scan.plan.touchpoint_count} : 0),
        groups(scan.funnel.steps * scan.codes),
        trend(scan.funnel.steps * scan.buckets()),
        trend_running(scan.buckets()),
        times(scan.ask.times ? 2 * (scan.funnel.steps - 1) : 0) {}

  uint64_t instances = 0;
  uint64_t customer = 0;  ///< a number for each that came, from 1
  const Segment* segment = nullptr;
  uint32_t index = 0;
  std::vector<Cell> reached, dropped, running, ended, waiting;  ///< [step]
  std::vector<Cell> next;          ///< [step · touchpoints + touchpoint]
  std::vector<Cell> groups;        ///< [code · steps + step]
  std::vector<Cell> trend;         ///< [bucket · steps + step]
  std::vector<uint64_t> trend_running;
  MedianCounts times;              ///< [2 · (step − 1)] since the previous step, [… + 1] since the first

  void count(const Scan& scan, const Course& course, const Reach& reach) {
    ++instances;
    if (reach.depth == 0) return;
    if (customer == 0 || course.customer != index || course.segment != segment) ++customer;
    segment = course.segment;
    index = course.customer;
    const uint32_t steps = scan.funnel.steps;
    for (uint32_t k = 0; k < reach.depth; ++k) reached[k].add(customer);
    if (reach.depth < steps) drop(scan, course, reach);
    if (scan.ask.attribute) {
      Cell* group = &groups[scan.code(course, reach.place[0]) * size_t{steps}];
      for (uint32_t k = 0; k < reach.depth; ++k) group[k].add(customer);
    }
    const int64_t first = course.time(reach.place[0]);
    if (const size_t bucket = trend.empty() ? 0 : bucket_of(scan.ask.bucket_starts, Micros{first}); bucket < trend_running.size()) {
      for (uint32_t k = 0; k < reach.depth; ++k) trend[bucket * steps + k].add(customer);
      trend_running[bucket] += reach.depth < steps && scan.runs(course, first);
    }
    if (scan.ask.times)
      for (uint32_t k = 1; k < reach.depth; ++k) {
        const int64_t time = course.time(reach.place[k]);
        times.add(2 * (k - 1), time - course.time(reach.place[k - 1]));
        times.add(2 * (k - 1) + 1, time - first);
      }
  }

  void drop(const Scan& scan, const Course& course, const Reach& reach) {
    const uint32_t k = reach.depth - 1;
    dropped[k].add(customer);
    if (!scan.ask.next) return;
    const bool runs = scan.runs(course, course.time(reach.place[0]));
    if (runs) running[k].add(customer);
    const uint32_t after = reach.place[k] + 1;
    if (after < course.events) next[k * size_t{scan.plan.touchpoint_count} + course.touchpoint(after)].add(customer);
    else (runs ? waiting : ended)[k].add(customer);
  }

  void add_all(const Tally& other) {
    instances += other.instances;
    add(reached, other.reached);
    add(dropped, other.dropped);
    add(running, other.running);
    add(ended, other.ended);
    add(waiting, other.waiting);
    add(next, other.next);
    add(groups, other.groups);
    add(trend, other.trend);
    for (size_t b = 0; b < trend_running.size(); ++b) trend_running[b] += other.trend_running[b];
    times.add(other.times);
  }
};

/// The second pass: only the times around the middle are kept.
Result<void> add_medians(const Scan& scan, const MedianCounts& counts, Executor& executor, const std::stop_token& stop, Funnel& result) {
  const MedianPlaces places(counts);
  using Wanted = std::vector<std::vector<int64_t>>;  // [series]
  auto tasks = TRY(for_courses<Wanted>(scan.columns, scan.plan, scan.funnel, executor, stop, [&] { return Wanted(places.series()); },
                                       [&](Wanted& wanted, const Course& course, const Reach& reach) {
    for (uint32_t k = 1; k < reach.depth; ++k) {
      const int64_t time = course.time(reach.place[k]);
      const int64_t taken[] = {time - course.time(reach.place[k - 1]), time - course.time(reach.place[0])};
      for (size_t i = 0; i < 2; ++i)
        if (places.wants(2 * (k - 1) + i, taken[i])) wanted[2 * (k - 1) + i].push_back(taken[i]);
    }
  }));
  for (size_t series = 0; series < places.series(); ++series) {
    auto& all = tasks[0][series];
    for (size_t t = 1; t < tasks.size(); ++t) all.insert(all.end(), tasks[t][series].begin(), tasks[t][series].end());
    FunnelStep& step = result.steps[series / 2 + 1];
    (series % 2 == 0 ? step.median_from_previous_us : step.median_from_first_us) = places.median(series, all);
  }
  return {};
}

Result<Scan> scan_of(const Columns& columns, const Query& query, const Plan& plan, const FunnelPlan& funnel, const FunnelQuery& ask) {
  Scan scan{.columns = columns, .plan = plan, .funnel = funnel, .ask = ask, .seen_until = query.as_of.count()};
  if (query.period.mode == Period::Mode::cut) scan.seen_until = std::min(scan.seen_until, query.period.to.count());
  if (!ask.bucket_starts.empty()) TRY(check_buckets(ask.bucket_starts));
  if (ask.attribute) {
    size_t attributes = 0;
    scan.codes = 1;
    for (const Part& part : columns.parts) {
      attributes = std::max(attributes, part.segment->attributes.size());
      if (*ask.attribute < part.segment->attributes.size()) scan.codes = std::max(scan.codes, size_t{part.segment->attributes[*ask.attribute].max} + 1);
    }
    if (*ask.attribute >= attributes && !columns.parts.empty()) return Error::invalid("invalid_attribute", "/attribute", "an attribute beyond the snapshot's");
  }
  return scan;
}

std::vector<FunnelCount> counts_of(const Cell* cells, size_t steps) {
  std::vector<FunnelCount> counts;
  for (size_t k = 0; k < steps; ++k) counts.push_back(cells[k].count);
  return counts;
}

}  // namespace

Result<Funnel> funnel(const Snapshot& columns, const Query& query, const FunnelQuery& ask, Executor& executor, std::stop_token stop) {
  Plan plan = TRY(detail::plan(*columns, query));
  const FunnelPlan funnel = TRY(funnel_plan(ask, plan.touchpoint_count));
  TRY(detail::narrow(*columns, plan, executor, stop));
  const Scan scan = TRY(scan_of(*columns, query, plan, funnel, ask));
  auto tallies = TRY(for_courses<Tally>(*columns, plan, funnel, executor, stop, [&] { return Tally(scan); },
                                        [&](Tally& tally, const Course& course, const Reach& reach) { tally.count(scan, course, reach); }));
  Tally& all = tallies[0];
  for (size_t t = 1; t < tallies.size(); ++t) all.add_all(tallies[t]);

  Funnel result{.instances = all.instances, .steps = std::vector<FunnelStep>(funnel.steps)};
  for (size_t k = 0; k < funnel.steps; ++k) {
    FunnelStep& step = result.steps[k];
    step.reached = all.reached[k].count;
    step.dropped = all.dropped[k].count;
    step.running = all.running[k].count;
    step.ended = all.ended[k].count;
    step.waiting = all.waiting[k].count;
    if (!ask.next) continue;
    for (uint32_t t = 0; t < plan.touchpoint_count; ++t)
      if (const FunnelCount& count = all.next[k * plan.touchpoint_count + t].count; count.instances > 0)
        step.next.push_back({static_cast<Touchpoint>(t), count});
    std::sort(step.next.begin(), step.next.end(), [](const FunnelNext& a, const FunnelNext& b) {
      return std::pair(b.count.instances, a.touchpoint) < std::pair(a.count.instances, b.touchpoint);
    });
  }
  for (size_t code = 0; code < scan.codes; ++code)
    if (const Cell* cells = &all.groups[code * funnel.steps]; cells->count.instances > 0)
      result.groups.push_back({static_cast<uint32_t>(code), counts_of(cells, funnel.steps)});
  for (size_t b = 0; b < scan.buckets(); ++b) result.trend.push_back({counts_of(&all.trend[b * funnel.steps], funnel.steps), all.trend_running[b]});
  if (ask.times) TRY(add_medians(scan, all.times, executor, stop, result));
  return result;
}

Result<FunnelList> funnel_instances(const Snapshot& columns, const Query& query, const FunnelQuery& ask, const FunnelPart& part,
                                    std::optional<InstanceKey> after, size_t limit, Executor& executor, std::stop_token stop) {
  Plan plan = TRY(detail::plan(*columns, query));
  const FunnelPlan funnel = TRY(funnel_plan(ask, plan.touchpoint_count));
  TRY(detail::narrow(*columns, plan, executor, stop));
  const Scan scan = TRY(scan_of(*columns, query, plan, funnel, ask));
  using Went = FunnelPart::Went;
  if (part.step >= funnel.steps || (part.dropped && part.step + 1 == funnel.steps) || (part.went != Went::anywhere && !part.dropped) ||
      (part.code && !ask.attribute))
    return Error::invalid("invalid_part", "/part", "the funnel has no such number");

  const auto belongs = [&](const Course& course, const Reach& reach) {
    if (reach.depth <= part.step || (part.dropped && reach.depth != part.step + 1)) return false;
    const Micros first{course.time(reach.place[0])};
    if ((part.from && first < *part.from) || (part.to && first >= *part.to)) return false;
    if (part.code && scan.code(course, reach.place[0]) != *part.code) return false;
    if (part.went == Went::anywhere) return true;
    const bool runs = scan.runs(course, first.count());
    if (part.went == Went::running) return runs;
    const uint32_t next = reach.place[reach.depth - 1] + 1;
    if (part.went == Went::touchpoint) return next < course.events && course.touchpoint(next) == part.next;
    return next == course.events && runs == (part.went == Went::waiting);
  };
  // Rows are asked of instances as the selector gives them: hence not for_courses.
  struct State {
    FunnelMatcher matcher;
    FirstRows rows;
    uint64_t total = 0, customers = 0, later = 0;
  };
  auto states = TRY(detail::scan<State>(*columns, plan, executor, stop, [&] { return State{FunnelMatcher(funnel), FirstRows(limit)}; },
                                        [&](State& state, const Instances& selected) {
    state.matcher.begin(funnel.kind_of, selected.touchpoint.data(), selected.begin.back());
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < selected.size(); ++i) {
      const Course course = course_of(plan, selected, i);
      if (!belongs(course, state.matcher.match(selected.begin[i], course.events, course.clock))) continue;
      ++state.total;
      state.customers += selected.customer[i] != last;
      last = selected.customer[i];
      if (after && !(*after < InstanceKey{selected.segment->customers[selected.customer[i]], selected.ordinal[i]})) continue;
      ++state.later;
      state.rows.add(selected, i);
    }
  }));
  FunnelList list;
  FirstRows rows(limit);
  uint64_t later = 0;
  for (const State& state : states) {
    list.total += state.total;
    list.customers += state.customers;
    later += state.later;
    rows.add(state.rows);
  }
  // The few rows of the page are looked at once more: the scan keeps no more of each than its place.
  Selector selector(*columns, plan);
  FunnelMatcher matcher(funnel);
  for (const InstanceRow& row : rows.take()) {
    for (uint32_t p = 0; p < columns->parts.size(); ++p) {
      const auto index = find(columns->parts[p], row.key.customer);
      if (!index) continue;
      const Instances& selected = selector.select({p, *index, *index + 1});
      matcher.begin(funnel.kind_of, selected.touchpoint.data(), selected.begin.back());
      for (size_t i = 0; i < selected.size(); ++i) {
        if (selected.ordinal[i] != row.key.ordinal) continue;
        const Course course = course_of(plan, selected, i);
        const Reach& reach = matcher.match(selected.begin[i], course.events, course.clock);
        list.rows.push_back({row, reach.depth, Micros{course.time(reach.place[0])}, Micros{course.time(reach.place[reach.depth - 1])}});
      }
    }
  }
  list.more = later > list.rows.size();
  return list;
}

}  // namespace lotse::engine
