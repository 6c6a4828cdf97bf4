// Who is one customer: by the tracking API and imports, rules, held joins, why, splitting, restart of the store.
#include <thread>

#include "fixture.h"

namespace lotse::test {
namespace {
using json = nlohmann::json;

struct Identity : testing::Test {
  TestServer& server = TestServer::get();
  std::unique_ptr<Person> admin = server.person("operator");
  Client client{server.port()};
  std::string id, ws, key;

  void SetUp() override {
    const auto made = admin->post("/workspaces", {{"name", "Identities"}});
    ASSERT_EQ(made.status, 201) << made.body;
    id = made.json()["id"];
    ws = "/workspaces/" + id;
    const auto source = admin->post(ws + "/sources", {{"name", "Shop"}});
    key = admin->post(ws + "/write_keys", {{"source", source.json()["id"]}, {"name", "Page"}}).json()["secret"];
  }
  void TearDown() override { EXPECT_EQ(admin->remove(ws).status, 204); }

  void send(json events) {
    int n = 0;
    for (auto& event : events)
      if (!event.contains("type")) event["type"] = "track", event["event"] = "Visit " + std::to_string(++n);
    const auto answer = client.ask("POST", "/v1/batch", json{{"batch", events}, {"writeKey", key}}.dump(), {});
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_TRUE(answer.json()["rejected"].empty()) << answer.body;
  }
  uint64_t customers() {
    for (int i = 0; i < 50; ++i) {
      const auto answer = admin->post(ws + "/analysis/graph", json::object());
      if (answer.status == 200) return answer.json()["basis"]["customers"];
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return 0;
  }
  /// Waits at most a second.
  bool becomes(uint64_t count) {
    for (int i = 0; i < 20; ++i) {
      if (customers() == count) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ADD_FAILURE() << customers() << " customers, not " << count;
    return false;
  }
  json find(const std::string& text) {
    const auto answer = admin->post(ws + "/identity/search", {{"text", text}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  std::set<std::string> identifiers(const json& customer) {
    std::set<std::string> out;
    for (const auto& one : customer["identities"])
      if (one["customer"] == customer["customer"]) out.insert(std::string(one["identifier"]));
    return out;
  }
  json rules() { return admin->get(ws + "/identity/rules").json(); }
  Answer set_rules(json rules) {
    const std::string etag = rules["etag"];
    for (const char* read_only : {"etag", "changed_at", "changed_by"}) rules.erase(read_only);
    return admin->patch(ws + "/identity/rules", rules, {{"If-Match", "\"" + etag + "\""}});
  }
};

TEST_F(Identity, LateIdentifyJoinsWithinASecondCanBeExplainedAndSplit) {
  send({{{"anonymousId", "a1"}}, {{"anonymousId", "a1"}}, {{"userId", "u1"}}, {{"anonymousId", "a2"}}});
  ASSERT_TRUE(becomes(3));
  send({{{"type", "identify"}, {"userId", "u1"}, {"anonymousId", "a1"}, {"traits", {{"email", " Anna@Example.org"}, {"plan", "gold"}}}}});
  ASSERT_TRUE(becomes(2));
  const json customer = find("anna@example.ORG");
  EXPECT_EQ(identifiers(customer), (std::set<std::string>{"a1", "u1", "anna@example.org"}));
  const std::string cu = customer["customer"];
  const auto course = admin->get(ws + "/customers/" + cu);
  EXPECT_EQ(course.json()["events"].size(), 4u) << "the anonymous past belongs to it";
  EXPECT_EQ(course.json()["identifier"], "u1");
  EXPECT_EQ(course.body.find("nna@"), std::string::npos) << "no event holds the address";

  std::string anonymous, email;
  for (const auto& one : customer["identities"]) {
    if (one["kind"] == "anonymous_id") anonymous = one["id"];
    if (one["kind"] == "email") email = one["id"];
    EXPECT_EQ(admin->get(ws + "/customers/" + std::string(one["id"])).json()["customer"], cu) << "every pseudonym leads there";
  }
  const json why = admin->get(ws + "/identity/why?first=" + anonymous + "&second=" + email).json();
  ASSERT_EQ(why["evidence"].size(), 2u) << "anonymous id, user, address";
  EXPECT_EQ(why["evidence"][0]["said"], "identify");
  EXPECT_EQ(why["evidence"][0]["source"], "Shop");

  const auto split = admin->post(ws + "/identity/decisions", {{"verdict", "split"}, {"first", why["evidence"][0]["first"]}, {"second", why["evidence"][0]["second"]}, {"reason", "Tablet"}});
  ASSERT_EQ(split.status, 201) << split.body;
  EXPECT_EQ(split.json()["one_customer"], false);
  ASSERT_TRUE(becomes(3));
  send({{{"type", "identify"}, {"userId", "u1"}, {"anonymousId", "a1"}}});
  ASSERT_TRUE(becomes(3)) << "the refusal stays";

  // The store closes and opens again.
  server.parts().analysis.close(WorkspaceId{id});
  server.parts().stores.close_unused(Micros::max());
  EXPECT_EQ(customers(), 3u);
  EXPECT_EQ(identifiers(find("u1")), (std::set<std::string>{"u1", "anna@example.org"}));
  EXPECT_EQ(admin->remove(ws + "/identity/decisions/" + std::string(split.json()["id"])).status, 204);
  ASSERT_TRUE(becomes(2));
  const std::string audit = admin->get(ws + "/audit").body;
  for (const char* action : {"identity.split", "identity.withdraw", "identity.search"}) EXPECT_NE(audit.find(action), std::string::npos) << action;
  EXPECT_EQ(audit.find("nna@"), std::string::npos);
}

TEST_F(Identity, LimitsHoldJoinsForReview) {
  json kiosk;
  for (const char* user : {"u1", "u2"}) kiosk.push_back({{"type", "identify"}, {"userId", user}, {"anonymousId", "kiosk"}});
  send(kiosk);
  send({{{"anonymousId", "kiosk"}}, {{"userId", "u3"}}});
  ASSERT_TRUE(becomes(4));
  auto held = admin->get(ws + "/identity/held").json()["items"];
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0]["why"], "shared");
  EXPECT_EQ(held[0]["kind"], "user_id");
  EXPECT_EQ(held[0]["first"]["identifier"], "kiosk");
  EXPECT_EQ(held[0]["customers"], 3);
  ASSERT_EQ(admin->post(ws + "/identity/decisions", {{"verdict", "join"}, {"first", held[0]["first"]["id"]}}).status, 201);
  ASSERT_TRUE(becomes(2));
  ASSERT_EQ(admin->post(ws + "/identity/decisions", {{"verdict", "split"}, {"first", held[0]["first"]["id"]}}).status, 201);
  ASSERT_TRUE(becomes(4));
  EXPECT_TRUE(admin->get(ws + "/identity/held").json()["items"].empty()) << "decided";
  EXPECT_EQ(admin->get(ws + "/identity/decisions").json()["items"].size(), 1u) << "the later one counts";
}

TEST_F(Identity, AnIdentifierOfManyWaitsAndListedValuesJoinNobody) {
  json many;
  for (int i = 0; i < 300; ++i) many.push_back({{"type", "identify"}, {"userId", "guest-account"}, {"anonymousId", "a" + std::to_string(i)}});
  for (int i = 0; i < 300; ++i) many.push_back({{"anonymousId", "a" + std::to_string(i)}, {"type", "page"}});
  send(many);
  ASSERT_TRUE(becomes(301));
  const auto held = admin->get(ws + "/identity/held").json()["items"];
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0]["customers"], 301);
  json next = rules();
  next["never_unique"].push_back(" Guest-Account ");
  ASSERT_EQ(set_rules(next).status, 200);
  EXPECT_TRUE(admin->get(ws + "/identity/held").json()["items"].empty());
  send({{{"type", "identify"}, {"userId", "u1"}, {"traits", {{"email", "TEST@test.de"}}}}, {{"type", "identify"}, {"userId", "u2"}, {"traits", {{"email", "test@test.de"}}}}});
  ASSERT_TRUE(becomes(303));
  EXPECT_TRUE(admin->get(ws + "/identity/held").json()["items"].empty()) << "nobody need decide about them";
  EXPECT_EQ(find("u1")["evidence"][0]["state"], "never_unique");
}

TEST_F(Identity, RulesAreCheckedAndHoldForThePast) {
  send({{{"type", "identify"}, {"userId", "u1"}, {"anonymousId", "a1"}}, {{"anonymousId", "a1"}}});
  ASSERT_TRUE(becomes(1));
  json next = rules();
  for (auto& kind : next["kinds"])
    if (kind["kind"] == "anonymous_id") kind["joins"] = false;
  const auto done = set_rules(next);
  ASSERT_EQ(done.status, 200) << done.body;
  ASSERT_TRUE(becomes(2));
  EXPECT_EQ(set_rules(next).code(), "stale");
  next["etag"] = rules()["etag"];
  next["identities_max"] = 1;
  EXPECT_EQ(set_rules(next).code(), "out_of_range");
  next["identities_max"] = 500;
  next["kinds"].push_back(next["kinds"][0]);
  EXPECT_EQ(set_rules(next).code(), "kind_twice");
  EXPECT_EQ(admin->post(ws + "/identity/search", {{"text", "nobody"}}).code(), "not_found");
  EXPECT_EQ(admin->post(ws + "/identity/decisions", {{"verdict", "join"}, {"first", "cu_nobody"}}).code(), "identity_not_found");
}

TEST_F(Identity, LiveEventsNameFurtherIdentifiers) {
  const auto answer = admin->post(ws + "/events", {{"source", "ERP"},
                                                   {"events",
                                                    {{{"customer", "K-1"}, {"event_type", "order"}, {"time", "2025-01-01T10:00:00Z"}, {"identifiers", {{{"kind", "erp"}, {"value", "4711"}}, {{"kind", "phone"}, {"value", "0049 170 123"}}}}},
                                                     {{"customer", "c9"}, {"event_type", "call"}, {"time", "2025-01-02T10:00:00Z"}, {"identifiers", {{{"kind", "phone"}, {"value", "+49 170-123"}}}}},
                                                     {{"customer", "4711"}, {"event_type", "call"}, {"time", "2025-01-03T10:00:00Z"}}}}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  ASSERT_TRUE(becomes(3)) << "two customer numbers do not join by a telephone on their own";
  json next = rules();
  for (auto& kind : next["kinds"])
    if (kind["kind"] == "customer") kind["most"] = 0;
  ASSERT_EQ(set_rules(next).status, 200);
  ASSERT_TRUE(becomes(2));
  EXPECT_EQ(identifiers(find("K-1")), (std::set<std::string>{"K-1", "c9", "4711", "49170123"}));
}

TEST_F(Identity, AFilesColumnsJoinUntilTheImportIsUndone) {
  send({{{"type", "identify"}, {"userId", "u1"}, {"traits", {{"email", "anna@example.org"}}}}});
  const std::string rows = "kunde;mail;was;wann\n1;Anna@Example.org;order;2025-01-01 10:00\n1;;call;2025-01-02 10:00\n2;n/a;call;2025-01-03 10:00\n3;n/a;call;2025-01-03 11:00\n";
  const auto upload = admin->client().ask("POST", "/api/v1" + ws + "/uploads?name=crm.csv", rows, {{"Cookie", admin->cookie}, {"X-CSRF-Token", admin->csrf}});
  ASSERT_EQ(upload.status, 201) << upload.body;
  const json columns = {{{"column", "kunde"}, {"role", "customer"}, {"kind", "crm"}}, {{"column", "mail"}, {"role", "identifier"}, {"kind", "email"}},
                        {{"column", "was"}, {"role", "event_type"}}, {{"column", "wann"}, {"role", "time"}}};
  auto import = admin->post(ws + "/imports", {{"upload", upload.json()["id"]}, {"source_name", "CRM"}, {"mapping", {{"columns", columns}}}});
  ASSERT_EQ(import.status, 202) << import.body;
  const std::string path = ws + "/imports/" + std::string(import.json()["id"]);
  for (int i = 0; i < 200 && import.json()["state"] != "done" && import.json()["state"] != "failed"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    import = admin->get(path);
  }
  ASSERT_EQ(import.json()["state"], "done") << import.body;
  EXPECT_EQ(import.json()["customers_new"], 3);
  ASSERT_TRUE(becomes(3)) << "customer 1 is u1; 2 and 3 have no address";
  EXPECT_EQ(identifiers(find("anna@example.org")), (std::set<std::string>{"u1", "1", "anna@example.org"}));
  ASSERT_EQ(admin->post(path + "/undo", json::object()).status, 200);
  ASSERT_TRUE(becomes(1));
  EXPECT_EQ(identifiers(find("u1")), (std::set<std::string>{"u1", "anna@example.org"}));
}

}  // namespace
}  // namespace lotse::test
