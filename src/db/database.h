#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "db/statement.h"
#include "model/viewer.h"

namespace lotse::db {

using Value = std::variant<std::monostate, int64_t, double, std::string>;

/// A named parameter: {":name", value}. The workspace's is bound by the session itself.
struct Param {
  std::string_view name;
  Value value;
  Param(std::string_view n, Value v) : name(n), value(std::move(v)) {}
  Param(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
  Param(std::string_view n, const std::string& v) : name(n), value(v) {}
  Param(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
  Param(std::string_view n, bool v) : name(n), value(int64_t{v}) {}
  template <std::integral T>
  Param(std::string_view n, T v) : name(n), value(static_cast<int64_t>(v)) {}
  Param(std::string_view n, double v) : name(n), value(v) {}
  template <class T>
  Param(std::string_view n, const std::optional<T>& v) : name(n), value(v ? Value(Param(n, *v).value) : Value{}) {}
};

class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  bool is_null(size_t column) const { return std::holds_alternative<std::monostate>(values_.at(column)); }
  int64_t integer(size_t column) const;
  double real(size_t column) const;
  std::string text(size_t column) const;
  std::optional<std::string> optional_text(size_t column) const;
  std::optional<int64_t> optional_integer(size_t column) const;

 private:
  std::vector<Value> values_;
};

/// One transaction. The first statement that fails ends it: later ones repeat its error and nothing is committed (as
/// PostgreSQL has it), so "insert, else update" is written ON CONFLICT. A workspace's session binds :workspace_id by itself and
/// refuses (Bug) a statement without it; a system session (users, sessions, list of workspaces) refuses one with it.
class Session {
 public:
  virtual ~Session() = default;
  virtual Result<std::vector<Row>> query(const Statement& statement, std::initializer_list<Param> params = {}) = 0;
  /// Rows changed. A broken UNIQUE constraint is ErrorKind::conflict, code "already_exists".
  virtual Result<int64_t> execute(const Statement& statement, std::initializer_list<Param> params = {}) = 0;
};

/// The operational store: SQLite (WAL, synchronous FULL, foreign keys on, secure_delete on) or PostgreSQL.
/// Threads: any; readers run in parallel, writers one at a time. `work` must not block on anything else, nor begin
/// another transaction (Bug).
class Database {
 public:
  virtual ~Database() = default;

  /// Opens or makes the file and brings it to the newest migration (migrations/operational, embedded in the program).
  /// errors  database_newer (written by a newer Lotse), database_differs (another build's), database_not_writable,
  ///         database_broken, disk_full
  static Result<std::unique_ptr<Database>> open_sqlite(const std::filesystem::path& file);
  /// `connection` as libpq takes it. Used by tests; the server runs on SQLite for now.
  static Result<std::unique_ptr<Database>> open_postgres(const std::string& connection);

  /// Runs `work` in one read transaction of the workspace.
  template <class F>
  auto read(const WorkspaceId& workspace, F&& work) -> std::invoke_result_t<F, Session&> {
    return run<F>(&workspace, false, work);
  }
  /// Runs `work` in one write transaction; commits where it returns a value, rolls back where it returns an error.
  template <class F>
  auto write(const WorkspaceId& workspace, F&& work) -> std::invoke_result_t<F, Session&> {
    return run<F>(&workspace, true, work);
  }
  template <class F>
  auto read_system(F&& work) -> std::invoke_result_t<F, Session&> {
    return run<F>(nullptr, false, work);
  }
  template <class F>
  auto write_system(F&& work) -> std::invoke_result_t<F, Session&> {
    return run<F>(nullptr, true, work);
  }

  /// Copies the whole database consistently into `target` while it is in use (for backups).
  /// errors  backup_elsewhere (PostgreSQL has its own tools), disk_full
  virtual Result<void> backup(const std::filesystem::path& target) = 0;

  /// Deletes the workspace's rows from every table that has a workspace_id, in one transaction.
  virtual Result<void> erase(const WorkspaceId& workspace) = 0;

  /// Prepares a statement without running it; for the test of every statement.
  virtual Result<void> prepare_only(const Statement& statement) = 0;

  /// Checks the whole file; one line a defect, none where all is well.
  virtual Result<std::vector<std::string>> defects() = 0;

 protected:
  using Work = std::function<Result<void>(Session&)>;
  virtual Result<void> transact(const WorkspaceId* workspace, bool write, const Work& work) = 0;

 public:
  /// Rewrites the file, so that no byte of deleted rows stays in it or in its log. PostgreSQL: VACUUM FULL.
  /// errors  disk_full, database_busy
  virtual Result<void> scrub() = 0;

 private:
  template <class F, class W>
  auto run(const WorkspaceId* workspace, bool write, W& work) -> std::invoke_result_t<F, Session&> {
    using R = std::invoke_result_t<F, Session&>;
    std::optional<R> answer;
    auto done = transact(workspace, write, [&](Session& session) -> Result<void> {
      answer.emplace(work(session));
      if (!*answer) return answer->error();
      return {};
    });
    if (!done && (!answer || answer->has_value())) return done.error();  // the commit itself failed
    return std::move(*answer);
  }
};

}  // namespace lotse::db
