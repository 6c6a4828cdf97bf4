#include "formats/xlsx.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <map>

#include "formats/detail/xlsx_merge.h"
#include "formats/detail/xlsx_style.h"
#include "formats/detail/xml.h"
#include "formats/detail/zip.h"

namespace lotse::formats {
namespace {

using detail::local_name;
using detail::NumberStyle;
using detail::SheetRow;

constexpr std::string_view ole_mark("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);

bool is_true(std::string_view s) { return s == "1" || s == "true" || s == "on"; }

// "_x000D_" stands for the character U+000D.
void append_unescaped(std::string& out, std::string_view s) {
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '_' && i + 6 < s.size() && s[i + 1] == 'x' && s[i + 6] == '_') {
      uint32_t c = 0;
      bool hex = true;
      for (size_t k = i + 2; k < i + 6; ++k) {
        const char h = s[k];
        const int digit = h >= '0' && h <= '9' ? h - '0' : (h | 0x20) >= 'a' && (h | 0x20) <= 'f' ? (h | 0x20) - 'a' + 10 : -1;
        hex = hex && digit >= 0;
        c = c * 16 + static_cast<uint32_t>(digit & 15);
      }
      if (hex && c < 0x80 && c > 0) {
        out += static_cast<char>(c);
        i += 6;
        continue;
      }
    }
    out += s[i];
  }
}

// Elements that only matter by name and attributes.
class Listing final : public detail::XmlPull {
 public:
  using Handler = std::function<void(std::string_view name, std::string_view parent, const std::function<std::string_view(std::string_view)>&)>;
  Listing(ByteSource& bytes, std::string part, Handler handler) : XmlPull(bytes, std::move(part)), handler_(std::move(handler)) {}

 protected:
  void start(std::string_view name, const char** attributes) override {
    handler_(local_name(name), open_.empty() ? std::string_view() : open_.back(), [&](std::string_view wanted) -> std::string_view {
      for (const char** a = attributes; *a; a += 2)
        if (local_name(a[0]) == wanted) return a[1];
      return {};
    });
    open_.emplace_back(local_name(name));
  }
  void end(std::string_view) override { open_.pop_back(); }

 private:
  Handler handler_;
  std::vector<std::string> open_;
};

// All texts of sharedStrings.xml in one block.
class SharedTexts final : public detail::XmlPull {
 public:
  SharedTexts(ByteSource& bytes, const std::string& part, uint64_t bytes_max, std::string& text, std::vector<uint64_t>& ends)
      : XmlPull(bytes, part), bytes_max_(bytes_max), text_(text), ends_(ends) {
    want_text();
  }

 protected:
  void start(std::string_view full, const char**) override {
    const std::string_view name = local_name(full);
    if (name == "rPh") ++phonetic_;
    in_t_ = name == "t" && phonetic_ == 0;
  }
  void end(std::string_view full) override {
    const std::string_view name = local_name(full);
    if (name == "rPh") --phonetic_;
    if (name == "t") in_t_ = false;
    if (name != "si") return;
    append_unescaped(text_, one_);
    one_.clear();
    ends_.push_back(text_.size());
    if (text_.size() + ends_.size() * 8 > bytes_max_) too_large();
  }
  void text(std::string_view s) override {
    if (!in_t_) return;
    one_ += s;
    if (one_.size() > (size_t{16} << 20)) too_large();
  }

 private:
  void too_large() {
    fail(Error::make(ErrorKind::too_large, "xlsx_too_large", "The Excel file holds more text than is allowed. Save it as CSV or split it."));
  }
  uint64_t bytes_max_;
  std::string& text_;
  std::vector<uint64_t>& ends_;
  std::string one_;
  bool in_t_ = false;
  int phonetic_ = 0;
};

struct Book {
  std::unique_ptr<detail::Zip> zip;
  XlsxLimits limits;
  std::vector<std::string> names;
  std::vector<std::string> parts;                                     // of each sheet
  std::map<std::string, std::vector<detail::MergedDown>> merged;      // by part, of the sheets that were read
  std::vector<NumberStyle> styles;
  bool epoch_1904 = false;
  std::string shared_part;
  bool shared_read = false;
  std::string shared_text;
  std::vector<uint64_t> shared_ends;

