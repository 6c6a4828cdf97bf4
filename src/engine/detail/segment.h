#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "engine/columns.h"
#include "engine/executor.h"

namespace lotse::engine::detail {

/// Rows that share one unit of time. 16,384 rows are 32 KB of classes and 64 KB of gaps: they stay in the L2 cache.
inline constexpr uint32_t block_rows = 1u << 14;

/// In a narrow block: the gap stands in the exceptions.
inline constexpr uint32_t gap_exception = 0xFFFFFFFFu;

/// Every array may be read this far beyond its end by wide loads.
inline constexpr size_t padding_bytes = 64;

/// Earliest and latest time: years 0001 to 9999.
inline constexpr int64_t time_min_us = -62'135'596'800'000'000;
inline constexpr int64_t time_max_us = 253'402'300'799'999'999;

/// A column of codes: all equal, or 2 or 4 bytes each.
struct CodeColumn {
  const void* data = nullptr;
  uint32_t width = 0;     ///< bytes of a code; 0: all are `constant`
  uint32_t constant = 0;
  uint32_t max = 0;       ///< no code is above

  uint32_t at(size_t row) const {
    if (width == 2) return static_cast<const uint16_t*>(data)[row];
    if (width == 4) return static_cast<const uint32_t*>(data)[row];
    return constant;
  }
  const uint16_t* narrow() const { return static_cast<const uint16_t*>(data); }
  const uint32_t* wide() const { return static_cast<const uint32_t*>(data); }
};

/// How the gaps of one block are written. A last, empty one ends the list.
struct GapBlock {
  uint64_t word = 0;             ///< first 4-byte word in gap_words
  uint32_t unit_us = 0;          ///< narrow: gaps are u32 counts of this; 0: wide, gaps are i64 microseconds
  uint32_t first_exception = 0;  ///< in Segment::exceptions
};

struct GapException {
  int64_t gap_us = 0;
  uint64_t row = 0;
};

/// Encoded events of some customers, sorted by (customer, time, arrival). Immutable once made. Memory is owned by `memory`
/// (allocations of its own, or somebody's mapped file).
struct Segment {
  uint32_t customer_count = 0;
  uint32_t row_count = 0;
  const uint32_t* customers = nullptr;   ///< [customer_count] ascending
  const uint32_t* offsets = nullptr;     ///< [customer_count + 1] rows of customer i: offsets[i] … offsets[i + 1]
  const int64_t* first_time = nullptr;   ///< [customer_count] time of the customer's first row
  const GapBlock* blocks = nullptr;      ///< [block_count() + 1]
  const uint32_t* gap_words = nullptr;   ///< gap to the previous row of the customer; 0 at its first
  uint64_t gap_word_count = 0;
  const GapException* exceptions = nullptr;  ///< ascending by row
  uint32_t exception_count = 0;
  uint64_t arrival_base = 0;
  uint64_t arrival_max = 0;              ///< of the rows here
  bool arrival_wide = false;
  const void* arrival_data = nullptr;    ///< u32 above arrival_base, or u64
  CodeColumn event_class;
  CodeColumn instance_key;
  std::vector<CodeColumn> attributes;
  int64_t time_first = 0, time_last = 0; ///< bounds of all rows
  std::vector<std::shared_ptr<const void>> memory;

  uint32_t block_count() const { return (row_count + block_rows - 1) / block_rows; }
  uint64_t arrival(size_t row) const {
    return arrival_wide ? static_cast<const uint64_t*>(arrival_data)[row]
                        : arrival_base + static_cast<const uint32_t*>(arrival_data)[row];
  }
  /// Gaps of rows [from, to) in microseconds.
  void gaps(uint32_t from, uint32_t to, int64_t* out) const;
  /// Times of rows [from, to), which start at a customer's first row `from` and may hold several whole customers:
  /// [customer, customer_end).
  void times(uint32_t customer, uint32_t customer_end, int64_t* out) const;
  /// Bytes of all arrays; of time, arrival, class and customer offsets alone.
  uint64_t bytes() const;
  uint64_t core_bytes() const;
};
using SegmentPtr = std::shared_ptr<const Segment>;

/// Zeroed tail padding included; large ones on huge pages, which spares the kernels most of their page walks.
std::shared_ptr<void> allocate(size_t bytes);

template <class T>
T* allocate(Segment& segment, size_t count) {
  auto memory = allocate(count * sizeof(T));
  T* data = static_cast<T*>(memory.get());
  segment.memory.push_back(std::move(memory));
  return data;
}

/// Sorts and encodes. `rows` is checked here (lengths, times).
Result<SegmentPtr> encode(const RowBatch& rows, Executor& executor, std::stop_token stop);

/// A customer's rows where they live.
struct CustomerRows {
  uint32_t customer = 0;
  uint32_t segment = 0;  ///< index into the list given
  uint32_t index = 0;    ///< of the customer in that segment
};

/// One segment of all the customers given, each of which occurs once; ascending by customer. No sorting of rows.
Result<SegmentPtr> assemble(std::span<const SegmentPtr> segments, std::span<const CustomerRows> customers,
                            Executor& executor, std::stop_token stop);

/// Packs gaps into a segment whose row_count is set. `gaps_of(block, out)` writes the gaps of that block's rows.
void pack_gaps(Segment& segment, const std::function<void(uint32_t block, int64_t* out)>& gaps_of, Executor& executor);

/// Cuts [0, count) into about `pieces` ranges and runs them.
void for_ranges(Executor& executor, size_t count, size_t pieces, const std::function<void(size_t from, size_t to)>& work);

inline Error cancelled() { return Error::make(ErrorKind::cancelled, "cancelled", "stopped by the caller"); }

}  // namespace lotse::engine::detail
