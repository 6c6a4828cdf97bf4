#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>

#include "engine/detail/segment.h"

namespace lotse::engine::detail {
namespace {

/// What sorting needs of a row, and the class, which every row has. Attributes follow by `row`.
struct Key {
  int64_t time;
  uint64_t arrival;
  uint32_t customer;
  uint32_t row;
};

bool before(const Key& a, const Key& b) {
  if (a.customer != b.customer) return a.customer < b.customer;
  if (a.time != b.time) return a.time < b.time;
  return a.arrival < b.arrival;
}

/// Sorts one customer's rows: mostly few, and mostly in order already, as feeds deliver them.
void sort_course(Key* first, Key* last) {
  if (last - first > 48) {
    if (!std::is_sorted(first, last, before)) std::sort(first, last, before);
    return;
  }
  for (Key* i = first + 1; i < last; ++i) {
    if (!before(*i, i[-1])) continue;
    Key key = *i;
    Key* j = i;
    do {
      *j = j[-1];
      --j;
    } while (j > first && before(key, j[-1]));
    *j = key;
  }
}

/// Sorts the rows of one bucket, whose customers lie in [low, low + range).
void sort_bucket(Key* keys, Key* scratch, size_t count, uint64_t low, uint64_t range, std::vector<uint32_t>& counts) {
  if (count < 2) return;
  if (range > 4 * count + 1024) {
    std::sort(keys, keys + count, before);
    return;
  }
  counts.assign(range + 1, 0);
  for (size_t i = 0; i < count; ++i) ++counts[keys[i].customer - low + 1];
  for (size_t i = 1; i <= range; ++i) counts[i] += counts[i - 1];
  for (size_t i = 0; i < count; ++i) scratch[counts[keys[i].customer - low]++] = keys[i];
  std::copy(scratch, scratch + count, keys);
  size_t begin = 0;
  for (size_t i = 0; i < range; ++i) {  // counts[i] has become the end of customer low + i
    sort_course(keys + begin, keys + counts[i]);
    begin = counts[i];
  }
}

Result<void> check(const RowBatch& rows) {
  size_t n = rows.size();
  auto same = [&](size_t length) { return length == n; };
  bool equal = same(rows.time_us.size()) && same(rows.arrival.size()) && same(rows.event_class.size()) &&
               (rows.instance_key.empty() || same(rows.instance_key.size()));
  for (const auto& attribute : rows.attributes) equal = equal && (attribute.empty() || same(attribute.size()));
  if (!equal) return Error::make(ErrorKind::internal, "invalid_rows", "columns of unequal length");
  if (n >= UINT32_MAX - block_rows) return Error::make(ErrorKind::too_large, "invalid_rows", "more than 4 billion rows");
  return {};
}

struct Bounds {
  uint32_t customer_min = UINT32_MAX, customer_max = 0;
  int64_t time_min = INT64_MAX, time_max = INT64_MIN;
  uint64_t arrival_min = UINT64_MAX, arrival_max = 0;
  void join(const Bounds& other) {
    customer_min = std::min(customer_min, other.customer_min);
    customer_max = std::max(customer_max, other.customer_max);
    time_min = std::min(time_min, other.time_min);
    time_max = std::max(time_max, other.time_max);
    arrival_min = std::min(arrival_min, other.arrival_min);
    arrival_max = std::max(arrival_max, other.arrival_max);
  }
};

Bounds bounds_of(const RowBatch& rows, Executor& executor) {
  Bounds all;
  std::mutex mutex;
  for_ranges(executor, rows.size(), executor.width(), [&](size_t from, size_t to) {
    Bounds mine;
    for (size_t i = from; i < to; ++i) {
      mine.customer_min = std::min(mine.customer_min, rows.customer[i]);
      mine.customer_max = std::max(mine.customer_max, rows.customer[i]);
      mine.time_min = std::min(mine.time_min, rows.time_us[i]);
      mine.time_max = std::max(mine.time_max, rows.time_us[i]);
      mine.arrival_min = std::min(mine.arrival_min, rows.arrival[i]);
      mine.arrival_max = std::max(mine.arrival_max, rows.arrival[i]);
    }
    std::lock_guard lock(mutex);
    all.join(mine);
  });
  return all;
}

/// Writes a code column in the order of `keys`, as narrow as its values allow.
CodeColumn write_codes(Segment& segment, const std::vector<uint32_t>& codes, std::span<const Key> keys, bool may_be_constant,
                       Executor& executor) {
  CodeColumn column;
  if (codes.empty()) return column;
  std::atomic<uint32_t> high = 0, low = UINT32_MAX;
  for_ranges(executor, codes.size(), executor.width(), [&](size_t from, size_t to) {
    auto [a, b] = std::minmax_element(codes.begin() + from, codes.begin() + to);
    for (uint32_t seen = low; *a < seen && !low.compare_exchange_weak(seen, *a);) {}
    for (uint32_t seen = high; *b > seen && !high.compare_exchange_weak(seen, *b);) {}
  });
  column.max = high;
  if (may_be_constant && low == high) {
    column.constant = high;
    return column;
  }
  column.width = high <= UINT16_MAX ? 2 : 4;
  auto write = [&](auto* data) {
    for_ranges(executor, keys.size(), executor.width() * 8, [&](size_t from, size_t to) {
      constexpr size_t ahead = 24;  // the source is read in random order
      for (size_t i = from; i < to; ++i) {
        if (i + ahead < to) __builtin_prefetch(&codes[keys[i + ahead].row]);
        data[i] = static_cast<std::remove_reference_t<decltype(*data)>>(codes[keys[i].row]);
      }
    });
    column.data = data;
  };
  if (column.width == 2) write(allocate<uint16_t>(segment, keys.size()));
  else write(allocate<uint32_t>(segment, keys.size()));
  return column;
}

}  // namespace

Result<SegmentPtr> encode(const RowBatch& rows, Executor& executor, std::stop_token stop) {
  TRY(check(rows));
  auto segment = std::make_shared<Segment>();
  const size_t n = rows.size();
  segment->row_count = n;
  if (n == 0) {
    segment->offsets = allocate<uint32_t>(*segment, 1);
    const_cast<uint32_t*>(segment->offsets)[0] = 0;
    pack_gaps(*segment, [](uint32_t, int64_t*) {}, executor);
    return SegmentPtr(segment);
  }
  const Bounds bounds = bounds_of(rows, executor);
  if (bounds.time_min < time_min_us || bounds.time_max > time_max_us)
    return Error::make(ErrorKind::invalid, "time_out_of_range", "a time outside of years 0001 to 9999");

  // Buckets by the customer's high bits, about 2,000 rows each at even spread: a bucket is then sorted in the L2 cache.
  const uint64_t customer_range = uint64_t{bounds.customer_max} - bounds.customer_min + 1;
  const size_t buckets_wanted = std::clamp<size_t>(n / 2048, 1, 8192);
  const int shift = std::max(0, static_cast<int>(std::bit_width(customer_range - 1)) - static_cast<int>(std::bit_width(buckets_wanted - 1)));
  const size_t bucket_count = ((customer_range - 1) >> shift) + 1;
  const size_t pieces = n < 65536 ? 1 : executor.width();
  auto bucket_of = [&](uint32_t customer) { return uint64_t{customer - bounds.customer_min} >> shift; };

  std::vector<std::vector<uint32_t>> places(pieces, std::vector<uint32_t>(bucket_count, 0));
  executor.run(pieces, [&](size_t p) {
    for (size_t i = n * p / pieces, end = n * (p + 1) / pieces; i < end; ++i) ++places[p][bucket_of(rows.customer[i])];
  });
  std::vector<uint32_t> bucket_start(bucket_count + 1, 0);
  uint32_t place = 0;
  for (size_t b = 0; b < bucket_count; ++b) {
    bucket_start[b] = place;
    for (auto& piece : places) place += std::exchange(piece[b], place);
  }
  bucket_start[bucket_count] = place;
  auto key_memory = allocate(n * sizeof(Key));
  Key* keys = static_cast<Key*>(key_memory.get());
  executor.run(pieces, [&](size_t p) {
    auto& next = places[p];
    for (size_t i = n * p / pieces, end = n * (p + 1) / pieces; i < end; ++i) {
      keys[next[bucket_of(rows.customer[i])]++] = {rows.time_us[i], rows.arrival[i], rows.customer[i], static_cast<uint32_t>(i)};
    }
  });
  places.clear();
  if (stop.stop_requested()) return cancelled();

  std::vector<std::vector<uint32_t>> bucket_offsets(bucket_count);  // first row of each customer of the bucket
  for_ranges(executor, bucket_count, executor.width() * 16, [&](size_t from, size_t to) {
    std::vector<uint32_t> counts;
    std::vector<Key> scratch;
    for (size_t b = from; b < to; ++b) {
      const uint32_t begin = bucket_start[b], end = bucket_start[b + 1];
      scratch.resize(std::max<size_t>(scratch.size(), end - begin));
      sort_bucket(keys + begin, scratch.data(), end - begin, bounds.customer_min + (uint64_t{b} << shift), uint64_t{1} << shift, counts);
      for (uint32_t i = begin; i < end; ++i)
        if (i == begin || keys[i].customer != keys[i - 1].customer) bucket_offsets[b].push_back(i);
    }
  });
  if (stop.stop_requested()) return cancelled();

  std::vector<uint32_t> customer_start(bucket_count + 1, 0);
  for (size_t b = 0; b < bucket_count; ++b) customer_start[b + 1] = customer_start[b] + bucket_offsets[b].size();
  const uint32_t customer_count = customer_start[bucket_count];
  segment->customer_count = customer_count;
  auto* customers = allocate<uint32_t>(*segment, customer_count);
  auto* offsets = allocate<uint32_t>(*segment, customer_count + 1);
  auto* first_time = allocate<int64_t>(*segment, customer_count);
  segment->arrival_base = bounds.arrival_min;
  segment->arrival_max = bounds.arrival_max;
  segment->arrival_wide = bounds.arrival_max - bounds.arrival_min > UINT32_MAX;
  uint32_t* arrival = segment->arrival_wide ? nullptr : allocate<uint32_t>(*segment, n);
  uint64_t* arrival_wide = segment->arrival_wide ? allocate<uint64_t>(*segment, n) : nullptr;
  for_ranges(executor, bucket_count, executor.width() * 8, [&](size_t from, size_t to) {
    for (size_t b = from; b < to; ++b) {
      uint32_t c = customer_start[b];
      for (uint32_t row : bucket_offsets[b]) {
        customers[c] = keys[row].customer;
        offsets[c] = row;
        first_time[c++] = keys[row].time;
      }
    }
    for (uint32_t row = bucket_start[from]; row < bucket_start[to]; ++row) {
      if (arrival) arrival[row] = static_cast<uint32_t>(keys[row].arrival - bounds.arrival_min);
      else arrival_wide[row] = keys[row].arrival;
    }
  });
  offsets[customer_count] = n;
  segment->customers = customers;
  segment->offsets = offsets;
  segment->first_time = first_time;
  segment->arrival_data = arrival ? static_cast<const void*>(arrival) : arrival_wide;
  segment->time_first = bounds.time_min;
  segment->time_last = bounds.time_max;
  pack_gaps(*segment, [&](uint32_t block, int64_t* out) {
    const uint32_t from = block * block_rows, to = std::min<uint32_t>(n, from + block_rows);
    for (uint32_t i = from; i < to; ++i)
      out[i - from] = i > 0 && keys[i].customer == keys[i - 1].customer ? keys[i].time - keys[i - 1].time : 0;
  }, executor);
  if (stop.stop_requested()) return cancelled();

  std::span<const Key> order(keys, n);
  segment->event_class = write_codes(*segment, rows.event_class, order, false, executor);
  segment->instance_key = write_codes(*segment, rows.instance_key, order, true, executor);
  for (const auto& attribute : rows.attributes) segment->attributes.push_back(write_codes(*segment, attribute, order, true, executor));
  return SegmentPtr(segment);
}

}  // namespace lotse::engine::detail
