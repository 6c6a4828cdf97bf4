#include "formats/detect.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>

#include "formats/inflate.h"
#include "formats/number.h"
#include "formats/xlsx.h"

namespace lotse::formats {

// roles.cc
bool names_a_time(std::string_view column_name);
void suggest_ocel_roles(const OcelOptions& options, std::vector<DetectedColumn>& columns);
void suggest_own_roles(std::vector<DetectedColumn>& columns);

namespace {

constexpr size_t sample_bytes = size_t{1} << 20;
constexpr size_t sample_rows = 5000, preview_rows = 20, column_samples = 10;

// Statistics of one column over the sampled rows.
struct ColumnSample {
  uint64_t filled = 0;
  std::unordered_map<std::string, uint64_t> values;
  std::vector<std::string> in_order;  // different values by first appearance
  bool of_timestamps = true;          // every filled cell is one by the file's own types
  void add(std::string_view text, CellKind kind) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    ++filled;
    of_timestamps = of_timestamps && kind == CellKind::timestamp;
    if (const auto [it, fresh] = values.try_emplace(std::string(text), 0); fresh) in_order.push_back(it->first);
  }
};

ColumnKind kind_of(const ColumnSample& s, const DetectedColumn& column, DetectedColumn& out, bool numbers_may_be_times) {
  if (s.filled == 0) return ColumnKind::empty;
  std::vector<std::string_view> some;
  // Spread over the sample, for the head of a file is often one day.
  const size_t step = std::max<size_t>(1, s.in_order.size() / 1000);
  for (size_t i = 0; i < s.in_order.size(); i += step) some.push_back(s.in_order[i]);
  size_t integers = 0, decimals_point = 0, decimals_comma = 0, booleans = 0;
  for (std::string_view v : some) {
    if (read_integer(v)) ++integers;
    if (read_decimal(v, '.')) ++decimals_point;
    if (read_decimal(v, ',')) ++decimals_comma;
    if (v == "true" || v == "false" || v == "True" || v == "False" || v == "TRUE" || v == "FALSE" || v == "ja" || v == "nein") ++booleans;
  }
  const bool numeric = decimals_point == some.size() || decimals_comma == some.size();
  if (auto time = detect_time(some)) {
    if (!numeric || numbers_may_be_times || names_a_time(column.name) || s.of_timestamps) {
      out.time = time;
      return ColumnKind::timestamp;
    }
  }
  if (booleans == some.size()) return ColumnKind::boolean;
  if (integers == some.size()) return ColumnKind::integer;
  if (numeric) {
    out.decimal_mark = decimals_point == some.size() ? '.' : ',';
    // "1.234" alone is a thousand in German and one and a bit in English; a comma elsewhere decides.
    if (decimals_point == some.size() && decimals_comma == some.size()) {
      for (std::string_view v : some)
        if (const size_t comma = v.rfind(','); comma != std::string_view::npos && (v.size() - comma != 4 || v.rfind('.') < comma)) out.decimal_mark = ',';
    }
    return ColumnKind::decimal;
  }
  return ColumnKind::text;
}

// Reads sampled rows from `table`; an error after rows is tolerated where the sample is only a part of the file.
Result<> sample(TableReader& table, bool complete_input, DetectedFile& out) {
  std::vector<ColumnSample> columns;
  RowBlock block;
  out.complete = complete_input;
  bool more = true;
  size_t sampled_bytes = 0;
  while (more) {
    const auto got = table.next(block);
    if (!got) {
      if (complete_input || out.sampled_rows == 0) return got.error();
      break;
    }
    more = *got;
    columns.resize(table.columns().size());
    for (size_t r = 0; r < block.row_count(); ++r) {
      if (out.sampled_rows >= sample_rows || sampled_bytes > 16 * sample_bytes) {
        out.complete = false;
        more = false;
        break;
      }
      ++out.sampled_rows;
      for (size_t c = 0; c < columns.size(); ++c) {
        columns[c].add(block.cell(r, c), block.kind(r, c));
        sampled_bytes += block.cell(r, c).size();
      }
      if (out.rows.size() < preview_rows) {
        auto& row = out.rows.emplace_back();
        for (size_t c = 0; c < columns.size(); ++c) row.emplace_back(block.cell(r, c));
      }
    }
  }
  if (out.sampled_rows == 0)
    return Error::invalid("no_rows", "", "The file holds no rows besides its header. Choose another file.");
  for (auto& row : out.rows) row.resize(columns.size());
  bool any_time = false;
  for (int pass = 0; pass < 2; ++pass) {
    // Bare numbers are taken as times without a hint only where nothing else can be the time.
    if (pass == 1 && any_time) break;
    for (size_t c = 0; c < columns.size(); ++c) {
      if (pass == 0) out.columns.emplace_back();
      DetectedColumn& column = out.columns[c];
      const ColumnSample& s = columns[c];
      column.name = table.columns()[c];
      column.filled_share = static_cast<double>(s.filled) / static_cast<double>(out.sampled_rows);
      column.distinct = s.in_order.size();
      column.samples.assign(s.in_order.begin(), s.in_order.begin() + static_cast<ptrdiff_t>(std::min(column_samples, s.in_order.size())));
      column.time.reset();
      column.kind = kind_of(s, column, column, pass == 1);
      if (pass == 1 && column.time && column.time->layout == TimeLayout::excel_1900) {  // any amount of money could be one
        column.time.reset();
        column.kind = kind_of(s, {}, column, false);
      }
      any_time = any_time || column.kind == ColumnKind::timestamp;
    }
  }
  for (const DetectedColumn& column : out.columns)
    if (column.time && column.time->slash_ambiguous) {
      out.warnings.emplace_back("ambiguous_dates");
      break;
    }
  return {};
}

void note_header(const std::vector<std::string>& raw, DetectedFile& out) {
  bool duplicate = false;
  for (size_t i = 0; i < out.columns.size() && i < raw.size(); ++i) {
    out.columns[i].unnamed = raw[i].empty();
    for (size_t k = 0; k < i; ++k) duplicate = duplicate || (!raw[i].empty() && raw[i] == raw[k]);
  }
  if (duplicate) out.warnings.emplace_back("duplicate_headers");
}

class Opened final : public OpenTable {
 public:
  explicit Opened(ByteFile& file) : file_(file), raw_(file) {}

