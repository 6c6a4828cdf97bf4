#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"
#include "formats/byte_source.h"

namespace lotse::formats {

enum class Encoding { utf8, utf16le, utf16be, windows1252 };
constexpr auto describe(Encoding) {
  return json_enum("TextEncoding", value(Encoding::utf8, "utf-8"), value(Encoding::utf16le, "utf-16le"),
                   value(Encoding::utf16be, "utf-16be"), value(Encoding::windows1252, "windows-1252"));
}

/// By byte order mark; else UTF-16 by the places of zero bytes; else UTF-8 if the sample is valid UTF-8 (a character cut
/// off at the end is); else Windows-1252 if more than a few bytes are invalid, for a mostly valid sample is still UTF-8.
Encoding detect_encoding(std::string_view sample);

/// Turns any of the encodings into valid UTF-8 and drops a byte order mark.
///
/// An invalid byte of UTF-8 is read as Windows-1252 (files that mix both are common), a lone surrogate becomes U+FFFD; both
/// are counted, never an error. Cost: plain ASCII passes at memory speed.
class DecodeSource : public ByteSource {
 public:
  DecodeSource(ByteSource& bytes, Encoding encoding);
  Result<size_t> read(std::span<char> out) override;

  uint64_t invalid_count() const { return invalid_; }                ///< so far
  uint64_t first_invalid_offset() const { return first_invalid_; }  ///< in the input's bytes; only where the count is not 0

 private:
  Result<bool> refill();
  ByteSource& bytes_;
  Encoding encoding_;
  std::vector<char> in_;
  size_t in_size_ = 0;  // bytes in `in_` that are not converted yet
  bool ended_ = false, started_ = false;
  std::string out_;
  size_t out_begin_ = 0;
  uint64_t consumed_ = 0, invalid_ = 0, first_invalid_ = 0;
};

/// `text` as valid UTF-8 by the same rules.
std::string decode_text(std::string_view text, Encoding encoding);

}  // namespace lotse::formats
