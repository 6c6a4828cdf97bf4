#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "model/viewer.h"
#include "privacy/keys.h"

namespace lotse::privacy {

/// Secrets that the server must be able to use again, like the signing secret of a webhook, as they stand in the operational
/// store: sealed under a key of the installation, one for each workspace and purpose, so that no row can take another's
/// place. Whoever has only the database cannot read them. Threads: any.
class SecretBox {
 public:
  explicit SecretBox(Keys keys) : keys_(std::move(keys)) {}
  /// The data folder's keys must be there.   errors  those of Keys::open
  static Result<SecretBox> open(const std::filesystem::path& data_folder);

  /// Base 64 of a fresh nonce and the ciphertext. `purpose` names what it is for and of what, like "webhook secret whk_…".
  std::string seal(const WorkspaceId& workspace, std::string_view purpose, std::string_view plain) const;
  /// errors  secret_broken (not sealed here, or for something else)
  Result<std::string> open(const WorkspaceId& workspace, std::string_view purpose, std::string_view sealed) const;

 private:
  Keys keys_;
};

}  // namespace lotse::privacy
