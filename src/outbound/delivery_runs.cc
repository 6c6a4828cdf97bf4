#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "base/ids.h"
#include "base/log.h"
#include "base/wipe.h"
#include "connect/schedule.h"
#include "outbound/consent_gate.h"
#include "outbound/deliveries.h"
#include "outbound/detail/content.h"
#include "outbound/detail/ship.h"
#include "outbound/detail/stored_delivery.h"
#include "outbound/outbound_sql.h"

/// When deliveries run, and what a run does.
namespace lotse::outbound {

namespace fs = std::filesystem;
using connect::RunState;

namespace {
constexpr size_t names_shown = 20;

/// What a file name may hold of a person's words.
std::string plain(const std::string& name) {
  static constexpr std::pair<std::string_view, std::string_view> letters[] = {{"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "ae"}, {"Ö", "oe"}, {"Ü", "ue"}, {"ß", "ss"}};
  std::string out;
  for (size_t i = 0; i < name.size();) {
    const auto known = std::ranges::find_if(letters, [&](const auto& one) { return std::string_view(name).substr(i).starts_with(one.first); });
    if (known != std::end(letters)) {
      out += known->second;
      i += known->first.size();
      continue;
    }
    const auto c = static_cast<unsigned char>(name[i++]);
    if (std::isalnum(c)) out += static_cast<char>(std::tolower(c));
    else if (!out.empty() && out.back() != '-') out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "lotse" : out;
}

/// Writes down what is being delivered, as long as the delivery is the one that was read.
Result<void> note_pending(db::Database& database, const WorkspaceId& workspace, const std::string& id, int64_t version, const std::string& pending) {
  const auto noted = TRY(database.write(workspace, [&](db::Session& s) { return s.execute(sql::delivery_pending, {{":id", id}, {":pending", pending}, {":version", version}}); }));
  if (noted == 0) return Error::make(ErrorKind::cancelled, "cancelled", "the delivery was changed meanwhile");
  return {};
}

/// Removes the file when it goes out of sight: what was delivered, or could not be, is kept nowhere here.
struct Spooled {
  fs::path file;
  ~Spooled() {
    std::error_code none;
    if (fs::exists(file, none))
      if (auto gone = wipe_file(file); !gone) log_warning("outbound", "{} stays: {}", file.string(), gone.error().code);
  }
};
}  // namespace

Deliveries::Deliveries(Parts parts)
    : parts_(std::move(parts)),
      runs_({.jobs = parts_.jobs,
             .kind = "deliver",
             .at_once = parts_.at_once,
             .viewers = [this](const WorkspaceId& workspace, const std::string& principal) { return parts_.workspaces.viewer_of(workspace, principal); },
             .due = [this] { return due(); },
             .refuse = [this](const WorkspaceId& workspace, const std::string& id, const Error& error) { refuse(workspace, id, error); }}) {
  parts_.jobs.handle("deliver", [this](jobs::JobContext& context) { return run(context); });
}

Result<void> Deliveries::recover() {
  std::set<std::string> workspaces;
  for (const auto& row : TRY(parts_.database.read_system([](db::Session& s) { return s.query(sql::runs_left); }))) {
    auto run = TRY(parse_json<DeliveryRun>(row.text(2)));
    run.state = RunState::failed;
    run.error_code = "interrupted";
    run.finished_at = iso_utc(parts_.clock.now());
    TRY(write_run({row.text(0)}, run));
    workspaces.insert(row.text(0));
  }
  std::error_code none;
  for (const auto& id : workspaces)
    for (const auto& left : fs::recursive_directory_iterator(spool({id}), none))
      if (left.is_regular_file(none)) TRY(wipe_file(left.path()));
  return {};
}
void Deliveries::begin() { runs_.begin(); }
void Deliveries::end() { runs_.end(); }
void Deliveries::forget(const WorkspaceId& workspace) { runs_.forget(workspace); }

Result<std::vector<jobs::DueRuns::Due>> Deliveries::due() {
  std::vector<jobs::DueRuns::Due> out;
  for (const auto& row : TRY(parts_.database.read_system([&](db::Session& s) { return s.query(sql::deliveries_due, {{":now", parts_.clock.now().count()}}); })))
    out.push_back({{row.text(0)}, row.text(1), row.text(2)});
  return out;
}

/// Whoever set it up may no longer act here: it waits until somebody takes it over.
void Deliveries::refuse(const WorkspaceId& workspace, const std::string& id, const Error& error) {
  const Micros now = parts_.clock.now();
  DeliveryRun run{.id = new_id("run", now), .started_at = iso_utc(now), .state = RunState::failed};
  run.finished_at = run.started_at;
  run.error_code = error.code;
  run.error_detail = error.detail;
  const auto done = parts_.database.write(workspace, [&](db::Session& s) -> Result<void> {
    const auto rows = TRY(s.query(sql::delivery_get, {{":id", id}}));
    if (rows.empty()) return {};
    TRY(s.execute(sql::delivery_pause, {{":id", id}, {":paused", true}, {":next_run_at", now.count()}, {":created_by", rows[0].text(12)}}));
    TRY(s.execute(sql::run_insert, {{":id", run.id}, {":delivery_id", id}, {":state", word(run.state)}, {":outcome", to_json(run).dump()}}));
    return {};
  });
  log_warning("outbound", "{} is paused: {}{}", id, error.code, done ? "" : ", which could not be noted");
}

Result<void> Deliveries::write_run(const WorkspaceId& workspace, const DeliveryRun& run) {
  TRY(parts_.database.write(workspace, [&](db::Session& s) {
    return s.execute(sql::run_update, {{":id", run.id}, {":state", word(run.state)}, {":outcome", to_json(run).dump()}});
  }));
  return {};
}

Result<void> Deliveries::run(jobs::JobContext& context) {
  const Viewer& viewer = context.viewer();
  const WorkspaceId& workspace = viewer.workspace();
  if (!runs_.claim(context)) return {};
  auto found = load(workspace, context.object());
  if (!found && found.error().kind == ErrorKind::not_found) return {};  // deleted meanwhile
  auto stored = TRY(std::move(found));
  if (stored.paused) return {};
  const Micros begun = parts_.clock.now();
  DeliveryRun run{.id = new_id("run", begun), .started_at = iso_utc(begun)};
  TRY(parts_.database.write(workspace, [&](db::Session& s) -> Result<void> {
    TRY(s.execute(sql::run_insert, {{":id", run.id}, {":delivery_id", stored.id}, {":state", word(run.state)}, {":outcome", to_json(run).dump()}}));
    TRY(s.execute(sql::run_delete_old, {{":delivery_id", stored.id}}));
    return {};
  }));
  context.progress(0, "write");
  std::stop_source stop;
  const std::stop_callback by_job(context.stop(), [&stop] { stop.request_stop(); });
  stops_.with([&](auto& stops) { stops.insert_or_assign(stored.id, std::pair(workspace, stop)); });
  const auto done = deliver(viewer, stored, run, stop.get_token());
  stops_.with([&](auto& stops) { stops.erase(stored.id); });

  const Micros now = parts_.clock.now();
  run.finished_at = iso_utc(now);
  const bool stopped = !done && stop.stop_requested(), by_person = stopped && context.stop().stop_requested() && !context.server_is_ending();
  const bool changed = !done && !stopped && done.error().kind == ErrorKind::cancelled;  // it runs anew as it is now
  run.state = done ? RunState::done : by_person || changed ? RunState::cancelled : RunState::failed;
  if (run.state == RunState::failed) {
    run.error_code = stopped ? "interrupted" : done.error().code;
    run.error_detail = done.error().detail;
  }
  const auto zone = TRY(formats::Zone::find(TRY(parts_.workspaces.settings(viewer)).time_zone));
  const uint64_t failures = done ? 0 : stopped ? stored.failures : stored.failures + 1;
  const connect::Schedule by_hand{.every_minutes = 10'080};  // tried again like any other, then not planned
  std::optional<int64_t> next;
  if (!done) next = (stopped ? now : connect::next_try(stored.schedule.value_or(by_hand), zone, failures, done.error(), now)).count();
  else if (stored.schedule) next = connect::next_planned(*stored.schedule, zone, begun, now).count();
  TRY(write_run(workspace, run));
  TRY(parts_.database.write(workspace, [&](db::Session& s) {
    return s.execute(sql::delivery_ended, {{":id", stored.id},
                                           {":next_run_at", next},
                                           {":failures", failures},
                                           {":current_as_of", done ? std::optional(begun.count()) : std::nullopt},
                                           {":version", stored.version}});
  }));
  return done;
}

std::optional<Deliveries::Range> Deliveries::next_range(const events::DuckStore& store, const Stored& stored) {
  Range out{.sequence = stored.sequence + 1, .after = stored.arrival, .up_to = store.as_of(), .planned_at = parts_.clock.now().count()};
  if (stored.what.content == DeliveryContent::events) out.up_to = std::min(out.up_to, out.after + parts_.events_a_file);
  const bool by_arrival = stored.what.content == DeliveryContent::events || (stored.what.content == DeliveryContent::customers && stored.what.mode == DeliveryMode::changes);
  if (by_arrival && out.up_to <= out.after) return std::nullopt;
  out.attributes = detail::attributes_of(store, stored.what);
  return out;
}

Result<void> Deliveries::deliver(const Viewer& viewer, Stored& stored, DeliveryRun& run, std::stop_token stop) {
  const WorkspaceId& workspace = viewer.workspace();
  TRY(may_deliver(viewer, &stored.what));
  if (stored.where.place == DeliveryPlace::folder) TRY(parts_.connectors.check_folder(stored.where.folder, "/where/folder"));
  const auto store = TRY(parts_.stores.open(workspace));
  if (stored.what.content != DeliveryContent::events && !parts_.analysis.wait_until(workspace, store->as_of(), std::chrono::seconds(30)))
    return Error::make(ErrorKind::unavailable, "columns_loading");
  ConsentGate gate(parts_.consents, *store, workspace, stored.what.purpose);
  Audience audience;
  if (stored.what.content == DeliveryContent::audience) audience = TRY(audience_of(viewer, stored, gate, stop));
  run.again = !stored.pending.empty();
  for (bool more = true; more;) {
    const bool known = !stored.pending.empty();
    const std::optional<Range> range = known ? Range::read(stored.pending) : next_range(*store, stored);
    if (!range) break;
    if (!known) TRY(note_pending(parts_.database, workspace, stored.id, stored.version, stored.pending = range->text()));
    TRY(deliver_range(viewer, stored, run, *range, range->sent, audience, gate, stop));
    run.left_out = gate.left_out();
    TRY(write_run(workspace, run));
    more = stored.what.content == DeliveryContent::events || !audience.entered.empty() || !audience.left.empty();
  }
  return {};
}

/// The members who may be delivered now, against those who were.
Result<Deliveries::Audience> Deliveries::audience_of(const Viewer& viewer, const Stored& stored, ConsentGate& gate, std::stop_token stop) {
  Filter filter;
  filter.segment = stored.what.segment;
  Audience out;
  for (const uint32_t customer : TRY(parts_.analysis.members(viewer, filter, stop)))
    if (TRY(gate.lets(customer))) out.members.push_back(customer);
  std::vector<uint32_t> before;
  for (const auto& row : TRY(parts_.database.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::member_list, {{":delivery_id", stored.id}}); })))
    before.push_back(static_cast<uint32_t>(row.integer(0)));
  std::ranges::set_difference(out.members, before, std::back_inserter(out.entered));
  std::ranges::set_difference(before, out.members, std::back_inserter(out.left));
  return out;
}

Result<void> Deliveries::deliver_range(const Viewer& viewer, Stored& stored, DeliveryRun& run, const Range& range, bool again, Audience& audience, ConsentGate& gate, std::stop_token stop) {
  const WorkspaceId& workspace = viewer.workspace();
  const auto store = TRY(parts_.stores.open(workspace));
  const DeliveryWhat& what = stored.what;
  const bool message = stored.where.place == DeliveryPlace::webhook, changes = what.mode == DeliveryMode::changes;
  const std::string name = fmt::format("{}-{:06}", plain(stored.name), range.sequence);
  detail::Parcel parcel{.name = message ? name : name + (what.format == DeliveryFormat::csv ? ".csv" : ".parquet"), .key = fmt::format("{}-{}", stored.id, range.sequence),
                        .now = parts_.clock.now()};
  Spooled spooled{spool(workspace) / stored.id / parcel.name};
  std::error_code failed;
  fs::create_directories(spooled.file.parent_path(), failed);
  if (failed) return Error::make(ErrorKind::unavailable, failed == std::errc::no_space_on_device ? "disk_full" : "file_not_writable", failed.message());
  const detail::Order order{.viewer = viewer, .what = what, .file = spooled.file, .store = *store, .vault = parts_.vault, .analysis = parts_.analysis, .names = parts_.names,
                            .gate = gate, .after = range.after, .up_to = range.up_to, .attributes = range.attributes, .stop = stop};
  uint64_t rows = 0;
  std::string body;
  std::vector<uint32_t> entered = audience.entered, left = audience.left;
  if (what.content == DeliveryContent::events) {
    rows = TRY(detail::write_events(order));
  } else if (what.content == DeliveryContent::customers) {
    std::vector<uint32_t> customers;
    for (const uint32_t customer : TRY(parts_.analysis.members(viewer, what.filter, stop))) customers.push_back(customer);
    if (changes) {
      std::set<uint32_t> changed;
      TRY(store->scan(range.after, range.up_to, {BuiltinAttribute::channel}, [&](EventColumns&& columns) -> Result<void> {
        changed.insert(columns.customer.begin(), columns.customer.end());
        return {};
      }, stop));
      std::erase_if(customers, [&](uint32_t customer) { return !changed.contains(customer); });
    }
    std::vector<uint32_t> let;
    for (const uint32_t customer : customers)
      if (TRY(gate.lets(customer))) let.push_back(customer);
    rows = TRY(detail::write_customers(order, let));
  } else if (what.content == DeliveryContent::audience && message) {
    entered.resize(std::min(entered.size(), parts_.members_a_message));
    left.resize(std::min(left.size(), parts_.members_a_message - entered.size()));
    nlohmann::json in = nlohmann::json::array(), out = nlohmann::json::array();
    for (const uint32_t customer : entered) in.push_back(TRY(detail::name_of(order, customer)));
    for (const uint32_t customer : left) out.push_back(TRY(detail::name_of(order, customer)));
    body = nlohmann::json{{"type", "audience.changed"},
                          {"timestamp", iso_utc(Micros{range.planned_at})},
                          {"data", {{"delivery", stored.id}, {"segment", what.segment.value_or("")}, {"number", range.sequence}, {"identified_by", what.originals ? "identifier" : "pseudonym"},
                                    {"entered", std::move(in)}, {"left", std::move(out)}}}}
               .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    parcel.body = body;
    rows = entered.size() + left.size();
  } else if (what.content == DeliveryContent::audience) {
    rows = TRY(detail::write_audience(order, changes ? std::span<const uint32_t>(entered) : audience.members, changes ? left : std::span<const uint32_t>(), changes));
  } else {
    rows = TRY(detail::write_result(order));
  }
  if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the run was stopped");
  // Nothing new makes no file; but what an earlier run may have delivered is delivered again as it is now.
  const bool empty = rows == 0 && changes && (!again || message);
  if (!empty) {
    const std::string secret = stored.sealed.empty() ? std::string() : TRY(parts_.secrets.open(workspace, stored.purpose(), stored.sealed));
    parcel.file = message ? fs::path() : spooled.file;
    const uint64_t size = message ? body.size() : fs::file_size(spooled.file);
    if (!again) {
      TRY(detail::check_free(stored.where, parcel.name));
      Range sent = range;
      sent.sent = true;
      TRY(note_pending(parts_.database, workspace, stored.id, stored.version, stored.pending = sent.text()));
    }
    TRY(detail::ship(stored.where, secret, TRY(parts_.connectors.allowed(workspace)), parcel, stop));
    run.rows += rows;
    run.files += 1;
    run.size_bytes += size;
    if (what.content == DeliveryContent::audience) {
      run.entered += entered.size();
      run.left += left.size();
    }
    if (run.names.size() == names_shown) run.names.erase(run.names.begin());
    run.names.push_back(parcel.name);
  }
  TRY(move_on(workspace, stored, range, !empty, entered, left));
  audience.entered.erase(audience.entered.begin(), audience.entered.begin() + static_cast<ptrdiff_t>(entered.size()));
  audience.left.erase(audience.left.begin(), audience.left.begin() + static_cast<ptrdiff_t>(left.size()));
  return {};
}

Result<void> Deliveries::move_on(const WorkspaceId& workspace, Stored& stored, const Range& range, bool delivered, std::span<const uint32_t> entered, std::span<const uint32_t> left) {
  if (delivered) stored.sequence = range.sequence;
  if (stored.what.content == DeliveryContent::events || stored.what.content == DeliveryContent::customers) stored.arrival = range.up_to;
  stored.pending.clear();
  return parts_.database.write(workspace, [&](db::Session& s) -> Result<void> {
    if (TRY(s.execute(sql::delivery_place, {{":id", stored.id}, {":place", stored.place()}, {":version", stored.version}})) == 0)
      return Error::make(ErrorKind::cancelled, "cancelled", "the delivery was changed meanwhile");
    for (const uint32_t customer : entered) TRY(s.execute(sql::member_add, {{":delivery_id", stored.id}, {":customer_no", customer}}));
    for (const uint32_t customer : left) TRY(s.execute(sql::member_remove, {{":delivery_id", stored.id}, {":customer_no", customer}}));
    return {};
  });
}

Result<nlohmann::json> Deliveries::find(const WorkspaceId& workspace, const Subject& subject) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& row : TRY(parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::memberships_of, {{":customer_no", subject.customer}}); })))
    out.push_back({{"audience", row.text(0)}});
  return out;
}