  std::optional<std::string_view> shared(size_t i) const {
    if (i >= shared_ends.size()) return std::nullopt;
    const uint64_t begin = i == 0 ? 0 : shared_ends[i - 1];
    return std::string_view(shared_text).substr(begin, shared_ends[i] - begin);
  }
  NumberStyle style(std::string_view index) const {
    const size_t i = std::strtoul(std::string(index).c_str(), nullptr, 10);
    return index.empty() || i >= styles.size() ? NumberStyle{} : styles[i];
  }
};

// Gives row after row of one sheet.
class SheetRows final : public detail::XmlPull {
 public:
  SheetRows(ByteSource& bytes, const std::string& part, const Book& book) : XmlPull(bytes, part), book_(book) { want_text(); }

  // The next row with any text; false at the end.
  Result<bool> next(SheetRow& row) {
    row_ = &row;
    row.clear();
    ready_ = false;
    TRY(run());
    return ready_;
  }

 protected:
  void start(std::string_view full, const char** attributes) override {
    const std::string_view name = local_name(full);
    if (name == "row") {
      const std::string_view r = attribute(attributes, "r");
      number_ = r.empty() ? number_ + 1 : std::strtoull(std::string(r).c_str(), nullptr, 10);
      column_ = 0;
      row_->clear();
      row_->number = number_;
    } else if (name == "c") {
      if (const auto column = detail::column_of(attribute(attributes, "r"))) column_ = *column;
      type_ = attribute(attributes, "t");
      style_ = book_.style(attribute(attributes, "s"));
      value_.clear();
      in_cell_ = true;
    } else if (in_cell_ && name == "rPh") {
      ++phonetic_;
    } else if (in_cell_) {
      in_value_ = name == "v" || (name == "t" && phonetic_ == 0);
    }
  }

  void end(std::string_view full) override {
    const std::string_view name = local_name(full);
    if (name == "c") {
      put_cell();
      in_cell_ = in_value_ = false;
      ++column_;
    } else if (name == "row") {
      if (row_->filled() > 0 || row_->beyond) {
        ready_ = true;
        suspend();
      }
    } else if (name == "rPh" && in_cell_) {
      --phonetic_;
    } else if (name == "v" || name == "t") {
      in_value_ = false;
    }
  }

  void text(std::string_view s) override {
    if (!in_value_) return;
    value_ += s;
    if (value_.size() > book_.limits.cell_bytes_max) too_large();
  }

 private:
  void too_large() {
    fail(Error::make(ErrorKind::too_large, "xlsx_too_large", fmt::format("A cell or all cells of row {} hold more text than is allowed. Split it.", number_)));
  }

  void put_cell() {
    if (value_.empty()) return;
    if (column_ >= book_.limits.columns_max) {
      row_->beyond = true;
      return;
    }
    SheetRow::Cell& cell = row_->at(column_);
    if (type_ == "s") {
      if (const auto text = book_.shared(std::strtoull(value_.c_str(), nullptr, 10))) cell.text = *text;
      else return fail(Error::invalid("xlsx_broken", "", fmt::format("A cell in row {} refers to a text that is not there. Save the file again.", number_)));
    } else if (type_ == "str" || type_ == "inlineStr") {
      append_unescaped(cell.text, value_);
    } else if (type_ == "b") {
      cell = {is_true(value_) ? "true" : "false", CellKind::boolean};
    } else if (type_ == "e") {
      cell = {value_, CellKind::error};
    } else if (type_ == "d") {
      cell = {value_, CellKind::timestamp};
    } else {
      char* end;
      const double number = std::strtod(value_.c_str(), &end);
      if (end == value_.c_str()) {
        cell.text = value_;
      } else {
        bool stamp;
        cell.text = detail::show_number(number, style_, book_.epoch_1904, stamp);
        cell.kind = stamp ? CellKind::timestamp : style_.kind == NumberStyle::Kind::number ? CellKind::number : CellKind::text;
      }
    }
    // A short file may refer to one long shared text again and again.
    row_->bytes += cell.text.size();
    if (cell.text.size() > book_.limits.cell_bytes_max || row_->bytes > book_.limits.row_bytes_max) too_large();
  }

