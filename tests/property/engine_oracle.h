#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "engine/graph.h"
#include "engine/instances.h"
#include "engine/node_edge.h"
#include "engine/variants.h"

/// The definitions of docs/method/engine.md in the plainest code that says them; slow, and written without a look at how
/// the engine does it.
namespace oracle {

using namespace lotse;
using engine::Touchpoint;

struct Event {
  uint32_t customer = 0;
  int64_t time = 0;
  uint64_t arrival = 0;
  uint32_t event_class = 0;
  uint32_t key = 0;
  std::vector<uint32_t> attributes;
};

struct Step {
  Event event;
  Touchpoint touchpoint = 0;
};

struct Instance {
  uint32_t customer = 0;
  uint32_t ordinal = 0;
  uint32_t key = 0;
  bool open = false;
  std::vector<Step> steps;
};

/// Instances after all filters, by (customer, ordinal).
std::vector<Instance> select(const std::vector<Event>& events, const engine::Query& query);

engine::Graph graph(const std::vector<Instance>& instances);
engine::Totals totals(const std::vector<Event>& events, const engine::Query& query, const std::vector<Instance>& instances);
engine::Variants variants(const std::vector<Instance>& instances, const engine::VariantsQuery& ask);
std::vector<Instance> passing(const std::vector<Instance>& instances, const engine::Through& through);
engine::Detail detail(const std::vector<Instance>& instances, const engine::DetailQuery& ask);

}  // namespace oracle