  Result<> open(const TableOptions& options, std::vector<std::string> first_columns, OtherFormats* others) {
    others_ = others;
    if (options.format == FileFormat::parquet || options.format == FileFormat::ocel_sqlite) {
      if (!others) return Error::invalid("format_not_here", "", "This kind of file cannot be read here.");
      if (options.format == FileFormat::parquet) {
        rows_ = TRY(others->parquet(first_columns));
        return {};
      }
      return open_ocel(TRY(others->ocel_sqlite()), options, std::move(first_columns));
    }
    others_ = nullptr;
    if (is_ocel(options.format)) {
      const SourceMaker source = [this, options] { return std::make_unique<Chain>(file_, options, furthest_); };
      return open_ocel(options.format == FileFormat::ocel_json ? ocel_json(source) : ocel_xml(source), options, std::move(first_columns));
    }
    if (options.format == FileFormat::xlsx) {
      book_ = TRY(XlsxBook::open(file_));
      const std::string sheet = options.sheet.empty() && !book_->sheets().empty() ? book_->sheets().front() : options.sheet;
      rows_ = TRY(book_->read(sheet, options.dialect.has_header));
      return {};
    }
    ByteSource* bytes = &raw_;
    if (options.compressed) bytes = &inflate_.emplace(*bytes);
    if (options.format == FileFormat::xes) {
      auto log = TRY(XesReader::open(*bytes, options.xes, std::move(first_columns)));
      xes_ = log.get();
      rows_ = std::move(log);
      return {};
    }
    decode_.emplace(*bytes, options.encoding);
    if (options.format == FileFormat::json) {
      auto reader = JsonReader::open(*decode_, options.json, std::move(first_columns));
      if (reader->parallel()) json_ = reader.get();
      rows_ = std::move(reader);
      return {};
    }
    auto reader = TRY(CsvReader::open(*decode_, options.dialect));
    csv_ = reader.get();
    rows_ = std::move(reader);
    return {};
  }