  const Book& book_;
  SheetRow* row_ = nullptr;
  uint64_t number_ = 0;
  size_t column_ = 0;
  std::string type_, value_;
  NumberStyle style_;
  bool in_cell_ = false, in_value_ = false, ready_ = false;
  int phonetic_ = 0;
};

class SheetTable final : public TableReader {
 public:
  SheetTable(std::unique_ptr<ByteSource> bytes, const std::string& part, const Book& book, const std::vector<detail::MergedDown>& merged)
      : book_(book), bytes_(std::move(bytes)), rows_(*bytes_, part, book), merged_(merged), fill_(merged, 0) {}

  Result<> open(bool has_header) {
    constexpr size_t looked_at = 20;
    SheetRow row;
    size_t most = 0;
    while (lead_.size() < looked_at && TRY(rows_.next(row))) {
      if (row.beyond)
        return Error::make(ErrorKind::too_large, "too_many_columns",
                           fmt::format("Row {} has more than {} columns. Is this sheet a table?", row.number, book_.limits.columns_max));
      row.cells.resize(row.used);
      lead_.push_back(row);
      most = std::max(most, row.filled());
    }
    if (lead_.empty()) return Error::invalid("empty_file", "", "The sheet is empty: there is not a single row in it. Choose another sheet.");
    std::vector<std::string> names;
    if (has_header) {
      // Titles above the table fill one or two cells; the header is the first row that is nearly as wide as the table.
      size_t header = 0;
      while (lead_[header].filled() * 10 < most * 6) ++header;
      for (size_t i = 0; i < lead_[header].used; ++i) names.push_back(lead_[header].cells[i].text);
      lead_given_ = header + 1;
      limited_ = true;
      fill_ = {merged_, lead_[header].number};
    } else {
      size_t width = 0;
      for (const SheetRow& r : lead_) width = std::max(width, r.used);
      names.resize(width);
    }
    columns_ = usable_names(std::move(names));
    return {};
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  Result<bool> next(RowBlock& block) override {
    constexpr size_t rows_max = 8192, bytes_max = size_t{1} << 20;
    block.clear();
    for (; lead_given_ < lead_.size(); ++lead_given_) TRY(give(block, lead_[lead_given_]));
    while (block.row_count() < rows_max && block.built_bytes() < bytes_max && TRY(rows_.next(row_))) TRY(give(block, row_));
    return block.row_count() > 0;
  }

 private:
  // Only rows with a text of their own come here: of rows merged in all their columns the first one is the event.
  Result<> give(RowBlock& block, SheetRow& row) {
    if (!fill_.fill(row, book_.limits.row_bytes_max))
      return Error::make(ErrorKind::too_large, "xlsx_too_large", fmt::format("The merged cells of row {} hold more text than is allowed. Split it.", row.number));
    if (block.row_count() == 0) {
      first_number_ = row.number;
      block.set_first_record(row.number);
    }
    bool too_many = row.beyond;
    for (size_t i = 0; i < row.used; ++i) {
      block.add_cell(row.cells[i].text, row.cells[i].kind);
      too_many = too_many || (limited_ && i >= columns_.size() && !row.cells[i].text.empty());
    }
    block.end_row(static_cast<uint32_t>(row.number >= first_number_ ? row.number - first_number_ : 0));
    if (too_many) block.add_problem("too_many_cells");
    return {};
  }

  const Book& book_;
  std::unique_ptr<ByteSource> bytes_;
  SheetRows rows_;
  const std::vector<detail::MergedDown>& merged_;
  detail::FillDown fill_;
  std::vector<SheetRow> lead_;
  size_t lead_given_ = 0;
  uint64_t first_number_ = 1;
  bool limited_ = false;
  SheetRow row_;
  std::vector<std::string> columns_;
};

std::string folder_of(const std::string& part) {
  const size_t slash = part.rfind('/');
  return slash == std::string::npos ? "" : part.substr(0, slash + 1);
}

// A relationship's target as a part's name.
std::string resolve(const std::string& base, std::string_view target) {
  std::string path = target.starts_with('/') ? std::string(target.substr(1)) : folder_of(base) + std::string(target);
  for (size_t at; (at = path.find("/../")) != std::string::npos;) {
    const size_t before = at == 0 ? std::string::npos : path.rfind('/', at - 1);
    path.erase(before == std::string::npos ? 0 : before + 1, at + 4 - (before == std::string::npos ? 0 : before + 1));
  }
  while (path.starts_with("./")) path.erase(0, 2);
  return path;
}

class BookImpl final : public XlsxBook {
 public:
  const std::vector<std::string>& sheets() const override { return book_.names; }

