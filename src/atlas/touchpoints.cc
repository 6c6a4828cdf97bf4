#include "atlas/touchpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "atlas/atlas_sql.h"
#include "atlas/detail/reach.h"
#include "base/ids.h"

namespace lotse::atlas {
namespace {

constexpr size_t rules_max = 1000;

Error not_found(std::string field, std::string_view id) {
  return {ErrorKind::not_found, "not_found", std::move(field), "touchpoint or rule " + std::string(id)};
}
Error stale(std::string_view id) {
  return Error::make(ErrorKind::stale, "stale", "touchpoint " + std::string(id) + " was changed by somebody else");
}
Error forbidden() { return Error::make(ErrorKind::forbidden, "forbidden", "edit_touchpoints is needed"); }
Error name_taken(std::string detail) { return {ErrorKind::conflict, "touchpoint_exists", "/name", std::move(detail)}; }

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}
size_t characters(std::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

Result<void> set_text(std::optional<std::string>& to, const std::optional<std::string>& from, size_t max, const char* field) {
  if (!from) return {};
  const std::string text = trimmed(*from);
  if (characters(text) > max) return Error::invalid("touchpoint_text_too_long", field, fmt::format("at most {} characters", max));
  if (text.empty()) to.reset();
  else to = text;
  return {};
}

Result<void> apply(const TouchpointPatch& patch, Touchpoint& to) {
  if (patch.name) {
    to.name = trimmed(*patch.name);
    if (to.name.empty() || characters(to.name) > 120)
      return Error::invalid("invalid_name", "/name", "1 to 120 characters are expected");
  }
  TRY(set_text(to.channel, patch.channel, 60, "/channel"));
  TRY(set_text(to.owner, patch.owner, 120, "/owner"));
  TRY(set_text(to.description, patch.description, 4000, "/description"));
  if (patch.direction) to.direction = *patch.direction;
  return {};
}

nlohmann::json conditions_of(const Rule& rule) {
  return {{"event_types", rule.event_types}, {"sources", rule.sources}, {"properties", to_json(rule.properties)}};
}

Result<Rule> read_rule(const db::Row& row) {
  struct Conditions {
    std::vector<std::string> event_types, sources;
    std::vector<PropertyCondition> properties;
    static constexpr auto describe() {
      return json_object("Conditions", field("event_types", &Conditions::event_types, ""), field("sources", &Conditions::sources, ""),
                         field("properties", &Conditions::properties, ""));
    }
  };
  auto conditions = TRY(parse_json<Conditions>(row.text(2)));
  return Rule{.id = row.text(0),
              .event_types = std::move(conditions.event_types),
              .sources = std::move(conditions.sources),
              .properties = std::move(conditions.properties),
              .touchpoint = row.text(1)};
}

Result<void> insert(db::Session& session, const Touchpoint& touchpoint, const std::string& principal, Micros now) {
  const auto done = session.execute(sql::touchpoint_insert, {{":id", touchpoint.id},
                                                             {":name", touchpoint.name},
                                                             {":channel", touchpoint.channel},
                                                             {":owner", touchpoint.owner},
                                                             {":description", touchpoint.description},
                                                             {":direction", word(touchpoint.direction)},
                                                             {":created_by", principal},
                                                             {":created_at", now.count()}});
  if (!done && done.error().code == "already_exists") return name_taken("another touchpoint has this name");
  TRY(done);
  return {};
}

Result<void> update(db::Session& session, const Touchpoint& touchpoint) {
  const auto done = session.execute(sql::touchpoint_update, {{":id", touchpoint.id},
                                                             {":name", touchpoint.name},
                                                             {":channel", touchpoint.channel},
                                                             {":owner", touchpoint.owner},
                                                             {":description", touchpoint.description},
                                                             {":direction", word(touchpoint.direction)}});
  if (!done && done.error().code == "already_exists") return name_taken("another touchpoint has this name");
  TRY(done);
  return {};
}

/// Numbers the rules anew, which closes the holes of deleted ones, and puts `rule` at `position`.
Result<void> insert_rule(db::Session& session, const std::vector<Rule>& rules, const Rule& rule, size_t position) {
  for (size_t i = 0; i < rules.size(); ++i)
    TRY(session.execute(sql::rule_place, {{":id", rules[i].id}, {":position", i + (i >= position)}}));
  TRY(session.execute(sql::rule_insert, {{":id", rule.id},
                                         {":position", position},
                                         {":touchpoint", rule.touchpoint},
                                         {":conditions", conditions_of(rule).dump()}}));
  return {};
}

}  // namespace

/// The workspace's rows within one transaction.
struct Touchpoints::Loaded {
  std::vector<Touchpoint> owned;  ///< by name
  std::vector<Rule> rules;
  int64_t version = 0;
  EventCatalogue catalogue;

