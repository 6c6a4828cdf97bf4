#include "engine/detail/edge_square.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>

#include "engine/detail/runs.h"

namespace lotse::engine::detail {
namespace {

/// Sums of cells stay below this, far from where 64 bits end.
constexpr double cell_limit = 4e18;

/// Counts the edges of rows [0, count) and returns the last touchpoint; `previous` stands before the first row.
template <class Code>
uint32_t count_rows(const Code* codes, size_t count, const Touchpoint* map, uint32_t stride, uint32_t previous, uint32_t* cells) {
  for (size_t i = 0; i < count; ++i) {
    const uint32_t touchpoint = map[codes[i]];
    ++cells[previous * stride + touchpoint];
    previous = touchpoint;
  }
  return previous;
}

/// The same with the sum of gaps. Count and sum are one 16-byte addition.
template <class Code, class Gap, class Cell>
uint32_t sum_rows(const Code* codes, const Gap* gaps, size_t count, const Touchpoint* map, uint32_t stride, uint32_t previous, Cell* cells) {
  const __m128i one = _mm_cvtsi64_si128(1);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t touchpoint = map[codes[i]];
    auto* cell = reinterpret_cast<__m128i*>(cells + (previous * stride + touchpoint));
    __m128i gap;
    if constexpr (sizeof(Gap) == 4) gap = _mm_cvtsi32_si128(static_cast<int>(gaps[i]));
    else gap = _mm_cvtsi64_si128(gaps[i]);
    _mm_store_si128(cell, _mm_add_epi64(_mm_load_si128(cell), _mm_unpacklo_epi64(one, gap)));
    previous = touchpoint;
  }
  return previous;
}

}  // namespace

EdgeSquare::EdgeSquare(uint32_t touchpoint_count, bool times)
    : touchpoint_count_(touchpoint_count), stride_((touchpoint_count + 1) | 1), times_(times), boundaries_(places(), 0), starts_(touchpoint_count, 0), ends_(touchpoint_count, 0) {
  if (!times) narrow_counts_.assign(places(), 0);
}

EdgeSquare::Cell* EdgeSquare::cells(size_t unit) {
  auto& memory = cell_memory_[unit];
  if (!memory) {
    const size_t bytes = sizeof(Cell) * places();
    memory = allocate(bytes);
    std::memset(memory.get(), 0, bytes);
  }
  return static_cast<Cell*>(memory.get());
}

bool EdgeSquare::reserve(double sum_us) {
  if (sum_us > cell_limit) return false;
  if (microseconds_used_ + sum_us > cell_limit) flush_microseconds();
  microseconds_used_ += sum_us;
  return true;
}

void EdgeSquare::flush_microseconds() {
  microseconds_used_ = 0;
  if (!cell_memory_[0]) return;
  Cell* cell = cells(0);
  for (uint32_t place = 0; place < places(); ++place) {
    if (cell[place].sum) wide_[place] += cell[place].sum;
    cell[place].sum = 0;
  }
}

/// Rows of whole customers, [from, to).
template <class Code>
void EdgeSquare::add_rows(const Plan& plan, const Segment& s, const Code* codes, uint32_t from, uint32_t to) {
  const Touchpoint* map = plan.touchpoint_of.data();
  uint32_t previous = touchpoint_count_;
  if (!times_) {
    count_rows(codes + from, to - from, map, stride_, previous, narrow_counts_.data());
    return;
  }
  while (from < to) {
    const uint32_t b = from / block_rows;
    const GapBlock& block = s.blocks[b];
    const uint32_t block_first = b * block_rows, end = std::min(to, block_first + block_rows), count = end - from;
    if (block.unit_us == 0) {
      const auto* gaps = reinterpret_cast<const int64_t*>(s.gap_words + block.word) + (from - block_first);
      double sum = 0;
      for (uint32_t i = 0; i < count; ++i) sum += static_cast<double>(gaps[i]);
      if (reserve(sum)) {
        previous = sum_rows(codes + from, gaps, count, map, stride_, previous, cells(0));
      } else {
        Cell* cell = cells(0);
        for (uint32_t i = 0; i < count; ++i) {
          const uint32_t touchpoint = map[codes[from + i]], place = previous * stride_ + touchpoint;
          ++cell[place].count;
          wide_[place] += static_cast<uint64_t>(gaps[i]);
          previous = touchpoint;
        }
      }
    } else {
      const size_t unit = unit_index(block.unit_us);
      if (unit == 0) reserve(static_cast<double>(count) * 0x1p32);
      Cell* cell = cells(unit);
      previous = sum_rows(codes + from, s.gap_words + block.word + (from - block_first), count, map, stride_, previous, cell);
      const GapException* last = s.exceptions + s.blocks[b + 1].first_exception;
      const GapException* e = s.exceptions + block.first_exception;
      if (e != last) e = std::lower_bound(e, last, from, [](const GapException& x, uint32_t row) { return x.row < row; });
      for (; e != last && e->row < end; ++e) {  // the kernel has added the marker: take it back
        const uint32_t place = map[codes[e->row - 1]] * stride_ + map[codes[e->row]];
        cell[place].sum -= gap_exception;
        wide_[place] += static_cast<uint64_t>(e->gap_us);
      }
    }
    from = end;
  }
}

