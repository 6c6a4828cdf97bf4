#pragma once
#include "cli/composition.h"
#include "http/upkeep.h"

namespace lotse::cli {

/// A folder that is being written; removed where that ends early, for it holds personal data.
class Unfinished {
 public:
  explicit Unfinished(std::filesystem::path path) : path_(std::move(path)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished();
  void keep() { path_.clear(); }

 private:
  std::filesystem::path path_;
};

/// The absolute path, also of "folder/".
std::filesystem::path without_end_slash(const std::filesystem::path& path);

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
