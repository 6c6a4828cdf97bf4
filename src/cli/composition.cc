#include "cli/composition.h"

namespace lotse::cli {

Result<std::unique_ptr<Composition>> Composition::open(DataFolder folder) {
  auto database = TRY(db::Database::open_sqlite(folder.database()));
  return std::make_unique<Composition>(std::move(folder), std::move(database), Clock::system());
}

Composition::Composition(DataFolder data, std::unique_ptr<db::Database> opened, Clock& clock)
    : folder(std::move(data)),
      database(std::move(opened)),
      audit(*database, clock),
      accounts(*database, clock),
      workspaces(*database, clock, audit),
      tokens(*database, clock, audit),
      owner(*database, clock),
      jobs(*database, clock,
           [this](const WorkspaceId& workspace, const std::string& principal) { return workspaces.viewer_of(workspace, principal); }),
      segments(*database, clock),
      touchpoints(*database, clock, audit) {
  workspaces.on_delete([this](const WorkspaceId& workspace) { return jobs.forget(workspace); });
  workspaces.on_delete([this](const WorkspaceId& workspace) { return touchpoints.forget(workspace); });
  workspaces.on_delete([this](const WorkspaceId& workspace) -> Result<void> {
    std::error_code failed;
    std::filesystem::remove_all(folder.workspaces() / workspace.value, failed);
    if (failed) return Error::make(ErrorKind::unavailable, "data_folder_not_writable", failed.message());
    return {};
  });
}

Composition::~Composition() { jobs.end(); }

Result<void> Composition::begin() { return jobs.begin(); }

}  // namespace lotse::cli
