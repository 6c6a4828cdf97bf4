#include "analysis/detail/service.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/log.h"
#include "base/priority.h"
#include "engine/variants.h"

namespace lotse::analysis::detail {
namespace {

using namespace std::chrono_literals;
constexpr size_t sequences_ids_max = 2'000'000;  // about 64 MB of ids
constexpr size_t sequence_ids_max = 10'000;      // longer ones are searched anew where one is picked
constexpr size_t variants_searched_max = 1'000'000;

std::string id_of(const std::vector<std::string>& sequence) {
  std::string text;
  for (const auto& id : sequence) {
    text += id;
    text += '\n';
  }
  unsigned char hash[16];
  crypto_generichash(hash, sizeof(hash), reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  std::string out = "va_";
  for (unsigned char byte : hash) out += fmt::format("{:02x}", byte);
  return out;
}

std::vector<std::string> ids_of(const MappingView& mapping, const std::vector<engine::Touchpoint>& sequence) {
  std::vector<std::string> out;
  out.reserve(sequence.size());
  for (const auto t : sequence) out.push_back(mapping.touchpoints[t].id);
  return out;
}

size_t threads(const Options& options) {
  return options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

Service::Service(Analysis::Parts given, Options options)
    : parts(std::move(given)),
      shared{parts.stores, parts.touchpoints, parts.clock, options, engine::ThreadExecutor(threads(options)),
             engine::ThreadExecutor(threads(options), work_behind_requests), {}},
      cache(options.cache_bytes_max) {
  appended_ = parts.feeds.appended.subscribe([this](const events::Appended& news) {
    if (auto at = known(news.workspace)) at->appended(news);
  });
  removed_ = parts.feeds.removed.subscribe([this](const events::Removed& news) {
    if (auto at = known(news.workspace)) at->removed(news);
  });
  relinked_ = parts.feeds.relinked.subscribe([this](const events::Relinked& news) {
    if (auto at = known(news.workspace)) at->relinked(news);
  });
  returned_ = parts.feeds.returned.subscribe([this](const events::Returned& news) {
    if (auto at = known(news.workspace)) at->returned(news);
  });
  mapping_ = parts.touchpoints.changes().subscribe([this](const atlas::MappingChanged& news) {
    if (auto at = known(news.workspace)) at->mapping_changed();
  });
  parts.touchpoints.attach(this);
  keeper_ = std::jthread([this](std::stop_token stop) { look_after(stop); });
}

Service::~Service() {
  parts.touchpoints.attach(nullptr);
  appended_ = {};
  removed_ = {};
  relinked_ = {};
  returned_ = {};
  mapping_ = {};
  keeper_.request_stop();
  keeper_.join();
  auto all = lives_.with([](auto& lives) { return std::exchange(lives, {}); });
  all.clear();
}

std::shared_ptr<Live> Service::known(const WorkspaceId& workspace) const {
  return lives_.with([&](const auto& lives) -> std::shared_ptr<Live> {
    const auto at = lives.find(workspace);
    return at == lives.end() ? nullptr : at->second;
  });
}

std::shared_ptr<Live> Service::live(const WorkspaceId& workspace) {
  // Made under the lock: news that arrive from here on find it, and it reads what was there before.
  return lives_.with([&](auto& lives) {
    auto& at = lives[workspace];
    if (!at) at = std::make_shared<Live>(workspace, shared);
    return at;
  });
}

void Service::close(const WorkspaceId& workspace) {
  std::weak_ptr<Live> gone = lives_.with([&](auto& lives) -> std::shared_ptr<Live> {
    const auto at = lives.find(workspace);
    if (at == lives.end()) return nullptr;
    auto live = std::move(at->second);
    lives.erase(at);
    return live;
  });
  while (!gone.expired()) std::this_thread::sleep_for(1ms);  // requests under way end first
}

void Service::look_after(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    wake.wait_for(lock, stop, 10s, [] { return false; });
    close_some();
  }
}

/// Closes workspaces that nobody has used for long, and beyond the bound of memory those unused longest.
void Service::close_some() {
  const Micros now = parts.clock.now();
  const Micros idle = std::chrono::duration_cast<Micros>(shared.options.close_after);
  std::vector<std::shared_ptr<Live>> closed;
  lives_.with([&](auto& lives) {
    std::vector<std::pair<Micros, WorkspaceId>> by_use;
    uint64_t bytes = 0;
    for (const auto& [workspace, live] : lives) {
      by_use.emplace_back(live->last_used(), workspace);
      bytes += live->bytes();
    }
    std::sort(by_use.begin(), by_use.end());
    for (const auto& [used, workspace] : by_use) {
      const bool crowded = bytes > shared.options.memory_bytes_max && now - used > Micros{60'000'000};
      if (now - used <= idle && !crowded) continue;
      bytes -= lives.at(workspace)->bytes();
      closed.push_back(std::move(lives.at(workspace)));
      lives.erase(workspace);
    }
  });
}

Result<Question> Service::ask(const Viewer& viewer, const Filter& filter, std::optional<int64_t> as_of,
                              std::optional<int64_t> mapping_version) {
  if (!viewer.may(Right::read)) return Error::make(ErrorKind::forbidden, "forbidden", "read is needed");
  const auto settings = TRY(parts.workspaces.settings(viewer));
  Question question{.seen = {}, .zone = TRY(LocalTime::find(settings.time_zone)), .filter = filter};
  if (filter.segment) {
    auto segment = parts.segments.get(viewer, *filter.segment);
    if (!segment) {
      Error error = segment.error();
      error.field = "/filter/segment";
      return error;
    }
    question.segment = std::move(segment->filter);
  }
  question.seen = TRY(live(viewer.workspace())->see(viewer, as_of, mapping_version, filter.count_by));
  question.small_groups = viewer.may(Right::see_customers);
  question.smallest_group = viewer.scope().smallest_group;
  const auto& seen = question.seen;
  question.key = fmt::format("{}|{}|{}|{}|{}|{}", seen.moment->serial, seen.as_of, seen.mapping->version, seen.mapping_running,
                             settings.time_zone, to_json(filter).dump());
  if (question.segment) question.key += to_json(*question.segment).dump();
  if (!filter.customer_rules.empty() || (question.segment && !question.segment->customer_rules.empty())) {
    question.computed = TRY(parts.computed.list(viewer));
    for (const auto& one : question.computed) question.key += one.id + "." + one.etag;
  }
  return question;
}

Result<Planned> Service::plan(const Viewer& viewer, const Question& question, std::optional<uint32_t> only) {
  const auto customers = [&](const std::vector<CustomerRule>& rules, const std::string& field, std::vector<FieldError>& problems) -> Result<std::vector<uint32_t>> {
    const AudienceView view{question.seen, question.zone, question.computed, cache, shared.queries, only};
    if (only) return customers_of(view, rules, field, problems);
    // Several operators ask for the same page: they share the answer.
    const auto& seen = question.seen;
    std::string key = fmt::format("rules|{}|{}|{}|", seen.moment->serial, seen.as_of, seen.mapping->version);
    for (const auto& one : question.computed) key += one.id + "." + one.etag + ",";
    for (const auto& rule : rules) key += to_json(rule).dump();
    if (const auto known_customers = cache.get<std::vector<uint32_t>>(key)) return *known_customers;
    auto found = std::make_shared<const std::vector<uint32_t>>(TRY(customers_of(view, rules, field, problems)));
    if (problems.empty()) cache.put<std::vector<uint32_t>>(key, found, found->size() * 4);
    return *found;
  };
  return detail::plan(question.seen, question.zone, question.filter, question.segment ? &*question.segment : nullptr,
                      [&](const std::string& id) { return find_variant(viewer, question, id); }, customers, shared.queries);
}

Result<std::shared_ptr<const std::vector<uint32_t>>> Service::members(const Question& question, const Planned& planned, std::stop_token stop) {
  using List = std::vector<uint32_t>;
  if (planned.rules_alone && planned.query.instances.customers) return std::make_shared<const List>(*planned.query.instances.customers);
  const std::string key = "members|" + question.key;
  if (auto known_members = cache.get<List>(key)) return known_members;
  List out;
  if (!planned.filters) {
    // Nothing is asked: also those whose events belong to no instance.
    out = TRY(engine::reckon(question.seen.moment->columns, {.mapping = &question.seen.mapping->engine, .last_arrival = question.seen.last_arrival}, {}, shared.queries, stop)).customers;
  } else {
    for (const auto& one : TRY(engine::count_by_customer(question.seen.moment->columns, planned.query, shared.queries, stop))) out.push_back(one.customer);
  }
  auto found = std::make_shared<const List>(std::move(out));
  cache.put<List>(key, found, found->size() * 4);
  return found;
}

Result<void> Service::note_view(const Viewer& viewer, const std::string& customer, const char* how) {
  constexpr Micros noted_for{600'000'000};
  constexpr size_t remembered_max = 10'000;
  const Micros now = parts.clock.now();
  const std::string key = viewer.workspace().value + "|" + viewer.principal() + "|" + customer + "|" + how;
  const bool noted = viewed_.with([&](auto& viewed) {
    const auto at = viewed.find(key);
    return at != viewed.end() && now - at->second < noted_for;
  });
  if (noted) return {};
  TRY(parts.audit.note(viewer, how, customer));
  viewed_.with([&](auto& viewed) {
    if (viewed.size() >= remembered_max) std::erase_if(viewed, [&](const auto& one) { return now - one.second >= noted_for; });
    if (viewed.size() < remembered_max) viewed[key] = now;
  });
  return {};
}

Result<engine::Totals> Service::totals(const Question& question, const Planned& planned, std::stop_token stop) {
  const std::string key = "totals|" + question.key;
  if (const auto known_totals = cache.get<engine::Totals>(key)) return *known_totals;
  const auto totals = TRY(engine::totals(question.seen.moment->columns, planned.query, shared.queries, stop));
  cache.put<engine::Totals>(key, std::make_shared<const engine::Totals>(totals), sizeof(totals));
  return totals;
}

Result<Basis> Service::basis(const Question& question, const Planned& planned, std::stop_token stop) {
  // Before all filters: the same for every filter of one slicing.
  Question plain = question;
  const auto& seen = question.seen;
  Filter slicing;
  slicing.count_by = question.filter.count_by;
  slicing.slice = question.filter.slice;
  if (question.segment && slicing.slice.kind == SliceKind::automatic) slicing.slice = question.segment->slice;
  plain.key = fmt::format("{}|{}|{}|{}", seen.moment->serial, seen.as_of, seen.mapping->version, to_json(slicing).dump());
  Planned all;
  all.query = planned.all;
  const auto whole = TRY(totals(plain, all, stop));
  const auto selected = planned.filters ? TRY(totals(question, planned, stop)) : whole;
  std::optional<uint64_t> without_reference;
  if (seen.moment->kind != CountBy::person) without_reference = TRY(events_without_reference(seen, stop));
  Basis out{.as_of = static_cast<int64_t>(seen.as_of),
            .mapping_version = seen.mapping->version,
            .events_without_key = whole.events_without_key,
            .instances_total = whole.instances,
            .events_total = whole.events,
            .events_without_reference = without_reference,
            .notes = planned.notes};
  if (!question.small_groups && selected.customers > 0 && selected.customers < question.smallest_group) {
    note_withheld(out);
    return out;
  }
  out.instances = selected.instances;
  out.events = selected.events;
  out.customers = selected.customers;
  out.open_instances = selected.open_instances;
  return out;
}

/// Of the whole history, as far as the answer sees it.
Result<uint64_t> Service::events_without_reference(const Seen& seen, std::stop_token stop) {
  if (!seen.last_arrival) return seen.moment->without_reference;
  const std::string key = fmt::format("without|{}|{}|{}", seen.moment->serial, seen.as_of, seen.persons->serial);
  if (const auto known_count = cache.get<uint64_t>(key)) return *known_count;
  uint64_t count[2];
  for (const auto& moment : {seen.persons, seen.moment}) {
    const auto found = TRY(engine::totals(moment->columns, {.mapping = &seen.mapping->engine, .last_arrival = seen.last_arrival}, shared.queries, stop));
    count[moment == seen.moment] = found.events + found.events_unmapped;
  }
  const uint64_t without = count[0] - std::min(count[0], count[1]);
  cache.put<uint64_t>(key, std::make_shared<const uint64_t>(without), sizeof(without));
  return without;
}

Result<std::shared_ptr<const std::vector<uint64_t>>> Service::class_counts(const Moment& moment) {
  const std::string key = fmt::format("classes|{}", moment.serial);
  if (auto counts = cache.get<std::vector<uint64_t>>(key)) return counts;
  auto counts = engine::class_counts(moment.columns, shared.queries);
  counts.resize(moment.classes->size(), 0);
  auto kept = std::make_shared<const std::vector<uint64_t>>(std::move(counts));
  cache.put<std::vector<uint64_t>>(key, kept, kept->size() * 8);
  return kept;
}

Result<std::shared_ptr<const engine::Graph>> Service::whole_graph(const Seen& seen) {
  const std::string key = fmt::format("whole|{}|{}", seen.moment->serial, seen.mapping->version);
  if (auto graph = cache.get<engine::Graph>(key)) return graph;
  engine::Query query;
  query.mapping = &seen.mapping->engine;
  auto graph = std::make_shared<const engine::Graph>(TRY(engine::graph(seen.moment->columns, query, {.customers = true}, shared.queries)));
  cache.put<engine::Graph>(key, graph, graph->nodes.size() * sizeof(engine::GraphNode) + graph->edges.size() * sizeof(engine::GraphEdge));
  return graph;
}

std::string Service::variant_id(const WorkspaceId& workspace, const MappingView& mapping, const std::vector<engine::Touchpoint>& sequence) {
  auto ids = ids_of(mapping, sequence);
  std::string id = id_of(ids);
  if (ids.size() > sequence_ids_max) return id;
  sequences_.with([&](Sequences& s) {
    const std::string key = workspace.value + id;
    const size_t count = ids.size();
    if (!s.by_key.try_emplace(key, std::move(ids)).second) return;
    s.order.push_back(key);
    s.ids += count + 4;
    while (s.ids > sequences_ids_max) {
      const auto oldest = s.by_key.find(s.order.front());
      s.ids -= oldest->second.size() + 4;
      s.by_key.erase(oldest);
      s.order.pop_front();
    }
  });
  return id;
}

/// A link may name a variant that this process has not given out: then all variants of the same filter are looked through.
Result<std::optional<std::vector<std::string>>> Service::find_variant(const Viewer& viewer, const Question& question, const std::string& id) {
  auto remembered = sequences_.with([&](Sequences& s) -> std::optional<std::vector<std::string>> {
    const auto at = s.by_key.find(viewer.workspace().value + id);
    if (at == s.by_key.end()) return std::nullopt;
    return at->second;
  });
  if (remembered) return remembered;
  Question without = question;
  without.filter.variants.clear();
  if (without.segment) without.segment->variants.clear();
  const auto planned = TRY(plan(viewer, without));
  const auto all = TRY(engine::variants(question.seen.moment->columns, planned.query, {.top = variants_searched_max}, shared.queries));
  for (const auto& variant : all.top) {
    auto ids = ids_of(*question.seen.mapping, variant.sequence);
    if (id_of(ids) == id) {
      variant_id(viewer.workspace(), *question.seen.mapping, variant.sequence);
      return std::optional(std::move(ids));
    }
  }
  return std::optional<std::vector<std::string>>{};
}

Result<std::vector<InstanceRow>> Service::instance_rows(const Viewer& viewer, const Planned& planned,
                                                        const std::vector<engine::InstanceRow>& rows,
                                                        const std::optional<engine::Through>& through, size_t sequence_max) {
  const auto& moment = *planned.seen.moment;
  const auto& mapping = *planned.seen.mapping;
  std::vector<uint32_t> customers, keys;
  for (const auto& row : rows) {
    customers.push_back(row.key.customer);
    keys.push_back(row.instance_key);
  }
  const auto names = TRY(parts.names.pseudonyms(viewer.workspace(), customers));
  const auto key_texts = TRY(moment.store->instance_keys(keys));
  ensure(names.size() == rows.size() && key_texts.size() == rows.size(), "each row has a pseudonym and a key");
  // The rows are known to be selected: their events follow from slicing and event filters alone.
  engine::Query of_row = planned.query;
  of_row.instances = {};
  of_row.events.remaining.reset();
  if (of_row.period.mode != engine::Period::Mode::cut) of_row.period = {};
  std::vector<InstanceRow> out;
  out.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto events = TRY(engine::instance_events(moment.columns, of_row, rows[i].key));
    InstanceRow row{.customer = names[i],
                    .instance_key = key_texts[i],
                    .first = iso_utc(rows[i].first),
                    .last = iso_utc(rows[i].last),
                    .events = rows[i].events,
                    .duration_s = seconds(rows[i].last - rows[i].first),
                    .open = rows[i].open};
    for (size_t e = 0; e < events.size() && e < sequence_max; ++e) row.sequence.push_back(mapping.touchpoints[events[e].touchpoint].id);
    if (through && through->to != engine::no_touchpoint)
      for (size_t e = 1; e < events.size() && !row.time_s; ++e)
        if (events[e - 1].touchpoint == through->from && events[e].touchpoint == through->to)
          row.time_s = seconds(events[e].time - events[e - 1].time);
    out.push_back(std::move(row));
  }
  return out;
}

Result<atlas::EventCatalogue> Service::catalogue(const WorkspaceId& workspace) {
  const auto store = TRY(parts.stores(workspace));
  const auto dictionary = store->dictionary();
  atlas::EventCatalogue out;
  for (const auto& type : dictionary->types) out.types.push_back({type.name, type.touchpoint});
  for (const auto& source : dictionary->sources) out.sources.push_back(source.id);
  for (const auto& attribute : dictionary->attributes) out.properties.push_back({attribute.id, attribute.in_memory});
  return out;
}

bool Service::mapping_running(const WorkspaceId& workspace) {
  const auto at = known(workspace);
  const auto set = parts.touchpoints.current(workspace);
  return at && set && at->mapping_running(**set);
}

TouchpointName name_of(const MappingView& mapping, engine::Touchpoint touchpoint) {
  const auto& item = mapping.touchpoints[touchpoint];
  return {item.id, item.name, item.mapped, item.channel};
}

std::vector<TouchpointName> names_of(const MappingView& mapping, std::vector<engine::Touchpoint> used) {
  std::sort(used.begin(), used.end(), [&](auto a, auto b) { return mapping.rank[a] < mapping.rank[b]; });
  used.erase(std::unique(used.begin(), used.end()), used.end());
  std::vector<TouchpointName> out;
  for (const auto t : used) out.push_back(name_of(mapping, t));
  return out;
}

}  // namespace lotse::analysis::detail
