// Bodies of the tracking API: no input may crash, and what is accepted holds what its header promises.
#include <string>

#include "formats/tracking_json.h"
#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const TrackingLimits limits{.events_max = 50, .event_bytes_max = 2000, .depth_max = 16, .attributes_max = 8, .text_bytes_max = 100};
  const auto call = data[0] < 6 ? std::optional(static_cast<TrackingCall>(data[0])) : std::nullopt;
  const auto read = read_tracking(body, call, Micros{1'700'000'000'000'000}, data[0] & 1, limits);
  if (!read) return 0;
  fuzz::check(read->events.size() + read->rejected.size() <= limits.events_max || call, "no more events than allowed");
  for (const auto& event : read->events) {
    fuzz::check(!event.customer.empty() && !event.type.empty(), "an event has a customer and a type");
    fuzz::check(event.attributes.size() <= limits.attributes_max && event.traits.size() <= limits.attributes_max, "attributes are bounded");
    for (const auto& [name, text] : event.attributes) fuzz::check(!text.empty() && text.size() <= limits.text_bytes_max, "texts are bounded");
  }
  return 0;
}
