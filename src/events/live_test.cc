// Live events: full dictionaries, and what an event says of its customer.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <future>

#include "events/duck_store.h"

namespace lotse::events {
namespace {

struct LiveStore : testing::Test {
  std::filesystem::path folder;
  Feeds feeds;
  ManualClock clock{Micros{1'700'000'000'000'000}};
  std::shared_ptr<DuckStore> store;

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_live_XXXXXX").string();
    folder = mkdtemp(name.data());
    open();
  }
  void TearDown() override {
    store.reset();
    std::filesystem::remove_all(folder);
  }
  void open() {
    store.reset();
    store = *DuckStore::open({"ws_test"}, folder / "ws", {}, feeds, clock);
  }
  LiveEvent event(uint64_t n) {
    LiveEvent e;
    e.id = {1, n};
    e.identity = 1;
    e.time = clock.now();
    e.type = "order";
    e.source = *store->source("src_shop", "Shop");
    return e;
  }
  Acked append(std::vector<LiveEvent> events) {
    std::promise<Result<Acked>> answer;
    store->append(std::move(events), [&](Result<Acked> acked) { answer.set_value(std::move(acked)); });
    auto acked = answer.get_future().get();
    EXPECT_TRUE(acked) << acked.error().code;
    return acked ? *acked : Acked{};
  }
};

TEST_F(LiveStore, WhatFindsNoRoomIsNamedAndTheRestIsTaken) {
  std::vector<LiveEvent> events;
  for (uint64_t n = 0; n < 65'535; ++n) {
    events.push_back(event(n));
    events.back().unit = "unit " + std::to_string(n);
  }
  EXPECT_EQ(append(std::move(events)).accepted, 65'535u);
  std::vector<LiveEvent> more{event(100'000), event(100'001), event(100'002)};
  more[1].unit = "one too many";
  const auto acked = append(more);
  EXPECT_EQ(acked.accepted, 2u);
  ASSERT_EQ(acked.refused.size(), 1u);
  EXPECT_EQ(acked.refused[0].first, 1u);
  EXPECT_EQ(acked.refused[0].second, "too_many_values");
  more[1].unit = "unit 7";
  const auto again = append(more);
  EXPECT_EQ(again.accepted, 1u) << "what was refused is not known";
  EXPECT_EQ(again.known, 2u);
}

TEST_F(LiveStore, WhatAnEventSaysOfItsCustomerIsOfTheCustomer) {
  auto one = event(1);
  one.attributes = {{"plan", "shown"}};
  one.customer_attributes = {{"plan", "gold"}};
  EXPECT_EQ(append({one}).accepted, 1u);
  open();  // by the journal
  const auto dictionary = store->dictionary();
  const auto scope = [&](AttributeScope wanted) {
    return std::ranges::find_if(dictionary->attributes, [&](const Attribute& a) { return a.name == "plan" && a.scope == wanted; });
  };
  ASSERT_NE(scope(AttributeScope::event), dictionary->attributes.end());
  ASSERT_NE(scope(AttributeScope::customer), dictionary->attributes.end());
  const auto events = *store->customer_events(1, store->as_of(), 0, 10);
  ASSERT_EQ(events.size(), 1u);
  const auto value = [&](AttributeScope wanted) {
    for (const auto& [number, text] : events[0].attributes)
      if (number == scope(wanted)->number) return text;
    return std::string();
  };
  EXPECT_EQ(value(AttributeScope::event), "shown");
  EXPECT_EQ(value(AttributeScope::customer), "gold");
}

}  // namespace
}  // namespace lotse::events
