#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lotse::formats {

/// A time zone with all its changes in a table. Immutable; cheap to copy; any thread.
class Zone {
 public:
  /// By IANA name ("Europe/Berlin", "UTC").
  ///   errors   unknown_zone  no such name in the system's time zone data
  static Result<Zone> find(std::string_view name);
  static const Zone& utc();

  const std::string& name() const { return data_->name; }

  enum class Local : uint8_t { unique, ambiguous, nonexistent };
  struct Instant {
    int64_t utc_s;
    Local kind;
  };
  /// The instant of a local time, in seconds since 1970-01-01T00:00 local. One that occurs twice is the first one; one that
  /// does not exist is moved forward by the gap (02:30 in a gap from 02:00 to 03:00 is 03:30). About 3 ns.
  Instant to_utc(int64_t local_s) const;
  /// Seconds to add to UTC.
  int32_t offset_s(int64_t utc_s) const;

 private:
  struct Span {  // between two changes of the offset
    int64_t utc_begin;
    int64_t local_begin, local_end;  // in the span's own local time
    int32_t offset;
  };
  struct Data {
    std::string name;
    std::vector<Span> spans;
    std::vector<uint16_t> index;  // bucket of local time, from index_begin on -> first span that may hold it
    int64_t index_begin = 0;      // in buckets
  };
  explicit Zone(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  static void add_yearly_changes(std::vector<Span>& spans);
  static std::shared_ptr<const Data> finish(std::string name, std::vector<Span> spans);
  std::shared_ptr<const Data> data_;
};

}  // namespace lotse::formats
