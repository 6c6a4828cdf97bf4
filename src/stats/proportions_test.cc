#include "stats/proportions.h"

#include <gtest/gtest.h>

namespace lotse::stats {
namespace {

TEST(Proportions, WilsonAsPublished) {
  // Newcombe 1998, Statistics in Medicine 17, 857: method 3.
  const auto expect = [](uint64_t x, uint64_t n, double low, double high) {
    const Interval got = wilson_interval(x, n);
    EXPECT_NEAR(got.low, low, 5e-5);
    EXPECT_NEAR(got.high, high, 5e-5);
  };
  expect(81, 263, 0.2553, 0.3662);
  expect(15, 148, 0.0624, 0.1605);
  expect(0, 20, 0, 0.1611);
  expect(1, 29, 0.0061, 0.1718);
  expect(29, 29, 0.8830, 1);
  expect(0, 0, 0, 1);
}

TEST(Proportions, DifferenceAsPublished) {
  // Newcombe 1998, Statistics in Medicine 17, 873: method 10. There the first minus the second.
  const auto difference = compare_proportions(48, 80, 56, 70);
  EXPECT_NEAR(difference.difference, 0.2, 1e-12);
  EXPECT_NEAR(difference.interval.low, 0.0524, 5e-5);
  EXPECT_NEAR(difference.interval.high, 0.3339, 5e-5);
  EXPECT_EQ(difference.test, ProportionTest::pooled_z);
  EXPECT_NEAR(difference.p, 0.00804, 2e-5);
  const auto all = compare_proportions(0, 10, 10, 10);
  EXPECT_NEAR(all.interval.low, 0.6075, 5e-5);
  EXPECT_NEAR(all.interval.high, 1, 1e-9);
}

TEST(Proportions, FewAreTestedExactly) {
  const auto few = compare_proportions(3, 10, 9, 10);
  EXPECT_EQ(few.test, ProportionTest::fisher);
  EXPECT_NEAR(few.p, 0.019766, 1e-6);
  EXPECT_NEAR(few.interval.low, 0.1705, 5e-5);
  EXPECT_NEAR(few.interval.high, 0.8090, 5e-5);
  EXPECT_NEAR(compare_proportions(0, 3, 0, 1'000'000).p, 1, 1e-6);
  EXPECT_NEAR(compare_proportions(5, 10, 5, 10).p, 1, 1e-9);
}

TEST(Proportions, HolmKeepsTheOrderAndNeverFalls) {
  const double p[] = {0.01, 0.04, 0.03, 0.005};
  const auto adjusted = holm(p);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.02);
  EXPECT_TRUE(holm({}).empty());
  const double high[] = {0.9, 0.8};
  EXPECT_DOUBLE_EQ(holm(high)[0], 1);
}

}  // namespace
}  // namespace lotse::stats
