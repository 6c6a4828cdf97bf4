#include "funnel_oracle.h"

#include <algorithm>
#include <bit>
#include <set>

namespace oracle {
namespace {

using engine::FunnelMode;
using engine::FunnelPart;

bool stands_in(const std::vector<Touchpoint>& list, Touchpoint t) { return std::find(list.begin(), list.end(), t) != list.end(); }

/// One attempt, event by event.
std::vector<size_t> attempt(const Instance& x, size_t start, const engine::FunnelQuery& ask) {
  const auto& steps = x.steps;
  std::vector<size_t> filled{start};
  for (size_t e = start + 1; e < steps.size() && filled.size() < ask.steps.size(); ++e) {
    if (steps[e].event.time - steps[start].event.time > ask.window.count()) break;
    const size_t next = filled.size();  // the step looked for
    const bool fills = stands_in(ask.steps[next], steps[e].touchpoint);
    for (const auto& exclusion : ask.exclusions) {
      const bool between = exclusion.after < next && next <= exclusion.before;
      if (between && stands_in(exclusion.touchpoints, steps[e].touchpoint) && !(fills && next == exclusion.before)) return filled;
    }
    if (fills) filled.push_back(e);
    else if (ask.mode == FunnelMode::strict) return filled;
  }
  return filled;
}

/// Every way to give the events so far to the steps is followed: sets of filled steps, as bits.
std::vector<size_t> attempt_any_order(const Instance& x, size_t start, const engine::FunnelQuery& ask) {
  std::set<uint32_t> ways{0};
  std::vector<size_t> filled;
  for (size_t e = start; e < x.steps.size(); ++e) {
    if (x.steps[e].event.time - x.steps[start].event.time > ask.window.count()) break;
    std::set<uint32_t> more = ways;
    for (const uint32_t way : ways)
      for (size_t k = 0; k < ask.steps.size(); ++k)
        if (stands_in(ask.steps[k], x.steps[e].touchpoint)) more.insert(way | 1u << k);
    ways = std::move(more);
    size_t most = 0;
    for (const uint32_t way : ways) most = std::max<size_t>(most, std::popcount(way));
    if (most > filled.size()) filled.push_back(e);
  }
  return filled;
}

bool begins(const Step& step, const engine::FunnelQuery& ask) {
  if (ask.mode != FunnelMode::any_order) return stands_in(ask.steps[0], step.touchpoint);
  return std::any_of(ask.steps.begin(), ask.steps.end(), [&](const auto& s) { return stands_in(s, step.touchpoint); });
}

bool runs(const Passage& p, const engine::Query& query, const engine::FunnelQuery& ask) {
  int64_t seen_until = query.as_of.count();
  if (query.period.mode == engine::Period::Mode::cut) seen_until = std::min(seen_until, query.period.to.count());
  const bool ends = query.slicing.gap || !query.slicing.end.empty();
  return seen_until - p.first() <= ask.window.count() && (!ends || p.instance->open);
}

uint32_t code_of(const std::vector<Event>& events, const Passage& p, const engine::Query& query, const engine::FunnelQuery& ask) {
  const Event& at = p.instance->steps[p.filled.front()].event;
  const auto own = [&](const Event& e) { return *ask.attribute < e.attributes.size() ? e.attributes[*ask.attribute] : 0; };
  if (!ask.carried) return own(at);
  const Event* latest = nullptr;
  for (const Event& e : events) {
    if (e.customer != at.customer || own(e) == 0 || (query.last_arrival && e.arrival > *query.last_arrival)) continue;
    if (std::pair(e.time, e.arrival) > std::pair(at.time, at.arrival)) continue;
    if (!latest || std::pair(e.time, e.arrival) > std::pair(latest->time, latest->arrival)) latest = &e;
  }
  return latest ? own(*latest) : 0;
}

engine::FunnelCount count(const std::vector<Passage>& list) {
  std::set<uint32_t> customers;
  for (const Passage& p : list) customers.insert(p.instance->customer);
  return {list.size(), customers.size()};
}

template <class Keep>
std::vector<Passage> those(const std::vector<Passage>& list, Keep keep) {
  std::vector<Passage> out;
  std::copy_if(list.begin(), list.end(), std::back_inserter(out), keep);
  return out;
}

std::vector<engine::FunnelCount> reached(const std::vector<Passage>& list, size_t steps) {
  std::vector<engine::FunnelCount> out;
  for (size_t k = 0; k < steps; ++k) out.push_back(count(those(list, [&](const Passage& p) { return p.filled.size() > k; })));
  return out;
}

std::optional<double> median(std::vector<int64_t> v) {
  if (v.empty()) return std::nullopt;
  std::sort(v.begin(), v.end());
  const size_t n = v.size();
  return n % 2 ? static_cast<double>(v[n / 2]) : static_cast<double>(v[n / 2 - 1]) + static_cast<double>(v[n / 2] - v[n / 2 - 1]) / 2;
}

}  // namespace

std::vector<Passage> passages(const std::vector<Instance>& instances, const engine::FunnelQuery& ask) {
  std::vector<Passage> out;
  for (const Instance& x : instances) {
    std::vector<size_t> best;
    for (size_t start = 0; start < x.steps.size(); ++start) {
      if (!begins(x.steps[start], ask)) continue;
      const auto filled = ask.mode == FunnelMode::any_order ? attempt_any_order(x, start, ask) : attempt(x, start, ask);
      if (filled.size() > best.size()) best = filled;
    }
    if (!best.empty()) out.push_back({&x, best});
  }
  return out;
}

engine::Funnel funnel(const std::vector<Event>& events, const std::vector<Instance>& instances, const engine::Query& query, const engine::FunnelQuery& ask) {
  const auto all = passages(instances, ask);
  const size_t steps = ask.steps.size();
  engine::Funnel out;
  out.instances = instances.size();
  for (size_t k = 0; k < steps; ++k) {
    engine::FunnelStep step;
    const auto here = those(all, [&](const Passage& p) { return p.filled.size() > k; });
    step.reached = count(here);
    std::vector<int64_t> previous, first;
    for (const Passage& p : here) {
      if (k == 0) continue;
      const auto time = [&](size_t s) { return p.instance->steps[p.filled[s]].event.time; };
      previous.push_back(time(k) - time(k - 1));
      first.push_back(time(k) - time(0));
    }
    step.median_from_previous_us = median(previous);
    step.median_from_first_us = median(first);
    const auto dropped = those(here, [&](const Passage& p) { return k + 1 < steps && p.filled.size() == k + 1; });
    step.dropped = count(dropped);
    step.running = count(those(dropped, [&](const Passage& p) { return runs(p, query, ask); }));
    std::map<Touchpoint, std::vector<Passage>> next;
    std::vector<Passage> ended, waiting;
    for (const Passage& p : dropped) {
      if (p.next() < p.instance->steps.size()) next[p.instance->steps[p.next()].touchpoint].push_back(p);
      else (runs(p, query, ask) ? waiting : ended).push_back(p);
    }
    for (const auto& [t, list] : next) step.next.push_back({t, count(list)});
    std::stable_sort(step.next.begin(), step.next.end(), [](const auto& a, const auto& b) { return a.count.instances > b.count.instances; });
    step.ended = count(ended);
    step.waiting = count(waiting);
    out.steps.push_back(std::move(step));
  }
  if (ask.attribute) {
    std::map<uint32_t, std::vector<Passage>> groups;
    for (const Passage& p : all) groups[code_of(events, p, query, ask)].push_back(p);
    for (const auto& [code, list] : groups) out.groups.push_back({code, reached(list, steps)});
  }
  for (size_t b = 0; b + 1 < ask.bucket_starts.size(); ++b) {
    const auto here = those(all, [&](const Passage& p) { return p.first() >= ask.bucket_starts[b].count() && p.first() < ask.bucket_starts[b + 1].count(); });
    out.trend.push_back({reached(here, steps), those(here, [&](const Passage& p) { return p.filled.size() < steps && runs(p, query, ask); }).size()});
  }
  return out;
}

std::vector<Passage> part_of(const std::vector<Event>& events, const std::vector<Instance>& instances, const engine::Query& query,
                             const engine::FunnelQuery& ask, const FunnelPart& part) {
  return those(passages(instances, ask), [&](const Passage& p) {
    if (p.filled.size() <= part.step || (part.dropped && p.filled.size() != part.step + 1)) return false;
    if (part.code && code_of(events, p, query, ask) != *part.code) return false;
    if ((part.from && p.first() < part.from->count()) || (part.to && p.first() >= part.to->count())) return false;
    const bool more = p.next() < p.instance->steps.size();
    switch (part.went) {
      case FunnelPart::Went::anywhere: return true;
      case FunnelPart::Went::touchpoint: return more && p.instance->steps[p.next()].touchpoint == part.next;
      case FunnelPart::Went::ended: return !more && !runs(p, query, ask);
      case FunnelPart::Went::waiting: return !more && runs(p, query, ask);
      case FunnelPart::Went::running: return runs(p, query, ask);
    }
    return false;
  });
}

}  // namespace oracle
