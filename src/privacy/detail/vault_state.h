#pragma once
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

#include "base/time.h"
#include "db/database.h"
#include "privacy/identity_index.h"
#include "privacy/privacy_sql.h"
#include "privacy/vault.h"

/// What the files of Vault share.
namespace lotse::privacy {
namespace detail {

inline constexpr size_t page_identities = 4096;
/// A last page smaller than this is rewritten with the next identities, so that single new customers do not leave a
/// page each.
inline constexpr size_t page_grows_below = 256;

inline constexpr std::string_view id_alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

inline Error broken(std::string detail) { return Error::make(ErrorKind::internal, "vault_broken", std::move(detail)); }

struct Identity {
  IdentityHash hash;       ///< zero where it was erased
  std::string identifier;
  bool erased() const { return hash == IdentityHash{}; }
};

struct Tombstones {
  struct Hash {
    size_t operator()(const IdentityHash& h) const { return h.low; }
  };
  std::unordered_set<IdentityHash, Hash> hashes;
};

inline std::string to_base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  text.resize(text.size() - 1);
  return text;
}

inline std::string hex_of(const IdentityHash& hash) { return fmt::format("{:016x}{:016x}", hash.high, hash.low); }
inline std::optional<IdentityHash> hash_of_hex(std::string_view text) {
  IdentityHash out{};
  if (text.size() != 32 || std::from_chars(text.data(), text.data() + 16, out.high, 16).ptr != text.data() + 16 ||
      std::from_chars(text.data() + 16, text.data() + 32, out.low, 16).ptr != text.data() + 32)
    return std::nullopt;
  return out;
}

inline std::string sealed_bytes(std::string_view plain, const Keys::Key& key) {
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char*>(plain.data()),
                        plain.size(), bytes, key.data());
  return to_base64(sealed);
}

inline Result<std::string> unsealed_bytes(const std::string& text, const Keys::Key& key) {
  std::string sealed(text.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(sealed.data()), sealed.size(), text.data(), text.size(), nullptr,
                        &size, nullptr, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0 ||
      size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
    return broken("a page is not base 64");
  const auto* bytes = reinterpret_cast<const unsigned char*>(sealed.data());
  std::string plain(size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(plain.data()), bytes + crypto_secretbox_NONCEBYTES,
                                 size - crypto_secretbox_NONCEBYTES, bytes, key.data()) != 0)
    return broken("a page cannot be opened with this installation's key");
  return plain;
}

/// [hash 16][length u32][identifier] … , sealed under a fresh nonce.
inline std::string seal(const std::vector<Identity>& identities, const Keys::Key& key) {
  std::string plain;
  for (const auto& identity : identities) {
    const auto length = static_cast<uint32_t>(identity.identifier.size());
    plain.append(reinterpret_cast<const char*>(&identity.hash), sizeof identity.hash);
    plain.append(reinterpret_cast<const char*>(&length), sizeof length);
    plain += identity.identifier;
  }
  std::string out = sealed_bytes(plain, key);
  sodium_memzero(plain.data(), plain.size());
  return out;
}

inline Result<std::vector<Identity>> unseal(const std::string& text, size_t count, const Keys::Key& key) {
  const std::string plain = TRY(unsealed_bytes(text, key));
  std::vector<Identity> out;
  out.reserve(count);
  for (size_t at = 0; at < plain.size();) {
    Identity identity;
    uint32_t length = 0;
    if (plain.size() - at < sizeof identity.hash + sizeof length) return broken("a page ends early");
    std::memcpy(&identity.hash, plain.data() + at, sizeof identity.hash);
    std::memcpy(&length, plain.data() + at + sizeof identity.hash, sizeof length);
    at += sizeof identity.hash + sizeof length;
    if (plain.size() - at < length) return broken("a page ends early");
    identity.identifier = plain.substr(at, length);
    at += length;
    out.push_back(std::move(identity));
  }
  if (out.size() != count) return broken("a page holds another number of identities than it says");
  return out;
}

/// The keys of one number.
struct KeySet {
  int64_t number = 0, made_at = 0;
  Keys::Key hash, seal, name;
  KeySet(const Keys& from, int64_t n, int64_t at, std::string_view workspace)
      : number(n), made_at(at), hash(from.derive("identity hash", workspace)), seal(from.derive("identity seal", workspace)), name(from.derive("customer pseudonym", workspace)) {}
  ~KeySet() {
    for (auto* key : {&hash, &seal, &name}) sodium_memzero(key->data(), key->size());
  }
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;
};
/// Keys that pages may be under, by number, and the one under which new ones are written and identifiers are looked up.
struct KeyRing {
  std::map<int64_t, std::shared_ptr<const KeySet>> all;
  std::shared_ptr<const KeySet> now;
};

