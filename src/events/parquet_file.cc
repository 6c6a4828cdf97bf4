#include "events/parquet_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/detail/duck.h"

namespace lotse::events {

namespace {
constexpr size_t columns_max = 5000, depth_max = 8;

Error as_parquet(const Error& error) {
  const auto says = [&](const char* word) { return error.detail.find(word) != std::string::npos; };
  if (says("Out of Memory") || says("failed to allocate")) return Error::make(ErrorKind::too_large, "parquet_too_large", error.detail);
  return Error::invalid("parquet_broken", "", error.detail);
}

std::string sql_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// A path that names one file, whatever characters it has: DuckDB takes * ? [ for patterns.
std::string literal_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[')
      out += fmt::format("[{}]", c);
    else
      out += c;
  }
  return out;
}

struct Column {
  std::string name, expression;
};

/// The column as texts; a structure as one column for each of its fields.
void flatten(const std::string& name, const std::string& expression, duckdb_logical_type type, size_t depth, std::vector<Column>& out) {
  const duckdb_type id = duckdb_get_type_id(type);
  if (id == DUCKDB_TYPE_STRUCT && depth < depth_max) {
    const idx_t count = duckdb_struct_type_child_count(type);
    for (idx_t i = 0; i < count && out.size() <= columns_max; ++i) {
      char* field = duckdb_struct_type_child_name(type, i);
      const std::string part(field);
      duckdb_free(field);
      duckdb_logical_type child = duckdb_struct_type_child_type(type, i);
      flatten(name + "." + part, fmt::format("struct_extract({}, {})", expression, detail::sql_text(part)), child, depth + 1, out);
      duckdb_destroy_logical_type(&child);
    }
    return;
  }
  const bool nested = id == DUCKDB_TYPE_STRUCT || id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_MAP || id == DUCKDB_TYPE_ARRAY || id == DUCKDB_TYPE_UNION;
  out.push_back({name, nested ? fmt::format("CAST(to_json({}) AS VARCHAR)", expression) : fmt::format("CAST({} AS VARCHAR)", expression)});
}

class Reader final : public ParquetFile {
 public:
  ~Reader() override {
    if (chunk_) duckdb_destroy_data_chunk(&chunk_);
    if (executed_) duckdb_destroy_result(&result_);
    duckdb_destroy_prepare(&statement_);
    connection_.reset();
    if (database_) duckdb_close(&database_);
  }

  Result<void> open(const std::filesystem::path& file, const std::vector<std::string>& wanted, const std::string& memory_limit) {
    duckdb_config config;
    ensure(duckdb_create_config(&config) == DuckDBSuccess, "DuckDB makes a configuration");
    const std::pair<const char*, std::string> settings[] = {{"threads", "1"}, {"memory_limit", memory_limit}, {"temp_directory", ""},
        {"autoinstall_known_extensions", "false"}, {"autoload_known_extensions", "false"}};
    for (const auto& [name, value] : settings)
      ensure(duckdb_set_config(config, name, value.c_str()) == DuckDBSuccess, "DuckDB knows the setting");
    char* message = nullptr;
    const auto state = duckdb_open_ext(":memory:", &database_, config, &message);
    duckdb_destroy_config(&config);
    if (state != DuckDBSuccess) {
      Error error = Error::make(ErrorKind::unavailable, "out_of_memory", message ? message : "");
      duckdb_free(message);
      return error;
    }
    duckdb_connection handle = nullptr;
    ensure(duckdb_connect(database_, &handle) == DuckDBSuccess, "DuckDB gives a connection");
    connection_ = std::make_unique<detail::Connection>(nullptr, handle);
    TRY(connection_->run("SET TimeZone = 'UTC'"));

    const std::string path = detail::sql_text(literal_path(file.string()));
    const std::string from = fmt::format("read_parquet({}, binary_as_string = true, hive_partitioning = false)", path);
    std::vector<Column> columns;
    {
      duckdb_prepared_statement look = nullptr;
      if (duckdb_prepare(handle, fmt::format("SELECT * FROM {}", from).c_str(), &look) != DuckDBSuccess) {
        const char* why = duckdb_prepare_error(look);
        Error error = as_parquet(Error::make(ErrorKind::invalid, "", why ? why : ""));
        duckdb_destroy_prepare(&look);
        return error;
      }
      const idx_t count = duckdb_prepared_statement_column_count(look);
      for (idx_t i = 0; i < count && columns.size() <= columns_max; ++i) {
        const char* name = duckdb_prepared_statement_column_name(look, i);
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(look, i);
        flatten(name, sql_name(name), type, 0, columns);
        duckdb_free(const_cast<char*>(name));
        duckdb_destroy_logical_type(&type);
      }
      duckdb_destroy_prepare(&look);
    }
    if (columns.size() > columns_max) return Error::make(ErrorKind::too_large, "too_many_columns", "more than 5000 columns");
    if (!wanted.empty()) std::erase_if(columns, [&](const Column& c) { return std::ranges::find(wanted, c.name) == wanted.end(); });
    std::string list;
    for (const auto& c : columns) {
      list += (list.empty() ? "" : ", ") + c.expression;
      names_.push_back(c.name);
    }
    if (columns.empty()) list = "NULL::VARCHAR";
    auto count = connection_->query(fmt::format("SELECT sum(num_rows)::UBIGINT FROM parquet_file_metadata({})", path));
    if (!count) return as_parquet(count.error());
    rows_ = count->natural(0, 0);
    if (duckdb_prepare(handle, fmt::format("SELECT {} FROM {}", list, from).c_str(), &statement_) != DuckDBSuccess) {
      const char* why = duckdb_prepare_error(statement_);
      return as_parquet(Error::make(ErrorKind::invalid, "", why ? why : ""));
    }
    executed_ = true;
    if (duckdb_execute_prepared_streaming(statement_, &result_) != DuckDBSuccess) return failure();
    cells_.resize(names_.size());
    return {};
  }

  const std::vector<std::string>& columns() const override { return names_; }
  uint64_t row_count() const override { return rows_; }

  Result<bool> next(const std::function<void(std::span<const std::string_view>)>& row) override {
    if (chunk_) duckdb_destroy_data_chunk(&chunk_);
    chunk_ = duckdb_fetch_chunk(result_);
    if (!chunk_) {
      if (const char* message = duckdb_result_error(&result_); message && *message) return failure();
      return false;
    }
    const detail::Chunk chunk(chunk_);
    for (size_t r = 0; r < chunk.size(); ++r) {
      for (size_t c = 0; c < cells_.size(); ++c) cells_[c] = chunk.valid(c, r) ? chunk.text(c, r) : std::string_view();
      row(cells_);
    }
    return true;
  }

 private:
  Error failure() {
    const char* message = duckdb_result_error(&result_);
    return as_parquet(Error::make(ErrorKind::invalid, "", message ? message : ""));
  }
  duckdb_database database_ = nullptr;
  std::unique_ptr<detail::Connection> connection_;
  duckdb_prepared_statement statement_ = nullptr;
  duckdb_result result_{};
  bool executed_ = false;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<std::string> names_;
  std::vector<std::string_view> cells_;
  uint64_t rows_ = 0;
};
}  // namespace

Result<std::unique_ptr<ParquetFile>> ParquetFile::open(const std::filesystem::path& file, const std::vector<std::string>& wanted, const std::string& memory_limit) {
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return Error::make(ErrorKind::not_found, "file_not_found", file.string());
  auto reader = std::make_unique<Reader>();
  TRY(reader->open(file, wanted, memory_limit));
  return reader;
}

}  // namespace lotse::events
