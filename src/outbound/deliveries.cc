#include "outbound/deliveries.h"

#include <algorithm>

#include "base/ids.h"
#include "connect/hook_checks.h"
#include "connect/names.h"
#include "connect/schedule.h"
#include "net/http.h"
#include "outbound/consent_gate.h"
#include "outbound/detail/ship.h"
#include "outbound/detail/stored_delivery.h"
#include "outbound/outbound_sql.h"

namespace lotse::outbound {

namespace {
Error not_found(std::string_view id) { return Error::make(ErrorKind::not_found, "delivery_not_found", std::string(id)); }
std::string schedule_text(const std::optional<connect::Schedule>& schedule) { return schedule ? to_json(*schedule).dump() : std::string(); }
bool of_customers(DeliveryContent content) { return content == DeliveryContent::customers || content == DeliveryContent::audience; }
bool is_result(DeliveryContent content) { return content != DeliveryContent::events && !of_customers(content); }

/// Whom the secret is given to: where that changes, it is asked for again.
Result<std::string> receiver(const DeliveryWhere& where) {
  if (where.place != DeliveryPlace::http) return std::string(word(where.place));
  return net::origin_of(where.url);
}
}  // namespace

Result<void> may_deliver(const Viewer& viewer, const DeliveryWhat* what) {
  // Events and customers are read from the store, which knows no scope; and deliveries go on when nobody looks.
  if (viewer.scope().restricted()) return Error::make(ErrorKind::forbidden, "beyond_restriction", "deliveries show the whole");
  for (const Right right : {Right::import_data, Right::analyse, Right::see_customers})
    if (!viewer.may(right)) return Error::make(ErrorKind::forbidden, "forbidden", std::string(word(right)) + " is needed");
  if (!what) return {};
  if (what->originals && !viewer.may(Right::see_identifiers)) return Error{ErrorKind::forbidden, "forbidden", "/what/originals", "see_identifiers is needed"};
  return {};
}

Result<Deliveries::Stored> Deliveries::stored_of(const db::Row& row) {
  Stored out;
  out.id = row.text(0);
  out.name = row.text(1);
  out.what = TRY(parse_json<DeliveryWhat>(row.text(2)));
  out.where = TRY(parse_json<DeliveryWhere>(row.text(3)));
  if (const auto schedule = row.text(4); !schedule.empty()) out.schedule = TRY(parse_json<connect::Schedule>(schedule));
  out.sealed = row.text(5);
  out.paused = row.integer(6) != 0;
  const auto place = nlohmann::json::parse(row.text(7), nullptr, false);
  if (!place.is_object()) return Error::make(ErrorKind::internal, "database_broken", "the place of " + out.id);
  out.arrival = place.at("arrival");
  out.sequence = place.at("sequence");
  out.pending = row.text(8);
  out.next_run_at = row.optional_integer(9);
  out.failures = static_cast<uint64_t>(row.integer(10));
  out.current_as_of = row.optional_integer(11);
  out.created_by = row.text(12);
  out.created_at = row.integer(13);
  out.version = row.integer(14);
  if (!row.is_null(15)) out.last_run = TRY(parse_json<DeliveryRun>(row.text(15)));
  return out;
}

Result<Deliveries::Stored> Deliveries::load(const WorkspaceId& workspace, std::string_view id) {
  const auto rows = TRY(parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::delivery_get, {{":id", id}}); }));
  if (rows.empty()) return not_found(id);
  return stored_of(rows.front());
}

Result<Delivery> Deliveries::shown(const WorkspaceId& workspace, const Stored& stored, const std::map<std::string, std::string>& names) {
  Delivery out{.id = stored.id, .name = stored.name, .created_at = iso_utc(Micros{stored.created_at}), .what = stored.what, .where = stored.where, .schedule = stored.schedule};
  if (const auto it = names.find(stored.created_by); it != names.end()) out.created_by = it->second;
  out.etag = std::to_string(stored.version);
  out.has_secret = !stored.sealed.empty();
  out.paused = stored.paused;
  out.running = runs_.running(stored.id);
  out.failures = stored.failures;
  out.delivered = stored.sequence;
  if (stored.what.content == DeliveryContent::events) {
    const uint64_t as_of = TRY(parts_.stores.open(workspace))->as_of();
    out.waiting = as_of > stored.arrival ? as_of - stored.arrival : 0;
  }
  if (!stored.paused && stored.next_run_at) out.next_run_at = iso_utc(Micros{*stored.next_run_at});
  if (stored.current_as_of) {
    out.current_as_of = iso_utc(Micros{*stored.current_as_of});
    out.lag = seconds(parts_.clock.now() - Micros{*stored.current_as_of});
  }
  out.last_run = stored.last_run;
  return out;
}

