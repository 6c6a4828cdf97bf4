#pragma once

namespace lotse::access {
class Accounts;
class Workspaces;
class Tokens;
class Audit;
class Operator;
}  // namespace lotse::access
namespace lotse::analysis {
class Analysis;
}
namespace lotse::atlas {
class Touchpoints;
}
namespace lotse::connect {
class Uploads;
class Imports;
class Exports;
class Sources;
class LiveEvents;
class LiveWatch;
class Connectors;
class Tracking;
class WriteKeys;
class Hooks;
class HookIntake;
}  // namespace lotse::connect
namespace lotse::customers {
class ComputedAttributes;
class Panel;
class Segments;
class Identities;
}
namespace lotse::hub {
class Quality;
class Reconciler;
class TrackingPlans;
}  // namespace lotse::hub
namespace lotse::jobs {
class Jobs;
}
namespace lotse::kpis {
class Kpis;
}
namespace lotse::outbound {
class Deliveries;
}
namespace lotse::privacy {
class Policies;
class Consents;
class Requests;
class Retention;
class KeyRotation;
class Status;
}  // namespace lotse::privacy

namespace lotse::http {
class EventHub;
class Upkeep;

/// What routes may call. The composition root (cli) makes them all; a route file includes only what it uses.
struct Services {
  access::Accounts& accounts;
  access::Workspaces& workspaces;
  access::Tokens& tokens;
  access::Audit& audit;
  jobs::Jobs& jobs;
  connect::Uploads& uploads;
  connect::Imports& imports;
  connect::Sources& sources;
  connect::LiveEvents& live_events;
  connect::LiveWatch& live_watch;
  connect::Connectors& connectors;
  connect::Tracking& tracking;
  connect::WriteKeys& write_keys;
  hub::Quality& quality;
  hub::Reconciler& reconciler;
  hub::TrackingPlans& tracking_plans;
  customers::Segments& segments;
  customers::Identities& identities;
  customers::ComputedAttributes& computed;
  customers::Panel& panel;
  atlas::Touchpoints& touchpoints;
  analysis::Analysis& analysis;
  EventHub& events;
  access::Operator& owner;  ///< for requests over the data folder's own socket
  Upkeep& upkeep;           ///< likewise
  connect::Hooks& hooks;
  connect::HookIntake& hook_intake;
  privacy::Policies& policies;
  privacy::Consents& consents;
  privacy::Requests& privacy_requests;
  privacy::Status& privacy_status;
  privacy::Retention& retention;
  privacy::KeyRotation& key_rotation;
  connect::Exports& exports;
  kpis::Kpis& kpis;
  outbound::Deliveries& deliveries;
};

}  // namespace lotse::http
