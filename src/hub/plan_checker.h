#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "hub/tracking_plan_types.h"

namespace lotse::hub {

/// Counts of findings, by source, event type, property (or none) and kind; with the form of one value. One thread.
struct PlanFindings {
  struct One {
    uint64_t events = 0;
    std::string example;
  };
  using Key = std::tuple<std::string, std::string, std::string, FindingKind>;
  std::map<Key, One, std::less<>> counts;
  void add(std::string_view source, std::string_view event, std::string_view property, FindingKind kind, std::string_view value = {});
  void add(const PlanFindings& other);
};

/// A plan ready to look at many events. Immutable; any thread. Cost: a look-up of the type, then one comparison for each
/// pair of planned and present property.
class PlanChecker {
 public:
  explicit PlanChecker(TrackingPlanRequest plan);

  struct Property {
    std::string_view name, text;
  };
  /// `source` is src_…; properties with an empty text count as absent.
  void check(std::string_view source, std::string_view event, std::span<const Property> properties, PlanFindings& out) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  TrackingPlanRequest plan_;
  std::unordered_map<std::string, const PlannedEvent*, Hash, std::equal_to<>> by_type_;
};

/// Whether a text can be read as the type.
bool is_of_type(std::string_view text, PropertyType type);
/// The form of a value, at most 40 characters: "Anna 12" is "Aaaa 99".
std::string form_of(std::string_view text);

}  // namespace lotse::hub
