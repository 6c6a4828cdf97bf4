// The fast tokenizer against one that goes byte by byte, for every dialect and chunk size; and detection on the same bytes.
#include <string>
#include <vector>

#include "formats/csv.h"
#include "formats/detect.h"
#include "formats/encoding.h"
#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

namespace {

struct Row {
  uint64_t number;  // as a spreadsheet counts, blank lines included
  size_t offset;
  std::vector<std::string> cells;
  bool operator==(const Row&) const = default;
};
struct Rows {
  std::vector<Row> rows;
  bool unclosed = false;
};

Rows simple(std::string_view text, const CsvDialect& d) {
  Rows out;
  uint64_t number = 0;
  size_t i = 0;
  while (i < text.size()) {
    const size_t begin = i;
    Row row{0, begin, {}};
    bool quoted_row = false;
    for (;;) {
      if (d.blank_runs) {
        while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
        if (i >= text.size() || text[i] == '\n' || text[i] == '\r') break;
      }
      const auto ends = [&] {
        return i >= text.size() || text[i] == '\n' || text[i] == '\r' || (d.blank_runs ? text[i] == ' ' || text[i] == '\t' : text[i] == d.delimiter);
      };
      std::string cell;
      if (d.quote != 0 && i < text.size() && text[i] == d.quote) {
        quoted_row = true;
        ++i;
        for (;;) {
          if (i >= text.size()) {
            out.unclosed = true;
            return out;
          }
          if (text[i] == d.quote) {
            if (i + 1 < text.size() && text[i + 1] == d.quote) {
              cell += d.quote;
              i += 2;
              continue;
            }
            ++i;
            break;
          }
          cell += text[i++];
        }
      }
      while (!ends()) cell += text[i++];
      row.cells.push_back(cell);
      if (!d.blank_runs && i < text.size() && text[i] == d.delimiter) {
        ++i;
        continue;
      }
      if (d.blank_runs && i < text.size() && (text[i] == ' ' || text[i] == '\t')) continue;
      break;
    }
    row.number = ++number;
    const bool blank = row.cells.empty() || (row.cells.size() == 1 && !quoted_row && row.cells[0].find_first_not_of(" \t") == std::string::npos);
    if (!blank) out.rows.push_back(std::move(row));
    if (i < text.size()) {
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      ++i;
    }
  }
  return out;
}

Rows fast(std::string_view text, const CsvDialect& d, size_t chunk) {
  Rows out;
  fuzz::Dribble source(text, chunk / 2 + 1);
  CsvSplitter splitter(source, d, {}, chunk);
  CsvParser parser(d, 0);
  RowBlock block;
  CsvChunk spare;
  uint64_t last = 0;
  for (;;) {
    auto next = splitter.next(std::move(spare));
    if (!next) {
      fuzz::check(next.error().code == "csv_unclosed_quote", "the only error is an unclosed quote");
      out.unclosed = true;
      return out;
    }
    if (!*next) return out;
    spare = parser.parse(std::move(**next), block);
    last = block.number_from(last);
    for (size_t r = 0; r < block.row_count(); ++r) {
      Row row{block.row_number(r), static_cast<size_t>(block.byte_offset(r)), {}};
      for (size_t c = 0; c < block.cell_count(r); ++c) row.cells.emplace_back(block.cell(r, c));
      out.rows.push_back(std::move(row));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  CsvDialect dialect;
  dialect.delimiter = ",;\t|"[data[0] & 3];
  dialect.quote = data[0] & 4 ? '\0' : '"';
  dialect.blank_runs = (data[0] & 24) == 24;
  const size_t chunk = 2 + data[1];

  const Rows expected = simple(text, dialect);
  const Rows got = fast(text, dialect, chunk);
  fuzz::check(expected.unclosed == got.unclosed, "both find the unclosed quote");
  fuzz::check(expected.rows == got.rows, "both read the same rows");

  {
    const auto encoding = static_cast<Encoding>(data[0] >> 6);
    const std::string once = decode_text(text, encoding);
    fuzz::Dribble source(text, 1 + chunk / 8);
    DecodeSource decoded(source, encoding);
    std::string whole(once.size() + 64, '\0');
    whole.resize(read_full(decoded, whole).value());
    fuzz::check(once == whole, "the size of reads does not matter");
    MemorySource valid(once);
    DecodeSource twice(valid, Encoding::utf8);
    std::string same(once.size() + 64, '\0');
    same.resize(read_full(twice, same).value());
    fuzz::check(twice.invalid_count() == 0, "what was decoded is valid UTF-8");
  }

  MemoryFile file(text);
  if ((data[0] & 0xE0) != 0x20) return 0;  // detection is a hundred times slower than all of the above
  if (const auto found = detect(file); found && found->options.format == FileFormat::csv) {
    auto table = OpenTable::open(file, found->options);
    fuzz::check(table.has_value(), "what was detected can be opened");
    RowBlock block;
    for (;;) {
      const auto more = (*table)->rows().next(block);
      if (!more || !*more) break;
      for (size_t r = 0; r < block.row_count(); ++r) fuzz::check(block.row_number(r) > 0, "rows have numbers");
    }
  }
  return 0;
}
