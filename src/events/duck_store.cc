#include "events/duck_store.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "base/log.h"
#include "base/wipe.h"
#include "events/detail/state.h"
#include "events/event_migrations.h"

namespace lotse::events {

using detail::Connection;
using detail::Part;
using detail::sql_text;
using detail::Transaction;

namespace detail {
std::string code_column(uint32_t attribute) { return fmt::format("a{}", attribute); }
std::string text_column(uint32_t attribute) { return fmt::format("t{}", attribute); }
}  // namespace detail

DuckStore::DuckStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
DuckStore::~DuckStore() { state_->close(); }

Result<std::shared_ptr<DuckStore>> DuckStore::open(WorkspaceId workspace, std::filesystem::path folder, StoreOptions options,
                                                   Feeds& feeds, const Clock& clock) {
  auto state = std::make_unique<State>(std::move(workspace), std::move(folder), options, feeds, clock);
  TRY(state->open());
  state->start_threads();
  return std::shared_ptr<DuckStore>(new DuckStore(std::move(state)));
}

Result<std::unique_ptr<Connection>> DuckStore::State::connect() {
  std::shared_ptr<detail::Database> now;
  {
    std::lock_guard lock(database_mutex);
    if (database_failed.load()) {
      // DuckDB opens a file once per process: the failed instance must be gone before the new one comes.
      if (database.use_count() > 1) return Error::make(ErrorKind::unavailable, "store_recovering", "work on the store still ends");
      database.reset();
      auto opened = detail::Database::open(folder / "events.duckdb", {options.threads, options.memory_limit});
      if (!opened) return opened.error();
      database = std::move(*opened);
      auto connection = TRY(database->connect());
      TRY(register_functions(*connection));
      database_failed = false;
      log_info("events", "{}: the store was opened again after an error", workspace.value);
    }
    now = database;
  }
  return now->connect();
}

Error DuckStore::State::note(Error error) {
  if (error.code != "disk_full" && error.code != "store_broken") return error;
  // A failed write usually leaves DuckDB fit for work; where it gave up on the database, every query says so.
  std::lock_guard lock(database_mutex);
  if (!database) return error;
  auto connection = database->connect();
  if (!connection || !(*connection)->query("SELECT value FROM meta")) database_failed = true;
  return error;
}

Result<void> DuckStore::State::open() {
  std::error_code made;
  std::filesystem::create_directories(folder, made);
  if (made) return detail::file_error("making the workspace's folder", made.value());
  {
    auto opened = detail::Database::open(folder / "events.duckdb", {options.threads, options.memory_limit});
    if (!opened && opened.error().code == "store_broken")
      opened.error().detail = fmt::format("events.duckdb cannot be read; restore the workspace from a backup. {}", opened.error().detail);
    database = TRY(std::move(opened));
  }
  auto connection = TRY(connect());
  TRY(register_functions(*connection));
  // What a rewriting of the files left behind that was cut short (see purge).
  for (const char* name : {"events.duckdb.new", "events.duckdb.new.wal", "events.duckdb.old"})
    if (auto gone = wipe_file(folder / name); !gone) log_warning("events", "{}", gone.error().detail);

  auto tables = TRY(connection->query("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'migration'"));
  if (tables.integer(0, 0) == 0) TRY(connection->run("CREATE TABLE migration (number INTEGER NOT NULL)"));
  auto applied = TRY(connection->query("SELECT coalesce(max(number), 0) FROM migration"));
  const int64_t have = applied.integer(0, 0);
  int64_t newest = 0;
  for (const auto& migration : embedded_migrations) {
    newest = std::max<int64_t>(newest, migration.number);
    if (migration.number <= have) continue;
    auto transaction = TRY(Transaction::begin(*connection));
    TRY(connection->run(migration.sql));
    TRY(connection->run(fmt::format("INSERT INTO migration VALUES ({})", migration.number)));
    TRY(transaction->commit());
  }
  if (have > newest)
    return Error::make(ErrorKind::unavailable, "store_newer",
                       fmt::format("the event store has migration {}, this program knows {}", have, newest));
  return load();
}

Result<void> DuckStore::State::load() {
  auto connection = TRY(connect());
  TRY(connection->stream("SELECT name, touchpoint FROM event_type ORDER BY code", [&](const detail::Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i) catalogue.load_type(std::string(c.text(0, i)), std::string(c.text(1, i)));
    return {};
  }));
  TRY(connection->stream("SELECT id, name FROM source ORDER BY code", [&](const detail::Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i) catalogue.load_source(std::string(c.text(0, i)), std::string(c.text(1, i)));
    return {};
  }));
  TRY(connection->stream("SELECT number, of_customer, id, name FROM attribute ORDER BY number", [&](const detail::Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i)
      catalogue.load_attribute(c.column<uint32_t>(0)[i], std::string(c.text(2, i)), std::string(c.text(3, i)),
                               c.column<bool>(1)[i] ? AttributeScope::customer : AttributeScope::event);
    return {};
  }));
  std::shared_ptr<detail::AttributeEntry> entry;
  TRY(connection->stream("SELECT attribute, text FROM attribute_value ORDER BY attribute, code", [&](const detail::Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i) {
      const uint32_t number = c.column<uint32_t>(0)[i];
      if (!entry || entry->number != number) entry = catalogue.attribute(number);
      if (!entry) return Error::make(ErrorKind::internal, "store_broken", "a value belongs to no attribute");
      entry->values.code(c.text(1, i));
    }
    return {};
  }));
  auto overflowed = TRY(connection->query("SELECT attribute FROM attribute_overflow"));
  for (size_t i = 0; i < overflowed.size(); ++i)
    if (auto a = catalogue.attribute(static_cast<uint32_t>(overflowed.natural(i, 0)))) a->overflowed = true;
  TRY(connection->stream("SELECT code, text FROM instance_key ORDER BY code", [&](const detail::Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i) catalogue.keys().load(c.column<uint32_t>(0)[i], c.text(1, i));
    return {};
  }));
  persisted = catalogue.mark();
  const auto set_of = [&](const char* table) -> Result<std::shared_ptr<const detail::IdentitySet>> {
    auto set = std::make_shared<detail::IdentitySet>();
    TRY(connection->stream(fmt::format("SELECT identity FROM {}", table), [&](const detail::Chunk& c) -> Result<void> {
      for (size_t i = 0; i < c.size(); ++i) set->add(c.column<uint32_t>(0)[i]);
      return {};
    }));
    return std::shared_ptr<const detail::IdentitySet>(std::move(set));
  };
  erased = TRY(set_of("erased_identity"));
  restricted = TRY(set_of("restricted_identity"));
  purge_due = TRY(connection->query("SELECT count(*) FROM meta WHERE key = 'purge_due'")).integer(0, 0) > 0;
  amended_at = TRY(connection->query("SELECT coalesce(max(value), 0) FROM meta WHERE key = 'amended'")).natural(0, 0);

  TRY(load_parts(*connection));
  TRY(load_live(*connection));
  TRY(load_identities(*connection));

  auto meta = TRY(connection->query("SELECT coalesce(max(value) FILTER (WHERE key = 'flushed'), 0), "
                                    "coalesce(max(value) FILTER (WHERE key = 'counter'), 0) FROM meta"));
  const uint64_t flushed = meta.natural(0, 0);
  counter = std::max({counter, meta.natural(0, 1), flushed});
  for (const auto& part : parts) counter = std::max(counter, part->base + part->block);
  journal = TRY(detail::Journal::open(folder, [&](std::string_view payload) { return replay(payload, flushed); }));
  journaled = catalogue.mark();
  given = counter;
  return {};
}

