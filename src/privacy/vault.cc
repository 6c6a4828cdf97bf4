#include "privacy/vault.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <unordered_set>

#include "base/time.h"

#include "db/database.h"
#include "privacy/identity_index.h"
#include "privacy/privacy_sql.h"

namespace lotse::privacy {
namespace {

constexpr size_t page_identities = 4096;
/// A last page smaller than this is rewritten with the next identities, so that single new customers do not leave a
/// page each.
constexpr size_t page_grows_below = 256;

constexpr std::string_view id_alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

Error broken(std::string detail) { return Error::make(ErrorKind::internal, "vault_broken", std::move(detail)); }

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

std::string to_base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  text.resize(text.size() - 1);
  return text;
}

std::string hex_of(const IdentityHash& hash) { return fmt::format("{:016x}{:016x}", hash.high, hash.low); }
std::optional<IdentityHash> hash_of_hex(std::string_view text) {
  IdentityHash out{};
  if (text.size() != 32 || std::from_chars(text.data(), text.data() + 16, out.high, 16).ptr != text.data() + 16 ||
      std::from_chars(text.data() + 16, text.data() + 32, out.low, 16).ptr != text.data() + 32)
    return std::nullopt;
  return out;
}

std::string sealed_bytes(std::string_view plain, const Keys::Key& key) {
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char*>(plain.data()),
                        plain.size(), bytes, key.data());
  return to_base64(sealed);
}

