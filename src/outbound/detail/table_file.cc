#include "outbound/detail/table_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "formats/csv.h"
#include "formats/log_write.h"

namespace lotse::outbound::detail {

namespace {
Error not_written(int why) { return Error::make(ErrorKind::unavailable, why == ENOSPC || why == EDQUOT ? "disk_full" : "file_not_writable", std::strerror(why)); }

class CsvFile final : public TableFile {
 public:
  explicit CsvFile(std::filesystem::path path) : path_(std::move(path)), file_(path_, std::ios::binary | std::ios::trunc) {}
  Result<void> begin(const std::vector<events::ParquetColumn>& columns) {
    std::vector<std::string_view> names;
    for (const auto& column : columns) names.push_back(column.name);
    formats::append_csv_row(text_, names, options);
    return flush();
  }
  Result<void> row(std::span<const Cell> cells) override {
    written_.clear();
    for (const auto& cell : cells) {
      if (const auto text = std::get_if<std::string_view>(&cell)) written_.emplace_back(*text);
      else if (const auto number = std::get_if<double>(&cell)) written_.push_back(formats::plain_number(*number));
      else if (const auto time = std::get_if<Micros>(&cell)) written_.push_back(iso_utc(*time));
      else written_.emplace_back();
    }
    views_.assign(written_.begin(), written_.end());
    formats::append_csv_row(text_, views_, options);
    return text_.size() < (size_t{256} << 10) ? Result<void>() : flush();
  }
  Result<void> finish(std::stop_token) override {
    TRY(flush());
    file_.close();
    return sync_path(path_);
  }

 private:
  Result<void> flush() {
    errno = 0;
    file_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    file_.flush();
    if (!file_) return not_written(errno ? errno : EIO);
    text_.clear();
    return {};
  }
  static constexpr formats::CsvWriteOptions options{.delimiter = ','};
  const std::filesystem::path path_;
  std::ofstream file_;
  std::string text_;
  std::vector<std::string> written_;
  std::vector<std::string_view> views_;
};

class ParquetTable final : public TableFile {
 public:
  ParquetTable(std::filesystem::path path, std::unique_ptr<events::ParquetWriter> rows, const std::vector<events::ParquetColumn>& columns)
      : path_(std::move(path)), rows_(std::move(rows)), columns_(columns) {}
  Result<void> row(std::span<const Cell> cells) override {
    for (size_t i = 0; i < cells.size(); ++i) {
      switch (columns_[i].type) {
        case events::ParquetType::text: rows_->text(i, std::holds_alternative<std::string_view>(cells[i]) ? std::get<std::string_view>(cells[i]) : std::string_view()); break;
        case events::ParquetType::time: rows_->time(i, std::get<Micros>(cells[i])); break;
        case events::ParquetType::number: rows_->number(i, std::holds_alternative<double>(cells[i]) ? std::optional(std::get<double>(cells[i])) : std::nullopt); break;
      }
    }
    return rows_->end_row();
  }
  Result<void> finish(std::stop_token stop) override {
    TRY(rows_->finish(std::move(stop)));
    rows_.reset();
    return sync_path(path_);
  }

 private:
  const std::filesystem::path path_;
  std::unique_ptr<events::ParquetWriter> rows_;
  const std::vector<events::ParquetColumn> columns_;
};
}  // namespace

Result<std::unique_ptr<TableFile>> TableFile::open(const std::filesystem::path& file, DeliveryFormat format, const std::vector<events::ParquetColumn>& columns) {
  if (format == DeliveryFormat::parquet) {
    auto rows = TRY(events::ParquetWriter::open(file, columns));
    return std::unique_ptr<TableFile>(std::make_unique<ParquetTable>(file, std::move(rows), columns));
  }
  auto out = std::make_unique<CsvFile>(file);
  TRY(out->begin(columns));
  return std::unique_ptr<TableFile>(std::move(out));
}

Result<void> sync_path(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return not_written(errno);
  const bool done = ::fsync(file) == 0;
  const int why = errno;
  ::close(file);
  return done ? Result<void>() : not_written(why);
}

}  // namespace lotse::outbound::detail
