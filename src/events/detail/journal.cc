#include "events/detail/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/wipe.h"

namespace lotse::events::detail {

namespace {
constexpr uint32_t magic = 0x324a544c;          // "LTJ2"
constexpr uint32_t magic_unnumbered = 0x314a544c;  // "LTJ1": files were not written over
constexpr uint64_t spare_bytes_max = uint64_t{64} << 20;
struct Head {
  uint32_t magic, size;
  uint64_t sum;
};
uint64_t checksum(std::string_view payload, uint64_t number) {
  return XXH3_64bits_withSeed(payload.data(), payload.size(), payload.size() ^ (number << 32));
}

Result<void> write_all(int file, const char* data, size_t size, uint64_t offset) {
  while (size > 0) {
    const ssize_t n = pwrite(file, data, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("writing the journal", errno);
    data += n;
    offset += static_cast<uint64_t>(n);
    size -= static_cast<size_t>(n);
  }
  return {};
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return file_error("opening " + path.filename().string(), errno);
  std::string out;
  struct stat st {};
  if (fstat(file, &st) == 0) out.resize(static_cast<size_t>(st.st_size));
  size_t got = 0;
  while (got < out.size()) {
    const ssize_t n = pread(file, out.data() + got, out.size() - got, static_cast<off_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    got += static_cast<size_t>(n);
  }
  ::close(file);
  out.resize(got);
  return out;
}

/// Length of the whole records of this file at the front; calls `take` for each.
Result<size_t> whole_records(std::string_view bytes, uint64_t number, const std::function<Result<void>(std::string_view)>& take) {
  size_t at = 0;
  while (bytes.size() - at >= sizeof(Head)) {
    Head head;
    std::memcpy(&head, bytes.data() + at, sizeof head);
    if ((head.magic != magic && head.magic != magic_unnumbered) || head.size > bytes.size() - at - sizeof head) break;
    const std::string_view payload = bytes.substr(at + sizeof head, head.size);
    if (checksum(payload, head.magic == magic ? number : 0) != head.sum) break;
    TRY(take(payload));
    at += sizeof head + head.size;
  }
  return at;
}
}  // namespace

Error file_error(const std::string& what, int number) {
  const std::string detail = what + ": " + std::strerror(number);
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) return Error::make(ErrorKind::unavailable, "disk_full", detail);
  return Error::make(ErrorKind::internal, "store_broken", detail);
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return file_error("opening the folder", errno);
  const int done = fsync(handle);
  const int number = errno;
  ::close(handle);
  if (done != 0) return file_error("syncing the folder", number);
  return {};
}

std::filesystem::path Journal::path(uint64_t number) const { return folder_ / fmt::format("events.{:08}.journal", number); }

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& folder,
                                               const std::function<Result<void>(std::string_view)>& replay) {
  std::unique_ptr<Journal> journal(new Journal(folder));
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    unsigned long number = 0;
    int length = 0;
    const std::string name = entry.path().filename().string();
    if (std::sscanf(name.c_str(), "events.%8lu.journal%n", &number, &length) == 1 && length == static_cast<int>(name.size()))
      journal->files_.push_back(number);
  }
  std::ranges::sort(journal->files_);
  for (size_t i = 0; i < journal->files_.size(); ++i) {
    const auto file = journal->path(journal->files_[i]);
    const std::string bytes = TRY(read_file(file));
    const size_t whole = TRY(whole_records(bytes, journal->files_[i], replay));
    if (whole == bytes.size()) continue;
    // Behind it lies what an earlier turn left, or the last record, which a crash tore: it was never acknowledged. A whole record of
    // this file behind a gap means that the file was damaged.
    for (size_t at = whole + 1; at + sizeof(Head) <= bytes.size(); ++at) {
      if (std::memcmp(bytes.data() + at, &magic, sizeof magic) != 0) continue;
      bool another = false;
      (void)whole_records(std::string_view(bytes).substr(at), journal->files_[i], [&](std::string_view) -> Result<void> {
        another = true;
        return {};
      });
      if (another)
        return Error::make(ErrorKind::internal, "store_broken",
                           fmt::format("{} is damaged at byte {}: restore the workspace from a backup", file.string(), whole));
    }
    if (::truncate(file.c_str(), static_cast<off_t>(whole)) != 0) return file_error("cutting the journal", errno);
  }
  // Files without a record are not kept: a store that is only read would leave one behind at each start.
  while (!journal->files_.empty() && std::filesystem::file_size(journal->path(journal->files_.back()), ignored) == 0) {
    std::filesystem::remove(journal->path(journal->files_.back()), ignored);
    journal->files_.pop_back();
  }
  std::filesystem::remove(journal->spare(), ignored);
  journal->last_number_ = journal->files_.empty() ? 0 : journal->files_.back();
  journal->start(TRY(journal->prepare()));
  return journal;
}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
  std::error_code ignored;
  std::filesystem::remove(spare(), ignored);
}

