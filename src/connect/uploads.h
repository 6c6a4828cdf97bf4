#pragma once
#include <filesystem>
#include <memory>
#include <set>
#include <span>

#include "connect/types.h"
#include "db/database.h"
#include "events/stores.h"
#include "model/viewer.h"

namespace lotse::connect {

struct UploadLimits {
  uint64_t file_bytes_max = uint64_t{20} << 30;
  Micros kept{int64_t{24} * 3'600'000'000};  ///< a file that no import used is removed then
};

/// A file on its way in. Destroyed before `finish`: nothing stays.
class IncomingFile {
 public:
  ~IncomingFile();
  /// errors  upload_too_large, disk_full
  Result<void> write(std::span<const char> bytes);
  /// Makes the file durable and known.  errors  empty_file, disk_full
  Result<Upload> finish();

 private:
  friend class Uploads;
  IncomingFile() = default;
  class Uploads* owner_ = nullptr;
  std::optional<Viewer> viewer_;
  Upload upload_;
  std::filesystem::path path_;
  int file_ = -1;
  bool finished_ = false;
};

/// Uploaded files, until their import is done, at most a day. Threads: any; an IncomingFile belongs to one.
class Uploads {
 public:
  Uploads(db::Database& database, events::Stores& stores, const Clock& clock, UploadLimits limits = {})
      : database_(database), stores_(stores), clock_(clock), limits_(limits) {}

  /// Begins a streamed upload. `name` is what the user calls the file.
  ///   errors  forbidden, invalid_name, disk_full
  Result<std::unique_ptr<IncomingFile>> begin(const Viewer& viewer, std::string name);
  /// errors  upload_not_found (all below)
  Result<Upload> get(const Viewer& viewer, std::string_view id);
  /// What the file holds.  errors  those of detect_file
  Result<Detection> detection(const Viewer& viewer, std::string_view id, const ReadOptions& options);
  /// errors  upload_in_use (an import waits or runs)
  Result<void> remove(const Viewer& viewer, std::string_view id);
  /// As `remove`, by the import that has taken the file in.
  Result<void> forget(const WorkspaceId& workspace, std::string_view id);
  /// The uploads that an import waits for or reads.
  Result<std::set<std::string>> in_use(const WorkspaceId& workspace);
  /// Removes files that are older than they may be, and those that the database does not know. To be called now and then;
  /// each new upload does it, too.
  void clean_up(const WorkspaceId& workspace);
  std::filesystem::path path(const WorkspaceId& workspace, std::string_view id) const;
  /// Overwrites and removes every file that no import uses; those that are still coming in stay.
  Result<void> wipe_all(const WorkspaceId& workspace);

 private:
  friend class IncomingFile;
  db::Database& database_;
  events::Stores& stores_;
  const Clock& clock_;
  const UploadLimits limits_;
};

}  // namespace lotse::connect
