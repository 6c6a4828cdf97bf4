#pragma once
#include <filesystem>
#include <string>

#include "base/result.h"

namespace lotse::cli {

/// The folder that holds everything: lotse.db, workspaces/ID/, keys. One process at a time works on it.
class DataFolder {
 public:
  /// Makes the folder where it is missing (only its owner can read it) and takes its lock.
  /// errors  data_folder_in_use (another process holds it), data_folder_not_writable
  static Result<DataFolder> lock(const std::filesystem::path& path);
  /// True where a running server or command holds the folder.
  static bool in_use(const std::filesystem::path& path);
  /// Where a server answers the commands of this machine's owner.
  static std::filesystem::path socket_of(const std::filesystem::path& path) { return path / "lotse.sock"; }

  DataFolder(DataFolder&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
  ~DataFolder();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path database() const { return path_ / "lotse.db"; }
  std::filesystem::path workspaces() const { return path_ / "workspaces"; }
  std::filesystem::path socket() const { return socket_of(path_); }
  std::filesystem::path first_sign_in() const { return path_ / "first-sign-in.txt"; }

 private:
  DataFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_;
};

}  // namespace lotse::cli
