#include "connect/connectors.h"

#include <algorithm>

#include "base/ids.h"
#include "base/log.h"
#include "connect/connect_sql.h"
#include "connect/detail/rights.h"
#include "connect/names.h"
#include "connect/detail/pull.h"
#include "connect/detail/stored_connector.h"
#include "connect/disk_formats.h"
#include "connect/file_bytes.h"
#include "connect/import_run.h"
#include "connect/schedule.h"

namespace lotse::connect {

namespace {
Error connector_not_found(std::string_view id) { return Error::make(ErrorKind::not_found, "connector_not_found", std::string(id)); }
bool needs_secret(ConnectorKind kind, const ConnectorSettings& settings) {
  if (kind == ConnectorKind::http) return settings.http->sign_in != HttpSignIn::none;
  if (kind == ConnectorKind::kafka) return settings.kafka->security == KafkaSecurity::sasl_tls || settings.kafka->security == KafkaSecurity::sasl_plain;
  return false;  // a database may know its client otherwise
}
Result<void> check_secret(const std::string& secret) {
  const bool controls = std::ranges::any_of(secret, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  if (controls || secret.size() > 8000) return Error::invalid("invalid_text", "/secret", "one line of at most 8,000 bytes is expected");
  return {};
}
}  // namespace

Result<Connectors::Stored> Connectors::load(const WorkspaceId& workspace, std::string_view id) {
  const auto rows = TRY(parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::connector_get, {{":id", id}}); }));
  if (rows.empty()) return connector_not_found(id);
  return stored_of(rows.front());
}

Result<Connectors::Stored> Connectors::stored_of(const db::Row& row) {
  Stored out;
  out.id = row.text(0);
  out.source = row.text(1);
  out.source_name = row.text(2);
  out.kind = from_word<ConnectorKind>(row.text(3)).value_or(ConnectorKind::http);
  out.name = row.text(4);
  out.settings = TRY(parse_json<ConnectorSettings>(row.text(5)));
  out.mapping = TRY(parse_json<SourceMapping>(row.text(6)));
  out.schedule = TRY(parse_json<Schedule>(row.text(7)));
  out.sealed = row.text(8);
  out.paused = row.integer(9) != 0;
  out.place = nlohmann::json::parse(row.text(10), nullptr, false);
  out.pending = row.text(11);
  out.next_run_at = row.integer(12);
  out.failures = static_cast<uint64_t>(row.integer(13));
  out.current_as_of = row.optional_integer(14);
  out.behind = row.optional_text(15);
  out.created_by = row.text(16);
  out.created_at = row.integer(17);
  out.version = row.integer(18);
  if (!row.is_null(19)) out.last_run = TRY(parse_json<ConnectorRun>(row.text(19)));
  if (!out.place.is_object()) return Error::make(ErrorKind::internal, "database_broken", "the place of " + out.id);
  return out;
}

Connector Connectors::shown(const Stored& stored, const std::map<std::string, std::string>& names) {
  Connector out{.id = stored.id, .name = stored.name, .source = stored.source, .source_name = stored.source_name};
  out.created_at = iso_utc(Micros{stored.created_at});
  if (const auto it = names.find(stored.created_by); it != names.end()) out.created_by = it->second;
  out.etag = std::to_string(stored.version);
  out.kind = stored.kind;
  out.settings = stored.settings;
  out.has_secret = !stored.sealed.empty();
  out.schedule = stored.schedule;
  out.mapping = stored.mapping;
  out.paused = stored.paused;
  out.running = runs_.running(stored.id);
  out.failures = stored.failures;
  if (!stored.paused) out.next_run_at = iso_utc(Micros{stored.next_run_at});
  if (stored.current_as_of) {
    out.current_as_of = iso_utc(Micros{*stored.current_as_of});
    out.lag = seconds(parts_.clock.now() - Micros{*stored.current_as_of});
  }
  out.behind = stored.behind;
  out.place = detail::place_text(stored.place);
  out.last_run = stored.last_run;
  return out;
}

Result<std::vector<Connector>> Connectors::list(const Viewer& viewer) {
  TRY(detail::may_import(viewer));
  const auto names = TRY(parts_.workspaces.names(viewer));
  std::vector<Connector> out;
  for (const auto& row : TRY(parts_.database.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::connector_list); })))
    out.push_back(shown(TRY(stored_of(row)), names));
  return out;
}

