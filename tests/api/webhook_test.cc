// Webhooks over HTTP: each preset with its own sample, signed as the system documents it; what is refused; what is shown.
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <thread>

#include "bytes.h"
#include "connect/hook_checks.h"
#include "connect/hook_presets.h"
#include "fixture.h"

namespace lotse::test {
namespace {
using json = nlohmann::json;
using connect::HookCheck;
using connect::hmac_sha256;

std::string from_base64(std::string_view text) {
  std::string out(text.size(), '\0');
  size_t size = 0;
  EXPECT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL), 0);
  out.resize(size);
  return out;
}
std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  text.pop_back();
  return text;
}

/// SendGrid's side: a key pair.
struct SendGrid {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  std::string public_key() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    std::string text = base64({reinterpret_cast<char*>(der), static_cast<size_t>(size)});
    OPENSSL_free(der);
    return text;
  }
  std::string sign(const std::string& text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    size_t size = 200;
    std::string out(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    out.resize(size);
    return base64(out);
  }
};

struct Hook : testing::Test {
  TestServer& server = TestServer::get();
  std::unique_ptr<Person> admin = server.person("operator");
  Client client{server.port()};
  SendGrid sendgrid;
  std::string ws, source;

  void SetUp() override {
    ws = "/workspaces/" + std::string(admin->post("/workspaces", {{"name", "Webhooks"}}).json()["id"]);
    const auto made = admin->post(ws + "/sources", {{"name", "Service"}});
    ASSERT_EQ(made.status, 201) << made.body;
    source = made.json()["id"];
  }
  void TearDown() override { EXPECT_EQ(admin->remove(ws).status, 204); }

  struct Made {
    std::string id, path, secret, etag;
    HookCheck check;
  };
  Made make(const std::string& preset, json more = json::object()) {
    const auto* known = connect::hook_preset(preset);
    json body = {{"source", source}, {"name", preset}, {"preset", preset}};
    std::string secret;
    if (!known->info.makes_secret) {
      secret = known->info.check == HookCheck::sendgrid ? sendgrid.public_key() : known->info.check == HookCheck::salesforce_org ? "00D5g00000AbCdEEAV" : "given-by-the-system";
      body["secret"] = secret;
    }
    body.update(more);
    const auto answer = admin->post(ws + "/webhooks", body);
    EXPECT_EQ(answer.status, 201) << answer.body;
    const auto made = answer.json();
    EXPECT_EQ(made.contains("secret"), known->info.makes_secret && !more.contains("secret"));
    if (made.contains("secret")) secret = made["secret"];
    return {made["webhook"]["id"], made["webhook"]["path"], secret, made["webhook"]["etag"], known->info.check};
  }
  Client::Headers sign(const Made& hook, const std::string& body, int64_t age_s = 0) {
    const int64_t at = Clock::system().now().count() / 1'000'000 - age_s;
    const std::string seconds = std::to_string(at), iso = iso_utc(std::chrono::seconds(at));
    switch (hook.check) {
      case HookCheck::token: return {{"Authorization", "Bearer " + hook.secret}};
      case HookCheck::standard:
        return {{"webhook-id", "msg_1"}, {"webhook-timestamp", seconds}, {"webhook-signature", "v1," + base64(hmac_sha256(from_base64(hook.secret.substr(6)), "msg_1." + seconds + "." + body))}};
      case HookCheck::hub_signature: return {{"X-Hub-Signature", "sha256=" + hex(hmac_sha256(hook.secret, body))}};
      case HookCheck::zendesk: return {{"X-Zendesk-Webhook-Signature-Timestamp", iso}, {"X-Zendesk-Webhook-Signature", base64(hmac_sha256(hook.secret, iso + body))}};
      case HookCheck::shopify: return {{"X-Shopify-Hmac-Sha256", base64(hmac_sha256(hook.secret, body))}};
      case HookCheck::hubspot:
        return {{"X-HubSpot-Request-Timestamp", seconds + "000"}, {"X-HubSpot-Signature-v3", base64(hmac_sha256(hook.secret, "POSThttp://lotse.example" + hook.path + body + seconds + "000"))},
                {"X-Forwarded-Host", "lotse.example"}};
      case HookCheck::sendgrid: return {{"X-Twilio-Email-Event-Webhook-Timestamp", seconds}, {"X-Twilio-Email-Event-Webhook-Signature", sendgrid.sign(seconds + body)}};
      case HookCheck::salesforce_org: return {};
    }
    return {};
  }
  Answer send(const std::string& path, const std::string& body, const Client::Headers& headers = {}) { return client.ask("POST", path, body, headers); }
  Answer deliver(const Made& hook, const std::string& body, Client::Headers more = {}) {
    auto headers = sign(hook, body);
    headers.insert(headers.end(), more.begin(), more.end());
    return send(hook.path, body, headers);
  }
  uint64_t events() {
    const json list = admin->get(ws + "/sources").json();
    for (const auto& one : list["items"])
      if (one["id"] == source) return one["events"];
    return 0;
  }
  json deliveries(const Made& hook) { return admin->get(ws + "/webhooks/" + hook.id + "/deliveries").json()["items"]; }
};

