#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/touchpoints.h"

/// What rules can do, as far as it is known without looking at events.
namespace lotse::atlas::detail {

/// True where the rule takes every event of this type.
bool always_catches(const Rule& rule, std::string_view type);

/// Touchpoint id → names of the event types that can come to it: by a rule, or as the type's own touchpoint where no
/// rule takes all its events before.
std::map<std::string, std::vector<std::string>> types_by_touchpoint(const std::vector<Rule>& rules,
                                                                    const std::vector<EventCatalogue::Type>& types);

/// Sources and properties must exist, and properties be in memory.
/// errors  unknown_source, unknown_attribute, attribute_not_in_memory, required (an empty event type)
Result<void> check_conditions(const RuleRequest& request, const EventCatalogue& catalogue);

/// Without outer blanks, as the hub stores the types of events.
std::vector<std::string> trimmed_types(const std::vector<std::string>& types);

}  // namespace lotse::atlas::detail
