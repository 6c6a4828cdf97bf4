#include "hub/detail/usual_level.h"

#include <gtest/gtest.h>

namespace lotse::hub::detail {
namespace {

/// So many weeks with 100 events on weekdays and 20 on weekends.
std::vector<uint64_t> weeks(size_t n) {
  std::vector<uint64_t> out;
  for (size_t d = 0; d < n * 7; ++d) out.push_back(d % 7 < 5 ? 100 : 20);
  return out;
}

TEST(UsualLevel, IsTheMedianOfTheWeekdayWithABandOfMad) {
  // Median 103.5; deviations 0.5 0.5 1.5 1.5 2.5 3.5 6.5 896.5, their median 2: 1.4826 · 2 = 2.97 is below √103.5 = 10.2.
  const auto usual = usual_of({100, 102, 101, 110, 103, 104, 105, 1000});
  ASSERT_TRUE(usual);
  EXPECT_DOUBLE_EQ(usual->median, 103.5);
  EXPECT_NEAR(usual->high - usual->median, 3.5 * std::sqrt(103.5), 1e-9);
  EXPECT_FALSE(usual_of({1, 2, 3}));
}

TEST(UsualLevel, ANormalWeekIsUsualAndAWeekendIsNoSilence) {
  const auto judged = judge(weeks(10));
  EXPECT_EQ(judged.silent_days, 0u);
  for (size_t d = 28; d < 70; ++d) EXPECT_EQ(judged.days[d].level, Level::usual) << d;
  for (size_t d = 0; d < 28; ++d) EXPECT_EQ(judged.days[d].level, Level::not_judged) << d;
}

TEST(UsualLevel, ASourceThatFellSilentStaysSilentHoweverLong) {
  auto counts = weeks(10);
  counts.resize(counts.size() + 200, 0);
  const auto judged = judge(counts);
  EXPECT_EQ(judged.silent_days, 200u);
  EXPECT_EQ(judged.days.back().level, Level::silent);
  EXPECT_NEAR(judged.missing, 200.0 / 7 * 540, 100);
}

TEST(UsualLevel, ASingleQuietDayOfASmallSourceIsNoSilence) {
  std::vector<uint64_t> counts(70, 2);
  counts.back() = 0;
  EXPECT_EQ(judge(counts).silent_days, 0u);
  counts.resize(74, 0);  // five days with two events each
  EXPECT_EQ(judge(counts).silent_days, 5u);
}

TEST(UsualLevel, AGapIsSeenAndDoesNotSpoilTheWeeksAfterIt) {
  auto counts = weeks(12);
  for (size_t d = 56; d < 59; ++d) counts[d] = 0;
  const auto judged = judge(counts);
  EXPECT_EQ(judged.days[57].level, Level::silent);
  EXPECT_EQ(judged.days[57 + 7].level, Level::usual);
  EXPECT_EQ(judged.silent_days, 0u);
}

TEST(UsualLevel, AFallAndAPeakAreUnusual) {
  auto counts = weeks(10);
  counts[69 - 4] = 300;
  EXPECT_EQ(judge(counts).days[65].level, Level::high);
  counts[65] = 40;
  EXPECT_EQ(judge(counts).days[65].level, Level::low);
}

TEST(BestShift, FindsTheHoursBetweenTwoCourses) {
  std::vector<double> day(24, 1), late(24);
  for (size_t h = 8; h < 18; ++h) day[h] = 10 + static_cast<double>(h % 3);
  for (size_t h = 0; h < 24; ++h) late[(h + 2) % 24] = day[h];
  const auto shift = best_shift(late, day);
  ASSERT_TRUE(shift);
  EXPECT_EQ(shift->hours, 2);
  EXPECT_NEAR(shift->fit, 1, 1e-9);
  EXPECT_LT(shift->fit_now, 0.9);
  EXPECT_EQ(best_shift(day, late)->hours, -2);
  EXPECT_FALSE(best_shift(std::vector<double>(24, 1), day));
}

}  // namespace
}  // namespace lotse::hub::detail
