#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace lotse::events {

/// A Parquet file as rows of texts, read by DuckDB in a database of its own in memory. Fields of structures are columns with a
/// dot ("address.city"), lists and maps are JSON; times with a zone are in UTC, dates and times ISO texts, numbers the shortest text that
/// reads back equal. One thread at a time; row groups are read one after the other, in file order.
class ParquetFile {
 public:
  /// `wanted`: only these columns, as far as the file has them; empty: all.
  ///   errors  file_not_found, parquet_broken (no Parquet file, cut off, damaged, or encrypted), parquet_too_large (a row group does not
  ///           fit into `memory_limit`), too_many_columns (more than 5,000)
  static Result<std::unique_ptr<ParquetFile>> open(const std::filesystem::path& file, const std::vector<std::string>& wanted = {},
                                                   const std::string& memory_limit = "1GB");
  virtual ~ParquetFile() = default;
  virtual const std::vector<std::string>& columns() const = 0;
  virtual uint64_t row_count() const = 0;
  /// Gives some thousand rows, in order; false at the end. An absent value is an empty text.
  virtual Result<bool> next(const std::function<void(std::span<const std::string_view>)>& row) = 0;
};

enum class ParquetType { text, time, number };
struct ParquetColumn {
  std::string name;
  ParquetType type = ParquetType::text;
};

/// Writes a Parquet file (zstd). Rows are collected in a DuckDB file beside it, so that memory stays bounded; it goes with this object.
class ParquetWriter {
 public:
  /// errors  file_not_writable, disk_full
  static Result<std::unique_ptr<ParquetWriter>> open(const std::filesystem::path& file, const std::vector<ParquetColumn>& columns);
  virtual ~ParquetWriter() = default;
  virtual void text(size_t column, std::string_view value) = 0;  ///< empty: absent
  virtual void time(size_t column, Micros value) = 0;
  virtual void number(size_t column, std::optional<double> value) = 0;
  /// Every column of the row was given. errors  disk_full, store_failed
  virtual Result<void> end_row() = 0;
  /// Writes the file. errors  disk_full, store_failed, cancelled
  virtual Result<void> finish(std::stop_token stop) = 0;
};

}  // namespace lotse::events
