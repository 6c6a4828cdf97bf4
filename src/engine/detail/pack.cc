#include <algorithm>
#include <mutex>

#include "engine/detail/segment.h"

namespace lotse::engine::detail {
namespace {

/// More exceptions than this share of a block, and eight bytes a gap are both smaller and faster.
constexpr uint32_t exception_share = 32;

struct Plan {
  uint32_t unit_us = 0;
  uint32_t exceptions = 0;
};

/// The unit is a template argument so that dividing by it is a multiplication.
template <uint32_t unit>
bool fits(uint64_t gap) {
  return gap % unit == 0 && gap / unit < gap_exception;
}

template <uint32_t unit>
void consider(std::span<const int64_t> gaps, Plan& best) {
  uint32_t exceptions = 0;
  for (int64_t gap : gaps) exceptions += !fits<unit>(gap);
  if (exceptions <= best.exceptions && exceptions <= gaps.size() / exception_share) best = {unit, exceptions};
}

/// The coarsest unit that leaves the fewest exceptions.
Plan plan(std::span<const int64_t> gaps) {
  Plan best{0, static_cast<uint32_t>(gaps.size())};
  consider<1>(gaps, best);
  consider<1'000>(gaps, best);
  consider<1'000'000>(gaps, best);
  if (best.unit_us == 0) best.exceptions = 0;
  return best;
}

template <uint32_t unit>
void write_narrow(std::span<const int64_t> gaps, uint32_t first_row, uint32_t* out, GapException* exception) {
  for (size_t i = 0; i < gaps.size(); ++i) {
    uint64_t gap = gaps[i];
    if (fits<unit>(gap)) [[likely]] {
      out[i] = static_cast<uint32_t>(gap / unit);
    } else {
      out[i] = gap_exception;
      *exception++ = {gaps[i], first_row + i};
    }
  }
  if (gaps.size() & 1) out[gaps.size()] = 0;
}

}  // namespace

void pack_gaps(Segment& segment, const std::function<void(uint32_t, int64_t*)>& gaps_of, Executor& executor) {
  const uint32_t block_count = segment.block_count();
  auto rows_in = [&](uint32_t b) { return std::min(block_rows, segment.row_count - b * block_rows); };
  auto* blocks = allocate<GapBlock>(segment, block_count + 1);

  // Narrow or wide decides where each block begins, so blocks are planned before they are written; decoding twice is
  // cheaper than holding eight bytes for every row.
  std::vector<Plan> plans(block_count);
  for_ranges(executor, block_count, executor.width() * 8, [&](size_t from, size_t to) {
    std::vector<int64_t> gaps(block_rows);
    for (size_t b = from; b < to; ++b) {
      gaps_of(b, gaps.data());
      plans[b] = plan(std::span(gaps).first(rows_in(b)));
    }
  });
  uint64_t words = 0;
  uint32_t exceptions = 0;
  for (uint32_t b = 0; b < block_count; ++b) {
    blocks[b] = {words, plans[b].unit_us, exceptions};
    words += uint64_t{rows_in(b)} * (plans[b].unit_us ? 1 : 2);
    words += words & 1;  // wide blocks hold aligned 8-byte values
    exceptions += plans[b].exceptions;
  }
  blocks[block_count] = {words, 1, exceptions};

  auto* gap_words = allocate<uint32_t>(segment, words);
  auto* exception_list = allocate<GapException>(segment, exceptions);
  for_ranges(executor, block_count, executor.width() * 8, [&](size_t from, size_t to) {
    std::vector<int64_t> gaps(block_rows);
    for (size_t b = from; b < to; ++b) {
      gaps_of(b, gaps.data());
      const uint32_t count = rows_in(b), unit = plans[b].unit_us;
      uint32_t* out = gap_words + blocks[b].word;
      GapException* exception = exception_list + blocks[b].first_exception;
      auto these = std::span<const int64_t>(gaps).first(count);
      if (unit == 0) std::memcpy(out, gaps.data(), count * sizeof(int64_t));
      if (unit == 1) write_narrow<1>(these, b * block_rows, out, exception);
      if (unit == 1'000) write_narrow<1'000>(these, b * block_rows, out, exception);
      if (unit == 1'000'000) write_narrow<1'000'000>(these, b * block_rows, out, exception);
    }
  });
  segment.blocks = blocks;
  segment.gap_words = gap_words;
  segment.gap_word_count = words;
  segment.exceptions = exception_list;
  segment.exception_count = exceptions;
}

}  // namespace lotse::engine::detail
