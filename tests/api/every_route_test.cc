// What holds for every row of the route table; a new row is covered by being there.
#include "fixture.h"
#include "http/openapi.h"
#include "http/problem.h"

namespace lotse::test {
namespace {
using http::Need;
using http::Route;

/// The address of a route in a workspace, with the ids of things that are in workspace `a`.
std::string address(const Route& route, const std::string& workspace) {
  std::string path(route.path);
  if (const auto at = path.find("{ws}"); at != std::string::npos) path.replace(at, 4, workspace);
  for (size_t at; (at = path.find('{')) != std::string::npos;) {
    const size_t end = path.find('}', at), before = path.rfind('/', at - 2);
    const std::string kind = path.substr(before, end + 1 - before);
    const auto& things = TestServer::get().things;
    const auto thing = things.find(kind);
    if (thing == things.end()) {
      ADD_FAILURE() << route.path << ": tell fixture.cc of a " << kind;
      return path;
    }
    path.replace(at, end + 1 - at, thing->second);
  }
  for (const auto& q : route.query_parameters)
    if (q.required) path += "?" + std::string(q.name) + "=x";
  return path;
}

std::string method(const Route& route) { return std::string(http::method_name(route.method)); }
std::string name(const Route& route) { return method(route) + " " + std::string(route.path); }
bool is_stream(const Route& route) { return route.answer_type == "text/event-stream"; }

/// A harmless call: an empty body that most requests refuse only after the right was checked.
Answer call(Person& person, const Route& route, const std::string& workspace) {
  const std::string path = address(route, workspace);
  if (is_stream(route)) {
    Person own(TestServer::get().port(), "");
    own.cookie = person.cookie;
    own.client().send("GET /api/v1" + path + " HTTP/1.1\r\nHost: localhost\r\nCookie: " + person.cookie + "\r\n\r\n");
    auto answer = own.client().receive(true);
    if (answer.status != 200) answer.body = own.client().read_until("}");
    return answer;
  }
  return person.ask(method(route), path, route.request ? "{\"\":0}" : "");
}

TEST(EveryRoute, NeedsASignIn) {
  Person nobody(TestServer::get().port(), "");
  for (const auto& route : http::all_routes()) {
    if (const auto* need = std::get_if<Need>(&route.need); need && *need == Need::nobody) continue;
    const auto answer = nobody.ask(method(route), address(route, TestServer::get().a), route.request ? "{}" : "");
    EXPECT_EQ(answer.status, 401) << name(route) << answer.body;
    EXPECT_EQ(answer.code(), "not_signed_in") << name(route);
  }
}

TEST(EveryRoute, IsForWhoHasItsRightOnly) {
  auto& server = TestServer::get();
  for (const Role role : {Role::reader, Role::analyst, Role::editor, Role::administrator}) {
    auto person = server.person(std::string(word(role)));
    const auto rights = person->me["workspaces"][0]["rights"];
    for (const auto& route : http::all_routes()) {
      const auto* right = std::get_if<Right>(&route.need);
      if (!right) continue;
      const bool may = std::find(rights.begin(), rights.end(), std::string(word(*right))) != rights.end();
      if (may && (route.method == http::Method::remove || !route.request) && route.method != http::Method::get) continue;  // would do it
      const auto answer = call(*person, route, server.a);
      if (may) {
        EXPECT_NE(answer.status, 403) << word(role) << " " << name(route) << answer.body;
        EXPECT_NE(answer.status, 401) << word(role) << " " << name(route);
        EXPECT_LT(answer.status, 500) << word(role) << " " << name(route) << answer.body;
      } else {
        EXPECT_EQ(answer.status, 403) << word(role) << " " << name(route) << answer.body;
        EXPECT_EQ(answer.code(), "forbidden") << word(role) << " " << name(route);
      }
    }
  }
}

TEST(EveryRoute, OfTheServerIsForOperatorsOnly) {
  auto reader = TestServer::get().person("administrator");
  for (const auto& route : http::all_routes())
    if (const auto* need = std::get_if<Need>(&route.need); need && *need == Need::server_operator) {
      EXPECT_EQ(call(*reader, route, TestServer::get().a).code(), "not_operator") << name(route);
    }
}

TEST(EveryRoute, OfTheMachineIsForItsOwnerOnly) {
  auto boss = TestServer::get().person("operator");
  for (const auto& route : http::all_routes())
    if (const auto* need = std::get_if<Need>(&route.need); need && *need == Need::machine_owner) {
      EXPECT_EQ(call(*boss, route, TestServer::get().a).status, 403) << name(route);
    }
}

TEST(EveryRoute, HidesAWorkspaceFromWhoIsNoMember) {
  auto& server = TestServer::get();
  auto other = server.person("other");
  for (const auto& route : http::all_routes()) {
    if (!std::holds_alternative<Right>(route.need)) continue;
    const auto foreign = call(*other, route, server.a);
    EXPECT_EQ(foreign.status, 404) << name(route) << foreign.body;
    EXPECT_EQ(foreign.code(), "workspace_not_found") << name(route);
    // Indistinguishable from one that does not exist.
    const auto nowhere = call(*other, route, "ws_00000000000000000000000000");
    EXPECT_EQ(foreign.body, nowhere.body) << name(route);
  }
}

TEST(EveryRoute, FindsNothingOfAnotherWorkspaceByItsId) {
  auto& server = TestServer::get();
  auto other = server.person("other");  // an administrator of b, who may everything there
  for (const auto& route : http::all_routes()) {
    const bool of_a_thing = route.path.find('{', route.path.find("{ws}") + 1) != std::string_view::npos;
    if (!std::holds_alternative<Right>(route.need) || !of_a_thing) continue;
    // A body that passes, so that only the id can fail.
    nlohmann::json body = nlohmann::json::object();
    if (route.request) {
      if (route.path.ends_with("/members/{user_id}")) body = {{"role", "reader"}};
      if (route.path.ends_with("/sources/{id}") && !route.path.ends_with("/privacy/sources/{id}")) body = {{"channel", "web"}};
      if (route.path.ends_with("/computed/{id}")) body = {{"name", "x"}, {"definition", {{"kind", "events"}}}};
      if (route.path.ends_with("/kpis/{id}")) body = {{"key", "x"}, {"name_de", "x"}, {"name_en", "x"}, {"source", "x"}, {"unit", "eur"}};
      if (route.path.ends_with("/segments/{id}")) body = {{"name", "x"}, {"filter", nlohmann::json::object()}};
    }
    const auto answer = other->ask(method(route), address(route, server.b), route.request ? body.dump() : "");
    EXPECT_EQ(answer.status, 404) << name(route) << answer.body;
  }
}

TEST(EveryRoute, ListsNothingOfAnotherWorkspace) {
  auto& server = TestServer::get();
  auto other = server.person("other");
  for (const auto& route : http::all_routes()) {
    const bool of_a_thing = route.path.find('{', route.path.find("{ws}") + 1) != std::string_view::npos;
    const bool reads = route.method == http::Method::get || route.path.find("/analysis/") != std::string_view::npos;
    if (!std::holds_alternative<Right>(route.need) || of_a_thing || !reads || is_stream(route)) continue;
    const auto answer = other->ask(method(route), address(route, server.b), route.path.ends_with("/detail") ? "{\"from\":\"tp_x\"}" : route.request ? "{}" : "");
    EXPECT_LT(answer.status, 500) << name(route) << answer.body;
    for (const auto& [kind, id] : server.things) EXPECT_EQ(answer.body.find(id), std::string::npos) << name(route) << " shows " << kind;
    if (route.path.ends_with("/identity/rules")) continue;  // "order" is a kind of identifier there
    for (const char* text : {"anna", "visit", "\"order\"", "Datei"}) EXPECT_EQ(answer.body.find(text), std::string::npos) << name(route) << " shows " << text;
  }
}

TEST(EveryRoute, RefusesAChangeWithoutTheCsrfToken) {
  auto admin = TestServer::get().person("administrator");
  admin->csrf = "";
  for (const auto& route : http::all_routes()) {
    const auto* need = std::get_if<Need>(&route.need);
    if (route.method == http::Method::get || (need && *need == Need::nobody)) continue;
    EXPECT_EQ(call(*admin, route, TestServer::get().a).code(), "csrf_token_missing") << name(route);
  }
}

TEST(EveryRoute, NamesUnknownFieldsAndWrongTypes) {
  auto admin = TestServer::get().person("administrator");
  for (const auto& route : http::all_routes()) {
    if (!route.request || !std::holds_alternative<Right>(route.need)) continue;
    const auto answer = admin->ask(method(route), address(route, TestServer::get().a), "{\"no such field\":1}");
    EXPECT_EQ(answer.status, 422) << name(route) << answer.body;
    bool named = false;
    for (const auto& e : answer.json().value("errors", nlohmann::json::array())) named = named || (e["code"] == "unknown_field" && e["field"] == "/no such field");
    EXPECT_TRUE(named) << name(route) << answer.body;
    EXPECT_EQ(admin->ask(method(route), address(route, TestServer::get().a), "[1").code(), "invalid_json") << name(route);
  }
}

TEST(EveryRoute, HasTextsForItsProblems) {
  for (const auto& route : http::all_routes())
    for (const auto code : route.errors) EXPECT_TRUE(http::has_problem_text(code)) << name(route) << " " << code;
}

TEST(OpenApi, TheCommittedCopyIsWhatTheServerSays) {
  const auto now = http::openapi_document(http::all_routes());
  EXPECT_EQ(openapi(), now) << "write it anew: build/release/lotse openapi > api/openapi.json";
  const auto answer = Client(TestServer::get().port()).ask("GET", "/api/v1/openapi.json");
  EXPECT_EQ(answer.json(), now);
}

}  // namespace
}  // namespace lotse::test
