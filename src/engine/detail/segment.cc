#include "engine/detail/segment.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace lotse::engine::detail {

std::shared_ptr<void> allocate(size_t bytes) {
  constexpr size_t huge = size_t{2} << 20;
  size_t size = bytes + padding_bytes;
  size_t alignment = size >= huge ? huge : 64;
  size = (size + alignment - 1) / alignment * alignment;
  void* data = std::aligned_alloc(alignment, size);
  if (!data) throw std::bad_alloc();
  if (alignment == huge) ::madvise(data, size, MADV_HUGEPAGE);  // a hint: where it is refused, pages are small
  std::memset(static_cast<std::byte*>(data) + bytes, 0, size - bytes);
  return {data, [](void* p) { std::free(p); }};
}

void for_ranges(Executor& executor, size_t count, size_t pieces, const std::function<void(size_t, size_t)>& work) {
  if (count == 0) return;
  pieces = std::clamp<size_t>(pieces, 1, count);
  executor.run(pieces, [&](size_t i) { work(count * i / pieces, count * (i + 1) / pieces); });
}

void Segment::gaps(uint32_t from, uint32_t to, int64_t* out) const {
  while (from < to) {
    uint32_t b = from / block_rows;
    const GapBlock& block = blocks[b];
    uint32_t block_first = b * block_rows;
    uint32_t end = std::min(to, block_first + block_rows);
    uint32_t count = end - from;
    const uint32_t* words = gap_words + block.word;
    if (block.unit_us == 0) {
      std::memcpy(out, words + 2 * size_t{from - block_first}, count * sizeof(int64_t));
    } else {
      const uint32_t* narrow = words + (from - block_first);
      uint64_t unit = block.unit_us;
      for (uint32_t i = 0; i < count; ++i) out[i] = static_cast<int64_t>(narrow[i] * unit);
      const GapException* last = exceptions + blocks[b + 1].first_exception;
      const GapException* e = exceptions + block.first_exception;
      if (e != last) {
        e = std::lower_bound(e, last, from, [](const GapException& x, uint32_t row) { return x.row < row; });
        for (; e != last && e->row < end; ++e) out[e->row - from] = e->gap_us;
      }
    }
    out += count;
    from = end;
  }
}

void Segment::times(uint32_t customer, uint32_t customer_end, int64_t* out) const {
  if (customer >= customer_end) return;
  uint32_t base = offsets[customer];
  gaps(base, offsets[customer_end], out);
  for (uint32_t c = customer; c < customer_end; ++c) {
    // Unsigned: a broken file that got past its checksum must not be undefined behaviour.
    uint64_t time = static_cast<uint64_t>(first_time[c]);
    for (uint32_t row = offsets[c]; row < offsets[c + 1]; ++row) {
      time += static_cast<uint64_t>(out[row - base]);
      out[row - base] = static_cast<int64_t>(time);
    }
  }
}

uint64_t Segment::core_bytes() const {
  uint64_t n = row_count, c = customer_count;
  return c * (4 + 8) + (c + 1) * 4 + (block_count() + 1) * sizeof(GapBlock) + gap_word_count * 4 +
         exception_count * sizeof(GapException) + n * (arrival_wide ? 8 : 4) + n * event_class.width;
}

uint64_t Segment::bytes() const {
  uint64_t sum = core_bytes() + uint64_t{row_count} * instance_key.width;
  for (const auto& attribute : attributes) sum += uint64_t{row_count} * attribute.width;
  return sum;
}

}  // namespace lotse::engine::detail
