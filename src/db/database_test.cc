#include "db/database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "db/test_postgres.h"

namespace lotse::db {
namespace {

constexpr Statement insert_segment{"t.insert",
                                   "INSERT INTO segments (workspace_id, id, name, filter, created_by, created_at, version) "
                                   "VALUES (:workspace_id, :id, :name, '{}', 'us_x', :at, 1)"};
constexpr Statement list_segments{"t.list", "SELECT id, name, created_at FROM segments WHERE workspace_id = :workspace_id ORDER BY name"};
constexpr Statement count_all{"t.count", "SELECT COUNT(*) FROM segments"};
constexpr Statement wrong{"t.wrong", "SELECT nothing FROM nowhere WHERE x = :workspace_id"};

/// The contract that both databases keep.
class DatabaseContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "postgres") {
      postgres_ = TestPostgres::start();
      if (!postgres_) GTEST_SKIP() << "no PostgreSQL 15 is installed";
    } else {
      char name[] = "/tmp/lotse-db-XXXXXX";
      ASSERT_NE(mkdtemp(name), nullptr);
      folder_ = name;
    }
    reopen();
  }
  void TearDown() override {
    database_.reset();
    postgres_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  void reopen() {
    database_.reset();
    auto opened = postgres_ ? Database::open_postgres(postgres_->connection()) : Database::open_sqlite(folder_ / "a.db");
    ASSERT_TRUE(opened) << opened.error().detail;
    database_ = std::move(*opened);
  }
  Result<int64_t> add(const WorkspaceId& workspace, const std::string& id, const std::string& name) {
    return database_->write(workspace, [&](Session& s) {
      return s.execute(insert_segment, {{":id", id}, {":name", name}, {":at", int64_t{1} << 40}});
    });
  }
  std::vector<Row> list(const WorkspaceId& workspace) {
    auto rows = database_->read(workspace, [](Session& s) { return s.query(list_segments); });
    EXPECT_TRUE(rows) << rows.error().detail;
    return rows ? *rows : std::vector<Row>{};
  }

  std::unique_ptr<TestPostgres> postgres_;
  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
  const WorkspaceId a_{"ws_a"}, b_{"ws_b"};
};

TEST_P(DatabaseContract, AWorkspaceSeesItsRowsOnly) {
  EXPECT_EQ(add(a_, "seg_1", "Käufer").value(), 1);
  EXPECT_EQ(add(b_, "seg_2", "Andere").value(), 1);
  const auto rows = list(a_);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].text(1), "Käufer");
  EXPECT_EQ(rows[0].integer(2), int64_t{1} << 40);
}

TEST_P(DatabaseContract, AnErrorRollsBackAndSaysConflict) {
  ASSERT_TRUE(add(a_, "seg_1", "x"));
  auto twice = database_->write(a_, [&](Session& s) -> Result<int64_t> {
    TRY(s.execute(insert_segment, {{":id", "seg_2"}, {":name", "y"}, {":at", 1}}));
    return s.execute(insert_segment, {{":id", "seg_1"}, {":name", "z"}, {":at", 1}});
  });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, "already_exists");
  EXPECT_EQ(twice.error().kind, ErrorKind::conflict);
  EXPECT_EQ(list(a_).size(), 1u);
}

TEST_P(DatabaseContract, AThrowRollsBack) {
  EXPECT_THROW((void)database_->write(a_, [&](Session& s) -> Result<int64_t> {
    auto done = s.execute(insert_segment, {{":id", "seg_1"}, {":name", "y"}, {":at", 1}});
    throw std::runtime_error("unplanned");
  }),
               std::runtime_error);
  EXPECT_EQ(list(a_).size(), 0u);
}

TEST_P(DatabaseContract, ReopeningKeepsRowsAndMigrations) {
  ASSERT_TRUE(add(a_, "seg_1", "x"));
  reopen();
  EXPECT_EQ(list(a_).size(), 1u);
}

TEST_P(DatabaseContract, WrongSqlIsAnError) {
  auto answer = database_->read(a_, [](Session& s) { return s.query(wrong); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "database_error");
  EXPECT_TRUE(add(a_, "seg_1", "it goes on"));
}

TEST_P(DatabaseContract, ManyThreads) {
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const auto id = std::to_string(t) + "-" + std::to_string(i);
        if (!add(a_, id, id)) ++failed;
        (void)list(a_);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(list(a_).size(), 100u);
}

using DatabaseContractDeathTest = DatabaseContract;
TEST_P(DatabaseContractDeathTest, ANamelessWorkspaceIsADefect) {
#ifdef LOTSE_CHECKED
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)database_->read(a_, [](Session& s) { return s.query(count_all); }), "workspace_id");
#else
  EXPECT_THROW((void)database_->read(a_, [](Session& s) { return s.query(count_all); }), Bug);
  EXPECT_THROW((void)database_->read_system([](Session& s) { return s.query(list_segments); }), Bug);
#endif
}

INSTANTIATE_TEST_SUITE_P(Both, DatabaseContract, testing::Values("sqlite", "postgres"), [](const auto& i) { return i.param; });
INSTANTIATE_TEST_SUITE_P(Both, DatabaseContractDeathTest, testing::Values("sqlite"), [](const auto& i) { return i.param; });

TEST(Sqlite, AFileThatIsNoneIsSaid) {
  char name[] = "/tmp/lotse-db-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  const auto file = std::filesystem::path(name) / "a.db";
  std::ofstream(file) << "this is not a database, and it is long enough to be looked at as one, which says so";
  auto opened = Database::open_sqlite(file);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "database_broken");
  std::filesystem::remove_all(name);
}

TEST(Sqlite, ANewerDatabaseIsRefusedAndABackupIsWhole) {
  char name[] = "/tmp/lotse-db-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  const std::filesystem::path folder = name;
  const WorkspaceId a{"ws_a"};
  {
    auto opened = Database::open_sqlite(folder / "a.db");
    ASSERT_TRUE(opened);
    ASSERT_TRUE((*opened)->write(a, [](Session& s) { return s.execute(insert_segment, {{":id", "1"}, {":name", "n"}, {":at", 1}}); }));
    ASSERT_TRUE((*opened)->backup(folder / "b.db"));
    static constexpr Statement future{"t.future", "INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, 'f', '')"};
    ASSERT_TRUE((*opened)->write_system([](Session& s) { return s.execute(future); }));
  }
  auto newer = Database::open_sqlite(folder / "a.db");
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, "database_newer");
  auto copy = Database::open_sqlite(folder / "b.db");
  ASSERT_TRUE(copy) << copy.error().detail;
  auto rows = (*copy)->read(a, [](Session& s) { return s.query(list_segments); });
  EXPECT_EQ(rows.value().size(), 1u);
  std::filesystem::remove_all(name);
}

}  // namespace
}  // namespace lotse::db
