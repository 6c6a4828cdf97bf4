#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "engine/graph.h"
#include "engine_oracle.h"

/// Random logs, mappings and queries, the same for every property of the engine.
namespace property {

using namespace lotse;
using namespace lotse::engine;
using oracle::Event;

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t below(uint64_t n) { return std::uniform_int_distribution<uint64_t>(0, n - 1)(engine_); }
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(engine_) < p; }
  template <class T>
  const T& pick(const std::vector<T>& list) { return list[below(list.size())]; }

 private:
  std::mt19937_64 engine_;
};

/// What a random log looks like: few or many classes, coarse or fine clocks, keys or none.
struct Shape {
  uint32_t customers, classes, class_step, touchpoints, keys;
  size_t attributes;
  int64_t tick_us;
  uint64_t ticks;
  bool huge_gaps, wide_arrivals, sparse_customers;
};

inline Shape random_shape(Random& random) {
  return {.customers = static_cast<uint32_t>(1 + random.below(40)),
          .classes = static_cast<uint32_t>(1 + random.below(9)),
          .class_step = random.chance(0.15) ? 20'000u : 1u,
          .touchpoints = random.chance(0.1) ? 1500u : static_cast<uint32_t>(1 + random.below(8)),
          .keys = static_cast<uint32_t>(random.below(5)),
          .attributes = random.below(4),
          .tick_us = random.pick<int64_t>({1, 1'000, 1'000'000, 86'400'000'000}),
          .ticks = random.pick<uint64_t>({3, 40, 1'000, 100'000}),
          .huge_gaps = random.chance(0.3),
          .wide_arrivals = random.chance(0.1),
          .sparse_customers = random.chance(0.3)};
}

struct World {
  Random& random;
  Shape shape;
  uint64_t next_arrival = 1;
  std::vector<Event> events;  ///< what the snapshot must hold
  Snapshot snapshot;
  ThreadExecutor executor{2};

