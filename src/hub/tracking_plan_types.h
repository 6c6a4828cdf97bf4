#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"

/// The tracking plan: which events are expected, with which properties; and where events differ from it.
namespace lotse::hub {

enum class PropertyType { any, text, number, boolean, time };
constexpr auto describe(PropertyType) {
  return json_enum("PropertyType", value(PropertyType::any, "any"), value(PropertyType::text, "text"), value(PropertyType::number, "number"),
                   value(PropertyType::boolean, "boolean"), value(PropertyType::time, "time"));
}
struct PlannedProperty {
  std::string name;
  PropertyType type = PropertyType::any;
  bool required = false;
  std::vector<std::string> values;
  static constexpr auto describe() {
    return json_object("PlannedProperty", field("name", &PlannedProperty::name, "as the source writes it"),
                       defaulted("type", &PlannedProperty::type, "number: 12.5; boolean: true or false; time: ISO 8601; text: none of these"),
                       defaulted("required", &PlannedProperty::required, ""), field("values", &PlannedProperty::values, "only these; empty: any"));
  }
};
struct PlannedEvent {
  std::string event;
  std::optional<std::string> description;
  std::vector<std::string> sources;
  std::vector<PlannedProperty> properties;
  bool only_these_properties = false;
  static constexpr auto describe() {
    return json_object("PlannedEvent", field("event", &PlannedEvent::event, "event type as the source writes it"), field("description", &PlannedEvent::description, ""),
                       field("sources", &PlannedEvent::sources, "src_…; empty: any. From another source it is not planned"), field("properties", &PlannedEvent::properties, ""),
                       defaulted("only_these_properties", &PlannedEvent::only_these_properties, "others are violations"));
  }
};
struct TrackingPlanRequest {
  std::vector<PlannedEvent> events;
  bool only_these_events = false;
  static constexpr auto describe() {
    return json_object("TrackingPlanRequest", field("events", &TrackingPlanRequest::events, "at most 1,000, each once"),
                       defaulted("only_these_events", &TrackingPlanRequest::only_these_events, "others are violations"));
  }
};
struct TrackingPlan {
  TrackingPlanRequest plan;
  std::string etag;
  std::optional<std::string> changed_at, changed_by;
  static constexpr auto describe() {
    return json_object("TrackingPlan", field("plan", &TrackingPlan::plan, ""), field("etag", &TrackingPlan::etag, "send it back as If-Match"),
                       field("changed_at", &TrackingPlan::changed_at, "absent: there is none yet"), field("changed_by", &TrackingPlan::changed_by, "name"));
  }
};

enum class FindingKind { checked, unplanned_event, missing_property, wrong_type, value_not_allowed, unplanned_property };
constexpr auto describe(FindingKind) {
  return json_enum("FindingKind", value(FindingKind::checked, "checked"), value(FindingKind::unplanned_event, "unplanned_event"),
                   value(FindingKind::missing_property, "missing_property"), value(FindingKind::wrong_type, "wrong_type"),
                   value(FindingKind::value_not_allowed, "value_not_allowed"), value(FindingKind::unplanned_property, "unplanned_property"));
}
struct PlanViolation {
  std::string source, event;
  FindingKind kind = FindingKind::missing_property;
  std::optional<std::string> property, example;
  uint64_t events = 0, checked = 0;
  std::string last_day;
  static constexpr auto describe() {
    return json_object("PlanViolation", field("source", &PlanViolation::source, "src_…"), field("event", &PlanViolation::event, "event type"), field("kind", &PlanViolation::kind, ""),
                       field("property", &PlanViolation::property, ""),
                       field("example", &PlanViolation::example, "the form of a value: letters as a and A, digits as 9; the value itself is not kept"),
                       field("events", &PlanViolation::events, "with this violation"), field("checked", &PlanViolation::checked, "events of this type and source that were looked at"),
                       field("last_day", &PlanViolation::last_day, "on which it came last"));
  }
};
struct PlanViolations {
  std::string from, to;
  uint64_t checked = 0;
  std::vector<PlanViolation> violations;
  static constexpr auto describe() {
    return json_object("PlanViolations", field("from", &PlanViolations::from, "first day of arrival"), field("to", &PlanViolations::to, "today"),
                       field("checked", &PlanViolations::checked, "events that were looked at since the plan exists"),
                       field("violations", &PlanViolations::violations, "by events, descending"));
  }
};

}  // namespace lotse::hub
