#include "connect/detail/unpack.h"

#include <algorithm>

#include "formats/inflate.h"

namespace lotse::connect::detail {

Result<std::string> unpacked(std::string_view body, uint64_t bytes_max) {
  formats::MemorySource packed(body);
  formats::InflateSource source(packed);
  std::string out(std::min<size_t>(body.size() * 6, bytes_max + 1), '\0');
  size_t size = 0;
  for (;;) {
    if (size == out.size()) {
      if (size > bytes_max) return Error::make(ErrorKind::too_large, "body_unpacked_too_large", "more than " + std::to_string(bytes_max) + " bytes unpacked");
      out.resize(std::min<size_t>(out.size() * 2 + 1024, bytes_max + 1));
    }
    const size_t n = TRY(source.read(std::span(out).subspan(size)));
    if (n == 0) break;
    size += n;
  }
  out.resize(size);
  return out;
}

}  // namespace lotse::connect::detail
