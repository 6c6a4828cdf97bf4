#include "identity/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>

namespace lotse::identity {
namespace {

Evidence said(uint32_t a, Kind ka, uint32_t b, Kind kb, int64_t time, uint32_t part = 0) {
  return {.a = a, .b = b, .kind_a = ka, .kind_b = kb, .said = Said::identify, .source = 1, .part = part, .time_us = time, .event = static_cast<uint64_t>(time)};
}
constexpr Kind user = Kind::user_id, anonymous = Kind::anonymous_id, email = Kind::email;

Policy one_user() {
  Policy policy;
  policy.kinds[static_cast<size_t>(user)].most = 1;
  return policy;
}

/// The definition, word by word and slow (docs/method/identity.md).
std::vector<uint32_t> by_definition(const std::vector<Evidence>& all, const Policy& policy, uint32_t identities) {
  std::vector<Kind> kind(identities + 1, Kind::anonymous_id);
  std::map<std::pair<Pair, uint32_t>, Evidence> edges;  // pair and part → the earliest
  for (Evidence e : all) {
    if (e.a > e.b) std::swap(e.a, e.b), std::swap(e.kind_a, e.kind_b);
    kind[e.a] = std::min(kind[e.a], e.kind_a);
    kind[e.b] = std::min(kind[e.b], e.kind_b);
    const auto [at, fresh] = edges.try_emplace({{e.a, e.b}, e.part}, e);
    if (!fresh && std::tuple(e.time_us, e.event, e.place) < std::tuple(at->second.time_us, at->second.event, at->second.place)) at->second = e;
  }
  const auto decided = [&](const Evidence& e) { return policy.unique.contains(e.a) || policy.unique.contains(e.b) || policy.approved.contains({e.a, e.b}); };
  const auto counts = [&](const Evidence& e) {
    if (policy.never.contains(e.a) || policy.never.contains(e.b) || policy.refused.contains({e.a, e.b})) return false;
    return decided(e) || (policy.of(kind[e.a]).joins && policy.of(kind[e.b]).joins);
  };
  std::vector<std::set<uint32_t>> neighbours(identities + 1);
  for (const auto& [key, e] : edges)
    if (counts(e) && !decided(e)) {
      neighbours[e.a].insert(e.b);
      neighbours[e.b].insert(e.a);
    }
  std::vector<bool> shared(identities + 1);
  for (uint32_t i = 1; i <= identities; ++i) {
    if (policy.unique.contains(i)) continue;
    std::array<uint32_t, kind_count> of{};
    for (const uint32_t n : neighbours[i]) ++of[static_cast<size_t>(kind[n])];
    shared[i] = neighbours[i].size() > policy.neighbours_max;
    for (size_t k = 0; k < static_cast<size_t>(kind[i]); ++k) shared[i] = shared[i] || (policy.kinds[k].most > 0 && of[k] > policy.kinds[k].most);
  }
  std::vector<std::pair<std::tuple<Kind, Kind, int64_t, uint64_t, uint8_t, uint32_t, uint32_t>, Evidence>> order;
  for (const auto& [key, e] : edges)
    if (counts(e) && (decided(e) || (!shared[e.a] && !shared[e.b])))
      order.push_back({{std::max(kind[e.a], kind[e.b]), std::min(kind[e.a], kind[e.b]), e.time_us, e.event, e.place, e.a, e.b}, e});
  std::ranges::sort(order, {}, &decltype(order)::value_type::first);
  std::vector<uint32_t> customer(identities + 1);
  std::iota(customer.begin(), customer.end(), 0);
  for (const auto& [key, e] : order) {
    const uint32_t x = customer[e.a], y = customer[e.b];
    if (x == y) continue;
    std::array<uint32_t, kind_count> in_x{}, in_y{};
    uint32_t size = 0;
    for (uint32_t i = 1; i <= identities; ++i) {
      in_x[static_cast<size_t>(kind[i])] += customer[i] == x;
      in_y[static_cast<size_t>(kind[i])] += customer[i] == y;
      size += customer[i] == x || customer[i] == y;
    }
    bool fits = size <= policy.identities_max;
    for (size_t k = 0; k < kind_count; ++k) fits = fits && !(policy.kinds[k].most > 0 && in_x[k] > 0 && in_y[k] > 0 && in_x[k] + in_y[k] > policy.kinds[k].most);
    if (!decided(e) && !fits) continue;
    for (auto& c : customer)
      if (c == std::max(x, y)) c = std::min(x, y);
  }
  return customer;
}

TEST(Identity, LateIdentifyJoinsWhatWasAnonymous) {
  Graph graph;
  graph.set_policy(one_user());
  EXPECT_EQ(graph.customer(7), 7u);
  const auto changes = graph.add(std::vector{said(7, user, 3, anonymous, 10)});
  EXPECT_EQ(graph.customer(7), 3u);
  EXPECT_EQ(changes.merged, (std::vector<std::pair<uint32_t, uint32_t>>{{7, 3}}));
  EXPECT_EQ(graph.members(3), (std::vector<uint32_t>{3, 7}));
  EXPECT_TRUE(graph.members(7).empty());
  EXPECT_FALSE(graph.is_news(said(3, anonymous, 7, user, 11))) << "later evidence of the same pair";
  EXPECT_TRUE(graph.is_news(said(3, anonymous, 7, user, 9)));
}

TEST(Identity, AKioskJoinsNobodyUnlessAPersonSaysSo) {
  Graph graph;
  graph.set_policy(one_user());
  graph.add(std::vector{said(1, anonymous, 10, user, 1), said(10, user, 20, email, 2)});
  EXPECT_EQ(graph.customer(10), 1u);
  const auto split = graph.add(std::vector{said(1, anonymous, 11, user, 3)});
  EXPECT_EQ(graph.customer(1), 1u);
  EXPECT_EQ(graph.customer(10), 10u) << "what the first user joined with the kiosk is taken back";
  EXPECT_EQ(graph.customer(20), 10u);
  EXPECT_EQ(graph.customer(11), 11u);
  EXPECT_EQ(std::set<uint32_t>(split.dealt_anew.begin(), split.dealt_anew.end()), (std::set<uint32_t>{1, 10}));
  const auto held = graph.held(0, 10);
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].a, 1u);
  EXPECT_TRUE(held[0].by_kind);
  EXPECT_EQ(held[0].customers, 3u);
  EXPECT_EQ(held[0].identities, 4u);
  Policy policy = graph.policy();
  policy.unique.insert(1);
  graph.set_policy(policy);
  EXPECT_EQ(graph.members(1), (std::vector<uint32_t>{1, 10, 11, 20}));
  EXPECT_EQ(graph.held_count(), 0u);
}

