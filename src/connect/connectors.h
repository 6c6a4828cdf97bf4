#pragma once
#include <filesystem>
#include <map>

#include "access/audit.h"
#include "access/workspaces.h"
#include "connect/connector_types.h"
#include "connect/imports.h"
#include "formats/zone.h"
#include "jobs/due_runs.h"
#include "net/address.h"
#include "privacy/secret_box.h"

namespace lotse::connect {

namespace detail {
struct Batch;
}

/// What the server as a whole allows, set at its start.
struct ConnectorLimits {
  std::vector<std::string> allowed_hosts;         ///< in private networks, for every workspace
  std::vector<std::filesystem::path> folders;     ///< below which files may be watched and delivered
  size_t at_once = 2;                             ///< runs at the same time
};
struct ConnectorRuns {
  std::vector<ConnectorRun> items;                ///< newest first, 50 a page
  std::optional<std::string> next_cursor;
};

/// Sources that Lotse asks on a schedule. A run reads batch by batch; each becomes an import like one of a file, and only when
/// that is durable the connector's place moves on: what is read twice after a crash is recognised by its ids. Runs are jobs
/// (kind "pull") with the rights of whoever set the connector up last. Threads: any.
class Connectors {
 public:
  struct Parts {
    db::Database& database;
    events::Stores& stores;
    jobs::Jobs& jobs;
    access::Workspaces& workspaces;
    access::Audit& audit;
    Uploads& uploads;
    Sources& sources;
    Imports& imports;
    const Clock& clock;
    privacy::SecretBox secrets;
    ConnectorLimits limits;
  };
  /// Registers the job kind "pull"; before Jobs::begin.
  explicit Connectors(Parts parts);

  /// Settles runs that an earlier process left. Before Jobs::begin.
  Result<void> recover();
  /// Starts runs that are due from now on. After Jobs::begin.
  void begin();
  /// No further run is started; those that run end with Jobs::end.
  void end();

  /// errors of all below  forbidden (without the right import_data), connector_not_found
  Result<std::vector<Connector>> list(const Viewer& viewer);
  Result<Connector> get(const Viewer& viewer, std::string_view id);
  /// errors  invalid_cursor
  Result<ConnectorRuns> runs(const Viewer& viewer, std::string_view id, const std::optional<std::string>& cursor);

  /// Tries a source: its first records, of which nothing is stored.
  ///   errors  those of create and of detail::open_pull and its batches
  Result<ConnectorPreview> preview(const Viewer& viewer, const PreviewRequest& request);
  /// It runs at once, then as planned.
  ///   errors  invalid_name (/name, /source_name), those of the settings (/settings/…), of check_mapping (/mapping/…), invalid_schedule
  ///           (/schedule), secret_needed (/secret), folder_not_allowed (/settings/folder/path)
  Result<Connector> create(const Viewer& viewer, const ConnectorRequest& request);
  /// errors  likewise; stale; secret_needed also where another host is named and no secret given
  Result<Connector> change(const Viewer& viewer, std::string_view id, const ConnectorPatch& patch, const std::optional<std::string>& etag);
  /// What it brought stays.
  Result<void> remove(const Viewer& viewer, std::string_view id);
  /// errors  connector_paused, connector_running
  Result<Connector> run_now(const Viewer& viewer, std::string_view id);
  /// Stops a run, too.
  Result<Connector> pause(const Viewer& viewer, std::string_view id);
  /// From now on it runs with the rights of `viewer`.
  Result<Connector> resume(const Viewer& viewer, std::string_view id);
  /// Forgets its place: the next run reads from the first record on; what is there already is not stored again.
  ///   errors  connector_running
  Result<Connector> restart(const Viewer& viewer, std::string_view id);
  /// The workspace is being deleted.
  void forget(const WorkspaceId& workspace);

  Result<ConnectorRules> rules(const Viewer& viewer);
  /// errors  forbidden (without the right administer), invalid_host (/allowed_hosts/N)
  Result<ConnectorRules> set_rules(const Viewer& viewer, const ConnectorRulesRequest& request);

  /// The hosts that a workspace's connections may reach.
  Result<net::AllowedHosts> allowed(const WorkspaceId& workspace);
  /// The folder lies below one of those that the server allows.   errors  folder_not_allowed (`field`)
  Result<void> check_folder(const std::filesystem::path& path, std::string_view field) const;
  const ConnectorLimits& limits() const { return parts_.limits; }

 private:
  struct Stored;
  static Result<Stored> stored_of(const db::Row& row);
  Result<Stored> load(const WorkspaceId& workspace, std::string_view id);
  Connector shown(const Stored& stored, const std::map<std::string, std::string>& names);
  Result<Connector> shown_one(const Viewer& viewer, std::string_view id);
  Result<void> check(const Viewer& viewer, const std::string& name, ConnectorKind kind, const ConnectorSettings& settings, const Schedule& schedule,
                     const SourceMapping& mapping);
  Result<void> check_folders(const ConnectorSettings& settings) const;
  Result<void> run(jobs::JobContext& context);
  Result<void> pull(jobs::JobContext& context, Stored& stored, ConnectorRun& run);
  Result<void> take(jobs::JobContext& context, Stored& stored, ConnectorRun& run, detail::Batch& batch);
  Result<void> settle(const WorkspaceId& workspace, Stored& stored);
  Result<void> move_on(const WorkspaceId& workspace, Stored& stored, const nlohmann::json& place);
  Result<void> write_run(const WorkspaceId& workspace, const ConnectorRun& run);
  Result<formats::Zone> zone_of(const Viewer& viewer);
  Result<std::vector<jobs::DueRuns::Due>> due();
  void refuse(const WorkspaceId& workspace, const std::string& id, const Error& error);

  Parts parts_;
  jobs::DueRuns runs_;
};

}  // namespace lotse::connect
