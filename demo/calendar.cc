#include "demo/calendar.h"

#include <fmt/format.h>

#include <chrono>

namespace lotse::demo {
namespace {
using namespace std::chrono;
constexpr int the_year = 2025;
constexpr Seconds monday_0 = 4 * day;  // 1970-01-05

year_month_day civil(Seconds t) {
  return year_month_day(sys_days(std::chrono::days((t >= 0 ? t : t - day + 1) / day)));
}

/// Seconds of Mondays to Fridays between 1970-01-05 and t.
int64_t working_seconds(Seconds t) {
  const Seconds since = t - monday_0, weeks = since / week, rest = since % week;
  return weeks * 5 * day + (rest < 5 * day ? rest : 5 * day);
}

Seconds last_sunday(int year, unsigned month) {
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / Sunday[last]).time_since_epoch().count() * day;
}

bool is_holiday(Seconds t) {
  const auto d = civil(t);
  const unsigned m = unsigned(d.month()), n = unsigned(d.day());
  return (m == 1 && n == 1) || (m == 5 && n == 1) || (m == 12 && (n == 25 || n == 26));
}
}  // namespace

Seconds date(int y, int m, int d) {
  return Seconds{sys_days(year(y) / month(static_cast<unsigned>(m)) / std::chrono::day(static_cast<unsigned>(d))).time_since_epoch().count()} *
         lotse::demo::day;
}
Seconds year_begin() { return date(the_year, 1, 1); }
Seconds year_end() { return date(the_year + 1, 1, 1); }
Seconds data_end() { return date(the_year + 1, 4, 1); }
int month_of(Seconds t) {
  const auto d = civil(t);
  return (int(d.year()) - the_year) * 12 + static_cast<int>(unsigned(d.month()));
}
Seconds month_begin(int m) { return date(the_year + (m - 1) / 12, (m - 1) % 12 + 1, 1); }
int weekday(Seconds t) { return static_cast<int>((t - monday_0) / lotse::demo::day % 7); }
Seconds day_begin(Seconds t) { return t - t % lotse::demo::day; }
int hour_of(Seconds t) { return static_cast<int>(t % lotse::demo::day / hour); }

int64_t to_utc(Seconds wall) {
  const int y = int(civil(wall).year());
  const bool summer = wall >= last_sunday(y, 3) + 3 * hour && wall < last_sunday(y, 10) + 3 * hour;
  return wall - (summer ? 2 : 1) * hour;
}

double working_days(Seconds from, Seconds to) {
  return static_cast<double>(working_seconds(to) - working_seconds(from)) / static_cast<double>(lotse::demo::day);
}
Seconds add_working_days(Seconds from, double days) {
  const int64_t target = working_seconds(from) + static_cast<int64_t>(days * static_cast<double>(lotse::demo::day));
  return monday_0 + target / (5 * lotse::demo::day) * week + target % (5 * lotse::demo::day);
}

Seconds nearest_slot(Seconds t) {
  Seconds best = 0, distance = week * 10;
  for (int d = -1; d <= 4; ++d)
    for (int h = 8; h <= 16; h += 2) {
      const Seconds slot = day_begin(t) + d * lotse::demo::day + h * hour;
      if (weekday(slot) > 4 || is_holiday(slot)) continue;
      const Seconds off = slot > t ? slot - t : t - slot;
      if (off < distance) best = slot, distance = off;
    }
  return best;
}

namespace {
struct Clock {
  int y;
  unsigned m, d;
  Seconds h, min, s;
};
Clock split(Seconds t) {
  const auto c = civil(t);
  const Seconds r = t % lotse::demo::day;
  return {int(c.year()), unsigned(c.month()), unsigned(c.day()), r / hour, r % hour / lotse::demo::minute, r % lotse::demo::minute};
}
}  // namespace
std::string iso_plain(Seconds t) {
  const auto c = split(t);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", c.y, c.m, c.d, c.h, c.min, c.s);
}
std::string iso_zulu(Seconds t) {
  std::string text = iso_plain(to_utc(t)) + "Z";
  text[10] = 'T';
  return text;
}
std::string iso_offset(Seconds t) {
  std::string text = iso_plain(t) + (t - to_utc(t) == 2 * hour ? "+02:00" : "+01:00");
  text[10] = 'T';
  return text;
}
std::string german(Seconds t) {
  const auto c = split(t);
  return fmt::format("{:02}.{:02}.{:04} {:02}:{:02}:{:02}", c.d, c.m, c.y, c.h, c.min, c.s);
}

CallTimes::CallTimes() : weight_(168, 0.0) {
  for (int d = 0; d < 6; ++d)
    for (int h = d == 5 ? 9 : 8; h < (d == 5 ? 14 : 20); ++h)
      weight_[static_cast<size_t>(d * 24 + h)] = d == 0 ? (h < 10 ? 0.115 : 0.011) : 0.0125;
}
bool CallTimes::is_early_monday(Seconds t) { return weekday(t) == 0 && hour_of(t) >= 8 && hour_of(t) < 10; }

Seconds CallTimes::within(Rng& rng, Seconds from, Seconds to) const {
  const auto weight = [&](Seconds h) { return weight_[static_cast<size_t>(weekday(h) * 24 + hour_of(h))]; };
  const Seconds first = from - from % hour + hour, last = to - to % hour;  // whole hours inside
  double sum = 0;
  for (Seconds h = first; h < last; h += hour) sum += weight(h);
  if (sum <= 0) return rng.between(from, to);
  double x = rng.unit() * sum;
  for (Seconds h = first; h < last; h += hour) {
    x -= weight(h);
    if (x < 0) return h + rng.between(0, hour);
  }
  return rng.between(from, to);
}

Seconds CallTimes::in_week(Rng& rng, Seconds monday, bool early_monday) const {
  if (early_monday) return monday + 8 * hour + rng.between(0, 2 * hour);
  return within(rng, monday + 10 * hour - 1, monday + 6 * lotse::demo::day);
}

}  // namespace lotse::demo
