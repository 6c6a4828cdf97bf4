#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

/// An append-only file of checksummed records in front of DuckDB: what is appended and synced survives a power cut.
/// A record is: magic, size, xxh3 of (size, payload), payload. One thread at a time.
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

  /// Starts a new file; older files are kept until `drop_old`. Gives the new file's number.
  Result<uint64_t> rotate();
  /// Removes files with smaller numbers: all they hold is in the store. `wipe`: their bytes are overwritten first.
  void drop_before(uint64_t number, bool wipe = false);
  uint64_t size_bytes() const { return end_; }

 private:
  explicit Journal(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path path(uint64_t number) const;
  Result<void> start(uint64_t number);
  std::filesystem::path folder_;
  std::vector<uint64_t> files_;  // ascending, the last is open
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
