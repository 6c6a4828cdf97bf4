#include "analysis/detail/one_customer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

namespace lotse::analysis::detail {
namespace {

constexpr Micros pause_shown{7 * 86'400'000'000};
constexpr size_t buckets_max = 120, matters_max = 50, history_max = 50;
constexpr uint32_t first_key = 2;  // 0: none, 1: the customer itself

const events::Attribute* attribute_of(const events::Dictionary& dictionary, uint32_t number) {
  const auto at = std::find_if(dictionary.attributes.begin(), dictionary.attributes.end(), [&](const auto& a) { return a.number == number; });
  return at == dictionary.attributes.end() ? nullptr : &*at;
}

std::string source_name(const OneCustomer& one, const engine::EventRow& event) {
  const auto source = (*one.seen.moment->classes)[event.event_class].source;
  return one.seen.moment->dictionary->sources.at(source - 1u).name;
}

/// The text of a code of a built-in or imported attribute.
std::string value_text(const Moment& moment, uint32_t number, uint32_t code) {
  const auto& dictionary = *moment.dictionary;
  for (size_t i = 0; i < dictionary.attributes.size(); ++i)
    if (dictionary.attributes[i].number == number) return code >= 1 && code <= dictionary.values[i].size() ? dictionary.values[i][code - 1] : std::string();
  return {};
}

// --- activity ---

Activity activity_of(const OneCustomer& one) {
  const auto& moment = *one.seen.moment;
  const Micros first = one.events.front().time, last = one.events.back().time;
  Activity out;
  std::vector<Micros> bounds;
  for (const auto& [bucket, name, longest] : {std::tuple(Bucket::day, "day", int64_t{1}), std::tuple(Bucket::week, "week", int64_t{7}), std::tuple(Bucket::month, "month", int64_t{28})}) {
    out.bucket = name;
    if (bucket != Bucket::month && (last - first) / Micros{longest * 86'400'000'000} > static_cast<int64_t>(buckets_max)) continue;
    bounds = one.zone.boundaries(bucket, first, last);
    break;
  }
  if (bounds.size() > 10 * buckets_max) bounds.erase(bounds.begin(), bounds.end() - 10 * buckets_max);  // a course of a century: the newest part
  for (size_t i = 0; i + 1 < bounds.size(); ++i) out.starts.push_back(one.zone.date(bounds[i]));
  const auto column = column_of(moment, BuiltinAttribute::channel);
  std::map<std::string, Lane> channels, sources;
  std::unordered_map<uint32_t, Lane*> by_channel, by_source;
  const auto lane = [&](std::map<std::string, Lane>& lanes, std::string name) {
    Lane& at = lanes[name];
    at.name = std::move(name);
    at.counts.resize(out.starts.size(), 0);
    return &at;
  };
  for (const auto& event : one.events) {
    const uint32_t channel = column ? event.attributes[*column] : 0, source = (*moment.classes)[event.event_class].source;
    auto& of_channel = by_channel[channel];
    if (!of_channel) of_channel = lane(channels, channel ? value_text(moment, BuiltinAttribute::channel, channel) : std::string());
    auto& of_source = by_source[source];
    if (!of_source) of_source = lane(sources, source_name(one, event));
    const auto at = std::upper_bound(bounds.begin(), bounds.end(), event.time) - bounds.begin();
    for (Lane* to : {of_channel, of_source}) {
      ++to->events;
      if (at >= 1 && static_cast<size_t>(at) <= to->counts.size()) ++to->counts[static_cast<size_t>(at) - 1];
    }
  }
  const auto sorted = [](std::map<std::string, Lane>& lanes) {
    std::vector<Lane> list;
    for (auto& [name, one_lane] : lanes) list.push_back(std::move(one_lane));
    std::stable_sort(list.begin(), list.end(), [](const Lane& a, const Lane& b) { return a.events > b.events; });
    return list;
  };
  out.channels = sorted(channels);
  out.sources = sorted(sources);
  return out;
}

// --- matters ---

Result<std::vector<Matter>> matters_of(Service& service, const Viewer& viewer, const OneCustomer& one, uint64_t& total) {
  const auto settings = TRY(service.parts.panel.settings(viewer));
  const auto planned = TRY(plan(one.seen, one.zone, Filter{}, nullptr, {}, {}, service.shared.queries));
  engine::Query whole = planned.all;
  auto rows = TRY(engine::customer_instances(one.seen.moment->columns, whole, one.number));
  // Open or not is asked of the same slicing with the workspace's end and pause: the last piece of an instance says it.
  engine::Query cut = whole;
  cut.slicing.gap = Micros{settings.open_days * 86'400'000'000};
  for (const auto& id : settings.end_touchpoints)
    if (const auto t = one.seen.mapping->find(id)) cut.slicing.end.push_back(*t);
  std::set<uint32_t> open;
  for (const auto& row : TRY(engine::customer_instances(one.seen.moment->columns, cut, one.number)))
    if (row.open) open.insert(row.instance_key);
  // Where some sources give keys, what has none is no matter of its own.
  const bool keyed = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.instance_key >= first_key; });
  if (keyed) std::erase_if(rows, [](const auto& row) { return row.instance_key < first_key; });
  total = rows.size();
  std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    return std::tuple(open.contains(a.instance_key), a.last, b.key) > std::tuple(open.contains(b.instance_key), b.last, a.key);
  });
  if (rows.size() > matters_max) rows.resize(matters_max);
  std::vector<uint32_t> keys;
  for (const auto& row : rows) keys.push_back(row.instance_key);
  const auto texts = TRY(one.seen.moment->store->instance_keys(keys));
  std::vector<Matter> out;
  for (size_t i = 0; i < rows.size(); ++i) {
    Matter matter{.instance_key = texts[i], .first = iso_utc(rows[i].first), .last = iso_utc(rows[i].last), .events = rows[i].events, .open = open.contains(rows[i].instance_key)};
    const auto events = TRY(engine::instance_events(one.seen.moment->columns, whole, rows[i].key));
    if (!events.empty()) {
      const auto& item = one.seen.mapping->touchpoints[events.back().touchpoint];
      matter.last_touchpoint = item.id;
      matter.last_touchpoint_name = item.name;
    }
    out.push_back(std::move(matter));
  }
  return out;
}

// --- attributes ---

struct Said {
  Micros time;
  std::string value, source;
};

KnownAttribute known_of(const events::Attribute& attribute, const std::vector<Said>& said) {
  KnownAttribute out{.id = attribute.id, .name = attribute.name};
  for (const auto& one : said) {
    if (out.history.empty() || out.history.back().value != one.value) out.history.push_back({one.value, iso_utc(one.time), one.source});
    out.confirmed = iso_utc(one.time);
    out.source = one.source;
  }
  out.changes = out.history.size();
  std::reverse(out.history.begin(), out.history.end());
  out.value = out.history.front().value;
  out.since = out.history.front().since;
  if (out.history.size() > history_max) out.history.resize(history_max);
  return out;
}

Result<std::vector<KnownAttribute>> attributes_of(const OneCustomer& one) {
  const auto& moment = *one.seen.moment;
  std::vector<KnownAttribute> out;
  for (const auto& attribute : moment.dictionary->attributes) {
    if (attribute.scope != AttributeScope::customer) continue;
    std::vector<Said> said;
    const bool in_memory = attribute.in_memory && may_have_column(attribute.number);
    if (in_memory) {
      const auto column = column_of(moment, attribute.number);
      if (!column) continue;
      for (const auto& event : one.events)
        if (const uint32_t code = event.attributes[*column]) said.push_back({event.time, value_text(moment, attribute.number, code), source_name(one, event)});
    } else {
      for (const auto& stored : TRY(moment.store->customer_events_in(one.number, one.seen.as_of, {.having = attribute.number}))) {
        if (moment.partial && !holds(one.events, stored.arrival)) continue;
        for (const auto& [number, text] : stored.attributes)
          if (number == attribute.number) said.push_back({stored.time, text, moment.dictionary->sources.at(stored.source - 1u).name});
      }
    }
    if (!said.empty()) out.push_back(known_of(attribute, said));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return std::tie(a.name, a.id) < std::tie(b.name, b.id); });
  return out;
}

Result<std::vector<ComputedValue>> computed_of(Service& service, const Viewer& viewer, const OneCustomer& one) {
  std::vector<ComputedValue> out;
  const auto list = TRY(service.parts.computed.list(viewer));
  const AudienceView view{one.seen, one.zone, list, service.cache, service.shared.queries, one.number};
  for (const auto& attribute : list) {
    ComputedValue value{.id = attribute.id, .name = attribute.name, .kind = attribute.definition.kind};
    const auto numbers = compute(view, {attribute.definition});
    // A definition that names what is gone has no value; its own page says why.
    if (numbers && !numbers->values[0]->empty()) {
      const double n = numbers->values[0]->front();
      using K = customers::ComputedKind;
      if (value.kind == K::most_used_channel) {
        if (n > 0) value.text = value_text(*one.seen.moment, BuiltinAttribute::channel, static_cast<uint32_t>(n));
      } else if (!std::isnan(n)) {
        if (value.kind == K::first_contact || value.kind == K::last_contact) value.time = iso_utc(Micros{static_cast<int64_t>(n)});
        else value.number = n;
      }
    } else if (!numbers && numbers.error().kind != ErrorKind::invalid) {
      return numbers.error();
    }
    out.push_back(std::move(value));
  }
  return out;
}

Result<std::vector<InSegment>> segments_of(Service& service, const Viewer& viewer, const OneCustomer& one) {
  std::vector<InSegment> out;
  for (const auto& segment : TRY(service.parts.segments.list(viewer))) {
    Filter filter;
    filter.segment = segment.id;
    auto question = TRY(service.ask(viewer, filter, static_cast<int64_t>(one.seen.as_of), one.seen.mapping->version));
    const auto planned = service.plan(viewer, question, one.number);
    if (!planned) {
      if (planned.error().kind != ErrorKind::invalid) return planned.error();
      continue;  // it names what is gone
    }
    engine::Query query = planned->query;
    auto& wanted = query.instances.customers;
    const bool among = !wanted || std::find(wanted->begin(), wanted->end(), one.number) != wanted->end();
    if (!among) continue;
    wanted = std::vector{one.number};
    const bool inside = (planned->rules_alone && planned->query.instances.customers) ||
                        !TRY(engine::customer_instances(one.seen.moment->columns, query, one.number)).empty();
    if (inside) out.push_back({segment.id, segment.name});
  }
  return out;
}

}  // namespace

