#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace lotse::db::detail {

struct Migration {
  int number;
  std::string name, sql;
};
struct Applied {
  int number;
  std::string checksum;
};

/// Those of migrations/operational, by number.
const std::vector<Migration>& known_migrations();

/// A short fingerprint that shows an edit of a migration that has been applied.
std::string checksum_of(const Migration& migration);

/// Which of `known` are still to be applied, in order.
/// errors  database_newer   something was applied that this program does not know
///         database_differs  an applied migration was edited since
Result<std::vector<Migration>> missing_migrations(const std::vector<Migration>& known, const std::vector<Applied>& applied);

inline constexpr const char* create_migration_table =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

}  // namespace lotse::db::detail
