#include "privacy/consents.h"

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "privacy/privacy_sql.h"

namespace lotse::privacy {

namespace {
std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}
bool bit(uint8_t bits, size_t purpose) { return bits >> purpose & 1; }
}  // namespace

std::optional<Purpose> purpose_of(std::string_view word) {
  static const std::map<std::string, Purpose, std::less<>> words = {
      {"analytics", Purpose::analytics}, {"statistics", Purpose::analytics}, {"performance", Purpose::analytics}, {"analyse", Purpose::analytics}, {"statistik", Purpose::analytics},
      {"personalisation", Purpose::personalisation}, {"personalization", Purpose::personalisation}, {"functional", Purpose::personalisation}, {"personalisierung", Purpose::personalisation},
      {"contact", Purpose::contact}, {"marketing", Purpose::contact}, {"advertising", Purpose::contact}, {"kontakt", Purpose::contact}, {"werbung", Purpose::contact}};
  if (word.size() > 20) return std::nullopt;
  const auto at = words.find(lower(word));
  return at == words.end() ? std::nullopt : std::optional(at->second);
}

std::optional<bool> consent_word(std::string_view word) {
  static const std::set<std::string, std::less<>> yes = {"true", "yes", "ja", "1", "granted", "erteilt", "opt-in", "opt_in", "accepted", "y", "j", "x"};
  static const std::set<std::string, std::less<>> no = {"false", "no", "nein", "0", "denied", "verweigert", "widerrufen", "withdrawn", "opt-out", "opt_out", "rejected", "n"};
  if (word.size() > 20) return std::nullopt;
  const std::string small = lower(word);
  if (yes.contains(small)) return true;
  if (no.contains(small)) return false;
  return std::nullopt;
}

std::shared_ptr<Consents::Room> Consents::room(const WorkspaceId& workspace) {
  return rooms_.with([&](auto& rooms) {
    auto& one = rooms[workspace];
    if (!one) one = std::make_shared<Room>();
    return one;
  });
}

Result<void> Consents::load(const WorkspaceId& workspace, Room& room) {
  if (room.loaded) return {};
  for (const auto& row : TRY(database_.read(workspace, [](db::Session& s) { return s.query(sql::consent_list); }))) {
    const auto at = static_cast<size_t>(row.integer(0));
    const auto purpose = purpose_of(row.text(1));
    if (!purpose) continue;
    if (at >= room.now.size()) room.now.resize(at + 1);
    room.now[at].say(*purpose, row.integer(2) != 0);
  }
  room.loaded = true;
  return {};
}

Result<void> Consents::apply(const WorkspaceId& workspace, Room& room, std::string_view source, std::span<const uint32_t> identities, std::span<const ConsentSaid> said) {
  struct Change {
    uint32_t identity;
    Purpose purpose;
    bool granted;
  };
  std::vector<Change> changes;
  std::map<uint32_t, ConsentSaid> after;
  for (size_t i = 0; i < identities.size(); ++i) {
    if (!said[i].any() || identities[i] == 0) continue;
    const uint32_t n = identities[i];
    auto& now = after.try_emplace(n, n < room.now.size() ? room.now[n] : ConsentSaid{}).first->second;
    for (size_t p = 0; p < purpose_words.size(); ++p) {
      const bool yes = bit(said[i].granted, p), no = bit(said[i].denied, p);
      if ((yes && !bit(now.granted, p)) || (no && !bit(now.denied, p))) {
        now.say(static_cast<Purpose>(p), yes);
        changes.push_back({n, static_cast<Purpose>(p), yes});
      }
    }
  }
  if (changes.empty()) return {};
  const Micros now = clock_.now();
  TRY(database_.write(workspace, [&](db::Session& session) -> Result<void> {
    for (const auto& change : changes) {
      const auto purpose = purpose_words[static_cast<size_t>(change.purpose)];
      TRY(session.execute(sql::consent_set, {{":identity_no", change.identity}, {":purpose", purpose}, {":granted", change.granted}, {":now", now.count()}, {":source_id", source}}));
      TRY(session.execute(sql::consent_change, {{":id", new_id("co", now)}, {":identity_no", change.identity}, {":purpose", purpose}, {":granted", change.granted},
                                                {":now", now.count()}, {":source_id", source}}));
    }
    return {};
  }));
  for (const auto& [n, state] : after) {
    if (n >= room.now.size()) room.now.resize(n + 1);
    room.now[n] = state;
  }
  return {};
}

