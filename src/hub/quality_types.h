#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"

/// What the data quality page shows. Dates are local ones of the workspace, durations seconds.
namespace lotse::hub {

enum class Level { not_judged, usual, low, high, silent };
constexpr auto describe(Level) {
  return json_enum("Level", value(Level::not_judged, "not_judged"), value(Level::usual, "usual"), value(Level::low, "low"), value(Level::high, "high"),
                   value(Level::silent, "silent"));
}
struct QualityDay {
  std::string day;
  uint64_t events = 0;
  std::optional<double> usual, low, high;
  Level level = Level::not_judged;
  static constexpr auto describe() {
    return json_object("QualityDay", field("day", &QualityDay::day, "local date"), field("events", &QualityDay::events, "by their own time"),
                       field("usual", &QualityDay::usual, "median of the same weekday in the eight weeks before; absent: fewer than four are known"),
                       field("low", &QualityDay::low, "below it the day is unusual"), field("high", &QualityDay::high, "above it the day is unusual"),
                       field("level", &QualityDay::level, ""));
  }
};
/// Days without a single event where the usual level says that there should have been.
struct QualityGap {
  std::string from, to;
  double expected = 0;
  static constexpr auto describe() {
    return json_object("QualityGap", field("from", &QualityGap::from, "first day without events"), field("to", &QualityGap::to, "last one"),
                       field("expected", &QualityGap::expected, "events that were usual on these days"));
  }
};
struct QualityExample {
  std::string at, event_type, message;
  static constexpr auto describe() {
    return json_object("QualityExample", field("at", &QualityExample::at, ""), field("event_type", &QualityExample::event_type, "may be empty"),
                       field("message", &QualityExample::message, "the source's message id; may be empty"));
  }
};
struct QualityReject {
  std::string code;
  uint64_t events = 0;
  std::vector<QualityExample> examples;
  std::vector<std::string> imports;
  static constexpr auto describe() {
    return json_object("QualityReject", field("code", &QualityReject::code, "like no_customer, bad_time"), field("events", &QualityReject::events, ""),
                       field("examples", &QualityReject::examples, "of live events, newest first; only for those who may import"),
                       field("imports", &QualityReject::imports, "imp_… that hold such rows: their list of rejected rows can be downloaded"));
  }
};
/// What happened to everything that arrived in the days shown.
struct QualityIntake {
  uint64_t received = 0, stored = 0, duplicates = 0, rejected = 0, without_consent = 0, no_customer = 0;
  std::vector<QualityReject> rejects;
  static constexpr auto describe() {
    return json_object("QualityIntake", field("received", &QualityIntake::received, "stored + duplicates + rejected + without_consent"),
                       field("stored", &QualityIntake::stored, ""), field("duplicates", &QualityIntake::duplicates, "were there already"),
                       field("rejected", &QualityIntake::rejected, "no_customer among them"), field("without_consent", &QualityIntake::without_consent, ""),
                       field("no_customer", &QualityIntake::no_customer, "rejected because the customer's identifier was missing"),
                       field("rejects", &QualityIntake::rejects, "by events, descending; those without consent among them"));
  }
};
struct QualityLatency {
  uint64_t events = 0;
  double p50_s = 0, p95_s = 0;
  static constexpr auto describe() {
    return json_object("QualityLatency", field("events", &QualityLatency::events, "live events of the last 30 days"),
                       field("p50_s", &QualityLatency::p50_s, "median from an event's own time to its arrival; negative: before it happened"),
                       field("p95_s", &QualityLatency::p95_s, "95 % arrived within"));
  }
};
enum class SuspicionKind { hours_shifted, no_time_of_day, in_future, clock_ahead };
constexpr auto describe(SuspicionKind) {
  return json_enum("SuspicionKind", value(SuspicionKind::hours_shifted, "hours_shifted"), value(SuspicionKind::no_time_of_day, "no_time_of_day"),
                   value(SuspicionKind::in_future, "in_future"), value(SuspicionKind::clock_ahead, "clock_ahead"));
}
struct Suspicion {
  SuspicionKind kind = SuspicionKind::in_future;
  uint64_t events = 0;
  std::optional<int64_t> hours;
  std::optional<double> fit, fit_now;
  static constexpr auto describe() {
    return json_object("Suspicion",
                       field("kind", &Suspicion::kind,
                             "hours_shifted: the course of the day fits that of the other sources only when moved by `hours`; no_time_of_day: most events stand at "
                             "midnight; in_future: later than now; clock_ahead: the source's clock was more than five minutes ahead of ours"),
                       field("events", &Suspicion::events, "concerned"), field("hours", &Suspicion::hours, "by which its times seem late (negative: early)"),
                       field("fit", &Suspicion::fit, "correlation with the other sources after moving"), field("fit_now", &Suspicion::fit_now, "as it is"));
  }
};
struct QualitySource {
  std::string source, name;
  uint64_t events = 0;
  std::optional<std::string> first, last;
  Level level = Level::not_judged;
  bool alert = false;
  std::optional<std::string> silent_since;
  std::optional<double> missing;
  std::vector<QualityDay> days;
  std::vector<QualityGap> gaps;
  std::vector<uint64_t> hours;
  QualityIntake intake;
  std::optional<QualityLatency> latency;
  std::vector<Suspicion> suspicions;
  static constexpr auto describe() {
    return json_object("QualitySource", field("source", &QualitySource::source, "src_…"), field("name", &QualitySource::name, "empty: nothing of it was ever stored"),
                       field("events", &QualitySource::events, "in the whole history"), field("first", &QualitySource::first, "day of the earliest event"),
                       field("last", &QualitySource::last, "day of the latest one, not after today"), field("level", &QualitySource::level, "of the last judged day"),
                       field("alert", &QualitySource::alert, "it fell silent, or its last day was unusually low"),
                       field("silent_since", &QualitySource::silent_since, "first day without events, where the source fell silent"),
                       field("missing", &QualitySource::missing, "events that were usual since then"), field("days", &QualitySource::days, "ascending"),
                       field("gaps", &QualitySource::gaps, "in the days shown, the present silence among them"),
                       field("hours", &QualitySource::hours, "24 counts: events of the days shown by local hour"), field("intake", &QualitySource::intake, ""),
                       field("latency", &QualitySource::latency, "absent: nothing came live"), field("suspicions", &QualitySource::suspicions, "about its times"));
  }
};
struct DataQuality {
  std::string from, until, today;
  uint64_t alerts = 0;
  std::optional<std::string> quiet_since;
  std::vector<QualitySource> sources;
  static constexpr auto describe() {
    return json_object("DataQuality", field("from", &DataQuality::from, "first day shown"), field("until", &DataQuality::until, "last day shown and judged"),
                       field("today", &DataQuality::today, ""), field("alerts", &DataQuality::alerts, "sources with an alert"),
                       field("quiet_since", &DataQuality::quiet_since, "set where no source at all has events on or after this day before today: levels are judged as of the day before"),
                       field("sources", &DataQuality::sources, "those with an alert first, then by name"));
  }
};

}  // namespace lotse::hub
