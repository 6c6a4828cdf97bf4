#include <sqlite3.h>

#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include "db/database.h"
#include "db/detail/migrations.h"
#include "db/detail/session_base.h"

namespace lotse::db {
namespace {
constexpr size_t reader_count = 4;
constexpr int busy_timeout_ms = 10'000;

Error error_of(sqlite3* db, const std::string& doing) {
  const int code = sqlite3_extended_errcode(db);
  const std::string text = doing + ": " + sqlite3_errmsg(db);
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY: return Error::make(ErrorKind::conflict, "already_exists", text);
    default: break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL: return Error::make(ErrorKind::unavailable, "disk_full", text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Error::make(ErrorKind::unavailable, "database_busy", text);
    case SQLITE_CONSTRAINT: return Error::make(ErrorKind::conflict, "constraint_broken", text);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: return Error::make(ErrorKind::unavailable, "database_not_writable", text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Error::make(ErrorKind::internal, "database_broken", text);
    default: return Error::make(ErrorKind::internal, "database_error", text);
  }
}

struct Prepared {
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{nullptr, sqlite3_finalize};
  std::vector<std::string> names;
};

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, bool writes) {
    auto connection = std::make_unique<Connection>();
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writes ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(file.c_str(), &connection->db_, flags, nullptr) != SQLITE_OK) return connection->error("open");
    sqlite3_extended_result_codes(connection->db_, 1);
    sqlite3_busy_timeout(connection->db_, busy_timeout_ms);
    // FULL in WAL mode syncs at each commit: what was acknowledged survives a power cut.
    TRY(connection->execute_text(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"));
    if (!writes) TRY(connection->execute_text("PRAGMA query_only=ON"));
    return connection;
  }
  Connection() = default;
  ~Connection() {
    prepared_.clear();
    sqlite3_close(db_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Error error(const std::string& doing) const { return error_of(db_, doing); }
  sqlite3* raw() const { return db_; }

  Result<void> execute_text(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error(sql);
    return {};
  }

  Result<Prepared*> prepare(const Statement& statement) {
    auto& slot = prepared_[std::string(statement.sql)];
    if (!slot.statement) {
      sqlite3_stmt* made = nullptr;
      if (sqlite3_prepare_v3(db_, statement.sql.data(), int(statement.sql.size()), SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK) {
        auto failed = error(std::string(statement.name));
        prepared_.erase(std::string(statement.sql));
        return failed;
      }
      slot.statement.reset(made);
      for (int i = 1; i <= sqlite3_bind_parameter_count(made); ++i) {
        const char* name = sqlite3_bind_parameter_name(made, i);
        ensure(name != nullptr, "parameters of a statement have names");
        slot.names.emplace_back(name);
      }
    }
    return &slot;
  }

 private:
  sqlite3* db_ = nullptr;
  std::unordered_map<std::string, Prepared> prepared_;
};

void bind(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* i = std::get_if<int64_t>(&value))
    sqlite3_bind_int64(statement, at, *i);
  else if (const auto* d = std::get_if<double>(&value))
    sqlite3_bind_double(statement, at, *d);
  else if (const auto* s = std::get_if<std::string>(&value))
    sqlite3_bind_text64(statement, at, s->data(), s->size(), SQLITE_STATIC, SQLITE_UTF8);
  else
    sqlite3_bind_null(statement, at);
}

Value column(sqlite3_stmt* statement, int at) {
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER: return int64_t{sqlite3_column_int64(statement, at)};
    case SQLITE_FLOAT: return sqlite3_column_double(statement, at);
    case SQLITE_NULL: return std::monostate{};
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, at));
      return std::string(text ? text : "", size_t(sqlite3_column_bytes(statement, at)));
    }
  }
}

class SqliteSession : public detail::SessionBase {
 public:
  SqliteSession(Connection& connection, const WorkspaceId* workspace) : SessionBase(workspace), connection_(connection) {}

 protected:
  Result<const std::vector<std::string>*> prepare(const Statement& statement) override {
    return &TRY(connection_.prepare(statement))->names;
  }
  Result<Outcome> run(const Statement& statement, const std::vector<Value>& values) override {
    sqlite3_stmt* const prepared = TRY(connection_.prepare(statement))->statement.get();
    struct Reset {
      sqlite3_stmt* s;
      ~Reset() {
        sqlite3_reset(s);
        sqlite3_clear_bindings(s);
      }
    } reset{prepared};
    for (size_t i = 0; i < values.size(); ++i) bind(prepared, int(i) + 1, values[i]);
    Outcome outcome;
    const int64_t before = sqlite3_total_changes64(connection_.raw());
    for (int step; (step = sqlite3_step(prepared)) != SQLITE_DONE;) {
      if (step != SQLITE_ROW) return connection_.error(std::string(statement.name));
      std::vector<Value> row;
      const int columns = sqlite3_column_count(prepared);
      row.reserve(size_t(columns));
      for (int c = 0; c < columns; ++c) row.push_back(column(prepared, c));
      outcome.rows.emplace_back(std::move(row));
    }
    // changes() counts rows of the statement itself, total_changes also cascades; 0 where nothing was written.
    if (sqlite3_total_changes64(connection_.raw()) != before) outcome.changed = sqlite3_changes64(connection_.raw());
    return outcome;
  }

 private:
  Connection& connection_;
};

class SqliteDatabase : public Database {
 public:
  SqliteDatabase(std::unique_ptr<Connection> writer, std::filesystem::path file) : writer_(std::move(writer)), file_(std::move(file)) {}

