#include "connect/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lotse::connect {

Result<std::unique_ptr<DiskFile>> DiskFile::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe without a writer must not hold us
  if (file < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Error::make(ErrorKind::not_found, "file_not_found", path.string());
    return Error::make(ErrorKind::unavailable, "file_not_readable", path.string() + ": " + std::strerror(errno));
  }
  struct stat st {};
  if (fstat(file, &st) != 0 || !S_ISREG(st.st_mode)) {
    ::close(file);
    return Error::invalid("file_not_readable", "", path.string() + " is no ordinary file");
  }
  posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::unique_ptr<DiskFile>(new DiskFile(file, static_cast<uint64_t>(st.st_size)));
}

DiskFile::~DiskFile() { ::close(file_); }

Result<size_t> DiskFile::read_at(uint64_t offset, std::span<char> out) {
  size_t got = 0;
  while (got < out.size()) {
    const ssize_t n = pread(file_, out.data() + got, out.size() - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::make(ErrorKind::unavailable, "file_not_readable", std::strerror(errno));
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  return got;
}

}  // namespace lotse::connect