TEST_F(Hook, EachPresetTakesItsSampleOnce) {
  uint64_t stored = 0;
  for (const auto& preset : connect::hook_presets()) {
    const auto& info = preset.info;
    const Made hook = make(info.id);
    Client::Headers headers;
    for (const auto& [name, value] : info.sample_headers)
      if (name != "webhook-id") headers.emplace_back(name, value);
    const auto first = deliver(hook, info.sample, headers);
    ASSERT_EQ(first.status, 200) << info.id << first.body;
    const auto listed = deliveries(hook);
    ASSERT_EQ(listed.size(), 1u) << info.id;
    EXPECT_EQ(listed[0]["state"], "taken") << info.id;
    EXPECT_EQ(listed[0]["size_bytes"], info.sample.size());
    const uint64_t count = listed[0]["accepted"];
    EXPECT_GE(count, 1u);
    stored += count;
    const auto again = deliver(hook, info.sample, headers);
    EXPECT_EQ(again.status, 200) << info.id;
    if (info.check == HookCheck::salesforce_org) {
      EXPECT_NE(again.body.find("<Ack>true</Ack>"), std::string::npos) << again.body;
      EXPECT_TRUE(again.headers.at("content-type").starts_with("text/xml"));
    } else {
      EXPECT_EQ(again.json()["known"], count) << info.id << again.body;
      EXPECT_EQ(again.json()["accepted"], 0) << info.id;
    }
    EXPECT_EQ(events(), stored) << info.id << ": a repeat adds nothing";
    if (info.check != HookCheck::salesforce_org) {
      EXPECT_EQ(send(hook.path, info.sample + " ", info.check == HookCheck::token ? Client::Headers{{"Authorization", "Bearer x"}} : sign(hook, info.sample)).code(), "invalid_signature") << info.id;
    }
  }
}

