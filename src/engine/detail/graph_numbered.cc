#include <algorithm>

#include "engine/detail/edges.h"
#include "engine/detail/graph.h"

namespace lotse::engine::detail {
namespace {

struct NodeCell {
  uint64_t events = 0, starts = 0, ends = 0, instances = 0, customers = 0;
  uint64_t last_instance = UINT64_MAX, last_customer = UINT64_MAX;
};

struct EdgeCell {
  uint64_t count = 0, instances = 0, customers = 0;
  uint64_t last_instance = UINT64_MAX, last_customer = UINT64_MAX;
  Sum sum = 0;
  int64_t min = INT64_MAX, max = -1;
};

/// What one task has counted.
struct State {
  explicit State(uint32_t touchpoint_count) : nodes(touchpoint_count), numbers(touchpoint_count) {}
  std::vector<NodeCell> nodes;
  EdgeNumbers numbers;
  std::vector<EdgeCell> edges;
  std::vector<uint32_t> gap_edge;  ///< with gap_us: every occurrence, where quantiles are asked
  std::vector<int64_t> gap_us;
  uint64_t instances = 0, events = 0;
};

struct Measures {
  bool distinct, times, min_max, quantiles;
};

void count(State& state, const Instances& selected, const Measures& measures) {
  const Touchpoint* touchpoint = selected.touchpoint.data();
  const int64_t* time = selected.time.data();
  uint64_t customer_id = UINT64_MAX, instance_id = state.instances;
  for (size_t i = 0; i < selected.size(); ++i, ++instance_id) {
    const uint32_t begin = selected.begin[i], end = selected.begin[i + 1];
    // A customer's instances are neighbours, so its first instance names it.
    if (i == 0 || selected.customer[i] != selected.customer[i - 1]) customer_id = instance_id;
    ++state.nodes[touchpoint[begin]].starts;
    ++state.nodes[touchpoint[end - 1]].ends;
    for (uint32_t e = begin; e < end; ++e) {
      NodeCell& node = state.nodes[touchpoint[e]];
      ++node.events;
      if (measures.distinct) {
        node.instances += std::exchange(node.last_instance, instance_id) != instance_id;
        node.customers += std::exchange(node.last_customer, customer_id) != customer_id;
      }
      if (e == begin) continue;
      const uint32_t number = state.numbers.number(touchpoint[e - 1], touchpoint[e]);
      if (number == state.edges.size()) state.edges.emplace_back();
      EdgeCell& edge = state.edges[number];
      ++edge.count;
      if (measures.distinct) {
        edge.instances += std::exchange(edge.last_instance, instance_id) != instance_id;
        edge.customers += std::exchange(edge.last_customer, customer_id) != customer_id;
      }
      if (measures.times) {
        const int64_t gap = time[e] - time[e - 1];
        edge.sum += static_cast<uint64_t>(gap);
        edge.min = std::min(edge.min, gap);
        edge.max = std::max(edge.max, gap);
        if (measures.quantiles) {
          state.gap_edge.push_back(number);
          state.gap_us.push_back(gap);
        }
      }
    }
  }
  state.instances += selected.size();
  state.events += selected.begin.back();
}

}  // namespace

Result<Graph> numbered_graph(const Columns& columns, const Plan& plan, const GraphMeasures& measures, Executor& executor,
                             std::stop_token stop) {
  const Measures asked{.distinct = measures.instances || measures.customers,
                       .times = measures.mean || measures.median || measures.p90 || measures.min_max,
                       .min_max = measures.min_max,
                       .quantiles = measures.median || measures.p90};
  auto states = TRY(scan<State>(columns, plan, executor, stop, [&] { return State(plan.touchpoint_count); },
                                [&](State& state, const Instances& selected) { count(state, selected, asked); }));

  Graph graph;
  std::vector<NodeCell> nodes(plan.touchpoint_count);
  EdgeNumbers numbers(plan.touchpoint_count);
  std::vector<EdgeCell> edges;
  std::vector<std::vector<uint32_t>> number_of(states.size());  // [state][its edge number] → joint number
  for (size_t s = 0; s < states.size(); ++s) {
    const State& state = states[s];
    graph.instances += state.instances;
    graph.events += state.events;
    for (size_t t = 0; t < nodes.size(); ++t) {
      nodes[t].events += state.nodes[t].events;
      nodes[t].starts += state.nodes[t].starts;
      nodes[t].ends += state.nodes[t].ends;
      nodes[t].instances += state.nodes[t].instances;
      nodes[t].customers += state.nodes[t].customers;
    }
    for (size_t e = 0; e < state.edges.size(); ++e) {
      const EdgeCell& from = state.edges[e];
      const uint32_t number = numbers.number(state.numbers.from(e), state.numbers.to(e));
      if (number == edges.size()) edges.emplace_back();
      number_of[s].push_back(number);
      EdgeCell& to = edges[number];
      to.count += from.count;
      to.instances += from.instances;
      to.customers += from.customers;
      to.sum += from.sum;
      to.min = std::min(to.min, from.min);
      to.max = std::max(to.max, from.max);
    }
  }

  std::vector<double> median(edges.size(), 0), p90(edges.size(), 0);
  if (asked.quantiles) {
    std::vector<uint64_t> place(edges.size() + 1, 0);
    for (size_t e = 0; e < edges.size(); ++e) place[e + 1] = place[e] + edges[e].count;
    std::vector<int64_t> gaps(place.back());
    auto next = place;
    for (size_t s = 0; s < states.size(); ++s)
      for (size_t i = 0; i < states[s].gap_us.size(); ++i) gaps[next[number_of[s][states[s].gap_edge[i]]]++] = states[s].gap_us[i];
    if (stop.stop_requested()) return cancelled();
    for_ranges(executor, edges.size(), executor.width() * 16, [&](size_t from, size_t to) {
      for (size_t e = from; e < to; ++e) {
        auto values = std::span(gaps).subspan(place[e], place[e + 1] - place[e]);
        if (measures.median) median[e] = quantile(values, 0.5);
        if (measures.p90) p90[e] = quantile(values, 0.9);
      }
    });
  }

  for (size_t t = 0; t < nodes.size(); ++t) {
    const NodeCell& node = nodes[t];
    if (node.events == 0) continue;
    graph.nodes.push_back({static_cast<Touchpoint>(t), node.events, node.starts, node.ends,
                           measures.instances ? node.instances : 0, measures.customers ? node.customers : 0});
  }
  for (size_t e = 0; e < edges.size(); ++e) {
    const EdgeCell& edge = edges[e];
    GraphEdge row{.from = numbers.from(e), .to = numbers.to(e), .count = edge.count};
    if (measures.instances) row.instances = edge.instances;
    if (measures.customers) row.customers = edge.customers;
    if (measures.mean) row.mean_us = mean_of(edge.sum, edge.count);
    row.median_us = median[e];
    row.p90_us = p90[e];
    if (measures.min_max) {
      row.min_us = edge.min;
      row.max_us = edge.max;
    }
    graph.edges.push_back(row);
  }
  std::sort(graph.edges.begin(), graph.edges.end(),
            [](const GraphEdge& a, const GraphEdge& b) { return a.from != b.from ? a.from < b.from : a.to < b.to; });
  return graph;
}

}  // namespace lotse::engine::detail
