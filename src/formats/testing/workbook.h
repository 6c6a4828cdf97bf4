#pragma once
#include <string>
#include <utility>
#include <vector>

namespace lotse::formats::testing {

/// A zip file of the given parts (name, content).
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& parts);

/// A minimal workbook; `rows` is the inside of <sheetData>. Cell styles: 0 general, 1 dd.mm.yyyy, 2 dd.mm.yyyy hh:mm,
/// 3 time, 4 "00000", 5 built-in date and time, 6 "0.00 \"days\"".
struct Workbook {
  std::vector<std::pair<std::string, std::string>> sheets;  ///< name, inside of <sheetData>
  std::vector<std::string> shared;                          ///< shared texts, each the inside of <si>
  bool epoch_1904 = false;
  std::string after_rows;  ///< of every sheet, behind </sheetData>: "<mergeCells>…"
};
std::string xlsx_of(const Workbook& book);

}  // namespace lotse::formats::testing