  Result<> open(ByteFile& file, XlsxLimits limits) {
    book_.limits = limits;
    book_.zip = TRY(detail::Zip::open(file));
    std::string workbook = "xl/workbook.xml";
    if (book_.zip->has("_rels/.rels"))
      for (const auto& [id, r] : TRY(relations("", "_rels/.rels")))
        if (r.type.ends_with("/officeDocument")) workbook = r.target;
    if (!book_.zip->has(workbook))
      return Error::invalid("zip_not_workbook", "", "This is a zip file, but no Excel workbook (.xlsx). Unpack it, or save the table as .xlsx or CSV.");
    const auto links = TRY(relations(workbook, folder_of(workbook) + "_rels/" + workbook.substr(folder_of(workbook).size()) + ".rels"));
    std::string styles;
    for (const auto& [id, r] : links) {
      if (r.type.ends_with("/sharedStrings")) book_.shared_part = r.target;
      if (r.type.ends_with("/styles")) styles = r.target;
    }
    auto done = list(workbook, [&](std::string_view name, std::string_view, const auto& value) {
      if (name == "workbookPr") book_.epoch_1904 = is_true(value("date1904"));
      if (name != "sheet") return;
      const auto it = links.find(std::string(value("id")));
      if (it == links.end() || !it->second.type.ends_with("/worksheet")) return;
      book_.names.emplace_back(value("name"));
      book_.parts.push_back(it->second.target);
    });
    if (!done) return done.error();
    if (book_.names.empty()) return Error::invalid("xlsx_broken", "", "The Excel file has no worksheet. Save the table as .xlsx or CSV.");
    if (styles.empty() || !book_.zip->has(styles)) return {};
    std::map<uint32_t, NumberStyle> custom;
    const auto number = [](std::string_view s) { return static_cast<uint32_t>(std::strtoul(std::string(s).c_str(), nullptr, 10)); };
    return list(styles, [&](std::string_view name, std::string_view parent, const auto& value) {
      if (name == "numFmt") custom[number(value("numFmtId"))] = detail::style_of_code(value("formatCode"));
      if (name == "xf" && parent == "cellXfs") {
        const uint32_t id = number(value("numFmtId"));
        const auto it = custom.find(id);
        book_.styles.push_back(it == custom.end() ? detail::builtin_style(id) : it->second);
      }
    });
  }

