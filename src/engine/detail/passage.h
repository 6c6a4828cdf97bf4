#pragma once
#include <vector>

#include "engine/detail/select.h"
#include "engine/instances.h"

namespace lotse::engine::detail {

Result<void> check(const Through& through, const Plan& plan);

/// Calls `found(event)` for each time that instance i passes the node or edge; for an edge, `event` is its second one.
template <class Found>
void for_passages(const Instances& selected, size_t i, const Through& through, Found found) {
  const Touchpoint* touchpoint = selected.touchpoint.data();
  const uint32_t begin = selected.begin[i], end = selected.begin[i + 1];
  if (through.to == no_touchpoint) {
    for (uint32_t e = begin; e < end; ++e)
      if (touchpoint[e] == through.from) found(e);
    return;
  }
  for (uint32_t e = begin + 1; e < end; ++e) {
    if (touchpoint[e - 1] != through.from || touchpoint[e] != through.to) continue;
    const Micros between{selected.time[e] - selected.time[e - 1]};
    if (through.between_min && between < *through.between_min) continue;
    if (through.between_max && between > *through.between_max) continue;
    found(e);
  }
}

bool passes(const Instances& selected, size_t i, const Through& through);

InstanceRow row_of(const Instances& selected, size_t i);

/// The first `limit` instances by (customer, ordinal), whatever order they come in.
class FirstRows {
 public:
  explicit FirstRows(size_t limit) : limit_(limit) {}
  void add(const Instances& selected, size_t i);
  void add(const FirstRows& other);
  std::vector<InstanceRow> take();

 private:
  static bool by_key(const InstanceRow& a, const InstanceRow& b) { return a.key < b.key; }
  size_t limit_;
  std::vector<InstanceRow> rows_;  ///< a heap, the last key on top
};

}  // namespace lotse::engine::detail
