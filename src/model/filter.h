#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"

/// The one filter that every analysis shares (the filter bar). Applied in the order of DESIGN section 3:
/// mapping → slicing on the whole history → instance filters → event filters → operator.
namespace lotse {

/// How a period selects. `cut` keeps the events inside; the others select whole instances.
enum class PeriodMode { automatic, cut, started, completed, overlaps };
constexpr auto describe(PeriodMode) {
  return json_enum("PeriodMode", value(PeriodMode::automatic, "automatic"), value(PeriodMode::cut, "cut"),
                   value(PeriodMode::started, "started"), value(PeriodMode::completed, "completed"),
                   value(PeriodMode::overlaps, "overlaps"));
}

/// What one instance is. `automatic`: by key where the event's source has keys, else the customer's whole course.
enum class SliceKind { automatic, customer, key, gap, start_end };
constexpr auto describe(SliceKind) {
  return json_enum("SliceKind", value(SliceKind::automatic, "automatic"), value(SliceKind::customer, "customer"),
                   value(SliceKind::key, "key"), value(SliceKind::gap, "gap"), value(SliceKind::start_end, "start_end"));
}
struct Slice {
  SliceKind kind = SliceKind::automatic;
  std::optional<double> gap_s;
  std::vector<std::string> start, end;
  static constexpr auto describe() {
    return json_object("Slice", defaulted("kind", &Slice::kind, ""),
                       field("gap_s", &Slice::gap_s, "seconds without an event that end an instance; kind gap"),
                       field("start", &Slice::start, "touchpoint ids that begin an instance; kind start_end"),
                       field("end", &Slice::end, "touchpoint ids that end one; kind start_end"));
  }
};

enum class SequenceKind { starts_with, ends_with, contains, not_contains, directly_followed, eventually_followed };
constexpr auto describe(SequenceKind) {
  return json_enum("SequenceKind", value(SequenceKind::starts_with, "starts_with"),
                   value(SequenceKind::ends_with, "ends_with"), value(SequenceKind::contains, "contains"),
                   value(SequenceKind::not_contains, "not_contains"),
                   value(SequenceKind::directly_followed, "directly_followed"),
                   value(SequenceKind::eventually_followed, "eventually_followed"));
}
/// A condition on an instance's touchpoints; all conditions must hold, any touchpoint of a list satisfies it.
struct SequenceCondition {
  SequenceKind kind = SequenceKind::contains;
  std::vector<std::string> touchpoints, then;
  std::optional<double> within_s;
  static constexpr auto describe() {
    return json_object("SequenceCondition", field("kind", &SequenceCondition::kind, ""),
                       field("touchpoints", &SequenceCondition::touchpoints, "touchpoint ids, at least one"),
                       field("then", &SequenceCondition::then, "touchpoint ids; only for …_followed"),
                       field("within_s", &SequenceCondition::within_s, "at most so many seconds later; only for …_followed"));
  }
};

/// Whose attribute: of an event of the instance (any one satisfies), or of the customer (its last known value).
enum class AttributeScope { event, customer };
constexpr auto describe(AttributeScope) {
  return json_enum("AttributeScope", value(AttributeScope::event, "event"), value(AttributeScope::customer, "customer"));
}
struct AttributeCondition {
  std::string attribute;
  std::vector<std::string> values;
  bool exclude = false;
  static constexpr auto describe() {
    return json_object("AttributeCondition",
                       field("attribute", &AttributeCondition::attribute,
                             "channel, source, direction, unit, or an attribute's id (at_…)"),
                       field("values", &AttributeCondition::values, "any of these; an empty text means no value"),
                       defaulted("exclude", &AttributeCondition::exclude, "none of these instead"));
  }
};

struct Filter {
  std::optional<std::string> from, to;
  PeriodMode period_mode = PeriodMode::automatic;
  Slice slice;
  std::vector<SequenceCondition> sequences;
  std::vector<AttributeCondition> instance_attributes;
  std::optional<double> duration_min_s, duration_max_s;
  std::optional<int64_t> events_min, events_max;
  bool exclude_open = false;
  std::vector<std::string> variants;
  std::vector<AttributeCondition> event_attributes;
  std::vector<std::string> touchpoints_shown;
  std::optional<std::string> segment;
  static constexpr auto describe() {
    return json_object(
        "Filter", field("from", &Filter::from, "inclusive; local date or date-time in the workspace's zone"),
        field("to", &Filter::to, "exclusive"), defaulted("period_mode", &Filter::period_mode, ""),
        defaulted("slice", &Filter::slice, ""), field("sequences", &Filter::sequences, "all must hold"),
        field("instance_attributes", &Filter::instance_attributes, "all must hold"),
        field("duration_min_s", &Filter::duration_min_s, "of the instance, inclusive"),
        field("duration_max_s", &Filter::duration_max_s, "inclusive"),
        field("events_min", &Filter::events_min, "events per instance, inclusive"),
        field("events_max", &Filter::events_max, "inclusive"),
        defaulted("exclude_open", &Filter::exclude_open, "leave out instances that still run"),
        field("variants", &Filter::variants, "variant ids of an earlier answer: only instances of these"),
        field("event_attributes", &Filter::event_attributes, "event filter: keep only such events; channel and source stand here"),
        field("touchpoints_shown", &Filter::touchpoints_shown, "event filter: keep only these touchpoints; empty: all"),
        field("segment", &Filter::segment, "a saved segment (seg_…) whose conditions are added"));
  }
};

}  // namespace lotse
