#include "connect/imports.h"

#include "base/ids.h"
#include "base/log.h"
#include "connect/connect_sql.h"
#include "connect/detail/rights.h"
#include "connect/import_run.h"

namespace lotse::connect {

namespace {
Error import_not_found(std::string_view id) { return Error::make(ErrorKind::not_found, "import_not_found", std::string(id)); }

}  // namespace

Imports::Imports(Parts parts) : parts_(parts) {
  parts_.jobs.handle("import", [this](jobs::JobContext& context) { return run(context); });
}

std::filesystem::path Imports::rejects_path(const WorkspaceId& workspace, std::string_view id) const {
  return parts_.stores.folder(workspace) / "rejects" / (std::string(id) + ".csv");
}

Result<std::pair<Import, ImportRequest>> Imports::load(const WorkspaceId& workspace, std::string_view id) {
  const auto rows = TRY(parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::import_get, {{":id", id}}); }));
  if (rows.empty()) return import_not_found(id);
  auto import = TRY(parse_json<Import>(rows.front().text(0)));
  auto request = TRY(parse_json<ImportRequest>(rows.front().text(1)));
  return std::pair{std::move(import), std::move(request)};
}

Result<void> Imports::store_outcome(const WorkspaceId& workspace, const Import& import) {
  TRY(parts_.database.write(workspace, [&](db::Session& s) {
    return s.execute(sql::import_update, {{":id", import.id}, {":state", word(import.state)}, {":outcome", to_json(import).dump()}});
  }));
  return {};
}

Import Imports::with_progress(Import import) {
  live_.with([&](auto& live) {
    if (const auto it = live.find(import.id); it != live.end() && !ended(import.state)) {
      import.progress = it->second.progress;
      import.stage = it->second.stage;
    }
  });
  return import;
}

void Imports::tell(const WorkspaceId& workspace, const Import& import) { changes_.publish({workspace, import}); }

Result<void> Imports::recover() {
  const auto rows = TRY(parts_.database.read_system([](db::Session& s) { return s.query(sql::import_running); }));
  for (const auto& row : rows) {
    const WorkspaceId workspace{row.text(0)};
    auto import = TRY(parse_json<Import>(row.text(2)));
    const auto store = parts_.stores.open(workspace);
    import.finished_at = iso_utc(parts_.clock.now());
    if (store && (*store)->has_import(import.id)) {
      // It ended between becoming visible and being written down here.
      import.state = ImportState::done;
      import.progress = 1;
      import.events_new = TRY((*store)->import_size(import.id));
      if (parts_.book)
        TRY(parts_.book->note_import(workspace, import.id, TRY(stored_counts(**store, import.id, parts_.book->days(workspace), parts_.clock.now()))));
      if (import.replaces) TRY(mark_undone(workspace, *import.replaces));
    } else {
      import.state = ImportState::failed;
      import.error_code = "interrupted";
    }
    TRY(store_outcome(workspace, import));
    log_warning("connect", "{} was running when the server ended: now {}", import.id, word(import.state));
  }
  return {};
}

/// What was undone counts as if it had never been delivered.
Result<void> Imports::forget_counts(const WorkspaceId& workspace, const std::string& id) {
  if (parts_.book) TRY(parts_.book->forget_import(workspace, id));
  if (parts_.plans) TRY(parts_.plans->forget_import(workspace, id));
  return {};
}

Result<void> Imports::mark_undone(const WorkspaceId& workspace, const std::string& id) {
  auto [import, request] = TRY(load(workspace, id));
  import.state = ImportState::undone;
  TRY(forget_counts(workspace, id));
  TRY(store_outcome(workspace, import));
  tell(workspace, import);
  return {};
}

Result<ImportPage> Imports::list(const Viewer& viewer, const std::optional<std::string>& cursor) {
  if (cursor && !is_id(*cursor, "imp")) return Error::invalid("invalid_cursor", "/cursor", "the next_cursor of an earlier answer is expected");
  const std::string before = cursor.value_or("imp_~");
  const auto rows = TRY(parts_.database.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::import_page, {{":before", before}}); }));
  ImportPage page;
  for (const auto& row : rows) {
    if (page.items.size() == 50) {
      page.next_cursor = page.items.back().id;
      break;
    }
    page.items.push_back(with_progress(TRY(parse_json<Import>(row.text(1)))));
  }
  return page;
}

Result<Import> Imports::get(const Viewer& viewer, std::string_view id) { return with_progress(TRY(load(viewer.workspace(), id)).first); }

