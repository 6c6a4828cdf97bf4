#pragma once
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "formats/byte_source.h"

namespace lotse::fuzz {

/// Bytes in reads of at most `step`.
class Dribble final : public formats::ByteSource {
 public:
  Dribble(std::string_view bytes, size_t step) : memory_(bytes), step_(step) {}
  Result<size_t> read(std::span<char> out) override { return memory_.read(out.subspan(0, std::min(out.size(), step_))); }

 private:
  formats::MemorySource memory_;
  size_t step_;
};

inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace lotse::fuzz
