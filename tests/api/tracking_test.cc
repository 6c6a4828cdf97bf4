// The tracking API at the server's root, write keys, and the live view.
#include <thread>

#include "bytes.h"
#include "fixture.h"

namespace lotse::test {
namespace {
using json = nlohmann::json;

/// A workspace of its own for each test, so that counts are its own.
struct Tracked : testing::Test {
  TestServer& server = TestServer::get();
  std::unique_ptr<Person> admin = server.person("operator");
  Client client{server.port()};
  std::string ws, source, key;

  void SetUp() override {
    const auto made = admin->post("/workspaces", {{"name", "Tracking"}});
    ASSERT_EQ(made.status, 201) << made.body;
    ws = "/workspaces/" + std::string(made.json()["id"]);
    const auto shop = admin->post(ws + "/sources", {{"name", "Shop"}, {"channel", "web"}});
    ASSERT_EQ(shop.status, 201) << shop.body;
    source = shop.json()["id"];
    key = make_key();
  }
  void TearDown() override {
    const auto gone = admin->remove(ws);
    EXPECT_EQ(gone.status, 204) << gone.body;
  }
  std::string make_key() {
    const auto made = admin->post(ws + "/write_keys", {{"source", source}, {"name", "Page"}});
    EXPECT_EQ(made.status, 201) << made.body;
    key_id = made.json()["write_key"]["id"];
    return made.json()["secret"];
  }
  std::string key_id;
  Client::Headers basic() { return {{"Authorization", "Basic " + base64(key + ":")}}; }
  Answer send(const std::string& call, const std::string& body, Client::Headers headers) {
    auto answer = client.ask("POST", "/v1/" + call, body, headers);
    if (const auto* schema = answer_schema("POST", "/v1/" + call, answer.status); schema && answer.status < 500) {
      const auto problems = schema_problems(answer.json(), *schema);
      EXPECT_TRUE(problems.empty()) << call << " " << answer.status << problems.front() << answer.body;
    }
    return answer;
  }
  Answer send(const std::string& call, const json& body) { return send(call, body.dump(), basic()); }
  uint64_t events() {
    const json list = admin->get(ws + "/sources").json();
    for (const auto& one : list["items"])
      if (one["id"] == source) return one["events"];
    return 0;
  }
  /// Once there are so many.
  json touchpoints(size_t count) {
    json list;
    for (int i = 0; i < 100; ++i) {
      list = admin->get(ws + "/touchpoints").json()["items"];
      if (list.size() >= count) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return list;
  }
};

TEST_F(Tracked, EveryCallIsTaken) {
  EXPECT_EQ(send("track", {{"userId", "u"}, {"event", "Order"}}).status, 200);
  EXPECT_EQ(send("identify", {{"userId", "u"}, {"anonymousId", "a"}, {"traits", {{"plan", "gold"}}}}).status, 200);
  EXPECT_EQ(send("page", {{"anonymousId", "a"}, {"name", "Home"}}).status, 200);
  EXPECT_EQ(send("screen", {{"anonymousId", "a"}, {"name", "Basket"}}).status, 200);
  EXPECT_EQ(send("group", {{"userId", "u"}, {"groupId", "g"}}).status, 200);
  EXPECT_EQ(send("alias", {{"userId", "u"}, {"previousId", "a"}}).status, 200);
  const auto batch = send("batch", {{"batch", {{{"type", "track"}, {"userId", "u"}, {"event", "Order"}}, {{"type", "page"}, {"userId", "u"}}}}});
  EXPECT_EQ(batch.json(), (json{{"success", true}, {"rejected", json::array()}}));
  EXPECT_EQ(send("import", {{"batch", {{{"type", "track"}, {"userId", "u"}, {"event", "Order"}, {"timestamp", "2020-01-01T00:00:00Z"}}}}}).status, 200);
  EXPECT_EQ(send("t", {{"userId", "u"}, {"event", "Order"}}).status, 200) << "as SDKs for browsers call it";
  EXPECT_EQ(events(), 10u);
  std::set<std::string> names;
  const json list = touchpoints(7);
  for (const auto& touchpoint : list) names.insert(std::string(touchpoint["name"]));
  for (const char* name : {"Order", "identify", "page: Home", "screen: Basket", "group", "alias", "page"}) EXPECT_TRUE(names.contains(name)) << name;
}

TEST_F(Tracked, TheKeyIsTakenFromHeaderOrBody) {
  const std::string event = R"("userId":"u","event":"x"})";
  EXPECT_EQ(send("track", "{" + event, {{"Authorization", "Bearer " + key}}).status, 200);
  EXPECT_EQ(send("track", R"({"writeKey":")" + key + "\"," + event, {}).status, 200);
  EXPECT_EQ(send("batch", R"({"writeKey":")" + key + R"(","batch":[{"type":"track",)" + event + "]}", {{"Content-Type", "text/plain"}}).status, 200);
  EXPECT_EQ(send("batch", R"({"batch":[{"type":"track","writeKey":")" + key + "\"," + event + "]}", {}).status, 200);
  EXPECT_EQ(events(), 4u);
  for (const auto& headers : {Client::Headers{}, Client::Headers{{"Authorization", "Basic bm9ib2R5Og=="}}, Client::Headers{{"Authorization", "Basic ???"}},
                              Client::Headers{{"Authorization", "Bearer lotse_nonsense"}}, Client::Headers{{"Authorization", "Digest x"}}}) {
    const auto answer = send("track", "{" + event, headers);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.code(), "invalid_write_key");
  }
  EXPECT_EQ(events(), 4u);
}

