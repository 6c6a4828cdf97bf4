#include "base/ids.h"

#include <sodium.h>

#include <array>
#include <atomic>

#include "base/result.h"

namespace lotse {
namespace {
constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

void fill_random(void* bytes, size_t size) {
  static const int ready = sodium_init();
  ensure(ready >= 0, "libsodium starts");
  randombytes_buf(bytes, size);
}

/// Milliseconds and 12 bits that grow within one, beginning at random in their lower half (RFC 9562, 6.2, method 1).
uint64_t next_stamp(uint64_t millis, uint16_t random) {
  constexpr uint64_t second = uint64_t{1000} << 12;
  static std::atomic<uint64_t> last = 0;
  uint64_t before = last.load();
  for (;;) {
    uint64_t stamp = millis << 12 | (random & 0x7ff);
    // A clock that was set back further than a second counts as another one.
    if (stamp <= before && before - stamp < second) stamp = before + 1;
    if (last.compare_exchange_weak(before, stamp)) return stamp;
  }
}
}  // namespace

std::string new_id(std::string_view prefix, Micros now) {
  std::array<uint8_t, 16> bytes;
  fill_random(bytes.data(), bytes.size());
  const uint64_t stamp = next_stamp(static_cast<uint64_t>(now.count() / 1000), static_cast<uint16_t>(bytes[6] << 8 | bytes[7]));
  for (int i = 0; i < 6; ++i) bytes[size_t(i)] = static_cast<uint8_t>(stamp >> (52 - 8 * i));
  bytes[6] = static_cast<uint8_t>(0x70 | (stamp >> 8 & 0x0f));
  bytes[7] = static_cast<uint8_t>(stamp);
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3f));
  std::string id(prefix);
  id += '_';
  unsigned __int128 value = 0;
  for (uint8_t b : bytes) value = value << 8 | b;
  for (int shift = 125; shift >= 0; shift -= 5) id += alphabet[size_t(value >> shift) & 31];
  return id;
}

std::string random_token(size_t size_bytes) {
  std::string raw(size_bytes, '\0');
  fill_random(raw.data(), raw.size());
  std::string text(sodium_base64_ENCODED_LEN(raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()), raw.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(text.find('\0'));
  return text;
}

bool is_id(std::string_view id, std::string_view prefix) {
  if (id.size() != prefix.size() + 27 || !id.starts_with(prefix) || id[prefix.size()] != '_') return false;
  return id.find_first_not_of(alphabet, prefix.size() + 1) == std::string_view::npos;
}

}  // namespace lotse
