#pragma once
#include <memory>

#include "access/accounts.h"
#include "access/audit.h"
#include "access/operator.h"
#include "access/tokens.h"
#include "access/workspaces.h"
#include "analysis/analysis.h"
#include "atlas/touchpoints.h"
#include "base/result.h"
#include "cli/data_folder.h"
#include "cli/holders.h"
#include "connect/connectors.h"
#include "connect/hook_intake.h"
#include "connect/hooks.h"
#include "connect/exports.h"
#include "connect/imports.h"
#include "connect/live.h"
#include "connect/live_watch.h"
#include "connect/personal_files.h"
#include "connect/sources.h"
#include "connect/tracking.h"
#include "connect/uploads.h"
#include "connect/write_keys.h"
#include "customers/identities.h"
#include "customers/computed.h"
#include "customers/panel.h"
#include "customers/personal_rows.h"
#include "customers/segments.h"
#include "db/database.h"
#include "events/stores.h"
#include "http/services.h"
#include "hub/hub.h"
#include "hub/quality.h"
#include "hub/reconciliation.h"
#include "jobs/jobs.h"
#include "kpis/kpis.h"
#include "outbound/deliveries.h"
#include "privacy/consents.h"
#include "privacy/corrections.h"
#include "privacy/key_rotation.h"
#include "privacy/policies.h"
#include "privacy/requests.h"
#include "privacy/retention.h"
#include "privacy/secret_box.h"
#include "privacy/status.h"
#include "privacy/vault.h"

namespace lotse::cli {

/// The identity vault, as analysis needs it. Pseudonyms of all of a customer's identities lead to it.
class VaultNames : public analysis::CustomerNames {
 public:
  VaultNames(privacy::Vault& vault, events::Stores& stores, privacy::Consents& consents) : vault_(vault), stores_(stores), consents_(consents) {}
  Result<std::vector<std::string>> pseudonyms(const WorkspaceId& workspace, std::span<const uint32_t> customers) override;
  Result<std::optional<uint32_t>> customer_of(const WorkspaceId& workspace, std::string_view pseudonym) override;
  Result<std::optional<uint32_t>> identity_of(const Viewer& viewer, std::string_view identifier) override;
  Result<std::vector<Consent>> consents(const WorkspaceId& workspace, std::span<const uint32_t> customers, std::string_view purpose) override;
  Result<std::optional<std::string>> identifier(const Viewer& viewer, uint32_t customer) override;

 private:
  privacy::Vault& vault_;
  events::Stores& stores_;
  privacy::Consents& consents_;
};

/// Every service on one data folder, wired: the one place that knows all concrete classes. Members stand in the order
/// in which they need each other; they end in the opposite one.
class Composition {
 public:
  /// Opens the data folder's files. Jobs run from `begin` on.
  static Result<std::unique_ptr<Composition>> open(DataFolder folder, connect::ConnectorLimits limits = {});
  ~Composition();

  /// Settles what an earlier process left half done, then runs jobs.
  Result<void> begin();

  DataFolder folder;
  std::unique_ptr<db::Database> database;
  std::unique_ptr<privacy::Vault> vault;
  access::Audit audit;
  hub::TrackingPlans tracking_plans;  ///< these two before the stores: those may still acknowledge events when the hub has ended
  hub::IntakeBook intake_book;
  events::Stores stores;
  access::Accounts accounts;
  access::Workspaces workspaces;
  access::Tokens tokens;
  access::Operator owner;
  jobs::Jobs jobs;
  connect::Sources sources;
  connect::Uploads uploads;
  privacy::Policies policies;
  privacy::Consents consents;
  privacy::Corrections corrections;
  connect::Imports imports;
  hub::Hub hub;
  hub::Quality quality;
  hub::Reconciler reconciler;
  connect::LiveEvents live_events;
  customers::Segments segments;
  customers::Identities identities;
  customers::ComputedAttributes computed;
  customers::Panel panel;
  atlas::Touchpoints touchpoints;
  VaultNames names;
  analysis::Analysis analysis;
  connect::WriteKeys write_keys;
  connect::LiveWatch live_watch;
  connect::Tracking tracking;
  privacy::SecretBox secret_box;
  connect::Connectors connectors;
  std::shared_ptr<connect::HookLog> hook_log;
  connect::Hooks hooks;
  connect::HookIntake hook_intake;
  EventsHolder events_holder;
  ColumnsHolder columns_holder;
  connect::PersonalFiles personal_files;
  customers::PersonalRows personal_rows;
  privacy::VaultHolder vault_holder;
  privacy::Requests privacy_requests;
  privacy::Retention retention;
  privacy::KeyRotation key_rotation;
  privacy::Status privacy_status;
  connect::Exports exports;
  kpis::Kpis kpis;
  outbound::Deliveries deliveries;

  Composition(DataFolder data, std::unique_ptr<db::Database> opened, std::unique_ptr<privacy::Vault> opened_vault, privacy::SecretBox box,
              connect::ConnectorLimits limits, Clock& clock);
};

/// The services as routes see them.
http::Services services_of(Composition& composition, http::EventHub& events, http::Upkeep& upkeep);

}  // namespace lotse::cli
