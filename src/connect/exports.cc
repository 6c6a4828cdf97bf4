#include "connect/exports.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/wipe.h"
#include "connect/connect_sql.h"
#include "connect/export_run.h"
#include "formats/timestamp.h"

namespace lotse::connect {

namespace {
constexpr Micros kept_for = std::chrono::hours(24);

Error export_not_found(std::string_view id) { return Error::make(ErrorKind::not_found, "export_not_found", std::string(id)); }

Result<void> may_export(const Viewer& viewer, bool originals) {
  for (const Right right : {Right::analyse, Right::see_customers})
    if (!viewer.may(right)) return Error::make(ErrorKind::forbidden, "forbidden", fmt::format("{} is needed", word(right)));
  if (viewer.scope().restricted()) return Error::make(ErrorKind::forbidden, "beyond_restriction", "the log holds all events");
  if (originals && !viewer.may(Right::see_identifiers)) return Error{ErrorKind::forbidden, "forbidden", "/originals", "see_identifiers is needed"};
  return {};
}

std::string_view ending(ExportFormat format) {
  switch (format) {
    case ExportFormat::csv: return "csv";
    case ExportFormat::parquet: return "parquet";
    case ExportFormat::xes: return "xes";
    case ExportFormat::ocel_json: return "jsonocel";
  }
  return "csv";
}

struct Period {
  std::optional<Micros> from, to;
};
Result<Period> period_of(const ExportRequest& request, const std::string& zone, Micros now) {
  const formats::StampReader reader(formats::TimeLayout::iso, TRY(formats::Zone::find(zone)), now);
  Period out;
  const auto read = [&](const std::optional<std::string>& text, const char* field, std::optional<Micros>& to) -> Result<void> {
    if (!text || text->empty()) return {};
    const auto stamp = reader.read(*text);
    if (stamp.problem != formats::StampProblem::none) return Error::invalid("invalid_time", field, *text);
    to = stamp.utc;
    return {};
  };
  TRY(read(request.from, "/from", out.from));
  TRY(read(request.to, "/to", out.to));
  if (out.from && out.to && *out.from >= *out.to) return Error::invalid("invalid_period", "/to", "the end must be after the beginning");
  return out;
}
}  // namespace

Exports::Exports(Parts parts) : parts_(std::move(parts)) {
  parts_.jobs.handle("export", [this](jobs::JobContext& context) { return run(context); });
}

std::filesystem::path Exports::path(const WorkspaceId& workspace, std::string_view id) const { return parts_.stores.folder(workspace) / "exports" / std::string(id); }

Result<std::pair<Export, ExportRequest>> Exports::load(const WorkspaceId& workspace, std::string_view id) {
  const auto rows = TRY(parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::export_get, {{":id", id}}); }));
  if (rows.empty()) return export_not_found(id);
  auto found = TRY(parse_json<Export>(rows.front().text(0)));
  auto request = TRY(parse_json<ExportRequest>(rows.front().text(1)));
  return std::pair{std::move(found), std::move(request)};
}

Result<void> Exports::store_outcome(const WorkspaceId& workspace, const Export& done) {
  TRY(parts_.database.write(workspace, [&](db::Session& s) {
    return s.execute(sql::export_update, {{":id", done.id}, {":state", word(done.state)}, {":outcome", to_json(done).dump()}});
  }));
  return {};
}

Export Exports::with_progress(Export of) {
  if (!ended(of.state))
    progress_.with([&](auto& progress) {
      if (const auto it = progress.find(of.id); it != progress.end()) of.progress = it->second;
    });
  return of;
}

Result<void> Exports::recover() {
  const auto rows = TRY(parts_.database.read_system([](db::Session& s) { return s.query(sql::export_running); }));
  for (const auto& row : rows) {
    const WorkspaceId workspace{row.text(0)};
    auto found = TRY(parse_json<Export>(row.text(2)));
    found.state = ImportState::failed;
    found.error_code = "interrupted";
    found.finished_at = iso_utc(parts_.clock.now());
    std::error_code none;
    for (const char* rest : {"", ".objects"}) std::filesystem::remove(path(workspace, found.id + rest), none);
    std::filesystem::remove_all(path(workspace, found.id + ".rows"), none);
    TRY(store_outcome(workspace, found));
  }
  return {};
}

Result<std::vector<Export>> Exports::list(const Viewer& viewer) {
  TRY(may_export(viewer, false));
  std::vector<Export> out;
  for (const auto& row : TRY(parts_.database.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::export_list); })))
    out.push_back(with_progress(TRY(parse_json<Export>(row.text(1)))));
  return out;
}

Result<Export> Exports::get(const Viewer& viewer, std::string_view id) {
  TRY(may_export(viewer, false));
  return with_progress(TRY(load(viewer.workspace(), id)).first);
}

