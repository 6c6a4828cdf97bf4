#pragma once
#include <optional>
#include <unordered_map>

#include "base/describe.h"
#include "formats/csv.h"
#include "formats/table.h"

/// JSON as a table: a row an object. Members of inner objects become columns with a dot ("address.city"), lists stay as
/// they are written, null is empty, of a repeated name the last counts.
namespace lotse::formats {

enum class JsonShape {
  lines,    ///< one object a line (NDJSON, JSON lines)
  objects,  ///< one object after the other, over several lines each
  array,    ///< one list of objects, at the top or somewhere inside an object
};
constexpr auto describe(JsonShape) {
  return json_enum("JsonShape", value(JsonShape::lines, "lines"), value(JsonShape::objects, "objects"), value(JsonShape::array, "array"));
}

struct JsonLimits {
  size_t columns_max = 5000;
  size_t row_bytes_max = size_t{16} << 20;
  size_t nesting_max = 16;  ///< deeper objects stay as they are written
};

/// Names of columns and their places. Either fixed, then members without a place are passed over; or growing.
class JsonColumns {
 public:
  static constexpr uint32_t none = UINT32_MAX;
  explicit JsonColumns(std::vector<std::string> fixed, size_t columns_max);
  uint32_t place(std::string_view path);
  const std::vector<std::string>& names() const { return names_; }
  bool grows() const { return grows_; }
  bool too_many() const { return too_many_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::vector<std::string> names_;
  std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> places_;
  const size_t columns_max_;
  const bool grows_;
  bool too_many_ = false;
};

/// Turns a chunk into rows. Any number of threads where the columns are fixed, each with its own parser and block.
///   cost      1 to 2 ns a byte; views into the chunk, a copy only for texts with escapes
///   problems  bad_json      the line is no JSON; its cells are empty, its text is there
///             not_an_object a number, text or list stands where an object should
///             nul_byte      a text has a character 0
class JsonRowParser {
 public:
  JsonRowParser(JsonShape shape, JsonColumns columns, JsonLimits limits);
  ~JsonRowParser();
  JsonRowParser(JsonRowParser&&) noexcept;
  /// Takes the chunk into `block`. Gives back the memory that the block held before.
  CsvChunk parse(CsvChunk chunk, RowBlock& block);
  const JsonColumns& columns() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Cuts the text into chunks of whole rows: the serial part. Rows of the shapes `objects` and `array` are parted by the byte 0x1E,
/// which JSON has nowhere.
///
///   errors  json_row_too_large, json_broken, json_cut_off; json_several_tables (more than one list of objects);
///           json_no_table (no list of objects at all)
class JsonSplitter {
 public:
  JsonSplitter(ByteSource& utf8, JsonShape shape, JsonLimits limits, size_t chunk_bytes);
  ~JsonSplitter();
  Result<std::optional<CsvChunk>> next(CsvChunk recycled = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Splitter and parser on one thread; or, where `fixed` names the columns, `next_chunk` on one thread and `parser()` on several,
/// as CsvReader does. Rows are numbered from 1: lines in the shape `lines`, else objects.
class JsonReader : public TableReader {
 public:
  static std::unique_ptr<JsonReader> open(ByteSource& utf8, JsonShape shape, std::vector<std::string> fixed = {}, JsonLimits limits = {},
                                          size_t chunk_bytes = size_t{1} << 20);
  const std::vector<std::string>& columns() const override { return parser_.columns().names(); }
  Result<bool> next(RowBlock& block) override;

  bool parallel() const { return !parser_.columns().grows(); }
  Result<std::optional<CsvChunk>> next_chunk(CsvChunk recycled = {}) { return splitter_.next(std::move(recycled)); }
  JsonRowParser parser() const { return JsonRowParser(shape_, parser_.columns(), limits_); }
  uint64_t header_record() const { return 0; }

 private:
  JsonReader(ByteSource& utf8, JsonShape shape, std::vector<std::string> fixed, JsonLimits limits, size_t chunk_bytes);
  const JsonShape shape_;
  const JsonLimits limits_;
  JsonSplitter splitter_;
  JsonRowParser parser_;
  CsvChunk spare_;
  uint64_t last_record_ = 0;
};

/// What the start of a JSON file looks like; none where it is no JSON that could be a table. `complete`: it is the whole file.
std::optional<JsonShape> detect_json(std::string_view utf8_head, bool complete);

}  // namespace lotse::formats
