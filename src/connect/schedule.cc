#include "connect/schedule.h"

#include <algorithm>

namespace lotse::connect {

namespace {
constexpr int64_t day_s = 86'400;

std::optional<int64_t> second_of_day(const std::string& text) {
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 3600 + minute * 60;
}
}  // namespace

Result<void> check_schedule(const Schedule& schedule, std::string_view at) {
  if (schedule.every_minutes.has_value() == schedule.daily_at.has_value())
    return Error::invalid("invalid_schedule", std::string(at), "either every_minutes or daily_at is expected");
  if (schedule.every_minutes && (*schedule.every_minutes < 1 || *schedule.every_minutes > 10'080))
    return Error::invalid("invalid_schedule", std::string(at) + "/every_minutes", "1 to 10,080 minutes");
  if (schedule.daily_at && !second_of_day(*schedule.daily_at)) return Error::invalid("invalid_schedule", std::string(at) + "/daily_at", "HH:MM is expected");
  return {};
}

Micros next_planned(const Schedule& schedule, const formats::Zone& zone, Micros begun, Micros after) {
  if (schedule.every_minutes) return std::max(begun + std::chrono::minutes(*schedule.every_minutes), after);
  const int64_t time = second_of_day(schedule.daily_at.value_or("00:00")).value_or(0);
  const int64_t now_s = after.count() / 1'000'000;
  const int64_t local = now_s + zone.offset_s(now_s);
  // Days are counted in local time: the one of a change of clocks has 23 or 25 hours.
  for (int64_t day = local / day_s - 1;; ++day) {
    const Micros at{zone.to_utc(day * day_s + time).utc_s * 1'000'000};
    if (at > after) return at;
  }
}

Micros next_try(const Schedule& schedule, const formats::Zone& zone, uint64_t failures, const Error& error, Micros now) {
  Micros wait = std::min<Micros>(std::chrono::seconds(30) * (int64_t{1} << std::min<uint64_t>(std::max<uint64_t>(failures, 1) - 1, 10)), std::chrono::hours(1));
  if (error.kind != ErrorKind::unavailable && error.kind != ErrorKind::internal && error.kind != ErrorKind::cancelled) wait = std::max<Micros>(wait, std::chrono::minutes(15));
  if (const size_t asked = error.detail.find("Retry-After: "); asked != std::string::npos) {
    const int64_t seconds = std::atoll(error.detail.c_str() + asked + 13);
    wait = std::max<Micros>(wait, std::chrono::seconds(std::clamp<int64_t>(seconds, 0, day_s / 4)));
  }
  const Micros again = now + wait;
  return schedule.daily_at ? std::min(again, next_planned(schedule, zone, now, now)) : again;
}

}  // namespace lotse::connect
