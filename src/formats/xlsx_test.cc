#include "formats/xlsx.h"

#include <gtest/gtest.h>

#include "formats/testing/workbook.h"

namespace lotse::formats {
namespace {

using testing::Workbook;
using testing::xlsx_of;

struct Sheet {
  std::vector<std::string> columns;
  std::vector<std::string> rows;
  std::vector<uint64_t> numbers;
  std::vector<std::string> problems;
};

Result<Sheet> read(const std::string& bytes, std::string_view sheet = "Log", bool header = true, XlsxLimits limits = {}) {
  MemoryFile file(bytes);
  auto book = TRY(XlsxBook::open(file, limits));
  auto table = TRY(book->read(sheet, header));
  Sheet out{.columns = table->columns(), .rows = {}, .numbers = {}, .problems = {}};
  RowBlock block;
  while (TRY(table->next(block))) {
    for (size_t r = 0; r < block.row_count(); ++r) {
      out.rows.push_back(block.row_text(r));
      out.numbers.push_back(block.row_number(r));
    }
    for (const RowProblem& p : block.problems()) out.problems.push_back(p.code);
  }
  return out;
}

Workbook one(std::string rows, std::vector<std::string> shared = {}) { return {.sheets = {{"Log", std::move(rows)}}, .shared = std::move(shared)}; }

TEST(Xlsx, ReadsEveryKindOfCell) {
  const auto sheet = read(xlsx_of(one(
      "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='D1' t='inlineStr'><is><t>Zeit</t></is></c></row>"
      "<row r='3'><c r='A3' t='n'><v>42</v></c><c r='B3' t='b'><v>1</v></c><c r='C3' t='e'><v>#N/A</v></c><c r='D3' s='2'><v>45657.586875</v></c></row>"
      "<row r='4'><c r='A4' s='4'><v>42</v></c><c r='B4' t='str'><f>A1</f><v>formula</v></c><c r='C4' s='1'><v>45657</v></c><c r='D4' s='5'><v>45657.5</v></c></row>"
      "<row r='5'><c r='A5'><v>0.1</v></c><c r='B5' s='3'><v>0.25</v></c><c r='C5' s='6'><v>1.5</v></c></row>"
      "<row r='6'><c r='A6'/><c r='B6' s='1'/></row>",
      {"<t>Kunde</t>", "<r><t>Nu</t></r><r><t xml:space='preserve'>m </t></r><rPh><t>xxx</t></rPh>"})));
  ASSERT_TRUE(sheet) << sheet.error().detail;
  EXPECT_EQ(sheet->columns, (std::vector<std::string>{"Kunde", "Num", "column_3", "Zeit"}));
  EXPECT_EQ(sheet->rows, (std::vector<std::string>{"42;true;#N/A;2024-12-31T14:05:06", "00042;formula;2024-12-31;2024-12-31T12:00:00", "0.1;06:00:00;1.5"}));
  EXPECT_EQ(sheet->numbers, (std::vector<uint64_t>{3, 4, 5}));
}

TEST(Xlsx, CountsFrom1904WhereTheBookSaysSo) {
  Workbook book = one("<row><c t='inlineStr'><is><t>t</t></is></c></row><row><c s='1'><v>44195</v></c></row>");
  book.epoch_1904 = true;
  EXPECT_EQ(read(xlsx_of(book))->rows, std::vector<std::string>{"2024-12-31"});
}

TEST(Xlsx, SkipsTitlesAboveTheHeader) {
  const auto cell = [](std::string ref, std::string text) { return "<c r='" + ref + "' t='inlineStr'><is><t>" + text + "</t></is></c>"; };
  const auto sheet = read(xlsx_of(one("<row r='1'>" + cell("A1", "Report 2024") + "</row><row r='3'>" + cell("A3", "a") + cell("B3", "b") + cell("C3", "c") + "</row><row r='4'>" +
                                      cell("A4", "1") + cell("B4", "2") + cell("C4", "3") + cell("E4", "beyond") + "</row>"))).value();
  EXPECT_EQ(sheet.columns, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(sheet.rows, std::vector<std::string>{"1;2;3;;beyond"});
  EXPECT_EQ(sheet.problems, std::vector<std::string>{"too_many_cells"});
}

TEST(Xlsx, WithoutHeaderAndOtherSheets) {
  Workbook book = one("<row><c><v>1</v></c><c><v>2</v></c></row>");
  book.sheets.emplace_back("Zwei &amp; drei", "");
  const std::string bytes = xlsx_of(book);
  EXPECT_EQ(read(bytes, "Log", false)->columns, (std::vector<std::string>{"column_1", "column_2"}));
  EXPECT_EQ(read(bytes, "Zwei & drei").error().code, "empty_file");
  EXPECT_EQ(read(bytes, "Nope").error().code, "sheet_not_found");
  MemoryFile file(bytes);
  EXPECT_EQ(XlsxBook::open(file).value()->sheets(), (std::vector<std::string>{"Log", "Zwei & drei"}));
}

std::string merged(std::initializer_list<std::string_view> ranges) {
  std::string out = "<mergeCells>";
  for (std::string_view range : ranges) out += "<mergeCell ref='" + std::string(range) + "'/>";
  return out + "</mergeCells>";
}
std::string row_of(size_t number, std::initializer_list<std::string_view> cells) {
  std::string out = "<row r='" + std::to_string(number) + "'>";
  char column = 'A';
  for (std::string_view text : cells) {
    if (!text.empty()) out += std::string("<c r='") + column + std::to_string(number) + "' t='inlineStr'><is><t>" + std::string(text) + "</t></is></c>";
    ++column;
  }
  return out + "</row>";
}

TEST(Xlsx, CellsMergedDownHaveTheFirstOnesValue) {
  Workbook book = one(row_of(1, {"Kunde", "Art", "Ort"}) + row_of(2, {"K1", "Anruf", "Bonn"}) + row_of(3, {"", "Mail"}) + row_of(4, {"own", "Brief", ""}) +
                      row_of(5, {"", "Fax"}) + row_of(6, {"K2", "Anruf"}) + row_of(8, {"", "Mail", "Ulm"}));
  book.after_rows = merged({"A2:A4", "C3:C5", "A6:B8", "$A$20:$A$30", "B2:C2", "rubbish", "A9"});
  // Row 5 lies below the range: empty cells that are not merged stay empty, and so do the second columns of a range.
  EXPECT_EQ(read(xlsx_of(book))->rows, (std::vector<std::string>{"K1;Anruf;Bonn", "K1;Mail", "own;Brief", ";Fax", "K2;Anruf", "K2;Mail;Ulm"}));
  EXPECT_EQ(read(xlsx_of(book))->numbers, (std::vector<uint64_t>{2, 3, 4, 5, 6, 8}));
}

TEST(Xlsx, MergedTitlesHeadersAndWholeRowsMakeNoRows) {
  Workbook book = one(row_of(1, {"Report"}) + row_of(2, {"Kunde", "Art"}) + row_of(4, {"K1", "Anruf"}) + row_of(6, {"K2", "Mail"}) + "<row r='7'><c r='A7' s='1'/></row>");
  book.after_rows = merged({"A2:A3", "B2:B3", "A4:A5", "B4:B5", "A6:A7", "B6:B7"});
  const auto sheet = read(xlsx_of(book)).value();
  EXPECT_EQ(sheet.columns, (std::vector<std::string>{"Kunde", "Art"}));
  EXPECT_EQ(sheet.rows, (std::vector<std::string>{"K1;Anruf", "K2;Mail"}));
  EXPECT_EQ(read(xlsx_of(book), "Log", false)->rows.size(), 4u);
}

TEST(Xlsx, MergedCellsOfALongSheetWithPrefixes) {
  std::string rows = "<x:row><x:c t='str'><x:v>who</x:v></x:c><x:c t='str'><x:v>n</x:v></x:c></x:row>";
  for (int i = 2; i <= 60'001; ++i)
    rows += "<x:row>" + std::string(i % 3 == 2 ? "<x:c r='A" + std::to_string(i) + "' t='str'><x:v>K" + std::to_string(i) + "</x:v></x:c>" : "") + "<x:c r='B" +
            std::to_string(i) + "'><x:v>" + std::to_string(i) + "</x:v></x:c></x:row>";
  std::string ranges = "<x:mergeCells>";
  for (int i = 2; i <= 60'001; i += 3) ranges += "<x:mergeCell ref='A" + std::to_string(i) + ":A" + std::to_string(i + 2) + "'/>";
  const std::string types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string bytes = testing::zip_of(
      {{"xl/workbook.xml", "<workbook xmlns:r='x'><sheets><sheet name='Log' r:id='a'/></sheets></workbook>"},
       {"xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id='a' Type='" + types + "/worksheet' Target='s.xml'/></Relationships>"},
       {"xl/s.xml", "<?xml version='1.0'?><x:worksheet xmlns:x='y'><x:sheetData>" + rows + "</x:sheetData>" + ranges + "</x:mergeCells></x:worksheet>"}});
  const auto sheet = read(bytes);
  ASSERT_TRUE(sheet) << sheet.error().detail;
  ASSERT_EQ(sheet->rows.size(), 60'000u);
  EXPECT_EQ(sheet->rows[59'999], "K59999;60001");
  for (size_t i = 0; i < sheet->rows.size(); ++i) ASSERT_TRUE(sheet->rows[i].starts_with("K" + std::to_string(i / 3 * 3 + 2) + ";")) << sheet->rows[i];
  EXPECT_EQ(read(bytes, "Log", true, {.merged_ranges_max = 19'999}).error().code, "xlsx_too_large");
}

TEST(Xlsx, ManyRowsComeInBlocks) {
  std::string rows = "<row><c t='inlineStr'><is><t>n</t></is></c></row>";
  for (int i = 0; i < 20'000; ++i) rows += "<row><c><v>" + std::to_string(i) + "</v></c></row>";
  const auto sheet = read(xlsx_of(one(rows))).value();
  ASSERT_EQ(sheet.rows.size(), 20'000u);
  EXPECT_EQ(sheet.rows[19'999], "19999");
  EXPECT_EQ(sheet.numbers[19'999], 20'001u);
}

TEST(Xlsx, BadFilesAreClearErrors) {
  const std::string good = xlsx_of(one("<row><c><v>1</v></c></row><row><c><v>2</v></c></row>"));
  EXPECT_EQ(read("").error().code, "empty_file");
  EXPECT_EQ(read("PK\x03\x04 no zip").error().code, "xlsx_broken");
  EXPECT_EQ(read(good.substr(0, good.size() / 2)).error().code, "xlsx_broken");
  EXPECT_EQ(read(testing::zip_of({{"a.txt", "text"}})).error().code, "zip_not_workbook");
  const std::string ole("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
  EXPECT_EQ(read(ole + std::string(2000, '\0')).error().code, "xlsx_legacy");
  std::string encrypted = ole + std::string(2000, '\0');
  encrypted[30] = 9;  // sectors of 512 bytes; the directory is sector 0
  for (size_t i = 0; i < 16; ++i) encrypted[512 + 2 * i] = "EncryptedPackage"[i];
  EXPECT_EQ(read(encrypted).error().code, "xlsx_encrypted");
  EXPECT_EQ(read(xlsx_of(one("<row><c t='s'><v>7</v></c></row>"))).error().code, "xlsx_broken");
  EXPECT_EQ(read(xlsx_of(one("<row><c>"))).error().code, "xml_broken");
}

TEST(Xlsx, BombsAndBreadthAreBounded) {
  const std::string bomb = xlsx_of(one("<row><c t='inlineStr'><is><t>x</t></is></c></row>" + std::string(40 << 20, ' ')));
  EXPECT_EQ(read(bomb).error().code, "xlsx_too_large");
  EXPECT_EQ(read(xlsx_of(one("<row><c t='inlineStr'><is><t>" + std::string(2 << 20, 'x') + "</t></is></c></row>"))).error().code, "xlsx_too_large");
  EXPECT_EQ(read(xlsx_of(one("<row><c r='A1'><v>1</v></c><c r='ZZZ1'><v>1</v></c></row>"))).error().code, "too_many_columns");
  EXPECT_EQ(read(xlsx_of(one("", {"<t>" + std::string(3 << 20, 'x') + "</t>"})), "Log", true, {.shared_text_bytes_max = 1 << 20}).error().code, "xlsx_too_large");
  std::string repeated = "<row>";
  for (int i = 0; i < 200; ++i) repeated += "<c t='s'><v>0</v></c>";
  EXPECT_EQ(read(xlsx_of(one(repeated + "</row>", {"<t>" + std::string(120 << 10, 'x') + "</t>"}))).error().code, "xlsx_too_large");
  // Long values merged over one row after another: more than a row may hold stays open at once.
  std::string stairs = row_of(1, {"a", "b", "c"});
  for (size_t i = 0; i < 3; ++i) stairs += "<row r='" + std::to_string(i + 2) + "'><c r='" + std::string(1, "ABC"[i]) + std::to_string(i + 2) + "' t='s'><v>0</v></c></row>";
  Workbook open = one(stairs + "<row r='9'><c r='D9'><v>1</v></c></row>", {"<t>" + std::string(50 << 10, 'x') + "</t>"});
  open.after_rows = merged({"A2:A99", "B3:B99", "C4:C99"});
  EXPECT_EQ(read(xlsx_of(open), "Log", true, {.row_bytes_max = 120 << 10}).error().code, "xlsx_too_large");
  EXPECT_TRUE(read(xlsx_of(open)));
  EXPECT_EQ(read(testing::zip_of({{"_rels/.rels", "<!DOCTYPE x [<!ENTITY a 'b'>]><Relationships/>"}})).error().code, "xml_doctype");
}

}  // namespace
}  // namespace lotse::formats