Result<void> DuckStore::State::load_parts(Connection& connection) {
  auto rows = TRY(connection.query("SELECT number, id, source, base, block, row_count FROM import ORDER BY number"));
  std::map<uint32_t, std::shared_ptr<Part>> found;
  for (size_t i = 0; i < rows.size(); ++i) {
    auto part = std::make_shared<Part>();
    part->number = static_cast<uint32_t>(rows.natural(i, 0));
    part->import = rows.text(i, 1);
    part->source = static_cast<uint16_t>(rows.natural(i, 2));
    part->base = rows.natural(i, 3);
    part->block = rows.natural(i, 4);
    part->rows = rows.natural(i, 5);
    events += part->rows;
    found[part->number] = part;
  }
  auto attributes = TRY(connection.query("SELECT import, attribute FROM import_attribute ORDER BY attribute"));
  for (size_t i = 0; i < attributes.size(); ++i)
    if (const auto it = found.find(static_cast<uint32_t>(attributes.natural(i, 0))); it != found.end())
      it->second->attributes.push_back(static_cast<uint32_t>(attributes.natural(i, 1)));
  auto counts = TRY(connection.query("SELECT import, source, events, first_us, last_us, arrived_us, has_keys FROM import_source"));
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto source = static_cast<uint16_t>(counts.natural(i, 1));
    part_counts[static_cast<uint32_t>(counts.natural(i, 0))][source] = {counts.natural(i, 2), counts.integer(i, 3), counts.integer(i, 4),
                                                                        counts.integer(i, 5), counts.boolean(i, 6)};
    if (counts.boolean(i, 6)) catalogue.source_has_keys(source);
  }
  for (const auto& [number, part] : found) parts.push_back(part);

  // A part without an import is half an import that was cut short.
  auto tables = TRY(connection.query("SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'part_')"));
  uint32_t last = found.empty() ? 0 : found.rbegin()->first;
  for (size_t i = 0; i < tables.size(); ++i) {
    const std::string table = tables.text(i, 0);
    const auto number = static_cast<uint32_t>(std::strtoul(table.c_str() + 5, nullptr, 10));
    last = std::max(last, number);
    if (found.contains(number)) continue;
    log_warning("events", "{}: removing an import that was cut short", workspace.value);
    TRY(connection.run("DROP TABLE " + table));
  }
  next_part = last + 1;
  return {};
}