Result<std::string> unsealed_bytes(const std::string& text, const Keys::Key& key) {
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
std::string seal(const std::vector<Identity>& identities, const Keys::Key& key) {
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

Result<std::vector<Identity>> unseal(const std::string& text, size_t count, const Keys::Key& key) {
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

/// One workspace in use. Guarded by its mutex: one resolver at a time.
struct Tenant {
  std::mutex mutex;
  bool loaded = false;
  Keys::Key hash_key, seal_key, name_key, staff_key, tombstone_key;
  Tombstones tombstones;
  bool erased_may_return = false;
  IdentityIndex index;
  uint32_t last_no = 0;               ///< the last durable one
  std::vector<Identity> fresh;        ///< the numbers after last_no: given, not durable yet
  int64_t last_page_first = 0;
  std::vector<Identity> last_page;  ///< kept only while it may still grow

  IdentityHash hash(std::string_view identifier) const { return hash(identifier, hash_key); }
  IdentityHash tombstone(std::string_view identifier) const { return hash(identifier, tombstone_key); }
  bool is_erased(std::string_view identifier) const {
    return !tombstones.hashes.empty() && !erased_may_return && tombstones.hashes.contains(tombstone(identifier));
  }

 private:
  static IdentityHash hash(std::string_view identifier, const Keys::Key& key) {
    IdentityHash out;
    crypto_generichash(reinterpret_cast<unsigned char*>(&out), sizeof out,
                       reinterpret_cast<const unsigned char*>(identifier.data()), identifier.size(), key.data(), key.size());
    return out;
  }
};

}  // namespace

struct Vault::State {
  std::filesystem::path data_folder;
  Keys keys;
  std::unique_ptr<db::Database> database;
  std::shared_mutex mutex;
  std::map<std::string, std::unique_ptr<Tenant>> tenants;

  State(std::filesystem::path folder, Keys k, std::unique_ptr<db::Database> d)
      : data_folder(std::move(folder)), keys(std::move(k)), database(std::move(d)) {}

  Tenant& tenant(const WorkspaceId& workspace) {
    {
      std::shared_lock lock(mutex);
      if (auto it = tenants.find(workspace.value); it != tenants.end()) return *it->second;
    }
    auto made = std::make_unique<Tenant>();
    made->hash_key = keys.derive("identity hash", workspace.value);
    made->seal_key = keys.derive("identity seal", workspace.value);
    made->name_key = keys.derive("customer pseudonym", workspace.value);
    made->staff_key = keys.derive("staff pseudonym", workspace.value);
    made->tombstone_key = keys.derive("tombstone", workspace.value);
    std::unique_lock lock(mutex);
    return *tenants.try_emplace(workspace.value, std::move(made)).first->second;
  }

  /// Reads the index of a workspace once. Called under the tenant's mutex.
  Result<void> load(const WorkspaceId& workspace, Tenant& tenant) {
    if (tenant.loaded) return {};
    const auto pages = TRY(database->read(workspace, [](db::Session& s) { return s.query(sql::page_list); }));
    for (const auto& page : pages) {
      const int64_t first = page.integer(0), count = page.integer(1);
      if (first != int64_t{tenant.last_no} + 1) return broken(fmt::format("the page from number {} is missing", tenant.last_no + 1));
      auto identities = TRY(unseal(page.text(2), static_cast<size_t>(count), tenant.seal_key));
      for (const auto& identity : identities) {
        ++tenant.last_no;
        if (!identity.erased()) tenant.index.put(identity.hash, tenant.last_no);
      }
      tenant.last_page_first = first;
      tenant.last_page = identities.size() < page_grows_below ? std::move(identities) : std::vector<Identity>{};
    }
    for (const auto& row : TRY(database->read(workspace, [](db::Session& s) { return s.query(sql::tombstone_list); }))) {
      const auto hash = hash_of_hex(row.text(0));
      if (!hash) return broken("a tombstone is not 32 digits");
      tenant.tombstones.hashes.insert(*hash);
    }
    tenant.loaded = true;
    return {};
  }

  /// Blanks the identities that lie in one page. Called under the tenant's mutex.
  Result<void> erase_in_page(const WorkspaceId& workspace, Tenant& tenant, const db::Row& page, std::span<const uint32_t> numbers, int64_t now) {
    const int64_t first = page.integer(0);
    auto identities = TRY(unseal(page.text(1), static_cast<size_t>(page.integer(2)), tenant.seal_key));
    std::vector<Identity> gone;
    for (const uint32_t number : numbers) {
      const auto at = static_cast<size_t>(int64_t{number} - first);
      if (at >= identities.size() || identities[at].erased()) continue;
      gone.push_back(identities[at]);
      identities[at] = {};
    }
    if (gone.empty()) return {};
    const auto body = seal(identities, tenant.seal_key);
    TRY(database->write(workspace, [&](db::Session& session) -> Result<void> {
      for (const auto& identity : gone)
        TRY(session.execute(sql::tombstone_insert, {{":hash", hex_of(tenant.tombstone(identity.identifier))}, {":up_to", tenant.last_no}, {":at", now}}));
      TRY(session.execute(sql::page_update, {{":first_no", first}, {":identities", identities.size()}, {":body", body}}));
      return {};
    }));
    for (auto& identity : gone) {
      tenant.index.remove(identity.hash);
      tenant.tombstones.hashes.insert(tenant.tombstone(identity.identifier));
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
    std::vector<Identity> page = tenant.last_page;
    int64_t first = page.empty() ? int64_t{tenant.last_no} + 1 : tenant.last_page_first;
    bool exists = !page.empty();
    TRY(database->write(workspace, [&](db::Session& session) -> Result<int64_t> {
      for (size_t at = 0; at < fresh.size();) {
        const size_t take = std::min(page_identities - page.size(), fresh.size() - at);
        page.insert(page.end(), fresh.begin() + static_cast<ptrdiff_t>(at), fresh.begin() + static_cast<ptrdiff_t>(at + take));
        at += take;
        const auto body = seal(page, tenant.seal_key);
        TRY(session.execute(exists ? sql::page_update : sql::page_insert,
                            {{":first_no", first}, {":identities", page.size()}, {":body", body}}));
        if (at < fresh.size()) {
          first += static_cast<int64_t>(page.size());
          page.clear();
          exists = false;
        }
      }
      return 0;
    }));
    tenant.last_page_first = first;
    tenant.last_page = page.size() < page_grows_below ? std::move(page) : std::vector<Identity>{};
    return {};
  }
};

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::~Vault() = default;

Result<std::unique_ptr<Vault>> Vault::open(const std::filesystem::path& data_folder) {
  const auto file = data_folder / "vault.db";
  auto keys = TRY(Keys::open(data_folder / "keys", !std::filesystem::exists(file)));
  auto database = TRY(db::Database::open_sqlite(file));
  return std::unique_ptr<Vault>(new Vault(std::make_unique<State>(data_folder, keys, std::move(database))));
}

namespace {
/// Called under the tenant's mutex, with its index loaded.
uint64_t give_numbers(Tenant& tenant, std::span<const std::string_view> identifiers, const std::vector<IdentityHash>& hashes,
                      std::vector<uint32_t>& numbers) {
  numbers.resize(identifiers.size());
  const size_t before = tenant.fresh.size();
  for (size_t i = 0; i < identifiers.size(); ++i) {
    uint32_t number = tenant.index.find(hashes[i]);
    if (number == 0 && !tenant.is_erased(identifiers[i])) {
      const uint64_t next = uint64_t{tenant.last_no} + tenant.fresh.size() + 1;
      ensure(next < UINT32_MAX, "a workspace holds at most four thousand million identities");
      number = static_cast<uint32_t>(next);
      tenant.index.put(hashes[i], number);
      tenant.fresh.push_back({hashes[i], std::string(identifiers[i])});
    }
    numbers[i] = number;
  }
  return tenant.fresh.size() - before;
}

std::vector<IdentityHash> hashes_of(const Tenant& tenant, std::span<const std::string_view> identifiers) {
  std::vector<IdentityHash> hashes;
  hashes.reserve(identifiers.size());
  for (const auto identifier : identifiers) hashes.push_back(tenant.hash(identifier));
  return hashes;
}
}  // namespace

Result<uint64_t> Vault::resolve(const WorkspaceId& workspace, std::span<const std::string_view> identifiers,
                                std::vector<uint32_t>& numbers) {
  Tenant& tenant = state_->tenant(workspace);
  const auto hashes = hashes_of(tenant, identifiers);
  std::lock_guard lock(tenant.mutex);
  TRY(state_->load(workspace, tenant));
  const uint64_t fresh = give_numbers(tenant, identifiers, hashes, numbers);
  // A number may also be one that an import was given and has not kept yet.
  if (std::ranges::any_of(numbers, [&](uint32_t n) { return n > tenant.last_no; })) TRY(state_->keep(workspace, tenant));
  return fresh;
}

Result<uint64_t> Vault::assign(const WorkspaceId& workspace, std::span<const std::string_view> identifiers,
                               std::vector<uint32_t>& numbers) {
  Tenant& tenant = state_->tenant(workspace);
  const auto hashes = hashes_of(tenant, identifiers);
  std::lock_guard lock(tenant.mutex);
  TRY(state_->load(workspace, tenant));
  return give_numbers(tenant, identifiers, hashes, numbers);
}

Result<void> Vault::keep(const WorkspaceId& workspace) {
  Tenant& tenant = state_->tenant(workspace);
  std::lock_guard lock(tenant.mutex);
  return state_->keep(workspace, tenant);
}

void Vault::discard(const WorkspaceId& workspace) {
  Tenant& tenant = state_->tenant(workspace);
  std::lock_guard lock(tenant.mutex);
  for (const auto& identity : tenant.fresh)
    if (!identity.erased()) tenant.index.remove(identity.hash);
  tenant.fresh.clear();
  tenant.fresh.shrink_to_fit();
}

Result<std::vector<uint32_t>> Vault::find(const WorkspaceId& workspace, std::span<const std::string_view> identifiers) {
  Tenant& tenant = state_->tenant(workspace);
  std::lock_guard lock(tenant.mutex);
  TRY(state_->load(workspace, tenant));
  std::vector<uint32_t> numbers;
  for (const auto identifier : identifiers) numbers.push_back(tenant.index.find(tenant.hash(identifier)));
  return numbers;
}

Result<bool> Vault::is_erased(const WorkspaceId& workspace, std::string_view identifier) {
  Tenant& tenant = state_->tenant(workspace);
  std::lock_guard lock(tenant.mutex);
  TRY(state_->load(workspace, tenant));
  return tenant.is_erased(identifier);
}

Result<bool> Vault::any_erased(const WorkspaceId& workspace) {
  Tenant& tenant = state_->tenant(workspace);
  std::lock_guard lock(tenant.mutex);
  TRY(state_->load(workspace, tenant));
  return !tenant.tombstones.hashes.empty() && !tenant.erased_may_return;
}

void Vault::let_erased_return(const WorkspaceId& workspace, bool may) {
  Tenant& tenant = state_->tenant(workspace);
  std::lock_guard lock(tenant.mutex);
  tenant.erased_may_return = may;
}

Result<void> Vault::erase(const WorkspaceId& workspace, std::vector<uint32_t> identities) {
  Tenant& tenant = state_->tenant(workspace);
  const int64_t now = Clock::system().now().count();
  std::ranges::sort(identities);
  size_t next = 0;
  while (next < identities.size()) {
    std::lock_guard lock(tenant.mutex);  // a page at a time: new customers need not wait for all
    TRY(state_->load(workspace, tenant));
    if (identities[next] > tenant.last_no) TRY(state_->keep(workspace, tenant));  // those that an import was just given
    if (identities[next] > tenant.last_no) return {};  // and the rest was never given
    const auto pages = TRY(state_->database->read(workspace, [&](db::Session& s) { return s.query(sql::page_of, {{":number", int64_t{identities[next]}}}); }));
    if (pages.empty()) return broken(fmt::format("the page of number {} is missing", identities[next]));
    const int64_t end = pages[0].integer(0) + pages[0].integer(1);
    size_t last = next;
    while (last < identities.size() && int64_t{identities[last]} < end) ++last;
    ensure(last > next, "the page holds the number");
    const db::Row page(std::vector<db::Value>{pages[0].integer(0), pages[0].text(2), pages[0].integer(1)});
    TRY(state_->erase_in_page(workspace, tenant, page, std::span(identities).subspan(next, last - next), now));
    next = last;
  }
  return {};
}

Result<std::vector<std::string>> Vault::originals(const WorkspaceId& workspace, const std::vector<uint32_t>& identities) {
  Tenant& tenant = state_->tenant(workspace);
  {
    std::lock_guard lock(tenant.mutex);
    TRY(state_->load(workspace, tenant));
    TRY(state_->keep(workspace, tenant));
  }
  std::vector<std::string> out(identities.size());
  std::vector<size_t> order(identities.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return identities[i]; });
  std::vector<Identity> page;
  int64_t first = 0;
  for (const size_t i : order) {
    const int64_t number = identities[i];
    if (number < first || number >= first + static_cast<int64_t>(page.size())) {
      const auto pages = TRY(state_->database->read(workspace, [&](db::Session& s) { return s.query(sql::page_of, {{":number", number}}); }));
      if (pages.empty()) continue;
      first = pages[0].integer(0);
      page = TRY(unseal(pages[0].text(2), static_cast<size_t>(pages[0].integer(1)), tenant.seal_key));
      if (number >= first + static_cast<int64_t>(page.size())) continue;
    }
    out[i] = page[static_cast<size_t>(number - first)].identifier;
  }
  return out;
}

Result<uint64_t> Vault::tombstone_count(const WorkspaceId& workspace) {
  const auto rows = TRY(state_->database->read(workspace, [](db::Session& s) { return s.query(sql::tombstone_count); }));
  return static_cast<uint64_t>(rows.at(0).integer(0));
}

Result<void> Vault::purge() { return state_->database->scrub(); }

Result<std::vector<std::pair<WorkspaceId, std::vector<uint32_t>>>> Vault::adopt_tombstones(const std::filesystem::path& vault_file) {
  const auto other = TRY(db::Database::open_sqlite(vault_file));
  const auto rows = TRY(other->read_system([](db::Session& s) { return s.query(sql::tombstones_of_all); }));
  std::map<std::string, std::map<std::string, int64_t>> by_workspace;
  for (const auto& row : rows) by_workspace[row.text(0)][row.text(1)] = row.integer(2);
  std::vector<std::pair<WorkspaceId, std::vector<uint32_t>>> out;
  for (const auto& [name, tombstones] : by_workspace) {
    const WorkspaceId workspace{name};
    Tenant& tenant = state_->tenant(workspace);
    std::lock_guard lock(tenant.mutex);
    TRY(state_->load(workspace, tenant));
    TRY(state_->database->write(workspace, [&](db::Session& session) -> Result<void> {
      for (const auto& [hash, up_to] : tombstones)
        TRY(session.execute(sql::tombstone_insert, {{":hash", hash}, {":up_to", up_to}, {":at", Clock::system().now().count()}}));
      return {};
    }));
    for (const auto& [hash, up_to] : tombstones)
      if (const auto read = hash_of_hex(hash)) tenant.tombstones.hashes.insert(*read);
    std::vector<uint32_t> named;
    for (const auto& page : TRY(state_->database->read(workspace, [](db::Session& s) { return s.query(sql::page_list); }))) {
      const auto identities = TRY(unseal(page.text(2), static_cast<size_t>(page.integer(1)), tenant.seal_key));
      for (size_t i = 0; i < identities.size(); ++i) {
        if (identities[i].erased()) continue;
        const auto found = tombstones.find(hex_of(tenant.tombstone(identities[i].identifier)));
        // A number beyond is a customer who came again after the erasure.
        if (const int64_t number = page.integer(0) + static_cast<int64_t>(i); found != tombstones.end() && number <= found->second)
          named.push_back(static_cast<uint32_t>(number));
      }
    }
    if (!named.empty()) out.emplace_back(workspace, std::move(named));
  }
  return out;
}

std::string Vault::seal_text(const WorkspaceId& workspace, std::string_view text) const { return sealed_bytes(text, state_->tenant(workspace).seal_key); }
Result<std::string> Vault::unseal_text(const WorkspaceId& workspace, const std::string& sealed) const {
  return unsealed_bytes(sealed, state_->tenant(workspace).seal_key);
}

Result<std::optional<std::string>> Vault::identifier(const Viewer& viewer, uint32_t identity_no) {
  if (!viewer.may(Right::see_identifiers))
    return Error::make(ErrorKind::forbidden, "forbidden", "see_identifiers is needed");
  Tenant& tenant = state_->tenant(viewer.workspace());
  const auto pages = TRY(state_->database->read(viewer.workspace(), [&](db::Session& s) {
    return s.query(sql::page_of, {{":number", int64_t{identity_no}}});
  }));
  if (pages.empty()) return std::optional<std::string>{};
  const auto offset = static_cast<size_t>(int64_t{identity_no} - pages[0].integer(0));
  const auto identities = TRY(unseal(pages[0].text(2), static_cast<size_t>(pages[0].integer(1)), tenant.seal_key));
  if (offset >= identities.size() || identities[offset].erased()) return std::optional<std::string>{};
  return std::optional(identities[offset].identifier);
}

Result<std::vector<std::optional<std::string>>> Vault::identifiers(const Viewer& viewer, const std::vector<uint32_t>& identity_nos) {
  if (!viewer.may(Right::see_identifiers))
    return Error::make(ErrorKind::forbidden, "forbidden", "see_identifiers is needed");
  Tenant& tenant = state_->tenant(viewer.workspace());
  std::vector<std::optional<std::string>> out(identity_nos.size());
  std::vector<size_t> order(identity_nos.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](size_t i) { return identity_nos[i]; });
  int64_t first = 0;
  std::vector<Identity> page;
  for (const size_t i : order) {
    const int64_t number = identity_nos[i];
    if (number < first || number >= first + static_cast<int64_t>(page.size())) {
      const auto rows = TRY(state_->database->read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::page_of, {{":number", number}}); }));
      if (rows.empty()) continue;
      first = rows[0].integer(0);
      page = TRY(unseal(rows[0].text(2), static_cast<size_t>(rows[0].integer(1)), tenant.seal_key));
    }
    if (number < first + static_cast<int64_t>(page.size())) out[i] = page[static_cast<size_t>(number - first)].identifier;
  }
  return out;
}

