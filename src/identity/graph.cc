#include "identity/graph.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "base/result.h"

namespace lotse::identity {
namespace {

constexpr uint16_t degree_top = std::numeric_limits<uint16_t>::max();
constexpr size_t rebuild_above = 1000;  // pieces of evidence removed at once: then everything is linked and derived anew

uint8_t low(Kind kind) { return static_cast<uint8_t>(kind); }
Kind kind_a(uint8_t kinds) { return static_cast<Kind>(kinds & 15); }
Kind kind_b(uint8_t kinds) { return static_cast<Kind>(kinds >> 4); }
uint8_t kinds_of(Kind a, Kind b) { return static_cast<uint8_t>(low(a) | low(b) << 4); }

Evidence in_order(Evidence e) {
  e.event &= 0xFFFFFFFF;
  e.place &= 15;
  if (e.a < e.b) return e;
  std::swap(e.a, e.b);
  std::swap(e.kind_a, e.kind_b);
  std::swap(e.blocked_a, e.blocked_b);
  return e;
}

}  // namespace

/// By the weaker of the two kinds, then by the stronger; then the earliest. What follows the time only breaks ties, by what the
/// event itself says.
struct Graph::Order {
  uint8_t weaker, stronger;
  int64_t time_us;
  uint32_t event;
  uint8_t place;
  uint32_t a, b;
  auto operator<=>(const Order&) const = default;
};

Graph::Order Graph::order_of(const Stored& e) const {
  const uint8_t a = low(nodes_[e.a].kind), b = low(nodes_[e.b].kind);
  return {std::max(a, b), std::min(a, b), e.time_us, e.event, static_cast<uint8_t>(e.said_place >> 4), e.a, e.b};
}

Graph::Node& Graph::node(uint32_t identity) {
  if (identity >= nodes_.size()) nodes_.resize(size_t{identity} + 1);
  Node& n = nodes_[identity];
  if (n.customer == 0) {
    n.customer = n.next = identity;
    if (policy_.never.contains(identity)) n.flags |= never;
    if (policy_.unique.contains(identity)) n.flags |= unique;
  }
  return n;
}

template <class F>
void Graph::each_edge(uint32_t identity, F&& f) const {
  for (uint32_t at = nodes_[identity].first; at != 0;) {
    const Stored& e = edges_[at - 1];
    const uint32_t next = e.a == identity ? e.next_a : e.next_b;
    if (!f(at - 1, e, e.a == identity ? e.b : e.a)) return;
    at = next;
  }
}

std::vector<uint32_t> Graph::members(uint32_t customer) const {
  if (customer >= nodes_.size() || nodes_[customer].customer == 0) return {customer};
  if (nodes_[customer].customer != customer) return {};
  std::vector<uint32_t> out;
  uint32_t at = customer;
  do out.push_back(at);
  while ((at = nodes_[at].next) != customer);
  std::ranges::sort(out);
  return out;
}

std::vector<std::pair<uint32_t, uint32_t>> Graph::links() const {
  std::vector<std::pair<uint32_t, uint32_t>> out;
  out.reserve(joined_);
  for (uint32_t i = 1; i < nodes_.size(); ++i)
    if (nodes_[i].customer != 0 && nodes_[i].customer != i) out.emplace_back(i, nodes_[i].customer);
  return out;
}

/// The piece that says the same, of the same part: number + 1.
uint32_t Graph::find(const Evidence& e) const {
  if (e.a >= nodes_.size() || e.b >= nodes_.size() || origins_.empty()) return 0;
  const uint32_t from = nodes_[e.a].degree <= nodes_[e.b].degree ? e.a : e.b;
  uint32_t found = 0;
  each_edge(from, [&](uint32_t at, const Stored& stored, uint32_t) {
    if (stored.a == e.a && stored.b == e.b && origins_[stored.origin].part == e.part) found = at + 1;
    return found == 0;
  });
  return found;
}

bool Graph::is_news(const Evidence& evidence) const {
  const Evidence e = in_order(evidence);
  if (e.a == 0 || e.a == e.b) return false;
  const uint32_t at = find(e);
  if (at == 0) return true;
  const Stored& known = edges_[at - 1];
  return std::tuple(e.time_us, static_cast<uint32_t>(e.event), e.place) < std::tuple(known.time_us, known.event, static_cast<uint8_t>(known.said_place >> 4)) ||
         e.kind_a < kind_a(known.kinds) || e.kind_b < kind_b(known.kinds) || (e.blocked_a && !flag(e.a, never)) || (e.blocked_b && !flag(e.b, never));
}

uint16_t Graph::origin_of(const Evidence& e) {
  const Origin wanted{e.part, e.source};
  // The newest first: rows of one import come together.
  for (size_t i = origins_.size(); i-- > 0;)
    if (origins_[i] == wanted) return static_cast<uint16_t>(i);
  // Beyond what fits the source is told wrong, the import never.
  if (origins_.size() >= 65'000)
    for (size_t i = 0; i < origins_.size(); ++i)
      if (origins_[i].part == e.part) return static_cast<uint16_t>(i);
  ensure(origins_.size() < 65'535, "evidence comes from at most 65,535 imports");
  origins_.push_back(wanted);
  return static_cast<uint16_t>(origins_.size() - 1);
}

// --- what counts ---

bool Graph::decided(const Stored& e) const {
  return flag(e.a, unique) || flag(e.b, unique) || (!policy_.approved.empty() && policy_.approved.contains({e.a, e.b}));
}

bool Graph::counts(const Stored& e) const {
  if (flag(e.a, never) || flag(e.b, never)) return false;
  if (!policy_.refused.empty() && policy_.refused.contains({e.a, e.b})) return false;
  return (policy_.of(nodes_[e.a].kind).joins && policy_.of(nodes_[e.b].kind).joins) || decided(e);
}

bool Graph::usable(const Stored& e) const { return counts(e) && (decided(e) || !(flag(e.a, shared) || flag(e.b, shared))); }

/// Why an identifier stands for several customers: it was seen with more identifiers of a stronger kind than one customer may
/// have, or with too many others at all. A matter of the evidence alone.
std::optional<Held> Graph::shared_reason(uint32_t identity) const {
  if (flag(identity, unique) || nodes_[identity].degree < 2) return std::nullopt;
  std::unordered_set<uint32_t> others;
  std::array<uint32_t, kind_count> of_kind{};
  std::optional<Held> why;
  const Kind own = nodes_[identity].kind;
  each_edge(identity, [&](uint32_t, const Stored& e, uint32_t other) {
    if (!counts(e) || decided(e) || !others.insert(other).second) return true;
    const Kind kind = nodes_[other].kind;
    const uint32_t most = policy_.of(kind).most, seen = ++of_kind[low(kind)];
    if (kind < own && most > 0 && seen > most) why = Held{.why = Held::Why::shared, .a = identity, .kind = kind, .by_kind = true};
    if (others.size() > policy_.neighbours_max) why = Held{.why = Held::Why::shared, .a = identity, .kind = kind};
    return !why;
  });
  return why;
}

bool Graph::update_shared(uint32_t identity) {
  const bool is = shared_reason(identity).has_value();
  if (is == flag(identity, shared)) return false;
  nodes_[identity].flags ^= shared;
  is ? void(shared_.insert(identity)) : void(shared_.erase(identity));
  return true;
}

/// Looks again at identities and their neighbours, whose kinds or evidence have changed.
void Graph::refresh(std::span<const uint32_t> identities, std::vector<uint32_t>& dirty) {
  for (const uint32_t identity : identities) {
    dirty.push_back(identity);
    update_shared(identity);
    each_edge(identity, [&](uint32_t, const Stored&, uint32_t other) {
      if (update_shared(other)) dirty.push_back(other);
      return true;
    });
  }
}

bool Graph::fits(uint32_t x, uint32_t y, Held* why) const {
  const uint32_t size = nodes_[x].size + nodes_[y].size;
  if (size > policy_.identities_max) {
    if (why) *why = {.why = Held::Why::too_large, .identities = size, .customers = 2};
    return false;
  }
  std::array<uint32_t, kind_count> in_x{}, in_y{};
  const auto count = [&](uint32_t customer, auto& into) {
    uint32_t at = customer;
    do ++into[low(nodes_[at].kind)];
    while ((at = nodes_[at].next) != customer);
  };
  count(x, in_x);
  count(y, in_y);
  for (size_t k = 0; k < kind_count; ++k) {
    const uint32_t most = policy_.kinds[k].most;
    if (most == 0 || in_x[k] == 0 || in_y[k] == 0 || in_x[k] + in_y[k] <= most) continue;
    if (why) *why = {.why = Held::Why::too_many_of_kind, .kind = static_cast<Kind>(k), .identities = size, .customers = 2};
    return false;
  }
  return true;
}

/// Gives the customer that went into the other.
uint32_t Graph::unite(uint32_t x, uint32_t y) {
  const uint32_t to = std::min(x, y), from = std::max(x, y);
  uint32_t at = from;
  do nodes_[at].customer = to;
  while ((at = nodes_[at].next) != from);
  std::swap(nodes_[from].next, nodes_[to].next);
  nodes_[to].size += nodes_[from].size;
  nodes_[to].flags |= nodes_[from].flags & (concerned | over);
  nodes_[from].flags &= static_cast<uint8_t>(~(concerned | over));
  ++joined_;
  return from;
}

// --- evidence comes ---

void Graph::add_one(const Evidence& evidence, Changes& changes, std::vector<uint32_t>& dirty) {
  const Evidence e = in_order(evidence);
  if (e.a == 0 || e.a == e.b) return;
  node(e.a);
  node(e.b);
  for (const auto& [identity, blocked] : {std::pair(e.a, e.blocked_a), std::pair(e.b, e.blocked_b)}) {
    if (!blocked || flag(identity, never)) continue;
    policy_.never.insert(identity);
    nodes_[identity].flags |= never;
    refresh({&identity, 1}, dirty);
  }
  uint32_t at = find(e);
  const bool fresh = at == 0;
  if (fresh) {
    Stored stored{.time_us = e.time_us, .a = e.a, .b = e.b, .next_a = nodes_[e.a].first, .next_b = nodes_[e.b].first,
                  .event = static_cast<uint32_t>(e.event), .origin = origin_of(e), .kinds = kinds_of(e.kind_a, e.kind_b),
                  .said_place = static_cast<uint8_t>(static_cast<uint8_t>(e.said) | e.place << 4)};
    if (free_ != 0) {
      at = free_;
      free_ = edges_[at - 1].next_a;
      --free_count_;
      edges_[at - 1] = stored;
    } else {
      edges_.push_back(stored);
      at = static_cast<uint32_t>(edges_.size());
    }
    for (const uint32_t end : {e.a, e.b}) {
      nodes_[end].first = at;
      if (nodes_[end].degree < degree_top) ++nodes_[end].degree;
    }
  } else {
    Stored& known = edges_[at - 1];
    known.kinds = kinds_of(std::min(e.kind_a, kind_a(known.kinds)), std::min(e.kind_b, kind_b(known.kinds)));
    if (std::tuple(e.time_us, static_cast<uint32_t>(e.event), e.place) < std::tuple(known.time_us, known.event, static_cast<uint8_t>(known.said_place >> 4))) {
      known.time_us = e.time_us;
      known.event = static_cast<uint32_t>(e.event);
      known.origin = origin_of(e);
      known.said_place = static_cast<uint8_t>(static_cast<uint8_t>(e.said) | e.place << 4);
      // Where a limit decides, the order of the evidence does.
      if (flag(customer(e.a), concerned) || flag(customer(e.b), concerned)) dirty.push_back(e.a);
    }
  }
  // Both kinds first: what one end stands for is judged by the other's kind, too.
  const bool stronger_a = e.kind_a < nodes_[e.a].kind, stronger_b = e.kind_b < nodes_[e.b].kind;
  nodes_[e.a].kind = std::min(nodes_[e.a].kind, e.kind_a);
  nodes_[e.b].kind = std::min(nodes_[e.b].kind, e.kind_b);
  for (const auto& [identity, stronger] : {std::pair(e.a, stronger_a), std::pair(e.b, stronger_b)}) {
    // With this piece alone it is nobody's neighbour yet. Otherwise those beside it may stand for several customers from now
    // on, or no longer, and its customer may be over a limit.
    if (stronger && (!fresh || nodes_[identity].degree > 1)) refresh({&identity, 1}, dirty);
  }
  if (!fresh) return;
  for (const uint32_t identity : {e.a, e.b})  // one that stands for several goes on doing so
    if (!flag(identity, shared) && update_shared(identity)) dirty.push_back(identity);
  const Stored& edge = edges_[at - 1];
  const uint32_t x = customer(e.a), y = customer(e.b);
  if (!usable(edge)) return;
  if (x == y) {
    // What a decision made larger than the limits need not have come together if this piece had been there from the start.
    if (flag(x, over)) dirty.push_back(e.a);
    return;
  }
  if (!dirty.empty() || flag(x, concerned) || flag(y, concerned) || !fits(x, y, nullptr)) {
    dirty.push_back(e.a);
    return;
  }
  const uint32_t from = std::max(x, y), to = std::min(x, y);
  uint32_t member = from;
  do changes.moved.emplace_back(member, to);
  while ((member = nodes_[member].next) != from);
  changes.merged.emplace_back(from, to);
  unite(x, y);
}

Changes Graph::add(std::span<const Evidence> evidence) {
  Changes changes;
  std::vector<uint32_t> dirty;
  for (const auto& e : evidence) add_one(e, changes, dirty);
  if (!dirty.empty()) derive(dirty, changes);
  return changes;
}

/// Deals out anew all identities that usable evidence connects with the given ones, or that are one customer's with them.
void Graph::derive(const std::vector<uint32_t>& dirty, Changes& changes) {
  std::unordered_set<uint32_t> seen(dirty.begin(), dirty.end());
  std::vector<uint32_t> all(seen.begin(), seen.end());
  for (size_t i = 0; i < all.size(); ++i) {
    const uint32_t ring = nodes_[all[i]].next;
    if (seen.insert(ring).second) all.push_back(ring);
    if (flag(all[i], never) || (flag(all[i], shared) && policy_.approved.empty() && policy_.unique.empty())) continue;
    each_edge(all[i], [&](uint32_t, const Stored& e, uint32_t other) {
      if (!seen.contains(other) && usable(e)) {
        seen.insert(other);
        all.push_back(other);
      }
      return true;
    });
  }
  std::vector<std::pair<uint32_t, uint32_t>> before;
  before.reserve(all.size());
  for (const uint32_t i : all) before.emplace_back(i, nodes_[i].customer);
  for (const uint32_t i : all) {
    if (nodes_[i].customer != i) --joined_;
    nodes_[i].customer = nodes_[i].next = i;
    nodes_[i].size = 1;
    nodes_[i].flags &= static_cast<uint8_t>(~(concerned | over));
  }
  if (!held_.empty())
    std::erase_if(held_, [&](uint32_t at) { return seen.contains(edges_[at].a) || seen.contains(edges_[at].b); });
  std::vector<std::pair<Order, uint32_t>> edges;
  for (const uint32_t i : all) {
    if (flag(i, never) || (flag(i, shared) && policy_.approved.empty() && policy_.unique.empty())) continue;
    each_edge(i, [&](uint32_t at, const Stored& e, uint32_t) {
      if (e.a == i && usable(e)) edges.emplace_back(order_of(e), at);
      return true;
    });
  }
  std::ranges::sort(edges);
  std::vector<uint32_t> waiting;
  for (const auto& [order, at] : edges) {
    const Stored& e = edges_[at];
    const uint32_t x = customer(e.a), y = customer(e.b);
    if (x == y) continue;
    const bool fit = fits(x, y, nullptr);
    if (fit || decided(e)) unite(x, y);
    else waiting.push_back(at);
    if (!fit && decided(e)) nodes_[customer(e.a)].flags |= concerned | over;
  }
  for (const uint32_t at : waiting) {
    held_.insert(at);
    nodes_[customer(edges_[at].a)].flags |= concerned;
    nodes_[customer(edges_[at].b)].flags |= concerned;
  }
  tell(before, changes);
}

/// `before`: the customers of whole former customers' identities.
void Graph::tell(const std::vector<std::pair<uint32_t, uint32_t>>& before, Changes& changes) const {
  std::unordered_map<uint32_t, uint32_t> goes;  // former customer → its new one; 0 where it was split
  for (const auto& [identity, old] : before) {
    const auto [at, first] = goes.try_emplace(old, nodes_[identity].customer);
    if (!first && at->second != nodes_[identity].customer) at->second = 0;
  }
  std::unordered_set<uint32_t> anew;
  for (const auto& [identity, old] : before) {
    if (nodes_[identity].customer != old) changes.moved.emplace_back(identity, nodes_[identity].customer);
    if (goes.at(old) == 0) anew.insert({old, nodes_[identity].customer});
  }
  for (const auto& [old, now] : goes)
    if (now != 0 && now != old) {
      if (anew.contains(now)) anew.insert(old);
      else changes.merged.emplace_back(old, now);
    }
  changes.dealt_anew.insert(changes.dealt_anew.end(), anew.begin(), anew.end());
}

void Graph::derive_all(Changes& changes) {
  std::vector<std::pair<uint32_t, uint32_t>> before;
  before.reserve(nodes_.size());
  for (uint32_t i = 1; i < nodes_.size(); ++i) {
    Node& n = nodes_[i];
    if (n.customer == 0) continue;
    before.emplace_back(i, n.customer);
    n.customer = n.next = i;
    n.size = 1;
    n.flags = static_cast<uint8_t>((policy_.never.contains(i) ? never : 0) | (policy_.unique.contains(i) ? unique : 0));
  }
  joined_ = 0;
  shared_.clear();
  held_.clear();
  for (const auto& [identity, old] : before) update_shared(identity);
  // Where everything fits, the order does not matter; where not, it is derived in order.
  std::vector<uint32_t> dirty;
  for (uint32_t at = 0; at < edges_.size(); ++at) {
    const Stored& e = edges_[at];
    if (e.a == 0 || customer(e.a) == customer(e.b) || !usable(e)) continue;
    if (fits(customer(e.a), customer(e.b), nullptr)) unite(customer(e.a), customer(e.b));
    else dirty.push_back(e.a);
  }
  Changes unused;
  if (!dirty.empty()) derive(dirty, unused);
  tell(before, changes);
}

Changes Graph::set_policy(Policy policy) {
  policy.identities_max = std::min<uint32_t>(policy.identities_max, 10'000);
  Changes changes;
  const bool same_rules = policy.kinds == policy_.kinds && policy.neighbours_max == policy_.neighbours_max && policy.identities_max == policy_.identities_max;
  std::set<uint32_t> touched;
  const auto differ = [&](const auto& x, const auto& y, auto&& take) {
    for (const auto& one : x)
      if (!y.contains(one)) take(one);
    for (const auto& one : y)
      if (!x.contains(one)) take(one);
  };
  const auto identity = [&](uint32_t i) { touched.insert(i); };
  const auto pair = [&](const Pair& p) { touched.insert({p.first, p.second}); };
  if (same_rules) {
    differ(policy.never, policy_.never, identity);
    differ(policy.unique, policy_.unique, identity);
    differ(policy.refused, policy_.refused, pair);
    differ(policy.approved, policy_.approved, pair);
  }
  policy_ = std::move(policy);
  if (!same_rules) {
    derive_all(changes);
    return changes;
  }
  std::erase_if(touched, [&](uint32_t i) { return i >= nodes_.size() || nodes_[i].customer == 0; });
  for (const uint32_t i : touched)
    nodes_[i].flags = static_cast<uint8_t>((nodes_[i].flags & (shared | concerned | over)) | (policy_.never.contains(i) ? never : 0) | (policy_.unique.contains(i) ? unique : 0));
  std::vector<uint32_t> dirty;
  refresh(std::vector<uint32_t>(touched.begin(), touched.end()), dirty);
  if (!dirty.empty()) derive(dirty, changes);
  return changes;
}

// --- evidence goes ---

void Graph::unlink(uint32_t edge) {
  const uint32_t ends[2] = {edges_[edge].a, edges_[edge].b};
  for (const uint32_t end : ends) {
    uint32_t* at = &nodes_[end].first;
    while (*at != edge + 1) at = edges_[*at - 1].a == end ? &edges_[*at - 1].next_a : &edges_[*at - 1].next_b;
    *at = edges_[edge].a == end ? edges_[edge].next_a : edges_[edge].next_b;
    Kind kind = Kind::anonymous_id;
    size_t degree = 0;
    each_edge(end, [&](uint32_t, const Stored& e, uint32_t) {
      kind = std::min(kind, e.a == end ? kind_a(e.kinds) : kind_b(e.kinds));
      return ++degree > 0;
    });
    nodes_[end].kind = kind;
    nodes_[end].degree = static_cast<uint16_t>(std::min<size_t>(degree, degree_top));
  }
  held_.erase(edge);
  edges_[edge] = {.next_a = free_};
  free_ = edge + 1;
  ++free_count_;
}

Changes Graph::remove_part(uint32_t part) {
  Changes changes;
  std::vector<uint32_t> gone;
  for (uint32_t at = 0; at < edges_.size(); ++at)
    if (edges_[at].a != 0 && origins_[edges_[at].origin].part == part) gone.push_back(at);
  if (gone.empty()) return changes;
  if (gone.size() <= rebuild_above) {
    std::vector<uint32_t> ends, dirty;
    for (const uint32_t at : gone) {
      ends.push_back(edges_[at].a);
      ends.push_back(edges_[at].b);
      unlink(at);
    }
    refresh(ends, dirty);
    derive(dirty, changes);
    return changes;
  }
  // Unlinking one by one would walk long lists again and again.
  for (const uint32_t at : gone) {
    edges_[at] = {.next_a = free_};
    free_ = at + 1;
    ++free_count_;
  }
  for (uint32_t i = 1; i < nodes_.size(); ++i) {
    nodes_[i].first = nodes_[i].degree = 0;
    nodes_[i].kind = Kind::anonymous_id;
  }
  for (uint32_t at = 0; at < edges_.size(); ++at) {
    Stored& e = edges_[at];
    if (e.a == 0) continue;
    e.next_a = std::exchange(nodes_[e.a].first, at + 1);
    e.next_b = std::exchange(nodes_[e.b].first, at + 1);
    for (const auto& [end, kind] : {std::pair(e.a, kind_a(e.kinds)), std::pair(e.b, kind_b(e.kinds))}) {
      if (nodes_[end].degree < degree_top) ++nodes_[end].degree;
      nodes_[end].kind = std::min(nodes_[end].kind, kind);
    }
  }
  derive_all(changes);
  return changes;
}

Changes Graph::forget(std::span<const uint32_t> identities) {
  Changes changes;
  std::vector<uint32_t> ends, dirty;
  for (const uint32_t identity : identities) {
    policy_.never.erase(identity);
    policy_.unique.erase(identity);
    const auto of_it = [identity](const Pair& p) { return p.first == identity || p.second == identity; };
    std::erase_if(policy_.refused, of_it);
    std::erase_if(policy_.approved, of_it);
    if (identity >= nodes_.size() || nodes_[identity].customer == 0) continue;
    std::vector<uint32_t> gone;
    each_edge(identity, [&](uint32_t at, const Stored&, uint32_t other) {
      gone.push_back(at);
      ends.push_back(other);
      return true;
    });
    for (const uint32_t at : gone) unlink(at);
    nodes_[identity].flags &= static_cast<uint8_t>(~(never | unique));
    ends.push_back(identity);
  }
  refresh(ends, dirty);
  if (!dirty.empty()) derive(dirty, changes);
  return changes;
}

// --- explaining ---

Edge Graph::shown(const Stored& e) const {
  const Origin& origin = origins_[e.origin];
  Edge out{.evidence = {.a = e.a, .b = e.b, .kind_a = kind_a(e.kinds), .kind_b = kind_b(e.kinds), .said = static_cast<Said>(e.said_place & 15),
                        .place = static_cast<uint8_t>(e.said_place >> 4), .source = origin.source, .part = origin.part, .time_us = e.time_us, .event = e.event}};
  using S = Edge::State;
  if (flag(e.a, never) || flag(e.b, never)) out.state = S::never_unique;
  else if (policy_.refused.contains({e.a, e.b})) out.state = S::refused;
  else if (!counts(e)) out.state = S::kind_does_not_join;
  else if (!usable(e)) out.state = S::shared;
  else out.state = customer(e.a) == customer(e.b) ? S::joins : S::held;
  return out;
}

std::vector<Edge> Graph::evidence_of(uint32_t identity, size_t most) const {
  std::vector<Edge> out;
  if (identity >= nodes_.size()) return out;
  each_edge(identity, [&](uint32_t, const Stored& e, uint32_t) {
    out.push_back(shown(e));
    return out.size() < 100'000;
  });
  std::ranges::sort(out, {}, [](const Edge& e) { return std::tuple(e.evidence.time_us, e.evidence.event, e.evidence.place, e.evidence.a, e.evidence.b); });
  if (out.size() > most) out.resize(most);
  return out;
}

std::vector<Edge> Graph::chain(uint32_t from, uint32_t to) const {
  if (from == to || customer(from) != customer(to)) return {};
  std::unordered_map<uint32_t, std::pair<uint32_t, uint32_t>> came;  // identity → (from where, by which evidence)
  std::deque<uint32_t> next{from};
  came[from] = {0, 0};
  while (!next.empty() && !came.contains(to)) {
    const uint32_t at = next.front();
    next.pop_front();
    each_edge(at, [&](uint32_t edge, const Stored& e, uint32_t other) {
      if (customer(other) == customer(at) && usable(e) && came.try_emplace(other, at, edge).second) next.push_back(other);
      return true;
    });
  }
  std::vector<Edge> out;
  if (!came.contains(to)) return out;
  for (uint32_t at = to; at != from; at = came.at(at).first) out.push_back(shown(edges_[came.at(at).second]));
  std::ranges::reverse(out);
  return out;
}

std::vector<Held> Graph::held(size_t after, size_t most) const {
  std::vector<Held> out;
  for (const uint32_t identity : shared_) {
    Held one = *shared_reason(identity);
    std::unordered_set<uint32_t> others, customers{customer(identity)};
    each_edge(identity, [&](uint32_t, const Stored& e, uint32_t other) {
      if (counts(e) && others.insert(other).second && customers.insert(customer(other)).second) one.identities += nodes_[customer(other)].size;
      return true;
    });
    one.identities += nodes_[customer(identity)].size;
    one.customers = static_cast<uint32_t>(customers.size());
    out.push_back(one);
  }
  for (const uint32_t at : held_) {
    Held one;
    fits(customer(edges_[at].a), customer(edges_[at].b), &one);
    one.a = edges_[at].a;
    one.b = edges_[at].b;
    out.push_back(one);
  }
  std::ranges::sort(out, [](const Held& x, const Held& y) {
    return std::tuple(-int64_t{x.identities}, x.a, x.b) < std::tuple(-int64_t{y.identities}, y.a, y.b);
  });
  out.erase(out.begin(), out.begin() + static_cast<ptrdiff_t>(std::min(after, out.size())));
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace lotse::identity
