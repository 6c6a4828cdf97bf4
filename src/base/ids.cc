#include "base/ids.h"

#include <sodium.h>

#include <array>

#include "base/result.h"

namespace lotse {
namespace {
constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

void fill_random(void* bytes, size_t size) {
  static const int ready = sodium_init();
  ensure(ready >= 0, "libsodium starts");
  randombytes_buf(bytes, size);
}
}  // namespace

std::string new_id(std::string_view prefix, Micros now) {
  std::array<uint8_t, 16> bytes;
  fill_random(bytes.data(), bytes.size());
  const uint64_t millis = static_cast<uint64_t>(now.count() / 1000);
  for (int i = 0; i < 6; ++i) bytes[size_t(i)] = static_cast<uint8_t>(millis >> (40 - 8 * i));
  bytes[6] = static_cast<uint8_t>(0x70 | (bytes[6] & 0x0f));
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
