#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace lotse {

enum class LogLevel { debug, info, warning, error };

/// One line to standard error: UTC time, level, module, text. No personal data, no secrets. Safe from any thread.
void log_line(LogLevel level, std::string_view module, std::string_view text);
void set_log_level(LogLevel least);

template <class... Args>
void log_info(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::info, module, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::warning, module, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_error(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::error, module, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace lotse
