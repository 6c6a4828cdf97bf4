#include "privacy/retention.h"

#include <algorithm>
#include <chrono>

#include "base/ids.h"
#include "base/log.h"
#include "base/time.h"
#include "privacy/detail/rights.h"
#include "privacy/privacy_sql.h"

namespace lotse::privacy {

namespace {
using namespace std::chrono_literals;
constexpr int64_t months_max = 600;
constexpr Micros daily_at = 2h;  // UTC: night in Europe
constexpr Micros one_day = 24h;

Result<void> check(const RetentionRule& rule) {
  if (rule.months < 1 || rule.months > months_max) return Error::invalid("months_out_of_range", "/months", "1 to 600 are expected");
  return {};
}
/// The begin of the day so many months ago (UTC); where that month is shorter, its last day.
Micros months_before(Micros now, int64_t months) {
  using namespace std::chrono;
  const year_month_day today{floor<days>(sys_time<Micros>(now))};
  auto then = today - std::chrono::months(months);
  if (!then.ok()) then = then.year() / then.month() / last;
  return duration_cast<Micros>(sys_days(then).time_since_epoch());
}
}  // namespace

struct Retention::Stored {
  std::string id, state, begun_by;
  int64_t begun_at = 0;
  std::optional<int64_t> finished_at;
  std::vector<RetentionEffect> effects;
  std::vector<uint32_t> candidates;  ///< identities that may have lost their last event
  std::optional<std::string> error_code;
};

namespace {
template <class T>
Result<std::vector<T>> list_of(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) return Error::make(ErrorKind::internal, "database_broken", "a run of the retention rules cannot be read");
  std::vector<T> out;
  for (const auto& one : json) {
    if constexpr (std::is_integral_v<T>) out.push_back(one.get<T>());
    else out.push_back(TRY(parse_json<T>(one.dump())));
  }
  return out;
}
}  // namespace

Retention::Retention(Parts parts) : parts_(std::move(parts)) {
  parts_.jobs.handle("retention", [this](jobs::JobContext& context) {
    return run(context.viewer().workspace(), context.object(), [&](double share, std::string_view stage) { context.progress(share, stage); }, context.stop());
  });
}

Result<std::vector<RetentionRule>> Retention::rules(const WorkspaceId& workspace) {
  std::vector<RetentionRule> out;
  for (const auto& row : TRY(parts_.database.read(workspace, [](db::Session& s) { return s.query(sql::retention_list); })))
    out.push_back({.kind = from_word<RetentionKind>(row.text(0)).value_or(RetentionKind::source), .subject = row.text(1), .months = row.integer(2)});
  return out;
}

Result<RetentionOverview> Retention::overview(const Viewer& viewer) {
  TRY(detail::may_change(viewer));
  RetentionOverview out{.rules = TRY(rules(viewer.workspace()))};
  const auto names = TRY(parts_.workspaces.names(viewer));
  for (const auto& row : TRY(parts_.database.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::retention_runs); }))) {
    RetentionRun run{.id = row.text(0), .state = row.text(1), .begun_by = row.text(2), .begun_at = iso_utc(Micros{row.integer(3)})};
    if (const auto name = names.find(run.begun_by); name != names.end()) run.begun_by = name->second;
    if (const auto at = row.optional_integer(4)) run.finished_at = iso_utc(Micros{*at});
    run.effects = TRY(list_of<RetentionEffect>(row.text(5)));
    run.error_code = row.optional_text(7);
    out.runs.push_back(std::move(run));
  }
  return out;
}

Result<RetentionEffect> Retention::effect_of(const WorkspaceId& workspace, const RetentionRule& rule, bool enforce, std::vector<uint32_t>* identities) {
  const Micros before = months_before(parts_.clock.now(), rule.months);
  auto found = TRY(parts_.affected(workspace, rule, before, enforce));
  if (identities) *identities = std::move(found.identities);
  return RetentionEffect{.rule = rule, .events = found.events, .customers = found.customers, .emptied = std::nullopt, .before = iso_utc(before)};
}

Result<RetentionEffect> Retention::preview(const Viewer& viewer, const RetentionRule& rule) {
  TRY(detail::may_change(viewer));
  TRY(check(rule));
  return effect_of(viewer.workspace(), rule, false, nullptr);
}

Result<RetentionOverview> Retention::put(const Viewer& viewer, const RetentionRule& rule) {
  TRY(detail::may_change(viewer));
  TRY(check(rule));
  TRY(effect_of(viewer.workspace(), rule, false, nullptr));  // says where there is no such subject
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& s) -> Result<void> {
    TRY(s.execute(sql::retention_put, {{":kind", word(rule.kind)}, {":subject", rule.subject}, {":months", rule.months}, {":by", viewer.principal()}, {":now", parts_.clock.now().count()}}));
    return parts_.audit.note(s, viewer.principal(), "privacy.retention", rule.subject, {{"months", rule.months}});
  }));
  return overview(viewer);
}

