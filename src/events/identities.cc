#include <fmt/format.h>

#include "base/log.h"
#include "events/detail/state.h"

/// Who is one customer: evidence in a table, the graph that follows from it in memory.
namespace lotse::events {

using detail::Connection;
using detail::Transaction;
using identity::Evidence;

namespace {
constexpr size_t slice = 20'000;  // pieces of evidence under one lock
}

Result<void> DuckStore::State::load_identities(Connection& connection) {
  if (options.joining) {
    auto joining = TRY(options.joining(workspace));
    graph.set_policy(std::move(joining.policy));
    never_unique = std::move(joining.never_unique);
  }
  // Evidence of an import that was cut short.
  TRY(connection.run("DELETE FROM identity_evidence WHERE import <> 0 AND import NOT IN (SELECT number FROM import)"));
  return connection.stream("SELECT a, b, kind_a, kind_b, said, place, source, import, time_us, event FROM identity_evidence", [&](const detail::Chunk& c) -> Result<void> {
    std::vector<Evidence> rows(c.size());
    for (size_t i = 0; i < c.size(); ++i) {
      const uint8_t kind_a = c.column<uint8_t>(2)[i], kind_b = c.column<uint8_t>(3)[i];
      if (std::max(kind_a, kind_b) >= identity::kind_count) return Error::make(ErrorKind::internal, "store_broken", "evidence of an unknown kind");
      rows[i] = {.a = c.column<uint32_t>(0)[i], .b = c.column<uint32_t>(1)[i], .kind_a = static_cast<identity::Kind>(kind_a), .kind_b = static_cast<identity::Kind>(kind_b),
                 .said = static_cast<identity::Said>(c.column<uint8_t>(4)[i]), .place = c.column<uint8_t>(5)[i], .source = c.column<uint16_t>(6)[i],
                 .part = c.column<uint32_t>(7)[i], .time_us = c.column<int64_t>(8)[i], .event = c.column<uint64_t>(9)[i]};
    }
    graph.add(rows);
    return {};
  });
}

Result<void> DuckStore::State::write_evidence(Connection& connection, const std::vector<Evidence>& evidence, uint32_t part) {
  if (evidence.empty()) return {};
  auto rows = TRY(detail::Appender::open(connection, "identity_evidence",
                                         {DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_UTINYINT,
                                          DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_UBIGINT}));
  for (const auto& e : evidence) {
    const size_t r = rows->row();
    rows->column<uint32_t>(0)[r] = e.a;
    rows->column<uint32_t>(1)[r] = e.b;
    rows->column<uint8_t>(2)[r] = static_cast<uint8_t>(e.kind_a);
    rows->column<uint8_t>(3)[r] = static_cast<uint8_t>(e.kind_b);
    rows->column<uint8_t>(4)[r] = static_cast<uint8_t>(e.said);
    rows->column<uint8_t>(5)[r] = e.place;
    rows->column<uint16_t>(6)[r] = e.source;
    rows->column<uint32_t>(7)[r] = part;
    rows->column<int64_t>(8)[r] = e.time_us;
    rows->column<uint64_t>(9)[r] = e.event;
    TRY(rows->end_row());
  }
  return rows->finish();
}

void DuckStore::State::customers_of(const uint32_t* identity, size_t n, uint32_t* customer) const {
  std::shared_lock lock(graph_mutex);
  for (size_t i = 0; i < n; ++i) customer[i] = graph.customer(identity[i]);
}

Result<uint64_t> DuckStore::State::count_up(Connection& connection) {
  std::scoped_lock locks(write_mutex, publish_mutex);
  uint64_t next = 0;
  {
    std::lock_guard lock(state_mutex);
    next = given + 1;
  }
  if (auto done = connection.run(fmt::format("UPDATE meta SET value = {} WHERE key = 'counter'", next)); !done) return note(done.error());
  std::lock_guard lock(state_mutex);
  counter = given = next;
  return next;
}

Result<void> DuckStore::State::relink(uint64_t as_of, const std::function<identity::Changes(identity::Graph&)>& change) {
  std::lock_guard in_order(relink_mutex);
  identity::Changes changes;
  {
    std::unique_lock lock(graph_mutex);
    changes = change(graph);
  }
  if (!changes.any()) return {};
  Result<void> counted;
  if (as_of == 0) {  // readers see by a new number that something is different
    auto connection = connect();
    auto next = connection ? count_up(**connection) : Result<uint64_t>(connection.error());
    if (next) as_of = *next;
    else counted = next.error();
  }
  feeds.relinked.publish({workspace, as_of, std::move(changes.moved), std::move(changes.merged), std::move(changes.dealt_anew)});
  return counted;
}

void DuckStore::State::relink_by(uint64_t as_of, const std::vector<Evidence>& evidence) {
  for (size_t at = 0; at < evidence.size(); at += slice) {
    const auto part = std::span(evidence).subspan(at, std::min(slice, evidence.size() - at));
    // Only a number of its own can fail.
    (void)relink(as_of, [&](identity::Graph& g) { return g.add(part); });
  }
}

Result<void> DuckStore::set_joining(Joining joining) {
  return state_->relink(0, [&](identity::Graph& graph) {
    state_->never_unique = std::move(joining.never_unique);
    return graph.set_policy(std::move(joining.policy));
  });
}

std::shared_ptr<const std::unordered_set<std::string>> DuckStore::never_unique() const {
  std::shared_lock lock(state_->graph_mutex);
  return state_->never_unique;
}

void DuckStore::look_at_identities(const std::function<void(const identity::Graph&)>& look) const {
  std::shared_lock lock(state_->graph_mutex);
  look(state_->graph);
}

Result<void> DuckStore::forget_identities(const std::vector<uint32_t>& identities) {
  if (identities.empty()) return {};
  State& s = *state_;
  // First out of the journal, so that a start does not bring it back.
  TRY(s.flush());
  {
    std::lock_guard writing(s.write_mutex);
    auto connection = TRY(s.connect());
    std::string list;
    for (const uint32_t identity : identities) list += (list.empty() ? "" : ",") + std::to_string(identity);
    if (auto done = connection->run(fmt::format("DELETE FROM identity_evidence WHERE a IN ({}) OR b IN ({})", list, list)); !done) return s.note(done.error());
  }
  return s.relink(0, [&](identity::Graph& graph) { return graph.forget(identities); });
}

uint32_t DuckStore::customer_of(uint32_t identity) const {
  std::shared_lock lock(state_->graph_mutex);
  return state_->graph.customer(identity);
}

std::vector<uint32_t> DuckStore::identities_of(uint32_t customer) const {
  std::shared_lock lock(state_->graph_mutex);
  return state_->graph.members(customer);
}

std::vector<std::pair<uint32_t, uint32_t>> DuckStore::links() const {
  std::shared_lock lock(state_->graph_mutex);
  return state_->graph.links();
}

}  // namespace lotse::events
