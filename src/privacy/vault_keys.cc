#include "privacy/detail/vault_state.h"

/// Identifiers that are put right, and keys that follow one another (docs/decisions/0745, 0747).
namespace lotse::privacy {

using detail::broken;
using detail::Identity;
using detail::KeyRing;
using detail::KeySet;
using detail::Tenant;

Result<void> Vault::rename(const WorkspaceId& workspace, uint32_t number, std::string_view wrong, std::string_view right, std::string_view request) {
  Tenant& tenant = state_->tenant(workspace);
  std::lock_guard lock(tenant.mutex);
  TRY(state_->load(workspace, tenant));
  TRY(state_->keep(workspace, tenant));
  const IdentityHash fresh = Tenant::hash(right, tenant.keys()->hash), former = tenant.tombstone(wrong);
  const uint32_t owner = tenant.index.find(fresh);
  if (owner == number) return {};  // done before
  if (owner != 0) return Error{ErrorKind::conflict, "identifier_taken", "/right", "another identity has it"};
  const auto pages = TRY(state_->database->read(workspace, [&](db::Session& s) { return s.query(sql::page_of, {{":number", int64_t{number}}}); }));
  if (pages.empty()) return broken(fmt::format("the page of number {} is missing", number));
  auto identities = TRY(state_->read_page(tenant, pages[0]));
  const int64_t first = pages[0].integer(0);
  const auto at = static_cast<size_t>(int64_t{number} - first);
  if (at >= identities.size() || identities[at].identifier != wrong) return Error{ErrorKind::conflict, "identifier_gone", "/wrong", "the identity has another identifier now"};
  const IdentityHash old = identities[at].hash;
  sodium_memzero(identities[at].identifier.data(), identities[at].identifier.size());
  identities[at] = {fresh, std::string(right)};
  TRY(state_->write_page(workspace, tenant, first, identities, [&](db::Session& session) -> Result<void> {
    // The right form may be one that was called wrong before.
    TRY(session.execute(sql::alias_delete_hash, {{":hash", detail::hex_of(tenant.tombstone(right))}}));
    TRY(session.execute(sql::alias_insert, {{":hash", detail::hex_of(former)}, {":identity_no", number}, {":request_id", request}}));
    return {};
  }));
  tenant.index.remove(old);
  tenant.index.put(fresh, number);
  tenant.aliases.erase(tenant.tombstone(right));
  tenant.aliases[former] = number;
  if (first == tenant.last_page_first && !tenant.last_page.empty()) tenant.last_page = std::move(identities);
  return {};
}

Result<std::map<std::string, Vault::Repeats>> Vault::repeats(const WorkspaceId& workspace) {
  std::map<std::string, Repeats> out;
  for (const auto& row : TRY(state_->database->read(workspace, [](db::Session& s) { return s.query(sql::alias_list); })))
    out[row.text(2)] = {static_cast<uint64_t>(row.integer(3)), row.optional_integer(4)};
  return out;
}

std::string Vault::print_of(const WorkspaceId& workspace, std::string_view text) const { return detail::hex_of(Tenant::hash(text, state_->tenant(workspace).print_key)); }

Result<Vault::KeyState> Vault::key_state(const WorkspaceId& workspace) {
  const auto ring = state_->tenant(workspace).ring.load();
  const auto rows = TRY(state_->database->read(workspace, [](db::Session& s) { return s.query(sql::key_list); }));
  const auto newest = ring->all.rbegin()->second;
  KeyState out{.number = newest->number};
  if (newest->number != 0) out.made_at = newest->made_at;
  const auto behind = TRY(state_->database->read(workspace, [&](db::Session& s) { return s.query(sql::page_any_before, {{":key", newest->number}, {":after", 0}}); }));
  out.rotating = rows.size() > 1 || !behind.empty() || ring->now != newest;
  return out;
}

Result<std::vector<WorkspaceId>> Vault::rotations_begun() {
  std::vector<WorkspaceId> out;
  for (const auto& row : TRY(state_->database->read_system([](db::Session& s) { return s.query(sql::rotations_begun); }))) out.push_back({row.text(0)});
  return out;
}

Result<void> Vault::rotate_key(const WorkspaceId& workspace, bool begin, const std::function<void(double)>& progress, std::stop_token stop) {
  State& state = *state_;
  std::lock_guard one_at_a_time(state.rotation_mutex);
  Tenant& tenant = state.tenant(workspace);
  std::shared_ptr<const KeySet> next;
  const bool begun = TRY(key_state(workspace)).rotating;
  if (!begun && !begin) return {};
  {
    std::lock_guard lock(tenant.mutex);
    TRY(state.load(workspace, tenant));
    TRY(state.keep(workspace, tenant));
    const auto ring = tenant.ring.load();
    next = ring->all.rbegin()->second;
    if (!begun) {
      next = TRY(state.make_key(workspace, next->number + 1));
      auto wider = std::make_shared<KeyRing>(*ring);
      wider->all[next->number] = next;
      tenant.ring = std::shared_ptr<const KeyRing>(std::move(wider));
    }
  }

  // Page by page under the new key. The index of the new hashes grows beside the one in use; it is not needed where that has them
  // already, after a restart in between.
  std::vector<IdentityHash> hashes;  // by number, as they are in `index`
  IdentityIndex index;
  const bool in_use = tenant.keys() == next;
  const auto take = [&](int64_t first, const std::vector<Identity>& identities) {
    if (in_use) return;
    const auto end = static_cast<size_t>(first) + identities.size();
    if (hashes.size() < end) hashes.resize(end);
    for (size_t i = 0; i < identities.size(); ++i) {
      IdentityHash& known = hashes[static_cast<size_t>(first) + i];
      if (known == identities[i].hash) continue;
      if (!(known == IdentityHash{})) index.remove(known);
      if (!identities[i].erased()) index.put(identities[i].hash, static_cast<uint32_t>(static_cast<size_t>(first) + i));
      known = identities[i].hash;
    }
  };
  const auto renew = [&](const db::Row& page) -> Result<void> {
    auto identities = TRY(State::identities_of(tenant, *tenant.ring.load(), page));
    for (auto& identity : identities)
      if (!identity.erased()) identity.hash = Tenant::hash(identity.identifier, next->hash);
    const auto body = detail::seal(identities, next->seal);
    TRY(state.database->write(workspace, [&](db::Session& s) {
      return s.execute(sql::page_update, {{":first_no", page.integer(0)}, {":identities", identities.size()}, {":body", body}, {":key", next->number}});
    }));
    take(page.integer(0), identities);
    return {};
  };
  int64_t done_to = 0;
  for (;;) {
    if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the rotation goes on later");
    std::lock_guard lock(tenant.mutex);
    const auto pages = TRY(state.database->read(workspace, [&](db::Session& s) { return s.query(sql::page_after, {{":after", done_to}}); }));
    if (pages.empty()) break;
    if (pages[0].integer(3) < next->number)
      TRY(renew(pages[0]));
    else
      take(pages[0].integer(0), TRY(State::identities_of(tenant, *tenant.ring.load(), pages[0])));
    done_to = pages[0].integer(0);
    progress(0.9 * static_cast<double>(done_to) / static_cast<double>(std::max<uint32_t>(tenant.last_no, 1)));
  }

  {  // What was written under the old key meanwhile, then the change itself.
    std::lock_guard lock(tenant.mutex);
    for (;;) {
      const auto pages = TRY(state.database->read(workspace, [&](db::Session& s) { return s.query(sql::page_any_before, {{":key", next->number}, {":after", 0}}); }));
      if (pages.empty()) break;
      TRY(renew(pages[0]));
    }
    TRY(state.database->write(workspace, [&](db::Session& s) { return s.execute(sql::key_delete_before, {{":number", next->number}}); }));
    const auto rehash = [&](Identity& identity) {
      if (!identity.erased()) identity.hash = Tenant::hash(identity.identifier, next->hash);
    };
    if (!in_use) {
      for (size_t i = 0; i < tenant.fresh.size(); ++i) {
        rehash(tenant.fresh[i]);
        index.put(tenant.fresh[i].hash, tenant.last_no + static_cast<uint32_t>(i) + 1);
      }
      for (auto& identity : tenant.last_page) rehash(identity);
      tenant.index = std::move(index);
    }
    auto ring = std::make_shared<KeyRing>();
    ring->now = ring->all[next->number] = next;
    tenant.ring = std::shared_ptr<const KeyRing>(std::move(ring));
  }
  // Neither the old key's bytes nor what was under it stay in the file.
  TRY(state.database->scrub());
  progress(1);
  return {};
}

}  // namespace lotse::privacy
