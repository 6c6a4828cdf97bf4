#include <algorithm>

#include "engine/detail/edge_quantiles.h"
#include "engine/detail/edge_square.h"
#include "engine/detail/graph.h"
#include "engine/detail/runs.h"

namespace lotse::engine::detail {
namespace {

/// Distinct instances and customers, shortest and longest: what only some queries ask for.
struct Extras {
  struct Last {
    uint32_t instance = 0, customer = 0;  ///< ids from 1 on
  };
  std::vector<uint32_t> node_instances, node_customers, edge_instances, edge_customers;
  std::vector<Last> node_last, edge_last;
  std::vector<int64_t> min_us, max_us;
  uint32_t instance_id = 0, customer_id = 0;

  void count_distinct(const Instances& selected, uint32_t stride, uint32_t touchpoint_count) {
    if (node_last.empty()) {
      for (auto* list : {&node_instances, &node_customers}) list->assign(touchpoint_count, 0);
      for (auto* list : {&edge_instances, &edge_customers}) list->assign(size_t{stride} * stride, 0);
      node_last.resize(touchpoint_count);
      edge_last.resize(size_t{stride} * stride);
    }
    const Touchpoint* touchpoint = selected.touchpoint.data();
    for (size_t i = 0; i < selected.size(); ++i) {
      ++instance_id;
      if (i == 0 || selected.customer[i] != selected.customer[i - 1]) customer_id = instance_id;
      auto meet = [&](Last& last, uint32_t& instances, uint32_t& customers) {
        instances += last.instance != instance_id;
        customers += last.customer != customer_id;
        last = {instance_id, customer_id};
      };
      const uint32_t begin = selected.begin[i], end = selected.begin[i + 1];
      uint32_t previous = touchpoint[begin];
      meet(node_last[previous], node_instances[previous], node_customers[previous]);
      for (uint32_t e = begin + 1; e < end; ++e) {
        const uint32_t here = touchpoint[e], place = previous * stride + here;
        meet(node_last[here], node_instances[here], node_customers[here]);
        meet(edge_last[place], edge_instances[place], edge_customers[place]);
        previous = here;
      }
    }
  }

  void bound(const Instances& selected, uint32_t stride) {
    if (min_us.empty()) {
      min_us.assign(size_t{stride} * stride, INT64_MAX);
      max_us.assign(size_t{stride} * stride, -1);
    }
    for (size_t i = 0; i < selected.size(); ++i)
      for (uint32_t e = selected.begin[i] + 1; e < selected.begin[i + 1]; ++e) {
        const uint32_t place = selected.touchpoint[e - 1] * stride + selected.touchpoint[e];
        const int64_t gap = selected.time[e] - selected.time[e - 1];
        min_us[place] = std::min(min_us[place], gap);
        max_us[place] = std::max(max_us[place], gap);
      }
  }
};

/// All times of a selection with their places, in blocks that are never moved.
class GapLog {
 public:
  void add(const Instances& selected, uint32_t stride) {
    const uint32_t total = selected.begin.back();
    if (blocks_.empty() || blocks_.back().count + total > blocks_.back().capacity) grow(total);
    Block& block = blocks_.back();
    uint32_t* place = static_cast<uint32_t*>(block.place.get()) + block.count;
    int64_t* gap = static_cast<int64_t*>(block.gap.get()) + block.count;
    const Touchpoint* touchpoint = selected.touchpoint.data();
    const int64_t* time = selected.time.data();
    for (uint32_t e = 1; e < total; ++e) {
      place[e] = touchpoint[e - 1] * stride + touchpoint[e];
      gap[e] = time[e] - time[e - 1];
    }
    for (size_t i = 0; i < selected.size(); ++i) {  // an instance's first event follows none
      place[selected.begin[i]] = stride * stride;
      gap[selected.begin[i]] = 0;
    }
    block.count += total;
  }
  void chunks(std::vector<GapChunk>& list) const {
    for (const Block& block : blocks_)
      for (size_t at = 0; at < block.count; at += chunk_rows)
        list.push_back({.place = static_cast<const uint32_t*>(block.place.get()) + at, .count = std::min(chunk_rows, block.count - at),
                        .wide = static_cast<const int64_t*>(block.gap.get()) + at});
  }

