#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/instances.h"

namespace lotse::engine {

struct DetailQuery {
  Through of;                        ///< the node or edge looked at
  size_t examples = 5;               ///< instances to name
  std::vector<Micros> bucket_starts;  ///< boundaries of the trend, ascending; bucket i is [start i, start i+1), the last
                                     ///< boundary only ends the one before it. Empty: no trend
  bool until_next = false;           ///< node: measure the time until the instance's next event, not since its previous
};

/// One bar: how many times lay in [from_us, to_us).
struct TimeBar {
  double from_us = 0;
  double to_us = 0;
  uint64_t count = 0;
};

/// Side panel of a node or edge. For a node, times are those since the instance's previous event, or until its next one.
struct Detail {
  uint64_t count = 0;
  uint64_t instances = 0;
  uint64_t customers = 0;
  uint64_t times = 0;  ///< how many times were measured: `count`, or for a node less the starts (until_next: the ends)
  double mean_us = 0;  ///< all 0 where times == 0
  double median_us = 0;
  double p90_us = 0;
  int64_t min_us = 0;
  int64_t max_us = 0;
  std::vector<TimeBar> histogram;       ///< log-spaced (four bars an octave joined to at most 24), first bar holds 0; empty where times == 0
  std::vector<uint64_t> trend;          ///< [bucket] occurrences, by the time of the event (edge: of its second event)
  std::vector<std::optional<double>> trend_median_us;  ///< [bucket] exact median of the times measured there; none where there are none
  std::vector<InstanceRow> examples;    ///< the first by (customer, ordinal)
};

/// Errors: those of check(); invalid_buckets (fewer than 2 boundaries, or not ascending). Cost: one scan.
Result<Detail> examine(const Snapshot& columns, const Query& query, const DetailQuery& ask, Executor& executor,
                      std::stop_token stop = {});

/// Events of the selection by bucket and touchpoint: counts[bucket][touchpoint]. Boundaries as in DetailQuery.
Result<std::vector<std::vector<uint64_t>>> trend(const Snapshot& columns, const Query& query,
                                                 const std::vector<Micros>& bucket_starts, Executor& executor,
                                                 std::stop_token stop = {});

}  // namespace lotse::engine
