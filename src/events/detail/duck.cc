#include "events/detail/duck.h"

#include <fmt/format.h>

namespace lotse::events::detail {

Error duck_error(duckdb_error_type type, std::string_view message) {
  const auto says = [&](std::string_view words) { return message.find(words) != std::string_view::npos; };
  std::string detail(message);
  if (says("No space left on device") || says("File too large") || says("Disk quota exceeded") || says("enospc") ||
      says("not enough disk space"))
    return Error::make(ErrorKind::unavailable, "disk_full", std::move(detail));
  if (type == DUCKDB_ERROR_INTERRUPT) return Error::make(ErrorKind::cancelled, "cancelled", std::move(detail));
  if (says("Could not set lock") || says("Conflicting lock"))
    return Error::make(ErrorKind::unavailable, "data_locked", std::move(detail));
  if (type == DUCKDB_ERROR_IO || type == DUCKDB_ERROR_SERIALIZATION || type == DUCKDB_ERROR_FATAL || type == DUCKDB_ERROR_INTERNAL ||
      says("not a valid DuckDB database") || says("orrupt") || says("checksum"))
    return Error::make(ErrorKind::internal, "store_broken", std::move(detail));
  return Error::make(ErrorKind::internal, "store_failed", std::move(detail));
}

std::string Rows::text(size_t row, size_t column) {
  duckdb_string s = duckdb_value_string(&result_, column, row);
  std::string out(s.data ? s.data : "", s.data ? s.size : 0);
  duckdb_free(s.data);
  return out;
}

std::string_view Chunk::text(size_t i, size_t row) const {
  auto* strings = static_cast<duckdb_string_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk_, i)));
  return {duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])};
}

Result<void> Connection::run(const std::string& sql) {
  duckdb_result result;
  const bool ok = duckdb_query(handle_, sql.c_str(), &result) == DuckDBSuccess;
  Error error;
  if (!ok) {
    const char* message = duckdb_result_error(&result);
    error = duck_error(duckdb_result_error_type(&result), message ? message : "");
  }
  duckdb_destroy_result(&result);
  if (!ok) return error;
  return {};
}

Result<Rows> Connection::query(const std::string& sql) {
  duckdb_result result;
  if (duckdb_query(handle_, sql.c_str(), &result) == DuckDBSuccess) return Rows(result);
  const char* message = duckdb_result_error(&result);
  Error error = duck_error(duckdb_result_error_type(&result), message ? message : "");
  duckdb_destroy_result(&result);
  return error;
}

Result<void> Connection::stream(const std::string& sql, const std::function<Result<void>(const Chunk&)>& take) {
  duckdb_prepared_statement statement = nullptr;
  if (duckdb_prepare(handle_, sql.c_str(), &statement) != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(statement);
    Error error = duck_error(DUCKDB_ERROR_INVALID, message ? message : "");
    duckdb_destroy_prepare(&statement);
    return error;
  }
  duckdb_result result;
  Result<void> answer;
  if (duckdb_execute_prepared_streaming(statement, &result) != DuckDBSuccess) {
    const char* message = duckdb_result_error(&result);
    answer = duck_error(duckdb_result_error_type(&result), message ? message : "");
  }
  while (answer) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
    if (!chunk) {
      if (const char* message = duckdb_result_error(&result); message && *message)
        answer = duck_error(duckdb_result_error_type(&result), message);
      break;
    }
    answer = take(Chunk(chunk));
    duckdb_destroy_data_chunk(&chunk);
  }
  duckdb_destroy_result(&result);
  duckdb_destroy_prepare(&statement);
  return answer;
}

Result<std::unique_ptr<Transaction>> Transaction::begin(Connection& connection) {
  TRY(connection.run("BEGIN TRANSACTION"));
  return std::unique_ptr<Transaction>(new Transaction(connection));
}

Transaction::~Transaction() {
  if (open_) (void)connection_.run("ROLLBACK");
}

