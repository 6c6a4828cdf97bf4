#include "db/sqlite_file.h"

#include <sqlite3.h>

namespace lotse::db {

namespace {
Error error_of(sqlite3* db) {
  const int code = db ? sqlite3_errcode(db) & 0xFF : SQLITE_NOMEM;
  const std::string what = db ? sqlite3_errmsg(db) : "no memory";
  if (code == SQLITE_TOOBIG) return Error::make(ErrorKind::too_large, "sqlite_too_large", what);
  if (code == SQLITE_NOMEM) return Error::make(ErrorKind::unavailable, "out_of_memory", what);
  return Error::invalid("sqlite_broken", "", what);
}

/// A path inside of a "file:" address.
std::string address_of(const std::filesystem::path& file) {
  std::string out = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto u = static_cast<unsigned char>(c);
    if (c == '?' || c == '#' || c == '%' || u < 0x20) {
      out += '%';
      out += digits[u >> 4];
      out += digits[u & 15];
    } else {
      out += c;
    }
  }
  return out + "?mode=ro&immutable=1";
}
}  // namespace

SqliteRows::~SqliteRows() { sqlite3_finalize(statement_); }

Result<bool> SqliteRows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(db_);
}
size_t SqliteRows::width() const { return static_cast<size_t>(sqlite3_column_count(statement_)); }
std::string_view SqliteRows::name(size_t column) const {
  const char* name = sqlite3_column_name(statement_, static_cast<int>(column));
  return name ? name : "";
}
bool SqliteRows::is_null(size_t column) const { return sqlite3_column_type(statement_, static_cast<int>(column)) == SQLITE_NULL; }
std::string_view SqliteRows::text(size_t column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, static_cast<int>(column)));
  return text ? std::string_view(text, static_cast<size_t>(sqlite3_column_bytes(statement_, static_cast<int>(column)))) : std::string_view();
}

Result<std::unique_ptr<SqliteFile>> SqliteFile::open(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return Error::make(ErrorKind::not_found, "file_not_found", file.string());
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(address_of(file).c_str(), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteFile> out(new SqliteFile(db));
  if (code != SQLITE_OK) return error_of(db);
  // The schema is foreign: it must not call functions, and no statement may change anything.
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 64 << 20);
  sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 2000);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  for (const char* setting : {"PRAGMA query_only = 1", "PRAGMA cell_size_check = 1", "PRAGMA mmap_size = 0", "PRAGMA cache_size = -16000"})
    if (sqlite3_exec(db, setting, nullptr, nullptr, nullptr) != SQLITE_OK) return error_of(db);
  TRY(out->tables());  // a file that is none says so here
  return out;
}

SqliteFile::~SqliteFile() { sqlite3_close_v2(db_); }

Result<std::vector<std::string>> SqliteFile::tables() {
  auto rows = TRY(query("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"));
  std::vector<std::string> out;
  while (TRY(rows->next())) out.emplace_back(rows->text(0));
  return out;
}

Result<std::unique_ptr<SqliteRows>> SqliteFile::query(const std::string& sql, const std::vector<std::string>& texts) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK) return error_of(db_);
  std::unique_ptr<SqliteRows> rows(new SqliteRows(db_, statement));
  for (size_t i = 0; i < texts.size(); ++i)
    if (sqlite3_bind_text(statement, static_cast<int>(i + 1), texts[i].data(), static_cast<int>(texts[i].size()), SQLITE_TRANSIENT) != SQLITE_OK) return error_of(db_);
  return rows;
}

std::string SqliteFile::quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace lotse::db
