#pragma once
#include "analysis/types.h"

/// Requests and answers about funnels. Steps are numbered from 1.
namespace lotse::analysis {

enum class FunnelMode { ordered, strict, any_order };
constexpr auto describe(FunnelMode) {
  return json_enum("FunnelMode", value(FunnelMode::ordered, "ordered"), value(FunnelMode::strict, "strict"), value(FunnelMode::any_order, "any_order"));
}
struct FunnelStepTouchpoints {
  std::vector<std::string> touchpoints;
  static constexpr auto describe() {
    return json_object("FunnelStepTouchpoints", field("touchpoints", &FunnelStepTouchpoints::touchpoints, "ids; an event of any of these fills the step"));
  }
};
struct FunnelExclusion {
  std::vector<std::string> touchpoints;
  int64_t after = 1, before = 2;
  static constexpr auto describe() {
    return json_object("FunnelExclusion", field("touchpoints", &FunnelExclusion::touchpoints, "an event of these ends the attempt …"),
                       field("after", &FunnelExclusion::after, "… once this step is reached, from 1"),
                       field("before", &FunnelExclusion::before, "… and until this one is"));
  }
};
struct FunnelDefinition {
  std::vector<FunnelStepTouchpoints> steps;
  double window_s = 0;
  FunnelMode mode = FunnelMode::ordered;
  std::vector<FunnelExclusion> exclusions;
  static constexpr auto describe() {
    return json_object("FunnelDefinition", field("steps", &FunnelDefinition::steps, "2 to 32; the same touchpoint may stand in several"),
                       field("window_s", &FunnelDefinition::window_s, "seconds from the first step, inclusive"),
                       defaulted("mode", &FunnelDefinition::mode, "ordered: anything may lie between; strict: consecutive events; any_order: step k means k steps"),
                       field("exclusions", &FunnelDefinition::exclusions, "not in any order"));
  }
};

struct FunnelRequest {
  Filter filter;
  FunnelDefinition funnel;
  std::optional<std::string> breakdown;
  std::optional<Filter> compare;
  std::optional<int64_t> as_of, mapping_version;
  static constexpr auto describe() {
    return json_object("FunnelRequest", defaulted("filter", &FunnelRequest::filter, ""), field("funnel", &FunnelRequest::funnel, ""),
                       field("breakdown", &FunnelRequest::breakdown,
                             "an attribute's id: its value at the event of the first step; of attributes of the customer: the value at that time"),
                       field("compare", &FunnelRequest::compare, "another filter: the same funnel under both, with tests"),
                       field("as_of", &FunnelRequest::as_of, "repeat an earlier answer's"),
                       field("mapping_version", &FunnelRequest::mapping_version, "likewise"));
  }
};

/// A share with its 95 % interval (Wilson).
struct FunnelShare {
  double share = 0, low = 0, high = 1;
  static constexpr auto describe() {
    return json_object("FunnelShare", field("share", &FunnelShare::share, "0..1"), field("low", &FunnelShare::low, "95 % interval"), field("high", &FunnelShare::high, ""));
  }
};
struct FunnelNext {
  std::string touchpoint;
  uint64_t instances = 0;
  static constexpr auto describe() {
    return json_object("FunnelNext", field("touchpoint", &FunnelNext::touchpoint, ""), field("instances", &FunnelNext::instances, ""));
  }
};
struct FunnelStep {
  std::vector<std::string> touchpoints;
  std::optional<uint64_t> instances, customers;
  std::optional<FunnelShare> from_previous, from_first;
  std::optional<double> median_from_previous_s, median_from_first_s;
  std::optional<uint64_t> dropped, running, ended, waiting;
  std::vector<FunnelNext> next;
  static constexpr auto describe() {
    return json_object(
        "FunnelStep", field("touchpoints", &FunnelStep::touchpoints, "ids"),
        field("instances", &FunnelStep::instances, "that reached it; absent where withheld"), field("customers", &FunnelStep::customers, "distinct"),
        field("from_previous", &FunnelStep::from_previous, "absent at the first step, and where nobody stood before"),
        field("from_first", &FunnelStep::from_first, "likewise"),
        field("median_from_previous_s", &FunnelStep::median_from_previous_s, "exact"), field("median_from_first_s", &FunnelStep::median_from_first_s, "exact"),
        field("dropped", &FunnelStep::dropped, "reached this step and not the next; absent at the last"),
        field("running", &FunnelStep::running, "of these: the window still runs, they may still come"),
        field("ended", &FunnelStep::ended, "of these: nothing came after, and the window is over"),
        field("waiting", &FunnelStep::waiting, "of these: nothing came after yet, while the window runs"),
        field("next", &FunnelStep::next, "the next event of those others, by instances, descending; the twelve most frequent"));
  }
};
struct FunnelCount {
  std::optional<uint64_t> instances;
  static constexpr auto describe() { return json_object("FunnelCount", field("instances", &FunnelCount::instances, "absent where withheld")); }
};
struct FunnelGroup {
  std::string value;
  std::vector<FunnelCount> counts;
  std::optional<FunnelShare> conversion;
  static constexpr auto describe() {
    return json_object("FunnelGroup", field("value", &FunnelGroup::value, "empty: none"),
                       field("counts", &FunnelGroup::counts, "by step"),
                       field("conversion", &FunnelGroup::conversion, "from the first step to the last"));
  }
};
struct FunnelTrendPoint {
  std::string from, to;
  std::vector<FunnelCount> counts;
  std::optional<FunnelShare> conversion;
  uint64_t running = 0;
  static constexpr auto describe() {
    return json_object("FunnelTrendPoint", field("from", &FunnelTrendPoint::from, "begin of the bucket, local date"), field("to", &FunnelTrendPoint::to, "its end, exclusive"),
                       field("counts", &FunnelTrendPoint::counts, "by step, of those whose first step lies in the bucket"),
                       field("conversion", &FunnelTrendPoint::conversion, "from the first step to the last; absent where nobody began"),
                       field("running", &FunnelTrendPoint::running, "of those not at the last step: the window still runs"));
  }
};

enum class FunnelTestMethod { pooled_z, fisher };
constexpr auto describe(FunnelTestMethod) {
  return json_enum("FunnelTestMethod", value(FunnelTestMethod::pooled_z, "pooled_z"), value(FunnelTestMethod::fisher, "fisher"));
}
/// A share under the filter against the same under `compare`.
struct FunnelTest {
  double difference = 0, low = 0, high = 0, p = 1, p_adjusted = 1;
  FunnelTestMethod method = FunnelTestMethod::pooled_z;
  bool significant = false;
  static constexpr auto describe() {
    return json_object("FunnelTest", field("difference", &FunnelTest::difference, "of the shares: the filter's minus the comparison's, -1..1"),
                       field("low", &FunnelTest::low, "95 % interval (Newcombe)"), field("high", &FunnelTest::high, ""),
                       field("p", &FunnelTest::p, "two-sided"), field("p_adjusted", &FunnelTest::p_adjusted, "Holm, over all tests of the answer"),
                       field("method", &FunnelTest::method, "pooled_z: two-proportion z test; fisher: exact, where an expected count is below 5"),
                       field("significant", &FunnelTest::significant, "p_adjusted below 0.05"));
  }
};
struct FunnelComparedStep {
  std::optional<uint64_t> instances, customers;
  std::optional<FunnelShare> from_previous, from_first;
  std::optional<double> median_from_previous_s;
  std::optional<FunnelTest> test;
  static constexpr auto describe() {
    return json_object("FunnelComparedStep", field("instances", &FunnelComparedStep::instances, ""), field("customers", &FunnelComparedStep::customers, ""),
                       field("from_previous", &FunnelComparedStep::from_previous, ""), field("from_first", &FunnelComparedStep::from_first, ""),
                       field("median_from_previous_s", &FunnelComparedStep::median_from_previous_s, ""),
                       field("test", &FunnelComparedStep::test, "of from_previous; absent where one of the two is"));
  }
};
struct FunnelComparison {
  Basis basis;
  std::vector<FunnelComparedStep> steps;
  std::optional<FunnelTest> overall;
  static constexpr auto describe() {
    return json_object("FunnelComparison", field("basis", &FunnelComparison::basis, "under `compare`"), field("steps", &FunnelComparison::steps, ""),
                       field("overall", &FunnelComparison::overall, "of the share that comes from the first step to the last"));
  }
};

struct Funnel {
  Basis basis;
  std::vector<FunnelStep> steps;
  std::optional<FunnelShare> conversion;
  std::vector<FunnelGroup> groups;
  uint64_t groups_total = 0;
  std::string trend_bucket;
  std::vector<FunnelTrendPoint> trend;
  std::optional<FunnelComparison> comparison;
  std::vector<TouchpointName> touchpoints;
  static constexpr auto describe() {
    return json_object("Funnel", field("basis", &Funnel::basis, ""), field("steps", &Funnel::steps, ""),
                       field("conversion", &Funnel::conversion, "from the first step to the last; absent where nobody began"),
                       field("groups", &Funnel::groups, "by instances at the first step, descending; at most 50"),
                       field("groups_total", &Funnel::groups_total, "values of the breakdown"), field("trend_bucket", &Funnel::trend_bucket, "day, week or month"),
                       field("trend", &Funnel::trend, "by the time of the first step, without gaps"),
                       field("comparison", &Funnel::comparison, ""), field("touchpoints", &Funnel::touchpoints, "names of the ids used"));
  }
};

enum class FunnelWent { touchpoint, ended, waiting, running };
constexpr auto describe(FunnelWent) {
  return json_enum("FunnelWent", value(FunnelWent::touchpoint, "touchpoint"), value(FunnelWent::ended, "ended"), value(FunnelWent::waiting, "waiting"),
                   value(FunnelWent::running, "running"));
}
struct FunnelPart {
  int64_t step = 1;
  bool dropped = false;
  std::optional<FunnelWent> went;
  std::optional<std::string> next, value, from, to;
  static constexpr auto describe() {
    return json_object("FunnelPart", field("step", &FunnelPart::step, "reached this one, from 1"), defaulted("dropped", &FunnelPart::dropped, "… and not the next"),
                       field("went", &FunnelPart::went, "of those who dropped: only these"), field("next", &FunnelPart::next, "went touchpoint: its id"),
                       field("value", &FunnelPart::value, "only this group of the breakdown"),
                       field("from", &FunnelPart::from, "only first steps from here on (local date)"), field("to", &FunnelPart::to, "exclusive"));
  }
};
struct FunnelRowsRequest {
  Filter filter;
  FunnelDefinition funnel;
  FunnelPart part;
  std::optional<std::string> breakdown;
  int64_t limit = 50;
  std::optional<std::string> cursor;
  std::optional<int64_t> as_of, mapping_version;
  static constexpr auto describe() {
    return json_object("FunnelRowsRequest", defaulted("filter", &FunnelRowsRequest::filter, ""), field("funnel", &FunnelRowsRequest::funnel, ""),
                       field("part", &FunnelRowsRequest::part, "which number of the funnel"), field("breakdown", &FunnelRowsRequest::breakdown, "what part.value is a value of"),
                       defaulted("limit", &FunnelRowsRequest::limit, "1 to 500"), field("cursor", &FunnelRowsRequest::cursor, ""),
                       field("as_of", &FunnelRowsRequest::as_of, "repeat an earlier answer's"), field("mapping_version", &FunnelRowsRequest::mapping_version, "likewise"));
  }
};
struct FunnelRow {
  std::string customer;
  std::optional<std::string> instance_key;
  std::string first_step, last_step;
  double took_s = 0;
  int64_t reached = 1;
  std::vector<std::string> sequence;
  static constexpr auto describe() {
    return json_object("FunnelRow", field("customer", &FunnelRow::customer, "pseudonym, cu_…"), field("instance_key", &FunnelRow::instance_key, "Vorgangsnummer"),
                       field("first_step", &FunnelRow::first_step, "time of the first step"), field("last_step", &FunnelRow::last_step, "of the last one reached"),
                       field("took_s", &FunnelRow::took_s, "between these"), field("reached", &FunnelRow::reached, "steps"),
                       field("sequence", &FunnelRow::sequence, "of the whole instance: touchpoint ids, at most 50"));
  }
};
struct FunnelRows {
  Basis basis;
  uint64_t total = 0, customers = 0;
  std::vector<FunnelRow> rows;
  std::vector<TouchpointName> touchpoints;
  std::optional<std::string> next_cursor;
  static constexpr auto describe() {
    return json_object("FunnelRows", field("basis", &FunnelRows::basis, ""), field("total", &FunnelRows::total, "all rows, over all pages: the number in the funnel"),
                       field("customers", &FunnelRows::customers, "distinct, of all rows"), field("rows", &FunnelRows::rows, ""),
                       field("touchpoints", &FunnelRows::touchpoints, ""), field("next_cursor", &FunnelRows::next_cursor, "absent on the last page"));
  }
};

struct FunnelProposalRequest {
  Filter filter;
  static constexpr auto describe() { return json_object("FunnelProposalRequest", defaulted("filter", &FunnelProposalRequest::filter, "")); }
};
enum class FunnelProposalHow { purchase, most_frequent_end, none };
constexpr auto describe(FunnelProposalHow) {
  return json_enum("FunnelProposalHow", value(FunnelProposalHow::purchase, "purchase"), value(FunnelProposalHow::most_frequent_end, "most_frequent_end"),
                   value(FunnelProposalHow::none, "none"));
}
struct FunnelProposal {
  FunnelProposalHow how = FunnelProposalHow::none;
  std::vector<std::string> steps;
  double window_s = 0;
  uint64_t instances = 0, of_instances = 0;
  bool usual = false;
  std::vector<TouchpointName> touchpoints;
  static constexpr auto describe() {
    return json_object("FunnelProposal",
                       field("how", &FunnelProposal::how,
                             "purchase: the goal is a touchpoint whose name speaks of a purchase or contract; most_frequent_end: the one with which most instances end; "
                             "none: there is nothing to propose"),
                       field("steps", &FunnelProposal::steps, "touchpoint ids; the last is the goal"),
                       field("usual", &FunnelProposal::usual,
                             "false: the steps are the most frequent way to the goal, repeats left out; true: hardly two go the same way, and the steps are what those "
                             "who arrive had before more often than others have it, in its usual order"),
                       field("window_s", &FunnelProposal::window_s, "in which nine of ten who go this way arrive, rounded up"),
                       field("instances", &FunnelProposal::instances, "that go this way; usual: that come through these steps"), field("of_instances", &FunnelProposal::of_instances, "that reach the goal"),
                       field("touchpoints", &FunnelProposal::touchpoints, "names"));
  }
};

}  // namespace lotse::analysis