Result<std::vector<Delivery>> Deliveries::list(const Viewer& viewer) {
  TRY(may_deliver(viewer));
  const auto names = TRY(parts_.workspaces.names(viewer));
  std::vector<Delivery> out;
  for (const auto& row : TRY(parts_.database.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::delivery_list); })))
    out.push_back(TRY(shown(viewer.workspace(), TRY(stored_of(row)), names)));
  return out;
}

Result<Delivery> Deliveries::shown_one(const Viewer& viewer, std::string_view id) {
  return shown(viewer.workspace(), TRY(load(viewer.workspace(), id)), TRY(parts_.workspaces.names(viewer)));
}
Result<Delivery> Deliveries::get(const Viewer& viewer, std::string_view id) {
  TRY(may_deliver(viewer));
  return shown_one(viewer, id);
}

Result<DeliveryRuns> Deliveries::runs(const Viewer& viewer, std::string_view id, const std::optional<std::string>& cursor) {
  TRY(may_deliver(viewer));
  if (cursor && !is_id(*cursor, "run")) return Error::invalid("invalid_cursor", "/cursor", "the next_cursor of an earlier answer is expected");
  TRY(load(viewer.workspace(), id));
  DeliveryRuns out;
  for (const auto& row : TRY(parts_.database.read(viewer.workspace(), [&](db::Session& s) {
         return s.query(sql::run_page, {{":delivery_id", id}, {":before", cursor.value_or("run_~")}});
       }))) {
    if (out.items.size() == 50) {
      out.next_cursor = out.items.back().id;
      break;
    }
    out.items.push_back(TRY(parse_json<DeliveryRun>(row.text(0))));
  }
  return out;
}

Result<void> Deliveries::check_what(const Viewer& viewer, const DeliveryWhat& what, DeliveryPlace place) {
  TRY(may_deliver(viewer, &what));
  const auto unfit = [](const char* field, const char* why) { return Error::invalid("not_for_this_kind", field, why); };
  if (of_customers(what.content) && !what.purpose) return Error::invalid("purpose_needed", "/what/purpose", "for which purpose the customers are delivered");
  if (is_result(what.content) && (what.purpose || what.originals)) return unfit("/what/purpose", "results hold no customers");
  if (what.content == DeliveryContent::events && what.mode == DeliveryMode::whole) return unfit("/what/mode", "each event is delivered once");
  if (is_result(what.content) && what.mode == DeliveryMode::changes) return unfit("/what/mode", "results are delivered whole");
  if (place == DeliveryPlace::webhook && (what.content != DeliveryContent::audience || what.mode != DeliveryMode::changes))
    return unfit("/where/place", "a webhook tells who entered an audience and who left it");
  if (what.source && what.content != DeliveryContent::events) return unfit("/what/source", "only for events");
  if (what.segment && what.content != DeliveryContent::audience) return unfit("/what/segment", "only for audiences");
  if (what.content == DeliveryContent::audience && !what.segment) return Error::invalid("required", "/what/segment", "whose members are delivered");
  if (what.content == DeliveryContent::audience || what.content == DeliveryContent::events) {
    if (to_json(what.filter) != to_json(Filter{})) return unfit("/what/filter", "only for customers and results");
  }
  if (what.source) {
    const auto dictionary = TRY(parts_.stores.open(viewer.workspace()))->dictionary();
    if (std::ranges::find(dictionary->sources, *what.source, &events::SourceName::id) == dictionary->sources.end())
      return Error{ErrorKind::not_found, "source_not_found", "/what/source", *what.source};
  }
  if (what.content == DeliveryContent::events) return {};
  Filter filter = what.filter;
  if (what.segment) filter.segment = *what.segment;
  auto tried = parts_.analysis.audience(viewer, {filter});
  if (tried) return {};
  Error error = tried.error();
  const auto move = [&](std::string& field) {
    if (field.starts_with("/filter")) field = what.segment ? "/what/segment" : "/what" + field;
  };
  move(error.field);
  for (auto& more : error.more) move(more.field);
  return error;
}

Result<DeliveryPreview> Deliveries::preview(const Viewer& viewer, const DeliveryWhat& what, std::stop_token stop) {
  TRY(check_what(viewer, what, DeliveryPlace::folder));
  if (!of_customers(what.content)) return Error::invalid("not_for_this_kind", "/what/content", "customers and audiences alone");
  Filter filter = what.filter;
  if (what.segment) filter.segment = *what.segment;
  const auto members = TRY(parts_.analysis.members(viewer, filter, stop));
  const auto store = TRY(parts_.stores.open(viewer.workspace()));
  ConsentGate gate(parts_.consents, *store, viewer.workspace(), what.purpose);
  DeliveryPreview out;
  for (const uint32_t customer : members) out.customers += TRY(gate.lets(customer));
  out.left_out = gate.left_out();
  return out;
}

