#include "formats/json_rows.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstring>

#include "formats/detail/json_items.h"

namespace lotse::formats {

namespace {
namespace ondemand = simdjson::ondemand;
constexpr char row_end = '\x1E';
constexpr size_t simd_padding = simdjson::SIMDJSON_PADDING;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// As RFC 8259 writes numbers.
bool is_number(std::string_view s) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t from = i;
    while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
    return i > from;
  };
  if (i < s.size() && s[i] == '-') ++i;
  if (i < s.size() && s[i] == '0')
    ++i;
  else if (!digits())
    return false;
  if (i < s.size() && s[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < s.size() && (s[i] | 0x20) == 'e') {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == s.size() && i > 0;
}

std::string_view without_blanks(std::string_view s) {
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}
}  // namespace

JsonColumns::JsonColumns(std::vector<std::string> fixed, size_t columns_max) : columns_max_(columns_max), grows_(fixed.empty()) {
  for (auto& name : fixed)
    if (places_.try_emplace(name, static_cast<uint32_t>(names_.size())).second) names_.push_back(std::move(name));
}

uint32_t JsonColumns::place(std::string_view path) {
  if (const auto it = places_.find(path); it != places_.end()) return it->second;
  if (!grows_) return none;
  if (names_.size() >= columns_max_) {
    too_many_ = true;
    return none;
  }
  names_.emplace_back(path);
  places_.emplace(std::string(path), static_cast<uint32_t>(names_.size() - 1));
  return static_cast<uint32_t>(names_.size() - 1);
}

// --- rows ---

struct JsonRowParser::State {
  State(JsonShape s, JsonColumns c, JsonLimits l) : shape(s), columns(std::move(c)), limits(l) {}
  using Cell = RowBlock::Cell;
  /// Objects of one file mostly have the same members in the same order: what came at this place before comes again.
  struct Seen {
    std::string path;
    uint32_t column = JsonColumns::none;
  };

  const char* object(simdjson::simdjson_result<ondemand::object> got, size_t depth) {
    ondemand::object members;
    if (std::move(got).get(members)) return "bad_json";
    const size_t before = path.size();
    for (auto member : members) {
      if (member.error()) return "bad_json";
      std::string_view key;
      if (member.unescaped_key().get(key)) return "bad_json";
      path += key;
      if (const char* problem = value(member.value(), depth)) return problem;
      path.resize(before);
    }
    return nullptr;
  }

  const char* value(simdjson::simdjson_result<ondemand::value> got, size_t depth) {
    ondemand::value v;
    ondemand::json_type type;
    if (std::move(got).get(v) || v.type().get(type)) return "bad_json";
    if (type == ondemand::json_type::object && depth < limits.nesting_max) {
      path += '.';
      return object(v.get_object(), depth + 1);
    }
    const uint32_t column = column_here();
    const auto direct = [&](std::string_view text) {
      if (column != JsonColumns::none) row[column] = {static_cast<uint32_t>(text.data() - base), static_cast<uint32_t>(text.size())};
    };
    switch (type) {
      case ondemand::json_type::string: {
        const std::string_view token = without_blanks(v.raw_json_token());
        if (token.size() >= 2 && std::memchr(token.data(), '\\', token.size()) == nullptr) {
          direct(token.substr(1, token.size() - 2));
          return nullptr;
        }
        std::string_view text;
        if (v.get_string().get(text)) return "bad_json";
        if (column == JsonColumns::none) return nullptr;
        if (text.find('\0') != std::string_view::npos) nul = true;
        row[column] = {static_cast<uint32_t>(block->side_.size()), static_cast<uint32_t>(text.size()) | RowBlock::side_bit};
        block->side_ += text;
        return nullptr;
      }
      case ondemand::json_type::number: {
        const std::string_view token = without_blanks(v.raw_json_token());
        if (!is_number(token)) return "bad_json";
        direct(token);
        return nullptr;
      }
      case ondemand::json_type::boolean: {
        bool is = false;
        if (v.get_bool().get(is)) return "bad_json";
        direct(without_blanks(v.raw_json_token()));
        return nullptr;
      }
      case ondemand::json_type::null: {
        if (without_blanks(v.raw_json_token()) != "null") return "bad_json";
        if (column != JsonColumns::none) row[column] = {};
        return nullptr;
      }
      case ondemand::json_type::array: {
        ondemand::array list;
        std::string_view text;
        if (v.get_array().get(list) || list.raw_json().get(text)) return "bad_json";
        direct(without_blanks(text));
        return nullptr;
      }
      case ondemand::json_type::object: {
        ondemand::object inner;
        std::string_view text;
        if (v.get_object().get(inner) || inner.raw_json().get(text)) return "bad_json";
        direct(without_blanks(text));
        return nullptr;
      }
    }
    return "bad_json";
  }

