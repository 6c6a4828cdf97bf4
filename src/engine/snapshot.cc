#include "engine/snapshot.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <unordered_map>

#include "engine/detail/snapshot.h"

namespace lotse::engine {
namespace detail {

Bitmap full_bitmap(size_t bits) {
  Bitmap bitmap((bits + 63) / 64, ~uint64_t{0});
  if (bits & 63) bitmap.back() >>= 64 - (bits & 63);
  return bitmap;
}

std::optional<uint32_t> find(const Part& part, uint32_t customer, uint32_t from) {
  const Segment& s = *part.segment;
  const uint32_t* end = s.customers + s.customer_count;
  const uint32_t* at = std::lower_bound(s.customers + from, end, customer);
  if (at == end || *at != customer || !part.lives(at - s.customers)) return std::nullopt;
  return static_cast<uint32_t>(at - s.customers);
}

std::vector<CustomerRows> living(std::span<const Part> parts) {
  std::vector<CustomerRows> all, one, joined;
  for (size_t p = 0; p < parts.size(); ++p) {
    const Segment& s = *parts[p].segment;
    one.clear();
    for (uint32_t c = 0; c < s.customer_count; ++c)
      if (parts[p].lives(c)) one.push_back({s.customers[c], static_cast<uint32_t>(p), c});
    joined.resize(all.size() + one.size());
    std::merge(all.begin(), all.end(), one.begin(), one.end(), joined.begin(),
               [](const CustomerRows& a, const CustomerRows& b) { return a.customer < b.customer; });
    std::swap(all, joined);
  }
  return all;
}

namespace {

Part part_of(SegmentPtr segment) {
  Part part{segment, nullptr, segment->customer_count, segment->row_count};
  return part;
}

/// Appends the rows of one customer where they live to a batch.
class Decoder {
 public:
  explicit Decoder(RowBatch& out) : out_(out) {}

  void add(const Segment& s, uint32_t index) {
    const uint32_t from = s.offsets[index], to = s.offsets[index + 1];
    const size_t base = out_.size(), count = to - from;
    out_.customer.resize(base + count, s.customers[index]);
    out_.time_us.resize(base + count);
    s.times(index, index + 1, out_.time_us.data() + base);
    for (uint32_t row = from; row < to; ++row) {
      out_.arrival.push_back(s.arrival(row));
      out_.event_class.push_back(s.event_class.at(row));
    }
    add_codes(out_.instance_key, base, s.instance_key, from, to);
    if (out_.attributes.size() < s.attributes.size()) out_.attributes.resize(s.attributes.size());
    for (size_t a = 0; a < s.attributes.size(); ++a) add_codes(out_.attributes[a], base, s.attributes[a], from, to);
  }

  /// Columns that stayed empty stand for all 0; those begun are filled up.
  void finish() {
    auto fill = [&](std::vector<uint32_t>& codes) { if (!codes.empty()) codes.resize(out_.size(), 0); };
    fill(out_.instance_key);
    for (auto& attribute : out_.attributes) fill(attribute);
  }