TEST_F(Tracked, ARevokedKeyIsRefusedAtOnce) {
  const json event = {{"userId", "u"}, {"event", "x"}};
  EXPECT_EQ(send("track", event).status, 200);
  const auto listed = admin->get(ws + "/write_keys").json()["items"];
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_TRUE(listed[0].contains("last_used_at"));
  EXPECT_TRUE(key.ends_with(std::string(listed[0]["hint"])));
  EXPECT_EQ(listed[0].dump().find(key), std::string::npos) << "shown once";
  EXPECT_EQ(admin->remove(ws + "/write_keys/" + key_id).status, 204);
  EXPECT_EQ(send("track", event).status, 401);
  EXPECT_EQ(admin->remove(ws + "/write_keys/" + key_id).code(), "write_key_not_found");
  const auto audit = admin->get(ws + "/audit").body;
  for (const char* action : {"source.create", "write_key.create", "write_key.revoke"}) EXPECT_NE(audit.find(action), std::string::npos) << action;
  EXPECT_EQ(audit.find(key), std::string::npos);
}

TEST_F(Tracked, AKeyReachesItsSourceAndNothingElse) {
  EXPECT_EQ(client.ask("GET", "/api/v1" + ws + "/sources", {}, {{"Authorization", "Bearer " + key}}).status, 401) << "it is no API token";
  auto other = server.person("other");
  EXPECT_EQ(other->post("/workspaces/" + server.b + "/write_keys", {{"source", source}, {"name", "x"}}).code(), "source_not_found") << "a source of another workspace";
  EXPECT_EQ(other->remove("/workspaces/" + server.b + "/write_keys/" + key_id).status, 404);
  EXPECT_EQ(send("track", {{"userId", "u"}, {"event", "x"}}).status, 200);
  EXPECT_EQ(events(), 1u);
  EXPECT_EQ(other->get("/workspaces/" + server.b + "/touchpoints").body.find("\"x\""), std::string::npos);
}