Result<std::vector<uint32_t>> Vault::matching(const WorkspaceId& workspace, const std::function<bool(std::string_view)>& wanted) {
  Tenant& tenant = state_->tenant(workspace);
  std::vector<uint32_t> out;
  const auto pages = TRY(state_->database->read(workspace, [](db::Session& s) { return s.query(sql::page_list); }));
  for (const auto& page : pages) {
    const auto identities = TRY(unseal(page.text(2), static_cast<size_t>(page.integer(1)), tenant.seal_key));
    for (size_t i = 0; i < identities.size(); ++i)
      if (wanted(identities[i].identifier)) out.push_back(static_cast<uint32_t>(page.integer(0) + static_cast<int64_t>(i)));
  }
  return out;
}

namespace {

/// 12 bytes of a keyed hash of the number, then the number itself under a mask made from them: stateless, reversible
/// with the key, and a guessed name is recognised as wrong.
std::array<unsigned char, 16> veil(uint32_t number, const Keys::Key& key) {
  std::array<unsigned char, 16> out, mask;
  unsigned char input[8] = {'n', 0, 0, 0};
  std::memcpy(input + 4, &number, 4);
  crypto_generichash(out.data(), 16, input, sizeof input, key.data(), key.size());
  crypto_generichash(mask.data(), 16, out.data(), 12, key.data(), key.size());
  for (size_t i = 0; i < 4; ++i) out[12 + i] = static_cast<unsigned char>(mask[i] ^ input[4 + i]);
  return out;
}

}  // namespace

