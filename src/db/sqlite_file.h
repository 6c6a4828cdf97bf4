#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

/// SQLite files that others made, like object-centric logs: read only, and with no trust in what they hold.
namespace lotse::db {

/// Rows of one statement as texts. One thread at a time.
class SqliteRows {
 public:
  ~SqliteRows();
  /// errors  sqlite_broken, sqlite_too_large (a text or row passes 64 MiB)
  Result<bool> next();
  size_t width() const;
  std::string_view name(size_t column) const;
  bool is_null(size_t column) const;
  /// Numbers as SQLite writes them; lives until the next call of `next`.
  std::string_view text(size_t column) const;

 private:
  friend class SqliteFile;
  SqliteRows(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  sqlite3* db_;
  sqlite3_stmt* statement_;
};

/// An SQLite file as it lies there: nothing beside it (journal, write-ahead log) is read or made; its views, triggers and virtual
/// tables are not run; only the statements that the caller writes are.
class SqliteFile {
 public:
  /// errors  file_not_found, sqlite_broken
  static Result<std::unique_ptr<SqliteFile>> open(const std::filesystem::path& file);
  ~SqliteFile();
  /// Names of its ordinary tables.
  Result<std::vector<std::string>> tables();
  /// `sql` with ?1, ?2 … bound to `texts`. The rows must go before the file does.
  Result<std::unique_ptr<SqliteRows>> query(const std::string& sql, const std::vector<std::string>& texts = {});
  /// A name as SQL writes it.
  static std::string quoted(std::string_view name);

 private:
  explicit SqliteFile(sqlite3* db) : db_(db) {}
  sqlite3* db_;
};

}  // namespace lotse::db
