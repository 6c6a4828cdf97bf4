#include <fmt/format.h>
#include <sqlite3.h>

#include <condition_variable>
#include <list>
#include <mutex>
#include <unordered_map>

#include "db/detail/binding.h"

namespace lotse::db {
namespace {

constexpr int busy_timeout_ms = 10'000;
constexpr size_t readers_max = 4;

Error sqlite_error(sqlite3* connection, int code, std::string_view doing) {
  const std::string detail = fmt::format("{}: {}", doing, connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Error::make(ErrorKind::unavailable, "disk_full", detail);
    case SQLITE_CONSTRAINT:
      if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return Error::make(ErrorKind::conflict, "already_exists", detail);
      return Error::make(ErrorKind::conflict, "constraint_broken", detail);
    case SQLITE_BUSY:
      return Error::make(ErrorKind::unavailable, "database_busy", detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error::make(ErrorKind::internal, "database_broken", detail);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Error::make(ErrorKind::unavailable, "database_not_writable", detail);
    default:
      return Error::make(ErrorKind::internal, "database_error", detail);
  }
}

/// One connection with its prepared statements, used by one thread at a time.
class Connection {
 public:
  ~Connection() {
    for (auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }

  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, bool writer) {
    auto connection = std::make_unique<Connection>();
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_CREATE : 0);
    const int code = sqlite3_open_v2(file.c_str(), &connection->handle_, flags, nullptr);
    if (code != SQLITE_OK) return sqlite_error(connection->handle_, code, "opening " + file.string());
    sqlite3_extended_result_codes(connection->handle_, 1);
    sqlite3_busy_timeout(connection->handle_, busy_timeout_ms);
    for (const char* pragma : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
                               "PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY"})
      TRY(connection->run(pragma));
    return connection;
  }

  Result<void> run(std::string_view sql) {
    const int code = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return sqlite_error(handle_, code, sql);
    return {};
  }

  Result<sqlite3_stmt*> prepare(const Statement& statement) {
    if (auto it = prepared_.find(statement.sql.data()); it != prepared_.end()) return it->second;
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(handle_, statement.sql.data(), static_cast<int>(statement.sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) return sqlite_error(handle_, code, statement.name);
    prepared_.emplace(statement.sql.data(), made);
    return made;
  }

  Result<std::vector<Row>> query(const Statement& statement, const std::vector<Param>& params) {
    sqlite3_stmt* s = TRY(prepare(statement));
    TRY(bind(s, statement, params));
    std::vector<Row> rows;
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
      std::vector<Value> values;
      for (int c = 0; c < sqlite3_column_count(s); ++c) values.push_back(column(s, c));
      rows.emplace_back(std::move(values));
    }
    sqlite3_reset(s);
    if (code != SQLITE_DONE) return sqlite_error(handle_, code, statement.name);
    return rows;
  }

  int64_t changes() const { return sqlite3_changes64(handle_); }
  sqlite3* handle() const { return handle_; }

 private:
  static Value column(sqlite3_stmt* s, int c) {
    switch (sqlite3_column_type(s, c)) {
      case SQLITE_NULL:
        return {};
      case SQLITE_INTEGER:
        return static_cast<int64_t>(sqlite3_column_int64(s, c));
      case SQLITE_FLOAT:
        return sqlite3_column_double(s, c);
      default: {
        const auto* text = static_cast<const char*>(sqlite3_column_blob(s, c));
        return std::string(text ? text : "", static_cast<size_t>(sqlite3_column_bytes(s, c)));
      }
    }
  }

  Result<void> bind(sqlite3_stmt* s, const Statement& statement, const std::vector<Param>& params) {
    ensure(static_cast<size_t>(sqlite3_bind_parameter_count(s)) == params.size(), "each parameter of a statement is given once");
    for (const auto& param : params) {
      const int index = sqlite3_bind_parameter_index(s, std::string(param.name).c_str());
      ensure(index > 0, "a parameter stands in its statement");
      int code = SQLITE_OK;
      if (const auto* i = std::get_if<int64_t>(&param.value))
        code = sqlite3_bind_int64(s, index, *i);
      else if (const auto* d = std::get_if<double>(&param.value))
        code = sqlite3_bind_double(s, index, *d);
      else if (const auto* t = std::get_if<std::string>(&param.value))
        code = sqlite3_bind_text64(s, index, t->data(), t->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
      else
        code = sqlite3_bind_null(s, index);
      if (code != SQLITE_OK) return sqlite_error(handle_, code, statement.name);
    }
    return {};
  }

  sqlite3* handle_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> prepared_;  // by the address of the constant text
};

class SqliteSession : public Session {
 public:
  SqliteSession(Connection& connection, const WorkspaceId* workspace) : connection_(connection), workspace_(workspace) {}
  Result<std::vector<Row>> query(const Statement& statement, std::initializer_list<Param> params) override {
    return connection_.query(statement, detail::bound(statement, params, workspace_));
  }
  Result<int64_t> execute(const Statement& statement, std::initializer_list<Param> params) override {
    TRY(connection_.query(statement, detail::bound(statement, params, workspace_)));
    return connection_.changes();
  }

