#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "engine/funnel.h"
#include "funnel_oracle.h"
#include "random_world.h"

namespace {

using namespace property;

FunnelQuery random_funnel(Random& random, const World& world, const Mapping& mapping) {
  FunnelQuery ask;
  ask.mode = random.pick<FunnelMode>({FunnelMode::ordered, FunnelMode::ordered, FunnelMode::strict, FunnelMode::any_order});
  const uint32_t touchpoints = std::min(mapping.touchpoint_count, 8u);
  const size_t steps = 2 + random.below(random.chance(0.1) ? 9 : 4);
  for (size_t k = 0; k < steps; ++k) ask.steps.push_back(random.chance(0.6) ? std::vector<Touchpoint>{static_cast<Touchpoint>(random.below(touchpoints))} : some(random, touchpoints));
  ask.window = random.chance(0.2) ? Micros{INT64_MAX} : some_span(random, world);
  if (ask.mode != FunnelMode::any_order)
    for (size_t x = random.chance(0.4) ? 1 + random.below(3) : 0; x-- > 0;) {
      const size_t after = random.below(steps - 1);
      ask.exclusions.push_back({some(random, touchpoints), after, after + 1 + random.below(steps - 1 - after)});
    }
  ask.times = random.chance(0.7);
  ask.next = random.chance(0.7);
  if (world.shape.attributes && !world.events.empty() && random.chance(0.5)) {
    ask.attribute = random.below(world.shape.attributes);
    ask.carried = random.chance(0.5);
  }
  if (random.chance(0.5)) {
    for (int i = 0; i < 5; ++i) ask.bucket_starts.push_back(some_time(random, world));
    std::sort(ask.bucket_starts.begin(), ask.bucket_starts.end());
    ask.bucket_starts.erase(std::unique(ask.bucket_starts.begin(), ask.bucket_starts.end()), ask.bucket_starts.end());
    if (ask.bucket_starts.size() < 2) ask.bucket_starts.clear();
  }
  return ask;
}

void same(const FunnelCount& got, const FunnelCount& want) {
  ASSERT_EQ(got.instances, want.instances);
  ASSERT_EQ(got.customers, want.customers);
}
void same(const std::vector<FunnelCount>& got, const std::vector<FunnelCount>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t k = 0; k < got.size(); ++k) same(got[k], want[k]);
}

void check_part(World& world, const Query& query, const std::vector<oracle::Instance>& instances, const FunnelQuery& ask, const FunnelPart& part) {
  const auto want = oracle::part_of(world.events, instances, query, ask, part);
  const size_t limit = 1 + world.random.below(9);
  std::optional<InstanceKey> after;
  size_t seen = 0;
  for (bool more = true; more;) {
    const auto page = value_of(funnel_instances(world.snapshot, query, ask, part, after, limit, world.executor));
    ASSERT_EQ(page.total, want.size());
    std::set<uint32_t> customers;
    for (const auto& p : want) customers.insert(p.instance->customer);
    ASSERT_EQ(page.customers, customers.size());
    for (const auto& row : page.rows) {
      ASSERT_LT(seen, want.size());
      const auto& passage = want[seen++];
      ASSERT_EQ(row.instance.key.customer, passage.instance->customer);
      ASSERT_EQ(row.instance.key.ordinal, passage.instance->ordinal);
      ASSERT_EQ(row.instance.events, passage.instance->steps.size());
      ASSERT_EQ(row.reached, passage.filled.size());
      ASSERT_EQ(row.first_step.count(), passage.first());
      ASSERT_EQ(row.last_step.count(), passage.instance->steps[passage.filled.back()].event.time);
    }
    more = page.more;
    ASSERT_EQ(more, seen < want.size());
    if (more) after = page.rows.back().instance.key;
  }
}

/// Any number of the answer, and the rows behind it.
void drill(World& world, const Query& query, const std::vector<oracle::Instance>& instances, const FunnelQuery& ask, const Funnel& funnel) {
  Random& random = world.random;
  FunnelPart part{.step = random.below(ask.steps.size())};
  part.dropped = part.step + 1 < ask.steps.size() && random.chance(0.6);
  const FunnelStep& step = funnel.steps[part.step];
  std::optional<uint64_t> number = part.dropped ? step.dropped.instances : step.reached.instances;
  if (part.dropped && random.chance(0.7)) {
    part.went = random.pick<FunnelPart::Went>({FunnelPart::Went::ended, FunnelPart::Went::waiting, FunnelPart::Went::running, FunnelPart::Went::touchpoint});
    if (!ask.next) number = std::nullopt;
    else if (part.went == FunnelPart::Went::running) number = step.running.instances;
    else number = part.went == FunnelPart::Went::ended ? step.ended.instances : step.waiting.instances;
    if (part.went == FunnelPart::Went::touchpoint) {
      number = std::nullopt;
      if (step.next.empty()) part.next = 0;
      else {
        const auto& next = random.pick(step.next);
        part.next = next.touchpoint;
        number = next.count.instances;
      }
    }
  } else if (!part.dropped && !funnel.groups.empty() && random.chance(0.5)) {
    const auto& group = random.pick(funnel.groups);
    part.code = group.code;
    number = group.reached[part.step].instances;
  } else if (!part.dropped && !funnel.trend.empty() && random.chance(0.5)) {
    const size_t b = random.below(funnel.trend.size());
    part.from = ask.bucket_starts[b];
    part.to = ask.bucket_starts[b + 1];
    number = funnel.trend[b].reached[part.step].instances;
  }
  if (number) {
    ASSERT_EQ(value_of(funnel_instances(world.snapshot, query, ask, part, std::nullopt, 1, world.executor)).total, *number);
  }
  check_part(world, query, instances, ask, part);
}