  uint32_t column_here() {
    if (ordinal == seen.size() && seen.size() < 4096) seen.emplace_back();
    if (ordinal < seen.size()) {
      Seen& s = seen[ordinal++];
      if (s.path != path || s.path.empty()) s = {path, columns.place(path.empty() ? "column_1" : std::string_view(path))};
      if (s.column != JsonColumns::none && s.column >= row.size()) row.resize(s.column + 1);
      return s.column;
    }
    const uint32_t column = columns.place(path);
    if (column != JsonColumns::none && column >= row.size()) row.resize(column + 1);
    return column;
  }

  const char* document(std::string_view text, size_t capacity) {
    path.clear();
    ordinal = 0;
    nul = false;
    row.assign(columns.names().size(), Cell{});
    ondemand::document doc;
    if (parser.iterate(simdjson::padded_string_view(text.data(), text.size(), capacity)).get(doc)) return "bad_json";
    ondemand::json_type type;
    if (doc.type().get(type)) return "bad_json";
    if (type == ondemand::json_type::boolean || type == ondemand::json_type::null)  // told by their first letter alone
      return text == "true" || text == "false" || text == "null" ? "not_an_object" : "bad_json";
    if (type != ondemand::json_type::object) return "not_an_object";
    if (const char* problem = object(doc.get_object(), 0)) return problem;
    if (doc.current_location().error() != simdjson::OUT_OF_BOUNDS) return "bad_json";
    return nul ? "nul_byte" : nullptr;
  }

  CsvChunk parse(CsvChunk chunk, RowBlock& to) {
    block = &to;
    to.clear();
    std::swap(to.buffer_, chunk.bytes);
    const size_t size = chunk.size;
    to.first_byte_ = chunk.first_byte;
    base = to.buffer_.data();
    const char mark = shape == JsonShape::lines ? '\n' : row_end;
    uint32_t record = 0;
    for (size_t at = 0; at < size; ++record) {
      const auto* found = static_cast<const char*>(std::memchr(base + at, mark, size - at));
      const size_t end = found ? static_cast<size_t>(found - base) : size;
      std::string_view text(base + at, end - at);
      while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
      text = without_blanks(text);
      if (!text.empty()) {
        const auto begin = static_cast<uint32_t>(text.data() - base);
        const char* problem = document(text, size + simd_padding - begin);
        if (problem) row.clear();
        if (to.cell_count_ + row.size() > to.cells_.size()) to.cells_.resize(std::max<size_t>(4096, (to.cell_count_ + row.size()) * 2));
        if (!row.empty()) std::memcpy(to.cells_.data() + to.cell_count_, row.data(), row.size() * sizeof(Cell));
        to.rows_.push_back({static_cast<uint32_t>(to.cell_count_), static_cast<uint32_t>(row.size()), begin, begin + static_cast<uint32_t>(text.size()), record});
        to.cell_count_ += row.size();
        if (problem) to.add_problem(problem);
      }
      at = end + 1;
    }
    to.open_first_ = to.cell_count_;
    to.record_count_ = record;
    return chunk;
  }