 private:
  Connection& connection_;
  const WorkspaceId* workspace_;
};

class SqliteDatabase : public Database {
 public:
  SqliteDatabase(std::filesystem::path file, std::unique_ptr<Connection> writer)
      : file_(std::move(file)), writer_(std::move(writer)) {}

  Result<void> prepare(const Statement& statement) override {
    std::lock_guard lock(writer_mutex_);
    TRY(writer_->prepare(statement));
    return {};
  }

  Result<void> backup(const std::filesystem::path& target) override {
    auto reader = TRY(take_reader());
    sqlite3* copy = nullptr;
    int code = sqlite3_open_v2(target.c_str(), &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    if (code == SQLITE_OK) {
      sqlite3_backup* run = sqlite3_backup_init(copy, "main", reader->handle(), "main");
      code = run ? sqlite3_backup_step(run, -1) : sqlite3_errcode(copy);
      if (run) sqlite3_backup_finish(run);
    }
    Result<void> answer;
    if (code != SQLITE_DONE) answer = sqlite_error(copy, code, "backing up to " + target.string());
    sqlite3_close(copy);
    give_back(std::move(reader));
    return answer;
  }

 protected:
  Result<void> transact(const WorkspaceId* workspace, bool write, const Work& work) override {
    if (write) {
      std::lock_guard lock(writer_mutex_);
      return in_transaction(*writer_, "BEGIN IMMEDIATE", workspace, work);
    }
    auto reader = TRY(take_reader());
    auto answer = in_transaction(*reader, "BEGIN", workspace, work);
    give_back(std::move(reader));
    return answer;
  }

 private:
  static Result<void> in_transaction(Connection& connection, std::string_view begin, const WorkspaceId* workspace,
                                     const Work& work) {
    TRY(connection.run(begin));
    SqliteSession session(connection, workspace);
    Result<void> answer;
    try {
      answer = work(session);
    } catch (...) {
      (void)connection.run("ROLLBACK");
      throw;
    }
    if (answer) answer = connection.run("COMMIT");
    // A failed commit (a full disk) may leave the transaction open.
    if (!answer && !sqlite3_get_autocommit(connection.handle())) (void)connection.run("ROLLBACK");
    return answer;
  }

  Result<std::unique_ptr<Connection>> take_reader() {
    std::unique_lock lock(readers_mutex_);
    reader_free_.wait(lock, [&] { return !readers_.empty() || readers_made_ < readers_max; });
    if (!readers_.empty()) {
      auto reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
    ++readers_made_;
    lock.unlock();
    auto made = Connection::open(file_, false);
    if (!made) {
      lock.lock();
      --readers_made_;
      reader_free_.notify_one();
    }
    return made;
  }
  void give_back(std::unique_ptr<Connection> reader) {
    {
      std::lock_guard lock(readers_mutex_);
      readers_.push_back(std::move(reader));
    }
    reader_free_.notify_one();
  }

  std::filesystem::path file_;
  std::mutex writer_mutex_;
  std::unique_ptr<Connection> writer_;
  std::mutex readers_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Connection>> readers_;
  size_t readers_made_ = 0;
};

}  // namespace

Result<std::unique_ptr<Database>> Database::open_sqlite(const std::filesystem::path& file) {
  auto writer = TRY(Connection::open(file, true));
  static constexpr Statement applied{"db.applied", "SELECT number, checksum FROM schema_migrations"};
  TRY(detail::migrate({.run = [&](std::string_view sql) { return writer->run(sql); },
                       .applied = [&]() -> Result<std::vector<std::pair<int64_t, std::string>>> {
                         std::vector<std::pair<int64_t, std::string>> out;
                         for (const auto& row : TRY(writer->query(applied, {}))) out.emplace_back(row.integer(0), row.text(1));
                         return out;
                       }}));
  return std::unique_ptr<Database>(std::make_unique<SqliteDatabase>(file, std::move(writer)));
}

}  // namespace lotse::db
