#include "formats/typed_columns.h"

#include <cstring>

namespace lotse::formats {
namespace {

constexpr size_t block_bytes = size_t{1} << 18;

uint64_t load(const char* p, size_t n) {
  uint64_t v = 0;
  std::memcpy(&v, p, n);
  return v;
}

uint64_t mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t hash_of(std::string_view s) {
  constexpr uint64_t k0 = 0x9E3779B97F4A7C15, k1 = 0xD6E8FEB86659FD93;
  const char* p = s.data();
  size_t n = s.size();
  uint64_t h = k0 ^ n;
  for (; n > 8; p += 8, n -= 8) h = mix(h ^ load(p, 8), k1);
  return mix(h ^ load(p, n), k1) * k0;
}

}  // namespace

std::string_view without_outer_blanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  for (;;) {
    if (!text.empty() && blank(text.front())) text.remove_prefix(1);
    else if (text.starts_with("\xC2\xA0")) text.remove_prefix(2);
    else break;
  }
  for (;;) {
    if (!text.empty() && blank(text.back())) text.remove_suffix(1);
    else if (text.ends_with("\xC2\xA0")) text.remove_suffix(2);
    else return text;
  }
}

TextDictionary::TextDictionary() : slots_(1024) {}

uint32_t TextDictionary::code(std::string_view text) {
  const uint64_t hash = hash_of(text);
  const size_t mask = slots_.size() - 1;
  for (size_t i = (hash >> 32) & mask;; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.code_plus_1 == 0) {
      ensure(texts_.size() < empty_code - 1, "a dictionary holds less than 4 billion texts");
      slot = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(texts_.size()) + 1};
      texts_.push_back(keep(text));
      if (texts_.size() * 2 > slots_.size()) grow();
      return static_cast<uint32_t>(texts_.size()) - 1;
    }
    if (slot.hash == static_cast<uint32_t>(hash >> 32) && texts_[slot.code_plus_1 - 1] == text) return slot.code_plus_1 - 1;
  }
}

void TextDictionary::grow() {
  std::vector<Slot> wider(slots_.size() * 4);
  const size_t mask = wider.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.code_plus_1 == 0) continue;
    size_t i = slot.hash & mask;
    while (wider[i].code_plus_1 != 0) i = (i + 1) & mask;
    wider[i] = slot;
  }
  slots_ = std::move(wider);
}

std::string_view TextDictionary::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > block_left_) {
    const size_t size = std::max(block_bytes, text.size());
    blocks_.push_back(std::make_unique<char[]>(size));
    block_left_ = size;
    if (text.size() == size) {  // a text with a block of its own
      std::memcpy(blocks_.back().get(), text.data(), size);
      block_left_ = 0;
      return {blocks_.back().get(), size};
    }
  }
  char* at = blocks_.back().get() + block_bytes - block_left_;
  std::memcpy(at, text.data(), text.size());
  block_left_ -= text.size();
  return {at, text.size()};
}

void append_codes(const RowBlock& block, size_t column, TextDictionary& dictionary, std::vector<uint32_t>& out) {
  const size_t rows = block.row_count();
  out.reserve(out.size() + rows);
  std::string_view last;
  uint32_t last_code = empty_code;
  for (size_t r = 0; r < rows; ++r) {
    const std::string_view text = without_outer_blanks(block.cell(r, column));
    if (text != last) {  // files sorted by key repeat it
      last = text;
      last_code = text.empty() ? empty_code : dictionary.code(text);
    }
    out.push_back(last_code);
  }
}

void append_stamps(const RowBlock& block, size_t column, const StampReader& reader, std::vector<Stamp>& out) {
  const size_t rows = block.row_count();
  out.reserve(out.size() + rows);
  for (size_t r = 0; r < rows; ++r) out.push_back(reader.read(block.cell(r, column)));
}

}  // namespace lotse::formats
