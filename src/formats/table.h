#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Rows of cells, whatever the file's format: CSV, XLSX and XES all come out as RowBlocks.
namespace lotse::formats {

/// What the file itself says about a cell; only XLSX and XES do.
enum class CellKind : uint8_t { text, number, boolean, timestamp, error };

/// A row that must not be used as it is; its cells are there for the list of rejected rows.
struct RowProblem {
  uint32_t row;      ///< index in the block
  const char* code;  ///< too_many_cells, nul_byte, empty_event_type, time_missing
};

/// Some thousand whole rows. Owns the memory that its cells point into; reused by the next call of `next`.
class RowBlock {
 public:
  size_t row_count() const { return rows_.size(); }
  size_t cell_count(size_t row) const { return rows_[row].cell_count; }

  /// The cell's text in UTF-8; empty where the row is shorter. The view lives as long as the block's content.
  std::string_view cell(size_t row, size_t column) const {
    const Row& r = rows_[row];
    if (column >= r.cell_count) return {};
    const Cell c = cells_[r.first_cell + column];
    return {(c.size & side_bit ? side_.data() : buffer_.data()) + c.begin, c.size & ~side_bit};
  }
  CellKind kind(size_t row, size_t column) const {
    const Row& r = rows_[row];
    return kinds_.empty() || column >= r.cell_count ? CellKind::text : kinds_[r.first_cell + column];
  }

  /// The row's number as a spreadsheet shows it: the header is row 1, blank lines count. Blocks that were parsed from
  /// chunks by hand know it after `number_from`.
  uint64_t row_number(size_t row) const { return first_record_ + rows_[row].record; }
  /// Where the row begins in the decoded UTF-8 text; 0 for XLSX and XES.
  uint64_t byte_offset(size_t row) const { return first_byte_ + rows_[row].begin; }
  /// Numbers the rows when the record before this block has number `last`; gives the number of this block's last record.
  uint64_t number_from(uint64_t last) {
    first_record_ = last + 1;
    return last + record_count_;
  }

  /// In row order; a row has at most one.
  const std::vector<RowProblem>& problems() const { return problems_; }

  /// The row as it stood in the file (CSV), or written as CSV with ';' (XLSX, XES).
  std::string row_text(size_t row) const;

  void clear();

  // For readers that build rows cell by cell (CSV has its own way).
  void add_cell(std::string_view text, CellKind kind = CellKind::text);
  size_t open_cell_count() const { return cell_count_ - open_first_; }  ///< of the row being built
  void end_row(uint32_t record_in_block);
  void drop_open_row();                          ///< forgets the cells of the row being built
  void add_problem(const char* code) { problems_.push_back({static_cast<uint32_t>(rows_.size() - 1), code}); }
  void set_first_record(uint64_t number) { first_record_ = number; }
  size_t built_bytes() const { return side_.size(); }

 private:
  friend class CsvParser;
  friend class JsonRowParser;
  static constexpr uint32_t side_bit = 0x80000000u;
  struct Cell {
    uint32_t begin;
    uint32_t size;  // with side_bit: in side_, else in buffer_
  };
  struct Row {
    uint32_t first_cell, cell_count;
    uint32_t begin, end;  // in buffer_
    uint32_t record;      // from the block's first one, blank lines included
  };
  std::vector<char> buffer_;  // CSV: the chunk's bytes
  std::string side_;          // unescaped and built texts
  std::vector<Cell> cells_;   // the first cell_count_ are in use; it never shrinks, for zeroing again costs
  size_t cell_count_ = 0, open_first_ = 0;
  std::vector<Row> rows_;
  std::vector<CellKind> kinds_;
  std::vector<RowProblem> problems_;
  uint64_t first_record_ = 1, first_byte_ = 0, record_count_ = 0;
};

/// Pulls a table's rows in order. One thread at a time.
class TableReader {
 public:
  virtual ~TableReader() = default;

  /// Names of the columns, unique and never empty: a repeated name gets " (2)", an empty one is "column_N" (N from 1).
  /// XES only: grows while reading, as attributes turn up.
  virtual const std::vector<std::string>& columns() const = 0;

  /// The next rows; false at the end (the block is empty then). After an error reading is over; rows given before stay valid
  /// input, the error says where it happened.
  virtual Result<bool> next(RowBlock& block) = 0;
};

/// Makes header names unique and non-empty as TableReader::columns says; cuts outer blanks.
std::vector<std::string> usable_names(std::vector<std::string> names);

}  // namespace lotse::formats
