#include "events/detail/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "base/wipe.h"

namespace lotse::events::detail {

namespace {
constexpr uint32_t magic = 0x314a544c;  // "LTJ1"
struct Head {
  uint32_t magic, size;
  uint64_t sum;
};
uint64_t checksum(std::string_view payload) { return XXH3_64bits_withSeed(payload.data(), payload.size(), payload.size()); }

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

/// Length of the whole records at the front; calls `take` for each.
Result<size_t> whole_records(std::string_view bytes, const std::function<Result<void>(std::string_view)>& take) {
  size_t at = 0;
  while (bytes.size() - at >= sizeof(Head)) {
    Head head;
    std::memcpy(&head, bytes.data() + at, sizeof head);
    if (head.magic != magic || head.size > bytes.size() - at - sizeof head) break;
    const std::string_view payload = bytes.substr(at + sizeof head, head.size);
    if (checksum(payload) != head.sum) break;
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
    const size_t whole = TRY(whole_records(bytes, replay));
    if (whole == bytes.size()) continue;
    // A crash tears only the last record of a file; a whole record behind the gap means that the file was damaged.
    for (size_t at = whole + 1; at + sizeof(Head) <= bytes.size(); ++at) {
      if (std::memcmp(bytes.data() + at, &magic, sizeof magic) != 0) continue;
      bool another = false;
      (void)whole_records(std::string_view(bytes).substr(at), [&](std::string_view) -> Result<void> {
        another = true;
        return {};
      });
      if (another)
        return Error::make(ErrorKind::internal, "store_broken",
                           fmt::format("{} is damaged at byte {}: restore the workspace from a backup", file.string(), whole));
    }
    log_warning("events", "{}: cut {} bytes of a write that was never acknowledged", file.filename().string(), bytes.size() - whole);
    if (::truncate(file.c_str(), static_cast<off_t>(whole)) != 0) return file_error("cutting the journal", errno);
  }
  // One without a record is used again: a store that is only read would leave a file behind at each start.
  uint64_t number = journal->files_.empty() ? 1 : journal->files_.back() + 1;
  while (!journal->files_.empty() && std::filesystem::file_size(journal->path(journal->files_.back()), ignored) == 0) {
    std::filesystem::remove(journal->path(journal->files_.back()), ignored);
    number = journal->files_.back();
    journal->files_.pop_back();
  }
  TRY(journal->start(number));
  return journal;
}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

Result<void> Journal::start(uint64_t number) {
  const int file = ::open(path(number).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return file_error("making a journal file", errno);
  if (auto synced = sync_folder(folder_); !synced) {
    ::close(file);
    return synced.error();
  }
  if (file_ >= 0) ::close(file_);
  file_ = file;
  end_ = 0;
  in_doubt_ = false;
  files_.push_back(number);
  return {};
}

Result<void> Journal::append(std::string_view payload) {
  if (in_doubt_) TRY(start(files_.back() + 1));
  Head head{magic, static_cast<uint32_t>(payload.size()), checksum(payload)};
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

Result<uint64_t> Journal::rotate() {
  if (end_ > 0 || in_doubt_) TRY(start(files_.back() + 1));
  return files_.back();
}

void Journal::drop_before(uint64_t number, bool wipe) {
  std::erase_if(files_, [&](uint64_t n) {
    if (n >= number) return false;
    std::error_code ignored;
    if (wipe)
      if (auto wiped = wipe_file(path(n)); !wiped) log_warning("events", "{}", wiped.error().detail);
    std::filesystem::remove(path(n), ignored);
    return true;
  });
}

}  // namespace lotse::events::detail
