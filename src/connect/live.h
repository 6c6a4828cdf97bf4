#pragma once
#include <functional>

#include "access/workspaces.h"
#include "connect/sources.h"
#include "connect/types.h"
#include "hub/hub.h"
#include "model/viewer.h"

namespace lotse::connect {

/// Live events by the API. Threads: any.
class LiveEvents {
 public:
  LiveEvents(hub::Hub& hub, Sources& sources, access::Workspaces& workspaces, const Clock& clock)
      : hub_(hub), sources_(sources), workspaces_(workspaces), clock_(clock) {}

  /// Answers, from another thread or before it returns, when the accepted events would survive a power cut.
  ///   errors    forbidden, no_events, too_many_events (above 10,000), invalid_name (/source), hub_busy, store_busy, disk_full
  ///   rejected  no_customer, no_event_type, time_missing, bad_time, time_out_of_range, unknown_direction, text_too_long, nul_byte
  void append(const Viewer& viewer, const AppendRequest& request, std::function<void(Result<AppendAnswer>)> done);

 private:
  hub::Hub& hub_;
  Sources& sources_;
  access::Workspaces& workspaces_;
  const Clock& clock_;
};

}  // namespace lotse::connect
