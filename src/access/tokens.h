#pragma once
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "access/types.h"
#include "base/result.h"
#include "base/time.h"
#include "db/database.h"

namespace lotse::access {

class Audit;

/// API tokens: each belongs to one workspace, may at most what its maker may, and is stored as a hash.
class Tokens {
 public:
  Tokens(db::Database& database, Clock& clock, Audit& audit) : database_(database), clock_(clock), audit_(audit) {}

  /// Newest first.
  Result<std::vector<Token>> list(const Viewer& viewer);
  /// errors  invalid_name, no_scopes, scope_beyond_own (/scopes), invalid_days, required, invalid_values, invalid_group (/restriction/…)
  Result<NewToken> create(const Viewer& viewer, const TokenRequest& request);
  /// errors  not_found
  Result<void> revoke(const Viewer& viewer, std::string_view token);

  /// Who a secret stands for; notes the use, at most once a minute.
  /// errors  not_signed_in (unknown, revoked or expired)
  Result<Caller> caller(std::string_view secret);

 private:
  db::Database& database_;
  Clock& clock_;
  Audit& audit_;
};

}  // namespace lotse::access
