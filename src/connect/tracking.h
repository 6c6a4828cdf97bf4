#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "connect/live_watch.h"
#include "connect/write_keys.h"
#include "hub/hub.h"

namespace lotse::connect {

struct TrackingRequest {
  std::string call;       ///< the address's last word, for which Tracking::knows
  std::string body;       ///< as it came; gzip and zlib are recognised by their first bytes
  std::string write_key;  ///< of the Authorization header; empty: the body's is taken
  std::chrono::steady_clock::time_point since;  ///< when the request came
};

/// The tracking API: calls of the Segment specification become events of the write key's source. Threads: any.
class Tracking {
 public:
  static constexpr uint64_t body_bytes_max = 2 << 20;  ///< packed and unpacked

  Tracking(WriteKeys& keys, hub::Hub& hub, LiveWatch& watch, const Clock& clock) : keys_(keys), hub_(hub), watch_(watch), clock_(clock) {}

  /// track, identify, page, screen, group, alias, batch, import, and their first letters (without import).
  static bool knows(std::string_view call);

  /// Answers, from another thread or before it returns, when the accepted events would survive a power cut. One bad event
  /// does not spoil the others; a request that is one bad event is an error.
  ///   errors    invalid_write_key; invalid_json, invalid_utf8, json_too_deep, not_an_object, no_batch, too_many_events,
  ///             broken_gzip, truncated_gzip, body_unpacked_too_large; hub_busy, store_busy, disk_full;
  ///             of a single event the codes below
  ///   rejected  not_an_object, unknown_call, no_customer, no_event_type, bad_time, time_out_of_range, event_too_large,
  ///             text_too_long, too_many_event_types, too_many_attributes, too_many_values
  void take(TrackingRequest request, std::function<void(Result<TrackingAnswer>)> done);

 private:
  WriteKeys& keys_;
  hub::Hub& hub_;
  LiveWatch& watch_;
  const Clock& clock_;
};

}  // namespace lotse::connect
