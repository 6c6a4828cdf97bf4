#include <fmt/format.h>

#include <algorithm>

#include "connect/detail/pull.h"
#include "net/http.h"

namespace lotse::connect::detail {

namespace {
Error wrong(std::string_view field, std::string code, std::string detail) { return Error::invalid(std::move(code), fmt::format("/settings/{}", field), std::move(detail)); }

/// Texts of settings end up in headers, addresses and queries: one line each.
Result<void> check_text(std::string_view field, const std::string& text, bool needed, size_t bytes_max = 2000, bool lines = false) {
  if (needed && text.find_first_not_of(" \t\r\n") == std::string::npos) return wrong(field, "required", "this field is required");
  const bool controls = std::ranges::any_of(text, [&](char c) { return (static_cast<unsigned char>(c) < ' ' && !(lines && (c == '\n' || c == '\t' || c == '\r'))) || c == 0x7f; });
  if (controls || text.size() > bytes_max) return wrong(field, "invalid_text", fmt::format("one line of at most {} bytes is expected", bytes_max));
  return {};
}
Result<void> check_pointer(std::string_view field, const std::string& text) {
  if (!text.empty() && text.front() != '/') return wrong(field, "invalid_pointer", "a JSON pointer begins with /");
  return {};
}

Result<void> check_http(const HttpSettings& s) {
  const auto url = [&](std::string_view field, const std::string& text) -> Result<void> {
    if (auto origin = net::origin_of(text); !origin) return wrong(field, origin.error().code, origin.error().detail);
    return {};
  };
  TRY(check_text("http/url", s.url, true, 8000));
  TRY(url("http/url", s.url));
  TRY(check_text("http/records", s.records, false));
  TRY(check_pointer("http/records", s.records));
  TRY(check_text("http/user", s.user, s.sign_in == HttpSignIn::basic || s.sign_in == HttpSignIn::oauth2));
  TRY(check_text("http/header_name", s.header_name, s.sign_in == HttpSignIn::header, 100));
  const auto token_character = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; };
  if (!std::ranges::all_of(s.header_name, token_character)) return wrong("http/header_name", "invalid_text", "letters, digits, - and _ are expected");
  TRY(check_text("http/token_url", s.token_url, s.sign_in == HttpSignIn::oauth2, 8000));
  if (s.sign_in == HttpSignIn::oauth2) TRY(url("http/token_url", s.token_url));
  TRY(check_text("http/scope", s.scope, false));
  const bool by_parameter = s.paging == HttpPaging::page || s.paging == HttpPaging::offset || s.paging == HttpPaging::cursor;
  TRY(check_text("http/page_parameter", s.page_parameter, by_parameter, 200));
  TRY(check_text("http/size_parameter", s.size_parameter, false, 200));
  TRY(check_text("http/cursor_pointer", s.cursor_pointer, s.paging == HttpPaging::cursor));
  TRY(check_pointer("http/cursor_pointer", s.cursor_pointer));
  if (s.paging == HttpPaging::cursor && s.format != HttpFormat::json) return wrong("http/paging", "not_a_choice", "a cursor in the answer needs the format json");
  if (s.page_size < 0 || s.page_size > 1'000'000) return wrong("http/page_size", "out_of_range", "0 to 1,000,000");
  if (!s.size_parameter.empty() && s.page_size == 0) return wrong("http/page_size", "required", "how many records a page has");
  TRY(check_text("http/since_parameter", s.since_parameter, !s.since_field.empty(), 200));
  TRY(check_text("http/since_field", s.since_field, !s.since_parameter.empty(), 400));
  TRY(check_text("http/since_start", s.since_start, false, 400));
  if (s.overlap_minutes < 0 || s.overlap_minutes > 100'000) return wrong("http/overlap_minutes", "out_of_range", "0 to 100,000");
  return {};
}

Result<void> check_sql(const SqlSettings& s) {
  TRY(check_text("sql/host", s.host, true, 255));
  if (s.host.find_first_of("/ ,") != std::string::npos) return wrong("sql/host", "invalid_text", "the name or address of one host is expected");
  if (s.port < 0 || s.port > 65'535) return wrong("sql/port", "out_of_range", "0 to 65,535");
  TRY(check_text("sql/database", s.database, true, 255));
  TRY(check_text("sql/user", s.user, true, 255));
  TRY(check_text("sql/query", s.query, true, 100'000, true));
  TRY(check_text("sql/watermark", s.watermark, false, 255));
  TRY(check_text("sql/watermark_start", s.watermark_start, false, 400));
  if (s.overlap_minutes < 0 || s.overlap_minutes > 100'000) return wrong("sql/overlap_minutes", "out_of_range", "0 to 100,000");
  return {};
}

Result<void> check_folder(const FolderSettings& s) {
  TRY(check_text("folder/path", s.path, true, 4000));
  if (s.path.front() != '/') return wrong("folder/path", "invalid_text", "an absolute path is expected");
  TRY(check_text("folder/pattern", s.pattern, false, 255));
  if (s.pattern.find('/') != std::string::npos) return wrong("folder/pattern", "invalid_text", "file names only, without /");
  return {};
}

Result<void> check_kafka(const KafkaSettings& s) {
  TRY(check_text("kafka/brokers", s.brokers, true, 2000));
  TRY(check_text("kafka/topic", s.topic, true, 249));
  if (s.topic.front() == '^') return wrong("kafka/topic", "invalid_text", "the name of one topic is expected");
  const bool sasl = s.security == KafkaSecurity::sasl_tls || s.security == KafkaSecurity::sasl_plain;
  TRY(check_text("kafka/user", s.user, sasl, 255));
  if (sasl && s.mechanism != "PLAIN" && s.mechanism != "SCRAM-SHA-256" && s.mechanism != "SCRAM-SHA-512")
    return wrong("kafka/mechanism", "not_a_choice", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 is expected");
  return {};
}
}  // namespace

Result<void> check_settings(ConnectorKind kind, const ConnectorSettings& settings) {
  const auto none = [](std::string_view name) { return wrong(name, "required", "the settings of this kind are expected"); };
  switch (kind) {
    case ConnectorKind::http: return settings.http ? check_http(*settings.http) : none("http");
    case ConnectorKind::postgresql:
    case ConnectorKind::mariadb: return settings.sql ? check_sql(*settings.sql) : none("sql");
    case ConnectorKind::folder: return settings.folder ? check_folder(*settings.folder) : none("folder");
    case ConnectorKind::kafka: return settings.kafka ? check_kafka(*settings.kafka) : none("kafka");
  }
  return {};
}

Result<std::string> target_of(ConnectorKind kind, const ConnectorSettings& settings) {
  switch (kind) {
    case ConnectorKind::http: {
      std::string out = TRY(net::origin_of(settings.http->url));
      if (settings.http->sign_in == HttpSignIn::oauth2) out += " " + TRY(net::origin_of(settings.http->token_url));
      return out;
    }
    case ConnectorKind::postgresql:
    // Weaker encryption would give the secret to whoever stands between: that is another place, too.
    case ConnectorKind::mariadb: return fmt::format("{}:{} {}", settings.sql->host, settings.sql->port, word(settings.sql->tls));
    case ConnectorKind::folder: return std::string();
    case ConnectorKind::kafka: return fmt::format("{} {}", settings.kafka->brokers, word(settings.kafka->security));
  }
  return std::string();
}

Result<std::unique_ptr<Pull>> open_pull(ConnectorKind kind, const PullOrder& order) {
  switch (kind) {
    case ConnectorKind::http: return open_http(order);
    case ConnectorKind::postgresql:
    case ConnectorKind::mariadb: return open_sql(kind, order);
    case ConnectorKind::folder: return open_folder(order);
    case ConnectorKind::kafka: return open_kafka(order);
  }
  return Error::invalid("not_a_choice", "/kind", "unknown kind");
}

}  // namespace lotse::connect::detail