  TableReader& rows() override { return *rows_; }
  CsvReader* csv() override { return csv_; }
  JsonReader* json() override { return json_; }
  OcelReader* ocel() override { return ocel_; }
  XesReader* xes() override { return xes_; }
  uint64_t consumed_bytes() const override {
    if (others_) return static_cast<uint64_t>(others_->share_read() * static_cast<double>(file_.size_bytes()));
    return std::max(raw_.offset_bytes(), furthest_);
  }
  uint64_t invalid_bytes() const override { return decode_ ? decode_->invalid_count() : 0; }

 private:
  /// The file's bytes once more from their start.
  class Chain final : public ByteSource {
   public:
    Chain(ByteFile& file, const TableOptions& options, uint64_t& furthest) : raw_(file), furthest_(furthest) {
      if (options.compressed) inflate_.emplace(raw_);
      if (options.format == FileFormat::ocel_json) decode_.emplace(options.compressed ? static_cast<ByteSource&>(*inflate_) : raw_, options.encoding);
    }
    Result<size_t> read(std::span<char> out) override {
      ByteSource& top = decode_ ? static_cast<ByteSource&>(*decode_) : inflate_ ? static_cast<ByteSource&>(*inflate_) : raw_;
      const size_t n = TRY(top.read(out));
      furthest_ = raw_.offset_bytes();
      return n;
    }

   private:
    FileSource raw_;
    uint64_t& furthest_;
    std::optional<InflateSource> inflate_;
    std::optional<DecodeSource> decode_;
  };

  Result<> open_ocel(std::unique_ptr<OcelLog> log, const TableOptions& options, std::vector<std::string> first_columns) {
    auto reader = TRY(OcelReader::open(std::move(log), options.ocel, std::move(first_columns)));
    ocel_ = reader.get();
    rows_ = std::move(reader);
    return {};
  }

  ByteFile& file_;
  FileSource raw_;
  uint64_t furthest_ = 0;
  OtherFormats* others_ = nullptr;
  std::optional<InflateSource> inflate_;
  std::optional<DecodeSource> decode_;
  std::unique_ptr<XlsxBook> book_;
  std::unique_ptr<TableReader> rows_;
  CsvReader* csv_ = nullptr;
  JsonReader* json_ = nullptr;
  OcelReader* ocel_ = nullptr;
  XesReader* xes_ = nullptr;
};

// The start of the file, unpacked; `complete` where that is all.
Result<std::string> head(ByteFile& file, bool& compressed, bool& complete) {
  std::string bytes(std::min<uint64_t>(sample_bytes, file.size_bytes()), '\0');
  FileSource raw(file);
  bytes.resize(TRY(read_full(raw, bytes)));
  compressed = is_compressed(bytes);
  complete = file.size_bytes() <= bytes.size();
  if (!compressed) return bytes;
  FileSource again(file);
  InflateSource inflate(again);
  std::string text(sample_bytes, '\0');
  text.resize(TRY(read_full(inflate, text)));
  complete = text.size() < sample_bytes;
  return text;
}

Error not_a_table() {
  return Error::invalid("not_a_table", "", "The file holds nothing that could be a table. Choose a CSV, Excel (.xlsx), JSON, Parquet, XES or OCEL file.");
}

bool begins_with_one_of(std::string_view bytes, std::initializer_list<std::string_view> marks) {
  return std::any_of(marks.begin(), marks.end(), [&](std::string_view mark) { return bytes.starts_with(mark); });
}

/// Files that are something else, by their first bytes: what people choose by mistake deserves a word of its own.
Result<> refuse_other_kinds(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (begins_with_one_of(bytes, {"Rar!\x1A"sv, "7z\xBC\xAF\x27\x1C"sv, "BZh"sv, "\xFD" "7zXZ\0"sv, "\x28\xB5\x2F\xFD"sv}))
    return Error::invalid("packed_otherwise", "", "The file is packed in a way that Lotse does not read. Unpack it, or pack it as .gz.");
  if (begins_with_one_of(bytes, {"\xFF\xFE\0\0"sv, "\0\0\xFE\xFF"sv}))
    return Error::invalid("utf32_not_read", "", "The file is written in UTF-32. Save it in UTF-8.");
  if (begins_with_one_of(bytes, {"%PDF-"sv, "\x89PNG"sv, "GIF8"sv, "\xFF\xD8\xFF"sv, "{\\rtf"sv})) return not_a_table();
  std::string_view text = bytes.substr(0, 4096);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto skip_blanks = [&] { text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size())); };
  skip_blanks();
  if (!text.starts_with('<')) return {};
  std::string low(text);
  for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  if (low.find("<html") != std::string::npos || low.starts_with("<!doctype html") || low.starts_with("<table") ||
      low.find("urn:schemas-microsoft-com:office:spreadsheet") != std::string::npos)
    return Error::invalid("saved_as_page", "", "This is a web page or an XML that Excel can open, but no Excel file. Open it in Excel and save it as .xlsx.");
  return {};
}

