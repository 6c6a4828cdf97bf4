#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/describe.h"

/// Periods of reporting as people and systems write them: days, ISO weeks, months, quarters, years.
namespace lotse::formats {

enum class Granularity : uint8_t { day, week, month, quarter, year };
constexpr auto describe(Granularity) {
  return json_enum("Granularity", value(Granularity::day, "day"), value(Granularity::week, "week"), value(Granularity::month, "month"),
                   value(Granularity::quarter, "quarter"), value(Granularity::year, "year"));
}

struct Period {
  Granularity granularity = Granularity::day;
  int32_t start = 0;  ///< first day, counted from 1970-01-01
  friend bool operator==(const Period&, const Period&) = default;
  friend auto operator<=>(const Period&, const Period&) = default;
};

/// Reads one of these, outer blanks ignored, capitals or not; years 1900 to 2200:
///
///   day      2026-03-01 (with T00:00:00 or a zero clock behind it), 01.03.2026, 1.3.26, 20260301
///   week     2026-W12, 2026W12, W12 2026, KW 12/2026, KW12 2026, 12. KW 2026, 2026-KW12
///   month    2026-03, 2026/03, 202603, 03/2026, 3.2026, März 2026, Mar 26, March 2026, 2026 March
///   quarter  2026-Q1, 2026Q1, Q1 2026, Q1/2026, 1. Quartal 2026, 1Q2026
///   year     2026
///
/// A day is never the American 03/04/2026: it can be read in two ways.
std::optional<Period> read_period(std::string_view text);

/// The period of this granularity in which the other one's first day lies; none where it is shorter than the other: a month says
/// nothing about its days.
std::optional<Period> in_granularity(Period period, Granularity wanted);

/// "2026-03-01", "2026-W12", "2026-03", "2026-Q1", "2026": what read_period reads.
std::string period_text(Period period);
/// "2026-03-01".
std::string day_text(int32_t day);

}  // namespace lotse::formats
