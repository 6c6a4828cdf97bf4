#include "db/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include "db/detail/migrations.h"
#include "db/detail/statement_text.h"
#include "db/testing/postgres_server.h"

namespace lotse::db {
namespace {
namespace fs = std::filesystem;

const WorkspaceId one{"ws_one"}, two{"ws_two"};
constexpr Statement add_workspace{"t.add_workspace",
                                  "INSERT INTO workspaces (id, slug, name, time_zone, language, is_demo, created_at) "
                                  "VALUES (:id, :id, :id, 'UTC', 'en', 0, :now)"};
constexpr Statement count_workspaces{"t.count", "SELECT COUNT(*), SUM(created_at) FROM workspaces"};
constexpr Statement add_job{"t.add_job",
                            "INSERT INTO jobs (workspace_id, id, kind, object, principal, state, progress, stage, created_at) "
                            "VALUES (:workspace_id, :id, 'k', :object, 'us_x', 'queued', :progress, '', :now)"};
constexpr Statement jobs_of{"t.jobs", "SELECT id, object, progress, finished_at FROM jobs WHERE workspace_id = :workspace_id ORDER BY id"};

struct Folder {
  fs::path path = fs::temp_directory_path() / ("lotse-db-" + std::to_string(::getpid()) + "-" + std::to_string(counter()++));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  static int& counter() {
    static int c = 0;
    return c;
  }
};

/// The contract, run on both databases.
class Contract : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string(GetParam()) == "sqlite") {
      auto opened = Database::open_sqlite(folder_.path / "t.db");
      ASSERT_TRUE(opened.has_value()) << opened.error().detail;
      database_ = std::move(*opened);
    } else {
      auto* server = testing_postgres();
      if (!server) GTEST_SKIP() << "PostgreSQL is not installed (tools/setup.sh test)";
      auto opened = Database::open_postgres(server->fresh_database());
      ASSERT_TRUE(opened.has_value()) << opened.error().detail;
      database_ = std::move(*opened);
    }
    ASSERT_TRUE(database_->write_system([](Session& s) -> Result<void> {
      TRY(s.execute(add_workspace, {{":id", one.value}, {":now", 5}}));
      TRY(s.execute(add_workspace, {{":id", two.value}, {":now", 7}}));
      return {};
    }));
  }
  Result<void> add(const WorkspaceId& workspace, const std::string& id) {
    return database_->write(workspace, [&](Session& s) -> Result<void> {
      TRY(s.execute(add_job, {{":id", id}, {":object", "it's “quoted”"}, {":progress", 0.25}, {":now", int64_t{1} << 60}}));
      return {};
    });
  }
  std::vector<Row> jobs(const WorkspaceId& workspace) {
    return database_->read(workspace, [](Session& s) { return s.query(jobs_of); }).value();
  }
  Folder folder_;
  std::unique_ptr<Database> database_;
};

TEST_P(Contract, ReadsBackWhatWasWrittenAndKeepsWorkspacesApart) {
  ASSERT_TRUE(add(one, "a"));
  ASSERT_TRUE(add(two, "b"));
  const auto rows = jobs(one);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].text(0), "a");
  EXPECT_EQ(rows[0].text(1), "it's “quoted”");
  EXPECT_EQ(rows[0].real(2), 0.25);
  EXPECT_TRUE(rows[0].is_null(3));
  EXPECT_EQ(jobs(two)[0].text(0), "b");
}

TEST_P(Contract, CountsAndSumsAreIntegers) {
  const auto rows = database_->read_system([](Session& s) { return s.query(count_workspaces); });
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ((*rows)[0].integer(0), 2);
  EXPECT_EQ((*rows)[0].integer(1), 12);
}

TEST_P(Contract, ASecondEqualKeyIsAConflictAndEndsTheTransaction) {
  ASSERT_TRUE(add(one, "a"));
  const auto done = database_->write(one, [&](Session& s) -> Result<void> {
    TRY(s.execute(add_job, {{":id", "b"}, {":object", ""}, {":progress", 0}, {":now", 1}}));
    const auto twice = s.execute(add_job, {{":id", "a"}, {":object", ""}, {":progress", 0}, {":now", 1}});
    EXPECT_EQ(twice.error().code, "already_exists");
    EXPECT_EQ(s.query(jobs_of).error().code, "already_exists");
    return {};  // the work forgets the failure; the transaction does not
  });
  EXPECT_EQ(done.error().code, "already_exists");
  EXPECT_EQ(jobs(one).size(), 1u);
}

