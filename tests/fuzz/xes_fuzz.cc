// Any bytes as XES: no crash, and the size of reads does not matter.
#include "formats/xes.h"

#include <string>

#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

namespace {

std::string read(std::string_view text, size_t step, const XesOptions& options) {
  fuzz::Dribble source(text, step);
  XesLog log(source, options);
  XesEvent e;
  std::string out;
  for (;;) {
    const auto more = log.next(e);
    if (!more) return out + "error " + more.error().code;
    if (!*more) return out;
    out += std::to_string(e.trace) + "|" + std::string(e.trace_name.value_or("-")) + "|" + std::string(e.name) + "|" + std::string(e.time) + "|" +
           (e.problem ? e.problem : "") + "|";
    for (const auto& a : e.attributes) out += std::string(a.key) + "=" + std::string(a.value) + ",";
    out += "\n";
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  XesOptions options;
  if (data[0] & 1) options.classifier = {"name", "lifecycle"};
  if (data[0] & 2) options.lifecycle = "complete";
  if (data[0] & 4) options.trace_bytes_max = 200;
  options.attributes_max = 50;
  fuzz::check(read(text, 1 << 20, options) == read(text, 1 + (data[0] >> 4), options), "the size of reads does not matter");
  MemorySource source(text);
  auto table = XesReader::open(source, options);
  RowBlock block;
  while (table) {
    const auto more = (*table)->next(block);
    if (!more || !*more) break;
    fuzz::check((*table)->columns().size() >= block.cell_count(0), "every cell has a column");
  }
  return 0;
}
