#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"

/// What a source counts against what Lotse counts, day by day.
namespace lotse::hub {

/// Which day the source's number means.
enum class CountedBy { event_day, arrival_day };
constexpr auto describe(CountedBy) { return json_enum("CountedBy", value(CountedBy::event_day, "event_day"), value(CountedBy::arrival_day, "arrival_day")); }

enum class DifferenceKind { not_received, duplicate, rejected, without_consent, for_other_days, from_other_days, taken_out };
constexpr auto describe(DifferenceKind) {
  return json_enum("DifferenceKind", value(DifferenceKind::not_received, "not_received"), value(DifferenceKind::duplicate, "duplicate"),
                   value(DifferenceKind::rejected, "rejected"), value(DifferenceKind::without_consent, "without_consent"),
                   value(DifferenceKind::for_other_days, "for_other_days"), value(DifferenceKind::from_other_days, "from_other_days"),
                   value(DifferenceKind::taken_out, "taken_out"));
}
struct Difference {
  DifferenceKind kind = DifferenceKind::not_received;
  int64_t events = 0;
  std::optional<std::string> code;
  static constexpr auto describe() {
    return json_object("Difference",
                       field("kind", &Difference::kind,
                             "not_received: the source counts more than ever came (negative: fewer); for_other_days: arrived on this day but happened on another; "
                             "from_other_days: happened on this day but arrived on another (negative); taken_out: stored once and no longer there, by erasure or "
                             "retention (negative: there before counting began)"),
                       field("events", &Difference::events, "never 0"), field("code", &Difference::code, "of a rejection"));
  }
};
struct ReconciledDay {
  std::string source, name, day;
  std::optional<int64_t> reported;
  std::optional<std::string> reported_by, reported_at;
  int64_t source_count = 0, received = 0, counted = 0, late = 0, difference = 0;
  std::vector<Difference> differences;
  std::vector<std::string> imports;
  static constexpr auto describe() {
    return json_object("ReconciledDay", field("source", &ReconciledDay::source, "src_…"), field("name", &ReconciledDay::name, "may be empty"),
                       field("day", &ReconciledDay::day, "local date"), field("reported", &ReconciledDay::reported, "what the source says; absent: nobody said it"),
                       field("reported_by", &ReconciledDay::reported_by, "name; empty for an API token"), field("reported_at", &ReconciledDay::reported_at, ""),
                       field("source_count", &ReconciledDay::source_count, "reported, else what Lotse received"),
                       field("received", &ReconciledDay::received, "rows read by imports and events in requests"),
                       field("counted", &ReconciledDay::counted, "events in the store by their own time: what every analysis counts"),
                       field("late", &ReconciledDay::late, "of those that happened on this day: stored on a later day"),
                       field("difference", &ReconciledDay::difference, "source_count − counted; the sum of `differences`"),
                       field("differences", &ReconciledDay::differences, ""), field("imports", &ReconciledDay::imports, "imp_… whose rows are among them"));
  }
};
struct Reconciliation {
  std::string from, to;
  CountedBy by = CountedBy::event_day;
  uint64_t open = 0;
  std::vector<ReconciledDay> days;
  static constexpr auto describe() {
    return json_object("Reconciliation", field("from", &Reconciliation::from, "first day"), field("to", &Reconciliation::to, "last day"), field("by", &Reconciliation::by, ""),
                       field("open", &Reconciliation::open, "days whose source counts more or fewer than Lotse received"),
                       field("days", &Reconciliation::days, "newest first, then by source"));
  }
};

struct ReportedCount {
  std::string source, day;
  std::optional<int64_t> events;
  static constexpr auto describe() {
    return json_object("ReportedCount", field("source", &ReportedCount::source, "src_…, or its name"), field("day", &ReportedCount::day, "local date, 2025-03-01"),
                       field("events", &ReportedCount::events, "what the source counts; absent: takes the number back"));
  }
};
struct ReportedCounts {
  std::vector<ReportedCount> counts;
  std::optional<std::string> csv;
  static constexpr auto describe() {
    return json_object("ReportedCounts", field("counts", &ReportedCounts::counts, "at most 10,000"),
                       field("csv", &ReportedCounts::csv, "instead of `counts`: a table with the columns source, day, events (or Quelle, Tag, Anzahl)"));
  }
};
struct ReportedTaken {
  uint64_t taken = 0;
  static constexpr auto describe() { return json_object("ReportedTaken", field("taken", &ReportedTaken::taken, "numbers that are kept now")); }
};

}  // namespace lotse::hub
