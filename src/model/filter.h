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

/// Whose course a journey is: what every number calls a customer. Events that name none of the kind are left out.
enum class CountBy { person, account, contract, order };
constexpr auto describe(CountBy) {
  return json_enum("CountBy", value(CountBy::person, "person"), value(CountBy::account, "account"), value(CountBy::contract, "contract"),
                   value(CountBy::order, "order"));
}

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
/// Which value of a customer's attribute counts: its last one, or the one it had when the event happened.
enum class AttributeMoment { last, event };
constexpr auto describe(AttributeMoment) {
  return json_enum("AttributeMoment", value(AttributeMoment::last, "last"), value(AttributeMoment::event, "event"));
}
struct AttributeCondition {
  std::string attribute;
  std::vector<std::string> values;
  bool exclude = false;
  AttributeMoment moment = AttributeMoment::last;
  static constexpr auto describe() {
    return json_object("AttributeCondition",
                       field("attribute", &AttributeCondition::attribute,
                             "channel, source, direction, unit, or an attribute's id (at_…)"),
                       field("values", &AttributeCondition::values, "any of these; an empty text means no value"),
                       defaulted("exclude", &AttributeCondition::exclude, "none of these instead"),
                       defaulted("moment", &AttributeCondition::moment,
                                 "attributes of the customer: the last value, or the one at the time of the event (any event of the instance satisfies)"));
  }
};

enum class CustomerRuleKind { all, any, did, did_then, did_then_not, attribute, computed };
constexpr auto describe(CustomerRuleKind) {
  return json_enum("CustomerRuleKind", value(CustomerRuleKind::all, "all"), value(CustomerRuleKind::any, "any"),
                   value(CustomerRuleKind::did, "did"), value(CustomerRuleKind::did_then, "did_then"),
                   value(CustomerRuleKind::did_then_not, "did_then_not"), value(CustomerRuleKind::attribute, "attribute"),
                   value(CustomerRuleKind::computed, "computed"));
}
/// What must hold of a customer, over its whole history: what it did, what is known of it, what is computed of it; groups
/// of these. A segment is made of such rules.
struct CustomerRule {
  CustomerRuleKind kind = CustomerRuleKind::all;
  bool exclude = false;
  std::vector<CustomerRule> rules;
  std::vector<std::string> touchpoints, then;
  std::optional<int64_t> at_least, at_most;
  std::optional<double> days, within_days;
  std::optional<std::string> from, to, attribute;
  std::vector<std::string> values;
  std::optional<double> min, max;
  static constexpr auto describe() {
    return json_object(
        "CustomerRule", field("kind", &CustomerRule::kind, ""), defaulted("exclude", &CustomerRule::exclude, "the opposite"),
        field("rules", &CustomerRule::rules, "all, any: at least one rule"),
        field("touchpoints", &CustomerRule::touchpoints, "did…: touchpoint ids; did without any: every event"),
        field("then", &CustomerRule::then, "did_then, did_then_not: touchpoint ids"),
        field("at_least", &CustomerRule::at_least, "did: events; 1 where neither is given"),
        field("at_most", &CustomerRule::at_most, "did: events, inclusive"),
        field("days", &CustomerRule::days, "did…: only events of the last so many days"),
        field("within_days", &CustomerRule::within_days, "did_then…: `then` comes at most so many days later"),
        field("from", &CustomerRule::from, "did…: only events from here on (local date or date-time); computed times: inclusive"),
        field("to", &CustomerRule::to, "exclusive"),
        field("attribute", &CustomerRule::attribute, "attribute: channel, source, direction, unit or at_…; computed: ca_…"),
        field("values", &CustomerRule::values,
              "any of these; of an attribute of events: at least one event has it; of the customer: its last value; an empty text means none"),
        field("min", &CustomerRule::min, "computed numbers: inclusive"), field("max", &CustomerRule::max, "computed numbers: inclusive"));
  }
};

struct Filter {
  CountBy count_by = CountBy::person;
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
  std::vector<CustomerRule> customer_rules;
  static constexpr auto describe() {
    return json_object(
        "Filter",
        defaulted("count_by", &Filter::count_by,
                  "what counts as one customer: the events of all persons of an account (contract, order) are its course; of a segment it is not read"),
        field("from", &Filter::from, "inclusive; local date or date-time in the workspace's zone"),
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
        field("segment", &Filter::segment, "a saved segment (seg_…) whose conditions are added"),
        field("customer_rules", &Filter::customer_rules, "only customers of whom all of these hold"));
  }
};

}  // namespace lotse
