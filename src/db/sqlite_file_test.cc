#include "db/sqlite_file.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fstream>

namespace lotse::db {
namespace {

struct SqliteFileTest : testing::Test {
  std::filesystem::path folder;
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_sqlite_XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::filesystem::path make(const char* sql, const std::string& name = "a?b#c%.sqlite") {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open((folder / name).c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
    return folder / name;
  }
};

TEST_F(SqliteFileTest, RowsComeAsTextsAndNothingIsMadeBesideTheFile) {
  const auto path = make("CREATE TABLE \"t\"\"x\" (a TEXT, b REAL, c); INSERT INTO \"t\"\"x\" VALUES ('ä', 1.5, NULL), ('2', 3, x'41');");
  auto file = SqliteFile::open(path);
  ASSERT_TRUE(file) << file.error().detail;
  EXPECT_EQ(*(*file)->tables(), std::vector<std::string>{"t\"x"});
  {
    auto rows = (*file)->query("SELECT * FROM " + SqliteFile::quoted("t\"x") + " WHERE a = ?1", {"ä"});
    ASSERT_TRUE(rows);
    ASSERT_TRUE(*(*rows)->next());
    EXPECT_EQ((*rows)->name(1), "b");
    EXPECT_EQ((*rows)->text(1), "1.5");
    EXPECT_TRUE((*rows)->is_null(2));
    EXPECT_FALSE(*(*rows)->next());
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  EXPECT_FALSE((*file)->query("DELETE FROM " + SqliteFile::quoted("t\"x")).value()->next());
}

TEST_F(SqliteFileTest, AForeignSchemaRunsNothing) {
  auto file = SqliteFile::open(make("CREATE TABLE real_one (a); CREATE VIEW event AS SELECT a FROM real_one;"));
  ASSERT_TRUE(file);
  EXPECT_EQ(*(*file)->tables(), std::vector<std::string>{"real_one"});
  EXPECT_FALSE((*file)->query("SELECT * FROM event"));  // views are off
  EXPECT_FALSE((*file)->query("ATTACH 'x' AS y").value()->next());
}

TEST_F(SqliteFileTest, DamageIsAnErrorOfItsOwn) {
  EXPECT_EQ(SqliteFile::open(folder / "none").error().code, "file_not_found");
  std::ofstream(folder / "noise") << std::string(5000, 'x');
  EXPECT_EQ(SqliteFile::open(folder / "noise").error().code, "sqlite_broken");
}

}  // namespace
}  // namespace lotse::db