Result<Export> Exports::start(const Viewer& viewer, const ExportRequest& request) {
  TRY(may_export(viewer, request.originals));
  const auto settings = TRY(parts_.workspaces.settings(viewer));
  const Micros now = parts_.clock.now();
  TRY(period_of(request, settings.time_zone, now));
  Export out{.id = new_id("exp", now), .created_at = iso_utc(now), .format = request.format, .originals = request.originals, .source = request.source,
             .from = request.from, .to = request.to};
  out.filtered = to_json(request.filter) != to_json(Filter{});
  // What is wrong with a filter is told now, not when the job runs.
  if (out.filtered) TRY(parts_.selection(viewer, request.filter, {}));
  if (request.source) {
    const auto rows = TRY(parts_.database.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::source_get, {{":id", *request.source}}); }));
    if (rows.empty()) return Error{ErrorKind::not_found, "source_not_found", "/source", *request.source};
    out.source_name = rows.front().text(1);
  }
  out.file_name = fmt::format("{}-{}.{}", settings.slug, out.created_at.substr(0, 10), ending(request.format));
  if (auto names = parts_.workspaces.names(viewer); names && names->contains(viewer.principal())) out.created_by = names->at(viewer.principal());
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<int64_t> {
    nlohmann::json details = {{"format", word(request.format)}, {"originals", request.originals}, {"filtered", out.filtered}};
    if (request.source) details["source"] = *request.source;
    TRY(parts_.audit.note(session, viewer.principal(), "export.start", out.id, details));
    return session.execute(sql::export_insert, {{":id", out.id}, {":state", word(out.state)}, {":created_by", viewer.principal()}, {":created_at", now.count()},
                                                {":request", to_json(request).dump()}, {":outcome", to_json(out).dump()}});
  }));
  auto job = parts_.jobs.start(viewer, "export", out.id);
  if (!job) {
    TRY(parts_.database.write(viewer.workspace(), [&](db::Session& s) { return s.execute(sql::export_delete, {{":id", out.id}}); }));
    return job.error();
  }
  // The job may run already; then it has written its own name down.
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<int64_t> {
    const auto rows = TRY(session.query(sql::export_get, {{":id", out.id}}));
    auto stored = TRY(parse_json<Export>(rows.at(0).text(0)));
    if (stored.state != ImportState::queued) return 0;
    stored.job = job->id;
    return session.execute(sql::export_update, {{":id", out.id}, {":state", word(stored.state)}, {":outcome", to_json(stored).dump()}});
  }));
  return get(viewer, out.id);
}

Result<void> Exports::run(jobs::JobContext& context) {
  const Viewer& viewer = context.viewer();
  const WorkspaceId& workspace = viewer.workspace();
  auto [out, request] = TRY(load(workspace, context.object()));
  if (ended(out.state)) return {};
  out.state = ImportState::running;
  out.job = context.job();
  TRY(store_outcome(workspace, out));
  const auto place = path(workspace, out.id);
  std::stop_source stop;
  const std::stop_callback by_job(context.stop(), [&stop] { stop.request_stop(); });
  running_.with([&](auto& running) { running.insert_or_assign(out.id, std::pair(workspace, stop)); });
  const auto work = [&]() -> Result<uint64_t> {
    TRY(may_export(viewer, request.originals));
    const auto settings = TRY(parts_.workspaces.settings(viewer));
    const auto period = TRY(period_of(request, settings.time_zone, parts_.clock.now()));
    std::error_code failed;
    std::filesystem::create_directories(place.parent_path(), failed);
    if (failed) return Error::make(ErrorKind::unavailable, failed.value() == ENOSPC ? "disk_full" : "file_not_writable", failed.message());
    const auto store = TRY(parts_.stores.open(workspace));
    const auto selected = out.filtered ? TRY(parts_.selection(viewer, request.filter, stop.get_token())) : std::nullopt;
    ExportOrder order{.file = place, .format = request.format, .source = request.source, .from = period.from, .to = period.to, .originals = request.originals};
    if (selected) order.wanted = [&](const events::ExportedEvent& event) { return event.arrival < selected->size() && (*selected)[event.arrival]; };
    return run_export(*store, parts_.vault, viewer, order,
                      [&](double share) {
                        context.progress(share, "write");
                        progress_.with([&](auto& progress) { progress[out.id] = share; });
                      },
                      stop.get_token());
  };
  auto result = work();
  // A customer was erased at the last moment: the file may hold it.
  if (result && stop.stop_requested()) result = Error::make(ErrorKind::cancelled, "cancelled", "the export was stopped");
  const Micros now = parts_.clock.now();
  out.finished_at = iso_utc(now);
  std::error_code none;
  if (result) {
    out.state = ImportState::done;
    out.progress = 1;
    out.events = *result;
    out.size_bytes = std::filesystem::file_size(place, none);
    out.expires_at = iso_utc(now + kept_for);
  } else {
    if (std::filesystem::exists(place, none)) (void)wipe_file(place);
    const bool stopped = result.error().code == "cancelled";
    out.state = stopped && !context.server_is_ending() ? ImportState::cancelled : ImportState::failed;
    if (out.state == ImportState::failed) {
      out.error_code = stopped ? "interrupted" : result.error().code;
      out.error_detail = result.error().detail;
    }
  }
  progress_.with([&](auto& progress) { progress.erase(out.id); });
  const auto stored = store_outcome(workspace, out);
  running_.with([&](auto& running) { running.erase(out.id); });
  TRY(stored);
  return result ? Result<void>() : result.error();
}