  uint32_t customer() {
    const auto c = static_cast<uint32_t>(random.below(shape.customers));
    return shape.sparse_customers ? c * 104'729'111u : c;
  }
  Event event() {
    Event e;
    e.customer = customer();
    e.time = static_cast<int64_t>(random.below(shape.ticks)) * shape.tick_us;
    if (shape.huge_gaps && random.chance(0.1)) e.time = random.pick<int64_t>({-62'135'596'800'000'000, 253'402'300'799'999'999, 7, 1'000'000'007, 90'000'000'000'000});
    e.arrival = shape.wide_arrivals ? next_arrival * 3'000'000'019 : next_arrival;
    next_arrival += 1 + random.below(3);
    e.event_class = static_cast<uint32_t>(random.below(shape.classes)) * shape.class_step;
    e.key = shape.keys ? static_cast<uint32_t>(random.below(shape.keys)) : 0;
    for (size_t a = 0; a < shape.attributes; ++a) e.attributes.push_back(a == 2 ? static_cast<uint32_t>(random.below(3)) * 70'000 : static_cast<uint32_t>(random.below(4)));
    return e;
  }
  std::vector<Event> batch(size_t count) {
    std::vector<Event> list;
    for (size_t i = 0; i < count; ++i) list.push_back(event());
    std::shuffle(list.begin(), list.end(), std::mt19937(random.below(1u << 30)));
    return list;
  }
};

inline RowBatch rows(const std::vector<Event>& events) {
  RowBatch batch;
  bool keys = false;
  size_t attributes = 0;
  for (const Event& e : events) {
    keys = keys || e.key;
    attributes = std::max(attributes, e.attributes.size());
  }
  batch.attributes.resize(attributes);
  for (const Event& e : events) {
    batch.customer.push_back(e.customer);
    batch.time_us.push_back(e.time);
    batch.arrival.push_back(e.arrival);
    batch.event_class.push_back(e.event_class);
    if (keys) batch.instance_key.push_back(e.key);
    for (size_t a = 0; a < attributes; ++a) batch.attributes[a].push_back(a < e.attributes.size() ? e.attributes[a] : 0);
  }
  return batch;
}

template <class T>
T value_of(Result<T> result) {
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().code + " " + result.error().detail);
  return std::move(result.value());
}

inline std::vector<Touchpoint> some(Random& random, uint32_t touchpoints) {
  std::vector<Touchpoint> list;
  for (size_t i = 1 + random.below(3); i-- > 0;) list.push_back(static_cast<Touchpoint>(random.below(touchpoints)));
  return list;
}

inline AttributeCondition condition(Random& random, const World& world) {
  AttributeCondition c{.attribute = random.below(world.shape.attributes), .codes = {}, .negated = random.chance(0.3)};
  for (size_t i = random.below(4); i-- > 0;) c.codes.push_back(static_cast<uint32_t>(random.below(4) * (c.attribute == 2 ? 70'000 : 1)));
  return c;
}

inline Micros some_time(Random& random, const World& world) {
  if (!world.events.empty() && random.chance(0.7)) return Micros{random.pick(world.events).time + static_cast<int64_t>(random.below(3)) - 1};
  return Micros{static_cast<int64_t>(random.below(world.shape.ticks)) * world.shape.tick_us};
}

inline Micros some_span(Random& random, const World& world) { return Micros{1 + static_cast<int64_t>(random.below(world.shape.ticks) * world.shape.tick_us / (1 + random.below(8)))}; }

inline Query random_query(Random& random, const World& world, const Mapping& mapping) {
  const uint32_t n = mapping.touchpoint_count;
  Query q;
  q.mapping = &mapping;
  if (random.chance(0.15)) return q;  // the plain case has kernels of its own
  const double p = random.pick<double>({0.04, 0.15, 0.4});
  if (random.chance(p * 2)) q.slicing.by = random.chance(0.5) ? Slicing::By::instance_key : Slicing::By::mixed;
  for (uint32_t c = 0; c < world.shape.classes * world.shape.class_step; ++c) q.slicing.keyed_class.push_back(random.chance(0.5));
  if (random.chance(p)) q.slicing.gap = some_span(random, world);
  if (random.chance(p)) q.slicing.start = some(random, n);
  if (random.chance(p)) q.slicing.end = some(random, n);
  if (random.chance(p * 2)) {
    q.period.mode = random.pick<Period::Mode>({Period::Mode::cut, Period::Mode::started, Period::Mode::completed, Period::Mode::overlaps});
    q.period.from = some_time(random, world);
    q.period.to = some_time(random, world);
    if (q.period.from > q.period.to) std::swap(q.period.from, q.period.to);
  }
  auto& f = q.instances;
  if (random.chance(p)) f.starts_with = some(random, n);
  if (random.chance(p)) f.ends_with = some(random, n);
  if (random.chance(p * 2)) f.contains.push_back(some(random, n));
  if (random.chance(p / 2)) f.contains.push_back(some(random, n));
  if (random.chance(p)) f.contains_not = some(random, n);
  if (random.chance(p)) {
    f.successions.push_back({some(random, n), some(random, n), random.chance(0.5), std::nullopt});
    if (random.chance(0.5)) f.successions.back().within = some_span(random, world);
  }
  if (random.chance(p)) f.duration_min = some_span(random, world);
  if (random.chance(p)) f.duration_max = some_span(random, world);
  if (random.chance(p)) f.events_min = random.below(4);
  if (random.chance(p)) f.events_max = 1 + random.below(12);
  if (world.shape.attributes && !world.events.empty()) {
    if (random.chance(p)) f.has_event.push_back(condition(random, world));
    if (random.chance(p)) f.has_no_event.push_back(condition(random, world));
    if (random.chance(p)) f.customer_last.push_back(condition(random, world));
    if (random.chance(p)) q.events.attributes.push_back(condition(random, world));
  }
  f.exclude_open = random.chance(p);
  if (random.chance(p / 2)) {
    f.variants.emplace();
    auto instances = oracle::select(world.events, q);
    for (size_t i = 0; i < 3 && !instances.empty(); ++i) {
      std::vector<Touchpoint> sequence;
      for (const auto& step : random.pick(instances).steps) sequence.push_back(step.touchpoint);
      f.variants->push_back(sequence);
    }
  }
  if (random.chance(p / 2)) {
    f.customers.emplace();
    for (size_t i = 0; i < 5; ++i) f.customers->push_back(static_cast<uint32_t>(random.below(world.shape.customers)) * (world.shape.sparse_customers ? 104'729'111u : 1u));
  }
  if (random.chance(p)) q.events.touchpoints = some(random, n);
  if (random.chance(p / 3)) {
    auto instances = oracle::select(world.events, q);
    q.events.remaining.emplace();
    for (size_t i = 0; i < 3 && !instances.empty(); ++i) {
      std::vector<Touchpoint> sequence;
      for (const auto& step : random.pick(instances).steps) sequence.push_back(step.touchpoint);
      q.events.remaining->push_back(sequence);
    }
  }
  q.as_of = some_time(random, world);
  if (random.chance(p / 2) && !world.events.empty()) q.last_arrival = random.pick(world.events).arrival;
  return q;
}

inline Mapping random_mapping(Random& random, const World& world) {
  Mapping m;
  m.touchpoint_count = world.shape.touchpoints;
  const bool gaps = random.chance(0.3);
  for (uint32_t c = 0; c < world.shape.classes * world.shape.class_step; ++c)
    m.touchpoint_of.push_back(gaps && random.chance(0.3) ? no_touchpoint : static_cast<Touchpoint>(random.below(m.touchpoint_count)));
  return m;
}

inline void expect_near(double a, double b) { ASSERT_NEAR(a, b, std::max(1e-3, std::abs(b) * 1e-11)); }

}  // namespace property
