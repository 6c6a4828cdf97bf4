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

/// Sums of microseconds: 4 billion spans of ten thousand years fit.
__extension__ typedef unsigned __int128 Sum;

inline double mean_of(Sum sum, uint64_t count) {
  return static_cast<double>(static_cast<long double>(sum) / static_cast<long double>(count));
}

}  // namespace lotse::engine::detail
