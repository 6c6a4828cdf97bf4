// Any bytes: what is read as a period is written as a text that gives it again.
#include "formats/period.h"

#include "fuzz.h"

using namespace lotse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto period = formats::read_period({reinterpret_cast<const char*>(data), size});
  if (!period) return 0;
  fuzz::check(formats::read_period(formats::period_text(*period)) == period, "the text gives the period");
  fuzz::check(formats::in_granularity(*period, period->granularity) == period, "a period lies in itself");
  return 0;
}