std::string Vault::pseudonym(const WorkspaceId& workspace, uint32_t customer_no) const {
  const auto bytes = veil(customer_no, state_->tenant(workspace).name_key);
  unsigned __int128 value = 0;
  for (const auto byte : bytes) value = value << 8 | byte;
  std::string out = "cu_";
  for (int shift = 125; shift >= 0; shift -= 5) out += id_alphabet[static_cast<size_t>(value >> shift) & 31];
  return out;
}

std::optional<uint32_t> Vault::customer_no(const WorkspaceId& workspace, std::string_view pseudonym) const {
  if (pseudonym.size() != 29 || !pseudonym.starts_with("cu_")) return std::nullopt;
  unsigned __int128 value = 0;
  for (const char c : pseudonym.substr(3)) {
    const auto digit = id_alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 5 | digit;
  }
  std::array<unsigned char, 16> bytes;
  for (size_t i = 0; i < 16; ++i) bytes[15 - i] = static_cast<unsigned char>(value >> (8 * i));
  const auto& key = state_->tenant(workspace).name_key;
  unsigned char mask[16];
  crypto_generichash(mask, sizeof mask, bytes.data(), 12, key.data(), key.size());
  uint32_t number = 0;
  unsigned char plain[4];
  for (size_t i = 0; i < 4; ++i) plain[i] = static_cast<unsigned char>(bytes[12 + i] ^ mask[i]);
  std::memcpy(&number, plain, 4);
  if (sodium_memcmp(veil(number, key).data(), bytes.data(), 16) != 0) return std::nullopt;
  return number;
}

