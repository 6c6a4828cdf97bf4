#include "engine/graph.h"

#include <gtest/gtest.h>

#include "engine/instances.h"
#include "engine/variants.h"

namespace lotse::engine {
namespace {

constexpr int64_t minute = 60'000'000;
InlineExecutor inline_executor;

struct Line {
  uint32_t customer;
  int64_t minutes;
  uint32_t event_class;
  uint32_t key = 0;
};

Snapshot columns_of(const std::vector<Line>& lines) {
  RowBatch rows;
  for (const Line& line : lines) {
    rows.customer.push_back(line.customer);
    rows.time_us.push_back(line.minutes * minute);
    rows.arrival.push_back(rows.arrival.size() + 1);
    rows.event_class.push_back(line.event_class);
    rows.instance_key.push_back(line.key);
  }
  return build(rows, inline_executor).value();
}

const Mapping same{.touchpoint_of = {0, 1, 2, 3}, .touchpoint_count = 4};

TEST(Graph, CountsAndTimesByHand) {
  // anna 0 →5 1 →10 2, ben 0 →1 1 →3 0 →9 1
  const auto columns = columns_of({{1, 0, 0}, {1, 5, 1}, {1, 15, 2}, {2, 100, 0}, {2, 101, 1}, {2, 104, 0}, {2, 113, 1}});
  const auto graph = engine::graph(columns, {.mapping = &same}, {.instances = true, .customers = true, .mean = true, .median = true, .p90 = true, .min_max = true}, inline_executor).value();
  EXPECT_EQ(graph.instances, 2u);
  EXPECT_EQ(graph.events, 7u);
  ASSERT_EQ(graph.edges.size(), 3u);
  const GraphEdge& edge = graph.edges[0];  // 0 → 1 after 5, 1 and 9 minutes
  EXPECT_EQ(edge.from, 0);
  EXPECT_EQ(edge.to, 1);
  EXPECT_EQ(edge.count, 3u);
  EXPECT_EQ(edge.instances, 2u);
  EXPECT_DOUBLE_EQ(edge.mean_us, 5.0 * minute);
  EXPECT_DOUBLE_EQ(edge.median_us, 5.0 * minute);
  EXPECT_DOUBLE_EQ(edge.p90_us, 8.2 * minute);  // between the 2nd and 3rd of 1, 5, 9
  EXPECT_EQ(edge.min_us, minute);
  EXPECT_EQ(edge.max_us, 9 * minute);
  ASSERT_EQ(graph.nodes.size(), 3u);
  EXPECT_EQ(graph.nodes[0].starts, 2u);
  EXPECT_EQ(graph.nodes[1].ends, 1u);
  EXPECT_EQ(graph.nodes[1].events, 3u);
}

TEST(Graph, EqualTimesKeepArrivalOrder) {
  const auto columns = columns_of({{1, 7, 2}, {1, 7, 0}, {1, 7, 1}});
  const auto found = variants(columns, {.mapping = &same}, {}, inline_executor).value();
  EXPECT_EQ(found.top.at(0).sequence, (std::vector<Touchpoint>{2, 0, 1}));
}

TEST(Graph, TheLongestTimesDoNotOverflowTheMean) {
  RowBatch rows;
  for (uint32_t c = 0; c < 200; ++c)
    for (int64_t time : {int64_t{-62'135'596'800'000'000}, int64_t{253'402'300'799'999'999}}) {
      rows.customer.push_back(c);
      rows.time_us.push_back(time);
      rows.arrival.push_back(rows.arrival.size() + 1);
      rows.event_class.push_back(0);
    }
  const auto columns = build(rows, inline_executor).value();
  for (bool filtered : {false, true}) {
    Query query{.mapping = &same};
    if (filtered) query.events.touchpoints = {{0}};
    const auto graph = engine::graph(columns, query, {.mean = true, .median = true}, inline_executor).value();
    EXPECT_DOUBLE_EQ(graph.edges.at(0).mean_us, 315'537'897'599'999'999.0);
    EXPECT_DOUBLE_EQ(graph.edges.at(0).median_us, 315'537'897'599'999'999.0);
  }
}

TEST(Graph, InterleavedKeysAreInstancesOfTheirOwn) {
  const auto columns = columns_of({{1, 0, 0, 5}, {1, 1, 0, 6}, {1, 2, 1, 5}, {1, 3, 2, 6}, {1, 4, 3, 0}});
  const Query query{.mapping = &same, .slicing = {.by = Slicing::By::instance_key}};
  const auto list = instances(columns, query, {}, inline_executor).value();
  ASSERT_EQ(list.total, 2u);
  EXPECT_EQ(list.rows[0].instance_key, 5u);
  EXPECT_EQ(list.rows[1].instance_key, 6u);
  const auto all = totals(columns, query, inline_executor).value();
  EXPECT_EQ(all.events, 4u);
  EXPECT_EQ(all.events_without_key, 1u);
}

TEST(Graph, AnOpenInstanceClosesWhenItsGapHasElapsed) {
  const auto columns = columns_of({{1, 0, 0}, {1, 5, 1}});
  Query query{.mapping = &same, .slicing = {.gap = Micros{30 * minute}}};
  query.as_of = Micros{35 * minute};
  EXPECT_EQ(totals(columns, query, inline_executor).value().open_instances, 1u);
  query.as_of = Micros{35 * minute + 1};
  EXPECT_EQ(totals(columns, query, inline_executor).value().open_instances, 0u);
}

TEST(Graph, SaysWhatIsWrongWithAQuery) {
  const auto columns = columns_of({{1, 0, 3}});
  const Mapping less{.touchpoint_of = {0, 1}, .touchpoint_count = 2};
  EXPECT_EQ(check(columns, {.mapping = &less}).error().code, "mapping_incomplete");
  Query query{.mapping = &same};
  query.instances.starts_with = {4};
  EXPECT_EQ(check(columns, query).error().code, "invalid_touchpoint");
  query = {.mapping = &same};
  query.events.attributes.push_back({.attribute = 2, .codes = {1}});
  EXPECT_EQ(check(columns, query).error().code, "invalid_attribute");
  query = {.mapping = &same, .period = {Period::Mode::cut, Micros{2}, Micros{1}}};
  EXPECT_EQ(check(columns, query).error().code, "invalid_period");
  query = {.mapping = &same, .slicing = {.gap = Micros{0}}};
  EXPECT_EQ(check(columns, query).error().code, "invalid_gap");
}

TEST(Graph, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const auto columns = columns_of({{1, 0, 0}, {1, 5, 1}});
  EXPECT_EQ(graph(columns, {.mapping = &same}, {}, inline_executor, stop.get_token()).error().code, "cancelled");
  EXPECT_EQ(variants(columns, {.mapping = &same}, {}, inline_executor, stop.get_token()).error().code, "cancelled");
}

}  // namespace
}  // namespace lotse::engine
