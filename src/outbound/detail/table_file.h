#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "events/parquet_file.h"
#include "outbound/types.h"

namespace lotse::outbound::detail {

/// A cell: absent, a text, a number or a time, as its column says. Texts are borrowed for the call.
using Cell = std::variant<std::monostate, std::string_view, double, Micros>;

/// A file of rows, CSV (safe against formulas) or Parquet, durable after `finish`.
class TableFile {
 public:
  /// errors  disk_full, file_not_writable
  static Result<std::unique_ptr<TableFile>> open(const std::filesystem::path& file, DeliveryFormat format, const std::vector<events::ParquetColumn>& columns);
  virtual ~TableFile() = default;
  virtual Result<void> row(std::span<const Cell> cells) = 0;
  virtual Result<void> finish(std::stop_token stop) = 0;
};

/// What was written there survives a power cut.   errors  disk_full, file_not_writable
Result<void> sync_path(const std::filesystem::path& path);

}  // namespace lotse::outbound::detail
