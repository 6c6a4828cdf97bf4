#include "base/log.h"

#include <atomic>
#include <cstdio>

#include "base/time.h"

namespace lotse {
namespace {
std::atomic<LogLevel> least_level = LogLevel::info;
}

void set_log_level(LogLevel least) { least_level = least; }

void log_line(LogLevel level, std::string_view module, std::string_view text) {
  if (level < least_level.load()) return;
  static constexpr std::string_view names[] = {"debug", "info", "warning", "error"};
  const std::string line = fmt::format("{} {} {}: {}\n", iso_utc(Clock::system().now()), names[int(level)], module, text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace lotse
