#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/result.h"

/// Where foreign bytes come from. The formats open nothing themselves: the caller implements these two on a file, a
/// socket or memory. Sources wrap sources (file -> InflateSource -> DecodeSource -> CsvReader), each pulling from the
/// one below as it is pulled from, so that a file of any size needs only the buffers of the chain.
namespace lotse::formats {

/// Bytes in order, once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the front of `out` (not empty) and gives the count. 0 only at the end, and again at every later call.
  /// After an error the source is not read again.
  virtual Result<size_t> read(std::span<char> out) = 0;
};

/// Bytes anywhere; what a zip container (XLSX) needs. `read_at` may be called from one thread at a time.
class ByteFile {
 public:
  virtual ~ByteFile() = default;
  virtual uint64_t size_bytes() const = 0;
  /// Fills the front of `out` from `offset`; the count is less than asked for only at the end of the file.
  virtual Result<size_t> read_at(uint64_t offset, std::span<char> out) = 0;
};

/// Reads a ByteFile from its start. Borrows the file.
class FileSource : public ByteSource {
 public:
  explicit FileSource(ByteFile& file) : file_(file) {}
  Result<size_t> read(std::span<char> out) override {
    const size_t n = TRY(file_.read_at(offset_, out));
    offset_ += n;
    return n;
  }
  uint64_t offset_bytes() const { return offset_; }  ///< read so far: the progress of an import

 private:
  ByteFile& file_;
  uint64_t offset_ = 0;
};

/// Bytes in memory, for samples and tests. Borrows them.
class MemoryFile : public ByteFile {
 public:
  explicit MemoryFile(std::string_view bytes) : bytes_(bytes) {}
  uint64_t size_bytes() const override { return bytes_.size(); }
  Result<size_t> read_at(uint64_t offset, std::span<char> out) override {
    if (offset >= bytes_.size()) return size_t{0};
    const size_t n = std::min(out.size(), bytes_.size() - static_cast<size_t>(offset));
    std::memcpy(out.data(), bytes_.data() + offset, n);
    return n;
  }

 private:
  std::string_view bytes_;
};

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : file_(bytes), source_(file_) {}
  Result<size_t> read(std::span<char> out) override { return source_.read(out); }

 private:
  MemoryFile file_;
  FileSource source_;
};

/// Reads until `out` is full or the source ends; the count.
Result<size_t> read_full(ByteSource& source, std::span<char> out);

}  // namespace lotse::formats