TEST_P(Contract, AReferenceToNothingIsAConflict) {
  EXPECT_EQ(add(WorkspaceId{"ws_none"}, "a").error().code, "constraint_broken");
}

TEST_P(Contract, AnErrorOrAnExceptionRollsBack) {
  const auto done = database_->write(one, [&](Session& s) -> Result<int> {
    TRY(s.execute(add_job, {{":id", "a"}, {":object", ""}, {":progress", 0}, {":now", 1}}));
    return Error::invalid("no", "");
  });
  EXPECT_EQ(done.error().code, "no");
  EXPECT_THROW((void)database_->write(one, [&](Session& s) -> Result<void> {
    TRY(s.execute(add_job, {{":id", "a"}, {":object", ""}, {":progress", 0}, {":now", 1}}));
    throw std::runtime_error("x");
  }),
               std::runtime_error);
  EXPECT_TRUE(jobs(one).empty());
}

TEST_P(Contract, ExecuteSaysHowManyRowsChanged) {
  ASSERT_TRUE(add(one, "a"));
  ASSERT_TRUE(add(one, "b"));
  const auto changed = [&](const char* id) {
    return database_->write(one, [&](Session& s) -> Result<int64_t> {
      return s.execute({"t.touch", "UPDATE jobs SET stage = 'x' WHERE workspace_id = :workspace_id AND (id = :id OR :id = '*')"}, {{":id", id}});
    });
  };
  EXPECT_EQ(*changed("a"), 1);
  EXPECT_EQ(*changed("*"), 2);
  EXPECT_EQ(*changed("none"), 0);
}

TEST_P(Contract, ErasesAWorkspaceAndNothingElse) {
  ASSERT_TRUE(add(one, "a"));
  ASSERT_TRUE(add(two, "b"));
  ASSERT_TRUE(database_->erase(one));
  EXPECT_TRUE(jobs(one).empty());
  EXPECT_EQ(jobs(two).size(), 1u);
}

TEST_P(Contract, ManyThreadsReadAndWrite) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(add(one, std::to_string(t) + "-" + std::to_string(i)));
        EXPECT_FALSE(jobs(one).empty());
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(jobs(one).size(), 80u);
}

#ifdef LOTSE_CHECKED
#define EXPECT_BUG(statement, text) EXPECT_DEATH(statement, text)
#else
#define EXPECT_BUG(statement, text) EXPECT_THROW(statement, Bug)
#endif
TEST_P(Contract, WorkspacesAreBoundByConstruction) {
  // A death test forks, and a connection to a server does not live in two processes; the rule is in shared code.
  if (std::string(GetParam()) != "sqlite") GTEST_SKIP() << "shown on SQLite";
  GTEST_FLAG_SET(death_test_style, "fast");
  EXPECT_BUG((void)database_->read(one, [](Session& s) { return s.query(count_workspaces); }), "names :workspace_id");
  EXPECT_BUG((void)database_->read_system([](Session& s) { return s.query(jobs_of); }), "does not name");
  EXPECT_BUG((void)database_->read(one, [](Session& s) { return s.query(jobs_of, {{":more", 1}}); }), "each given parameter");
  EXPECT_BUG((void)database_->write(one, [](Session& s) { return s.execute(add_job, {{":id", "x"}}); }), "each parameter");
  EXPECT_BUG((void)database_->read(one, [&](Session&) { return database_->read(two, [](Session& s) { return s.query(jobs_of); }); }), "inside another");
}

/// Every statement of every module, as the .sql files hold them.
struct Named {
  std::string name, sql, file;
};
std::vector<Named> all_statements() {
  std::vector<Named> all;
  for (const auto& entry : fs::recursive_directory_iterator("src")) {
    if (entry.path().extension() != ".sql") continue;
    std::ifstream in(entry.path());
    std::string line;
    const std::regex head(R"(--\s*name:\s*(\w+)\s*)");
    for (std::smatch m; std::getline(in, line);) {
      if (std::regex_match(line, m, head))
        all.push_back({m[1], "", entry.path().string()});
      else if (!all.empty() && all.back().file == entry.path().string())
        all.back().sql += line + "\n";
    }
  }
  for (auto& s : all) {
    while (!s.sql.empty() && std::strchr(" \n;", s.sql.back())) s.sql.pop_back();
  }
  return all;
}

