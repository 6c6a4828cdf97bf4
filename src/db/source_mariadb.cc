#include <mysql.h>

#include <cctype>

#include "db/source_query.h"

namespace lotse::db {

namespace {
// Codes of errmsg.h and mysqld_error.h that tell apart what a person has to do.
constexpr unsigned access_denied[] = {1044, 1045, 1142, 1143, 1698, 1251, 2059};
constexpr unsigned unknown_database = 1049, unknown_column = 1054;
constexpr unsigned tls_error = 2026;
constexpr unsigned connection_lost[] = {1040, 1053, 1152, 1158, 1159, 1160, 1161, 1205, 1213, 2002, 2003, 2005, 2006, 2013, 2055};

using Connection = std::unique_ptr<MYSQL, decltype(&mysql_close)>;

template <size_t n>
bool is_among(const unsigned (&list)[n], unsigned code) {
  return std::find(std::begin(list), std::end(list), code) != std::end(list);
}

Error error_of(MYSQL* connection, bool connecting) {
  const unsigned code = mysql_errno(connection);
  const std::string text = std::string(mysql_error(connection)).substr(0, 500);
  if (is_among(access_denied, code)) return Error::invalid("source_unauthorized", "", text);
  if (code == unknown_database) return Error::invalid("source_not_there", "", text);
  if (code == unknown_column) return Error::invalid("source_column_gone", "", text);
  if (code == tls_error) return Error::make(ErrorKind::unavailable, "tls_failed", text);
  if (connecting) return Error::make(ErrorKind::unavailable, "connect_failed", text);
  if (is_among(connection_lost, code)) return Error::make(ErrorKind::unavailable, "source_gone", text);
  return Error::invalid("source_query_failed", "", text);
}

class MariadbRows : public SourceRows {
 public:
  MariadbRows(Connection connection, std::stop_token stop) : connection_(std::move(connection)), stop_(std::move(stop)) {}
  ~MariadbRows() override {
    // Freeing a result reads what is left of it: an unfinished one goes with its connection.
    if (result_ && !over_) mariadb_cancel(connection_.get());
    if (result_) mysql_free_result(result_);
  }
  Result<void> run(const std::string& statement) {
    if (mysql_real_query(connection_.get(), statement.data(), statement.size()) != 0) return error_of(connection_.get(), false);
    return {};
  }
  Result<void> begin(const std::string& statement) {
    TRY(run(statement));
    result_ = mysql_use_result(connection_.get());
    if (!result_) return error_of(connection_.get(), false);
    const MYSQL_FIELD* fields = mysql_fetch_fields(result_);
    for (unsigned c = 0; c < mysql_num_fields(result_); ++c) columns_.emplace_back(fields[c].name);
    return {};
  }
  const std::vector<std::string>& columns() const override { return columns_; }
  Result<bool> next(std::vector<std::optional<std::string>>& cells) override {
    if (stop_.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
    const MYSQL_ROW row = mysql_fetch_row(result_);
    if (!row) {
      over_ = true;
      if (mysql_errno(connection_.get()) != 0) return error_of(connection_.get(), false);
      return false;
    }
    const unsigned long* sizes = mysql_fetch_lengths(result_);
    cells.resize(columns_.size());
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (row[c]) cells[c].emplace(row[c], sizes[c]);
      else cells[c].reset();
    }
    return true;
  }

 private:
  Connection connection_;
  std::stop_token stop_;
  MYSQL_RES* result_ = nullptr;
  std::vector<std::string> columns_;
  bool over_ = false;
};

std::string quoted_name(const std::string& name) {
  std::string out = "`";
  for (const char c : name) out.append(c == '`' ? 2 : 1, c);
  return out + "`";
}
}  // namespace

namespace detail {
Result<std::unique_ptr<SourceRows>> open_mariadb_rows(const SourceDatabase& d, const SourceSelect& select, std::stop_token stop) {
  static const bool started = mysql_server_init(0, nullptr, nullptr) == 0;
  ensure(started, "libmariadb starts");
  Connection connection(mysql_init(nullptr), &mysql_close);
  MYSQL* my = connection.get();
  const unsigned timeout = static_cast<unsigned>(d.connect_timeout_s), read_timeout = 300;
  const unsigned no_files = 0;
  const my_bool yes = 1, verify = d.tls == SourceTls::verified;
  mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
  mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &read_timeout);
  mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &read_timeout);
  // A server may ask its client for any file: never.
  mysql_options(my, MYSQL_OPT_LOCAL_INFILE, &no_files);
  mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (d.tls != SourceTls::preferred) mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &yes);
  mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  if (verify) mysql_options(my, MYSQL_OPT_SSL_CA, "/etc/ssl/certs/ca-certificates.crt");
  const unsigned port = static_cast<unsigned>(d.port == 0 ? 3306 : d.port);
  // "localhost" would be a socket file to this library. A certificate is checked against the name that is given here.
  const std::string host = !verify && !d.addresses.empty() ? d.addresses.front() : d.host;
  const unsigned protocol = MYSQL_PROTOCOL_TCP;
  mysql_options(my, MYSQL_OPT_PROTOCOL, &protocol);
  if (!mysql_real_connect(my, host.c_str(), d.user.c_str(), d.password.c_str(), d.database.c_str(), port, nullptr, 0)) return error_of(my, true);
  if (d.check_peer) TRY(d.check_peer(static_cast<int>(mysql_get_socket(my))));

  std::string statement = "SELECT * FROM (\n" + select.query + "\n) AS lotse_source";
  if (!select.watermark.empty()) {
    const std::string column = quoted_name(select.watermark);
    if (select.from.empty()) {
      statement += " WHERE " + column + " IS NOT NULL";
    } else {
      std::string text(select.from.size() * 2 + 1, '\0');
      text.resize(mysql_real_escape_string(my, text.data(), select.from.c_str(), select.from.size()));
      statement += " WHERE " + column + " >= '" + text + "'";
    }
    statement += " ORDER BY " + column;
  }
  if (select.rows_max > 0) statement += " LIMIT " + std::to_string(select.rows_max);
  auto rows = std::make_unique<MariadbRows>(std::move(connection), std::move(stop));
  TRY(rows->run("SET time_zone = '+00:00'"));
  TRY(rows->run("START TRANSACTION READ ONLY"));
  TRY(rows->begin(statement));
  return rows;
}
}  // namespace detail

}  // namespace lotse::db
