#include "analysis/detail/tallies.h"

#include <algorithm>

#include "analysis/detail/classes.h"

namespace lotse::analysis::detail {

void Tallies::add(const EventColumns& rows, const std::vector<uint32_t>& classes_of_rows) {
  const std::vector<uint32_t>* channel = nullptr;
  for (const auto& attribute : rows.attributes)
    if (attribute.attribute == BuiltinAttribute::channel && !attribute.codes.empty()) channel = &attribute.codes;

  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t c = classes_of_rows[i];
    if (c >= classes.size()) classes.resize(c + 1);
    auto& tally = classes[c];
    const int64_t time = rows.time_us[i];
    tally.first_us = tally.events ? std::min(tally.first_us, time) : time;
    tally.last_us = tally.events ? std::max(tally.last_us, time) : time;
    ++tally.events;
  }
  if (channel) {
    // Neighbours often agree: the map is asked once for a run of them.
    uint64_t key = 0, run = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint64_t here = uint64_t{classes_of_rows[i]} << 32 | (*channel)[i];
      if (run && here != key) {
        channels[key] += run;
        run = 0;
      }
      key = here;
      ++run;
    }
    if (run) channels[key] += run;
  }
  auto& sources = attributes[source_attribute];
  for (const uint16_t source : rows.source) {
    if (source >= sources.size()) sources.resize(source + 1);
    ++sources[source];
  }
  for (const auto& attribute : rows.attributes) {
    auto& counts = attributes[attribute.attribute];
    for (const uint32_t code : attribute.codes) {
      if (code >= counts.size()) counts.resize(code + 1);
      ++counts[code];
    }
  }
}

}  // namespace lotse::analysis::detail
