#include "formats/byte_source.h"

namespace lotse::formats {

Result<size_t> read_full(ByteSource& source, std::span<char> out) {
  size_t have = 0;
  while (have < out.size()) {
    const size_t n = TRY(source.read(out.subspan(have)));
    if (n == 0) break;
    have += n;
  }
  return have;
}

}  // namespace lotse::formats
