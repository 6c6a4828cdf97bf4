#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"

/// The touchpoint list and the mapping rules (the designed world's first piece).
namespace lotse::atlas {

enum class Direction { none, by_us, by_customer, by_partner, by_machine };
constexpr auto describe(Direction) {
  return json_enum("Direction", value(Direction::none, "none"), value(Direction::by_us, "by_us"),
                   value(Direction::by_customer, "by_customer"), value(Direction::by_partner, "by_partner"),
                   value(Direction::by_machine, "by_machine"));
}

/// An owned touchpoint, or (mapped false) an event type that nobody has assigned yet, under the id it keeps when adopted.
struct Touchpoint {
  std::string id, name;
  bool mapped = false;
  std::optional<std::string> channel, owner, description;
  Direction direction = Direction::none;
  std::vector<std::string> event_types;
  std::optional<uint64_t> events, customers;
  std::optional<std::string> first, last;
  std::string etag;
  static constexpr auto describe() {
    return json_object("Touchpoint", field("id", &Touchpoint::id, "tp_…"), field("name", &Touchpoint::name, ""),
                       field("mapped", &Touchpoint::mapped, "false: noch nicht zugeordnet"), field("channel", &Touchpoint::channel, ""),
                       field("owner", &Touchpoint::owner, "name of the responsible person"), field("description", &Touchpoint::description, ""),
                       field("direction", &Touchpoint::direction, "who triggers it"),
                       field("event_types", &Touchpoint::event_types, "names in the sources that map to it now"),
                       field("events", &Touchpoint::events, "in the whole history"), field("customers", &Touchpoint::customers, ""),
                       field("first", &Touchpoint::first, "earliest event"), field("last", &Touchpoint::last, "latest event"),
                       field("etag", &Touchpoint::etag, "send it back as If-Match"));
  }
};
/// Adopts an unmapped event type, or changes an owned touchpoint. Absent fields stay.
struct TouchpointPatch {
  std::optional<std::string> name, channel, owner, description;
  std::optional<Direction> direction;
  static constexpr auto describe() {
    return json_object("TouchpointPatch", field("name", &TouchpointPatch::name, "1 to 120 characters, unique in the workspace"),
                       field("channel", &TouchpointPatch::channel, "empty text clears it"), field("owner", &TouchpointPatch::owner, "empty text clears it"),
                       field("description", &TouchpointPatch::description, ""), field("direction", &TouchpointPatch::direction, ""));
  }
};
/// Moves everything that maps to these into `into` (adopting it where needed).
struct MergeRequest {
  std::vector<std::string> touchpoints;
  std::string into;
  static constexpr auto describe() {
    return json_object("MergeRequest", field("touchpoints", &MergeRequest::touchpoints, "ids, not `into` itself"),
                       field("into", &MergeRequest::into, "id"));
  }
};

struct PropertyCondition {
  std::string attribute, value;
  static constexpr auto describe() {
    return json_object("PropertyCondition", field("attribute", &PropertyCondition::attribute, "attribute id or channel, direction, unit"),
                       field("value", &PropertyCondition::value, "equal to"));
  }
};
/// First matching rule wins. An empty list matches all.
struct Rule {
  std::string id;
  std::vector<std::string> event_types, sources;
  std::vector<PropertyCondition> properties;
  std::string touchpoint;
  static constexpr auto describe() {
    return json_object("Rule", field("id", &Rule::id, "rule_…"), field("event_types", &Rule::event_types, "names; any of these"),
                       field("sources", &Rule::sources, "source ids; any of these; empty: all"), field("properties", &Rule::properties, "all must hold"),
                       field("touchpoint", &Rule::touchpoint, "the owned touchpoint's id"));
  }
};
struct RuleRequest {
  std::vector<std::string> event_types, sources;
  std::vector<PropertyCondition> properties;
  std::string touchpoint;
  std::optional<int64_t> position;
  static constexpr auto describe() {
    return json_object("RuleRequest", field("event_types", &RuleRequest::event_types, ""), field("sources", &RuleRequest::sources, ""),
                       field("properties", &RuleRequest::properties, ""), field("touchpoint", &RuleRequest::touchpoint, ""),
                       field("position", &RuleRequest::position, "0 is first; absent: last"));
  }
};
/// A change of the mapping that is looked at before it is made; exactly one of the three.
struct MappingChange {
  std::optional<RuleRequest> rule;
  std::optional<MergeRequest> merge;
  std::optional<std::string> delete_rule;
  static constexpr auto describe() {
    return json_object("MappingChange", field("rule", &MappingChange::rule, "this rule would be added"), field("merge", &MappingChange::merge, "these touchpoints would be merged"),
                       field("delete_rule", &MappingChange::delete_rule, "this rule would be deleted"));
  }
};
struct Mapping {
  int64_t version = 0;
  bool job_running = false;
  std::vector<Rule> rules;
  static constexpr auto describe() {
    return json_object("Mapping", field("version", &Mapping::version, ""), field("job_running", &Mapping::job_running, "classes are being derived anew; the old mapping answers"),
                       field("rules", &Mapping::rules, "in the order in which they are tried"));
  }
};

}  // namespace lotse::atlas
