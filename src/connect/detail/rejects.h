#pragma once
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connect/types.h"

namespace lotse::connect::detail {

/// How often each reason came up, with the first row of each as an example. One thread at a time; parts are merged.
class ReasonCounts {
 public:
  void add(std::string_view code, uint64_t row, std::string_view example);
  void add(const ReasonCounts& other);
  uint64_t total() const;
  std::vector<RejectReason> list() const;  ///< by rows, descending

 private:
  struct Reason {
    uint64_t rows = 0, first_row = 0;
    std::string example;
  };
  std::map<std::string, Reason, std::less<>> reasons_;
};

/// The rejected rows as a CSV file (semicolons, UTF-8 with a mark, safe to open in a spreadsheet), in the order of the file
/// although several threads write. The file exists only where a row was rejected.
class RejectFile {
 public:
  static constexpr uint64_t rows_max = 1'000'000;
  RejectFile(std::filesystem::path path, std::string language) : path_(std::move(path)), language_(std::move(language)) {}
  ~RejectFile();
  /// A row as CSV, into a block's text.
  void append_row(std::string& text, uint64_t row, std::string_view code, const std::vector<std::string_view>& cells) const;
  /// Each block's text exactly once, empty where it has no rejects; blocks are numbered from 0 without gaps.
  ///   errors  disk_full
  Result<void> block(uint64_t number, std::string text, uint64_t rows, const std::vector<std::string>& columns);
  Result<void> finish();

 private:
  Result<void> write(std::string_view text);
  std::filesystem::path path_;
  std::string language_;
  std::mutex mutex_;
  std::FILE* file_ = nullptr;
  uint64_t next_ = 0, rows_ = 0;
  std::map<uint64_t, std::pair<std::string, uint64_t>> waiting_;
};

/// Why a row was rejected, in a user's words; `language` is de or en.
std::string_view reject_text(std::string_view code, std::string_view language);

}  // namespace lotse::connect::detail
