#include "formats/inflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>

namespace lotse::formats {

bool is_compressed(std::string_view bytes) {
  if (bytes.size() < 3) return false;
  const auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (at(0) == 0x1f && at(1) == 0x8b && at(2) == 8) return true;
  // zlib: deflate with the usual 32 KiB window and a header divisible by 31. "x" begins ordinary texts too, but the
  // check byte of a real header is not printable ASCII, but for level 1's 0x5e ('^').
  return at(0) == 0x78 && (at(1) == 0x01 || at(1) == 0x5e || at(1) == 0x9c || at(1) == 0xda) && (at(2) & 7) <= 5;
}

struct InflateSource::State {
  State(ByteSource& c, InflateLimits l) : compressed(c), limits(l) {}
  ~State() {
    if (open) inflateEnd(&z);
  }
  ByteSource& compressed;
  InflateLimits limits;
  z_stream z{};
  bool open = false, in_member = false, input_ended = false, ended = false;
  uint64_t in_total = 0, out_total = 0, members = 0;
  std::array<char, 64 * 1024> in;
};

InflateSource::InflateSource(ByteSource& compressed, InflateLimits limits)
    : state_(std::make_unique<State>(compressed, limits)) {}
InflateSource::~InflateSource() = default;

Result<size_t> InflateSource::read(std::span<char> out) {
  State& s = *state_;
  if (s.ended || out.empty()) return size_t{0};
  if (!s.open) {
    ensure(inflateInit2(&s.z, 15 + 32) == Z_OK, "zlib starts");  // 32: gzip or zlib by the header
    s.open = true;
  }
  s.z.next_out = reinterpret_cast<Bytef*>(out.data());
  s.z.avail_out = static_cast<uInt>(std::min<size_t>(out.size(), 1u << 30));
  const uInt wanted = s.z.avail_out;
  while (s.z.avail_out == wanted) {
    if (s.z.avail_in == 0 && !s.input_ended) {
      const size_t n = TRY(s.compressed.read(s.in));
      s.z.next_in = reinterpret_cast<Bytef*>(s.in.data());
      s.z.avail_in = static_cast<uInt>(n);
      s.in_total += n;
      s.input_ended = n == 0;
    }
    if (!s.in_member) {
      if (s.members > 0)  // padding after a member
        while (s.z.avail_in > 0 && *s.z.next_in == 0) --s.z.avail_in, ++s.z.next_in;
      if (s.z.avail_in == 0) {
        if (!s.input_ended) continue;
        s.ended = true;
        if (s.members > 0) return size_t{0};
        return Error::invalid("truncated_gzip", "", "The compressed file is empty. Transfer it again.");
      }
      if (s.members > 0) inflateReset2(&s.z, 15 + 32);
      s.in_member = true;
    }
    if (s.z.avail_in == 0 && s.input_ended) {
      s.ended = true;
      return Error::invalid("truncated_gzip", "",
                            fmt::format("The compressed file ends too early: {} bytes could be unpacked. Transfer it again.",
                                        s.out_total));
    }
    const int code = inflate(&s.z, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      s.in_member = false;
      ++s.members;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      s.ended = true;
      return Error::invalid("broken_gzip", "",
                            fmt::format("The compressed file is damaged after {} unpacked bytes ({}). Compress or transfer it again.",
                                        s.out_total + wanted - s.z.avail_out, s.z.msg ? s.z.msg : "no deflate data"));
    }
  }
  const size_t given = wanted - s.z.avail_out;
  s.out_total += given;
  const uint64_t used = s.in_total - s.z.avail_in;
  if (s.out_total > s.limits.output_bytes_max ||
      (s.out_total > (uint64_t{16} << 20) && s.out_total / std::max<uint64_t>(used, 1) > s.limits.ratio_max)) {
    s.ended = true;
    return Error::make(ErrorKind::too_large, "gzip_too_large",
                       fmt::format("The compressed file unpacks to more than is allowed ({} bytes from {}). Split it.", s.out_total, used));
  }
  return given;
}

}  // namespace lotse::formats
