#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit.h"
#include "base/result.h"
#include "base/time.h"
#include "customers/identity_types.h"
#include "db/database.h"
#include "events/stores.h"
#include "model/viewer.h"
#include "privacy/vault.h"

namespace lotse::customers {

/// Who is one customer: the rules and decisions of a workspace, what they hold back, why identities are one customer's, and
/// splitting them. docs/method/identity.md has the definition. Threads: any.
class Identities {
 public:
  Identities(db::Database& database, events::Stores& stores, privacy::Vault& vault, Clock& clock, access::Audit& audit)
      : database_(database), stores_(stores), vault_(vault), clock_(clock), audit_(audit) {}

  /// What a store that opens lets join. cost  reads the whole vault of the workspace: about 0.3 s a million identities
  Result<events::Joining> joining(const WorkspaceId& workspace);

  Result<IdentityRules> rules(const Viewer& viewer);
  /// Holds for all history when it returns.
  ///   errors  forbidden, stale, kind_twice (/kinds/n), out_of_range (/…), too_many_listed, too_long (/never_unique…)
  Result<IdentityRules> set_rules(const Viewer& viewer, const IdentityRulesRequest& request, const std::optional<std::string>& etag);

  struct HeldPage {
    std::vector<HeldJoin> items;
    std::optional<std::string> next_cursor;
  };
  /// Joins that wait for a person, the largest first, 50 a page.  errors  forbidden, invalid_cursor
  Result<HeldPage> held(const Viewer& viewer, const std::optional<std::string>& cursor);

  /// Newest first.  errors  forbidden
  Result<std::vector<Decision>> decisions(const Viewer& viewer);
  /// Replaces an earlier decision about the same. Holds for all history when it returns.
  ///   errors  forbidden, identity_not_found (/first, /second), same_identity (/second), too_long (/reason)
  Result<Decision> decide(const Viewer& viewer, const DecisionRequest& request);
  /// What was decided is open again.  errors  forbidden, decision_not_found
  Result<void> withdraw(const Viewer& viewer, std::string_view id);

  /// The customer to whom a pseudonym of one of its identities belongs.  errors  forbidden, not_found
  Result<CustomerIdentities> of_customer(const Viewer& viewer, std::string_view pseudonym);
  /// By pseudonym, or by identifier where the viewer may see those; noted in the audit log.  errors  forbidden, not_found
  Result<CustomerIdentities> search(const Viewer& viewer, const IdentitySearch& request);
  /// The shortest chain of evidence between two identities.  errors  forbidden, identity_not_found
  Result<IdentityChain> why(const Viewer& viewer, std::string_view first, std::string_view second);

 private:
  Result<void> apply(const WorkspaceId& workspace);
  Result<void> apply_decision(const WorkspaceId& workspace, Verdict verdict, uint32_t first, uint32_t second);
  Result<std::vector<IdentityName>> named(const Viewer& viewer, const events::DuckStore& store, const std::vector<uint32_t>& identities);
  Result<uint32_t> number_of(const Viewer& viewer, std::string_view pseudonym, const char* field);
  EvidenceRow row_of(const Viewer& viewer, const events::Dictionary& dictionary, const identity::Edge& edge);
  Result<CustomerIdentities> described(const Viewer& viewer, uint32_t identity);

  db::Database& database_;
  events::Stores& stores_;
  privacy::Vault& vault_;
  Clock& clock_;
  access::Audit& audit_;
  std::mutex applying_;  ///< what was stored last is applied last
};

}  // namespace lotse::customers