 private:
  static void add_codes(std::vector<uint32_t>& out, size_t base, const CodeColumn& column, uint32_t from, uint32_t to) {
    if (column.width == 0 && column.constant == 0) return;
    out.resize(base, 0);
    for (uint32_t row = from; row < to; ++row) out.push_back(column.at(row));
  }
  RowBatch& out_;
};

void append_codes(std::vector<uint32_t>& out, size_t base, const std::vector<uint32_t>& codes) {
  if (codes.empty()) return;
  out.resize(base, 0);
  out.insert(out.end(), codes.begin(), codes.end());
}

void append_rows(RowBatch& out, const RowBatch& rows) {
  const size_t base = out.size();
  out.customer.insert(out.customer.end(), rows.customer.begin(), rows.customer.end());
  out.time_us.insert(out.time_us.end(), rows.time_us.begin(), rows.time_us.end());
  out.arrival.insert(out.arrival.end(), rows.arrival.begin(), rows.arrival.end());
  out.event_class.insert(out.event_class.end(), rows.event_class.begin(), rows.event_class.end());
  append_codes(out.instance_key, base, rows.instance_key);
  if (out.attributes.size() < rows.attributes.size()) out.attributes.resize(rows.attributes.size());
  for (size_t a = 0; a < rows.attributes.size(); ++a) append_codes(out.attributes[a], base, rows.attributes[a]);
  Decoder(out).finish();
}

/// Keeps the rows for which `keep(row)` holds.
template <class Keep>
void filter_rows(RowBatch& rows, Keep keep) {
  size_t to = 0;
  auto move = [&](auto& column, size_t i) { if (!column.empty()) column[to] = column[i]; };
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!keep(i)) continue;
    move(rows.customer, i);
    move(rows.time_us, i);
    move(rows.arrival, i);
    move(rows.event_class, i);
    move(rows.instance_key, i);
    for (auto& attribute : rows.attributes) move(attribute, i);
    ++to;
  }
  auto cut = [&](auto& column) { if (!column.empty()) column.resize(to); };
  cut(rows.customer);
  cut(rows.time_us);
  cut(rows.arrival);
  cut(rows.event_class);
  cut(rows.instance_key);
  for (auto& attribute : rows.attributes) cut(attribute);
}

/// Joins the youngest parts while the one before is at most twice as large: the number of parts stays logarithmic, and each
/// row is copied O(log) times. Parts that lost half of their rows count by what lives.
Result<void> compact(Columns& columns, Executor& executor, std::stop_token stop) {
  auto& parts = columns.parts;
  std::erase_if(parts, [](const Part& part) { return part.live_customers == 0; });
  size_t keep = parts.size();
  if (keep < 2) return {};
  uint64_t rows = parts[--keep].live_rows;
  while (keep > 0 && parts[keep - 1].live_rows <= 2 * rows) rows += parts[--keep].live_rows;
  if (parts.size() - keep < 2) return {};
  auto young = std::span(parts).subspan(keep);
  std::vector<SegmentPtr> segments;
  for (const auto& part : young) segments.push_back(part.segment);
  auto joined = TRY(assemble(segments, living(young), executor, stop));
  parts.resize(keep);
  parts.push_back(part_of(std::move(joined)));
  return {};
}

/// The next snapshot while it is being made: customers are taken out of their parts, rows come in as a new one.
class Edit {
 public:
  explicit Edit(const Snapshot& from) : next_(std::make_shared<Columns>(*from)) {}

  /// Takes out every customer of the ascending list; their rows go to `rows` where given.
  void take(std::span<const uint32_t> customers, RowBatch* rows) {
    for (auto& part : next_->parts) {
      uint32_t from = 0;
      std::shared_ptr<Bitmap> live;
      std::optional<Decoder> decoder;
      if (rows) decoder.emplace(*rows);
      for (uint32_t customer : customers) {
        auto index = find(part, customer, from);
        if (!index) continue;
        from = *index + 1;
        if (decoder) decoder->add(*part.segment, *index);
        if (!live) live = std::make_shared<Bitmap>(part.live ? *part.live : full_bitmap(part.segment->customer_count));
        clear_bit(*live, *index);
        --part.live_customers;
        part.live_rows -= part.segment->offsets[*index + 1] - part.segment->offsets[*index];
      }
      if (live) part.live = std::move(live);
    }
    if (rows) Decoder(*rows).finish();
  }

  Result<Snapshot> finish(const RowBatch& rows, Executor& executor, std::stop_token stop) {
    auto segment = TRY(encode(rows, executor, stop));
    if (segment->row_count) next_->last_arrival = std::max(next_->last_arrival, segment->arrival_max);
    next_->parts.push_back(part_of(std::move(segment)));
    TRY(compact(*next_, executor, stop));
    return Snapshot(next_);
  }

