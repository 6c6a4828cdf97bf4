#include <algorithm>
#include <mutex>
#include <tuple>

#include "engine/detail/segment.h"

namespace lotse::engine::detail {
namespace {

/// Runs `work(customer index in the result, source segment, source row, rows)` for every customer, in parallel.
template <class Work>
void for_customers(Executor& executor, std::span<const SegmentPtr> segments, std::span<const CustomerRows> customers,
                   const uint32_t* offsets, Work work) {
  for_ranges(executor, customers.size(), customers.size() < 1024 ? 1 : executor.width() * 16, [&](size_t from, size_t to) {
    for (size_t c = from; c < to; ++c) {
      const Segment& source = *segments[customers[c].segment];
      work(c, source, source.offsets[customers[c].index], offsets[c + 1] - offsets[c]);
    }
  });
}

template <class To>
void copy_codes(const CodeColumn& column, uint32_t row, uint32_t count, To* out) {
  if (column.width == sizeof(To)) {
    std::memcpy(out, static_cast<const To*>(column.data) + row, count * sizeof(To));
  } else {
    for (uint32_t i = 0; i < count; ++i) out[i] = static_cast<To>(column.at(row + i));
  }
}

/// `column_of` gives each source's column, or none where that segment lacks it (all 0).
CodeColumn join_codes(Segment& result, Executor& executor, std::span<const SegmentPtr> segments,
                      std::span<const CustomerRows> customers, bool may_be_constant,
                      const std::function<const CodeColumn*(const Segment&)>& column_of) {
  static const CodeColumn absent;
  auto source = [&](const Segment& s) { const CodeColumn* c = column_of(s); return c ? c : &absent; };
  CodeColumn column;
  bool constant = may_be_constant;
  for (size_t i = 0; i < segments.size(); ++i) {
    const CodeColumn* c = source(*segments[i]);
    column.max = std::max(column.max, c->max);
    constant = constant && c->width == 0 && c->constant == source(*segments[0])->constant;
  }
  if (constant) {
    if (!segments.empty()) column.constant = source(*segments[0])->constant;
    return column;
  }
  column.width = column.max <= UINT16_MAX ? 2 : 4;
  auto write = [&](auto* data) {
    for_customers(executor, segments, customers, result.offsets, [&](size_t c, const Segment& s, uint32_t row, uint32_t count) {
      copy_codes(*source(s), row, count, data + result.offsets[c]);
    });
    column.data = data;
  };
  if (column.width == 2) write(allocate<uint16_t>(result, result.row_count));
  else write(allocate<uint32_t>(result, result.row_count));
  return column;
}

std::pair<int64_t, int64_t> time_bounds(const Segment& segment, Executor& executor) {
  if (segment.row_count == 0) return {0, 0};
  std::mutex mutex;
  int64_t first = INT64_MAX, last = INT64_MIN;
  for_ranges(executor, segment.customer_count, executor.width() * 16, [&](size_t from, size_t to) {
    std::vector<int64_t> times;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (size_t c = from; c < to; ++c) {
      times.resize(segment.offsets[c + 1] - segment.offsets[c]);
      segment.times(c, c + 1, times.data());
      low = std::min(low, segment.first_time[c]);
      high = std::max(high, times.back());
    }
    std::lock_guard lock(mutex);
    first = std::min(first, low);
    last = std::max(last, high);
  });
  return {first, last};
}

}  // namespace

Result<SegmentPtr> assemble(std::span<const SegmentPtr> segments, std::span<const CustomerRows> customers,
                            Executor& executor, std::stop_token stop) {
  auto result = std::make_shared<Segment>();
  const uint32_t count = customers.size();
  auto* numbers = allocate<uint32_t>(*result, count);
  auto* offsets = allocate<uint32_t>(*result, size_t{count} + 1);
  auto* first_time = allocate<int64_t>(*result, count);
  uint64_t rows = 0;
  for (uint32_t c = 0; c < count; ++c) {
    const Segment& source = *segments[customers[c].segment];
    const uint32_t i = customers[c].index;
    numbers[c] = customers[c].customer;
    offsets[c] = static_cast<uint32_t>(rows);
    first_time[c] = source.first_time[i];
    rows += source.offsets[i + 1] - source.offsets[i];
  }
  if (rows >= UINT32_MAX - block_rows) return Error::make(ErrorKind::too_large, "invalid_rows", "more than 4 billion rows");
  offsets[count] = rows;
  result->customer_count = count;
  result->row_count = rows;
  result->customers = numbers;
  result->offsets = offsets;
  result->first_time = first_time;

  pack_gaps(*result, [&](uint32_t block, int64_t* out) {
    uint32_t row = block * block_rows;
    const uint32_t end = std::min(result->row_count, row + block_rows);
    uint32_t c = std::upper_bound(offsets, offsets + count + 1, row) - offsets - 1;
    while (row < end) {
      const uint32_t stop_row = std::min(end, offsets[c + 1]);
      const Segment& source = *segments[customers[c].segment];
      const uint32_t from = source.offsets[customers[c].index] + (row - offsets[c]);
      source.gaps(from, from + (stop_row - row), out);
      out += stop_row - row;
      row = stop_row;
      ++c;
    }
  }, executor);
  if (stop.stop_requested()) return cancelled();

  std::tie(result->time_first, result->time_last) = time_bounds(*result, executor);
  uint64_t low = UINT64_MAX, high = 0;
  size_t attribute_count = 0;
  for (const auto& s : segments) {
    if (s->row_count == 0) continue;
    low = std::min(low, s->arrival_base);
    high = std::max(high, s->arrival_max);
    attribute_count = std::max(attribute_count, s->attributes.size());
  }
  if (low > high) low = high = 0;
  result->arrival_base = low;
  result->arrival_max = high;
  result->arrival_wide = high - low > UINT32_MAX;
  if (result->arrival_wide) {
    auto* data = allocate<uint64_t>(*result, rows);
    for_customers(executor, segments, customers, offsets, [&](size_t c, const Segment& s, uint32_t row, uint32_t n) {
      for (uint32_t i = 0; i < n; ++i) data[offsets[c] + i] = s.arrival(row + i);
    });
    result->arrival_data = data;
  } else {
    auto* data = allocate<uint32_t>(*result, rows);
    for_customers(executor, segments, customers, offsets, [&](size_t c, const Segment& s, uint32_t row, uint32_t n) {
      const auto* from = static_cast<const uint32_t*>(s.arrival_data) + row;
      const uint32_t shift = static_cast<uint32_t>(s.arrival_base - low);
      if (s.arrival_wide) for (uint32_t i = 0; i < n; ++i) data[offsets[c] + i] = static_cast<uint32_t>(s.arrival(row + i) - low);
      else for (uint32_t i = 0; i < n; ++i) data[offsets[c] + i] = from[i] + shift;
    });
    result->arrival_data = data;
  }
  if (stop.stop_requested()) return cancelled();

  result->event_class = join_codes(*result, executor, segments, customers, false, [](const Segment& s) { return &s.event_class; });
  result->instance_key = join_codes(*result, executor, segments, customers, true, [](const Segment& s) { return &s.instance_key; });
  for (size_t a = 0; a < attribute_count; ++a) {
    if (stop.stop_requested()) return cancelled();
    result->attributes.push_back(join_codes(*result, executor, segments, customers, true, [a](const Segment& s) {
      return a < s.attributes.size() ? &s.attributes[a] : nullptr;
    }));
  }
  return SegmentPtr(result);
}

}  // namespace lotse::engine::detail
