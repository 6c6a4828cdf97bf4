#pragma once
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "model/event_columns.h"

namespace lotse::analysis::detail {

/// Running counts over all events of a workspace, kept as rows come in: what a list of touchpoints and a filter bar show.
/// After an import was undone they count too much until they have been counted anew.
struct Tallies {
  struct OfClass {
    uint64_t events = 0;
    int64_t first_us = 0, last_us = 0;
  };
  std::vector<OfClass> classes;                          ///< [class]
  std::unordered_map<uint64_t, uint64_t> channels;       ///< class << 32 | channel code → events
  std::map<uint32_t, std::vector<uint64_t>> attributes;  ///< attribute number → events by code; [0]: no value

  /// `classes` are those of `rows`.
  void add(const EventColumns& rows, const std::vector<uint32_t>& classes_of_rows);
};

}  // namespace lotse::analysis::detail
