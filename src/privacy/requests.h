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
#include "privacy/corrections.h"
#include "privacy/types.h"
#include "privacy/vault.h"

namespace lotse::privacy {

/// What customers may ask for: rectification (Art. 16), erasure (17), access (15, 20), restriction and objection (18, 21). Each is a job that can be
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
    Corrections& corrections;
    /// A value of a customer attribute, by name, in the events of these identities: how many have it; with `right` they get
    /// that one, and no query shows the former when this returns.
    struct Value {
      std::vector<uint32_t> identities;
      std::string attribute, wrong;
      std::optional<std::string> right;
    };
    std::function<Result<uint64_t>(const WorkspaceId&, const Value&)> value;
    /// The vault's text for `right`, where `original`, a text of the vault, is what a person calls `wrong`.
    std::function<std::optional<std::string>(std::string_view original, std::string_view wrong, std::string_view right)> identifier;
    /// An access request's data as one file to hand over.
    std::function<Result<std::string>(const nlohmann::json& file, std::string_view language)> archive;
  };
  /// Registers the job kind "privacy"; call it before Jobs::begin.
  explicit Requests(Parts parts);

  /// Everything that holds personal data, in the order of erasure: what answers queries first, the vault last. Before begin.
  void hold(std::vector<Holder*> holders) { holders_ = std::move(holders); }
  const std::vector<Holder*>& holders() const { return holders_; }

  /// Needs Right::see_identifiers; `PrivacyRequest`s hold pseudonyms only.
  ///   errors  forbidden, no_customers (/customers), too_many_customers (/customers), one_customer_only (/customers), customer_not_found
  ///           (/customers: none of them is known), text_too_long (/note, /right), jobs_full; of a rectification value_not_found (/wrong),
  ///           identifier_not_found (/wrong), identifier_taken (/right), value_missing (/wrong, /right), value_unchanged (/right)
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
  /// The same as one file: a page to read, and its data for machines.  errors  those of `file`
  Result<std::string> archive(const Viewer& viewer, std::string_view id, std::string_view language);
  /// What was put right of a customer (identifier or pseudonym).  errors  forbidden, customer_not_found (/customer)
  Result<std::vector<CorrectedAttribute>> corrected(const Viewer& viewer, std::string_view customer);
  /// Work on the same stores, while no request is worked on.
  Result<void> alone(const std::function<Result<void>()>& work);
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
  struct Change;
  Result<uint32_t> identity_of(const WorkspaceId& workspace, std::string_view text, std::string_view field);
  /// What a rectification says, sealed; checks that it can be done.
  Result<std::string> change_of(const WorkspaceId& workspace, const RequestOrder& order, const Subject& subject, const std::vector<std::string>& originals);
  Result<Change> change_of(const WorkspaceId& workspace, const Stored& stored);
  Result<void> put_right(const WorkspaceId& workspace, Stored& stored, const Progress& progress);
  Result<void> forget_change(const WorkspaceId& workspace, const Stored& stored);
  Result<void> rewrite(const WorkspaceId& workspace, Stored& stored, const Progress& progress, std::stop_token stop);
  Result<void> hidden(const WorkspaceId& workspace, Stored& stored);
  static void count(Stored& stored, std::string_view holder, uint64_t records);
  Result<void> erase_subjects(const WorkspaceId& workspace, Stored& stored, const Progress& progress, std::stop_token stop);
  Result<void> make_file(const WorkspaceId& workspace, Stored& stored);
  std::filesystem::path file_path(const WorkspaceId& workspace, std::string_view id) const;
  struct Repeated {
    std::map<std::string, Corrections::Repeats> values;
    std::map<std::string, Vault::Repeats> identifiers;
  };
  Result<Repeated> repeated(const WorkspaceId& workspace);
  PrivacyRequest shown(const WorkspaceId& workspace, const Stored& stored, const std::map<std::string, std::string>& names, const Repeated& repeated) const;

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
  std::vector<std::string> places() const override { return {"vault.db: identity_pages", "vault.db: identity_aliases", "vault.db: tombstones"}; }
  Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) override;
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId&, std::span<const Subject>, std::stop_token) override { return vault_.purge(); }

 private:
  Vault& vault_;
};

}  // namespace lotse::privacy
