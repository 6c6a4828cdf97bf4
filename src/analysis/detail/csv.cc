#include "analysis/detail/csv.h"

#include <fmt/format.h>

namespace lotse::analysis::detail {

void CsvText::separate() {
  if (in_row_) out_ += ',';
  in_row_ = true;
}

CsvText& CsvText::text(std::string_view value) {
  separate();
  const bool formula = !value.empty() && std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos;
  const bool quoted = formula || value.find_first_of(",\"\r\n") != std::string_view::npos;
  if (!quoted) {
    out_ += value;
    return *this;
  }
  out_ += '"';
  if (formula) out_ += '\'';
  for (char c : value) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

CsvText& CsvText::number(double value) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", value);
  return *this;
}

CsvText& CsvText::number(uint64_t value) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", value);
  return *this;
}

void CsvText::end_row() {
  out_ += "\r\n";
  in_row_ = false;
}

}  // namespace lotse::analysis::detail
