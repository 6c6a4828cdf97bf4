#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "http/problem.h"

namespace lotse::cli {

Result<Arguments> Arguments::read(const std::vector<std::string>& words, std::initializer_list<std::string_view> options,
                                  std::initializer_list<std::string_view> flags) {
  Arguments out;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (!word.starts_with("--")) {
      out.rest_.emplace_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string_view name = word.substr(2, equals == std::string_view::npos ? equals : equals - 2);
    if (std::find(flags.begin(), flags.end(), name) != flags.end() && equals == std::string_view::npos) {
      out.options_[std::string(name)] = "";
    } else if (std::find(options.begin(), options.end(), name) != options.end()) {
      if (equals == std::string_view::npos && i + 1 == words.size())
        return Error::invalid("option_needs_value", "", "--" + std::string(name) + " needs a value");
      out.options_[std::string(name)] = equals == std::string_view::npos ? words[++i] : std::string(word.substr(equals + 1));
    } else {
      return Error::invalid("unknown_option", "", std::string(word));
    }
  }
  return out;
}

std::optional<std::string> Arguments::option(std::string_view name) const {
  const auto at = options_.find(name);
  if (at == options_.end()) return std::nullopt;
  return at->second;
}

Result<std::string> Arguments::required(std::string_view name) const {
  if (auto value = option(name)) return *value;
  return Error::invalid("option_missing", "", "--" + std::string(name));
}

Result<void> Arguments::no_rest() const {
  if (rest_.empty()) return {};
  return Error::invalid("unknown_option", "", rest_.front());
}

bool Arguments::flag(std::string_view name) const { return options_.contains(name); }

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
    case ErrorKind::too_large: return 2;
    case ErrorKind::unauthenticated:
    case ErrorKind::forbidden: return 3;
    case ErrorKind::not_found: return 4;
    case ErrorKind::conflict:
    case ErrorKind::stale: return 5;
    case ErrorKind::limited:
    case ErrorKind::unavailable: return 6;
    case ErrorKind::cancelled: return 7;
    case ErrorKind::internal: return 70;
  }
  return 70;
}

std::string_view terminal_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value && *value) return std::string_view(value).starts_with("de") ? "de" : "en";
  return "en";
}

int fail(std::string_view command, const Error& error) {
  const std::string_view language = terminal_language(), title = http::problem_text(error.code, language);
  // A detail that is a sentence of its own says more than the title, in English.
  if (language == "en" && error.detail.ends_with('.'))
    fmt::print(stderr, "lotse {}: {}\n", command, error.detail);
  else
    fmt::print(stderr, "lotse {}: {}{}\n", command, title, error.detail.empty() ? "" : fmt::format(" ({})", error.detail));
  return exit_code(error.kind);
}

}  // namespace lotse::cli
