#include "formats/encoding.h"

#include <array>

#include "formats/detail/scan.h"
#include "formats/detail/windows1252.h"

namespace lotse::formats {
namespace {

using detail::windows1252_high;

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

void append_windows1252(std::string& out, unsigned char c) {
  append_utf8(out, c >= 0x80 && c < 0xA0 ? windows1252_high[c - 0x80] : c);
}

constexpr int cut_off = -1;

// Length of the UTF-8 character at `p`: 1 to 4, 0 if it is invalid, cut_off if the text ends inside it.
int character_length(const unsigned char* p, size_t left) {
  const unsigned char c = p[0];
  if (c < 0x80) return 1;
  int length;
  unsigned char low = 0x80, high = 0xBF;  // bounds of the second byte: no overlong forms, no surrogates, nothing above U+10FFFF
  if (c >= 0xC2 && c <= 0xDF) {
    length = 2;
  } else if (c >= 0xE0 && c <= 0xEF) {
    length = 3;
    if (c == 0xE0) low = 0xA0;
    if (c == 0xED) high = 0x9F;
  } else if (c >= 0xF0 && c <= 0xF4) {
    length = 4;
    if (c == 0xF0) low = 0x90;
    if (c == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  for (int i = 1; i < length; ++i) {
    if (static_cast<size_t>(i) >= left) return cut_off;
    if (p[i] < low || p[i] > high) return 0;
    low = 0x80, high = 0xBF;
  }
  return length;
}

// Bytes from the start that are valid UTF-8; stops at an invalid or cut-off character.
size_t valid_prefix(const char* text, size_t size) {
  size_t i = 0;
  while (i < size) {
    if (size - i >= 64) {
      const uint64_t high = detail::Bytes64(text + i).high();
      if (high == 0) {
        i += 64;
        continue;
      }
      i += static_cast<size_t>(__builtin_ctzll(high));
    }
    // Non-ASCII characters stand together in many texts, so go on one by one until ASCII returns.
    do {
      const int n = character_length(reinterpret_cast<const unsigned char*>(text + i), size - i);
      if (n <= 0) return i;
      i += static_cast<size_t>(n);
    } while (i < size && (static_cast<unsigned char>(text[i]) >= 0x80 || size - i < 64));
  }
  return i;
}

bool has_utf8_mark(std::string_view s) { return s.starts_with("\xEF\xBB\xBF"); }

}  // namespace

Encoding detect_encoding(std::string_view sample) {
  if (has_utf8_mark(sample)) return Encoding::utf8;
  if (sample.starts_with("\xFF\xFE")) return Encoding::utf16le;
  if (sample.starts_with("\xFE\xFF")) return Encoding::utf16be;
  // Western text in UTF-16 has a zero in nearly every other byte.
  size_t zeros[2] = {0, 0};
  for (size_t i = 0; i < sample.size(); ++i) zeros[i & 1] += sample[i] == 0;
  const size_t half = sample.size() / 2;
  if (half >= 4 && zeros[1] > half * 6 / 10 && zeros[0] * 10 < zeros[1]) return Encoding::utf16le;
  if (half >= 4 && zeros[0] > half * 6 / 10 && zeros[1] * 10 < zeros[0]) return Encoding::utf16be;
  size_t valid = 0, invalid = 0;  // characters beyond ASCII
  for (size_t i = 0; i < sample.size();) {
    const int n = character_length(reinterpret_cast<const unsigned char*>(sample.data() + i), sample.size() - i);
    if (n == cut_off) break;
    if (n == 0) ++invalid;
    if (n > 1) ++valid;
    i += n > 0 ? static_cast<size_t>(n) : 1;
  }
  return invalid > 0 && invalid * 10 > valid ? Encoding::windows1252 : Encoding::utf8;
}

DecodeSource::DecodeSource(ByteSource& bytes, Encoding encoding) : bytes_(bytes), encoding_(encoding) {}

// Converts another stretch of input into out_; false at the end.
Result<bool> DecodeSource::refill() {
  constexpr size_t stretch = 64 * 1024;
  out_.clear();
  out_begin_ = 0;
  while (out_.empty()) {
    if (ended_ && in_size_ == 0) return false;
    if (!ended_) {
      if (in_.size() < stretch) in_.resize(stretch);
      const size_t n = TRY(bytes_.read(std::span(in_).subspan(in_size_)));
      in_size_ += n;
      ended_ = n == 0;
    }
    size_t i = 0;
    const auto* p = reinterpret_cast<const unsigned char*>(in_.data());
    const auto bad = [&](size_t at) {
      if (invalid_++ == 0) first_invalid_ = consumed_ + at;
    };
    if (!started_) {
      if (in_size_ < 3 && !ended_) continue;
      started_ = true;
      const std::string_view head(in_.data(), in_size_);
      if (encoding_ == Encoding::utf8 && has_utf8_mark(head)) i = 3;
      if (encoding_ == Encoding::utf16le && head.starts_with("\xFF\xFE")) i = 2;
      if (encoding_ == Encoding::utf16be && head.starts_with("\xFE\xFF")) i = 2;
    }
    switch (encoding_) {
      case Encoding::utf8:
        while (i < in_size_) {
          const size_t n = valid_prefix(in_.data() + i, in_size_ - i);
          out_.append(in_.data() + i, n);
          i += n;
          if (i >= in_size_) break;
          if (!ended_ && character_length(p + i, in_size_ - i) == cut_off) break;
          bad(i);
          append_windows1252(out_, p[i++]);
        }
        break;
      case Encoding::windows1252:
        while (i < in_size_) {
          size_t plain = 0;  // ASCII goes as it is
          if (in_size_ - i >= 64) {
            const uint64_t high = detail::Bytes64(in_.data() + i).high();
            plain = high == 0 ? 64 : static_cast<size_t>(__builtin_ctzll(high));
            out_.append(in_.data() + i, plain);
            i += plain;
          }
          if (plain < 64) append_windows1252(out_, p[i++]);
        }
        break;
      case Encoding::utf16le:
      case Encoding::utf16be: {
        const int first = encoding_ == Encoding::utf16le ? 0 : 1;
        const auto unit = [&](size_t at) { return static_cast<uint32_t>(p[at + first] | p[at + 1 - first] << 8); };
        while (i + 1 < in_size_) {
          uint32_t c = unit(i);
          size_t n = 2;
          if (c >= 0xD800 && c <= 0xDBFF) {
            if (i + 3 >= in_size_ && !ended_) break;
            const uint32_t d = i + 3 < in_size_ ? unit(i + 2) : 0;
            if (d >= 0xDC00 && d <= 0xDFFF) {
              c = 0x10000 + ((c - 0xD800) << 10) + (d - 0xDC00);
              n = 4;
            } else {
              bad(i);
              c = 0xFFFD;
            }
          } else if (c >= 0xDC00 && c <= 0xDFFF) {
            bad(i);
            c = 0xFFFD;
          }
          append_utf8(out_, c);
          i += n;
        }
        if (ended_ && i < in_size_) {  // half a unit
          bad(i);
          append_utf8(out_, 0xFFFD);
          i = in_size_;
        }
        break;
      }
    }
    consumed_ += i;
    in_size_ -= i;
    std::memmove(in_.data(), in_.data() + i, in_size_);
  }
  return true;
}

Result<size_t> DecodeSource::read(std::span<char> out) {
  if (out.empty()) return size_t{0};
  // Valid UTF-8 goes from the input straight into the caller's memory.
  if (encoding_ == Encoding::utf8 && started_ && !ended_ && in_size_ < 8 && out_begin_ == out_.size() && out.size() >= 4096) {
    std::memcpy(out.data(), in_.data(), in_size_);
    const size_t n = TRY(bytes_.read(out.subspan(in_size_)));
    const size_t have = in_size_ + n;
    ended_ = n == 0;
    const size_t valid = valid_prefix(out.data(), have);
    // What is not valid goes the slow way; it may be a character cut off by the read.
    const size_t left = have - valid;
    if (in_.size() < left) in_.resize(left + 64 * 1024);
    std::memcpy(in_.data(), out.data() + valid, left);
    in_size_ = left;
    consumed_ += valid;
    if (valid > 0) return valid;
  }
  if (out_begin_ == out_.size() && !TRY(refill())) return size_t{0};
  const size_t n = std::min(out.size(), out_.size() - out_begin_);
  std::memcpy(out.data(), out_.data() + out_begin_, n);
  out_begin_ += n;
  return n;
}

std::string decode_text(std::string_view text, Encoding encoding) {
  MemorySource memory(text);
  DecodeSource decoded(memory, encoding);
  std::string out;
  std::array<char, 4096> part;
  for (;;) {
    const auto n = decoded.read(part);
    if (!n || *n == 0) return out;
    out.append(part.data(), *n);
  }
}

}  // namespace lotse::formats
