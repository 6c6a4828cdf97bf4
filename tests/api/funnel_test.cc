// Funnels over HTTP: numbers and the rows behind them, page by page, as CSV; who may see what; problems with their pointers.
#include <thread>

#include "fixture.h"

namespace lotse::test {
namespace {
using json = nlohmann::json;

struct Shop {
  std::string ws, visit, order;
  std::unique_ptr<Person> admin, reader;

  static Shop& get() {
    static Shop one;
    return one;
  }
  Shop() {
    auto& server = TestServer::get();
    auto& owner = server.parts().owner;
    admin = server.person("administrator");
    const std::string id = owner.make_workspace({.name = "Laden", .time_zone = "Europe/Berlin", .language = "de"}, admin->me["id"]).value().id.value;
    ws = "/workspaces/" + id;
    (void)owner.add_user("only-reads@example.com", "liest", false, std::string(TestServer::password)).value();
    (void)owner.set_member(WorkspaceId{id}, "only-reads@example.com", Role::reader).value();
    reader = server.person("only-reads");
    json events = json::array();
    for (int c = 0; c < 10; ++c) {
      const std::string customer = "k" + std::to_string(c);
      events.push_back({{"customer", customer}, {"event_type", "besuch"}, {"time", "2025-01-06T08:00:00Z"}, {"id", customer + "b"}, {"channel", c % 2 ? "Web" : "App"}});
      if (c < 7) events.push_back({{"customer", customer}, {"event_type", "bestellung"}, {"time", "2025-01-06T09:00:00Z"}, {"id", customer + "o"}});
    }
    EXPECT_EQ(admin->post(ws + "/events", {{"source", "Laden"}, {"events", events}}).status, 200);
    for (int i = 0; i < 200 && (visit.empty() || order.empty() || admin->get(ws + "/coverage").json()["events"] != 17); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      const auto touchpoints = admin->get(ws + "/touchpoints").json();
      for (const auto& t : touchpoints["items"]) (t["name"] == "besuch" ? visit : order) = t["id"];
    }
  }
  json funnel() const { return {{"steps", {{{"touchpoints", {visit}}}, {{"touchpoints", {order}}}}}, {"window_s", 86400}}; }
};

TEST(Funnels, NumbersAndTheRowsBehindThem) {
  auto& shop = Shop::get();
  const auto answer = shop.admin->post(shop.ws + "/analysis/funnel", {{"funnel", shop.funnel()}, {"breakdown", "channel"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto found = answer.json();
  EXPECT_EQ(found["steps"][0]["instances"], 10);
  EXPECT_EQ(found["steps"][0]["dropped"], 3);
  EXPECT_EQ(found["steps"][0]["ended"], 3);
  EXPECT_EQ(found["steps"][1]["instances"], 7);
  EXPECT_DOUBLE_EQ(found["steps"][1]["from_previous"]["share"], 0.7);
  EXPECT_DOUBLE_EQ(found["steps"][1]["median_from_first_s"], 3600);
  EXPECT_EQ(found["groups"].size(), 2u);

  json ask = {{"funnel", shop.funnel()}, {"part", {{"step", 2}}}, {"limit", 5}, {"as_of", found["basis"]["as_of"]}};
  const auto first = shop.admin->post(shop.ws + "/analysis/funnel/rows", ask).json();
  EXPECT_EQ(first["total"], 7);
  EXPECT_EQ(first["rows"].size(), 5u);
  ask["cursor"] = first["next_cursor"];
  const auto second = shop.admin->post(shop.ws + "/analysis/funnel/rows", ask).json();
  EXPECT_EQ(second["rows"].size(), 2u);
  EXPECT_FALSE(second.contains("next_cursor"));
  ask = {{"funnel", shop.funnel()}, {"breakdown", "channel"}, {"part", {{"step", 1}, {"value", "App"}}}};
  EXPECT_EQ(shop.admin->post(shop.ws + "/analysis/funnel/rows", ask).json()["total"], 5);
  const auto csv = shop.admin->post(shop.ws + "/analysis/funnel/rows.csv", {{"funnel", shop.funnel()}, {"part", {{"step", 1}, {"dropped", true}}}});
  EXPECT_EQ(std::ranges::count(csv.body, '\n'), 4) << csv.body;
  EXPECT_NE(shop.admin->post(shop.ws + "/analysis/funnel.csv", {{"funnel", shop.funnel()}}).body.find("step,,2,bestellung,7,7,0.7"), std::string::npos);
}

TEST(Funnels, AFirstOneIsProposed) {
  auto& shop = Shop::get();
  const auto found = shop.reader->post(shop.ws + "/analysis/funnel/proposal", json::object()).json();
  EXPECT_EQ(found["how"], "purchase");
  EXPECT_EQ(found["steps"], json({shop.visit, shop.order}));
  EXPECT_EQ(found["instances"], 7);
  EXPECT_DOUBLE_EQ(found["window_s"], 3600);
}

TEST(Funnels, WhoMayNotSeeCustomersSeesNoSmallGroup) {
  auto& shop = Shop::get();
  const auto answer = shop.reader->post(shop.ws + "/analysis/funnel", {{"funnel", shop.funnel()}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto found = answer.json();
  EXPECT_EQ(found["steps"][1]["instances"], 7);
  EXPECT_FALSE(found["steps"][0].contains("dropped"));  // three
  EXPECT_NE(std::ranges::count(found["basis"]["notes"], "small_groups_withheld"), 0);
  EXPECT_EQ(shop.reader->post(shop.ws + "/analysis/funnel/rows", {{"funnel", shop.funnel()}, {"part", {{"step", 1}}}}).status, 403);
  EXPECT_EQ(shop.reader->post(shop.ws + "/analysis/funnel/rows.csv", {{"funnel", shop.funnel()}, {"part", {{"step", 1}}}}).status, 403);
}

TEST(Funnels, ProblemsPointAtWhatIsWrong) {
  auto& shop = Shop::get();
  json funnel = shop.funnel();
  funnel["steps"][1]["touchpoints"] = {"tp_gone"};
  funnel["window_s"] = 0;
  const auto answer = shop.admin->post(shop.ws + "/analysis/funnel", {{"funnel", funnel}});
  EXPECT_EQ(answer.status, 422);
  std::set<std::string> fields;
  const auto problem = answer.json();
  for (const auto& e : problem["errors"]) fields.insert(std::string(e["field"]) + " " + std::string(e["code"]));
  EXPECT_TRUE(fields.contains("/funnel/steps/1/touchpoints/0 unknown_touchpoint")) << answer.body;
  EXPECT_TRUE(fields.contains("/funnel/window_s invalid_window")) << answer.body;
  EXPECT_EQ(shop.admin->post(shop.ws + "/analysis/funnel", {{"funnel", shop.funnel()}, {"breakdown", "at_none"}}).code(), "unknown_attribute");
  const auto compared = shop.admin->post(shop.ws + "/analysis/funnel", {{"funnel", shop.funnel()}, {"compare", {{"segment", "seg_none"}}}});
  EXPECT_EQ(compared.json()["errors"][0]["field"], "/compare/segment") << compared.body;
}

}  // namespace
}  // namespace lotse::test
