#include <libpq-fe.h>

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include "db/database.h"
#include "db/detail/migrations.h"
#include "db/detail/session_base.h"
#include "db/detail/statement_text.h"

namespace lotse::db {
namespace {
constexpr size_t reader_count = 2;

struct Answer {
  explicit Answer(PGresult* r) : result(r, PQclear) {}
  std::unique_ptr<PGresult, void (*)(PGresult*)> result;
  bool fine() const {
    const auto status = PQresultStatus(result.get());
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
  }
};

struct Prepared {
  std::string name;
  std::vector<std::string> names;
};

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::string& where) {
    auto connection = std::make_unique<Connection>();
    connection->pg_.reset(PQconnectdb(where.c_str()));
    if (PQstatus(connection->pg_.get()) != CONNECTION_OK) return connection->error("connect", nullptr);
    PQsetNoticeProcessor(connection->pg_.get(), [](void*, const char*) {}, nullptr);
    TRY(connection->execute_text("SET client_encoding = 'UTF8'"));
    return connection;
  }

  Error error(const std::string& doing, const PGresult* result) const {
    const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const std::string_view code = state ? state : "";
    const std::string text = doing + ": " + (result ? PQresultErrorMessage(result) : PQerrorMessage(pg_.get()));
    if (code == "23505") return Error::make(ErrorKind::conflict, "already_exists", text);
    if (code.starts_with("23")) return Error::make(ErrorKind::conflict, "constraint_broken", text);
    if (code == "53100") return Error::make(ErrorKind::unavailable, "disk_full", text);
    if (PQstatus(pg_.get()) != CONNECTION_OK) return Error::make(ErrorKind::unavailable, "database_unreachable", text);
    if (code == "40001" || code == "55P03") return Error::make(ErrorKind::unavailable, "database_busy", text);
    return Error::make(ErrorKind::internal, "database_error", text);
  }

  Result<void> execute_text(const char* sql) {
    const Answer answer(PQexec(pg_.get(), sql));
    if (!answer.fine()) return error(sql, answer.result.get());
    return {};
  }

  Result<Prepared*> prepare(const Statement& statement) {
    const std::string key(statement.sql);
    if (const auto at = prepared_.find(key); at != prepared_.end()) return &at->second;
    auto numbered = detail::number_parameters(statement.sql);
    Prepared made{"s" + std::to_string(prepared_.size() + 1), std::move(numbered.names)};
    const Answer answer(PQprepare(pg_.get(), made.name.c_str(), numbered.sql.c_str(), 0, nullptr));
    if (!answer.fine()) return error(std::string(statement.name), answer.result.get());
    return &prepared_.emplace(key, std::move(made)).first->second;
  }

  Answer run(const Prepared& prepared, const std::vector<const char*>& values) {
    return Answer(PQexecPrepared(pg_.get(), prepared.name.c_str(), int(values.size()), values.data(), nullptr, nullptr, 0));
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> pg_{nullptr, PQfinish};
  std::unordered_map<std::string, Prepared> prepared_;
};

Value value_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return std::monostate{};
  const std::string_view text(PQgetvalue(result, row, column), size_t(PQgetlength(result, row, column)));
  constexpr Oid boolean = 16, int8 = 20, int2 = 21, int4 = 23, float4 = 700, float8 = 701, numeric = 1700;
  switch (PQftype(result, column)) {
    case boolean: return int64_t{text == "t"};
    case int8:
    case int2:
    case int4:
    case numeric: {
      // A sum over integers is numeric: an integer again where it fits, as in SQLite.
      int64_t integer = 0;
      const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), integer);
      if (bad == std::errc{} && end == text.data() + text.size()) return integer;
      [[fallthrough]];
    }
    case float4:
    case float8: return std::stod(std::string(text));
    default: return std::string(text);
  }
}

class PostgresSession : public detail::SessionBase {
 public:
  PostgresSession(Connection& connection, const WorkspaceId* workspace) : SessionBase(workspace), connection_(connection) {}

 protected:
  Result<const std::vector<std::string>*> prepare(const Statement& statement) override {
    return &TRY(connection_.prepare(statement))->names;
  }
  Result<Outcome> run(const Statement& statement, const std::vector<Value>& values) override {
    const Prepared& prepared = *TRY(connection_.prepare(statement));
    std::vector<std::string> texts(values.size());
    std::vector<const char*> pointers(values.size(), nullptr);
    for (size_t i = 0; i < values.size(); ++i) {
      if (const auto* n = std::get_if<int64_t>(&values[i])) {
        texts[i] = std::to_string(*n);
      } else if (const auto* d = std::get_if<double>(&values[i])) {
        char buffer[32];
        texts[i].assign(buffer, std::to_chars(buffer, buffer + sizeof buffer, *d).ptr);
      } else if (const auto* s = std::get_if<std::string>(&values[i])) {
        texts[i] = *s;
      } else {
        continue;
      }
      pointers[i] = texts[i].c_str();
    }
    const Answer answer = connection_.run(prepared, pointers);
    if (!answer.fine()) return connection_.error(std::string(statement.name), answer.result.get());
    const PGresult* result = answer.result.get();
    Outcome outcome;
    for (int r = 0; r < PQntuples(result); ++r) {
      std::vector<Value> row;
      row.reserve(size_t(PQnfields(result)));
      for (int c = 0; c < PQnfields(result); ++c) row.push_back(value_of(result, r, c));
      outcome.rows.emplace_back(std::move(row));
    }
    const std::string_view changed = PQcmdTuples(const_cast<PGresult*>(result));
    std::from_chars(changed.data(), changed.data() + changed.size(), outcome.changed);
    return outcome;
  }

