#pragma once
#include <array>
#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace lotse::privacy {

/// The installation's secret; from it come all others. 32 bytes in DATA/keys/master, mode 0600. Whoever has it and the
/// vault's file can read identifiers: a backup holds both.
class Keys {
 public:
  using Key = std::array<unsigned char, 32>;

  /// Reads the key, or makes it where `may_create`.
  /// errors  keys_missing (no key, but data that need it), keys_broken (not 32 bytes), disk_full
  static Result<Keys> open(const std::filesystem::path& folder, bool may_create);

  /// A new secret, and one that is at hand.
  static Key fresh();
  static Keys of(const Key& key) { return Keys(key); }

  /// A key for one purpose in one workspace; the same each time.
  Key derive(std::string_view purpose, std::string_view workspace) const;

 private:
  explicit Keys(Key master) : master_(master) {}
  Key master_;
};

}  // namespace lotse::privacy
