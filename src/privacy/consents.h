#pragma once
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/database.h"
#include "model/holder.h"
#include "privacy/policies.h"
#include "privacy/types.h"

namespace lotse::privacy {

enum class Purpose : uint8_t { analytics, personalisation, contact };
inline constexpr std::array<std::string_view, 3> purpose_words = {"analytics", "personalisation", "contact"};
/// Of the words that consent banners use ("Analytics", "statistics", "marketing", "advertising", …), whatever their case.
std::optional<Purpose> purpose_of(std::string_view word);
/// "granted", "yes", "ja", "true", "1", "opt-in" …; nothing for words that say neither.
std::optional<bool> consent_word(std::string_view word);

/// What an event says of its customer's consent: a bit for each purpose.
struct ConsentSaid {
  uint8_t granted = 0, denied = 0;
  void say(Purpose purpose, bool yes) {
    const auto bit = static_cast<uint8_t>(1u << static_cast<unsigned>(purpose));
    (yes ? granted : denied) |= bit;
    (yes ? denied : granted) &= static_cast<uint8_t>(~bit);
  }
  bool any() const { return (granted | denied) != 0; }
};

/// What customers said to each purpose, the latest word of each identity, in memory and in the operational store; changes are
/// kept with time and source. Memory: 2 bytes an identity of workspaces in use. Threads: any.
class Consents : public Holder {
 public:
  Consents(db::Database& database, Policies& policies, const Clock& clock) : database_(database), policies_(policies), clock_(clock) {}

  /// Notes what these events say, durably, then tells which may be stored: a source whose legal basis is consent may store
  /// events only of customers who granted analytics. `said` may be empty where no event says anything.
  Result<std::vector<bool>> admit(const WorkspaceId& workspace, std::string_view source_id, std::span<const uint32_t> identities,
                                  std::span<const ConsentSaid> said);
  /// Whether `admit` could say anything but yes, or had anything to note, of such a source.
  Result<bool> asks(const WorkspaceId& workspace, std::string_view source_id);

  /// The latest word of one identity.
  Result<ConsentSaid> said(const WorkspaceId& workspace, uint32_t identity);
  Result<bool> granted(const WorkspaceId& workspace, uint32_t identity, Purpose purpose);
  /// What each identity said last; the room is asked once.
  Result<std::vector<ConsentSaid>> said(const WorkspaceId& workspace, std::span<const uint32_t> identities);
  Result<void> set(const WorkspaceId& workspace, std::span<const uint32_t> identities, Purpose purpose, bool granted, std::string_view source);
  Result<std::vector<ConsentCount>> counts(const WorkspaceId& workspace);
  void forget(const WorkspaceId& workspace);  ///< it is being deleted

  std::string_view name() const override { return "consents"; }
  std::vector<std::string> places() const override { return {"lotse.db: consents", "lotse.db: consent_changes"}; }
  Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) override;
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId&, std::span<const Subject>, std::stop_token) override { return {}; }  // with the whole store

 private:
  struct Room {
    std::mutex mutex;
    bool loaded = false;
    std::vector<ConsentSaid> now;  // by identity number
  };
  std::shared_ptr<Room> room(const WorkspaceId& workspace);
  Result<void> load(const WorkspaceId& workspace, Room& room);
  Result<void> apply(const WorkspaceId& workspace, Room& room, std::string_view source, std::span<const uint32_t> identities, std::span<const ConsentSaid> said);
  db::Database& database_;
  Policies& policies_;
  const Clock& clock_;
  Guarded<std::map<WorkspaceId, std::shared_ptr<Room>>> rooms_;
};

}  // namespace lotse::privacy