  Result<std::unique_ptr<TableReader>> read(std::string_view sheet, bool has_header) override {
    const auto it = std::find(book_.names.begin(), book_.names.end(), sheet);
    if (it == book_.names.end()) {
      std::string names;
      for (const std::string& n : book_.names) names += (names.empty() ? "" : ", ") + n;
      return Error::make(ErrorKind::not_found, "sheet_not_found", fmt::format("There is no sheet \"{}\". The sheets are: {}.", sheet, names));
    }
    if (!book_.shared_read && !book_.shared_part.empty() && book_.zip->has(book_.shared_part)) {
      auto bytes = TRY(book_.zip->part(book_.shared_part, limits()));
      SharedTexts texts(*bytes, book_.shared_part, book_.limits.shared_text_bytes_max, book_.shared_text, book_.shared_ends);
      TRY(texts.run());
    }
    book_.shared_read = true;
    const std::string& part = book_.parts[static_cast<size_t>(it - book_.names.begin())];
    auto merged = book_.merged.find(part);
    if (merged == book_.merged.end()) {
      auto bytes = TRY(book_.zip->part(part, limits()));
      merged = book_.merged.emplace(part, TRY(detail::merged_down(*bytes, part, book_.limits.columns_max, book_.limits.merged_ranges_max))).first;
    }
    auto table = std::make_unique<SheetTable>(TRY(book_.zip->part(part, limits())), part, book_, merged->second);
    if (auto opened = table->open(has_header); !opened) return opened.error();
    return table;
  }

 private:
  struct Relation {
    std::string type, target;
  };
  detail::Zip::PartLimits limits() const { return {book_.limits.part_bytes_max, book_.limits.ratio_max}; }

  Result<> list(const std::string& part, Listing::Handler handler) {
    auto bytes = TRY(book_.zip->part(part, {uint64_t{64} << 20, book_.limits.ratio_max}));
    Listing listing(*bytes, part, std::move(handler));
    TRY(listing.run());
    return {};
  }

  Result<std::map<std::string, Relation>> relations(const std::string& base, const std::string& part) {
    std::map<std::string, Relation> out;
    auto done = list(part, [&](std::string_view name, std::string_view, const auto& value) {
      if (name == "Relationship") out[std::string(value("Id"))] = {std::string(value("Type")), resolve(base, value("Target"))};
    });
    if (!done) return done.error();
    return out;
  }

  Book book_;
};

}  // namespace

bool is_workbook(std::string_view bytes) { return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06") || bytes.starts_with(ole_mark); }

Result<std::unique_ptr<XlsxBook>> XlsxBook::open(ByteFile& file, XlsxLimits limits) {
  std::array<char, 512> head;
  const size_t n = TRY(file.read_at(0, head));
  if (n == 0) return Error::invalid("empty_file", "", "The file is empty. Choose another file.");
  if (std::string_view(head.data(), n).starts_with(ole_mark)) {
    // Both old workbooks and encrypted new ones are compound files; the directory names the stream "EncryptedPackage".
    const auto u16 = [&](size_t at) { return static_cast<uint32_t>(static_cast<unsigned char>(head[at]) | static_cast<unsigned char>(head[at + 1]) << 8); };
    bool encrypted = false;
    if (n == head.size() && u16(30) >= 7 && u16(30) <= 16) {
      const uint64_t sector = uint64_t{u16(48)} | uint64_t{u16(50)} << 16;
      std::vector<char> directory(16 * 1024);
      directory.resize(TRY(file.read_at((sector + 1) << u16(30), directory)));
      std::string wide;
      for (char c : std::string_view("EncryptedPackage")) wide += {c, '\0'};
      encrypted = std::string_view(directory.data(), directory.size()).find(wide) != std::string_view::npos;
    }
    return encrypted ? Error::invalid("xlsx_encrypted", "", "The Excel file is protected by a password. Save it without one.")
                     : Error::invalid("xlsx_legacy", "", "This is an old Excel file (.xls). Open it in Excel and save it as .xlsx or CSV.");
  }
  auto book = std::make_unique<BookImpl>();
  if (auto opened = book->open(file, limits); !opened) return opened.error();
  return book;
}

}  // namespace lotse::formats