  Result<void> migrate() {
    TRY(writer_->execute_text("BEGIN IMMEDIATE"));
    auto done = migrate_inside();
    if (!done) {
      (void)writer_->execute_text("ROLLBACK");
      return done;
    }
    return writer_->execute_text("COMMIT");
  }

  Result<void> open_readers() {
    for (size_t i = 0; i < reader_count; ++i) readers_.push_back(TRY(Connection::open(file_, false)));
    return {};
  }

  Result<void> backup(const std::filesystem::path& target) override {
    const auto source = TRY(Connection::open(file_, false));
    sqlite3* to = nullptr;
    const int opened = sqlite3_open_v2(target.c_str(), &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> owner(to, sqlite3_close);
    if (opened != SQLITE_OK) return error_of(to, "open " + target.string());
    sqlite3_backup* const copy = sqlite3_backup_init(to, "main", source->raw(), "main");
    if (!copy) return error_of(to, "backup");
    const int stepped = sqlite3_backup_step(copy, -1);
    if (sqlite3_backup_finish(copy) != SQLITE_OK || stepped != SQLITE_DONE) return error_of(to, "backup");
    return {};
  }

  Result<void> erase(const WorkspaceId& workspace) override {
    return write_system([&](Session& session) -> Result<void> {
      TRY(writer_->execute_text("PRAGMA defer_foreign_keys=ON"));  // until the commit: the order of tables is free
      const auto tables = TRY(session.query({"db.workspace_tables",
                                             "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
                                             "WHERE m.type = 'table' AND c.name = 'workspace_id'"}));
      for (const auto& table : tables) {
        const std::string text = "DELETE FROM \"" + table.text(0) + "\" WHERE workspace_id = :erased";
        TRY(session.execute({"db.erase", text}, {{":erased", workspace.value}}));
      }
      return {};
    });
  }

  Result<void> scrub() override {
    std::lock_guard lock(writer_mutex_);
    TRY(writer_->execute_text("VACUUM"));
    // The log keeps former pages until it is cut, which waits for readers.
    for (int i = 0; i < 100; ++i) {
      int frames = 0;
      const int done = sqlite3_wal_checkpoint_v2(writer_->raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, &frames, nullptr);
      if (done == SQLITE_OK && frames == 0) return {};
      if (done != SQLITE_OK && done != SQLITE_BUSY) return writer_->error("wal_checkpoint");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return Error::make(ErrorKind::unavailable, "database_busy", "a reader did not end while the log was to be cut");
  }

  Result<void> prepare_only(const Statement& statement) override {
    std::lock_guard lock(writer_mutex_);
    TRY(writer_->prepare(statement));
    return {};
  }

  Result<std::vector<std::string>> defects() override {
    return read_system([&](Session& session) -> Result<std::vector<std::string>> {
      std::vector<std::string> lines;
      for (const auto& row : TRY(session.query({"db.integrity", "PRAGMA integrity_check"})))
        if (row.text(0) != "ok") lines.push_back(row.text(0));
      for (const auto& row : TRY(session.query({"db.references", "PRAGMA foreign_key_check"})))
        lines.push_back("a row of " + row.text(0) + " refers to a missing row of " + row.text(2));
      return lines;
    });
  }

 protected:
  Result<void> transact(const WorkspaceId* workspace, bool write, const Work& work) override {
    const detail::OneTransaction only;
    if (write) {
      std::lock_guard lock(writer_mutex_);
      return inside(*writer_, workspace, "BEGIN IMMEDIATE", work);
    }
    const Lease lease(*this);
    return inside(*lease.connection, workspace, "BEGIN", work);
  }

 private:
  struct Lease {
    explicit Lease(SqliteDatabase& d) : database(d) {
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
    SqliteDatabase& database;
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
    SqliteSession session(connection, workspace);
    TRY(work(session));
    if (session.failure()) return *session.failure();
    TRY(connection.execute_text("COMMIT"));
    rollback.c = nullptr;
    return {};
  }

  Result<void> migrate_inside() {
    SqliteSession session(*writer_, nullptr);
    TRY(writer_->execute_text(detail::create_migration_table));
    std::vector<detail::Applied> applied;
    for (const auto& row : TRY(session.query({"db.applied", "SELECT number, checksum FROM schema_migrations"}, {})))
      applied.push_back({int(row.integer(0)), row.text(1)});
    for (const auto& m : TRY(detail::missing_migrations(detail::known_migrations(), applied))) {
      if (auto done = writer_->execute_text(m.sql.c_str()); !done) {
        done.error().detail = "migration " + std::to_string(m.number) + ": " + done.error().detail;
        return done;
      }
      TRY(session.execute({"db.applied_now", "INSERT INTO schema_migrations (number, name, checksum) VALUES (:number, :name, :checksum)"},
                          {{":number", m.number}, {":name", m.name}, {":checksum", detail::checksum_of(m)}}));
    }
    return {};
  }

  std::mutex writer_mutex_;
  std::unique_ptr<Connection> writer_;
  std::filesystem::path file_;
  std::mutex readers_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Connection>> readers_;
};
}  // namespace

Result<std::unique_ptr<Database>> Database::open_sqlite(const std::filesystem::path& file) {
  auto database = std::make_unique<SqliteDatabase>(TRY(Connection::open(file, true)), file);
  TRY(database->migrate());
  TRY(database->open_readers());
  return Result<std::unique_ptr<Database>>(std::move(database));
}

}  // namespace lotse::db
