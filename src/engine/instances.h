#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/query.h"
#include "engine/variants.h"

namespace lotse::engine {

/// Names an instance within one snapshot (and within later ones, as long as the customer's events stay).
struct InstanceKey {
  uint32_t customer = 0;
  uint32_t ordinal = 0;  ///< place among the customer's instances before filters, by first event
  auto operator<=>(const InstanceKey&) const = default;
};

struct InstanceRow {
  InstanceKey key;
  uint32_t instance_key = 0;  ///< code; 0 where the instance is not by key
  Micros first{0};            ///< of the events that remain after filters
  Micros last{0};
  uint32_t events = 0;
  bool open = false;
  SequenceHash variant;       ///< of the sequence that remains after filters
};

/// Besides the query: only instances that, after all filters, pass through this node or edge.
struct Through {
  Touchpoint from = no_touchpoint;  ///< the node, or the edge's source
  Touchpoint to = no_touchpoint;    ///< no_touchpoint: a node
  std::optional<Micros> between_min, between_max;  ///< edge: an occurrence took this long; inclusive
};

struct InstanceListQuery {
  std::optional<InstanceKey> after;  ///< the last row of the page before
  size_t limit = 100;
  std::optional<Through> through;
};

struct InstanceList {
  std::vector<InstanceRow> rows;  ///< by (customer, ordinal)
  uint64_t total = 0;             ///< all instances that match, this page or not: equals the count in a graph or variant
  bool more = false;
};

/// The instances behind a number. Errors: those of check(). Cost: one scan of the selection.
Result<InstanceList> instances(const Snapshot& columns, const Query& query, const InstanceListQuery& ask,
                               Executor& executor, std::stop_token stop = {});

/// One event as the engine knows it.
struct EventRow {
  uint64_t arrival = 0;
  Micros time{0};
  uint32_t event_class = 0;
  Touchpoint touchpoint = no_touchpoint;
  uint32_t instance_key = 0;
  std::vector<uint32_t> attributes;
};

/// All events of one customer in order of (time, arrival), unmapped ones included. Empty where there is no such customer.
std::vector<EventRow> customer_events(const Snapshot& columns, const Mapping& mapping, uint32_t customer,
                                      std::optional<uint64_t> last_arrival = std::nullopt);

/// The events of one instance that remain after the query's filters; empty where it is not in the selection.
Result<std::vector<EventRow>> instance_events(const Snapshot& columns, const Query& query, const InstanceKey& key);

/// The selected instances of one customer, by first event; without a scan of others. Errors: those of check().
Result<std::vector<InstanceRow>> customer_instances(const Snapshot& columns, const Query& query, uint32_t customer);

/// Customers, ascending, with an event that has the instance key. Cost: one scan of the keys.
Result<std::vector<uint32_t>> customers_with_key(const Snapshot& columns, uint32_t instance_key, std::optional<uint64_t> last_arrival,
                                                 Executor& executor, std::stop_token stop = {});

}  // namespace lotse::engine