 private:
  static constexpr size_t chunk_rows = 1 << 16;
  struct Block {
    std::shared_ptr<void> place, gap;
    size_t count = 0, capacity = 0;
  };
  void grow(size_t least) {
    const size_t capacity = std::max(least, ((size_t{4} << 20) - padding_bytes) / sizeof(int64_t));
    blocks_.push_back({allocate(capacity * sizeof(uint32_t)), allocate(capacity * sizeof(int64_t)), 0, capacity});
  }
  std::vector<Block> blocks_;
};

struct State {
  EdgeSquare square;
  Extras extras;
  GapLog gaps;  ///< where quantiles are asked of a selection
};

/// Places and times of a unit of whole customers, straight from the columns.
class ColumnGaps {
 public:
  ColumnGaps(const Columns& columns, const Plan& plan, uint32_t stride) : columns_(columns), plan_(plan), stride_(stride) {}

  void give(const Unit& unit, const std::function<void(const GapChunk&)>& chunk) const {
    const Segment& s = *columns_.parts[unit.part].segment;
    const uint32_t base = s.offsets[unit.first];
    std::vector<uint32_t> places(s.offsets[unit.last] - base);
    if (s.event_class.width == 2) fill(s, s.event_class.narrow(), unit, places);
    else fill(s, s.event_class.wide(), unit, places);
    for_runs(plan_.live[unit.part].get(), unit.first, unit.last, [&](uint32_t first, uint32_t last) {
      for (uint32_t from = s.offsets[first], to = s.offsets[last]; from < to;) {
        const uint32_t b = from / block_rows, block_first = b * block_rows, end = std::min(to, block_first + block_rows);
        const GapBlock& block = s.blocks[b];
        uint32_t* place = places.data() + (from - base);
        const uint32_t* words = s.gap_words + block.word;
        if (block.unit_us == 0) {
          chunk({.place = place, .count = end - from, .wide = reinterpret_cast<const int64_t*>(words) + (from - block_first)});
        } else {
          const GapException* last_exception = s.exceptions + s.blocks[b + 1].first_exception;
          const GapException* e = s.exceptions + block.first_exception;
          e = std::lower_bound(e, last_exception, from, [](const GapException& x, uint32_t row) { return x.row < row; });
          for (; e != last_exception && e->row < end; ++e) {
            chunk({.place = place + (e->row - from), .count = 1, .wide = &e->gap_us});
            place[e->row - from] = nothing();
          }
          chunk({.place = place, .count = end - from, .narrow = words + (from - block_first), .unit_us = block.unit_us});
        }
        from = end;
      }
    });
  }

 private:
  uint32_t nothing() const { return stride_ * stride_; }

  template <class Code>
  void fill(const Segment& s, const Code* codes, const Unit& unit, std::vector<uint32_t>& places) const {
    const Touchpoint* map = plan_.touchpoint_of.data();
    const uint32_t base = s.offsets[unit.first];
    codes += base;
    uint32_t previous = 0;
    for (size_t i = 0; i < places.size(); ++i) {
      const uint32_t here = map[codes[i]];
      places[i] = previous * stride_ + here;
      previous = here;
    }
    for (uint32_t c = unit.first; c < unit.last; ++c) places[s.offsets[c] - base] = nothing();
  }

