#include "cli/disk_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lotse::cli {

Result<std::unique_ptr<DiskFile>> DiskFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const int why = errno;
    if (why == ENOENT || why == ENOTDIR) return Error::make(ErrorKind::not_found, "file_not_found", fmt::format("There is no file {}.", path));
    return Error::make(ErrorKind::unavailable, "file_unreadable", fmt::format("The file {} cannot be opened: {}.", path, std::strerror(why)));
  }
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(fd);
    return Error::invalid("file_unreadable", "", fmt::format("{} is no ordinary file.", path));
  }
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::unique_ptr<DiskFile>(new DiskFile(fd, static_cast<uint64_t>(about.st_size), path));
}

DiskFile::~DiskFile() { ::close(fd_); }

Result<size_t> DiskFile::read_at(uint64_t offset, std::span<char> out) {
  size_t have = 0;
  while (have < out.size()) {
    const ssize_t n = ::pread(fd_, out.data() + have, out.size() - have, static_cast<off_t>(offset + have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::make(ErrorKind::unavailable, "file_unreadable", fmt::format("{} cannot be read: {}.", path_, std::strerror(errno)));
    if (n == 0) break;
    have += static_cast<size_t>(n);
  }
  return have;
}

}  // namespace lotse::cli