TEST_P(Contract, EveryNamedStatementIsPrepared) {
  const auto statements = all_statements();
  ASSERT_GT(statements.size(), 20u) << "run from the project's folder";
  for (const auto& s : statements) {
    const auto numbered = detail::number_parameters(s.sql);
    const bool of_workspace = std::find(numbered.names.begin(), numbered.names.end(), ":workspace_id") != numbered.names.end();
    EXPECT_EQ(of_workspace, !s.file.ends_with("system.sql"))
        << s.file << " " << s.name << ": statements without :workspace_id stand in system.sql, and only these";
    const auto prepared = database_->prepare_only({s.name, s.sql});
    EXPECT_TRUE(prepared.has_value()) << s.file << " " << s.name << ": " << prepared.error().detail;
  }
}

INSTANTIATE_TEST_SUITE_P(Sqlite, Contract, testing::Values("sqlite"));
INSTANTIATE_TEST_SUITE_P(Postgres, Contract, testing::Values("postgres"));

TEST(Migrations, OpeningTwiceChangesNothingAndDataStay) {
  Folder folder;
  {
    auto database = Database::open_sqlite(folder.path / "t.db").value();
    ASSERT_TRUE(database->write_system([](Session& s) { return s.execute(add_workspace, {{":id", "w"}, {":now", 1}}); }));
  }
  auto again = Database::open_sqlite(folder.path / "t.db");
  ASSERT_TRUE(again.has_value()) << again.error().detail;
  EXPECT_EQ((*again)->read_system([](Session& s) { return s.query(count_workspaces); }).value()[0].integer(0), 1);
}

TEST(Migrations, ANewerDatabaseAndAnEditedOneAreRefused) {
  Folder folder;
  const auto file = folder.path / "t.db";
  constexpr Statement newer{"t.newer", "INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, 'x', 'x')"};
  ASSERT_TRUE(Database::open_sqlite(file).value()->write_system([&](Session& s) { return s.execute(newer); }));
  EXPECT_EQ(Database::open_sqlite(file).error().code, "database_newer");

  const auto& known = detail::known_migrations();
  EXPECT_EQ(detail::missing_migrations(known, {})->size(), known.size());
  EXPECT_EQ(detail::missing_migrations(known, {{known[0].number, "other"}}).error().code, "database_differs");
}

TEST(Sqlite, ABackupIsWholeWhileInUse) {
  Folder folder;
  auto database = Database::open_sqlite(folder.path / "t.db").value();
  ASSERT_TRUE(database->write_system([](Session& s) { return s.execute(add_workspace, {{":id", "w"}, {":now", 1}}); }));
  ASSERT_TRUE(database->backup(folder.path / "copy.db"));
  auto copy = Database::open_sqlite(folder.path / "copy.db").value();
  EXPECT_EQ(copy->read_system([](Session& s) { return s.query(count_workspaces); }).value()[0].integer(0), 1);
  EXPECT_TRUE(copy->defects()->empty());
}

TEST(Sqlite, AFileThatIsNoDatabaseIsSaidSo) {
  Folder folder;
  std::ofstream(folder.path / "t.db") << std::string(8192, 'x');
  EXPECT_EQ(Database::open_sqlite(folder.path / "t.db").error().code, "database_broken");
}

TEST(StatementText, NumbersParametersOutsideOfTextsAndComments) {
  const auto out = detail::number_parameters("SELECT ':no', a::text, \":q\" -- :c\n FROM t WHERE a = :a AND b = :b OR a = :a /* :d */");
  EXPECT_EQ(out.sql, "SELECT ':no', a::text, \":q\" -- :c\n FROM t WHERE a = $1 AND b = $2 OR a = $1 /* :d */");
  EXPECT_EQ(out.names, (std::vector<std::string>{":a", ":b"}));
}

}  // namespace
}  // namespace lotse::db
