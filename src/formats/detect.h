#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "formats/byte_source.h"
#include "formats/csv.h"
#include "formats/encoding.h"
#include "formats/json_rows.h"
#include "formats/ocel.h"
#include "formats/table.h"
#include "formats/timestamp.h"
#include "formats/xes.h"

/// What a file is and how it wants to be read: everything that an import wizard shows before it asks.
namespace lotse::formats {

enum class FileFormat { csv, xlsx, xes, json, parquet, ocel_json, ocel_xml, ocel_sqlite };
constexpr auto describe(FileFormat) {
  return json_enum("FileFormat", value(FileFormat::csv, "csv"), value(FileFormat::xlsx, "xlsx"), value(FileFormat::xes, "xes"), value(FileFormat::json, "json"),
                   value(FileFormat::parquet, "parquet"), value(FileFormat::ocel_json, "ocel_json"), value(FileFormat::ocel_xml, "ocel_xml"),
                   value(FileFormat::ocel_sqlite, "ocel_sqlite"));
}
constexpr bool is_ocel(FileFormat f) { return f == FileFormat::ocel_json || f == FileFormat::ocel_xml || f == FileFormat::ocel_sqlite; }

/// What a column means to Lotse.
enum class ColumnRole {
  customer,      ///< who
  instance_key,  ///< which matter
  event_type,    ///< what happened
  time,          ///< when
  time_of_day,   ///< the clock to a time column that holds dates alone
  channel,
  source,     ///< the system it comes from
  direction,  ///< by us or by the customer
  unit,       ///< department, team
  cost,
  staff,      ///< a person's name: left out or pseudonymised by default
  attribute,  ///< kept as a property
  customer_attribute,  ///< kept as a property of the customer: its name begins with "customer:"
  ignored,    ///< left out by default: an unnamed index, an empty column
};
constexpr auto describe(ColumnRole) {
  return json_enum("ColumnRole", value(ColumnRole::customer, "customer"), value(ColumnRole::instance_key, "instance_key"),
                   value(ColumnRole::event_type, "event_type"), value(ColumnRole::time, "time"), value(ColumnRole::time_of_day, "time_of_day"), value(ColumnRole::channel, "channel"),
                   value(ColumnRole::source, "source"), value(ColumnRole::direction, "direction"), value(ColumnRole::unit, "unit"),
                   value(ColumnRole::cost, "cost"), value(ColumnRole::staff, "staff"), value(ColumnRole::attribute, "attribute"),
                   value(ColumnRole::customer_attribute, "customer_attribute"),
                   value(ColumnRole::ignored, "ignored"));
}

enum class ColumnKind { text, integer, decimal, timestamp, boolean, empty };
constexpr auto describe(ColumnKind) {
  return json_enum("ColumnKind", value(ColumnKind::text, "text"), value(ColumnKind::integer, "integer"),
                   value(ColumnKind::decimal, "decimal"), value(ColumnKind::timestamp, "timestamp"),
                   value(ColumnKind::boolean, "boolean"), value(ColumnKind::empty, "empty"));
}

/// How to read the file; what the user may correct. Saved with a named source.
struct TableOptions {
  FileFormat format = FileFormat::csv;
  bool compressed = false;                ///< gzip or zlib around it
  Encoding encoding = Encoding::utf8;     ///< csv, json
  CsvDialect dialect;                     ///< csv; has_header also for xlsx
  std::string sheet;                      ///< xlsx
  XesOptions xes;                         ///< xes
  JsonShape json = JsonShape::lines;      ///< json
  OcelOptions ocel;                       ///< ocel_…
};

/// What Lotse reads through a library that another module names: Parquet and OCEL in SQLite. Whoever opens a file on disk gives it.
class OtherFormats {
 public:
  virtual ~OtherFormats() = default;
  virtual Result<std::unique_ptr<TableReader>> parquet(const std::vector<std::string>& first_columns) = 0;
  virtual Result<std::unique_ptr<OcelLog>> ocel_sqlite() = 0;
  virtual double share_read() const = 0;  ///< 0..1
};

struct DetectedColumn {
  std::string name;
  bool unnamed = false;               ///< the header had no name for it
  std::vector<std::string> samples;   ///< up to 10 different non-empty values, in file order
  double filled_share = 0;            ///< of the sampled rows, 0..1
  uint64_t distinct = 0;              ///< different values in the sample
  ColumnKind kind = ColumnKind::text;
  std::optional<DetectedTime> time;   ///< where kind is timestamp
  char decimal_mark = '.';            ///< of a decimal column: '.' or ','
  ColumnRole role = ColumnRole::attribute;
};

struct DetectedFile {
  TableOptions options;
  std::vector<std::string> sheets;             ///< xlsx
  std::vector<OcelObjectType> object_types;    ///< ocel_…
  std::vector<DetectedColumn> columns;
  std::vector<std::vector<std::string>> rows;  ///< up to 20, for the preview
  uint64_t sampled_rows = 0;
  bool complete = false;                       ///< the sample was the whole file
  uint64_t invalid_bytes = 0;                  ///< bytes of the sample that are wrong in the encoding
  std::vector<std::string> warnings;           ///< codes: ambiguous_dates (slash dates with no number above 12, read
                                               ///< month first), invalid_bytes, duplicate_headers, no_header
};

/// What the user has already decided; it is believed.
struct DetectHints {
  std::optional<FileFormat> format;
  std::optional<Encoding> encoding;
  std::optional<char> delimiter;
  std::optional<bool> has_header;
  std::optional<std::string> sheet;
  XesOptions xes;
  OcelOptions ocel;
};

/// Looks at the first megabyte or so (all but CSV: the first 5,000 rows; OCEL: all objects, too).
///   errors   empty_file; no_rows (a header only, an XES log without events); not_a_table (no text, or JSON without objects);
///            saved_as_page (HTML or XML made for Excel); packed_otherwise; utf32_not_read; packed_twice; and those of the readers
Result<DetectedFile> detect(ByteFile& file, const DetectHints& hints = {}, OtherFormats* others = nullptr);

/// Suggests a role for each column from names and content (German and English). At most one column has each of the roles
/// customer, instance_key, event_type, time, time_of_day, channel, source, direction, unit and cost. A time of day is suggested
/// where the time column holds dates alone, another one's values are times of day, and its name does not speak of durations. A log with one key column has either
/// a customer or an instance key: it is both.
void suggest_roles(std::vector<DetectedColumn>& columns);

/// A file opened as `options` say: the whole chain from bytes to rows. Borrows the file.
class OpenTable {
 public:
  /// `first_columns`: what the rows are wanted for. JSON then has these columns and no others, and may be parsed in parallel; XES and OCEL
  /// keep places for them.
  ///   errors   those of the readers; format_not_here (Parquet or OCEL in SQLite without `others`)
  static Result<std::unique_ptr<OpenTable>> open(ByteFile& file, const TableOptions& options,
                                                 std::vector<std::string> first_columns = {}, OtherFormats* others = nullptr);
  virtual ~OpenTable() = default;
  virtual TableReader& rows() = 0;
  virtual CsvReader* csv() = 0;                 ///< for parallel parsing; null for other formats
  virtual JsonReader* json() = 0;               ///< likewise, where its columns are fixed
  virtual OcelReader* ocel() = 0;               ///< for its types; null for other formats
  virtual XesReader* xes() = 0;                 ///< for its counts; null for other formats
  virtual uint64_t consumed_bytes() const = 0;  ///< of the file, for progress; XLSX: 0 until its end
  virtual uint64_t invalid_bytes() const = 0;   ///< so far
};

}  // namespace lotse::formats
