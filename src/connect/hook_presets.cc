#include "connect/hook_presets.h"

#include <algorithm>
#include <vector>

#include "connect/detail/preset_texts.h"

namespace lotse::connect {

namespace {
/// The one body of all own systems: {"id", "customer", "type", "time", …} or {"events": [ … ]}.
struct Kind {
  const char *id, *channel, *actor, *sample;
};
constexpr Kind kinds[] = {
    {"shop", "shop", "by_customer", R"({
  "id": "kasse-4-2026-000913",
  "customer": "4711",
  "type": "Einkauf",
  "time": "2026-03-02T09:14:05+01:00",
  "instance_key": "Bon 000913",
  "unit": "Filiale Köln Mitte",
  "attributes": { "amount": 49.9, "items": 3, "payment": "card" }
})"},
    {"kiosk", "kiosk", "by_customer", R"({
  "id": "kiosk-7-88213",
  "customer": "4711",
  "type": "Terminal: Tarif gewechselt",
  "time": "2026-03-02T09:14:05+01:00",
  "unit": "Filiale Köln Mitte",
  "attributes": { "screen": "tariff", "seconds": 74 }
})"},
    {"click_collect", "shop", "by_customer", R"({
  "events": [
    { "id": "cc-2041-1", "customer": "4711", "type": "Click & Collect: bestellt", "time": "2026-03-02T09:14:05+01:00", "instance_key": "2041", "unit": "Filiale Köln Mitte" },
    { "id": "cc-2041-2", "customer": "4711", "type": "Click & Collect: bereit", "time": "2026-03-02T11:02:40+01:00", "instance_key": "2041", "unit": "Filiale Köln Mitte", "actor": "by_us" },
    { "id": "cc-2041-3", "customer": "4711", "type": "Click & Collect: abgeholt", "time": "2026-03-02T17:45:10+01:00", "instance_key": "2041", "unit": "Filiale Köln Mitte" }
  ]
})"},
    {"ivr", "phone", "by_customer", R"({
  "id": "call-20260302-8841-menu-2",
  "customer": "4711",
  "type": "IVR: Rechnung gewählt",
  "time": "2026-03-02T09:14:05+01:00",
  "instance_key": "call-20260302-8841",
  "attributes": { "menu": "2-1", "wait_seconds": 35 }
})"},
    {"chatbot", "chat", "by_machine", R"({
  "id": "chat-771-12",
  "customer": "4711",
  "type": "Chatbot: Antwort gegeben",
  "time": "2026-03-02T09:14:05+01:00",
  "instance_key": "chat-771",
  "attributes": { "intent": "invoice", "confidence": 0.83, "handed_over": false }
})"},
    {"voicebot", "phone", "by_machine", R"({
  "id": "voice-5120-3",
  "customer": "4711",
  "type": "Voicebot: Anliegen erkannt",
  "time": "2026-03-02T09:14:05+01:00",
  "instance_key": "call-20260302-8842",
  "attributes": { "intent": "cancel", "language": "de" }
})"},
    {"technician", "field", "by_us", R"({
  "id": "einsatz-9931-ende",
  "customer": "4711",
  "type": "Technikertermin erledigt",
  "time": "2026-03-02T14:20:00+01:00",
  "instance_key": "9931",
  "unit": "Technik West",
  "cost": 68.5,
  "attributes": { "result": "repaired", "minutes": 45 }
})"},
    {"partner", "partner", "by_partner", R"({
  "id": "partner-12-55",
  "customer": "4711",
  "type": "Vertrag beim Händler geschlossen",
  "time": "2026-03-02T09:14:05+01:00",
  "instance_key": "V-2026-118",
  "unit": "Händler Nord",
  "cost": 25,
  "attributes": { "product": "Tarif M" }
})"},
    {"generic", "", "", R"({
  "id": "8f14e45f-1",
  "customer": "4711",
  "type": "Vertrag verlängert",
  "time": "2026-03-02T09:14:05+01:00",
  "instance_key": "V-2026-118",
  "channel": "portal",
  "actor": "by_customer",
  "unit": "Vertrieb",
  "cost": 0.4,
  "attributes": { "product": "Tarif M", "months": 24 }
})"},
};

HookFields own_fields(const Kind& kind) {
  const auto or_else = [](const char* pointer, std::string_view otherwise) {
    return "{" + std::string(pointer) + (otherwise.empty() ? "" : "|'" + std::string(otherwise) + "'") + "}";
  };
  HookFields fields;
  fields.customer = "{/customer}";
  fields.same_customer = "{/same_customer}";
  fields.event_type = "{/type}";
  fields.time = "{/time|received}";
  fields.message = "{/id}";
  fields.instance_key = "{/instance_key}";
  fields.channel = or_else("/channel", kind.channel);
  fields.unit = "{/unit}";
  fields.actor = or_else("/actor", kind.actor);
  fields.cost = "{/cost}";
  fields.attributes_of = "/attributes";
  return fields;
}

HookPreset own(const Kind& kind) {
  HookPreset preset{.info = {.id = kind.id, .check = HookCheck::token, .makes_secret = true, .sample = kind.sample}, .strict = true};
  preset.info.mapping.list = "/events";
  preset.info.mapping.fields = own_fields(kind);
  return preset;
}

