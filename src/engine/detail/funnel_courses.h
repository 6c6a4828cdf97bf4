#pragma once
#include <limits>

#include "engine/detail/funnel_match.h"
#include "engine/detail/runs.h"

namespace lotse::engine::detail {

/// One selected instance as a funnel looks at it.
struct Course {
  const Segment* segment = nullptr;
  uint32_t customer = 0;  ///< index in the segment; those of one customer come one after another, to one task
  bool open = false;
  uint32_t events = 0;
  uint32_t first_row = 0;                   ///< where `rows` is null: the events are neighbours
  const uint32_t* rows = nullptr;           ///< [event] in the segment
  const Touchpoint* touchpoint_of = nullptr;  ///< [class]
  const int64_t* clock = nullptr;           ///< [event] time, from whatever beginning
  int64_t first_time = 0;

  uint32_t row(uint32_t place) const { return rows ? rows[place] : first_row + place; }
  Touchpoint touchpoint(uint32_t place) const { return touchpoint_of[segment->event_class.at(row(place))]; }
  int64_t time(uint32_t place) const { return first_time + (clock[place] - clock[0]); }
};

inline Course course_of(const Plan& plan, const Instances& selected, size_t i) {
  const uint32_t begin = selected.begin[i];
  return {.segment = selected.segment, .customer = selected.customer[i], .open = selected.open[i] != 0, .events = selected.events(i),
          .rows = selected.row.data() + begin, .touchpoint_of = plan.touchpoint_of.data(), .clock = selected.time.data() + begin, .first_time = selected.time[begin]};
}

/// Calls `work(state, course, reach)` for every selected instance; whole customers come straight from the columns where nothing is
/// filtered. Gives the states, one a task.
template <class State, class Make, class Work>
Result<std::vector<State>> for_courses(const Columns& columns, const Plan& plan, const FunnelPlan& funnel, Executor& executor,
                                       const std::stop_token& stop, Make make, Work work) {
  struct Task {
    State state;
    FunnelMatcher matcher;
    std::vector<int64_t> clock;
  };
  const auto make_task = [&] { return Task{make(), FunnelMatcher(funnel), {}}; };
  const auto states_of = [](std::vector<Task>& tasks) {
    std::vector<State> states;
    for (auto& task : tasks) states.push_back(std::move(task.state));
    return states;
  };
  if (!plan.plain()) {
    auto tasks = TRY(scan<Task>(columns, plan, executor, stop, make_task, [&](Task& task, const Instances& selected) {
      task.matcher.begin(funnel.kind_of, selected.touchpoint.data(), selected.begin.back());
      for (size_t i = 0; i < selected.size(); ++i) {
        const Course course = course_of(plan, selected, i);
        work(task.state, course, task.matcher.match(selected.begin[i], course.events, course.clock));
      }
    }));
    return states_of(tasks);
  }
  std::vector<uint16_t> kind_of(plan.touchpoint_of.size());
  for (size_t c = 0; c < kind_of.size(); ++c)
    if (plan.touchpoint_of[c] != no_touchpoint) kind_of[c] = funnel.kind_of[plan.touchpoint_of[c]];
  const auto pieces = units(columns, block_rows);
  std::vector<Task> tasks;
  for (size_t t = tasks_of(executor, pieces); t-- > 0;) tasks.push_back(make_task());
  TRY(for_units(pieces, executor, stop, [&](size_t t, const Unit& unit) {
    const Segment& s = *columns.parts[unit.part].segment;
    Task& task = tasks[t];
    for_runs(plan.live[unit.part].get(), unit.first, unit.last, [&](uint32_t first, uint32_t last) {
      const uint32_t base = s.offsets[first], rows = s.offsets[last] - base;
      if (s.event_class.width == 2) task.matcher.begin(kind_of, s.event_class.narrow() + base, rows);
      else task.matcher.begin(kind_of, s.event_class.wide() + base, rows);
      // A customer's first gap is 0: one sum runs through all customers, and differences within one are right.
      task.clock.resize(rows);
      s.gaps(base, s.offsets[last], task.clock.data());
      uint64_t sum = 0;
      for (uint32_t i = 0; i < rows; ++i) task.clock[i] = static_cast<int64_t>(sum += static_cast<uint64_t>(task.clock[i]));
      for (uint32_t c = first; c < last; ++c) {
        const uint32_t from = s.offsets[c], count = s.offsets[c + 1] - from;
        const int64_t* clock = task.clock.data() + (from - base);
        work(task.state,
             Course{.segment = &s, .customer = c, .events = count, .first_row = from, .touchpoint_of = plan.touchpoint_of.data(), .clock = clock, .first_time = s.first_time[c]},
             task.matcher.match(from - base, count, clock));
      }
    });
  }));
  return states_of(tasks);
}

}  // namespace lotse::engine::detail
