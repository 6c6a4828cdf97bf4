#pragma once
#include "connect/live_watch.h"
#include "connect/uploads.h"
#include "db/database.h"
#include "model/holder.h"

namespace lotse::connect {

/// What imports leave behind, as a holder of personal data: files of rejected rows, examples of them in the list of imports,
/// uploads, and what the live view remembers. Threads: any.
class PersonalFiles : public Holder {
 public:
  PersonalFiles(db::Database& database, events::Stores& stores, Uploads& uploads, LiveWatch& live) : database_(database), stores_(stores), uploads_(uploads), live_(live) {}

  std::string_view name() const override { return "imports"; }
  std::vector<std::string> places() const override { return {"lotse.db: imports", "lotse.db: uploads", "uploads", "rejects"}; }
  /// Rejected rows that name the customer.
  Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) override;
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  /// Once more what an import wrote meanwhile, and every upload that no import uses: it may hold anybody, in any form.
  ///   errors  upload_in_use (an import waits or runs)
  Result<void> purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token stop) override;

 private:
  Result<uint64_t> erase_rows(const std::filesystem::path& file, const std::vector<std::string>& identifiers);
  Result<uint64_t> erase_examples(const WorkspaceId& workspace, const std::vector<std::string>& identifiers);
  db::Database& database_;
  events::Stores& stores_;
  Uploads& uploads_;
  LiveWatch& live_;
};

}  // namespace lotse::connect