// Inlined, it makes g++ 12 warn of an uninitialised string that is none.
[[gnu::noinline]] FileFormat format_of(std::string_view bytes, bool complete) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("PAR1")) return FileFormat::parquet;
  if (bytes.starts_with("SQLite format 3\0"sv)) return FileFormat::ocel_sqlite;
  if (is_workbook(bytes)) return FileFormat::xlsx;
  const std::string text = decode_text(bytes, detect_encoding(bytes));
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  if (is_xml(bytes)) return has("<object-types") || has("<event-types") || has("<object-type ") ? FileFormat::ocel_xml : FileFormat::xes;
  const auto json = detect_json(text, complete);
  if (!json) return FileFormat::csv;
  if (has("\"ocel:events\"") || has("\"ocel:global-log\"")) return FileFormat::ocel_json;  // of version 1: refused with a word of its own
  const bool whole = *json == JsonShape::array && text.find_first_not_of(" \t\r\n\xEF\xBB\xBF") != std::string::npos &&
                     text[text.find_first_not_of(" \t\r\n\xEF\xBB\xBF")] == '{';
  // Types may stand behind a gigabyte of events.
  const bool object_centric = has("\"objectTypes\"") || has("\"eventTypes\"") || (has("\"relationships\"") && has("\"objectId\""));
  return whole && object_centric ? FileFormat::ocel_json : FileFormat::json;
}

/// Bytes that no text has, beyond the few that a broken export leaves.
bool is_binary(std::string_view text) {
  const auto strange = std::count_if(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 && !(u >= '\t' && u <= '\r') && u != 0x1A && u != 0x1B;
  });
  return static_cast<size_t>(strange) * 50 > text.size();
}

