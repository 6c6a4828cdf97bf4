#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/analysis.h"
#include "analysis/detail/bounds.h"
#include "analysis/detail/service.h"
#include "atlas/name_similarity.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t suggestions_max = 3, samples_max = 8;

/// Customers by event type: the graph of a mapping in which every type is its own touchpoint.
Result<std::vector<uint64_t>> customers_by_type(Service& service, const Moment& moment) {
  const std::string key = fmt::format("type customers|{}", moment.serial);
  if (const auto known = service.cache.get<std::vector<uint64_t>>(key)) return *known;
  const auto view = make_view({}, *moment.dictionary, *moment.classes, *moment.properties, Tallies{});
  engine::Query query;
  query.mapping = &view->engine;
  const auto graph = TRY(engine::graph(moment.columns, query, {.customers = true}, service.shared.queries));
  std::map<engine::Touchpoint, uint64_t> of;
  for (const auto& node : graph.nodes) of[node.touchpoint] = node.customers;
  std::vector<uint64_t> out(moment.dictionary->types.size(), 0);
  for (const auto& type : moment.dictionary->types)
    if (const auto at = of.find(view->own[type.code]); at != of.end()) out[type.code - 1] = at->second;
  service.cache.put<std::vector<uint64_t>>(key, std::make_shared<const std::vector<uint64_t>>(out), out.size() * 8);
  return out;
}

/// The newest events of a type among those that a viewer with a restriction sees; the store would look through all.
Result<std::vector<events::StoredEvent>> latest_seen(Service& service, const Moment& moment, uint32_t type) {
  using Place = std::tuple<int64_t, uint64_t, uint32_t>;  // time, arrival, customer
  std::vector<Place> newest;
  TRY(each_piece(moment.columns, service.shared.queries, [&](const engine::RowBatch& rows) {
    for (size_t row = 0; row < rows.size(); ++row)
      if ((*moment.classes)[rows.event_class[row]].type == type) newest.emplace_back(rows.time_us[row], rows.arrival[row], rows.customer[row]);
    std::ranges::sort(newest, std::greater{});
    if (newest.size() > samples_max) newest.resize(samples_max);
  }));
  std::vector<events::StoredEvent> out;
  for (const auto& [time, arrival, customer] : newest)
    for (auto& event : TRY(moment.store->customer_events_in(customer, moment.as_of, {.from = Micros{time}, .to = Micros{time}})))
      if (event.arrival == arrival) out.push_back(std::move(event));
  return out;
}

void suggest(EventTypes& out, const std::vector<atlas::Touchpoint>& owned) {
  std::vector<atlas::Candidate> candidates;
  for (const auto& t : owned) {
    if (!t.mapped) continue;
    candidates.push_back({t.id, {t.name}});
    candidates.back().names.insert(candidates.back().names.end(), t.event_types.begin(), t.event_types.end());
  }
  std::vector<std::string> names;
  std::vector<EventType*> open;
  for (auto& type : out.types) {
    if (type.events_not_assigned == 0 || open.size() == atlas::grouped_names_max) continue;
    names.push_back(type.name);
    open.push_back(&type);
  }
  const auto groups = atlas::groups(names);
  for (size_t i = 0; i < open.size(); ++i) {
    if (groups[i] >= 0) open[i]->group = groups[i];
    for (auto& match : atlas::matches(names[i], candidates, suggestions_max)) {
      const auto& c = candidates[match.candidate];
      open[i]->suggestions.push_back({.id = c.id, .name = c.names.front(), .by = std::move(match.by), .score = match.score});
    }
  }
}
}  // namespace

