#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/types.h"
#include "base/result.h"
#include "base/time.h"
#include "db/database.h"

namespace lotse::access {

/// Who did or saw what in a workspace. Entries are only added; they hold ids and codes, never personal data of customers.
/// Each carries a hash of itself and of the entry before: whoever changes or removes one later breaks the chain from there on.
/// (Who may write into the database file could make the whole chain anew: the head that `verify` gives, noted elsewhere, shows
/// that, too.)
class Audit {
 public:
  Audit(db::Database& database, Clock& clock) : database_(database), clock_(clock) {}

  /// Notes an action ("import.undo") on an object ("imp_…"). Durable when it returns.
  Result<void> note(const Viewer& viewer, std::string_view action, std::string_view object,
                    const nlohmann::json& details = nlohmann::json::object());
  /// The same inside the transaction of the change itself.
  Result<void> note(db::Session& session, const std::string& principal, std::string_view action,
                    std::string_view object, const nlohmann::json& details = nlohmann::json::object());

  struct Entries {
    std::vector<AuditEntry> items;  ///< newest first, 100 a page
    std::optional<std::string> next_cursor;
  };
  /// errors  invalid_cursor
  Result<Entries> list(const Viewer& viewer, const std::optional<std::string>& cursor);

  /// Goes along the whole chain.  cost  about 3 µs an entry
  Result<AuditProof> verify(const WorkspaceId& workspace);

 private:
  db::Database& database_;
  Clock& clock_;
};

}  // namespace lotse::access
