#include "engine/reckon.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "engine/instances.h"

namespace lotse::engine {
namespace {

struct Event {
  uint32_t customer;
  int64_t time;
  uint64_t arrival;
  uint32_t event_class, key, plan, channel;
};

/// A random log, twice: as plain rows and as columns of several segments.
struct Log {
  std::vector<Event> events;
  Snapshot columns;
  Mapping mapping;
};

RowBatch batch_of(const std::vector<Event>& events, size_t from, size_t to) {
  RowBatch rows;
  rows.attributes.resize(2);
  for (size_t i = from; i < to; ++i) {
    const Event& e = events[i];
    rows.customer.push_back(e.customer);
    rows.time_us.push_back(e.time);
    rows.arrival.push_back(e.arrival);
    rows.event_class.push_back(e.event_class);
    rows.instance_key.push_back(e.key);
    rows.attributes[0].push_back(e.plan);
    rows.attributes[1].push_back(e.channel);
  }
  return rows;
}

Log random_log(uint64_t seed, Executor& executor) {
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t n) { return random() % n; };
  Log log;
  const size_t count = 50 + below(1500);
  const uint32_t customers = static_cast<uint32_t>(1 + below(80));
  for (size_t i = 0; i < count; ++i)
    log.events.push_back({static_cast<uint32_t>(below(customers)), static_cast<int64_t>(below(400)), i + 1, static_cast<uint32_t>(below(6)), static_cast<uint32_t>(below(4)),
                          below(3) ? 0 : static_cast<uint32_t>(1 + below(3)), static_cast<uint32_t>(below(4))});
  log.mapping = {.touchpoint_of = {0, 1, 2, 3, 0, no_touchpoint}, .touchpoint_count = 4};
  const size_t first = below(count);
  log.columns = build(batch_of(log.events, 0, first), executor).value();
  for (size_t at = first; at < count;) {
    const size_t to = std::min(count, at + 1 + below(200));
    log.columns = append(log.columns, batch_of(log.events, at, to), executor).value();
    at = to;
  }
  return log;
}

/// The same, read off the rows: nothing but the words of the header.
double simple(const Log& log, uint32_t customer, const Reckoning& r, uint64_t last_arrival, int64_t as_of) {
  std::vector<Event> own;
  for (const Event& e : log.events)
    if (e.customer == customer && e.arrival <= last_arrival) own.push_back(e);
  std::stable_sort(own.begin(), own.end(), [](const Event& a, const Event& b) { return std::pair(a.time, a.arrival) < std::pair(b.time, b.arrival); });
  const auto touchpoint = [&](const Event& e) { return log.mapping.touchpoint_of[e.event_class]; };
  const auto in = [](const std::vector<Touchpoint>& list, Touchpoint t) { return std::find(list.begin(), list.end(), t) != list.end(); };
  const auto takes = [&](const Event& e) {
    if (touchpoint(e) == no_touchpoint || (r.of && !in(*r.of, touchpoint(e)))) return false;
    if ((r.from && e.time < r.from->count()) || (r.to && e.time >= r.to->count())) return false;
    if (!r.having) return true;
    const uint32_t code = r.having->attribute == 0 ? e.plan : e.channel;
    return (std::find(r.having->codes.begin(), r.having->codes.end(), code) != r.having->codes.end()) != r.having->negated;
  };
  double n = 0, first = std::nan(""), last = std::nan("");
  std::map<uint32_t, std::pair<int, size_t>> codes;
  double last_code = 0;
  for (size_t i = 0; i < own.size(); ++i) {
    if (own[i].plan) last_code = own[i].plan;
    if (!takes(own[i])) continue;
    switch (r.kind) {
      case Reckoning::Kind::events: ++n; break;
      case Reckoning::Kind::sum: n += r.values ? static_cast<double>(own[i].arrival) : own[i].plan < r.value_of_code.size() && !std::isnan(r.value_of_code[own[i].plan]) ? r.value_of_code[own[i].plan] : 0; break;
      case Reckoning::Kind::followed:
      case Reckoning::Kind::not_followed: {
        bool met = false;
        for (size_t j = i + 1; j < own.size(); ++j)
          met |= in(r.then, touchpoint(own[j])) && (!r.within || own[j].time - own[i].time <= r.within->count());
        if (r.kind == Reckoning::Kind::followed) n += met;
        else n += !met && (!r.within || as_of - own[i].time > r.within->count());
        break;
      }
      default: break;
    }
    if (std::isnan(first)) first = static_cast<double>(own[i].time);
    last = static_cast<double>(own[i].time);
    if (own[i].channel) codes[own[i].channel] = {codes[own[i].channel].first + 1, i};
  }
  if (r.kind == Reckoning::Kind::first_time) return first;
  if (r.kind == Reckoning::Kind::last_time) return last;
  if (r.kind == Reckoning::Kind::last_code) return last_code;
  if (r.kind == Reckoning::Kind::top_code) {
    std::pair<int, size_t> best{0, 0};
    for (const auto& [code, seen] : codes)
      if (seen > best) best = seen, n = code;
  }
  return n;
}

TEST(Reckon, EqualsTheSimpleWay) {
  using K = Reckoning::Kind;
  ThreadExecutor executor(2);
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const Log log = random_log(seed, executor);
    std::mt19937_64 random(seed * 77);
    auto by_arrival = std::make_shared<ArrivalValues>();
    by_arrival->base = 1;
    for (size_t i = 0; i < log.events.size(); ++i) by_arrival->values.push_back(static_cast<double>(i + 1));
    std::vector<Reckoning> asked;
    for (const K kind : {K::events, K::sum, K::first_time, K::last_time, K::top_code, K::last_code, K::followed, K::not_followed})
      for (int form = 0; form < 4; ++form) {
        Reckoning r{.kind = kind, .then = {static_cast<Touchpoint>(random() % 4)}, .attribute = kind == K::top_code ? 1u : 0u};
        if (form & 1) r.of = std::vector<Touchpoint>{static_cast<Touchpoint>(random() % 4), static_cast<Touchpoint>(random() % 4)};
        if (form & 2) {
          r.from = Micros{static_cast<int64_t>(random() % 200)};
          r.to = *r.from + Micros{150};
          r.within = Micros{static_cast<int64_t>(1 + random() % 60)};
          r.having = AttributeCondition{.attribute = 1, .codes = {0, 2}, .negated = random() % 2 == 0};
        }
        if (kind == K::sum && form % 2) r.values = by_arrival;
        else if (kind == K::sum) r.value_of_code = {std::nan(""), 10, std::nan("")};
        asked.push_back(r);
      }
    const uint64_t last_arrival = random() % 2 ? log.events.size() : 1 + random() % log.events.size();
    const int64_t as_of = 300;
    const auto found = reckon(log.columns, {.mapping = &log.mapping, .as_of = Micros{as_of}, .last_arrival = last_arrival}, asked, executor).value();
    std::vector<uint32_t> customers;
    for (const Event& e : log.events)
      if (e.arrival <= last_arrival) customers.push_back(e.customer);
    std::sort(customers.begin(), customers.end());
    customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
    ASSERT_EQ(found.customers, customers);
    for (size_t a = 0; a < asked.size(); ++a)
      for (size_t c = 0; c < customers.size(); ++c) {
        const double want = simple(log, customers[c], asked[a], last_arrival, as_of), got = found.values[a][c];
        ASSERT_TRUE(want == got || (std::isnan(want) && std::isnan(got))) << "kind " << static_cast<int>(asked[a].kind) << " customer " << customers[c] << ": " << got << " instead of " << want;
      }
    const auto one = reckon(log.columns, {.mapping = &log.mapping, .as_of = Micros{as_of}, .customers = std::vector<uint32_t>{customers.back(), 4'000'000}}, asked, executor).value();
    ASSERT_EQ(one.customers, std::vector<uint32_t>{customers.back()});
  }
}