Result<> detect_csv(std::string_view bytes, bool complete, const DetectHints& hints, DetectedFile& out) {
  out.options.encoding = hints.encoding.value_or(detect_encoding(bytes));
  MemorySource memory(bytes);
  DecodeSource decode(memory, out.options.encoding);
  std::string text(bytes.size() * 3 + 16, '\0');
  text.resize(TRY(read_full(decode, text)));
  const bool odd_delimiter = hints.delimiter && static_cast<unsigned char>(*hints.delimiter) < 0x20;
  if (!odd_delimiter && is_binary(text)) return not_a_table();
  out.invalid_bytes = decode.invalid_count();
  if (!complete && out.invalid_bytes <= 3 && decode.first_invalid_offset() + 4 > bytes.size()) out.invalid_bytes = 0;  // cut by the sample's end
  if (out.invalid_bytes > 0) out.warnings.emplace_back("invalid_bytes");
  if (!complete)
    if (const size_t line = text.find_last_of("\r\n"); line != std::string::npos) text.resize(line + 1);

  CsvDialect& dialect = out.options.dialect;
  dialect = detect_dialect(text, complete, hints.delimiter);
  if (hints.has_header) dialect.has_header = *hints.has_header;
  if (!dialect.has_header) out.warnings.emplace_back("no_header");

  MemorySource source(text);
  auto table = TRY(CsvReader::open(source, dialect));
  if (auto done = sample(*table, complete, out); !done) return done.error();
  if (dialect.has_header) {
    MemorySource again(text);
    CsvDialect all = dialect;
    all.has_header = false;
    auto raw = TRY(CsvReader::open(again, all));
    RowBlock block;
    std::vector<std::string> names;
    if (TRY(raw->next(block)))
      for (size_t c = 0; c < block.cell_count(0); ++c) names.emplace_back(block.cell(0, c));
    note_header(names, out);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<OpenTable>> OpenTable::open(ByteFile& file, const TableOptions& options, std::vector<std::string> first_columns, OtherFormats* others) {
  auto table = std::make_unique<Opened>(file);
  if (auto done = table->open(options, std::move(first_columns), others); !done) return done.error();
  return table;
}

Result<DetectedFile> detect(ByteFile& file, const DetectHints& hints, OtherFormats* others) {
  DetectedFile out;
  out.options.xes = hints.xes;
  out.options.ocel = hints.ocel;
  if (file.size_bytes() == 0) return Error::invalid("empty_file", "", "The file is empty. Choose another file.");
  bool complete = false;
  const std::string bytes = TRY(head(file, out.options.compressed, complete));
  if (bytes.empty()) return Error::invalid("empty_file", "", "The file is empty. Choose another file.");

  if (!hints.format) TRY(refuse_other_kinds(bytes));
  out.options.format = hints.format.value_or(format_of(bytes, complete));
  if (out.options.compressed && out.options.format == FileFormat::xlsx)
    return Error::invalid("xlsx_compressed", "", "This is an Excel file packed once more. Unpack it and choose the .xlsx file.");
  if (out.options.format == FileFormat::json || out.options.format == FileFormat::ocel_json) {
    out.options.encoding = hints.encoding.value_or(detect_encoding(bytes));
    const auto shape = detect_json(decode_text(bytes, out.options.encoding), complete);
    if (!shape && !hints.format) return not_a_table();
    out.options.json = shape.value_or(JsonShape::lines);
  }

  if (out.options.format == FileFormat::csv) {
    if (auto done = detect_csv(bytes, complete, hints, out); !done) return done.error();
  } else {
    if (out.options.format == FileFormat::xlsx) {
      auto book = TRY(XlsxBook::open(file));
      out.sheets = book->sheets();
      out.options.sheet = hints.sheet.value_or(out.sheets.empty() ? "" : out.sheets.front());
      if (!hints.sheet) {  // the first one that is a table; else the first that holds rows: a cover sheet has one column
        bool any = false;
        for (const std::string& sheet : out.sheets) {
          auto rows = book->read(sheet);
          if (!rows && rows.error().code == "empty_file") continue;
          const bool table = !rows || (*rows)->columns().size() > 2;
          if (!any || table) out.options.sheet = sheet;
          if (table) break;
          any = true;
        }
      }
    }
    if (hints.has_header) out.options.dialect.has_header = *hints.has_header;
    auto table = TRY(OpenTable::open(file, out.options, {}, others));
    if (auto done = sample(table->rows(), true, out); !done) return done.error();
    out.invalid_bytes = table->invalid_bytes();
    if (out.invalid_bytes > 0) out.warnings.emplace_back("invalid_bytes");
    if (const auto* ocel = table->ocel()) {
      out.object_types = ocel->object_types();
      out.options.ocel = ocel->options();
    }
    for (size_t i = 0; i < out.columns.size(); ++i) out.columns[i].unnamed = out.columns[i].name == fmt::format("column_{}", i + 1);
  }
  suggest_roles(out.columns);
  if (is_ocel(out.options.format)) suggest_ocel_roles(out.options.ocel, out.columns);
  suggest_own_roles(out.columns);
  return out;
}

}  // namespace lotse::formats
