// Webhooks without a server: templates and mappings, presets on their own samples, signature schemes.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <cmath>

#include "connect/detail/hook_template.h"
#include "connect/hook_checks.h"
#include "connect/hook_intake.h"
#include "connect/hook_presets.h"

namespace lotse::connect {
namespace {
using json = nlohmann::json;
constexpr Micros now{1'772'439'300'000'000};  // 2026-03-02T08:15:00Z
using Headers = std::map<std::string, std::string>;

std::function<std::string_view(const std::string&)> reader(const Headers& headers) {
  return [&headers](const std::string& name) -> std::string_view {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string_view{} : std::string_view(at->second);
  };
}

std::string fill(const char* text, const json& item, const json& body = json::object(), const Headers& headers = {}) {
  const auto parsed = detail::Template::parse(text);
  if (!parsed) return parsed.error().code;
  const HookInput input{.body = body, .header = reader(headers), .received = now};
  return parsed->fill({item, input});
}

TEST(HookTemplate, TakesValuesFromItemBodyHeaderAndText) {
  const json item = {{"a", {{"b", 7}, {"c/d", true}, {"e", nullptr}}}, {"l", {"x", 2, {{"y", 1}}}}, {"t", " two\nlines "}};
  EXPECT_EQ(fill("{/a/b}", item), "7");
  EXPECT_EQ(fill("{/a/c~1d}", item), "true");
  EXPECT_EQ(fill("Ticket {/a/b}: {/t}", item), "Ticket 7: two lines");
  EXPECT_EQ(fill("{/l}", item), "x, 2");
  EXPECT_EQ(fill("{/l/1}", item), "2");
  EXPECT_EQ(fill("{/l/9|/none|'or|else'}", item), "or|else");
  EXPECT_EQ(fill("{^/portal} {@X-Topic}", item, {{"portal", 33}}, {{"x-topic", "orders/create"}}), "33 orders/create");
  EXPECT_EQ(fill("{received}", item), "2026-03-02T08:15:00Z");
  EXPECT_EQ(fill("{{{/a/b}}}", item), "{7}");
  EXPECT_EQ(fill("plain", item), "plain");
  EXPECT_EQ(fill("mail {/none}", item), "") << "text around an empty place is nothing";
  EXPECT_EQ(fill("{/a/e}", item), "");
  EXPECT_EQ(fill("{/a}", item), "") << "an object is no text";
}

TEST(HookTemplate, SaysWhatIsWrong) {
  for (const char* bad : {"{", "}", "{a}", "{}", "{/a", "{/a|}", "{'a}", "{/~2}", "{@}"}) EXPECT_EQ(fill(bad, json::object()), "bad_template") << bad;
}

std::vector<MappedItem> map(const HookMapping& mapping, const json& body, const Headers& headers = {}) {
  const auto compiled = CompiledMapping::compile(mapping);
  EXPECT_TRUE(compiled) << compiled.error().field;
  std::vector<MappedItem> out;
  if (!compiled) return out;
  EXPECT_TRUE(compiled->map({.body = body, .header = reader(headers), .received = now}, [&](MappedItem&& item) {
    out.push_back(std::move(item));
    return true;
  }));
  return out;
}
HookMapping simple() {
  HookMapping mapping;
  mapping.fields.customer = "{/c}";
  mapping.fields.event_type = "{/e}";
  return mapping;
}

TEST(HookMapping, FirstRuleThatHoldsAddsItsFields) {
  HookMapping mapping = simple();
  mapping.list = "/items";
  mapping.fields.attributes = {{"colour", "{/colour}"}, {"kind", "any"}};
  HookRule open{.when = {{"{/e}", {"open", "click"}}}};
  open.set.actor = "by_customer";
  open.set.attributes = {{"kind", "seen"}};
  HookRule same{.when = {{"{/c}", {"{^/self}"}}, {"{/colour}", {}}}};
  same.set.event_type = "self";
  mapping.rules = {open, same};
  const auto items = map(mapping, json::parse(R"({"self":"me","items":[{"c":"1","e":"open"},{"c":"me","e":"x","colour":"red"},{"c":"me","e":"x"},7]})"));
  ASSERT_EQ(items.size(), 4u);
  EXPECT_EQ(items[0].event.direction, "by_customer");
  EXPECT_EQ(items[0].event.attributes, (std::vector<std::pair<std::string, std::string>>{{"kind", "seen"}}));
  EXPECT_EQ(items[1].event.type, "self");
  EXPECT_EQ(items[1].rule, 1u);
  EXPECT_EQ(items[2].state, HookItemState::ignored);
  EXPECT_EQ(items[3].problems.at(0).code, "not_an_object");
}

TEST(HookMapping, EachFieldSaysItsProblem) {
  HookMapping mapping = simple();
  mapping.fields.time = "{/t}";
  mapping.fields.actor = "{/a}";
  mapping.fields.cost = "{/cost}";
  const auto problem = [&](const char* text) {
    const auto items = map(mapping, json::parse(text));
    return items.at(0).problems.empty() ? std::string() : items[0].problems[0].field + " " + items[0].problems[0].code;
  };
  EXPECT_EQ(problem(R"({"c":"1","e":"x","t":1772439245})"), "");
  EXPECT_EQ(problem(R"({"e":"x","t":1772439245})"), "customer no_customer");
  EXPECT_EQ(problem(R"({"c":"1","t":1772439245})"), "event_type no_event_type");
  EXPECT_EQ(problem(R"({"c":"1","e":"x"})"), "time time_missing");
  EXPECT_EQ(problem(R"({"c":"1","e":"x","t":"soon"})"), "time bad_time");
  EXPECT_EQ(problem(R"({"c":"1","e":"x","t":1772439245,"a":"sideways"})"), "actor unknown_direction");
  EXPECT_EQ(problem(R"({"c":"1","e":"x","t":1772439245,"cost":"much"})"), "cost bad_cost");
  EXPECT_EQ(problem(("{\"c\":\"" + std::string(2000, 'x') + "\",\"e\":\"x\",\"t\":1}").c_str()), "customer text_too_long");
  EXPECT_EQ(map(mapping, json::parse(R"({"c":"1","e":"x","t":1,"cost":"much"})"))[0].state, HookItemState::event) << "kept without its cost";
}

TEST(HookMapping, ReadsTimesOfProgramsAndPeople) {
  HookMapping mapping = simple();
  mapping.fields.time = "{/t}";
  mapping.time_zone = "Europe/Berlin";
  const auto time = [&](const json& value) { return iso_utc(map(mapping, {{"c", "1"}, {"e", "x"}, {"t", value}})[0].event.time); };
  EXPECT_EQ(time(1772439245), "2026-03-02T08:14:05Z");
  EXPECT_EQ(time(1772439245123), "2026-03-02T08:14:05.123000Z");
  EXPECT_EQ(time("1772439245.5"), "2026-03-02T08:14:05.500000Z");
  EXPECT_EQ(time("2026-03-02T09:14:05"), "2026-03-02T08:14:05Z") << "Berlin's";
  EXPECT_EQ(time("2026-03-02T09:14:05.000+0100"), "2026-03-02T08:14:05Z") << "as Jira writes it";
  EXPECT_EQ(time("02.03.2026 09:14"), "2026-03-02T08:14:00Z");
}

TEST(HookMapping, ARepeatIsKnownByItsContentWhereThereIsNoId) {
  const json body = json::parse(R"([{"c":"1","e":"x"},{"c":"1","e":"x"}])");
  const auto first = map(simple(), body), again = map(simple(), body);
  EXPECT_EQ(first[0].event.message, again[0].event.message);
  EXPECT_NE(first[0].event.message, first[1].event.message) << "two equal items of one body stay two";
}

TEST(HookMapping, NamesEachFieldThatIsWrong) {
  HookMapping mapping = simple();
  mapping.list = "items";
  mapping.time_zone = "Mars/Base";
  mapping.fields.customer = "{c}";
  mapping.rules = {HookRule{.when = {{"{", {}}}}};
  mapping.rules[0].set.attributes = {{"", "x"}};
  const auto compiled = CompiledMapping::compile(mapping);
  ASSERT_FALSE(compiled);
  std::set<std::string> fields;
  for (const auto& problem : compiled.error().more) fields.insert(problem.field + " " + problem.code);
  EXPECT_EQ(fields, (std::set<std::string>{"/mapping/list bad_pointer", "/mapping/time_zone unknown_zone", "/mapping/fields/customer bad_template",
                                           "/mapping/rules/0/when/0/value bad_template", "/mapping/rules/0/set/attributes/0/name bad_name"}));
}

TEST(HookMapping, BodiesAreBounded) {
  const auto compiled = CompiledMapping::compile(simple());
  json body = json::array();
  for (int i = 0; i < 10'001; ++i) body.push_back(0);
  const auto mapped = compiled->map({.body = body, .header = reader({}), .received = now}, [](MappedItem&&) { return true; });
  EXPECT_EQ(mapped.error().code, "too_many_events");
}

TEST(HookPresets, EachReadsItsOwnSample) {
  std::set<std::string> ids;
  for (const auto& preset : hook_presets()) {
    const auto& info = preset.info;
    EXPECT_TRUE(ids.insert(info.id).second) << info.id;
    const auto body = hook_body(info.sample, reader(info.sample_headers));
    ASSERT_TRUE(body) << info.id << " " << body.error().detail;
    const auto items = map(info.mapping, *body, info.sample_headers);
    EXPECT_FALSE(items.empty());
    for (const auto& item : items) {
      EXPECT_EQ(item.state, HookItemState::event) << info.id << " " << item.index;
      EXPECT_TRUE(item.problems.empty()) << info.id << " " << (item.problems.empty() ? "" : item.problems[0].field + " " + item.problems[0].code);
      EXPECT_FALSE(item.event.message.starts_with("content ")) << info.id << ": the sample has an id";
      EXPECT_EQ(item.event.direction.empty(), info.id == "standard") << info.id << ": who acted";
      EXPECT_EQ(item.event.time.count() / 86'400'000'000 >= 20'514, true) << info.id << " " << iso_utc(item.event.time);
      EXPECT_EQ(shown(item).customer, item.event.customer);
    }
  }
  EXPECT_EQ(ids.size(), 20u);
  EXPECT_EQ(hook_preset("zendesk")->info.id, "zendesk");
  EXPECT_EQ(hook_preset("nothing"), nullptr);
}

/// What a preset makes of a body, one "TYPE ACTOR CUSTOMER INSTANCE" an event.
std::vector<std::string> events(const char* preset, const std::string& body, const Headers& headers = {}) {
  std::vector<std::string> out;
  for (const auto& item : map(hook_preset(preset)->info.mapping, hook_body(body, reader(headers)).value(), headers))
    out.push_back(item.state == HookItemState::event ? item.event.type + "|" + item.event.direction + "|" + item.event.customer + "|" + item.event.instance_key
                                                     : item.state == HookItemState::ignored ? "ignored" : item.problems[0].code);
  return out;
}
using Strings = std::vector<std::string>;

TEST(HookPresets, TellWhoActed) {
  const auto zendesk = [](const json& detail, const json& event) {
    return events("zendesk", json{{"id", "1"}, {"time", "2026-03-02T08:00:00Z"}, {"type", "t"}, {"detail", detail}, {"event", event}}.dump());
  };
  EXPECT_EQ(zendesk({{"id", "5"}, {"requester_id", "9"}, {"actor_id", "9"}}, json::object()), Strings{"t|by_customer|9|5"});
  EXPECT_EQ(zendesk({{"id", "5"}, {"requester_id", "9"}, {"actor_id", "2"}}, json::object()), Strings{"t|by_us|9|5"});
  EXPECT_EQ(zendesk({{"id", "5"}, {"requester_id", "9"}, {"actor_id", "-1"}}, json::object()), Strings{"t|by_machine|9|5"});
  EXPECT_EQ(zendesk({{"id", "5"}, {"requester_id", "9"}}, {{"comment", {{"author", {{"id", "9"}, {"is_staff", false}}}}}}), Strings{"t|by_customer|9|5"});
  EXPECT_EQ(zendesk({{"id", "7"}}, json::object()), Strings{"ignored"}) << "an event of no ticket";
  EXPECT_EQ(events("jira", R"({"timestamp":1772439245000,"webhookEvent":"comment_created","issue":{"key":"A-1","fields":{"reporter":{"accountId":"r"}}},"comment":{"author":{"accountId":"x","accountType":"app"}}})"),
            Strings{"comment_created|by_machine|r|A-1"});
  EXPECT_EQ(events("shopify", R"({"id":1,"name":"#1","updated_at":"2026-03-02T08:00:00Z","cancelled_at":"2026-03-02T08:00:00Z","cancel_reason":"customer","email":"a@example.com"})", {{"x-shopify-topic", "orders/cancelled"}}),
            Strings{"orders/cancelled|by_customer|a@example.com|#1"});
  EXPECT_EQ(events("hubspot", R"([{"eventId":1,"subscriptionType":"deal.creation","objectId":5,"occurredAt":1772439245000}])"), Strings{"ignored"}) << "it names no customer";
  EXPECT_EQ(events("partner", R"({"customer":"1","type":"x"})"), Strings{"x|by_partner|1|"});
  EXPECT_EQ(events("partner", R"([{"customer":"1","type":"x"},{"customer":"2","type":"y"}])"), (Strings{"x|by_partner|1|", "y|by_partner|2|"})) << "a list without its name";
  EXPECT_EQ(events("partner", R"({"customer":"1","type":"x","actor":"customer"})"), Strings{"x|by_customer|1|"});
  EXPECT_EQ(events("marketing", R"({"events":[{"customer":"1","type":"bounce"},{"customer":"1","type":"send","cost":0.1},{"customer":"1","type":"other"}]})"),
            (Strings{"bounce|by_machine|1|", "send|by_us|1|", "other||1|"}));
}

TEST(HookPresets, TakeNoTextThatNamesAPerson) {
  for (const auto& preset : hook_presets()) {
    const auto items = map(preset.info.mapping, *hook_body(preset.info.sample, reader(preset.info.sample_headers)), preset.info.sample_headers);
    for (const auto& item : items)
      for (const auto& [name, text] : item.event.attributes) {
        EXPECT_EQ(text.find('@'), std::string::npos) << preset.info.id << " " << name;
        for (const char* personal : {"Router startet", "Router defekt", "Jon", "Muster", "Rechnung unklar", "203.0.113", "255.255"}) EXPECT_EQ(text.find(personal), std::string::npos) << preset.info.id << " " << name;
      }
  }
}

TEST(HookBody, CloudEventsInHeadersAreMadeWhole) {
  const Headers headers = {{"ce-specversion", "1.0"}, {"ce-type", "order"}, {"ce-id", "1"}, {"ce-source", "/shop"}, {"ce-subject", "4711"}, {"ce-time", "2026-03-02T08:14:05Z"}};
  EXPECT_EQ(events("cloudevents", R"({"instance_key":"2041"})", headers), Strings{"order||4711|2041"});
  EXPECT_EQ(events("cloudevents", "", headers), Strings{"order||4711|"}) << "without data";
  EXPECT_EQ(events("cloudevents", R"([{"specversion":"1.0","type":"a","id":"1","source":"s","subject":"1"},{"specversion":"1.0","type":"b","id":"2","source":"s","subject":"1"}])"),
            (Strings{"a||1|", "b||1|"}));
}

// --- signatures ---

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}
std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  text.pop_back();
  return text;
}
std::string checked(HookCheck check, const std::string& secret, const std::string& body, const Headers& headers, const std::string& token = {}) {
  const auto result = check_signature(check, secret, {.body = body, .path = "/hooks/abc", .access_token = token, .header = reader(headers), .received = now});
  return result ? "ok" : result.error().code;
}

TEST(HookChecks, HmacIsTheStandardOne) {
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843") << "RFC 4231, case 2";
  // The example of Zendesk's documentation, and the one of the WebSub scheme that Jira uses.
  EXPECT_EQ(hex(hmac_sha256("It's a Secret to Everybody", "Hello World!")), "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9");
}

TEST(HookChecks, ATokenMayComeInEachOfItsPlaces) {
  const std::string secret = "lotse_ws_secret";
  EXPECT_EQ(checked(HookCheck::token, secret, "", {{"authorization", "Bearer " + secret}}), "ok");
  EXPECT_EQ(checked(HookCheck::token, secret, "", {{"authorization", "bearer " + secret}}), "ok");
  EXPECT_EQ(checked(HookCheck::token, secret, "", {{"authorization", "Basic " + base64("anybody:" + secret)}}), "ok");
  EXPECT_EQ(checked(HookCheck::token, secret, "", {{"x-lotse-token", secret}}), "ok");
  EXPECT_EQ(checked(HookCheck::token, secret, "", {}, secret), "ok");
  for (const Headers& bad : {Headers{}, Headers{{"authorization", "Bearer " + secret + "x"}}, Headers{{"authorization", "Basic ???"}}, Headers{{"authorization", "Basic " + base64(secret)}}, Headers{{"authorization", "Bearer"}}})
    EXPECT_EQ(checked(HookCheck::token, secret, "", bad), "invalid_signature");
  EXPECT_EQ(checked(HookCheck::token, "", "", {{"authorization", "Bearer "}}), "invalid_signature") << "no secret is no permission";
}

TEST(HookChecks, BodiesAreSignedAsTheSystemsDocument) {
  const std::string secret = "shpss_0123456789", body = R"({"a":1})";
  EXPECT_EQ(checked(HookCheck::shopify, secret, body, {{"x-shopify-hmac-sha256", base64(hmac_sha256(secret, body))}}), "ok");
  EXPECT_EQ(checked(HookCheck::shopify, secret, body + " ", {{"x-shopify-hmac-sha256", base64(hmac_sha256(secret, body))}}), "invalid_signature");
  EXPECT_EQ(checked(HookCheck::shopify, secret, body, {}), "invalid_signature");
  EXPECT_EQ(checked(HookCheck::hub_signature, secret, body, {{"x-hub-signature", "sha256=" + hex(hmac_sha256(secret, body))}}), "ok");
  EXPECT_EQ(checked(HookCheck::hub_signature, secret, body, {{"x-hub-signature", "sha1=" + hex(hmac_sha256(secret, body))}}), "invalid_signature");

  const auto zendesk = [&](const std::string& stamp) {
    return checked(HookCheck::zendesk, secret, body, {{"x-zendesk-webhook-signature-timestamp", stamp}, {"x-zendesk-webhook-signature", base64(hmac_sha256(secret, stamp + body))}});
  };
  EXPECT_EQ(zendesk("2026-03-02T08:14:05Z"), "ok");
  EXPECT_EQ(zendesk("2026-03-02T07:00:00Z"), "signature_too_old");
  EXPECT_EQ(zendesk("2026-03-02T09:30:00Z"), "signature_too_old") << "of the future, too";
  EXPECT_EQ(zendesk(""), "invalid_signature");

  const auto hubspot = [&](const std::string& uri, const std::string& stamp, const Headers& more = {}) {
    Headers headers = {{"host", "lotse.example.com"}, {"x-hubspot-request-timestamp", stamp}, {"x-hubspot-signature-v3", base64(hmac_sha256(secret, "POST" + uri + body + stamp))}};
    headers.insert(more.begin(), more.end());
    return checked(HookCheck::hubspot, secret, body, headers);
  };
  EXPECT_EQ(hubspot("https://lotse.example.com/hooks/abc", "1772439245000"), "ok");
  EXPECT_EQ(hubspot("https://public.example.com/hooks/abc", "1772439245000"), "invalid_signature");
  EXPECT_EQ(hubspot("https://public.example.com/hooks/abc", "1772439245000", {{"x-forwarded-host", "public.example.com"}}), "ok") << "behind a proxy";
  EXPECT_EQ(hubspot("https://lotse.example.com/hooks/other", "1772439245000"), "invalid_signature");
  EXPECT_EQ(hubspot("https://lotse.example.com/hooks/abc", "1772438900000"), "signature_too_old") << "more than five minutes";

  const std::string made = make_secret(HookCheck::standard);
  std::string key(24, '\0');
  size_t size = 0;
  ASSERT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), made.data() + 6, made.size() - 6, nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL), 0);
  const auto standard = [&](const std::string& stamp, const std::string& before = "") {
    return checked(HookCheck::standard, made, body, {{"webhook-id", "msg_1"}, {"webhook-timestamp", stamp}, {"webhook-signature", before + "v1," + base64(hmac_sha256(key, "msg_1." + stamp + "." + body))}});
  };
  EXPECT_EQ(standard("1772439245"), "ok");
  EXPECT_EQ(standard("1772439245", "v1,AAAA v2,x "), "ok") << "one of several keys";
  EXPECT_EQ(standard("1772438245"), "signature_too_old");
}

