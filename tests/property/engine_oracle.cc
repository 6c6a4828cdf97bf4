#include "engine_oracle.h"

#include <algorithm>
#include <set>

namespace oracle {
namespace {

bool in(const std::vector<Touchpoint>& list, Touchpoint t) { return std::find(list.begin(), list.end(), t) != list.end(); }

uint32_t code_of(const Event& event, size_t attribute) { return attribute < event.attributes.size() ? event.attributes[attribute] : 0; }

bool meets(uint32_t code, const engine::AttributeCondition& condition) {
  const bool listed = std::find(condition.codes.begin(), condition.codes.end(), code) != condition.codes.end();
  return listed != condition.negated;
}

bool needs_key(const engine::Query& query, uint32_t event_class) {
  const auto& slicing = query.slicing;
  if (slicing.by == engine::Slicing::By::instance_key) return true;
  return slicing.by == engine::Slicing::By::mixed && event_class < slicing.keyed_class.size() && slicing.keyed_class[event_class];
}

double quantile(std::vector<int64_t> values, double p) {
  std::sort(values.begin(), values.end());
  const double place = p * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(place);
  if (low + 1 >= values.size()) return static_cast<double>(values[low]);
  return static_cast<double>(values[low]) + static_cast<double>(values[low + 1] - values[low]) * (place - static_cast<double>(low));
}

double mean(const std::vector<int64_t>& values) {
  long double sum = 0;
  for (int64_t v : values) sum += v;
  return values.empty() ? 0 : static_cast<double>(sum / values.size());
}

std::vector<Instance> cut(const std::vector<Step>& group, const engine::Query& query) {
  const auto& slicing = query.slicing;
  std::vector<Instance> result;
  Instance current;
  auto close = [&](bool open) {
    if (current.steps.empty()) return;
    current.open = open;
    result.push_back(std::exchange(current, {}));
  };
  for (const Step& step : group) {
    const bool starts = in(slicing.start, step.touchpoint);
    if (!current.steps.empty() && slicing.gap && step.event.time - current.steps.back().event.time > slicing.gap->count()) close(false);
    if (!current.steps.empty() && starts && slicing.end.empty()) close(false);
    if (current.steps.empty() && !slicing.start.empty() && !starts) continue;
    current.steps.push_back(step);
    if (in(slicing.end, step.touchpoint)) close(false);
  }
  if (!current.steps.empty()) {
    const bool waits = !slicing.end.empty() || slicing.gap;
    const bool elapsed = slicing.gap && query.as_of.count() - current.steps.back().event.time > slicing.gap->count();
    close(waits && !elapsed);
  }
  return result;
}

bool succession(const Instance& x, const engine::Succession& s) {
  for (size_t i = 0; i < x.steps.size(); ++i) {
    if (!in(s.first, x.steps[i].touchpoint)) continue;
    for (size_t j = i + 1; j < x.steps.size(); ++j) {
      if (s.directly && j != i + 1) break;
      if (!in(s.then, x.steps[j].touchpoint)) continue;
      if (!s.within || x.steps[j].event.time - x.steps[i].event.time <= s.within->count()) return true;
    }
  }
  return false;
}

bool passes(const Instance& x, const std::vector<Event>& of_customer, const engine::Query& query) {
  const auto& f = query.instances;
  const auto& steps = x.steps;
  auto any = [&](const std::vector<Touchpoint>& list) { return std::any_of(steps.begin(), steps.end(), [&](const Step& s) { return in(list, s.touchpoint); }); };
  if (f.customers && std::find(f.customers->begin(), f.customers->end(), x.customer) == f.customers->end()) return false;
  if (!f.starts_with.empty() && !in(f.starts_with, steps.front().touchpoint)) return false;
  if (!f.ends_with.empty() && !in(f.ends_with, steps.back().touchpoint)) return false;
  for (const auto& list : f.contains) if (!any(list)) return false;
  if (any(f.contains_not)) return false;
  for (const auto& s : f.successions) if (!succession(x, s)) return false;
  const int64_t first = steps.front().event.time, last = steps.back().event.time;
  if (f.duration_min && last - first < f.duration_min->count()) return false;
  if (f.duration_max && last - first > f.duration_max->count()) return false;
  if (f.events_min && steps.size() < *f.events_min) return false;
  if (f.events_max && steps.size() > *f.events_max) return false;
  for (const auto& c : f.has_event)
    if (std::none_of(steps.begin(), steps.end(), [&](const Step& s) { return meets(code_of(s.event, c.attribute), c); })) return false;
  for (const auto& c : f.has_no_event)
    if (std::any_of(steps.begin(), steps.end(), [&](const Step& s) { return meets(code_of(s.event, c.attribute), c); })) return false;
  for (const auto& c : f.customer_last) {
    uint32_t code = 0;
    for (const Event& e : of_customer) if (code_of(e, c.attribute)) code = code_of(e, c.attribute);
    if (!meets(code, c)) return false;
  }
  if (f.exclude_open && x.open) return false;
  if (f.variants) {
    std::vector<Touchpoint> sequence;
    for (const Step& s : steps) sequence.push_back(s.touchpoint);
    if (std::find(f.variants->begin(), f.variants->end(), sequence) == f.variants->end()) return false;
  }
  const int64_t from = query.period.from.count(), to = query.period.to.count();
  switch (query.period.mode) {
    case engine::Period::Mode::all:
    case engine::Period::Mode::cut: return true;
    case engine::Period::Mode::started: return first >= from && first < to;
    case engine::Period::Mode::completed: return !x.open && last >= from && last < to;
    case engine::Period::Mode::overlaps: return first < to && last >= from;
  }
  return true;
}

bool stays(const Step& step, const engine::Query& query) {
  if (query.period.mode == engine::Period::Mode::cut && (step.event.time < query.period.from.count() || step.event.time >= query.period.to.count())) return false;
  if (query.events.touchpoints && !in(*query.events.touchpoints, step.touchpoint)) return false;
  for (const auto& c : query.events.attributes) if (!meets(code_of(step.event, c.attribute), c)) return false;
  return true;
}

}  // namespace

std::vector<Instance> select(const std::vector<Event>& events, const engine::Query& query) {
  std::map<uint32_t, std::vector<Event>> customers;
  for (const Event& e : events)
    if (!query.last_arrival || e.arrival <= *query.last_arrival) customers[e.customer].push_back(e);
  std::vector<Instance> result;
  for (auto& [customer, course] : customers) {
    std::sort(course.begin(), course.end(), [](const Event& a, const Event& b) { return std::pair(a.time, a.arrival) < std::pair(b.time, b.arrival); });
    std::map<std::pair<bool, uint32_t>, std::vector<Step>> groups;
    for (const Event& e : course) {
      const Touchpoint t = query.mapping->touchpoint_of[e.event_class];
      if (t == engine::no_touchpoint) continue;
      const bool keyed = needs_key(query, e.event_class);
      if (keyed && e.key == 0) continue;
      groups[{keyed, keyed ? e.key : 0}].push_back({e, t});
    }
    std::vector<Instance> mine;
    for (const auto& [group, steps] : groups)
      for (Instance& x : cut(steps, query)) {
        x.customer = customer;
        x.key = group.second;
        mine.push_back(std::move(x));
      }
    std::sort(mine.begin(), mine.end(), [](const Instance& a, const Instance& b) {
      const Event &x = a.steps.front().event, &y = b.steps.front().event;
      return std::pair(x.time, x.arrival) < std::pair(y.time, y.arrival);
    });
    for (size_t i = 0; i < mine.size(); ++i) {
      mine[i].ordinal = i;
      if (!passes(mine[i], course, query)) continue;
      std::erase_if(mine[i].steps, [&](const Step& s) { return !stays(s, query); });
      if (query.events.remaining) {
        std::vector<Touchpoint> sequence;
        for (const Step& s : mine[i].steps) sequence.push_back(s.touchpoint);
        const auto& list = *query.events.remaining;
        if (std::find(list.begin(), list.end(), sequence) == list.end()) continue;
      }
      if (!mine[i].steps.empty()) result.push_back(mine[i]);
    }
  }
  return result;
}

engine::Graph graph(const std::vector<Instance>& instances) {
  struct Node { uint64_t events = 0, starts = 0, ends = 0; std::set<std::pair<uint32_t, uint32_t>> instances; std::set<uint32_t> customers; };
  struct Edge { std::vector<int64_t> gaps; std::set<std::pair<uint32_t, uint32_t>> instances; std::set<uint32_t> customers; };
  std::map<Touchpoint, Node> nodes;
  std::map<std::pair<Touchpoint, Touchpoint>, Edge> edges;
  engine::Graph result;
  for (const Instance& x : instances) {
    ++result.instances;
    result.events += x.steps.size();
    ++nodes[x.steps.front().touchpoint].starts;
    ++nodes[x.steps.back().touchpoint].ends;
    for (size_t i = 0; i < x.steps.size(); ++i) {
      Node& node = nodes[x.steps[i].touchpoint];
      ++node.events;
      node.instances.insert({x.customer, x.ordinal});
      node.customers.insert(x.customer);
      if (i == 0) continue;
      Edge& edge = edges[{x.steps[i - 1].touchpoint, x.steps[i].touchpoint}];
      edge.gaps.push_back(x.steps[i].event.time - x.steps[i - 1].event.time);
      edge.instances.insert({x.customer, x.ordinal});
      edge.customers.insert(x.customer);
    }
  }
  for (const auto& [t, n] : nodes) result.nodes.push_back({t, n.events, n.starts, n.ends, n.instances.size(), n.customers.size()});
  for (const auto& [key, e] : edges)
    result.edges.push_back({key.first, key.second, e.gaps.size(), e.instances.size(), e.customers.size(), mean(e.gaps), quantile(e.gaps, 0.5),
                            quantile(e.gaps, 0.9), *std::min_element(e.gaps.begin(), e.gaps.end()), *std::max_element(e.gaps.begin(), e.gaps.end())});
  return result;
}

engine::Totals totals(const std::vector<Event>& events, const engine::Query& query, const std::vector<Instance>& instances) {
  engine::Totals t;
  std::set<uint32_t> customers, touchpoints;
  std::vector<int64_t> durations;
  for (const Instance& x : instances) {
    ++t.instances;
    t.open_instances += x.open;
    t.events += x.steps.size();
    customers.insert(x.customer);
    for (const Step& s : x.steps) touchpoints.insert(s.touchpoint);
    durations.push_back(x.steps.back().event.time - x.steps.front().event.time);
  }
  t.customers = customers.size();
  t.touchpoints = touchpoints.size();
  if (!durations.empty()) {
    t.duration_mean_us = mean(durations);
    t.duration_median_us = quantile(durations, 0.5);
  }
  for (const Event& e : events) {
    if (query.last_arrival && e.arrival > *query.last_arrival) continue;
    if (query.mapping->touchpoint_of[e.event_class] == engine::no_touchpoint) ++t.events_unmapped;
    else if (needs_key(query, e.event_class) && e.key == 0) ++t.events_without_key;
  }
  return t;
}

engine::Variants variants(const std::vector<Instance>& instances, const engine::VariantsQuery& ask) {
  std::map<std::vector<Touchpoint>, std::vector<int64_t>> groups;
  for (const Instance& x : instances) {
    std::vector<Touchpoint> sequence;
    for (const Step& s : x.steps) sequence.push_back(s.touchpoint);
    groups[sequence].push_back(x.steps.back().event.time - x.steps.front().event.time);
  }
  engine::Variants result;
  result.distinct = groups.size();
  result.instances = instances.size();
  for (const auto& [sequence, durations] : groups)
    result.top.push_back({sequence, engine::hash_of(sequence), durations.size(), static_cast<double>(durations.size()) / static_cast<double>(instances.size()),
                          0, ask.median_duration ? quantile(durations, 0.5) : 0});
  auto ranks = [&](std::vector<Touchpoint> s) {
    std::vector<uint32_t> r;
    for (Touchpoint t : s) r.push_back(ask.rank.empty() ? t : ask.rank[t]);
    return r;
  };
  std::sort(result.top.begin(), result.top.end(), [&](const engine::Variant& a, const engine::Variant& b) {
    return a.count != b.count ? a.count > b.count : ranks(a.sequence) < ranks(b.sequence);
  });
  if (result.top.size() > ask.top) result.top.resize(ask.top);
  uint64_t sum = 0;
  for (auto& v : result.top) v.cumulative_share = static_cast<double>(sum += v.count) / static_cast<double>(instances.size());
  return result;
}

namespace {
/// Indexes of the events at which the instance passes.
std::vector<size_t> passages(const Instance& x, const engine::Through& through) {
  std::vector<size_t> at;
  for (size_t i = 0; i < x.steps.size(); ++i) {
    if (through.to == engine::no_touchpoint) {
      if (x.steps[i].touchpoint == through.from) at.push_back(i);
      continue;
    }
    if (i == 0 || x.steps[i - 1].touchpoint != through.from || x.steps[i].touchpoint != through.to) continue;
    const Micros between{x.steps[i].event.time - x.steps[i - 1].event.time};
    if ((!through.between_min || between >= *through.between_min) && (!through.between_max || between <= *through.between_max)) at.push_back(i);
  }
  return at;
}
}  // namespace

std::vector<Instance> passing(const std::vector<Instance>& instances, const engine::Through& through) {
  std::vector<Instance> result;
  for (const Instance& x : instances)
    if (!passages(x, through).empty()) result.push_back(x);
  return result;
}

engine::Detail detail(const std::vector<Instance>& instances, const engine::DetailQuery& ask) {
  engine::Detail d;
  std::set<uint32_t> customers;
  std::vector<int64_t> times;
  d.trend.assign(ask.bucket_starts.empty() ? 0 : ask.bucket_starts.size() - 1, 0);
  std::vector<std::vector<int64_t>> bucket_times(d.trend.size());
  const bool until_next = ask.until_next && ask.of.to == engine::no_touchpoint;
  for (const Instance& x : instances) {
    const auto at = passages(x, ask.of);
    if (at.empty()) continue;
    ++d.instances;
    customers.insert(x.customer);
    d.count += at.size();
    for (size_t i : at) {
      std::optional<int64_t> time;
      if (until_next && i + 1 < x.steps.size()) time = x.steps[i + 1].event.time - x.steps[i].event.time;
      if (!until_next && i > 0) time = x.steps[i].event.time - x.steps[i - 1].event.time;
      if (time) times.push_back(*time);
      for (size_t b = 0; b < d.trend.size(); ++b) {
        if (x.steps[i].event.time < ask.bucket_starts[b].count() || x.steps[i].event.time >= ask.bucket_starts[b + 1].count()) continue;
        ++d.trend[b];
        if (time) bucket_times[b].push_back(*time);
      }
    }
  }
  d.customers = customers.size();
  for (const auto& bucket : bucket_times) d.trend_median_us.push_back(bucket.empty() ? std::nullopt : std::optional(quantile(bucket, 0.5)));
  d.times = times.size();
  if (times.empty()) return d;
  d.mean_us = mean(times);
  d.median_us = quantile(times, 0.5);
  d.p90_us = quantile(times, 0.9);
  d.min_us = *std::min_element(times.begin(), times.end());
  d.max_us = *std::max_element(times.begin(), times.end());
  return d;
}

}  // namespace oracle