Journal::Next::Next(Next&& other) noexcept : number(other.number), file(std::exchange(other.file, -1)), path(std::move(other.path)) {}
Journal::Next::~Next() {
  if (file < 0) return;
  ::close(file);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

Result<Journal::Next> Journal::prepare(bool fresh) {
  Next next;
  next.number = ++last_number_;
  next.path = path(next.number);
  std::error_code none;
  if (!fresh) std::filesystem::rename(spare(), next.path, none);  // where there is none, a new file is made
  next.file = ::open(next.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (fresh ? O_TRUNC : 0), 0600);
  if (next.file < 0) return file_error("making a journal file", errno);
  TRY(sync_folder(folder_));
  return next;
}

void Journal::start(Next next) {
  if (file_ >= 0) ::close(file_);
  file_ = std::exchange(next.file, -1);
  end_ = 0;
  in_doubt_ = false;
  files_.push_back(next.number);
}

Result<void> Journal::append(std::string_view payload) {
  if (in_doubt_) start(TRY(prepare(true)));  // `fresh` takes no spare, which is the flusher's
  Head head{magic, static_cast<uint32_t>(payload.size()), checksum(payload, files_.back())};
  std::string record(reinterpret_cast<const char*>(&head), sizeof head);
  record.append(payload);
  auto written = write_all(file_, record.data(), record.size(), end_);
  if (written && fdatasync(file_) != 0) written = file_error("syncing the journal", errno);
  if (!written) {
    // What was not acknowledged must not come back at the next start.
    in_doubt_ = ::ftruncate(file_, static_cast<off_t>(end_)) != 0 || fdatasync(file_) != 0;
    return written.error();
  }
  end_ += record.size();
  return {};
}

Result<uint64_t> Journal::rotate(Next next, bool always) {
  if (next.number < files_.back()) start(TRY(prepare(true)));  // a failed sync has begun a file meanwhile
  else if (end_ > 0 || in_doubt_ || always) start(std::move(next));
  return files_.back();
}

std::vector<uint64_t> Journal::retire_before(uint64_t number) {
  const auto kept = std::ranges::lower_bound(files_, number);
  std::vector<uint64_t> out(files_.begin(), kept);
  files_.erase(files_.begin(), kept);
  return out;
}

void Journal::drop(std::span<const uint64_t> files, bool wipe) {
  std::error_code none;
  const auto remove = [&](const std::filesystem::path& file) {
    if (wipe && std::filesystem::exists(file, none))
      if (auto wiped = wipe_file(file); !wiped) log_warning("events", "{}", wiped.error().detail);
    std::filesystem::remove(file, none);
  };
  if (wipe) remove(spare());
  for (const uint64_t number : files) {
    const auto file = path(number);
    if (!wipe && !std::filesystem::exists(spare(), none) && std::filesystem::file_size(file, none) <= spare_bytes_max)
      std::filesystem::rename(file, spare(), none);
    else
      remove(file);
  }
}

}  // namespace lotse::events::detail
