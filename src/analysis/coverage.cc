#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/analysis.h"
#include "analysis/detail/service.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t values_shown_max = 200;

void widen(std::optional<Micros>& first, std::optional<Micros>& last, Micros from, Micros to) {
  first = first ? std::min(*first, from) : from;
  last = last ? std::max(*last, to) : to;
}

/// The most frequent values, with at least `least` events.
Dimension dimension(std::string id, std::string name, AttributeScope scope, const std::vector<uint64_t>* counts,
                    const std::function<std::string(size_t code)>& text, uint64_t least) {
  Dimension out{.id = std::move(id), .name = std::move(name), .scope = scope};
  if (!counts) return out;
  std::vector<size_t> codes;
  for (size_t code = 1; code < counts->size(); ++code)
    if ((*counts)[code] > 0) codes.push_back(code);
  out.distinct = codes.size();
  std::sort(codes.begin(), codes.end(), [&](size_t a, size_t b) { return std::pair((*counts)[b], a) < std::pair((*counts)[a], b); });
  if (codes.size() > values_shown_max) codes.resize(values_shown_max);
  for (const size_t code : codes)
    if ((*counts)[code] >= least) out.values.push_back({text(code), (*counts)[code]});
  return out;
}

/// By source, of the events that a viewer with a scope sees.
std::vector<events::SourceStatistics> statistics_of(const Seen& seen) {
  std::map<uint16_t, events::SourceStatistics> by_source;
  for (size_t c = 0; c < seen.tallies->classes.size(); ++c) {
    const auto& tally = seen.tallies->classes[c];
    if (tally.events == 0) continue;
    const uint16_t source = (*seen.moment->classes)[c].source;
    const Micros first{tally.first_us}, last{tally.last_us};
    auto& s = by_source.try_emplace(source, events::SourceStatistics{source, 0, first, last, last}).first->second;
    s.events += tally.events;
    s.first = std::min(s.first, first);
    s.last = std::max(s.last, last);
  }
  std::vector<events::SourceStatistics> out;
  for (const auto& [source, s] : by_source) out.push_back(s);
  return out;
}

}  // namespace

Result<Coverage> Analysis::coverage(const Viewer& viewer) {
  if (!viewer.may(Right::read)) return Error::make(ErrorKind::forbidden, "forbidden", "read is needed");
  const auto live = service_->live(viewer.workspace());
  live->touch();
  if (!live->newest()) {
    if (auto failure = live->failure()) return *failure;
    return Coverage{.loading = true};
  }
  const auto seen = TRY(live->see(viewer, std::nullopt, std::nullopt));
  const auto& moment = *seen.moment;
  const std::string key = fmt::format("coverage|{}|{}", moment.serial, seen.mapping->version);
  if (const auto known = service_->cache.get<Coverage>(key)) return *known;

  const auto info = engine::info(moment.columns);
  Coverage out{.events = info.events, .customers = info.customers, .as_of = static_cast<int64_t>(moment.as_of), .mapping_version = seen.mapping->version};
  std::optional<Micros> first, last, none, last_arrival;
  for (const auto& s : moment.partial ? statistics_of(seen) : TRY(moment.store->statistics())) {
    if (s.events == 0 || s.source == 0 || s.source > moment.dictionary->sources.size()) continue;
    const auto& source = moment.dictionary->sources[s.source - 1u];
    out.sources.push_back({source.id, source.name, s.events, iso_utc(s.first), iso_utc(s.last), iso_utc(s.last_arrival)});
    if (moment.partial) out.sources.back().last_arrival.reset();  // known of the whole source only
    widen(first, last, s.first, s.last);
    widen(none, last_arrival, s.last_arrival, s.last_arrival);
  }
  std::sort(out.sources.begin(), out.sources.end(), [](const auto& a, const auto& b) { return std::tie(b.events, a.name) < std::tie(a.events, b.name); });
  if (first) {
    out.first = iso_utc(*first);
    out.last = iso_utc(*last);
    if (!moment.partial) out.last_arrival = iso_utc(*last_arrival);
  }
  const auto counts = TRY(service_->class_counts(moment));
  std::set<uint32_t> types, not_assigned;
  for (size_t c = 0; c < counts->size(); ++c) {
    if ((*counts)[c] == 0) continue;
    const auto t = seen.mapping->engine.touchpoint_of[c];
    types.insert((*moment.classes)[c].type);
    if (t != engine::no_touchpoint && seen.mapping->touchpoints[t].mapped) continue;
    out.events_not_assigned += (*counts)[c];
    not_assigned.insert((*moment.classes)[c].type);
  }
  out.event_types = types.size();
  out.event_types_not_assigned = not_assigned.size();
  service_->cache.put<Coverage>(key, std::make_shared<const Coverage>(out), 1000 + out.sources.size() * 300);
  return out;
}

