#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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
  /// durable when this returns. `numbers` is filled to the same length. Returns how many are new.
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

 private:
  struct State;
  explicit Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lotse::privacy
