#pragma once
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/query.h"

namespace lotse::engine {

/// 128-bit hash (XXH3) of a touchpoint sequence as 16-bit little-endian codes: a short name for a variant under one
/// mapping. Equal sequences have equal hashes; that unequal ones differ is checked wherever variants are counted.
struct SequenceHash {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const SequenceHash&) const = default;
};
SequenceHash hash_of(std::span<const Touchpoint> sequence);

struct VariantsQuery {
  size_t top = 10;  ///< how many to list; all where larger than there are
  bool median_duration = false;
  /// Orders ties: [touchpoint] its name's place among all names as UTF-8 bytes. Empty: by code.
  std::vector<uint32_t> rank;
};

struct Variant {
  std::vector<Touchpoint> sequence;
  SequenceHash hash;
  uint64_t count = 0;
  double share = 0;             ///< of all selected instances, 0..1
  double cumulative_share = 0;  ///< of this and all before it in the list
  double median_duration_us = 0;  ///< exact; 0 where not asked
};

struct Variants {
  std::vector<Variant> top;  ///< by count, highest first; ties by sequence of ranks, a shorter prefix first
  uint64_t distinct = 0;
  uint64_t instances = 0;
};

/// Counts the exact touchpoint sequences (after event filters). Full sequences are compared, not only hashes.
///   errors   those of check(); invalid_rank (neither empty nor touchpoint_count long)
///   cost     O(events) time, about 24 bytes per instance of memory while it runs
Result<Variants> variants(const Snapshot& columns, const Query& query, const VariantsQuery& ask, Executor& executor,
                          std::stop_token stop = {});

}  // namespace lotse::engine
