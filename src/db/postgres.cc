#include <fmt/format.h>
#include <libpq-fe.h>

#include <cctype>
#include <charconv>
#include <mutex>
#include <unordered_map>

#include "db/detail/binding.h"

namespace lotse::db {
namespace {

struct ClearResult {
  void operator()(PGresult* r) const { PQclear(r); }
};
using Answer = std::unique_ptr<PGresult, ClearResult>;

/// ":name" → "$n", outside of quoted texts; "::" is a cast.
struct Translated {
  std::string sql;
  std::vector<std::string> names;
};
Translated translate(std::string_view sql) {
  Translated out;
  bool quoted = false;
  for (size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (c == '\'') quoted = !quoted;
    const bool name_begins = c == ':' && !quoted && i + 1 < sql.size() && std::isalpha(static_cast<unsigned char>(sql[i + 1])) &&
                             (i == 0 || sql[i - 1] != ':');
    if (!name_begins) {
      out.sql += c;
      continue;
    }
    size_t end = i + 1;
    while (end < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[end])) || sql[end] == '_')) ++end;
    const std::string name(sql.substr(i, end - i));
    auto known = std::find(out.names.begin(), out.names.end(), name);
    const auto index = known - out.names.begin();
    if (known == out.names.end()) out.names.push_back(name);
    out.sql += fmt::format("${}", index + 1);
    i = end - 1;
  }
  return out;
}

Error postgres_error(const PGresult* answer, const char* message, std::string_view doing) {
  const char* state = answer ? PQresultErrorField(answer, PG_DIAG_SQLSTATE) : nullptr;
  const std::string detail = fmt::format("{}: {}", doing, message);
  const std::string_view code = state ? state : "";
  if (code == "23505") return Error::make(ErrorKind::conflict, "already_exists", detail);
  if (code.starts_with("23")) return Error::make(ErrorKind::conflict, "constraint_broken", detail);
  if (code == "53100") return Error::make(ErrorKind::unavailable, "disk_full", detail);
  if (code.starts_with("08") || code.starts_with("57") || code.empty())
    return Error::make(ErrorKind::unavailable, "database_busy", detail);
  return Error::make(ErrorKind::internal, "database_error", detail);
}

class Connection {
 public:
  explicit Connection(PGconn* handle) : handle_(handle) {}
  ~Connection() { PQfinish(handle_); }

  Result<void> run(std::string_view sql) {
    Answer answer(PQexec(handle_, std::string(sql).c_str()));
    return check(answer, sql);
  }

  Result<void> prepare(const Statement& statement) {
    if (known_.contains(statement.sql.data())) return {};
    auto translated = translate(statement.sql);
    const std::string name = fmt::format("s{}", known_.size());
    Answer answer(PQprepare(handle_, name.c_str(), translated.sql.c_str(), 0, nullptr));
    TRY(check(answer, statement.name));
    known_.emplace(statement.sql.data(), std::pair(name, std::move(translated.names)));
    return {};
  }

  Result<Answer> send(const Statement& statement, const std::vector<Param>& params) {
    TRY(prepare(statement));
    const auto& [name, names] = known_.at(statement.sql.data());
    ensure(names.size() == params.size(), "each parameter of a statement is given once");
    std::vector<std::optional<std::string>> texts;
    for (const auto& wanted : names) {
      const auto param = std::find_if(params.begin(), params.end(), [&](const Param& p) { return p.name == wanted; });
      ensure(param != params.end(), "a parameter stands in its statement");
      texts.push_back(text_of(param->value));
    }
    std::vector<const char*> values;
    for (const auto& text : texts) values.push_back(text ? text->c_str() : nullptr);
    Answer answer(PQexecPrepared(handle_, name.c_str(), static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0));
    TRY(check(answer, statement.name));
    return answer;
  }

