#pragma once
#include "connect/hook_types.h"

namespace lotse::connect::detail {

/// A preset as it is written down: JSON texts, read once at the first use.
struct PresetText {
  const char* id;
  HookCheck check;
  bool makes_secret, strict;
  const char* mapping;  ///< JSON of WebhookMapping
  const char* sample;
  const char* sample_headers = "{}";
};

extern const PresetText zendesk_preset, salesforce_preset, salesforce_flow_preset, shopify_preset, hubspot_preset, jira_preset, sendgrid_preset, brevo_preset;

}  // namespace lotse::connect::detail
