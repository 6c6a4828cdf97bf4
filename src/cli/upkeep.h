#pragma once
#include "cli/composition.h"
#include "http/upkeep.h"

namespace lotse::cli {

/// Backup and check of a data folder that this process has open.
class FolderUpkeep : public http::Upkeep {
 public:
  explicit FolderUpkeep(Composition& parts) : parts_(parts) {}
  Result<void> backup(const std::filesystem::path& target) override;
  Result<std::vector<std::string>> defects() override;

 private:
  Composition& parts_;
};

}  // namespace lotse::cli
