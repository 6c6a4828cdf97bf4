#include "atlas/detail/reach.h"

#include <algorithm>

namespace lotse::atlas::detail {
namespace {
bool names(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}
}  // namespace

bool always_catches(const Rule& rule, std::string_view type) {
  return rule.sources.empty() && rule.properties.empty() && (rule.event_types.empty() || names(rule.event_types, type));
}

std::map<std::string, std::vector<std::string>> types_by_touchpoint(const std::vector<Rule>& rules,
                                                                    const std::vector<EventCatalogue::Type>& types) {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& type : types) {
    std::vector<std::string> targets;
    bool caught = false;
    for (const auto& rule : rules) {
      if (!rule.event_types.empty() && !names(rule.event_types, type.name)) continue;
      if (!names(targets, rule.touchpoint)) targets.push_back(rule.touchpoint);
      caught = always_catches(rule, type.name);
      if (caught) break;
    }
    if (!caught && !names(targets, type.touchpoint)) targets.push_back(type.touchpoint);
    for (const auto& target : targets) out[target].push_back(type.name);
  }
  for (auto& [unused, list] : out) std::sort(list.begin(), list.end());
  return out;
}

Result<void> check_conditions(const RuleRequest& request, const EventCatalogue& catalogue) {
  for (size_t i = 0; i < request.event_types.size(); ++i)
    if (request.event_types[i].find_first_not_of(" \t\r\n") == std::string::npos)
      return Error::invalid("required", "/event_types/" + std::to_string(i), "an event type has a name");
  for (size_t i = 0; i < request.sources.size(); ++i)
    if (!names(catalogue.sources, request.sources[i]))
      return Error::invalid("unknown_source", "/sources/" + std::to_string(i), "no such source");
  for (size_t i = 0; i < request.properties.size(); ++i) {
    const auto& wanted = request.properties[i].attribute;
    const auto at = std::find_if(catalogue.properties.begin(), catalogue.properties.end(), [&](const auto& p) { return p.id == wanted; });
    const std::string field = "/properties/" + std::to_string(i) + "/attribute";
    if (at == catalogue.properties.end()) return Error::invalid("unknown_attribute", field, "no such attribute");
    if (!at->in_memory) return Error::invalid("attribute_not_in_memory", field, "it has more than 65,535 values");
  }
  return {};
}

std::vector<std::string> trimmed_types(const std::vector<std::string>& types) {
  std::vector<std::string> out;
  for (const auto& type : types) {
    const auto first = type.find_first_not_of(" \t\r\n");
    out.push_back(type.substr(first, type.find_last_not_of(" \t\r\n") - first + 1));
  }
  return out;
}

}  // namespace lotse::atlas::detail
