#include "analysis/detail/local_time.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>

namespace lotse::analysis::detail {
namespace {
using std::chrono::days;

const date::time_zone& zone(const void* z) { return *static_cast<const date::time_zone*>(z); }

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/// `count` digits at `at`, moved on; none where there are others.
std::optional<int> digits(std::string_view text, size_t& at, size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += count;
  return value;
}
bool take(std::string_view text, size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

struct Parsed {
  int64_t seconds = 0, micros = 0;     // local, or UTC where `offset_s` is there
  std::optional<int64_t> offset_s;
};

std::optional<Parsed> read(std::string_view text) {
  size_t at = 0;
  const auto year = digits(text, at, 4);
  if (!year || !take(text, at, '-')) return std::nullopt;
  const auto month = digits(text, at, 2);
  if (!month || !take(text, at, '-')) return std::nullopt;
  const auto day = digits(text, at, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok() || *year < 1) return std::nullopt;
  Parsed out;
  out.seconds = std::chrono::sys_days(date).time_since_epoch().count() * int64_t{86'400};
  if (at == text.size()) return out;
  if (!take(text, at, 'T') && !take(text, at, ' ')) return std::nullopt;
  const auto hour = digits(text, at, 2);
  if (!hour || !take(text, at, ':')) return std::nullopt;
  const auto minute = digits(text, at, 2);
  if (!minute) return std::nullopt;
  int second = 0;
  if (take(text, at, ':')) {
    const auto s = digits(text, at, 2);
    if (!s) return std::nullopt;
    second = *s;
    if (take(text, at, '.')) {
      int64_t scale = 100'000;
      size_t read = 0;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++read, scale /= 10) out.micros += (text[at] - '0') * scale;
      if (read == 0) return std::nullopt;
    }
  }
  if (*hour > 23 || *minute > 59 || second > 59) return std::nullopt;
  out.seconds += *hour * 3600 + *minute * 60 + second;
  if (at == text.size()) return out;
  if (take(text, at, 'Z')) {
    out.offset_s = 0;
  } else {
    const bool minus = text[at] == '-';
    if (!take(text, at, '-') && !take(text, at, '+')) return std::nullopt;
    const auto hours = digits(text, at, 2);
    if (!hours || !take(text, at, ':')) return std::nullopt;
    const auto minutes = digits(text, at, 2);
    if (!minutes || *hours > 15 || *minutes > 59) return std::nullopt;
    out.offset_s = (*hours * 3600 + *minutes * 60) * (minus ? -1 : 1);
  }
  if (at != text.size()) return std::nullopt;
  return out;
}

}  // namespace

Result<LocalTime> LocalTime::find(const std::string& name) {
  try {
    return LocalTime(date::locate_zone(name));
  } catch (const std::exception& e) {
    return Error::make(ErrorKind::internal, "unknown_zone", e.what());
  }
}

int64_t LocalTime::utc_of_local_s(int64_t local_s) const {
  const date::local_seconds local{std::chrono::seconds(local_s)};
  const auto info = zone(zone_).get_info(local);
  // Of a time that occurs twice the first: its offset is the one before the change. In a gap that same offset moves the
  // time forward by the gap.
  return local_s - info.first.offset.count();
}

int64_t LocalTime::local_of_utc_s(int64_t utc_s) const {
  return utc_s + zone(zone_).get_info(date::sys_seconds{std::chrono::seconds(utc_s)}).offset.count();
}

Result<Micros> LocalTime::parse(std::string_view text) const {
  const auto parsed = read(text);
  if (!parsed) return Error::invalid("invalid_time", "", "a date or date-time is expected: " + std::string(text));
  const int64_t utc_s = parsed->offset_s ? parsed->seconds - *parsed->offset_s : utc_of_local_s(parsed->seconds);
  return Micros{utc_s * 1'000'000 + parsed->micros};
}

Micros LocalTime::begin_of(Bucket bucket, Micros instant) const {
  const int64_t local_s = local_of_utc_s(floor_div(instant.count(), 1'000'000));
  const std::chrono::sys_days day{days(floor_div(local_s, 86'400))};
  std::chrono::sys_days begin = day;
  if (bucket == Bucket::week) begin -= std::chrono::weekday(day) - std::chrono::Monday;
  if (bucket == Bucket::month) {
    const std::chrono::year_month_day date{day};
    begin = std::chrono::sys_days(date.year() / date.month() / 1);
  }
  return Micros{utc_of_local_s(begin.time_since_epoch().count() * int64_t{86'400}) * 1'000'000};
}

std::vector<Micros> LocalTime::boundaries(Bucket bucket, Micros first, Micros last) const {
  std::vector<Micros> out{begin_of(bucket, first)};
  while (out.back() <= last) {
    // Half a bucket beyond the next begin, whatever the clock change: then back to its begin.
    const Micros inside = out.back() + (bucket == Bucket::day    ? Micros{std::chrono::hours(36)}
                                        : bucket == Bucket::week ? Micros{std::chrono::hours(24 * 10)}
                                                                 : Micros{std::chrono::hours(24 * 40)});
    const Micros next = begin_of(bucket, inside);
    ensure(next > out.back(), "buckets ascend");
    out.push_back(next);
  }
  return out;
}

std::string LocalTime::date(Micros instant) const {
  const int64_t local_s = local_of_utc_s(floor_div(instant.count(), 1'000'000));
  const std::chrono::year_month_day date{std::chrono::sys_days(days(floor_div(local_s, 86'400)))};
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

}  // namespace lotse::analysis::detail
