#include "engine/instances.h"

#include <algorithm>
#include <mutex>

#include "engine/detail/narrow.h"
#include "engine/detail/passage.h"
#include "engine/detail/runs.h"
#include "engine/detail/select.h"

namespace lotse::engine {
namespace detail {

bool passes(const Instances& selected, size_t i, const Through& through) {
  bool found = false;
  for_passages(selected, i, through, [&](uint32_t) { found = true; });
  return found;
}

InstanceRow row_of(const Instances& selected, size_t i) {
  std::span<const Touchpoint> sequence(selected.touchpoint.data() + selected.begin[i], selected.events(i));
  return {.key = {selected.segment->customers[selected.customer[i]], selected.ordinal[i]},
          .instance_key = selected.key[i],
          .first = Micros{selected.first_time(i)},
          .last = Micros{selected.last_time(i)},
          .events = selected.events(i),
          .open = selected.open[i] != 0,
          .variant = hash_of(sequence)};
}

void FirstRows::add(const Instances& selected, size_t i) {
  const InstanceKey key{selected.segment->customers[selected.customer[i]], selected.ordinal[i]};
  if (limit_ == 0 || (rows_.size() == limit_ && !(key < rows_.front().key))) return;
  if (rows_.size() == limit_) {
    std::pop_heap(rows_.begin(), rows_.end(), by_key);
    rows_.pop_back();
  }
  rows_.push_back(row_of(selected, i));
  std::push_heap(rows_.begin(), rows_.end(), by_key);
}

void FirstRows::add(const FirstRows& other) {
  rows_.insert(rows_.end(), other.rows_.begin(), other.rows_.end());
}

std::vector<InstanceRow> FirstRows::take() {
  std::sort(rows_.begin(), rows_.end(), by_key);
  if (rows_.size() > limit_) rows_.resize(limit_);
  return std::move(rows_);
}

}  // namespace detail

using namespace detail;

Result<void> detail::check(const Through& through, const Plan& plan) {
  auto known = [&](Touchpoint t) { return t < plan.touchpoint_count; };
  if (!known(through.from) || (through.to != no_touchpoint && !known(through.to)))
    return Error::invalid("invalid_touchpoint", "/through", "a touchpoint beyond the mapping's");
  return {};
}

Result<InstanceList> instances(const Snapshot& columns, const Query& query, const InstanceListQuery& ask, Executor& executor,
                               std::stop_token stop) {
  Plan plan = TRY(detail::plan(*columns, query));
  TRY(detail::narrow(*columns, plan, executor, stop));
  if (ask.through) TRY(check(*ask.through, plan));
  struct State {
    FirstRows rows;
    uint64_t total = 0, later = 0;
  };
  auto states = TRY(scan<State>(*columns, plan, executor, stop, [&] { return State{FirstRows(ask.limit)}; }, [&](State& state, const Instances& selected) {
    for (size_t i = 0; i < selected.size(); ++i) {
      if (ask.through && !passes(selected, i, *ask.through)) continue;
      ++state.total;
      if (ask.after && !(*ask.after < InstanceKey{selected.segment->customers[selected.customer[i]], selected.ordinal[i]})) continue;
      ++state.later;
      state.rows.add(selected, i);
    }
  }));
  InstanceList list;
  FirstRows rows(ask.limit);
  uint64_t later = 0;
  for (const auto& state : states) {
    list.total += state.total;
    later += state.later;
    rows.add(state.rows);
  }
  list.rows = rows.take();
  list.more = later > list.rows.size();
  return list;
}

namespace {

EventRow event_of(const Segment& s, uint32_t row, int64_t time, Touchpoint touchpoint) {
  EventRow event{s.arrival(row), Micros{time}, s.event_class.at(row), touchpoint, s.instance_key.at(row), {}};
  for (const auto& attribute : s.attributes) event.attributes.push_back(attribute.at(row));
  return event;
}

}  // namespace

std::vector<EventRow> customer_events(const Snapshot& columns, const Mapping& mapping, uint32_t customer,
                                      std::optional<uint64_t> last_arrival) {
  std::vector<EventRow> events;
  for (const Part& part : columns->parts) {
    auto index = find(part, customer);
    if (!index) continue;
    const Segment& s = *part.segment;
    const uint32_t from = s.offsets[*index], to = s.offsets[*index + 1];
    std::vector<int64_t> times(to - from);
    s.times(*index, *index + 1, times.data());
    for (uint32_t row = from; row < to; ++row) {
      if (last_arrival && s.arrival(row) > *last_arrival) continue;
      const uint32_t event_class = s.event_class.at(row);
      const Touchpoint touchpoint = event_class < mapping.touchpoint_of.size() ? mapping.touchpoint_of[event_class] : no_touchpoint;
      events.push_back(event_of(s, row, times[row - from], touchpoint));
    }
  }
  return events;
}

Result<std::vector<EventRow>> instance_events(const Snapshot& columns, const Query& query, const InstanceKey& key) {
  const Plan plan = TRY(detail::plan(*columns, query));
  Selector selector(*columns, plan);
  std::vector<EventRow> events;
  for (uint32_t p = 0; p < columns->parts.size(); ++p) {
    auto index = find(columns->parts[p], key.customer);
    if (!index) continue;
    const Instances& selected = selector.select({p, *index, *index + 1});
    for (size_t i = 0; i < selected.size(); ++i) {
      if (selected.ordinal[i] != key.ordinal) continue;
      for (uint32_t e = selected.begin[i]; e < selected.begin[i + 1]; ++e)
        events.push_back(event_of(*selected.segment, selected.row[e], selected.time[e], selected.touchpoint[e]));
    }
  }
  return events;
}

Result<std::vector<InstanceRow>> customer_instances(const Snapshot& columns, const Query& query, uint32_t customer) {
  const Plan plan = TRY(detail::plan(*columns, query));
  Selector selector(*columns, plan);
  std::vector<InstanceRow> out;
  for (uint32_t p = 0; p < columns->parts.size(); ++p) {
    const auto index = find(columns->parts[p], customer);
    if (!index) continue;
    const Instances& selected = selector.select({p, *index, *index + 1});
    for (size_t i = 0; i < selected.size(); ++i) out.push_back(row_of(selected, i));
  }
  return out;
}

Result<std::vector<uint32_t>> customers_with_key(const Snapshot& columns, uint32_t instance_key, std::optional<uint64_t> last_arrival,
                                                 Executor& executor, std::stop_token stop) {
  const auto pieces = units(*columns, block_rows);
  std::mutex mutex;
  std::vector<uint32_t> out;
  TRY(for_units(pieces, executor, stop, [&](size_t, const Unit& unit) {
    const Part& part = columns->parts[unit.part];
    const Segment& s = *part.segment;
    if (instance_key > s.instance_key.max && s.instance_key.width != 0) return;
    std::vector<uint32_t> found;
    for (uint32_t c = unit.first; c < unit.last; ++c) {
      if (!part.lives(c)) continue;
      for (uint32_t row = s.offsets[c]; row < s.offsets[c + 1]; ++row) {
        if (s.instance_key.at(row) != instance_key || (last_arrival && s.arrival(row) > *last_arrival)) continue;
        found.push_back(s.customers[c]);
        break;
      }
    }
    if (found.empty()) return;
    std::lock_guard lock(mutex);
    out.insert(out.end(), found.begin(), found.end());
  }));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace lotse::engine
