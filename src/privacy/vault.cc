#include "privacy/vault.h"

#include "privacy/detail/vault_state.h"

namespace lotse::privacy {

using detail::broken;
using detail::hash_of_hex;
using detail::hex_of;
using detail::id_alphabet;
using detail::Identity;
using detail::sealed_bytes;
using detail::Tenant;
using detail::unsealed_bytes;

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
    if (number == 0 && !tenant.aliases.empty())
      if (const auto alias = tenant.aliases.find(tenant.tombstone(identifiers[i])); alias != tenant.aliases.end()) ++tenant.came_again[number = alias->second];
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

/// Made before the lock is taken, and anew where the key has changed until then.
struct Hashes {
  Hashes(const Tenant& tenant, std::span<const std::string_view> of) : identifiers(of), key(tenant.keys()) { make(); }
  const std::vector<IdentityHash>& under(const Tenant& tenant) {
    if (auto now = tenant.keys(); now != key) {
      key = std::move(now);
      make();
    }
    return all;
  }

 private:
  void make() {
    all.clear();
    all.reserve(identifiers.size());
    for (const auto identifier : identifiers) all.push_back(Tenant::hash(identifier, key->hash));
  }
  std::span<const std::string_view> identifiers;
  std::shared_ptr<const detail::KeySet> key;
  std::vector<IdentityHash> all;
};

/// Writes how often wrong forms came again; a count that cannot be written waits. Called under the tenant's mutex.
void write_repeats(db::Database& database, const WorkspaceId& workspace, Tenant& tenant) {
  if (tenant.came_again.empty()) return;
  const int64_t now = Clock::system().now().count();
  const auto done = database.write(workspace, [&](db::Session& s) -> Result<void> {
    for (const auto& [number, count] : tenant.came_again) TRY(s.execute(sql::alias_repeated, {{":identity_no", number}, {":count", count}, {":now", now}}));
    return {};
  });
  if (done) tenant.came_again.clear();
}
}  // namespace

Result<uint64_t> Vault::resolve(const WorkspaceId& workspace, std::span<const std::string_view> identifiers,
                                std::vector<uint32_t>& numbers) {
  Tenant& tenant = state_->tenant(workspace);
  Hashes hashes(tenant, identifiers);
  std::lock_guard lock(tenant.mutex);
  TRY(state_->load(workspace, tenant));
  const uint64_t fresh = give_numbers(tenant, identifiers, hashes.under(tenant), numbers);
  write_repeats(*state_->database, workspace, tenant);
  // A number may also be one that an import was given and has not kept yet.
  if (std::ranges::any_of(numbers, [&](uint32_t n) { return n > tenant.last_no; })) TRY(state_->keep(workspace, tenant));
  return fresh;
}

