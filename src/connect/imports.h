#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/audit.h"
#include "access/workspaces.h"
#include "base/feed.h"
#include "base/guarded.h"
#include "connect/sources.h"
#include "connect/types.h"
#include "connect/uploads.h"
#include "db/database.h"
#include "events/stores.h"
#include "hub/tracking_plan.h"
#include "jobs/jobs.h"
#include "privacy/consents.h"
#include "privacy/corrections.h"
#include "privacy/policies.h"
#include "privacy/vault.h"

namespace lotse::connect {

/// An import was made, moved on, or ended; at most some times a second for each.
struct ImportChanged {
  WorkspaceId workspace;
  Import import;
};
struct ImportPage {
  std::vector<Import> items;  ///< newest first, 50 a page
  std::optional<std::string> next_cursor;
};

/// Imports as jobs. Threads: any.
class Imports {
 public:
  struct Parts {
    db::Database& database;
    events::Stores& stores;
    privacy::Vault& vault;
    jobs::Jobs& jobs;
    access::Workspaces& workspaces;
    access::Audit& audit;
    Uploads& uploads;
    Sources& sources;
    const Clock& clock;
    privacy::Consents* consents = nullptr;
    privacy::Policies* policies = nullptr;
    hub::IntakeBook* book = nullptr;      ///< gets the counts of each import
    hub::TrackingPlans* plans = nullptr;  ///< say what is expected of the rows
    privacy::Corrections* corrections = nullptr;
  };
  /// Registers the job kind "import"; call it before Jobs::begin.
  explicit Imports(Parts parts);

  /// Settles what an earlier process left running: done where its events are visible, else failed `interrupted`. Before
  /// Jobs::begin.
  Result<void> recover();

  /// errors  invalid_cursor
  Result<ImportPage> list(const Viewer& viewer, const std::optional<std::string>& cursor);
  /// errors  import_not_found (all below)
  Result<Import> get(const Viewer& viewer, std::string_view id);

  /// Puts the import into the queue; the mapping is saved under the source's name when it is done.
  ///   errors  forbidden, upload_not_found (/upload), invalid_name (/source_name), those of check_mapping (below /mapping),
  ///           upload_in_use (/upload), import_not_found and import_not_done (/replaces), jobs_full
  Result<Import> start(const Viewer& viewer, const ImportRequest& request);
  /// Imports at once, as a part of another job (a connector's run). `before` is called when the import has its id and none of
  /// its events is there yet. An error says why nothing of it stays; the import is in the list in any case.
  ///   errors  those of start and of run_import
  Result<Import> run_in(jobs::JobContext& context, const ImportRequest& request, const std::function<Result<void>(const Import&)>& before);
  Result<Import> cancel(const Viewer& viewer, std::string_view id);
  /// Removes the import's events.  errors  import_not_done
  Result<Import> undo(const Viewer& viewer, std::string_view id);
  /// The CSV of rejected rows; an empty path where none was rejected.
  Result<std::filesystem::path> rejects(const Viewer& viewer, std::string_view id);

  Feed<ImportChanged>& changes() { return changes_; }

 private:
  struct Live {
    double progress = 0;
    std::string stage;
    Micros told{0};
  };
  Result<void> run(jobs::JobContext& context);
  Result<Import> enter(const Viewer& viewer, const ImportRequest& request, const Upload& upload, ImportState state, std::string job);
  Result<void> execute(jobs::JobContext& context, Import& import, const ImportRequest& request);
  Result<void> store_outcome(const WorkspaceId& workspace, const Import& import);
  Result<std::pair<Import, ImportRequest>> load(const WorkspaceId& workspace, std::string_view id);
  Result<void> mark_undone(const WorkspaceId& workspace, const std::string& id);
  Result<void> forget_counts(const WorkspaceId& workspace, const std::string& id);
  Import with_progress(Import import);
  void tell(const WorkspaceId& workspace, const Import& import);
  std::filesystem::path rejects_path(const WorkspaceId& workspace, std::string_view id) const;

  Parts parts_;
  Guarded<std::map<std::string, Live>> live_;
  Feed<ImportChanged> changes_;
};

}  // namespace lotse::connect
