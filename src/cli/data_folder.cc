#include "cli/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace lotse::cli {
namespace {
namespace fs = std::filesystem;
fs::path lock_of(const fs::path& folder) { return folder / "lock"; }
}  // namespace

Result<DataFolder> DataFolder::lock(const fs::path& path) {
  ::umask(0077);  // whatever is made in a data folder, or of one, is for its owner alone
  std::error_code failed;
  if (fs::create_directories(path, failed)) fs::permissions(path, fs::perms::owner_all, failed);
  if (failed) return Error::make(ErrorKind::unavailable, "data_folder_not_writable", path.string() + ": " + failed.message());
  const int file = ::open(lock_of(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Error::make(ErrorKind::unavailable, "data_folder_not_writable", path.string() + ": " + std::strerror(errno));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return Error::make(ErrorKind::unavailable, "data_folder_in_use", path.string());
  }
  return DataFolder(fs::absolute(path), file);
}

bool DataFolder::in_use(const fs::path& path) {
  const int file = ::open(lock_of(path).c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  const bool held = ::flock(file, LOCK_EX | LOCK_NB) != 0;
  ::close(file);
  return held;
}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace lotse::cli
