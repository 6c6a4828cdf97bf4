#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "events/detail/state.h"

namespace lotse::events {
namespace {
namespace fs = std::filesystem;

/// The bytes that `from` has at the beginning; a journal may grow meanwhile, and a torn last record is cut by its
/// checksum when it is read.
Result<void> copy_durably(const fs::path& from, const fs::path& to) {
  struct Closing {
    int file;
    ~Closing() {
      if (file >= 0) ::close(file);
    }
  };
  const Closing in{::open(from.c_str(), O_RDONLY | O_CLOEXEC)}, out{::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  struct stat info {};
  if (in.file < 0 || out.file < 0 || ::fstat(in.file, &info) != 0) return detail::file_error("copying " + from.string(), errno);
  for (off_t left = info.st_size; left > 0;) {
    ssize_t copied = ::copy_file_range(in.file, nullptr, out.file, nullptr, size_t(left), 0);
    if (copied < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {  // not between these file systems
      std::array<char, 1 << 18> piece;
      copied = ::read(in.file, piece.data(), std::min<size_t>(piece.size(), size_t(left)));
      for (ssize_t at = 0; copied > 0 && at < copied;) {
        const ssize_t written = ::write(out.file, piece.data() + at, size_t(copied - at));
        if (written < 0) return detail::file_error("writing " + to.string(), errno);
        at += written;
      }
    }
    if (copied < 0) return detail::file_error("copying " + from.string(), errno);
    if (copied == 0) break;
    left -= copied;
  }
  if (::fsync(out.file) != 0) return detail::file_error("writing " + to.string(), errno);
  return {};
}
}  // namespace

Result<void> DuckStore::backup(const fs::path& target) {
  std::error_code failed;
  fs::create_directories(target, failed);
  if (failed) return detail::file_error("making " + target.string(), failed.value());
  // Nobody changes DuckDB's files or begins a journal now; live events go on into the newest journal.
  std::lock_guard importing(state_->import_mutex);
  std::lock_guard writing(state_->write_mutex);
  std::lock_guard checkpointing(state_->checkpoint_mutex);
  std::vector<fs::path> journals;
  for (const auto& entry : fs::directory_iterator(state_->folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "events.duckdb" || name == "events.duckdb.wal") TRY(copy_durably(entry.path(), target / name));
    if (name.starts_with("events.") && name.ends_with(".journal")) journals.push_back(entry.path());
  }
  for (const auto& journal : journals) TRY(copy_durably(journal, target / journal.filename()));
  return {};
}

}  // namespace lotse::events
