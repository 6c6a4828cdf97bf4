#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "access/audit.h"
#include "access/workspaces.h"
#include "db/database.h"
#include "jobs/jobs.h"
#include "model/holder.h"
#include "privacy/consents.h"
#include "privacy/types.h"
#include "privacy/vault.h"

namespace lotse::privacy {

/// What customers may ask for: erasure (Art. 17), access (15, 20), restriction and objection (18, 21). Each is a job that can be
/// cut off at any moment and goes on at the next start. Threads: any.
class Requests : public Holder {
 public:
  struct Parts {
    db::Database& database;
    Vault& vault;
    jobs::Jobs& jobs;
    access::Workspaces& workspaces;
    access::Audit& audit;
    const Clock& clock;
    std::function<std::filesystem::path(const WorkspaceId&)> folder;
    /// The customer of an identity, and all identities of that customer.
    std::function<Result<std::pair<uint32_t, std::vector<uint32_t>>>(const WorkspaceId&, uint32_t identity)> customer_of;
    std::function<Result<void>(const WorkspaceId&, const std::vector<uint32_t>& identities, bool restricted)> restrict;
  };
  /// Registers the job kind "privacy"; call it before Jobs::begin.
  explicit Requests(Parts parts);

  /// Everything that holds personal data, in the order of erasure: what answers queries first, the vault last. Before begin.
  void hold(std::vector<Holder*> holders) { holders_ = std::move(holders); }
  const std::vector<Holder*>& holders() const { return holders_; }

  /// Needs Right::see_identifiers; `PrivacyRequest`s hold pseudonyms only.
  ///   errors  forbidden, no_customers (/customers), too_many_customers (/customers), one_customer_only (/customers), customer_not_found
  ///           (/customers: none of them is known), text_too_long (/note), jobs_full
  Result<PrivacyRequest> start(const Viewer& viewer, const RequestOrder& order);
  struct List {
    std::vector<PrivacyRequest> items;  ///< newest first, 50 a page
    std::optional<std::string> next_cursor;
  };
  Result<List> list(const Viewer& viewer, const std::optional<std::string>& cursor);
  /// errors  forbidden, request_not_found
  Result<PrivacyRequest> get(const Viewer& viewer, std::string_view id);
  /// The files are rewritten now, not in the night.  errors  request_not_found, request_not_hidden
  Result<PrivacyRequest> purge_now(const Viewer& viewer, std::string_view id);
  /// What an access request found; noted in the audit log.  errors  forbidden, request_not_found, file_gone (kept for 30 days)
  Result<nlohmann::json> file(const Viewer& viewer, std::string_view id);
  Result<std::map<std::string, uint64_t>> counts(const WorkspaceId& workspace);

  /// errors  forbidden, customer_not_found (/customer), unknown_purpose (/purpose)
  Result<void> set_consent(const Viewer& viewer, const ConsentOrder& order, Consents& consents);

  /// Erases identities without anybody asking: those that a restored backup still has.
  Result<void> erase_again(const WorkspaceId& workspace, const std::vector<uint32_t>& identities, std::stop_token stop);
  /// Goes on with what was cut off or is due, and removes old files. Called at the start and every minute.
  void look_after(std::stop_token stop);

  std::string_view name() const override { return "requests"; }
  std::vector<std::string> places() const override { return {"lotse.db: privacy_requests", "privacy"}; }
  Result<nlohmann::json> find(const WorkspaceId&, const Subject&) override { return nlohmann::json::array(); }
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId&, std::span<const Subject>, std::stop_token) override { return {}; }

 private:
  struct Stored;
  using Progress = std::function<void(double, std::string_view)>;
  Result<Stored> load(const WorkspaceId& workspace, std::string_view id);
  Result<void> save(const WorkspaceId& workspace, const Stored& stored);
  Result<void> run(const WorkspaceId& workspace, const std::string& id, const Progress& progress, std::stop_token stop);
  Result<void> work(const WorkspaceId& workspace, Stored& stored, const Progress& progress, std::stop_token stop);
  Result<void> erase_subjects(const WorkspaceId& workspace, Stored& stored, const Progress& progress, std::stop_token stop);
  Result<void> make_file(const WorkspaceId& workspace, Stored& stored);
  std::filesystem::path file_path(const WorkspaceId& workspace, std::string_view id) const;
  PrivacyRequest shown(const Stored& stored, const std::map<std::string, std::string>& names) const;

  Parts parts_;
  const Micros began_;  // what is older was cut off
  std::vector<Holder*> holders_;
  std::mutex one_at_a_time_;
  std::mutex mutex_;
  std::set<std::string> running_;  // ids
};

/// The vault as a holder: its identifiers, with a tombstone for each that goes.
class VaultHolder : public Holder {
 public:
  explicit VaultHolder(Vault& vault) : vault_(vault) {}
  std::string_view name() const override { return "vault"; }
  std::vector<std::string> places() const override { return {"vault.db: identity_pages", "vault.db: tombstones"}; }
  Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) override;
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId&, std::span<const Subject>, std::stop_token) override { return vault_.purge(); }

 private:
  Vault& vault_;
};

}  // namespace lotse::privacy
