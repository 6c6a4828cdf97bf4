#include "formats/zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "formats/detail/civil.h"

namespace lotse::formats {
namespace {

using namespace detail;
constexpr int bucket_bits = 22;  // 48.5 days: hardly ever two changes in one
constexpr int64_t cycle_s = int64_t{146097} * day_s;  // the calendar repeats after 400 years
// The system's table ends in 2037; later changes follow the rule of its last years, written out for one cycle.
constexpr int32_t table_year_last = 2037;
constexpr int64_t cycle_begin_s = days_from_civil(table_year_last + 1, 1, 1) * day_s;
constexpr int64_t far_past_s = std::numeric_limits<int64_t>::min() / 4;
constexpr int64_t far_future_s = std::numeric_limits<int64_t>::max() / 4;

int32_t weekday(int64_t days) { return static_cast<int32_t>(((days + 4) % 7 + 7) % 7); }  // 0 is Sunday

// "The last (or n-th) weekday of a month at a local time of day".
struct YearlyRule {
  uint32_t month;
  int32_t weekday;
  int32_t week;  // 1 to 4, 5: the last
  int64_t time_s;
  int64_t local_in(int32_t year) const {
    if (week == 5) {
      const int64_t last = days_from_civil(year, month, days_in_month(year, month));
      return (last - (formats::weekday(last) - weekday + 7) % 7) * day_s + time_s;
    }
    const int64_t first = days_from_civil(year, month, 1);
    return (first + (weekday - formats::weekday(first) + 7) % 7 + (week - 1) * 7) * day_s + time_s;
  }
};

}  // namespace

// Where the last ten years of the table change by one rule, goes on by it for a cycle.
void Zone::add_yearly_changes(std::vector<Span>& spans) {
  constexpr int32_t years = 10;
  if (spans.size() < 2 * years + 1) return;
  const size_t end = spans.size();
  const auto local_change = [&](size_t i) { return spans[i].utc_begin + spans[i - 1].offset; };
  std::array<YearlyRule, 2> rules;
  for (size_t r = 0; r < 2; ++r) {
    const size_t last = end - 2 + r;
    bool found = false;
    for (int32_t week = 1; week <= 5 && !found; ++week) {
      const int64_t local = local_change(last);
      const int64_t days = local >= 0 ? local / day_s : -1;
      const Civil civil = civil_from_days(days);
      const YearlyRule rule{civil.month, weekday(days), week, local - days * day_s};
      found = civil.year == table_year_last;
      for (int32_t back = 0; found && back < years; ++back) {
        const size_t i = last - 2 * static_cast<size_t>(back);
        found = rule.local_in(table_year_last - back) == local_change(i) && spans[i].offset == spans[last].offset;
      }
      if (found) rules[r] = rule;
    }
    if (!found) return;
  }
  const int32_t offsets[2] = {spans[end - 2].offset, spans[end - 1].offset};
  for (int32_t year = table_year_last + 1; year <= table_year_last + 401; ++year)
    for (size_t r = 0; r < 2; ++r) spans.push_back({rules[r].local_in(year) - offsets[1 - r], 0, 0, offsets[r]});
}

std::shared_ptr<const Zone::Data> Zone::finish(std::string name, std::vector<Span> spans) {
  auto data = std::make_shared<Data>();
  data->name = std::move(name);
  for (size_t i = 0; i < spans.size(); ++i) {
    spans[i].local_begin = i == 0 ? far_past_s : spans[i].utc_begin + spans[i].offset;
    spans[i].local_end = i + 1 == spans.size() ? far_future_s : spans[i + 1].utc_begin + spans[i].offset;
  }
  if (spans.size() > 1) {
    data->index_begin = spans[0].local_end >> bucket_bits;
    const int64_t index_end = spans.back().local_begin >> bucket_bits;
    size_t span = 0;
    for (int64_t bucket = data->index_begin; bucket <= index_end; ++bucket) {
      while (spans[span].local_end <= bucket << bucket_bits) ++span;
      data->index.push_back(static_cast<uint16_t>(span));
    }
  }
  data->spans = std::move(spans);
  return data;
}

Result<Zone> Zone::find(std::string_view name) {
  if (name == "UTC" || name == "Etc/UTC") return utc();
  try {
    const date::time_zone* zone = date::locate_zone(name);
    std::vector<Span> spans;
    const date::sys_seconds last{date::sys_days{date::year{table_year_last + 1} / 1 / 1}};
    date::sys_seconds at{date::sys_days{date::year{1} / 1 / 1}};
    for (;;) {
      const date::sys_info info = zone->get_info(at);
      const auto offset = static_cast<int32_t>(info.offset.count());
      if (spans.empty() || spans.back().offset != offset)
        spans.push_back({spans.empty() ? far_past_s : info.begin.time_since_epoch().count(), 0, 0, offset});
      if (info.end >= last) break;
      at = info.end;
    }
    add_yearly_changes(spans);
    return Zone(finish(std::string(name), std::move(spans)));
  } catch (const std::exception&) {
    return Error::invalid("unknown_zone", "",
                          fmt::format("There is no time zone \"{}\". Use a name like Europe/Berlin or UTC.", name));
  }
}

const Zone& Zone::utc() {
  static const Zone zone(finish("UTC", {{far_past_s, 0, 0, 0}}));
  return zone;
}

Zone::Instant Zone::to_utc(int64_t local_s) const {
  const Data& d = *data_;
  if (d.spans.size() == 1) return {local_s - d.spans[0].offset, Local::unique};
  int64_t shift = 0;
  if (local_s >= cycle_begin_s + cycle_s) {
    shift = (local_s - cycle_begin_s) / cycle_s * cycle_s;
    local_s -= shift;
  }
  const int64_t bucket = (local_s >> bucket_bits) - d.index_begin;
  size_t i = bucket < 0 ? 0 : static_cast<size_t>(bucket) >= d.index.size() ? d.spans.size() - 1 : d.index[static_cast<size_t>(bucket)];
  while (local_s >= d.spans[i].local_end) ++i;
  const Span& s = d.spans[i];
  if (local_s < s.local_begin) return {local_s - d.spans[i - 1].offset + shift, Local::nonexistent};
  const bool twice = i + 1 < d.spans.size() && local_s >= d.spans[i + 1].local_begin;
  return {local_s - s.offset + shift, twice ? Local::ambiguous : Local::unique};
}

int32_t Zone::offset_s(int64_t utc_s) const {
  const auto& spans = data_->spans;
  if (utc_s >= cycle_begin_s + cycle_s) utc_s -= (utc_s - cycle_begin_s) / cycle_s * cycle_s;
  const auto after = std::upper_bound(spans.begin() + 1, spans.end(), utc_s, [](int64_t t, const Span& s) { return t < s.utc_begin; });
  return (after - 1)->offset;
}

}  // namespace lotse::formats