Result<void> Transaction::commit() {
  auto done = connection_.run("COMMIT");
  if (done) open_ = false;
  return done;
}

Result<std::shared_ptr<Database>> Database::open(const std::filesystem::path& file, const DuckOptions& options) {
  duckdb_config config;
  ensure(duckdb_create_config(&config) == DuckDBSuccess, "DuckDB makes a configuration");
  const std::pair<const char*, std::string> settings[] = {
      {"threads", std::to_string(options.threads)},
      {"memory_limit", options.memory_limit},
      {"temp_directory", (file.parent_path() / "tmp").string()},
      {"preserve_insertion_order", "false"},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      // Checkpoints are ours to schedule: an automatic one would stall whoever commits (docs/decisions/0301).
      {"checkpoint_threshold", "1TB"},
  };
  for (const auto& [name, value] : settings)
    ensure(duckdb_set_config(config, name, value.c_str()) == DuckDBSuccess, "DuckDB knows the setting");
  duckdb_database handle = nullptr;
  char* message = nullptr;
  const auto state = duckdb_open_ext(file.c_str(), &handle, config, &message);
  duckdb_destroy_config(&config);
  if (state != DuckDBSuccess) {
    Error error = duck_error(DUCKDB_ERROR_IO, message ? message : "");
    duckdb_free(message);
    return error;
  }
  return std::shared_ptr<Database>(new Database(handle));
}

Result<std::unique_ptr<Connection>> Database::connect() {
  duckdb_connection handle = nullptr;
  if (duckdb_connect(handle_, &handle) != DuckDBSuccess)
    return Error::make(ErrorKind::internal, "store_broken", "DuckDB gives no connection");
  return std::make_unique<Connection>(shared_from_this(), handle);
}

Result<std::unique_ptr<Appender>> Appender::open(Connection& connection, const std::string& table, std::vector<duckdb_type> types) {
  std::unique_ptr<Appender> out(new Appender);
  if (duckdb_appender_create(connection.handle(), nullptr, table.c_str(), &out->appender_) != DuckDBSuccess) {
    const char* message = duckdb_appender_error(out->appender_);
    return duck_error(DUCKDB_ERROR_INVALID, message ? message : "no appender");
  }
  std::vector<duckdb_logical_type> logical;
  for (const auto type : types) logical.push_back(duckdb_create_logical_type(type));
  out->chunk_ = duckdb_create_data_chunk(logical.data(), logical.size());
  for (auto& type : logical) duckdb_destroy_logical_type(&type);
  return out;
}

Appender::~Appender() {
  if (chunk_) duckdb_destroy_data_chunk(&chunk_);
  if (appender_) duckdb_appender_destroy(&appender_);
}

void Appender::text(size_t i, std::string_view text) {
  duckdb_vector_assign_string_element_len(duckdb_data_chunk_get_vector(chunk_, i), filled_, text.data(), text.size());
}

void Appender::null(size_t i) {
  duckdb_vector vector = duckdb_data_chunk_get_vector(chunk_, i);
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), filled_);
}

Result<void> Appender::end_row() {
  if (++filled_ == duckdb_vector_size()) return write();
  return {};
}

Result<void> Appender::write() {
  duckdb_data_chunk_set_size(chunk_, filled_);
  filled_ = 0;
  if (duckdb_append_data_chunk(appender_, chunk_) != DuckDBSuccess) {
    const char* message = duckdb_appender_error(appender_);
    return duck_error(DUCKDB_ERROR_IO, message ? message : "");
  }
  duckdb_data_chunk_reset(chunk_);
  return {};
}

Result<void> Appender::finish() {
  if (filled_ > 0) TRY(write());
  if (duckdb_appender_close(appender_) != DuckDBSuccess) {
    const char* message = duckdb_appender_error(appender_);
    return duck_error(DUCKDB_ERROR_IO, message ? message : "");
  }
  return {};
}

std::string sql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) c == '\'' ? out += "''" : out += c;
  return out + "'";
}

}  // namespace lotse::events::detail
