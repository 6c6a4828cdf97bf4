#pragma once
#include <string_view>

namespace lotse::db {

/// One named SQL statement with named parameters (":workspace_id", ":name"), in the dialect that SQLite and PostgreSQL
/// share. They stand in .sql files beside their service; a test prepares each on both. Those without :workspace_id (of the
/// server as a whole) stand in files named system.sql, which a test checks too.
struct Statement {
  std::string_view name;  ///< "module.statement"
  std::string_view sql;
};

}  // namespace lotse::db