namespace {

/// Copies `count` values in steps of 64 bytes: reads and writes up to 63 bytes more, and seldom takes a second step.
template <class T>
void copy_rows(const T* from, T* to, uint32_t count) {
  constexpr uint32_t step = 64 / sizeof(T);
  for (uint32_t i = 0;;) {
    std::memcpy(to + i, from + i, 64);
    if ((i += step) >= count) [[likely]] return;
  }
}

/// Whether the customers of [first, last) whose bit is set form so many short runs that gathering them is faster.
bool scattered(const Bitmap& live, uint32_t first, uint32_t last) {
  uint32_t set = 0, runs = 0;
  uint64_t before = 0;
  for (uint32_t w = first >> 6; w <= (last - 1) >> 6; ++w) {
    const uint64_t word = live[w];
    set += std::popcount(word);
    runs += std::popcount(word & ~(word << 1 | before >> 63));
    before = word;
  }
  return runs * 8 > set;
}

}  // namespace

/// `begin`: first rows of neighbouring instances, and the end of the last.
void EdgeSquare::add_boundaries(const Plan& plan, const auto* codes, std::span<const uint32_t> begin) {
  const Touchpoint* map = plan.touchpoint_of.data();
  const uint32_t none = touchpoint_count_;
  ++boundaries_[none * stride_ + map[codes[begin.front()]]];
  for (size_t i = 1; i + 1 < begin.size(); ++i) ++boundaries_[map[codes[begin[i] - 1]] * stride_ + map[codes[begin[i]]]];
  ++boundaries_[map[codes[begin.back() - 1]] * stride_ + none];
}

template <class Code>
bool EdgeSquare::add_scattered(const Plan& plan, const Segment& s, const Code* codes, const Bitmap& live, const Unit& unit) {
  const uint32_t base = s.offsets[unit.first], rows = s.offsets[unit.last] - base;
  if (times_) {
    gaps_.resize(rows + 8);
    s.gaps(base, s.offsets[unit.last], gaps_.data());
    double sum = 0;
    for (uint32_t i = 0; i < rows; ++i) sum += static_cast<double>(gaps_[i]);
    if (!reserve(sum)) return false;
    gathered_gaps_.resize(rows + 8);
  }
  gathered_codes_.resize(rows + 64);
  gathered_begin_.clear();
  auto* gathered = reinterpret_cast<Code*>(gathered_codes_.data());
  uint32_t to = 0;
  for (uint32_t w = unit.first >> 6; w <= (unit.last - 1) >> 6; ++w) {
    uint64_t word = live[w];
    if (w == unit.first >> 6) word &= ~uint64_t{0} << (unit.first & 63);
    if (w == (unit.last - 1) >> 6 && (unit.last & 63)) word &= (uint64_t{1} << (unit.last & 63)) - 1;
    for (; word; word &= word - 1) {
      const uint32_t c = (w << 6) + static_cast<uint32_t>(std::countr_zero(word)), from = s.offsets[c], count = s.offsets[c + 1] - from;
      copy_rows(codes + from, gathered + to, count);
      if (times_) copy_rows(gaps_.data() + (from - base), gathered_gaps_.data() + to, count);
      gathered_begin_.push_back(to);
      to += count;
    }
  }
  if (to == 0) return true;
  gathered_begin_.push_back(to);
  const Touchpoint* map = plan.touchpoint_of.data();
  if (times_) sum_rows(gathered, gathered_gaps_.data(), to, map, stride_, touchpoint_count_, cells(0));
  else count_rows(gathered, to, map, stride_, touchpoint_count_, narrow_counts_.data());
  add_boundaries(plan, gathered, gathered_begin_);
  instances += gathered_begin_.size() - 1;
  events += to;
  return true;
}

