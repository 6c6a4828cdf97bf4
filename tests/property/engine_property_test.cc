#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "engine/graph.h"
#include "engine/instances.h"
#include "engine/node_edge.h"
#include "engine/variants.h"
#include "random_world.h"

namespace {

using namespace property;

void check_rows(const World& world) {
  auto held = rows_of(world.snapshot);
  auto expected = world.events;
  auto by_arrival = [](const auto& a, const auto& b) { return a.arrival < b.arrival; };
  std::sort(expected.begin(), expected.end(), by_arrival);
  ASSERT_EQ(held.size(), expected.size());
  ASSERT_EQ(info(world.snapshot).events, expected.size());
  std::vector<size_t> order(held.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return held.arrival[a] < held.arrival[b]; });
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t r = order[i];
    const Event& e = expected[i];
    ASSERT_EQ(held.arrival[r], e.arrival);
    ASSERT_EQ(held.customer[r], e.customer);
    ASSERT_EQ(held.time_us[r], e.time);
    ASSERT_EQ(held.event_class[r], e.event_class);
    ASSERT_EQ(held.instance_key.empty() ? 0 : held.instance_key[r], e.key);
    for (size_t a = 0; a < e.attributes.size(); ++a) ASSERT_EQ(a < held.attributes.size() && !held.attributes[a].empty() ? held.attributes[a][r] : 0, e.attributes[a]);
  }
}

