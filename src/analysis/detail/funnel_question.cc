#include "analysis/detail/funnel_question.h"

#include <cmath>

namespace lotse::analysis::detail {
namespace {

constexpr double window_max_s = 3.2e11;  // ten thousand years

class FunnelReader {
 public:
  explicit FunnelReader(const Seen& seen) : mapping_(*seen.mapping) {}

  Result<FunnelQuestion> read(const FunnelDefinition& funnel) {
    if (funnel.steps.size() < 2 || funnel.steps.size() > engine::funnel_steps_max) problem("/funnel/steps", "invalid_steps", "2 to 32 steps are expected");
    for (size_t k = 0; k < funnel.steps.size(); ++k)
      out_.query.steps.push_back(touchpoints(funnel.steps[k].touchpoints, "/funnel/steps/" + std::to_string(k) + "/touchpoints"));
    if (std::isfinite(funnel.window_s) && funnel.window_s >= 1e-6 && funnel.window_s <= window_max_s)
      out_.query.window = Micros{static_cast<int64_t>(std::llround(funnel.window_s * 1e6))};
    else problem("/funnel/window_s", "invalid_window", "must be above 0");
    switch (funnel.mode) {
      case FunnelMode::ordered: out_.query.mode = engine::FunnelMode::ordered; break;
      case FunnelMode::strict: out_.query.mode = engine::FunnelMode::strict; break;
      case FunnelMode::any_order: out_.query.mode = engine::FunnelMode::any_order; break;
    }
    if (funnel.mode == FunnelMode::any_order && !funnel.exclusions.empty()) problem("/funnel/exclusions", "exclusion_needs_order", "not in any order");
    if (funnel.exclusions.size() > engine::funnel_exclusions_max) problem("/funnel/exclusions", "invalid_exclusion", "at most 32");
    for (size_t x = 0; x < funnel.exclusions.size(); ++x) exclusion(funnel.exclusions[x], funnel.steps.size(), "/funnel/exclusions/" + std::to_string(x));
    if (problems_.empty()) return std::move(out_);
    Error error = Error::invalid(problems_.front().code, problems_.front().field, problems_.front().detail);
    error.more = std::move(problems_);
    return error;
  }

 private:
  void problem(std::string field, const char* code, std::string detail) { problems_.push_back({std::move(field), code, std::move(detail)}); }

  std::vector<engine::Touchpoint> touchpoints(const std::vector<std::string>& ids, const std::string& field) {
    std::vector<engine::Touchpoint> list;
    if (ids.empty()) problem(field, "no_touchpoints", "at least one touchpoint is expected");
    for (size_t i = 0; i < ids.size(); ++i) {
      if (const auto t = mapping_.find(ids[i])) list.push_back(*t);
      else problem(field + "/" + std::to_string(i), "unknown_touchpoint", ids[i]);
    }
    out_.touchpoints.insert(out_.touchpoints.end(), list.begin(), list.end());
    return list;
  }

  void exclusion(const FunnelExclusion& exclusion, size_t steps, const std::string& field) {
    auto list = touchpoints(exclusion.touchpoints, field + "/touchpoints");
    if (exclusion.after < 1 || exclusion.before <= exclusion.after || exclusion.before > static_cast<int64_t>(steps))
      return problem(field + "/before", "invalid_exclusion", "from a step to a later one");
    out_.query.exclusions.push_back({std::move(list), static_cast<size_t>(exclusion.after - 1), static_cast<size_t>(exclusion.before - 1)});
  }

  const MappingView& mapping_;
  FunnelQuestion out_;
  std::vector<FieldError> problems_;
};

}  // namespace

std::string FunnelBreakdown::value(const Moment& moment, uint32_t code) const {
  if (code == 0) return {};
  return attribute.values ? attribute.values->at(code - 1) : moment.dictionary->sources.at(code - 1).name;
}

Result<FunnelQuestion> funnel_question(const Seen& seen, const FunnelDefinition& funnel, const std::optional<std::string>& breakdown) {
  auto out = TRY(FunnelReader(seen).read(funnel));
  if (!breakdown) return out;
  const auto attribute = attribute_named(*seen.moment, *breakdown);
  if (!attribute) return Error::invalid("unknown_attribute", "/breakdown", *breakdown);
  if (!attribute->in_memory) return Error::invalid("attribute_not_in_memory", "/breakdown", "it has more than 65,535 values, or is beyond the first 256 attributes");
  out.breakdown = FunnelBreakdown{*attribute};
  out.query.attribute = column_of(*seen.moment, attribute->number);  // none: no event has it, and all are one group
  out.query.carried = attribute->scope == AttributeScope::customer;
  return out;
}

}  // namespace lotse::analysis::detail
