#include <algorithm>
#include <optional>
#include <unordered_map>

#include "formats/csv.h"
#include "formats/number.h"
#include "formats/timestamp.h"

namespace lotse::formats {
namespace {

constexpr size_t rows_looked_at = 500;

struct Split {
  std::vector<std::vector<std::string>> rows;
  bool broken = false;  // a quote is never closed
};

Split split(std::string_view sample, const CsvDialect& dialect, bool complete) {
  Split out;
  MemorySource source(sample);
  CsvSplitter splitter(source, dialect, {}, std::min(sample.size() + 1, size_t{256} << 10));
  CsvParser parser(dialect, 0);
  RowBlock block;
  for (;;) {
    auto chunk = splitter.next();
    if (!chunk) {
      out.broken = complete || chunk.error().code == "csv_row_too_large";
      return out;
    }
    if (!*chunk) return out;
    const size_t left = rows_looked_at - out.rows.size();
    parser.parse(std::move(**chunk), block);
    for (size_t r = 0; r < std::min(left, block.row_count()); ++r) {
      auto& row = out.rows.emplace_back();
      for (size_t c = 0; c < block.cell_count(r); ++c) row.emplace_back(block.cell(r, c));
    }
    if (out.rows.size() == rows_looked_at) return out;
  }
}

// How evenly the rows are split: the share that has as many cells as most, and as the first row, has.
double evenness(const Split& s) {
  if (s.rows.empty()) return 0;
  std::unordered_map<size_t, size_t> counts;
  for (const auto& row : s.rows) ++counts[row.size()];
  size_t mode = 0, most = 0;
  for (const auto& [cells, n] : counts)
    if (n > most || (n == most && cells > mode)) mode = cells, most = n;
  if (mode < 2) return 0;
  double score = static_cast<double>(most) / static_cast<double>(s.rows.size());
  if (s.rows.front().size() != mode) score *= 0.8;
  if (s.broken) score *= 0.5;
  return score;
}

bool looks_like_data(const std::string& cell) {
  if (read_integer(cell) || read_decimal(cell, '.') || read_decimal(cell, ',')) return true;
  const std::string_view one[] = {cell};
  return detect_time(one).has_value();
}

size_t filled(const std::vector<std::string>& row) {
  return static_cast<size_t>(std::count_if(row.begin(), row.end(), [](const std::string& cell) { return cell.find_first_not_of(" \t") != std::string::npos; }));
}

/// Reports put a title or two above their table ("Kontakte", "Stand: 01.04.2025"): rows of one or two cells, then the header.
size_t title_rows(const Split& s) {
  constexpr size_t looked_at = 20;
  size_t most = 0;
  for (size_t r = 0; r < std::min(looked_at, s.rows.size()); ++r) most = std::max(most, filled(s.rows[r]));
  const size_t of_a_title = most >= 5 ? 2 : most >= 3 ? 1 : 0;
  size_t titles = 0;
  while (titles < std::min(looked_at, s.rows.size()) && filled(s.rows[titles]) <= of_a_title) ++titles;
  return titles < s.rows.size() ? titles : 0;
}

/// "sep=;" in the first line, as Excel writes and reads it: the delimiter and how long the line is.
std::optional<std::pair<char, size_t>> said_delimiter(std::string_view sample) {
  const std::string_view line = sample.substr(0, sample.find_first_of("\r\n"));
  std::string_view text = line;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.size() != 5 || line.size() == sample.size()) return std::nullopt;
  for (size_t i = 0; i < 4; ++i)
    if ((text[i] | (i < 3 ? 0x20 : 0)) != "sep="[i]) return std::nullopt;
  return std::pair(text[4], line.size());
}

bool looks_like_header(const Split& s, size_t header) {
  if (s.rows.size() < header + 2) return true;
  const auto& first = s.rows[header];
  size_t known_values = 0, texts = 0;
  for (size_t c = 0; c < first.size(); ++c) {
    if (first[c].empty()) continue;
    if (looks_like_data(first[c])) return false;
    ++texts;
    for (size_t r = header + 1; r < s.rows.size(); ++r)
      if (c < s.rows[r].size() && s.rows[r][c] == first[c]) {
        ++known_values;
        break;
      }
  }
  return known_values * 2 <= texts;
}

}  // namespace

CsvDialect detect_dialect(std::string_view sample, bool complete, std::optional<char> delimiter) {
  size_t lead = 0;
  if (const auto said = said_delimiter(sample)) {
    lead = 1;
    sample.remove_prefix(said->second);
    if (!delimiter) delimiter = said->first;
  }
  CsvDialect best{.delimiter = delimiter.value_or(','), .blank_runs = delimiter == ' '};
  const CsvDialect fallback = best;
  double best_score = 0;
  const auto consider = [&](CsvDialect dialect, double weight) {
    const double score = weight * evenness(split(sample, dialect, complete));
    if (score > best_score + 1e-9) {
      best = dialect;
      best_score = score;
    }
  };
  // In order of preference: an earlier one wins a tie. Commas come late, for they also stand in decimals and sentences.
  const std::string_view usual = ";\t|,";
  for (const char quote : {'"', '\0'})
    for (const char candidate : delimiter ? std::string_view(&*delimiter, 1) : usual)
      consider({.delimiter = candidate, .quote = quote, .blank_runs = candidate == ' '}, quote ? 1.0 : 0.9);
  if (!delimiter && best_score < 0.5) consider({.delimiter = ' ', .quote = '"', .blank_runs = true}, 0.9);
  if (best_score < 0.3) best = fallback;  // one column
  const Split rows = split(sample, best, complete);
  // What stands below titles is a header; a first row of data with few cells is no title.
  size_t titles = title_rows(rows);
  if (titles > 0 && !looks_like_header(rows, titles)) titles = 0;
  best.lead_rows = lead + titles;
  best.has_header = looks_like_header(rows, titles);
  return best;
}

}  // namespace lotse::formats