Result<void> Deliveries::check(const Viewer& viewer, const DeliveryRequest& request) {
  TRY(may_deliver(viewer, &request.what));
  TRY(connect::checked_name(request.name, "/name"));
  TRY(detail::check_where(request.where));
  if (request.where.place == DeliveryPlace::folder) TRY(parts_.connectors.check_folder(request.where.folder, "/where/folder"));
  if (request.schedule) TRY(connect::check_schedule(*request.schedule, "/schedule"));
  if (request.secret) {
    const bool controls = std::ranges::any_of(*request.secret, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
    if (controls || request.secret->size() > 8000) return Error::invalid("invalid_text", "/secret", "one line of at most 8,000 bytes is expected");
    if (request.where.place == DeliveryPlace::webhook && !request.secret->empty()) TRY(connect::check_secret(connect::HookCheck::standard, *request.secret));
  }
  return check_what(viewer, request.what, request.where.place);
}

/// The secret to store; a webhook's is made here where none was given.
Result<std::string> Deliveries::secret_for(const DeliveryRequest& request, std::optional<std::string>& made) {
  std::string secret = request.secret.value_or("");
  if (request.where.place == DeliveryPlace::folder || (request.where.place == DeliveryPlace::http && request.where.sign_in == DeliverySignIn::none)) return std::string();
  if (!secret.empty()) return secret;
  if (request.where.place == DeliveryPlace::http) return Error::invalid("secret_needed", "/secret", "a secret is needed to sign in");
  made = connect::make_secret(connect::HookCheck::standard);
  return *made;
}

namespace {
Error name_taken(Error error) { return error.code == "already_exists" ? Error{ErrorKind::conflict, "delivery_exists", "/name", "another delivery has this name"} : error; }
nlohmann::json noted(const DeliveryRequest& request) {
  nlohmann::json out = {{"name", request.name}, {"content", word(request.what.content)}, {"place", word(request.where.place)}, {"originals", request.what.originals}};
  if (request.what.purpose) out["purpose"] = word(*request.what.purpose);
  return out;
}
}  // namespace

Result<Delivery> Deliveries::create(const Viewer& viewer, const DeliveryRequest& request) {
  TRY(check(viewer, request));
  std::optional<std::string> made;
  const std::string secret = TRY(secret_for(request, made));
  const std::string name = TRY(connect::checked_name(request.name, "/name"));
  const Micros now = parts_.clock.now();
  Stored stored{.id = new_id("dlv", now)};
  const auto done = parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::delivery_insert, {{":id", stored.id},
                                               {":name", name},
                                               {":what", to_json(request.what).dump()},
                                               {":target", to_json(request.where).dump()},
                                               {":schedule", schedule_text(request.schedule)},
                                               {":secret", secret.empty() ? secret : parts_.secrets.seal(viewer.workspace(), stored.purpose(), secret)},
                                               {":next_run_at", request.schedule ? std::optional(now.count()) : std::nullopt},
                                               {":created_by", viewer.principal()},
                                               {":created_at", now.count()}}));
    return parts_.audit.note(session, viewer.principal(), "delivery.create", stored.id, noted(request));
  });
  if (!done) return name_taken(done.error());
  runs_.wake();
  auto out = TRY(shown_one(viewer, stored.id));
  out.new_secret = made;
  return out;
}