Result<void> DuckStore::State::load_live(Connection& connection) {
  auto attributes = TRY(connection.query("SELECT attribute FROM live_attribute ORDER BY attribute"));
  for (size_t i = 0; i < attributes.size(); ++i) live_attributes.push_back(static_cast<uint32_t>(attributes.natural(i, 0)));
  auto counts = TRY(connection.query("SELECT source, count(*), min(time_us), max(time_us), max(received_us), bool_or(instance_key > 1), "
                                     "max(arrival) FROM live GROUP BY source"));
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto source = static_cast<uint16_t>(counts.natural(i, 0));
    live_counts[source] = {counts.natural(i, 1), counts.integer(i, 2), counts.integer(i, 3), counts.integer(i, 4), counts.boolean(i, 5)};
    events += counts.natural(i, 1);
    counter = std::max(counter, counts.natural(i, 6));
    if (counts.boolean(i, 5)) catalogue.source_has_keys(source);
  }
  const int64_t remembered_from = (clock.now() - options.remember_ids).count();
  return connection.stream(fmt::format("SELECT id FROM live WHERE received_us >= {}", remembered_from), [&](const detail::Chunk& c) -> Result<void> {
    const auto* ids = c.column<duckdb_uhugeint>(0);
    live_ids.with_room(c.size(), [&] {
      for (size_t i = 0; i < c.size(); ++i) live_ids.insert({ids[i].upper, ids[i].lower});
    });
    return {};
  });
}

