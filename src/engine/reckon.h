#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/query.h"

namespace lotse::engine {

/// Numbers that belong to events but are in no column (amounts), by arrival number.
struct ArrivalValues {
  uint64_t base = 0;           ///< arrival number of values[0]
  std::vector<double> values;  ///< not a number: none

  /// Not a number where there is none.
  double at(uint64_t arrival) const;
};

/// One number for each customer, from its mapped events.
struct Reckoning {
  enum class Kind {
    events,        ///< how many
    sum,           ///< of their numbers (`value_of_code` or `values`); events without one add nothing
    first_time,    ///< microseconds; not a number where there is none
    last_time,     ///< likewise
    top_code,      ///< the most frequent code other than 0 of `attribute`, of equally frequent ones that used last; 0: none
    last_code,     ///< the last code other than 0 of `attribute`, over all events, unmapped ones included; 0: none
    followed,      ///< how many have an event of `then` after them, at most `within` later
    not_followed,  ///< how many have none, of those whose time for it (`within`) is over at `as_of`
  };
  Kind kind = Kind::events;
  std::optional<std::vector<Touchpoint>> of;  ///< only events of these; none: every mapped event
  std::vector<Touchpoint> then;               ///< followed, not_followed
  std::optional<Micros> within;               ///< followed, not_followed: inclusive; above 0
  std::optional<Micros> from, to;             ///< only events in [from, to)
  std::optional<AttributeCondition> having;   ///< only events that meet it; `carried` is not read
  size_t attribute = 0;                       ///< top_code, last_code, sum by `value_of_code`
  std::vector<double> value_of_code;          ///< sum: [code]; not a number or beyond: none
  std::shared_ptr<const ArrivalValues> values;  ///< sum: instead of `value_of_code`
};

struct ReckonQuery {
  const Mapping* mapping = nullptr;  ///< never null
  Micros as_of{0};
  std::optional<uint64_t> last_arrival;
  std::optional<std::vector<uint32_t>> customers;  ///< only these, any order; none: all
};

struct Reckoned {
  std::vector<uint32_t> customers;          ///< ascending, each with at least one event (mapped or not)
  std::vector<std::vector<double>> values;  ///< [reckoning][customer]
};

/// Answers all `reckonings` in one pass over the customers.
///   errors   invalid_touchpoint, invalid_attribute, cancelled
///   cost     O(events · reckonings), about 1 ns each on two threads; times are only decoded where one needs them
///   threads  pure: any number of calls may share the same columns
Result<Reckoned> reckon(const Snapshot& columns, const ReckonQuery& query, std::span<const Reckoning> reckonings,
                        Executor& executor, std::stop_token stop = {});

/// How many instances of the selection each customer has; customers without one are left out. Ascending.
/// Errors: those of check(). Cost: one scan of the selection.
struct CustomerCount {
  uint32_t customer = 0;
  uint32_t instances = 0;
};
Result<std::vector<CustomerCount>> count_by_customer(const Snapshot& columns, const Query& query, Executor& executor,
                                                     std::stop_token stop = {});

}  // namespace lotse::engine
