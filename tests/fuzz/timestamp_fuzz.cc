// Every layout on any text: the fast path agrees with the long way, results keep to their bounds.
#include "formats/timestamp.h"

#include <string>

#include "base/time.h"
#include "formats/number.h"
#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const Zone zones[] = {Zone::utc(), Zone::find("Europe/Berlin").value(), Zone::find("America/St_Johns").value(), Zone::find("Pacific/Apia").value()};
  const Zone& zone = zones[data[0] & 3];
  for (int i = 0; i <= static_cast<int>(TimeLayout::epoch_ns); ++i) {
    const auto layout = static_cast<TimeLayout>(i);
    const StampReader reader(layout, zone, Micros{1'800'000'000'000'000});
    const Stamp direct = reader.read(text);
    const Stamp padded = reader.read(" " + text);  // a blank in front keeps it off the fast path
    fuzz::check(direct.problem == padded.problem && direct.utc == padded.utc && direct.flags == padded.flags, "both paths agree");
    if (direct.problem != StampProblem::none) continue;
    fuzz::check(direct.utc >= Micros{-62'135'596'800'000'000} && direct.utc < Micros{253'402'300'800'000'000}, "years 0001 to 9999");
    // What was read reads back from its ISO form.
    const Stamp again = StampReader(TimeLayout::iso, zone, Micros{0}).read(iso_utc(direct.utc));
    fuzz::check(again.problem == StampProblem::none && again.utc == direct.utc, "ISO reads back");
  }
  const std::string_view samples[] = {text, "2024-12-31"};
  (void)detect_time(samples);
  (void)read_integer(text);
  (void)read_decimal(text, '.');
  (void)read_decimal(text, ',');
  return 0;
}