TEST_F(Tracked, ContentTypeIsIgnoredAndGzipIsSeen) {
  const std::string body = R"({"batch":[{"type":"track","userId":"u","event":"x","messageId":"1"}]})";
  auto headers = basic();
  headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  EXPECT_EQ(send("batch", body, headers).status, 200);
  headers.emplace_back("Content-Encoding", "gzip");
  EXPECT_EQ(send("batch", gzip(body), headers).status, 200);
  EXPECT_EQ(events(), 1u) << "the same message";
  EXPECT_EQ(send("batch", gzip(body).substr(0, 30), headers).code(), "truncated_gzip");
  const auto bomb = send("batch", gzip(std::string(50'000'000, ' ')), headers);
  EXPECT_EQ(bomb.status, 413);
  EXPECT_EQ(bomb.code(), "body_unpacked_too_large");
}

TEST_F(Tracked, AMessageCountsOnce) {
  const json event = {{"type", "track"}, {"userId", "u"}, {"event", "x"}, {"messageId", "m1"}};
  EXPECT_EQ(send("batch", {{"batch", {event, event}}}).status, 200);
  EXPECT_EQ(send("track", event).status, 200);
  EXPECT_EQ(events(), 1u);
  EXPECT_EQ(send("track", {{"userId", "u"}, {"event", "x"}}).status, 200);
  EXPECT_EQ(send("track", {{"userId", "u"}, {"event", "x"}}).status, 200);
  EXPECT_EQ(events(), 3u) << "without a message id each is its own";
}

TEST_F(Tracked, OneBadEventInFiveHundredIsNamed) {
  json batch = json::array();
  for (int i = 0; i < 500; ++i) batch.push_back({{"type", "track"}, {"userId", "u" + std::to_string(i)}, {"event", "x"}, {"messageId", std::to_string(i)}});
  batch[3].erase("userId");
  const auto answer = send("batch", {{"batch", batch}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json(), json::parse(R"({"success":true,"rejected":[{"index":3,"code":"no_customer"}]})"));
  EXPECT_EQ(events(), 499u);
}

TEST_F(Tracked, ABadRequestIsSaidClearly) {
  const auto code = [&](const std::string& call, const std::string& body, int status) {
    const auto answer = send(call, body, basic());
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.headers.at("access-control-allow-origin"), "*");
    return answer.code();
  };
  EXPECT_EQ(code("batch", "{", 400), "invalid_json");
  EXPECT_EQ(code("batch", "{}", 400), "no_batch");
  EXPECT_EQ(code("track", "[]", 400), "not_an_object");
  EXPECT_EQ(code("track", "{\"userId\":\"\xc3\"}", 400), "invalid_utf8");
  EXPECT_EQ(code("track", "{\"a\":" + std::string(500, '[') + std::string(500, ']') + "}", 400), "json_too_deep");
  EXPECT_EQ(code("track", R"({"event":"x"})", 400), "no_customer");
  EXPECT_EQ(code("dance", "{}", 404), "no_such_route");
  Client fresh(server.port());
  EXPECT_EQ(fresh.ask("POST", "/v1/batch", std::string(2'200'000, ' '), basic()).status, 413);
  EXPECT_EQ(client.ask("GET", "/v1/track").status, 405);
  EXPECT_EQ(events(), 0u);
}

TEST_F(Tracked, BrowsersOfOtherSitesMayCallWithoutCookies) {
  const auto asked = client.ask("OPTIONS", "/v1/track", {}, {{"Origin", "https://shop.example"}, {"Access-Control-Request-Method", "POST"}, {"Access-Control-Request-Headers", "authorization"}});
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.headers.at("access-control-allow-origin"), "*");
  EXPECT_NE(asked.headers.at("access-control-allow-headers").find("Authorization"), std::string::npos);
  EXPECT_FALSE(asked.headers.contains("access-control-allow-credentials"));
  auto headers = basic();
  headers.emplace_back("Origin", "https://shop.example");
  headers.emplace_back("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(send("track", R"({"userId":"u","event":"x"})", headers).headers.at("access-control-allow-origin"), "*");
  EXPECT_EQ(client.ask("OPTIONS", "/api/v1" + ws + "/sources").status, 405) << "our own API lets no other site in";
}

