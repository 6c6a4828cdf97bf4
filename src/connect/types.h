#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "identity/kinds.h"
#include "jobs/types.h"

/// Upload → detection → import. Column numbers count from 0.
namespace lotse::connect {

struct Upload {
  std::string id, name, created_at;
  uint64_t size_bytes = 0;
  static constexpr auto describe() {
    return json_object("Upload", field("id", &Upload::id, "up_…"), field("name", &Upload::name, "file name"), field("created_at", &Upload::created_at, ""),
                       field("size_bytes", &Upload::size_bytes, ""));
  }
};

enum class ColumnRole { ignore, customer, instance_key, event_type, time, time_of_day, channel, source_system, direction, unit, cost, event_attribute, customer_attribute, pseudonymise, identifier, consent_analytics, consent_personalisation, consent_contact };
constexpr auto describe(ColumnRole) {
  return json_enum("ColumnRole", value(ColumnRole::ignore, "ignore"), value(ColumnRole::customer, "customer"), value(ColumnRole::instance_key, "instance_key"),
                   value(ColumnRole::event_type, "event_type"), value(ColumnRole::time, "time"), value(ColumnRole::time_of_day, "time_of_day"),
                   value(ColumnRole::channel, "channel"),
                   value(ColumnRole::source_system, "source_system"), value(ColumnRole::direction, "direction"), value(ColumnRole::unit, "unit"),
                   value(ColumnRole::cost, "cost"), value(ColumnRole::event_attribute, "event_attribute"),
                   value(ColumnRole::customer_attribute, "customer_attribute"), value(ColumnRole::pseudonymise, "pseudonymise"),
                   value(ColumnRole::identifier, "identifier"),
                   value(ColumnRole::consent_analytics, "consent_analytics"), value(ColumnRole::consent_personalisation, "consent_personalisation"),
                   value(ColumnRole::consent_contact, "consent_contact"));
}

/// How the file is to be read; absent fields are detected.
struct ReadOptions {
  std::optional<std::string> format, encoding, delimiter, sheet, time_format, time_zone, decimal, lifecycle, customer_type, key_type;
  std::optional<bool> header, classifier_with_lifecycle;
  static constexpr auto describe() {
    return json_object("ReadOptions", field("format", &ReadOptions::format, "csv, xlsx, json, parquet, xes, ocel_json, ocel_xml or ocel_sqlite"), field("encoding", &ReadOptions::encoding, "utf-8, windows-1252, utf-16le, utf-16be"),
                       field("delimiter", &ReadOptions::delimiter, "one character"), field("sheet", &ReadOptions::sheet, "name"),
                       field("time_format", &ReadOptions::time_format, "iso, german, us, excel, epoch_s, epoch_ms, epoch_us"),
                       field("time_zone", &ReadOptions::time_zone, "IANA name, for times without a zone"), field("decimal", &ReadOptions::decimal, "point or comma"),
                       field("lifecycle", &ReadOptions::lifecycle, "XES: keep only this transition"), field("header", &ReadOptions::header, "the first row holds names"),
                       field("classifier_with_lifecycle", &ReadOptions::classifier_with_lifecycle, "XES: name+lifecycle"),
                       field("customer_type", &ReadOptions::customer_type, "OCEL: the object type that is the customer"),
                       field("key_type", &ReadOptions::key_type, "OCEL: the object type whose objects are instance keys"));
  }
};
struct DetectedColumn {
  std::string name, kind;
  std::vector<std::string> samples;
  double filled = 0;
  uint64_t distinct = 0;
  ColumnRole suggested = ColumnRole::event_attribute;
  std::optional<std::string> time_format, suggested_name;
  std::optional<identity::Kind> suggested_kind;
  static constexpr auto describe() {
    return json_object("DetectedColumn", field("name", &DetectedColumn::name, ""), field("kind", &DetectedColumn::kind, "time, time_of_day, integer, decimal, text, person, empty"),
                       field("samples", &DetectedColumn::samples, "at most 10"), field("filled", &DetectedColumn::filled, "share of non-empty cells in the sample, 0..1"),
                       field("distinct", &DetectedColumn::distinct, "in the sample"), field("suggested", &DetectedColumn::suggested, ""),
                       field("time_format", &DetectedColumn::time_format, "of a time column"), field("suggested_name", &DetectedColumn::suggested_name, "an attribute's name, where it is not the column's"),
                       field("suggested_kind", &DetectedColumn::suggested_kind, "of an identifier"));
  }
};
/// OCEL: one of these is the customer.
struct ObjectType {
  std::string name;
  uint64_t objects = 0;
  static constexpr auto describe() { return json_object("ObjectType", field("name", &ObjectType::name, ""), field("objects", &ObjectType::objects, "in the file")); }
};
struct DetectionNote {
  std::string code, detail;
  static constexpr auto describe() {
    return json_object("DetectionNote", field("code", &DetectionNote::code, "like ambiguous_dates, duplicate_headers"), field("detail", &DetectionNote::detail, ""));
  }
};
struct Detection {
  std::string format;
  bool compressed = false;
  std::optional<std::string> encoding, delimiter, sheet, time_format, decimal, customer_type, key_type;
  bool header = true;
  std::vector<std::string> sheets;
  std::vector<ObjectType> object_types;
  std::vector<DetectedColumn> columns;
  std::vector<std::vector<std::string>> preview;
  std::vector<DetectionNote> notes;
  std::optional<std::string> matching_source;
  static constexpr auto describe() {
    return json_object("Detection", field("format", &Detection::format, "as in ReadOptions"), field("compressed", &Detection::compressed, ""),
                       field("encoding", &Detection::encoding, ""), field("delimiter", &Detection::delimiter, ""), field("sheet", &Detection::sheet, ""),
                       field("time_format", &Detection::time_format, "of the suggested time column"), field("decimal", &Detection::decimal, "point or comma"),
                       field("header", &Detection::header, ""), field("sheets", &Detection::sheets, ""),
                       field("object_types", &Detection::object_types, "OCEL"), field("customer_type", &Detection::customer_type, "OCEL: the one that is the customer"),
                       field("key_type", &Detection::key_type, "OCEL: the one that is the instance key"), field("columns", &Detection::columns, ""),
                       field("preview", &Detection::preview, "first 20 rows, cells as texts"), field("notes", &Detection::notes, "what to look at"),
                       field("matching_source", &Detection::matching_source, "a saved source whose columns fit this file"));
  }
};

struct ColumnMapping {
  std::string column;
  ColumnRole role = ColumnRole::ignore;
  std::optional<std::string> name;
  std::optional<identity::Kind> kind;
  static constexpr auto describe() {
    return json_object("ColumnMapping", field("column", &ColumnMapping::column, "its name in the file"), field("role", &ColumnMapping::role, ""),
                       field("name", &ColumnMapping::name, "the attribute's name; absent: the column's"),
                       field("kind", &ColumnMapping::kind, "what a customer or identifier column holds; absent: a customer number. An identifier is a further one of the row's customer; an account, a contract or an order is also what the row's event belongs to"));
  }
};
/// How a source's files are read; saved under the source's name and reused.
struct SourceMapping {
  ReadOptions read;
  std::vector<ColumnMapping> columns;
  std::optional<std::string> channel, direction, unit;
  static constexpr auto describe() {
    return json_object("SourceMapping", defaulted("read", &SourceMapping::read, ""), field("columns", &SourceMapping::columns, "columns not named are ignored"),
                       field("channel", &SourceMapping::channel, "of every event, where no column says it"), field("direction", &SourceMapping::direction, "by_us, by_customer, by_partner or by_machine, likewise"),
                       field("unit", &SourceMapping::unit, "likewise"));
  }
};
struct Source {
  std::string id, name, created_at, etag;
  SourceMapping mapping;
  std::string owner, system, purpose;
  uint64_t events = 0, imports = 0;
  std::optional<std::string> last_import_at;
  static constexpr auto describe() {
    return json_object("Source", field("id", &Source::id, "src_…"), field("name", &Source::name, "the system, like CRM"), field("created_at", &Source::created_at, ""),
                       field("etag", &Source::etag, ""), field("mapping", &Source::mapping, ""), field("owner", &Source::owner, "who answers for these data"),
                       field("system", &Source::system, "where they come from"), field("purpose", &Source::purpose, "what they are used for"),
                       field("events", &Source::events, ""),
                       field("imports", &Source::imports, ""), field("last_import_at", &Source::last_import_at, ""));
  }
};
struct ImportRequest {
  std::string upload, source_name;
  SourceMapping mapping;
  std::optional<std::string> replaces;
  static constexpr auto describe() {
    return json_object("ImportRequest", field("upload", &ImportRequest::upload, "up_…"), field("source_name", &ImportRequest::source_name, "made where it does not exist; its mapping is saved"),
                       field("mapping", &ImportRequest::mapping, ""), field("replaces", &ImportRequest::replaces, "imp_…: undone in the same step in which this one becomes visible"));
  }
};
struct RejectReason {
  std::string code;
  uint64_t rows = 0;
  std::optional<std::string> example;
  static constexpr auto describe() {
    return json_object("RejectReason", field("code", &RejectReason::code, "like no_customer, bad_time"), field("rows", &RejectReason::rows, ""),
                       field("example", &RejectReason::example, "row number and value"));
  }
};
enum class ImportState { queued, running, done, failed, cancelled, undone };
constexpr bool ended(ImportState state) { return state != ImportState::queued && state != ImportState::running; }
constexpr auto describe(ImportState) {
  return json_enum("ImportState", value(ImportState::queued, "queued"), value(ImportState::running, "running"), value(ImportState::done, "done"),
                   value(ImportState::failed, "failed"), value(ImportState::cancelled, "cancelled"), value(ImportState::undone, "undone"));
}
struct StageTime {
  std::string stage;
  double seconds = 0;
  static constexpr auto describe() {
    return json_object("StageTime", field("stage", &StageTime::stage, "read, identify, deduplicate, store, publish"), field("seconds", &StageTime::seconds, ""));
  }
};
struct Import {
  std::string id, file_name, source_id, source_name, created_at, created_by;
  ImportState state = ImportState::queued;
  double progress = 0;
  std::string stage;
  std::optional<std::string> finished_at, replaces, job;
  uint64_t rows_read = 0, rows_rejected = 0, events_new = 0, events_known = 0, customers_new = 0, size_bytes = 0;
  std::vector<RejectReason> rejects;
  std::vector<RejectReason> warnings;
  std::vector<StageTime> stages;
  std::optional<std::string> error_code, error_detail, first, last;
  static constexpr auto describe() {
    return json_object("Import", field("id", &Import::id, "imp_…"), field("file_name", &Import::file_name, ""), field("source_id", &Import::source_id, ""),
                       field("source_name", &Import::source_name, ""), field("created_at", &Import::created_at, ""), field("created_by", &Import::created_by, "name"),
                       field("state", &Import::state, ""), field("progress", &Import::progress, "0..1"), field("stage", &Import::stage, "read, identify, deduplicate, store, publish"),
                       field("finished_at", &Import::finished_at, ""), field("replaces", &Import::replaces, ""), field("job", &Import::job, "job_…"),
                       field("rows_read", &Import::rows_read, "data rows of the file"), field("rows_rejected", &Import::rows_rejected, ""),
                       field("events_new", &Import::events_new, "stored by this import"), field("events_known", &Import::events_known, "were there already"),
                       field("customers_new", &Import::customers_new, ""), field("size_bytes", &Import::size_bytes, "of the file"),
                       field("rejects", &Import::rejects, "by rows, descending"),
                       field("warnings", &Import::warnings, "flagged, not dropped: before_1990, in_future, ambiguous_local_time, skipped_local_time, time_of_day_missing, us_dates_assumed"),
                       field("stages", &Import::stages, "in order"), field("error_code", &Import::error_code, "why it failed"), field("error_detail", &Import::error_detail, ""),
                       field("first", &Import::first, "earliest event time"), field("last", &Import::last, "latest event time"));
  }
};

/// A further identifier of an event's customer.
struct NewIdentifier {
  identity::Kind kind = identity::Kind::customer;
  std::string value;
  static constexpr auto describe() {
    return json_object("NewIdentifier", field("kind", &NewIdentifier::kind, ""), field("value", &NewIdentifier::value, "goes to the vault"));
  }
};
/// Live append: events with the source's own message ids.
struct NewEvent {
  std::string customer, event_type, time;
  std::optional<std::string> id, instance_key, channel, direction, unit;
  std::optional<double> cost;
  std::map<std::string, std::string> attributes;
  std::vector<NewIdentifier> identifiers;
  static constexpr auto describe() {
    return json_object("NewEvent", field("customer", &NewEvent::customer, "identifier; goes to the vault"), field("event_type", &NewEvent::event_type, ""),
                       field("time", &NewEvent::time, "ISO 8601; without a zone: the workspace's"), field("id", &NewEvent::id, "the source's message id; repeats are recognised for 45 days"),
                       field("instance_key", &NewEvent::instance_key, ""), field("channel", &NewEvent::channel, ""), field("direction", &NewEvent::direction, ""),
                       field("unit", &NewEvent::unit, ""), field("cost", &NewEvent::cost, ""), field("attributes", &NewEvent::attributes, ""),
                       field("identifiers", &NewEvent::identifiers, "further ones of the same customer, at most 16: customers are joined by them"));
  }
};
struct AppendRequest {
  std::string source;
  std::vector<NewEvent> events;
  static constexpr auto describe() {
    return json_object("AppendRequest", field("source", &AppendRequest::source, "name; made where it does not exist"), field("events", &AppendRequest::events, "1 to 10,000"));
  }
};
struct RejectedEvent {
  int64_t index = 0;
  std::string code;
  static constexpr auto describe() {
    return json_object("RejectedEvent", field("index", &RejectedEvent::index, "in the request"), field("code", &RejectedEvent::code, ""));
  }
};
/// Answered only when the accepted events would survive a power cut.
struct AppendAnswer {
  uint64_t accepted = 0, known = 0;
  std::vector<RejectedEvent> rejected;
  int64_t as_of = 0;
  static constexpr auto describe() {
    return json_object("AppendAnswer", field("accepted", &AppendAnswer::accepted, ""), field("known", &AppendAnswer::known, "repeats"),
                       field("rejected", &AppendAnswer::rejected, ""), field("as_of", &AppendAnswer::as_of, "queries from here on see them"));
  }
};

}  // namespace lotse::connect
