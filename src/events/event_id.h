#pragma once
#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace lotse::events {

/// 128 bits that name an event for ever: equal ids are the same event.
struct EventId {
  uint64_t high = 0, low = 0;
  friend bool operator==(const EventId&, const EventId&) = default;
  friend auto operator<=>(const EventId&, const EventId&) = default;
};

inline EventId hash_bytes(std::string_view bytes) {
  const XXH128_hash_t h = XXH3_128bits(bytes.data(), bytes.size());
  return {h.high64, h.low64};
}

/// A live event's id: from its source ("src_…") and the source's own message id.
EventId message_id(std::string_view source, std::string_view message);

/// The id of the k-th row (from 0) among equal rows of one file; `row` is the hash of (source, mapped values).
inline EventId occurrence_id(EventId row, uint64_t k) {
  if (k == 0) return row;
  const uint64_t bytes[3] = {row.high, row.low, k};
  const XXH128_hash_t h = XXH3_128bits(bytes, sizeof bytes);
  return {h.high64, h.low64};
}

}  // namespace lotse::events
