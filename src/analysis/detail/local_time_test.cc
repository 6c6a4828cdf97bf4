#include "analysis/detail/local_time.h"

#include <gtest/gtest.h>

namespace lotse::analysis::detail {
namespace {

LocalTime berlin() { return *LocalTime::find("Europe/Berlin"); }
std::string utc(const char* local) {
  const auto time = berlin().parse(local);
  return time ? iso_utc(*time) : time.error().code;
}

TEST(LocalTime, ReadsDatesTimesAndOffsets) {
  EXPECT_EQ(utc("2025-01-15"), "2025-01-14T23:00:00Z");
  EXPECT_EQ(utc("2025-07-15"), "2025-07-14T22:00:00Z");
  EXPECT_EQ(utc("2025-07-15T08:30"), "2025-07-15T06:30:00Z");
  EXPECT_EQ(utc("2025-07-15 08:30:15.25"), "2025-07-15T06:30:15.250000Z");
  EXPECT_EQ(utc("2025-07-15T08:30Z"), "2025-07-15T08:30:00Z");
  EXPECT_EQ(utc("2025-07-15T08:30-03:30"), "2025-07-15T12:00:00Z");
  EXPECT_EQ(utc("0001-01-01"), "0000-12-31T23:06:32Z");  // local mean time before 1893
}

TEST(LocalTime, KnowsGapsAndRepeats) {
  EXPECT_EQ(utc("2025-03-30T02:30"), "2025-03-30T01:30:00Z");
  EXPECT_EQ(utc("2025-10-26T02:30"), "2025-10-26T00:30:00Z");
  EXPECT_EQ(utc("2025-10-26T03:00"), "2025-10-26T02:00:00Z");
}

TEST(LocalTime, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2025", "2025-1-1", "2025-02-29", "2025-13-01", "0000-01-01", "2025-01-01T", "2025-01-01T24:00", "2025-01-01T08:60",
                           "2025-01-01T08:00:61", "2025-01-01T08:00.5", "2025-01-01T08:00:00.", "2025-01-01T08:00+1", "2025-01-01T08:00Zz", "tomorrow"})
    EXPECT_EQ(utc(text), "invalid_time") << text;
  EXPECT_FALSE(LocalTime::find("Europe/Nowhere"));
}

TEST(LocalTime, BucketsBeginAtLocalMidnightMondayAndTheFirst) {
  const auto zone = berlin();
  const Micros friday = *zone.parse("2025-03-28T15:00");
  EXPECT_EQ(zone.date(zone.begin_of(Bucket::day, friday)), "2025-03-28");
  EXPECT_EQ(zone.date(zone.begin_of(Bucket::week, friday)), "2025-03-24");
  EXPECT_EQ(zone.date(zone.begin_of(Bucket::month, friday)), "2025-03-01");
  // Over the change to summer time a day has 23 hours.
  const auto days = zone.boundaries(Bucket::day, friday, *zone.parse("2025-03-31T01:00"));
  ASSERT_EQ(days.size(), 5u);
  EXPECT_EQ(days[2] - days[1], Micros{std::chrono::hours(24)});
  EXPECT_EQ(days[3] - days[2], Micros{std::chrono::hours(23)});
  EXPECT_EQ(zone.date(days.back()), "2025-04-01");
  const auto months = zone.boundaries(Bucket::month, *zone.parse("2024-11-30T23:59"), *zone.parse("2025-02-01"));
  ASSERT_EQ(months.size(), 5u);
  EXPECT_EQ(zone.date(months[0]), "2024-11-01");
  EXPECT_EQ(zone.date(months.back()), "2025-03-01");
  const auto weeks = zone.boundaries(Bucket::week, *zone.parse("2025-03-24"), *zone.parse("2025-03-30T23:59:59"));
  EXPECT_EQ(weeks.size(), 2u);
}

TEST(LocalTime, ADayWithoutMidnightBeginsWhereItBegins) {
  const auto zone = *LocalTime::find("America/Santiago");  // clocks go forward at midnight
  const auto days = zone.boundaries(Bucket::day, *zone.parse("2025-09-06T12:00"), *zone.parse("2025-09-08T12:00"));
  ASSERT_EQ(days.size(), 4u);
  EXPECT_EQ(zone.date(days[1]), "2025-09-07");
  EXPECT_EQ(days[2] - days[1], Micros{std::chrono::hours(23)});
}

}  // namespace
}  // namespace lotse::analysis::detail
