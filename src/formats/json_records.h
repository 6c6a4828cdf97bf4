#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

/// Records in JSON, as interfaces and queues give them, taken as flat rows of names and texts.
namespace lotse::formats {

/// One record: inner objects with their path ("customer.id"), arrays as their JSON text, null left out; a record that is no
/// object is one field named "value". In the order of the text; the views live until the callback returns.
using RecordFields = std::vector<std::pair<std::string, std::string>>;
using TakeRecord = std::function<Result<void>(RecordFields&&)>;

struct RecordLimits {
  size_t nesting_max = 8;       ///< deeper objects are kept as JSON text
  size_t fields_max = 2'000;    ///< of a record
};

/// The records of the array at `pointer` (RFC 6901; "" is the whole document). An object there is one record.
///   errors  invalid_json; records_not_found (nothing at the pointer, or neither array nor object), too_many_fields; those of `take`
Result<void> json_records(std::string_view json, const std::string& pointer, const TakeRecord& take, const RecordLimits& limits = {});
/// One record a line; blank lines are left out.
///   errors  invalid_json (with the number of the line); those of `take`
Result<void> ndjson_records(std::string_view lines, const TakeRecord& take, const RecordLimits& limits = {});
/// The scalar at `pointer` as text; none where there is nothing, null, an object or an array.
///   errors  invalid_json
Result<std::optional<std::string>> json_scalar(std::string_view json, const std::string& pointer);

}  // namespace lotse::formats
