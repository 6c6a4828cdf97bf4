#include <gtest/gtest.h>
#include <zip.h>

#include "formats/testing/workbook.h"

namespace lotse::formats::testing {

std::string zip_of(const std::vector<std::pair<std::string, std::string>>& parts) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* buffer = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(buffer);
  zip_t* zip = zip_open_from_source(buffer, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : parts) zip_file_add(zip, name.c_str(), zip_source_buffer(zip, content.data(), content.size(), 0), ZIP_FL_OVERWRITE);
  EXPECT_EQ(zip_close(zip), 0);
  zip_source_open(buffer);
  zip_stat_t stat;
  zip_source_stat(buffer, &stat);
  std::string out(stat.size, '\0');
  EXPECT_EQ(zip_source_read(buffer, out.data(), out.size()), static_cast<zip_int64_t>(out.size()));
  zip_source_close(buffer);
  zip_source_free(buffer);
  return out;
}

std::string xlsx_of(const Workbook& book) {
  const std::string types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  std::string sheets, relations;
  std::vector<std::pair<std::string, std::string>> parts;
  for (size_t i = 0; i < book.sheets.size(); ++i) {
    const std::string n = std::to_string(i + 1);
    sheets += "<sheet name=\"" + book.sheets[i].first + "\" sheetId=\"" + n + "\" r:id=\"rId" + n + "\"/>";
    relations += "<Relationship Id=\"rId" + n + "\" Type=\"" + types + "/worksheet\" Target=\"worksheets/sheet" + n + ".xml\"/>";
    parts.emplace_back("xl/worksheets/sheet" + n + ".xml", "<worksheet><sheetData>" + book.sheets[i].second + "</sheetData>" + book.after_rows + "</worksheet>");
  }
  relations += "<Relationship Id=\"s\" Type=\"" + types + "/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/>";
  relations += "<Relationship Id=\"t\" Type=\"" + types + "/styles\" Target=\"styles.xml\"/>";
  std::string shared;
  for (const std::string& s : book.shared) shared += "<si>" + s + "</si>";
  parts.emplace_back("_rels/.rels", "<Relationships><Relationship Id=\"r\" Type=\"" + types + "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
  parts.emplace_back("xl/_rels/workbook.xml.rels", "<Relationships>" + relations + "</Relationships>");
  parts.emplace_back("xl/workbook.xml", "<workbook xmlns:r=\"x\"><workbookPr" + std::string(book.epoch_1904 ? " date1904=\"1\"" : "") + "/><sheets>" + sheets + "</sheets></workbook>");
  parts.emplace_back("xl/sharedStrings.xml", "<sst>" + shared + "</sst>");
  parts.emplace_back("xl/styles.xml",
                     "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd\\.mm\\.yyyy;@\"/><numFmt numFmtId=\"165\" formatCode=\"[$-407]dd/mm/yyyy\\ hh:mm\"/>"
                     "<numFmt numFmtId=\"166\" formatCode=\"00000\"/><numFmt numFmtId=\"167\" formatCode=\"0.00 &quot;days&quot;\"/></numFmts>"
                     "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"20\"/>"
                     "<xf numFmtId=\"166\"/><xf numFmtId=\"22\"/><xf numFmtId=\"167\"/></cellXfs></styleSheet>");
  return zip_of(parts);
}

}  // namespace lotse::formats::testing