  Touchpoint* find(std::string_view id) {
    const auto at = std::find_if(owned.begin(), owned.end(), [&](const auto& t) { return t.id == id; });
    return at == owned.end() ? nullptr : &*at;
  }
  /// The event type's own touchpoint, as it stands before anybody owns it.
  std::optional<Touchpoint> unowned(std::string_view id) const {
    for (const auto& type : catalogue.types)
      if (type.touchpoint == id) return Touchpoint{.id = type.touchpoint, .name = type.name, .etag = "0"};
    return std::nullopt;
  }
  /// Owned, or made so now.
  Result<Touchpoint> owned_or_adopted(db::Session& session, std::string_view id, const char* field, const std::string& principal,
                                      Micros now) {
    if (const auto* known = find(id)) return *known;
    const auto fresh = unowned(id);
    if (!fresh) return not_found(field, id);
    TRY(insert(session, *fresh, principal, now));
    owned.push_back(*fresh);
    return *fresh;
  }
  std::shared_ptr<const MappingSet> set() const {
    auto out = std::make_shared<MappingSet>();
    out->version = version;
    out->rules = rules;
    for (const auto& t : owned) out->touchpoints.push_back({t.id, t.name, t.channel});
    std::sort(out->touchpoints.begin(), out->touchpoints.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return out;
  }
};

const MappingSet::Owned* MappingSet::find(std::string_view id) const {
  const auto at = std::lower_bound(touchpoints.begin(), touchpoints.end(), id,
                                   [](const Owned& o, std::string_view wanted) { return o.id < wanted; });
  return at != touchpoints.end() && at->id == id ? &*at : nullptr;
}

void Touchpoints::attach(CatalogueSource* source) {
  kept_.with([&](Kept& kept) { kept.source = source; });
}

Result<EventCatalogue> Touchpoints::catalogue(const WorkspaceId& workspace) {
  auto* source = kept_.with([](Kept& kept) { return kept.source; });
  if (!source) return EventCatalogue{};
  return source->catalogue(workspace);
}

Result<Touchpoints::Loaded> Touchpoints::load(db::Session& session) {
  Loaded loaded;
  for (const auto& row : TRY(session.query(sql::touchpoint_list)))
    loaded.owned.push_back({.id = row.text(0),
                            .name = row.text(1),
                            .mapped = true,
                            .channel = row.optional_text(2),
                            .owner = row.optional_text(3),
                            .description = row.optional_text(4),
                            .direction = from_word<Direction>(row.text(5)).value_or(Direction::none),
                            .etag = std::to_string(row.integer(6))});
  for (const auto& row : TRY(session.query(sql::rule_list))) loaded.rules.push_back(TRY(read_rule(row)));
  const auto version = TRY(session.query(sql::version_get));
  if (!version.empty()) loaded.version = version.front().integer(0);
  return loaded;
}

/// An older set never takes the place of a newer one: a slow reader may come after a change.
void Touchpoints::keep(const WorkspaceId& workspace, std::shared_ptr<const MappingSet> set) {
  kept_.with([&](Kept& kept) {
    auto& slot = kept.sets[workspace];
    if (!slot || slot->version < set->version) slot = std::move(set);
  });
}

Result<std::shared_ptr<const MappingSet>> Touchpoints::current(const WorkspaceId& workspace) {
  auto known = kept_.with([&](Kept& kept) -> std::shared_ptr<const MappingSet> {
    const auto at = kept.sets.find(workspace);
    return at == kept.sets.end() ? nullptr : at->second;
  });
  if (known) return known;
  auto set = TRY(database_.read(workspace, [&](db::Session& session) -> Result<std::shared_ptr<const MappingSet>> {
    return TRY(load(session)).set();
  }));
  keep(workspace, set);
  return set;
}

/// Runs `work(session, loaded)` in one write transaction, then announces the new version.
template <class Work>
Result<void> Touchpoints::change(const Viewer& viewer, Work&& work) {
  if (!viewer.may(Right::edit_touchpoints)) return forbidden();
  const auto known = TRY(catalogue(viewer.workspace()));  // before the transaction: it may open files
  std::shared_ptr<const MappingSet> set;
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    auto loaded = TRY(load(session));
    loaded.catalogue = known;
    TRY(work(session, loaded));
    TRY(session.execute(sql::version_grow));
    set = TRY(load(session)).set();
    return {};
  }));
  keep(viewer.workspace(), set);
  changes_.publish({viewer.workspace(), set->version});
  return {};
}

