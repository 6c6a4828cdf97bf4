#include "formats/period.h"

#include <gtest/gtest.h>

namespace lotse::formats {
namespace {

std::string read(std::string_view text) {
  const auto period = read_period(text);
  return period ? std::string(word(period->granularity)) + " " + period_text(*period) + " " + day_text(period->start) : "none";
}

TEST(Period, ReadsWhatPeopleWrite) {
  for (const char* text : {"2026-03", "2026/03", "202603", "03/2026", "3/2026", "03.2026", " März 2026 ", "Mrz 26", "mar 2026", "March 2026", "2026 March", "Mär. 2026", "MAERZ 2026"})
    EXPECT_EQ(read(text), "month 2026-03 2026-03-01") << text;
  for (const char* text : {"2026-W12", "2026W12", "W12 2026", "KW 12/2026", "kw12 2026", "12. KW 2026", "2026-KW12", "Woche 12 2026"})
    EXPECT_EQ(read(text), "week 2026-W12 2026-03-16") << text;
  for (const char* text : {"2026-Q1", "2026Q1", "Q1 2026", "Q1/2026", "1. Quartal 2026", "1Q2026", "Q1 26"}) EXPECT_EQ(read(text), "quarter 2026-Q1 2026-01-01") << text;
  for (const char* text : {"2026-03-01", "01.03.2026", "1.3.26", "20260301", "2026-03-01T00:00:00", "2026-03-01 00:00", "2026-03-01T00:00:00Z"})
    EXPECT_EQ(read(text), "day 2026-03-01 2026-03-01") << text;
  EXPECT_EQ(read("2026"), "year 2026 2026-01-01");
  EXPECT_EQ(read("Dezember 2025"), "month 2025-12 2025-12-01");
  EXPECT_EQ(read("Mai 2025"), "month 2025-05 2025-05-01");
}

TEST(Period, RefusesWhatIsNoneOrTwo) {
  for (const char* text : {"", " ", "x", "03/04/2026", "2026-13", "13/2026", "2026-02-29", "31.04.2026", "KW 53 2025", "2026-W00", "Q5 2026", "1899", "12", "2026-03-01 08:15",
                           "2026-03-01T12:00:00", "Ma 2026", "2026 2027", "Umsatz", "Q1", "März", "1 2 3 4", "99999999999999999999", "Q1 2026 Q2", "-"})
    EXPECT_EQ(read(text), "none") << text;
  EXPECT_EQ(read("2026-W53"), "week 2026-W53 2026-12-28");
}

TEST(Period, WeeksBelongToTheYearOfTheirThursday) {
  EXPECT_EQ(read("2025-W01"), "week 2025-W01 2024-12-30");
  EXPECT_EQ(read("2021-W01"), "week 2021-W01 2021-01-04");
  EXPECT_EQ(read("2020-W53"), "week 2020-W53 2020-12-28");
}

TEST(Period, EveryTextIsReadBack) {
  for (int32_t day = -20000; day < 80000; day += 13)
    for (const auto granularity : {Granularity::day, Granularity::week, Granularity::month, Granularity::quarter, Granularity::year}) {
      const auto period = in_granularity({Granularity::day, day}, granularity);
      ASSERT_TRUE(period);
      EXPECT_LE(period->start, day);
      EXPECT_EQ(read_period(period_text(*period)), period) << period_text(*period);
    }
}

TEST(Period, NoNotationReadsAYearBeyondTheKnown) {
  for (const char* text : {"2201", "220205", "2201-Q1", "2201-W01", "KW 1 2201", "22010101", "Mar 2201", "1899", "1899-12", "1899-W01"}) EXPECT_FALSE(read_period(text)) << text;
  EXPECT_TRUE(read_period("220012"));
  EXPECT_TRUE(read_period("1900-W01"));
}

TEST(Period, ALongOneSaysNothingAboutShorterOnes) {
  const auto march = *read_period("2026-03");
  EXPECT_FALSE(in_granularity(march, Granularity::day));
  EXPECT_EQ(period_text(*in_granularity(march, Granularity::quarter)), "2026-Q1");
  EXPECT_FALSE(in_granularity(*read_period("2026-W12"), Granularity::month));
}

}  // namespace
}  // namespace lotse::formats
