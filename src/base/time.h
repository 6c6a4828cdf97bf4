#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace lotse {

/// A span of time, or an instant since 1970-01-01T00:00Z, in microseconds: the one unit of time in the product.
using Micros = std::chrono::duration<int64_t, std::micro>;

/// Where "now" comes from; tests bring their own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros now() const = 0;
  static Clock& system();
};

class ManualClock : public Clock {
 public:
  explicit ManualClock(Micros start = Micros{0}) : now_(start) {}
  Micros now() const override { return now_; }
  void advance(Micros by) { now_ += by; }
  void set(Micros to) { now_ = to; }

 private:
  Micros now_;
};

/// "2025-03-01T08:15:00.250000Z"; no fraction where it is zero. Years 0001 to 9999.
std::string iso_utc(Micros instant);

/// Seconds as a JSON number.
inline double seconds(Micros span) { return static_cast<double>(span.count()) / 1e6; }

}  // namespace lotse
