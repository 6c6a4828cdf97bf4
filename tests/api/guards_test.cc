// Sign-in, sessions, tokens, members: what guards the door.
#include <thread>

#include "fixture.h"

namespace lotse::test {
namespace {

TEST(SignIn, SetsACookieThatScriptsCannotRead) {
  Client client(TestServer::get().port());
  const auto answer = client.ask("POST", "/api/v1/session", R"({"email":"Reader@Example.com ","password":"correct horse battery"})", {{"Content-Type", "application/json"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string cookie = answer.headers.at("set-cookie");
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_EQ(cookie.find("Secure"), std::string::npos) << "without TLS the browser would drop it";
  const auto by_tls = client.ask("POST", "/api/v1/session", R"({"email":"reader@example.com","password":"correct horse battery"})",
                                 {{"Content-Type", "application/json"}, {"X-Forwarded-Proto", "https"}});
  EXPECT_NE(by_tls.headers.at("set-cookie").find("Secure"), std::string::npos);
}

TEST(SignIn, SaysNothingAboutWhichPartIsWrongAndStopsGuessing) {
  auto& owner = TestServer::get().parts().owner;
  ASSERT_TRUE(owner.add_user("guessed@example.com", "G", false, std::string(TestServer::password)));
  Client client(TestServer::get().port());
  const auto attempt = [&](const std::string& email, const std::string& from) {
    return client.ask("POST", "/api/v1/session", nlohmann::json{{"email", email}, {"password", "wrong password"}}.dump(),
                      {{"Content-Type", "application/json"}, {"X-Forwarded-For", from}, {"Accept-Language", "en"}});
  };
  const auto known = attempt("guessed@example.com", "10.0.0.1"), unknown = attempt("nobody@example.com", "10.0.0.1");
  EXPECT_EQ(known.status, 401);
  EXPECT_EQ(known.body, unknown.body);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(attempt("guessed@example.com", "10.0.0." + std::to_string(2 + i)).status, 401);
  const auto limited = attempt("guessed@example.com", "10.0.0.9");
  EXPECT_EQ(limited.status, 429) << "the e-mail is limited, wherever the attempts come from";
  EXPECT_EQ(limited.code(), "too_many_attempts");
  EXPECT_TRUE(limited.headers.contains("retry-after"));
}

TEST(SignIn, LimitsAnAddress) {
  Client client(TestServer::get().port());
  int refused = 0;
  for (int i = 0; i < 22; ++i)
    refused += client.ask("POST", "/api/v1/session", nlohmann::json{{"email", "x" + std::to_string(i) + "@example.com"}, {"password", "wrong password"}}.dump(),
                          {{"Content-Type", "application/json"}, {"X-Forwarded-For", "10.9.9.9"}}).status == 429;
  EXPECT_EQ(refused, 2);
}

TEST(Session, EndsWithSigningOut) {
  auto person = TestServer::get().person("reader");
  EXPECT_EQ(person->get("/session").status, 200);
  EXPECT_EQ(person->remove("/session").status, 204);
  EXPECT_EQ(person->get("/session").status, 401);
}

TEST(Session, APasswordMadeByOthersMustBeChangedFirst) {
  auto& server = TestServer::get();
  auto admin = server.person("administrator");
  const auto made = admin->post(ws() + "/members", {{"email", "New@Example.com"}, {"name", "Neu"}, {"role", "analyst"}});
  ASSERT_EQ(made.status, 201) << made.body;
  Person person(server.port(), "new@example.com");
  person.sign_in(made.json()["one_time_password"]);
  EXPECT_EQ(person.get(ws() + "/segments").code(), "password_must_change");
  EXPECT_EQ(person.post("/me/password", {{"current", "not this one"}, {"next", "another good one"}}).code(), "wrong_password");
  EXPECT_EQ(person.post("/me/password", {{"current", made.json()["one_time_password"]}, {"next", "short"}}).code(), "password_too_short");
  EXPECT_EQ(person.post("/me/password", {{"current", made.json()["one_time_password"]}, {"next", "another good one"}}).status, 204);
  EXPECT_EQ(person.get(ws() + "/segments").status, 200);
  EXPECT_EQ(admin->post(ws() + "/members", {{"email", "new@example.com"}, {"name", "Neu"}, {"role", "reader"}}).code(), "already_member");

  const std::string id = made.json()["member"]["user_id"];
  EXPECT_EQ(admin->patch(ws() + "/members/" + id, {{"role", "reader"}}).json()["role"], "reader");
  EXPECT_EQ(person.post(ws() + "/segments", {{"name", "x"}, {"filter", nlohmann::json::object()}}).status, 403) << "a role counts from the next request on";
  EXPECT_EQ(admin->remove(ws() + "/members/" + id).status, 204);
  EXPECT_EQ(person.get(ws() + "/segments").code(), "workspace_not_found");
}

TEST(Members, TheLastAdministratorStays) {
  auto admin = TestServer::get().person("administrator");
  const std::string own = ws() + "/members/" + std::string(admin->me["id"]);
  EXPECT_EQ(admin->remove(own).code(), "last_administrator");
  EXPECT_EQ(admin->patch(own, {{"role", "editor"}}).code(), "last_administrator");
  EXPECT_EQ(admin->patch(own, {{"role", "administrator"}}).status, 200);
}

TEST(Tokens, MayOnlyWhatTheyWereGivenInTheirWorkspace) {
  auto& server = TestServer::get();
  auto admin = server.person("administrator");
  const auto made = admin->post(ws() + "/tokens", {{"name", "Import"}, {"scopes", {"import_data"}}, {"days", 1}});
  ASSERT_EQ(made.status, 201) << made.body;
  Person token(server.port(), "");
  token.use_token(made.json()["secret"]);
  EXPECT_EQ(token.post(ws() + "/events", {{"source", "S"}, {"events", nlohmann::json::array()}}).status, 422) << "no CSRF token is asked of tokens";
  EXPECT_EQ(token.get(ws() + "/segments").code(), "forbidden");
  EXPECT_EQ(token.get("/workspaces/" + server.b + "/segments").code(), "workspace_not_found");
  EXPECT_EQ(token.get("/session").code(), "only_persons");
  EXPECT_EQ(admin->remove(ws() + "/tokens/" + std::string(made.json()["token"]["id"])).status, 204);
  EXPECT_EQ(token.post(ws() + "/events", {{"source", "S"}, {"events", nlohmann::json::array()}}).code(), "token_not_valid");

  EXPECT_EQ(admin->post(ws() + "/tokens", {{"name", "x"}, {"scopes", nlohmann::json::array()}}).code(), "no_scopes");
  EXPECT_EQ(admin->post(ws() + "/tokens", {{"name", "x"}, {"scopes", {"read"}}, {"days", 0}}).code(), "invalid_days");
  token.use_token("lotse_nonsense");
  EXPECT_EQ(token.get(ws() + "/segments").status, 401);
}

TEST(ForeignSites, CannotUseASession) {
  auto admin = TestServer::get().person("administrator");
  const nlohmann::json segment = {{"name", "fremd"}, {"filter", nlohmann::json::object()}};
  EXPECT_EQ(admin->post(ws() + "/segments", segment, {{"Origin", "https://evil.example"}}).code(), "foreign_site");
  EXPECT_EQ(admin->post(ws() + "/segments", segment, {{"Sec-Fetch-Site", "cross-site"}}).code(), "foreign_site");
  EXPECT_EQ(admin->post(ws() + "/segments", segment, {{"Origin", "http://localhost"}, {"Sec-Fetch-Site", "same-origin"}}).status, 201);
  admin->csrf = "wrong";
  EXPECT_EQ(admin->post(ws() + "/segments", segment).code(), "csrf_token_missing");
  // A form of another site can send this type without asking first.
  Client client(TestServer::get().port());
  EXPECT_EQ(client.ask("POST", "/api/v1/session", R"({"email":"a","password":"b"})", {{"Content-Type", "text/plain"}}).status, 415);
}

TEST(Segments, AStaleChangeIsRefusedAndLosesNothing) {
  auto admin = TestServer::get().person("administrator");
  const auto made = admin->post(ws() + "/segments", {{"name", "E1"}, {"filter", {{"events_min", 2}}}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string path = ws() + "/segments/" + std::string(made.json()["id"]), first = made.headers.at("etag");
  const auto changed = admin->patch(path, {{"name", "E2"}, {"filter", nlohmann::json::object()}}, {{"If-Match", first}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_NE(changed.headers.at("etag"), first);
  const auto stale = admin->patch(path, {{"name", "E3"}, {"filter", nlohmann::json::object()}}, {{"If-Match", first}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.code(), "stale");
  EXPECT_EQ(admin->post(ws() + "/segments", {{"name", "E2"}, {"filter", nlohmann::json::object()}}).code(), "segment_exists");
  EXPECT_EQ(admin->remove(path).status, 204);
}

TEST(Touchpoints, AStaleChangeIsRefused) {
  auto editor = TestServer::get().person("editor");
  const std::string path = ws() + "/touchpoints/" + TestServer::get().things["/touchpoints/{id}"];
  const auto changed = editor->patch(path, {{"description", "Erster Blick"}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(editor->patch(path, {{"description", "x"}}, {{"If-Match", "\"0\""}}).status, 412);
  EXPECT_EQ(editor->patch(path, {{"description", "y"}}, {{"If-Match", changed.headers.at("etag")}}).status, 200);
}

TEST(Workspaces, AreMadeAndDeletedWithAllTheyHold) {
  auto& server = TestServer::get();
  auto boss = server.person("operator");
  const auto made = boss->post("/workspaces", {{"name", "Müller & Söhne"}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json()["slug"], "mueller-soehne");
  const std::string id = made.json()["id"], path = "/workspaces/" + id;
  EXPECT_EQ(boss->post("/workspaces", {{"name", "Müller & Söhne"}}).json()["slug"], "mueller-soehne-2");
  EXPECT_EQ(boss->patch("/workspaces/mueller-soehne", {{"time_zone", "Mars/Olympus"}}).code(), "invalid_time_zone");
  EXPECT_EQ(boss->patch("/workspaces/mueller-soehne", {{"name", "Müller"}}).json()["name"], "Müller");
  ASSERT_EQ(boss->post(path + "/events", {{"source", "S"}, {"events", {{{"customer", "c"}, {"event_type", "e"}, {"time", "2025-01-01T00:00:00Z"}}}}}).status, 200);
  EXPECT_TRUE(std::filesystem::exists(server.folder() / "workspaces" / id));
  EXPECT_EQ(boss->remove(path).status, 204);
  EXPECT_FALSE(std::filesystem::exists(server.folder() / "workspaces" / id));
  EXPECT_EQ(boss->get(path + "/segments").code(), "workspace_not_found");
  EXPECT_EQ(boss->remove(path).status, 404);
}

TEST(Audit, TellsWhoDidWhatNewestFirst) {
  auto admin = TestServer::get().person("administrator");
  const auto entries = admin->get(ws() + "/audit").json();
  ASSERT_FALSE(entries["items"].empty());
  std::set<std::string> actions;
  for (const auto& e : entries["items"]) actions.insert(std::string(e["action"]));
  EXPECT_TRUE(actions.contains("token.create"));
  EXPECT_EQ(admin->get(ws() + "/audit?cursor=nonsense").code(), "invalid_cursor");
}

TEST(Stream, TellsOfNewEventsOnlyInTheirWorkspace) {
  auto& server = TestServer::get();
  auto editor = server.person("editor"), other = server.person("other");
  const auto listen = [&](Person& person, const std::string& workspace) {
    auto client = std::make_unique<Client>(server.port());
    client->send("GET /api/v1/workspaces/" + workspace + "/stream HTTP/1.1\r\nHost: localhost\r\nCookie: " + person.cookie + "\r\n\r\n");
    EXPECT_EQ(client->receive(true).status, 200);
    EXPECT_NE(client->read_until("welcome").find("welcome"), std::string::npos);
    return client;
  };
  auto in_a = listen(*editor, server.a), in_b = listen(*other, server.b);
  const auto sent = editor->post(ws() + "/events", {{"source", "Web"}, {"events", {{{"customer", "zoe"}, {"event_type", "visit"}, {"time", "2025-02-01T00:00:00Z"}}}}});
  ASSERT_EQ(sent.status, 200) << sent.body;
  const std::string news = in_a->read_until("events_appended");
  EXPECT_NE(news.find("event: events_appended\ndata: {\"as_of\":"), std::string::npos) << news;
  EXPECT_EQ(in_b->read_until("event:", 2).find("event:"), std::string::npos);
}

}  // namespace
}  // namespace lotse::test
