#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "customers/types.h"
#include "model/filter.h"

/// Requests and answers about single customers, and about those of whom something holds. Times are ISO 8601 UTC texts.
namespace lotse::analysis {

struct CustomerSearch {
  std::string query;
  static constexpr auto describe() {
    return json_object("CustomerSearch", defaulted("query", &CustomerSearch::query,
                                                   "a pseudonym (cu_…), an instance key, or, with the right see_identifiers, an identifier; empty: "
                                                   "the customers with the latest events"));
  }
};
enum class CustomerMatch { pseudonym, identifier, instance_key, latest };
constexpr auto describe(CustomerMatch) {
  return json_enum("CustomerMatch", value(CustomerMatch::pseudonym, "pseudonym"), value(CustomerMatch::identifier, "identifier"),
                   value(CustomerMatch::instance_key, "instance_key"), value(CustomerMatch::latest, "latest"));
}
struct CustomerRow {
  std::string customer;
  uint64_t events = 0;
  std::optional<std::string> first, last;
  static constexpr auto describe() {
    return json_object("CustomerRow", field("customer", &CustomerRow::customer, "pseudonym, cu_…"), field("events", &CustomerRow::events, ""),
                       field("first", &CustomerRow::first, "first contact"), field("last", &CustomerRow::last, "last contact"));
  }
};
struct CustomerHits {
  CustomerMatch matched = CustomerMatch::latest;
  bool identifiers_searched = false;
  std::vector<CustomerRow> items;
  static constexpr auto describe() {
    return json_object("CustomerHits", field("matched", &CustomerHits::matched, "what the customers were found by"),
                       field("identifiers_searched", &CustomerHits::identifiers_searched, "false: without the right see_identifiers"),
                       field("items", &CustomerHits::items, "at most 50"));
  }
};

/// One event on the time line, with all that is known of it.
struct TimelineEvent {
  std::string time, event_type, touchpoint, touchpoint_name, source;
  bool mapped = false;
  std::optional<std::string> channel, direction, unit, instance_key;
  std::optional<double> cost, pause_s;
  std::map<std::string, std::string> attributes, customer_attributes;
  static constexpr auto describe() {
    return json_object("TimelineEvent", field("time", &TimelineEvent::time, ""), field("event_type", &TimelineEvent::event_type, "as the source writes it"),
                       field("touchpoint", &TimelineEvent::touchpoint, "of the current mapping"), field("touchpoint_name", &TimelineEvent::touchpoint_name, ""),
                       field("source", &TimelineEvent::source, "name"), field("mapped", &TimelineEvent::mapped, "false: an event type that nobody has assigned yet"),
                       field("channel", &TimelineEvent::channel, ""), field("direction", &TimelineEvent::direction, "by_us or by_customer"),
                       field("unit", &TimelineEvent::unit, ""), field("instance_key", &TimelineEvent::instance_key, ""), field("cost", &TimelineEvent::cost, ""),
                       field("pause_s", &TimelineEvent::pause_s, "time without any event before this one, where it is 7 days or more"),
                       field("attributes", &TimelineEvent::attributes, "name → value"),
                       field("customer_attributes", &TimelineEvent::customer_attributes, "what the event says of the customer"));
  }
};
struct TimelineRequest {
  std::optional<std::string> cursor, before, channel, source, touchpoint, instance_key;
};
struct Timeline {
  int64_t as_of = 0, mapping_version = 0;
  uint64_t total = 0;
  std::vector<TimelineEvent> events;
  std::optional<std::string> next_cursor;
  static constexpr auto describe() {
    return json_object("Timeline", field("as_of", &Timeline::as_of, "last arrival number that was seen"), field("mapping_version", &Timeline::mapping_version, ""),
                       field("total", &Timeline::total, "events that fit, over all pages"), field("events", &Timeline::events, "newest first"),
                       field("next_cursor", &Timeline::next_cursor, "absent on the last page"));
  }
};

struct Lane {
  std::string name;
  uint64_t events = 0;
  std::vector<uint64_t> counts;
  static constexpr auto describe() {
    return json_object("Lane", field("name", &Lane::name, "empty: events without a channel"), field("events", &Lane::events, ""),
                       field("counts", &Lane::counts, "by bucket"));
  }
};
struct Activity {
  std::string bucket;
  std::vector<std::string> starts;
  std::vector<Lane> channels, sources;
  static constexpr auto describe() {
    return json_object("Activity", field("bucket", &Activity::bucket, "day, week or month"), field("starts", &Activity::starts, "begin of each bucket, local date"),
                       field("channels", &Activity::channels, "by events, descending"), field("sources", &Activity::sources, "likewise"));
  }
};
struct Matter {
  std::optional<std::string> instance_key;
  std::string first, last, last_touchpoint, last_touchpoint_name;
  uint64_t events = 0;
  bool open = false;
  static constexpr auto describe() {
    return json_object("Matter", field("instance_key", &Matter::instance_key, "absent: the customer's course without keys"), field("first", &Matter::first, ""),
                       field("last", &Matter::last, ""), field("last_touchpoint", &Matter::last_touchpoint, ""),
                       field("last_touchpoint_name", &Matter::last_touchpoint_name, ""), field("events", &Matter::events, ""),
                       field("open", &Matter::open, "its end has not come, and its last event is not older than the workspace's open_days"));
  }
};
struct AttributeChange {
  std::string value, since, source;
  static constexpr auto describe() {
    return json_object("AttributeChange", field("value", &AttributeChange::value, ""), field("since", &AttributeChange::since, "first event in a row that says so"),
                       field("source", &AttributeChange::source, "name"));
  }
};
struct KnownAttribute {
  std::string id, name, value, since, confirmed, source;
  uint64_t changes = 0;
  std::vector<AttributeChange> history;
  static constexpr auto describe() {
    return json_object("KnownAttribute", field("id", &KnownAttribute::id, "at_…"), field("name", &KnownAttribute::name, "as imported"),
                       field("value", &KnownAttribute::value, "the last one"), field("since", &KnownAttribute::since, "first event in a row that says so"),
                       field("confirmed", &KnownAttribute::confirmed, "last event that says so"), field("source", &KnownAttribute::source, "of that event"),
                       field("changes", &KnownAttribute::changes, "values over time, this one included"),
                       field("history", &KnownAttribute::history, "newest first, at most 50"));
  }
};
struct ComputedValue {
  std::string id, name;
  customers::ComputedKind kind = customers::ComputedKind::events;
  std::optional<double> number;
  std::optional<std::string> text, time;
  static constexpr auto describe() {
    return json_object("ComputedValue", field("id", &ComputedValue::id, "ca_…"), field("name", &ComputedValue::name, ""), field("kind", &ComputedValue::kind, ""),
                       field("number", &ComputedValue::number, ""), field("text", &ComputedValue::text, "most_used_channel"),
                       field("time", &ComputedValue::time, "first_contact, last_contact"));
  }
};
struct InSegment {
  std::string id, name;
  static constexpr auto describe() {
    return json_object("InSegment", field("id", &InSegment::id, "seg_…"), field("name", &InSegment::name, ""));
  }
};
struct CustomerProfile {
  std::string customer;
  std::optional<std::string> identifier, first, last;
  int64_t as_of = 0, mapping_version = 0;
  uint64_t events = 0, matters_total = 0;
  Activity activity;
  std::vector<Matter> matters;
  std::vector<KnownAttribute> attributes;
  std::vector<ComputedValue> computed;
  std::vector<InSegment> segments;
  static constexpr auto describe() {
    return json_object("CustomerProfile", field("customer", &CustomerProfile::customer, "pseudonym"),
                       field("identifier", &CustomerProfile::identifier, "the original; only with the right see_identifiers"),
                       field("first", &CustomerProfile::first, "first contact"), field("last", &CustomerProfile::last, "last contact"),
                       field("as_of", &CustomerProfile::as_of, ""), field("mapping_version", &CustomerProfile::mapping_version, ""),
                       field("events", &CustomerProfile::events, ""), field("matters_total", &CustomerProfile::matters_total, ""),
                       field("activity", &CustomerProfile::activity, "events over time by channel and by source"),
                       field("matters", &CustomerProfile::matters, "open ones first, then by last event, newest first; at most 50"),
                       field("attributes", &CustomerProfile::attributes, "what sources said of the customer, by name"),
                       field("computed", &CustomerProfile::computed, "by name"), field("segments", &CustomerProfile::segments, "that the customer is in, by name"));
  }
};
/// What an agent desktop or a portal shows.
struct CustomerPanel {
  std::string customer, time_zone;
  std::optional<std::string> first, last;
  uint64_t events = 0;
  std::vector<TimelineEvent> last_contacts;
  std::vector<Matter> open;
  std::vector<KnownAttribute> attributes;
  std::vector<ComputedValue> computed;
  bool profile_withheld = false;
  static constexpr auto describe() {
    return json_object("CustomerPanel", field("profile_withheld", &CustomerPanel::profile_withheld, "the customer refused personalisation: no attributes, nothing computed"), field("customer", &CustomerPanel::customer, "pseudonym"), field("time_zone", &CustomerPanel::time_zone, "of the workspace"),
                       field("first", &CustomerPanel::first, ""), field("last", &CustomerPanel::last, ""), field("events", &CustomerPanel::events, ""),
                       field("last_contacts", &CustomerPanel::last_contacts, "newest first, at most 5"), field("open", &CustomerPanel::open, "newest first"),
                       field("attributes", &CustomerPanel::attributes, "without history"), field("computed", &CustomerPanel::computed, ""));
  }
};
/// All that is held of one customer's events here.
struct CustomerExport {
  std::string exported_at;
  CustomerProfile profile;
  std::vector<TimelineEvent> events;
  static constexpr auto describe() {
    return json_object("CustomerExport", field("exported_at", &CustomerExport::exported_at, ""), field("profile", &CustomerExport::profile, ""),
                       field("events", &CustomerExport::events, "oldest first"));
  }
};

/// How many customers a filter or a segment holds.
struct AudienceRequest {
  Filter filter;
  static constexpr auto describe() { return json_object("AudienceRequest", defaulted("filter", &AudienceRequest::filter, "")); }
};
struct Audience {
  int64_t as_of = 0, mapping_version = 0;
  std::optional<uint64_t> customers;
  uint64_t customers_total = 0;
  static constexpr auto describe() {
    return json_object("Audience", field("as_of", &Audience::as_of, ""), field("mapping_version", &Audience::mapping_version, ""),
                       field("customers", &Audience::customers, "absent where there are fewer than five and the viewer may not see single customers"),
                       field("customers_total", &Audience::customers_total, "of the workspace"));
  }
};
struct CustomersRequest {
  Filter filter;
  int64_t limit = 50;
  std::optional<std::string> cursor, purpose;
  static constexpr auto describe() {
    return json_object("CustomersRequest", field("purpose", &CustomersRequest::purpose, "analytics, personalisation or contact: what the list is for; who has not agreed to it is left out"), defaulted("filter", &CustomersRequest::filter, ""), defaulted("limit", &CustomersRequest::limit, "1 to 500"),
                       field("cursor", &CustomersRequest::cursor, ""));
  }
};
struct Customers {
  int64_t as_of = 0, mapping_version = 0;
  uint64_t total = 0;
  std::optional<uint64_t> without_consent;
  std::vector<CustomerRow> rows;
  std::optional<std::string> next_cursor;
  static constexpr auto describe() {
    return json_object("Customers", field("without_consent", &Customers::without_consent, "with a purpose: how many were left out"), field("as_of", &Customers::as_of, ""), field("mapping_version", &Customers::mapping_version, ""),
                       field("total", &Customers::total, "over all pages"), field("rows", &Customers::rows, "in a fixed order"),
                       field("next_cursor", &Customers::next_cursor, "absent on the last page"));
  }
};

/// What a definition gives over all customers.
struct ComputedRequest {
  customers::ComputedDefinition definition;
  static constexpr auto describe() { return json_object("ComputedRequest", defaulted("definition", &ComputedRequest::definition, "")); }
};
struct ComputedSummary {
  uint64_t customers = 0, with_value = 0;
  std::optional<double> min, median, mean, max;
  static constexpr auto describe() {
    return json_object("ComputedSummary", field("customers", &ComputedSummary::customers, ""), field("with_value", &ComputedSummary::with_value, "sums and counts: other than 0"),
                       field("min", &ComputedSummary::min, "numbers only, of those with a value"), field("median", &ComputedSummary::median, ""),
                       field("mean", &ComputedSummary::mean, ""), field("max", &ComputedSummary::max, ""));
  }
};

}  // namespace lotse::analysis
