#include <gtest/gtest.h>

#include <map>
#include <random>

#include "analysis/test_world.h"

/// Identities that become one customer, and two again, as queries see it.
namespace lotse::analysis {
namespace {

using namespace std::chrono_literals;
struct IdentityTest : testing::Test {
  TestWorld world;
  uint64_t messages = 0;

  /// `who` says at `minute` that it is also `other`.
  uint64_t identify(const std::string& who, const std::string& other, int64_t minute) {
    events::LiveEvent event{.id = events::message_id("identify", std::to_string(++messages)), .identity = world.names.number(who), .time = at(minute), .type = "identify",
                            .source = *world.store()->source_named("Web")};
    event.kind = identity::Kind::user_id;
    event.further = {{.identity = world.names.number(other), .kind = identity::Kind::anonymous_id, .said = identity::Said::identify}};
    std::promise<Result<events::Acked>> done;
    world.store()->append({event}, [&](Result<events::Acked> acked) { done.set_value(std::move(acked)); });
    const uint64_t as_of = TestWorld::need(done.get_future().get()).as_of;
    EXPECT_TRUE(world.analysis->wait_until(world.workspace, as_of, 5s));
    return as_of;
  }
  void decide(const std::function<void(identity::Policy&)>& change) {
    events::Joining joining;
    world.store()->look_at_identities([&](const identity::Graph& graph) { joining.policy = graph.policy(); });
    change(joining.policy);
    const uint64_t before = world.store()->as_of();
    ASSERT_TRUE(world.store()->set_joining(joining));
    EXPECT_GT(world.store()->as_of(), before) << "readers can tell";
    ASSERT_TRUE(world.see(world.store()->as_of()));
  }
  Basis basis() { return TestWorld::need(world.analysis->graph(world.viewer(), {})).basis; }
  /// Paths as "name>name: count", by path.
  std::map<std::string, uint64_t> paths() {
    std::map<std::string, uint64_t> out;
    for (const auto& variant : TestWorld::need(world.analysis->variants(world.viewer(), {})).variants) {
      std::string path;
      for (const auto& id : variant.sequence) path += (path.empty() ? "" : ">") + name(id);
      out[path] += variant.count;
    }
    return out;
  }
  std::string name(const std::string& id) {
    for (const auto& touchpoint : TestWorld::need(world.analysis->variants(world.viewer(), {})).touchpoints)
      if (touchpoint.id == id) return touchpoint.name;
    return id;
  }
  std::vector<std::string> course(const std::string& who) {
    const auto found = world.analysis->customer_course(world.viewer(), "cu_" + who, std::nullopt);
    std::vector<std::string> out;
    if (found)
      for (const auto& event : found->events) out.push_back(event.event_type);
    return out;
  }
  /// Columns that are built from the store must be those that followed it.
  void same_when_built_anew() {
    const auto before = paths();
    const auto customers = basis().customers;
    world.stop();
    std::filesystem::remove(world.folder.path / "workspaces" / world.workspace.value / "columns.snapshot");
    world.start();
    EXPECT_EQ(paths(), before);
    EXPECT_EQ(basis().customers, customers);
  }
};

TEST_F(IdentityTest, LateIdentifyReattachesAnonymousEventsAndASplitGivesThemBack) {
  world.append_and_see({{"anon", at(1), "visit"}, {"user", at(2), "call"}, {"anon", at(3), "cart"}, {"user", at(4), "order"}, {"other", at(5), "visit"}});
  EXPECT_EQ(basis().customers, 3u);
  identify("user", "anon", 6);
  EXPECT_EQ(paths(), (std::map<std::string, uint64_t>{{"visit>call>cart>order>identify", 1}, {"visit", 1}}));
  EXPECT_EQ(basis().customers, 2u);
  EXPECT_EQ(course("anon"), (std::vector<std::string>{"visit", "call", "cart", "order", "identify"}));
  same_when_built_anew();

  const auto pair = identity::pair_of(world.names.number("user"), world.names.number("anon"));
  decide([&](identity::Policy& policy) { policy.refused.insert(pair); });
  EXPECT_EQ(paths(), (std::map<std::string, uint64_t>{{"visit>cart", 1}, {"call>order>identify", 1}, {"visit", 1}}));
  EXPECT_EQ(course("anon"), (std::vector<std::string>{"visit", "cart"}));
  identify("user", "anon", 7);
  EXPECT_EQ(basis().customers, 3u) << "the refusal stays";
  same_when_built_anew();

  decide([&](identity::Policy& policy) { policy.refused.clear(); });
  world.append_and_see({{"anon", at(8), "visit"}});
  EXPECT_EQ(paths(), (std::map<std::string, uint64_t>{{"visit>call>cart>order>identify>identify>visit", 1}, {"visit", 1}}));
}

TEST_F(IdentityTest, AFileOfColumnsFollowsWhatWasJoinedAndSplitWhileNobodyLooked) {
  std::vector<TestEvent> many;
  for (int i = 0; i < 15'000; ++i) many.push_back({"c" + std::to_string(i % 3000), at(i), i % 2 ? "visit" : "order"});
  world.append_and_see(many);
  identify("c7", "c5", 20'000);
  identify("c9", "c8", 20'001);
  const auto before = paths();
  world.stop();  // writes the file
  ASSERT_TRUE(std::filesystem::exists(world.folder.path / "workspaces" / world.workspace.value / "columns.snapshot"));
  world.start();
  EXPECT_EQ(paths(), before);
  EXPECT_EQ(basis().customers, 2998u);
  world.stop();
  auto store = world.store();
  events::Joining joining;
  joining.policy.refused.insert(identity::pair_of(world.names.number("c7"), world.names.number("c5")));
  ASSERT_TRUE(store->set_joining(joining));
  events::LiveEvent event{.id = events::message_id("identify", "late"), .identity = world.names.number("c11"), .time = at(20'002), .type = "identify", .source = *store->source_named("Web")};
  event.further = {{.identity = world.names.number("c9"), .kind = identity::Kind::email}};
  std::promise<uint64_t> done;
  store->append({event}, [&](Result<events::Acked> acked) { done.set_value(acked->as_of); });
  done.get_future().get();
  world.start();
  EXPECT_EQ(basis().customers, 2998u) << "c5 and c7 are two again; c8, c9 and c11 are one";
  EXPECT_EQ(course("c8").size(), 5u * 3 + 2);
  same_when_built_anew();
}

TEST_F(IdentityTest, JoinsAndSplitsAtRandomGiveWhatIsBuiltAnew) {
  const char* told = std::getenv("LOTSE_SEED");
  const uint64_t seed = told ? std::strtoull(told, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto who = [&] { return "p" + std::to_string(random() % 40); };
  for (int round = 0; round < 40; ++round) {
    world.append({{who(), at(static_cast<int64_t>(random() % 5000)), "visit"}, {who(), at(static_cast<int64_t>(random() % 5000)), "order"}});
    const std::string a = who(), b = who();
    if (a != b && random() % 3) identify(a, b, static_cast<int64_t>(random() % 5000));
    if (random() % 4 == 0) {
      events::Joining joining;
      world.store()->look_at_identities([&](const identity::Graph& graph) { joining.policy = graph.policy(); });
      if (a != b) joining.policy.refused.insert(identity::pair_of(world.names.number(a), world.names.number(b)));
      if (random() % 3 == 0) joining.policy.refused.clear();
      joining.policy.identities_max = 3 + static_cast<uint32_t>(random() % 12);
      ASSERT_TRUE(world.store()->set_joining(joining));
    }
  }
  ASSERT_TRUE(world.see(world.store()->as_of()));
  same_when_built_anew();
}

}  // namespace
}  // namespace lotse::analysis