Result<bool> Consents::asks(const WorkspaceId& workspace, std::string_view source_id) {
  const auto sources = TRY(policies_.sources(workspace));
  const auto at = sources->find(source_id);
  return at != sources->end() && at->second.legal_basis == LegalBasis::consent;
}

Result<std::vector<bool>> Consents::admit(const WorkspaceId& workspace, std::string_view source_id, std::span<const uint32_t> identities, std::span<const ConsentSaid> said) {
  const bool asked = TRY(asks(workspace, source_id));
  const bool says = std::ranges::any_of(said, [](const ConsentSaid& one) { return one.any(); });
  std::vector<bool> out(identities.size(), true);
  if (!asked && !says) return out;
  const auto at = room(workspace);
  std::lock_guard lock(at->mutex);
  TRY(load(workspace, *at));
  if (says) TRY(apply(workspace, *at, source_id, identities, said));
  if (asked)
    for (size_t i = 0; i < identities.size(); ++i) out[i] = identities[i] < at->now.size() && bit(at->now[identities[i]].granted, static_cast<size_t>(Purpose::analytics));
  return out;
}

Result<ConsentSaid> Consents::said(const WorkspaceId& workspace, uint32_t identity) {
  const auto at = room(workspace);
  std::lock_guard lock(at->mutex);
  TRY(load(workspace, *at));
  return identity < at->now.size() ? at->now[identity] : ConsentSaid{};
}
Result<bool> Consents::granted(const WorkspaceId& workspace, uint32_t identity, Purpose purpose) {
  return bit(TRY(said(workspace, identity)).granted, static_cast<size_t>(purpose));
}

Result<std::vector<ConsentSaid>> Consents::said(const WorkspaceId& workspace, std::span<const uint32_t> identities) {
  const auto at = room(workspace);
  std::lock_guard lock(at->mutex);
  TRY(load(workspace, *at));
  std::vector<ConsentSaid> out;
  for (const uint32_t identity : identities) out.push_back(identity < at->now.size() ? at->now[identity] : ConsentSaid{});
  return out;
}

Result<void> Consents::set(const WorkspaceId& workspace, std::span<const uint32_t> identities, Purpose purpose, bool granted, std::string_view source) {
  std::vector<ConsentSaid> said(identities.size());
  for (auto& one : said) one.say(purpose, granted);
  const auto at = room(workspace);
  std::lock_guard lock(at->mutex);
  TRY(load(workspace, *at));
  return apply(workspace, *at, source, identities, said);
}

Result<std::vector<ConsentCount>> Consents::counts(const WorkspaceId& workspace) {
  const auto at = room(workspace);
  std::lock_guard lock(at->mutex);
  TRY(load(workspace, *at));
  std::vector<ConsentCount> out;
  for (size_t p = 0; p < purpose_words.size(); ++p) {
    ConsentCount one{.purpose = std::string(purpose_words[p])};
    for (const auto& state : at->now) {
      one.granted += bit(state.granted, p);
      one.denied += bit(state.denied, p);
    }
    out.push_back(std::move(one));
  }
  return out;
}

void Consents::forget(const WorkspaceId& workspace) {
  rooms_.with([&](auto& rooms) { rooms.erase(workspace); });
}

Result<nlohmann::json> Consents::find(const WorkspaceId& workspace, const Subject& subject) {
  nlohmann::json out = nlohmann::json::array();
  for (const uint32_t identity : subject.identities)
    for (const auto& row : TRY(database_.read(workspace, [&](db::Session& s) { return s.query(sql::consent_changes_of, {{":identity_no", identity}}); })))
      out.push_back({{"purpose", row.text(0)}, {"granted", row.integer(1) != 0}, {"at", iso_utc(Micros{row.integer(2)})}, {"source", row.text(3)}});
  return out;
}

Result<uint64_t> Consents::erase(const WorkspaceId& workspace, std::span<const Subject> subjects) {
  const auto at = room(workspace);
  std::lock_guard lock(at->mutex);
  TRY(load(workspace, *at));
  uint64_t gone = 0;
  TRY(database_.write(workspace, [&](db::Session& session) -> Result<void> {
    for (const auto& subject : subjects)
      for (const uint32_t identity : subject.identities) {
        TRY(session.execute(sql::consent_erase, {{":identity_no", identity}}));
        gone += static_cast<uint64_t>(TRY(session.execute(sql::consent_changes_erase, {{":identity_no", identity}})));
      }
    return {};
  }));
  for (const auto& subject : subjects)
    for (const uint32_t identity : subject.identities)
      if (identity < at->now.size()) at->now[identity] = {};
  return gone;
}

}  // namespace lotse::privacy
