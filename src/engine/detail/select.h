#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include "engine/detail/snapshot.h"
#include "engine/query.h"
#include "engine/variants.h"

namespace lotse::engine::detail {

/// Membership by code: table[code], with a default beyond its end.
struct CodeSet {
  std::vector<uint8_t> table;
  bool beyond = false;

  bool has(uint32_t code) const { return code < table.size() ? table[code] : beyond; }
};

struct AttributeTest {
  size_t attribute = 0;
  CodeSet codes;
  bool carried = false;  ///< the customer's code at the event's time, not the event's own
};

struct SuccessionTest {
  CodeSet first, then;
  bool directly = false;
  int64_t within_us = INT64_MAX;
};

struct HashOfSequenceHash {
  size_t operator()(const SequenceHash& h) const { return h.low; }
};

/// Sequences to look for, by their hash.
using SequenceSet = std::unordered_multimap<SequenceHash, std::vector<Touchpoint>, HashOfSequenceHash>;
SequenceSet sequence_set(const std::vector<std::vector<Touchpoint>>& sequences);
bool has(const SequenceSet& set, std::span<const Touchpoint> sequence);

/// A query made ready for the scan: lists as tables, conditions that cannot fail left out. Shared by all tasks.
struct Plan {
  std::vector<Touchpoint> touchpoint_of;  ///< [class], padded to every class of the snapshot
  uint32_t touchpoint_count = 0;
  bool some_unmapped = false;             ///< a class of the snapshot maps to no_touchpoint

  Slicing::By by = Slicing::By::customer;
  CodeSet keyed_class;
  int64_t gap_us = INT64_MAX;
  bool has_gap = false, has_start = false, has_end = false;
  CodeSet start, end;
  int64_t as_of_us = 0;
  std::optional<uint64_t> last_arrival;   ///< none where it excludes nothing

  Period::Mode period = Period::Mode::all;
  int64_t from_us = 0, to_us = 0;

  std::optional<CodeSet> starts_with, ends_with, contains_not;
  std::vector<CodeSet> contains;
  std::vector<SuccessionTest> successions;
  int64_t duration_min_us = 0, duration_max_us = INT64_MAX;
  uint32_t events_min = 0, events_max = UINT32_MAX;
  std::vector<AttributeTest> has_event, has_no_event, customer_last;
  bool exclude_open = false;
  std::optional<SequenceSet> variants;
  std::vector<std::shared_ptr<const Bitmap>> live;  ///< [part] living customers that may be selected; none: all

  std::vector<AttributeTest> event_attributes;
  std::optional<CodeSet> shown;
  std::optional<SequenceSet> remaining;

  bool cuts_instances() const { return has_gap || has_start || has_end; }
  bool filters_instances() const;
  bool filters_events() const { return !event_attributes.empty() || shown || period == Period::Mode::cut; }
  /// Nothing but mapping: every living customer is one instance with all its events.
  bool plain() const {
    return by == Slicing::By::customer && !cuts_instances() && !filters_instances() && !filters_events() && !remaining && !some_unmapped && !last_arrival;
  }
};

Result<Plan> plan(const Columns& columns, const Query& query);

/// Customers [first, last) of a part: the piece of work between two looks at the stop token.
struct Unit {
  uint32_t part = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};
std::vector<Unit> units(const Columns& columns, uint32_t rows_each);

/// Selected instances of one unit, flat: events of instance i are [begin[i], begin[i + 1]).
struct Instances {
  const Segment* segment = nullptr;
  std::vector<uint32_t> begin;
  std::vector<uint32_t> customer;  ///< [instance] index in the segment; equal ones are neighbours
  std::vector<uint32_t> ordinal;   ///< [instance]
  std::vector<uint32_t> key;       ///< [instance]
  std::vector<uint8_t> open;       ///< [instance]
  std::vector<Touchpoint> touchpoint;  ///< [event]
  std::vector<int64_t> time;           ///< [event]
  std::vector<uint32_t> row;           ///< [event] in the segment

  size_t size() const { return customer.size(); }
  uint32_t events(size_t i) const { return begin[i + 1] - begin[i]; }
  int64_t first_time(size_t i) const { return time[begin[i]]; }
  int64_t last_time(size_t i) const { return time[begin[i + 1] - 1]; }
};

/// Carries out a plan, unit by unit. One for each task: it reuses its buffers.
class Selector {
 public:
  Selector(const Columns& columns, const Plan& plan) : columns_(columns), plan_(plan) {}

  /// The instances of a unit after all filters; valid until the next call.
  const Instances& select(const Unit& unit);

 private:
  struct Slice {
    uint32_t begin, end;  ///< events in the buffers
    uint32_t customer, ordinal, key;
    bool open;
  };
  void load(const Part& part, const Bitmap* live, const Unit& unit);
  bool passes_customer(uint32_t customer) const;
  void group_by_key();
  void split_group(uint32_t begin, uint32_t end);
  void slice();
  void slice_group(uint32_t begin, uint32_t end, uint32_t customer, uint32_t key);
  void filter_instances();
  template <class Keep>
  void keep_slices(Keep keep);
  const std::vector<uint32_t>& carry(size_t attribute);
  bool succession_holds(const Slice& slice, const SuccessionTest& test) const;
  void cut_to_period();
  void filter_events();
  void emit();

  const Columns& columns_;
  const Plan& plan_;
  const Segment* segment_ = nullptr;
  Unit unit_;
  std::vector<uint32_t> carried_;  ///< [row of the unit] see carry()
  // Groups: events [group_begin_[g], group_begin_[g + 1]) of one customer (and one key).
  std::vector<uint32_t> group_begin_, group_customer_, group_key_;
  std::vector<Slice> slices_;
  std::vector<Touchpoint> touchpoint_, touchpoint_swap_;
  std::vector<int64_t> time_, time_swap_;
  std::vector<uint32_t> row_, row_swap_;
  std::vector<uint32_t> key_, group_of_, group_size_, group_keys_;
  std::vector<uint8_t> keep_;
  std::unordered_map<uint32_t, uint32_t> group_index_;
  Instances out_;
};

/// Runs `work(state, instances)` over all units in parallel and gives the states, one a task.
template <class State, class Make, class Work>
Result<std::vector<State>> scan(const Columns& columns, const Plan& plan, Executor& executor, std::stop_token stop, Make make,
                                Work work) {
  const auto pieces = units(columns, block_rows);
  const size_t tasks = std::max<size_t>(1, std::min(executor.width(), pieces.size()));
  std::vector<State> states;
  states.reserve(tasks);
  for (size_t t = 0; t < tasks; ++t) states.push_back(make());
  std::atomic<size_t> next = 0;
  std::atomic<bool> stopped = false;
  executor.run(tasks, [&](size_t t) {
    Selector selector(columns, plan);
    for (size_t u; (u = next.fetch_add(1, std::memory_order_relaxed)) < pieces.size();) {
      if (stop.stop_requested()) {
        stopped = true;
        return;
      }
      const Instances& selected = selector.select(pieces[u]);
      if (selected.size()) work(states[t], selected);
    }
  });
  if (stopped) return cancelled();
  return states;
}

/// Linear interpolation between order statistics; reorders `values`. At least one value, p in 0..1.
double quantile(std::vector<int64_t>& values, double p);
double quantile(std::span<int64_t> values, double p);

}  // namespace lotse::engine::detail
