#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/viewer.h"

namespace lotse {

/// A customer, as everything that holds personal data may know it.
struct Subject {
  uint32_t customer = 0;
  std::string pseudonym;                 ///< cu_…
  std::vector<uint32_t> identities;      ///< numbers of the vault, ascending
  std::vector<std::string> identifiers;  ///< the originals; empty texts where they are gone already
};

/// A store of personal data. Each is registered in the composition root; a test finds tables and files that hold customers
/// and that no holder names. All functions may be called again for the same customers: what is done already costs nothing.
class Holder {
 public:
  virtual ~Holder() = default;
  virtual std::string_view name() const = 0;  ///< a word that the page translates
  /// What it answers for: "lotse.db: TABLE", "vault.db: TABLE", "events.duckdb: TABLE", or a file or folder of a workspace.
  virtual std::vector<std::string> places() const = 0;

  /// All it knows of the customer, for the customer to read (Art. 15, 20).
  virtual Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) = 0;
  /// From its return on no query, export or live view shows the customers. Gives how many records that were.
  virtual Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) = 0;
  /// Rewrites its files, so that no byte of them stays. Comes after every holder's `erase`.
  virtual Result<void> purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token stop) = 0;
};

}  // namespace lotse
