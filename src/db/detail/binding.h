#pragma once
#include "db/database.h"

/// What both databases share: the workspace rule, and bringing a database to the newest migration.
namespace lotse::db::detail {

/// The parameters of a statement with the workspace's bound. Bug where a workspace's session runs a statement that
/// does not name :workspace_id, or a system session one that does.
std::vector<Param> bound(const Statement& statement, std::initializer_list<Param> params, const WorkspaceId* workspace);

/// How a migration run talks to a database: one statement without parameters, and the numbers that are applied.
struct MigrationTarget {
  std::function<Result<void>(std::string_view sql)> run;
  std::function<Result<std::vector<std::pair<int64_t, std::string>>>()> applied;  ///< number, checksum
};

/// Applies what is missing, each migration in one transaction.
/// errors  database_newer (it holds a migration that this program does not know), database_differs (an applied
///         migration has another checksum), and what the database says
Result<void> migrate(const MigrationTarget& target);

}  // namespace lotse::db::detail
