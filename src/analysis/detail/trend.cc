#include "analysis/detail/trend.h"

#include <algorithm>

namespace lotse::analysis::detail {

std::optional<TrendAxis> trend_of(const Planned& planned, const LocalTime& zone) {
  constexpr Micros day{86'400'000'000};
  const auto info = engine::info(planned.seen.moment->columns);
  if (info.events == 0) return std::nullopt;
  Micros first = info.first_time, last = info.last_time;
  const auto& period = planned.query.period;
  if (period.mode == engine::Period::Mode::cut || period.mode == engine::Period::Mode::started) first = std::max(first, period.from);
  if (period.mode == engine::Period::Mode::cut || period.mode == engine::Period::Mode::completed) last = std::min(last, period.to - Micros{1});
  const Micros now = planned.seen.moment->now;
  if (first < now) last = std::min(last, now + 2 * day);
  first = std::max(first, last - 50 * 365 * day);
  if (first > last) return std::nullopt;
  const Bucket bucket = last - first <= 92 * day ? Bucket::day : last - first <= 731 * day ? Bucket::week : Bucket::month;
  return TrendAxis{bucket, zone.boundaries(bucket, first, last)};
}

const char* word_of(Bucket bucket) { return bucket == Bucket::day ? "day" : bucket == Bucket::week ? "week" : "month"; }

}  // namespace lotse::analysis::detail