std::string Vault::staff_pseudonym(const WorkspaceId& workspace, std::string_view name) const {
  const auto& key = state_->tenant(workspace).staff_key;
  unsigned char hash[16];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(name.data()), name.size(), key.data(), key.size());
  std::string out;
  for (size_t i = 0; i < 10; ++i) out += id_alphabet[hash[i] & 31];
  return out;
}

Result<void> Vault::forget(const WorkspaceId& workspace) {
  TRY(state_->database->write(workspace, [](db::Session& s) -> Result<int64_t> {
    TRY(s.execute(sql::tombstone_delete_all));
    return s.execute(sql::page_delete_all);
  }));
  std::unique_lock lock(state_->mutex);
  state_->tenants.erase(workspace.value);
  return {};
}

Result<void> Vault::backup(const std::filesystem::path& target_folder) {
  std::error_code failed;
  std::filesystem::create_directories(target_folder / "keys", failed);
  std::filesystem::permissions(target_folder / "keys", std::filesystem::perms::owner_all, failed);
  std::filesystem::copy_file(state_->data_folder / "keys/master", target_folder / "keys/master", failed);
  if (failed) return Error::make(ErrorKind::unavailable, "database_not_writable", "copying the key: " + failed.message());
  return state_->database->backup(target_folder / "vault.db");
}

}  // namespace lotse::privacy
