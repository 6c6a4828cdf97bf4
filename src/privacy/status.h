#pragma once
#include <functional>

#include "privacy/consents.h"
#include "privacy/policies.h"
#include "privacy/requests.h"
#include "privacy/retention.h"
#include "privacy/types.h"

namespace lotse::privacy {

/// Which duties are fulfilled, which are open, and whose they are. Threads: any.
class Status {
 public:
  struct Parts {
    db::Database& database;
    Vault& vault;
    access::Audit& audit;
    Policies& policies;
    Consents& consents;
    Requests& requests;
    Retention& retention;
    std::function<Result<uint64_t>(const WorkspaceId&)> restricted;
  };
  explicit Status(Parts parts) : parts_(std::move(parts)) {}

  /// `sources`: the ids of all sources of the workspace.  errors  forbidden
  Result<PrivacyStatus> status(const Viewer& viewer, const std::vector<std::string>& sources);

 private:
  Parts parts_;
};

}  // namespace lotse::privacy
