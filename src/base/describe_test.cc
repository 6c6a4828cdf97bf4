#include "base/describe.h"

#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/time.h"

namespace lotse {
namespace {

enum class Mode { ordered, strict };
constexpr auto describe(Mode) {
  return json_enum("Mode", value(Mode::ordered, "ordered"), value(Mode::strict, "strict"));
}

struct Inner {
  std::string name;
  static constexpr auto describe() { return json_object("Inner", field("name", &Inner::name, "a name")); }
};
struct Outer {
  int64_t count = 0;
  Mode mode = Mode::strict;
  std::optional<double> share;
  std::vector<Inner> items;
  std::map<std::string, std::string> labels;
  static constexpr auto describe() {
    return json_object("Outer", field("count", &Outer::count, ""), defaulted("mode", &Outer::mode, ""),
                       field("share", &Outer::share, ""), field("items", &Outer::items, ""),
                       field("labels", &Outer::labels, ""));
  }
};

Result<int> doubled(Result<int> in) {
  const int v = TRY(in);
  return v * 2;
}

TEST(Describe, ReadsWhatItWrites) {
  const auto in = nlohmann::json::parse(R"({"count":3,"mode":"ordered","share":0.5,"items":[{"name":"a"}],"labels":{"x":"y"}})");
  const auto out = from_json<Outer>(in);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->items.at(0).name, "a");
  EXPECT_EQ(to_json(*out), in);
}

TEST(Describe, NamesEachProblemByPointer) {
  const auto out = parse_json<Outer>(R"({"mode":"x","items":[{"nam/e":"a"}]})");
  ASSERT_FALSE(out.has_value());
  std::vector<std::string> seen;
  for (const auto& p : out.error().more) seen.push_back(p.field + " " + p.code);
  EXPECT_EQ(seen, (std::vector<std::string>{"/count required", "/mode not_a_choice", "/items/0/name required",
                                            "/items/0/nam~1e unknown_field"}));
}

TEST(Describe, SchemaRefersToNamedTypes) {
  nlohmann::json components;
  json_schema<Outer>(components);
  EXPECT_EQ(components["Outer"]["properties"]["items"]["items"]["$ref"], "#/components/schemas/Inner");
  EXPECT_EQ(components["Outer"]["required"], nlohmann::json({"count", "items", "labels"}));
}

TEST(Result, TryReturnsTheError) {
  EXPECT_EQ(doubled(4).value(), 8);
  EXPECT_EQ(doubled(Error::invalid("x", "/y")).error().code, "x");
}

TEST(Ids, SortByTimeAndCarryTheirPrefix) {
  const auto a = new_id("tp", Micros{1'700'000'000'000'000}), b = new_id("tp", Micros{1'700'000'001'000'000});
  EXPECT_LT(a, b);
  EXPECT_TRUE(is_id(a, "tp"));
  EXPECT_FALSE(is_id(a, "ws"));
  std::string last = b;
  for (int i = 0; i < 5000; ++i) {  // more than a millisecond's counter holds
    const auto next = new_id("tp", Micros{1'700'000'001'000'000});
    EXPECT_LT(last, next);
    last = next;
  }
  const auto earlier = new_id("tp", Micros{1'600'000'000'000'000});
  EXPECT_LT(earlier, a);
}

TEST(Time, IsoUtc) {
  EXPECT_EQ(iso_utc(Micros{0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_utc(Micros{1'740'816'900'250'000}), "2025-03-01T08:15:00.250000Z");
  EXPECT_EQ(iso_utc(Micros{-62135596800000000}), "0001-01-01T00:00:00Z");
}

}  // namespace
}  // namespace lotse
