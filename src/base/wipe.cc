#include "base/wipe.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lotse {

Result<void> wipe_file(const std::filesystem::path& path) {
  const auto failed = [&] { return Error::make(ErrorKind::unavailable, "file_not_writable", path.string() + ": " + std::strerror(errno)); };
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    if (errno == ENOENT) return {};
    return failed();
  }
  struct Closing {
    int file;
    ~Closing() { ::close(file); }
  } const closing{file};
  struct stat info {};
  if (::fstat(file, &info) != 0) return failed();
  // Another name for the same bytes means that somebody still needs them: then only this name goes.
  if (S_ISREG(info.st_mode) && info.st_nlink == 1) {
    static const std::vector<char> zeros(1 << 20);
    for (off_t at = 0; at < info.st_size;) {
      const ssize_t n = ::pwrite(file, zeros.data(), static_cast<size_t>(std::min<off_t>(info.st_size - at, static_cast<off_t>(zeros.size()))), at);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed();
      at += n;
    }
    if (::fsync(file) != 0) return failed();
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed();
  return {};
}

}  // namespace lotse
