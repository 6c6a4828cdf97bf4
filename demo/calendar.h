#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "demo/rng.h"

/// Time in the simulation is the wall clock of Berlin (Vienna and Zurich have the same), as seconds since 1970-01-01.
namespace lotse::demo {

using Seconds = int64_t;
constexpr Seconds minute = 60, hour = 3600, day = 86400, week = 7 * day;

/// Midnight of a date.
Seconds date(int year, int month, int day_of_month);
/// The demo's year and the end of its run-out (orders of December are followed to their end).
Seconds year_begin();
Seconds year_end();
Seconds data_end();
/// 1 to 12 in the demo's year, 13 and more in the run-out.
int month_of(Seconds t);
Seconds month_begin(int month);
int weekday(Seconds t);  ///< 0 Monday … 6 Sunday
Seconds day_begin(Seconds t);
int hour_of(Seconds t);

/// Seconds since 1970-01-01T00:00Z of a wall clock in Central European (summer) time.
int64_t to_utc(Seconds wall);

/// Time between two instants that lies on Mondays to Fridays (24 hours each), in days; holidays are not looked at.
double working_days(Seconds from, Seconds to);
/// The instant that lies so many working days later.
Seconds add_working_days(Seconds from, double days);
/// The technicians' slot (8, 10, 12, 14, 16 o'clock on a working day that is no holiday) nearest to an instant.
Seconds nearest_slot(Seconds t);

std::string iso_zulu(Seconds wall);   ///< 2025-04-03T12:05:06Z
std::string iso_offset(Seconds wall); ///< 2025-04-03T14:05:06+02:00
std::string iso_plain(Seconds wall);  ///< 2025-04-03 14:05:06
std::string german(Seconds wall);     ///< 03.04.2025 14:05:06

/// When people call: 23 % of a week's calls on Monday between 8 and 10, none at night or on Sunday.
class CallTimes {
 public:
  CallTimes();
  /// A moment in [from, to), drawn by the week's pattern where the window has opening hours, else evenly.
  Seconds within(Rng& rng, Seconds from, Seconds to) const;
  /// A moment in the week that begins at `monday`, Monday 8 to 10 or another opening hour.
  Seconds in_week(Rng& rng, Seconds monday, bool early_monday) const;
  static bool is_early_monday(Seconds t);

 private:
  std::vector<double> weight_;  // of each of the 168 hours of a week
};

}  // namespace lotse::demo