  const Columns& columns_;
  const Plan& plan_;
  uint32_t stride_;
};

Result<std::vector<State>> count(const Columns& columns, const Plan& plan, const GraphMeasures& measures, bool quantiles, bool straight,
                                 Executor& executor, const std::stop_token& stop) {
  const bool distinct = measures.instances || measures.customers;
  const bool times = measures.mean;
  if (straight) {
    const auto pieces = units(columns, block_rows);
    std::vector<State> states;
    for (size_t t = tasks_of(executor, pieces); t-- > 0;) states.push_back({EdgeSquare(plan.touchpoint_count, times), {}, {}});
    TRY(for_units(pieces, executor, stop, [&](size_t task, const Unit& unit) {
      states[task].square.add(plan, *columns.parts[unit.part].segment, plan.live[unit.part].get(), unit);
    }));
    return states;
  }
  return scan<State>(columns, plan, executor, stop, [&] { return State{EdgeSquare(plan.touchpoint_count, times), {}, {}}; },
                     [&](State& state, const Instances& selected) {
                       const uint32_t stride = state.square.stride();
                       state.square.add(selected);
                       if (distinct) state.extras.count_distinct(selected, stride, plan.touchpoint_count);
                       if (measures.min_max) state.extras.bound(selected, stride);
                       if (quantiles && !plan.plain()) state.gaps.add(selected, stride);
                     });
}

void join(State& all, State& other) {
  all.square.add(other.square);
  auto add = [](std::vector<uint32_t>& to, const std::vector<uint32_t>& from) {
    if (to.empty()) to = from;
    else for (size_t i = 0; i < from.size(); ++i) to[i] += from[i];
  };
  add(all.extras.node_instances, other.extras.node_instances);
  add(all.extras.node_customers, other.extras.node_customers);
  add(all.extras.edge_instances, other.extras.edge_instances);
  add(all.extras.edge_customers, other.extras.edge_customers);
  if (all.extras.min_us.empty()) {
    all.extras.min_us = other.extras.min_us;
    all.extras.max_us = other.extras.max_us;
  }
  for (size_t i = 0; i < other.extras.min_us.size(); ++i) {
    all.extras.min_us[i] = std::min(all.extras.min_us[i], other.extras.min_us[i]);
    all.extras.max_us[i] = std::max(all.extras.max_us[i], other.extras.max_us[i]);
  }
}

}  // namespace

Result<Graph> square_graph(const Columns& columns, const Plan& plan, const GraphMeasures& measures, Executor& executor, std::stop_token stop) {
  const bool quantiles = measures.median || measures.p90;
  const bool straight = plan.plain() && !measures.instances && !measures.customers && !measures.min_max;
  auto states = TRY(count(columns, plan, measures, quantiles, straight, executor, stop));
  executor.run(states.size(), [&](size_t s) { states[s].square.finish(); });
  for (size_t s = 1; s < states.size(); ++s) join(states[0], states[s]);
  const EdgeSquare& square = states[0].square;
  const Extras& extras = states[0].extras;
  const uint32_t stride = square.stride(), places = square.places();

  std::vector<uint64_t> counts(places);
  for (uint32_t p = 0; p < places; ++p) counts[p] = square.count(p);
  std::vector<std::vector<double>> quantile_us;
  if (quantiles) {
    std::vector<double> shares;
    if (measures.median) shares.push_back(0.5);
    if (measures.p90) shares.push_back(0.9);
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (const Part& part : columns.parts) {
      first = std::min(first, part.segment->time_first);
      last = std::max(last, part.segment->time_last);
    }
    const int64_t time_max = first > last ? 0 : last - first;
    if (plan.plain()) {
      const auto pieces = units(columns, block_rows);
      const ColumnGaps gaps(columns, plan, stride);
      quantile_us = TRY(edge_quantiles(counts, shares, time_max, pieces.size(),
                                       [&](size_t piece, const auto& chunk) { gaps.give(pieces[piece], chunk); }, executor, stop));
    } else {
      std::vector<GapChunk> chunks;
      for (const State& state : states) state.gaps.chunks(chunks);
      quantile_us = TRY(edge_quantiles(counts, shares, time_max, chunks.size(), [&](size_t piece, const auto& chunk) { chunk(chunks[piece]); }, executor, stop));
    }
  }

  Graph graph;
  graph.instances = square.instances;
  graph.events = square.events;
  for (uint32_t t = 0; t < plan.touchpoint_count; ++t) {
    uint64_t events = square.starts()[t];
    for (uint32_t from = 0; from < plan.touchpoint_count; ++from) events += counts[from * stride + t];
    if (events == 0) continue;
    GraphNode node{.touchpoint = static_cast<Touchpoint>(t), .events = events, .starts = square.starts()[t], .ends = square.ends()[t]};
    if (measures.instances) node.instances = extras.node_instances[t];
    if (measures.customers) node.customers = extras.node_customers[t];
    graph.nodes.push_back(node);
  }
  for (uint32_t p = 0; p < places; ++p) {
    if (counts[p] == 0) continue;
    GraphEdge edge{.from = static_cast<Touchpoint>(p / stride), .to = static_cast<Touchpoint>(p % stride), .count = counts[p]};
    if (measures.instances) edge.instances = extras.edge_instances[p];
    if (measures.customers) edge.customers = extras.edge_customers[p];
    if (measures.mean) edge.mean_us = mean_of(square.sum(p), counts[p]);
    if (measures.median) edge.median_us = quantile_us[0][p];
    if (measures.p90) edge.p90_us = quantile_us.back()[p];
    if (measures.min_max) {
      edge.min_us = extras.min_us[p];
      edge.max_us = extras.max_us[p];
    }
    graph.edges.push_back(edge);
  }
  return graph;
}

}  // namespace lotse::engine::detail
