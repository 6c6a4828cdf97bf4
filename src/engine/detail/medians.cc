#include "engine/detail/medians.h"

#include <algorithm>

#include "base/result.h"

namespace lotse::engine::detail {

MedianPlaces::MedianPlaces(const MedianCounts& counts) {
  for (auto at = counts.counts().begin(); at != counts.counts().end(); at += MedianCounts::buckets) {
    Place place;
    for (size_t b = 0; b < MedianCounts::buckets; ++b) place.count += at[static_cast<ptrdiff_t>(b)];
    uint64_t before = 0;
    for (size_t b = 0; b < MedianCounts::buckets && place.count > 0; ++b) {
      const uint64_t here = at[static_cast<ptrdiff_t>(b)];
      const uint64_t lower = (place.count - 1) / 2, upper = place.count / 2;  // one and the same where the count is odd
      if (lower >= before && lower < before + here) {
        place.low = b;
        place.below = before;
      }
      if (upper >= before && upper < before + here) place.high = b;
      before += here;
    }
    places_.push_back(place);
  }
}

std::optional<double> MedianPlaces::median(size_t series, std::vector<int64_t>& wanted) const {
  const Place& place = places_[series];
  if (place.count == 0) return std::nullopt;
  const auto lower = static_cast<ptrdiff_t>((place.count - 1) / 2 - place.below);
  ensure(static_cast<size_t>(lower) < wanted.size(), "the middle is among the times kept");
  std::nth_element(wanted.begin(), wanted.begin() + lower, wanted.end());
  const int64_t below = wanted[static_cast<size_t>(lower)];
  if (place.count % 2 == 1) return static_cast<double>(below);
  const int64_t above = *std::min_element(wanted.begin() + lower + 1, wanted.end());
  return static_cast<double>(below) + static_cast<double>(above - below) * 0.5;
}

}  // namespace lotse::engine::detail
