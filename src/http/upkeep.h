#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace lotse::http {

/// What the machine's owner asks of the data folder as a whole. Made by the composition root.
class Upkeep {
 public:
  virtual ~Upkeep() = default;
  /// A consistent copy of everything into a new folder, while the server runs.
  /// errors  target_exists, disk_full, those of the stores
  virtual Result<void> backup(const std::filesystem::path& target) = 0;
  /// Reads everything; one line a defect.
  virtual Result<std::vector<std::string>> defects() = 0;
};

}  // namespace lotse::http