/// One workspace in use. Guarded by its mutex: one resolver at a time.
struct Tenant {
  std::mutex mutex;
  bool loaded = false, keys_read = false;
  Keys::Key text_key, staff_key, tombstone_key, print_key;  // what they made cannot be made anew: they stay for ever
  std::atomic<std::shared_ptr<const KeyRing>> ring;          // changed under the mutex
  std::shared_ptr<const KeySet> keys() const { return ring.load()->now; }
  std::unordered_map<IdentityHash, uint32_t, Tombstones::Hash> aliases;  // wrong forms of identifiers → number
  std::map<uint32_t, uint64_t> came_again;                               // number → how often under a wrong form, not yet written
  Tombstones tombstones;
  bool erased_may_return = false;
  IdentityIndex index;
  uint32_t last_no = 0;               ///< the last durable one
  std::vector<Identity> fresh;        ///< the numbers after last_no: given, not durable yet
  int64_t last_page_first = 0;
  std::vector<Identity> last_page;  ///< kept only while it may still grow

  IdentityHash tombstone(std::string_view identifier) const { return hash(identifier, tombstone_key); }
  bool is_erased(std::string_view identifier) const {
    return !tombstones.hashes.empty() && !erased_may_return && tombstones.hashes.contains(tombstone(identifier));
  }

  static IdentityHash hash(std::string_view identifier, const Keys::Key& key) {
    IdentityHash out;
    crypto_generichash(reinterpret_cast<unsigned char*>(&out), sizeof out,
                       reinterpret_cast<const unsigned char*>(identifier.data()), identifier.size(), key.data(), key.size());
    return out;
  }
};

}  // namespace detail

struct Vault::State {
  using Tenant = detail::Tenant;
  using Identity = detail::Identity;
  using KeySet = detail::KeySet;
  using KeyRing = detail::KeyRing;

  std::filesystem::path data_folder;
  Keys keys;
  std::unique_ptr<db::Database> database;
  std::shared_mutex mutex;
  std::map<std::string, std::unique_ptr<Tenant>> tenants;
  std::mutex rotation_mutex;  // one rotation at a time

  State(std::filesystem::path folder, Keys k, std::unique_ptr<db::Database> d)
      : data_folder(std::move(folder)), keys(std::move(k)), database(std::move(d)) {}

  Tenant& tenant(const WorkspaceId& workspace) {
    {
      std::shared_lock lock(mutex);
      if (auto it = tenants.find(workspace.value); it != tenants.end()) return *it->second;
    }
    auto made = std::make_unique<Tenant>();
    made->text_key = keys.derive("identity seal", workspace.value);
    made->print_key = keys.derive("print", workspace.value);
    auto ring = ring_of(workspace);
    made->keys_read = ring.has_value();  // where not, `load` says why
    if (ring) {
      made->ring = std::move(*ring);
    } else {
      auto none = std::make_shared<KeyRing>();
      none->now = none->all[0] = std::make_shared<const KeySet>(keys, 0, 0, workspace.value);
      made->ring = std::shared_ptr<const KeyRing>(std::move(none));
    }
    made->staff_key = keys.derive("staff pseudonym", workspace.value);
    made->tombstone_key = keys.derive("tombstone", workspace.value);
    std::unique_lock lock(mutex);
    return *tenants.try_emplace(workspace.value, std::move(made)).first->second;
  }

  /// The workspace's keys; the newest is the one in use. errors  vault_broken
  Result<std::shared_ptr<const KeyRing>> ring_of(const WorkspaceId& workspace) {
    auto ring = std::make_shared<KeyRing>();
    ring->now = ring->all[0] = std::make_shared<const KeySet>(keys, 0, 0, workspace.value);
    const auto wrapping = keys.derive("workspace key", workspace.value);
    for (const auto& row : TRY(database->read(workspace, [](db::Session& s) { return s.query(sql::key_list); }))) {
      const std::string plain = TRY(detail::unsealed_bytes(row.text(1), wrapping));
      Keys::Key key;
      if (plain.size() != key.size()) return detail::broken("a key of a workspace has another size");
      std::memcpy(key.data(), plain.data(), key.size());
      ring->now = ring->all[row.integer(0)] = std::make_shared<const KeySet>(Keys::of(key), row.integer(0), row.integer(2), workspace.value);
      sodium_memzero(key.data(), key.size());
    }
    return std::shared_ptr<const KeyRing>(std::move(ring));
  }

