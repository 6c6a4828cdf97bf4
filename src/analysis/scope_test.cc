// What a viewer with a restriction is answered from: the events within it, as if there were no others.
#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/test_world.h"

namespace lotse::analysis {
namespace {
using namespace std::chrono_literals;

constexpr Micros base{1'736'150'400'000'000};  // 2025-01-06 08:00 UTC

struct Planted {
  std::string customer, type, market, unit, text;
};
/// Customers c0 … c19: of two markets (event by event) and two units, two of them in both; texts in a field of comments.
std::vector<Planted> planted() {
  std::vector<Planted> out;
  for (int c = 0; c < 20; ++c)
    for (int e = 0; e < 4; ++e) {
      const bool both = c >= 18, at = both ? e % 2 == 1 : c % 3 == 0;
      out.push_back({"c" + std::to_string(c), at ? "T-AT" + std::to_string(e) : "T" + std::to_string(e), at ? "AT" : "DE", c % 2 == 0 ? "Nord" : "", "Danke, alles gut"});
    }
  return out;
}

class ScopeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<TestEvent> events;
    int i = 0;
    for (const auto& p : planted()) {
      TestEvent event{.customer = p.customer, .time = base + Micros{60'000'000} * i++, .type = p.type, .unit = p.unit};
      event.attributes = {{"market", p.market}, {"comment", p.text}, {"clerk", "Mitarbeiter abcdefgh23"}};
      event.customer_attributes = {{"home", p.customer == "c1" ? "AT" : "DE"}};
      events.push_back(std::move(event));
    }
    ASSERT_TRUE(world.analysis->wait_until(world.workspace, world.append(events), 10s));
  }
  Viewer whole(Scope scope = {.staff_hidden = false}) { return access::ViewerMaker::make(world.workspace, "us_test", Role::administrator, access::rights_of(Role::administrator), std::move(scope)); }
  Viewer within(Scope scope) { return access::ViewerMaker::make(world.workspace, "us_test", Role::editor, access::rights_of(Role::editor), std::move(scope)); }
  std::string attribute(const std::string& name) {
    for (const auto& d : TestWorld::need(world.analysis->dimensions(whole())).dimensions)
      if (d.name == name) return d.id;
    return {};
  }
  static size_t events_of(const std::function<bool(const Planted&)>& passes) {
    const auto all = planted();
    return static_cast<size_t>(std::ranges::count_if(all, passes));
  }
  static size_t customers_of(const std::function<bool(const Planted&)>& passes) {
    std::set<std::string> out;
    for (const auto& p : planted())
      if (passes(p)) out.insert(p.customer);
    return out.size();
  }
  TestWorld world;
};

TEST_F(ScopeTest, CountsAsANaiveFilterDoes) {
  struct Case {
    const char* name;
    Scope scope;
    std::function<bool(const Planted&)> passes;
  };
  const std::string market = attribute("market"), home = attribute("home");
  const std::vector<Case> cases = {
      {"market", {.rows = {{market, {"DE"}}}}, [](const auto& p) { return p.market == "DE"; }},
      {"unit", {.rows = {{"unit", {"Nord"}}}}, [](const auto& p) { return p.unit == "Nord"; }},
      {"no unit", {.rows = {{"unit", {""}}}}, [](const auto& p) { return p.unit.empty(); }},
      {"both", {.rows = {{market, {"AT"}}, {"unit", {"Nord"}}}}, [](const auto& p) { return p.market == "AT" && p.unit == "Nord"; }},
      {"of the customer", {.rows = {{home, {"AT"}}}}, [](const auto& p) { return p.customer == "c1"; }},
      {"unknown value", {.rows = {{market, {"FR"}}}}, [](const auto&) { return false; }},
      {"unknown attribute", {.rows = {{"at_gone", {"DE"}}}}, [](const auto&) { return false; }},
  };
  for (const auto& one : cases) {
    const auto viewer = within(one.scope);
    const auto graph = world.analysis->graph(viewer, {.measures = {Measure::instances}});
    ASSERT_TRUE(graph) << one.name << graph.error().code;
    EXPECT_EQ(graph->basis.events, events_of(one.passes)) << one.name;
    EXPECT_EQ(graph->basis.events_total, events_of(one.passes)) << one.name;
    EXPECT_EQ(TestWorld::need(world.analysis->coverage(viewer)).events, events_of(one.passes)) << one.name;
    const auto audience = TestWorld::need(world.analysis->audience(viewer, {}));
    EXPECT_EQ(audience.customers_total, customers_of(one.passes)) << one.name;
    EXPECT_EQ(TestWorld::need(world.analysis->customer_list(viewer, {})).total, customers_of(one.passes)) << one.name;
    uint64_t by_type = 0;
    for (const auto& type : TestWorld::need(world.analysis->event_types(viewer)).types) by_type += type.events;
    EXPECT_EQ(by_type, events_of(one.passes)) << one.name;
    // Whoever sees all gets all: nothing of a scope stays in a cache.
    EXPECT_EQ(TestWorld::need(world.analysis->graph(whole(), {.measures = {Measure::instances}})).basis.events, planted().size()) << one.name;
  }
}

TEST_F(ScopeTest, GraphEqualsThatOfAFilterByAnAdministrator) {
  const std::string market = attribute("market");
  GraphRequest filtered{.measures = {Measure::instances, Measure::customers}};
  filtered.filter.event_attributes = {{.attribute = market, .values = {"DE"}}};
  const auto wanted = TestWorld::need(world.analysis->graph(whole(), filtered));
  const auto got = TestWorld::need(world.analysis->graph(within({.rows = {{market, {"DE"}}}}), {.measures = {Measure::instances, Measure::customers}}));
  EXPECT_EQ(to_json(got)["edges"], to_json(wanted)["edges"]);
  EXPECT_EQ(to_json(got)["nodes"], to_json(wanted)["nodes"]);
}

TEST_F(ScopeTest, ACustomerIsWhatTheScopeLeavesOfIt) {
  const auto viewer = within({.rows = {{attribute("market"), {"DE"}}}});
  const auto profile = TestWorld::need(world.analysis->customer_profile(viewer, "cu_c18"));  // in both markets
  EXPECT_EQ(profile.events, 2u);
  const auto timeline = TestWorld::need(world.analysis->customer_timeline(viewer, "cu_c18", {}));
  ASSERT_EQ(timeline.events.size(), 2u);
  for (const auto& event : timeline.events) EXPECT_EQ(event.attributes.at("market"), "DE");
  const auto course = TestWorld::need(world.analysis->customer_course(viewer, "cu_c18", std::nullopt));
  EXPECT_EQ(course.events_total, 2u);
  ASSERT_EQ(course.events.size(), 2u);
  for (const auto& event : course.events) EXPECT_EQ(event.attributes.at("market"), "DE");
  EXPECT_EQ(world.analysis->customer_profile(viewer, "cu_c0").error().code, "not_found");
  EXPECT_EQ(world.analysis->customer_course(viewer, "cu_c0", std::nullopt).error().code, "not_found");
}

TEST_F(ScopeTest, NewEventsWithinTheScopeAppear) {
  const std::string market = attribute("market");
  const auto viewer = within({.rows = {{market, {"DE"}}}});
  const auto before = TestWorld::need(world.analysis->coverage(viewer)).events;
  std::vector<TestEvent> more;
  for (const char* m : {"DE", "AT"}) {
    TestEvent event{.customer = "new", .time = base + Micros{99'000'000'000}, .type = "T0"};
    event.attributes = {{"market", m}};
    more.push_back(std::move(event));
  }
  const auto as_of = world.append(more);
  ASSERT_TRUE(world.analysis->wait_until(world.workspace, as_of, 10s));
  world.clock.advance(Micros{10'000'000});
  EXPECT_EQ(TestWorld::need(world.analysis->coverage(viewer)).events, before + 1);
}

TEST_F(ScopeTest, IsDecidedByPersonsBeforeTheyAreCountedByAccount) {
  const auto event = [](const std::string& who, const char* lives, const char* market, int minute, std::vector<std::pair<uint32_t, std::string>> references) {
    TestEvent out{.customer = who, .time = base + Micros{60'000'000} * (1000 + minute), .type = "T0", .references = std::move(references)};
    out.attributes = {{"market", market}};
    out.customer_attributes = {{"home", lives}};
    return out;
  };
  world.append_and_see({event("anna", "DE", "DE", 1, {{BuiltinAttribute::account, "acme"}}), event("anna", "DE", "AT", 2, {{BuiltinAttribute::account, "acme"}}), event("ben", "AT", "DE", 3, {{BuiltinAttribute::account, "acme"}}),
                        event("carla", "AT", "DE", 4, {{BuiltinAttribute::account, "nord"}}), event("dora", "DE", "DE", 5, {})});
  const auto basis = [&](const Scope& scope) {
    Filter filter;
    filter.count_by = CountBy::account;
    return TestWorld::need(world.analysis->graph(within(scope), {.filter = filter, .measures = {Measure::instances}})).basis;
  };
  const Scope home{.rows = {{attribute("home"), {"DE"}}}}, market{.rows = {{attribute("market"), {"DE"}}}};
  // Acme was last heard of from Ben, who lives elsewhere: what Anna did there is seen, and nothing else.
  EXPECT_EQ(basis(home).customers, 1u);
  EXPECT_EQ(basis(home).events, 2u);
  EXPECT_EQ(basis(home).events_without_reference, events_of([](const auto& p) { return p.customer != "c1"; }) + 1);  // and Dora's
  EXPECT_EQ(basis(market).customers, 2u);
  EXPECT_EQ(basis(market).events, 3u);
  EXPECT_EQ(basis({}).events, 4u);
  Filter orders;
  orders.count_by = CountBy::order;
  EXPECT_EQ(world.analysis->graph(within(home), {.filter = orders}).error().code, "count_by_no_data");
  // Anna moves, which no event of the account says.
  world.append_and_see({event("anna", "AT", "DE", 6, {})});
  world.clock.advance(Micros{10'000'000});
  EXPECT_EQ(basis(home).events, 0u);
  EXPECT_EQ(basis(market).events, 3u);
}

TEST_F(ScopeTest, FreeTextsAndStaffAreUnknown) {
  const std::string comment = attribute("comment"), clerk = attribute("clerk");
  const auto names = [&](const Viewer& viewer) {
    std::set<std::string> out;
    for (const auto& d : TestWorld::need(world.analysis->dimensions(viewer)).dimensions) out.insert(d.name);
    return out;
  };
  EXPECT_TRUE(names(whole()).contains("comment") && names(whole()).contains("clerk"));
  EXPECT_FALSE(names(within({.no_texts = true})).contains("comment"));
  const auto by_default = access::ViewerMaker::make(world.workspace, "us_test", Role::administrator);
  EXPECT_FALSE(names(by_default).contains("clerk"));
  EXPECT_TRUE(names(by_default).contains("comment"));
  EXPECT_FALSE(names(whole({.staff_attributes = {comment}})).contains("comment"));

  const auto asked = [&](const Viewer& viewer, const std::string& id) {
    GraphRequest request;
    request.filter.event_attributes = {{.attribute = id, .values = {"x"}}};
    const auto graph = world.analysis->graph(viewer, request);
    return graph ? std::string() : graph.error().code;
  };
  EXPECT_EQ(asked(whole(), clerk), "");
  EXPECT_EQ(asked(by_default, clerk), "unknown_attribute");
  EXPECT_EQ(asked(within({.no_texts = true}), comment), "unknown_attribute");
  const auto sees = [&](const Viewer& viewer, const std::string& text) {
    std::string all = to_json(TestWorld::need(world.analysis->customer_timeline(viewer, "cu_c1", {}))).dump();
    all += to_json(TestWorld::need(world.analysis->customer_course(viewer, "cu_c1", std::nullopt))).dump();
    const auto types = TestWorld::need(world.analysis->event_types(viewer));
    for (const auto& type : types.types) all += to_json(TestWorld::need(world.analysis->event_samples(viewer, type.id))).dump();
    return all.find(text) != std::string::npos;
  };
  EXPECT_TRUE(sees(whole(), "Mitarbeiter") && sees(whole(), "Danke"));
  EXPECT_FALSE(sees(by_default, "Mitarbeiter"));
  EXPECT_FALSE(sees(within({.no_texts = true}), "Danke"));
}

TEST_F(ScopeTest, GroupsAreWithheldBelowTheSmallest) {
  const auto viewer = within({.no_single_customers = true, .smallest_group = 8});
  EXPECT_EQ(world.analysis->customer_list(viewer, {}).error().code, "forbidden");
  EXPECT_EQ(world.analysis->customer_profile(viewer, "cu_c1").error().code, "forbidden");
  EXPECT_EQ(world.analysis->instances(viewer, {}).error().code, "forbidden");
  for (const auto& node : TestWorld::need(world.analysis->graph(viewer, {.measures = {Measure::customers}})).nodes) EXPECT_GE(node.customers.value_or(0), 8u);
}

TEST_F(ScopeTest, AListForAPurposeLeavesOutWhoHasNotAgreed) {
  world.names.say(world.names.number("c2"), true);
  world.names.say(world.names.number("c3"), true);
  world.names.say(world.names.number("c4"), false);
  const auto list = TestWorld::need(world.analysis->customer_list(whole(), {.purpose = "contact"}));
  EXPECT_EQ(list.total, 2u);
  EXPECT_EQ(list.without_consent, 18u);
  EXPECT_FALSE(TestWorld::need(world.analysis->customer_list(whole(), {})).without_consent);
  EXPECT_FALSE(TestWorld::need(world.analysis->customer_panel(whole(), "cu_c2")).profile_withheld);
  const auto refused = TestWorld::need(world.analysis->customer_panel(whole(), "cu_c4"));
  EXPECT_TRUE(refused.profile_withheld);
  EXPECT_TRUE(refused.attributes.empty() && refused.computed.empty());
  EXPECT_FALSE(refused.last_contacts.empty());
}

}  // namespace
}  // namespace lotse::analysis
