#include <fmt/format.h>

#include "connect/testing/connector_world.h"
#include "net/testing/kafka_cluster.h"

namespace lotse::connect {
namespace {

using Cluster = net::testing::KafkaCluster;

ConnectorRequest order(const std::string& brokers) {
  ConnectorRequest out{.name = "Strom", .source_name = "Strom", .kind = ConnectorKind::kafka};
  out.settings.kafka = KafkaSettings{.brokers = brokers, .topic = "orders", .security = KafkaSecurity::plain};
  out.schedule.every_minutes = 60;
  out.mapping = three;
  return out;
}

TEST_F(ConnectorTest, KafkaIsReadOnceAndFurther) {
  Cluster cluster;
  for (int n = 0; n < 40; ++n) ASSERT_TRUE(cluster.send(n % 2, fmt::format(R"({{"who":"K{}","what":"Auftrag","when":"2025-01-01T00:00:{:02}Z","note":"{}"}})", n % 5, n, n)));
  const auto made = connectors->create(*viewer, order(cluster.brokers()));
  ASSERT_TRUE(made) << made.error().code;
  auto now = wait(made->id);
  ASSERT_EQ(now.last_run->state, RunState::done) << now.last_run->error_code.value_or("") << " " << now.last_run->error_detail.value_or("");
  EXPECT_EQ(now.last_run->events_new, 40u);
  EXPECT_EQ(now.behind, "0");
  ASSERT_TRUE(cluster.send(0, R"({"who":"K9","what":"Auftrag","when":"2025-01-02"})"));
  ASSERT_TRUE(cluster.send(1, "kein JSON"));
  now = again(made->id, 2);
  EXPECT_EQ(now.last_run->events_new, 1u) << now.last_run->error_code.value_or("");
  EXPECT_EQ(now.last_run->rows_rejected, 1u);
  EXPECT_EQ(now.last_run->notes, std::vector<std::string>{"messages_unreadable"});
  EXPECT_EQ(events(), 41u);
  now = again(made->id, 3);
  EXPECT_EQ(now.last_run->rows, 0u);
  ASSERT_TRUE(connectors->restart(*viewer, made->id));
  now = wait(made->id, 4);
  EXPECT_EQ(now.last_run->rows, 42u);
  EXPECT_EQ(events(), 41u);
}

TEST_F(ConnectorTest, KafkaCloudEventsInBothModes) {
  Cluster cluster;
  cluster.send(0, R"({"specversion":"1.0","id":"1","type":"auftrag.neu","source":"/shop","time":"2025-01-01T10:00:00Z","subject":"K1","data":{"sum":5}})",
               {{"content-type", "application/cloudevents+json; charset=utf-8"}});
  ASSERT_TRUE(cluster.send(1, R"({"sum":7})", {{"ce_specversion", "1.0"}, {"ce_id", "2"}, {"ce_type", "auftrag.neu"}, {"ce_time", "2025-01-01T11:00:00Z"}, {"ce_subject", "K2"}}));
  auto request = order(cluster.brokers());
  request.settings.kafka->format = KafkaFormat::cloud_events;
  request.mapping.columns = {{"subject", ColumnRole::customer}, {"type", ColumnRole::event_type}, {"time", ColumnRole::time}, {"data.sum", ColumnRole::event_attribute, "Summe"}};
  const auto preview = connectors->preview(*viewer, {.kind = ConnectorKind::kafka, .settings = request.settings});
  ASSERT_TRUE(preview) << preview.error().code;
  EXPECT_EQ(preview->rows, 2u);
  const auto now = wait(connectors->create(*viewer, request)->id);
  EXPECT_EQ(now.last_run->events_new, 2u) << now.last_run->error_code.value_or("") << now.last_run->error_detail.value_or("");
  EXPECT_TRUE(now.last_run->missing_columns.empty());
}

TEST_F(ConnectorTest, KafkaRefusesTheInsideAndTopicsThatAreNotThere) {
  Cluster cluster;
  stop();
  hosts.clear();
  start();
  const auto refused = connectors->preview(*viewer, {.kind = ConnectorKind::kafka, .settings = order(cluster.brokers()).settings});
  EXPECT_EQ(refused.error().code, "address_refused");
  ASSERT_TRUE(connectors->set_rules(*viewer, {.allowed_hosts = {"127.0.0.1"}}));
  EXPECT_TRUE(connectors->preview(*viewer, {.kind = ConnectorKind::kafka, .settings = order(cluster.brokers()).settings}));
}

}  // namespace
}  // namespace lotse::connect
