#include "hub/tracking_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "hub/hub_sql.h"

namespace lotse::hub {
namespace {
constexpr size_t events_max = 1000, properties_max = 200, planned_name_bytes_max = 400, waiting_max = 50'000;
constexpr int64_t drift_days_max = 366;

Result<void> check(const TrackingPlanRequest& plan) {
  if (plan.events.size() > events_max) return Error::invalid("plan_too_large", "/events", "at most 1,000 events");
  std::set<std::string_view> events;
  for (size_t e = 0; e < plan.events.size(); ++e) {
    const auto& event = plan.events[e];
    const std::string at = fmt::format("/events/{}", e);
    if (event.event.empty() || event.event.size() > planned_name_bytes_max) return Error::invalid("plan_event_without_name", at + "/event", "1 to 400 bytes are expected");
    if (!events.insert(event.event).second) return Error::invalid("plan_event_twice", at + "/event", event.event);
    if (event.properties.size() > properties_max) return Error::invalid("plan_too_large", at + "/properties", "at most 200 properties");
    std::set<std::string_view> properties;
    for (size_t p = 0; p < event.properties.size(); ++p) {
      const auto& property = event.properties[p];
      const std::string field = fmt::format("{}/properties/{}/name", at, p);
      if (property.name.empty() || property.name.size() > planned_name_bytes_max) return Error::invalid("plan_property_without_name", field, "1 to 400 bytes are expected");
      if (!properties.insert(property.name).second) return Error::invalid("plan_property_twice", field, property.name);
    }
  }
  return {};
}

Result<TrackingPlan> read_plan(db::Session& session) {
  const auto rows = TRY(session.query(sql::plan_get));
  if (rows.empty()) return TrackingPlan{.etag = "0"};
  return TrackingPlan{.plan = TRY(parse_json<TrackingPlanRequest>(rows[0].text(0))),
                      .etag = std::to_string(rows[0].integer(1)),
                      .changed_at = iso_utc(Micros{rows[0].integer(2)}),
                      .changed_by = rows[0].text(3)};
}
}  // namespace

Result<TrackingPlan> TrackingPlans::get(const Viewer& viewer) {
  return database_.read(viewer.workspace(), [](db::Session& session) { return read_plan(session); });
}

Result<TrackingPlan> TrackingPlans::put(const Viewer& viewer, const TrackingPlanRequest& plan, const std::optional<std::string>& etag) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  TRY(check(plan));
  auto out = TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<TrackingPlan> {
    const auto now = TRY(read_plan(session));
    if (etag && *etag != now.etag) return Error::make(ErrorKind::stale, "stale", "somebody else changed the plan");
    TRY(session.execute(sql::plan_put, {{":plan", to_json(plan).dump()}, {":changed_by", viewer.principal()}, {":changed_at", book_.now().count()}}));
    TRY(session.execute(sql::finding_forget_all));
    TRY(audit_.note(session, viewer.principal(), "tracking_plan.change", viewer.workspace().value, {{"events", plan.events.size()}}));
    return read_plan(session);
  }));
  kept_.with([&](Kept& kept) {
    kept.checkers.erase(viewer.workspace());
    kept.waiting.erase(viewer.workspace());
    ++kept.changes;
  });
  return out;
}

std::shared_ptr<const PlanChecker> TrackingPlans::checker(const WorkspaceId& workspace) {
  uint64_t changes = 0;
  const auto known = kept_.with([&](Kept& kept) -> std::optional<std::shared_ptr<const PlanChecker>> {
    changes = kept.changes;
    const auto at = kept.checkers.find(workspace);
    return at == kept.checkers.end() ? std::nullopt : std::optional(at->second);
  });
  if (known) return *known;
  auto plan = database_.read(workspace, [](db::Session& session) { return read_plan(session); });
  if (!plan) {
    log_warning("hub", "the tracking plan was not read: {} {}", plan.error().code, plan.error().detail);
    return nullptr;
  }
  const bool none = plan->etag == "0" || (plan->plan.events.empty() && !plan->plan.only_these_events);
  const auto made = none ? nullptr : std::make_shared<const PlanChecker>(std::move(plan->plan));
  // Where it was changed meanwhile, the next caller reads the new one.
  kept_.with([&](Kept& kept) {
    if (kept.changes == changes) kept.checkers[workspace] = made;
  });
  return made;
}

