#include "engine/detail/edge_quantiles.h"

#include <algorithm>
#include <bit>

#include "engine/detail/clones.h"
#include "engine/detail/edges.h"

namespace lotse::engine::detail {
namespace {

/// Edges with fewer times are collected whole: a row of buckets would cost more than it spares.
constexpr uint64_t few = 256;

/// Buckets are quarter octaves, read off the first bits of the time as a double. Bucket 0 holds all up to the base.
struct Buckets {
  uint64_t base = 0;
  uint32_t count = 0;
};

constexpr int kept_bits = 2;
constexpr int dropped_bits = 52 - kept_bits;

uint32_t bucket_of(int64_t time_us, uint64_t base) {
  const uint64_t bits = std::bit_cast<uint64_t>(static_cast<double>(time_us)) >> dropped_bits;
  return static_cast<uint32_t>(bits > base ? bits - base : 0);
}

/// unit ≤ 2^20 and narrow < 2^32: below 2^52, where or-ing into the mantissa of 2^52 makes a double of an integer.
LOTSE_CLONES void buckets_narrow(const uint32_t* __restrict narrow, uint64_t unit, uint64_t base, uint8_t* __restrict out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uint64_t time = uint64_t{narrow[i]} * unit;
    const double value = std::bit_cast<double>(time | 0x4330000000000000ull) - 0x1p52;
    const uint64_t bits = std::bit_cast<uint64_t>(value) >> dropped_bits;
    out[i] = static_cast<uint8_t>(bits > base ? bits - base : 0);
  }
}

LOTSE_CLONES void buckets_wide(const int64_t* __restrict wide, uint64_t base, uint8_t* __restrict out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bits = std::bit_cast<uint64_t>(static_cast<double>(wide[i])) >> dropped_bits;
    out[i] = static_cast<uint8_t>(bits > base ? bits - base : 0);
  }
}

/// The buckets of chunks, a stretch at a time so that they stay in the first cache.
template <class Work>
void for_buckets(const GapChunk& chunk, uint64_t base, Work work) {
  constexpr size_t stretch = 2048;
  uint8_t buckets[stretch];
  for (size_t at = 0; at < chunk.count; at += stretch) {
    const size_t count = std::min(stretch, chunk.count - at);
    if (chunk.wide) buckets_wide(chunk.wide + at, base, buckets, count);
    else buckets_narrow(chunk.narrow + at, chunk.unit_us, base, buckets, count);
    work(at, count, buckets);
  }
}

/// Buckets [low, low + width] hold the wanted order statistics; none: width 0 and low 255, which no bucket reaches.
struct Range {
  uint8_t low = 255, width = 0;
  bool has(uint8_t bucket) const { return static_cast<uint8_t>(bucket - low) <= width; }
};

struct Wanted {
  Range range;
  uint64_t below = 0;  ///< times in buckets before the range
};

/// Values that the second pass kept, in one task.
struct Kept {
  std::vector<uint32_t> place;
  std::vector<int64_t> time;
  size_t count = 0;

  void reserve(size_t more) {
    if (count + more <= place.size()) return;
    const size_t size = std::max(count + more, place.size() * 2);
    place.resize(size);
    time.resize(size);
  }
};

/// Order statistic `rank` (from 0) and the next, interpolated; values are reordered.
double interpolate(std::span<int64_t> values, uint64_t rank, double part) {
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  const int64_t low = values[rank];
  if (part == 0) return static_cast<double>(low);
  const int64_t high = *std::min_element(values.begin() + rank + 1, values.end());
  return static_cast<double>(low) + static_cast<double>(high - low) * part;
}

struct Target {
  uint64_t rank;
  double part;
};

Target target(double share, uint64_t count) {
  const double place = share * static_cast<double>(count - 1);
  const auto rank = static_cast<uint64_t>(place);
  const double part = place - static_cast<double>(rank);
  return {rank, rank + 1 < count ? part : 0};
}

}  // namespace

