#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "access/audit.h"
#include "access/workspaces.h"
#include "analysis/analysis.h"
#include "base/guarded.h"
#include "connect/connectors.h"
#include "db/database.h"
#include "events/stores.h"
#include "jobs/due_runs.h"
#include "model/holder.h"
#include "outbound/types.h"
#include "privacy/consents.h"
#include "privacy/secret_box.h"
#include "privacy/vault.h"

namespace lotse::outbound {

class ConsentGate;

struct DeliveryRuns {
  std::vector<DeliveryRun> items;  ///< newest first, 50 a page
  std::optional<std::string> next_cursor;
};

/// What Lotse gives to other systems, on a schedule or by hand. A run writes down which range it delivers before it sends anything, and
/// moves on when the receiver has it: what fails, or ends with the server, is delivered again as the same file under the same name, and
/// no event stands in two files. Runs are jobs (kind "deliver") with the rights of whoever set the delivery up last. Erased and restricted
/// customers are in none; those who did not grant the purpose are left out at the moment of delivery. Threads: any.
class Deliveries : public Holder {
 public:
  struct Parts {
    db::Database& database;
    events::Stores& stores;
    privacy::Vault& vault;
    privacy::Consents& consents;
    jobs::Jobs& jobs;
    access::Workspaces& workspaces;
    access::Audit& audit;
    analysis::Analysis& analysis;
    analysis::CustomerNames& names;
    connect::Connectors& connectors;  ///< which hosts and folders may be reached
    const Clock& clock;
    privacy::SecretBox secrets;
    size_t at_once = 2;
    uint64_t events_a_file = 500'000;
    size_t members_a_message = 1'000;
  };
  /// Registers the job kind "deliver"; before Jobs::begin.
  explicit Deliveries(Parts parts);

  /// Settles runs that an earlier process left. Before Jobs::begin.
  Result<void> recover();
  void begin();  ///< after Jobs::begin
  void end();

  /// errors of all below  forbidden (without the rights import_data, analyse and see_customers), delivery_not_found
  Result<std::vector<Delivery>> list(const Viewer& viewer);
  Result<Delivery> get(const Viewer& viewer, std::string_view id);
  /// errors  invalid_cursor
  Result<DeliveryRuns> runs(const Viewer& viewer, std::string_view id, const std::optional<std::string>& cursor);
  /// How many customers a delivery would hold now, and how many would be left out.
  ///   errors  those of `what`
  Result<DeliveryPreview> preview(const Viewer& viewer, const DeliveryWhat& what, std::stop_token stop = {});
  /// It runs at once where it has a schedule.
  ///   errors  invalid_name (/name), delivery_exists (/name), those of `what` (/what/…: purpose_needed, required, source_not_found, not_found,
  ///           not_for_this_kind, forbidden; those of filters), of check_where (/where/…), folder_not_allowed, invalid_schedule, secret_needed,
  ///           invalid_text, invalid_webhook_secret (/secret)
  Result<Delivery> create(const Viewer& viewer, const DeliveryRequest& request);
  /// Its place is kept. errors  likewise; stale; content_fixed (/what/content); secret_needed also where another host is
  ///   named and no secret given
  Result<Delivery> change(const Viewer& viewer, std::string_view id, const DeliveryPatch& patch, const std::optional<std::string>& etag);
  /// What was delivered stays where it is.
  Result<void> remove(const Viewer& viewer, std::string_view id);
  /// errors  delivery_paused, delivery_running
  Result<Delivery> run_now(const Viewer& viewer, std::string_view id);
  Result<Delivery> pause(const Viewer& viewer, std::string_view id);  ///< stops a run, too
  Result<Delivery> resume(const Viewer& viewer, std::string_view id);
  /// The next run delivers everything anew, in further files. errors  delivery_running
  Result<Delivery> restart(const Viewer& viewer, std::string_view id);
  void forget(const WorkspaceId& workspace);

  std::string_view name() const override { return "deliveries"; }
  std::vector<std::string> places() const override { return {"lotse.db: delivery_members", "deliveries"}; }
  Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) override;
  /// Runs are stopped, and begin again without them.
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token stop) override;

 private:
  struct Stored;
  struct Range;
  struct Audience;
  static Result<Stored> stored_of(const db::Row& row);
  Result<Stored> load(const WorkspaceId& workspace, std::string_view id);
  Result<Delivery> shown(const WorkspaceId& workspace, const Stored& stored, const std::map<std::string, std::string>& names);
  Result<Delivery> shown_one(const Viewer& viewer, std::string_view id);
  Result<void> check_what(const Viewer& viewer, const DeliveryWhat& what, DeliveryPlace place);
  Result<void> check(const Viewer& viewer, const DeliveryRequest& request);
  Result<std::string> secret_for(const DeliveryRequest& request, std::optional<std::string>& made);
  Result<std::vector<jobs::DueRuns::Due>> due();
  void refuse(const WorkspaceId& workspace, const std::string& id, const Error& error);
  Result<void> run(jobs::JobContext& context);
  Result<void> deliver(const Viewer& viewer, Stored& stored, DeliveryRun& run, std::stop_token stop);
  std::optional<Range> next_range(const events::DuckStore& store, const Stored& stored);
  Result<void> deliver_range(const Viewer& viewer, Stored& stored, DeliveryRun& run, const Range& range, bool again, Audience& audience, ConsentGate& gate, std::stop_token stop);
  Result<Audience> audience_of(const Viewer& viewer, const Stored& stored, ConsentGate& gate, std::stop_token stop);
  Result<void> move_on(const WorkspaceId& workspace, Stored& stored, const Range& range, bool delivered, std::span<const uint32_t> entered, std::span<const uint32_t> left);
  Result<void> write_run(const WorkspaceId& workspace, const DeliveryRun& run);
  std::filesystem::path spool(const WorkspaceId& workspace) const { return parts_.stores.folder(workspace) / "deliveries"; }

  Parts parts_;
  jobs::DueRuns runs_;
  Guarded<std::map<std::string, std::pair<WorkspaceId, std::stop_source>>> stops_;  ///< of those that run, by dlv_…
};

/// What the person may deliver: errors  forbidden (/what/originals without see_identifiers)
Result<void> may_deliver(const Viewer& viewer, const DeliveryWhat* what = nullptr);

}  // namespace lotse::outbound
