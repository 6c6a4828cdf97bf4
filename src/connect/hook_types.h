#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "connect/tracking_types.h"

/// Webhooks: other systems call an address of ours whenever something happened there.
namespace lotse::connect {

/// How a request proves that it comes from the system it says.
enum class HookCheck {
  token,             ///< Authorization: Bearer (or Basic with it as password), X-Lotse-Token, or ?access_token=
  standard,          ///< Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature (HMAC-SHA256)
  hub_signature,     ///< X-Hub-Signature: sha256=hex of the body (Jira)
  zendesk,           ///< X-Zendesk-Webhook-Signature and its timestamp
  shopify,           ///< X-Shopify-Hmac-Sha256
  hubspot,           ///< X-HubSpot-Signature-v3 and X-HubSpot-Request-Timestamp
  sendgrid,          ///< X-Twilio-Email-Event-Webhook-Signature (ECDSA P-256) and its timestamp
  salesforce_org,    ///< the organisation's id in an outbound message
};
constexpr auto describe(HookCheck) {
  return json_enum("WebhookCheck", value(HookCheck::token, "token"), value(HookCheck::standard, "standard"), value(HookCheck::hub_signature, "hub_signature"),
                   value(HookCheck::zendesk, "zendesk"), value(HookCheck::shopify, "shopify"), value(HookCheck::hubspot, "hubspot"),
                   value(HookCheck::sendgrid, "sendgrid"), value(HookCheck::salesforce_org, "salesforce_org"));
}

struct HookAttribute {
  std::string name, value;
  static constexpr auto describe() {
    return json_object("WebhookAttribute", field("name", &HookAttribute::name, "1 to 200 bytes"), field("value", &HookAttribute::value, "template"));
  }
};
/// What an event is made of. Each is a template: text in which {/pointer} stands for a value of the item, {^/pointer} for one of the
/// whole body, {@header} for a header, {received} for the time of arrival; {/a|/b|'text'} takes the first that is not empty;
/// {{ and }} are braces.
struct HookFields {
  std::optional<std::string> customer, same_customer, event_type, time, message, instance_key, channel, unit, actor, cost, account, contract, order;
  std::vector<HookAttribute> attributes, customer_attributes;
  std::optional<std::string> attributes_of;
  static constexpr auto describe() {
    return json_object("WebhookFields", field("customer", &HookFields::customer, "identifier; goes to the vault"),
                       field("same_customer", &HookFields::same_customer, "another identifier of the same customer"), field("event_type", &HookFields::event_type, ""),
                       field("time", &HookFields::time, "ISO 8601, or seconds or milliseconds since 1970; absent: the time of arrival"),
                       field("message", &HookFields::message, "the sender's own id of the event, by which repeats are known; absent: by its content"),
                       field("instance_key", &HookFields::instance_key, "ticket, order, application"), field("channel", &HookFields::channel, "empty: the source's"),
                       field("unit", &HookFields::unit, "on whose behalf; empty: the source's"),
                       field("actor", &HookFields::actor, "who acted: by_us, by_customer, by_partner, by_machine, or a word for one of them"),
                       field("cost", &HookFields::cost, "in the workspace's currency"),
                       field("account", &HookFields::account, "the company that the event belongs to; goes to the vault, as do the next two"),
                       field("contract", &HookFields::contract, "likewise"), field("order", &HookFields::order, "likewise"), field("attributes", &HookFields::attributes, "of the event"),
                       field("customer_attributes", &HookFields::customer_attributes, "of the customer from this event on"),
                       field("attributes_of", &HookFields::attributes_of, "pointer to an object whose texts, numbers and truth values all become attributes"));
  }
};
struct HookCondition {
  std::string value;
  std::vector<std::string> is;
  static constexpr auto describe() {
    return json_object("WebhookCondition", field("value", &HookCondition::value, "template"),
                       field("is", &HookCondition::is, "any of these, each a template; none: anything but empty"));
  }
};
struct HookRule {
  std::vector<HookCondition> when;
  HookFields set;
  static constexpr auto describe() {
    return json_object("WebhookRule", field("when", &HookRule::when, "all must hold; none: always"),
                       defaulted("set", &HookRule::set, "instead of the common fields, attributes besides"));
  }
};
struct HookMapping {
  std::string list, time_zone;
  HookFields fields;
  std::vector<HookRule> rules;
  static constexpr auto describe() {
    return json_object("WebhookMapping", defaulted("list", &HookMapping::list, "pointer to an array of which each item is an event; where there is none, the body is one"),
                       defaulted("time_zone", &HookMapping::time_zone, "of times that name none; empty: UTC"), defaulted("fields", &HookMapping::fields, "of every event"),
                       field("rules", &HookMapping::rules, "the first that holds adds its fields; where there are rules and none holds, nothing is stored"));
  }
};

struct HookPresetInfo {
  std::string id;
  HookCheck check = HookCheck::token;
  bool makes_secret = false;
  HookMapping mapping;
  std::string sample;
  std::map<std::string, std::string> sample_headers;
  static constexpr auto describe() {
    return json_object("WebhookPreset", field("id", &HookPresetInfo::id, "zendesk, shopify, generic …"), field("check", &HookPresetInfo::check, ""),
                       field("makes_secret", &HookPresetInfo::makes_secret, "true: Lotse makes the secret; false: the system does, and it is entered here"),
                       field("mapping", &HookPresetInfo::mapping, "to begin with"), field("sample", &HookPresetInfo::sample, "a body as the system sends it"),
                       field("sample_headers", &HookPresetInfo::sample_headers, "that the mapping reads"));
  }
};

struct Webhook {
  std::string id, source, name, preset, path;
  HookCheck check = HookCheck::token;
  bool active = true, has_secret = false;
  std::optional<std::string> secret_hint;
  HookMapping mapping;
  std::string created_at, created_by, etag;
  static constexpr auto describe() {
    return json_object("Webhook", field("id", &Webhook::id, "whk_…"), field("source", &Webhook::source, "src_…: what it brings comes from this source"),
                       field("name", &Webhook::name, ""), field("preset", &Webhook::preset, ""),
                       field("path", &Webhook::path, "/hooks/…: the address below this server's own; who knows it still needs the secret"), field("check", &Webhook::check, ""),
                       field("active", &Webhook::active, "false: requests are refused"), field("has_secret", &Webhook::has_secret, "false: requests are refused until it is entered"),
                       field("secret_hint", &Webhook::secret_hint, "its last characters"), field("mapping", &Webhook::mapping, ""), field("created_at", &Webhook::created_at, ""),
                       field("created_by", &Webhook::created_by, "name"), field("etag", &Webhook::etag, ""));
  }
};
struct WebhookRequest {
  std::string source, name, preset;
  std::optional<std::string> secret;
  std::optional<HookMapping> mapping;
  static constexpr auto describe() {
    return json_object("WebhookRequest", field("source", &WebhookRequest::source, "src_…"), field("name", &WebhookRequest::name, "1 to 80 characters"),
                       field("preset", &WebhookRequest::preset, "its id"), field("secret", &WebhookRequest::secret, "as the system shows it; absent: made here, or entered later"),
                       field("mapping", &WebhookRequest::mapping, "absent: the preset's"));
  }
};
struct WebhookPatch {
  std::optional<std::string> name;
  std::optional<bool> active;
  std::optional<HookMapping> mapping;
  static constexpr auto describe() {
    return json_object("WebhookPatch", field("name", &WebhookPatch::name, ""), field("active", &WebhookPatch::active, ""), field("mapping", &WebhookPatch::mapping, "the whole mapping"));
  }
};
struct WebhookSecretRequest {
  std::optional<std::string> secret;
  static constexpr auto describe() {
    return json_object("WebhookSecretRequest", field("secret", &WebhookSecretRequest::secret, "as the system shows it; absent: a new one is made, where the preset allows it"));
  }
};
struct NewWebhook {
  Webhook webhook;
  std::optional<std::string> secret;
  static constexpr auto describe() {
    return json_object("NewWebhook", field("webhook", &NewWebhook::webhook, ""), field("secret", &NewWebhook::secret, "that was made here; shown once"));
  }
};

struct HookProblem {
  std::string field, code;
  static constexpr auto describe() {
    return json_object("WebhookProblem", lotse::field("field", &HookProblem::field, "of the event: customer, event_type, time …"), lotse::field("code", &HookProblem::code, ""));
  }
};
enum class HookItemState { event, ignored, rejected };
constexpr auto describe(HookItemState) {
  return json_enum("WebhookItemState", value(HookItemState::event, "event"), value(HookItemState::ignored, "ignored"), value(HookItemState::rejected, "rejected"));
}
/// What one item of a body becomes.
struct HookItem {
  int64_t index = 0;
  HookItemState state = HookItemState::event;
  std::optional<int64_t> rule;
  std::string customer, same_customer, event_type, time, message, instance_key, channel, unit, actor, account, contract, order;
  std::optional<double> cost;
  std::vector<SeenAttribute> attributes, customer_attributes;
  std::vector<HookProblem> problems;
  static constexpr auto describe() {
    return json_object("WebhookItem", field("index", &HookItem::index, "in the body, from 0"), field("state", &HookItem::state, ""),
                       field("rule", &HookItem::rule, "that held, from 0"), field("customer", &HookItem::customer, "as it came; stored as a pseudonym"),
                       field("same_customer", &HookItem::same_customer, ""), field("account", &HookItem::account, ""), field("contract", &HookItem::contract, ""),
                       field("order", &HookItem::order, ""), field("event_type", &HookItem::event_type, ""), field("time", &HookItem::time, "UTC"),
                       field("message", &HookItem::message, ""), field("instance_key", &HookItem::instance_key, ""), field("channel", &HookItem::channel, ""),
                       field("unit", &HookItem::unit, ""), field("actor", &HookItem::actor, "by_us, by_customer, by_partner, by_machine"), field("cost", &HookItem::cost, ""),
                       field("attributes", &HookItem::attributes, ""), field("customer_attributes", &HookItem::customer_attributes, ""),
                       field("problems", &HookItem::problems, "why it is rejected, or what is left out of it"));
  }
};
struct HookPreviewRequest {
  HookMapping mapping;
  std::string body;
  std::map<std::string, std::string> headers;
  static constexpr auto describe() {
    return json_object("WebhookPreviewRequest", field("mapping", &HookPreviewRequest::mapping, ""), field("body", &HookPreviewRequest::body, "as the system sends it; JSON or XML"),
                       field("headers", &HookPreviewRequest::headers, "that the mapping reads; names in any case"));
  }
};
struct HookPreview {
  std::vector<HookItem> items;
  uint64_t more = 0;
  std::vector<HookProblem> problems;
  static constexpr auto describe() {
    return json_object("WebhookPreview", field("items", &HookPreview::items, "the first 50"), field("more", &HookPreview::more, "further items"),
                       field("problems", &HookPreview::problems, "of the mapping (pointer into it) or of the body (field body); with them there are no items"));
  }
};

struct RejectedItem {
  int64_t index = 0;
  std::string field, code;
  static constexpr auto describe() {
    return json_object("RejectedItem", lotse::field("index", &RejectedItem::index, "in the body, from 0"), lotse::field("field", &RejectedItem::field, "or empty"), lotse::field("code", &RejectedItem::code, ""));
  }
};
/// Answered only when the accepted events would survive a power cut.
struct HookAnswer {
  uint64_t accepted = 0, known = 0, ignored = 0;
  std::vector<RejectedItem> rejected;
  static constexpr auto describe() {
    return json_object("WebhookAnswer", field("accepted", &HookAnswer::accepted, "stored now"), field("known", &HookAnswer::known, "repeats"),
                       field("ignored", &HookAnswer::ignored, "for which no rule holds"), field("rejected", &HookAnswer::rejected, "that cannot be stored"));
  }
};

enum class DeliveryState { taken, partly, ignored, rejected, refused, failed };
constexpr auto describe(DeliveryState) {
  return json_enum("WebhookDeliveryState", value(DeliveryState::taken, "taken"), value(DeliveryState::partly, "partly"), value(DeliveryState::ignored, "ignored"),
                   value(DeliveryState::rejected, "rejected"), value(DeliveryState::refused, "refused"), value(DeliveryState::failed, "failed"));
}
/// One request of a system, without its body: that is not kept.
struct HookDelivery {
  std::string id, received_at;
  DeliveryState state = DeliveryState::taken;
  int64_t status = 200;
  uint64_t size_bytes = 0, accepted = 0, known = 0, ignored = 0, rejected = 0;
  std::vector<std::string> event_types;
  std::vector<RejectedItem> rejects;
  std::optional<std::string> error_code;
  static constexpr auto describe() {
    return json_object("WebhookDelivery", field("id", &HookDelivery::id, "dlv_…"), field("received_at", &HookDelivery::received_at, ""),
                       field("state", &HookDelivery::state, "taken, partly: some events rejected; ignored: no rule held; rejected: every event; refused: the request; failed: to be sent again"),
                       field("status", &HookDelivery::status, "that was answered"), field("size_bytes", &HookDelivery::size_bytes, "as it came"),
                       field("accepted", &HookDelivery::accepted, ""), field("known", &HookDelivery::known, "repeats"), field("ignored", &HookDelivery::ignored, ""),
                       field("rejected", &HookDelivery::rejected, ""), field("event_types", &HookDelivery::event_types, "of its events, at most 5"),
                       field("rejects", &HookDelivery::rejects, "at most 20"), field("error_code", &HookDelivery::error_code, "of a refused or failed one"));
  }
};

}  // namespace lotse::connect
