#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/filter.h"

/// Requests and answers of the mined world, with public ids. Durations are seconds, times ISO 8601 UTC texts.
namespace lotse::analysis {

/// What every answer is based on; drill-down, next page and export repeat as_of and mapping_version, so that a number
/// and the rows behind it stay equal while events flow.
struct Basis {
  int64_t as_of = 0, mapping_version = 0;
  uint64_t instances = 0, events = 0, customers = 0, events_without_key = 0, open_instances = 0;
  uint64_t instances_total = 0, events_total = 0;
  std::optional<uint64_t> events_without_reference;
  bool approximate = false;
  std::vector<std::string> notes;
  static constexpr auto describe() {
    return json_object(
        "Basis", field("as_of", &Basis::as_of, "last arrival number that was seen"),
        field("mapping_version", &Basis::mapping_version, ""), field("instances", &Basis::instances, "after all filters"),
        field("events", &Basis::events, "after all filters"), field("customers", &Basis::customers, "after all filters"),
        field("events_without_key", &Basis::events_without_key, "belong to no instance of a by-key journey"),
        field("open_instances", &Basis::open_instances, "of `instances`: still running at as_of"),
        field("instances_total", &Basis::instances_total, "before instance and event filters"),
        field("events_total", &Basis::events_total, "before instance and event filters"),
        field("events_without_reference", &Basis::events_without_reference,
              "where the filter counts by accounts, contracts or orders: events of the whole history that name none, and are left out"),
        field("approximate", &Basis::approximate, "true: quantiles within 1 %"),
        field("notes", &Basis::notes,
              "codes the page explains: neighbours_by_event_filter, mapping_running, answered_from_store, "
              "answered_by_customer, small_groups_withheld, too_many_touchpoints"));
  }
};

enum class Measure { instances, customers, mean, median, p90, min, max };
constexpr auto describe(Measure) {
  return json_enum("Measure", value(Measure::instances, "instances"), value(Measure::customers, "customers"),
                   value(Measure::mean, "mean"), value(Measure::median, "median"), value(Measure::p90, "p90"),
                   value(Measure::min, "min"), value(Measure::max, "max"));
}
struct GraphRequest {
  Filter filter;
  std::vector<Measure> measures;
  std::optional<int64_t> as_of, mapping_version;
  static constexpr auto describe() {
    return json_object("GraphRequest", defaulted("filter", &GraphRequest::filter, ""),
                       field("measures", &GraphRequest::measures, "besides the count, which always comes"),
                       field("as_of", &GraphRequest::as_of, "repeat an earlier answer's"),
                       field("mapping_version", &GraphRequest::mapping_version, "likewise"));
  }
};
struct GraphNode {
  std::string touchpoint, name;
  bool mapped = false;
  std::optional<std::string> channel;
  uint64_t events = 0, starts = 0, ends = 0;
  std::optional<uint64_t> instances, customers;
  static constexpr auto describe() {
    return json_object("GraphNode", field("touchpoint", &GraphNode::touchpoint, "tp_…"), field("name", &GraphNode::name, ""),
                       field("mapped", &GraphNode::mapped, "false: an event type that nobody has assigned yet"),
                       field("channel", &GraphNode::channel, "the owned touchpoint's, else the most frequent one"),
                       field("events", &GraphNode::events, ""), field("starts", &GraphNode::starts, "instances that begin here"),
                       field("ends", &GraphNode::ends, "instances that end here"),
                       field("instances", &GraphNode::instances, "distinct"), field("customers", &GraphNode::customers, "distinct"));
  }
};
struct GraphEdge {
  std::string from, to;
  uint64_t count = 0;
  std::optional<uint64_t> instances, customers;
  std::optional<double> mean_s, median_s, p90_s, min_s, max_s;
  static constexpr auto describe() {
    return json_object("GraphEdge", field("from", &GraphEdge::from, ""), field("to", &GraphEdge::to, ""),
                       field("count", &GraphEdge::count, "pairs of consecutive events"),
                       field("instances", &GraphEdge::instances, "distinct"), field("customers", &GraphEdge::customers, "distinct"),
                       field("mean_s", &GraphEdge::mean_s, ""), field("median_s", &GraphEdge::median_s, ""),
                       field("p90_s", &GraphEdge::p90_s, ""), field("min_s", &GraphEdge::min_s, ""),
                       field("max_s", &GraphEdge::max_s, ""));
  }
};
struct Graph {
  Basis basis;
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
  static constexpr auto describe() {
    return json_object("Graph", field("basis", &Graph::basis, ""), field("nodes", &Graph::nodes, "by events, descending"),
                       field("edges", &Graph::edges, "by count, descending"));
  }
};

struct VariantsRequest {
  Filter filter;
  int64_t limit = 20, offset = 0;
  std::optional<int64_t> as_of, mapping_version;
  static constexpr auto describe() {
    return json_object("VariantsRequest", defaulted("filter", &VariantsRequest::filter, ""),
                       defaulted("limit", &VariantsRequest::limit, "1 to 1000"),
                       defaulted("offset", &VariantsRequest::offset, "rank to begin at; for the next page"),
                       field("as_of", &VariantsRequest::as_of, "repeat an earlier answer's"),
                       field("mapping_version", &VariantsRequest::mapping_version, "likewise"));
  }
};
struct Variant {
  std::string id;
  std::vector<std::string> sequence;
  uint64_t length = 0, count = 0;
  double share = 0, cumulative_share = 0, median_duration_s = 0;
  static constexpr auto describe() {
    return json_object("Variant", field("id", &Variant::id, "stable for the same sequence of touchpoints; for filter.variants"),
                       field("sequence", &Variant::sequence, "touchpoint ids, at most 200"),
                       field("length", &Variant::length, "of the whole sequence"), field("count", &Variant::count, "instances"),
                       field("share", &Variant::share, "0..1"), field("cumulative_share", &Variant::cumulative_share, "0..1"),
                       field("median_duration_s", &Variant::median_duration_s, ""));
  }
};
struct TouchpointName {
  std::string id, name;
  bool mapped = false;
  std::optional<std::string> channel;
  static constexpr auto describe() {
    return json_object("TouchpointName", field("id", &TouchpointName::id, ""), field("name", &TouchpointName::name, ""),
                       field("mapped", &TouchpointName::mapped, ""), field("channel", &TouchpointName::channel, ""));
  }
};
struct Variants {
  Basis basis;
  uint64_t variants_total = 0;
  double median_duration_s = 0;
  std::vector<Variant> variants;
  std::vector<TouchpointName> touchpoints;
  static constexpr auto describe() {
    return json_object("Variants", field("basis", &Variants::basis, ""),
                       field("variants_total", &Variants::variants_total, "distinct sequences"),
                       field("median_duration_s", &Variants::median_duration_s, "over all instances"),
                       field("variants", &Variants::variants, "by count, ties by names as UTF-8 bytes"),
                       field("touchpoints", &Variants::touchpoints, "names of the ids used"));
  }
};

/// What a click on a node or an edge asks for. `to` absent: the node `from`.
struct DetailRequest {
  Filter filter;
  std::string from;
  std::optional<std::string> to;
  std::optional<int64_t> as_of, mapping_version;
  static constexpr auto describe() {
    return json_object("DetailRequest", defaulted("filter", &DetailRequest::filter, ""), field("from", &DetailRequest::from, "touchpoint id"),
                       field("to", &DetailRequest::to, "touchpoint id; absent: a node"), field("as_of", &DetailRequest::as_of, "repeat an earlier answer's"),
                       field("mapping_version", &DetailRequest::mapping_version, "likewise"));
  }
};
struct HistogramBar {
  double from_s = 0, to_s = 0;
  uint64_t count = 0;
  static constexpr auto describe() {
    return json_object("HistogramBar", field("from_s", &HistogramBar::from_s, "inclusive"), field("to_s", &HistogramBar::to_s, "exclusive"),
                       field("count", &HistogramBar::count, ""));
  }
};
struct TrendPoint {
  std::string from;
  uint64_t count = 0;
  std::optional<double> median_s;
  static constexpr auto describe() {
    return json_object("TrendPoint", field("from", &TrendPoint::from, "begin of the bucket, local date"), field("count", &TrendPoint::count, ""),
                       field("median_s", &TrendPoint::median_s, "edges only"));
  }
};
struct InstanceRow {
  std::string customer;
  std::optional<std::string> instance_key;
  std::string first, last;
  uint64_t events = 0;
  double duration_s = 0;
  bool open = false;
  std::vector<std::string> sequence;
  std::optional<double> time_s;
  static constexpr auto describe() {
    return json_object("InstanceRow", field("customer", &InstanceRow::customer, "pseudonym, cu_…"),
                       field("instance_key", &InstanceRow::instance_key, "Vorgangsnummer"), field("first", &InstanceRow::first, ""),
                       field("last", &InstanceRow::last, ""), field("events", &InstanceRow::events, ""),
                       field("duration_s", &InstanceRow::duration_s, ""), field("open", &InstanceRow::open, ""),
                       field("sequence", &InstanceRow::sequence, "touchpoint ids, at most 50"),
                       field("time_s", &InstanceRow::time_s, "of the edge asked for, its first occurrence"));
  }
};
struct Detail {
  Basis basis;
  std::string from;
  std::optional<std::string> to;
  uint64_t count = 0, instances = 0, customers = 0;
  std::optional<double> mean_s, median_s, p90_s, min_s, max_s;
  std::vector<HistogramBar> histogram;
  std::string trend_bucket;
  std::vector<TrendPoint> trend;
  std::vector<InstanceRow> examples;
  std::vector<TouchpointName> touchpoints;
  std::vector<std::string> event_types;
  static constexpr auto describe() {
    return json_object("Detail", field("basis", &Detail::basis, ""), field("from", &Detail::from, ""), field("to", &Detail::to, ""),
                       field("count", &Detail::count, "events of the node or pairs of the edge"), field("instances", &Detail::instances, ""),
                       field("customers", &Detail::customers, ""), field("mean_s", &Detail::mean_s, "edge: time between; node: time until the next event"),
                       field("median_s", &Detail::median_s, ""), field("p90_s", &Detail::p90_s, ""), field("min_s", &Detail::min_s, ""),
                       field("max_s", &Detail::max_s, ""), field("histogram", &Detail::histogram, "of the same times"),
                       field("trend_bucket", &Detail::trend_bucket, "day, week or month"), field("trend", &Detail::trend, "without gaps"),
                       field("examples", &Detail::examples, "at most 5; empty for roles that may not see customers"),
                       field("touchpoints", &Detail::touchpoints, "names of the ids used"),
                       field("event_types", &Detail::event_types, "names in the sources that the node stands for"));
  }
};

/// The rows behind a number: exactly as many as the number counts.
struct InstancesRequest {
  Filter filter;
  std::optional<std::string> at, edge_to;
  int64_t limit = 50;
  std::optional<std::string> cursor;
  std::optional<int64_t> as_of, mapping_version;
  static constexpr auto describe() {
    return json_object("InstancesRequest", defaulted("filter", &InstancesRequest::filter, ""),
                       field("at", &InstancesRequest::at, "only instances that touch this touchpoint"),
                       field("edge_to", &InstancesRequest::edge_to, "… and go from `at` directly to this one"),
                       defaulted("limit", &InstancesRequest::limit, "1 to 500"), field("cursor", &InstancesRequest::cursor, ""),
                       field("as_of", &InstancesRequest::as_of, "repeat an earlier answer's"),
                       field("mapping_version", &InstancesRequest::mapping_version, "likewise"));
  }
};
struct Instances {
  Basis basis;
  uint64_t total = 0;
  std::vector<InstanceRow> rows;
  std::vector<TouchpointName> touchpoints;
  std::optional<std::string> next_cursor;
  static constexpr auto describe() {
    return json_object("Instances", field("basis", &Instances::basis, ""), field("total", &Instances::total, "all rows, over all pages"),
                       field("rows", &Instances::rows, ""), field("touchpoints", &Instances::touchpoints, ""),
                       field("next_cursor", &Instances::next_cursor, "absent on the last page"));
  }
};

/// One customer's course, newest last.
struct CustomerEvent {
  std::string time, event_type, touchpoint, touchpoint_name, source;
  std::optional<std::string> channel, direction, unit, instance_key;
  std::optional<double> cost;
  std::map<std::string, std::string> attributes;
  static constexpr auto describe() {
    return json_object("CustomerEvent", field("time", &CustomerEvent::time, ""), field("event_type", &CustomerEvent::event_type, "as the source writes it"),
                       field("touchpoint", &CustomerEvent::touchpoint, ""), field("touchpoint_name", &CustomerEvent::touchpoint_name, ""),
                       field("source", &CustomerEvent::source, "name"), field("channel", &CustomerEvent::channel, ""),
                       field("direction", &CustomerEvent::direction, "by_us, by_customer, by_partner or by_machine"), field("unit", &CustomerEvent::unit, ""),
                       field("instance_key", &CustomerEvent::instance_key, ""), field("cost", &CustomerEvent::cost, ""),
                       field("attributes", &CustomerEvent::attributes, "name → value"));
  }
};
struct CustomerCourse {
  std::string customer;
  std::optional<std::string> identifier;
  uint64_t events_total = 0;
  std::vector<CustomerEvent> events;
  std::optional<std::string> next_cursor;
  static constexpr auto describe() {
    return json_object("CustomerCourse", field("customer", &CustomerCourse::customer, "pseudonym"),
                       field("identifier", &CustomerCourse::identifier, "the original; only with the right see_identifiers"),
                       field("events_total", &CustomerCourse::events_total, ""), field("events", &CustomerCourse::events, "by time"),
                       field("next_cursor", &CustomerCourse::next_cursor, ""));
  }
};

/// Which data the numbers of a page rest on; stands on every page with numbers.
struct CoverageSource {
  std::string id, name;
  uint64_t events = 0;
  std::optional<std::string> first, last, last_arrival;
  static constexpr auto describe() {
    return json_object("CoverageSource", field("id", &CoverageSource::id, "src_…"), field("name", &CoverageSource::name, ""),
                       field("events", &CoverageSource::events, ""), field("first", &CoverageSource::first, "earliest event"),
                       field("last", &CoverageSource::last, "latest event"),
                       field("last_arrival", &CoverageSource::last_arrival, "when the last event came in"));
  }
};
struct Coverage {
  std::vector<CoverageSource> sources;
  std::optional<std::string> first, last, last_arrival;
  uint64_t events = 0, customers = 0, events_not_assigned = 0, event_types = 0, event_types_not_assigned = 0;
  int64_t as_of = 0, mapping_version = 0;
  bool loading = false;
  static constexpr auto describe() {
    return json_object("Coverage", field("sources", &Coverage::sources, "by events, descending"), field("first", &Coverage::first, ""),
                       field("last", &Coverage::last, ""), field("last_arrival", &Coverage::last_arrival, ""), field("events", &Coverage::events, ""),
                       field("customers", &Coverage::customers, ""), field("events_not_assigned", &Coverage::events_not_assigned, "of no owned touchpoint"),
                       field("event_types", &Coverage::event_types, ""), field("event_types_not_assigned", &Coverage::event_types_not_assigned, ""),
                       field("as_of", &Coverage::as_of, ""), field("mapping_version", &Coverage::mapping_version, ""),
                       field("loading", &Coverage::loading, "the columns are still being built; numbers may still grow"));
  }
};

/// What can be filtered by, for the filter bar.
struct AttributeValue {
  std::string value;
  uint64_t events = 0;
  static constexpr auto describe() {
    return json_object("AttributeValue", field("value", &AttributeValue::value, ""), field("events", &AttributeValue::events, ""));
  }
};
struct Dimension {
  std::string id, name;
  AttributeScope scope = AttributeScope::event;
  bool in_memory = true;
  uint64_t distinct = 0;
  std::vector<AttributeValue> values;
  static constexpr auto describe() {
    return json_object("Dimension", field("id", &Dimension::id, "channel, source, direction, unit or at_…"), field("name", &Dimension::name, "as imported"),
                       field("scope", &Dimension::scope, ""), field("in_memory", &Dimension::in_memory, "false: answered from the store, slower; the page says so"),
                       field("distinct", &Dimension::distinct, ""), field("values", &Dimension::values, "the 200 most frequent"));
  }
};
struct Dimensions {
  std::vector<CountBy> count_by;
  std::vector<Dimension> dimensions;
  std::vector<TouchpointName> touchpoints;
  static constexpr auto describe() {
    return json_object("Dimensions", field("count_by", &Dimensions::count_by, "what a filter can count by: person, and what events refer to"), field("dimensions", &Dimensions::dimensions, ""), field("touchpoints", &Dimensions::touchpoints, "by name"));
  }
};

}  // namespace lotse::analysis