  const JsonShape shape;
  JsonColumns columns;
  const JsonLimits limits;
  ondemand::parser parser;
  RowBlock* block = nullptr;
  const char* base = nullptr;
  std::string path;
  std::vector<Seen> seen;
  size_t ordinal = 0;
  std::vector<Cell> row;
  bool nul = false;
};

JsonRowParser::JsonRowParser(JsonShape shape, JsonColumns columns, JsonLimits limits)
    : state_(std::make_unique<State>(shape, std::move(columns), limits)) {}
JsonRowParser::~JsonRowParser() = default;
JsonRowParser::JsonRowParser(JsonRowParser&&) noexcept = default;
CsvChunk JsonRowParser::parse(CsvChunk chunk, RowBlock& block) { return state_->parse(std::move(chunk), block); }
const JsonColumns& JsonRowParser::columns() const { return state_->columns; }

// --- chunks ---

struct JsonSplitter::State {
  State(ByteSource& bytes, JsonShape s, JsonLimits l, size_t chunk)
      : source(bytes), shape(s), limits(l), chunk_bytes(std::max<size_t>(chunk, 1)),
        items(bytes, s == JsonShape::objects ? detail::JsonItems::Shape::documents : detail::JsonItems::Shape::arrays, l.row_bytes_max) {}

  Error too_large() const {
    return Error::make(ErrorKind::too_large, "json_row_too_large", fmt::format("The line that begins at byte {} is larger than {} MiB.", offset, limits.row_bytes_max >> 20));
  }

  Result<std::optional<CsvChunk>> lines(CsvChunk chunk) {
    if (ended && rest.empty()) return std::optional<CsvChunk>();
    std::vector<char>& bytes = chunk.bytes;
    bytes.resize(std::max(chunk_bytes, rest.size() + 1) + simd_padding);
    if (!rest.empty()) std::memcpy(bytes.data(), rest.data(), rest.size());
    size_t size = rest.size(), whole = 0;
    rest.clear();
    for (;;) {
      const size_t got = TRY(read_full(source, std::span(bytes.data() + size, bytes.size() - simd_padding - size)));
      const size_t from = size;
      size += got;
      ended = size < bytes.size() - simd_padding;
      if (ended) {
        whole = size;
        break;
      }
      if (const auto* line = static_cast<const char*>(::memrchr(bytes.data() + from, '\n', got))) {
        whole = static_cast<size_t>(line - bytes.data()) + 1;
        break;
      }
      if (size > limits.row_bytes_max) return too_large();
      bytes.resize(size * 2 + simd_padding);
    }
    if (size > limits.row_bytes_max) {  // it grew for one line
      const void* first = std::memchr(bytes.data(), '\n', size);
      const size_t line = first ? static_cast<size_t>(static_cast<const char*>(first) - bytes.data()) : size;
      if (line > limits.row_bytes_max) return too_large();
    }
    rest.assign(bytes.begin() + static_cast<ptrdiff_t>(whole), bytes.begin() + static_cast<ptrdiff_t>(size));
    chunk.size = whole;
    chunk.first_byte = offset;
    offset += whole;
    if (whole == 0) return std::optional<CsvChunk>();
    return std::optional(std::move(chunk));
  }

  Result<std::optional<CsvChunk>> objects(CsvChunk chunk) {
    if (failure) return *failure;
    text.clear();
    const uint64_t first = items.offset_bytes();
    while (text.size() < chunk_bytes) {
      const size_t begin = text.size();
      auto more = items.next(text);
      if (!more) {  // rows before the place stay good
        text.resize(begin);
        if (begin == 0) return more.error();
        failure = more.error();
        break;
      }
      if (!*more) {
        if (table == 0 && shape == JsonShape::array && begin == 0)
          return Error::invalid("json_no_table", "", "The JSON holds no list of objects. One object a row is expected.");
        break;
      }
      if (shape == JsonShape::array) {
        const bool object = text[begin] == '{';
        if (object && table == 0) table = items.array();
        if (items.array() != table) {
          text.resize(begin);
          if (!object) continue;
          failure = Error::invalid("json_several_tables", "", fmt::format("The JSON holds more than one list of objects (the second is \"{}\"). Save the one with the events alone.", items.member()));
          if (begin == 0) return *failure;
          break;
        }
      }
      text += row_end;
    }
    if (text.empty()) return std::optional<CsvChunk>();
    chunk.bytes.resize(text.size() + simd_padding);
    std::memcpy(chunk.bytes.data(), text.data(), text.size());
    chunk.size = text.size();
    chunk.first_byte = first;
    return std::optional(std::move(chunk));
  }