Result<std::vector<Touchpoint>> Touchpoints::list(const Viewer& viewer) {
  const auto known = TRY(catalogue(viewer.workspace()));
  auto loaded = TRY(database_.read(viewer.workspace(), [&](db::Session& session) { return load(session); }));
  auto reach = detail::types_by_touchpoint(loaded.rules, known.types);
  std::vector<Touchpoint> out = std::move(loaded.owned);
  std::set<std::string, std::less<>> owned;
  for (auto& touchpoint : out) {
    owned.insert(touchpoint.id);
    touchpoint.event_types = reach[touchpoint.id];
  }
  std::vector<Touchpoint> rest;
  for (const auto& type : known.types)
    if (!owned.contains(type.touchpoint) && !reach[type.touchpoint].empty())
      rest.push_back({.id = type.touchpoint, .name = type.name, .event_types = reach[type.touchpoint], .etag = "0"});
  std::sort(rest.begin(), rest.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::move(rest.begin(), rest.end(), std::back_inserter(out));
  return out;
}

Result<Touchpoint> Touchpoints::get(const Viewer& viewer, std::string_view id) {
  for (auto& touchpoint : TRY(list(viewer)))
    if (touchpoint.id == id) return touchpoint;
  return not_found("", id);
}

Result<Touchpoint> Touchpoints::patch(const Viewer& viewer, std::string_view id, const TouchpointPatch& patch,
                                      const std::optional<std::string>& etag) {
  const Micros now = clock_.now();
  TRY(change(viewer, [&](db::Session& session, Loaded& loaded) -> Result<void> {
    const auto* known = loaded.find(id);
    const auto fresh = known ? std::nullopt : loaded.unowned(id);
    if (!known && !fresh) return not_found("", id);
    Touchpoint wanted = known ? *known : *fresh;
    if (etag && *etag != wanted.etag) return stale(id);
    TRY(apply(patch, wanted));
    if (known) TRY(update(session, wanted));
    else TRY(insert(session, wanted, viewer.principal(), now));
    return audit_.note(session, viewer.principal(), known ? "touchpoint.change" : "touchpoint.adopt", id, {{"name", wanted.name}});
  }));
  return get(viewer, id);
}

Result<Touchpoint> Touchpoints::adopt(const Viewer& viewer, std::string_view id) {
  const auto set = TRY(current(viewer.workspace()));
  if (!viewer.may(Right::edit_touchpoints)) return forbidden();
  if (!set->find(id)) {
    const auto done = patch(viewer, id, {}, "0");
    // Somebody else was faster: the touchpoint is owned, which is what was asked for.
    if (done || done.error().kind != ErrorKind::stale) return done;
  }
  return get(viewer, id);
}

Result<Touchpoint> Touchpoints::merge(const Viewer& viewer, const MergeRequest& request) {
  if (request.touchpoints.empty())
    return Error::invalid("merge_needs_touchpoints", "/touchpoints", "at least one touchpoint to merge");
  const Micros now = clock_.now();
  TRY(change(viewer, [&](db::Session& session, Loaded& loaded) -> Result<void> {
    TRY(loaded.owned_or_adopted(session, request.into, "/into", viewer.principal(), now));
    Rule rule{.id = new_id("rule", now), .touchpoint = request.into};
    std::set<std::string> seen;
    for (size_t i = 0; i < request.touchpoints.size(); ++i) {
      const auto& id = request.touchpoints[i];
      const std::string field = "/touchpoints/" + std::to_string(i);
      if (id == request.into) return Error::invalid("merge_into_itself", field, "a touchpoint cannot be merged into itself");
      if (!seen.insert(id).second) continue;
      const bool owned = loaded.find(id) != nullptr;
      const auto own_type = loaded.unowned(id);
      if (!owned && !own_type) return not_found(field, id);
      if (own_type) rule.event_types.push_back(own_type->name);
      TRY(session.execute(sql::rule_retarget, {{":into", request.into}, {":touchpoint", id}}));
      if (owned) TRY(session.execute(sql::touchpoint_delete, {{":id", id}}));
    }
    // What no rule catches falls to the type's own touchpoint; this last rule catches it instead.
    std::erase_if(rule.event_types, [&](const std::string& type) {
      return std::any_of(loaded.rules.begin(), loaded.rules.end(), [&](const Rule& r) { return detail::always_catches(r, type); });
    });
    if (!rule.event_types.empty()) {
      if (loaded.rules.size() >= rules_max) return Error::make(ErrorKind::too_large, "too_many_rules", "at most 1,000 rules");
      TRY(insert_rule(session, loaded.rules, rule, loaded.rules.size()));
    }
    return audit_.note(session, viewer.principal(), "touchpoint.merge", request.into, {{"touchpoints", request.touchpoints}});
  }));
  return get(viewer, request.into);
}

Result<void> Touchpoints::remove(const Viewer& viewer, std::string_view id, const std::optional<std::string>& etag) {
  return change(viewer, [&](db::Session& session, Loaded& loaded) -> Result<void> {
    const auto* known = loaded.find(id);
    if (!known) return not_found("", id);
    if (etag && *etag != known->etag) return stale(id);
    TRY(session.execute(sql::rule_delete_of, {{":touchpoint", id}}));
    TRY(session.execute(sql::touchpoint_delete, {{":id", id}}));
    return audit_.note(session, viewer.principal(), "touchpoint.delete", id, {{"name", known->name}});
  });
}

Result<Mapping> Touchpoints::mapping(const Viewer& viewer) {
  const auto set = TRY(current(viewer.workspace()));
  auto* source = kept_.with([](Kept& kept) { return kept.source; });
  return Mapping{.version = set->version,
                 .job_running = source && source->mapping_running(viewer.workspace()),
                 .rules = set->rules};
}

Result<Mapping> Touchpoints::add_rule(const Viewer& viewer, const RuleRequest& request) {
  if (request.event_types.empty() && request.sources.empty() && request.properties.empty())
    return Error::invalid("empty_rule", "/event_types", "a rule needs a condition");
  const Micros now = clock_.now();
  TRY(change(viewer, [&](db::Session& session, Loaded& loaded) -> Result<void> {
    if (loaded.rules.size() >= rules_max) return Error::make(ErrorKind::too_large, "too_many_rules", "at most 1,000 rules");
    TRY(detail::check_conditions(request, loaded.catalogue));
    const int64_t last = static_cast<int64_t>(loaded.rules.size());
    const int64_t position = request.position.value_or(last);
    if (position < 0 || position > last)
      return Error::invalid("invalid_position", "/position", fmt::format("0 to {} is expected", last));
    TRY(loaded.owned_or_adopted(session, request.touchpoint, "/touchpoint", viewer.principal(), now));
    const Rule rule{.id = new_id("rule", now),
                    .event_types = detail::trimmed_types(request.event_types),
                    .sources = request.sources,
                    .properties = request.properties,
                    .touchpoint = request.touchpoint};
    TRY(insert_rule(session, loaded.rules, rule, static_cast<size_t>(position)));
    return audit_.note(session, viewer.principal(), "mapping.add_rule", rule.id, to_json(rule));
  }));
  return mapping(viewer);
}

Result<Mapping> Touchpoints::delete_rule(const Viewer& viewer, std::string_view id) {
  TRY(change(viewer, [&](db::Session& session, Loaded&) -> Result<void> {
    if (TRY(session.execute(sql::rule_delete, {{":id", id}})) == 0) return not_found("", id);
    return audit_.note(session, viewer.principal(), "mapping.delete_rule", id);
  }));
  return mapping(viewer);
}

Result<std::shared_ptr<const MappingSet>> Touchpoints::what_if(const Viewer& viewer, const MappingChange& wanted) {
  if (!viewer.may(Right::edit_touchpoints)) return forbidden();
  if (wanted.rule.has_value() + wanted.merge.has_value() + wanted.delete_rule.has_value() != 1)
    return Error::invalid("one_change", "", "one of rule, merge and delete_rule is expected");
  const auto known = TRY(catalogue(viewer.workspace()));
  auto loaded = TRY(database_.read(viewer.workspace(), [&](db::Session& session) { return load(session); }));
  loaded.catalogue = known;
  const auto own = [&](std::string_view id, const char* field) -> Result<void> {
    if (loaded.find(id)) return {};
    const auto fresh = loaded.unowned(id);
    if (!fresh) return not_found(field, id);
    loaded.owned.push_back(*fresh);
    return {};
  };
  if (wanted.rule) {
    if (wanted.rule->event_types.empty() && wanted.rule->sources.empty() && wanted.rule->properties.empty())
      return Error::invalid("empty_rule", "/rule/event_types", "a rule needs a condition");
    if (auto fine = detail::check_conditions(*wanted.rule, loaded.catalogue); !fine) {
      fine.error().field = "/rule" + fine.error().field;
      return fine.error();
    }
    const auto last = static_cast<int64_t>(loaded.rules.size());
    const int64_t position = wanted.rule->position.value_or(last);
    if (position < 0 || position > last) return Error::invalid("invalid_position", "/rule/position", fmt::format("0 to {} is expected", last));
    TRY(own(wanted.rule->touchpoint, "/rule/touchpoint"));
    loaded.rules.insert(loaded.rules.begin() + position, Rule{.id = {},
                                                              .event_types = detail::trimmed_types(wanted.rule->event_types),
                                                              .sources = wanted.rule->sources,
                                                              .properties = wanted.rule->properties,
                                                              .touchpoint = wanted.rule->touchpoint});
  } else if (wanted.merge) {
    if (wanted.merge->touchpoints.empty()) return Error::invalid("merge_needs_touchpoints", "/merge/touchpoints", "at least one touchpoint to merge");
    TRY(own(wanted.merge->into, "/merge/into"));
    Rule rule{.touchpoint = wanted.merge->into};
    for (size_t i = 0; i < wanted.merge->touchpoints.size(); ++i) {
      const auto& id = wanted.merge->touchpoints[i];
      const std::string field = "/merge/touchpoints/" + std::to_string(i);
      if (id == wanted.merge->into) return Error::invalid("merge_into_itself", field, "a touchpoint cannot be merged into itself");
      const auto own_type = loaded.unowned(id);
      if (!loaded.find(id) && !own_type) return not_found(field, id);
      if (own_type) rule.event_types.push_back(own_type->name);
      for (auto& r : loaded.rules)
        if (r.touchpoint == id) r.touchpoint = wanted.merge->into;
      std::erase_if(loaded.owned, [&](const Touchpoint& t) { return t.id == id; });
    }
    if (!rule.event_types.empty()) loaded.rules.push_back(std::move(rule));
  } else if (std::erase_if(loaded.rules, [&](const Rule& r) { return r.id == *wanted.delete_rule; }) == 0) {
    return not_found("/delete_rule", *wanted.delete_rule);
  }
  return loaded.set();
}

Result<std::set<std::string>> Touchpoints::put_aside(const Viewer& viewer) {
  std::set<std::string> out;
  for (const auto& row : TRY(database_.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::aside_list); }))) out.insert(row.text(0));
  return out;
}

Result<void> Touchpoints::set_aside(const Viewer& viewer, std::string_view id, bool aside) {
  if (!viewer.may(Right::edit_touchpoints)) return forbidden();
  const auto known = TRY(catalogue(viewer.workspace()));
  if (std::none_of(known.types.begin(), known.types.end(), [&](const auto& t) { return t.touchpoint == id; })) return not_found("", id);
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(aside ? sql::aside_add : sql::aside_remove, {{":id", id}}));
    return audit_.note(session, viewer.principal(), aside ? "event_type.put_aside" : "event_type.take_up", id);
  });
}

Result<void> Touchpoints::forget(const WorkspaceId& workspace) {
  TRY(database_.write(workspace, [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::forget_rules));
    TRY(session.execute(sql::forget_touchpoints));
    TRY(session.execute(sql::forget_version));
    TRY(session.execute(sql::forget_aside));
    return {};
  }));
  kept_.with([&](Kept& kept) { kept.sets.erase(workspace); });
  return {};
}

}  // namespace lotse::atlas
