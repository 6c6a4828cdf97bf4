#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <numeric>
#include <random>

#include "identity/graph.h"
#include "privacy/identity_index.h"

/// identity_bench [CALLS in millions, default 10] [SEED]: identify calls in random order, joined as they come in batches of 100, must give
/// the customers of a union-find over all of them; then the memory and the time.
namespace {
using namespace lotse;
using Steady = std::chrono::steady_clock;
double since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

uint32_t root(std::vector<uint32_t>& parent, uint32_t x) {
  while (parent[x] != x) x = parent[x] = parent[parent[x]];
  return x;
}
}  // namespace

int main(int argc, char** argv) {
  const auto calls = static_cast<uint32_t>(1e6 * (argc > 1 ? std::atof(argv[1]) : 10));
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  // Persons with a few devices and an e-mail address each: a call names the user and one of the others. Every tenth is told twice.
  const uint32_t users = calls / 4, identities = users * 4;
  std::mt19937_64 random(seed);
  std::vector<uint32_t> number(identities + 1);
  std::iota(number.begin(), number.end(), 0);
  std::shuffle(number.begin() + 1, number.end(), random);  // numbers come in order of first appearance: any
  std::vector<identity::Evidence> evidence;
  evidence.reserve(calls);
  for (uint32_t i = 0; i < calls; ++i) {
    const uint32_t user = static_cast<uint32_t>(i % 10 == 9 ? random() % users : i % users);
    const uint32_t other = 1 + static_cast<uint32_t>(random() % 3);
    const auto kind = other == 3 ? identity::Kind::email : identity::Kind::anonymous_id;
    // One device in fifty was used by a friend, too: chains of persons, which the limit of one user id must cut.
    const uint32_t owner = random() % 50 == 0 ? static_cast<uint32_t>(random() % users) : user;
    evidence.push_back({.a = number[1 + user], .b = number[1 + users * other + owner], .kind_a = identity::Kind::user_id, .kind_b = kind,
                        .said = identity::Said::identify, .source = 1, .time_us = static_cast<int64_t>(random() % 1'000'000'000'000), .event = random()});
  }
  std::shuffle(evidence.begin(), evidence.end(), random);
  fmt::print("{} identify calls, {} identifiers, seed {}\n", calls, identities, seed);

  const auto run = [&](const identity::Policy& policy, identity::Graph& graph) {
    graph.set_policy(policy);
    const auto start = Steady::now();
    double longest = 0;
    for (size_t at = 0; at < evidence.size(); at += 100) {
      const auto before = Steady::now();
      graph.add(std::span(evidence).subspan(at, std::min<size_t>(100, evidence.size() - at)));
      longest = std::max(longest, since(before));
    }
    const double took = since(start);
    fmt::print("  {:.1f} s, {:.2f} µs a call, longest batch of 100 {:.1f} ms\n", took, took / calls * 1e6, longest * 1e3);
  };

  fmt::print("without limits:\n");
  identity::Graph graph;
  run({.neighbours_max = 10'000, .identities_max = 10'000}, graph);
  const auto start = Steady::now();
  std::vector<uint32_t> parent(identities + 1);
  std::iota(parent.begin(), parent.end(), 0);
  for (const auto& e : evidence) {
    const uint32_t x = root(parent, e.a), y = root(parent, e.b);
    parent[std::max(x, y)] = std::min(x, y);
  }
  uint64_t differ = 0, customers = 0;
  for (uint32_t i = 1; i <= identities; ++i) {
    differ += graph.customer(i) != root(parent, i);
    customers += root(parent, i) == i;
  }
  fmt::print("  {} customers, {} identifiers in another cluster than the batch union-find ({:.1f} s)\n", customers, differ, since(start));
  privacy::IdentityIndex index;
  for (uint32_t i = 1; i <= identities; ++i) index.put({random(), random()}, i);
  fmt::print("  {:.1f} bytes an identifier: {:.1f} of joins, {:.1f} of the vault's index, 4 of the columns\n",
             static_cast<double>(graph.bytes() + index.bytes()) / identities + 4, static_cast<double>(graph.bytes()) / identities, static_cast<double>(index.bytes()) / identities);

  fmt::print("one user id a customer:\n");
  identity::Policy policy;
  policy.kinds[static_cast<size_t>(identity::Kind::user_id)].most = 1;
  identity::Graph limited, reversed;
  run(policy, limited);
  std::reverse(evidence.begin(), evidence.end());
  run(policy, reversed);
  uint64_t other_way = 0;
  for (uint32_t i = 1; i <= identities; ++i) other_way += limited.customer(i) != reversed.customer(i);
  fmt::print("  {} joins held, {} identifiers in another cluster when the calls come in the opposite order\n", limited.held_count(), other_way);
  return differ == 0 && other_way == 0 ? 0 : 1;
}
