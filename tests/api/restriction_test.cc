// Who is restricted sees nothing beyond it by any route; planted texts show it.
#include <thread>

#include "fixture.h"
#include "http/bounded_routes.h"
#include "http/openapi.h"

namespace lotse::test {
namespace {
using json = nlohmann::json;
using http::Route;

const std::string foreign = "Planted";  // in each market, unit, type, key and text that the restricted person may not see

struct Restricted {
  std::string ws, market, staff;
  std::unique_ptr<Person> admin, person;
  std::map<std::string, std::string> things;  ///< of the workspace: "{ws}/customers/{cu_id}" → id
  std::string foreign_customer;
  size_t events = 0, home_events = 0, customers = 0, home_customers = 0;

  static Restricted& get() {
    static Restricted one;
    return one;
  }
  json must(const Answer& answer, int status) const {
    EXPECT_EQ(answer.status, status) << answer.body;
    return answer.json();
  }
  Restricted() {
    auto& server = TestServer::get();
    auto& owner = server.parts().owner;
    admin = server.person("administrator");
    const std::string id = owner.make_workspace({.name = "Z", .time_zone = "Europe/Berlin", .language = "de"}, admin->me["id"]).value().id.value;
    ws = "/workspaces/" + id;
    (void)owner.add_user("partial@example.com", "partial", false, std::string(TestServer::password)).value();
    (void)owner.set_member(WorkspaceId{id}, "partial@example.com", Role::editor).value();

    json list = json::array();
    for (int c = 0; c < 12; ++c)
      for (int e = 0; e < 3; ++e) {
        const bool mixed = c == 11, home = mixed ? e < 2 : c < 7;
        list.push_back({{"customer", "kunde-" + std::to_string(c)}, {"event_type", home ? "besuch" : foreign + "-Typ"}, {"time", "2025-01-0" + std::to_string(1 + e) + "T08:00:00Z"},
                        {"id", std::to_string(c * 10 + e)}, {"instance_key", (home ? "V-" : foreign + "-Vorgang-") + std::to_string(c)}, {"channel", "Web"},
                        {"unit", home ? "Nord" : foreign + "-Wien"},
                        {"attributes", {{"markt", home ? "DE" : foreign + "-AT"}, {"kommentar", foreign + ": Freitext"}, {"bearbeiter", "Mitarbeiter abcdefgh23"}}}});
        events += 1;
        home_events += home;
      }
    customers = 12;
    home_customers = 8;
    must(admin->post(ws + "/events", {{"source", "Web"}, {"events", list}}), 200);
    for (int i = 0; i < 200 && must(admin->get(ws + "/coverage"), 200)["events"] != events; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto dimensions = must(admin->get(ws + "/dimensions"), 200), touchpoints = must(admin->get(ws + "/touchpoints"), 200);
    for (const auto& d : dimensions["dimensions"])
      if (d["name"] == "markt") market = d["id"];
    const auto all = must(admin->post(ws + "/analysis/instances", {{"limit", 500}}), 200)["rows"];
    const auto members = must(admin->get(ws + "/members"), 200)["items"];
    for (const auto& m : members)
      if (m["email"] == "partial@example.com") things["/members/{user_id}"] = m["user_id"];
    must(admin->patch(ws + "/members/" + things["/members/{user_id}"],
                      {{"role", "editor"}, {"restriction", {{"market_attribute", market}, {"markets", {"DE"}}, {"units", {"Nord"}}, {"no_texts", true}}}}), 200);
    person = server.person("partial");
    const auto own = must(person->post(ws + "/analysis/instances", {{"limit", 500}}), 200)["rows"];
    std::set<std::string> mine;
    for (const auto& row : own) mine.insert(row["customer"]);
    for (const auto& row : all)
      if (!mine.contains(row["customer"])) foreign_customer = row["customer"];
    things["/customers/{cu_id}"] = own.at(0)["customer"];
    for (const auto& row : own)
      if (row["events"] == 2) things["/customers/{cu_id}"] = row["customer"];  // the one of both markets
    for (const auto& t : touchpoints["items"])
      if (t["name"] == "besuch") things["/event_types/{id}"] = things["/touchpoints/{id}"] = t["id"];
    things["/segments/{id}"] = must(admin->post(ws + "/segments", {{"name", "Alle"}, {"filter", json::object()}}), 201)["id"];
    things["/computed/{id}"] = must(admin->post(ws + "/computed", {{"name", "Zahl"}, {"definition", {{"kind", "events"}}}}), 201)["id"];
  }

  std::string address(const Route& route) const {
    std::string path(route.path);
    path.replace(path.find("/workspaces/{ws}"), 16, ws);
    for (size_t at; (at = path.find('{')) != std::string::npos;) {
      const size_t end = path.find('}', at), before = path.rfind('/', at - 2);
      const std::string kind = path.substr(before, end + 1 - before);
      const auto thing = things.find(kind);
      path.replace(at, end + 1 - at, thing != things.end() ? thing->second : TestServer::get().things.at(kind));
    }
    for (const auto& q : route.query_parameters)
      if (q.required) path += "?" + std::string(q.name) + "=x";
    return path;
  }
};

std::string name(const Route& route) { return std::string(http::method_name(route.method)) + " " + std::string(route.path); }

/// Bodies that pass, where an empty object does not.
json body_of(const Route& route, const Restricted& world) {
  const std::string_view path = route.path;
  const auto& type = world.things.at("/touchpoints/{id}");
  if (path.ends_with("/analysis/detail")) return {{"from", type}};
  const json funnel = {{"steps", {{{"touchpoints", {type}}}, {{"touchpoints", {type}}}}}, {"window_s", 864000}};
  if (path.ends_with("/funnel") || path.ends_with("/funnel.csv")) return {{"funnel", funnel}, {"breakdown", "unit"}};
  if (path.find("/funnel/rows") != std::string_view::npos) return {{"funnel", funnel}, {"part", {{"step", 1}}}};
  if (path.ends_with("/analysis/computed")) return {{"definition", {{"kind", "events"}}}};
  if (path.ends_with("/customers/search")) return {{"query", ""}};
  if (path.ends_with("/panel_links")) return {{"customer", world.things.at("/customers/{cu_id}")}};
  return json::object();
}

TEST(Restriction, NoRouteShowsWhatLiesBeyondIt) {
  auto& world = Restricted::get();
  size_t answered = 0, refused = 0;
  for (const auto& route : http::all_routes()) {
    if (!std::holds_alternative<Right>(route.need) || route.answer_type == "text/event-stream") continue;
    const bool changes = route.method == http::Method::patch || route.method == http::Method::remove || route.status == 201 || std::get<Right>(route.need) == Right::edit_touchpoints;
    if (changes && http::is_bounded(route)) continue;  // definitions; panel links are looked at below
    const auto answer = world.person->ask(std::string(http::method_name(route.method)), world.address(route), route.request ? body_of(route, world).dump() : "");
    EXPECT_EQ(answer.body.find(foreign), std::string::npos) << name(route) << "\n" << answer.body.substr(0, 1500);
    EXPECT_EQ(answer.body.find("Mitarbeiter abc"), std::string::npos) << name(route);
    EXPECT_EQ(answer.body.find(world.foreign_customer), std::string::npos) << name(route);
    EXPECT_LT(answer.status, 500) << name(route) << answer.body;
    if (http::is_bounded(route)) {
      EXPECT_LT(answer.status, 400) << name(route) << answer.body;
      ++answered;
    } else {
      EXPECT_EQ(answer.status, 403) << name(route) << answer.body;
      EXPECT_TRUE(answer.code() == "beyond_restriction" || answer.code() == "forbidden") << name(route) << answer.body;
      ++refused;
    }
  }
  EXPECT_GT(answered, 20u);
  EXPECT_GT(refused, 40u);
  // The walk can fail: an administrator does see what was planted.
  EXPECT_NE(world.admin->get(world.ws + "/dimensions").body.find(foreign), std::string::npos);
  EXPECT_NE(world.admin->get(world.ws + "/customers/" + world.things["/customers/{cu_id}"] + "/timeline").body.find(foreign), std::string::npos);
}

TEST(Restriction, ACustomerBeyondItIsNotThere) {
  auto& world = Restricted::get();
  ASSERT_FALSE(world.foreign_customer.empty());
  for (const char* end : {"", "/profile", "/timeline", "/panel", "/export.json", "/export.csv"})
    EXPECT_EQ(world.person->get(world.ws + "/customers/" + world.foreign_customer + end).status, 404) << end;
  EXPECT_EQ(world.person->post(world.ws + "/panel_links", {{"customer", world.foreign_customer}}).status, 404);
  EXPECT_TRUE(world.person->post(world.ws + "/customers/search", {{"query", world.foreign_customer}}).json()["items"].empty());
  EXPECT_TRUE(world.person->post(world.ws + "/customers/search", {{"query", foreign + "-Vorgang-9"}}).json()["items"].empty());

  // A panel by link shows no more than its maker may see.
  const auto link = world.must(world.person->post(world.ws + "/panel_links", {{"customer", world.things["/customers/{cu_id}"]}}), 201);
  const std::string url = link["url"];
  Person nobody(TestServer::get().port(), "");
  nobody.use_token(url.substr(url.find('#') + 1));
  const auto panel = nobody.get("/embed/panel");
  EXPECT_EQ(panel.status, 200) << panel.body;
  EXPECT_EQ(panel.json()["events"], 2);
  EXPECT_EQ(panel.body.find(foreign), std::string::npos) << panel.body;
}

TEST(Restriction, NewsOfTheWholeGoToThoseWhoSeeIt) {
  auto& world = Restricted::get();
  const auto listen = [&](const Person& who) {
    auto client = std::make_unique<Client>(TestServer::get().port());
    client->send("GET /api/v1" + world.ws + "/stream HTTP/1.1\r\nHost: localhost\r\nCookie: " + who.cookie + "\r\n\r\n");
    EXPECT_EQ(client->receive(true).status, 200);
    client->read_until("welcome");
    return client;
  };
  const auto all = listen(*world.admin), part = listen(*world.person);
  ASSERT_EQ(world.admin->post(world.ws + "/exports", {{"format", "csv"}}).status, 202);
  EXPECT_NE(all->read_until("event: job").find("event: job"), std::string::npos);
  EXPECT_EQ(part->read_until("event: job", 1).find("event: job"), std::string::npos);
}

TEST(Restriction, NumbersAreThoseOfAFilter) {
  auto& world = Restricted::get();
  const json filter = {{"event_attributes", {{{"attribute", world.market}, {"values", {"DE"}}}}}};
  const auto all = world.must(world.admin->post(world.ws + "/analysis/graph", {{"filter", filter}}), 200), own = world.must(world.person->post(world.ws + "/analysis/graph", json::object()), 200);
  EXPECT_EQ(own["nodes"], all["nodes"]);
  EXPECT_EQ(own["edges"], all["edges"]);
  EXPECT_EQ(world.must(world.person->get(world.ws + "/coverage"), 200)["events"], world.home_events);
  EXPECT_EQ(world.must(world.person->post(world.ws + "/analysis/audience", json::object()), 200)["customers_total"], world.home_customers);
  EXPECT_EQ(world.must(world.admin->post(world.ws + "/analysis/audience", json::object()), 200)["customers_total"], world.customers);
}

TEST(Restriction, IsSetByAdministratorsAndNotForThem) {
  auto& world = Restricted::get();
  EXPECT_EQ(world.person->me["workspaces"].at(0)["restriction"]["units"], json::array({"Nord"}));
  const auto rights = world.person->me["workspaces"].at(0)["rights"];
  EXPECT_EQ(std::ranges::count(rights, "import_data"), 0);
  const std::string member = world.ws + "/members/" + world.things["/members/{user_id}"];
  EXPECT_EQ(world.person->patch(member, {{"role", "editor"}, {"restriction", json::object()}}).status, 403);
  EXPECT_EQ(world.admin->patch(member, {{"role", "administrator"}, {"restriction", {{"units", {"Nord"}}}}}).code(), "administrator_not_restricted");
  EXPECT_EQ(world.admin->patch(member, {{"role", "editor"}, {"restriction", {{"markets", {"DE"}}}}}).code(), "required");
  EXPECT_EQ(world.admin->patch(member, {{"role", "editor"}, {"restriction", {{"no_single_customers", true}, {"smallest_group", 4}}}}).code(), "invalid_group");
  // A change of the role alone leaves it as it is.
  EXPECT_EQ(world.must(world.admin->patch(member, {{"role", "editor"}}), 200)["restriction"]["markets"], json::array({"DE"}));
}

TEST(Restriction, OfATokenHoldsBesidesThatOfItsMaker) {
  auto& world = Restricted::get();
  const auto made = world.must(world.admin->post(world.ws + "/tokens", {{"name", "Gruppen"}, {"scopes", {"read", "see_customers", "analyse", "administer"}},
                                                                       {"restriction", {{"units", {"Nord"}}, {"no_single_customers", true}}}}), 201);
  Person token(TestServer::get().port(), "");
  token.use_token(made["secret"]);
  EXPECT_EQ(token.post(world.ws + "/customers/search", {{"query", ""}}).code(), "forbidden");
  EXPECT_EQ(token.get(world.ws + "/members").code(), "forbidden");
  EXPECT_EQ(token.get(world.ws + "/quality").code(), "beyond_restriction");
  EXPECT_EQ(token.get(world.ws + "/exports").status, 403);
  EXPECT_EQ(token.get(world.ws + "/coverage").json()["events"], world.home_events);
}

TEST(Staff, IsHiddenUnlessAnAgreementIsRecorded) {
  auto& world = Restricted::get();
  const auto dimensions = [&] { return world.admin->get(world.ws + "/dimensions").body; };
  const auto status = [&](const std::string& code) {
    const auto now = world.must(world.admin->get(world.ws + "/privacy/status"), 200);
    for (const auto& duty : now["duties"])
      if (duty["code"] == code) return duty["state"].get<std::string>();
    return std::string();
  };
  const std::string timeline = world.ws + "/customers/" + world.things["/customers/{cu_id}"] + "/timeline";
  EXPECT_EQ(dimensions().find("bearbeiter"), std::string::npos);
  EXPECT_EQ(world.admin->get(timeline).body.find("Mitarbeiter"), std::string::npos);
  EXPECT_EQ(status("works_council"), "open");
  json agreement = {{"partner", "Betriebsrat Nord"}, {"agreed_on", "2025-02-01"}, {"scope", "Schulung"}, {"document", ""}};
  EXPECT_EQ(world.admin->patch(world.ws + "/privacy/staff", {{"attributes", json::array()}, {"agreement", agreement}}).code(), "required");
  agreement["document"] = "BV 2025-7";
  const auto kept = world.must(world.admin->patch(world.ws + "/privacy/staff", {{"attributes", json::array()}, {"agreement", agreement}}), 200);
  EXPECT_EQ(kept["agreement"]["recorded_by"], "administrator");
  EXPECT_NE(dimensions().find("bearbeiter"), std::string::npos);
  EXPECT_NE(world.admin->get(timeline).body.find("Mitarbeiter"), std::string::npos);
  EXPECT_EQ(status("works_council"), "fulfilled");
  // Taken back, it is hidden again, and so is what is named.
  world.must(world.admin->patch(world.ws + "/privacy/staff", {{"attributes", {world.market}}}), 200);
  EXPECT_EQ(dimensions().find("bearbeiter"), std::string::npos);
  EXPECT_EQ(dimensions().find("\"markt\""), std::string::npos);
  world.must(world.admin->patch(world.ws + "/privacy/staff", {{"attributes", json::array()}}), 200);
}

}  // namespace
}  // namespace lotse::test