TEST(HookChecks, SendGridSignsWithItsPrivateKey) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  unsigned char* der = nullptr;
  const int der_size = i2d_PUBKEY(key.get(), &der);
  const std::string public_key = base64({reinterpret_cast<char*>(der), static_cast<size_t>(der_size)});
  OPENSSL_free(der);
  const std::string body = "[]", stamp = "1772439245", text = stamp + body;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  size_t size = 0;
  ASSERT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
  ASSERT_EQ(EVP_DigestSign(context.get(), nullptr, &size, reinterpret_cast<const unsigned char*>(text.data()), text.size()), 1);
  std::string signature(size, '\0');
  ASSERT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, reinterpret_cast<const unsigned char*>(text.data()), text.size()), 1);
  signature.resize(size);
  const Headers headers = {{"x-twilio-email-event-webhook-timestamp", stamp}, {"x-twilio-email-event-webhook-signature", base64(signature)}};
  EXPECT_TRUE(check_secret(HookCheck::sendgrid, public_key));
  EXPECT_EQ(checked(HookCheck::sendgrid, public_key, body, headers), "ok");
  EXPECT_EQ(checked(HookCheck::sendgrid, public_key, "[1]", headers), "invalid_signature");
  EXPECT_EQ(checked(HookCheck::sendgrid, public_key, body, {}), "invalid_signature");
  EXPECT_EQ(check_secret(HookCheck::sendgrid, "no key at all").error().code, "invalid_webhook_secret");
}

TEST(HookChecks, SalesforceNamesItsOrganisation) {
  const std::string body = hook_preset("salesforce")->info.sample;
  EXPECT_EQ(checked(HookCheck::salesforce_org, "00D5g00000AbCdEEAV", body, {}), "ok");
  EXPECT_EQ(checked(HookCheck::salesforce_org, "00D5g00000AbCdE", body, {}), "ok") << "its short form";
  EXPECT_EQ(checked(HookCheck::salesforce_org, "00D5g00000AbCdF", body, {}), "invalid_signature");
  EXPECT_EQ(checked(HookCheck::salesforce_org, "00D5g00000AbCdE", "<a/>", {}), "invalid_signature");
  EXPECT_TRUE(check_secret(HookCheck::salesforce_org, "00D5g00000AbCdE"));
  EXPECT_FALSE(check_secret(HookCheck::salesforce_org, "5005g00000AbCdE"));
}
}  // namespace
}  // namespace lotse::connect
