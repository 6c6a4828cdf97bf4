// Any bytes as JSON: no crash, and neither the size of reads nor of chunks matters.
#include "formats/json_rows.h"

#include <string>

#include "fuzz.h"

using namespace lotse;
using namespace lotse::formats;

namespace {

std::string read(std::string_view text, size_t step, size_t chunk, JsonShape shape) {
  fuzz::Dribble source(text, step);
  const auto reader = JsonReader::open(source, shape, {}, {.columns_max = 200, .row_bytes_max = 1 << 20}, chunk);
  RowBlock block;
  std::string out;
  for (;;) {
    const auto more = reader->next(block);
    if (!more) return out + "error " + more.error().code;
    if (!*more) return out;
    auto problem = block.problems().begin();
    for (size_t r = 0; r < block.row_count(); ++r) {
      const bool bad = problem != block.problems().end() && problem->row == r;
      out += std::to_string(block.row_number(r)) + (bad ? (problem++)->code : "") + "|";
      for (size_t c = 0; c < block.cell_count(r); ++c) out += std::string(block.cell(r, c)) + "|";
      while (out.ends_with("||")) out.pop_back();  // columns that came later
      out += "\n";
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const JsonShape shape = static_cast<JsonShape>(data[0] % 3);
  const std::string whole = read(text, 1 << 20, 1 << 20, shape);
  fuzz::check(whole == read(text, 1 + (data[0] >> 4), 1 << 20, shape), "the size of reads does not matter");
  const std::string cut = read(text, 1 << 20, 1 + data[0] % 40, shape);
  if (whole.find("error") == std::string::npos) fuzz::check(whole == cut, "the size of chunks does not matter");
  (void)detect_json(text, data[0] & 1);
  return 0;
}
