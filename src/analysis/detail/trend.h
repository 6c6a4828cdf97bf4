#pragma once
#include <optional>
#include <vector>

#include "analysis/detail/plan.h"

namespace lotse::analysis::detail {

/// The time axis of a trend.
struct TrendAxis {
  Bucket bucket;
  std::vector<Micros> boundaries;
};

/// Days up to a quarter, weeks up to two years, months beyond; at most fifty years, so that one wrong date in a log does
/// not stretch the picture to the year 9999.
std::optional<TrendAxis> trend_of(const Planned& planned, const LocalTime& zone);

/// "day", "week", "month".
const char* word_of(Bucket bucket);

}  // namespace lotse::analysis::detail
