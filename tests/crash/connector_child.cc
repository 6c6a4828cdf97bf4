// A server's connectors on a folder of the test's: pulls from the given address until it is killed.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "access/operator.h"
#include "connect/connectors.h"

using namespace lotse;
using namespace lotse::connect;

namespace {
template <class T>
T need(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s %s\n", result.error().code.c_str(), result.error().detail.c_str());
    std::_Exit(2);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace

/// connector_child FOLDER URL: prints "READY", then a line with the number of events each time a run ends.
int main(int, char** words) {
  const std::filesystem::path data = words[1];
  Clock& clock = Clock::system();
  auto database = need(db::Database::open_sqlite(data / "lotse.db"));
  events::Stores stores(data, {}, clock);
  auto vault = need(privacy::Vault::open(data));
  access::Audit audit(*database, clock);
  access::Workspaces workspaces(*database, clock, audit);
  access::Operator people(*database, clock);
  jobs::Jobs jobs(*database, clock, [&](const WorkspaceId& w, const std::string& p) { return workspaces.viewer_of(w, p); });
  Uploads uploads(*database, stores, clock);
  Sources sources(*database, stores, clock, audit);
  Imports imports({*database, stores, *vault, jobs, workspaces, audit, uploads, sources, clock});
  Connectors connectors({*database, stores, jobs, workspaces, audit, uploads, sources, imports, clock, need(privacy::SecretBox::open(data)), {.allowed_hosts = {"127.0.0.1"}}});
  need(imports.recover());
  need(connectors.recover());
  need(jobs.begin());
  if (need(workspaces.all()).empty()) need(people.first_administrator());
  const auto caller = need(people.any_operator());
  if (need(workspaces.own(caller)).empty()) need(workspaces.create(caller, {.name = "Crash"}));
  const auto viewer = need(workspaces.viewer(caller, need(workspaces.own(caller)).front().id));
  if (need(connectors.list(viewer)).empty()) {
    ConnectorRequest request{.name = "Feed", .source_name = "Feed"};
    request.settings.http = HttpSettings{.url = words[2], .records = "/items", .paging = HttpPaging::cursor, .page_parameter = "cursor", .cursor_pointer = "/next", .since_parameter = "since",
                                         .since_field = "id"};
    request.schedule.every_minutes = 1;
    request.mapping.read.time_format = "epoch_s";
    request.mapping.columns = {{"who", ColumnRole::customer}, {"what", ColumnRole::event_type}, {"when", ColumnRole::time}, {"id", ColumnRole::event_attribute}};
    need(connectors.create(viewer, request));
  }
  const std::string id = need(connectors.list(viewer)).front().id;
  connectors.begin();
  std::printf("READY\n");
  std::fflush(stdout);
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto now = need(connectors.get(viewer, id));
    if (now.running || !now.last_run || now.last_run->state == RunState::running) continue;
    // A run that a kill ended is tried again at once, not after a minute.
    if (now.last_run->state == RunState::failed) std::fprintf(stderr, "%s\n", now.last_run->error_code.value_or("").c_str());
    std::printf("%s %llu\n", std::string(word(now.last_run->state)).c_str(), static_cast<unsigned long long>(need(stores.open(viewer.workspace()))->event_count()));
    std::fflush(stdout);
  }
}