Result<RetentionOverview> Retention::remove(const Viewer& viewer, RetentionKind kind, std::string_view subject) {
  TRY(detail::may_change(viewer));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& s) -> Result<void> {
    if (TRY(s.execute(sql::retention_delete, {{":kind", word(kind)}, {":subject", subject}})) == 0) return Error::make(ErrorKind::not_found, "retention_rule_not_found", std::string(subject));
    return parts_.audit.note(s, viewer.principal(), "privacy.retention", std::string(subject), {{"months", nullptr}});
  }));
  return overview(viewer);
}

Result<std::string> Retention::begin_run(const WorkspaceId& workspace, const std::string& principal) {
  const Micros now = parts_.clock.now();
  const std::string id = new_id("rr", now);
  TRY(parts_.database.write(workspace, [&](db::Session& s) -> Result<void> {
    TRY(s.execute(sql::retention_run_insert, {{":id", id}, {":by", principal}, {":now", now.count()}}));
    if (!principal.empty()) TRY(parts_.audit.note(s, principal, "privacy.retention_run", id, {}));
    return {};
  }));
  return id;
}

Result<RetentionRun> Retention::start(const Viewer& viewer) {
  TRY(detail::may_change(viewer));
  if (TRY(rules(viewer.workspace())).empty()) return Error::make(ErrorKind::conflict, "no_retention_rules", "there is nothing to enforce");
  const auto id = TRY(begin_run(viewer.workspace(), viewer.principal()));
  if (auto job = parts_.jobs.start(viewer, "retention", id); !job) log_warning("privacy", "{} waits: {}", id, job.error().code);  // look_after takes it up
  for (auto& run : TRY(overview(viewer)).runs)
    if (run.id == id) return run;
  return Error::make(ErrorKind::internal, "database_broken", "the run was not stored");
}

Result<int64_t> Retention::open(const WorkspaceId& workspace, const std::vector<std::string>& sources) {
  std::set<std::string> ruled;
  for (auto& rule : TRY(rules(workspace)))
    if (rule.kind == RetentionKind::source) ruled.insert(rule.subject);
  auto out = static_cast<int64_t>(std::ranges::count_if(sources, [&](const auto& id) { return !ruled.contains(id); }));
  const auto runs = TRY(parts_.database.read(workspace, [](db::Session& s) { return s.query(sql::retention_runs); }));
  return out + (!runs.empty() && runs[0].text(1) == "failed");
}

Result<void> Retention::save(const WorkspaceId& workspace, const Stored& stored) {
  nlohmann::json effects = nlohmann::json::array();
  for (const auto& one : stored.effects) effects.push_back(to_json(one));
  TRY(parts_.database.write(workspace, [&](db::Session& s) {
    return s.execute(sql::retention_run_update, {{":id", stored.id}, {":state", stored.state}, {":finished_at", stored.finished_at}, {":effects", effects.dump()},
                                                 {":emptied", nlohmann::json(stored.candidates).dump()}, {":error_code", stored.error_code}});
  }));
  return {};
}

Result<void> Retention::run(const WorkspaceId& workspace, const std::string& id, const std::function<void(double, std::string_view)>& progress, std::stop_token stop) {
  {
    std::lock_guard lock(mutex_);
    if (!running_.insert(id).second) return {};  // somebody is at it
  }
  const auto done = parts_.requests.alone([&]() -> Result<void> {
    const auto rows = TRY(parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::retention_run_get, {{":id", id}}); }));
    if (rows.empty() || rows[0].text(1) != "running") return {};
    Stored stored{.id = id, .state = "running", .begun_by = rows[0].text(2), .begun_at = rows[0].integer(3), .finished_at = {}, .effects = TRY(list_of<RetentionEffect>(rows[0].text(5))),
                  .candidates = TRY(list_of<uint32_t>(rows[0].text(6))), .error_code = {}};
    const auto worked = work(workspace, stored, progress, stop);
    if (worked || stop.stop_requested()) return worked;
    log_warning("privacy", "{}: {} {}", id, worked.error().code, worked.error().detail);
    stored.state = "failed";
    stored.error_code = worked.error().code;
    stored.finished_at = parts_.clock.now().count();
    TRY(save(workspace, stored));
    return worked;
  });
  std::lock_guard lock(mutex_);
  running_.erase(id);
  return done;
}

