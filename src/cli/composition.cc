#include "cli/composition.h"

#include "cli/privacy_work.h"

#include "base/log.h"

namespace lotse::cli {

Result<std::vector<std::string>> VaultNames::pseudonyms(const WorkspaceId& workspace, std::span<const uint32_t> customers) {
  std::vector<std::string> names;
  names.reserve(customers.size());
  for (const uint32_t customer : customers) names.push_back(vault_.pseudonym(workspace, customer));
  return names;
}
Result<std::optional<uint32_t>> VaultNames::customer_of(const WorkspaceId& workspace, std::string_view pseudonym) {
  const auto identity = vault_.customer_no(workspace, pseudonym);
  if (!identity) return identity;
  return std::optional(TRY(stores_.open(workspace))->customer_of(*identity));
}
Result<std::optional<uint32_t>> VaultNames::identity_of(const Viewer& viewer, std::string_view identifier) {
  if (!viewer.may(Right::see_identifiers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_identifiers is needed");
  const auto found = TRY(vault_.find(viewer.workspace(), std::span(&identifier, 1)));
  return found.at(0) == 0 ? std::nullopt : std::optional(found.at(0));
}
Result<std::vector<VaultNames::Consent>> VaultNames::consents(const WorkspaceId& workspace, std::span<const uint32_t> customers, std::string_view purpose) {
  const auto asked = std::ranges::find(privacy::purpose_words, purpose);
  if (asked == privacy::purpose_words.end()) return Error::invalid("unknown_purpose", "/purpose", std::string(purpose));
  const auto bit = static_cast<uint8_t>(1u << (asked - privacy::purpose_words.begin()));
  std::vector<uint32_t> identities;
  std::vector<size_t> ends;
  TRY(stores_.open(workspace))->look_at_identities([&](const identity::Graph& graph) {
    for (const uint32_t customer : customers) {
      for (const uint32_t identity : graph.members(customer)) identities.push_back(identity);
      ends.push_back(identities.size());
    }
  });
  const auto said = TRY(consents_.said(workspace, identities));
  std::vector<Consent> out(customers.size());
  for (size_t c = 0, i = 0; c < customers.size(); ++c)
    for (; i < ends[c]; ++i) {
      out[c].denied |= (said[i].denied & bit) != 0;
      out[c].granted |= (said[i].granted & bit) != 0;
    }
  for (auto& one : out) one.granted = one.granted && !one.denied;
  return out;
}
Result<std::optional<std::string>> VaultNames::identifier(const Viewer& viewer, uint32_t customer) {
  // The strongest of the customer's identifiers says most.
  uint32_t best = customer;
  TRY(stores_.open(viewer.workspace()))->look_at_identities([&](const identity::Graph& graph) {
    for (const uint32_t identity : graph.members(customer))
      if (graph.kind(identity) < graph.kind(best)) best = identity;
  });
  auto text = TRY(vault_.identifier(viewer, best));
  if (text) text = std::string(identity::shown(*text).value);
  return text;
}

Result<std::unique_ptr<Composition>> Composition::open(DataFolder folder, connect::ConnectorLimits limits) {
  auto database = TRY(db::Database::open_sqlite(folder.database()));
  auto vault = TRY(privacy::Vault::open(folder.path()));
  auto box = TRY(privacy::SecretBox::open(folder.path()));  // its key was made by the vault
  return std::make_unique<Composition>(std::move(folder), std::move(database), std::move(vault), std::move(box), std::move(limits), Clock::system());
}

namespace {
std::string zone_of(access::Workspaces& workspaces, const WorkspaceId& workspace) {
  if (const auto all = workspaces.all())
    for (const auto& one : *all)
      if (one.id == workspace) return one.time_zone;
  return "UTC";
}
Result<std::vector<std::pair<std::string, std::string>>> sources_of(connect::Sources& sources, const Viewer& viewer) {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto& source : TRY(sources.list(viewer))) out.emplace_back(std::move(source.id), std::move(source.name));
  return out;
}
}  // namespace

Composition::Composition(DataFolder data, std::unique_ptr<db::Database> opened, std::unique_ptr<privacy::Vault> opened_vault, privacy::SecretBox box,
                         connect::ConnectorLimits limits, Clock& clock)
    : folder(std::move(data)),
      database(std::move(opened)),
      vault(std::move(opened_vault)),
      audit(*database, clock),
      tracking_plans(*database, intake_book, audit),
      intake_book(*database, clock, [this](const WorkspaceId& workspace) { return zone_of(workspaces, workspace); }),
      stores(folder.path(), {.joining = [this](const WorkspaceId& workspace) { return identities.joining(workspace); }}, clock),
      accounts(*database, clock),
      workspaces(*database, clock, audit),
      tokens(*database, clock, audit),
      owner(*database, clock),
      jobs(*database, clock,
           [this](const WorkspaceId& workspace, const std::string& principal) { return workspaces.viewer_of(workspace, principal); },
           // Connectors and deliveries wait for others most of the time: so that they keep no import waiting.
           {.workers = 4 + limits.at_once}),
      sources(*database, stores, clock, audit),
      uploads(*database, stores, clock),
      policies(*database, *vault, audit),
      consents(*database, policies, clock),
      corrections(*database, *vault, clock),
      imports({*database, stores, *vault, jobs, workspaces, audit, uploads, sources, clock, &consents, &policies, &intake_book, &tracking_plans, &corrections}),
      hub(stores, *vault, &consents, &policies, &intake_book, &tracking_plans, &corrections),
      quality(stores, intake_book),
      reconciler(*database, stores, intake_book, audit, [this](const Viewer& viewer) { return sources_of(sources, viewer); }),
      live_events(hub, sources, workspaces, clock),
      segments(*database, clock),
      identities(*database, stores, *vault, clock, audit),
      computed(*database, clock, audit, segments),
      panel(*database, clock, audit, workspaces),
      touchpoints(*database, clock, audit),
      names(*vault, stores, consents),
      analysis({.stores = [this](const WorkspaceId& workspace) -> Result<std::shared_ptr<events::EventStore>> { return TRY(stores.open(workspace)); },
                .feeds = stores.feeds(),
                .workspaces = workspaces,
                .touchpoints = touchpoints,
                .segments = segments,
                .computed = computed,
                .panel = panel,
                .audit = audit,
                .names = names,
                .clock = clock},
               {.data = folder.path()}),
      write_keys(*database, clock, audit),
      live_watch({.hub = hub, .vault = *vault, .clock = clock, .wait_until_visible = [this](const WorkspaceId& workspace, uint64_t as_of, std::chrono::milliseconds wait) {
                    return analysis.wait_until(workspace, as_of, wait);
                  }}),
      tracking(write_keys, hub, live_watch, clock),
      secret_box(std::move(box)),
      connectors({*database, stores, jobs, workspaces, audit, uploads, sources, imports, clock, secret_box, std::move(limits)}),
      hook_log(std::make_shared<connect::HookLog>(*database, clock)),
      hooks({.database = *database, .clock = clock, .audit = audit, .workspaces = workspaces, .box = secret_box, .log = hook_log}),
      hook_intake(hooks, hub, live_watch, hook_log, clock),
      events_holder(stores, analysis),
      columns_holder(analysis),
      personal_files(*database, stores, uploads, live_watch),
      personal_rows(*database),
      vault_holder(*vault),
      privacy_requests({.database = *database, .vault = *vault, .jobs = jobs, .workspaces = workspaces, .audit = audit, .clock = clock,
                        .folder = [this](const WorkspaceId& workspace) { return stores.folder(workspace); },
                        .customer_of = [this](const WorkspaceId& workspace, uint32_t identity) -> Result<std::pair<uint32_t, std::vector<uint32_t>>> {
                          const auto store = TRY(stores.open(workspace));
                          const uint32_t customer = store->customer_of(identity);
                          return std::pair(customer, store->identities_of(customer));
                        },
                        .restrict = [this](const WorkspaceId& workspace, const std::vector<uint32_t>& numbers, bool restricted) -> Result<void> {
                          const auto store = TRY(stores.open(workspace));
                          TRY(store->restrict(numbers, restricted));
                          analysis.wait_until(workspace, store->as_of(), std::chrono::seconds(10));
                          return {};
                        },
                        .corrections = corrections,
                        .value = [this](const WorkspaceId& workspace, const privacy::Requests::Parts::Value& value) { return correct_value(stores, analysis, workspace, value); },
                        .identifier = corrected_identifier,
                        .archive = access_archive}),
      retention({.database = *database, .vault = *vault, .jobs = jobs, .workspaces = workspaces, .audit = audit, .clock = clock, .requests = privacy_requests,
                 .affected = [this](const WorkspaceId& workspace, const privacy::RetentionRule& rule, Micros before, bool enforce) {
                   return outlived(stores, analysis, workspace, rule, before, enforce);
                 },
                 .emptied = [this](const WorkspaceId& workspace, const std::vector<uint32_t>& numbers) { return emptied_customers(stores, workspace, numbers); },
                 .forget_joins = [this](const WorkspaceId& workspace, const std::vector<uint32_t>& numbers) -> Result<void> {
                   return TRY(stores.open(workspace))->forget_identities(numbers);
                 }}),
      key_rotation(*vault, jobs, audit),
      privacy_status({.database = *database, .vault = *vault, .audit = audit, .policies = policies, .consents = consents, .requests = privacy_requests, .retention = retention,
                      .restricted = [this](const WorkspaceId& workspace) -> Result<uint64_t> { return TRY(stores.open(workspace))->restricted_count(); }}),
      exports({*database, stores, *vault, jobs, workspaces, audit, clock,
               [this](const Viewer& viewer, const Filter& filter, std::stop_token stop) { return analysis.selected_events(viewer, filter, std::move(stop)); }}),
      kpis(*database, clock, audit, uploads),
      deliveries({.database = *database, .stores = stores, .vault = *vault, .consents = consents, .jobs = jobs, .workspaces = workspaces, .audit = audit, .analysis = analysis,
                  .names = names, .connectors = connectors, .clock = clock, .secrets = secret_box}) {
  intake_book.also([this] {
    if (auto done = tracking_plans.flush(); !done) log_warning("hub", "findings against the tracking plan wait: {}", done.error().code);
  });
  // What answers queries goes first, the vault, which knows who they are, last.
  privacy_requests.hold({&events_holder, &columns_holder, &personal_files, &exports, &deliveries, &personal_rows, &consents, &corrections, &privacy_requests, &vault_holder});
  // A workspace goes from what uses it to what it is made of.
  workspaces.on_delete([this](const WorkspaceId& workspace) { return jobs.forget(workspace); });
  workspaces.on_delete([this](const WorkspaceId& workspace) -> Result<void> {
    write_keys.forget(workspace);
    connectors.forget(workspace);
    deliveries.forget(workspace);
    hooks.forget(workspace);
    hook_log->forget(workspace);
    live_watch.forget(workspace);
    tracking_plans.forget(workspace);
    intake_book.forget(workspace);
    analysis.close(workspace);
    policies.forget(workspace);
    consents.forget(workspace);
    corrections.forget(workspace);
    TRY(touchpoints.forget(workspace));
    TRY(stores.remove(workspace));
    return vault->forget(workspace);
  });
}

Composition::~Composition() {
  deliveries.end();
  connectors.end();
  jobs.end();
}

Result<void> Composition::begin() {
  TRY(imports.recover());
  TRY(connectors.recover());
  TRY(policies.begin());
  TRY(exports.recover());
  TRY(deliveries.recover());
  return jobs.begin();
}

http::Services services_of(Composition& c, http::EventHub& events, http::Upkeep& upkeep) {
  return {.accounts = c.accounts, .workspaces = c.workspaces, .tokens = c.tokens, .audit = c.audit, .jobs = c.jobs, .uploads = c.uploads,
          .imports = c.imports, .sources = c.sources, .live_events = c.live_events, .live_watch = c.live_watch, .connectors = c.connectors, .tracking = c.tracking, .write_keys = c.write_keys, .quality = c.quality, .reconciler = c.reconciler, .tracking_plans = c.tracking_plans, .segments = c.segments, .identities = c.identities, .computed = c.computed, .panel = c.panel, .touchpoints = c.touchpoints,
          .analysis = c.analysis, .events = events, .owner = c.owner, .upkeep = upkeep, .hooks = c.hooks, .hook_intake = c.hook_intake, .policies = c.policies, .consents = c.consents,
          .privacy_requests = c.privacy_requests, .privacy_status = c.privacy_status, .retention = c.retention, .key_rotation = c.key_rotation, .exports = c.exports, .kpis = c.kpis,
          .deliveries = c.deliveries};
}

}  // namespace lotse::cli
