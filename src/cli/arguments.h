#pragma once
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lotse::cli {

/// A command's words, taken apart: "--name value" and "--name=value", flags, and the rest in order.
class Arguments {
 public:
  /// errors  unknown_option, option_needs_value (invalid)
  static Result<Arguments> read(const std::vector<std::string>& words, std::initializer_list<std::string_view> options,
                                std::initializer_list<std::string_view> flags);
  std::optional<std::string> option(std::string_view name) const;
  /// errors  option_missing
  Result<std::string> required(std::string_view name) const;
  bool flag(std::string_view name) const;
  /// errors  unknown_option, where there are words that no option takes
  Result<void> no_rest() const;
  const std::vector<std::string>& rest() const { return rest_; }

 private:
  std::map<std::string, std::string, std::less<>> options_;
  std::vector<std::string> rest_;
};

/// The exit code of a failure; the table stands in docs/operate.
///   0 done   2 wrong input   3 not allowed   4 not found   5 in the way of something   6 try later   7 stopped   70 defect
int exit_code(ErrorKind kind);

/// Prints what went wrong and what to do, in the terminal's language, to standard error; returns the exit code.
int fail(std::string_view command, const Error& error);

/// "de" where the terminal's language is German, else "en".
std::string_view terminal_language();

}  // namespace lotse::cli
