#pragma once
#include <cstdint>
#include <vector>

#include "engine/columns.h"

namespace lotse::engine::detail {

/// Gives each edge (from, to) that occurs a dense number, in order of first sight.
class EdgeNumbers {
 public:
  explicit EdgeNumbers(uint32_t touchpoint_count);

  uint32_t number(Touchpoint from, Touchpoint to) {
    if (!matrix_.empty()) {
      uint32_t& slot = matrix_[from * size_t{touchpoint_count_} + to];
      if (slot == unseen) [[unlikely]] {
        slot = static_cast<uint32_t>(edges_.size());
        edges_.push_back(uint32_t{from} << 16 | to);
      }
      return slot;
    }
    return hashed(uint32_t{from} << 16 | to);
  }
  size_t size() const { return edges_.size(); }
  Touchpoint from(size_t edge) const { return static_cast<Touchpoint>(edges_[edge] >> 16); }
  Touchpoint to(size_t edge) const { return static_cast<Touchpoint>(edges_[edge]); }

 private:
  static constexpr uint32_t unseen = UINT32_MAX;
  static constexpr uint32_t matrix_limit = 1024;  ///< touchpoints up to which all pairs have a place: 4 MB
  uint32_t hashed(uint32_t edge);
  void grow();

  uint32_t touchpoint_count_;
  std::vector<uint32_t> matrix_;
  std::vector<uint32_t> table_;  ///< open addressing, numbers of edges
  std::vector<uint32_t> edges_;  ///< from << 16 | to
};

/// Sum of non-negative microseconds that cannot overflow: 4 billion spans of ten thousand years.
struct WideSum {
  uint64_t low = 0;   ///< sum of the low 32 bits
  uint64_t high = 0;  ///< sum of what is above
  void add(int64_t value) {
    low += static_cast<uint32_t>(value);
    high += static_cast<uint64_t>(value) >> 32;
  }
  void add(const WideSum& other) {
    low += other.low;
    high += other.high;
  }
  double mean(uint64_t count) const {
    const auto sum = (static_cast<unsigned __int128>(high) << 32) + low;
    return static_cast<double>(static_cast<long double>(sum) / static_cast<long double>(count));
  }
};

}  // namespace lotse::engine::detail
