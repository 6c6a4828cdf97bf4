#pragma once
#include <map>
#include <memory>
#include <set>

#include "access/audit.h"
#include "base/guarded.h"
#include "hub/intake_book.h"
#include "hub/plan_checker.h"
#include "model/viewer.h"

namespace lotse::hub {

/// The tracking plan of each workspace, and what was found against it. Events that differ from the plan are taken like all
/// others. Threads: any.
class TrackingPlans {
 public:
  TrackingPlans(db::Database& database, IntakeBook& book, access::Audit& audit) : database_(database), book_(book), audit_(audit) {}

  Result<TrackingPlan> get(const Viewer& viewer);
  /// Puts a plan in the place of the present one; what was found against that one is forgotten.
  ///   errors  forbidden, stale (`etag`), plan_too_large (/events), plan_event_without_name and plan_event_twice
  ///           (/events/N/event), plan_property_without_name and plan_property_twice (/events/N/properties/M/name)
  Result<TrackingPlan> put(const Viewer& viewer, const TrackingPlanRequest& plan, const std::optional<std::string>& etag);
  /// Of events that arrived in the last `days` days (1 to 366).  errors  invalid_days_shown
  Result<PlanViolations> violations(const Viewer& viewer, int64_t days);

  /// None where the workspace has no plan. Kept in memory.
  std::shared_ptr<const PlanChecker> checker(const WorkspaceId& workspace);
  /// Notes live findings; written by `flush`.
  void note(const WorkspaceId& workspace, Day arrived, const PlanFindings& findings);
  /// Notes an import's; durable when it returns.
  Result<void> note_import(const WorkspaceId& workspace, std::string_view import, Day arrived, const PlanFindings& findings);
  Result<void> forget_import(const WorkspaceId& workspace, std::string_view import);
  void forget(const WorkspaceId& workspace);
  Result<void> flush();

 private:
  struct Kept {
    std::map<WorkspaceId, std::shared_ptr<const PlanChecker>> checkers;  ///< null: known to have no plan
    std::map<WorkspaceId, std::map<Day, PlanFindings>> waiting;
    std::set<WorkspaceId> gone;
    uint64_t changes = 0;
  };
  Result<void> write(const WorkspaceId& workspace, std::string_view batch, Day arrived, const PlanFindings& findings);

  db::Database& database_;
  IntakeBook& book_;
  access::Audit& audit_;
  Guarded<Kept> kept_;
};

}  // namespace lotse::hub
