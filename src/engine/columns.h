#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lotse::engine {

/// Index of a touchpoint in the caller's list: 0 … Mapping::touchpoint_count - 1.
using Touchpoint = uint16_t;

/// An event class that maps to no_touchpoint takes no part in any journey.
inline constexpr Touchpoint no_touchpoint = 0xFFFF;

/// Events on their way into the engine: columns of equal length, in any order.
struct RowBatch {
  std::vector<uint32_t> customer;      ///< customer_no; any value
  std::vector<int64_t> time_us;        ///< UTC microseconds since 1970; years 0001 to 9999
  std::vector<uint64_t> arrival;       ///< arrival number, unique over all events; orders equal times
  std::vector<uint32_t> event_class;   ///< dense code from 0
  std::vector<uint32_t> instance_key;  ///< code, 0 = none; an empty vector stands for all 0
  std::vector<std::vector<uint32_t>> attributes;  ///< [attribute][row] code, 0 = absent; empty vectors stand for all 0

  size_t size() const { return customer.size(); }
};

}  // namespace lotse::engine
