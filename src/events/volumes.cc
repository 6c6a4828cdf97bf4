#include <fmt/format.h>

#include <algorithm>

#include "events/detail/reading.h"

/// Counts for the data quality page: how much, how late, what it looks like.
namespace lotse::events {

using detail::Chunk;
using detail::Reading;

namespace {
constexpr int64_t early_us = 5 * 60 * int64_t{1'000'000};
/// Added before the division and taken off after it, so that times before 1970 are rounded down, too.
constexpr int64_t shift_quarters = 100'000'000;

int64_t quarter_of(int64_t time_us) { return (time_us + shift_quarters * quarter_us) / quarter_us - shift_quarters; }

template <class Take>
Result<void> count(Reading& reading, const std::string& table, const std::string& where, const Take& take) {
  const auto sql = fmt::format("SELECT source, (time_us + {0}) // {1} - {2} AS quarter, count(*)::UBIGINT FROM {3}{4} GROUP BY ALL", shift_quarters * quarter_us,
                               quarter_us, shift_quarters, table, where);
  return reading.connection->stream(sql, [&](const Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i) take(Volume{c.column<uint16_t>(0)[i], c.column<int64_t>(1)[i], c.column<uint64_t>(2)[i]});
    return {};
  });
}
}  // namespace

Result<std::vector<Volume>> DuckStore::volumes() const {
  State& s = *state_;
  std::lock_guard lock(s.volumes_mutex);
  Reading reading = TRY(detail::begin_reading(s));
  if (s.volumes_removals != reading.visible.removals) {
    s.part_volumes.clear();
    s.live_volumes.clear();
    s.live_volumes_to = 0;
    s.volumes_removals = reading.visible.removals;
  }
  for (const auto& part : reading.visible.parts) {
    if (s.part_volumes.contains(part->number)) continue;
    std::vector<Volume> counted;
    if (auto done = count(reading, part->table(), "", [&](const Volume& v) { counted.push_back(v); }); !done) return s.note(done.error());
    s.part_volumes.emplace(part->number, std::move(counted));
  }
  if (reading.flushed > s.live_volumes_to) {
    std::vector<Volume> counted;
    const auto where = fmt::format(" WHERE arrival > {} AND arrival <= {}", s.live_volumes_to, reading.flushed);
    if (auto done = count(reading, "live", where, [&](const Volume& v) { counted.push_back(v); }); !done) return s.note(done.error());
    for (const auto& v : counted) s.live_volumes[{v.source, v.quarter}] += v.events;
    s.live_volumes_to = reading.flushed;
  }
  auto sum = s.live_volumes;
  for (const auto& part : reading.visible.parts)
    for (const auto& v : s.part_volumes.at(part->number)) sum[{v.source, v.quarter}] += v.events;
  for (const auto& batch : reading.visible.tail)
    for (const auto& e : *batch)
      if (e.arrival > reading.flushed) ++sum[{e.source, quarter_of(e.time_us)}];
  std::vector<Volume> out;
  out.reserve(sum.size());
  for (const auto& [key, events] : sum) out.push_back({key.first, key.second, events});
  return out;
}

Result<std::vector<Volume>> DuckStore::import_volumes(std::string_view import) const {
  State& s = *state_;
  const auto part = TRY(s.find_part(import));
  Reading reading = TRY(detail::begin_reading(s));
  std::vector<Volume> out;
  if (auto done = count(reading, part->table(), "", [&](const Volume& v) { out.push_back(v); }); !done) return s.note(done.error());
  return out;
}

Result<std::vector<Arrivals>> DuckStore::arrivals(Micros since) const {
  State& s = *state_;
  TRY(s.flush());
  Reading reading = TRY(detail::begin_reading(s));
  const auto sql = fmt::format(
      "SELECT source, count(*)::UBIGINT, quantile_cont((received_us - time_us) / 1e6, 0.5), quantile_cont((received_us - time_us) / 1e6, 0.95), "
      "count(*) FILTER (time_us > received_us + {})::UBIGINT FROM live WHERE received_us >= {} GROUP BY source ORDER BY source",
      early_us, since.count());
  std::vector<Arrivals> out;
  auto done = reading.connection->stream(sql, [&](const Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i)
      out.push_back({c.column<uint16_t>(0)[i], c.column<uint64_t>(1)[i], c.column<double>(2)[i], c.column<double>(3)[i], c.column<uint64_t>(4)[i]});
    return {};
  });
  if (!done) return s.note(done.error());
  return out;
}

Result<std::vector<StoredEvent>> DuckStore::latest_of_type(uint32_t type, uint64_t as_of, size_t limit) const {
  State& s = *state_;
  struct Found {
    int64_t time_us;
    uint64_t arrival;
    uint32_t identity;
  };
  std::vector<Found> found;
  {
    Reading reading = TRY(detail::begin_reading(s));
    const auto read = [&](const std::string& table, const std::string& number, uint64_t base) -> Result<void> {
      if (base >= as_of) return {};
      const auto sql = fmt::format("SELECT time_us, {0}, identity FROM {1} WHERE type = {2} AND {0} <= {3} ORDER BY time_us DESC, {0} DESC LIMIT {4}", number, table, type,
                                   as_of - base, limit);
      return reading.connection->stream(sql, [&](const Chunk& c) -> Result<void> {
        for (size_t i = 0; i < c.size(); ++i) found.push_back({c.column<int64_t>(0)[i], base + c.column<uint64_t>(1)[i], c.column<uint32_t>(2)[i]});
        return {};
      });
    };
    for (const auto& part : reading.visible.parts)
      if (auto done = read(part->table(), "row", part->base); !done) return s.note(done.error());
    if (auto done = read("live", "arrival", 0); !done) return s.note(done.error());
    for (const auto& batch : reading.visible.tail)
      for (const auto& e : *batch)
        if (e.type == type && e.arrival > reading.flushed && e.arrival <= as_of) found.push_back({e.time_us, e.arrival, e.identity});
  }
  std::ranges::sort(found, std::greater{}, [](const Found& f) { return std::pair(f.time_us, f.arrival); });
  if (found.size() > limit) found.resize(limit);
  std::vector<StoredEvent> out;
  for (const auto& one : found) {
    for (auto& event : TRY(customer_events(customer_of(one.identity), as_of, 0, UINT64_MAX)))
      if (event.arrival == one.arrival) out.push_back(std::move(event));
  }
  return out;
}

}  // namespace lotse::events
