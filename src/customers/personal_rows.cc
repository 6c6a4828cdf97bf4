#include "customers/personal_rows.h"

#include "base/time.h"
#include "customers/customers_sql.h"

namespace lotse::customers {

Result<nlohmann::json> PersonalRows::find(const WorkspaceId& workspace, const Subject& subject) {
  nlohmann::json out = nlohmann::json::array();
  for (const uint32_t identity : subject.identities)
    for (const auto& row : TRY(database_.read(workspace, [&](db::Session& s) { return s.query(sql::identity_decisions_of, {{":number", identity}}); })))
      out.push_back({{"decision", row.text(0)}, {"reason", row.text(1)}, {"at", iso_utc(Micros{row.integer(2)})}});
  return out;
}

Result<uint64_t> PersonalRows::erase(const WorkspaceId& workspace, std::span<const Subject> subjects) {
  uint64_t gone = 0;
  TRY(database_.write(workspace, [&](db::Session& session) -> Result<void> {
    for (const auto& subject : subjects) {
      gone += static_cast<uint64_t>(TRY(session.execute(sql::panel_links_of_delete, {{":customer", subject.pseudonym}})));
      for (const uint32_t identity : subject.identities)
        gone += static_cast<uint64_t>(TRY(session.execute(sql::identity_decision_forget, {{":number", identity}})));
    }
    return {};
  }));
  return gone;
}

}  // namespace lotse::customers