Result<std::vector<std::vector<double>>> edge_quantiles(std::span<const uint64_t> counts, std::span<const double> shares, int64_t time_max,
                                                        size_t pieces, const GapSource& source, Executor& executor,
                                                        const std::stop_token& stop) {
  const auto places = static_cast<uint32_t>(counts.size());
  const size_t tasks = std::max<size_t>(1, std::min(executor.width(), pieces));

  // Times above 0 begin at bucket 1 with 1 microsecond; 59 octaves at most, so a bucket fits a byte.
  Buckets buckets{.base = (uint64_t{1023} << kept_bits) - 1, .count = 0};
  buckets.count = bucket_of(time_max, buckets.base) + 1;

  // Each edge's buckets begin at its offset. At offset 0 lie 256 that take whatever is not asked for.
  std::vector<uint32_t> offset_of(places + 1, 0);
  uint32_t cells = 256;
  for (uint32_t p = 0; p < places; ++p)
    if (counts[p] > few) offset_of[p] = std::exchange(cells, cells + buckets.count);

  std::vector<std::shared_ptr<void>> memory(tasks);
  std::atomic<size_t> next = 0;
  std::atomic<bool> stopped = false;
  auto for_pieces = [&](const std::function<void(const GapChunk&)>& work) {
    for (size_t piece; (piece = next.fetch_add(1, std::memory_order_relaxed)) < pieces;) {
      if (stop.stop_requested()) stopped = true;
      if (stopped) return;
      source(piece, work);
    }
  };
  executor.run(tasks, [&](size_t task) {
    memory[task] = allocate(cells * sizeof(uint32_t));
    auto* cell = static_cast<uint32_t*>(memory[task].get());
    std::memset(cell, 0, cells * sizeof(uint32_t));
    for_pieces([&](const GapChunk& chunk) {
      for_buckets(chunk, buckets.base, [&](size_t at, size_t count, const uint8_t* bucket) {
        for (size_t i = 0; i < count; ++i) ++cell[offset_of[chunk.place[at + i]] + bucket[i]];
      });
    });
  });
  if (stopped) return cancelled();

  // Where each wanted order statistic lies.
  std::vector<std::vector<Wanted>> wanted(shares.size(), std::vector<Wanted>(places + 1));
  std::vector<uint64_t> sums(buckets.count);
  for (uint32_t p = 0; p < places; ++p) {
    if (counts[p] == 0) continue;
    if (offset_of[p] == 0) {
      for (auto& of_share : wanted) of_share[p].range = {0, static_cast<uint8_t>(buckets.count - 1)};
      continue;
    }
    std::fill(sums.begin(), sums.end(), 0);
    for (const auto& m : memory) {
      const uint32_t* row = static_cast<const uint32_t*>(m.get()) + offset_of[p];
      for (uint32_t b = 0; b < buckets.count; ++b) sums[b] += row[b];
    }
    for (size_t s = 0; s < shares.size(); ++s) {
      const auto [rank, part] = target(shares[s], counts[p]);
      uint64_t below = 0;
      uint32_t low = 0;
      while (below + sums[low] <= rank) below += sums[low++];
      uint32_t high = low;
      for (uint64_t upto = below + sums[low]; part > 0 && upto <= rank + 1;) upto += sums[++high];
      wanted[s][p] = {{static_cast<uint8_t>(low), static_cast<uint8_t>(high - low)}, below};
    }
  }
  memory.clear();

  // The second pass keeps only these.
  std::vector<std::array<Range, 2>> ranges(places + 1);
  ensure(shares.size() >= 1 && shares.size() <= 2, "one or two quantiles at a time");
  for (uint32_t p = 0; p <= places; ++p)
    for (size_t s = 0; s < 2; ++s) ranges[p][s] = wanted[std::min(s, shares.size() - 1)][p].range;
  std::vector<Kept> kept(tasks);
  next = 0;
  executor.run(tasks, [&](size_t task) {
    Kept& mine = kept[task];
    for_pieces([&](const GapChunk& chunk) {
      for_buckets(chunk, buckets.base, [&](size_t at, size_t count, const uint8_t* bucket) {
        mine.reserve(count);
        uint32_t* place = mine.place.data();
        int64_t* time = mine.time.data();
        size_t to = mine.count;
        auto collect = [&](auto time_at) {
          for (size_t i = 0; i < count; ++i) {
            const uint32_t p = chunk.place[at + i];
            const auto& range = ranges[p];
            place[to] = p;
            time[to] = time_at(at + i);
            to += range[0].has(bucket[i]) | range[1].has(bucket[i]);
          }
        };
        if (chunk.wide) collect([&](size_t i) { return chunk.wide[i]; });
        else collect([&](size_t i) { return static_cast<int64_t>(uint64_t{chunk.narrow[i]} * chunk.unit_us); });
        mine.count = to;
      });
    });
  });
  if (stopped) return cancelled();

  std::vector<uint64_t> begin(places + 2, 0);
  for (const Kept& k : kept)
    for (size_t i = 0; i < k.count; ++i) ++begin[k.place[i] + 1];
  for (uint32_t p = 0; p <= places; ++p) begin[p + 1] += begin[p];
  std::vector<int64_t> times(begin[places]);
  {
    auto at = begin;
    for (const Kept& k : kept)
      for (size_t i = 0; i < k.count; ++i) times[at[k.place[i]]++] = k.time[i];
  }
  std::vector<std::vector<double>> result(shares.size(), std::vector<double>(places, 0));
  for_ranges(executor, places, executor.width() * 32, [&](size_t from, size_t to) {
    std::vector<int64_t> inside;
    for (size_t p = from; p < to; ++p) {
      if (counts[p] == 0) continue;
      const auto all = std::span(times).subspan(begin[p], begin[p + 1] - begin[p]);
      for (size_t s = 0; s < shares.size(); ++s) {
        const Wanted& w = wanted[s][p];
        inside.clear();
        for (int64_t time : all)
          if (w.range.has(static_cast<uint8_t>(bucket_of(time, buckets.base)))) inside.push_back(time);
        const auto [rank, part] = target(shares[s], counts[p]);
        result[s][p] = interpolate(inside, rank - w.below, part);
      }
    }
  });
  return result;
}

}  // namespace lotse::engine::detail
