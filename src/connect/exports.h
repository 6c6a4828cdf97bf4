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
#include "model/holder.h"
#include "privacy/vault.h"

namespace lotse::connect {

/// Which events a filter selects, by arrival number; none: it selects all. (Who answers stands above this module.)
using EventSelection = std::function<Result<std::optional<std::vector<bool>>>(const Viewer&, const Filter&, std::stop_token)>;

/// Exports as jobs. Attributes that name staff are left out unless an agreement about it is recorded. Viewers with a restriction get
/// none (beyond_restriction). Needs Right::analyse and Right::see_customers; originals need Right::see_identifiers, too, and are noted in the audit
/// log when they are ordered and when they are fetched. Files are kept for a day, and go when a customer of the workspace is erased:
/// any of them may hold that customer. Threads: any.
class Exports : public Holder {
 public:
  struct Parts {
    db::Database& database;
    events::Stores& stores;
    privacy::Vault& vault;
    jobs::Jobs& jobs;
    access::Workspaces& workspaces;
    access::Audit& audit;
    const Clock& clock;
    EventSelection selection;
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

  std::string_view name() const override { return "exports"; }
  std::vector<std::string> places() const override { return {"lotse.db: exports", "exports"}; }
  Result<nlohmann::json> find(const WorkspaceId&, const Subject&) override { return nlohmann::json(); }  // nothing that the events do not say
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token stop) override;

 private:
  Result<std::pair<Export, ExportRequest>> load(const WorkspaceId& workspace, std::string_view id);
  Result<void> store_outcome(const WorkspaceId& workspace, const Export& done);
  Result<void> run(jobs::JobContext& context);
  Result<void> forget(const WorkspaceId& workspace, const std::string& id);
  std::filesystem::path path(const WorkspaceId& workspace, std::string_view id) const;
  Export with_progress(Export of);
  Parts parts_;
  Guarded<std::map<std::string, double>> progress_;
  Guarded<std::map<std::string, std::pair<WorkspaceId, std::stop_source>>> running_;  // by exp_…
};

}  // namespace lotse::connect
