#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "db/database.h"
#include "hub/local_days.h"
#include "model/viewer.h"

namespace lotse::hub {

/// What became of an event that came in.
enum class Outcome { stored, known, rejected };

/// Events of one source that had the same fate, by the day on which they arrived and the day to which they belong.
struct IntakeCount {
  std::string source;      ///< src_…
  Day arrived = 0, day = 0;
  std::string batch;       ///< imp_…; empty for live events
  Outcome outcome = Outcome::stored;
  std::string reason;      ///< the code, of rejected ones
  uint64_t events = 0;
};
/// A live event that was rejected, without anything of its customer.
struct RejectedExample {
  std::string source, code;
  Micros at{0};
  std::string event_type, message;
};

/// Counts of what came in, kept for good: where numbers are disputed, they say what happened to each event. Live counts
/// are written once a second: a crash can cost the last second's (the store keeps its events; the reconciliation names what is
/// not accounted for). Threads: any.
class IntakeBook {
 public:
  /// `zone_of` gives a workspace's time zone by IANA name; asked once a minute.
  IntakeBook(db::Database& database, const Clock& clock, std::function<std::string(const WorkspaceId&)> zone_of);
  ~IntakeBook();  ///< writes what is left

  /// The dates of a workspace, as its settings are now.
  LocalDays days(const WorkspaceId& workspace);
  Micros now() const { return clock_.now(); }

  /// Notes live events. Quick: written later.
  void note(const WorkspaceId& workspace, std::vector<IntakeCount> counts, std::vector<RejectedExample> examples = {});
  /// Notes an import's; durable when it returns. Told again, it takes the place of what was told before.
  Result<void> note_import(const WorkspaceId& workspace, std::string_view import, const std::vector<IntakeCount>& counts);
  /// An import was undone or replaced: it counts as if it had never been delivered.
  Result<void> forget_import(const WorkspaceId& workspace, std::string_view import);
  /// The workspace is being deleted.
  void forget(const WorkspaceId& workspace);

  /// Those that arrived on a day, or belong to a day, from `from` to `to` (both included).
  Result<std::vector<IntakeCount>> read(const WorkspaceId& workspace, Day from, Day to);
  /// At most ten of each source and code, newest first.
  Result<std::vector<RejectedExample>> examples(const WorkspaceId& workspace);

  /// Writes what waits, now.
  Result<void> flush();
  /// Called by the writing thread after each writing, for others that keep counts, also the last time.
  void also(std::function<void()> hook) {
    std::lock_guard lock(mutex_);
    also_ = std::move(hook);
  }

 private:
  using Key = std::tuple<std::string, Day, Day, Outcome, std::string>;  // source, arrived, day, outcome, reason
  struct Waiting {
    std::map<Key, uint64_t> counts;
    std::map<std::pair<std::string, std::string>, std::vector<RejectedExample>> examples;
  };
  struct Zone {
    LocalDays days;
    std::chrono::steady_clock::time_point until;
  };
  void loop();
  Result<void> write(const WorkspaceId& workspace, const Waiting& waiting);

  db::Database& database_;
  const Clock& clock_;
  const std::function<std::string(const WorkspaceId&)> zone_of_;
  std::function<void()> also_;
  std::mutex mutex_, writing_;
  std::condition_variable wake_;
  std::map<WorkspaceId, Waiting> waiting_;
  std::map<WorkspaceId, Zone> zones_;
  std::set<WorkspaceId> gone_;
  uint64_t slot_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace lotse::hub
