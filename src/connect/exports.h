#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "access/audit.h"
#include "access/workspaces.h"
#include "base/guarded.h"
#include "connect/export_types.h"
#include "db/database.h"
#include "events/stores.h"
#include "jobs/jobs.h"
#include "privacy/vault.h"

namespace lotse::connect {

/// Exports as jobs. Needs Right::analyse and Right::see_customers; originals need Right::see_identifiers, too, and are noted in the audit
/// log when they are ordered and when they are fetched. Files are kept for a day. Threads: any.
class Exports {
 public:
  struct Parts {
    db::Database& database;
    events::Stores& stores;
    privacy::Vault& vault;
    jobs::Jobs& jobs;
    access::Workspaces& workspaces;
    access::Audit& audit;
    const Clock& clock;
  };
  /// Registers the job kind "export"; call it before Jobs::begin.
  explicit Exports(Parts parts);

  /// What an earlier process left running becomes failed `interrupted`. Before Jobs::begin.
  Result<void> recover();

  /// Newest first, at most 200.
  Result<std::vector<Export>> list(const Viewer& viewer);
  /// errors  export_not_found (all below)
  Result<Export> get(const Viewer& viewer, std::string_view id);
  /// errors  forbidden, source_not_found (/source), invalid_time (/from, /to), invalid_period (/to), jobs_full
  Result<Export> start(const Viewer& viewer, const ExportRequest& request);
  Result<Export> cancel(const Viewer& viewer, std::string_view id);
  /// errors  export_not_done (conflict)
  struct File {
    std::filesystem::path path;
    std::string name;
    ExportFormat format;
  };
  Result<File> file(const Viewer& viewer, std::string_view id);
  /// Deletes an ended one with its file. errors  export_not_done (it still runs)
  Result<void> remove(const Viewer& viewer, std::string_view id);
  /// Deletes those older than a day.
  void clean_up(const WorkspaceId& workspace);

 private:
  Result<std::pair<Export, ExportRequest>> load(const WorkspaceId& workspace, std::string_view id);
  Result<void> store_outcome(const WorkspaceId& workspace, const Export& done);
  Result<void> run(jobs::JobContext& context);
  Result<void> forget(const WorkspaceId& workspace, const std::string& id);
  std::filesystem::path path(const WorkspaceId& workspace, std::string_view id) const;
  Export with_progress(Export of);
  Parts parts_;
  Guarded<std::map<std::string, double>> progress_;
};

}  // namespace lotse::connect
