#pragma once
#include <algorithm>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace lotse::engine::detail {

inline Result<void> check_buckets(const std::vector<Micros>& starts) {
  const bool ascending = std::adjacent_find(starts.begin(), starts.end(), [](Micros a, Micros b) { return a >= b; }) == starts.end();
  if (starts.size() < 2 || !ascending) return Error::make(ErrorKind::internal, "invalid_buckets", "two or more ascending boundaries are needed");
  return {};
}

/// Index of the bucket that holds `time`; the number of buckets where none does.
inline size_t bucket_of(const std::vector<Micros>& starts, Micros time) {
  if (time < starts.front() || time >= starts.back()) return starts.size() - 1;
  return std::upper_bound(starts.begin(), starts.end(), time) - starts.begin() - 1;
}

}  // namespace lotse::engine::detail
