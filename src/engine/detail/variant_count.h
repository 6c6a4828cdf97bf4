#pragma once
#include "engine/detail/select.h"
#include "engine/variants.h"

namespace lotse::engine::detail {

/// Counts sequences. `Step` is uint8_t for up to 255 touchpoints, uint16_t beyond.
template <class Step>
Result<Variants> count_variants(const Columns& columns, const Plan& plan, const VariantsQuery& ask, Executor& executor, std::stop_token stop);

extern template Result<Variants> count_variants<uint8_t>(const Columns&, const Plan&, const VariantsQuery&, Executor&, std::stop_token);
extern template Result<Variants> count_variants<uint16_t>(const Columns&, const Plan&, const VariantsQuery&, Executor&, std::stop_token);

}  // namespace lotse::engine::detail
