// Bodies of webhooks: no input may crash, and what is read can be written again and is no deeper than allowed.
#include <string_view>

#include "formats/webhook_body.h"
#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

namespace {
size_t depth(const nlohmann::json& value) {
  size_t deepest = 0;
  if (value.is_structured())
    for (const auto& inner : value) deepest = std::max(deepest, depth(inner));
  return deepest + 1;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read = read_webhook_body({reinterpret_cast<const char*>(data), size}, {.depth_max = 16});
  if (!read) return 0;
  fuzz::check(!read->dump().empty(), "its texts are UTF-8");
  // An element and the array that holds its like are two levels of JSON.
  fuzz::check(depth(*read) <= 2 * 16 + 2, "depth is bounded");
  return 0;
}
