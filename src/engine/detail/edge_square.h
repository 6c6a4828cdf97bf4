#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "engine/detail/edges.h"
#include "engine/detail/select.h"

namespace lotse::engine::detail {

/// Counts and sums of all pairs of touchpoints, counted by one task. A pair's place is from × stride + to.
///
/// The kernels run over rows without looking where a customer begins: they count a false edge at each instance's first row.
/// Those edges are counted a second time, instance by instance, as boundaries, and taken back in the end; starts and ends
/// are their sums. That leaves no branch in the loop over rows. All arithmetic is modulo 2^64, so what is false cancels out.
class EdgeSquare {
 public:
  /// Beyond this many touchpoints the squares no longer fit the caches, and edges are numbered as they come.
  static constexpr uint32_t touchpoint_limit = 512;

  EdgeSquare(uint32_t touchpoint_count, bool times);

  /// Living customers of a unit, each one instance with all its events.
  void add(const Plan& plan, const Segment& segment, const Bitmap* live, const Unit& unit);
  /// Selected instances; `selected.time` is read only where times are asked.
  void add(const Instances& selected);
  /// What another task counted.
  void add(const EdgeSquare& other);
  /// Brings all sums into one; before reading.
  void finish();

  /// Odd, so that the cells of one column do not fall into the same sets of the cache.
  uint32_t stride() const { return stride_; }
  uint32_t places() const { return stride_ * stride_; }
  uint64_t count(uint32_t place) const { return counts_[place]; }
  Sum sum(uint32_t place) const { return sums_[place]; }
  const std::vector<uint64_t>& starts() const { return starts_; }
  const std::vector<uint64_t>& ends() const { return ends_; }
  uint64_t instances = 0;
  uint64_t events = 0;

 private:
  struct alignas(16) Cell {
    uint64_t count, sum;
  };
  static constexpr size_t unit_count = 3;  ///< microseconds, milliseconds, seconds
  static size_t unit_index(uint32_t unit_us) { return unit_us == 1 ? 0 : unit_us == 1'000 ? 1 : 2; }

  Cell* cells(size_t unit);
  void add_boundaries(const Plan& plan, const auto* codes, std::span<const uint32_t> begin);
  void flush_microseconds();
  template <class Code>
  void add_columns(const Plan& plan, const Segment& segment, const Code* codes, const Bitmap* live, const Unit& unit);
  /// The same for customers that lie scattered: their rows are brought together first.
  template <class Code>
  bool add_scattered(const Plan& plan, const Segment& segment, const Code* codes, const Bitmap& live, const Unit& unit);
  template <class Code>
  void add_rows(const Plan& plan, const Segment& segment, const Code* codes, uint32_t from, uint32_t to);
  /// Reserves room for `sum_us` more in the microsecond cells; false where it cannot fit even into empty ones.
  bool reserve(double sum_us);

  uint32_t touchpoint_count_ = 0;
  uint32_t stride_ = 0;
  bool times_ = false;
  std::vector<uint32_t> narrow_counts_;               ///< without times
  std::shared_ptr<void> cell_memory_[unit_count];     ///< with times, allocated where a unit occurs
  double microseconds_used_ = 0;
  std::map<uint32_t, Sum> wide_;                      ///< what does not fit cells: exceptions
  std::vector<uint32_t> boundaries_;                  ///< [last of an instance, first of the next]; outside: touchpoint_count
  std::vector<uint64_t> starts_, ends_;
  std::vector<uint32_t> gathered_codes_, gathered_begin_;  ///< buffers of add_scattered
  std::vector<int64_t> gaps_, gathered_gaps_;
  std::vector<uint64_t> counts_;
  std::vector<Sum> sums_;
};

}  // namespace lotse::engine::detail
