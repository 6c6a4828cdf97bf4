#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "base/time.h"
#include "connect/hook_types.h"
#include "db/database.h"
#include "model/viewer.h"

namespace lotse::connect {

/// The last deliveries of each webhook: 500, at most 30 days old, without their bodies. Written in the background a few times
/// a second, so that no answer waits for it: a crash may lose the last second's entries, never an event. Threads: any.
class HookLog {
 public:
  HookLog(db::Database& database, const Clock& clock) : database_(database), clock_(clock), thread_([this] { loop(); }) {}
  ~HookLog();  ///< writes what is left

  /// Gives the delivery its id. Of a flood, what is beyond 10,000 waiting entries is not noted.
  void note(const WorkspaceId& workspace, const std::string& webhook, Micros received, HookDelivery delivery);

  struct Deliveries {
    std::vector<HookDelivery> items;  ///< newest first, 50 a page
    std::optional<std::string> next_cursor;
  };
  /// With everything noted before.   errors  invalid_cursor
  Result<Deliveries> list(const Viewer& viewer, const std::string& webhook, const std::optional<std::string>& cursor);
  /// The workspace is being deleted: nothing of it is written any more when this returns.
  void forget(const WorkspaceId& workspace);

 private:
  struct Entry {
    WorkspaceId workspace;
    std::string webhook;
    Micros received;
    HookDelivery delivery;
  };
  void loop();
  void write();
  Result<void> write_one(const WorkspaceId& workspace, const std::vector<Entry>& entries);

  db::Database& database_;
  const Clock& clock_;
  std::mutex writing_;  // held while entries are on their way to the database
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  std::set<WorkspaceId> gone_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace lotse::connect
