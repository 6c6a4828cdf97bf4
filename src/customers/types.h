#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/filter.h"

namespace lotse::customers {

/// A saved filter, usable in every filter bar.
struct Segment {
  std::string id, name, created_by, created_at, etag;
  Filter filter;
  static constexpr auto describe() {
    return json_object("Segment", field("id", &Segment::id, "seg_…"), field("name", &Segment::name, ""), field("created_by", &Segment::created_by, "name"),
                       field("created_at", &Segment::created_at, ""), field("etag", &Segment::etag, ""), field("filter", &Segment::filter, "may not name a segment"));
  }
};
struct SegmentRequest {
  std::string name;
  Filter filter;
  static constexpr auto describe() {
    return json_object("SegmentRequest", field("name", &SegmentRequest::name, "1 to 80 characters, unique"), field("filter", &SegmentRequest::filter, ""));
  }
};

enum class ComputedKind { events, value_sum, first_contact, last_contact, days_since_last, most_used_channel, instances };
constexpr auto describe(ComputedKind) {
  return json_enum("ComputedKind", value(ComputedKind::events, "events"), value(ComputedKind::value_sum, "value_sum"),
                   value(ComputedKind::first_contact, "first_contact"), value(ComputedKind::last_contact, "last_contact"),
                   value(ComputedKind::days_since_last, "days_since_last"), value(ComputedKind::most_used_channel, "most_used_channel"),
                   value(ComputedKind::instances, "instances"));
}
/// How a computed attribute follows from a customer's events.
struct ComputedDefinition {
  ComputedKind kind = ComputedKind::events;
  std::vector<std::string> touchpoints;
  std::optional<std::string> value_of;
  std::optional<double> days;
  static constexpr auto describe() {
    return json_object("ComputedDefinition", field("kind", &ComputedDefinition::kind, ""),
                       field("touchpoints", &ComputedDefinition::touchpoints, "only events of these; none: every event; not for instances"),
                       field("value_of", &ComputedDefinition::value_of, "value_sum: cost, or the id of an attribute whose values are numbers"),
                       field("days", &ComputedDefinition::days, "only events of the last so many days; not for instances"));
  }
};
struct ComputedAttribute {
  std::string id, name, created_by, created_at, etag;
  ComputedDefinition definition;
  static constexpr auto describe() {
    return json_object("ComputedAttribute", field("id", &ComputedAttribute::id, "ca_…"), field("name", &ComputedAttribute::name, ""),
                       field("created_by", &ComputedAttribute::created_by, "name"), field("created_at", &ComputedAttribute::created_at, ""),
                       field("etag", &ComputedAttribute::etag, ""), field("definition", &ComputedAttribute::definition, ""));
  }
};
struct ComputedAttributeRequest {
  std::string name;
  ComputedDefinition definition;
  static constexpr auto describe() {
    return json_object("ComputedAttributeRequest", field("name", &ComputedAttributeRequest::name, "1 to 80 characters, unique"),
                       field("definition", &ComputedAttributeRequest::definition, ""));
  }
};

/// How one customer is shown in this workspace, and where the panel may stand.
struct CustomerViewSettings {
  std::vector<std::string> origins, end_touchpoints;
  int64_t open_days = 30;
  std::string etag;
  static constexpr auto describe() {
    return json_object("CustomerViewSettings",
                       field("origins", &CustomerViewSettings::origins, "web origins that may embed the panel, like https://desk.example.com; at most 20"),
                       field("end_touchpoints", &CustomerViewSettings::end_touchpoints, "touchpoint ids that close a matter"),
                       defaulted("open_days", &CustomerViewSettings::open_days, "a matter without an event for longer is over; 1 to 3650"),
                       defaulted("etag", &CustomerViewSettings::etag, "of the settings as read; not read in a request"));
  }
};

/// A link to the panel of one customer.
struct PanelLinkRequest {
  std::string customer;
  int64_t minutes = 10;
  std::optional<std::string> language;
  static constexpr auto describe() {
    return json_object("PanelLinkRequest", field("customer", &PanelLinkRequest::customer, "cu_…"),
                       defaulted("minutes", &PanelLinkRequest::minutes, "1 to 60"),
                       field("language", &PanelLinkRequest::language, "de or en; absent: the browser's"));
  }
};
struct PanelLink {
  std::string url, expires_at;
  static constexpr auto describe() {
    return json_object("PanelLink", field("url", &PanelLink::url, "below this server's address: /embed/customer?…"),
                       field("expires_at", &PanelLink::expires_at, ""));
  }
};

}  // namespace lotse::customers