TEST_F(Hook, WhoActedStandsInTheEvents) {
  const Made partner = make("partner");
  ASSERT_EQ(deliver(partner, R"({"customer":"4711","type":"Sale","unit":"Nord","attributes":{"product":"M"}})").status, 200);
  ASSERT_EQ(deliver(make("chatbot"), R"({"customer":"4711","type":"Reply"})").status, 200);
  json dimensions;
  for (int i = 0; i < 100 && (dimensions = admin->get(ws + "/dimensions").json()).dump().find("by_machine") == std::string::npos; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const std::string text = dimensions.dump();
  for (const char* word : {"by_partner", "by_machine", "Nord"}) EXPECT_NE(text.find(word), std::string::npos) << word << text.substr(0, 1000);
}

TEST_F(Hook, OnlyASignedRequestInTimeIsTaken) {
  const Made zendesk = make("zendesk"), hubspot = make("hubspot"), standard = make("standard");
  const std::string body = connect::hook_preset("zendesk")->info.sample, hub = connect::hook_preset("hubspot")->info.sample;
  EXPECT_EQ(send(zendesk.path, body).status, 401);
  EXPECT_EQ(send(zendesk.path, body).code(), "invalid_signature");
  EXPECT_EQ(send(zendesk.path, body, sign(zendesk, body, 4000)).code(), "signature_too_old");
  EXPECT_EQ(send(zendesk.path, body, sign(zendesk, body, 1800)).status, 200) << "sent again within the hour";
  EXPECT_EQ(send(hubspot.path, hub, sign(hubspot, hub, 310)).code(), "signature_too_old");
  EXPECT_EQ(send(hubspot.path, hub, sign(hubspot, hub, 200)).status, 200);
  EXPECT_EQ(send(standard.path, "{}", sign(standard, "{}", 310)).status, 401);
  EXPECT_EQ(send("/hooks/nothing", body).code(), "webhook_not_found");
  EXPECT_EQ(send("/hooks/", body).status, 404);
  EXPECT_EQ(client.ask("GET", zendesk.path).status, 405);
  const auto listed = deliveries(zendesk);
  ASSERT_EQ(listed.size(), 4u);
  EXPECT_EQ(listed[0]["state"], "taken");
  EXPECT_EQ(listed[1]["state"], "refused");
  EXPECT_EQ(listed[1]["error_code"], "signature_too_old");
  EXPECT_EQ(listed[1]["status"], 401);
}

TEST_F(Hook, TheSystemsSecretMayComeLater) {
  const std::string body = connect::hook_preset("shopify")->info.sample;
  const auto made = admin->post(ws + "/webhooks", {{"source", source}, {"name", "Shop"}, {"preset", "shopify"}});
  ASSERT_EQ(made.status, 201);
  Made hook{made.json()["webhook"]["id"], made.json()["webhook"]["path"], "", "", HookCheck::shopify};
  EXPECT_FALSE(made.json()["webhook"]["has_secret"]);
  EXPECT_EQ(deliver(hook, body, {{"X-Shopify-Topic", "orders/create"}}).code(), "webhook_secret_missing");
  const std::string path = ws + "/webhooks/" + hook.id;
  EXPECT_EQ(admin->post(path + "/secret", json::object()).code(), "webhook_secret_needed");
  EXPECT_EQ(admin->post(path + "/secret", {{"secret", "short"}}).code(), "invalid_webhook_secret");
  ASSERT_EQ(admin->post(path + "/secret", {{"secret", "shpss_0123456789"}}).status, 200);
  hook.secret = "shpss_0123456789";
  EXPECT_EQ(deliver(hook, body, {{"X-Shopify-Topic", "orders/create"}}).status, 200);
  const auto list = admin->get(ws + "/webhooks");
  EXPECT_EQ(list.json()["items"][0]["secret_hint"], "6789");
  for (const auto& text : {list.body, admin->get(ws + "/audit").body}) EXPECT_EQ(text.find("shpss_0123456789"), std::string::npos) << "never shown again";
  for (const char* action : {"webhook.create", "webhook.secret"}) EXPECT_NE(admin->get(ws + "/audit").body.find(action), std::string::npos) << action;

  const Made own = make("generic");
  ASSERT_EQ(deliver(own, R"({"customer":"1","type":"x","id":"1"})").status, 200);
  const auto renewed = admin->post(ws + "/webhooks/" + own.id + "/secret", json::object());
  ASSERT_EQ(renewed.status, 200);
  EXPECT_EQ(deliver(own, R"({"customer":"1","type":"x","id":"2"})").status, 401) << "the old one has ended";
  EXPECT_EQ(send(own.path, R"({"customer":"1","type":"x","id":"2"})", {{"X-Lotse-Token", renewed.json()["secret"]}}).status, 200);
}

TEST_F(Hook, PausedOrDeletedItIsRefusedAtOnce) {
  const Made hook = make("generic");
  const std::string path = ws + "/webhooks/" + hook.id, body = R"({"customer":"1","type":"x"})";
  ASSERT_EQ(deliver(hook, body).status, 200);
  ASSERT_EQ(admin->patch(path, {{"active", false}}).status, 200);
  EXPECT_EQ(deliver(hook, body).code(), "webhook_paused");
  ASSERT_EQ(admin->patch(path, {{"active", true}}, {{"If-Match", "\"2\""}}).status, 200);
  EXPECT_EQ(admin->patch(path, {{"name", "y"}}, {{"If-Match", "\"2\""}}).status, 412);
  EXPECT_EQ(deliver(hook, body).status, 200);
  ASSERT_EQ(admin->remove(path).status, 204);
  EXPECT_EQ(deliver(hook, body).code(), "webhook_not_found");
  EXPECT_EQ(admin->remove(path).code(), "webhook_not_found");
  EXPECT_EQ(admin->get(path + "/deliveries").status, 404);
  EXPECT_EQ(events(), 1u) << "its events stay";
}

TEST_F(Hook, ABadBodyIsSaidClearly) {
  const Made hook = make("generic"), shopify = make("shopify");
  const auto code = [&](const std::string& body, int status) {
    const auto answer = deliver(hook, body);
    EXPECT_EQ(answer.status, status) << answer.body.substr(0, 300);
    return answer.code();
  };
  EXPECT_EQ(code("", 400), "body_empty");
  EXPECT_EQ(code("{", 400), "invalid_json");
  EXPECT_EQ(code("{\"a\":\"\xc3\"}", 400), "invalid_utf8");
  EXPECT_EQ(code(std::string(3000, '[') + std::string(3000, ']'), 400), "json_too_deep");
  EXPECT_EQ(code("<!DOCTYPE a><a/>", 400), "xml_doctype");
  std::string many = "[0";
  for (int i = 0; i < 10'000; ++i) many += ",0";
  EXPECT_EQ(code(many + "]", 400), "too_many_events");
  const auto none = deliver(hook, R"({"type":"x","time":"soon"})");
  EXPECT_EQ(none.status, 422);
  std::set<std::string> fields;
  const json said = none.json();
  for (const auto& error : said["errors"]) fields.insert(std::string(error["field"]) + " " + std::string(error["code"]));
  EXPECT_EQ(fields, (std::set<std::string>{"/0/customer no_customer"}));
  EXPECT_EQ(none.headers.at("content-type").find("application/problem+json"), 0u);
  // One bad event of many is named, the others are taken.
  const auto mixed = deliver(hook, R"({"events":[{"customer":"1","type":"x"},{"type":"x"},{"customer":"2","type":"y","unknown":{"field":1}}]})");
  EXPECT_EQ(mixed.status, 200);
  EXPECT_EQ(mixed.json(), json::parse(R"({"accepted":2,"known":0,"ignored":0,"rejected":[{"index":1,"field":"customer","code":"no_customer"}]})"));
  // Other makers' systems are not made to try again in vain.
  const auto guest = deliver(shopify, R"({"id":1,"name":"#1","created_at":"2026-03-02T08:00:00Z"})", {{"X-Shopify-Topic", "orders/create"}});
  EXPECT_EQ(guest.status, 200);
  EXPECT_EQ(guest.json()["rejected"][0]["code"], "no_customer");
  EXPECT_EQ(deliver(shopify, R"({"id":1})", {{"X-Shopify-Topic", "products/create"}}).json()["ignored"], 1);
  EXPECT_EQ(deliveries(shopify)[0]["state"], "ignored");
  EXPECT_EQ(deliveries(shopify)[1]["state"], "rejected");
  EXPECT_EQ(events(), 2u);
}

TEST_F(Hook, BodiesMayBePackedAndAreBounded) {
  const Made hook = make("generic"), jira = make("jira");
  const std::string body = R"({"customer":"1","type":"x","id":"1"})";
  EXPECT_EQ(send(hook.path, gzip(body), {{"Authorization", "Bearer " + hook.secret}, {"Content-Encoding", "gzip"}}).json()["accepted"], 1);
  EXPECT_EQ(deliver(hook, body).json()["known"], 1);
  const std::string issue = connect::hook_preset("jira")->info.sample;
  EXPECT_EQ(send(jira.path, gzip(issue), sign(jira, issue)).status, 200) << "signed before it was packed";
  EXPECT_EQ(send(jira.path, gzip(issue), sign(jira, gzip(issue))).status, 200) << "signed as it was sent";
  EXPECT_EQ(send(hook.path, gzip(std::string(50'000'000, ' ')), {{"Authorization", "Bearer " + hook.secret}}).code(), "body_unpacked_too_large");
  EXPECT_EQ(send(hook.path, gzip(body).substr(0, 20), {{"Authorization", "Bearer " + hook.secret}}).status, 400);
  Client fresh(server.port());
  EXPECT_EQ(fresh.ask("POST", hook.path, std::string(2'200'000, ' '), {{"Authorization", "Bearer " + hook.secret}}).status, 413);
}

TEST_F(Hook, CloudEventsSendersAskFirst) {
  const Made hook = make("cloudevents");
  const auto asked = client.ask("OPTIONS", hook.path, {}, {{"WebHook-Request-Origin", "events.example.com"}});
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(asked.headers.at("webhook-allowed-origin"), "events.example.com");
  EXPECT_EQ(client.ask("OPTIONS", "/hooks/nothing", {}, {{"WebHook-Request-Origin", "events.example.com"}}).headers.count("webhook-allowed-origin"), 0u);
  const auto binary = send(hook.path, R"({"instance_key":"7"})", {{"Authorization", "Bearer " + hook.secret}, {"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/a"}, {"ce-type", "order"}, {"ce-subject", "4711"}});
  EXPECT_EQ(binary.json()["accepted"], 1) << binary.body;
  EXPECT_EQ(send(hook.path + "?access_token=" + hook.secret, R"({"specversion":"1.0","id":"2","source":"/a","type":"order","subject":"4711"})").json()["accepted"], 1);
}

TEST_F(Hook, ThePreviewShowsWhatWouldBeStoredAndWhatIsWrong) {
  const auto preset = admin->get(ws + "/webhook_presets").json()["items"][0];
  const auto shown = admin->post(ws + "/webhook_preview", {{"mapping", preset["mapping"]}, {"body", preset["sample"]}, {"headers", json::object()}});
  ASSERT_EQ(shown.status, 200) << shown.body;
  const auto item = shown.json()["items"][0];
  EXPECT_EQ(item["state"], "event");
  EXPECT_EQ(item["actor"], "by_customer");
  EXPECT_EQ(item["time"], "2026-03-02T08:14:05Z");
  EXPECT_EQ(events(), 0u) << "nothing is stored";
  auto mapping = preset["mapping"];
  mapping["fields"]["customer"] = "{detail}";
  const auto mistaken = admin->post(ws + "/webhook_preview", {{"mapping", mapping}, {"body", "{}"}, {"headers", json::object()}}).json();
  EXPECT_EQ(mistaken["problems"], json::parse(R"([{"field":"/mapping/fields/customer","code":"bad_template"}])"));
  EXPECT_EQ(admin->post(ws + "/webhook_preview", {{"mapping", preset["mapping"]}, {"body", "{"}, {"headers", json::object()}}).json()["problems"][0]["code"], "invalid_json");
  const auto refused = admin->post(ws + "/webhooks", {{"source", source}, {"name", "x"}, {"preset", "generic"}, {"mapping", mapping}});
  EXPECT_EQ(refused.code(), "invalid_mapping");
  EXPECT_EQ(refused.json()["errors"][0]["field"], "/mapping/fields/customer");

  const Made hook = make("generic");
  json own = {{"list", "/rows"}, {"time_zone", "Europe/Berlin"}, {"fields", {{"customer", "{/k}"}, {"event_type", "{/w}"}, {"time", "{/t}"}, {"attributes", json::array()}, {"customer_attributes", json::array()}}}, {"rules", json::array()}};
  ASSERT_EQ(admin->patch(ws + "/webhooks/" + hook.id, {{"mapping", own}}).status, 200);
  EXPECT_EQ(deliver(hook, R"({"rows":[{"k":"1","w":"x","t":"02.03.2026 09:14"}]})").json()["accepted"], 1) << "the new mapping holds at once";
}

TEST_F(Hook, NamesAreCheckedAndOtherWorkspacesSeeNothing) {
  EXPECT_EQ(admin->post(ws + "/webhooks", {{"source", source}, {"name", " "}, {"preset", "generic"}}).code(), "invalid_name");
  EXPECT_EQ(admin->post(ws + "/webhooks", {{"source", source}, {"name", "x"}, {"preset", "teletext"}}).code(), "unknown_preset");
  EXPECT_EQ(admin->post(ws + "/webhooks", {{"source", "src_x"}, {"name", "x"}, {"preset", "generic"}}).code(), "source_not_found");
  EXPECT_EQ(admin->post(ws + "/webhooks", {{"source", source}, {"name", "x"}, {"preset", "sendgrid"}, {"secret", "no key at all"}}).code(), "invalid_webhook_secret");
  const Made hook = make("generic");
  auto other = server.person("other");
  const std::string b = "/workspaces/" + server.b;
  EXPECT_EQ(other->post(b + "/webhooks/" + hook.id + "/secret", json::object()).status, 404);
  EXPECT_EQ(other->get(b + "/webhooks").body.find(hook.id), std::string::npos);
  EXPECT_EQ(admin->get(ws + "/webhooks/" + hook.id + "/deliveries?cursor=nonsense").code(), "invalid_cursor");
}

TEST_F(Hook, TheLogGoesByPages) {
  const Made hook = make("generic");
  for (int i = 0; i < 55; ++i) ASSERT_EQ(deliver(hook, R"({"customer":"1","type":"x","id":")" + std::to_string(i) + "\"}").status, 200);
  const auto first = admin->get(ws + "/webhooks/" + hook.id + "/deliveries").json();
  ASSERT_EQ(first["items"].size(), 50u);
  const auto second = admin->get(ws + "/webhooks/" + hook.id + "/deliveries?cursor=" + std::string(first["next_cursor"])).json();
  EXPECT_EQ(second["items"].size(), 5u);
  EXPECT_FALSE(second.contains("next_cursor"));
  EXPECT_EQ(first["items"][0]["event_types"], json::parse(R"(["x"])"));
}

}  // namespace
}  // namespace lotse::test
