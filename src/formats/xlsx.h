#pragma once
#include <optional>

#include "formats/byte_source.h"
#include "formats/table.h"

namespace lotse::formats {

struct XlsxLimits {
  uint64_t part_bytes_max = uint64_t{4} << 30;         ///< one sheet, inflated
  uint64_t shared_text_bytes_max = uint64_t{1} << 30;  ///< the texts that all sheets share; held in memory
  uint64_t ratio_max = 500;                            ///< inflated to stored size of a part above 16 MiB
  size_t columns_max = 5000;
  size_t cell_bytes_max = size_t{128} << 10;           ///< Excel itself ends at 32,767 characters
  size_t row_bytes_max = size_t{16} << 20;
  size_t merged_ranges_max = 2'000'000;  ///< of one sheet, that span several rows; 12 bytes each
};

/// An Excel workbook (.xlsx, .xlsm). Borrows the file.
///
///   errors   xlsx_legacy     an .xls file of Excel 97 to 2003
///            xlsx_encrypted  protected by a password
///            xlsx_broken     no zip, or a needed part is missing or damaged; detail says which
///            xml_broken      a part is no well-formed XML
///            xlsx_too_large  a limit was passed
///            xml_doctype     a part has a DOCTYPE
class XlsxBook {
 public:
  static Result<std::unique_ptr<XlsxBook>> open(ByteFile& file, XlsxLimits limits = {});
  virtual ~XlsxBook() = default;

  /// Names of the visible and hidden sheets in the book's order; charts are left out.
  virtual const std::vector<std::string>& sheets() const = 0;

  /// Rows of one sheet, streamed. The first non-empty row is the header where `has_header`.
  ///
  /// Texts as shown; numbers as the shortest text that reads back equal; dates by the cell's number format as ISO text
  /// without zone ("2024-12-31T14:05:06", a date alone "2024-12-31", a time alone "14:05:06"); booleans "true"/"false";
  /// formulas by their stored value; errors as "#N/A" with CellKind::error. Rows without any text are left out;
  /// RowBlock::row_number is the sheet's row. Cells merged down a column below the header all have the first one's value, where
  /// they have none of their own; of a range over several columns the first column only. A sheet names its merged cells after
  /// its rows: opening one reads it to its end (0.2 s for 100 MB, unpacked).
  ///   errors   sheet_not_found, empty_file (no row), and those above
  /// Several readers of one book may not be used at the same time.
  virtual Result<std::unique_ptr<TableReader>> read(std::string_view sheet, bool has_header = true) = 0;
};

/// True where `bytes` begin like a zip file, or like an old Excel file (which XlsxBook::open answers clearly).
bool is_workbook(std::string_view bytes);

}  // namespace lotse::formats
