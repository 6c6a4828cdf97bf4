#include "events/stores.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "events/detail/journal.h"

namespace lotse::events {

Result<std::unique_ptr<DataLock>> DataLock::acquire(const std::filesystem::path& data_folder) {
  std::error_code failed;
  std::filesystem::create_directories(data_folder, failed);
  if (failed) return detail::file_error("making " + data_folder.string(), failed.value());
  const auto path = data_folder / "lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return detail::file_error("opening " + path.string(), errno);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int number = errno;
    ::close(file);
    if (number == EWOULDBLOCK)
      return Error::make(ErrorKind::unavailable, "data_locked", data_folder.string() + " is used by another lotse; stop it, or give another --data folder");
    return detail::file_error("locking " + path.string(), number);
  }
  return std::unique_ptr<DataLock>(new DataLock(file));
}

DataLock::~DataLock() { ::close(file_); }

Result<std::shared_ptr<DuckStore>> Stores::open(const WorkspaceId& workspace) {
  std::lock_guard lock(mutex_);
  if (const auto it = stores_.find(workspace); it != stores_.end()) return it->second;
  auto store = TRY(DuckStore::open(workspace, folder(workspace), options_, feeds_, clock_));
  stores_[workspace] = store;
  return store;
}

void Stores::close(const WorkspaceId& workspace) {
  std::shared_ptr<DuckStore> last;
  std::lock_guard lock(mutex_);
  if (const auto it = stores_.find(workspace); it != stores_.end()) {
    last = std::move(it->second);
    stores_.erase(it);
  }
  last.reset();  // under the lock: a new one must not open the file while this one still closes
}

Result<void> Stores::remove(const WorkspaceId& workspace) {
  std::weak_ptr<DuckStore> gone;
  {
    std::lock_guard lock(mutex_);
    if (const auto it = stores_.find(workspace); it != stores_.end()) {
      gone = it->second;
      stores_.erase(it);
    }
  }
  for (int i = 0; i < 1000 && !gone.expired(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (!gone.expired()) return Error::make(ErrorKind::unavailable, "store_busy", "the workspace is still in use");
  std::error_code failed;
  std::filesystem::remove_all(folder(workspace), failed);
  if (failed) return detail::file_error("removing the workspace's folder", failed.value());
  return {};
}

}  // namespace lotse::events
