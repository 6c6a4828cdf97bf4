#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "events/duck_store.h"

namespace lotse::events {

/// Holds a data folder for this process alone (flock on DATA/lock). Released when destroyed, and by the kernel when the
/// process ends in whatever way.
class DataLock {
 public:
  /// Makes the folder where it is missing.
  ///   errors  data_locked (another lotse uses it), disk_full
  static Result<std::unique_ptr<DataLock>> acquire(const std::filesystem::path& data_folder);
  ~DataLock();

 private:
  explicit DataLock(int file) : file_(file) {}
  int file_;
};

/// The stores of all workspaces of a data folder, opened when first asked for. Threads: any.
class Stores {
 public:
  Stores(std::filesystem::path data_folder, StoreOptions options, const Clock& clock)
      : data_folder_(std::move(data_folder)), options_(options), clock_(clock) {}

  /// errors  those of DuckStore::open
  Result<std::shared_ptr<DuckStore>> open(const WorkspaceId& workspace);
  /// Closes the stores that nobody holds and that were asked for last before `used_before`. Gives how many.
  size_t close_unused(Micros used_before);
  /// Closes the store, waits until nobody uses it, and removes the workspace's folder.
  ///   errors  store_busy (still in use after 10 s)
  Result<void> remove(const WorkspaceId& workspace);

  std::filesystem::path folder(const WorkspaceId& workspace) const { return data_folder_ / "workspaces" / workspace.value; }
  const std::filesystem::path& data_folder() const { return data_folder_; }
  Feeds& feeds() { return feeds_; }

 private:
  const std::filesystem::path data_folder_;
  const StoreOptions options_;
  const Clock& clock_;
  Feeds feeds_;
  /// One workspace's store. Opening and closing hold its lock alone: others do not wait for them.
  struct Place {
    std::mutex mutex;
    std::shared_ptr<DuckStore> store;
    Micros used{0};
  };
  std::shared_ptr<Place> place(const WorkspaceId& workspace);
  std::mutex mutex_;
  std::map<WorkspaceId, std::shared_ptr<Place>> places_;
};

}  // namespace lotse::events
