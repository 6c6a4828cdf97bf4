#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "events/stores.h"
#include "privacy/vault.h"

namespace lotse::hub {

/// A live event as a source tells it.
struct IncomingEvent {
  std::string customer;   ///< identifier; ends in the vault
  std::string type;
  Micros time{0};
  std::string message;    ///< the source's own id; empty: never recognised again
  std::string instance_key, channel, direction, unit;
  double cost = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::pair<std::string, std::string>> attributes;
};
struct RejectedIncoming {
  size_t index;
  const char* code;  ///< no_customer, no_event_type, unknown_direction, text_too_long, nul_byte
};
struct Accepted {
  uint64_t accepted = 0, known = 0, as_of = 0;
  std::vector<RejectedIncoming> rejected;
};

/// The one way in for live events: validates, names customers by the vault, hands over to the event store, which
/// announces them. One thread takes whatever has come together, so that new customers of many requests cost one sync.
///
/// Threads: any.
class Hub {
 public:
  Hub(events::Stores& stores, privacy::Vault& vault);
  ~Hub();  ///< finishes what was taken

  /// `done` is called once, from another thread, when the accepted events are durable and visible, or with why none is.
  ///   errors  hub_busy (too much waits), too_many_attributes, disk_full, those of the store and the vault
  void accept(const WorkspaceId& workspace, std::string source_id, std::string source_name, std::vector<IncomingEvent> events,
              std::function<void(Result<Accepted>)> done);

 private:
  struct Waiting {
    WorkspaceId workspace;
    std::string source_id, source_name;
    std::vector<IncomingEvent> events;
    std::function<void(Result<Accepted>)> done;
  };
  void loop();
  void take(const WorkspaceId& workspace, std::vector<Waiting> group);

  events::Stores& stores_;
  privacy::Vault& vault_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  size_t queued_events_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace lotse::hub
