#pragma once
#include <optional>

#include "base/describe.h"
#include "formats/byte_source.h"
#include "formats/table.h"

/// CSV as it is found: RFC 4180 and its usual deviations.
///
///   - a quote opens only at the start of a cell; inside, two quotes are one; what follows the closing quote up to the
///     delimiter is appended as it stands
///   - LF, CRLF or CR end a row, quoted ones do not; a line of nothing but blanks is no row
///   - a row shorter than the header has empty cells at its end; one with more non-empty cells is a `too_many_cells`
///     problem; a NUL byte is a `nul_byte` problem
namespace lotse::formats {

struct CsvDialect {
  char delimiter = ',';      ///< one ASCII byte, no letter or digit
  char quote = '"';          ///< 0: none
  bool blank_runs = false;   ///< columns are parted by runs of blanks and tabs; `delimiter` is not used
  bool has_header = true;    ///< the first row holds the names
  size_t lead_rows = 0;      ///< rows before the table: "sep=;", titles; blank lines do not count
  friend bool operator==(const CsvDialect&, const CsvDialect&) = default;
};

struct CsvLimits {
  size_t columns_max = 5000;
  size_t row_bytes_max = size_t{16} << 20;  ///< an unclosed quote must not swallow the file
};

/// Whole rows as bytes: the unit of work for a thread.
struct CsvChunk {
  std::vector<char> bytes;   ///< `size` bytes of text, then at least 64 bytes of padding
  size_t size = 0;
  uint64_t first_byte = 0;   ///< offset in the decoded text
};

/// Cuts UTF-8 text into chunks at row ends, exactly (quotes are followed, nothing is guessed). It is the serial part of
/// a parallel import: about 10 GB/s where a chunk has no quote, 1 to 2 GB/s where it has.
///
///   errors   csv_row_too_large   a row passes row_bytes_max; detail names the offset where it begins
///            csv_unclosed_quote  the text ends inside quotes; detail names the offset of the row
class CsvSplitter {
 public:
  CsvSplitter(ByteSource& utf8, CsvDialect dialect, CsvLimits limits = {}, size_t chunk_bytes = size_t{1} << 20);
  /// The next chunk; nothing at the end. `recycled` gives its memory back for reuse.
  Result<std::optional<CsvChunk>> next(CsvChunk recycled = {});

 private:
  ByteSource& source_;
  CsvDialect dialect_;
  CsvLimits limits_;
  size_t chunk_bytes_;
  std::vector<char> rest_;
  uint64_t offset_ = 0;
  bool ended_ = false;
};

/// Splits a chunk into rows and cells. Any number of threads, each with its own parser and block.
///   cost     0.5 to 1 ns a byte; views into the chunk, a copy only for cells with doubled quotes
///   problems too_many_cells  more non-empty cells than the header has (what is beyond columns_max is not kept)
///            nul_byte        the row has a byte 0
class CsvParser {
 public:
  /// `column_count` is the header's; 0 while the header itself is read.
  CsvParser(CsvDialect dialect, size_t column_count, CsvLimits limits = {})
      : dialect_(dialect), column_count_(column_count), limits_(limits) {}
  /// Takes the chunk into `block`. Gives back the memory that the block held before.
  CsvChunk parse(CsvChunk chunk, RowBlock& block);
  void set_column_count(size_t n) { column_count_ = n; }

 private:
  void tokenize(RowBlock& block, uint32_t size);
  void tokenize_blank_runs(RowBlock& block, uint32_t size);
  void finish_row(RowBlock& block, uint32_t begin, uint32_t end);
  CsvDialect dialect_;
  size_t column_count_;
  CsvLimits limits_;
};

/// Splitter and parser on one thread: the simple way to read a CSV. For a parallel import, take `columns()` from here, then
/// run `next_chunk` on one thread and `parser().parse` on several; give the blocks numbers in the order of their chunks.
///
///   errors of open   empty_file        no row at all
///                    too_many_columns  the first row has more than columns_max
///                    and those of the source and CsvSplitter
class CsvReader : public TableReader {
 public:
  static Result<std::unique_ptr<CsvReader>> open(ByteSource& utf8, CsvDialect dialect, CsvLimits limits = {});
  const std::vector<std::string>& columns() const override { return columns_; }
  Result<bool> next(RowBlock& block) override;

  Result<std::optional<CsvChunk>> next_chunk(CsvChunk recycled = {});
  CsvParser parser() const { return CsvParser(dialect_, columns_.size(), limits_); }
  uint64_t header_record() const { return last_record_; }  ///< number of the last record before the first chunk

 private:
  CsvReader(ByteSource& utf8, CsvDialect dialect, CsvLimits limits);
  CsvDialect dialect_;
  CsvLimits limits_;
  CsvSplitter splitter_;
  CsvParser parser_;
  std::vector<std::string> columns_;
  std::optional<CsvChunk> first_;  // what remains of the chunk that held the header
  CsvChunk spare_;
  uint64_t last_record_ = 0;
};

/// The dialect that splits the sample (UTF-8, the first part of a file) most evenly. `complete`: it is the whole file. A
/// given delimiter is believed; a first line "sep=;" is, too, where none is given.
CsvDialect detect_dialect(std::string_view utf8_sample, bool complete, std::optional<char> delimiter = {});

/// How a cell is written.
struct CsvWriteOptions {
  char delimiter = ';';
  /// Puts ' before cells that a spreadsheet would run as a formula (they begin with = + - @ tab or CR and are no number).
  bool formula_safe = true;
};
/// Appends one cell, quoted where it must be.
void append_csv_cell(std::string& out, std::string_view text, const CsvWriteOptions& options = {});
/// Appends a row and CRLF.
void append_csv_row(std::string& out, const std::vector<std::string_view>& cells, const CsvWriteOptions& options = {});

}  // namespace lotse::formats
