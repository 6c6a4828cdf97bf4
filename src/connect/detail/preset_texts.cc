#include "connect/detail/preset_texts.h"

/// Bodies in the form that each system documents; the samples are made up. Free texts (subjects, comments, names) are not taken: they may name persons.
namespace lotse::connect::detail {

const PresetText zendesk_preset{
    "zendesk", HookCheck::zendesk, false, false, R"json({
  "fields": {
    "customer": "{/detail/requester_id}", "event_type": "{/type}", "time": "{/time}", "message": "{/id}",
    "instance_key": "{/detail/id}", "channel": "{/detail/via/channel}",
    "attributes": [
      {"name": "status", "value": "{/detail/status}"}, {"name": "priority", "value": "{/detail/priority}"},
      {"name": "ticket_type", "value": "{/detail/type}"}, {"name": "group", "value": "{/detail/group_id}"},
      {"name": "brand", "value": "{/detail/brand_id}"}, {"name": "tags", "value": "{/detail/tags}"},
      {"name": "before", "value": "{/event/previous}"}, {"name": "after", "value": "{/event/current}"}]
  },
  "rules": [
    {"when": [{"value": "{/detail/requester_id}"}, {"value": "{/event/comment/author/is_staff}", "is": ["true"]}], "set": {"actor": "by_us"}},
    {"when": [{"value": "{/detail/requester_id}"}, {"value": "{/event/comment/author/id|/detail/actor_id}", "is": ["{/detail/requester_id}"]}], "set": {"actor": "by_customer"}},
    {"when": [{"value": "{/detail/requester_id}"}, {"value": "{/detail/actor_id}", "is": ["-1"]}], "set": {"actor": "by_machine"}},
    {"when": [{"value": "{/detail/requester_id}"}], "set": {"actor": "by_us"}}
  ]
})json",
    R"json({
  "account_id": 22129848,
  "detail": {
    "actor_id": "8447388090494",
    "assignee_id": "8447388090495",
    "brand_id": "8447346621310",
    "created_at": "2026-03-02T08:14:05Z",
    "description": "Der Router startet nicht.",
    "external_id": null,
    "form_id": "8646151517822",
    "group_id": "8447320466430",
    "id": "5158",
    "is_public": true,
    "organization_id": "8447346622462",
    "priority": "HIGH",
    "requester_id": "8447388090494",
    "status": "OPEN",
    "subject": "Router defekt",
    "submitter_id": "8447388090494",
    "tags": ["router", "garantie"],
    "type": "INCIDENT",
    "updated_at": "2026-03-02T08:14:05Z",
    "via": { "channel": "email" }
  },
  "event": {},
  "id": "2b24ef10-19d4-4740-93cf-8f98ec4776c0",
  "subject": "zen:ticket:5158",
  "time": "2026-03-02T08:14:05Z",
  "type": "zen:event-type:ticket.created",
  "zendesk_event_version": "2022-06-20"
})json"};