void TrackingPlans::note(const WorkspaceId& workspace, Day arrived, const PlanFindings& findings) {
  if (findings.counts.empty()) return;
  kept_.with([&](Kept& kept) {
    // A flood of new event types must not fill the memory; the counts go on a second later.
    if (kept.gone.contains(workspace)) return;
    if (auto& waiting = kept.waiting[workspace][arrived]; waiting.counts.size() < waiting_max) waiting.add(findings);
  });
}

Result<void> TrackingPlans::write(const WorkspaceId& workspace, std::string_view batch, Day arrived, const PlanFindings& findings) {
  return database_.write(workspace, [&](db::Session& session) -> Result<void> {
    for (const auto& [key, one] : findings.counts) {
      const auto& [source, event, property, kind] = key;
      TRY(session.execute(sql::finding_add, {{":source_id", source},
                                             {":arrived_day", arrived},
                                             {":batch", batch},
                                             {":event_type", event},
                                             {":property", property},
                                             {":kind", word(kind)},
                                             {":events", one.events},
                                             {":example", one.example}}));
    }
    return {};
  });
}

Result<void> TrackingPlans::flush() {
  const auto all = kept_.with([](Kept& kept) { return std::exchange(kept.waiting, {}); });
  Result<void> out;
  for (const auto& [workspace, days] : all)
    for (const auto& [day, findings] : days)
      if (auto done = write(workspace, "", day, findings); !done) {
        note(workspace, day, findings);
        out = done;
      }
  return out;
}

Result<void> TrackingPlans::note_import(const WorkspaceId& workspace, std::string_view import, Day arrived, const PlanFindings& findings) {
  if (findings.counts.empty()) return {};
  return write(workspace, import, arrived, findings);
}

Result<void> TrackingPlans::forget_import(const WorkspaceId& workspace, std::string_view import) {
  TRY(database_.write(workspace, [&](db::Session& session) { return session.execute(sql::finding_forget_batch, {{":batch", import}}); }));
  return {};
}

void TrackingPlans::forget(const WorkspaceId& workspace) {
  kept_.with([&](Kept& kept) {
    kept.gone.insert(workspace);
    kept.waiting.erase(workspace);
    kept.checkers.erase(workspace);
  });
}

Result<PlanViolations> TrackingPlans::violations(const Viewer& viewer, int64_t days) {
  if (days < 1 || days > drift_days_max) return Error::invalid("invalid_days_shown", "/days", "1 to 366 days can be shown");
  TRY(flush());
  const Day to = book_.days(viewer.workspace()).of(book_.now()), from = to - static_cast<Day>(days) + 1;
  PlanViolations out{.from = LocalDays::text(from), .to = LocalDays::text(to)};
  std::map<std::pair<std::string, std::string>, uint64_t> checked;
  std::map<PlanFindings::Key, PlanViolation> found;
  for (const auto& row : TRY(database_.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::finding_list, {{":from", from}, {":to", to}}); }))) {
    const auto kind = from_word<FindingKind>(row.text(4));
    const auto events = static_cast<uint64_t>(row.integer(5));
    if (!kind) continue;
    if (*kind == FindingKind::checked) {
      checked[{row.text(0), row.text(2)}] += events;
      out.checked += events;
      continue;
    }
    auto& one = found[{row.text(0), row.text(2), row.text(3), *kind}];
    one.source = row.text(0);
    one.event = row.text(2);
    one.kind = *kind;
    if (!row.text(3).empty()) one.property = row.text(3);
    if (!row.text(6).empty()) one.example = row.text(6);
    one.events += events;
    one.last_day = LocalDays::text(static_cast<Day>(row.integer(1)));  // rows come by day
  }
  for (auto& [key, one] : found) {
    one.checked = checked[{one.source, one.event}];
    out.violations.push_back(std::move(one));
  }
  std::ranges::stable_sort(out.violations, std::greater{}, &PlanViolation::events);
  return out;
}

}  // namespace lotse::hub
