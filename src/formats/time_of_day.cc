#include <array>
#include <cmath>
#include <cstring>

#include "formats/number.h"
#include "formats/timestamp.h"
#include "formats/typed_columns.h"

namespace lotse::formats {
namespace {

constexpr int64_t day_us = 86'400'000'000;
constexpr std::string_view some_day = "2000-01-01 ", some_german_day = "01.01.2000 ";
constexpr int64_t some_day_us = 946'684'800'000'000;

// `text` behind a day that is known.
std::optional<TimeOfDay> behind(std::string_view day, std::string_view text, const StampReader& reader) {
  std::array<char, 64> both;
  std::memcpy(both.data(), day.data(), day.size());
  std::memcpy(both.data() + day.size(), text.data(), text.size());
  const Stamp stamp = reader.read({both.data(), day.size() + text.size()});
  if (stamp.problem != StampProblem::none) return std::nullopt;
  return TimeOfDay{.micros = stamp.utc.count() - some_day_us, .with_zone = (stamp.flags & stamp_had_zone) != 0};
}

// Excel keeps a time of day as a fraction of the day; what was typed to the millisecond is found by rounding.
std::optional<TimeOfDay> of_fraction(std::string_view text) {
  const auto number = read_decimal(text, text.find(',') == std::string_view::npos ? '.' : ',');
  if (!number || !(*number >= 0 && *number < 2958466)) return std::nullopt;
  return TimeOfDay{.micros = std::llround((*number - std::floor(*number)) * 86400e3) * 1000};
}

}  // namespace

std::optional<TimeOfDay> read_time_of_day(std::string_view text) {
  static const StampReader iso(TimeLayout::iso, Zone::utc(), Micros::max() - std::chrono::days(2));
  static const StampReader german(TimeLayout::german, Zone::utc(), Micros::max() - std::chrono::days(2));
  text = without_outer_blanks(text);
  if (text.empty() || text.size() > 48 || ((text[0] < '0' || text[0] > '9') && text[0] != '.' && text[0] != ',')) return std::nullopt;
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const bool number = text.find_first_not_of("0123456789.,eE+-") == std::string_view::npos;
  // One zero before the mark is a fraction of a day, two are an hour after midnight; a day's number has five digits.
  if (text == "0" || (number && digits < text.size() && (digits == 0 || (digits == 1 && text[0] == '0') || text.find_first_of("eE") != std::string_view::npos || digits == 5)))
    return of_fraction(text);
  const bool short_hour = digits <= 2 && digits < text.size();
  if (short_hour || (digits == text.size() && (digits == 4 || digits == 6)))
    if (const auto time = behind(some_day, text, iso)) return time;
  const bool one_minute_digit = number && digits + 2 == text.size();  // 9.3 may be 9.30 without its zero
  if (short_hour && !one_minute_digit)
    if (const auto time = behind(some_german_day, text, german)) return time;
  // A whole stamp, of which only the clock was shown: 1900-01-01T14:05:00.
  if (text.find(':') == std::string_view::npos) return std::nullopt;
  for (const StampReader* reader : {&iso, &german}) {
    const Stamp stamp = reader->read(text);
    if (stamp.problem == StampProblem::none && !(stamp.flags & stamp_had_zone)) return TimeOfDay{.micros = ((stamp.utc.count() % day_us) + day_us) % day_us};
  }
  return std::nullopt;
}

Stamp StampReader::at(const Stamp& day, TimeOfDay time) const {
  constexpr int64_t second = 1'000'000;
  const auto floor_to = [](int64_t value, int64_t unit) { return (value >= 0 ? value / unit : (value - unit + 1) / unit) * unit; };
  const int64_t utc_us = day.utc.count();
  // A day that was written as an instant is a day of UTC where it is one exactly, else one of the reader's zone.
  const bool day_of_utc = (day.flags & stamp_had_zone) && utc_us % day_us == 0;
  const int64_t offset_us = day_of_utc ? 0 : zone_.offset_s(floor_to(utc_us, second) / second) * second;
  const int64_t at_us = floor_to(utc_us + offset_us, day_us) + time.micros;
  const int64_t at_s = floor_to(at_us, second) / second;
  const auto micros = static_cast<int32_t>(at_us - at_s * second);
  return time.with_zone ? from_utc(at_s, micros, stamp_had_zone) : from_local(at_s, micros, 0);
}

}  // namespace lotse::formats
