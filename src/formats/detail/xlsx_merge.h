#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.h"
#include "formats/table.h"

/// Cells of a sheet that are merged down a column: Excel keeps the value in the first one only.
namespace lotse::formats::detail {

struct SheetRow {
  struct Cell {
    std::string text;
    CellKind kind = CellKind::text;
  };
  uint64_t number = 0;      ///< of the sheet, from 1
  std::vector<Cell> cells;  ///< only the first `used` count
  size_t used = 0;
  size_t bytes = 0;     ///< of all texts
  bool beyond = false;  ///< has cells beyond the most columns
  void clear() {
    used = bytes = 0;
    beyond = false;
  }
  size_t filled() const {
    return static_cast<size_t>(std::count_if(cells.begin(), cells.begin() + static_cast<ptrdiff_t>(used), [](const Cell& c) { return !c.text.empty(); }));
  }
  /// The cell at `column`; cells before it that were not used yet are empty.
  Cell& at(size_t column) {
    if (cells.size() <= column) cells.resize(column + 1);
    for (; used <= column; ++used) cells[used] = {};
    return cells[column];
  }
};

/// "$B5" -> 1; none where the reference begins with no column.
std::optional<size_t> column_of(std::string_view reference);

/// A merged range's first column. Of a range over several columns only that one has the value.
struct MergedDown {
  uint32_t first_row, last_row;  ///< from 1, first < last
  uint32_t column;               ///< from 0
};

/// The ranges of a sheet that span more than one row, by first row. A sheet tells them after its rows, so the whole part is
/// read; its rows are skipped unparsed. Memory: 12 bytes a range, and a quarter of a megabyte.
///   errors   xlsx_too_large (more than `ranges_max`, or beyond the part's limits), xml_broken, xml_doctype, xlsx_broken
Result<std::vector<MergedDown>> merged_down(ByteSource& sheet, const std::string& part, size_t columns_max, size_t ranges_max);

/// Gives the rows of a sheet, in order, the values of the ranges that cover them. A cell with a text of its own keeps it.
class FillDown {
 public:
  /// Borrows the ranges. Those that begin at or above `after_row` stay as they are: they belong to titles and header.
  FillDown(const std::vector<MergedDown>& ranges, uint64_t after_row) : ranges_(&ranges), after_row_(after_row) {}
  /// False where the values held, or the row with them, have more than `bytes_max` bytes.
  bool fill(SheetRow& row, size_t bytes_max);

 private:
  struct Value {
    SheetRow::Cell cell;
    size_t column;
    uint64_t last_row;
  };
  const std::vector<MergedDown>* ranges_;
  uint64_t after_row_;
  size_t next_ = 0;
  std::vector<Value> open_;  // at most one a column
  size_t open_bytes_ = 0;
};

}  // namespace lotse::formats::detail
