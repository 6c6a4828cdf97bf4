#pragma once
#include <chrono>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/audit.h"
#include "base/guarded.h"
#include "connect/tracking_types.h"
#include "db/database.h"
#include "model/viewer.h"

namespace lotse::connect {

/// What a write key stands for.
struct TrackedSource {
  WorkspaceId workspace;
  std::string source_id, source_name;
  std::string channel, direction, unit;  ///< of every event; empty: none
};

/// Write keys of the tracking API. Each belongs to one source of one workspace, may append events under it and nothing else,
/// and is stored as a hash. Threads: any.
class WriteKeys {
 public:
  WriteKeys(db::Database& database, const Clock& clock, access::Audit& audit) : database_(database), clock_(clock), audit_(audit) {}

  /// Of the whole workspace, newest first.  errors  forbidden
  Result<std::vector<WriteKey>> list(const Viewer& viewer);
  /// errors  forbidden, invalid_name, source_not_found, too_many_write_keys (100 of a source)
  Result<NewWriteKey> create(const Viewer& viewer, const WriteKeyRequest& request);
  /// Holds from the next request on.  errors  forbidden, write_key_not_found
  Result<void> revoke(const Viewer& viewer, std::string_view id);

  /// What a secret stands for; notes the use, at most once a minute. Answers of the last five seconds are remembered: so late
  /// a changed channel may hold.
  ///   errors  invalid_write_key (unknown or revoked)
  Result<std::shared_ptr<const TrackedSource>> source_of(std::string_view secret);
  /// The workspace is being deleted: none of its keys is taken any more.
  void forget(const WorkspaceId& workspace);

 private:
  struct Known {
    std::shared_ptr<const TrackedSource> source;  // null: no such key
    std::string id;
    std::chrono::steady_clock::time_point until;
    int64_t noted = 0;
  };
  struct Memory {
    std::unordered_map<std::string, Known> by_hash;
    std::set<WorkspaceId> gone;
    uint64_t changes = 0;
  };
  Result<Known> look_up(const std::string& hash);
  void note_use(const Known& known, int64_t now);
  db::Database& database_;
  const Clock& clock_;
  access::Audit& audit_;
  Guarded<Memory> memory_;
};

}  // namespace lotse::connect