Result<Import> Imports::enter(const Viewer& viewer, const ImportRequest& request, const Upload& upload, ImportState state, std::string job) {
  Import import;
  import.source_id = TRY(parts_.sources.id_of(viewer, request.source_name, nullptr));
  const Micros now = parts_.clock.now();
  import.id = new_id("imp", now);
  import.file_name = upload.name;
  import.size_bytes = upload.size_bytes;
  import.source_name = request.source_name;
  import.created_at = iso_utc(now);
  import.replaces = request.replaces;
  import.state = state;
  if (!job.empty()) import.job = std::move(job);
  if (auto names = parts_.workspaces.names(viewer); names && names->contains(viewer.principal())) import.created_by = names->at(viewer.principal());
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<int64_t> {
    TRY(parts_.audit.note(session, viewer.principal(), "import.start", import.id, {{"source", import.source_id}}));
    return session.execute(sql::import_insert, {{":id", import.id},
                                                {":source_id", import.source_id},
                                                {":state", word(import.state)},
                                                {":created_by", viewer.principal()},
                                                {":created_at", now.count()},
                                                {":request", to_json(request).dump()},
                                                {":outcome", to_json(import).dump()}});
  }));
  return import;
}

Result<Import> Imports::start(const Viewer& viewer, const ImportRequest& request) {
  TRY(detail::may_import(viewer));
  TRY(check_mapping(request.mapping, "/mapping"));
  auto upload = parts_.uploads.get(viewer, request.upload);
  if (!upload) {
    upload.error().field = "/upload";
    return upload.error();
  }
  // The import that is done takes its file along.
  if (TRY(parts_.uploads.in_use(viewer.workspace())).contains(request.upload))
    return Error{ErrorKind::conflict, "upload_in_use", "/upload", "an import of this file waits or runs"};
  if (request.replaces) {
    auto replaced = load(viewer.workspace(), *request.replaces);
    if (!replaced) {
      replaced.error().field = "/replaces";
      return replaced.error();
    }
    if (replaced->first.state != ImportState::done)
      return Error{ErrorKind::conflict, "import_not_done", "/replaces", "only an import that is done can be replaced"};
  }
  Import import = TRY(enter(viewer, request, *upload, ImportState::queued, {}));
  auto job = parts_.jobs.start(viewer, "import", import.id);
  if (!job) {
    TRY(parts_.database.write(viewer.workspace(), [&](db::Session& s) { return s.execute(sql::import_delete, {{":id", import.id}}); }));
    return job.error();
  }
  // The job may run already; then it has written its own name down.
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<int64_t> {
    const auto rows = TRY(session.query(sql::import_get, {{":id", import.id}}));
    auto now_stored = TRY(parse_json<Import>(rows.at(0).text(0)));
    if (now_stored.state != ImportState::queued) return 0;
    now_stored.job = job->id;
    return session.execute(sql::import_update, {{":id", import.id}, {":state", word(now_stored.state)}, {":outcome", to_json(now_stored).dump()}});
  }));
  import = TRY(get(viewer, import.id));
  tell(viewer.workspace(), import);
  return import;
}

Result<void> Imports::run(jobs::JobContext& context) {
  const Viewer& viewer = context.viewer();
  const WorkspaceId& workspace = viewer.workspace();
  auto [import, request] = TRY(load(workspace, context.object()));
  if (ended(import.state)) return {};
  import.state = ImportState::running;
  import.job = context.job();
  TRY(store_outcome(workspace, import));
  return execute(context, import, request);
}

Result<Import> Imports::run_in(jobs::JobContext& context, const ImportRequest& request, const std::function<Result<void>(const Import&)>& before) {
  const Viewer& viewer = context.viewer();
  TRY(detail::may_import(viewer));
  TRY(check_mapping(request.mapping, "/mapping"));
  auto import = TRY(enter(viewer, request, TRY(parts_.uploads.get(viewer, request.upload)), ImportState::running, context.job()));
  if (auto ready = before(import); !ready) {
    TRY(parts_.database.write(viewer.workspace(), [&](db::Session& s) { return s.execute(sql::import_delete, {{":id", import.id}}); }));
    return ready.error();
  }
  TRY(execute(context, import, request));
  return import;
}

