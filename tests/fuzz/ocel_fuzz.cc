// Any bytes as an OCEL log in JSON or XML: no crash, the size of reads does not matter, every row has a number of its own.
#include "formats/ocel.h"

#include <string>

#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

namespace {

std::string read(std::string_view text, size_t step, bool xml, const OcelOptions& options) {
  const SourceMaker source = [=] { return std::make_unique<fuzz::Dribble>(text, step); };
  const OcelLimits limits{.objects_bytes_max = 1 << 20, .event_bytes_max = 1 << 16, .columns_max = 100};
  auto reader = OcelReader::open(xml ? ocel_xml(source, limits) : ocel_json(source, limits), options, {}, limits);
  if (!reader) return "error " + reader.error().code;
  RowBlock block;
  std::string out;
  uint64_t last = 0;
  for (size_t blocks = 0; blocks < 50; ++blocks) {
    const auto more = (*reader)->next(block);
    if (!more) return out + "error " + more.error().code;
    if (!*more) break;
    for (size_t r = 0; r < block.row_count(); ++r) {
      fuzz::check(block.row_number(r) > last, "rows are numbered in order");
      last = block.row_number(r);
      for (size_t c = 0; c < block.cell_count(r); ++c) out += std::string(block.cell(r, c)) + "|";
      out += "\n";
    }
    fuzz::check((*reader)->columns().size() >= block.cell_count(0), "every cell has a column");
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const OcelOptions options{data[0] & 2 ? "customer" : "", data[0] & 4 ? "order" : ""};
  fuzz::check(read(text, 1 << 20, data[0] & 1, options) == read(text, 1 + (data[0] >> 4), data[0] & 1, options), "the size of reads does not matter");
  return 0;
}
