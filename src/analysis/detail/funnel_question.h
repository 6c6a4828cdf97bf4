#pragma once
#include <string>

#include "analysis/detail/service.h"
#include "analysis/funnel_types.h"
#include "engine/funnel.h"

namespace lotse::analysis::detail {

/// What a breakdown's codes mean.
struct FunnelBreakdown {
  NamedAttribute attribute;
  std::string value(const Moment& moment, uint32_t code) const;
};

/// A funnel as the engine understands it, with the touchpoints that it names.
struct FunnelQuestion {
  engine::FunnelQuery query;
  std::vector<engine::Touchpoint> touchpoints;
  std::optional<FunnelBreakdown> breakdown;
};

/// errors  invalid_steps, invalid_window, invalid_exclusion, exclusion_needs_order, unknown_touchpoint (below /funnel; `more` lists all of
///         them), unknown_attribute, attribute_not_in_memory (/breakdown)
Result<FunnelQuestion> funnel_question(const Seen& seen, const FunnelDefinition& funnel, const std::optional<std::string>& breakdown);

}  // namespace lotse::analysis::detail
