#include "kpis/series.h"

#include <gtest/gtest.h>

namespace lotse::kpis {
namespace {

Measured row(const char* period, const char* market, double value, std::optional<double> n = {}, const char* unit = "", const char* benchmark = "") {
  return {.cell = {.period = *formats::read_period(period), .market = market, .unit = unit, .touchpoint = "", .benchmark = benchmark}, .value = value, .n = n};
}

TEST(Totals, AddMarketsAndSayWhatIsMissing) {
  const auto points = totals(Combine::sum, {row("2026-02", "DE", 70), row("2026-01", "DE", 60), row("2026-01", "AT", 20), row("2026-01", "", 999, {}, "", "Branche")});
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].period, "2026-01");
  EXPECT_EQ(points[0].value, 80);
  EXPECT_EQ(points[0].parts, 2);
  EXPECT_FALSE(points[0].incomplete);
  EXPECT_EQ(points[1].value, 70);
  EXPECT_TRUE(points[1].incomplete) << "AT has not delivered February";
}

TEST(Totals, WeighMeansByWhatTheyWereCountedOver) {
  const auto points = totals(Combine::weighted_mean, {row("2026-01", "DE", 10, 300), row("2026-01", "AT", 20, 100), row("2026-02", "DE", 10, 300), row("2026-02", "AT", 20)});
  ASSERT_EQ(points.size(), 1u) << "without n there is no mean of February";
  EXPECT_DOUBLE_EQ(points[0].value, 12.5);
  EXPECT_EQ(points[0].n, 400);
}

TEST(Totals, AMarketThatIsAloneAtTheEndIsNotTheWhole) {
  const auto points = totals(Combine::weighted_mean, {row("2026-01", "DE", 10, 300), row("2026-01", "AT", 20, 100), row("2026-02", "DE", 10), row("2026-03", "DE", 10)});
  EXPECT_EQ(points.size(), 1u);
  EXPECT_EQ(totals(Combine::weighted_mean, {row("2026-01", "DE", 10), row("2026-02", "DE", 11)}).size(), 2u) << "the only market is the whole";
}

TEST(Totals, TakeTheSourcesOwnNumberAndNeverCountTwice) {
  const auto own = totals(Combine::none, {row("2026-01", "DE", 5), row("2026-01", "AT", 7), row("2026-01", "", 5.4)});
  ASSERT_EQ(own.size(), 1u);
  EXPECT_TRUE(own[0].delivered);
  EXPECT_EQ(own[0].value, 5.4);
  EXPECT_TRUE(totals(Combine::none, {row("2026-01", "DE", 5)}).empty());
  const auto both = totals(Combine::sum, {row("2026-01", "DE", 5), row("2026-01", "AT", 7), row("2026-01", "", 8, {}, "Service"), row("2026-01", "", 4, {}, "Vertrieb")});
  ASSERT_EQ(both.size(), 1u);
  EXPECT_EQ(both[0].value, 12) << "by market, not by market and unit";
}

}  // namespace
}  // namespace lotse::kpis