 private:
  Connection& connection_;
};

class PostgresDatabase : public Database {
 public:
  Result<void> open(const std::string& where) {
    writer_ = TRY(Connection::open(where));
    TRY(writer_->execute_text("BEGIN"));
    // Two servers that start at once: one migrates, the other waits here and then finds all done.
    TRY(writer_->execute_text("SELECT pg_advisory_xact_lock(7274153)"));
    auto done = migrate_inside();
    if (!done) {
      (void)writer_->execute_text("ROLLBACK");
      return done;
    }
    TRY(writer_->execute_text("COMMIT"));
    for (size_t i = 0; i < reader_count; ++i) readers_.push_back(TRY(Connection::open(where)));
    return {};
  }

  Result<void> backup(const std::filesystem::path&) override {
    return Error::make(ErrorKind::unavailable, "backup_elsewhere", "PostgreSQL is backed up by its own tools, like pg_dump");
  }

  Result<void> erase(const WorkspaceId& workspace) override {
    return write_system([&](Session& session) -> Result<void> {
      std::vector<std::string> tables;
      for (const auto& row : TRY(session.query({"db.workspace_tables",
                                                "SELECT table_name FROM information_schema.columns "
                                                "WHERE column_name = 'workspace_id' AND table_schema = current_schema()"})))
        tables.push_back(row.text(0));
      // A table that others refer to is emptied after them: rounds, until one changes nothing.
      while (!tables.empty()) {
        std::vector<std::string> waiting;
        for (const auto& table : tables) {
          TRY(writer_->execute_text("SAVEPOINT one_table"));
          const std::string text = "DELETE FROM \"" + table + "\" WHERE workspace_id = :erased";
          const auto done = PostgresSession(*writer_, nullptr).execute({"db.erase", text}, {{":erased", workspace.value}});
          if (!done) {
            TRY(writer_->execute_text("ROLLBACK TO SAVEPOINT one_table"));
            if (done.error().code != "constraint_broken") return done.error();
            waiting.push_back(table);
          }
        }
        if (waiting.size() == tables.size())
          return Error::make(ErrorKind::internal, "database_broken", "tables of a workspace refer to each other in a circle");
        tables = std::move(waiting);
      }
      return {};
    });
  }

  Result<void> prepare_only(const Statement& statement) override {
    std::lock_guard lock(writer_mutex_);
    TRY(writer_->prepare(statement));
    return {};
  }

  Result<void> scrub() override {
    std::lock_guard lock(writer_mutex_);
    return writer_->execute_text("VACUUM FULL");
  }

  Result<std::vector<std::string>> defects() override { return std::vector<std::string>{}; }

 protected:
  Result<void> transact(const WorkspaceId* workspace, bool write, const Work& work) override {
    const detail::OneTransaction only;
    if (write) {
      std::lock_guard lock(writer_mutex_);
      return inside(*writer_, workspace, "BEGIN", work);
    }
    const Lease lease(*this);
    return inside(*lease.connection, workspace, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work);
  }

 private:
  struct Lease {
    explicit Lease(PostgresDatabase& d) : database(d) {
      std::unique_lock lock(d.readers_mutex_);
      d.reader_free_.wait(lock, [&] { return !d.readers_.empty(); });
      connection = std::move(d.readers_.back());
      d.readers_.pop_back();
    }
    ~Lease() {
      {
        std::lock_guard lock(database.readers_mutex_);
        database.readers_.push_back(std::move(connection));
      }
      database.reader_free_.notify_one();
    }
    PostgresDatabase& database;
    std::unique_ptr<Connection> connection;
  };

  static Result<void> inside(Connection& connection, const WorkspaceId* workspace, const char* begin, const Work& work) {
    TRY(connection.execute_text(begin));
    struct Rollback {
      Connection* c;
      ~Rollback() {
        if (c) (void)c->execute_text("ROLLBACK");
      }
    } rollback{&connection};
    PostgresSession session(connection, workspace);
    TRY(work(session));
    if (session.failure()) return *session.failure();
    TRY(connection.execute_text("COMMIT"));
    rollback.c = nullptr;
    return {};
  }

  Result<void> migrate_inside() {
    TRY(writer_->execute_text(detail::create_migration_table));
    PostgresSession session(*writer_, nullptr);
    std::vector<detail::Applied> applied;
    for (const auto& row : TRY(session.query({"db.applied", "SELECT number, checksum FROM schema_migrations"}, {})))
      applied.push_back({int(row.integer(0)), row.text(1)});
    for (const auto& m : TRY(detail::missing_migrations(detail::known_migrations(), applied))) {
      TRY(writer_->execute_text(m.sql.c_str()));
      TRY(session.execute({"db.applied_now", "INSERT INTO schema_migrations (number, name, checksum) VALUES (:number, :name, :checksum)"},
                          {{":number", m.number}, {":name", m.name}, {":checksum", detail::checksum_of(m)}}));
    }
    return {};
  }

  std::mutex writer_mutex_;
  std::unique_ptr<Connection> writer_;
  std::mutex readers_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Connection>> readers_;
};
}  // namespace

Result<std::unique_ptr<Database>> Database::open_postgres(const std::string& connection) {
  auto database = std::make_unique<PostgresDatabase>();
  TRY(database->open(connection));
  return Result<std::unique_ptr<Database>>(std::move(database));
}

}  // namespace lotse::db