Result<Connector> Connectors::shown_one(const Viewer& viewer, std::string_view id) {
  return shown(TRY(load(viewer.workspace(), id)), TRY(parts_.workspaces.names(viewer)));
}
Result<Connector> Connectors::get(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  return shown_one(viewer, id);
}

Result<ConnectorRuns> Connectors::runs(const Viewer& viewer, std::string_view id, const std::optional<std::string>& cursor) {
  TRY(detail::may_import(viewer));
  if (cursor && !is_id(*cursor, "run")) return Error::invalid("invalid_cursor", "/cursor", "the next_cursor of an earlier answer is expected");
  TRY(load(viewer.workspace(), id));
  const std::string before = cursor.value_or("run_~");
  ConnectorRuns out;
  for (const auto& row : TRY(parts_.database.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::run_page, {{":connector_id", id}, {":before", before}}); }))) {
    if (out.items.size() == 50) {
      out.next_cursor = out.items.back().id;
      break;
    }
    out.items.push_back(TRY(parse_json<ConnectorRun>(row.text(0))));
  }
  return out;
}

Result<void> Connectors::check(const Viewer& viewer, const std::string& name, ConnectorKind kind, const ConnectorSettings& settings, const Schedule& schedule,
                               const SourceMapping& mapping) {
  TRY(detail::may_import(viewer));
  TRY(checked_name(name, "/name"));
  TRY(detail::check_settings(kind, settings));
  TRY(check_folders(settings));
  TRY(check_schedule(schedule, "/schedule"));
  return check_mapping(mapping, "/mapping");
}

Result<void> Connectors::check_folders(const ConnectorSettings& settings) const {
  if (!settings.folder) return {};
  return check_folder(settings.folder->path, "/settings/folder/path");
}
Result<void> Connectors::check_folder(const std::filesystem::path& path, std::string_view field) const {
  return detail::check_below(path, parts_.limits.folders, field);
}

Result<ConnectorPreview> Connectors::preview(const Viewer& viewer, const PreviewRequest& request) {
  TRY(detail::may_import(viewer));
  TRY(detail::check_settings(request.kind, request.settings));
  TRY(check_folders(request.settings));
  std::string secret = request.secret.value_or("");
  TRY(check_secret(secret));
  if (secret.empty() && request.connector) {
    const auto stored = TRY(load(viewer.workspace(), *request.connector));
    if (stored.kind == request.kind && TRY(detail::target_of(stored.kind, stored.settings)) == TRY(detail::target_of(request.kind, request.settings)))
      secret = TRY(detail::secret_of(parts_.secrets, viewer.workspace(), stored.id, stored.sealed));
  }
  if (secret.empty() && needs_secret(request.kind, request.settings)) return Error::invalid("secret_needed", "/secret", "a secret is needed to sign in");
  const auto allowed_hosts = TRY(allowed(viewer.workspace()));
  const nlohmann::json nowhere = nlohmann::json::object();
  const auto pull = TRY(detail::open_pull(request.kind, {.settings = request.settings, .secret = secret, .place = nowhere, .allowed = allowed_hosts,
                                                         .folders = parts_.limits.folders, .now = parts_.clock.now(), .preview = true}));
  ConnectorPreview out;
  auto batch = TRY(pull->next());
  if (!batch) return out;
  ReadOptions read = request.read;
  if (batch->file) {
    out.file = batch->file->filename().string();
    const auto file = TRY(DiskFile::open(*batch->file));
    DiskFormats others(*batch->file);
    out.detection = TRY(detect_file(*file, read, &others));
    out.rows = out.detection->preview.size();
    out.more = true;
    return out;
  }
  out.rows = batch->portion.rows();
  out.more = batch->place.contains("page") || batch->portion.full();
  if (out.rows == 0) return out;
  const std::string text = batch->portion.csv(2'000);
  formats::MemoryFile file(text);
  out.detection = TRY(detect_file(file, detail::portion_options(read)));
  return out;
}

Result<Connector> Connectors::create(const Viewer& viewer, const ConnectorRequest& request) {
  TRY(check(viewer, request.name, request.kind, request.settings, request.schedule, request.mapping));
  const std::string secret = request.secret.value_or("");
  TRY(check_secret(secret));
  if (secret.empty() && needs_secret(request.kind, request.settings)) return Error::invalid("secret_needed", "/secret", "a secret is needed to sign in");
  const std::string name = TRY(checked_name(request.name, "/name"));
  TRY(checked_name(request.source_name, "/source_name"));
  const std::string source = TRY(parts_.sources.id_of(viewer, request.source_name, &request.mapping));
  const Micros now = parts_.clock.now();
  const std::string id = new_id("con", now);
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::connector_insert, {{":id", id},
                                                {":source_id", source},
                                                {":kind", word(request.kind)},
                                                {":name", name},
                                                {":settings", to_json(request.settings).dump()},
                                                {":mapping", to_json(request.mapping).dump()},
                                                {":schedule", to_json(request.schedule).dump()},
                                                {":secret", detail::sealed(parts_.secrets, viewer.workspace(), id, secret)},
                                                {":next_run_at", now.count()},
                                                {":created_by", viewer.principal()},
                                                {":created_at", now.count()}}));
    return parts_.audit.note(session, viewer.principal(), "connector.create", id, {{"name", name}, {"kind", word(request.kind)}, {"source", source}});
  }));
  runs_.wake();
  return shown_one(viewer, id);
}