Result<detail::CatalogueMark> DuckStore::State::write_catalogue(Connection& connection) {
  // The mark is taken first: what is added meanwhile is written next time.
  const detail::CatalogueMark now = catalogue.mark();
  if (now == persisted) return now;
  if (now.types > persisted.types) {
    auto rows = TRY(detail::Appender::open(connection, "event_type", {DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_VARCHAR}));
    auto types = catalogue.types_after(persisted.types);
    types.resize(now.types - persisted.types);
    uint32_t code = persisted.types;
    for (const auto& type : types) {
      rows->column<uint32_t>(0)[rows->row()] = ++code;
      rows->text(1, type.name);
      rows->text(2, type.touchpoint);
      TRY(rows->end_row());
    }
    TRY(rows->finish());
  }
  if (now.sources > persisted.sources) {
    auto rows = TRY(detail::Appender::open(connection, "source", {DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_VARCHAR}));
    auto sources = catalogue.sources_after(persisted.sources);
    sources.resize(now.sources - persisted.sources);
    auto code = static_cast<uint16_t>(persisted.sources);
    for (const auto& source : sources) {
      rows->column<uint16_t>(0)[rows->row()] = ++code;
      rows->text(1, source.id);
      rows->text(2, source.name);
      TRY(rows->end_row());
    }
    TRY(rows->finish());
  }
  const auto attributes = catalogue.attributes();
  {
    auto rows = TRY(detail::Appender::open(connection, "attribute_value", {DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_VARCHAR}));
    for (size_t i = 0; i < now.attributes; ++i) {
      const auto& a = *attributes[i];
      // The three that every workspace has are there from the start.
      if (i >= persisted.attributes && a.number >= BuiltinAttribute::first_imported)
        TRY(connection.run(fmt::format("INSERT INTO attribute VALUES ({}, {}, {}, {})", a.number, sql_text(a.id), sql_text(a.name),
                                       a.scope == AttributeScope::customer)));
      uint32_t code = i < persisted.values.size() ? persisted.values[i] : 0;
      if (now.overflowed[i] && !(i < persisted.overflowed.size() && persisted.overflowed[i]))
        TRY(connection.run(fmt::format("INSERT INTO attribute_overflow VALUES ({})", a.number)));
      if (code == now.values[i]) continue;
      auto texts = a.values.texts(code);
      texts.resize(now.values[i] - code);
      for (const auto& text : texts) {
        rows->column<uint32_t>(0)[rows->row()] = a.number;
        rows->column<uint32_t>(1)[rows->row()] = ++code;
        rows->text(2, text);
        TRY(rows->end_row());
      }
    }
    TRY(rows->finish());
  }
  if (now.keys > persisted.keys) {
    auto rows = TRY(detail::Appender::open(connection, "instance_key", {DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_VARCHAR}));
    uint32_t code = persisted.keys;
    auto texts = catalogue.keys().pending(code);
    ensure(code == persisted.keys, "keys stay pending until they are durable");
    texts.resize(now.keys - persisted.keys);
    for (const auto& text : texts) {
      rows->column<uint32_t>(0)[rows->row()] = code++;
      rows->text(1, text);
      TRY(rows->end_row());
    }
    TRY(rows->finish());
  }
  return now;
}

void DuckStore::State::keep(detail::CatalogueMark mark) {
  const bool grew = mark != persisted;
  catalogue.keys().forget_pending(mark.keys);
  persisted = std::move(mark);
  if (grew) feeds.catalogue.publish({workspace});
}

void DuckStore::State::close() {
  {
    std::lock_guard lock(queue_mutex);
    closing = true;
  }
  queue_wake.notify_all();
  flush_wake.notify_all();
  if (committer.joinable()) committer.join();
  if (flusher.joinable()) flusher.join();
  if (auto flushed = flush(); !flushed) log_warning("events", "{}: closing with events in the journal: {}", workspace.value, flushed.error().detail);
  checkpoint_if_due(0);
}

void DuckStore::State::checkpoint_if_due(uint64_t wal_bytes_least) {
  std::lock_guard checkpointing(checkpoint_mutex);
  std::error_code none;
  const auto size = std::filesystem::file_size(folder / "events.duckdb.wal", none);
  if (!none && size >= wal_bytes_least) checkpoint();
}

