#include <fmt/format.h>

#include "events/detail/state.h"

/// Stored values that are corrected or outlived, and events that are: durable at once, their bytes with the next purge
/// (docs/decisions/0745, 0746).
namespace lotse::events {

using detail::Connection;
using detail::Losses;
using detail::Part;
using detail::Transaction;

namespace {
/// The rows of a table that the amendment means; none where the table has no such column. The identities stand in the
/// temporary table `meant`.
std::optional<std::string> rows_of(const Amendment& a, uint32_t from_code, const std::vector<uint32_t>& present) {
  if (std::ranges::find(present, a.attribute) == present.end()) return std::nullopt;
  const std::string code = detail::code_column(a.attribute), text = detail::text_column(a.attribute);
  std::string where = !a.from ? fmt::format("({} <> 0 OR {} IS NOT NULL)", code, text)
                      : from_code == 0 ? fmt::format("{} = {}", text, detail::sql_text(*a.from))
                                       : fmt::format("({} = {} OR {} = {})", code, from_code, text, detail::sql_text(*a.from));
  if (!a.identities.empty()) where += " AND identity IN (SELECT identity FROM meant)";
  if (a.before) where += fmt::format(" AND time_us < {}", a.before->count());
  return where;
}
std::string rows_of(const Expiry& e) { return fmt::format("source = {} AND time_us < {}", e.source, e.before.count()); }

Result<void> say_whom(Connection& connection, const std::vector<uint32_t>& identities) {
  TRY(connection.run("CREATE OR REPLACE TEMP TABLE meant (identity UINTEGER)"));
  return detail::insert_numbers(connection, "meant", identities);
}

Result<void> count_rows(Connection& connection, const std::string& table, const std::string& where, std::map<uint32_t, uint64_t>& by_identity) {
  return connection.stream(fmt::format("SELECT identity, count(*)::UBIGINT FROM main.{} WHERE {} GROUP BY identity", table, where), [&](const detail::Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i) by_identity[c.column<uint32_t>(0)[i]] += c.column<uint64_t>(1)[i];
    return {};
  });
}

Affected sum_of(const std::map<uint32_t, uint64_t>& by_identity) {
  Affected out;
  for (const auto& [identity, events] : by_identity) {
    out.events += events;
    out.identities.push_back(identity);
  }
  return out;
}

/// All tables with their attributes' columns.
std::vector<std::pair<std::string, std::vector<uint32_t>>> tables_of(const detail::Visible& visible) {
  std::vector<std::pair<std::string, std::vector<uint32_t>>> out;
  for (const auto& part : visible.parts) out.emplace_back(part->table(), part->attributes);
  out.emplace_back("live", visible.live_attributes);
  return out;
}

std::vector<uint32_t> customers_of(const DuckStore& store, const std::vector<uint32_t>& identities) {
  std::vector<uint32_t> out;
  for (const uint32_t n : identities) out.push_back(store.customer_of(n));
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}
}  // namespace

uint64_t DuckStore::amended_at() const {
  std::lock_guard lock(state_->state_mutex);
  return state_->amended_at;
}

Result<Affected> DuckStore::affected(const Amendment& amendment) const {
  State& s = *state_;
  TRY(s.flush());
  const auto entry = s.catalogue.attribute(amendment.attribute);
  if (!entry) return Affected{};
  auto connection = TRY(s.connect());
  TRY(say_whom(*connection, amendment.identities));
  const uint32_t code = amendment.from ? entry->values.find(*amendment.from) : 0;
  std::map<uint32_t, uint64_t> found;
  for (const auto& [table, attributes] : tables_of(s.visible()))
    if (const auto where = rows_of(amendment, code, attributes)) TRY(count_rows(*connection, table, *where, found));
  return sum_of(found);
}

Result<Affected> DuckStore::affected(const Expiry& expiry) const {
  State& s = *state_;
  TRY(s.flush());
  auto connection = TRY(s.connect());
  std::map<uint32_t, uint64_t> found;
  for (const auto& [table, attributes] : tables_of(s.visible())) TRY(count_rows(*connection, table, rows_of(expiry), found));
  return sum_of(found);
}