TEST_F(Tracked, ASourcesChannelHoldsForWhatItSends) {
  const auto patched = admin->patch(ws + "/sources/" + source, {{"channel", "app"}});
  ASSERT_EQ(patched.status, 200) << patched.body;
  EXPECT_EQ(patched.json()["mapping"]["channel"], "app");
  EXPECT_EQ(admin->patch(ws + "/sources/" + source, {{"channel", "web"}}, {{"If-Match", "\"1\""}}).status, 412);
  EXPECT_EQ(admin->patch(ws + "/sources/" + source, {{"channel", std::string(90, 'x')}}).code(), "invalid_name");
  EXPECT_EQ(admin->post(ws + "/sources", {{"name", "Shop"}}).code(), "source_exists");
  ASSERT_EQ(send("track", {{"userId", "u"}, {"event", "x"}}).status, 200);
  json live;
  for (int i = 0; i < 100 && live["events"].empty(); ++i) {
    live = admin->get(ws + "/live").json();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ASSERT_FALSE(live["events"].empty());
  EXPECT_EQ(live["events"][0]["channel"], "app");
}

TEST_F(Tracked, TheLiveViewShowsPseudonymsAndTheTimeUntilVisible) {
  ASSERT_EQ(admin->get(ws + "/live").status, 200);
  const auto listen = std::make_unique<Client>(server.port());
  listen->send("GET /api/v1" + ws + "/stream HTTP/1.1\r\nHost: localhost\r\nCookie: " + admin->cookie + "\r\n\r\n");
  EXPECT_EQ(listen->receive(true).status, 200);
  listen->read_until("welcome");
  ASSERT_EQ(send("track", {{"userId", "secret-4711"}, {"event", "Order"}, {"properties", {{"colour", "red"}}}}).status, 200);
  const auto news = listen->read_until("visible_after");
  EXPECT_NE(news.find("event: live"), std::string::npos) << news;
  EXPECT_NE(news.find("cu_"), std::string::npos) << news;
  EXPECT_EQ(news.find("secret-4711"), std::string::npos);
  ASSERT_EQ(send("batch", {{"batch", {{{"type", "track"}, {"userId", "u"}}}}}).status, 200);
  const auto state = admin->get(ws + "/live").json();
  ASSERT_EQ(state["sources"].size(), 1u) << state.dump();
  EXPECT_EQ(state["sources"][0]["accepted"], 1);
  EXPECT_EQ(state["sources"][0]["rejects"][0]["code"], "no_event_type");
  ASSERT_EQ(state["events"].size(), 1u);
  EXPECT_GT(state["events"][0]["visible_after"], 0.0);
  EXPECT_LT(state["events"][0]["visible_after"], 3.0);
  EXPECT_EQ(state["events"][0]["attributes"][0]["text"], "red");
}

TEST(LiveView, ReadersAreToldOfNoSingleEvents) {
  auto& server = TestServer::get();
  auto reader = server.person("reader"), editor = server.person("editor");
  const std::string ws = "/workspaces/" + server.a;
  EXPECT_EQ(reader->get(ws + "/live").status, 403);
  ASSERT_EQ(editor->get(ws + "/live").status, 200);
  Client listen(server.port());
  listen.send("GET /api/v1" + ws + "/stream HTTP/1.1\r\nHost: localhost\r\nCookie: " + reader->cookie + "\r\n\r\n");
  EXPECT_EQ(listen.receive(true).status, 200);
  listen.read_until("welcome");
  ASSERT_EQ(editor->post(ws + "/events", {{"source", "Web"}, {"events", {{{"customer", "yve"}, {"event_type", "visit"}, {"time", "2025-02-02T00:00:00Z"}}}}}).status, 200);
  auto news = listen.read_until("events_appended");
  EXPECT_NE(news.find("events_appended"), std::string::npos);
  news += listen.read_until("event: live", 2);
  EXPECT_EQ(news.find("event: live"), std::string::npos);
}

}  // namespace
}  // namespace lotse::test