Result<uint64_t> Vault::assign(const WorkspaceId& workspace, std::span<const std::string_view> identifiers,
                               std::vector<uint32_t>& numbers) {
  Tenant& tenant = state_->tenant(workspace);
  Hashes hashes(tenant, identifiers);
  std::lock_guard lock(tenant.mutex);
  TRY(state_->load(workspace, tenant));
  const uint64_t fresh = give_numbers(tenant, identifiers, hashes.under(tenant), numbers);
  write_repeats(*state_->database, workspace, tenant);
  return fresh;
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
  const auto key = tenant.keys();
  for (const auto identifier : identifiers) {
    uint32_t number = tenant.index.find(Tenant::hash(identifier, key->hash));
    if (number == 0 && !tenant.aliases.empty())
      if (const auto alias = tenant.aliases.find(tenant.tombstone(identifier)); alias != tenant.aliases.end()) number = alias->second;
    numbers.push_back(number);
  }
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

namespace {
Result<void> erase_all(Vault::State& state, const WorkspaceId& workspace, std::vector<uint32_t> identities, bool tombstones) {
  Tenant& tenant = state.tenant(workspace);
  const int64_t now = Clock::system().now().count();
  std::ranges::sort(identities);
  size_t next = 0;
  while (next < identities.size()) {
    std::lock_guard lock(tenant.mutex);  // a page at a time: new customers need not wait for all
    TRY(state.load(workspace, tenant));
    if (identities[next] > tenant.last_no) TRY(state.keep(workspace, tenant));  // those that an import was just given
    if (identities[next] > tenant.last_no) return {};  // and the rest was never given
    const auto pages = TRY(state.database->read(workspace, [&](db::Session& s) { return s.query(sql::page_of, {{":number", int64_t{identities[next]}}}); }));
    if (pages.empty()) return broken(fmt::format("the page of number {} is missing", identities[next]));
    const int64_t end = pages[0].integer(0) + pages[0].integer(1);
    size_t last = next;
    while (last < identities.size() && int64_t{identities[last]} < end) ++last;
    ensure(last > next, "the page holds the number");
    TRY(state.erase_in_page(workspace, tenant, pages[0], std::span(identities).subspan(next, last - next), now, tombstones));
    next = last;
  }
  return {};
}
}  // namespace

Result<void> Vault::erase(const WorkspaceId& workspace, std::vector<uint32_t> identities) { return erase_all(*state_, workspace, std::move(identities), true); }
Result<void> Vault::retire(const WorkspaceId& workspace, std::vector<uint32_t> identities) { return erase_all(*state_, workspace, std::move(identities), false); }

Result<std::vector<std::string>> Vault::originals(const WorkspaceId& workspace, const std::vector<uint32_t>& identities) {
  Tenant& tenant = state_->tenant(workspace);
  {
    std::lock_guard lock(tenant.mutex);
    TRY(state_->load(workspace, tenant));
    TRY(state_->keep(workspace, tenant));
  }
  const auto ring = tenant.ring.load();
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
      page = TRY(Vault::State::identities_of(tenant, *ring, pages[0]));
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
    const auto ring = tenant.ring.load();
    for (const auto& page : TRY(state_->database->read(workspace, [](db::Session& s) { return s.query(sql::page_list); }))) {
      const auto identities = TRY(Vault::State::identities_of(tenant, *ring, page));
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

std::string Vault::seal_text(const WorkspaceId& workspace, std::string_view text) const { return sealed_bytes(text, state_->tenant(workspace).text_key); }
Result<std::string> Vault::unseal_text(const WorkspaceId& workspace, const std::string& sealed) const {
  return unsealed_bytes(sealed, state_->tenant(workspace).text_key);
}

Result<std::optional<std::string>> Vault::identifier(const Viewer& viewer, uint32_t identity_no) {
  if (!viewer.may(Right::see_identifiers))
    return Error::make(ErrorKind::forbidden, "forbidden", "see_identifiers is needed");
  Tenant& tenant = state_->tenant(viewer.workspace());
  const auto ring = tenant.ring.load();
  const auto pages = TRY(state_->database->read(viewer.workspace(), [&](db::Session& s) {
    return s.query(sql::page_of, {{":number", int64_t{identity_no}}});
  }));
  if (pages.empty()) return std::optional<std::string>{};
  const auto offset = static_cast<size_t>(int64_t{identity_no} - pages[0].integer(0));
  const auto identities = TRY(Vault::State::identities_of(tenant, *ring, pages[0]));
  if (offset >= identities.size() || identities[offset].erased()) return std::optional<std::string>{};
  return std::optional(identities[offset].identifier);
}

Result<std::vector<std::optional<std::string>>> Vault::identifiers(const Viewer& viewer, const std::vector<uint32_t>& identity_nos) {
  if (!viewer.may(Right::see_identifiers))
    return Error::make(ErrorKind::forbidden, "forbidden", "see_identifiers is needed");
  Tenant& tenant = state_->tenant(viewer.workspace());
  const auto ring = tenant.ring.load();
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
      page = TRY(Vault::State::identities_of(tenant, *ring, rows[0]));
    }
    if (number < first + static_cast<int64_t>(page.size())) out[i] = page[static_cast<size_t>(number - first)].identifier;
  }
  return out;
}

Result<std::vector<uint32_t>> Vault::matching(const WorkspaceId& workspace, const std::function<bool(std::string_view)>& wanted) {
  Tenant& tenant = state_->tenant(workspace);
  const auto ring = tenant.ring.load();
  std::vector<uint32_t> out;
  const auto pages = TRY(state_->database->read(workspace, [](db::Session& s) { return s.query(sql::page_list); }));
  for (const auto& page : pages) {
    const auto identities = TRY(Vault::State::identities_of(tenant, *ring, page));
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
  const auto bytes = veil(customer_no, state_->tenant(workspace).keys()->name);
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
  const auto keys = state_->tenant(workspace).keys();
  const auto& key = keys->name;
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
    TRY(s.execute(sql::alias_delete_all));
    TRY(s.execute(sql::key_delete_all));
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
