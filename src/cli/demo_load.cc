#include "cli/demo_load.h"

#include <algorithm>
#include <fstream>
#include <thread>

namespace lotse::cli {
namespace {
using json = nlohmann::json;
namespace fs = std::filesystem;

Result<json> read_json(const fs::path& file) {
  std::ifstream in(file);
  auto value = json::parse(in, nullptr, false);
  if (value.is_discarded()) return Error::make(ErrorKind::unavailable, "file_not_written", file.string());
  return value;
}

Result<std::string> upload(connect::Uploads& uploads, const Viewer& viewer, const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error::make(ErrorKind::unavailable, "file_not_written", file.string());
  auto incoming = TRY(uploads.begin(viewer, file.filename().string()));
  std::vector<char> buffer(size_t{1} << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0)
    TRY(incoming->write({buffer.data(), static_cast<size_t>(in.gcount())}));
  return TRY(incoming->finish()).id;
}

Result<connect::Import> run(connect::Imports& imports, const Viewer& viewer, const connect::ImportRequest& request, const std::function<void(double)>& progress) {
  using State = connect::ImportState;
  auto import = TRY(imports.start(viewer, request));
  while (import.state == State::queued || import.state == State::running) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    import = TRY(imports.get(viewer, import.id));
    progress(import.progress);
  }
  if (import.state != State::done)
    return Error::make(ErrorKind::internal, "demo_not_loaded", import.file_name + ": " + import.error_code.value_or("cancelled") + " " + import.error_detail.value_or(""));
  if (import.rows_rejected > 0) return Error::make(ErrorKind::internal, "demo_not_loaded", import.file_name + ": rejected rows, " + import.rejects.front().code);
  return import;
}

Result<uint64_t> load_files(const DemoServices& services, const Viewer& viewer, const fs::path& folder, const DemoProgress& progress) {
  const json sources = TRY(read_json(folder / "sources.json"));
  double size = 0, done = 0;
  uint64_t events = 0;
  for (const auto& source : sources) size += static_cast<double>(fs::file_size(folder / source["file"]));
  for (const auto& source : sources) {
    const std::string name = source["file"];
    const auto bytes = static_cast<double>(fs::file_size(folder / name));
    progress(done / size, name);
    const connect::ImportRequest request{.upload = TRY(upload(services.uploads, viewer, folder / name)), .source_name = source["source_name"],
                                         .mapping = TRY(from_json<connect::SourceMapping>(source["mapping"]))};
    events += TRY(run(services.imports, viewer, request, [&](double share) { progress((done + bytes * share) / size, name); })).events_new;
    done += bytes;
  }
  return events;
}

/// Event types are known to the touchpoint list once analysis has read the events; on a busy machine that takes a while.
Result<void> wait_for_columns(const DemoServices& services, const Viewer& viewer, uint64_t events) {
  services.analysis.warm(viewer.workspace());
  for (int tries = 0; tries < 6000; ++tries) {
    const auto coverage = TRY(services.analysis.coverage(viewer));
    if (!coverage.loading && coverage.events >= events) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return Error::make(ErrorKind::unavailable, "demo_not_loaded", "the columns were not ready within five minutes");
}

/// The first event type's touchpoint becomes the owned one; the others come to it by a rule.
Result<void> own_touchpoints(const DemoServices& services, const Viewer& viewer, const fs::path& folder) {
  std::map<std::string, std::string> ids;
  for (const auto& t : TRY(services.touchpoints.list(viewer))) ids[t.name] = t.id;
  for (const auto& t : TRY(read_json(folder / "touchpoints.json"))) {
    const std::vector<std::string> types = t["event_types"];
    if (!ids.contains(types.front())) return Error::make(ErrorKind::internal, "demo_not_loaded", "no event of type " + types.front());
    atlas::TouchpointPatch patch{.name = t["name"], .owner = t["owner"], .description = t["description"], .direction = from_word<atlas::Direction>(t["direction"].get<std::string>())};
    if (const std::string channel = t["channel"]; !channel.empty()) patch.channel = channel;
    const auto owned = TRY(services.touchpoints.patch(viewer, ids[types.front()], patch));
    if (types.size() > 1)
      TRY(services.touchpoints.add_rule(viewer, {.event_types = {types.begin() + 1, types.end()}, .sources = {}, .properties = {}, .touchpoint = owned.id, .position = {}}));
  }
  return {};
}

Result<void> save_segments(const DemoServices& services, const Viewer& viewer, const fs::path& folder) {
  const auto ids = TRY(demo_ids(services, viewer));
  for (const auto& s : TRY(read_json(folder / "segments.json")))
    TRY(services.segments.create(viewer, {.name = s["name"], .filter = TRY(from_json<Filter>(TRY(demo::with_ids(s["filter"], ids))))}));
  return {};
}
Result<void> deliver_kpis(const DemoServices& services, const Viewer& viewer, const fs::path& folder) {
  const json report = TRY(read_json(folder / "kpis.json"));
  const auto source = TRY(services.sources.create(viewer, {.name = report["source"]}));
  TRY(services.sources.change(viewer, source.id, {.owner = report["owner"], .system = report["system"], .purpose = report["purpose"]}, std::nullopt));
  for (auto definition : report["kpis"]) {
    definition["source"] = source.id;
    TRY(services.kpis.create(viewer, TRY(from_json<kpis::KpiDefinition>(definition))));
  }
  const auto taken = TRY(services.kpis.import(viewer, {.upload = TRY(upload(services.uploads, viewer, folder / report["file"].get<std::string>()))}));
  if (taken.rejected > 0) return Error::make(ErrorKind::internal, "demo_not_loaded", "KPIs: " + taken.rejects.front().code + " " + taken.rejects.front().detail);
  return {};
}
}  // namespace

Result<demo::Ids> demo_ids(const DemoServices& services, const Viewer& viewer) {
  demo::Ids ids;
  const auto dimensions = TRY(services.analysis.dimensions(viewer));
  for (const auto& t : dimensions.touchpoints) ids.touchpoints[t.name] = t.id;
  for (const auto& d : dimensions.dimensions) ids.attributes[d.name] = d.id;
  for (const auto& s : TRY(services.analysis.coverage(viewer)).sources) ids.sources[s.name] = s.id;
  return ids;
}

Result<void> load_demo(const DemoServices& services, const Viewer& viewer, const fs::path& folder, const DemoProgress& progress) {
  const uint64_t events = TRY(load_files(services, viewer, folder, progress));
  progress(1, "columns");
  TRY(wait_for_columns(services, viewer, events));
  progress(1, "touchpoints");
  TRY(own_touchpoints(services, viewer, folder));
  progress(1, "segments");
  TRY(save_segments(services, viewer, folder));
  progress(1, "kpis");
  return deliver_kpis(services, viewer, folder);
}

}  // namespace lotse::cli
