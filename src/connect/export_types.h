#pragma once
#include <optional>
#include <string>

#include "connect/types.h"
#include "model/filter.h"

/// The log on its way out.
namespace lotse::connect {

enum class ExportFormat { csv, parquet, xes, ocel_json };
constexpr auto describe(ExportFormat) {
  return json_enum("ExportFormat", value(ExportFormat::csv, "csv"), value(ExportFormat::parquet, "parquet"), value(ExportFormat::xes, "xes"),
                   value(ExportFormat::ocel_json, "ocel_json"));
}
struct ExportRequest {
  ExportFormat format = ExportFormat::csv;
  std::optional<std::string> source, from, to;
  bool originals = false;
  Filter filter;
  static constexpr auto describe() {
    return json_object("ExportRequest", field("format", &ExportRequest::format, ""), field("source", &ExportRequest::source, "src_…: its events alone"),
                       field("from", &ExportRequest::from, "inclusive; local date or date-time in the workspace's zone"), field("to", &ExportRequest::to, "exclusive"),
                       defaulted("originals", &ExportRequest::originals, "customers by their identifiers, not pseudonyms: needs see_identifiers, and is noted"),
                       defaulted("filter", &ExportRequest::filter, "only the events that analyses count under this filter; besides source, from and to"));
  }
};
struct Export {
  std::string id, created_at, created_by, file_name;
  ExportFormat format = ExportFormat::csv;
  ImportState state = ImportState::queued;
  double progress = 0;
  bool originals = false, filtered = false;
  uint64_t events = 0, size_bytes = 0;
  std::optional<std::string> source, source_name, from, to, finished_at, expires_at, job, error_code, error_detail;
  static constexpr auto describe() {
    return json_object("Export", field("id", &Export::id, "exp_…"), field("created_at", &Export::created_at, ""), field("created_by", &Export::created_by, "name"),
                       field("file_name", &Export::file_name, ""), field("format", &Export::format, ""), field("state", &Export::state, "done: the file can be fetched"),
                       field("progress", &Export::progress, "0..1"), field("originals", &Export::originals, "customers by their identifiers"),
                       defaulted("filtered", &Export::filtered, "only the events that a filter selected"),
                       field("events", &Export::events, "written"), field("size_bytes", &Export::size_bytes, "of the file"), field("source", &Export::source, "src_…"),
                       field("source_name", &Export::source_name, ""), field("from", &Export::from, ""), field("to", &Export::to, ""),
                       field("finished_at", &Export::finished_at, ""), field("expires_at", &Export::expires_at, "the file is deleted then"), field("job", &Export::job, "job_…"),
                       field("error_code", &Export::error_code, "why it failed"), field("error_detail", &Export::error_detail, ""));
  }
};

}  // namespace lotse::connect
