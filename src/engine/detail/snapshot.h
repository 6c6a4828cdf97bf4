#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/detail/segment.h"
#include "engine/snapshot.h"

namespace lotse::engine {
namespace detail {

using Bitmap = std::vector<uint64_t>;

inline bool bit(const Bitmap& bitmap, size_t i) { return bitmap[i >> 6] >> (i & 63) & 1; }
inline void set_bit(Bitmap& bitmap, size_t i) { bitmap[i >> 6] |= uint64_t{1} << (i & 63); }
inline void clear_bit(Bitmap& bitmap, size_t i) { bitmap[i >> 6] &= ~(uint64_t{1} << (i & 63)); }
Bitmap full_bitmap(size_t bits);

/// A segment within a snapshot, and which of its customers still live there.
struct Part {
  SegmentPtr segment;
  std::shared_ptr<const Bitmap> live;  ///< [customer index]; none: all
  uint32_t live_customers = 0;
  uint32_t live_rows = 0;

  bool lives(size_t customer) const { return !live || bit(*live, customer); }
};

/// Index of a customer that lives in this part, looking from `from` on.
std::optional<uint32_t> find(const Part& part, uint32_t customer, uint32_t from = 0);

}  // namespace detail

/// Each customer lives in at most one part, with all its rows. The first part is the main segment.
class Columns {
 public:
  std::vector<detail::Part> parts;
  uint64_t last_arrival = 0;
};

namespace detail {

/// All customers that live in these parts, ascending.
std::vector<CustomerRows> living(std::span<const Part> parts);

}  // namespace detail
}  // namespace lotse::engine