 private:
  std::shared_ptr<Columns> next_;
};

std::vector<uint32_t> ascending(std::vector<uint32_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

bool inside(std::span<const ArrivalRange> ranges, uint64_t arrival) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const ArrivalRange& r) { return arrival >= r.from && arrival < r.to; });
}

/// Living customers with at least one row in the ranges.
std::vector<uint32_t> customers_with(const Columns& columns, std::span<const ArrivalRange> ranges, Executor& executor) {
  std::vector<uint32_t> found;
  std::mutex mutex;
  for (const auto& part : columns.parts) {
    const Segment& s = *part.segment;
    bool meets = std::any_of(ranges.begin(), ranges.end(), [&](const ArrivalRange& r) { return r.from <= s.arrival_max && r.to > s.arrival_base; });
    if (!meets) continue;
    for_ranges(executor, s.customer_count, executor.width() * 4, [&](size_t from, size_t to) {
      std::vector<uint32_t> mine;
      for (size_t c = from; c < to; ++c) {
        if (!part.lives(c)) continue;
        for (uint32_t row = s.offsets[c]; row < s.offsets[c + 1]; ++row) {
          if (!inside(ranges, s.arrival(row))) continue;
          mine.push_back(s.customers[c]);
          break;
        }
      }
      std::lock_guard lock(mutex);
      found.insert(found.end(), mine.begin(), mine.end());
    });
  }
  return ascending(std::move(found));
}

}  // namespace
}  // namespace detail

using namespace detail;

SnapshotInfo info(const Snapshot& columns) {
  SnapshotInfo info;
  info.segments = columns->parts.size();
  info.last_arrival = columns->last_arrival;
  bool first = true;
  for (size_t p = 0; p < columns->parts.size(); ++p) {
    const Part& part = columns->parts[p];
    const Segment& s = *part.segment;
    info.events += part.live_rows;
    info.customers += part.live_customers;
    if (p > 0) {
      info.delta_events += part.live_rows;
      info.delta_customers += part.live_customers;
    }
    info.bytes += s.bytes();
    info.core_bytes += s.core_bytes();
    info.attribute_count = std::max(info.attribute_count, s.attributes.size());
    if (s.row_count == 0) continue;
    info.class_count = std::max(info.class_count, s.event_class.max + 1);
    if (s.instance_key.max) info.instance_key_count = std::max(info.instance_key_count, s.instance_key.max + 1);
    if (part.live_rows == 0) continue;
    info.first_time = first ? Micros{s.time_first} : std::min(info.first_time, Micros{s.time_first});
    info.last_time = first ? Micros{s.time_last} : std::max(info.last_time, Micros{s.time_last});
    first = false;
  }
  return info;
}

std::vector<uint64_t> class_counts(const Snapshot& columns, Executor& executor) {
  std::vector<uint64_t> counts(info(columns).class_count, 0);
  std::mutex mutex;
  for (const auto& part : columns->parts) {
    const Segment& s = *part.segment;
    for_ranges(executor, s.customer_count, executor.width() * 4, [&](size_t from, size_t to) {
      std::vector<uint64_t> mine(counts.size(), 0);
      for (size_t c = from; c < to; ++c) {
        if (!part.lives(c)) continue;
        for (uint32_t row = s.offsets[c]; row < s.offsets[c + 1]; ++row) ++mine[s.event_class.at(row)];
      }
      std::lock_guard lock(mutex);
      for (size_t i = 0; i < mine.size(); ++i) counts[i] += mine[i];
    });
  }
  return counts;
}

Result<Snapshot> build(const RowBatch& rows, Executor& executor, std::stop_token stop) {
  return Edit(std::make_shared<const Columns>()).finish(rows, executor, stop);
}

