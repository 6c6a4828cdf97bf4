#include <gtest/gtest.h>

#include <set>

#include "analysis/test_world.h"

namespace lotse::analysis {
namespace {

constexpr Micros day{86'400'000'000};
// The world's clock says 2025-06-01T00:00Z.
constexpr Micros now{1'748'736'000'000'000};
Micros ago(double days) { return now - Micros{static_cast<int64_t>(days * 86'400e6)}; }

class CustomersTest : public ::testing::Test {
 protected:
  TestWorld world;

  void SetUp() override {
    world.append_and_see({
        {.customer = "anna", .time = ago(200), .type = "visit", .source = "Shop", .channel = "web", .customer_attributes = {{"tariff", "basic"}}},
        {.customer = "anna", .time = ago(100), .type = "order", .source = "Shop", .key = "A1", .channel = "web", .cost = 2.5, .attributes = {{"amount", "100,50"}}},
        {.customer = "anna", .time = ago(40), .type = "call", .source = "Phone", .key = "A1", .channel = "phone", .customer_attributes = {{"tariff", "gold"}}},
        {.customer = "anna", .time = ago(5), .type = "order", .source = "Shop", .key = "A2", .channel = "web", .attributes = {{"amount", "49.50"}}},
        {.customer = "ben", .time = ago(90), .type = "visit", .source = "Shop", .channel = "web", .customer_attributes = {{"tariff", "gold"}}},
        {.customer = "ben", .time = ago(80), .type = "order", .source = "Shop", .key = "B1", .channel = "app", .attributes = {{"amount", "n/a"}}},
        {.customer = "cleo", .time = ago(20), .type = "visit", .source = "Shop", .channel = "web", .customer_attributes = {{"tariff", "basic"}}},
    });
  }
  std::string touchpoint(const std::string& name) {
    const auto all = *world.analysis->dimensions(world.viewer());
    for (const auto& one : all.touchpoints)
      if (one.name == name) return one.id;
    return "tp_none";
  }
  std::string attribute(const std::string& name) {
    const auto all = *world.analysis->dimensions(world.viewer());
    for (const auto& one : all.dimensions)
      if (one.name == name) return one.id;
    return "at_none";
  }
  /// The members of a filter, by name, in order of their numbers.
  std::string members(Filter filter) {
    const auto list = world.analysis->customer_list(world.viewer(), {.filter = filter});
    if (!list) return list.error().code + " " + list.error().field;
    std::string out;
    for (const auto& row : list->rows) out += (out.empty() ? "" : " ") + row.customer.substr(3);
    EXPECT_EQ(world.analysis->audience(world.viewer(), {.filter = filter})->customers, list->total);
    return out;
  }
  std::string members(CustomerRule rule) { return members(Filter{.customer_rules = {std::move(rule)}}); }
  std::string computed(const std::string& name, customers::ComputedDefinition definition) {
    return world.computed->create(world.viewer(), {.name = name, .definition = std::move(definition)})->id;
  }
};

TEST_F(CustomersTest, FindsByPseudonymIdentifierAndKeyByRight) {
  const auto find = [&](Role role, const std::string& query) {
    const auto hits = world.analysis->find_customers(world.viewer(role), {.query = query});
    if (!hits) return hits.error().code;
    std::string out(word(hits->matched));
    for (const auto& row : hits->items) out += " " + row.customer;
    return out;
  };
  EXPECT_EQ(find(Role::analyst, " cu_anna "), "pseudonym cu_anna");
  EXPECT_EQ(find(Role::administrator, "ben"), "identifier cu_ben");
  EXPECT_EQ(find(Role::analyst, "ben"), "instance_key");  // an identifier is for those who may see it
  EXPECT_EQ(find(Role::analyst, "B1"), "instance_key cu_ben");
  EXPECT_EQ(find(Role::analyst, "B"), "instance_key");
  EXPECT_EQ(find(Role::analyst, ""), "latest cu_anna cu_cleo cu_ben");
  EXPECT_EQ(find(Role::reader, "cu_anna"), "forbidden");
  EXPECT_EQ(find(Role::analyst, std::string(501, 'x')), "invalid_query");
}

TEST_F(CustomersTest, TheProfileTellsOriginHistoryAndOpenMatters) {
  const auto profile = *world.analysis->customer_profile(world.viewer(), "cu_anna");
  EXPECT_EQ(profile.events, 4u);
  EXPECT_EQ(profile.first, iso_utc(ago(200)));
  ASSERT_EQ(profile.attributes.size(), 1u);
  const auto& tariff = profile.attributes[0];
  EXPECT_EQ(tariff.name, "tariff");
  EXPECT_EQ(tariff.value, "gold");
  EXPECT_EQ(tariff.since, iso_utc(ago(40)));
  EXPECT_EQ(tariff.source, "Phone");
  ASSERT_EQ(tariff.history.size(), 2u);
  EXPECT_EQ(tariff.history[1].value, "basic");
  EXPECT_EQ(tariff.history[1].source, "Shop");
  // A2 had its last event 5 days ago, A1 40 days ago: 30 days is the usual bound.
  ASSERT_EQ(profile.matters.size(), 2u);
  EXPECT_EQ(profile.matters[0].instance_key, "A2");
  EXPECT_TRUE(profile.matters[0].open);
  EXPECT_EQ(profile.matters[1].instance_key, "A1");
  EXPECT_FALSE(profile.matters[1].open);
  EXPECT_EQ(profile.matters[1].events, 2u);
  EXPECT_EQ(profile.matters[1].last_touchpoint_name, "call");
  // Where an order ends a matter, A2 is over; with 60 days A1 would still be open but for its end.
  auto settings = *world.panel->settings(world.viewer());
  settings.end_touchpoints = {touchpoint("order")};
  settings.open_days = 60;
  ASSERT_TRUE(world.panel->change(world.viewer(), settings, settings.etag));
  const auto later = *world.analysis->customer_profile(world.viewer(), "cu_anna");
  EXPECT_EQ(later.matters[0].instance_key, "A1");
  EXPECT_TRUE(later.matters[0].open);  // its call came after the order
  EXPECT_FALSE(later.matters[1].open);
  EXPECT_EQ(world.analysis->customer_profile(world.viewer(), "cu_dora").error().code, "not_found");
  EXPECT_EQ(world.analysis->customer_profile(world.viewer(Role::reader), "cu_anna").error().code, "forbidden");
}

TEST_F(CustomersTest, TheActivityCountsEachEventOnceByChannelAndBySource) {
  const auto activity = world.analysis->customer_profile(world.viewer(), "cu_anna")->activity;
  EXPECT_EQ(activity.bucket, "week");
  ASSERT_EQ(activity.channels.size(), 2u);
  EXPECT_EQ(activity.channels[0].name, "web");
  for (const auto* lanes : {&activity.channels, &activity.sources}) {
    uint64_t all = 0;
    for (const auto& lane : *lanes)
      for (const uint64_t n : lane.counts) all += n;
    EXPECT_EQ(all, 4u);
  }
}

TEST_F(CustomersTest, TheTimelineIsNewestFirstWithPausesAndFilters) {
  const auto ask = [&](TimelineRequest request) {
    const auto timeline = world.analysis->customer_timeline(world.viewer(), "cu_anna", request);
    if (!timeline) return timeline.error().code;
    std::string out = std::to_string(timeline->total);
    for (const auto& e : timeline->events) out += " " + e.touchpoint_name;
    return out;
  };
  EXPECT_EQ(ask({}), "4 order call order visit");
  EXPECT_EQ(ask({.channel = "phone"}), "1 call");
  EXPECT_EQ(ask({.channel = "-"}), "0");
  EXPECT_EQ(ask({.source = "Shop"}), "3 order order visit");
  EXPECT_EQ(ask({.instance_key = "A1"}), "2 call order");
  EXPECT_EQ(ask({.instance_key = "B1"}), "0");
  EXPECT_EQ(ask({.touchpoint = touchpoint("visit")}), "1 visit");
  EXPECT_EQ(ask({.before = "2025-03-01"}), "2 order visit");
  EXPECT_EQ(ask({.before = "soon"}), "invalid_time");
  EXPECT_EQ(ask({.cursor = "1.2"}), "invalid_cursor");
  const auto events = world.analysis->customer_timeline(world.viewer(), "cu_anna", {})->events;
  EXPECT_EQ(events[0].pause_s, 35 * 86'400.0);
  EXPECT_FALSE(events[3].pause_s);
  EXPECT_EQ(events[2].cost, 2.5);
  EXPECT_EQ(events[2].attributes.at("amount"), "100,50");
  EXPECT_EQ(events[1].customer_attributes.at("tariff"), "gold");
}

TEST_F(CustomersTest, ALongTimelineComesByPagesWithoutGapOrRepeat) {
  std::vector<TestEvent> many;
  for (int i = 0; i < 1234; ++i) many.push_back({.customer = "dora", .time = ago(300) + Micros{i % 7 * 1'000'000 + i / 7 * 60'000'000}, .type = "t" + std::to_string(i)});
  world.append_and_see(many);
  std::set<std::string> seen;
  TimelineRequest request;
  for (std::string last = "9";;) {
    const auto page = *world.analysis->customer_timeline(world.viewer(), "cu_dora", request);
    EXPECT_EQ(page.total, 1234u);
    for (const auto& e : page.events) {
      EXPECT_LE(e.time, last);
      last = e.time;
      EXPECT_TRUE(seen.insert(e.event_type).second);
    }
    if (!page.next_cursor) break;
    request.cursor = page.next_cursor;
  }
  EXPECT_EQ(seen.size(), 1234u);
}

TEST_F(CustomersTest, EveryLookIsInTheAuditLogOnceInTenMinutes) {
  const auto views = [&] {
    size_t n = 0;
    const auto log = *world.audit->list(world.viewer(), std::nullopt);
    for (const auto& entry : log.items) n += entry.action == "customer.view" && entry.object == "cu_anna";
    return n;
  };
  ASSERT_TRUE(world.analysis->customer_profile(world.viewer(), "cu_anna"));
  ASSERT_TRUE(world.analysis->customer_timeline(world.viewer(), "cu_anna", {}));
  ASSERT_TRUE(world.analysis->customer_course(world.viewer(), "cu_anna", std::nullopt));
  EXPECT_EQ(views(), 1u);
  world.clock.advance(Micros{601'000'000});
  ASSERT_TRUE(world.analysis->customer_course(world.viewer(), "cu_anna", std::nullopt));
  EXPECT_EQ(views(), 2u);
  ASSERT_TRUE(world.analysis->customer_export(world.viewer(), "cu_anna"));
  EXPECT_EQ(world.audit->list(world.viewer(), std::nullopt)->items[0].action, "customer.export");
}

TEST_F(CustomersTest, RulesAboutBehaviour) {
  using K = CustomerRuleKind;
  const std::string visit = touchpoint("visit"), order = touchpoint("order"), call = touchpoint("call");
  EXPECT_EQ(members({.kind = K::did, .touchpoints = {order}}), "anna ben");
  EXPECT_EQ(members({.kind = K::did, .exclude = true, .touchpoints = {order}}), "cleo");
  EXPECT_EQ(members({.kind = K::did, .touchpoints = {order}, .at_least = 2}), "anna");
  EXPECT_EQ(members({.kind = K::did, .touchpoints = {order}, .at_most = 1}), "ben cleo");
  EXPECT_EQ(members({.kind = K::did, .touchpoints = {order}, .days = 30}), "anna");
  EXPECT_EQ(members({.kind = K::did, .touchpoints = {order}, .from = "2025-03-01", .to = "2025-04-01"}), "ben");
  EXPECT_EQ(members({.kind = K::did, .at_least = 3}), "anna");
  EXPECT_EQ(members({.kind = K::did_then, .touchpoints = {visit}, .then = {order}}), "anna ben");
  EXPECT_EQ(members({.kind = K::did_then, .touchpoints = {visit}, .then = {order}, .within_days = 10}), "ben");
  EXPECT_EQ(members({.kind = K::did_then_not, .touchpoints = {visit}, .then = {order}}), "cleo");
  // Cleo's visit was 20 days ago: whether an order comes within 30 days cannot be said yet.
  EXPECT_EQ(members({.kind = K::did_then_not, .touchpoints = {visit}, .then = {order}, .within_days = 30}), "anna");
  EXPECT_EQ(members({.kind = K::did_then_not, .touchpoints = {visit}, .then = {order}, .within_days = 15}), "anna cleo");
  EXPECT_EQ(members({.kind = K::any, .rules = {{.kind = K::did, .touchpoints = {call}}, {.kind = K::did, .exclude = true, .touchpoints = {order}}}}), "anna cleo");
  EXPECT_EQ(members({.kind = K::all, .rules = {{.kind = K::did, .touchpoints = {visit}}, {.kind = K::did, .touchpoints = {order}, .at_most = 1}}}), "ben cleo");
}

TEST_F(CustomersTest, RulesAboutAttributes) {
  using K = CustomerRuleKind;
  const std::string tariff = attribute("tariff");
  EXPECT_EQ(members({.kind = K::attribute, .attribute = tariff, .values = {"gold"}}), "anna ben");
  EXPECT_EQ(members({.kind = K::attribute, .attribute = tariff, .values = {"basic"}}), "cleo");  // Anna's last is gold
  EXPECT_EQ(members({.kind = K::attribute, .attribute = "channel", .values = {"phone", "app"}}), "anna ben");
  EXPECT_EQ(members({.kind = K::attribute, .attribute = "source", .values = {"Phone"}}), "anna");
  EXPECT_EQ(members({.kind = K::attribute, .attribute = tariff, .values = {"platinum"}}), "");
}

TEST_F(CustomersTest, TheValueAtTheTimeOfTheEventDiffersFromTheLast) {
  const std::string tariff = attribute("tariff");
  const auto events = [&](AttributeMoment moment) {
    Filter filter;
    filter.slice.kind = SliceKind::customer;
    filter.event_attributes = {{.attribute = tariff, .values = {"basic"}, .moment = moment}};
    return world.analysis->graph(world.viewer(), {.filter = filter})->basis.events;
  };
  // Anna was basic until her call: visit and first order; Cleo's visit. As an event's own value it stands at two.
  EXPECT_EQ(events(AttributeMoment::event), 3u);
  EXPECT_EQ(events(AttributeMoment::last), 2u);
  Filter instances;
  instances.instance_attributes = {{.attribute = tariff, .values = {"basic"}, .moment = AttributeMoment::event}};
  instances.slice.kind = SliceKind::customer;
  EXPECT_EQ(members(instances), "anna cleo");
  instances.instance_attributes[0].moment = AttributeMoment::last;
  EXPECT_EQ(members(instances), "cleo");
  instances.instance_attributes = {{.attribute = "channel", .values = {"web"}, .moment = AttributeMoment::event}};
  EXPECT_EQ(members(instances), "not_for_this_kind /filter/instance_attributes/0/moment");
}

TEST_F(CustomersTest, ComputedAttributesInProfileRulesAndExport) {
  using C = customers::ComputedKind;
  using K = CustomerRuleKind;
  const std::string order = touchpoint("order");
  const std::string orders = computed("Orders", {.kind = C::events, .touchpoints = {order}});
  const std::string value = computed("Value", {.kind = C::value_sum, .touchpoints = {order}, .value_of = attribute("amount")});
  const std::string cost = computed("Cost", {.kind = C::value_sum, .value_of = "cost"});
  const std::string since = computed("Since", {.kind = C::days_since_last});
  const std::string first = computed("First", {.kind = C::first_contact});
  const std::string channel = computed("Way", {.kind = C::most_used_channel});
  const std::string instances = computed("Instances", {.kind = C::instances});
  const std::string recent = computed("Recent", {.kind = C::events, .days = 50});

  std::map<std::string, ComputedValue> of;
  const auto profile = *world.analysis->customer_profile(world.viewer(), "cu_anna");
  for (const auto& one : profile.computed) of[one.name] = one;
  EXPECT_EQ(of["Orders"].number, 2);
  EXPECT_EQ(of["Value"].number, 150);
  EXPECT_EQ(of["Cost"].number, 2.5);
  EXPECT_EQ(of["Since"].number, 5);
  EXPECT_EQ(of["First"].time, iso_utc(ago(200)));
  EXPECT_EQ(of["Way"].text, "web");
  EXPECT_EQ(of["Instances"].number, 2);
  EXPECT_EQ(of["Recent"].number, 2);

  EXPECT_EQ(members({.kind = K::computed, .attribute = orders, .min = 1}), "anna ben");
  EXPECT_EQ(members({.kind = K::computed, .attribute = value, .max = 0}), "ben cleo");
  EXPECT_EQ(members({.kind = K::computed, .attribute = cost, .min = 2, .max = 3}), "anna");
  EXPECT_EQ(members({.kind = K::computed, .attribute = since, .min = 20, .max = 80}), "ben cleo");
  EXPECT_EQ(members({.kind = K::computed, .from = "2025-05-01", .attribute = first}), "cleo");
  EXPECT_EQ(members({.kind = K::computed, .attribute = channel, .values = {"web"}}), "anna cleo");  // Ben's ways are level; app was the last
  EXPECT_EQ(members({.kind = K::computed, .attribute = instances, .min = 1}), "anna ben");

  const auto summary = *world.analysis->computed_summary(world.viewer(), {.definition = {.kind = C::events, .touchpoints = {order}}});
  EXPECT_EQ(summary.customers, 3u);
  EXPECT_EQ(summary.with_value, 2u);
  EXPECT_EQ(summary.min, 1);
  EXPECT_EQ(summary.median, 1.5);
  EXPECT_EQ(summary.max, 2);

  std::string csv;
  ASSERT_TRUE((*world.analysis->customer_list_csv(world.viewer(), {}))([&](std::string_view piece) {
    csv += piece;
    return true;
  }));
  EXPECT_TRUE(csv.starts_with("customer,events,first,last,Cost,First,Instances,Orders,Recent,Since,Value,Way\r\n")) << csv;
  EXPECT_NE(csv.find(",2.5,2024-11-13T00:00:00Z,2,2,2,5,150,web\r\n"), std::string::npos) << csv;
}

TEST_F(CustomersTest, ASegmentOfRulesWorksInEveryFilterAndInTheProfile) {
  using K = CustomerRuleKind;
  const std::string order = touchpoint("order");
  Filter rules{.customer_rules = {{.kind = K::did, .touchpoints = {order}, .at_least = 2}}};
  const auto segment = *world.segments->create(world.viewer(), {.name = "Loyal", .filter = rules});
  EXPECT_EQ(members(Filter{.segment = segment.id}), "anna");
  const auto graph = *world.analysis->graph(world.viewer(), {.filter = {.slice = {.kind = SliceKind::customer}, .segment = segment.id}});
  EXPECT_EQ(graph.basis.customers, 1u);
  EXPECT_EQ(graph.basis.events, 4u);
  ASSERT_EQ(world.analysis->customer_profile(world.viewer(), "cu_anna")->segments.size(), 1u);
  EXPECT_TRUE(world.analysis->customer_profile(world.viewer(), "cu_ben")->segments.empty());
  // It follows the data.
  world.append_and_see({{.customer = "ben", .time = ago(1), .type = "order", .source = "Shop", .key = "B2"}});
  EXPECT_EQ(members(Filter{.segment = segment.id}), "anna ben");
}

TEST_F(CustomersTest, BadRulesAreNamedWithTheirPlace) {
  using K = CustomerRuleKind;
  EXPECT_EQ(members({.kind = K::all}), "no_rules /filter/customer_rules/0/rules");
  EXPECT_EQ(members({.kind = K::did, .touchpoints = {"tp_x"}}), "unknown_touchpoint /filter/customer_rules/0/touchpoints/0");
  EXPECT_EQ(members({.kind = K::any, .rules = {{.kind = K::did_then, .touchpoints = {touchpoint("visit")}}}}), "no_touchpoints /filter/customer_rules/0/rules/0/then");
  EXPECT_EQ(members({.kind = K::did, .days = 0}), "invalid_number /filter/customer_rules/0/days");
  EXPECT_EQ(members({.kind = K::did, .min = 3}), "not_for_this_kind /filter/customer_rules/0/min");
  EXPECT_EQ(members({.kind = K::computed, .attribute = "ca_x", .min = 1}), "unknown_attribute /filter/customer_rules/0/attribute");
  CustomerRule deep{.kind = K::did};
  for (int i = 0; i < 7; ++i) deep = CustomerRule{.kind = K::all, .rules = {deep}};
  EXPECT_TRUE(members(deep).starts_with("rules_too_deep "));
}

TEST_F(CustomersTest, ComputedAttributesAreCheckedAndKeptWhileUsed) {
  using C = customers::ComputedKind;
  const auto code = [&](customers::ComputedAttributeRequest request) { return world.computed->create(world.viewer(), request).error().code; };
  const std::string orders = computed("Orders", {.kind = C::events});
  EXPECT_EQ(code({.name = "Orders"}), "computed_exists");
  EXPECT_EQ(code({.name = " "}), "invalid_name");
  EXPECT_EQ(code({.name = "x", .definition = {.kind = C::value_sum}}), "required");
  EXPECT_EQ(code({.name = "x", .definition = {.kind = C::events, .days = -1}}), "invalid_number");
  EXPECT_EQ(code({.name = "x", .definition = {.kind = C::instances, .days = 3}}), "not_for_this_kind");
  ASSERT_TRUE(world.segments->create(world.viewer(), {.name = "S", .filter = {.customer_rules = {{.kind = CustomerRuleKind::computed, .attribute = orders, .min = 1}}}}));
  EXPECT_EQ(world.computed->remove(world.viewer(), orders).error().code, "computed_in_use");
  EXPECT_EQ(world.computed->change(world.viewer(), orders, {.name = "Orders"}, "99").error().code, "stale");
  EXPECT_EQ(world.computed->create(world.viewer(Role::reader), {.name = "y"}).error().code, "forbidden");
}

TEST_F(CustomersTest, APanelLinkShowsOneCustomerForMinutes) {
  const auto link = *world.analysis->panel_link(world.viewer(Role::analyst), {.customer = "cu_anna", .minutes = 5, .language = "de"});
  const auto hash = link.url.find('#');
  EXPECT_EQ(link.url.substr(0, hash), "/embed/customer?w=" + world.workspace.value + "&l=de");
  const std::string secret = link.url.substr(hash + 1);
  // The viewer of the test is no member of the workspace by name of a role: the link acts as its maker is now.
  const auto panel = world.analysis->customer_panel_by_link(secret);
  ASSERT_TRUE(panel) << panel.error().code;
  EXPECT_EQ(panel->customer, "cu_anna");
  ASSERT_EQ(panel->last_contacts.size(), 4u);
  EXPECT_EQ(panel->last_contacts[0].touchpoint_name, "order");
  ASSERT_EQ(panel->open.size(), 1u);
  EXPECT_EQ(panel->open[0].instance_key, "A2");
  EXPECT_EQ(world.analysis->customer_panel_by_link(secret + "x").error().code, "link_not_valid");
  EXPECT_EQ(world.analysis->customer_panel_by_link("").error().code, "link_not_valid");
  world.clock.advance(Micros{301'000'000});
  EXPECT_EQ(world.analysis->customer_panel_by_link(secret).error().code, "link_not_valid");
  EXPECT_EQ(world.analysis->panel_link(world.viewer(), {.customer = "cu_anna", .minutes = 61}).error().code, "invalid_number");
  EXPECT_EQ(world.analysis->panel_link(world.viewer(), {.customer = "cu_dora"}).error().code, "not_found");
  EXPECT_EQ(world.analysis->panel_link(world.viewer(Role::reader), {.customer = "cu_anna"}).error().code, "forbidden");
}

TEST_F(CustomersTest, OnlyNamedOriginsMayEmbed) {
  EXPECT_EQ(world.panel->frame_ancestors(world.workspace.value), "'none'");
  auto settings = *world.panel->settings(world.viewer());
  for (const char* bad : {"desk.example.com", "https://", "https://a.b/c", "https://a.b; script-src *", "https://A.b", "javascript:x", "https://a.b:x"}) {
    settings.origins = {bad};
    EXPECT_EQ(world.panel->change(world.viewer(), settings, "").error().code, "invalid_origin") << bad;
  }
  settings.origins = {"https://desk.example.com", "http://localhost:3000"};
  ASSERT_TRUE(world.panel->change(world.viewer(), settings, "0"));
  EXPECT_EQ(world.panel->frame_ancestors(world.workspace.value), "https://desk.example.com http://localhost:3000");
  EXPECT_EQ(world.panel->frame_ancestors("ws_00000000000000000000000000"), "'none'");
  EXPECT_EQ(world.panel->change(world.viewer(), settings, "0").error().code, "stale");
  EXPECT_EQ(world.panel->change(world.viewer(Role::editor), settings, "").error().code, "forbidden");
}

}  // namespace
}  // namespace lotse::analysis
