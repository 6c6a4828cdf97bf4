#pragma once
#include <map>
#include <vector>

#include "engine/funnel.h"
#include "engine_oracle.h"

namespace oracle {

/// How far one instance comes: the steps (places in Instance::steps) that are filled, by the first of its best attempts.
struct Passage {
  const Instance* instance = nullptr;
  std::vector<size_t> filled;

  int64_t first() const { return instance->steps[filled.front()].event.time; }
  size_t next() const { return filled.back() + 1; }
};

/// Those who reach at least the first step.
std::vector<Passage> passages(const std::vector<Instance>& instances, const engine::FunnelQuery& ask);

/// `events`: all of the log, for carried codes.
engine::Funnel funnel(const std::vector<Event>& events, const std::vector<Instance>& instances, const engine::Query& query, const engine::FunnelQuery& ask);

/// The instances of one of its numbers, in order.
std::vector<Passage> part_of(const std::vector<Event>& events, const std::vector<Instance>& instances, const engine::Query& query,
                             const engine::FunnelQuery& ask, const engine::FunnelPart& part);

}  // namespace oracle
