#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/wipe.h"
#include "events/detail/state.h"

/// Erasure in two steps (docs/decisions/0740): first nothing shows the events any more, then the files are rewritten.
namespace lotse::events {

using detail::Connection;
using detail::IdentitySet;
using detail::Losses;
using detail::Part;
using detail::TailBatch;
using detail::Transaction;

namespace {
constexpr uint32_t key_texts = 0;  // in erased_text, where attributes have their numbers
constexpr size_t listed_max = 500;     // numbers in one statement
constexpr auto readers_end_within = std::chrono::seconds(120);

/// The codes of an event that stand for texts of its own: (attribute, code).
template <class F>
void each_text(const detail::CodedEvent& event, const F& take) {
  if (event.instance_key >= detail::KeyTable::first_code) take(key_texts, event.instance_key);
  for (const auto& [attribute, code] : event.codes)
    if (code != 0 && !BuiltinAttribute::is_reference(attribute)) take(attribute, code);
}
}  // namespace

std::shared_ptr<const IdentitySet> DuckStore::State::erased_now() const {
  std::lock_guard lock(state_mutex);
  return erased;
}

uint64_t DuckStore::restricted_count() const {
  std::lock_guard lock(state_->state_mutex);
  return state_->restricted->count();
}

Result<void> detail::insert_numbers(Connection& connection, const char* table, const std::vector<uint32_t>& numbers) {
  for (size_t at = 0; at < numbers.size(); at += listed_max) {
    std::string sql;
    for (size_t i = at; i < std::min(numbers.size(), at + listed_max); ++i) sql += fmt::format("{}({})", sql.empty() ? "" : ",", numbers[i]);
    TRY(connection.run(fmt::format("INSERT INTO {} VALUES {}", table, sql)));
  }
  return {};
}

Result<Losses> DuckStore::State::delete_rows_of(Connection& connection, const std::string& table, const std::vector<uint32_t>& attributes, const std::string& where) {
  TRY(connection.run(fmt::format("CREATE OR REPLACE TEMP TABLE erasing AS SELECT * FROM main.{} WHERE {}", table, where)));
  Losses out;
  auto counts = TRY(connection.query("SELECT source, count(*) FROM erasing GROUP BY source"));
  for (size_t i = 0; i < counts.size(); ++i) out[static_cast<uint16_t>(counts.natural(i, 0))] = counts.natural(i, 1);
  if (out.empty()) return out;
  TRY(connection.run(fmt::format("INSERT INTO erased_text SELECT DISTINCT {}, instance_key FROM erasing WHERE instance_key >= {}", key_texts,
                                 detail::KeyTable::first_code)));
  for (const uint32_t a : attributes)
    if (!BuiltinAttribute::is_reference(a)) TRY(connection.run(fmt::format("INSERT INTO erased_text SELECT DISTINCT {0}, {1} FROM erasing WHERE {1} <> 0", a, detail::code_column(a))));
  TRY(connection.run(fmt::format("DELETE FROM main.{} WHERE {}", table, where)));
  return out;
}

Result<std::map<uint32_t, Losses>> DuckStore::State::delete_rows(Connection& connection, const std::vector<std::shared_ptr<const Part>>& of, const std::vector<uint32_t>& live,
                                                                 const std::string& where) {
  std::map<uint32_t, Losses> losses;
  for (const auto& part : of) {
    auto gone = TRY(delete_rows_of(connection, part->table(), part->attributes, where));
    uint64_t sum = 0;
    for (const auto& [source, n] : gone) {
      TRY(connection.run(fmt::format("UPDATE import_source SET events = events - {} WHERE import = {} AND source = {}", n, part->number, source)));
      sum += n;
    }
    if (sum > 0) TRY(connection.run(fmt::format("UPDATE import SET row_count = row_count - {} WHERE number = {}", sum, part->number)));
    losses[part->number] = std::move(gone);
  }
  losses[0] = TRY(delete_rows_of(connection, "live", live, where));
  return losses;
}

uint64_t DuckStore::State::take_out(const std::map<uint32_t, Losses>& losses) {
  uint64_t gone = 0;
  for (auto& part : parts) {
    const auto at = losses.find(part->number);
    if (at == losses.end() || at->second.empty()) continue;
    auto smaller = std::make_shared<Part>(*part);
    for (const auto& [source, n] : at->second) {
      smaller->rows -= n;
      part_counts[part->number][source].events -= n;
      gone += n;
    }
    part = std::move(smaller);
  }
  if (const auto at = losses.find(0); at != losses.end())
    for (const auto& [source, n] : at->second) {
      live_counts[source].events -= n;
      gone += n;
    }
  events -= gone;
  return gone;
}

Result<uint64_t> DuckStore::erase(std::vector<uint32_t> identities) {
  State& s = *state_;
  std::ranges::sort(identities);
  identities.erase(std::unique(identities.begin(), identities.end()), identities.end());
  Removed news{s.workspace, 1, 0, 0};
  uint64_t events_gone = 0;
  {
    std::lock_guard writing(s.write_mutex);
    const auto before = s.erased_now();
    std::erase_if(identities, [&](uint32_t n) { return before->has(n); });
    if (identities.empty()) return 0;
    auto now = std::make_shared<IdentitySet>(*before);
    for (const uint32_t n : identities) now->add(n);
    std::vector<std::shared_ptr<const Part>> parts;
    std::vector<std::shared_ptr<const TailBatch>> waiting;
    std::vector<uint32_t> live_attributes;
    uint64_t counter = 0;
    {  // From here on no event of theirs is taken, and none that waits in the journal is shown.
      std::scoped_lock lock(s.publish_mutex, s.state_mutex);
      s.erased = now;
      parts = s.parts;
      waiting.assign(s.tail.begin(), s.tail.end());
      live_attributes = s.live_attributes;
      counter = s.given + 1;
    }
    const auto is_new = [&](uint32_t n) { return now->has(n) && !before->has(n); };
    std::map<uint32_t, Losses> losses;  // by part; 0: the table of live events
    const auto in_tables = [&]() -> Result<void> {
      auto connection = TRY(s.connect());
      auto transaction = TRY(Transaction::begin(*connection));
      TRY(detail::insert_numbers(*connection, "erased_identity", identities));
      losses = TRY(s.delete_rows(*connection, parts, live_attributes, State::erased_rows));
      std::set<std::pair<uint32_t, uint32_t>> texts;
      for (const auto& batch : waiting)
        for (const auto& event : *batch)
          if (is_new(event.identity)) each_text(event, [&](uint32_t attribute, uint32_t code) { texts.emplace(attribute, code); });
      for (const auto& [attribute, code] : texts) TRY(connection->run(fmt::format("INSERT INTO erased_text VALUES ({}, {})", attribute, code)));
      TRY(connection->run(State::purge_due_sql));
      TRY(connection->run(fmt::format("UPDATE meta SET value = {} WHERE key = 'counter'", counter)));
      return transaction->commit();
    };
    if (auto done = in_tables(); !done) {
      std::scoped_lock lock(s.publish_mutex, s.state_mutex);
      s.erased = before;
      return s.note(done.error());
    }
    std::scoped_lock lock(s.publish_mutex, s.state_mutex);
    uint64_t waited = 0;
    for (const auto& batch : waiting)
      for (const auto& event : *batch)
        if (is_new(event.identity)) {
          --s.live_counts[event.source].events;
          ++waited;
        }
    s.events -= waited;
    events_gone = s.take_out(losses) + waited;
    s.counter = s.given = news.as_of = s.given + 1;
    s.purge_due = true;
    ++s.removals;
  }
  for (const uint32_t n : identities) news.customers.push_back(customer_of(n));
  std::ranges::sort(news.customers);
  news.customers.erase(std::unique(news.customers.begin(), news.customers.end()), news.customers.end());
  s.feeds.removed.publish(news);
  TRY(forget_identities(identities));
  return events_gone;
}

bool DuckStore::purge_is_due() const {
  std::lock_guard lock(state_->state_mutex);
  return state_->purge_due;
}

/// Texts that only erased events used make room for a mark. Called under write_mutex.
Result<void> DuckStore::State::scrub_texts(Connection& connection) {
  std::map<uint32_t, std::set<uint32_t>> unused;
  auto candidates = TRY(connection.query("SELECT DISTINCT attribute, code FROM erased_text"));
  for (size_t i = 0; i < candidates.size(); ++i) unused[static_cast<uint32_t>(candidates.natural(i, 0))].insert(static_cast<uint32_t>(candidates.natural(i, 1)));
  const auto forget_used = [&](const std::string& table, const std::vector<uint32_t>& attributes) -> Result<void> {
    for (auto& [attribute, codes] : unused) {
      if (attribute != key_texts && std::ranges::find(attributes, attribute) == attributes.end()) continue;
      const std::string column = attribute == key_texts ? "instance_key" : detail::code_column(attribute);
      TRY(connection.stream(fmt::format("SELECT DISTINCT {0} FROM main.{1} WHERE {0} IN (SELECT code FROM erased_text WHERE attribute = {2})", column, table, attribute),
                            [&](const detail::Chunk& c) -> Result<void> {
                              for (size_t i = 0; i < c.size(); ++i) codes.erase(c.column<uint32_t>(0)[i]);
                              return {};
                            }));
    }
    return {};
  };
  const auto now = visible();
  for (const auto& part : now.parts) TRY(forget_used(part->table(), part->attributes));
  TRY(forget_used("live", now.live_attributes));

  // No event may get one of these codes between the look and the change.
  std::lock_guard publishing(publish_mutex);
  const auto latest = visible();
  for (const auto& batch : latest.tail)
    for (const auto& event : *batch)
      if (!latest.erased->has(event.identity))
        each_text(event, [&](uint32_t attribute, uint32_t code) {
          if (const auto it = unused.find(attribute); it != unused.end()) it->second.erase(code);
        });
  const auto mark = [](uint32_t code) { return fmt::format("\u2421{}", code); };  // "symbol for delete": no source writes it
  auto transaction = TRY(Transaction::begin(connection));
  for (const auto& [attribute, codes] : unused)
    for (const uint32_t code : codes)
      TRY(connection.run(attribute == key_texts
                             ? fmt::format("UPDATE instance_key SET text = '' WHERE code = {}", code)
                             : fmt::format("UPDATE attribute_value SET text = {} WHERE attribute = {} AND code = {}", detail::sql_text(mark(code)), attribute, code)));
  TRY(connection.run("DELETE FROM erased_text"));
  TRY(transaction->commit());
  for (const auto& [attribute, codes] : unused) {
    if (attribute == key_texts) {
      catalogue.keys().forget({codes.begin(), codes.end()});
    } else if (const auto entry = catalogue.attribute(attribute)) {
      for (const uint32_t code : codes) entry->values.replace(code, mark(code));
    }
  }
  catalogue.texts_changed();
  return {};
}

Result<void> DuckStore::State::copy_database(Connection& connection, const std::filesystem::path& to, std::stop_token stop) {
  const std::stop_callback interrupt(stop, [&connection] { connection.interrupt(); });
  TRY(connection.run(fmt::format("ATTACH {} AS fresh", detail::sql_text(to.string()))));
  auto tables = TRY(connection.query("SELECT table_name, sql FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'main' "
                                     "AND NOT temporary ORDER BY table_name"));
  for (size_t i = 0; i < tables.size(); ++i) {
    if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the rewriting was stopped");
    const std::string table = tables.text(i, 0);
    std::string sql = tables.text(i, 1);
    constexpr std::string_view begin = "CREATE TABLE ";
    ensure(sql.starts_with(begin), "DuckDB says how a table is made");
    sql.insert(begin.size(), "fresh.main.");
    TRY(connection.run(sql));
    std::string where;
    if (table == "meta") where = " WHERE key <> 'purge_due'";
    if (table == "identity_evidence") where = " WHERE a NOT IN (SELECT identity FROM erased_identity) AND b NOT IN (SELECT identity FROM erased_identity)";
    TRY(connection.run(fmt::format("INSERT INTO fresh.main.{0} SELECT * FROM main.{0}{1}", table, where)));
  }
  TRY(connection.run("CHECKPOINT fresh"));
  return connection.run("DETACH fresh");
}

/// DuckDB opens a file once per process: the old one is closed when its last reader has ended. Called under write_mutex and
/// checkpoint_mutex.
Result<void> DuckStore::State::exchange_database(const std::filesystem::path& fresh) {
  const auto file = folder / "events.duckdb", old = folder / "events.duckdb.old", log = folder / "events.duckdb.wal";
  for (const auto until = std::chrono::steady_clock::now() + readers_end_within; std::chrono::steady_clock::now() < until;
       std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
    std::lock_guard lock(database_mutex);
    if (database_failed || database.use_count() != 1) continue;
    {
      auto connection = TRY(database->connect());
      TRY(connection->run("CHECKPOINT"));
    }
    database.reset();
    const auto reopen = [&]() -> Result<void> {
      database_failed = true;  // until it is open: then the next that needs it tries again
      auto opened = TRY(detail::Database::open(file, {options.threads, options.memory_limit}));
      auto connection = TRY(opened->connect());
      TRY(register_functions(*connection));
      database = std::move(opened);
      database_failed = false;
      return {};
    };
    std::error_code none;
    const bool log_is_empty = !std::filesystem::exists(log, none) || std::filesystem::file_size(log, none) == 0;
    const bool renamed = log_is_empty && (::link(file.c_str(), old.c_str()) == 0 || errno == EPERM || errno == EOPNOTSUPP) &&
                         ::rename(fresh.c_str(), file.c_str()) == 0;
    const int number = errno;
    if (renamed) TRY(detail::sync_folder(folder));
    std::filesystem::remove_all(folder / "tmp", none);
    TRY(reopen());
    if (!renamed) return log_is_empty ? detail::file_error("putting the new file in its place", number)
                                      : Error::make(ErrorKind::internal, "store_failed", "the old file's log is not empty");
    return {};
  }
  return Error::make(ErrorKind::unavailable, "store_busy", "a reader of the store did not end");
}

Result<void> DuckStore::purge(std::stop_token stop) {
  State& s = *state_;
  std::lock_guard importing(s.import_mutex);
  if (!purge_is_due()) return {};
  TRY(s.flush(true));
  const auto fresh = s.folder / "events.duckdb.new", old = s.folder / "events.duckdb.old";
  TRY(wipe_file(fresh));
  TRY(wipe_file(old));
  {
    std::lock_guard writing(s.write_mutex);
    {
      auto connection = TRY(s.connect());
      if (auto done = s.scrub_texts(*connection); !done) return s.note(done.error());
    }
    std::lock_guard checkpointing(s.checkpoint_mutex);
    s.checkpoint();
    std::error_code none;
    struct statvfs disk {};
    const uint64_t need = std::filesystem::file_size(s.folder / "events.duckdb", none);
    if (::statvfs(s.folder.c_str(), &disk) == 0 && uint64_t{disk.f_bavail} * disk.f_frsize < need + (need >> 3))
      return Error::make(ErrorKind::unavailable, "disk_full", fmt::format("rewriting the store needs {} MB for a while", need >> 20));
    const auto rewrite = [&]() -> Result<void> {
      {
        auto connection = TRY(s.connect());
        TRY(s.copy_database(*connection, fresh, stop));
      }
      return s.exchange_database(fresh);
    };
    if (auto done = rewrite(); !done) {
      for (const auto& half : {fresh, std::filesystem::path(fresh.string() + ".wal"), old})
        if (auto gone = wipe_file(half); !gone) log_warning("events", "{}", gone.error().detail);
      return s.note(done.error());
    }
    std::lock_guard lock(s.state_mutex);
    s.purge_due = false;
  }
  return wipe_file(old);
}

Result<void> DuckStore::restrict(std::vector<uint32_t> identities, bool restricted) {
  State& s = *state_;
  std::vector<uint32_t> customers;
  uint64_t as_of = 0;
  {
    std::lock_guard writing(s.write_mutex);
    auto now = std::make_shared<IdentitySet>();
    {
      std::lock_guard lock(s.state_mutex);
      *now = *s.restricted;
      std::erase_if(identities, [&](uint32_t n) { return now->has(n) == restricted; });
      for (const uint32_t n : identities) restricted ? now->add(n) : now->remove(n);
    }
    if (identities.empty()) return {};
    for (const uint32_t n : identities) customers.push_back(customer_of(n));
    auto connection = TRY(s.connect());
    auto transaction = TRY(Transaction::begin(*connection));
    if (restricted) {
      TRY(detail::insert_numbers(*connection, "restricted_identity", identities));
    } else {
      for (const uint32_t n : identities) TRY(connection->run(fmt::format("DELETE FROM restricted_identity WHERE identity = {}", n)));
    }
    if (auto done = transaction->commit(); !done) return s.note(done.error());
    std::scoped_lock lock(s.publish_mutex, s.state_mutex);
    s.restricted = std::move(now);
    s.counter = s.given = as_of = s.given + 1;
    ++s.removals;
  }
  std::ranges::sort(customers);
  customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
  if (restricted)
    s.feeds.removed.publish({s.workspace, 1, 0, as_of, std::move(customers)});
  else
    s.feeds.returned.publish({s.workspace, std::move(customers), as_of});
  return {};
}

}  // namespace lotse::events