Result<Snapshot> append(const Snapshot& columns, const RowBatch& rows, Executor& executor, std::stop_token stop) {
  if (rows.size() == 0) return columns;
  Edit edit(columns);
  RowBatch all;
  edit.take(ascending(rows.customer), &all);
  append_rows(all, rows);
  return edit.finish(all, executor, stop);
}

Result<Snapshot> remove(const Snapshot& columns, const Removal& removal, Executor& executor, std::stop_token stop) {
  Edit edit(columns);
  RowBatch kept;
  edit.take(ascending(removal.customers), nullptr);
  if (!removal.arrivals.empty()) {
    edit.take(customers_with(*columns, removal.arrivals, executor), &kept);
    filter_rows(kept, [&](size_t i) { return !inside(removal.arrivals, kept.arrival[i]); });
  }
  return edit.finish(kept, executor, stop);
}

Result<Snapshot> move_customers(const Snapshot& columns, std::span<const std::pair<uint32_t, uint32_t>> moves,
                                Executor& executor, std::stop_token stop) {
  std::unordered_map<uint32_t, uint32_t> direct(moves.begin(), moves.end());
  std::unordered_map<uint32_t, uint32_t> target;
  std::vector<uint32_t> touched;
  for (auto [from, first_to] : direct) {
    uint32_t to = first_to;
    size_t steps = 0;
    for (auto next = direct.find(to); next != direct.end(); next = direct.find(to)) {
      to = next->second;
      if (++steps > direct.size())
        return Error::make(ErrorKind::internal, "invalid_customer_moves", "the moves form a circle");
    }
    target[from] = to;
    touched.push_back(from);
    touched.push_back(to);
  }
  if (touched.empty()) return columns;
  Edit edit(columns);
  RowBatch rows;
  edit.take(ascending(std::move(touched)), &rows);
  for (auto& customer : rows.customer)
    if (auto found = target.find(customer); found != target.end()) customer = found->second;
  return edit.finish(rows, executor, stop);
}

Result<Snapshot> replace_customers(const Snapshot& columns, std::span<const uint32_t> customers, const RowBatch& rows,
                                   Executor& executor, std::stop_token stop) {
  Edit edit(columns);
  auto listed = ascending({customers.begin(), customers.end()});
  edit.take(listed, nullptr);
  RowBatch all;
  edit.take(ascending(rows.customer), &all);
  append_rows(all, rows);
  return edit.finish(all, executor, stop);
}

Result<Snapshot> merge(const Snapshot& columns, Executor& executor, std::stop_token stop) {
  std::vector<SegmentPtr> segments;
  for (const auto& part : columns->parts) segments.push_back(part.segment);
  auto merged = std::make_shared<Columns>();
  merged->last_arrival = columns->last_arrival;
  auto segment = TRY(assemble(segments, living(columns->parts), executor, stop));
  if (segment->customer_count) merged->parts.push_back(part_of(std::move(segment)));
  return Snapshot(merged);
}

bool merge_is_due(const Snapshot& columns) {
  uint64_t rows = 0, live = 0, delta = 0;
  for (size_t p = 0; p < columns->parts.size(); ++p) {
    const Part& part = columns->parts[p];
    rows += part.segment->row_count;
    live += part.live_rows;
    if (p > 0) delta += part.live_rows;
  }
  return delta * 10 > live || (rows - live) * 10 > rows;
}

RowBatch rows_of(const Snapshot& columns, std::optional<std::span<const uint32_t>> customers) {
  RowBatch rows;
  Decoder decoder(rows);
  std::vector<uint32_t> wanted;
  if (customers) wanted = ascending({customers->begin(), customers->end()});
  for (const auto& part : columns->parts) {
    if (customers) {
      for (uint32_t customer : wanted)
        if (auto index = find(part, customer)) decoder.add(*part.segment, *index);
    } else {
      for (uint32_t c = 0; c < part.segment->customer_count; ++c)
        if (part.lives(c)) decoder.add(*part.segment, c);
    }
  }
  decoder.finish();
  return rows;
}

}  // namespace lotse::engine
