#pragma once
#include <memory>

#include "formats/byte_source.h"

namespace lotse::formats {

struct InflateLimits {
  uint64_t output_bytes_max = uint64_t{1} << 40;  ///< 1 TiB
  uint64_t ratio_max = 1100;  ///< output to input, checked from 16 MiB of output on; deflate itself cannot pass 1032
};

/// True where `bytes` begin like gzip (RFC 1952) or zlib (RFC 1950).
bool is_compressed(std::string_view bytes);

/// Inflates gzip or zlib. Members that follow one another are one stream; zero bytes after the last are padding.
///
///   errors   truncated_gzip  the input ends inside a member; detail says how many bytes came out before
///            broken_gzip     not deflate data, or a checksum differs
///            gzip_too_large  a limit was passed
///   memory   64 KiB of input and zlib's window
class InflateSource : public ByteSource {
 public:
  explicit InflateSource(ByteSource& compressed, InflateLimits limits = {});
  ~InflateSource() override;
  Result<size_t> read(std::span<char> out) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lotse::formats
