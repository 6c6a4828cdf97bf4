#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/viewer.h"
#include "privacy/keys.h"

namespace lotse::privacy {

/// The only place with personal identifiers: identifier → keyed hash → identity_no (dense from 1 in each workspace,
/// never reused). Identifiers are kept encrypted, so that a role with the right may see them again.
///
/// Memory: at most 40 bytes an identity of each workspace in use. Threads: all functions from any thread.
class Vault {
 public:
  /// Opens or makes DATA/vault.db and DATA/keys.
  /// errors  those of Keys::open and db::Database::open_sqlite; vault_broken
  static Result<std::unique_ptr<Vault>> open(const std::filesystem::path& data_folder);
  ~Vault();

  /// The numbers of `identifiers`, in their order; unknown ones get the next numbers in the order of first appearance,
  /// durable when this returns. `numbers` is filled to the same length; 0 where the identifier was erased and may not come
  /// again. Returns how many are new.
  /// cost  about 0.5 µs each, and one sync of the file where any is new; batches of 10,000 and more are best
  /// errors  disk_full, vault_broken
  Result<uint64_t> resolve(const WorkspaceId& workspace, std::span<const std::string_view> identifiers,
                           std::vector<uint32_t>& numbers);

  /// The same for imports: new numbers become durable by `keep` only, which must come before any event that has one of
  /// them is stored. A number that was never kept may be given again after a restart.
  Result<uint64_t> assign(const WorkspaceId& workspace, std::span<const std::string_view> identifiers,
                          std::vector<uint32_t>& numbers);
  /// Makes all numbers given so far durable.
  /// errors  disk_full, vault_broken
  Result<void> keep(const WorkspaceId& workspace);
  /// Forgets the numbers that are not durable yet: the import that wanted them failed. Nobody else may be between `assign`
  /// and `keep` in this workspace.
  void discard(const WorkspaceId& workspace);

  /// The numbers of known identifiers only; 0 for others.
  Result<std::vector<uint32_t>> find(const WorkspaceId& workspace, std::span<const std::string_view> identifiers);

  /// Whether the identifier was erased and may not come again.
  Result<bool> is_erased(const WorkspaceId& workspace, std::string_view identifier);
  /// Whether any was, ever: where not, `is_erased` need not be asked.
  Result<bool> any_erased(const WorkspaceId& workspace);
  /// Says whether erased identifiers may come again, as new customers. Not remembered over a restart: whoever keeps the
  /// setting says it again.
  void let_erased_return(const WorkspaceId& workspace, bool may);

  Result<uint64_t> tombstone_count(const WorkspaceId& workspace);

  /// Erases identities for good: their identifiers are overwritten, and a keyed hash of each stays as a tombstone. Once more
  /// changes nothing. Others of the workspace wait at most some ten milliseconds at a time.
  ///   errors  disk_full, vault_broken; what was erased until then stays erased
  Result<void> erase(const WorkspaceId& workspace, std::vector<uint32_t> identities);
  /// The same without a trace: nothing is known of them any more, and their identifiers may come again as new ones.
  Result<void> retire(const WorkspaceId& workspace, std::vector<uint32_t> identities);
  /// Puts the right form of an identifier in the place of a wrong one. The wrong one stays as a keyed hash: what comes under
  /// it belongs to the same identity, and is counted. Once more changes nothing.
  ///   errors  identifier_taken (another identity has the right one), identifier_gone (the identity has another one now, or
  ///           was erased), disk_full, vault_broken
  Result<void> rename(const WorkspaceId& workspace, uint32_t identity, std::string_view wrong, std::string_view right, std::string_view request);
  struct Repeats {
    uint64_t count = 0;
    std::optional<int64_t> last_at;
  };
  /// How often wrong forms came again, by request.
  Result<std::map<std::string, Repeats>> repeats(const WorkspaceId& workspace);

  /// A keyed hash of a text that is not kept, as hexadecimal digits; always the same.
  std::string print_of(const WorkspaceId& workspace, std::string_view text) const;

  struct KeyState {
    int64_t number = 0;               ///< 0: derived from the installation's key
    std::optional<int64_t> made_at;   ///< of the key in use
    bool rotating = false;
  };
  Result<KeyState> key_state(const WorkspaceId& workspace);
  /// A new key for keyed hashes, encryption and public names of the workspace's identities; the old one is destroyed. May be
  /// cut off at any moment: the next call goes on. Numbers stay; public names (cu_…) change at the end, all at once.
  /// Others of the workspace wait at most some ten milliseconds at a time.  errors  cancelled, disk_full, vault_broken
  /// `begin` false: only goes on with one that was cut off.
  Result<void> rotate_key(const WorkspaceId& workspace, bool begin, const std::function<void(double share)>& progress, std::stop_token stop);
  /// Workspaces whose rotation was cut off.
  Result<std::vector<WorkspaceId>> rotations_begun();

  /// The originals behind numbers, in their order; empty for erased and unknown ones. For the work of privacy itself: nobody
  /// sees them without Right::see_identifiers.
  Result<std::vector<std::string>> originals(const WorkspaceId& workspace, const std::vector<uint32_t>& identities);
  /// Rewrites the vault's file without what was erased.
  Result<void> purge();

  /// Takes the tombstones of another data folder with the same key (the one that a backup was made from) and gives the
  /// identities that they name here, by workspace: these are to be erased again.
  ///   errors  vault_broken, those of open
  Result<std::vector<std::pair<WorkspaceId, std::vector<uint32_t>>>> adopt_tombstones(const std::filesystem::path& vault_file);

  /// A text that only this workspace's vault can read again.
  std::string seal_text(const WorkspaceId& workspace, std::string_view text) const;
  Result<std::string> unseal_text(const WorkspaceId& workspace, const std::string& sealed) const;

  /// The original behind a number; none where there is no such number.
  /// errors  forbidden (without the right see_identifiers), vault_broken
  Result<std::optional<std::string>> identifier(const Viewer& viewer, uint32_t identity_no);

  /// The same of several, in their order: each page of the vault is opened once.
  Result<std::vector<std::optional<std::string>>> identifiers(const Viewer& viewer, const std::vector<uint32_t>& identity_nos);
  /// The numbers of all identifiers for which `wanted` holds, ascending. For rules about values; nobody sees them.
  /// cost  opens every page of the workspace: about 0.3 s a million identities
  Result<std::vector<uint32_t>> matching(const WorkspaceId& workspace, const std::function<bool(std::string_view)>& wanted);

  /// The public name of a customer ("cu_…"): the same each time, and nobody without the key can lead it back.
  std::string pseudonym(const WorkspaceId& workspace, uint32_t customer_no) const;
  /// The customer of a public name of this workspace; none for any other text.
  std::optional<uint32_t> customer_no(const WorkspaceId& workspace, std::string_view pseudonym) const;

  /// A stable name for a member of staff: 10 characters that only the key can make.
  std::string staff_pseudonym(const WorkspaceId& workspace, std::string_view name) const;

  /// Removes all identities of a workspace that is being deleted.
  Result<void> forget(const WorkspaceId& workspace);

  /// A consistent copy into `target_folder` (vault.db and keys), while in use.
  Result<void> backup(const std::filesystem::path& target_folder);

 struct State;

 private:
  explicit Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lotse::privacy