Result<Affected> DuckStore::amend(const Amendment& amendment) {
  State& s = *state_;
  Affected out;
  uint64_t as_of = 0;
  std::lock_guard importing(s.import_mutex);  // what an import has compared stays so
  TRY(s.flush());
  {
    std::scoped_lock locks(s.write_mutex, s.publish_mutex);
    const auto entry = s.catalogue.attribute(amendment.attribute);
    if (!entry) return out;
    const uint32_t from = amendment.from ? entry->values.find(*amendment.from) : 0;
    auto connection = TRY(s.connect());
    TRY(say_whom(*connection, amendment.identities));
    const auto tables = tables_of(s.visible());
    std::map<uint32_t, uint64_t> found;
    for (const auto& [table, attributes] : tables)
      if (const auto where = rows_of(amendment, from, attributes)) TRY(count_rows(*connection, table, *where, found));
    if (found.empty()) return out;
    out = sum_of(found);
    const uint32_t to = amendment.to.empty() ? 0 : entry->values.code(amendment.to);
    const std::string text = amendment.to.empty() || to != 0 ? "NULL" : detail::sql_text(amendment.to);
    {
      std::lock_guard lock(s.state_mutex);
      as_of = s.given + 1;
    }
    detail::CatalogueMark mark;
    const auto in_tables = [&]() -> Result<void> {
      auto transaction = TRY(Transaction::begin(*connection));
      mark = TRY(s.write_catalogue(*connection));
      for (const auto& [table, attributes] : tables) {
        const auto where = rows_of(amendment, from, attributes);
        if (!where) continue;
        const std::string code_column = detail::code_column(amendment.attribute);
        TRY(connection->run(fmt::format("INSERT INTO erased_text SELECT DISTINCT {0}, {1} FROM main.{2} WHERE {1} <> 0 AND {3}", amendment.attribute, code_column, table, *where)));
        TRY(connection->run(fmt::format("UPDATE main.{} SET {} = {}, {} = {} WHERE {}", table, code_column, to, detail::text_column(amendment.attribute), text, *where)));
      }
      TRY(connection->run(State::purge_due_sql));
      TRY(connection->run(fmt::format("UPDATE meta SET value = {0} WHERE key = 'counter'; DELETE FROM meta WHERE key = 'amended'; INSERT INTO meta VALUES ('amended', {0})", as_of)));
      return transaction->commit();
    };
    if (auto done = in_tables(); !done) return s.note(done.error());
    s.keep(std::move(mark));
    std::lock_guard lock(s.state_mutex);
    s.counter = s.given = s.amended_at = as_of;
    s.purge_due = true;
    ++s.removals;
  }
  s.feeds.returned.publish({s.workspace, customers_of(*this, out.identities), as_of, true});
  return out;
}

Result<Affected> DuckStore::expire(const Expiry& expiry) {
  State& s = *state_;
  Affected out;
  uint64_t as_of = 0;
  std::lock_guard importing(s.import_mutex);
  TRY(s.flush());
  {
    std::scoped_lock locks(s.write_mutex, s.publish_mutex);
    auto connection = TRY(s.connect());
    const auto visible = s.visible();
    std::map<uint32_t, uint64_t> found;
    for (const auto& [table, attributes] : tables_of(visible)) TRY(count_rows(*connection, table, rows_of(expiry), found));
    if (found.empty()) return out;
    out = sum_of(found);
    {
      std::lock_guard lock(s.state_mutex);
      as_of = s.given + 1;
    }
    std::map<uint32_t, Losses> losses;
    std::map<uint32_t, int64_t> first;  // own time of the source's earliest event that stays, by part
    const auto in_tables = [&]() -> Result<void> {
      auto transaction = TRY(Transaction::begin(*connection));
      losses = TRY(s.delete_rows(*connection, visible.parts, visible.live_attributes, rows_of(expiry)));
      for (const auto& [part, gone] : losses) {
        if (gone.empty()) continue;
        const std::string table = part == 0 ? "live" : fmt::format("part_{}", part);
        auto earliest = TRY(connection->query(fmt::format("SELECT min(time_us) FROM main.{} WHERE source = {}", table, expiry.source)));
        first[part] = earliest.is_null(0, 0) ? INT64_MAX : earliest.integer(0, 0);
        if (part != 0) TRY(connection->run(fmt::format("UPDATE import_source SET first_us = {} WHERE import = {} AND source = {}", first[part], part, expiry.source)));
      }
      TRY(connection->run(State::purge_due_sql));
      TRY(connection->run(fmt::format("UPDATE meta SET value = {} WHERE key = 'counter'", as_of)));
      return transaction->commit();
    };
    if (auto done = in_tables(); !done) return s.note(done.error());
    std::lock_guard lock(s.state_mutex);
    s.take_out(losses);
    for (const auto& [part, time_us] : first) (part == 0 ? s.live_counts : s.part_counts[part])[expiry.source].first_us = time_us;
    s.counter = s.given = as_of;
    s.purge_due = true;
    ++s.removals;
  }
  s.feeds.returned.publish({s.workspace, customers_of(*this, out.identities), as_of, true});
  return out;
}

Result<std::vector<uint32_t>> DuckStore::without_events(const std::vector<uint32_t>& identities) const {
  State& s = *state_;
  TRY(s.flush());
  auto connection = TRY(s.connect());
  TRY(say_whom(*connection, identities));
  std::map<uint32_t, uint64_t> found;
  for (const auto& [table, attributes] : tables_of(s.visible())) TRY(count_rows(*connection, table, "identity IN (SELECT identity FROM meant)", found));
  std::vector<uint32_t> out;
  for (const uint32_t n : identities)
    if (!found.contains(n)) out.push_back(n);
  return out;
}

}  // namespace lotse::events