 private:
  static std::optional<std::string> text_of(const Value& value) {
    if (const auto* i = std::get_if<int64_t>(&value)) return std::to_string(*i);
    if (const auto* d = std::get_if<double>(&value)) return fmt::format("{}", *d);
    if (const auto* t = std::get_if<std::string>(&value)) return *t;
    return std::nullopt;
  }
  Result<void> check(const Answer& answer, std::string_view doing) {
    const auto status = PQresultStatus(answer.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
    return postgres_error(answer.get(), PQerrorMessage(handle_), doing);
  }

  PGconn* handle_;
  std::unordered_map<const char*, std::pair<std::string, std::vector<std::string>>> known_;
};

Value value_of(const PGresult* answer, int row, int column) {
  if (PQgetisnull(answer, row, column)) return {};
  const char* text = PQgetvalue(answer, row, column);
  switch (PQftype(answer, column)) {
    case 16:  // bool
      return int64_t{text[0] == 't'};
    case 20:  // int8
    case 21:  // int2
    case 23:  // int4
      return static_cast<int64_t>(std::strtoll(text, nullptr, 10));
    case 700:   // float4
    case 701:   // float8
    case 1700:  // numeric: sums of whole numbers
    {
      int64_t whole = 0;
      const char* end = text + std::strlen(text);
      if (auto [at, failed] = std::from_chars(text, end, whole); failed == std::errc{} && at == end && PQftype(answer, column) == 1700)
        return whole;
      return std::strtod(text, nullptr);
    }
    default:
      return std::string(text, static_cast<size_t>(PQgetlength(answer, row, column)));
  }
}

class PostgresSession : public Session {
 public:
  PostgresSession(Connection& connection, const WorkspaceId* workspace) : connection_(connection), workspace_(workspace) {}
  Result<std::vector<Row>> query(const Statement& statement, std::initializer_list<Param> params) override {
    auto answer = TRY(connection_.send(statement, detail::bound(statement, params, workspace_)));
    std::vector<Row> rows;
    for (int r = 0; r < PQntuples(answer.get()); ++r) {
      std::vector<Value> values;
      for (int c = 0; c < PQnfields(answer.get()); ++c) values.push_back(value_of(answer.get(), r, c));
      rows.emplace_back(std::move(values));
    }
    return rows;
  }
  Result<int64_t> execute(const Statement& statement, std::initializer_list<Param> params) override {
    auto answer = TRY(connection_.send(statement, detail::bound(statement, params, workspace_)));
    return static_cast<int64_t>(std::strtoll(PQcmdTuples(answer.get()), nullptr, 10));
  }

 private:
  Connection& connection_;
  const WorkspaceId* workspace_;
};

/// One connection and one lock: enough for the tests that keep PostgreSQL a living target.
class PostgresDatabase : public Database {
 public:
  explicit PostgresDatabase(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Result<void> prepare(const Statement& statement) override {
    std::lock_guard lock(mutex_);
    return connection_->prepare(statement);
  }
  Result<void> backup(const std::filesystem::path&) override {
    return Error::make(ErrorKind::conflict, "backup_elsewhere", "PostgreSQL is backed up by its own tools (pg_dump)");
  }

 protected:
  Result<void> transact(const WorkspaceId* workspace, bool write, const Work& work) override {
    std::lock_guard lock(mutex_);
    TRY(connection_->run(write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    PostgresSession session(*connection_, workspace);
    Result<void> answer;
    try {
      answer = work(session);
    } catch (...) {
      (void)connection_->run("ROLLBACK");
      throw;
    }
    if (answer) return connection_->run("COMMIT");
    (void)connection_->run("ROLLBACK");
    return answer;
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<Database>> Database::open_postgres(const std::string& connection) {
  PGconn* handle = PQconnectdb(connection.c_str());
  auto made = std::make_unique<Connection>(handle);
  if (PQstatus(handle) != CONNECTION_OK)
    return Error::make(ErrorKind::unavailable, "database_unreachable", PQerrorMessage(handle));
  static constexpr Statement applied{"db.applied", "SELECT number, checksum FROM schema_migrations"};
  TRY(detail::migrate({.run = [&](std::string_view sql) { return made->run(sql); },
                       .applied = [&]() -> Result<std::vector<std::pair<int64_t, std::string>>> {
                         std::vector<std::pair<int64_t, std::string>> out;
                         auto answer = TRY(made->send(applied, {}));
                         for (int r = 0; r < PQntuples(answer.get()); ++r)
                           out.emplace_back(std::get<int64_t>(value_of(answer.get(), r, 0)), PQgetvalue(answer.get(), r, 1));
                         return out;
                       }}));
  return std::unique_ptr<Database>(std::make_unique<PostgresDatabase>(std::move(made)));
}

}  // namespace lotse::db
