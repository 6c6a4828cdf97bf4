#pragma once
#include <functional>
#include <mutex>
#include <set>

#include "privacy/requests.h"

namespace lotse::privacy {

/// How long events of a source and values of an attribute are kept: rules, what they would delete, and the daily work that
/// deletes it by the way of erasure. Threads: any.
class Retention {
 public:
  struct Parts {
    db::Database& database;
    Vault& vault;
    jobs::Jobs& jobs;
    access::Workspaces& workspaces;
    access::Audit& audit;
    const Clock& clock;
    Requests& requests;
    struct Affected {
      uint64_t events = 0, customers = 0;
      std::vector<uint32_t> identities;
    };
    /// What a rule means now; with `enforce` no query shows it any more when this returns.  errors  subject_not_found
    std::function<Result<Affected>(const WorkspaceId&, const RetentionRule&, Micros before, bool enforce)> affected;
    /// Customers all of whose identities, some of which are among these, have no event.
    std::function<Result<std::vector<Subject>>(const WorkspaceId&, const std::vector<uint32_t>& identities)> emptied;
    std::function<Result<void>(const WorkspaceId&, const std::vector<uint32_t>& identities)> forget_joins;
  };
  /// Registers the job kind "retention"; call it before Jobs::begin.
  explicit Retention(Parts parts);

  Result<RetentionOverview> overview(const Viewer& viewer);
  /// errors  months_out_of_range (/months), subject_not_found (/subject)
  Result<RetentionEffect> preview(const Viewer& viewer, const RetentionRule& rule);
  Result<RetentionOverview> put(const Viewer& viewer, const RetentionRule& rule);
  Result<RetentionOverview> remove(const Viewer& viewer, RetentionKind kind, std::string_view subject);
  /// Enforces all rules now, as a job.  errors  jobs_full, no_retention_rules
  Result<RetentionRun> start(const Viewer& viewer);
  /// How many of the sources have no rule; and one more where the last run failed.
  Result<int64_t> open(const WorkspaceId& workspace, const std::vector<std::string>& sources);

  /// Goes on with what was cut off, and enforces what is due: once a day, from two at night on. Called every minute.
  void look_after(std::stop_token stop);

 private:
  struct Stored;
  Result<std::vector<RetentionRule>> rules(const WorkspaceId& workspace);
  Result<RetentionEffect> effect_of(const WorkspaceId& workspace, const RetentionRule& rule, bool enforce, std::vector<uint32_t>* identities);
  Result<std::string> begin_run(const WorkspaceId& workspace, const std::string& principal);
  Result<void> run(const WorkspaceId& workspace, const std::string& id, const std::function<void(double, std::string_view)>& progress, std::stop_token stop);
  Result<void> work(const WorkspaceId& workspace, Stored& stored, const std::function<void(double, std::string_view)>& progress, std::stop_token stop);
  Result<void> save(const WorkspaceId& workspace, const Stored& stored);

  Parts parts_;
  std::mutex mutex_;
  std::set<std::string> running_;  // ids
};

}  // namespace lotse::privacy