TEST(Reckon, CountsInstancesOfEachCustomer) {
  ThreadExecutor executor(2);
  const Log log = random_log(5, executor);
  const Query query{.mapping = &log.mapping, .slicing = {.by = Slicing::By::instance_key}};
  std::map<uint32_t, uint32_t> want;
  const auto all = instances(log.columns, query, {.limit = 100'000}, executor).value();
  for (const auto& row : all.rows) ++want[row.key.customer];
  const auto found = count_by_customer(log.columns, query, executor).value();
  ASSERT_EQ(found.size(), want.size());
  for (const auto& one : found) {
    EXPECT_EQ(one.instances, want[one.customer]);
    EXPECT_EQ(customer_instances(log.columns, query, one.customer).value().size(), one.instances);
  }
}

TEST(Reckon, RefusesWhatIsNotThere) {
  InlineExecutor executor;
  const Log log = random_log(1, executor);
  const auto code = [&](Reckoning r) { return reckon(log.columns, {.mapping = &log.mapping}, std::vector{r}, executor).error().code; };
  EXPECT_EQ(code({.of = std::vector<Touchpoint>{9}}), "invalid_touchpoint");
  EXPECT_EQ(code({.kind = Reckoning::Kind::last_code, .attribute = 2}), "invalid_attribute");
}

/// A customer's value at the time of an event, by hand: its last one up to there.
uint32_t plan_at(const Log& log, const Event& at) {
  const Event* last = nullptr;
  for (const Event& e : log.events)
    if (e.customer == at.customer && e.plan && std::pair(e.time, e.arrival) <= std::pair(at.time, at.arrival) && (!last || std::pair(e.time, e.arrival) > std::pair(last->time, last->arrival))) last = &e;
  return last ? last->plan : 0;
}

TEST(CarriedAttribute, IsTheCustomersValueAtTheTimeOfTheEvent) {
  ThreadExecutor executor(2);
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    const Log log = random_log(seed, executor);
    for (const bool negated : {false, true}) {
      const AttributeCondition condition{.attribute = 0, .codes = {1, 0}, .negated = negated, .carried = true};
      const auto meets = [&](const Event& e) { return (plan_at(log, e) <= 1) != negated; };
      uint64_t events = 0;
      std::map<uint32_t, bool> any;
      for (const Event& e : log.events) {
        if (log.mapping.touchpoint_of[e.event_class] == no_touchpoint) continue;
        events += meets(e);
        any[e.customer] |= meets(e);
      }
      const uint64_t with = static_cast<uint64_t>(std::count_if(any.begin(), any.end(), [](const auto& one) { return one.second; }));
      Query kept{.mapping = &log.mapping};
      kept.events.attributes = {condition};
      EXPECT_EQ(totals(log.columns, kept, executor).value().events, events);
      Query has{.mapping = &log.mapping}, has_not{.mapping = &log.mapping};
      has.instances.has_event = {condition};
      has_not.instances.has_no_event = {condition};
      EXPECT_EQ(totals(log.columns, has, executor).value().instances, with);
      EXPECT_EQ(totals(log.columns, has_not, executor).value().instances, any.size() - with);
    }
  }
}

TEST(CustomersWithKey, AreThoseWithAnEventOfIt) {
  ThreadExecutor executor(2);
  const Log log = random_log(3, executor);
  for (uint32_t key = 0; key < 6; ++key) {
    std::vector<uint32_t> want;
    for (const Event& e : log.events)
      if (e.key == key) want.push_back(e.customer);
    std::sort(want.begin(), want.end());
    want.erase(std::unique(want.begin(), want.end()), want.end());
    EXPECT_EQ(customers_with_key(log.columns, key, std::nullopt, executor).value(), want);
  }
}

}  // namespace
}  // namespace lotse::engine
