#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "connect/types.h"

/// Connectors: sources that Lotse asks by itself, on a schedule.
namespace lotse::connect {

enum class ConnectorKind { http, postgresql, mariadb, folder, kafka };
constexpr auto describe(ConnectorKind) {
  return json_enum("ConnectorKind", value(ConnectorKind::http, "http"), value(ConnectorKind::postgresql, "postgresql"), value(ConnectorKind::mariadb, "mariadb"),
                   value(ConnectorKind::folder, "folder"), value(ConnectorKind::kafka, "kafka"));
}

enum class HttpFormat { json, ndjson, csv };
constexpr auto describe(HttpFormat) {
  return json_enum("HttpFormat", value(HttpFormat::json, "json"), value(HttpFormat::ndjson, "ndjson"), value(HttpFormat::csv, "csv"));
}
enum class HttpSignIn { none, basic, bearer, header, oauth2 };
constexpr auto describe(HttpSignIn) {
  return json_enum("HttpSignIn", value(HttpSignIn::none, "none"), value(HttpSignIn::basic, "basic"), value(HttpSignIn::bearer, "bearer"),
                   value(HttpSignIn::header, "header"), value(HttpSignIn::oauth2, "oauth2"));
}
enum class HttpPaging { none, page, offset, cursor, link };
constexpr auto describe(HttpPaging) {
  return json_enum("HttpPaging", value(HttpPaging::none, "none"), value(HttpPaging::page, "page"), value(HttpPaging::offset, "offset"),
                   value(HttpPaging::cursor, "cursor"), value(HttpPaging::link, "link"));
}
/// An interface that answers GET requests with records.
struct HttpSettings {
  std::string url;
  HttpFormat format = HttpFormat::json;
  std::string records;
  HttpSignIn sign_in = HttpSignIn::none;
  std::string user, header_name, token_url, scope;
  HttpPaging paging = HttpPaging::none;
  std::string page_parameter, size_parameter, cursor_pointer;
  int64_t first_page = 1, page_size = 0;
  std::string since_parameter, since_field, since_start;
  int64_t overlap_minutes = 0;
  static constexpr auto describe() {
    return json_object(
        "HttpSettings", field("url", &HttpSettings::url, "http:// or https://"), defaulted("format", &HttpSettings::format, "of the answers"),
        defaulted("records", &HttpSettings::records, "json: JSON pointer to the list of records, like /data/items; empty: the answer itself"),
        defaulted("sign_in", &HttpSettings::sign_in, ""), defaulted("user", &HttpSettings::user, "basic: the name; oauth2: the client's id"),
        defaulted("header_name", &HttpSettings::header_name, "header: like X-Api-Key; the secret is its value"),
        defaulted("token_url", &HttpSettings::token_url, "oauth2: where tokens are given (client credentials)"), defaulted("scope", &HttpSettings::scope, "oauth2"),
        defaulted("paging", &HttpSettings::paging, ""),
        defaulted("page_parameter", &HttpSettings::page_parameter, "page, offset, cursor: the query parameter that says which page"),
        defaulted("size_parameter", &HttpSettings::size_parameter, "the query parameter that says how many records a page has; empty: none"),
        defaulted("cursor_pointer", &HttpSettings::cursor_pointer, "cursor: JSON pointer to the next page's cursor in the answer"),
        defaulted("first_page", &HttpSettings::first_page, "page: the number of the first one"),
        defaulted("page_size", &HttpSettings::page_size, "records a page; 0: unknown, reading ends with an empty page"),
        defaulted("since_parameter", &HttpSettings::since_parameter, "the query parameter that asks for newer records only; empty: all are read each time"),
        defaulted("since_field", &HttpSettings::since_field, "the field whose greatest value is asked for next time"),
        defaulted("since_start", &HttpSettings::since_start, "its value for the first run; empty: the first run asks without it"),
        defaulted("overlap_minutes", &HttpSettings::overlap_minutes, "times only: ask so much further back, for records that arrive late"));
  }
};

enum class SqlTls { required, preferred, verified };
constexpr auto describe(SqlTls) {
  return json_enum("SqlTls", value(SqlTls::required, "required"), value(SqlTls::preferred, "preferred"), value(SqlTls::verified, "verified"));
}
/// A query on a database.
struct SqlSettings {
  std::string host, database, user, query, watermark, watermark_start;
  int64_t port = 0, overlap_minutes = 0;
  SqlTls tls = SqlTls::verified;
  static constexpr auto describe() {
    return json_object("SqlSettings", field("host", &SqlSettings::host, ""), defaulted("port", &SqlSettings::port, "0: the usual one"),
                       field("database", &SqlSettings::database, ""), field("user", &SqlSettings::user, ""),
                       defaulted("tls", &SqlSettings::tls, "verified: with the server's certificate checked; required: encrypted; preferred: where the server can"),
                       field("query", &SqlSettings::query, "one SELECT, without a semicolon"),
                       defaulted("watermark", &SqlSettings::watermark, "a column of the result that only grows, like a time of change or a number; empty: all rows each time"),
                       defaulted("watermark_start", &SqlSettings::watermark_start, "rows below it are never read; empty: from the first one on"),
                       defaulted("overlap_minutes", &SqlSettings::overlap_minutes, "times only: read so much further back, for rows that are committed late"));
  }
};

/// Files that appear in a folder of the server.
struct FolderSettings {
  std::string path, pattern;
  static constexpr auto describe() {
    return json_object("FolderSettings", field("path", &FolderSettings::path, "below a folder that the server allows"),
                       defaulted("pattern", &FolderSettings::pattern, "file names with * and ?, like orders_*.csv; empty: all files"));
  }
};

enum class KafkaFormat { json, cloud_events };
constexpr auto describe(KafkaFormat) { return json_enum("KafkaFormat", value(KafkaFormat::json, "json"), value(KafkaFormat::cloud_events, "cloud_events")); }
enum class KafkaSecurity { plain, tls, sasl_tls, sasl_plain };
constexpr auto describe(KafkaSecurity) {
  return json_enum("KafkaSecurity", value(KafkaSecurity::plain, "plain"), value(KafkaSecurity::tls, "tls"), value(KafkaSecurity::sasl_tls, "sasl_tls"),
                   value(KafkaSecurity::sasl_plain, "sasl_plain"));
}
struct KafkaSettings {
  std::string brokers, topic, user, mechanism;
  KafkaFormat format = KafkaFormat::json;
  KafkaSecurity security = KafkaSecurity::tls;
  static constexpr auto describe() {
    return json_object("KafkaSettings", field("brokers", &KafkaSettings::brokers, "host:port, several with commas"), field("topic", &KafkaSettings::topic, ""),
                       defaulted("format", &KafkaSettings::format, "of the messages"), defaulted("security", &KafkaSettings::security, ""),
                       defaulted("user", &KafkaSettings::user, "sasl: the name"), defaulted("mechanism", &KafkaSettings::mechanism, "sasl: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"));
  }
};

/// Exactly the one that belongs to the kind.
struct ConnectorSettings {
  std::optional<HttpSettings> http;
  std::optional<SqlSettings> sql;
  std::optional<FolderSettings> folder;
  std::optional<KafkaSettings> kafka;
  static constexpr auto describe() {
    return json_object("ConnectorSettings", field("http", &ConnectorSettings::http, "kind http"), field("sql", &ConnectorSettings::sql, "kinds postgresql and mariadb"),
                       field("folder", &ConnectorSettings::folder, ""), field("kafka", &ConnectorSettings::kafka, ""));
  }
};

/// Every so many minutes, or once a day.
struct Schedule {
  std::optional<int64_t> every_minutes;
  std::optional<std::string> daily_at;
  static constexpr auto describe() {
    return json_object("Schedule", field("every_minutes", &Schedule::every_minutes, "1 to 10,080"),
                       field("daily_at", &Schedule::daily_at, "HH:MM in the workspace's time zone"));
  }
};

enum class RunState { running, done, failed, cancelled };
constexpr auto describe(RunState) {
  return json_enum("RunState", value(RunState::running, "running"), value(RunState::done, "done"), value(RunState::failed, "failed"), value(RunState::cancelled, "cancelled"));
}
struct ConnectorRun {
  std::string id, started_at;
  RunState state = RunState::running;
  std::optional<std::string> finished_at;
  uint64_t rows = 0, rows_rejected = 0, events_new = 0, events_known = 0;
  bool caught_up = false;
  std::vector<std::string> imports, missing_columns, notes;
  std::optional<std::string> error_code, error_detail;
  static constexpr auto describe() {
    return json_object("ConnectorRun", field("id", &ConnectorRun::id, "run_…"), field("started_at", &ConnectorRun::started_at, ""), field("state", &ConnectorRun::state, ""),
                       field("finished_at", &ConnectorRun::finished_at, ""), field("rows", &ConnectorRun::rows, "read"),
                       field("rows_rejected", &ConnectorRun::rows_rejected, ""), field("events_new", &ConnectorRun::events_new, ""),
                       field("events_known", &ConnectorRun::events_known, "were there already"),
                       field("caught_up", &ConnectorRun::caught_up, "the source had no more at the end"),
                       field("imports", &ConnectorRun::imports, "imp_…: what it brought, with its rejected rows; the latest 100"),
                       field("missing_columns", &ConnectorRun::missing_columns, "mapped to attributes, in no record of this run"),
                       field("notes", &ConnectorRun::notes, "codes of what to look at, like messages_gone"),
                       field("error_code", &ConnectorRun::error_code, "why it failed"), field("error_detail", &ConnectorRun::error_detail, ""));
  }
};

struct Connector {
  std::string id, name, source, source_name, created_at, created_by, etag;
  ConnectorKind kind = ConnectorKind::http;
  ConnectorSettings settings;
  bool has_secret = false;
  Schedule schedule;
  SourceMapping mapping;
  bool paused = false, running = false;
  uint64_t failures = 0;
  std::optional<std::string> next_run_at, current_as_of, behind, place;
  std::optional<double> lag;
  std::optional<ConnectorRun> last_run;
  static constexpr auto describe() {
    return json_object("Connector", field("id", &Connector::id, "con_…"), field("name", &Connector::name, ""), field("kind", &Connector::kind, ""),
                       field("source", &Connector::source, "src_…"), field("source_name", &Connector::source_name, "what it brings belongs to this source"),
                       field("settings", &Connector::settings, ""), field("has_secret", &Connector::has_secret, "it is never given out"), field("schedule", &Connector::schedule, ""),
                       field("mapping", &Connector::mapping, "how its records are read"), field("paused", &Connector::paused, ""), field("running", &Connector::running, "at the moment"),
                       field("failures", &Connector::failures, "runs that failed since the last good one"), field("next_run_at", &Connector::next_run_at, "none while it is paused"),
                       field("current_as_of", &Connector::current_as_of, "when the last run began that read all there was"),
                       field("lag", &Connector::lag, "seconds since then"), field("behind", &Connector::behind, "kafka: messages that waited after the last run"),
                       field("place", &Connector::place, "where the next run goes on, in the source's words"), field("last_run", &Connector::last_run, ""),
                       field("created_at", &Connector::created_at, ""), field("created_by", &Connector::created_by, "name; it runs with this person's rights"), field("etag", &Connector::etag, ""));
  }
};
struct ConnectorRequest {
  std::string name, source_name;
  ConnectorKind kind = ConnectorKind::http;
  ConnectorSettings settings;
  std::optional<std::string> secret;
  Schedule schedule;
  SourceMapping mapping;
  static constexpr auto describe() {
    return json_object("ConnectorRequest", field("name", &ConnectorRequest::name, "1 to 80 characters"), field("kind", &ConnectorRequest::kind, ""),
                       field("source_name", &ConnectorRequest::source_name, "made where it does not exist"), field("settings", &ConnectorRequest::settings, ""),
                       field("secret", &ConnectorRequest::secret, "password, token, key or client secret; stored encrypted, never given out"),
                       field("schedule", &ConnectorRequest::schedule, ""), field("mapping", &ConnectorRequest::mapping, ""));
  }
};
/// What is absent stays. A secret is asked for again where the settings name another host.
struct ConnectorPatch {
  std::optional<std::string> name, secret;
  std::optional<ConnectorSettings> settings;
  std::optional<Schedule> schedule;
  std::optional<SourceMapping> mapping;
  static constexpr auto describe() {
    return json_object("ConnectorPatch", field("name", &ConnectorPatch::name, ""), field("settings", &ConnectorPatch::settings, ""), field("secret", &ConnectorPatch::secret, "a new one"),
                       field("schedule", &ConnectorPatch::schedule, ""), field("mapping", &ConnectorPatch::mapping, ""));
  }
};
struct PreviewRequest {
  ConnectorKind kind = ConnectorKind::http;
  ConnectorSettings settings;
  std::optional<std::string> secret, connector;
  ReadOptions read;
  static constexpr auto describe() {
    return json_object("PreviewRequest", field("kind", &PreviewRequest::kind, ""), field("settings", &PreviewRequest::settings, ""), field("secret", &PreviewRequest::secret, ""),
                       field("connector", &PreviewRequest::connector, "con_…: its stored secret is used where none is given and the host is the same"),
                       defaulted("read", &PreviewRequest::read, "how cells are read"));
  }
};
/// What the source gave when it was tried: nothing of it is stored.
struct ConnectorPreview {
  uint64_t rows = 0;
  bool more = false;
  std::optional<std::string> file;
  std::optional<Detection> detection;
  static constexpr auto describe() {
    return json_object("ConnectorPreview", field("rows", &ConnectorPreview::rows, "that were read"), field("more", &ConnectorPreview::more, "there are more"),
                       field("file", &ConnectorPreview::file, "folder: the file that was looked at"),
                       field("detection", &ConnectorPreview::detection, "none where the source answered with no record"));
  }
};
/// What a workspace allows its connectors.
struct ConnectorRules {
  std::vector<std::string> allowed_hosts, server_hosts, folders;
  static constexpr auto describe() {
    return json_object("ConnectorRules", field("allowed_hosts", &ConnectorRules::allowed_hosts, "hosts in private networks that connectors may reach, set by this workspace's administrators"),
                       field("server_hosts", &ConnectorRules::server_hosts, "likewise, set for the whole server at its start"),
                       field("folders", &ConnectorRules::folders, "folders of the server below which files may be watched and delivered, set at its start"));
  }
};
struct ConnectorRulesRequest {
  std::vector<std::string> allowed_hosts;
  static constexpr auto describe() {
    return json_object("ConnectorRulesRequest", field("allowed_hosts", &ConnectorRulesRequest::allowed_hosts, "at most 100 names or addresses; *.example.org for all below"));
  }
};

}  // namespace lotse::connect