/// One random change to both the snapshot and the oracle's list.
void change(World& world) {
  Random& random = world.random;
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2: {
      auto more = world.batch(1 + random.below(random.chance(0.2) ? 200 : 8));
      world.snapshot = value_of(append(world.snapshot, rows(more), world.executor));
      world.events.insert(world.events.end(), more.begin(), more.end());
      break;
    }
    case 3: {
      Removal removal;
      for (size_t i = random.below(3); i-- > 0;) removal.customers.push_back(world.customer());
      if (random.chance(0.5) && !world.events.empty()) {
        const uint64_t from = random.pick(world.events).arrival;
        removal.arrivals.push_back({from, from + random.below(40) * (world.shape.wide_arrivals ? 3'000'000'019 : 1)});
      }
      world.snapshot = value_of(remove(world.snapshot, removal, world.executor));
      std::erase_if(world.events, [&](const Event& e) {
        for (uint32_t c : removal.customers) if (c == e.customer) return true;
        for (auto r : removal.arrivals) if (e.arrival >= r.from && e.arrival < r.to) return true;
        return false;
      });
      break;
    }
    case 4: {
      const uint32_t from = world.customer(), to = world.customer(), further = world.customer();
      std::vector<std::pair<uint32_t, uint32_t>> moves = {{from, to}};
      if (further != from && further != to) moves.push_back({to, further});
      auto moved = move_customers(world.snapshot, moves, world.executor);
      if (from == to) {
        ASSERT_FALSE(moved.has_value());
        ASSERT_EQ(moved.error().code, "invalid_customer_moves");
        break;
      }
      world.snapshot = value_of(std::move(moved));
      const uint32_t end = moves.size() == 2 ? further : to;
      for (Event& e : world.events) if (e.customer == from || (moves.size() == 2 && e.customer == to)) e.customer = end;
      break;
    }
    case 5: {
      std::vector<uint32_t> customers = {world.customer(), world.customer()};
      auto fresh = world.batch(random.below(6));
      world.snapshot = value_of(replace_customers(world.snapshot, customers, rows(fresh), world.executor));
      std::erase_if(world.events, [&](const Event& e) { return e.customer == customers[0] || e.customer == customers[1]; });
      world.events.insert(world.events.end(), fresh.begin(), fresh.end());
      break;
    }
    case 6: world.snapshot = value_of(merge(world.snapshot, world.executor)); break;
    case 7: {
      auto bytes = freeze(world.snapshot);
      auto memory = std::shared_ptr<void>(std::aligned_alloc(64, (bytes.size() + 63) / 64 * 64), std::free);
      std::memcpy(memory.get(), bytes.data(), bytes.size());
      world.snapshot = value_of(view({static_cast<const std::byte*>(memory.get()), bytes.size()}, memory, world.executor));
      break;
    }
    default: world.snapshot = value_of(build(rows(world.events), world.executor)); break;
  }
}

void check_graph(World& world, const Query& query, const std::vector<oracle::Instance>& instances) {
  const GraphMeasures ask{world.random.chance(0.3), world.random.chance(0.3), world.random.chance(0.5),
                          world.random.chance(0.4), world.random.chance(0.3), world.random.chance(0.3)};
  const Graph got = value_of(graph(world.snapshot, query, ask, world.executor));
  const Graph want = oracle::graph(instances);
  ASSERT_EQ(got.instances, want.instances);
  ASSERT_EQ(got.events, want.events);
  ASSERT_EQ(got.nodes.size(), want.nodes.size());
  for (size_t i = 0; i < want.nodes.size(); ++i) {
    const GraphNode &a = got.nodes[i], &b = want.nodes[i];
    ASSERT_EQ(a.touchpoint, b.touchpoint);
    ASSERT_EQ(a.events, b.events);
    ASSERT_EQ(a.starts, b.starts);
    ASSERT_EQ(a.ends, b.ends);
    ASSERT_EQ(a.instances, ask.instances ? b.instances : 0);
    ASSERT_EQ(a.customers, ask.customers ? b.customers : 0);
  }
  ASSERT_EQ(got.edges.size(), want.edges.size());
  for (size_t i = 0; i < want.edges.size(); ++i) {
    const GraphEdge &a = got.edges[i], &b = want.edges[i];
    ASSERT_EQ(a.from, b.from);
    ASSERT_EQ(a.to, b.to);
    ASSERT_EQ(a.count, b.count);
    ASSERT_EQ(a.instances, ask.instances ? b.instances : 0);
    ASSERT_EQ(a.customers, ask.customers ? b.customers : 0);
    expect_near(a.mean_us, ask.mean ? b.mean_us : 0);
    expect_near(a.median_us, ask.median ? b.median_us : 0);
    expect_near(a.p90_us, ask.p90 ? b.p90_us : 0);
    ASSERT_EQ(a.min_us, ask.min_max ? b.min_us : 0);
    ASSERT_EQ(a.max_us, ask.min_max ? b.max_us : 0);
  }
}

void check_totals(World& world, const Query& query, const std::vector<oracle::Instance>& instances) {
  const Totals got = value_of(totals(world.snapshot, query, world.executor));
  const Totals want = oracle::totals(world.events, query, instances);
  ASSERT_EQ(got.instances, want.instances);
  ASSERT_EQ(got.open_instances, want.open_instances);
  ASSERT_EQ(got.events, want.events);
  ASSERT_EQ(got.customers, want.customers);
  ASSERT_EQ(got.events_without_key, want.events_without_key);
  ASSERT_EQ(got.events_unmapped, want.events_unmapped);
  ASSERT_EQ(got.touchpoints, want.touchpoints);
  expect_near(got.duration_mean_us, want.duration_mean_us);
  expect_near(got.duration_median_us, want.duration_median_us);
}

void check_variants(World& world, const Query& query, const std::vector<oracle::Instance>& instances) {
  VariantsQuery ask{.top = world.random.pick<size_t>({0, 1, 3, 10, 100'000}), .median_duration = world.random.chance(0.5), .rank = {}};
  if (world.random.chance(0.7)) {
    for (uint32_t t = 0; t < query.mapping->touchpoint_count; ++t) ask.rank.push_back(t);
    std::shuffle(ask.rank.begin(), ask.rank.end(), std::mt19937(world.random.below(1u << 30)));
  }
  const Variants got = value_of(variants(world.snapshot, query, ask, world.executor));
  const Variants want = oracle::variants(instances, ask);
  ASSERT_EQ(got.distinct, want.distinct);
  ASSERT_EQ(got.instances, want.instances);
  ASSERT_EQ(got.top.size(), want.top.size());
  for (size_t i = 0; i < want.top.size(); ++i) {
    ASSERT_EQ(got.top[i].sequence, want.top[i].sequence);
    ASSERT_EQ(got.top[i].hash, want.top[i].hash);
    ASSERT_EQ(got.top[i].count, want.top[i].count);
    expect_near(got.top[i].share, want.top[i].share);
    expect_near(got.top[i].cumulative_share, want.top[i].cumulative_share);
    expect_near(got.top[i].median_duration_us, want.top[i].median_duration_us);
  }
}

void check_row(const InstanceRow& a, const oracle::Instance& b) {
  ASSERT_EQ(a.key.customer, b.customer);
  ASSERT_EQ(a.key.ordinal, b.ordinal);
  ASSERT_EQ(a.instance_key, b.key);
  ASSERT_EQ(a.first.count(), b.steps.front().event.time);
  ASSERT_EQ(a.last.count(), b.steps.back().event.time);
  ASSERT_EQ(a.events, b.steps.size());
  ASSERT_EQ(a.open, b.open);
}

void check_listing(World& world, const Query& query, const std::vector<oracle::Instance>& instances) {
  InstanceListQuery ask{.after = std::nullopt, .limit = 1 + world.random.below(7), .through = std::nullopt};
  auto want = instances;
  if (world.random.chance(0.6)) {
    Through through{.from = static_cast<Touchpoint>(world.random.below(query.mapping->touchpoint_count))};
    if (world.random.chance(0.5)) through.to = static_cast<Touchpoint>(world.random.below(query.mapping->touchpoint_count));
    if (world.random.chance(0.3)) through.between_min = some_span(world.random, world);
    if (world.random.chance(0.3)) through.between_max = some_span(world.random, world);
    ask.through = through;
    want = oracle::passing(instances, through);

    DetailQuery of{.of = through, .examples = world.random.below(4), .bucket_starts = {}, .until_next = world.random.chance(0.3)};
    if (world.random.chance(0.5)) {
      for (int i = 0; i < 5; ++i) of.bucket_starts.push_back(some_time(world.random, world));
      std::sort(of.bucket_starts.begin(), of.bucket_starts.end());
      of.bucket_starts.erase(std::unique(of.bucket_starts.begin(), of.bucket_starts.end()), of.bucket_starts.end());
      if (of.bucket_starts.size() < 2) of.bucket_starts.clear();
    }
    const Detail got = value_of(examine(world.snapshot, query, of, world.executor));
    const Detail expected = oracle::detail(instances, of);
    ASSERT_EQ(got.count, expected.count);
    ASSERT_EQ(got.instances, expected.instances);
    ASSERT_EQ(got.instances, want.size());
    ASSERT_EQ(got.customers, expected.customers);
    ASSERT_EQ(got.times, expected.times);
    ASSERT_EQ(got.trend, expected.trend);
    ASSERT_EQ(got.trend_median_us, expected.trend_median_us);
    expect_near(got.mean_us, expected.mean_us);
    expect_near(got.median_us, expected.median_us);
    expect_near(got.p90_us, expected.p90_us);
    ASSERT_EQ(got.min_us, expected.min_us);
    ASSERT_EQ(got.max_us, expected.max_us);
    uint64_t bars = 0;
    for (const auto& bar : got.histogram) bars += bar.count;
    ASSERT_EQ(bars, got.times);
    ASSERT_LE(got.histogram.size(), 24u);
    ASSERT_EQ(got.examples.size(), std::min<size_t>(of.examples, want.size()));
    for (size_t i = 0; i < got.examples.size(); ++i) check_row(got.examples[i], want[i]);
  }
  size_t seen = 0;
  for (;;) {  // page by page to the end
    const InstanceList page = value_of(engine::instances(world.snapshot, query, ask, world.executor));
    ASSERT_EQ(page.total, want.size());
    for (const auto& row : page.rows) {
      ASSERT_LT(seen, want.size());
      check_row(row, want[seen]);
      if (world.random.chance(0.2)) {
        const auto events = value_of(instance_events(world.snapshot, query, row.key));
        ASSERT_EQ(events.size(), want[seen].steps.size());
        for (size_t i = 0; i < events.size(); ++i) {
          ASSERT_EQ(events[i].arrival, want[seen].steps[i].event.arrival);
          ASSERT_EQ(events[i].touchpoint, want[seen].steps[i].touchpoint);
          ASSERT_EQ(events[i].time.count(), want[seen].steps[i].event.time);
        }
      }
      ++seen;
    }
    ASSERT_EQ(page.more, seen < want.size());
    if (!page.more) break;
    ask.after = page.rows.back().key;
  }
  ASSERT_EQ(seen, want.size());
}

void run(uint64_t seed) {
  SCOPED_TRACE("LOTSE_SEED=" + std::to_string(seed));
  Random random(seed);
  World world{.random = random, .shape = random_shape(random), .events = {}, .snapshot = nullptr};
  // A few logs are large enough for several blocks, full buckets and many units of work.
  world.events = world.batch(random.chance(0.02) ? 15'000 + random.below(15'000) : random.below(random.chance(0.2) ? 600 : 60));
  world.snapshot = value_of(build(rows(world.events), world.executor));
  for (int step = 0; step < 6; ++step) {
    check_rows(world);
    if (testing::Test::HasFatalFailure()) return;
    for (int q = 0; q < 4; ++q) {
      const Mapping mapping = random_mapping(random, world);
      const Query query = random_query(random, world, mapping);
      const auto instances = oracle::select(world.events, query);
      check_graph(world, query, instances);
      check_totals(world, query, instances);
      check_variants(world, query, instances);
      check_listing(world, query, instances);
      if (testing::Test::HasFatalFailure()) return;
    }
    change(world);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(EngineProperty, EqualsTheOracleOnRandomLogs) {
  if (const char* seed = std::getenv("LOTSE_SEED")) return run(std::strtoull(seed, nullptr, 10));
  const char* given = std::getenv("LOTSE_ROUNDS");
  const uint64_t rounds = given ? std::strtoull(given, nullptr, 10) : 250;
  const uint64_t first = given ? std::random_device()() : 1;  // the short run is always the same
  for (uint64_t i = 0; i < rounds; ++i) {
    run(first + i);
    if (HasFailure()) return;
  }
}

}  // namespace
