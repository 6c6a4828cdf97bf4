// A workbook whose parts are any bytes, and any bytes as a workbook. Input: a byte, then sheet, shared texts and styles,
// parted by a byte 1; a first byte of 0 stands for a raw file.
#include "formats/xlsx.h"

#include <zlib.h>

#include <string>
#include <utility>
#include <vector>

#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

namespace {

void put(std::string& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

// Parts are stored, not deflated, so that the fuzzer sees what it changes.
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& parts) {
  std::string out, directory;
  for (const auto& [name, content] : parts) {
    std::string common;
    put(common, 20, 2), put(common, 0, 2), put(common, 0, 2), put(common, 0, 4);
    put(common, static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()))), 4);
    put(common, static_cast<uint32_t>(content.size()), 4), put(common, static_cast<uint32_t>(content.size()), 4);
    put(common, static_cast<uint32_t>(name.size()), 2), put(common, 0, 2);
    directory += "PK\x01\x02";
    put(directory, 20, 2);
    directory += common;
    put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 4), put(directory, static_cast<uint32_t>(out.size()), 4);
    directory += name;
    out += "PK\x03\x04" + common + name + content;
  }
  const auto begin = static_cast<uint32_t>(out.size());
  out += directory + "PK\x05\x06";
  put(out, 0, 4), put(out, static_cast<uint32_t>(parts.size()), 2), put(out, static_cast<uint32_t>(parts.size()), 2);
  put(out, static_cast<uint32_t>(directory.size()), 4), put(out, begin, 4), put(out, 0, 2);
  return out;
}

void read(const std::string& bytes, bool header) {
  MemoryFile file(bytes);
  auto book = XlsxBook::open(file, {.part_bytes_max = 1 << 20, .shared_text_bytes_max = 1 << 20, .columns_max = 100});
  if (!book) return;
  for (const std::string& sheet : (*book)->sheets()) {
    auto table = (*book)->read(sheet, header);
    if (!table) continue;
    RowBlock block;
    for (;;) {
      const auto more = (*table)->next(block);
      if (!more || !*more) break;
      for (size_t r = 0; r < block.row_count(); ++r) fuzz::check(block.cell_count(r) <= 100, "rows keep to the limit");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 0) {
    read(text, true);
    return 0;
  }
  std::vector<std::string> parts = {""};
  for (char c : text) {
    if (c == 1 && parts.size() < 3) parts.emplace_back();
    else parts.back() += c;
  }
  parts.resize(3);
  const std::string types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const auto relation = [&](const char* id, const char* type, const char* target) {
    return std::string("<Relationship Id=\"") + id + "\" Type=\"" + types + "/" + type + "\" Target=\"" + target + "\"/>";
  };
  read(zip_of({{"xl/workbook.xml", std::string("<workbook><workbookPr date1904=\"") + (data[0] & 2 ? "1" : "0") + "\"/><sheets><sheet name=\"s\" r:id=\"a\"/></sheets></workbook>"},
               {"xl/_rels/workbook.xml.rels", "<Relationships>" + relation("a", "worksheet", "sheet.xml") + relation("b", "sharedStrings", "shared.xml") +
                                                  relation("c", "styles", "styles.xml") + "</Relationships>"},
               {"xl/sheet.xml", parts[0]},
               {"xl/shared.xml", parts[1]},
               {"xl/styles.xml", parts[2]}}),
       (data[0] & 4) == 0);
  return 0;
}