Result<EventTypes> Analysis::event_types(const Viewer& viewer) {
  if (!viewer.may(Right::read)) return Error::make(ErrorKind::forbidden, "forbidden", "read is needed");
  const auto live = service_->live(viewer.workspace());
  const auto seen = TRY(live->see(viewer, std::nullopt, std::nullopt));
  const auto& moment = *seen.moment;
  const auto& mapping = *seen.mapping;
  const auto counts = TRY(service_->class_counts(moment));
  const auto customers = TRY(customers_by_type(*service_, moment));
  const auto& tallies = seen.tallies;
  const auto aside = TRY(service_->parts.touchpoints.put_aside(viewer));

  struct Numbers {
    uint64_t events = 0, open = 0;
    std::map<uint16_t, uint64_t> sources;
    std::map<engine::Touchpoint, uint64_t> touchpoints;
    std::optional<Micros> first, last;
  };
  std::vector<Numbers> types(moment.dictionary->types.size());
  std::map<uint16_t, SourceAssignment> sources;
  EventTypes out{.mapping_version = mapping.version};
  for (size_t c = 0; c < counts->size(); ++c) {
    const uint64_t events = (*counts)[c];
    if (events == 0) continue;
    const auto& one = (*moment.classes)[c];
    const auto t = mapping.engine.touchpoint_of[c];
    const bool assigned = t != engine::no_touchpoint && mapping.touchpoints[t].mapped;
    Numbers& type = types.at(one.type - 1);
    type.events += events;
    type.sources[one.source] += events;
    if (t != engine::no_touchpoint) type.touchpoints[t] += events;
    SourceAssignment& source = sources[one.source];
    source.events += events;
    out.events += events;
    if (!assigned) {
      type.open += events;
      source.events_not_assigned += events;
      out.events_not_assigned += events;
    }
    if (c < tallies->classes.size() && tallies->classes[c].events > 0) {
      const Micros first{tallies->classes[c].first_us}, last{tallies->classes[c].last_us};
      type.first = type.first ? std::min(*type.first, first) : first;
      type.last = type.last ? std::max(*type.last, last) : last;
    }
  }
  const auto by_events = [](const auto& a, const auto& b) { return std::tie(b.events, a.name) < std::tie(a.events, b.name); };
  for (size_t i = 0; i < types.size(); ++i) {
    const Numbers& n = types[i];
    if (n.events == 0) continue;
    EventType type{.id = moment.dictionary->types[i].touchpoint, .name = moment.dictionary->types[i].name, .events = n.events, .events_not_assigned = n.open};
    if (customers[i] >= smallest_group_of(viewer)) type.customers = customers[i];
    if (n.first) type.first = iso_utc(*n.first);
    if (n.last) type.last = iso_utc(*n.last);
    for (const auto& [code, events] : n.sources) type.sources.push_back({moment.dictionary->sources.at(code - 1u).id, moment.dictionary->sources.at(code - 1u).name, events});
    for (const auto& [t, events] : n.touchpoints) type.touchpoints.push_back({mapping.touchpoints[t].id, mapping.touchpoints[t].name, mapping.touchpoints[t].mapped, events});
    std::ranges::sort(type.sources, by_events);
    std::ranges::sort(type.touchpoints, by_events);
    type.put_aside = aside.contains(type.id);
    out.types.push_back(std::move(type));
  }
  std::ranges::sort(out.types, [](const auto& a, const auto& b) {
    return std::tie(b.events_not_assigned, b.events, a.name) < std::tie(a.events_not_assigned, a.events, b.name);
  });
  for (auto& [code, source] : sources) {
    source.source = moment.dictionary->sources.at(code - 1u).id;
    out.sources.push_back(std::move(source));
  }
  suggest(out, TRY(service_->parts.touchpoints.list(viewer)));
  return out;
}

Result<EventSamples> Analysis::event_samples(const Viewer& viewer, std::string_view id) {
  if (!viewer.may(Right::see_customers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_customers is needed");
  const auto seen = TRY(service_->live(viewer.workspace())->see(viewer, std::nullopt, std::nullopt));
  const auto& dictionary = *seen.moment->dictionary;
  const auto type = std::ranges::find(dictionary.types, id, &events::EventType::touchpoint);
  if (type == dictionary.types.end()) return Error::make(ErrorKind::not_found, "not_found", "event type " + std::string(id));
  const auto found = seen.moment->partial ? TRY(latest_seen(*service_, *seen.moment, type->code)) : TRY(seen.moment->store->latest_of_type(type->code, seen.as_of, samples_max));
  std::vector<uint32_t> customers;
  for (const auto& event : found) customers.push_back(event.customer);
  const auto names = TRY(service_->parts.names.pseudonyms(viewer.workspace(), customers));
  EventSamples out;
  for (size_t i = 0; i < found.size(); ++i) {
    const auto& event = found[i];
    EventSample sample{.customer = names[i], .time = iso_utc(event.time), .source = dictionary.sources.at(event.source - 1u).name, .instance_key = event.instance_key, .cost = event.cost};
    for (const auto& [number, text] : event.attributes) {
      if (number == BuiltinAttribute::channel) sample.channel = text;
      else if (number == BuiltinAttribute::direction) sample.direction = text;
      else if (number == BuiltinAttribute::unit) sample.unit = text;
      else
        for (const auto& a : dictionary.attributes)
          if (a.number == number) sample.attributes[a.name] = text;
    }
    out.samples.push_back(std::move(sample));
  }
  return out;
}

}  // namespace lotse::analysis
