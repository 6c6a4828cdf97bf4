#include <algorithm>
#include <set>

#include "base/ids.h"
#include "base/log.h"
#include "connect/connect_sql.h"
#include "connect/connectors.h"
#include "connect/detail/pull.h"
#include "connect/detail/stored_connector.h"
#include "connect/file_bytes.h"
#include "connect/schedule.h"

/// When connectors run, and what a run does.
namespace lotse::connect {

namespace {
constexpr size_t imports_shown = 100;

Result<void> may_run(const Viewer& viewer) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "whoever set it up may no longer import");
  return {};
}
bool is_required(ColumnRole role) { return role == ColumnRole::customer || role == ColumnRole::instance_key || role == ColumnRole::event_type || role == ColumnRole::time; }
void note(std::vector<std::string>& list, const std::string& word) {
  if (std::ranges::find(list, word) == list.end()) list.push_back(word);
}

/// Columns that the mapping names and no record of this portion has. Records in JSON leave out what is empty: their attributes
/// are then taken as empty and told of; who, what and when must come up somewhere, or a field was renamed.
Result<void> complete_columns(detail::Batch& batch, const SourceMapping& mapping, ConnectorRun& run) {
  const std::set<std::string> there(batch.portion.columns().begin(), batch.portion.columns().end());
  std::vector<std::string> missing;
  for (const auto& column : mapping.columns) {
    if (column.role == ColumnRole::ignore || there.contains(column.column)) continue;
    if (batch.fixed_columns || is_required(column.role))
      return Error::invalid("source_column_gone", "", "the source no longer gives \"" + column.column + "\"; it was renamed or removed");
    missing.push_back(column.column);
  }
  for (const auto& name : missing) note(run.missing_columns, name);
  batch.portion.expect(missing);
  return {};
}
}  // namespace

Connectors::Connectors(Parts parts)
    : parts_(std::move(parts)),
      runs_({.jobs = parts_.jobs,
             .kind = "pull",
             .at_once = parts_.limits.at_once,
             .viewers = [this](const WorkspaceId& workspace, const std::string& principal) { return parts_.workspaces.viewer_of(workspace, principal); },
             .due = [this] { return due(); },
             .refuse = [this](const WorkspaceId& workspace, const std::string& id, const Error& error) { refuse(workspace, id, error); }}) {
  parts_.jobs.handle("pull", [this](jobs::JobContext& context) { return run(context); });
}

Result<void> Connectors::recover() {
  for (const auto& row : TRY(parts_.database.read_system([](db::Session& s) { return s.query(sql::runs_left); }))) {
    auto run = TRY(parse_json<ConnectorRun>(row.text(2)));
    run.state = RunState::failed;
    run.error_code = "interrupted";
    run.finished_at = iso_utc(parts_.clock.now());
    TRY(write_run({row.text(0)}, run));
  }
  return {};
}

void Connectors::begin() { runs_.begin(); }
void Connectors::end() { runs_.end(); }
void Connectors::forget(const WorkspaceId& workspace) { runs_.forget(workspace); }

Result<std::vector<jobs::DueRuns::Due>> Connectors::due() {
  std::vector<jobs::DueRuns::Due> out;
  for (const auto& row : TRY(parts_.database.read_system([&](db::Session& s) { return s.query(sql::connectors_due, {{":now", parts_.clock.now().count()}}); })))
    out.push_back({{row.text(0)}, row.text(1), row.text(2)});
  return out;
}

/// Whoever set it up may no longer act here: it waits until somebody takes it over.
void Connectors::refuse(const WorkspaceId& workspace, const std::string& id, const Error& error) {
  const Micros now = parts_.clock.now();
  ConnectorRun run{.id = new_id("run", now), .started_at = iso_utc(now), .state = RunState::failed};
  run.finished_at = run.started_at;
  run.error_code = error.code;
  run.error_detail = error.detail;
  const auto done = parts_.database.write(workspace, [&](db::Session& s) -> Result<void> {
    const auto rows = TRY(s.query(sql::connector_get, {{":id", id}}));
    if (rows.empty()) return {};
    TRY(s.execute(sql::connector_pause, {{":id", id}, {":paused", true}, {":next_run_at", now.count()}, {":created_by", rows[0].text(16)}}));
    TRY(s.execute(sql::run_insert, {{":id", run.id}, {":connector_id", id}, {":state", word(run.state)}, {":started_at", now.count()}, {":outcome", to_json(run).dump()}}));
    return {};
  });
  log_warning("connect", "{} is paused: {}{}", id, error.code, done ? "" : ", which could not be noted");
}

