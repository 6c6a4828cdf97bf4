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

std::shared_ptr<Stores::Place> Stores::place(const WorkspaceId& workspace) {
  std::lock_guard lock(mutex_);
  auto& place = places_[workspace];
  if (!place) place = std::make_shared<Place>();
  return place;
}

Result<std::shared_ptr<DuckStore>> Stores::open(const WorkspaceId& workspace) {
  const auto at = place(workspace);
  std::lock_guard lock(at->mutex);
  if (!at->store) at->store = TRY(DuckStore::open(workspace, folder(workspace), options_, feeds_, clock_));
  at->used = clock_.now();
  return at->store;
}

size_t Stores::close_unused(Micros used_before) {
  std::vector<std::shared_ptr<Place>> all;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [workspace, place] : places_) all.push_back(place);
  }
  size_t closed = 0;
  for (const auto& at : all) {
    std::unique_lock lock(at->mutex, std::try_to_lock);
    if (!lock || !at->store || at->used >= used_before || at->store.use_count() > 1) continue;
    at->store.reset();
    ++closed;
  }
  return closed;
}

Result<void> Stores::remove(const WorkspaceId& workspace) {
  std::weak_ptr<DuckStore> gone;
  {
    const auto at = place(workspace);
    std::lock_guard lock(at->mutex);
    gone = std::exchange(at->store, nullptr);
  }
  for (int i = 0; i < 1000 && !gone.expired(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (!gone.expired()) return Error::make(ErrorKind::unavailable, "store_busy", "the workspace is still in use");
  // Others keep files of their own beside the store's, and may just be writing one.
  std::error_code failed;
  for (int i = 0; i < 100; ++i) {
    std::filesystem::remove_all(folder(workspace), failed);
    if (failed != std::errc::directory_not_empty) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (failed) return detail::file_error("removing the workspace's folder", failed.value());
  return {};
}

}  // namespace lotse::events