const PresetText salesforce_preset{
    "salesforce", HookCheck::salesforce_org, false, false, R"json({
  "list": "/Envelope/Body/notifications/Notification",
  "fields": {
    "event_type": "{/sObject/@type} {/sObject/Status|/sObject/StageName}", "message": "{/Id}",
    "time": "{/sObject/LastModifiedDate|/sObject/SystemModstamp|/sObject/CreatedDate|received}",
    "customer": "{/sObject/ContactId|/sObject/WhoId|/sObject/AccountId}",
    "attributes": [
      {"name": "status", "value": "{/sObject/Status|/sObject/StageName}"}, {"name": "priority", "value": "{/sObject/Priority}"},
      {"name": "reason", "value": "{/sObject/Reason}"}, {"name": "record_type", "value": "{/sObject/Type}"}]
  },
  "rules": [
    {"when": [{"value": "{/sObject/@type}", "is": ["sf:Contact", "sf:Account", "sf:Lead"]}],
     "set": {"customer": "{/sObject/Id}", "actor": "by_us"}},
    {"when": [{"value": "{/sObject/@type}", "is": ["sf:Case"]}, {"value": "{/sObject/Status}", "is": ["New"]}],
     "set": {"instance_key": "{/sObject/CaseNumber|/sObject/Id}", "channel": "{/sObject/Origin}", "actor": "by_customer"}},
    {"when": [{"value": "{/sObject/@type}", "is": ["sf:Case"]}],
     "set": {"instance_key": "{/sObject/CaseNumber|/sObject/Id}", "channel": "{/sObject/Origin}", "actor": "by_us"}},
    {"when": [{"value": "{/sObject/@type}"}], "set": {"instance_key": "{/sObject/OrderNumber|/sObject/Id}", "actor": "by_us"}}
  ]
})json",
    R"xml(<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <soapenv:Body>
    <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
      <OrganizationId>00D5g00000AbCdEEAV</OrganizationId>
      <ActionId>04k5g000000XyZaAAK</ActionId>
      <SessionId xsi:nil="true"/>
      <EnterpriseUrl>https://example.my.salesforce.com/services/Soap/c/60.0/00D5g00000AbCdE</EnterpriseUrl>
      <PartnerUrl>https://example.my.salesforce.com/services/Soap/u/60.0/00D5g00000AbCdE</PartnerUrl>
      <Notification>
        <Id>04l5g00002nrC5BAAU</Id>
        <sObject xsi:type="sf:Case" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
          <sf:Id>5005g00000KpQrSAAV</sf:Id>
          <sf:CaseNumber>00001027</sf:CaseNumber>
          <sf:ContactId>0035g00000TuVwXAAV</sf:ContactId>
          <sf:LastModifiedDate>2026-03-02T08:14:05.000Z</sf:LastModifiedDate>
          <sf:Origin>Phone</sf:Origin>
          <sf:Priority>High</sf:Priority>
          <sf:Status>New</sf:Status>
        </sObject>
      </Notification>
    </notifications>
  </soapenv:Body>
</soapenv:Envelope>)xml"};

const PresetText salesforce_flow_preset{
    "salesforce_flow", HookCheck::token, true, true, R"json({
  "list": "/events",
  "fields": {
    "customer": "{/payload/CustomerId__c|/payload/ContactId__c|/payload/AccountId__c}", "event_type": "{/payload/Type__c}",
    "time": "{/payload/OccurredAt__c|/payload/CreatedDate|received}", "message": "{/event/EventUuid|/event/replayId}",
    "instance_key": "{/payload/CaseNumber__c|/payload/RecordId__c}", "channel": "{/payload/Channel__c}", "unit": "{/payload/Unit__c}",
    "actor": "{/payload/Actor__c|'by_us'}", "cost": "{/payload/Cost__c}",
    "attributes": [{"name": "status", "value": "{/payload/Status__c}"}, {"name": "priority", "value": "{/payload/Priority__c}"}]
  }
})json",
    R"json({
  "schema": "dffQ2QLzDNHqwB8_sHMxdA",
  "payload": {
    "CreatedDate": "2026-03-02T08:14:05.000Z",
    "CreatedById": "0055g000008AbCdAAK",
    "CustomerId__c": "0035g00000TuVwXAAV",
    "Type__c": "Case escalated",
    "CaseNumber__c": "00001027",
    "Channel__c": "Phone",
    "Unit__c": "Service Nord",
    "Status__c": "Escalated"
  },
  "event": { "replayId": 2870, "EventUuid": "f4c5e9a1-6d5e-4c5b-9c5f-2f1f9f6e7f11" }
})json"};

