// Counting by persons, accounts, contracts and orders: by the tracking API, events by API, an import; numbers computed by hand.
#include <fmt/format.h>

#include <thread>

#include "fixture.h"

namespace lotse::test {
namespace {
using json = nlohmann::json;

struct Kinds : testing::Test {
  TestServer& server = TestServer::get();
  std::unique_ptr<Person> admin = server.person("operator");
  Client client{server.port()};
  std::string ws, key;

  void SetUp() override {
    const auto made = admin->post("/workspaces", {{"name", "Kinds"}});
    ASSERT_EQ(made.status, 201) << made.body;
    ws = "/workspaces/" + std::string(made.json()["id"]);
    const auto source = admin->post(ws + "/sources", {{"name", "Shop"}});
    key = admin->post(ws + "/write_keys", {{"source", source.json()["id"]}, {"name", "Page"}}).json()["secret"];
  }
  void TearDown() override { EXPECT_EQ(admin->remove(ws).status, 204); }

  /// `minute` of a day gives the time.
  static json track(const char* user, const char* event, int minute, json properties = json::object()) {
    return {{"type", "track"}, {"userId", user}, {"event", event}, {"timestamp", fmt::format("2025-03-01T10:{:02}:00Z", minute)}, {"properties", std::move(properties)}};
  }
  static json group(const char* user, const char* account, int minute) {
    return {{"type", "group"}, {"userId", user}, {"groupId", account}, {"timestamp", fmt::format("2025-03-01T10:{:02}:00Z", minute)}};
  }
  void send(const json& events) {
    const auto answer = client.ask("POST", "/v1/batch", json{{"batch", events}, {"writeKey", key}}.dump(), {});
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_TRUE(answer.json()["rejected"].empty()) << answer.body;
  }
  /// Once all events are seen.
  json graph(const char* kind, uint64_t events) {
    for (int i = 0; i < 100; ++i) {
      const auto answer = admin->post(ws + "/analysis/graph", {{"filter", {{"count_by", kind}}}, {"measures", {"instances", "customers"}}});
      if (answer.status == 200 && answer.json()["basis"]["events"] == events) return answer.json();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    const auto last = admin->post(ws + "/analysis/graph", {{"filter", {{"count_by", kind}}}});
    ADD_FAILURE() << kind << ": " << last.body;
    return last.json();
  }
  static uint64_t edge(const json& graph, const std::string& from, const std::string& to) {
    std::map<std::string, std::string> names;
    for (const auto& node : graph["nodes"]) names[node["touchpoint"]] = node["name"];
    for (const auto& one : graph["edges"])
      if (names[one["from"]] == from && names[one["to"]] == to) return one["count"];
    return 0;
  }
};

TEST_F(Kinds, TwoPersonsOfAnAccountAreOneCourse) {
  const json acme = {{"account_id", "acme"}};
  send({track("anna", "Visit", 1, acme), track("ben", "Call", 2, acme), track("anna", "Order", 3, {{"account_id", "acme"}, {"order_id", "o1"}}),
        track("carla", "Visit", 4, {{"account_id", "nord"}}), track("dora", "Visit", 5)});
  const json persons = graph("person", 5);
  EXPECT_EQ(persons["basis"]["customers"], 4);
  EXPECT_EQ(edge(persons, "Visit", "Order"), 1u);
  EXPECT_FALSE(persons["basis"].contains("events_without_reference"));
  const json accounts = graph("account", 4);
  EXPECT_EQ(accounts["basis"]["customers"], 2);
  EXPECT_EQ(accounts["basis"]["events_without_reference"], 1);
  EXPECT_EQ(edge(accounts, "Visit", "Call"), 1u) << "Anna's visit, then Ben's call";
  EXPECT_EQ(edge(accounts, "Call", "Order"), 1u);
  EXPECT_EQ(edge(accounts, "Visit", "Order"), 0u);
  const json orders = graph("order", 1);
  EXPECT_EQ(orders["basis"]["customers"], 1);
  EXPECT_EQ(orders["basis"]["events_without_reference"], 4);
  const auto none = admin->post(ws + "/analysis/graph", {{"filter", {{"count_by", "contract"}}}});
  EXPECT_EQ(none.status, 422);
  EXPECT_EQ(none.code(), "count_by_no_data");
  EXPECT_EQ(admin->get(ws + "/dimensions").json()["count_by"], (json{"person", "account", "order"}));

  const auto rows = admin->post(ws + "/analysis/instances", {{"filter", {{"count_by", "account"}, {"events_min", 2}}}}).json();
  ASSERT_EQ(rows["total"], 1);
  EXPECT_EQ(rows["rows"][0]["events"], 3);
  EXPECT_TRUE(std::string(rows["rows"][0]["customer"]).starts_with("cu_")) << "a pseudonym, not 'acme'";
  const auto variants = admin->post(ws + "/analysis/variants", {{"filter", {{"count_by", "account"}}}}).json();
  EXPECT_EQ(variants["variants_total"], 2);
  const auto size = admin->post(ws + "/analysis/audience", {{"filter", {{"count_by", "account"}}}}).json();
  EXPECT_EQ(size["customers"], 2);
  uint64_t visited = 0;
  const json touchpoints = admin->get(ws + "/touchpoints?count_by=account").json();
  for (const auto& one : touchpoints["items"])
    if (one["name"] == "Visit") visited = one["customers"];
  EXPECT_EQ(visited, 2u);
  EXPECT_EQ(admin->get(ws + "/touchpoints?count_by=household").code(), "count_by_unknown");

  const std::string name = "Only accounts";
  const auto saved = admin->post(ws + "/segments", {{"name", name}, {"filter", {{"count_by", "account"}}}});
  EXPECT_EQ(saved.status, 201) << saved.body;
  EXPECT_EQ(saved.json()["filter"]["count_by"], "account");
}

TEST_F(Kinds, GroupBindsAUserFromThenOn) {
  send({track("anna", "Visit", 1), group("anna", "acme", 2), track("anna", "Order", 3), track("ben", "Call", 4)});
  EXPECT_EQ(edge(graph("account", 2), "group", "Order"), 1u);
  send({group("ben", "acme", 0), track("anna", "Pay", 6)});
  const json both = graph("account", 5);
  EXPECT_EQ(both["basis"]["customers"], 1);
  EXPECT_EQ(edge(both, "Order", "Call"), 1u) << "Ben's call was there before his group call, which happened earlier";
  EXPECT_EQ(both["basis"]["events_without_reference"], 1);
}

TEST_F(Kinds, AnImportsColumnsAndEventsByApiNameThem) {
  const auto file = admin->client().ask("POST", "/api/v1" + ws + "/uploads?name=crm.csv",
                                        "person;what;when;company;contract;order\n"
                                        "anna;visit;2025-01-07 08:00;Acme;k1;\n"
                                        "ben;call;2025-01-07 09:00;Acme;k1;o1\n"
                                        "ben;pay;2025-01-07 10:00;Acme;k2;o1\n"
                                        "carla;visit;2025-01-07 11:00;;;\n",
                                        {{"Cookie", admin->cookie}, {"X-CSRF-Token", admin->csrf}});
  ASSERT_EQ(file.status, 201) << file.body;
  const auto identifier = [](const char* column, const char* kind) { return json{{"column", column}, {"role", "identifier"}, {"kind", kind}}; };
  const json columns = {{{"column", "person"}, {"role", "customer"}}, {{"column", "what"}, {"role", "event_type"}}, {{"column", "when"}, {"role", "time"}},
                        identifier("company", "account"), identifier("contract", "contract"), identifier("order", "order")};
  auto import = admin->post(ws + "/imports", {{"upload", file.json()["id"]}, {"source_name", "CRM"}, {"mapping", {{"columns", columns}}}}).json();
  for (int i = 0; i < 200 && import["state"] != "done" && import["state"] != "failed"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    import = admin->get(ws + "/imports/" + std::string(import["id"])).json();
  }
  ASSERT_EQ(import["state"], "done") << import.dump();
  EXPECT_EQ(graph("person", 4)["basis"]["customers"], 3);
  const json accounts = graph("account", 3);
  EXPECT_EQ(accounts["basis"]["customers"], 1);
  EXPECT_EQ(edge(accounts, "visit", "call"), 1u);
  EXPECT_EQ(graph("contract", 3)["basis"]["customers"], 2);
  EXPECT_EQ(graph("order", 2)["basis"]["customers"], 1);

  const auto sent = admin->post(ws + "/events", {{"source", "Desk"}, {"events", {{{"customer", "dora"}, {"event_type", "mail"}, {"time", "2025-01-08T08:00:00Z"},
                                                                                      {"identifiers", {{{"kind", "order"}, {"value", "o1"}}}}}}}});
  ASSERT_LT(sent.status, 300) << sent.body;
  EXPECT_EQ(edge(graph("order", 3), "pay", "mail"), 1u);

  // Undone, nothing of it is counted any more.
  EXPECT_LT(admin->post(ws + "/imports/" + std::string(import["id"]) + "/undo", json::object()).status, 300);
  EXPECT_EQ(graph("order", 1)["basis"]["customers"], 1);
}

}  // namespace
}  // namespace lotse::test
