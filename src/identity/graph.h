#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "identity/chunked.h"
#include "identity/evidence.h"

/// Which identities are one customer. Pure: the answer depends on the evidence and the policy alone, not on the order in which
/// either came (docs/method/identity.md has the definition).
namespace lotse::identity {

/// An unordered pair of identities: the smaller one first.
using Pair = std::pair<uint32_t, uint32_t>;
inline Pair pair_of(uint32_t a, uint32_t b) { return a < b ? Pair{a, b} : Pair{b, a}; }

/// What may be joined.
struct Policy {
  struct OfKind {
    bool joins = true;
    uint32_t most = 0;  ///< so many of a customer; 0: any number
    friend bool operator==(const OfKind&, const OfKind&) = default;
  };
  std::array<OfKind, kind_count> kinds;
  uint32_t neighbours_max = 200;  ///< an identifier seen with more others than this stands for several persons
  uint32_t identities_max = 500;  ///< of a customer; at most 10,000
  std::set<uint32_t> never;       ///< identities that join nobody: of the block list, or refused by a person
  std::set<uint32_t> unique;      ///< identities that a person says are one customer's, whatever the limits
  std::set<Pair> refused;         ///< pairs whose evidence does not count
  std::set<Pair> approved;        ///< pairs that are one customer's, whatever the limits
  const OfKind& of(Kind kind) const { return kinds[static_cast<size_t>(kind)]; }
};

/// What became different. Customers are named by their smallest identity.
struct Changes {
  std::vector<std::pair<uint32_t, uint32_t>> moved;   ///< identity → its customer now; of an identity told twice the last holds
  std::vector<std::pair<uint32_t, uint32_t>> merged;  ///< all of the first customer is the second's now; in order, second < first
  std::vector<uint32_t> dealt_anew;                   ///< customers whose identities were dealt out anew, before and after
  bool any() const { return !moved.empty(); }
};

/// A join that waits for a person.
struct Held {
  enum class Why { shared, too_many_of_kind, too_large };
  Why why = Why::shared;
  uint32_t a = 0, b = 0;   ///< shared: `a` is the identifier, b is 0
  Kind kind = Kind::customer;  ///< too_many_of_kind, shared: which one there are too many of
  bool by_kind = false;    ///< shared: by the limit of a kind, not by the number of neighbours
  uint32_t identities = 0; ///< that would be one customer's
  uint32_t customers = 0;  ///< that would become one
};

/// Evidence as it is shown.
struct Edge {
  Evidence evidence;
  enum class State { joins, held, refused, never_unique, shared, kind_does_not_join } state = State::joins;
};

/// Cost: adding evidence about 0.3 µs where no limit is touched; else the identities that it could join are derived anew.
/// Memory: about 20 bytes an identity that some evidence names or that has a smaller number than one of these, and 32 bytes a
/// piece of evidence. Threads: none of its own; readers beside one writer need a lock.
class Graph {
 public:
  Graph() = default;

  /// The customer of an identity: itself where nothing joins it.
  uint32_t customer(uint32_t identity) const { return identity < nodes_.size() && nodes_[identity].customer ? nodes_[identity].customer : identity; }
  /// All identities of a customer, ascending; the one alone where nothing joins it. Empty where `customer` belongs to another.
  std::vector<uint32_t> members(uint32_t customer) const;
  Kind kind(uint32_t identity) const { return identity < nodes_.size() ? nodes_[identity].kind : Kind::customer; }
  bool is_named(uint32_t identity) const { return identity < nodes_.size() && nodes_[identity].first != 0; }
  /// Identities that are another customer's: (identity, customer), ascending.
  std::vector<std::pair<uint32_t, uint32_t>> links() const;
  bool joins_any() const { return joined_ > 0; }

  /// True where `add` would remember something: unknown, or earlier than what is known.
  bool is_news(const Evidence& evidence) const;
  Changes add(std::span<const Evidence> evidence);
  Changes set_policy(Policy policy);
  const Policy& policy() const { return policy_; }
  /// Evidence of an import that is undone.
  Changes remove_part(uint32_t part);
  /// Everything about these identities.
  Changes forget(std::span<const uint32_t> identities);

  /// Evidence that names an identity, earliest first; at most `most`.
  std::vector<Edge> evidence_of(uint32_t identity, size_t most) const;
  /// The shortest chain of counting evidence between two identities of one customer; empty where they are not one's.
  std::vector<Edge> chain(uint32_t from, uint32_t to) const;
  /// Joins that wait, the largest first. `after` skips so many.
  std::vector<Held> held(size_t after, size_t most) const;
  size_t held_count() const { return shared_.size() + held_.size(); }

  size_t edge_count() const { return edges_.size() - free_count_; }
  uint64_t bytes() const { return nodes_.bytes() + edges_.bytes(); }

 private:
  struct Node {
    uint32_t customer = 0;  // 0: never named by evidence
    uint32_t next = 0;      // ring of the customer's identities
    uint32_t size = 1;      // of the customer; holds at its first identity
    uint32_t first = 0;     // evidence: number + 1
    uint16_t degree = 0;    // pieces of evidence; stays at the top
    Kind kind = Kind::anonymous_id;
    uint8_t flags = 0;
  };
  // At a customer's first identity: concerned by a held join; over a limit because of a decision (then concerned, too).
  static constexpr uint8_t never = 1, unique = 2, shared = 4, concerned = 8, over = 16;
  struct Stored {
    int64_t time_us = 0;
    uint32_t a = 0, b = 0, next_a = 0, next_b = 0;
    uint32_t event = 0;
    uint16_t origin = 0;
    uint8_t kinds = 0, said_place = 0;
  };
  struct Origin {
    uint32_t part;
    uint16_t source;
    friend bool operator==(const Origin&, const Origin&) = default;
  };
  struct Order;  // canonical

  Node& node(uint32_t identity);
  Order order_of(const Stored& edge) const;
  uint32_t find(const Evidence& evidence) const;
  uint16_t origin_of(const Evidence& evidence);
  template <class F>
  void each_edge(uint32_t identity, F&& f) const;
  void unlink(uint32_t edge);
  bool flag(uint32_t identity, uint8_t f) const { return nodes_[identity].flags & f; }
  bool decided(const Stored& edge) const;   // approved, by itself or by an identity
  bool counts(const Stored& edge) const;    // rules, block list and refusals let it join
  bool usable(const Stored& edge) const;    // … and neither end stands for several
  std::optional<Held> shared_reason(uint32_t identity) const;
  bool update_shared(uint32_t identity);
  void refresh(std::span<const uint32_t> identities, std::vector<uint32_t>& dirty);
  bool fits(uint32_t x, uint32_t y, Held* why) const;
  uint32_t unite(uint32_t x, uint32_t y);
  void add_one(const Evidence& evidence, Changes& changes, std::vector<uint32_t>& dirty);
  void derive(const std::vector<uint32_t>& dirty, Changes& changes);
  void derive_all(Changes& changes);
  void tell(const std::vector<std::pair<uint32_t, uint32_t>>& before, Changes& changes) const;
  Edge shown(const Stored& edge) const;

  Policy policy_;
  Chunked<Node> nodes_;    // by identity_no
  Chunked<Stored> edges_;
  uint32_t free_ = 0;      // removed evidence, by next_a: number + 1
  size_t free_count_ = 0;
  size_t joined_ = 0;      // identities that are another's customer
  std::vector<Origin> origins_;
  std::unordered_set<uint32_t> shared_;
  std::unordered_set<uint32_t> held_;   // evidence that would join but for a limit
};

}  // namespace lotse::identity
