#include <fmt/format.h>

#include "events/detail/duck.h"
#include "events/parquet_file.h"

namespace lotse::events {

namespace {
class Writer final : public ParquetWriter {
 public:
  explicit Writer(std::filesystem::path file) : file_(std::move(file)), folder_(file_.string() + ".rows") {}
  ~Writer() override {
    appender_.reset();
    connection_.reset();
    database_.reset();
    std::error_code none;
    std::filesystem::remove_all(folder_, none);
  }

  Result<void> open(const std::vector<ParquetColumn>& columns) {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed) return Error::make(ErrorKind::unavailable, failed.value() == ENOSPC ? "disk_full" : "file_not_writable", failed.message());
    database_ = TRY(detail::Database::open(folder_ / "rows.duckdb", {.threads = 1, .memory_limit = "512MB"}));
    connection_ = TRY(database_->connect());
    std::vector<duckdb_type> types;
    std::string declared;
    for (size_t i = 0; i < columns.size(); ++i) {
      const bool time = columns[i].type == ParquetType::time, number = columns[i].type == ParquetType::number;
      types.push_back(time ? DUCKDB_TYPE_TIMESTAMP_TZ : number ? DUCKDB_TYPE_DOUBLE : DUCKDB_TYPE_VARCHAR);
      declared += fmt::format("{}c{} {}", i ? ", " : "", i, time ? "TIMESTAMPTZ" : number ? "DOUBLE" : "VARCHAR");
      std::string name = "\"";
      for (const char c : columns[i].name) {
        if (c == '"') name += '"';
        name += c;
      }
      list_ += fmt::format("{}c{} AS {}\"", i ? ", " : "", i, name);
    }
    TRY(connection_->run("SET preserve_insertion_order = true"));
    TRY(connection_->run(fmt::format("CREATE TABLE exported ({})", declared)));
    appender_ = TRY(detail::Appender::open(*connection_, "exported", std::move(types)));
    return {};
  }

  void text(size_t column, std::string_view value) override { value.empty() ? appender_->null(column) : appender_->text(column, value); }
  void time(size_t column, Micros value) override { appender_->column<int64_t>(column)[appender_->row()] = value.count(); }
  void number(size_t column, std::optional<double> value) override {
    if (!value) return appender_->null(column);
    appender_->column<double>(column)[appender_->row()] = *value;
  }
  Result<void> end_row() override { return appender_->end_row(); }

  Result<void> finish(std::stop_token stop) override {
    TRY(appender_->finish());
    appender_.reset();
    const std::stop_callback interrupt(std::move(stop), [this] { connection_->interrupt(); });
    return connection_->run(fmt::format("COPY (SELECT {} FROM exported) TO {} (FORMAT parquet, COMPRESSION zstd)", list_, detail::sql_text(file_.string())));
  }

 private:
  const std::filesystem::path file_, folder_;
  std::shared_ptr<detail::Database> database_;
  std::unique_ptr<detail::Connection> connection_;
  std::unique_ptr<detail::Appender> appender_;
  std::string list_;
};
}  // namespace

Result<std::unique_ptr<ParquetWriter>> ParquetWriter::open(const std::filesystem::path& file, const std::vector<ParquetColumn>& columns) {
  auto writer = std::make_unique<Writer>(file);
  TRY(writer->open(columns));
  return writer;
}

}  // namespace lotse::events