TEST(Identity, AChainOverALimitIsHeldApprovedAndSplitAgain) {
  Graph graph;
  graph.set_policy(one_user());
  // Two users with a browser each; the same e-mail address on both browsers.
  graph.add(std::vector{said(1, user, 2, anonymous, 1), said(3, user, 4, anonymous, 2), said(2, anonymous, 5, email, 3), said(4, anonymous, 5, email, 4)});
  EXPECT_EQ(graph.members(1), (std::vector<uint32_t>{1, 2, 5}));
  EXPECT_EQ(graph.members(3), (std::vector<uint32_t>{3, 4}));
  ASSERT_EQ(graph.held(0, 10).size(), 1u);
  EXPECT_EQ(graph.held(0, 10)[0].why, Held::Why::too_many_of_kind);
  Policy policy = graph.policy();
  policy.approved.insert({4, 5});
  auto changes = graph.set_policy(policy);
  EXPECT_EQ(graph.members(1), (std::vector<uint32_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(changes.merged, (std::vector<std::pair<uint32_t, uint32_t>>{{3, 1}}));
  const auto chain = graph.chain(1, 3);
  ASSERT_EQ(chain.size(), 4u);
  EXPECT_EQ(chain[0].evidence.b, 2u);
  policy.approved.clear();
  policy.refused.insert({2, 5});
  changes = graph.set_policy(policy);
  EXPECT_EQ(graph.members(1), (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(graph.members(3), (std::vector<uint32_t>{3, 4, 5}));
  EXPECT_FALSE(changes.dealt_anew.empty());
  EXPECT_EQ(graph.evidence_of(5, 10)[0].state, Edge::State::refused);
}

TEST(Identity, AnIdentifierOfTenThousandIsHeld) {
  Graph graph;
  std::vector<Evidence> all;
  for (uint32_t i = 2; i <= 10'001; ++i) all.push_back(said(1, user, i, anonymous, i));
  graph.add(all);
  EXPECT_FALSE(graph.joins_any());
  const auto held = graph.held(0, 10);
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].customers, 10'001u);
  Policy policy;
  policy.never.insert(1);
  graph.set_policy(policy);
  EXPECT_EQ(graph.held_count(), 0u) << "decided: it is never unique";
}

TEST(Identity, UndoneImportsAndForgottenPersonsLeaveNothing) {
  Graph graph;
  graph.add(std::vector{said(1, user, 2, email, 1, 7), said(2, email, 3, Kind::crm, 2), said(1, user, 2, email, 5)});
  EXPECT_EQ(graph.members(1), (std::vector<uint32_t>{1, 2, 3}));
  graph.remove_part(7);
  EXPECT_EQ(graph.members(1), (std::vector<uint32_t>{1, 2, 3})) << "a live event says so, too";
  const std::vector<uint32_t> gone = graph.members(1);
  graph.forget(gone);
  EXPECT_EQ(graph.edge_count(), 0u);
  EXPECT_FALSE(graph.joins_any());
}

// Random evidence in random order, then rules and decisions at random, must give what the definition gives.
TEST(IdentityProperty, OrderOfArrivalDoesNotMatter) {
  const char* said_seed = std::getenv("LOTSE_SEED");  // repeats a run that failed
  const uint64_t seed = said_seed ? std::stoull(said_seed) : std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  for (int round = 0; round < 2000; ++round) {
    // Small ones meet the rare cases, large ones the long chains.
    const bool small = below(2);
    const uint32_t identities = 4 + below(small ? 4 : 30);
    constexpr Kind kinds[] = {Kind::customer, user, Kind::crm, email, Kind::phone, anonymous};
    std::vector<Kind> kind(identities + 1);
    for (auto& k : kind) k = kinds[below(6)];
    std::vector<Evidence> all;
    for (uint32_t n = below(small ? 12 : 60) + 1; n > 0; --n) {
      const uint32_t a = 1 + below(identities), b = 1 + below(identities);
      if (a == b) continue;
      Kind ka = kind[a];
      if (below(10) == 0) ka = kinds[below(6)];
      all.push_back(said(a, ka, b, kind[b], below(20), below(3)));
      all.back().event = below(1000);
      if (below(3) == 0) all.push_back(all[below(static_cast<uint32_t>(all.size()))]);
    }
    Policy policy;
    const auto change_rules = [&] {
      for (auto& k : policy.kinds) k = {.joins = below(8) != 0, .most = below(3)};
      policy.neighbours_max = 2 + below(8);
      policy.identities_max = 2 + below(12);
    };
    const auto decide = [&] {
      const uint32_t a = 1 + below(identities), b = 1 + below(identities);
      switch (below(5)) {
        case 0: policy.never.insert(a); break;
        case 1: policy.unique.insert(a); break;
        case 2: if (a != b) policy.refused.insert(pair_of(a, b)); break;
        case 3: if (a != b) policy.approved.insert(pair_of(a, b)); break;
        default: policy.never.erase(a), policy.unique.erase(b), policy.refused.clear();
      }
    };
    if (below(2)) change_rules();
    Graph graph;
    graph.set_policy(policy);
    std::ranges::shuffle(all, random);
    std::map<uint32_t, uint32_t> told;  // as one who only reads changes knows it
    const auto learn = [&](const Changes& changes) {
      for (const auto& [identity, customer] : changes.moved) told[identity] = customer;
    };
    for (size_t at = 0; at < all.size();) {
      const size_t n = std::min<size_t>(1 + below(8), all.size() - at);
      learn(graph.add(std::span(all).subspan(at, n)));
      at += n;
      if (below(6) == 0) {
        below(4) == 0 ? change_rules() : decide();
        learn(graph.set_policy(policy));
      }
    }
    const auto check = [&](const std::vector<Evidence>& evidence, const char* when) {
      const auto expected = by_definition(evidence, policy, identities);
      for (uint32_t i = 1; i <= identities; ++i) {
        ASSERT_EQ(graph.customer(i), expected[i]) << when << ", identity " << i << ", round " << round;
        ASSERT_EQ(told.contains(i) ? told[i] : i, expected[i]) << "changes, " << when;
        const auto members = graph.members(expected[i]);
        ASSERT_TRUE(std::ranges::find(members, i) != members.end());
        const auto chain = graph.chain(expected[i], i);
        ASSERT_EQ(chain.empty(), i == expected[i]) << "every join can be explained";
      }
    };
    check(all, "after all came");
    if (HasFatalFailure()) return;
    for (int i = 0; i < 3; ++i) {
      below(3) == 0 ? change_rules() : decide();
      learn(graph.set_policy(policy));
      check(all, "after a decision");
      if (HasFatalFailure()) return;
    }
    learn(graph.remove_part(1));
    std::erase_if(all, [](const Evidence& e) { return e.part == 1; });
    check(all, "after an undo");
    if (HasFatalFailure()) return;
    const uint32_t gone = 1 + below(identities);
    learn(graph.forget(std::vector{gone}));
    std::erase_if(all, [&](const Evidence& e) { return e.a == gone || e.b == gone; });
    policy.never.erase(gone), policy.unique.erase(gone);
    std::erase_if(policy.refused, [&](const Pair& p) { return p.first == gone || p.second == gone; });
    std::erase_if(policy.approved, [&](const Pair& p) { return p.first == gone || p.second == gone; });
    check(all, "after forgetting");
    if (HasFatalFailure()) return;
  }
}

TEST(Identifiers, HaveNamesOfTheirOwn) {
  EXPECT_EQ(normalised(Kind::email, "  Anna@Example.ORG "), "anna@example.org");
  EXPECT_EQ(normalised(Kind::phone, "+49 (0)170 / 12-34"), "4901701234");
  EXPECT_EQ(normalised(Kind::phone, "0049 170 1234"), "491701234");
  EXPECT_EQ(vault_text(Kind::user_id, "1001"), "1001");
  EXPECT_NE(vault_text(Kind::order, "1001"), vault_text(Kind::contract, "1001"));
  const std::string order = vault_text(Kind::order, "1001");
  EXPECT_EQ(shown(order).kind, Kind::order);
  EXPECT_EQ(shown(order).value, "1001");
  EXPECT_FALSE(shown("1001").kind);
}

}  // namespace
}  // namespace lotse::identity
