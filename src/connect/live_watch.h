#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "connect/tracking_types.h"
#include "hub/hub.h"
#include "model/viewer.h"
#include "privacy/vault.h"

namespace lotse::connect {

/// Events that just became visible, for the open pages of a workspace.
struct LiveNews {
  WorkspaceId workspace;
  std::vector<SeenEvent> events;   ///< newest last
  uint64_t accepted = 0;           ///< since the news before; those of `events` among them
};

/// What comes in right now: a sample of the events with the time from request to visible, and counts by source. Kept in
/// memory only. Threads: any.
class LiveWatch {
 public:
  struct Parts {
    hub::Hub& hub;
    privacy::Vault& vault;
    const Clock& clock;
    /// Returns when queries see everything up to `as_of`, or after `wait`: then false.
    std::function<bool(const WorkspaceId&, uint64_t as_of, std::chrono::milliseconds wait)> wait_until_visible;
  };
  explicit LiveWatch(Parts parts);
  ~LiveWatch();

  /// The last minutes; and for the next minute every event that is to be shown is news.  errors  forbidden
  Result<LiveState> state(const Viewer& viewer);
  /// Requests or events that did not get as far as the hub.
  void rejected(const WorkspaceId& workspace, const std::string& source_id, const std::vector<std::string>& codes);
  /// The workspace is being deleted. When it returns, nothing of it is waited for any more.
  void forget(const WorkspaceId& workspace);
  /// Nothing of this customer is shown any more.
  void forget_customer(const WorkspaceId& workspace, const std::string& pseudonym, const std::vector<uint32_t>& identities);

  Feed<LiveNews>& news() { return news_; }

 private:
  struct Second {
    int64_t second = 0;
    uint64_t accepted = 0, known = 0, rejected = 0;
    std::map<std::string, uint64_t> codes;
  };
  struct Counts {
    std::deque<Second> seconds;
    Micros last{0};
  };
  struct Room {
    std::map<std::string, Counts> sources;
    std::deque<SeenEvent> recent;          // newest first
    std::vector<SeenEvent> waiting;        // for the next news
    uint64_t accepted = 0;                 // since the last news
    std::chrono::steady_clock::time_point watched_until;
  };
  void note(const hub::Taken& taken);
  Second& now_of(Counts& counts);
  void loop();
  bool wait_until_visible(const WorkspaceId& workspace, uint64_t as_of);
  void show(const WorkspaceId& workspace, const std::vector<hub::Taken>& group);
  void tell();

  const Parts parts_;
  Feed<LiveNews> news_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<hub::Taken> queue_;
  std::map<WorkspaceId, Room> rooms_;
  std::set<WorkspaceId> gone_;
  std::set<std::string> forgotten_;      // pseudonyms; some of their events may still be on their way here
  WorkspaceId waited_for_;               // by the thread, right now
  std::condition_variable waited_;
  uint64_t number_ = 0;
  bool ending_ = false;
  Feed<hub::Taken>::Handle taken_;
  std::thread thread_;
};

}  // namespace lotse::connect
