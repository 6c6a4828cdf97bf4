#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace lotse::analysis::detail {

/// One CSV table, row by row: UTF-8, comma, CRLF. A text that a spreadsheet would run as a formula begins with an
/// apostrophe; numbers are written as they are.
class CsvText {
 public:
  CsvText& text(std::string_view value);
  CsvText& number(double value);
  CsvText& number(uint64_t value);
  CsvText& number(const std::optional<double>& value) { return value ? number(*value) : text({}); }
  CsvText& number(const std::optional<uint64_t>& value) { return value ? number(*value) : text({}); }
  void end_row();

  size_t size() const { return out_.size(); }
  /// What was written since the last call.
  std::string take() { return std::exchange(out_, {}); }

 private:
  void separate();
  std::string out_;
  bool in_row_ = false;
};

}  // namespace lotse::analysis::detail
