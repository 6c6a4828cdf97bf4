#include <gtest/gtest.h>

#include "analysis/test_world.h"

namespace lotse::analysis {
namespace {

using namespace std::chrono_literals;
Micros at(int minutes) { return Micros{1'740'000'000'000'000} + std::chrono::minutes(minutes); }

struct Types : testing::Test {
  TestWorld world;
  std::map<std::string, std::string> ids;
  void SetUp() override {
    world.append_and_see({{.customer = "anna", .time = at(0), .type = "order_sent", .source = "Shop", .channel = "web"},
                          {.customer = "anna", .time = at(1), .type = "call", .channel = "phone"},
                          {.customer = "ben", .time = at(2), .type = "call", .channel = "chat", .attributes = {{"topic", "bill"}}},
                          {.customer = "ben", .time = at(3), .type = "OrderSent", .channel = "web"},
                          {.customer = "cleo", .time = at(4), .type = "call", .channel = "phone"}});
    for (const auto& type : types().types) ids[type.name] = type.id;
  }
  EventTypes types(Role role = Role::administrator) { return TestWorld::need(world.analysis->event_types(world.viewer(role))); }
  EventType type(const std::string& name) {
    for (auto& t : types().types)
      if (t.name == name) return t;
    return {};
  }
};

TEST_F(Types, TheCatalogueKnowsVolumesSourcesAndWhatIsAlike) {
  const auto all = types();
  EXPECT_EQ(all.events, 5u);
  EXPECT_EQ(all.events_not_assigned, 5u);
  ASSERT_EQ(all.types.size(), 3u);
  EXPECT_EQ(all.types[0].name, "call");
  EXPECT_EQ(all.types[0].events, 3u);
  EXPECT_EQ(all.types[0].customers, 3u);
  EXPECT_FALSE(all.types[0].group);
  EXPECT_EQ(type("order_sent").sources.at(0).name, "Shop");
  EXPECT_TRUE(type("order_sent").group);
  EXPECT_EQ(type("order_sent").group, type("OrderSent").group);
  EXPECT_FALSE(types(Role::reader).types[0].customers) << "three customers are too few for a reader";

  TestWorld::need(world.touchpoints->adopt(world.viewer(), ids["order_sent"]));
  const auto like = type("OrderSent");
  ASSERT_EQ(like.suggestions.size(), 1u);
  EXPECT_EQ(like.suggestions[0].id, ids["order_sent"]);
  EXPECT_EQ(type("order_sent").events_not_assigned, 0u);
}

TEST_F(Types, SamplesAreTheNewestEventsUnderPseudonym) {
  const auto samples = TestWorld::need(world.analysis->event_samples(world.viewer(), ids["call"]));
  ASSERT_EQ(samples.samples.size(), 3u);
  EXPECT_EQ(samples.samples[0].customer, "cu_cleo");
  EXPECT_EQ(samples.samples[1].attributes.at("topic"), "bill");
  EXPECT_EQ(samples.samples[1].channel, "chat");
  EXPECT_EQ(world.analysis->event_samples(world.viewer(Role::reader), ids["call"]).error().code, "forbidden");
  EXPECT_EQ(world.analysis->event_samples(world.viewer(), "tp_none").error().code, "not_found");
}

TEST_F(Types, APreviewSaysWhatTheChangeThenDoes) {
  const auto viewer = world.viewer();
  const atlas::RuleRequest rule{.event_types = {"call"}, .properties = {{"channel", "phone"}}, .touchpoint = ids["order_sent"]};
  const auto before = TestWorld::need(world.analysis->preview(viewer, {.rule = rule}));
  EXPECT_EQ(before.events, 2u);
  EXPECT_EQ(before.customers, 2u);
  EXPECT_EQ(before.event_types, 1u);
  EXPECT_TRUE(before.needs_job);
  ASSERT_EQ(before.moves.size(), 1u);
  EXPECT_EQ(before.moves[0].from.name, "call");
  EXPECT_EQ(before.moves[0].to.id, ids["order_sent"]);
  EXPECT_EQ(TestWorld::need(world.touchpoints->mapping(viewer)).rules.size(), 0u) << "nothing is kept";

  TestWorld::need(world.touchpoints->add_rule(viewer, rule));
  for (int i = 0; i < 500 && TestWorld::need(world.touchpoints->mapping(viewer)).job_running; ++i) std::this_thread::sleep_for(10ms);
  uint64_t moved = 0;
  for (const auto& t : type("call").touchpoints)
    if (t.id == ids["order_sent"]) moved = t.events;
  EXPECT_EQ(moved, before.events);

  const auto merge = TestWorld::need(world.analysis->preview(viewer, {.merge = atlas::MergeRequest{.touchpoints = {ids["OrderSent"]}, .into = ids["order_sent"]}}));
  EXPECT_EQ(merge.events, 1u);
  const auto rules = TestWorld::need(world.touchpoints->mapping(viewer)).rules;
  EXPECT_EQ(TestWorld::need(world.analysis->preview(viewer, {.delete_rule = rules[0].id})).events, 2u);
  EXPECT_EQ(world.analysis->preview(viewer, {}).error().code, "one_change");
  EXPECT_EQ(world.analysis->preview(world.viewer(Role::analyst), {.rule = rule}).error().code, "forbidden");
}

TEST_F(Types, WhatIsPutAsideLeavesTheQueueAndComesBack) {
  ASSERT_TRUE(world.touchpoints->set_aside(world.viewer(), ids["call"], true));
  EXPECT_TRUE(type("call").put_aside);
  EXPECT_EQ(type("call").events_not_assigned, 3u);
  ASSERT_TRUE(world.touchpoints->set_aside(world.viewer(), ids["call"], false));
  EXPECT_FALSE(type("call").put_aside);
  EXPECT_EQ(world.touchpoints->set_aside(world.viewer(), "tp_none", true).error().code, "not_found");
  EXPECT_EQ(world.touchpoints->set_aside(world.viewer(Role::analyst), ids["call"], true).error().code, "forbidden");
}

}  // namespace
}  // namespace lotse::analysis
