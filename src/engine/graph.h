#pragma once
#include <cstdint>
#include <vector>

#include "engine/query.h"

namespace lotse::engine {

/// What a graph shall measure besides counts; each costs time only where asked.
struct GraphMeasures {
  bool instances = false;  ///< distinct instances of each node and edge
  bool customers = false;  ///< distinct customers of each node and edge
  bool mean = false;       ///< of the time between
  bool median = false;
  bool p90 = false;
  bool min_max = false;
};

struct GraphNode {
  Touchpoint touchpoint = 0;
  uint64_t events = 0;
  uint64_t starts = 0;     ///< instances that begin here
  uint64_t ends = 0;       ///< instances that end here
  uint64_t instances = 0;  ///< 0 where not asked
  uint64_t customers = 0;  ///< 0 where not asked
};

/// `from` directly followed by `to`. Times are exact microseconds (quantiles interpolate, hence double); 0 where not asked.
struct GraphEdge {
  Touchpoint from = 0;
  Touchpoint to = 0;
  uint64_t count = 0;  ///< at least 1
  uint64_t instances = 0;
  uint64_t customers = 0;
  double mean_us = 0;
  double median_us = 0;
  double p90_us = 0;
  int64_t min_us = 0;
  int64_t max_us = 0;
};

struct Graph {
  std::vector<GraphNode> nodes;  ///< those with events, by touchpoint
  std::vector<GraphEdge> edges;  ///< by (from, to)
  uint64_t instances = 0;        ///< with at least one event after filters
  uint64_t events = 0;
};

/// Directly-follows graph of the selected instances.
///   errors   those of check()
///   cost     O(events); below 1 ns per event for counts and mean on two threads; memory O(touchpoints² or edges)
Result<Graph> graph(const Snapshot& columns, const Query& query, const GraphMeasures& measures, Executor& executor,
                    std::stop_token stop = {});

}  // namespace lotse::engine
