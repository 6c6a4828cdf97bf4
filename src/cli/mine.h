#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/time.h"
#include "formats/detect.h"

/// `lotse mine LOG`: a log file in, its journeys out, without a server and without mapping rules.
namespace lotse::cli {

/// What the user says; the rest is guessed.
struct MineOptions {
  std::optional<std::string> case_column, activity_column, time_column, customer_column;  ///< names of columns
  std::optional<char> separator;
  std::optional<std::string> format;      ///< csv, xlsx, json, parquet, xes, ocel_json, ocel_xml, ocel_sqlite
  std::optional<std::string> sheet;       ///< xlsx
  std::optional<std::string> lifecycle;   ///< only events with this lifecycle:transition, upper and lower case alike
  std::optional<std::string> classifier;  ///< keys joined by '+', like name+lifecycle
  std::optional<std::string> customer_type, key_type;  ///< OCEL: object types
  std::string zone = "UTC";               ///< for times without a zone
};

struct MineEdge {
  std::string from, to;
  uint64_t count = 0;
  double mean_s = 0, median_s = 0;
  static constexpr auto describe() {
    return json_object("MineEdge", field("from", &MineEdge::from, ""), field("to", &MineEdge::to, "directly after `from`"),
                       field("count", &MineEdge::count, ""), field("mean_s", &MineEdge::mean_s, "between the two, in seconds"),
                       field("median_s", &MineEdge::median_s, ""));
  }
};
struct MineVariant {
  std::vector<std::string> sequence;
  uint64_t count = 0;
  double share = 0, median_duration_s = 0;
  static constexpr auto describe() {
    return json_object("MineVariant", field("sequence", &MineVariant::sequence, "touchpoints"), field("count", &MineVariant::count, "instances"),
                       field("share", &MineVariant::share, "of all instances, 0..1"), field("median_duration_s", &MineVariant::median_duration_s, ""));
  }
};
struct MineDuration {
  double mean = 0, median = 0;
  static constexpr auto describe() {
    return json_object("MineDuration", field("mean", &MineDuration::mean, "seconds"), field("median", &MineDuration::median, "seconds"));
  }
};
/// Rows rejected, or worth a look, for one reason.
struct MineNote {
  std::string code;
  uint64_t rows = 0;
  std::optional<uint64_t> first_row;
  static constexpr auto describe() {
    return json_object("MineNote", field("code", &MineNote::code, ""), field("rows", &MineNote::rows, ""),
                       field("first_row", &MineNote::first_row, "as a spreadsheet counts"));
  }
};
struct MineReport {
  uint64_t instances = 0, events = 0, touchpoints = 0, variants = 0, rejected_rows = 0;
  std::vector<MineEdge> edges;            ///< by count, highest first; ties by from and to
  std::vector<MineVariant> top_variants;  ///< at most 10
  MineDuration duration_s;
  std::vector<MineNote> rejects, warnings;
  std::map<std::string, std::string> columns;  ///< case, activity, time and, where given, customer -> the column used
  std::optional<std::string> first_event, last_event;
  static constexpr auto describe() {
    return json_object("MineReport", field("instances", &MineReport::instances, ""), field("events", &MineReport::events, "accepted"),
                       field("touchpoints", &MineReport::touchpoints, "different"), field("variants", &MineReport::variants, "different"),
                       field("edges", &MineReport::edges, "directly-follows"), field("top_variants", &MineReport::top_variants, ""),
                       field("duration_s", &MineReport::duration_s, "of instances"), field("rejected_rows", &MineReport::rejected_rows, ""),
                       field("rejects", &MineReport::rejects, "why"), field("warnings", &MineReport::warnings, ""),
                       field("columns", &MineReport::columns, "used"), field("first_event", &MineReport::first_event, "UTC"),
                       field("last_event", &MineReport::last_event, "UTC"));
  }
};

/// Mines a log.
///   errors   column_not_found, column_not_guessed (the detail lists the columns), lifecycle_missing, too_many_touchpoints
///            (more than 65,535 different activities), unknown_zone, and those of formats::detect and the readers
///   memory   about 80 bytes per event
Result<MineReport> mine(formats::ByteFile& file, const MineOptions& options, Clock& clock, formats::OtherFormats* others = nullptr);

/// `lotse mine` with its arguments (without "mine"); gives the exit code.
int mine_command(const std::vector<std::string>& arguments);

}  // namespace lotse::cli
