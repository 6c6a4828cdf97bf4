#include "hub/plan_checker.h"

#include <gtest/gtest.h>

namespace lotse::hub {
namespace {

using Properties = std::vector<PlanChecker::Property>;
uint64_t count(const PlanFindings& findings, std::string_view event, std::string_view property, FindingKind kind) {
  const auto at = findings.counts.find(PlanFindings::Key("src_1", event, property, kind));
  return at == findings.counts.end() ? 0 : at->second.events;
}

TEST(PlanChecker, FindsWhatIsMissingWrongOrNotPlanned) {
  const PlanChecker checker({.events = {{.event = "order",
                                         .properties = {{.name = "total", .type = PropertyType::number, .required = true}, {.name = "currency", .values = {"EUR", "CHF"}}},
                                         .only_these_properties = true},
                                        {.event = "call", .sources = {"src_2"}}},
                             .only_these_events = true});
  PlanFindings out;
  checker.check("src_1", "order", Properties{{"total", "12.5"}, {"currency", "EUR"}}, out);
  checker.check("src_1", "order", Properties{{"total", "12,50 EUR"}, {"currency", "USD"}, {"name", "Anna"}}, out);
  checker.check("src_1", "order", Properties{{"total", ""}}, out);
  checker.check("src_1", "call", {}, out);
  checker.check("src_2", "call", {}, out);
  checker.check("src_1", "visit", {}, out);
  EXPECT_EQ(count(out, "order", "", FindingKind::checked), 3u);
  EXPECT_EQ(count(out, "order", "total", FindingKind::wrong_type), 1u);
  EXPECT_EQ(count(out, "order", "total", FindingKind::missing_property), 1u);
  EXPECT_EQ(count(out, "order", "currency", FindingKind::value_not_allowed), 1u);
  EXPECT_EQ(count(out, "order", "name", FindingKind::unplanned_property), 1u);
  EXPECT_EQ(count(out, "call", "", FindingKind::unplanned_event), 1u);
  EXPECT_EQ(count(out, "visit", "", FindingKind::unplanned_event), 1u);
  EXPECT_EQ(out.counts.at(PlanFindings::Key("src_1", "order", "total", FindingKind::wrong_type)).example, "99,99 AAA");
}

TEST(PlanChecker, ReadsTypesAndKeepsOnlyForms) {
  EXPECT_TRUE(is_of_type("-3.25", PropertyType::number));
  EXPECT_FALSE(is_of_type("3,25 €", PropertyType::number));
  EXPECT_TRUE(is_of_type("true", PropertyType::boolean));
  EXPECT_FALSE(is_of_type("yes", PropertyType::boolean));
  EXPECT_TRUE(is_of_type("2025-03-01T08:15:00Z", PropertyType::time));
  EXPECT_FALSE(is_of_type("morgen", PropertyType::time));
  EXPECT_FALSE(is_of_type("17", PropertyType::text));
  EXPECT_TRUE(is_of_type("red", PropertyType::text));
  EXPECT_EQ(form_of("Anna.Müller@web.de 42"), "Aaaa.Aaaaaa@aaa.aa 99");
  EXPECT_EQ(form_of(std::string(100, 'x')).size(), 40 + std::string("…").size());
}

}  // namespace
}  // namespace lotse::hub
