#pragma once
#include <zip.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/byte_source.h"

namespace lotse::formats::detail {

/// A zip container read through a ByteFile. Errors: xlsx_broken, xlsx_too_large (the only containers here are workbooks).
class Zip {
 public:
  static Result<std::unique_ptr<Zip>> open(ByteFile& file);
  ~Zip();
  Zip(const Zip&) = delete;
  Zip& operator=(const Zip&) = delete;

  bool has(const std::string& name) const;

  /// A part's inflated bytes; reading fails where it grows beyond the limits.
  struct PartLimits {
    uint64_t bytes_max;
    uint64_t ratio_max;
  };
  Result<std::unique_ptr<ByteSource>> part(const std::string& name, PartLimits limits);

 private:
  explicit Zip(ByteFile& file) : file_(file) {}
  static zip_int64_t callback(void* self, void* data, zip_uint64_t size, zip_source_cmd_t command);
  ByteFile& file_;
  uint64_t at_ = 0;
  std::optional<Error> failure_;  // of the file, kept because libzip knows only its own errors
  zip_error_t error_{};
  zip_t* zip_ = nullptr;
};

}  // namespace lotse::formats::detail