Result<uint64_t> Deliveries::erase(const WorkspaceId& workspace, std::span<const Subject> subjects) {
  // A run may hold them in its file: it ends, and the next one makes it without them.
  const auto running = [&] {
    size_t here = 0;
    stops_.with([&](auto& stops) {
      for (auto& [id, one] : stops)
        if (one.first == workspace) one.second.request_stop(), ++here;
    });
    return here;
  };
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(8);
  while (running() > 0) {
    if (std::chrono::steady_clock::now() >= until) return Error::make(ErrorKind::conflict, "delivery_running", "a delivery does not end");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  uint64_t gone = 0;
  TRY(parts_.database.write(workspace, [&](db::Session& s) -> Result<void> {
    for (const auto& subject : subjects) {
      gone += static_cast<uint64_t>(TRY(s.execute(sql::member_erase, {{":customer_no", subject.customer}})));
      for (const uint32_t identity : subject.identities) gone += static_cast<uint64_t>(TRY(s.execute(sql::member_erase, {{":customer_no", identity}})));
    }
    return {};
  }));
  return gone;
}

Result<void> Deliveries::purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token) {
  TRY(erase(workspace, subjects));
  // What a process that ended in the middle of a run left behind.
  if (stops_.with([&](auto& stops) { return std::ranges::any_of(stops, [&](const auto& one) { return one.second.first == workspace; }); })) return {};
  std::error_code none;
  for (const auto& left : fs::recursive_directory_iterator(spool(workspace), none))
    if (left.is_regular_file(none)) TRY(wipe_file(left.path()));
  return {};
}

}  // namespace lotse::outbound
