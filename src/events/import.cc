#include <fmt/format.h>

#include <chrono>

#include "base/log.h"
#include "events/detail/bulk.h"

/// Imports: rows stream into a table of their own, which becomes visible by one row in the table import.
namespace lotse::events {

using detail::BulkRun;
using detail::Connection;
using detail::Part;
using detail::sql_text;
using detail::SourceCount;
using detail::Transaction;

namespace {
double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Removes what an import wrote unless it became visible, and gives its space back to the disk.
struct HalfPart {
  DuckStore::State& state;
  const ImportRows& rows;
  std::string table;
  uint32_t number;
  uint32_t keys_before;  ///< instance keys from this code on may be the import's
  bool committed = false, visible = false;
  ~HalfPart() {
    if (visible) return;
    if (committed) {
      auto connection = state.connect();
      auto dropped = connection ? (*connection)->run(fmt::format("DROP TABLE IF EXISTS {}; DELETE FROM identity_evidence WHERE import = {}", table, number)) : Result<void>(connection.error());
      if (!dropped) log_warning("events", "{} stays until the next start: {}", table, dropped.error().detail);
    }
    {
      // Its instance keys, which may be millions, would go to the disk with whatever is written next. Those that an
      // acknowledged live event may use stand in the journal or the tables.
      std::scoped_lock lock(state.write_mutex, state.publish_mutex);
      state.catalogue.keys().take_back(std::max({keys_before, state.persisted.keys, state.journaled.keys}));
    }
    state.shrink();
    rows.abandoned();
  }
};
}  // namespace

Result<void> DuckStore::State::register_functions(Connection& connection) { return detail::register_import_rows(connection); }

Result<std::shared_ptr<const Part>> DuckStore::State::find_part(std::string_view import) const {
  std::lock_guard lock(state_mutex);
  for (const auto& part : parts)
    if (part->import == import) return part;
  return Error::make(ErrorKind::not_found, "import_not_found", "the store has no events of this import");
}

bool DuckStore::has_import(std::string_view import) const { return state_->find_part(import).has_value(); }

Result<uint64_t> DuckStore::import_size(std::string_view import) const { return TRY(state_->find_part(import))->rows; }

Result<ImportOutcome> DuckStore::import_rows(const ImportRows& rows, std::stop_token stop) {
  State& s = *state_;
  std::lock_guard importing(s.import_mutex);
  if (has_import(rows.import)) return Error::make(ErrorKind::conflict, "import_exists", "this import is there already");
  std::shared_ptr<const Part> replaced;
  if (rows.replaces) replaced = TRY(s.find_part(*rows.replaces));

  // What is old must not lie behind what this import writes, should that have to be cut off again.
  s.checkpoint_if_due(0);
  auto connection = TRY(s.connect());
  BulkRun run(rows, stop, s.room_for_import());
  auto part = std::make_shared<Part>();
  part->number = s.next_part.fetch_add(1);
  part->import = rows.import;
  part->source = rows.source;
  part->attributes = run.attributes;
  const std::string table = part->table();
  HalfPart half{s, rows, table, part->number, s.catalogue.keys().next()};
  const auto erased_before = s.erased_now();

  // Earlier files of the same source; what is replaced does not count.
  std::vector<std::shared_ptr<const Part>> earlier;
  uint64_t earlier_rows = 0;
  {
    std::lock_guard lock(s.state_mutex);
    for (const auto& p : s.parts)
      if (p->source == rows.source && p != replaced) {
        earlier.push_back(p);
        earlier_rows += p->rows;
      }
  }
  std::optional<IdSet> known;
  ImportOutcome out;
  const bool in_memory = earlier_rows <= s.options.known_ids_in_memory;
  if (earlier_rows > 0 && in_memory) {
    rows.stage("deduplicate");
    const auto start = std::chrono::steady_clock::now();
    known.emplace(earlier_rows);
    for (const auto& p : earlier)
      TRY(connection->stream("SELECT id FROM " + p->table(), [&](const detail::Chunk& c) -> Result<void> {
        if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the import was stopped");
        const auto* ids = c.column<duckdb_uhugeint>(0);
        known->with_room(c.size(), [&] {
          for (size_t i = 0; i < c.size(); ++i) known->insert({ids[i].upper, ids[i].lower});
        });
        return {};
      }));
    run.known = &*known;
    out.deduplicate_s += seconds_since(start);
  }

  rows.stage("read");
  const auto streaming = std::chrono::steady_clock::now();
  {
    auto transaction = TRY(Transaction::begin(*connection));
    const auto first_error = [&](Error error) {
      run.error.with([&](auto& own) {
        if (own) error = *own;
      });
      return s.note(std::move(error));
    };
    if (auto made = connection->run(fmt::format("CREATE TABLE {} ({})", table, detail::part_columns(run.attributes))); !made)
      return first_error(made.error());
    {
      detail::Interrupter interrupter(stop, *connection);
      const auto sql = fmt::format("INSERT INTO {} SELECT * FROM import_rows({}::UBIGINT)", table, reinterpret_cast<uintptr_t>(&run));
      if (auto inserted = connection->run(sql); !inserted) return first_error(inserted.error());
    }
    if (earlier_rows > 0 && !in_memory) {
      rows.stage("deduplicate");
      const auto start = std::chrono::steady_clock::now();
      for (const auto& p : earlier) {
        auto removed = connection->query(fmt::format("DELETE FROM {} WHERE id IN (SELECT id FROM {})", table, p->table()));
        if (!removed) return first_error(removed.error());
        const uint64_t n = removed->natural(0, 0);
        run.events_known += n;
        run.events_new -= n;
      }
      out.deduplicate_s += seconds_since(start);
    }
    rows.stage("store");
    if (auto done = transaction->commit(); !done) return first_error(done.error());
    half.committed = true;
  }
  out.store_s = seconds_since(streaming);

  std::map<uint16_t, SourceCount> counts;
  run.counts.with([&](auto& all) { counts = all.sources; });
  if (earlier_rows > 0 && !in_memory) {  // rows were taken out after they were counted
    counts.clear();
    auto again = TRY(connection->query("SELECT source, count(*), min(time_us), max(time_us), bool_or(instance_key > 1) FROM " + table + " GROUP BY source"));
    for (size_t i = 0; i < again.size(); ++i)
      counts[static_cast<uint16_t>(again.natural(i, 0))] = {again.natural(i, 1), again.integer(i, 2), again.integer(i, 3), INT64_MIN, again.boolean(i, 4)};
  }
  part->rows = run.events_new;
  part->block = std::max<uint64_t>(run.last_row, 1);
  const int64_t now_us = s.clock.now().count();
  for (auto& [source, n] : counts) n.arrived_us = now_us;

  rows.stage("publish");
  const auto publishing = std::chrono::steady_clock::now();
  TRY(rows.before_publish());
  if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the import was stopped");
  std::optional<Removed> removed;
  uint64_t after = 0;
  std::vector<identity::Evidence> evidence = rows.evidence();
  for (auto& e : evidence) e.part = part->number;
  {
    std::lock_guard writing(s.write_mutex);
    if (replaced) replaced = TRY(s.find_part(*rows.replaces));  // what was erased meanwhile is no longer counted in it
    if (s.erased_now() != erased_before) {
      auto transaction = TRY(Transaction::begin(*connection));
      auto gone = s.delete_rows_of(*connection, table, part->attributes, State::erased_rows);
      if (!gone) return s.note(gone.error());
      if (!gone->empty())
        if (auto due = connection->run(State::purge_due_sql); !due) return s.note(due.error());
      if (auto done = transaction->commit(); !done) return s.note(done.error());
      for (const auto& [source, n] : *gone) {
        counts[source].events -= n;
        part->rows -= n;
      }
      std::lock_guard lock(s.state_mutex);
      s.purge_due |= !gone->empty();
    }
    {  // The dictionaries first, for they may be large, and the step that makes rows visible holds up live events.
      auto transaction = TRY(Transaction::begin(*connection));
      auto mark = s.write_catalogue(*connection);
      if (!mark) return s.note(mark.error());
      if (auto written = s.write_evidence(*connection, evidence, part->number); !written) return s.note(written.error());
      if (auto done = transaction->commit(); !done) return s.note(done.error());
      s.keep(std::move(*mark));
    }
    std::lock_guard publish(s.publish_mutex);
    {
      std::lock_guard lock(s.state_mutex);
      part->base = s.given + (replaced ? 1 : 0);
    }
    after = part->base;
    auto transaction = TRY(Transaction::begin(*connection));
    std::string sql = fmt::format("INSERT INTO import VALUES ({}, {}, {}, {}, {}, {});", part->number, sql_text(part->import), part->source, part->base,
                                  part->block, part->rows);
    for (const auto& [source, n] : counts)
      sql += fmt::format("INSERT INTO import_source VALUES ({}, {}, {}, {}, {}, {}, {});", part->number, source, n.events, n.first_us, n.last_us,
                         n.arrived_us, n.has_keys);
    for (const uint32_t a : part->attributes) sql += fmt::format("INSERT INTO import_attribute VALUES ({}, {});", part->number, a);
    if (replaced)
      for (const char* from : {"import WHERE number", "import_source WHERE import", "import_attribute WHERE import", "identity_evidence WHERE import"})
        sql += fmt::format("DELETE FROM {} = {};", from, replaced->number);
    if (replaced) sql += fmt::format("DROP TABLE {};", replaced->table());
    if (auto done = connection->run(sql); !done) return s.note(done.error());
    if (auto done = transaction->commit(); !done) return s.note(done.error());
    half.visible = true;

    std::lock_guard lock(s.state_mutex);
    s.counter = s.given = part->base + part->block;
    s.events += part->rows;
    for (const auto& [source, n] : counts)
      if (n.has_keys) s.catalogue.source_has_keys(source);
    s.part_counts[part->number] = counts;
    s.parts.push_back(part);
    if (replaced) {
      std::erase(s.parts, replaced);
      s.part_counts.erase(replaced->number);
      s.events -= replaced->rows;
      ++s.removals;
      removed = Removed{s.workspace, replaced->base + 1, replaced->base + replaced->block, part->base};
    }
    out.as_of = s.counter;
  }
  out.publish_s = seconds_since(publishing);
  if (replaced) TRY(s.relink(out.as_of, [&](identity::Graph& graph) { return graph.remove_part(replaced->number); }));
  s.relink_by(out.as_of, evidence);
  if (removed) s.feeds.removed.publish(*removed);
  s.feeds.appended.publish({s.workspace, after, out.as_of});
  out.events_new = part->rows;
  out.events_known = run.events_known;
  out.deduplicate_s += static_cast<double>(run.deduplicate_ns.load()) / 1e9;
  SourceCount all;
  for (const auto& [source, n] : counts) all.add(n);
  if (all.events > 0) {
    out.first = Micros(all.first_us);
    out.last = Micros(all.last_us);
  }
  return out;
}

Result<uint64_t> DuckStore::undo(std::string_view import) {
  State& s = *state_;
  std::lock_guard importing(s.import_mutex);
  std::shared_ptr<const Part> part;
  Removed removed{s.workspace, 1, 0, 0};
  {
    std::scoped_lock locks(s.write_mutex, s.publish_mutex);
    part = TRY(s.find_part(import));
    removed.first = part->base + 1;
    removed.last = part->base + part->block;
    auto connection = TRY(s.connect());
    uint64_t counter = 0;
    {
      std::lock_guard lock(s.state_mutex);
      counter = s.given + 1;
    }
    auto transaction = TRY(Transaction::begin(*connection));
    std::string sql = fmt::format("UPDATE meta SET value = {} WHERE key = 'counter';", counter);
    for (const char* from : {"import WHERE number", "import_source WHERE import", "import_attribute WHERE import", "identity_evidence WHERE import"})
      sql += fmt::format("DELETE FROM {} = {};", from, part->number);
    sql += "DROP TABLE " + part->table();
    if (auto done = connection->run(sql); !done) return s.note(done.error());
    if (auto done = transaction->commit(); !done) return s.note(done.error());
    std::lock_guard lock(s.state_mutex);
    std::erase(s.parts, part);
    s.part_counts.erase(part->number);
    s.events -= part->rows;
    s.counter = s.given = removed.as_of = counter;
    ++s.removals;
  }
  TRY(s.relink(removed.as_of, [&](identity::Graph& graph) { return graph.remove_part(part->number); }));
  s.feeds.removed.publish(removed);
  return part->rows;
}

}  // namespace lotse::events
