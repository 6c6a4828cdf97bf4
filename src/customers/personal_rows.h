#pragma once
#include "db/database.h"
#include "model/holder.h"

namespace lotse::customers {

/// Decisions about a customer's identities and links to the customer's panel, as a holder of personal data. Threads: any.
class PersonalRows : public Holder {
 public:
  explicit PersonalRows(db::Database& database) : database_(database) {}
  std::string_view name() const override { return "customers"; }
  std::vector<std::string> places() const override { return {"lotse.db: identity_decisions", "lotse.db: panel_links"}; }
  /// The decisions, with the reasons given.
  Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) override;
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId&, std::span<const Subject>, std::stop_token) override { return {}; }  // with the whole store

 private:
  db::Database& database_;
};

}  // namespace lotse::customers
