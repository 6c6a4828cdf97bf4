#include <libpq-fe.h>
#include <poll.h>

#include <cctype>

#include "db/source_query.h"

namespace lotse::db {

namespace {
using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string trimmed(const char* text) {
  std::string out = text ? text : "";
  for (char& c : out)
    if (c == '\n') c = ' ';
  while (!out.empty() && std::isspace(static_cast<unsigned char>(out.back()))) out.pop_back();
  return out.substr(0, 500);
}

Error refused(const Connection& connection) {
  const std::string text = trimmed(PQerrorMessage(connection.get()));
  // libpq gives no SQLSTATE for a connection that was refused; the server's words are the same in every version.
  const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
  if (PQconnectionNeedsPassword(connection.get()) || PQconnectionUsedPassword(connection.get()) || says("authentication failed") || says("no pg_hba.conf entry") ||
      says("does not exist") || says("permission denied"))
    return Error::invalid(says("database \"") && says("does not exist") ? "source_not_there" : "source_unauthorized", "", text);
  if (says("SSL") || says("certificate")) return Error::make(ErrorKind::unavailable, "tls_failed", text);
  return Error::make(ErrorKind::unavailable, "connect_failed", text);
}

class PostgresRows : public SourceRows {
 public:
  PostgresRows(Connection connection, std::stop_token stop) : connection_(std::move(connection)), stop_(std::move(stop)) {}
  ~PostgresRows() override {
    // What is left is not worth waiting for: the server is told.
    if (over_) return;
    if (PGcancel* cancel = PQgetCancel(connection_.get())) {
      char unused[256];
      PQcancel(cancel, unused, sizeof unused);
      PQfreeCancel(cancel);
    }
  }

  Result<void> run(const std::string& statement) {
    Answer answer(PQexec(connection_.get(), statement.c_str()), &PQclear);
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return error(answer.get());
    return {};
  }
  Result<void> begin(const std::string& statement) {
    // The extended protocol takes one statement, whatever the text says.
    if (PQsendQueryParams(connection_.get(), statement.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) != 1 || PQsetSingleRowMode(connection_.get()) != 1)
      return error(nullptr);
    first_ = TRY(receive());
    if (first_)
      for (int c = 0; c < PQnfields(first_.get()); ++c) columns_.emplace_back(PQfname(first_.get(), c));
    return {};
  }

  const std::vector<std::string>& columns() const override { return columns_; }
  Result<bool> next(std::vector<std::optional<std::string>>& cells) override {
    Answer row = first_ ? std::move(first_) : TRY(receive());
    if (!row || PQntuples(row.get()) == 0) {
      over_ = true;
      return false;
    }
    cells.resize(columns_.size());
    for (int c = 0; c < PQnfields(row.get()); ++c) {
      auto& cell = cells[static_cast<size_t>(c)];
      if (PQgetisnull(row.get(), 0, c)) cell.reset();
      else cell.emplace(PQgetvalue(row.get(), 0, c), static_cast<size_t>(PQgetlength(row.get(), 0, c)));
    }
    return true;
  }

 private:
  /// A row, or the result without rows that ends them.
  Result<Answer> receive() {
    while (PQisBusy(connection_.get())) {
      if (stop_.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
      pollfd wait{PQsocket(connection_.get()), POLLIN, 0};
      const int ready = ::poll(&wait, 1, 200);
      if (ready > 0 && PQconsumeInput(connection_.get()) != 1) return error(nullptr);
      if (ready < 0 && errno != EINTR) return error(nullptr);
    }
    Answer answer(PQgetResult(connection_.get()), &PQclear);
    const auto status = answer ? PQresultStatus(answer.get()) : PGRES_TUPLES_OK;
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) return error(answer.get());
    return answer;
  }
  Error error(const PGresult* answer) {
    over_ = true;
    const char* state = answer ? PQresultErrorField(answer, PG_DIAG_SQLSTATE) : nullptr;
    const std::string text = trimmed(answer ? PQresultErrorMessage(answer) : PQerrorMessage(connection_.get()));
    const std::string code = state ? state : "";
    // 57P: the server is shut down; 08: the connection; 53: out of resources; 40: to be tried again.
    if (PQstatus(connection_.get()) != CONNECTION_OK || code.empty() || code.starts_with("57P") || code.starts_with("08") || code.starts_with("53") || code.starts_with("40"))
      return Error::make(ErrorKind::unavailable, "source_gone", text);
    if (code == "42703") return Error::invalid("source_column_gone", "", text);
    if (code == "42501" || code.starts_with("28")) return Error::invalid("source_unauthorized", "", text);
    return Error::invalid("source_query_failed", "", text);
  }
  Connection connection_;
  std::stop_token stop_;
  Answer first_{nullptr, &PQclear};
  std::vector<std::string> columns_;
  bool over_ = false;
};
}  // namespace

namespace detail {
Result<std::unique_ptr<SourceRows>> open_postgres_rows(const SourceDatabase& d, const SourceSelect& select, std::stop_token stop) {
  const std::string port = std::to_string(d.port == 0 ? 5432 : d.port), timeout = std::to_string(d.connect_timeout_s);
  const char* tls = d.tls == SourceTls::verified ? "verify-full" : d.tls == SourceTls::required ? "require" : "prefer";
  const std::string address = d.addresses.empty() ? std::string() : d.addresses.front();
  // `host` stays beside `hostaddr` for the certificate's name. "system" certificates need OpenSSL's own store.
  const char* names[] = {"host", "hostaddr", "port", "dbname", "user", "password", "sslmode", "connect_timeout", "application_name", "client_encoding", "options",
                         "passfile", "gssencmode", "keepalives_idle", "sslrootcert", nullptr};
  const char* values[] = {d.host.c_str(), address.c_str(), port.c_str(), d.database.c_str(), d.user.c_str(), d.password.c_str(), tls, timeout.c_str(), "lotse", "UTF8",
                          "-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c bytea_output=hex", "/dev/null", "disable", "30",
                          d.tls == SourceTls::verified ? "/etc/ssl/certs/ca-certificates.crt" : "", nullptr};
  Connection connection(PQconnectdbParams(names, values, 0), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) return refused(connection);
  if (d.check_peer) TRY(d.check_peer(PQsocket(connection.get())));

  std::string statement = "SELECT * FROM (\n" + select.query + "\n) AS lotse_source";
  if (!select.watermark.empty()) {
    const auto quoted = [&](char* text) {
      std::string out = text ? text : "";
      PQfreemem(text);
      return out;
    };
    const std::string column = quoted(PQescapeIdentifier(connection.get(), select.watermark.c_str(), select.watermark.size()));
    // An untyped literal takes the column's type, so that an index on it serves.
    if (!select.from.empty()) statement += " WHERE " + column + " >= " + quoted(PQescapeLiteral(connection.get(), select.from.c_str(), select.from.size()));
    else statement += " WHERE " + column + " IS NOT NULL";
    statement += " ORDER BY " + column;
  }
  if (select.rows_max > 0) statement += " LIMIT " + std::to_string(select.rows_max);
  auto rows = std::make_unique<PostgresRows>(std::move(connection), std::move(stop));
  TRY(rows->run("BEGIN READ ONLY"));
  TRY(rows->begin(statement));
  return rows;
}
}  // namespace detail

Result<std::unique_ptr<SourceRows>> SourceRows::open(const SourceDatabase& database, const SourceSelect& select, std::stop_token stop) {
  if (database.engine == SourceEngine::postgresql) return detail::open_postgres_rows(database, select, std::move(stop));
  return detail::open_mariadb_rows(database, select, std::move(stop));
}

}  // namespace lotse::db