template <class Code>
void EdgeSquare::add_columns(const Plan& plan, const Segment& s, const Code* codes, const Bitmap* live, const Unit& unit) {
  if (live && scattered(*live, unit.first, unit.last) && add_scattered(plan, s, codes, *live, unit)) return;
  for_runs(live, unit.first, unit.last, [&](uint32_t first, uint32_t last) {
    add_rows(plan, s, codes, s.offsets[first], s.offsets[last]);
    add_boundaries(plan, codes, {s.offsets + first, last - first + 1});
    instances += last - first;
    events += s.offsets[last] - s.offsets[first];
  });
}

void EdgeSquare::add(const Plan& plan, const Segment& segment, const Bitmap* live, const Unit& unit) {
  if (segment.event_class.width == 2) add_columns(plan, segment, segment.event_class.narrow(), live, unit);
  else add_columns(plan, segment, segment.event_class.wide(), live, unit);
}

void EdgeSquare::add(const Instances& selected) {
  const Touchpoint* touchpoint = selected.touchpoint.data();
  const int64_t* time = selected.time.data();
  const size_t count = selected.size(), total = selected.begin.back();
  auto place_at = [&](size_t e) { return touchpoint[e - 1] * stride_ + touchpoint[e]; };
  const uint32_t none = touchpoint_count_;
  ++boundaries_[none * stride_ + touchpoint[0]];
  for (size_t i = 1; i < count; ++i) ++boundaries_[place_at(selected.begin[i])];
  ++boundaries_[touchpoint[total - 1] * stride_ + none];
  instances += count;
  events += total;
  if (!times_) {
    uint32_t* cell = narrow_counts_.data();
    for (size_t e = 1; e < total; ++e) ++cell[place_at(e)];
    return;
  }
  double durations = 0;
  for (size_t i = 0; i < count; ++i) durations += static_cast<double>(selected.last_time(i) - selected.first_time(i));
  const bool fits = reserve(durations);
  Cell* cell = cells(0);
  if (!fits) {
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) ++cell[place_at(selected.begin[i])].count;
      for (size_t e = selected.begin[i] + 1; e < selected.begin[i + 1]; ++e) {
        ++cell[place_at(e)].count;
        wide_[place_at(e)] += static_cast<uint64_t>(time[e] - time[e - 1]);
      }
    }
    return;
  }
  const __m128i one = _mm_cvtsi64_si128(1);
  for (size_t e = 1; e < total; ++e) {
    auto* at = reinterpret_cast<__m128i*>(cell + place_at(e));
    const __m128i gap = _mm_cvtsi64_si128(time[e] - time[e - 1]);
    _mm_store_si128(at, _mm_add_epi64(_mm_load_si128(at), _mm_unpacklo_epi64(one, gap)));
  }
  for (size_t i = 1; i < count; ++i) {
    const size_t e = selected.begin[i];
    cell[place_at(e)].sum -= static_cast<uint64_t>(time[e] - time[e - 1]);
  }
}

void EdgeSquare::finish() {
  counts_.assign(places(), 0);
  sums_.assign(places(), 0);
  for (size_t place = 0; place < narrow_counts_.size(); ++place) counts_[place] = narrow_counts_[place];
  constexpr uint64_t units[unit_count] = {1, 1'000, 1'000'000};
  for (size_t u = 0; u < unit_count; ++u) {
    if (!cell_memory_[u]) continue;
    const Cell* cell = cells(u);
    for (size_t place = 0; place < places(); ++place) {
      counts_[place] += cell[place].count;
      sums_[place] += static_cast<Sum>(cell[place].sum) * units[u];
    }
  }
  for (const auto& [place, sum] : wide_) sums_[place] += sum;
  const uint32_t none = touchpoint_count_;
  for (uint32_t from = 0; from <= none; ++from)
    for (uint32_t to = 0; to <= none; ++to) {
      const uint32_t place = from * stride_ + to;
      if (to < none) starts_[to] += boundaries_[place];
      if (from < none) ends_[from] += boundaries_[place];
      // Pairs with the outside are no edges at all.
      if (from < none && to < none) counts_[place] -= boundaries_[place];
      else counts_[place] = 0;
    }
}

void EdgeSquare::add(const EdgeSquare& other) {
  for (size_t place = 0; place < counts_.size(); ++place) {
    counts_[place] += other.counts_[place];
    sums_[place] += other.sums_[place];
  }
  for (size_t t = 0; t < starts_.size(); ++t) {
    starts_[t] += other.starts_[t];
    ends_[t] += other.ends_[t];
  }
  instances += other.instances;
  events += other.events;
}

}  // namespace lotse::engine::detail