void check_funnel(World& world, const Query& query, const std::vector<oracle::Instance>& instances, const FunnelQuery& ask) {
  const Funnel got = value_of(funnel(world.snapshot, query, ask, world.executor));
  const Funnel want = oracle::funnel(world.events, instances, query, ask);
  ASSERT_EQ(got.instances, want.instances);
  ASSERT_EQ(got.steps.size(), want.steps.size());
  for (size_t k = 0; k < want.steps.size(); ++k) {
    SCOPED_TRACE("step " + std::to_string(k));
    const FunnelStep &a = got.steps[k], &b = want.steps[k];
    same(a.reached, b.reached);
    same(a.dropped, b.dropped);
    const auto median = [&](const auto& mine, const auto& theirs) {
      ASSERT_EQ(mine.has_value(), ask.times && theirs.has_value());
      if (mine) {
        ASSERT_DOUBLE_EQ(*mine, *theirs);
      }
    };
    median(a.median_from_previous_us, b.median_from_previous_us);
    median(a.median_from_first_us, b.median_from_first_us);
    if (!ask.next) {
      ASSERT_TRUE(a.next.empty());
      continue;
    }
    same(a.running, b.running);
    same(a.ended, b.ended);
    same(a.waiting, b.waiting);
    ASSERT_EQ(a.next.size(), b.next.size());
    for (size_t i = 0; i < a.next.size(); ++i) {
      ASSERT_EQ(a.next[i].touchpoint, b.next[i].touchpoint);
      same(a.next[i].count, b.next[i].count);
    }
  }
  ASSERT_EQ(got.groups.size(), want.groups.size());
  for (size_t g = 0; g < want.groups.size(); ++g) {
    ASSERT_EQ(got.groups[g].code, want.groups[g].code);
    same(got.groups[g].reached, want.groups[g].reached);
  }
  ASSERT_EQ(got.trend.size(), want.trend.size());
  for (size_t b = 0; b < want.trend.size(); ++b) {
    same(got.trend[b].reached, want.trend[b].reached);
    ASSERT_EQ(got.trend[b].running, want.trend[b].running);
  }
  if (!testing::Test::HasFatalFailure()) drill(world, query, instances, ask, got);
}

void run(uint64_t seed) {
  SCOPED_TRACE("LOTSE_SEED=" + std::to_string(seed));
  Random random(seed);
  World world{.random = random, .shape = random_shape(random), .events = {}, .snapshot = nullptr};
  // A few logs have several blocks; of many customers, since the oracle tries every start against every event after it.
  const bool large = random.chance(0.02) && world.shape.customers >= 12;
  world.events = world.batch(large ? 3'000 + random.below(15'000) : random.below(random.chance(0.2) ? 600 : 60));
  world.snapshot = value_of(build(rows(world.events), world.executor));
  for (int step = 0; step < 4; ++step) {
    for (int q = 0; q < 4; ++q) {
      const Mapping mapping = random_mapping(random, world);
      const Query query = random_query(random, world, mapping);
      const auto instances = oracle::select(world.events, query);
      for (int f = 0; f < 3; ++f) {
        check_funnel(world, query, instances, random_funnel(random, world, mapping));
        if (testing::Test::HasFatalFailure()) return;
      }
    }
    const auto more = world.batch(1 + random.below(20));
    world.snapshot = value_of(append(world.snapshot, rows(more), world.executor));
    world.events.insert(world.events.end(), more.begin(), more.end());
  }
}

TEST(FunnelProperty, EqualsTheOracleOnRandomLogs) {
  if (const char* seed = std::getenv("LOTSE_SEED")) return run(std::strtoull(seed, nullptr, 10));
  const char* given = std::getenv("LOTSE_ROUNDS");
  const uint64_t rounds = given ? std::strtoull(given, nullptr, 10) : 50;
  const uint64_t first = given ? std::random_device()() : 1;  // the short run is always the same
  for (uint64_t i = 0; i < rounds; ++i) {
    run(first + i);
    if (HasFailure()) return;
  }
}

}  // namespace