Result<void> Retention::work(const WorkspaceId& workspace, Stored& stored, const std::function<void(double, std::string_view)>& progress, std::stop_token stop) {
  const auto all = TRY(rules(workspace));
  for (size_t i = 0; i < all.size(); ++i) {
    const auto& rule = all[i];
    if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the server ends");
    progress(0.4 * static_cast<double>(i) / static_cast<double>(all.size()), "hide");
    std::vector<uint32_t> identities;
    auto effect = effect_of(workspace, rule, false, &identities);
    if (!effect && effect.error().code == "subject_not_found") continue;  // its last import was undone
    if (!effect) return effect.error();
    auto known = std::ranges::find_if(stored.effects, [&](const auto& one) { return one.rule.kind == rule.kind && one.rule.subject == rule.subject; });
    if (known == stored.effects.end()) known = stored.effects.insert(stored.effects.end(), {.rule = rule, .events = 0, .customers = 0, .emptied = std::nullopt, .before = effect->before});
    if (effect->events == 0) continue;
    // Whose last event it may be is noted before the events go: a server that is killed in between still knows it.
    if (rule.kind == RetentionKind::source) {
      stored.candidates.insert(stored.candidates.end(), identities.begin(), identities.end());
      std::ranges::sort(stored.candidates);
      stored.candidates.erase(std::unique(stored.candidates.begin(), stored.candidates.end()), stored.candidates.end());
    }
    const uint64_t events = known->events, customers = known->customers;
    known->events += effect->events;
    known->customers += effect->customers;
    TRY(save(workspace, stored));
    const auto gone = TRY(effect_of(workspace, rule, true, nullptr));
    known->events = events + gone.events;
    known->customers = customers + gone.customers;
    TRY(save(workspace, stored));
  }
  // Of customers without any event the rest goes, too; without a tombstone, for they did not ask to be kept out.
  auto empty = stored.candidates.empty() ? std::vector<Subject>{} : TRY(parts_.emptied(workspace, stored.candidates));
  std::vector<uint32_t> identities;
  for (auto& subject : empty) {
    subject.pseudonym = parts_.vault.pseudonym(workspace, subject.customer);
    subject.identifiers = TRY(parts_.vault.originals(workspace, subject.identities));
    identities.insert(identities.end(), subject.identities.begin(), subject.identities.end());
  }
  if (!empty.empty()) {
    for (Holder* holder : parts_.requests.holders())
      if (holder->name() != "events" && holder->name() != "columns" && holder->name() != "vault") TRY(holder->erase(workspace, empty));
    TRY(parts_.forget_joins(workspace, identities));
    const auto first = std::ranges::find_if(stored.effects, [](const auto& e) { return e.rule.kind == RetentionKind::source && e.events > 0; });
    if (first != stored.effects.end()) first->emptied = empty.size();
  }
  double step = 0;
  const bool any = std::ranges::any_of(stored.effects, [](const auto& one) { return one.events > 0; });
  if (any)
    for (Holder* holder : parts_.requests.holders()) {
      if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the server ends");
      progress(0.5 + 0.45 * step++ / static_cast<double>(parts_.requests.holders().size()), "rewrite");
      if (holder->name() == "vault" && !identities.empty()) TRY(parts_.vault.retire(workspace, identities));
      TRY(holder->purge(workspace, empty, stop));
    }
  if (any) TRY(parts_.database.scrub());
  stored.candidates.clear();
  stored.state = "done";
  stored.finished_at = parts_.clock.now().count();
  TRY(save(workspace, stored));
  progress(1, "rewrite");
  return {};
}

void Retention::look_after(std::stop_token stop) {
  const auto nothing = [](double, std::string_view) {};
  const auto unfinished = parts_.database.read_system([](db::Session& s) { return s.query(sql::retention_unfinished); });
  if (!unfinished) return log_warning("privacy", "{}", unfinished.error().detail);
  for (const auto& row : *unfinished) {
    if (stop.stop_requested()) return;
    (void)run({row.text(0)}, row.text(1), nothing, stop);  // says itself what went wrong
  }
  const Micros now = parts_.clock.now();
  Micros since = now / one_day * one_day + daily_at;
  if (since > now) since -= one_day;
  const auto due = parts_.database.read_system([&](db::Session& s) { return s.query(sql::retention_due, {{":since", since.count()}}); });
  if (!due) return log_warning("privacy", "{}", due.error().detail);
  for (const auto& row : *due) {
    if (stop.stop_requested()) return;
    const auto id = begin_run({row.text(0)}, "");
    if (id) (void)run({row.text(0)}, *id, nothing, stop);
    else log_warning("privacy", "{}", id.error().detail);
  }
}

}  // namespace lotse::privacy
