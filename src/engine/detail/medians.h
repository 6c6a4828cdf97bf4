#pragma once
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

namespace lotse::engine::detail {

/// Exact medians of several series without keeping their times: a first pass counts them by sixteenths of octaves, a second keeps
/// those few that lie where the middle is. Times are not below 0. Add the counters of all tasks together between the passes.
class MedianCounts {
 public:
  explicit MedianCounts(size_t series) : counts_(series * buckets) {}
  void add(size_t series, int64_t time_us) { ++counts_[series * buckets + bucket_of(time_us)]; }
  void add(const MedianCounts& other) {
    for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }

  static constexpr size_t buckets = 16 * 60;
  static size_t bucket_of(int64_t time_us) {
    const auto time = static_cast<uint64_t>(time_us);
    if (time < 16) return time;
    const int shift = std::bit_width(time) - 5;
    return static_cast<size_t>(shift + 1) * 16 + ((time >> shift) & 15);
  }
  const std::vector<uint64_t>& counts() const { return counts_; }

 private:
  std::vector<uint64_t> counts_;  ///< [series · buckets + bucket]
};

/// Where the middle of each series lies.
class MedianPlaces {
 public:
  explicit MedianPlaces(const MedianCounts& counts);
  size_t series() const { return places_.size(); }
  bool wants(size_t series, int64_t time_us) const {
    const size_t bucket = MedianCounts::bucket_of(time_us);
    return bucket >= places_[series].low && bucket <= places_[series].high;
  }
  /// Of the wanted times, in any order; none where the series is empty.
  std::optional<double> median(size_t series, std::vector<int64_t>& wanted) const;

 private:
  struct Place {
    size_t low = 1, high = 0;  ///< buckets
    uint64_t count = 0;        ///< of the series
    uint64_t below = 0;        ///< times in buckets before `low`
  };
  std::vector<Place> places_;
};

}  // namespace lotse::engine::detail
