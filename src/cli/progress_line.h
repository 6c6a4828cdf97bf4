#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace lotse::cli {

/// One line on a terminal that is drawn anew; nothing in a pipe.
class ProgressLine {
 public:
  explicit ProgressLine(bool shown) : shown_(shown && ::isatty(STDERR_FILENO)) {}
  ~ProgressLine() { clear(); }
  void show(std::string_view stage, double share) {
    if (!shown_) return;
    const int filled = int(share * 30);
    fmt::print(stderr, "\r{:<12} [{:<30}] {:3.0f} %", stage, std::string(size_t(filled), '#'), share * 100);
    drawn_ = true;
  }
  void clear() {
    if (drawn_) fmt::print(stderr, "\r{:60}\r", "");
    drawn_ = false;
  }

 private:
  const bool shown_;
  bool drawn_ = false;
};

/// What kind of error ended a job: it keeps the code only. Most lie in the file or in what was asked.
inline ErrorKind kind_of_job_error(std::string_view code) {
  for (const std::string_view later : {"disk_full", "interrupted", "out_of_memory", "store_busy", "store_recovering", "store_closing", "file_not_writable"})
    if (code == later) return ErrorKind::unavailable;
  for (const std::string_view defect : {"internal", "store_failed", "store_broken", "database_broken"})
    if (code == defect) return ErrorKind::internal;
  return ErrorKind::invalid;
}

}  // namespace lotse::cli
