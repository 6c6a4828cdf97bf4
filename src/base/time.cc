#include "base/time.h"

#include <fmt/format.h>

namespace lotse {
namespace {
struct SystemClock : Clock {
  Micros now() const override {
    return std::chrono::duration_cast<Micros>(std::chrono::system_clock::now().time_since_epoch());
  }
};
}  // namespace

Clock& Clock::system() {
  static SystemClock clock;
  return clock;
}

std::string iso_utc(Micros instant) {
  using namespace std::chrono;
  const auto day = floor<days>(sys_time<Micros>(instant));
  const year_month_day date{day};
  const hh_mm_ss<Micros> clock{sys_time<Micros>(instant) - day};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()),
                                 unsigned(date.day()), clock.hours().count(), clock.minutes().count(),
                                 clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:06}", clock.subseconds().count());
  return text + "Z";
}

}  // namespace lotse
