#pragma once
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/// Finding bytes 64 at a time. SSE2 suffices: what costs is the work per cell found, not the finding.
namespace lotse::formats::detail {

struct Bytes64 {
#ifdef __SSE2__
  __m128i v[4];
  explicit Bytes64(const char* p) {
    for (int i = 0; i < 4; ++i) v[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p) + i);
  }
  /// Bit i is set where byte i equals `c`.
  uint64_t equal(char c) const {
    const __m128i w = _mm_set1_epi8(c);
    return pack(_mm_cmpeq_epi8(v[0], w), _mm_cmpeq_epi8(v[1], w), _mm_cmpeq_epi8(v[2], w), _mm_cmpeq_epi8(v[3], w));
  }
  /// Bit i is set where byte i is one of three.
  uint64_t any_of(char a, char b, char c) const {
    const __m128i wa = _mm_set1_epi8(a), wb = _mm_set1_epi8(b), wc = _mm_set1_epi8(c);
    __m128i r[4];
    for (int i = 0; i < 4; ++i)
      r[i] = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v[i], wa), _mm_cmpeq_epi8(v[i], wb)), _mm_cmpeq_epi8(v[i], wc));
    return pack(r[0], r[1], r[2], r[3]);
  }
  /// Bit i is set where byte i is not ASCII.
  uint64_t high() const { return pack(v[0], v[1], v[2], v[3]); }

 private:
  static uint64_t pack(__m128i a, __m128i b, __m128i c, __m128i d) {
    return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(a))) |
           static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(b))) << 16 |
           static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(c))) << 32 |
           static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(d))) << 48;
  }
#else
  const char* p;
  explicit Bytes64(const char* at) : p(at) {}
  template <class F>
  uint64_t where(F f) const {
    uint64_t m = 0;
    for (int i = 0; i < 64; ++i) m |= static_cast<uint64_t>(f(p[i])) << i;
    return m;
  }
  uint64_t equal(char c) const {
    return where([=](char x) { return x == c; });
  }
  uint64_t any_of(char a, char b, char c) const {
    return where([=](char x) { return x == a || x == b || x == c; });
  }
  uint64_t high() const {
    return where([](char x) { return (x & 0x80) != 0; });
  }
#endif
};

}  // namespace lotse::formats::detail