Result<Connector> Connectors::change(const Viewer& viewer, std::string_view id, const ConnectorPatch& patch, const std::optional<std::string>& etag) {
  TRY(detail::may_import(viewer));
  auto stored = TRY(load(viewer.workspace(), id));
  if (etag && *etag != std::to_string(stored.version)) return Error::make(ErrorKind::stale, "stale", "the connector is at version " + std::to_string(stored.version));
  const std::string target = TRY(detail::target_of(stored.kind, stored.settings));
  const bool reads_elsewhere = patch.settings.has_value();
  if (patch.name) stored.name = TRY(checked_name(*patch.name, "/name"));
  if (patch.settings) stored.settings = *patch.settings;
  if (patch.schedule) stored.schedule = *patch.schedule;
  if (patch.mapping) stored.mapping = *patch.mapping;
  TRY(check(viewer, stored.name, stored.kind, stored.settings, stored.schedule, stored.mapping));
  if (patch.secret && !patch.secret->empty()) {
    TRY(check_secret(*patch.secret));
    stored.sealed = detail::sealed(parts_.secrets, viewer.workspace(), stored.id, *patch.secret);
  } else if (!stored.sealed.empty() && TRY(detail::target_of(stored.kind, stored.settings)) != target) {
    // Else whoever may change the address could have the secret sent to a host of their own.
    return Error::invalid("secret_needed", "/secret", "another host is named: the secret is asked for again");
  }
  if (stored.sealed.empty() && needs_secret(stored.kind, stored.settings)) return Error::invalid("secret_needed", "/secret", "a secret is needed to sign in");
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    const auto changed = TRY(session.execute(sql::connector_change, {{":id", stored.id},
                                                                     {":name", stored.name},
                                                                     {":settings", to_json(stored.settings).dump()},
                                                                     {":mapping", to_json(stored.mapping).dump()},
                                                                     {":schedule", to_json(stored.schedule).dump()},
                                                                     {":secret", stored.sealed},
                                                                     {":next_run_at", parts_.clock.now().count()},
                                                                     {":created_by", viewer.principal()},
                                                                     {":version", stored.version}}));
    if (changed == 0) return Error::make(ErrorKind::stale, "stale", "somebody changed it meanwhile");
    return parts_.audit.note(session, viewer.principal(), "connector.change", stored.id,
                             {{"settings", reads_elsewhere}, {"secret", patch.secret.has_value()}, {"schedule", patch.schedule.has_value()}, {"mapping", patch.mapping.has_value()}});
  }));
  runs_.wake();
  return shown_one(viewer, id);
}

Result<void> Connectors::remove(const Viewer& viewer, std::string_view id) {
  TRY(pause(viewer, id));
  return parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::connector_delete, {{":id", id}})) == 0) return connector_not_found(id);
    return parts_.audit.note(session, viewer.principal(), "connector.delete", id);
  });
}

