#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace lotse::analysis::detail {

enum class Bucket { day, week, month };

/// The workspace's time zone: local dates ↔ instants. Immutable; any thread.
class LocalTime {
 public:
  /// By IANA name. errors  unknown_zone
  static Result<LocalTime> find(const std::string& zone);

  /// "2025-03-01", "2025-03-01T08:15", with seconds, with Z or an offset. A local time that occurs twice is the first one,
  /// one that does not exist is moved forward by the gap.
  /// errors  invalid_time
  Result<Micros> parse(std::string_view text) const;

  /// Begin of the bucket that holds the instant (midnight, Monday, the first).
  Micros begin_of(Bucket bucket, Micros instant) const;
  /// Boundaries from the bucket that holds `first` on, up to the end of the one that holds `last`: ascending.
  std::vector<Micros> boundaries(Bucket bucket, Micros first, Micros last) const;
  /// The local date of an instant, "2025-03-01".
  std::string date(Micros instant) const;

 private:
  explicit LocalTime(const void* zone) : zone_(zone) {}
  int64_t utc_of_local_s(int64_t local_s) const;
  int64_t local_of_utc_s(int64_t utc_s) const;
  const void* zone_;  ///< date::time_zone, which lives as long as the process
};

}  // namespace lotse::analysis::detail
