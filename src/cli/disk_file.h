#pragma once
#include <memory>
#include <string>

#include "formats/byte_source.h"

namespace lotse::cli {

/// A file on disk, opened for reading.
class DiskFile final : public formats::ByteFile {
 public:
  /// errors: file_not_found, file_unreadable (a folder, no right, a broken disk)
  static Result<std::unique_ptr<DiskFile>> open(const std::string& path);
  ~DiskFile() override;
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;
  uint64_t size_bytes() const override { return size_; }
  Result<size_t> read_at(uint64_t offset, std::span<char> out) override;

 private:
  DiskFile(int fd, uint64_t size, std::string path) : fd_(fd), size_(size), path_(std::move(path)) {}
  int fd_;
  uint64_t size_;
  std::string path_;
};

}  // namespace lotse::cli