  ByteSource& source;
  const JsonShape shape;
  const JsonLimits limits;
  const size_t chunk_bytes;
  std::vector<char> rest;
  uint64_t offset = 0;
  bool ended = false;
  detail::JsonItems items;
  std::string text;
  uint64_t table = 0;
  std::optional<Error> failure;
};

JsonSplitter::JsonSplitter(ByteSource& utf8, JsonShape shape, JsonLimits limits, size_t chunk_bytes)
    : state_(std::make_unique<State>(utf8, shape, limits, chunk_bytes)) {}
JsonSplitter::~JsonSplitter() = default;
Result<std::optional<CsvChunk>> JsonSplitter::next(CsvChunk recycled) {
  return state_->shape == JsonShape::lines ? state_->lines(std::move(recycled)) : state_->objects(std::move(recycled));
}

// --- the table ---

JsonReader::JsonReader(ByteSource& utf8, JsonShape shape, std::vector<std::string> fixed, JsonLimits limits, size_t chunk_bytes)
    : shape_(shape), limits_(limits), splitter_(utf8, shape, limits, chunk_bytes), parser_(shape, JsonColumns(std::move(fixed), limits.columns_max), limits) {}

std::unique_ptr<JsonReader> JsonReader::open(ByteSource& utf8, JsonShape shape, std::vector<std::string> fixed, JsonLimits limits, size_t chunk_bytes) {
  return std::unique_ptr<JsonReader>(new JsonReader(utf8, shape, std::move(fixed), limits, chunk_bytes));
}

Result<bool> JsonReader::next(RowBlock& block) {
  do {
    auto chunk = TRY(splitter_.next(std::move(spare_)));
    spare_ = {};
    if (!chunk) {
      block.clear();
      return false;
    }
    spare_ = parser_.parse(std::move(*chunk), block);
    last_record_ = block.number_from(last_record_);
    if (parser_.columns().too_many())
      return Error::make(ErrorKind::too_large, "too_many_columns", fmt::format("The objects have more than {} different members.", limits_.columns_max));
  } while (block.row_count() == 0);
  return true;
}

std::optional<JsonShape> detect_json(std::string_view head, bool complete) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto first = std::find_if_not(head.begin(), head.end(), is_blank);
  if (first == head.end() || (*first != '{' && *first != '[')) return std::nullopt;
  // What looks like JSON begins like it, too: a CSV may begin with a bracket.
  const auto second = std::find_if_not(first + 1, head.end(), is_blank);
  if (second != head.end() && *second != '"' && *second != '{' && *second != '[' && *second != '}' && *second != ']') return std::nullopt;
  if (*first == '[') return second != head.end() && *second == '"' ? std::nullopt : std::optional(JsonShape::array);
  MemorySource source(head);
  detail::JsonItems items(source, detail::JsonItems::Shape::documents, head.size() + 1);
  std::string value;
  if (const auto got = items.next(value); !got || !*got) {
    // Larger than the head, or a damaged first line.
    const auto line = static_cast<size_t>(std::find(first, head.end(), '\n') - head.begin());
    return line + 1 < head.size() && head[line + 1] == '{' && head[line - 1] == '}' ? JsonShape::lines : JsonShape::array;
  }
  const bool one_line = value.find('\n') == std::string::npos;
  std::string next;
  const auto more = items.next(next);
  if ((more && *more) || (!more && !complete)) return one_line ? JsonShape::lines : JsonShape::objects;
  if (!more) return one_line ? JsonShape::lines : JsonShape::objects;
  // One object alone: a table inside, or the only row.
  MemorySource again(value);
  detail::JsonItems inside(again, detail::JsonItems::Shape::arrays, value.size() + 1);
  for (std::string item;; item.clear()) {
    const auto got = inside.next(item);
    if (!got || !*got) return JsonShape::objects;
    if (item.front() == '{') return JsonShape::array;
  }
}

}  // namespace lotse::formats