const PresetText shopify_preset{
    "shopify", HookCheck::shopify, false, false, R"json({
  "fields": {
    "customer": "{/customer/id|/email|/contact_email|/phone}", "same_customer": "{/customer/email|/email|/contact_email}",
    "event_type": "{@x-shopify-topic}", "time": "{/updated_at|/created_at|received}",
    "message": "{@x-shopify-topic} {@x-shopify-event-id|@x-shopify-webhook-id}",
    "instance_key": "{/name|/id}", "channel": "{/source_name|'web'}", "unit": "{@x-shopify-shop-domain}",
    "attributes": [
      {"name": "total_price", "value": "{/total_price}"}, {"name": "currency", "value": "{/currency}"},
      {"name": "financial_status", "value": "{/financial_status}"}, {"name": "fulfillment_status", "value": "{/fulfillment_status}"},
      {"name": "payment", "value": "{/payment_gateway_names}"}, {"name": "country", "value": "{/shipping_address/country_code|/billing_address/country_code}"},
      {"name": "cancel_reason", "value": "{/cancel_reason}"}, {"name": "tags", "value": "{/tags}"}]
  },
  "rules": [
    {"when": [{"value": "{@x-shopify-topic}", "is": ["orders/create", "checkouts/create"]}], "set": {"time": "{/created_at}", "actor": "by_customer"}},
    {"when": [{"value": "{@x-shopify-topic}", "is": ["orders/paid", "checkouts/update"]}], "set": {"actor": "by_customer"}},
    {"when": [{"value": "{@x-shopify-topic}", "is": ["orders/cancelled"]}, {"value": "{/cancel_reason}", "is": ["customer"]}],
     "set": {"time": "{/cancelled_at|/updated_at}", "actor": "by_customer"}},
    {"when": [{"value": "{@x-shopify-topic}", "is": ["orders/cancelled"]}], "set": {"time": "{/cancelled_at|/updated_at}", "actor": "by_us"}},
    {"when": [{"value": "{@x-shopify-topic}", "is": ["orders/fulfilled", "orders/partially_fulfilled", "orders/updated", "orders/edited"]}], "set": {"actor": "by_us"}},
    {"when": [{"value": "{@x-shopify-topic}", "is": ["customers/create", "customers/update", "customers/enable", "customers/disable"]}],
     "set": {"customer": "{/id}", "instance_key": "", "channel": "", "actor": "by_customer"}}
  ]
})json",
    R"json({
  "id": 820982911946154508,
  "name": "#1001",
  "email": "jon@example.com",
  "created_at": "2026-03-02T09:14:05+01:00",
  "updated_at": "2026-03-02T09:14:06+01:00",
  "currency": "EUR",
  "total_price": "89.90",
  "financial_status": "pending",
  "fulfillment_status": null,
  "source_name": "web",
  "payment_gateway_names": ["paypal"],
  "customer": { "id": 115310627314723954, "email": "jon@example.com", "first_name": "Jon", "last_name": "Doe" },
  "shipping_address": { "city": "Köln", "country_code": "DE" },
  "line_items": [ { "id": 866550311766439020, "title": "Router X2", "quantity": 1, "price": "89.90" } ]
})json",
    R"json({"x-shopify-topic": "orders/create", "x-shopify-event-id": "98880550-7158-44d4-b7cd-2c97c8a091b5", "x-shopify-shop-domain": "beispiel.myshopify.com"})json"};

