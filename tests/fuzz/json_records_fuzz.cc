// Records of interfaces and queues: no input may crash, and what is given keeps its limits.
#include <string>

#include "formats/json_records.h"
#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  // The first byte says how it is read, the second how long the pointer before the text is.
  const size_t pointer_size = std::min<size_t>(data[1] % 16, size - 2);
  const std::string pointer(reinterpret_cast<const char*>(data) + 2, pointer_size), text(reinterpret_cast<const char*>(data) + 2 + pointer_size, size - 2 - pointer_size);
  const RecordLimits limits{.nesting_max = 3, .fields_max = 20};
  const TakeRecord take = [&](RecordFields&& fields) -> Result<void> {
    fuzz::check(fields.size() <= limits.fields_max, "fields are bounded");
    return {};
  };
  if (data[0] % 3 == 0) (void)json_records(text, pointer, take, limits);
  else if (data[0] % 3 == 1) (void)ndjson_records(text, take, limits);
  else (void)json_scalar(text, pointer);
  return 0;
}
