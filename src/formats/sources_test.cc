#include <gtest/gtest.h>
#include <zlib.h>

#include "formats/encoding.h"
#include "formats/inflate.h"
#include "formats/number.h"
#include "formats/typed_columns.h"

namespace lotse::formats {
namespace {

std::string gzip(std::string_view text, int window_bits = 15 + 16) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

Result<std::string> read_all(ByteSource& source, size_t step = 1000) {
  std::string out;
  std::vector<char> part(step);
  for (;;) {
    const size_t n = TRY(source.read(part));
    if (n == 0) return out;
    out.append(part.data(), n);
  }
}

Result<std::string> inflate_all(std::string_view bytes, InflateLimits limits = {}) {
  MemorySource memory(bytes);
  InflateSource source(memory, limits);
  return read_all(source);
}

TEST(Inflate, ReadsGzipZlibMembersAndPadding) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(inflate_all(gzip(text)).value(), text);
  EXPECT_EQ(inflate_all(gzip(text, 15)).value(), text);
  EXPECT_EQ(inflate_all(gzip("one") + gzip("two")).value(), "onetwo");
  EXPECT_EQ(inflate_all(gzip("one") + std::string(512, '\0')).value(), "one");
  EXPECT_EQ(inflate_all(gzip("")).value(), "");
}

TEST(Inflate, TruncatedAndBrokenAreClearErrors) {
  const std::string whole = gzip("some text that is not very long but long enough 0123456789");
  for (size_t n = 1; n < whole.size(); ++n) EXPECT_EQ(inflate_all(whole.substr(0, n)).error().code, "truncated_gzip") << n;
  EXPECT_EQ(inflate_all("").error().code, "truncated_gzip");
  std::string broken = whole;
  broken[broken.size() - 6] ^= 1;  // the checksum
  EXPECT_EQ(inflate_all(broken).error().code, "broken_gzip");
  EXPECT_EQ(inflate_all(gzip("one") + "rubbish").error().code, "broken_gzip");
  std::string big(300'000, '\0');
  uint32_t seed = 1;
  for (char& c : big) c = static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
  const auto cut = inflate_all(gzip(big).substr(0, 200'000));
  ASSERT_FALSE(cut);
  EXPECT_NE(cut.error().detail.find("bytes could be unpacked"), std::string::npos);
}

TEST(Inflate, BombsAreBounded) {
  const std::string bomb = gzip(std::string(40 << 20, '\0'));
  EXPECT_EQ(inflate_all(bomb, {.ratio_max = 100}).error().code, "gzip_too_large");
  EXPECT_EQ(inflate_all(bomb, {.output_bytes_max = 1 << 20}).error().code, "gzip_too_large");
  EXPECT_TRUE(inflate_all(bomb));
}

TEST(Inflate, RecognisesItsFiles) {
  EXPECT_TRUE(is_compressed(gzip("x")));
  EXPECT_TRUE(is_compressed(gzip("x", 15)));
  EXPECT_FALSE(is_compressed("case,activity"));
  EXPECT_FALSE(is_compressed("x"));
}

std::string decode(std::string_view bytes, Encoding encoding, uint64_t* invalid = nullptr) {
  std::string last;
  for (size_t step : {1, 2, 3, 64, 5000, 100'000}) {
    MemorySource memory(bytes);
    DecodeSource source(memory, encoding);
    const std::string now = read_all(source, step).value();
    if (step > 1) {
      EXPECT_EQ(now, last) << "read by " << step;
    }
    last = now;
    if (invalid) *invalid = source.invalid_count();
  }
  return last;
}

TEST(Encoding, DecodesAllFour) {
  using namespace std::string_view_literals;
  EXPECT_EQ(decode("\xEF\xBB\xBFKöln 😀", Encoding::utf8), "Köln 😀");
  EXPECT_EQ(decode("K\xF6ln \x80 \x84quote\x93", Encoding::windows1252), "Köln € „quote“");
  EXPECT_EQ(decode("\xFF\xFEK\0\xF6\0l\0n\0=\xD8\0\xDE"sv, Encoding::utf16le), "Köln😀");
  EXPECT_EQ(decode("\xFE\xFF\0K\0\xF6\0l\0n\xD8=\xDE\0"sv, Encoding::utf16be), "Köln😀");
  uint64_t invalid = 0;
  EXPECT_EQ(decode("a\0\0\xD8z\0x"sv, Encoding::utf16le, &invalid), "a\xEF\xBF\xBDz\xEF\xBF\xBD");
  EXPECT_EQ(invalid, 2u);
}

TEST(Encoding, InvalidBytesAreCountedAndReadAsWindows1252) {
  uint64_t invalid = 0;
  EXPECT_EQ(decode("gut: Köln, schlecht: K\xF6ln", Encoding::utf8, &invalid), "gut: Köln, schlecht: Köln");
  EXPECT_EQ(invalid, 1u);
  // Overlong, surrogate, above U+10FFFF, cut off at the end.
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "x\xE2\x82"}) {
    decode(bad, Encoding::utf8, &invalid);
    EXPECT_GT(invalid, 0u) << bad;
  }
  std::string long_text;
  for (int i = 0; i < 30'000; ++i) long_text += "Grüße aus Köln, 100 € und 😀 ";
  EXPECT_EQ(decode(long_text, Encoding::utf8, &invalid), long_text);
  EXPECT_EQ(invalid, 0u);
}

TEST(Encoding, Detects) {
  using namespace std::string_view_literals;
  EXPECT_EQ(detect_encoding("plain"), Encoding::utf8);
  EXPECT_EQ(detect_encoding("Köl\xC3"), Encoding::utf8);  // cut inside a character
  EXPECT_EQ(detect_encoding("K\xF6ln"), Encoding::windows1252);
  EXPECT_EQ(detect_encoding("\xFF\xFEx\0"sv), Encoding::utf16le);
  EXPECT_EQ(detect_encoding("K\0u\0n\0d\0e\0;\0T\0"sv), Encoding::utf16le);
  EXPECT_EQ(detect_encoding("\0K\0u\0n\0d\0e\0;\0T"sv), Encoding::utf16be);
  std::string mixed;
  for (int i = 0; i < 50; ++i) mixed += "Grüße ";
  EXPECT_EQ(detect_encoding(mixed + "\xF6"), Encoding::utf8);
}

TEST(Number, ReadsGermanAndEnglish) {
  EXPECT_EQ(read_integer(" -42 "), -42);
  EXPECT_EQ(read_integer("+7"), 7);
  EXPECT_FALSE(read_integer("4.2"));
  EXPECT_FALSE(read_integer("99999999999999999999"));
  EXPECT_EQ(read_decimal("1.234.567,89", ','), 1234567.89);
  EXPECT_EQ(read_decimal("1,234,567.89", '.'), 1234567.89);
  EXPECT_EQ(read_decimal("12,50 €", ','), 12.5);
  EXPECT_EQ(read_decimal("CHF 1'000.50", '.'), 1000.5);
  EXPECT_EQ(read_decimal("-0.5e3", '.'), -500);
  EXPECT_EQ(read_decimal("1\xE2\x80\xAF" "000", ','), 1000);
  for (const char* bad : {"", "x", "1,2,3", "1.2.3", "--1", "1,23.4", "12:30"}) EXPECT_FALSE(read_decimal(bad, '.')) << bad;
}

TEST(TextDictionary, NumbersTextsInOrderOfAppearance) {
  TextDictionary dictionary;
  std::vector<std::string> texts;
  for (int i = 0; i < 20'000; ++i) texts.push_back("text number " + std::to_string(i) + std::string(static_cast<size_t>(i % 40), 'x'));
  texts.push_back("");
  texts.push_back(std::string(300'000, 'y'));
  texts.push_back(std::string(1 << 18, 'z'));
  texts.push_back("after a long one");
  for (int round = 0; round < 2; ++round)
    for (size_t i = 0; i < texts.size(); ++i) ASSERT_EQ(dictionary.code(texts[i]), i);
  for (size_t i = 0; i < texts.size(); ++i) ASSERT_EQ(dictionary.text(static_cast<uint32_t>(i)), texts[i]);
  EXPECT_EQ(without_outer_blanks(" \t\xC2\xA0 a b\r\n\xC2\xA0"), "a b");
  EXPECT_EQ(without_outer_blanks(" \xC2\xA0"), "");
}

}  // namespace
}  // namespace lotse::formats
