#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/types.h"

/// The event type catalogue, and what a change of the mapping would do.
namespace lotse::analysis {

struct EventTypeSource {
  std::string id, name;
  uint64_t events = 0;
  static constexpr auto describe() {
    return json_object("EventTypeSource", field("id", &EventTypeSource::id, "src_…"), field("name", &EventTypeSource::name, ""), field("events", &EventTypeSource::events, ""));
  }
};
struct EventTypeTarget {
  std::string id, name;
  bool mapped = false;
  uint64_t events = 0;
  static constexpr auto describe() {
    return json_object("EventTypeTarget", field("id", &EventTypeTarget::id, "tp_…"), field("name", &EventTypeTarget::name, ""),
                       field("mapped", &EventTypeTarget::mapped, "owned by somebody"), field("events", &EventTypeTarget::events, "of the type that belong to it"));
  }
};
struct TouchpointSuggestion {
  std::string id, name, by;
  double score = 0;
  static constexpr auto describe() {
    return json_object("TouchpointSuggestion", field("id", &TouchpointSuggestion::id, "an owned touchpoint"), field("name", &TouchpointSuggestion::name, ""),
                       field("by", &TouchpointSuggestion::by, "the name that is alike: the touchpoint's, or one of its event types"),
                       field("score", &TouchpointSuggestion::score, "0.6 to 1"));
  }
};
struct EventType {
  std::string id, name;
  uint64_t events = 0, events_not_assigned = 0;
  std::optional<uint64_t> customers;
  std::optional<std::string> first, last;
  std::vector<EventTypeSource> sources;
  std::vector<EventTypeTarget> touchpoints;
  bool put_aside = false;
  std::vector<TouchpointSuggestion> suggestions;
  std::optional<int64_t> group;
  static constexpr auto describe() {
    return json_object("EventType", field("id", &EventType::id, "the id that it has as its own touchpoint, tp_…"), field("name", &EventType::name, "as the sources write it"),
                       field("events", &EventType::events, "in the whole history"),
                       field("events_not_assigned", &EventType::events_not_assigned, "of them: belong to no owned touchpoint"),
                       field("customers", &EventType::customers, "absent: too few to be shown to this role"), field("first", &EventType::first, "earliest event"),
                       field("last", &EventType::last, "latest event"), field("sources", &EventType::sources, "by events, descending"),
                       field("touchpoints", &EventType::touchpoints, "where its events belong now, by events, descending"),
                       field("put_aside", &EventType::put_aside, "taken out of the queue by somebody"),
                       field("suggestions", &EventType::suggestions, "of a type that is not assigned: at most three owned touchpoints with names like it"),
                       field("group", &EventType::group, "types that are not assigned and have names like each other share a number"));
  }
};
struct SourceAssignment {
  std::string source;
  uint64_t events = 0, events_not_assigned = 0;
  static constexpr auto describe() {
    return json_object("SourceAssignment", field("source", &SourceAssignment::source, "src_…"), field("events", &SourceAssignment::events, ""),
                       field("events_not_assigned", &SourceAssignment::events_not_assigned, "belong to no owned touchpoint"));
  }
};
struct EventTypes {
  uint64_t events = 0, events_not_assigned = 0;
  std::vector<EventType> types;
  std::vector<SourceAssignment> sources;
  int64_t mapping_version = 0;
  static constexpr auto describe() {
    return json_object("EventTypes", field("events", &EventTypes::events, ""), field("events_not_assigned", &EventTypes::events_not_assigned, ""),
                       field("types", &EventTypes::types, "by events not assigned, then by events, descending"), field("sources", &EventTypes::sources, ""),
                       field("mapping_version", &EventTypes::mapping_version, ""));
  }
};
struct EventSample {
  std::string customer, time, source;
  std::optional<std::string> channel, direction, unit, instance_key;
  std::optional<double> cost;
  std::map<std::string, std::string> attributes;
  static constexpr auto describe() {
    return json_object("EventSample", field("customer", &EventSample::customer, "pseudonym, cu_…"), field("time", &EventSample::time, ""), field("source", &EventSample::source, "name"),
                       field("channel", &EventSample::channel, ""), field("direction", &EventSample::direction, ""), field("unit", &EventSample::unit, ""),
                       field("instance_key", &EventSample::instance_key, ""), field("cost", &EventSample::cost, ""), field("attributes", &EventSample::attributes, "by name"));
  }
};
struct EventSamples {
  std::vector<EventSample> samples;
  static constexpr auto describe() { return json_object("EventSamples", field("samples", &EventSamples::samples, "at most eight, newest first")); }
};

struct MappingMove {
  TouchpointName from, to;
  uint64_t events = 0;
  std::optional<uint64_t> customers;
  std::vector<std::string> event_types;
  static constexpr auto describe() {
    return json_object("MappingMove", field("from", &MappingMove::from, "where the events belong now"), field("to", &MappingMove::to, "where they would belong"),
                       field("events", &MappingMove::events, ""), field("customers", &MappingMove::customers, "absent: too few to be shown to this role"),
                       field("event_types", &MappingMove::event_types, "names"));
  }
};
struct MappingPreview {
  uint64_t events = 0, events_total = 0, event_types = 0;
  std::optional<uint64_t> customers;
  std::vector<MappingMove> moves;
  bool needs_job = false;
  int64_t as_of = 0, mapping_version = 0;
  static constexpr auto describe() {
    return json_object("MappingPreview", field("events", &MappingPreview::events, "in the whole history that would belong to another touchpoint"),
                       field("events_total", &MappingPreview::events_total, ""), field("event_types", &MappingPreview::event_types, "of them"),
                       field("customers", &MappingPreview::customers, "with such an event; absent: too few to be shown to this role"),
                       field("moves", &MappingPreview::moves, "by events, descending"),
                       field("needs_job", &MappingPreview::needs_job, "it names a property that no rule named yet: after saving, the present mapping answers until all events are read"),
                       field("as_of", &MappingPreview::as_of, ""), field("mapping_version", &MappingPreview::mapping_version, "the present one"));
  }
};

}  // namespace lotse::analysis