Result<Export> Exports::cancel(const Viewer& viewer, std::string_view id) {
  TRY(may_export(viewer, false));
  auto [found, request] = TRY(load(viewer.workspace(), id));
  if (ended(found.state) || !found.job) return found;
  const auto job = TRY(parts_.jobs.cancel(viewer, *found.job));
  if (found.state == ImportState::queued && job.state == jobs::JobState::cancelled) {  // it never runs: nobody else writes down how it ended
    found.state = ImportState::cancelled;
    found.finished_at = iso_utc(parts_.clock.now());
    TRY(store_outcome(viewer.workspace(), found));
  }
  return get(viewer, id);
}

Result<Exports::File> Exports::file(const Viewer& viewer, std::string_view id) {
  TRY(may_export(viewer, false));
  const auto found = TRY(load(viewer.workspace(), id)).first;
  TRY(may_export(viewer, found.originals));
  if (found.state != ImportState::done) return Error::make(ErrorKind::conflict, "export_not_done", std::string(id));
  const auto place = path(viewer.workspace(), found.id);
  std::error_code none;
  if (!std::filesystem::exists(place, none)) return export_not_found(id);
  TRY(parts_.audit.note(viewer, "export.download", found.id, {{"originals", found.originals}}));
  return File{place, found.file_name, found.format};
}

Result<void> Exports::forget(const WorkspaceId& workspace, const std::string& id) {
  std::error_code none;
  if (std::filesystem::exists(path(workspace, id), none)) TRY(wipe_file(path(workspace, id)));
  TRY(parts_.database.write(workspace, [&](db::Session& s) { return s.execute(sql::export_delete, {{":id", id}}); }));
  return {};
}

Result<void> Exports::remove(const Viewer& viewer, std::string_view id) {
  TRY(may_export(viewer, false));
  const auto found = TRY(load(viewer.workspace(), id)).first;
  if (!ended(found.state)) return Error::make(ErrorKind::conflict, "export_not_done", std::string(id));
  TRY(forget(viewer.workspace(), found.id));
  return parts_.audit.note(viewer, "export.delete", found.id);
}

Result<uint64_t> Exports::erase(const WorkspaceId& workspace, std::span<const Subject>) {
  const auto running = [&] {
    size_t here = 0;
    running_.with([&](auto& all) {
      for (auto& [id, run] : all)
        if (run.first == workspace) run.second.request_stop(), ++here;
    });
    return here;
  };
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(8);
  while (running() > 0) {
    if (std::chrono::steady_clock::now() >= until) return Error::make(ErrorKind::conflict, "export_not_done", "an export does not end");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  uint64_t gone = 0;
  for (const auto& row : TRY(parts_.database.read(workspace, [](db::Session& s) { return s.query(sql::export_list); }))) {
    const auto found = TRY(parse_json<Export>(row.text(1)));
    if (found.state != ImportState::done) continue;
    TRY(forget(workspace, found.id));
    ++gone;
  }
  return gone;
}

Result<void> Exports::purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token) {
  TRY(erase(workspace, subjects));
  // What a process that ended in the middle of an export left behind.
  std::error_code none;
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(parts_.stores.folder(workspace) / "exports", none))
    if (entry.is_regular_file(none)) left.push_back(entry.path());
  if (running_.with([&](auto& all) { return std::ranges::any_of(all, [&](const auto& run) { return run.second.first == workspace; }); })) return {};  // begun since: without the erased
  for (const auto& file : left) TRY(wipe_file(file));
  return {};
}

void Exports::clean_up(const WorkspaceId& workspace) {
  const int64_t before = (parts_.clock.now() - kept_for).count();
  const auto old = parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::export_list_before, {{":before", before}}); });
  if (!old) return log_warning("connect", "old exports stay: {}", old.error().detail);
  for (const auto& row : *old)
    if (auto gone = forget(workspace, row.text(0)); !gone) log_warning("connect", "{} stays: {}", row.text(0), gone.error().code);
}

}  // namespace lotse::connect