Result<void> Connectors::write_run(const WorkspaceId& workspace, const ConnectorRun& run) {
  TRY(parts_.database.write(workspace, [&](db::Session& s) {
    return s.execute(sql::run_update, {{":id", run.id}, {":state", word(run.state)}, {":outcome", to_json(run).dump()}});
  }));
  return {};
}

Result<void> Connectors::run(jobs::JobContext& context) {
  const Viewer& viewer = context.viewer();
  const WorkspaceId& workspace = viewer.workspace();
  if (!runs_.claim(context)) return {};
  auto found = load(workspace, context.object());
  if (!found && found.error().kind == ErrorKind::not_found) return {};  // deleted meanwhile
  auto stored = TRY(std::move(found));
  if (stored.paused) return {};
  const Micros begun = parts_.clock.now();
  ConnectorRun run{.id = new_id("run", begun), .started_at = iso_utc(begun)};
  TRY(parts_.database.write(workspace, [&](db::Session& s) -> Result<void> {
    TRY(s.execute(sql::run_insert, {{":id", run.id}, {":connector_id", stored.id}, {":state", word(run.state)}, {":started_at", begun.count()}, {":outcome", to_json(run).dump()}}));
    TRY(s.execute(sql::run_delete_old, {{":connector_id", stored.id}}));
    return {};
  }));
  context.progress(0, "read");
  const auto done = pull(context, stored, run);

  const Micros now = parts_.clock.now();
  run.finished_at = iso_utc(now);
  const bool stopped = !done && done.error().kind == ErrorKind::cancelled;
  run.state = done ? RunState::done : stopped && !context.server_is_ending() ? RunState::cancelled : RunState::failed;
  if (run.state == RunState::failed) {
    run.error_code = stopped ? "interrupted" : done.error().code;
    run.error_detail = done.error().detail;
  }
  const auto zone = TRY(zone_of(viewer));
  const uint64_t failures = done ? 0 : stopped ? stored.failures : stored.failures + 1;
  // A run that the server's end broke off goes on with its next start.
  const Micros next = done ? next_planned(stored.schedule, zone, begun, now) : stopped ? now : next_try(stored.schedule, zone, failures, done.error(), now);
  std::optional<int64_t> current;
  if (done && run.caught_up) current = begun.count();
  TRY(write_run(workspace, run));
  TRY(parts_.database.write(workspace, [&](db::Session& s) {
    return s.execute(sql::connector_ended, {{":id", stored.id}, {":next_run_at", next.count()}, {":failures", failures}, {":behind", stored.behind},
                                            {":current_as_of", current}, {":version", stored.version}});
  }));
  return done;
}

Result<void> Connectors::settle(const WorkspaceId& workspace, Stored& stored) {
  if (stored.pending.empty()) return {};
  const auto pending = nlohmann::json::parse(stored.pending);
  const auto store = TRY(parts_.stores.open(workspace));
  if (store->has_import(pending.at("import").get<std::string>())) return move_on(workspace, stored, pending.at("place"));
  stored.pending.clear();
  return {};
}

Result<void> Connectors::move_on(const WorkspaceId& workspace, Stored& stored, const nlohmann::json& place) {
  TRY(parts_.database.write(workspace, [&](db::Session& s) -> Result<void> {
    const auto changed = TRY(s.execute(sql::connector_place, {{":id", stored.id}, {":place", place.dump()}, {":version", stored.version}}));
    if (changed == 0) return Error::make(ErrorKind::cancelled, "cancelled", "the connector was changed meanwhile");
    if (const auto file = place.find("file"); file != place.end())
      TRY(s.execute(sql::file_note, {{":connector_id", stored.id},
                                     {":name", file->at("name").get<std::string>()},
                                     {":size_bytes", file->at("size").get<int64_t>()},
                                     {":changed_at", file->at("changed").get<int64_t>()},
                                     {":hash", file->at("hash").get<std::string>()}}));
    return {};
  }));
  stored.place = place;
  stored.pending.clear();
  return {};
}

