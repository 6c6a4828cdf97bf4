#include "formats/json_records.h"

#include <simdjson.h>

#include <charconv>

namespace lotse::formats {

namespace {
namespace dom = simdjson::dom;

Error invalid(simdjson::error_code code, size_t line = 0) {
  std::string detail = simdjson::error_message(code);
  if (line > 0) detail = "line " + std::to_string(line) + ": " + detail;
  return Error::invalid("invalid_json", "", std::move(detail));
}

/// A scalar as text: numbers as they stand in the value, not rounded for reading.
std::optional<std::string> scalar(dom::element value) {
  const auto number = [](auto n) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, n).ptr);
  };
  switch (value.type()) {
    case dom::element_type::STRING: return std::string(value.get_string().value_unsafe());
    case dom::element_type::INT64: return number(value.get_int64().value_unsafe());
    case dom::element_type::UINT64: return number(value.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE: return number(value.get_double().value_unsafe());
    case dom::element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
    default: return std::nullopt;
  }
}

class Flattener {
 public:
  explicit Flattener(const RecordLimits& limits) : limits_(limits) {}
  Result<RecordFields> of(dom::element record) {
    fields_.clear();
    path_.clear();
    if (record.is_object()) TRY(add(record.get_object().value_unsafe(), 1));
    else if (auto text = scalar(record)) fields_.emplace_back("value", std::move(*text));
    else if (record.is_array()) fields_.emplace_back("value", simdjson::minify(record));
    return std::move(fields_);
  }

 private:
  Result<void> add(dom::object object, size_t depth) {
    const size_t before = path_.size();
    for (const auto field : object) {
      path_ += field.key;
      if (field.value.is_object() && depth < limits_.nesting_max) {
        path_ += '.';
        TRY(add(field.value.get_object().value_unsafe(), depth + 1));
      } else if (!field.value.is_null()) {
        if (fields_.size() == limits_.fields_max) return Error::invalid("too_many_fields", "", "a record has more than " + std::to_string(limits_.fields_max) + " fields");
        auto text = scalar(field.value);
        fields_.emplace_back(path_, text ? std::move(*text) : simdjson::minify(field.value));
      }
      path_.resize(before);
    }
    return {};
  }
  const RecordLimits& limits_;
  RecordFields fields_;
  std::string path_;
};

Error not_found(const std::string& pointer) {
  return Error::invalid("records_not_found", "", "no list and no object at " + (pointer.empty() ? std::string("the beginning") : pointer));
}
}  // namespace

Result<void> json_records(std::string_view json, const std::string& pointer, const TakeRecord& take, const RecordLimits& limits) {
  dom::parser parser;
  dom::element root;
  // A mark of UTF-8 is not part of the text.
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  if (const auto failed = parser.parse(json.data(), json.size(), true).get(root)) return invalid(failed);
  dom::element place = root;
  if (!pointer.empty() && root.at_pointer(pointer).get(place)) return not_found(pointer);
  Flattener flat(limits);
  if (place.is_object()) return take(TRY(flat.of(place)));
  if (!place.is_array()) return not_found(pointer);
  const dom::array list = place.get_array().value_unsafe();
  for (const dom::element record : list) TRY(take(TRY(flat.of(record))));
  return {};
}

Result<void> ndjson_records(std::string_view lines, const TakeRecord& take, const RecordLimits& limits) {
  dom::parser parser;
  Flattener flat(limits);
  if (lines.starts_with("\xEF\xBB\xBF")) lines.remove_prefix(3);
  for (size_t number = 1; !lines.empty(); ++number) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    dom::element record;
    if (const auto failed = parser.parse(line.data(), line.size(), true).get(record)) return invalid(failed, number);
    TRY(take(TRY(flat.of(record))));
  }
  return {};
}

Result<std::optional<std::string>> json_scalar(std::string_view json, const std::string& pointer) {
  dom::parser parser;
  dom::element root, place;
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  if (const auto failed = parser.parse(json.data(), json.size(), true).get(root)) return invalid(failed);
  place = root;
  if (!pointer.empty() && root.at_pointer(pointer).get(place)) return std::optional<std::string>();
  return scalar(place);
}

}  // namespace lotse::formats
