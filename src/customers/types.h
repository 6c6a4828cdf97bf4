#pragma once
#include <string>

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

}  // namespace lotse::customers
