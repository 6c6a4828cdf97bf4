#include "engine/funnel.h"

#include <gtest/gtest.h>

namespace lotse::engine {
namespace funnel_test {
namespace {

constexpr int64_t minute = 60'000'000;
InlineExecutor inline_executor;
enum : Touchpoint { visit, basket, order, call, touchpoints };

struct Line {
  uint32_t customer;
  int64_t minutes;
  uint32_t event_class;
  uint32_t channel = 0;
};

Snapshot columns_of(const std::vector<Line>& lines) {
  RowBatch rows;
  rows.attributes.resize(1);
  for (const Line& line : lines) {
    rows.customer.push_back(line.customer);
    rows.time_us.push_back(line.minutes * minute);
    rows.arrival.push_back(rows.arrival.size() + 1);
    rows.event_class.push_back(line.event_class);
    rows.attributes[0].push_back(line.channel);
  }
  return build(rows, inline_executor).value();
}

const Mapping same{.touchpoint_of = {visit, basket, order, call}, .touchpoint_count = touchpoints};

Query query_at(int64_t now_minutes) { return {.mapping = &same, .as_of = Micros{now_minutes * minute}}; }

FunnelQuery shop(int64_t window_minutes, FunnelMode mode = FunnelMode::ordered) {
  return {.steps = {{visit}, {basket}, {order}}, .window = Micros{window_minutes * minute}, .mode = mode, .times = true, .next = true};
}

std::vector<uint64_t> reached(const Funnel& funnel) {
  std::vector<uint64_t> counts;
  for (const auto& step : funnel.steps) counts.push_back(step.reached.instances);
  return counts;
}
using Counts = std::vector<uint64_t>;

Funnel ask(const std::vector<Line>& lines, const FunnelQuery& query, int64_t now = 100'000) {
  return funnel(columns_of(lines), query_at(now), query, inline_executor).value();
}

TEST(Funnel, CountsMediansAndWhereTheyWentByHand) {
  // 1 comes through with a detour, 2 goes to the call centre after the basket, 3 stops there, 4 never begins, 5 is at it.
  const auto found = ask({{1, 0, visit}, {1, 5, call}, {1, 10, basket}, {1, 30, order}, {2, 0, visit}, {2, 20, basket}, {2, 25, call},
                          {3, 0, visit}, {3, 40, basket}, {4, 0, basket}, {4, 1, order}, {5, 990, visit}}, shop(60), 1000);
  EXPECT_EQ(found.instances, 5u);
  EXPECT_EQ(reached(found), (Counts{4, 3, 1}));
  EXPECT_FALSE(found.steps[0].median_from_previous_us);
  EXPECT_DOUBLE_EQ(*found.steps[1].median_from_previous_us, 20.0 * minute);
  EXPECT_DOUBLE_EQ(*found.steps[1].median_from_first_us, 20.0 * minute);
  EXPECT_DOUBLE_EQ(*found.steps[2].median_from_previous_us, 20.0 * minute);
  EXPECT_DOUBLE_EQ(*found.steps[2].median_from_first_us, 30.0 * minute);
  const FunnelStep& first = found.steps[0];
  EXPECT_EQ(first.dropped.instances, 1u);
  EXPECT_EQ(first.running.instances, 1u);
  EXPECT_EQ(first.waiting.instances, 1u);
  EXPECT_EQ(first.ended.instances, 0u);
  const FunnelStep& second = found.steps[1];
  EXPECT_EQ(second.dropped.instances, 2u);
  EXPECT_EQ(second.ended.instances, 1u);
  ASSERT_EQ(second.next.size(), 1u);
  EXPECT_EQ(second.next[0].touchpoint, call);
  EXPECT_EQ(second.next[0].count.instances, 1u);
}

TEST(Funnel, TheWindowIsInclusiveAndRunsFromTheFirstStep) {
  const std::vector<Line> lines = {{1, 0, visit}, {1, 30, basket}, {1, 60, order}};
  EXPECT_EQ(reached(ask(lines, shop(60))), (Counts{1, 1, 1}));
  EXPECT_EQ(reached(ask(lines, shop(59))), (Counts{1, 1, 0}));
  EXPECT_EQ(reached(ask(lines, shop(29))), (Counts{1, 0, 0}));
}

TEST(Funnel, ALaterStartMayComeFartherAndTheEarliestOfTheBestCounts) {
  // From minute 0 the order is out of reach, from 50 it is not; 55 would do, too.
  const auto found = ask({{1, 0, visit}, {1, 10, basket}, {1, 50, visit}, {1, 55, visit}, {1, 60, basket}, {1, 65, basket}, {1, 70, order}}, shop(30));
  EXPECT_EQ(reached(found), (Counts{1, 1, 1}));
  EXPECT_DOUBLE_EQ(*found.steps[1].median_from_previous_us, 10.0 * minute);
  EXPECT_DOUBLE_EQ(*found.steps[2].median_from_first_us, 20.0 * minute);
}

TEST(Funnel, OneEventFillsOneStepAlsoWhereATouchpointStandsTwice) {
  FunnelQuery twice = shop(60);
  twice.steps = {{visit}, {visit}, {order}};
  EXPECT_EQ(reached(ask({{1, 0, visit}, {1, 10, order}}, twice)), (Counts{1, 0, 0}));
  EXPECT_EQ(reached(ask({{1, 0, visit}, {1, 5, visit}, {1, 10, order}}, twice)), (Counts{1, 1, 1}));
}

TEST(Funnel, AStepIsASetOfTouchpoints) {
  FunnelQuery either = shop(60);
  either.steps = {{visit, call}, {order}};
  EXPECT_EQ(reached(ask({{1, 0, call}, {1, 5, order}, {2, 0, visit}, {2, 5, order}, {3, 0, basket}}, either)), (Counts{2, 2}));
}

TEST(Funnel, StrictStepsAreConsecutive) {
  const std::vector<Line> detour = {{1, 0, visit}, {1, 1, call}, {1, 2, basket}, {1, 3, order}};
  EXPECT_EQ(reached(ask(detour, shop(60, FunnelMode::strict))), (Counts{1, 0, 0}));
  Query hidden = query_at(1000);
  hidden.events.touchpoints = {{visit, basket, order}};  // what remains becomes neighbours
  EXPECT_EQ(reached(funnel(columns_of(detour), hidden, shop(60, FunnelMode::strict), inline_executor).value()), (Counts{1, 1, 1}));
}

TEST(Funnel, InAnyOrderAStepIsANumberOfStepsFilled) {
  EXPECT_EQ(reached(ask({{1, 0, order}, {1, 1, visit}, {1, 2, basket}, {2, 0, basket}, {2, 1, basket}}, shop(60, FunnelMode::any_order))), (Counts{2, 1, 1}));
  // The first event could fill both steps, the second only the first: it is shifted.
  FunnelQuery overlap = shop(60, FunnelMode::any_order);
  overlap.steps = {{visit, basket}, {visit}};
  EXPECT_EQ(reached(ask({{1, 0, visit}, {1, 1, basket}}, overlap)), (Counts{1, 1}));
}

TEST(Funnel, AnExclusionEndsTheAttempt) {
  FunnelQuery query = shop(60);
  query.exclusions = {{.touchpoints = {call}, .after = 0, .before = 1}};
  const std::vector<Line> lines = {{1, 0, visit}, {1, 1, call}, {1, 2, basket}, {1, 3, order},   // called between
                                   {2, 0, visit}, {2, 1, basket}, {2, 2, call}, {2, 3, order},   // called later
                                   {3, 0, visit}, {3, 1, call}, {3, 2, visit}, {3, 3, basket}};  // began anew
  EXPECT_EQ(reached(ask(lines, query)), (Counts{3, 2, 1}));
  query.exclusions[0].before = 2;
  EXPECT_EQ(reached(ask(lines, query)), (Counts{3, 2, 0}));
  query.exclusions[0] = {.touchpoints = {order}, .after = 0, .before = 2};  // what fills the last step does not lie between
  EXPECT_EQ(reached(ask(lines, query)), (Counts{3, 3, 2}));
}

TEST(Funnel, GroupsByTheFirstStepsCodeAndTrendByItsTime) {
  FunnelQuery query = shop(60);
  query.attribute = 0;
  query.bucket_starts = {Micros{0}, Micros{100 * minute}, Micros{200 * minute}};
  const std::vector<Line> lines = {{1, 0, visit, 1}, {1, 5, basket, 2}, {2, 0, visit, 2}, {3, 150, visit, 0}, {3, 151, basket, 2}, {4, 0, call, 2}, {4, 120, visit}};
  const auto found = ask(lines, query);
  ASSERT_EQ(found.groups.size(), 3u);
  EXPECT_EQ(found.groups[0].code, 0u);
  EXPECT_EQ(found.groups[0].reached[0].instances, 2u);
  EXPECT_EQ(found.groups[1].code, 1u);
  EXPECT_EQ(found.groups[1].reached[1].instances, 1u);
  EXPECT_EQ(found.groups[2].reached[1].instances, 0u);
  ASSERT_EQ(found.trend.size(), 2u);
  EXPECT_EQ(found.trend[0].reached[0].instances, 2u);
  EXPECT_EQ(found.trend[1].reached[1].instances, 1u);
  query.carried = true;  // customer 4 came with code 2 before
  EXPECT_EQ(ask(lines, query).groups[2].reached[0].instances, 2u);
}

TEST(Funnel, APeriodThatCutsEndsWhatIsSeen) {
  Query query = query_at(100'000);
  query.period = {Period::Mode::cut, Micros{0}, Micros{100 * minute}};
  const auto found = funnel(columns_of({{1, 10, visit}, {1, 15, call}, {2, 90, visit}, {2, 110, basket}}), query, shop(60), inline_executor).value();
  EXPECT_EQ(reached(found), (Counts{2, 0, 0}));
  EXPECT_EQ(found.steps[0].running.instances, 1u);  // 2: its hour was not over
  EXPECT_EQ(found.steps[0].waiting.instances, 1u);
}

TEST(Funnel, RefusesWhatIsNoFunnel) {
  const auto columns = columns_of({{1, 0, visit}});
  const auto code = [&](const FunnelQuery& query) { return funnel(columns, query_at(0), query, inline_executor).error().code; };
  FunnelQuery query = shop(60);
  query.steps.resize(1);
  EXPECT_EQ(code(query), "invalid_steps");
  query = shop(0);
  EXPECT_EQ(code(query), "invalid_window");
  query = shop(60);
  query.steps[1] = {};
  EXPECT_EQ(code(query), "invalid_steps");
  query.steps[1] = {touchpoints};
  EXPECT_EQ(code(query), "invalid_touchpoint");
  query = shop(60);
  query.exclusions = {{.touchpoints = {call}, .after = 1, .before = 1}};
  EXPECT_EQ(code(query), "invalid_exclusion");
  query.exclusions = {{.touchpoints = {call}, .after = 0, .before = 1}};
  query.mode = FunnelMode::any_order;
  EXPECT_EQ(code(query), "invalid_exclusion");
  query = shop(60);
  query.attribute = 7;
  EXPECT_EQ(code(query), "invalid_attribute");
  EXPECT_EQ(funnel_instances(columns, query_at(0), shop(60), {.step = 2, .dropped = true}, {}, 10, inline_executor).error().code, "invalid_part");
}

}  // namespace
}  // namespace funnel_test
}  // namespace lotse::engine