Result<Dimensions> Analysis::dimensions(const Viewer& viewer) {
  if (!viewer.may(Right::read)) return Error::make(ErrorKind::forbidden, "forbidden", "read is needed");
  const auto live = service_->live(viewer.workspace());
  const auto seen = TRY(live->see(viewer, std::nullopt, std::nullopt));
  const auto& dictionary = *seen.moment->dictionary;
  const uint64_t least = smallest_group_of(viewer);
  const auto& tallies = seen.tallies;
  auto counts = [&](uint32_t number) -> const std::vector<uint64_t>* {
    const auto at = tallies->attributes.find(number);
    return at == tallies->attributes.end() ? nullptr : &at->second;
  };
  Dimensions out{.count_by = {CountBy::person}};
  if (!viewer.scope().no_single_customers)
    for (const auto kind : detail::Projections::kinds_of(*seen.moment->store)) out.count_by.push_back(kind);
  out.dimensions.push_back(dimension("source", "source", AttributeScope::event, counts(source_attribute),
                                     [&](size_t code) { return dictionary.sources.at(code - 1).name; }, least));
  for (size_t i = 0; i < dictionary.attributes.size(); ++i) {
    const auto& a = dictionary.attributes[i];
    const auto& values = dictionary.values[i];
    auto one = dimension(a.id, a.name, a.scope, a.in_memory ? counts(a.number) : nullptr, [&](size_t code) { return values.at(code - 1); }, least);
    one.in_memory = a.in_memory && detail::may_have_column(a.number);
    out.dimensions.push_back(std::move(one));
  }
  // Built-in ones first, then by name.
  auto place = [](const Dimension& d) {
    const std::array<std::string_view, 4> first{"channel", "source", "direction", "unit"};
    return std::find(first.begin(), first.end(), d.id) - first.begin();
  };
  std::sort(out.dimensions.begin(), out.dimensions.end(), [&](const auto& a, const auto& b) {
    return std::tuple(place(a), std::string_view(a.name), std::string_view(a.id)) < std::tuple(place(b), std::string_view(b.name), std::string_view(b.id));
  });
  const auto events = TRY(service_->class_counts(*seen.moment));
  std::vector<uint64_t> per_touchpoint(seen.mapping->touchpoints.size(), 0);
  for (size_t c = 0; c < events->size(); ++c)
    if (const auto t = seen.mapping->engine.touchpoint_of[c]; t != engine::no_touchpoint) per_touchpoint[t] += (*events)[c];
  std::vector<engine::Touchpoint> used;
  for (size_t t = 0; t < per_touchpoint.size(); ++t)
    if (per_touchpoint[t] > 0 || seen.mapping->touchpoints[t].mapped) used.push_back(static_cast<engine::Touchpoint>(t));
  out.touchpoints = names_of(*seen.mapping, std::move(used));
  return out;
}

Result<std::vector<atlas::Touchpoint>> Analysis::touchpoints(const Viewer& viewer, CountBy kind) {
  auto list = TRY(service_->parts.touchpoints.list(viewer));
  const auto live = service_->live(viewer.workspace());
  const auto seen = TRY(live->see(viewer, std::nullopt, std::nullopt, kind));
  const auto graph = TRY(service_->whole_graph(seen));
  const auto counts = TRY(service_->class_counts(*seen.moment));
  const auto& tallies = seen.tallies;
  const auto& mapping = *seen.mapping;

  struct Numbers {
    uint64_t events = 0, customers = 0;
    std::optional<Micros> first, last;
    std::set<std::string> types;
  };
  std::vector<Numbers> numbers(mapping.touchpoints.size());
  for (const auto& node : graph->nodes) {
    numbers[node.touchpoint].events = node.events;
    numbers[node.touchpoint].customers = node.customers;
  }
  for (size_t c = 0; c < counts->size(); ++c) {
    const auto t = mapping.engine.touchpoint_of[c];
    if ((*counts)[c] == 0 || t == engine::no_touchpoint) continue;
    numbers[t].types.insert(seen.moment->dictionary->types[(*seen.moment->classes)[c].type - 1].name);
    if (c < tallies->classes.size() && tallies->classes[c].events > 0)
      widen(numbers[t].first, numbers[t].last, Micros{tallies->classes[c].first_us}, Micros{tallies->classes[c].last_us});
  }
  std::vector<atlas::Touchpoint> out;
  for (auto& touchpoint : list) {
    const auto t = mapping.find(touchpoint.id);
    const Numbers* n = t ? &numbers[*t] : nullptr;
    const uint64_t events = n ? n->events : 0;
    if (!touchpoint.mapped && events == 0) continue;  // a type that no event has any more
    touchpoint.events = events;
    if (viewer.may(Right::see_customers) || (n && n->customers >= smallest_group_of(viewer))) touchpoint.customers = n ? n->customers : 0;
    if (n && events > 0) {
      touchpoint.event_types.assign(n->types.begin(), n->types.end());
      if (n->first) touchpoint.first = iso_utc(*n->first);
      if (n->last) touchpoint.last = iso_utc(*n->last);
      if (!touchpoint.channel) touchpoint.channel = mapping.touchpoints[*t].channel;
    }
    out.push_back(std::move(touchpoint));
  }
  return out;
}

}  // namespace lotse::analysis
