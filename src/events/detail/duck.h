#pragma once
#include <duckdb.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// DuckDB's C API as values that clean up after themselves, and its errors as ours.
namespace lotse::events::detail {

/// errors  disk_full, cancelled (interrupted), data_locked, store_broken, store_failed
Error duck_error(duckdb_error_type type, std::string_view message);

/// A materialised answer. Cells are read by column type; no NULLs except where asked.
class Rows {
 public:
  explicit Rows(duckdb_result result) : result_(result) {}
  ~Rows() { duckdb_destroy_result(&result_); }
  Rows(Rows&& o) noexcept : result_(o.result_) { o.result_ = {}; }
  Rows& operator=(Rows&&) = delete;
  Rows(const Rows&) = delete;
  size_t size() { return duckdb_row_count(&result_); }
  int64_t integer(size_t row, size_t column) { return duckdb_value_int64(&result_, column, row); }
  uint64_t natural(size_t row, size_t column) { return duckdb_value_uint64(&result_, column, row); }
  double real(size_t row, size_t column) { return duckdb_value_double(&result_, column, row); }
  bool boolean(size_t row, size_t column) { return duckdb_value_boolean(&result_, column, row); }
  bool is_null(size_t row, size_t column) { return duckdb_value_is_null(&result_, column, row); }
  std::string text(size_t row, size_t column);

 private:
  duckdb_result result_;
};

/// A chunk of a streamed answer: at most 2048 rows.
class Chunk {
 public:
  explicit Chunk(duckdb_data_chunk chunk) : chunk_(chunk) {}
  size_t size() const { return duckdb_data_chunk_get_size(chunk_); }
  template <class T>
  const T* column(size_t i) const {
    return static_cast<const T*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk_, i)));
  }
  bool valid(size_t i, size_t row) const {
    uint64_t* bits = duckdb_vector_get_validity(duckdb_data_chunk_get_vector(chunk_, i));
    return !bits || duckdb_validity_row_is_valid(bits, row);
  }
  std::string_view text(size_t i, size_t row) const;

 private:
  duckdb_data_chunk chunk_;
};

class Database;

/// One connection: used by one thread at a time.
class Connection {
 public:
  Connection(std::shared_ptr<Database> database, duckdb_connection handle) : database_(std::move(database)), handle_(handle) {}
  ~Connection() { duckdb_disconnect(&handle_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> run(const std::string& sql);
  Result<Rows> query(const std::string& sql);
  /// Calls `take` for each chunk as it comes; its error ends the query.
  Result<void> stream(const std::string& sql, const std::function<Result<void>(const Chunk&)>& take);
  /// Makes a running query end with `cancelled`. From any thread.
  void interrupt() { duckdb_interrupt(handle_); }
  duckdb_connection handle() { return handle_; }

 private:
  std::shared_ptr<Database> database_;
  duckdb_connection handle_;
};

/// BEGIN … COMMIT; rolls back where `commit` was not reached.
class Transaction {
 public:
  static Result<std::unique_ptr<Transaction>> begin(Connection& connection);
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  Connection& connection_;
  bool open_ = true;
};

struct DuckOptions {
  size_t threads = 2;
  std::string memory_limit = "1GB";
};

class Database : public std::enable_shared_from_this<Database> {
 public:
  static Result<std::shared_ptr<Database>> open(const std::filesystem::path& file, const DuckOptions& options);
  ~Database() { duckdb_close(&handle_); }
  Result<std::unique_ptr<Connection>> connect();

 private:
  explicit Database(duckdb_database handle) : handle_(handle) {}
  duckdb_database handle_;
};

/// Appends rows by columns in chunks of 2048 (duckdb_append_data_chunk).
class Appender {
 public:
  static Result<std::unique_ptr<Appender>> open(Connection& connection, const std::string& table, std::vector<duckdb_type> types);
  ~Appender();
  /// The vectors of the chunk that is being filled; `add` counts its rows and writes it out when full.
  template <class T>
  T* column(size_t i) {
    return static_cast<T*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk_, i)));
  }
  size_t row() const { return filled_; }
  void text(size_t i, std::string_view text);
  void null(size_t i);
  Result<void> end_row();
  Result<void> finish();

 private:
  Appender() = default;
  Result<void> write();
  duckdb_appender appender_ = nullptr;
  duckdb_data_chunk chunk_ = nullptr;
  size_t filled_ = 0;
};

/// 'text' as an SQL literal.
std::string sql_text(std::string_view text);

/// Ends a query of the connection when a stop is requested.
struct Interrupter {
  std::stop_callback<std::function<void()>> callback;
  Interrupter(std::stop_token stop, Connection& connection) : callback(std::move(stop), [&connection] { connection.interrupt(); }) {}
};

}  // namespace lotse::events::detail