Result<Connector> Connectors::run_now(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  const auto stored = TRY(load(viewer.workspace(), id));
  if (stored.paused) return Error::make(ErrorKind::conflict, "connector_paused", std::string(id));
  if (runs_.running(stored.id)) return Error::make(ErrorKind::conflict, "connector_running", std::string(id));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::connector_hurry, {{":id", id}, {":next_run_at", parts_.clock.now().count()}}));
    return parts_.audit.note(session, viewer.principal(), "connector.run", id);
  }));
  runs_.wake();
  return shown_one(viewer, id);
}

Result<Connector> Connectors::pause(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  const auto stored = TRY(load(viewer.workspace(), id));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::connector_pause, {{":id", id}, {":paused", true}, {":next_run_at", stored.next_run_at}, {":created_by", stored.created_by}}));
    return parts_.audit.note(session, viewer.principal(), "connector.pause", id);
  }));
  if (const auto job = runs_.job(stored.id)) TRY(parts_.jobs.cancel(viewer, *job));
  return shown_one(viewer, id);
}

Result<Connector> Connectors::resume(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  TRY(load(viewer.workspace(), id));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::connector_pause, {{":id", id}, {":paused", false}, {":next_run_at", parts_.clock.now().count()}, {":created_by", viewer.principal()}}));
    return parts_.audit.note(session, viewer.principal(), "connector.resume", id);
  }));
  runs_.wake();
  return shown_one(viewer, id);
}

Result<Connector> Connectors::restart(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  const auto stored = TRY(load(viewer.workspace(), id));
  if (runs_.running(stored.id)) return Error::make(ErrorKind::conflict, "connector_running", std::string(id));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::connector_restart, {{":id", id}, {":next_run_at", parts_.clock.now().count()}}));
    TRY(session.execute(sql::file_forget, {{":connector_id", id}}));
    return parts_.audit.note(session, viewer.principal(), "connector.restart", id);
  }));
  runs_.wake();
  return shown_one(viewer, id);
}

Result<ConnectorRules> Connectors::rules(const Viewer& viewer) {
  TRY(detail::may_import(viewer));
  ConnectorRules out;
  const auto rows = TRY(parts_.database.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::rules_get); }));
  if (!rows.empty()) out.allowed_hosts = nlohmann::json::parse(rows[0].text(0)).get<std::vector<std::string>>();
  out.server_hosts = parts_.limits.allowed_hosts;
  for (const auto& folder : parts_.limits.folders) out.folders.push_back(folder.string());
  return out;
}

Result<ConnectorRules> Connectors::set_rules(const Viewer& viewer, const ConnectorRulesRequest& request) {
  if (!viewer.may(Right::administer)) return Error::make(ErrorKind::forbidden, "forbidden", "administer is needed");
  if (request.allowed_hosts.size() > 100) return Error::invalid("too_many_hosts", "/allowed_hosts", "at most 100");
  for (size_t i = 0; i < request.allowed_hosts.size(); ++i) {
    const std::string& host = request.allowed_hosts[i];
    const bool fits = !host.empty() && host.size() <= 255 && host != "*" && host.find_first_of("/ ,@") == std::string::npos &&
                      std::ranges::all_of(host, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; }) &&
                      (host.find('*') == std::string::npos || (host.starts_with("*.") && host.find('*', 1) == std::string::npos));
    if (!fits) return Error::invalid("invalid_host", "/allowed_hosts/" + std::to_string(i), "a name or an address is expected, without a scheme and a path");
  }
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::rules_put, {{":allowed_hosts", nlohmann::json(request.allowed_hosts).dump()}}));
    return parts_.audit.note(session, viewer.principal(), "connector.rules", viewer.workspace().value, {{"allowed_hosts", request.allowed_hosts}});
  }));
  return rules(viewer);
}

Result<net::AllowedHosts> Connectors::allowed(const WorkspaceId& workspace) {
  net::AllowedHosts out(parts_.limits.allowed_hosts);
  const auto rows = TRY(parts_.database.read(workspace, [](db::Session& s) { return s.query(sql::rules_get); }));
  if (!rows.empty()) out.add(nlohmann::json::parse(rows[0].text(0)).get<std::vector<std::string>>());
  return out;
}

Result<formats::Zone> Connectors::zone_of(const Viewer& viewer) { return formats::Zone::find(TRY(parts_.workspaces.settings(viewer)).time_zone); }

}  // namespace lotse::connect
