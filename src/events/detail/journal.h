#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

/// An append-only file of checksummed records in front of DuckDB: what is appended and synced survives a power cut.
/// A record is: magic, size, xxh3 of (file number, size, payload), payload. A file whose records are all in the store is written over
/// as one of the next: a sync then waits for its own bytes alone, not for the file system's records about a file that grows, which
/// wait for whatever DuckDB writes. What an earlier turn left behind the last record is told by the number in the checksum.
namespace lotse::events::detail {

class Journal {
 public:
  /// Opens the folder's journal files in order of their numbers and gives each whole record to `replay`. Bytes after
  /// the last whole record of the newest file are a torn write: they were never acknowledged; they are cut off.
  ///   errors  store_broken (a record in the middle does not match its checksum), disk_full
  static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& folder,
                                               const std::function<Result<void>(std::string_view)>& replay);
  ~Journal();

  /// Appends and syncs. On error nothing of the record stays behind.
  ///   errors  disk_full, store_broken
  Result<void> append(std::string_view payload);

  /// A file that is ready to be the newest; removed where it does not become so.
  struct Next {
    uint64_t number = 0;
    int file = -1;
    std::filesystem::path path;
    Next() = default;
    Next(Next&& other) noexcept;
    Next& operator=(Next&&) = delete;
    ~Next();
  };
  /// Waits for the disk, so that `rotate` need not. Beside `append`, not beside itself or `drop`. `fresh`: holds no bytes of an earlier turn.
  Result<Next> prepare(bool fresh = false);
  /// From now on records go into `next`; unless `always`, not where the newest file has none yet. Gives the newest file's number.
  Result<uint64_t> rotate(Next next, bool always = false);
  /// The files with smaller numbers are no longer of this journal: all they hold is in the store. For `drop`.
  std::vector<uint64_t> retire_before(uint64_t number);
  /// Keeps one of these files to be written over, and removes the others. Beside `append`. `wipe`: none is kept, and the bytes are overwritten first.
  void drop(std::span<const uint64_t> files, bool wipe = false);

 private:
  explicit Journal(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path path(uint64_t number) const;
  std::filesystem::path spare() const { return folder_ / "events.journal.spare"; }
  void start(Next next);
  std::filesystem::path folder_;
  std::vector<uint64_t> files_;  // ascending, the last is open
  std::atomic<uint64_t> last_number_ = 0;
  int file_ = -1;
  uint64_t end_ = 0;
  bool in_doubt_ = false;  // a sync failed: what the file holds is not known, so it gets no more records
};

/// Little-endian bytes of a record.
class Writer {
 public:
  template <class T>
    requires std::is_trivially_copyable_v<T>
  void put(T v) {
    bytes_.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  void text(std::string_view t) {
    put(static_cast<uint32_t>(t.size()));
    bytes_.append(t);
  }
  const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  T get() {
    T v{};
    if (bytes_.size() < sizeof v) {
      broken_ = true;
      bytes_ = {};
      return v;
    }
    std::memcpy(&v, bytes_.data(), sizeof v);
    bytes_.remove_prefix(sizeof v);
    return v;
  }
  std::string text() {
    const auto n = get<uint32_t>();
    if (n > bytes_.size()) {
      broken_ = true;
      bytes_ = {};
      return {};
    }
    std::string out(bytes_.substr(0, n));
    bytes_.remove_prefix(n);
    return out;
  }
  bool broken() const { return broken_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool broken_ = false;
};

/// errno after a failed file call as an Error.
Error file_error(const std::string& what, int number);
/// Makes the names in a folder durable.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace lotse::events::detail