const PresetText hubspot_preset{
    "hubspot", HookCheck::hubspot, false, false, R"json({
  "fields": {
    "customer": "{/objectId}", "event_type": "{/subscriptionType}", "time": "{/occurredAt}",
    "message": "{/eventId} {/subscriptionId} {/occurredAt}", "channel": "system",
    "attributes": [{"name": "property", "value": "{/propertyName}"}, {"name": "change_source", "value": "{/changeSource}"}]
  },
  "rules": [
    {"when": [{"value": "{/subscriptionType}", "is": ["contact.propertyChange"]}, {"value": "{/propertyName}", "is": ["lifecyclestage", "hs_lead_status"]}],
     "set": {"actor": "by_us", "attributes": [{"name": "value", "value": "{/propertyValue}"}]}},
    {"when": [{"value": "{/subscriptionType}", "is": ["contact.creation", "contact.propertyChange", "contact.associationChange"]}, {"value": "{/changeSource}", "is": ["FORM", "FORMS", "MEETINGS", "CONVERSATIONS"]}],
     "set": {"actor": "by_customer"}},
    {"when": [{"value": "{/subscriptionType}", "is": ["contact.creation", "contact.propertyChange", "contact.associationChange"]}, {"value": "{/changeSource}", "is": ["CRM", "CRM_UI", "MOBILE_IOS", "MOBILE_ANDROID"]}],
     "set": {"actor": "by_us"}},
    {"when": [{"value": "{/subscriptionType}", "is": ["contact.creation", "contact.propertyChange", "contact.associationChange"]}], "set": {"actor": "by_machine"}},
    {"when": [{"value": "{/subscriptionType}", "is": ["company.creation", "company.propertyChange"]}], "set": {"customer": "company {/objectId}", "actor": "by_us"}}
  ]
})json",
    R"json([
  { "eventId": 3816279340, "subscriptionId": 25, "portalId": 33, "appId": 1160452, "occurredAt": 1772439245000,
    "subscriptionType": "contact.creation", "attemptNumber": 0, "objectId": 1246965, "changeFlag": "CREATED", "changeSource": "FORM" },
  { "eventId": 3816279480, "subscriptionId": 22, "portalId": 33, "appId": 1160452, "occurredAt": 1772439305000,
    "subscriptionType": "contact.propertyChange", "attemptNumber": 0, "objectId": 1246965, "propertyName": "lifecyclestage",
    "propertyValue": "customer", "changeSource": "CRM_UI" }
])json"};

const PresetText jira_preset{
    "jira", HookCheck::hub_signature, true, false, R"json({
  "fields": {
    "customer": "{/issue/fields/reporter/accountId|/issue/fields/reporter/name}", "event_type": "{/webhookEvent}", "time": "{/timestamp}",
    "message": "{@x-atlassian-webhook-identifier}", "instance_key": "{/issue/key}", "unit": "{/issue/fields/project/name}",
    "attributes": [
      {"name": "status", "value": "{/issue/fields/status/name}"}, {"name": "priority", "value": "{/issue/fields/priority/name}"},
      {"name": "issue_type", "value": "{/issue/fields/issuetype/name}"}, {"name": "request_type", "value": "{/issue/fields/customfield_10010/requestType/name}"},
      {"name": "resolution", "value": "{/issue/fields/resolution/name}"}, {"name": "changed", "value": "{/changelog/items/0/field}"}]
  },
  "rules": [
    {"when": [{"value": "{/issue/key}"}, {"value": "{/comment/author/accountId|/user/accountId|/user/name}", "is": ["{/issue/fields/reporter/accountId|/issue/fields/reporter/name}"]}],
     "set": {"actor": "by_customer"}},
    {"when": [{"value": "{/issue/key}"}, {"value": "{/comment/author/accountType|/user/accountType}", "is": ["customer"]}], "set": {"actor": "by_customer"}},
    {"when": [{"value": "{/issue/key}"}, {"value": "{/comment/author/accountType|/user/accountType}", "is": ["app"]}], "set": {"actor": "by_machine"}},
    {"when": [{"value": "{/issue/key}"}], "set": {"actor": "by_us"}}
  ]
})json",
    R"json({
  "timestamp": 1772439245000,
  "webhookEvent": "jira:issue_created",
  "issue_event_type_name": "issue_created",
  "user": { "accountId": "qm:5b10a2844c20165700ede21g:1", "accountType": "customer", "displayName": "M. Muster" },
  "issue": {
    "id": "10042",
    "key": "SD-42",
    "fields": {
      "summary": "Rechnung unklar",
      "created": "2026-03-02T09:14:05.000+0100",
      "issuetype": { "name": "Service Request" },
      "project": { "key": "SD", "name": "Servicedesk" },
      "priority": { "name": "Medium" },
      "status": { "name": "Waiting for support" },
      "resolution": null,
      "reporter": { "accountId": "qm:5b10a2844c20165700ede21g:1", "accountType": "customer" },
      "customfield_10010": { "requestType": { "name": "Billing" } }
    }
  }
})json",
    R"json({"x-atlassian-webhook-identifier": "6f8f5e0e-2b0e-4b6c-9d2c-3a1b9b1f0c11"})json"};

