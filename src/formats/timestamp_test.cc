#include "formats/timestamp.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace lotse::formats {
namespace {

constexpr Micros now{1'800'000'000'000'000};  // 2027-01-15

std::string read(TimeLayout layout, std::string_view text, const char* zone = "UTC", uint8_t* flags = nullptr) {
  const Stamp s = StampReader(layout, Zone::find(zone).value(), now).read(text);
  if (flags) *flags = s.flags;
  return s.problem == StampProblem::none ? iso_utc(s.utc) : code(s.problem);
}

TEST(Timestamp, ReadsIso) {
  const auto iso = [](std::string_view t) { return read(TimeLayout::iso, t); };
  EXPECT_EQ(iso("2024-12-31T14:05:06"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(iso("2024-12-31 14:05"), "2024-12-31T14:05:00Z");
  EXPECT_EQ(iso(" 2024-12-31 "), "2024-12-31T00:00:00Z");
  EXPECT_EQ(iso("2024-12-31T14:05:06.5Z"), "2024-12-31T14:05:06.500000Z");
  EXPECT_EQ(iso("2024-12-31T14:05:06,123456789+01:00"), "2024-12-31T13:05:06.123456Z");
  EXPECT_EQ(iso("2024-12-31T14:05:06.123456789-05:30"), "2024-12-31T19:35:06.123456Z");
  EXPECT_EQ(iso("2024-12-31T14:05:06+0100"), "2024-12-31T13:05:06Z");
  EXPECT_EQ(iso("2024-12-31T14:05:06+01"), "2024-12-31T13:05:06Z");
  EXPECT_EQ(iso("2024-12-31T14:05:06+01:00[Europe/Berlin]"), "2024-12-31T13:05:06Z");
  EXPECT_EQ(iso("2024-12-31 14:05:06 UTC"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(iso("2024-12-31 14:05:06 +0000"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(iso("2024/12/31 14:05:06"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(iso("20241231T140506Z"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(iso("20241231140506"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(iso("20241231"), "2024-12-31T00:00:00Z");
  EXPECT_EQ(iso("2024-12-31+01:00"), "2024-12-30T23:00:00Z");
  EXPECT_EQ(iso("2024-1-2 3:04"), "2024-01-02T03:04:00Z");
  EXPECT_EQ(iso("2024-12-31T24:00:00"), "2025-01-01T00:00:00Z");
  EXPECT_EQ(iso("2024-12-31T23:59:60"), "2025-01-01T00:00:00Z");
  EXPECT_EQ(iso("2024-02-29"), "2024-02-29T00:00:00Z");
  for (const char* bad : {"2023-02-29", "2024-13-01", "2024-12-31T24:00:01", "2024-12-31T14:60", "2024-12-31 14", "2024-12-31T14:05:06X", "2024-12-31T14:05:06.",
                          "31.12.2024", "hello", "2024-12", "2024-12-31T14:05:06+1", "2024-12/31", "12024-12-31", "2024-12-31 14:05:61"})
    EXPECT_EQ(iso(bad), "bad_time") << bad;
  EXPECT_EQ(iso(""), "time_missing");
  EXPECT_EQ(iso("   "), "time_missing");
}

TEST(Timestamp, ReadsWhatAnotherLayoutWritesBeyondDoubt) {
  const auto mixed = [](TimeLayout layout, std::string_view t, bool days = false) {
    const Stamp s = StampReader(layout, Zone::utc(), now).read_mixed(t, days);
    return s.problem == StampProblem::none ? iso_utc(s.utc) : std::string(code(s.problem));
  };
  for (const TimeLayout layout : {TimeLayout::iso, TimeLayout::german, TimeLayout::us, TimeLayout::day_slash, TimeLayout::excel_1900, TimeLayout::epoch_s}) {
    EXPECT_EQ(mixed(layout, "2024-12-31T12:00:00"), "2024-12-31T12:00:00Z");
    EXPECT_EQ(mixed(layout, "31.12.2024 12:00"), "2024-12-31T12:00:00Z");
    EXPECT_EQ(mixed(layout, "heute"), "bad_time");
    EXPECT_EQ(mixed(layout, "31.02.2024"), "bad_time");
    EXPECT_EQ(mixed(layout, " "), "time_missing");
  }
  EXPECT_EQ(mixed(TimeLayout::german, "45657.5", true), "2024-12-31T12:00:00Z");
  EXPECT_EQ(mixed(TimeLayout::german, "45657.5"), "bad_time");
  EXPECT_EQ(mixed(TimeLayout::german, "99999", true), "bad_time");
  EXPECT_EQ(mixed(TimeLayout::iso, "03/04/2024"), "bad_time");  // whether the day comes first nobody knows
  EXPECT_EQ(mixed(TimeLayout::iso, "202412311405"), "2024-12-31T14:05:00Z");
}

TEST(Timestamp, KeepsToTheYears1To9999InUtc) {
  EXPECT_EQ(read(TimeLayout::iso, "0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(read(TimeLayout::iso, "9999-12-31T23:59:59.999999Z"), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(read(TimeLayout::iso, "0001-01-01T00:00:00+01:00"), "time_out_of_range");
  EXPECT_EQ(read(TimeLayout::iso, "9999-12-31T23:59:59-01:00"), "time_out_of_range");
  EXPECT_EQ(read(TimeLayout::iso, "0000-01-01"), "time_out_of_range");
  EXPECT_EQ(read(TimeLayout::iso, "9999-12-31T24:00"), "time_out_of_range");
}

TEST(Timestamp, ReadsGermanAndUs) {
  const auto german = [](std::string_view t) { return read(TimeLayout::german, t); };
  for (const char* t : {"31.12.2024 14:05:00", "31.12.2024 14:05", "31.12.2024, 14:05 Uhr", "31.12.24 14:05", "31-12-2024 14:05", "31. Dezember 2024 14:05",
                        "31 Dez 2024 14.05", "Di, 31.12.2024 14:05", "31.12.2024 um 14:05 Uhr", "31/Dec/2024:14:05:00 +0000", "31.12.2024 - 14:05"})
    EXPECT_EQ(german(t), "2024-12-31T14:05:00Z") << t;
  EXPECT_EQ(german("1.3.2024"), "2024-03-01T00:00:00Z");
  EXPECT_EQ(german("1. März 2024"), "2024-03-01T00:00:00Z");
  EXPECT_EQ(german("1.3.2024 9:05:07,25"), "2024-03-01T09:05:07.250000Z");
  EXPECT_EQ(german("12.31.2024"), "bad_time");
  EXPECT_EQ(german("31.12"), "bad_time");
  const auto us = [](std::string_view t) { return read(TimeLayout::us, t); };
  EXPECT_EQ(us("12/31/2024 2:05 PM"), "2024-12-31T14:05:00Z");
  EXPECT_EQ(us("12/31/2024 12:05 AM"), "2024-12-31T00:05:00Z");
  EXPECT_EQ(us("12/31/24 12:05:06 pm"), "2024-12-31T12:05:06Z");
  EXPECT_EQ(us("Dec 31, 2024 2:05 PM"), "2024-12-31T14:05:00Z");
  EXPECT_EQ(us("12/31/2024 2 PM"), "2024-12-31T14:00:00Z");
  EXPECT_EQ(us("31/12/2024"), "bad_time");
  EXPECT_EQ(us("12/31/2024 13:05 PM"), "bad_time");
  EXPECT_EQ(read(TimeLayout::day_slash, "31/12/2024 14:05"), "2024-12-31T14:05:00Z");
}

TEST(Timestamp, ReadsNumbers) {
  EXPECT_EQ(read(TimeLayout::excel_1900, "45657.586875"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(read(TimeLayout::excel_1900, "45657,586875"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(read(TimeLayout::excel_1900, "1"), "1900-01-01T00:00:00Z");
  EXPECT_EQ(read(TimeLayout::excel_1900, "61"), "1900-03-01T00:00:00Z");
  EXPECT_EQ(read(TimeLayout::excel_1904, "44195.586875"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(read(TimeLayout::epoch_s, "1735653906"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(read(TimeLayout::epoch_s, "1735653906.25"), "2024-12-31T14:05:06.250000Z");
  EXPECT_EQ(read(TimeLayout::epoch_s, "-0.25"), "1969-12-31T23:59:59.750000Z");
  EXPECT_EQ(read(TimeLayout::epoch_s, "1.735653906E9"), "2024-12-31T14:05:06Z");
  EXPECT_EQ(read(TimeLayout::epoch_ms, "1735653906250"), "2024-12-31T14:05:06.250000Z");
  EXPECT_EQ(read(TimeLayout::epoch_us, "1735653906250001"), "2024-12-31T14:05:06.250001Z");
  EXPECT_EQ(read(TimeLayout::epoch_ns, "1735653906250001999"), "2024-12-31T14:05:06.250001Z");
  EXPECT_EQ(read(TimeLayout::epoch_s, "99999999999999"), "time_out_of_range");
  EXPECT_EQ(read(TimeLayout::epoch_s, "99999999999999999999"), "bad_time");
}

TEST(Timestamp, LocalTimesFollowTheZone) {
  uint8_t flags = 0;
  EXPECT_EQ(read(TimeLayout::iso, "2024-07-01 12:00", "Europe/Berlin", &flags), "2024-07-01T10:00:00Z");
  EXPECT_EQ(flags, 0);
  // 02:30 on the last Sunday of October comes twice: the first one is summer time.
  EXPECT_EQ(read(TimeLayout::german, "27.10.2024 02:30", "Europe/Berlin", &flags), "2024-10-27T00:30:00Z");
  EXPECT_EQ(flags, stamp_ambiguous);
  EXPECT_EQ(read(TimeLayout::iso, "2024-10-27 03:00", "Europe/Berlin", &flags), "2024-10-27T02:00:00Z");
  EXPECT_EQ(flags, 0);
  // 02:30 on the last Sunday of March does not exist: 03:30 summer time.
  EXPECT_EQ(read(TimeLayout::iso, "2024-03-31 02:30", "Europe/Berlin", &flags), "2024-03-31T01:30:00Z");
  EXPECT_EQ(flags, stamp_nonexistent);
  EXPECT_EQ(read(TimeLayout::iso, "2024-10-27T02:30:00+01:00", "Europe/Berlin", &flags), "2024-10-27T01:30:00Z");
  EXPECT_EQ(flags, stamp_had_zone);
  // Beyond the system's table (2037) the rule goes on, also after a cycle of the calendar.
  EXPECT_EQ(read(TimeLayout::iso, "2050-07-01 12:00", "Europe/Berlin"), "2050-07-01T10:00:00Z");
  EXPECT_EQ(read(TimeLayout::iso, "2050-01-01 12:00", "Europe/Berlin"), "2050-01-01T11:00:00Z");
  EXPECT_EQ(read(TimeLayout::iso, "9000-07-01 12:00", "Europe/Berlin"), "9000-07-01T10:00:00Z");
  EXPECT_EQ(read(TimeLayout::iso, "2050-01-01 12:00", "America/Sao_Paulo"), "2050-01-01T15:00:00Z");
  EXPECT_EQ(Zone::find("Mars/Base").error().code, "unknown_zone");
}

TEST(Timestamp, ZoneAgreesWithItselfBackAndForth) {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia"}) {
    const Zone zone = Zone::find(name).value();
    for (int64_t utc = -3'000'000'000; utc < 20'000'000'000; utc += 86'399 * 3) {
      const int64_t local = utc + zone.offset_s(utc);
      const auto back = zone.to_utc(local);
      ASSERT_NE(back.kind, Zone::Local::nonexistent) << name << " " << utc;
      if (back.kind == Zone::Local::unique) {
        ASSERT_EQ(back.utc_s, utc) << name;
      } else {
        ASSERT_LE(back.utc_s, utc) << name;
        ASSERT_EQ(back.utc_s + zone.offset_s(back.utc_s), local) << name;
      }
    }
  }
}

TEST(Timestamp, FlagsWhatIsWorthALook) {
  uint8_t flags = 0;
  read(TimeLayout::iso, "1948-01-26", "UTC", &flags);
  EXPECT_EQ(flags, stamp_before_1990);
  read(TimeLayout::iso, "2027-01-16T09:00", "UTC", &flags);
  EXPECT_EQ(flags, stamp_in_future);
  read(TimeLayout::iso, "2027-01-16T07:00", "UTC", &flags);
  EXPECT_EQ(flags, 0);
}

TEST(Timestamp, TimesOfDay) {
  const auto clock = [](std::string_view text) {
    const auto time = read_time_of_day(text);
    if (!time) return std::string("none");
    const int64_t ms = time->micros / 1000;
    return std::to_string(ms / 3'600'000) + ":" + std::to_string(ms / 60'000 % 60) + ":" + std::to_string(ms / 1000 % 60) + (ms % 1000 ? "." + std::to_string(ms % 1000) : "") +
           (time->with_zone ? "Z" : "");
  };
  EXPECT_EQ(clock("14:05"), "14:5:0");
  EXPECT_EQ(clock(" 14:05:33 "), "14:5:33");
  EXPECT_EQ(clock("8:05:33.25"), "8:5:33.250");
  EXPECT_EQ(clock("14:05:33,5"), "14:5:33.500");
  EXPECT_EQ(clock("2:05 PM"), "14:5:0");
  EXPECT_EQ(clock("12:05 am"), "0:5:0");
  EXPECT_EQ(clock("14:05 Uhr"), "14:5:0");
  EXPECT_EQ(clock("14.05"), "14:5:0");
  EXPECT_EQ(clock("14.05.33"), "14:5:33");
  EXPECT_EQ(clock("9 Uhr"), "9:0:0");
  EXPECT_EQ(clock("1405"), "14:5:0");
  EXPECT_EQ(clock("080533"), "8:5:33");
  EXPECT_EQ(clock("24:00"), "24:0:0");
  EXPECT_EQ(clock("14:05Z"), "14:5:0Z");
  EXPECT_EQ(clock("14:05+01:00"), "13:5:0Z");
  EXPECT_EQ(clock("0.586875"), "14:5:6");
  EXPECT_EQ(clock("0,586875"), "14:5:6");
  EXPECT_EQ(clock("0.58680555555555558"), "14:5:0");
  EXPECT_EQ(clock("0.25"), "6:0:0");
  EXPECT_EQ(clock("00.25"), "0:25:0");
  EXPECT_EQ(clock("1.1574074074074073e-05"), "0:0:1");
  EXPECT_EQ(clock("45657.586875"), "14:5:6");
  EXPECT_EQ(clock("0"), "0:0:0");
  EXPECT_EQ(clock("1900-01-01T14:05:00"), "14:5:0");
  EXPECT_EQ(clock("30.12.1899 14:05"), "14:5:0");
  for (const char* bad : {"", " ", "25:00", "14:60", "14", "9.3", "14.75", "99", "45657", "2460", "vormittags", "31.12.2024", "2024-12-31", "-0.5", "+01:00", "14:05 foo", "1:2:3:4"})
    EXPECT_EQ(clock(bad), "none") << bad;
  EXPECT_EQ(clock(std::string(1000, '1')), "none");
}

TEST(Timestamp, ADayWithATimeOfDay) {
  const auto at = [](TimeLayout layout, std::string_view day, std::string_view time, uint8_t* flags = nullptr, const char* zone = "Europe/Berlin") {
    const StampReader reader(layout, Zone::find(zone).value(), Micros{1'800'000'000'000'000});
    const Stamp stamp = reader.at(reader.read_mixed(day, true), read_time_of_day(time).value());
    if (flags) *flags = stamp.flags;
    return stamp.problem == StampProblem::none ? iso_utc(stamp.utc) : std::string(code(stamp.problem));
  };
  EXPECT_EQ(at(TimeLayout::german, "31.12.2024", "14:05"), "2024-12-31T13:05:00Z");
  EXPECT_EQ(at(TimeLayout::german, "01.07.2024", "00:00"), "2024-06-30T22:00:00Z");
  EXPECT_EQ(at(TimeLayout::iso, "2024-12-31 00:00:00", "0.586875"), "2024-12-31T13:05:06Z");
  EXPECT_EQ(at(TimeLayout::german, "45657", "14:05"), "2024-12-31T13:05:00Z");
  EXPECT_EQ(at(TimeLayout::us, "12/31/2024", "2:05 PM"), "2024-12-31T13:05:00Z");
  EXPECT_EQ(at(TimeLayout::iso, "2024-12-31", "24:00"), "2024-12-31T23:00:00Z");
  EXPECT_EQ(at(TimeLayout::iso, "2024-12-31", "00:30+01:00"), "2024-12-30T23:30:00Z");
  EXPECT_EQ(at(TimeLayout::iso, "1950-03-01", "12:00"), "1950-03-01T11:00:00Z");
  // A day as an instant: of UTC where it is one exactly, else of the source's zone.
  EXPECT_EQ(at(TimeLayout::iso, "2024-12-30T23:00:00Z", "14:05"), "2024-12-31T13:05:00Z");
  EXPECT_EQ(at(TimeLayout::iso, "2024-12-31T00:00:00Z", "14:05", nullptr, "America/New_York"), "2024-12-31T19:05:00Z");
  EXPECT_EQ(at(TimeLayout::iso, "9999-12-31", "24:00", nullptr, "UTC"), "time_out_of_range");
  uint8_t flags = 0;
  EXPECT_EQ(at(TimeLayout::german, "31.03.2024", "02:30", &flags), "2024-03-31T01:30:00Z");
  EXPECT_EQ(flags, stamp_nonexistent);
  EXPECT_EQ(at(TimeLayout::german, "27.10.2024", "02:30", &flags), "2024-10-27T00:30:00Z");
  EXPECT_EQ(flags, stamp_ambiguous);
}

TEST(Timestamp, DetectsTheLayout) {
  const auto detect = [](std::vector<std::string_view> v) { return detect_time(v); };
  EXPECT_EQ(detect({"2024-12-31 14:05", "", "2024-11-30"})->layout, TimeLayout::iso);
  EXPECT_EQ(detect({"31.12.2024 14:05"})->layout, TimeLayout::german);
  EXPECT_TRUE(detect({"2024-12-31T14:05:00Z"})->with_zone);
  const auto us = detect({"12/31/2024 2:05 PM", "01/02/2024 1:00 AM"});
  EXPECT_EQ(us->layout, TimeLayout::us);
  EXPECT_FALSE(us->slash_ambiguous);
  EXPECT_EQ(detect({"31/12/2024", "01/02/2024"})->layout, TimeLayout::day_slash);
  const auto both = detect({"03/04/2024", "05/06/2024"});
  EXPECT_EQ(both->layout, TimeLayout::us);
  EXPECT_TRUE(both->slash_ambiguous);
  EXPECT_EQ(detect({"1735653906", "1735653999"})->layout, TimeLayout::epoch_s);
  EXPECT_EQ(detect({"1735653906123"})->layout, TimeLayout::epoch_ms);
  EXPECT_EQ(detect({"45657.586875", "45000.25"})->layout, TimeLayout::excel_1900);
  EXPECT_EQ(detect({"20241231"})->layout, TimeLayout::iso);
  EXPECT_TRUE(detect({"31.12.2024", "", "01.01.2025 00:00"})->dates_alone);
  EXPECT_FALSE(detect({"31.12.2024", "01.01.2025 00:01"})->dates_alone);
  EXPECT_FALSE(detect({"hello", "world"}));
  EXPECT_FALSE(detect({"1", "2", "3"}));
  EXPECT_FALSE(detect({}));
}

}  // namespace
}  // namespace lotse::formats