Result<void> Imports::execute(jobs::JobContext& context, Import& import, const ImportRequest& request) {
  const Viewer& viewer = context.viewer();
  const WorkspaceId& workspace = viewer.workspace();
  import.stage = "read";
  tell(workspace, import);

  const auto do_it = [&]() -> Result<ImportResult> {
    TRY(detail::may_import(viewer));
    const auto upload = TRY(parts_.uploads.get(viewer, request.upload));
    const auto settings = TRY(parts_.workspaces.settings(viewer));
    ImportOrder order;
    order.workspace = workspace;
    order.file = parts_.uploads.path(workspace, upload.id);
    order.import = import.id;
    order.source_id = import.source_id;
    order.source_name = import.source_name;
    order.mapping = request.mapping;
    order.replaces = request.replaces;
    order.time_zone = settings.time_zone;
    order.language = settings.language;
    if (parts_.plans) order.plan = parts_.plans->checker(workspace);
    order.rejects = rejects_path(workspace, import.id);
    order.consents = parts_.consents;
    order.corrections = parts_.corrections;
    if (parts_.policies) {
      const auto policies = TRY(parts_.policies->sources(workspace));
      if (const auto at = policies->find(import.source_id); at != policies->end()) order.scrub = at->second.scrub;
    }
    std::error_code failed;
    std::filesystem::create_directories(order.rejects.parent_path(), failed);
    if (failed) return Error::make(ErrorKind::unavailable, failed.value() == ENOSPC ? "disk_full" : "file_not_writable", failed.message());
    const auto progress = [&](double share, std::string_view stage) {
      context.progress(share, stage);
      const Micros now = parts_.clock.now();
      bool due = false;
      live_.with([&](auto& live) {
        Live& mine = live[import.id];
        due = now - mine.told >= std::chrono::milliseconds(250) || mine.stage != stage;
        mine = {share, std::string(stage), due ? now : mine.told};
      });
      if (due) tell(workspace, with_progress(import));
    };
    return run_import(TRY(parts_.stores.open(workspace)), parts_.vault, order, parts_.clock, progress, context.stop());
  };
  const auto result = do_it();
  import.finished_at = iso_utc(parts_.clock.now());
  if (result) {
    import.state = ImportState::done;
    import.progress = 1;
    import.stage.clear();
    import.rows_read = result->rows_read;
    import.rows_rejected = result->rows_rejected;
    import.events_new = result->events_new;
    import.events_known = result->events_known;
    import.customers_new = result->customers_new;
    import.rejects = result->rejects;
    import.warnings = result->warnings;
    import.stages = result->stages;
    if (result->first) import.first = iso_utc(*result->first);
    if (result->last) import.last = iso_utc(*result->last);
  } else if (result.error().code == "cancelled" && !context.server_is_ending()) {
    import.state = ImportState::cancelled;
  } else {
    import.state = ImportState::failed;
    import.error_code = result.error().code == "cancelled" ? "interrupted" : result.error().code;
    import.error_detail = result.error().detail;
  }
  if (result) {
    // All that follows from the import stands before it is called done: whoever waits for that asks for it next.
    if (parts_.plans && parts_.book)
      if (auto noted = parts_.plans->note_import(workspace, import.id, parts_.book->days(workspace).of(parts_.clock.now()), result->findings); !noted) log_warning("connect", "{}: findings were not kept: {}", import.id, noted.error().code);
    if (parts_.book)
      if (auto noted = parts_.book->note_import(workspace, import.id, result->counts); !noted) log_warning("connect", "{} is not in the intake book: {}", import.id, noted.error().code);
    if (request.replaces) TRY(mark_undone(workspace, *request.replaces));
    // A mapping that did not work must not take the place of one that did.
    if (auto saved = parts_.sources.id_of(viewer, request.source_name, &request.mapping); !saved) log_warning("connect", "{}: {}", import.id, saved.error().detail);
    if (auto taken = parts_.sources.take_in(viewer); !taken) log_warning("connect", "{}: {}", import.id, taken.error().detail);
    if (auto gone = parts_.uploads.forget(workspace, request.upload); !gone) log_warning("connect", "{} stays: {}", request.upload, gone.error().code);
  }
  live_.with([&](auto& live) { live.erase(import.id); });
  TRY(store_outcome(workspace, import));
  tell(workspace, import);
  return result ? Result<void>() : result.error();
}

Result<Import> Imports::cancel(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  auto [import, request] = TRY(load(viewer.workspace(), id));
  if (ended(import.state)) return import;
  if (import.job) {
    const auto job = TRY(parts_.jobs.cancel(viewer, *import.job));
    // One that still waited never runs: nobody else writes down how it ended.
    if (import.state == ImportState::queued && job.state == jobs::JobState::cancelled) {
      import.state = ImportState::cancelled;
      import.finished_at = iso_utc(parts_.clock.now());
      TRY(store_outcome(viewer.workspace(), import));
      live_.with([&](auto& live) { live.erase(import.id); });
      tell(viewer.workspace(), import);
    }
  }
  return get(viewer, id);
}

Result<Import> Imports::undo(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  auto [import, request] = TRY(load(viewer.workspace(), id));
  if (import.state != ImportState::done) return Error::make(ErrorKind::conflict, "import_not_done", "only an import that is done can be undone");
  const auto store = TRY(parts_.stores.open(viewer.workspace()));
  // Where the process ended between the two steps, the events are gone already.
  if (store->has_import(import.id)) TRY(store->undo(import.id));
  import.state = ImportState::undone;
  TRY(forget_counts(viewer.workspace(), import.id));
  TRY(store_outcome(viewer.workspace(), import));
  TRY(parts_.audit.note(viewer, "import.undo", import.id));
  tell(viewer.workspace(), import);
  return import;
}

Result<std::filesystem::path> Imports::rejects(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  const auto import = TRY(load(viewer.workspace(), id)).first;
  const auto path = rejects_path(viewer.workspace(), import.id);
  std::error_code none;
  return std::filesystem::exists(path, none) ? path : std::filesystem::path();
}

}  // namespace lotse::connect