void DuckStore::State::checkpoint() {
  auto connection = connect();
  if (!connection) return;
  // While another transaction writes or reads an older state it is put off: then the next one does it.
  if (auto done = (*connection)->run("CHECKPOINT"); !done && (done.error().code == "disk_full" || done.error().code == "store_broken"))
    log_warning("events", "{}: checkpoint put off: {}", workspace.value, note(done.error()).code);
}

void DuckStore::State::shrink() {
  // The first checkpoint frees the blocks, but writes its own behind them; the second, which needs something to write,
  // puts these into free blocks before.
  checkpoint();
  {
    std::lock_guard lock(write_mutex);
    auto connection = connect();
    if (!connection || !(*connection)->run("UPDATE meta SET value = value + 0 WHERE key = 'flushed'")) return;
  }
  checkpoint();
}

std::function<Result<void>()> DuckStore::State::room_for_import() const {
  const auto free_bytes = [path = folder.string()](uint64_t* total) -> uint64_t {
    struct statvfs disk {};
    if (statvfs(path.c_str(), &disk) != 0) return UINT64_MAX;
    if (total) *total = uint64_t{disk.f_blocks} * disk.f_frsize;
    return uint64_t{disk.f_bavail} * disk.f_frsize;
  };
  uint64_t total = 0;
  const uint64_t free = free_bytes(&total);
  // Where little is left from the start, rows may still fit into blocks of the file that an earlier import gave up.
  const uint64_t least = std::min(std::clamp<uint64_t>(total / 50, 8 << 20, 256 << 20), free / 2);
  return [free_bytes, least]() -> Result<void> {
    const uint64_t now = free_bytes(nullptr);
    if (now >= least) return {};
    return Error::make(ErrorKind::unavailable, "disk_full", fmt::format("{} MB are free in the data folder; imports leave a rest for live events", now >> 20));
  };
}

Result<uint16_t> DuckStore::source(std::string_view id, std::string_view name) { return state_->catalogue.source(id, name); }
Result<uint16_t> DuckStore::source_named(std::string_view name) { return state_->catalogue.source_named(name); }

Result<std::shared_ptr<const ImportAttribute>> DuckStore::attribute(std::string_view name, AttributeScope scope) {
  auto entry = TRY(state_->catalogue.attribute(name, scope));
  auto out = std::make_shared<ImportAttribute>();
  out->number = entry->number;
  out->encode = [entry](std::string_view text) -> Result<uint32_t> {
    const uint32_t code = entry->values.code(text);
    if (code == 0) entry->overflowed = true;
    return code;
  };
  return std::shared_ptr<const ImportAttribute>(std::move(out));
}

Encoder DuckStore::type_encoder() {
  return Encoder([s = state_.get()](std::string_view text) { return s->catalogue.type(text); });
}

namespace {
Encoder builtin_encoder(DuckStore::State& state, uint32_t number) {
  return Encoder([entry = state.catalogue.attribute(number)](std::string_view text) -> Result<uint32_t> {
    const uint32_t code = entry->values.code(text);
    if (code == 0)
      return Error::invalid("too_many_values", "", fmt::format("{} has more than 65,535 different values: is it the right column?", entry->name));
    return code;
  });
}
}  // namespace

Encoder DuckStore::channel_encoder() { return builtin_encoder(*state_, BuiltinAttribute::channel); }
Encoder DuckStore::direction_encoder() { return builtin_encoder(*state_, BuiltinAttribute::direction); }
Encoder DuckStore::unit_encoder() { return builtin_encoder(*state_, BuiltinAttribute::unit); }
Encoder DuckStore::source_encoder() {
  return Encoder([s = state_.get()](std::string_view text) -> Result<uint32_t> { return uint32_t{TRY(s->catalogue.source_named(text))}; });
}
uint32_t DuckStore::key_code(std::string_view text) { return state_->catalogue.keys().code(text); }

Result<void> DuckStore::flush() { return state_->flush(); }

}  // namespace lotse::events