/// What e-mail and campaign tools tell, whatever their make: who acted follows from what happened.
HookPreset marketing() {
  HookPreset preset = own({"marketing", "mail", "", R"({
  "events": [
    { "id": "m-1-sent", "customer": "kundin@example.com", "type": "send", "time": "2026-03-02T09:14:05Z", "campaign": "Frühling", "cost": 0.002 },
    { "id": "m-1-open", "customer": "kundin@example.com", "type": "open", "time": "2026-03-02T09:20:11Z", "campaign": "Frühling" },
    { "id": "m-1-click", "customer": "kundin@example.com", "type": "click", "time": "2026-03-02T09:20:40Z", "campaign": "Frühling", "link": "tarif-m" },
    { "id": "m-1-unsub", "customer": "kundin@example.com", "type": "unsubscribe", "time": "2026-03-03T07:02:00Z", "campaign": "Frühling" }
  ]
})"});
  auto& fields = preset.info.mapping.fields;
  fields.instance_key = "{/instance_key|/campaign}";
  fields.attributes = {{"campaign", "{/campaign}"}, {"link", "{/link}"}, {"reason", "{/reason}"}};
  const auto rule = [](std::vector<std::string> types, const char* actor) {
    HookRule out;
    out.when = {{"{/type}", std::move(types)}};
    out.set.actor = std::string("{/actor|'") + actor + "'}";
    return out;
  };
  preset.info.mapping.rules = {rule({"send", "delivered"}, "by_us"), rule({"open", "click", "unsubscribe", "complaint"}, "by_customer"), rule({"bounce"}, "by_machine"), HookRule{}};
  return preset;
}

/// Envelopes that others agreed on.
constexpr detail::PresetText cloudevents_preset{
    "cloudevents", HookCheck::token, true, true, R"json({
  "fields": {
    "customer": "{/data/customer|/data/customer_id|/data/customerId|/subject}", "event_type": "{/type}", "time": "{/time|received}", "message": "{/source} {/id}",
    "instance_key": "{/data/instance_key}", "channel": "{/data/channel}", "unit": "{/data/unit}", "actor": "{/data/actor}", "cost": "{/data/cost}",
    "attributes_of": "/data/attributes", "attributes": [{"name": "source", "value": "{/source}"}]
  }
})json",
    R"json({
  "specversion": "1.0",
  "id": "b3b1c1de-0c1f-4d2e-9d6a-1f9f4be0a9d1",
  "source": "/shop/checkout",
  "type": "com.example.order.placed",
  "time": "2026-03-02T08:14:05Z",
  "subject": "4711",
  "datacontenttype": "application/json",
  "data": { "instance_key": "2041", "channel": "web", "actor": "by_customer", "attributes": { "amount": 49.9 } }
})json"};
constexpr detail::PresetText standard_preset{
    "standard", HookCheck::standard, true, true, R"json({
  "fields": {
    "customer": "{/data/customer|/data/customer_id}", "event_type": "{/type}", "time": "{/timestamp}", "message": "{@webhook-id}",
    "instance_key": "{/data/instance_key|/data/id}", "channel": "{/data/channel}", "unit": "{/data/unit}", "actor": "{/data/actor}", "cost": "{/data/cost}",
    "attributes_of": "/data/attributes"
  }
})json",
    R"json({
  "type": "invoice.paid",
  "timestamp": "2026-03-02T08:14:05Z",
  "data": { "id": "2041", "customer": "4711", "attributes": { "amount": 49.9 } }
})json",
    R"json({"webhook-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"})json"};

HookPreset read(const detail::PresetText& text) {
  HookPreset preset{.info = {.id = text.id, .check = text.check, .makes_secret = text.makes_secret, .sample = text.sample}, .strict = text.strict};
  auto mapping = parse_json<HookMapping>(text.mapping);
  ensure(mapping.has_value(), "a preset's mapping can be read");
  preset.info.mapping = std::move(*mapping);
  const auto headers = nlohmann::json::parse(text.sample_headers);
  for (const auto& [name, value] : headers.items()) preset.info.sample_headers[name] = value.get<std::string>();
  return preset;
}
}  // namespace

std::span<const HookPreset> hook_presets() {
  static const std::vector<HookPreset> presets = [] {
    std::vector<HookPreset> all;
    for (const auto* text : {&detail::zendesk_preset, &detail::salesforce_preset, &detail::salesforce_flow_preset, &detail::shopify_preset, &detail::hubspot_preset,
                             &detail::jira_preset, &detail::sendgrid_preset, &detail::brevo_preset})
      all.push_back(read(*text));
    all.push_back(marketing());
    for (const auto& kind : kinds) all.push_back(own(kind));
    all.push_back(read(cloudevents_preset));
    all.push_back(read(standard_preset));
    return all;
  }();
  return presets;
}

const HookPreset* hook_preset(std::string_view id) {
  const auto all = hook_presets();
  const auto at = std::ranges::find(all, id, [](const HookPreset& preset) -> std::string_view { return preset.info.id; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace lotse::connect