  /// Makes the workspace's next key, durably.
  Result<std::shared_ptr<const KeySet>> make_key(const WorkspaceId& workspace, int64_t number) {
    auto key = Keys::fresh();
    const int64_t now = Clock::system().now().count();
    const auto body = detail::sealed_bytes({reinterpret_cast<const char*>(key.data()), key.size()}, keys.derive("workspace key", workspace.value));
    TRY(database->write(workspace, [&](db::Session& s) { return s.execute(sql::key_insert, {{":number", number}, {":body", body}, {":now", now}}); }));
    auto made = std::make_shared<const KeySet>(Keys::of(key), number, now, workspace.value);
    sodium_memzero(key.data(), key.size());
    return made;
  }

  /// The identities of a page (first number, count, body, key). `ring`: as it was before the page was read.
  static Result<std::vector<Identity>> identities_of(const Tenant& tenant, const KeyRing& ring, const db::Row& page) {
    const int64_t number = page.integer(3);
    auto at = ring.all.find(number);
    if (at != ring.all.end()) return detail::unseal(page.text(2), static_cast<size_t>(page.integer(1)), at->second->seal);
    const auto newer = tenant.ring.load();
    at = newer->all.find(number);
    if (at == newer->all.end()) return detail::broken(fmt::format("the key {} of a page is missing", number));
    return detail::unseal(page.text(2), static_cast<size_t>(page.integer(1)), at->second->seal);
  }

  /// Reads the index of a workspace once. Called under the tenant's mutex.
  Result<void> load(const WorkspaceId& workspace, Tenant& tenant) {
    if (tenant.loaded) return {};
    if (!tenant.keys_read) {
      tenant.ring = TRY(ring_of(workspace));
      tenant.keys_read = true;
    }
    const auto pages = TRY(database->read(workspace, [](db::Session& s) { return s.query(sql::page_list); }));
    for (const auto& row : TRY(database->read(workspace, [](db::Session& s) { return s.query(sql::tombstone_list); }))) {
      const auto hash = detail::hash_of_hex(row.text(0));
      if (!hash) return detail::broken("a tombstone is not 32 digits");
      tenant.tombstones.hashes.insert(*hash);
    }
    for (const auto& row : TRY(database->read(workspace, [](db::Session& s) { return s.query(sql::alias_list); }))) {
      const auto hash = detail::hash_of_hex(row.text(0));
      if (!hash) return detail::broken("an alias is not 32 digits");
      tenant.aliases[*hash] = static_cast<uint32_t>(row.integer(1));
    }
    // A new workspace begins with a key of its own, which can be destroyed.
    if (pages.empty() && tenant.tombstones.hashes.empty() && tenant.keys()->number == 0) {
      auto ring = std::make_shared<KeyRing>();
      ring->now = ring->all[1] = TRY(make_key(workspace, 1));
      tenant.ring = std::shared_ptr<const KeyRing>(std::move(ring));
    }
    const auto ring = tenant.ring.load();
    for (const auto& page : pages) {
      const int64_t first = page.integer(0);
      if (first != int64_t{tenant.last_no} + 1) return detail::broken(fmt::format("the page from number {} is missing", tenant.last_no + 1));
      auto identities = TRY(identities_of(tenant, *ring, page));
      if (page.integer(3) != ring->now->number)  // a rotation was cut off
        for (auto& identity : identities)
          if (!identity.erased()) identity.hash = Tenant::hash(identity.identifier, ring->now->hash);
      for (const auto& identity : identities) {
        ++tenant.last_no;
        if (!identity.erased()) tenant.index.put(identity.hash, tenant.last_no);
      }
      tenant.last_page_first = first;
      tenant.last_page = identities.size() < detail::page_grows_below ? std::move(identities) : std::vector<Identity>{};
    }
    tenant.loaded = true;
    return {};
  }

