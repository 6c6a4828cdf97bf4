#include <fmt/format.h>
#include <sodium.h>

#include <cctype>
#include <set>

#include "db/detail/binding.h"
#include "db/migrations_data.h"

namespace lotse::db::detail {
namespace {

std::string checksum(std::string_view text) {
  unsigned char hash[16];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  std::string hex;
  for (unsigned char byte : hash) hex += fmt::format("{:02x}", byte);
  return hex;
}

/// Statements end at a semicolon; migrations hold no triggers and no semicolons within texts.
std::vector<std::string> statements(std::string_view sql) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin < sql.size();) {
    const size_t end = std::min(sql.find(';', begin), sql.size());
    std::string_view one = sql.substr(begin, end - begin);
    while (!one.empty() && std::isspace(static_cast<unsigned char>(one.front()))) one.remove_prefix(1);
    while (!one.empty() && std::isspace(static_cast<unsigned char>(one.back()))) one.remove_suffix(1);
    if (!one.empty()) out.emplace_back(one);
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::vector<Param> bound(const Statement& statement, std::initializer_list<Param> params, const WorkspaceId* workspace) {
  const bool names_workspace = statement.sql.find(":workspace_id") != std::string_view::npos;
  ensure(names_workspace == (workspace != nullptr),
         "a workspace's statement names :workspace_id, a system statement does not");
  std::vector<Param> all(params);
  for (const auto& param : all) ensure(param.name != ":workspace_id", "the session binds the workspace itself");
  if (workspace) all.emplace_back(":workspace_id", workspace->value);
  return all;
}

Result<void> migrate(const MigrationTarget& target) {
  TRY(target.run("CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
                 "checksum TEXT NOT NULL)"));
  const auto applied = TRY(target.applied());
  std::set<int64_t> done;
  for (const auto& [number, sum] : applied) {
    const auto known = std::find_if(std::begin(migrations), std::end(migrations),
                                    [&](const Migration& m) { return m.number == number; });
    if (known == std::end(migrations))
      return Error::make(ErrorKind::unavailable, "database_newer",
                         fmt::format("the database holds migration {}, which this program does not know", number));
    if (checksum(known->sql) != sum)
      return Error::make(ErrorKind::internal, "database_differs",
                         fmt::format("migration {} was applied in another form", number));
    done.insert(number);
  }
  for (const Migration& migration : migrations) {
    if (done.contains(migration.number)) continue;
    TRY(target.run("BEGIN"));
    auto all = [&]() -> Result<void> {
      for (const auto& statement : statements(migration.sql)) TRY(target.run(statement));
      TRY(target.run(fmt::format("INSERT INTO schema_migrations (number, name, checksum) VALUES ({}, '{}', '{}')",
                                 migration.number, migration.name, checksum(migration.sql))));
      return {};
    }();
    if (!all) {
      (void)target.run("ROLLBACK");
      return all.error();
    }
    TRY(target.run("COMMIT"));
  }
  return {};
}

}  // namespace lotse::db::detail
