#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/columns.h"
#include "engine/snapshot.h"

namespace lotse::engine {

/// Event class → touchpoint. Shared by all queries of one mapping version.
struct Mapping {
  std::vector<Touchpoint> touchpoint_of;  ///< [class]; no_touchpoint: the class takes no part
  uint32_t touchpoint_count = 0;          ///< every entry above is below this; at most 65,535
};

/// How events become journey instances. Rules are applied in this order: groups by `by`; then within each group, in order
/// of (time, arrival), cuts by `gap`, `start` and `end`.
struct Slicing {
  enum class By {
    customer,      ///< one group per customer
    instance_key,  ///< one group per (customer, instance key); events without key are in none, and counted
    mixed,         ///< classes flagged in `keyed_class` by instance key, all others form the customer's own course
  };
  By by = By::customer;
  std::vector<uint8_t> keyed_class;  ///< [class] 1 = its source gives instance keys; read for `mixed` only, missing = 0

  /// A pause longer than this ends an instance.
  std::optional<Micros> gap;
  /// An instance begins at an event of these; what lies before belongs to none. While an instance runs, a further start
  /// begins a new one only where `end` is empty.
  std::vector<Touchpoint> start;
  /// An event of these is an instance's last. The next event begins a new one (with `start`: the next start).
  std::vector<Touchpoint> end;
};

/// Half-open [from, to).
struct Period {
  enum class Mode {
    all,        ///< no restriction; from and to are not read
    cut,        ///< only events inside count; applied after instance filters
    started,    ///< instances whose first event is inside
    completed,  ///< closed instances whose last event is inside
    overlaps,   ///< instances with first < to and last >= from
  };
  Mode mode = Mode::all;
  Micros from{0};
  Micros to{0};
};

/// The code of an attribute is one of these (or none of them).
struct AttributeCondition {
  size_t attribute = 0;         ///< index of the column
  std::vector<uint32_t> codes;  ///< any order; 0 stands for "absent"
  bool negated = false;         ///< the code is none of these
  /// The code is the customer's at the event's time: its last one other than 0, over all its events up to and including
  /// this one. Read by `has_event`, `has_no_event` and EventFilters.
  bool carried = false;
};

/// An event of `first`, and after it one of `then`.
struct Succession {
  std::vector<Touchpoint> first;
  std::vector<Touchpoint> then;
  bool directly = false;         ///< as its next event
  std::optional<Micros> within;  ///< at most this much later (inclusive)
};

/// All must hold. They look at the whole instance, before event filters and before a period cuts it.
struct InstanceFilters {
  std::vector<Touchpoint> starts_with;              ///< first event is one of these; empty: no condition
  std::vector<Touchpoint> ends_with;                ///< last event is one of these; empty: no condition
  std::vector<std::vector<Touchpoint>> contains;    ///< of each list at least one event
  std::vector<Touchpoint> contains_not;             ///< no event of these
  std::vector<Succession> successions;
  std::optional<Micros> duration_min, duration_max;  ///< last minus first event; inclusive
  std::optional<uint32_t> events_min, events_max;    ///< inclusive
  std::vector<AttributeCondition> has_event;        ///< each: at least one event of the instance meets it
  std::vector<AttributeCondition> has_no_event;     ///< each: no event of the instance meets it
  std::vector<AttributeCondition> customer_last;    ///< each: the customer's last code other than 0, over all its events
                                                    ///< (0 where there is none), meets it
  bool exclude_open = false;
  /// Only instances whose full sequence is one of these. An empty list selects none.
  std::optional<std::vector<std::vector<Touchpoint>>> variants;
  /// Only these customers, any order.
  std::optional<std::vector<uint32_t>> customers;
};

/// All must hold for an event to stay. The remaining events become neighbours.
struct EventFilters {
  std::vector<AttributeCondition> attributes;           ///< each event's own code
  std::optional<std::vector<Touchpoint>> touchpoints;   ///< only these are shown
  /// Only instances whose remaining sequence (after these filters and a cut) is one of these. An empty list selects none.
  std::optional<std::vector<std::vector<Touchpoint>>> remaining;
};

/// Which instances, and which of their events, an operator sees. Order: mapping, slicing on the whole history, instance
/// filters with started/completed/overlaps, event filters with cut, operator. An instance without remaining events is
/// not counted.
struct Query {
  const Mapping* mapping = nullptr;  ///< never null; must hold every class of the snapshot
  Slicing slicing;
  Period period;
  InstanceFilters instances;
  EventFilters events;

  /// The moment at which "open" is judged. An instance is open while its end (where `slicing.end` is given) has not come
  /// and its gap (where given) has not elapsed since its last event. Without either, no instance is ever open.
  Micros as_of{0};

  /// Rows that arrived later than this are not there: an older answer's drill-down sees what the answer saw.
  std::optional<uint64_t> last_arrival;
};

/// Errors that every operator gives: mapping_incomplete (a class beyond the mapping), invalid_touchpoint (a list names one
/// beyond touchpoint_count), invalid_attribute (beyond the snapshot's), invalid_period (from after to), invalid_gap
/// (gap not above 0), cancelled.
Result<void> check(const Snapshot& columns, const Query& query);

/// What the selection holds as a whole.
struct Totals {
  uint64_t instances = 0;
  uint64_t open_instances = 0;        ///< of `instances`
  uint64_t events = 0;                ///< after all filters
  uint64_t customers = 0;             ///< distinct
  uint64_t events_without_key = 0;    ///< by-key slicing: mapped events of the whole history that lack a key
  uint64_t events_unmapped = 0;       ///< events whose class maps to no_touchpoint, whole history
  double duration_mean_us = 0;        ///< of the instances; 0 where there are none
  double duration_median_us = 0;      ///< exact
  uint32_t touchpoints = 0;           ///< distinct, among `events`
};
Result<Totals> totals(const Snapshot& columns, const Query& query, Executor& executor, std::stop_token stop = {});

}  // namespace lotse::engine
