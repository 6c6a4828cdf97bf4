#include "formats/tracking_json.h"

#include <gtest/gtest.h>

#include <map>

namespace lotse::formats {
namespace {

constexpr Micros received{1'700'000'000'000'000};  // 2023-11-14T22:13:20Z

TrackingBody body_of(std::string body, std::optional<TrackingCall> call = TrackingCall::track, bool historical = false) {
  auto read = read_tracking(std::move(body), call, received, historical);
  EXPECT_TRUE(read) << read.error().code;
  return read ? *read : TrackingBody{};
}
TrackingEvent one(std::string body, TrackingCall call = TrackingCall::track, bool historical = false) {
  auto all = body_of(std::move(body), call, historical);
  EXPECT_EQ(all.events.size(), 1u) << (all.rejected.empty() ? "" : all.rejected[0].code);
  return all.events.empty() ? TrackingEvent{} : all.events[0];
}
std::string rejected(std::string body, std::optional<TrackingCall> call = TrackingCall::track) {
  const auto all = body_of(std::move(body), call);
  return all.rejected.empty() ? "" : all.rejected[0].code;
}
std::string refused(std::string body, std::optional<TrackingCall> call = TrackingCall::track) {
  const auto read = read_tracking(std::move(body), call, received);
  return read ? "" : read.error().code;
}
using Named = std::map<std::string, std::string>;
Named named(const std::vector<std::pair<std::string, std::string>>& pairs) { return {pairs.begin(), pairs.end()}; }

TEST(Tracking, ACallBecomesAnEvent) {
  const auto e = one(R"({"userId":"u1","anonymousId":"a1","event":" Order Completed ","messageId":"m1","timestamp":"2023-11-14T22:00:00.123Z",
    "properties":{"revenue":49.9,"items":3,"gift":true,"coupon":null,"products":[{"sku":"x"}],"cart":{"id":"c1","deep":{"er":{"still":{"more":1}}}}}})");
  EXPECT_EQ(e.customer, "u1");
  EXPECT_TRUE(e.identifiers.empty()) << "only identify and alias say who is one";
  EXPECT_FALSE(e.anonymous);
  EXPECT_EQ(e.type, "Order Completed");
  EXPECT_EQ(e.message_id, "m1");
  EXPECT_EQ(e.time, Micros{1'699'999'200'123'000});
  EXPECT_EQ(named(e.attributes), (Named{{"revenue", "49.9"}, {"items", "3"}, {"gift", "true"}, {"cart.id", "c1"}}));
}

TEST(Tracking, TheCustomerIsTheUserElseTheAnonymousOne) {
  EXPECT_EQ(one(R"({"anonymousId":"a1","event":"x"})").customer, "a1");
  EXPECT_EQ(one(R"({"userId":4711,"event":"x"})").customer, "4711");
  EXPECT_EQ(one(R"({"userId":"  ","anonymousId":"a1","event":"x"})").customer, "a1");
  EXPECT_EQ(rejected(R"({"userId":null,"event":"x"})"), "no_customer");
  EXPECT_EQ(rejected(R"({"userId":{},"event":"x"})"), "no_customer");
}

TEST(Tracking, IdentifyAndAliasNameASecondIdentifier) {
  const auto identify = one(R"({"userId":"u1","anonymousId":"a1","traits":{"plan":"gold","email":"eva@beispiel.de","name":"Eva","address":{"city":"Ulm"},"company":{"name":"ACME"}}})",
                            TrackingCall::identify);
  EXPECT_EQ(identify.type, "identify");
  using Identifiers = std::vector<std::pair<TrackedId, std::string>>;
  EXPECT_EQ(identify.identifiers, (Identifiers{{TrackedId::anonymous_id, "a1"}, {TrackedId::email, "eva@beispiel.de"}}));
  EXPECT_EQ(named(identify.traits), (Named{{"plan", "gold"}})) << "names, addresses and e-mails of persons stay out";
  const auto alias = one(R"({"userId":"u1","previousId":"a1"})", TrackingCall::alias);
  EXPECT_EQ(alias.customer, "u1");
  EXPECT_EQ(alias.identifiers, (Identifiers{{TrackedId::previous_id, "a1"}}));
  EXPECT_EQ(rejected(R"({"previousId":"a1"})", TrackingCall::alias), "no_customer");
  EXPECT_EQ(one(R"({"userId":"u1","anonymousId":"u1"})", TrackingCall::identify).identifiers, Identifiers{});
  const auto late = one(R"({"anonymousId":"a1","context":{"traits":{"phone":"+49 170 1","Email":7}}})", TrackingCall::identify);
  EXPECT_TRUE(late.anonymous);
  EXPECT_EQ(late.identifiers, (Identifiers{{TrackedId::phone, "+49 170 1"}, {TrackedId::email, "7"}}));
}

using References = std::vector<std::pair<TrackedReference, std::string>>;
TEST(Tracking, GroupsSpeakOfTheCustomerUnderTheirOwnNames) {
  const auto e = one(R"({"userId":"u1","groupId":"g1","traits":{"name":"ACME","employees":20}})", TrackingCall::group);
  EXPECT_EQ(e.type, "group");
  EXPECT_EQ(named(e.attributes), Named{});
  EXPECT_EQ(e.references, (References{{TrackedReference::account_from_here, "g1"}})) << "an identifier, which goes to the vault";
  EXPECT_EQ(named(e.traits), (Named{{"group.name", "ACME"}, {"group.employees", "20"}}));
}

TEST(Tracking, EventsNameTheirAccountContractAndOrder) {
  const auto e = one(R"({"userId":"u1","event":"Paid","properties":{"order_id":4711,"contractId":"k1","total":3,"cart":{"order_id":"inner"}},"context":{"groupId":"g1"}})", TrackingCall::track);
  EXPECT_EQ(e.references, (References{{TrackedReference::order, "4711"}, {TrackedReference::contract, "k1"}, {TrackedReference::account, "g1"}}));
  EXPECT_EQ(named(e.attributes), (Named{{"total", "3"}, {"cart.order_id", "inner"}}));
  EXPECT_EQ(one(R"({"userId":"u1","name":"Bill","properties":{"account_id":"a1"}})", TrackingCall::page).references, (References{{TrackedReference::account, "a1"}}));
  EXPECT_EQ(one(R"({"userId":"u1","traits":{"company":{"id":"c1","name":"ACME"}}})", TrackingCall::identify).references, (References{{TrackedReference::account_from_here, "c1"}}));
}

TEST(Tracking, PagesAndScreensAreNamedTheSameInEveryLanguage) {
  EXPECT_EQ(one(R"({"anonymousId":"a","name":"Home"})", TrackingCall::page).type, "page: Home");
  EXPECT_EQ(one(R"({"anonymousId":"a","properties":{"name":"Home"}})", TrackingCall::page).type, "page: Home");
  EXPECT_EQ(one(R"({"anonymousId":"a"})", TrackingCall::page).type, "page");
  EXPECT_EQ(one(R"({"anonymousId":"a","name":"Basket"})", TrackingCall::screen).type, "screen: Basket");
}

TEST(Tracking, OfAPageOnlyPathAndReferrerStayAndNeitherWithItsQuery) {
  const auto e = one(R"({"anonymousId":"a","category":"Shop","properties":{"path":"/basket?token=1","url":"https://x/basket?token=1","search":"?token=1","title":"Basket","variant":"B"},
    "context":{"page":{"path":"/other","referrer":"https://search.example/?q=eva"},"campaign":{"name":"spring","source":"mail"},"device":{"type":"mobile","id":"77"},
      "os":{"name":"iOS"},"app":{"name":"Shop"},"locale":"de-DE","ip":"192.0.2.1","userAgent":"x"}})", TrackingCall::page);
  EXPECT_EQ(named(e.attributes), (Named{{"page.path", "/basket"}, {"page.referrer", "https://search.example/"}, {"variant", "B"}, {"category", "Shop"}, {"campaign.name", "spring"},
                                        {"campaign.source", "mail"}, {"device.type", "mobile"}, {"os.name", "iOS"}, {"app.name", "Shop"}, {"locale", "de-DE"}}));
}

TEST(Tracking, PersonsDataInPropertiesStaysOut) {
  const auto e = one(R"({"userId":"u","event":"x","properties":{"email":"a@b.de","First_Name":"Eva","note":"write to eva@beispiel.de please","handle":"@eva","price":"3 @ 2.50"}})");
  EXPECT_EQ(named(e.attributes), (Named{{"handle", "@eva"}, {"price", "3 @ 2.50"}}));
}

TEST(Tracking, TheSendersClockIsCorrectedBySentAt) {
  // The device is an hour fast: the event happened 20 s before it was sent.
  const std::string times = R"("timestamp":"2023-11-14T23:13:00Z","sentAt":"2023-11-14T23:13:20Z")";
  EXPECT_EQ(one(R"({"userId":"u","event":"x",)" + times + "}").time, received - Micros{20'000'000});
  EXPECT_EQ(one(R"({"userId":"u","event":"x","originalTimestamp":"2023-11-14T23:13:00Z","sentAt":"2023-11-14T23:13:20Z"})").time, received - Micros{20'000'000});
  EXPECT_EQ(one(R"({"userId":"u","event":"x",)" + times + "}", TrackingCall::track, true).time, Micros{1'700'003'580'000'000}) << "an import's times are taken as they are";
  EXPECT_EQ(one(R"({"userId":"u","event":"x"})").time, received);
  EXPECT_EQ(one(R"({"userId":"u","event":"x","timestamp":"2023-11-14T21:00:00+01:00","sentAt":"soon"})").time, Micros{1'699'992'000'000'000});
  EXPECT_EQ(one(R"({"userId":"u","event":"x","timestamp":"1970-01-01T00:00:01Z","sentAt":"1970-01-01T00:00:03Z"})").time, received - Micros{2'000'000}) << "a clock that was never set";
  const auto batch = body_of(R"({"sentAt":"2023-11-14T23:13:20Z","batch":[{"type":"track","userId":"u","event":"x","timestamp":"2023-11-14T23:13:00Z"}]})", std::nullopt);
  ASSERT_EQ(batch.events.size(), 1u);
  EXPECT_EQ(batch.events[0].time, received - Micros{20'000'000});
}

TEST(Tracking, ATimeThatCannotBeReadIsSaid) {
  EXPECT_EQ(rejected(R"({"userId":"u","event":"x","timestamp":"yesterday"})"), "bad_time");
  EXPECT_EQ(rejected(R"({"userId":"u","event":"x","timestamp":17})"), "bad_time");
  EXPECT_EQ(rejected(R"({"userId":"u","event":"x","timestamp":"0001-01-01T00:00:00Z","sentAt":"9999-01-01T00:00:00Z"})"), "time_out_of_range");
  EXPECT_EQ(one(R"({"userId":"u","event":"x","timestamp":null})").time, received);
  EXPECT_EQ(one(R"({"userId":"u","event":"x","timestamp":"2031-01-01T00:00:00Z"})").time, Micros{1'924'992'000'000'000}) << "the future is taken";
}

TEST(Tracking, OneBadEventDoesNotSpoilTheBatch) {
  const auto all = body_of(R"({"writeKey":"k","batch":[{"type":"track","userId":"u","event":"x"},7,{"type":"dance","userId":"u"},{"type":"track","userId":"u"},
    {"type":"page","anonymousId":"a"}]})", std::nullopt);
  EXPECT_EQ(all.write_key, "k");
  ASSERT_EQ(all.events.size(), 2u);
  EXPECT_EQ(all.events[1].index, 4u);
  ASSERT_EQ(all.rejected.size(), 3u);
  EXPECT_EQ(all.rejected[0].index, 1u);
  EXPECT_STREQ(all.rejected[0].code, "not_an_object");
  EXPECT_STREQ(all.rejected[1].code, "unknown_call");
  EXPECT_STREQ(all.rejected[2].code, "no_event_type");
}

TEST(Tracking, ABatchsContextHoldsForEventsWithoutOne) {
  const auto all = body_of(R"({"context":{"locale":"de"},"batch":[{"type":"track","userId":"u","event":"x"},{"type":"track","userId":"u","event":"x","context":{"locale":"en"}}]})", std::nullopt);
  ASSERT_EQ(all.events.size(), 2u);
  EXPECT_EQ(named(all.events[0].attributes), (Named{{"locale", "de"}}));
  EXPECT_EQ(named(all.events[1].attributes), (Named{{"locale", "en"}}));
}

TEST(Tracking, LimitsHold) {
  EXPECT_EQ(rejected(R"({"userId":"u","event":"x","properties":{"a":")" + std::string(33'000, 'a') + "\"}}"), "event_too_large");
  std::string many = R"({"userId":"u","event":"x","properties":{)";
  for (int i = 0; i < 200; ++i) many += (i ? ",\"p" : "\"p") + std::to_string(i) + "\":1";
  EXPECT_EQ(one(many + "}}").attributes.size(), 64u);
  std::string text;
  for (int i = 0; i < 800; ++i) text += "ü";
  const auto cut = one(R"({"userId":"u","event":"x","properties":{"a":"x)" + text + "\"}}");
  EXPECT_EQ(cut.attributes.at(0).second.size(), 999u) << "cut before a half character";
  EXPECT_TRUE(one(R"({"userId":"u","event":"x","properties":{")" + std::string(300, 'n') + "\":1}}").attributes.empty());
  EXPECT_EQ(rejected(R"({"userId":")" + std::string(2000, 'u') + R"(","event":"x"})"), "text_too_long");
  std::string batch = R"({"batch":[)";
  for (int i = 0; i < 10'001; ++i) batch += i ? ",1" : "1";
  EXPECT_EQ(refused(batch + "]}", std::nullopt), "too_many_events");
}

TEST(Tracking, WhatIsNoJsonIsRefused) {
  EXPECT_EQ(refused(""), "invalid_json");
  EXPECT_EQ(refused("{\"userId\":"), "invalid_json");
  EXPECT_EQ(refused("[1]"), "not_an_object");
  EXPECT_EQ(refused("{}", std::nullopt), "no_batch");
  EXPECT_EQ(refused("{\"userId\":\"\xff\",\"event\":\"x\"}"), "invalid_utf8");
  EXPECT_EQ(refused(R"({"userId":"u","event":"x","properties":)" + std::string(200, '[') + std::string(200, ']') + "}"), "json_too_deep");
}

TEST(Tracking, OddValuesDoNotSpoilTheBody) {
  // Half a surrogate pair is what scripts make when they cut a text; numbers beyond 64 bits are what some languages send.
  const auto e = one(R"({"userId":"u","event":"a\ud83db","properties":{"whole":"\ud83d\ude00","big":1180591620717411303424,"minus":-99999999999999999999,"text":"99999999999999999999"}})");
  EXPECT_EQ(e.type, "a\xEF\xBF\xBD" "b");
  EXPECT_EQ(named(e.attributes).at("whole"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(named(e.attributes).at("big"), "1180591620717411303424");
  EXPECT_EQ(named(e.attributes).at("minus"), "-1e+20");
  EXPECT_EQ(named(e.attributes).at("text"), "99999999999999999999");
  EXPECT_EQ(one(R"({"userId":"u","event":"a\u0000b"})").type, "a b") << "control characters become blanks";
}

}  // namespace
}  // namespace lotse::formats
