#pragma once
#include <filesystem>
#include <memory>

#include "formats/byte_source.h"

namespace lotse::connect {

/// A file on disk as the formats read it. One thread at a time.
class DiskFile : public formats::ByteFile {
 public:
  /// errors  file_not_found, file_not_readable (also a folder)
  static Result<std::unique_ptr<DiskFile>> open(const std::filesystem::path& path);
  ~DiskFile() override;
  uint64_t size_bytes() const override { return size_; }
  Result<size_t> read_at(uint64_t offset, std::span<char> out) override;

 private:
  DiskFile(int file, uint64_t size) : file_(file), size_(size) {}
  int file_;
  uint64_t size_;
};

}  // namespace lotse::connect
