#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"
#include "db/database.h"
#include "model/holder.h"
#include "privacy/types.h"
#include "privacy/vault.h"

namespace lotse::privacy {

/// Values of customers' attributes that were put right (Art. 16): what a source delivers again in the wrong form is replaced
/// before it is stored, and counted. The wrong values themselves are known as keyed hashes alone. Threads: any.
class Corrections : public Holder {
 public:
  Corrections(db::Database& database, Vault& vault, const Clock& clock) : database_(database), vault_(vault), clock_(clock) {}

  struct Replacement {
    std::string_view request, right;  ///< an empty right: the value is left out
  };
  /// Those of one workspace at one moment.
  class Known {
   public:
    bool any() const { return !by_identity_.empty(); }
    bool concerns(uint32_t identity) const { return by_identity_.contains(identity); }
    /// What stands in the place of such a value of a customer attribute; none: it is not known to be wrong.
    std::optional<Replacement> of(uint32_t identity, std::string_view attribute, std::string_view text) const;

   private:
    friend class Corrections;
    struct One {
      std::string request, attribute, wrong_hash, right;
    };
    const Vault* vault_ = nullptr;
    WorkspaceId workspace_;
    std::multimap<uint32_t, One> by_identity_;
  };
  /// Remembered: costs nothing.  errors  vault_broken
  Result<std::shared_ptr<const Known>> known(const WorkspaceId& workspace);

  /// Once more changes nothing.
  Result<void> add(const WorkspaceId& workspace, const std::string& request, std::span<const uint32_t> identities, std::string_view attribute, std::string_view wrong,
                   std::string_view right);
  /// A source delivered wrong values again: how often, by request.
  void repeated(const WorkspaceId& workspace, std::string_view source_id, const std::map<std::string, uint64_t, std::less<>>& by_request);
  struct Repeats {
    uint64_t count = 0;
    std::optional<int64_t> last_at;
    std::optional<std::string> source;
  };
  Result<std::map<std::string, Repeats>> repeats(const WorkspaceId& workspace);
  /// Which attributes of a customer were put right, newest first.
  Result<std::vector<CorrectedAttribute>> of_customer(const WorkspaceId& workspace, std::span<const uint32_t> identities);
  void forget(const WorkspaceId& workspace);  ///< it is being deleted

  std::string_view name() const override { return "corrections"; }
  std::vector<std::string> places() const override { return {"lotse.db: corrections"}; }
  Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) override;
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId&, std::span<const Subject>, std::stop_token) override { return {}; }  // with the whole store

 private:
  db::Database& database_;
  Vault& vault_;
  const Clock& clock_;
  Guarded<std::map<WorkspaceId, std::shared_ptr<const Known>>> known_;
};

}  // namespace lotse::privacy
