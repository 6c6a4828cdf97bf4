#include "formats/csv.h"
#include "formats/number.h"

namespace lotse::formats {

void append_csv_cell(std::string& out, std::string_view text, const CsvWriteOptions& options) {
  if (text.empty()) return;
  const std::string_view starters = "=+-@\t\r";
  const bool formula = options.formula_safe && starters.find(text.front()) != std::string_view::npos && !read_decimal(text, '.') &&
                       !read_decimal(text, ',');
  const char special[] = {options.delimiter, '"', '\n', '\r', '\0'};
  const bool quoted = text.find_first_of(special) != std::string_view::npos || text.front() == ' ' || text.back() == ' ';
  if (quoted) out += '"';
  if (formula) out += '\'';
  if (quoted) {
    for (char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  } else {
    out += text;
  }
}

void append_csv_row(std::string& out, const std::vector<std::string_view>& cells, const CsvWriteOptions& options) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += options.delimiter;
    append_csv_cell(out, cells[i], options);
  }
  out += "\r\n";
}

}  // namespace lotse::formats