const PresetText sendgrid_preset{
    "sendgrid", HookCheck::sendgrid, false, false, R"json({
  "fields": {
    "customer": "{/email}", "event_type": "{/event}", "time": "{/timestamp}", "message": "{/sg_event_id}", "instance_key": "{/sg_message_id}", "channel": "mail",
    "attributes": [{"name": "category", "value": "{/category}"}, {"name": "campaign", "value": "{/marketing_campaign_name|/singlesend_name}"}, {"name": "status", "value": "{/status}"}, {"name": "bounce_type", "value": "{/type}"}]
  },
  "rules": [
    {"when": [{"value": "{/event}", "is": ["processed"]}], "set": {"actor": "by_us", "cost": "{/cost}"}},
    {"when": [{"value": "{/event}", "is": ["delivered"]}], "set": {"actor": "by_us"}},
    {"when": [{"value": "{/event}", "is": ["open", "click", "spamreport", "unsubscribe", "group_unsubscribe", "group_resubscribe"]}], "set": {"actor": "by_customer"}},
    {"when": [{"value": "{/event}", "is": ["bounce", "dropped", "deferred", "blocked"]}], "set": {"actor": "by_machine"}}
  ]
})json",
    R"json([
  { "email": "kundin@example.com", "timestamp": 1772439245, "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>", "event": "processed",
    "category": ["newsletter"], "sg_event_id": "rWVYmVk90MjZJ9iohOBa3w==", "sg_message_id": "14c5d75ce93.dfd.64b469", "cost": "0.002" },
  { "email": "kundin@example.com", "timestamp": 1772439305, "event": "open", "category": ["newsletter"],
    "sg_event_id": "FOTFFO0ecsBE-zxFXfs6WA==", "sg_message_id": "14c5d75ce93.dfd.64b469", "useragent": "Mozilla/4.0", "ip": "255.255.255.255" },
  { "email": "kundin@example.com", "timestamp": 1772439365, "event": "click", "category": ["newsletter"], "url": "https://www.example.com/",
    "sg_event_id": "kCAi1KttyQdEKHhdC-nuEA==", "sg_message_id": "14c5d75ce93.dfd.64b469", "useragent": "Mozilla/4.0", "ip": "255.255.255.255" }
])json"};

const PresetText brevo_preset{
    "brevo", HookCheck::token, true, false, R"json({
  "fields": {
    "customer": "{/email}", "event_type": "{/event}", "time": "{/ts_event|/ts|/ts_epoch}", "instance_key": "{/message-id|/camp_id}",
    "message": "{/event} {/message-id|/camp_id} {/email} {/ts_event|/ts|/ts_epoch} {/link|/URL}", "channel": "mail",
    "attributes": [{"name": "campaign", "value": "{/campaign name}"}, {"name": "template", "value": "{/template_id}"}, {"name": "tags", "value": "{/tags}"}]
  },
  "rules": [
    {"when": [{"value": "{/event}", "is": ["request", "sent", "delivered"]}], "set": {"actor": "by_us"}},
    {"when": [{"value": "{/event}", "is": ["opened", "unique_opened", "open", "click", "unsubscribed", "unsubscribe", "spam"]}], "set": {"actor": "by_customer"}},
    {"when": [{"value": "{/event}", "is": ["proxy_open", "unique_proxy_open", "hard_bounce", "soft_bounce", "blocked", "invalid_email", "deferred", "error"]}], "set": {"actor": "by_machine"}}
  ]
})json",
    R"json({
  "event": "opened",
  "email": "kundin@example.com",
  "id": 26224,
  "date": "2026-03-02 09:14:05",
  "ts": 1772439245,
  "message-id": "<201798300811.5787683@relay.example.com>",
  "ts_event": 1772439245,
  "subject": "Ihre Rechnung",
  "sending_ip": "203.0.113.7",
  "ts_epoch": 1772439245123,
  "template_id": 22,
  "tags": ["rechnung"]
})json"};

}  // namespace lotse::connect::detail
