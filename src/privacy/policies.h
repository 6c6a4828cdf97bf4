#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/audit.h"
#include "base/guarded.h"
#include "db/database.h"
#include "privacy/types.h"
#include "privacy/vault.h"

namespace lotse::privacy {

/// How a workspace and its sources treat personal data. Threads: any.
class Policies {
 public:
  Policies(db::Database& database, Vault& vault, access::Audit& audit) : database_(database), vault_(vault), audit_(audit) {}

  /// Tells the vault which workspaces let erased identifiers come again. Before events come in.
  Result<void> begin();

  Result<PrivacySettings> settings(const Viewer& viewer);
  /// errors  forbidden, text_too_long (/officer, /contact), stale (`etag` is no longer the newest)
  Result<PrivacySettings> change(const Viewer& viewer, const PrivacySettings& settings, const std::optional<std::string>& etag);

  using BySource = std::map<std::string, SourcePrivacy, std::less<>>;
  /// Those that were set; all others are as a SourcePrivacy is made. Remembered: costs nothing.
  Result<std::shared_ptr<const BySource>> sources(const WorkspaceId& workspace);
  /// errors  forbidden
  Result<SourcePrivacy> change_source(const Viewer& viewer, const SourcePrivacy& policy);

  void forget(const WorkspaceId& workspace);  ///< it is being deleted

 private:
  db::Database& database_;
  Vault& vault_;
  access::Audit& audit_;
  Guarded<std::map<WorkspaceId, std::shared_ptr<const BySource>>> known_;
};

}  // namespace lotse::privacy