Result<Delivery> Deliveries::change(const Viewer& viewer, std::string_view id, const DeliveryPatch& patch, const std::optional<std::string>& etag) {
  TRY(may_deliver(viewer));
  auto stored = TRY(load(viewer.workspace(), id));
  const DeliveryRequest request{.name = patch.name.value_or(stored.name),
                                .what = patch.what.value_or(stored.what),
                                .where = patch.where.value_or(stored.where),
                                .schedule = patch.by_hand ? std::nullopt : patch.schedule ? patch.schedule : stored.schedule,
                                .secret = patch.secret};
  if (etag && *etag != std::to_string(stored.version)) return Error::make(ErrorKind::stale, "stale", "the delivery is at version " + std::to_string(stored.version));
  TRY(check(viewer, request));
  if (request.what.content != stored.what.content) return Error::invalid("content_fixed", "/what/content", "make another delivery for other content");
  std::optional<std::string> made;
  const bool given = request.secret && !request.secret->empty();
  const bool stays = !given && !stored.sealed.empty() && stored.where.place == request.where.place && TRY(receiver(stored.where)) == TRY(receiver(request.where));
  if (!stays) {
    const std::string secret = TRY(secret_for(request, made));
    stored.sealed = secret.empty() ? secret : parts_.secrets.seal(viewer.workspace(), stored.purpose(), secret);
  } else if (request.where.place == DeliveryPlace::http && request.where.sign_in == DeliverySignIn::none) {
    stored.sealed.clear();
  }
  const std::string name = TRY(connect::checked_name(request.name, "/name"));
  stored.skip_pending();
  const Micros now = parts_.clock.now();
  const auto done = parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    const auto changed = TRY(session.execute(sql::delivery_change, {{":id", stored.id},
                                                                    {":name", name},
                                                                    {":what", to_json(request.what).dump()},
                                                                    {":target", to_json(request.where).dump()},
                                                                    {":schedule", schedule_text(request.schedule)},
                                                                    {":secret", stored.sealed},
                                                                    {":place", stored.place()},
                                                                    {":next_run_at", request.schedule ? std::optional(now.count()) : std::nullopt},
                                                                    {":created_by", viewer.principal()},
                                                                    {":version", stored.version}}));
    if (changed == 0) return Error::make(ErrorKind::stale, "stale", "somebody changed it meanwhile");
    return parts_.audit.note(session, viewer.principal(), "delivery.change", stored.id, noted(request));
  });
  if (!done) return name_taken(done.error());
  runs_.wake();
  auto out = TRY(shown_one(viewer, stored.id));
  out.new_secret = made;
  return out;
}

Result<void> Deliveries::remove(const Viewer& viewer, std::string_view id) {
  TRY(pause(viewer, id));
  return parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::delivery_delete, {{":id", id}})) == 0) return not_found(id);
    return parts_.audit.note(session, viewer.principal(), "delivery.delete", id);
  });
}

Result<Delivery> Deliveries::run_now(const Viewer& viewer, std::string_view id) {
  TRY(may_deliver(viewer));
  const auto stored = TRY(load(viewer.workspace(), id));
  if (stored.paused) return Error::make(ErrorKind::conflict, "delivery_paused", std::string(id));
  if (runs_.running(stored.id)) return Error::make(ErrorKind::conflict, "delivery_running", std::string(id));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::delivery_hurry, {{":id", id}, {":next_run_at", parts_.clock.now().count()}}));
    return parts_.audit.note(session, viewer.principal(), "delivery.run", id);
  }));
  runs_.wake();
  return shown_one(viewer, id);
}

Result<Delivery> Deliveries::pause(const Viewer& viewer, std::string_view id) {
  TRY(may_deliver(viewer));
  const auto stored = TRY(load(viewer.workspace(), id));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::delivery_pause, {{":id", id}, {":paused", true}, {":next_run_at", stored.next_run_at}, {":created_by", stored.created_by}}));
    return parts_.audit.note(session, viewer.principal(), "delivery.pause", id);
  }));
  if (const auto job = runs_.job(stored.id)) TRY(parts_.jobs.cancel(viewer, *job));
  return shown_one(viewer, id);
}

Result<Delivery> Deliveries::resume(const Viewer& viewer, std::string_view id) {
  const auto stored = TRY(load(viewer.workspace(), id));
  TRY(may_deliver(viewer, &stored.what));  // it runs with this person's rights from now on
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::delivery_pause, {{":id", id},
                                              {":paused", false},
                                              {":next_run_at", stored.schedule ? std::optional(parts_.clock.now().count()) : std::nullopt},
                                              {":created_by", viewer.principal()}}));
    return parts_.audit.note(session, viewer.principal(), "delivery.resume", id);
  }));
  runs_.wake();
  return shown_one(viewer, id);
}

Result<Delivery> Deliveries::restart(const Viewer& viewer, std::string_view id) {
  TRY(may_deliver(viewer));
  auto stored = TRY(load(viewer.workspace(), id));
  if (runs_.running(stored.id)) return Error::make(ErrorKind::conflict, "delivery_running", std::string(id));
  stored.skip_pending();
  stored.arrival = 0;
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::delivery_restart, {{":id", id}, {":place", stored.place()}, {":next_run_at", parts_.clock.now().count()}, {":version", stored.version}})) == 0)
      return Error::make(ErrorKind::conflict, "delivery_running", std::string(id));
    TRY(session.execute(sql::members_forget, {{":delivery_id", id}}));
    return parts_.audit.note(session, viewer.principal(), "delivery.restart", id);
  }));
  runs_.wake();
  return shown_one(viewer, id);
}

}  // namespace lotse::outbound