bool holds(const std::vector<engine::EventRow>& events, uint64_t arrival) {
  return std::ranges::any_of(events, [&](const auto& event) { return event.arrival == arrival; });
}

Result<OneCustomer> one_customer(Service& service, const Viewer& viewer, std::string_view customer, std::optional<int64_t> as_of,
                                 std::optional<int64_t> mapping_version) {
  if (!viewer.may(Right::see_customers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_customers is needed");
  const Error absent = Error::make(ErrorKind::not_found, "not_found", "customer " + std::string(customer));
  const auto number = TRY(service.parts.names.customer_of(viewer.workspace(), customer));
  if (!number) return absent;
  const auto settings = TRY(service.parts.workspaces.settings(viewer));
  OneCustomer out{.name = std::string(customer),
                  .number = *number,
                  .seen = TRY(service.live(viewer.workspace())->see(viewer, as_of, mapping_version)),
                  .zone = TRY(LocalTime::find(settings.time_zone)),
                  .events = {}};
  out.events = engine::customer_events(out.seen.moment->columns, out.seen.mapping->engine, *number, out.seen.last_arrival);
  if (out.events.empty()) return absent;
  return out;
}

Result<std::vector<TimelineEvent>> timeline_events(const OneCustomer& one, const std::vector<size_t>& places) {
  std::vector<TimelineEvent> out;
  if (places.empty()) return out;
  const auto& moment = *one.seen.moment;
  const auto& dictionary = *moment.dictionary;
  const auto [low, high] = std::minmax_element(places.begin(), places.end());
  std::unordered_map<uint64_t, events::StoredEvent> stored;
  for (auto& event : TRY(moment.store->customer_events_in(one.number, one.seen.as_of, {.from = one.events[*low].time, .to = one.events[*high].time}))) {
    const uint64_t arrival = event.arrival;
    stored.emplace(arrival, std::move(event));
  }
  for (const size_t place : places) {
    const auto& event = one.events[place];
    const auto& event_class = (*moment.classes)[event.event_class];
    TimelineEvent row{.time = iso_utc(event.time), .event_type = dictionary.types.at(event_class.type - 1).name, .source = source_name(one, event)};
    if (event.touchpoint != engine::no_touchpoint) {
      const auto& item = one.seen.mapping->touchpoints[event.touchpoint];
      row.touchpoint = item.id;
      row.touchpoint_name = item.name;
      row.mapped = item.mapped;
    }
    if (place > 0 && event.time - one.events[place - 1].time >= pause_shown) row.pause_s = seconds(event.time - one.events[place - 1].time);
    if (const auto at = stored.find(event.arrival); at != stored.end()) {
      row.instance_key = at->second.instance_key;
      row.cost = at->second.cost;
      for (const auto& [number, text] : at->second.attributes) {
        if (number == BuiltinAttribute::channel) row.channel = text;
        else if (number == BuiltinAttribute::direction) row.direction = text;
        else if (number == BuiltinAttribute::unit) row.unit = text;
        else if (const auto* attribute = attribute_of(dictionary, number))
          (attribute->scope == AttributeScope::customer ? row.customer_attributes : row.attributes)[attribute->name] = text;
      }
    }
    out.push_back(std::move(row));
  }
  return out;
}

Result<CustomerProfile> profile_of(Service& service, const Viewer& viewer, const OneCustomer& one, bool whole) {
  CustomerProfile out{.customer = one.name,
                      .first = iso_utc(one.events.front().time),
                      .last = iso_utc(one.events.back().time),
                      .as_of = static_cast<int64_t>(one.seen.as_of),
                      .mapping_version = one.seen.mapping->version,
                      .events = one.events.size()};
  out.matters = TRY(matters_of(service, viewer, one, out.matters_total));
  out.attributes = TRY(attributes_of(one));
  out.computed = TRY(computed_of(service, viewer, one));
  if (!whole) return out;
  if (viewer.may(Right::see_identifiers)) out.identifier = TRY(service.parts.names.identifier(viewer, one.number));
  out.activity = activity_of(one);
  out.segments = TRY(segments_of(service, viewer, one));
  return out;
}

}  // namespace lotse::analysis::detail
