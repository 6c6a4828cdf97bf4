#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/detail/select.h"

namespace lotse::engine::detail {

/// Times between, with the places of their edges: either `narrow` counts of `unit_us`, or `wide` microseconds.
struct GapChunk {
  const uint32_t* place = nullptr;  ///< a place that counts nothing is `places`, one beyond the last
  size_t count = 0;
  const uint32_t* narrow = nullptr;
  uint32_t unit_us = 1;
  const int64_t* wide = nullptr;
};

/// Gives the same chunks each time it is asked; `piece` is below the number of pieces.
using GapSource = std::function<void(size_t piece, const std::function<void(const GapChunk&)>& chunk)>;

/// Exact quantiles of many edges at once, without sorting or storing all times: one pass counts times by edge and
/// logarithmic bucket, a second collects only those in the buckets that hold a wanted order statistic (about a twentieth),
/// and these few are selected from.
///   counts      [place] times of that edge; 0 where it has none
///   shares      wanted quantiles, 0..1
///   time_max    no time is above
///   returns     [share][place] in microseconds
Result<std::vector<std::vector<double>>> edge_quantiles(std::span<const uint64_t> counts, std::span<const double> shares, int64_t time_max,
                                                        size_t pieces, const GapSource& source, Executor& executor,
                                                        const std::stop_token& stop);

}  // namespace lotse::engine::detail
