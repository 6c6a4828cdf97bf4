#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

/// Queries on databases of others: PostgreSQL (libpq) and MySQL or MariaDB (libmariadb). Read only, one statement.
namespace lotse::db {

enum class SourceEngine { postgresql, mariadb };
enum class SourceTls { preferred, required, verified };

struct SourceDatabase {
  SourceEngine engine = SourceEngine::postgresql;
  std::string host;               ///< as the certificate names it
  std::vector<std::string> addresses;  ///< numeric ones to connect to; none: the host is looked up
  int port = 0;                   ///< 0: the usual one
  std::string database, user, password;
  SourceTls tls = SourceTls::verified;
  int connect_timeout_s = 10;
  /// Asked with the connected socket; an error ends the connection.
  std::function<Result<void>(int socket)> check_peer = nullptr;
};
struct SourceSelect {
  std::string query;              ///< one SELECT without a semicolon
  std::string watermark;          ///< a column of its result; empty: none
  std::string from;               ///< rows with watermark >= from, in its order; empty: all
  uint64_t rows_max = 0;          ///< 0: all
};

/// One row at a time, in the order of the watermark; memory is one row's. One thread.
///   errors  source_unauthorized, source_not_there (no such database), tls_failed, connect_failed (unavailable), source_gone (the
///           connection broke), source_query_failed (with what the database says), source_column_gone (the watermark is no column)
class SourceRows {
 public:
  virtual ~SourceRows() = default;
  static Result<std::unique_ptr<SourceRows>> open(const SourceDatabase& database, const SourceSelect& select, std::stop_token stop = {});
  virtual const std::vector<std::string>& columns() const = 0;
  /// Cells as the database prints them, times in UTC; none for NULL. False at the end.
  virtual Result<bool> next(std::vector<std::optional<std::string>>& cells) = 0;
};

namespace detail {
Result<std::unique_ptr<SourceRows>> open_postgres_rows(const SourceDatabase& database, const SourceSelect& select, std::stop_token stop);
Result<std::unique_ptr<SourceRows>> open_mariadb_rows(const SourceDatabase& database, const SourceSelect& select, std::stop_token stop);
}  // namespace detail

}  // namespace lotse::db