Result<void> Connectors::pull(jobs::JobContext& context, Stored& stored, ConnectorRun& run) {
  const Viewer& viewer = context.viewer();
  const WorkspaceId& workspace = viewer.workspace();
  TRY(may_run(viewer));
  TRY(settle(workspace, stored));
  const std::string secret = TRY(detail::secret_of(parts_.secrets, workspace, stored.id, stored.sealed));
  const auto allowed_hosts = TRY(allowed(workspace));
  TRY(check_folders(stored.settings));
  const nlohmann::json begin_at = stored.place;
  detail::PullOrder order{.settings = stored.settings, .secret = secret, .place = begin_at, .allowed = allowed_hosts, .folders = parts_.limits.folders,
                          .now = parts_.clock.now(), .stop = context.stop()};
  order.known_file = [&](const std::string& name) -> Result<std::vector<detail::KnownFile>> {
    std::vector<detail::KnownFile> out;
    for (const auto& row : TRY(parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::files_named, {{":connector_id", stored.id}, {":name", name}}); })))
      out.push_back({static_cast<uint64_t>(row.integer(0)), row.integer(1), row.text(2)});
    return out;
  };
  const auto source = TRY(detail::open_pull(stored.kind, order));
  std::optional<Error> bad_file;
  for (;;) {
    if (context.stop().stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
    auto batch = TRY(source->next());
    if (!batch) break;
    for (const auto& word : batch->notes) note(run.notes, word);
    const bool has_file = batch->file.has_value();
    if (auto taken = take(context, stored, run, *batch); !taken) {
      // Other files need not wait for one that cannot be read; it is tried again.
      if (!has_file || taken.error().kind != ErrorKind::invalid) return taken.error();
      if (!bad_file) {
        bad_file = taken.error();
        bad_file->detail = batch->name + ": " + bad_file->detail;
      }
    }
    TRY(write_run(workspace, run));
  }
  stored.behind = source->behind();
  if (bad_file) return *bad_file;
  run.caught_up = true;
  return {};
}

Result<void> Connectors::take(jobs::JobContext& context, Stored& stored, ConnectorRun& run, detail::Batch& batch) {
  const Viewer& viewer = context.viewer();
  const WorkspaceId& workspace = viewer.workspace();
  if (!batch.file && batch.portion.rows() == 0) return batch.place == stored.place ? Result<void>() : move_on(workspace, stored, batch.place);
  ImportRequest request{.source_name = stored.source_name, .mapping = stored.mapping};
  if (!batch.file) {
    TRY(complete_columns(batch, stored.mapping, run));
    request.mapping.read = detail::portion_options(stored.mapping.read);
  }
  auto incoming = TRY(parts_.uploads.begin(viewer, batch.file ? batch.file->filename().string() : stored.name + " " + run.started_at + ".csv"));
  if (batch.file) TRY(detail::copy_file(*batch.file, *incoming));
  else TRY(batch.portion.write(*incoming));
  const auto upload = TRY(incoming->finish());
  request.upload = upload.id;
  const auto import = parts_.imports.run_in(context, request, [&](const Import& made) -> Result<void> {
    const nlohmann::json pending = {{"import", made.id}, {"place", batch.place}};
    const auto changed = TRY(parts_.database.write(workspace, [&](db::Session& s) {
      return s.execute(sql::connector_pending, {{":id", stored.id}, {":pending", pending.dump()}, {":version", stored.version}});
    }));
    if (changed == 0) return Error::make(ErrorKind::cancelled, "cancelled", "the connector was changed meanwhile");
    if (run.imports.size() == imports_shown) run.imports.erase(run.imports.begin());
    run.imports.push_back(made.id);
    return {};
  });
  if (!import) {
    if (auto gone = parts_.uploads.forget(workspace, upload.id); !gone) log_warning("connect", "{} stays: {}", upload.id, gone.error().code);
    return import.error();
  }
  run.rows += import->rows_read;
  run.rows_rejected += import->rows_rejected;
  run.events_new += import->events_new;
  run.events_known += import->events_known;
  return move_on(workspace, stored, batch.place);
}

}  // namespace lotse::connect