  /// Takes over changed identities of a page. Called under the tenant's mutex, where `identities` have the hashes of the key in use.
  Result<void> write_page(const WorkspaceId& workspace, Tenant& tenant, int64_t first, const std::vector<Identity>& identities,
                          const std::function<Result<void>(db::Session&)>& besides) {
    const auto key = tenant.keys();
    const auto body = detail::seal(identities, key->seal);
    return database->write(workspace, [&](db::Session& session) -> Result<void> {
      TRY(besides(session));
      TRY(session.execute(sql::page_update, {{":first_no", first}, {":identities", identities.size()}, {":body", body}, {":key", key->number}}));
      return {};
    });
  }
  /// A page with the hashes of the key in use. Called under the tenant's mutex.
  Result<std::vector<Identity>> read_page(Tenant& tenant, const db::Row& page) {
    const auto ring = tenant.ring.load();
    auto identities = TRY(identities_of(tenant, *ring, page));
    if (page.integer(3) != ring->now->number)
      for (auto& identity : identities)
        if (!identity.erased()) identity.hash = Tenant::hash(identity.identifier, ring->now->hash);
    return identities;
  }

  /// Blanks the identities that lie in one page. Called under the tenant's mutex.
  Result<void> erase_in_page(const WorkspaceId& workspace, Tenant& tenant, const db::Row& page, std::span<const uint32_t> numbers, int64_t now, bool tombstones) {
    const int64_t first = page.integer(0);
    auto identities = TRY(read_page(tenant, page));
    std::vector<Identity> gone;
    for (const uint32_t number : numbers) {
      const auto at = static_cast<size_t>(int64_t{number} - first);
      if (at >= identities.size() || identities[at].erased()) continue;
      gone.push_back(identities[at]);
      identities[at] = {};
    }
    if (gone.empty()) return {};
    TRY(write_page(workspace, tenant, first, identities, [&](db::Session& session) -> Result<void> {
      if (tombstones)
        for (const auto& identity : gone)
          TRY(session.execute(sql::tombstone_insert, {{":hash", detail::hex_of(tenant.tombstone(identity.identifier))}, {":up_to", tenant.last_no}, {":at", now}}));
      for (const uint32_t number : numbers) {
        if (tombstones) TRY(session.execute(sql::alias_entomb, {{":identity_no", number}, {":up_to", tenant.last_no}, {":at", now}}));
        TRY(session.execute(sql::alias_delete, {{":identity_no", number}}));
      }
      return {};
    }));
    std::erase_if(tenant.aliases, [&](const auto& alias) {
      if (!std::ranges::binary_search(numbers, alias.second)) return false;
      if (tombstones) tenant.tombstones.hashes.insert(alias.first);
      return true;
    });
    for (auto& identity : gone) {
      tenant.index.remove(identity.hash);
      if (tombstones) tenant.tombstones.hashes.insert(tenant.tombstone(identity.identifier));
      sodium_memzero(identity.identifier.data(), identity.identifier.size());
    }
    if (first == tenant.last_page_first && !tenant.last_page.empty()) tenant.last_page = std::move(identities);
    return {};
  }

  /// Makes the numbers given so far durable. Called under the tenant's mutex.
  Result<void> keep(const WorkspaceId& workspace, Tenant& tenant) {
    if (tenant.fresh.empty()) return {};
    TRY(store(workspace, tenant, tenant.fresh));
    tenant.last_no += static_cast<uint32_t>(tenant.fresh.size());
    tenant.fresh.clear();
    tenant.fresh.shrink_to_fit();
    return {};
  }

  /// Writes new identities durably: first into a last page that may still grow, then in full pages.
  Result<void> store(const WorkspaceId& workspace, Tenant& tenant, const std::vector<Identity>& fresh) {
    const auto key = tenant.keys();
    std::vector<Identity> page = tenant.last_page;
    int64_t first = page.empty() ? int64_t{tenant.last_no} + 1 : tenant.last_page_first;
    bool exists = !page.empty();
    TRY(database->write(workspace, [&](db::Session& session) -> Result<int64_t> {
      for (size_t at = 0; at < fresh.size();) {
        const size_t take = std::min(detail::page_identities - page.size(), fresh.size() - at);
        page.insert(page.end(), fresh.begin() + static_cast<ptrdiff_t>(at), fresh.begin() + static_cast<ptrdiff_t>(at + take));
        at += take;
        const auto body = detail::seal(page, key->seal);
        TRY(session.execute(exists ? sql::page_update : sql::page_insert,
                            {{":first_no", first}, {":identities", page.size()}, {":body", body}, {":key", key->number}}));
        if (at < fresh.size()) {
          first += static_cast<int64_t>(page.size());
          page.clear();
          exists = false;
        }
      }
      return 0;
    }));
    tenant.last_page_first = first;
    tenant.last_page = page.size() < detail::page_grows_below ? std::move(page) : std::vector<Identity>{};
    return {};
  }
};

}  // namespace lotse::privacy
