#include "engine/variants.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>

#include "engine/detail/narrow.h"
#include "engine/detail/variant_count.h"

namespace lotse::engine {

static_assert(std::endian::native == std::endian::little, "columns and hashes are little-endian");

SequenceHash hash_of(std::span<const Touchpoint> sequence) {
  const XXH128_hash_t hash = XXH3_128bits(sequence.data(), sequence.size_bytes());
  return {hash.high64, hash.low64};
}

Result<Variants> variants(const Snapshot& columns, const Query& query, const VariantsQuery& ask, Executor& executor,
                          std::stop_token stop) {
  detail::Plan plan = TRY(detail::plan(*columns, query));
  TRY(detail::narrow(*columns, plan, executor, stop));
  if (!ask.rank.empty() && ask.rank.size() != plan.touchpoint_count)
    return Error::make(ErrorKind::internal, "invalid_rank", "as many ranks as touchpoints are needed");
  // A step is touchpoint + 1, so that 0 can end a sequence.
  if (plan.touchpoint_count <= 255) return detail::count_variants<uint8_t>(*columns, plan, ask, executor, stop);
  return detail::count_variants<uint16_t>(*columns, plan, ask, executor, stop);
}

}  // namespace lotse::engine
