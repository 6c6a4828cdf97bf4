#include <fmt/format.h>

#include "connect/testing/connector_world.h"
#include "db/testing/source_servers.h"

namespace lotse::connect {
namespace {

ConnectorRequest order(ConnectorKind kind, int port, const std::string& database) {
  ConnectorRequest out{.name = "Lager", .source_name = "Lager", .kind = kind};
  out.settings.sql = SqlSettings{.host = "127.0.0.1", .database = database, .user = "lotse", .query = "SELECT who, what, happened AS \"when\", note, changed FROM moves", .watermark = "changed",
                                 .port = port, .tls = SqlTls::preferred};
  out.secret = "geheim";
  out.schedule.every_minutes = 60;
  out.mapping = three;
  return out;
}

/// The same course on both: rows once, ties, only what is new, wrong words, a renamed column, an end in the middle.
void course(ConnectorTest& world, db::SourceServer& server, ConnectorRequest request, const std::string& many, const std::string& slow) {
  auto& connectors = *world.connectors;
  const Viewer& viewer = *world.viewer;
  ASSERT_TRUE(server.sql(many));  // 3,000 rows, two of each value of `changed`
  auto wrong = request;
  wrong.secret = "falsch";
  EXPECT_EQ(connectors.preview(viewer, {.kind = wrong.kind, .settings = wrong.settings, .secret = wrong.secret}).error().code, "source_unauthorized");
  wrong = request;
  wrong.settings.sql->query = "SELECT nothing FROM nowhere";
  EXPECT_EQ(connectors.preview(viewer, {.kind = wrong.kind, .settings = wrong.settings, .secret = wrong.secret}).error().code, "source_query_failed");
  wrong = request;
  wrong.settings.sql->query += "; DROP TABLE moves";
  EXPECT_FALSE(connectors.preview(viewer, {.kind = wrong.kind, .settings = wrong.settings, .secret = wrong.secret}));
  wrong = request;
  wrong.settings.sql->host = "localhost";  // not among the allowed hosts
  EXPECT_EQ(connectors.preview(viewer, {.kind = wrong.kind, .settings = wrong.settings, .secret = wrong.secret}).error().code, "address_refused");
  const auto preview = connectors.preview(viewer, {.kind = request.kind, .settings = request.settings, .secret = request.secret});
  ASSERT_TRUE(preview) << preview.error().code << " " << preview.error().detail;
  EXPECT_EQ(preview->detection->columns.size(), 5u);

  const auto made = connectors.create(viewer, request);
  ASSERT_TRUE(made) << made.error().code;
  auto now = world.wait(made->id);
  ASSERT_EQ(now.last_run->state, RunState::done) << now.last_run->error_code.value_or("") << " " << now.last_run->error_detail.value_or("");
  EXPECT_EQ(now.last_run->events_new, 3000u);
  ASSERT_TRUE(server.sql("INSERT INTO shop.moves SELECT who, 'Retoure', happened, note, changed + 10000 FROM shop.moves LIMIT 10"));
  now = world.again(made->id, 2);
  EXPECT_EQ(now.last_run->events_new, 10u);
  EXPECT_EQ(now.last_run->events_known, 2u);  // the tie at the watermark is read again
  EXPECT_EQ(world.events(), 3010u);

  ASSERT_TRUE(server.sql("ALTER TABLE shop.moves RENAME COLUMN note TO remark"));
  now = world.again(made->id, 3);
  EXPECT_EQ(now.last_run->error_code, "source_column_gone") << now.last_run->error_detail.value_or("");
  ASSERT_TRUE(server.sql("ALTER TABLE shop.moves RENAME COLUMN remark TO note"));

  // It is away: tried again later, and nothing is missing after it is back.
  server.kill();
  now = world.again(made->id, 4);
  EXPECT_TRUE(now.last_run->error_code == "connect_failed" || now.last_run->error_code == "source_gone") << *now.last_run->error_code;
  ASSERT_TRUE(server.begin());
  now = world.again(made->id, 5);
  EXPECT_EQ(now.last_run->state, RunState::done) << now.last_run->error_code.value_or("") << " " << now.last_run->error_detail.value_or("");
  EXPECT_EQ(world.events(), 3010u);

  // It vanishes in the middle of a pull: what came stands, the rest follows, nothing counts twice.
  request.name = request.source_name = "Langsam";
  request.settings.sql->query = slow;  // 300 rows in three seconds
  request.settings.sql->watermark.clear();
  const auto second = connectors.create(viewer, request);
  ASSERT_TRUE(second) << second.error().code;
  for (int i = 0; i < 500 && !connectors.get(viewer, second->id)->running; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  server.kill();
  now = world.wait(second->id);
  EXPECT_EQ(now.last_run->error_code, "source_gone") << now.last_run->error_detail.value_or("");
  EXPECT_GT(now.last_run->events_new, 0u);
  EXPECT_LT(now.last_run->events_new, 300u);
  ASSERT_TRUE(server.begin());
  now = world.again(second->id, 2);
  EXPECT_EQ(now.last_run->state, RunState::done) << now.last_run->error_code.value_or("");
  EXPECT_GT(now.last_run->events_known, 0u);
  EXPECT_EQ(world.events(), 3310u);
}

TEST_F(ConnectorTest, PostgresIsReadOnceAndFurther) {
  const auto server = db::SourceServer::postgresql();
  if (!server) GTEST_SKIP() << "PostgreSQL's server is not installed (tools/setup.sh test)";
  ASSERT_TRUE(server->sql("CREATE SCHEMA shop"));
  auto request = order(ConnectorKind::postgresql, server->port(), "postgres");
  request.settings.sql->query = "SELECT who, what, happened AS \"when\", note, changed FROM shop.moves";
  course(*this, *server, request,
         "CREATE TABLE shop.moves AS SELECT 'K' || n % 50 AS who, 'Bewegung' AS what, timestamptz '2025-01-01 00:00Z' + n * interval '1 minute' AS happened, 'n' || n AS note, n / 2 AS "
         "changed FROM generate_series(0, 2999) n",
         "SELECT who, what, happened AS \"when\", repeat(note, 300) AS note, pg_sleep(0.01) AS pause FROM shop.moves WHERE changed < 150");
}

TEST_F(ConnectorTest, MariadbIsReadOnceAndFurther) {
  const auto server = db::SourceServer::mariadb();
  if (!server) GTEST_SKIP() << "MariaDB's server is not installed (tools/setup.sh test)";
  auto request = order(ConnectorKind::mariadb, server->port(), "shop");
  request.settings.sql->query = "SELECT who, what, happened AS `when`, note, changed FROM moves";
  course(*this, *server, request,
         "USE shop; CREATE TABLE moves AS SELECT concat('K', seq % 50) AS who, 'Bewegung' AS what, timestamp '2025-01-01 00:00:00' + interval seq minute AS happened, concat('n', seq) AS note, "
         "seq DIV 2 AS changed FROM seq_0_to_2999",
         "SELECT who, what, happened AS `when`, repeat(note, 300) AS note, sleep(0.01) AS pause FROM moves WHERE changed < 150");
}

}  // namespace
}  // namespace lotse::connect
