#pragma once
#include <filesystem>

#include "formats/detect.h"

namespace lotse::connect {

/// A file on disk for the formats that need one: Parquet by way of `events`, object-centric logs in SQLite by way of `db`. A
/// packed file (.gz) is unpacked beside `scratch` when it is first asked for, and removed with this object.
class DiskFormats final : public formats::OtherFormats {
 public:
  /// `scratch`: a folder with room for the unpacked file.
  explicit DiskFormats(std::filesystem::path file, std::filesystem::path scratch = std::filesystem::temp_directory_path())
      : file_(std::move(file)), scratch_(std::move(scratch)) {}
  ~DiskFormats() override;
  /// errors  those of events::ParquetFile::open
  Result<std::unique_ptr<formats::TableReader>> parquet(const std::vector<std::string>& first_columns) override;
  /// errors  those of db::SqliteFile::open; sqlite_no_log (no tables of OCEL 2.0); ocel_not_read (those of OCEL 1.0)
  Result<std::unique_ptr<formats::OcelLog>> ocel_sqlite() override;
  double share_read() const override { return share_; }

 private:
  Result<std::filesystem::path> plain();
  const std::filesystem::path file_, scratch_;
  std::filesystem::path unpacked_;
  double share_ = 0;
};

}  // namespace lotse::connect
