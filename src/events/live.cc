#include <fmt/format.h>

#include <unordered_set>

#include "base/log.h"
#include "base/priority.h"
#include "events/detail/state.h"

/// Live events: queue → group commit into the journal → visible → tables.
namespace lotse::events {

using detail::CodedEvent;
using detail::TailBatch;

namespace {
constexpr size_t queue_events_max = 500'000;   // waiting for the committer
constexpr size_t group_events_max = 50'000;    // in one record
constexpr size_t tail_events_max = 4'000'000;  // durable in the journal, not in the tables: more is refused
constexpr size_t flush_events = 200'000;
constexpr uint64_t wal_checkpoint_bytes = uint64_t{64} << 20;

struct IdHash {
  size_t operator()(const EventId& id) const { return id.low; }
};

void put_event(detail::Writer& out, const CodedEvent& e) {
  out.put(e.id.high);
  out.put(e.id.low);
  out.put(e.arrival);
  out.put(e.time_us);
  out.put(e.received_us);
  out.put(e.identity);
  out.put(e.type);
  out.put(e.instance_key);
  out.put(e.channel);
  out.put(e.direction);
  out.put(e.unit);
  out.put(e.source);
  out.put(e.cost);
  out.put(static_cast<uint16_t>(e.codes.size()));
  for (const auto& [attribute, code] : e.codes) {
    out.put(attribute);
    out.put(code);
  }
  out.put(static_cast<uint16_t>(e.texts.size()));
  for (const auto& [attribute, text] : e.texts) {
    out.put(attribute);
    out.text(text);
  }
}

CodedEvent get_event(detail::Reader& in) {
  CodedEvent e;
  e.id.high = in.get<uint64_t>();
  e.id.low = in.get<uint64_t>();
  e.arrival = in.get<uint64_t>();
  e.time_us = in.get<int64_t>();
  e.received_us = in.get<int64_t>();
  e.identity = in.get<uint32_t>();
  e.type = in.get<uint32_t>();
  e.instance_key = in.get<uint32_t>();
  e.channel = in.get<uint32_t>();
  e.direction = in.get<uint32_t>();
  e.unit = in.get<uint32_t>();
  e.source = in.get<uint16_t>();
  e.cost = in.get<double>();
  for (auto n = in.get<uint16_t>(); n > 0 && !in.broken(); --n) {
    const auto attribute = in.get<uint32_t>();
    e.codes.emplace_back(attribute, in.get<uint32_t>());
  }
  for (auto n = in.get<uint16_t>(); n > 0 && !in.broken(); --n) {
    const auto attribute = in.get<uint32_t>();
    e.texts.emplace_back(attribute, in.text());
  }
  return e;
}

void put_evidence(detail::Writer& out, const identity::Evidence& e) {
  out.put(e.a);
  out.put(e.b);
  out.put(static_cast<uint8_t>(e.kind_a));
  out.put(static_cast<uint8_t>(e.kind_b));
  out.put(static_cast<uint8_t>(e.said));
  out.put(e.place);
  out.put(e.source);
  out.put(e.time_us);
  out.put(e.event);
  out.put(static_cast<uint8_t>(e.blocked_a | e.blocked_b << 1));
}

identity::Evidence get_evidence(detail::Reader& in) {
  identity::Evidence e;
  e.a = in.get<uint32_t>();
  e.b = in.get<uint32_t>();
  e.kind_a = static_cast<identity::Kind>(std::min<size_t>(in.get<uint8_t>(), identity::kind_count - 1));
  e.kind_b = static_cast<identity::Kind>(std::min<size_t>(in.get<uint8_t>(), identity::kind_count - 1));
  e.said = static_cast<identity::Said>(in.get<uint8_t>());
  e.place = in.get<uint8_t>();
  e.source = in.get<uint16_t>();
  e.time_us = in.get<int64_t>();
  e.event = in.get<uint64_t>();
  in.get<uint8_t>();  // what is never unique now is known from the rules
  return e;
}

/// What an event says about its customer's identities.
void add_evidence(const LiveEvent& event, detail::EvidenceBatch& to) {
  for (size_t i = 0; i < event.further.size(); ++i) {
    const auto& other = event.further[i];
    to.push_back({.a = event.identity, .b = other.identity, .kind_a = event.kind, .kind_b = other.kind, .said = other.said, .place = static_cast<uint8_t>(i),
                  .source = event.source, .time_us = event.time.count(), .event = event.id.low, .blocked_a = event.never_unique, .blocked_b = other.never_unique});
  }
}

/// What the dictionaries got between two marks; a reader ignores what it has.
void put_catalogue(detail::Writer& out, const detail::Catalogue& catalogue, const detail::CatalogueMark& from, const detail::CatalogueMark& to) {
  auto types = catalogue.types_after(from.types);
  types.resize(to.types - from.types);
  out.put(static_cast<uint32_t>(types.size()));
  for (const auto& t : types) {
    out.text(t.name);
    out.text(t.touchpoint);
  }
  auto sources = catalogue.sources_after(from.sources);
  sources.resize(to.sources - from.sources);
  out.put(static_cast<uint32_t>(sources.size()));
  for (const auto& s : sources) {
    out.text(s.id);
    out.text(s.name);
  }
  const auto attributes = catalogue.attributes();
  out.put(to.attributes);
  for (size_t i = 0; i < to.attributes; ++i) {
    const auto& a = *attributes[i];
    const uint32_t known = i < from.values.size() ? from.values[i] : 0;
    out.put(a.number);
    const bool new_one = i >= from.attributes;
    out.put(static_cast<uint8_t>(new_one));
    if (new_one) {
      out.text(a.id);
      out.text(a.name);
      out.put(static_cast<uint8_t>(a.scope == AttributeScope::customer));
    }
    out.put(to.overflowed[i]);
    auto texts = a.values.texts(known);
    texts.resize(to.values[i] - known);
    out.put(static_cast<uint32_t>(texts.size()));
    for (const auto& text : texts) out.text(text);
  }
  uint32_t key = from.keys;
  auto keys = catalogue.keys().pending(key);
  keys.resize(to.keys - key);
  out.put(key);
  out.put(static_cast<uint32_t>(keys.size()));
  for (const auto& text : keys) out.text(text);
}

Result<void> get_catalogue(detail::Reader& in, detail::Catalogue& catalogue) {
  for (auto n = in.get<uint32_t>(); n > 0 && !in.broken(); --n) {
    auto name = in.text();
    catalogue.load_type(std::move(name), in.text());
  }
  for (auto n = in.get<uint32_t>(); n > 0 && !in.broken(); --n) {
    auto id = in.text();
    catalogue.load_source(std::move(id), in.text());
  }
  for (auto n = in.get<uint32_t>(); n > 0 && !in.broken(); --n) {
    const auto number = in.get<uint32_t>();
    if (in.get<uint8_t>()) {
      auto id = in.text();
      auto name = in.text();
      const bool customer = in.get<uint8_t>();
      if (number >= BuiltinAttribute::first_imported)
        catalogue.load_attribute(number, std::move(id), std::move(name), customer ? AttributeScope::customer : AttributeScope::event);
    }
    const auto attribute = catalogue.attribute(number);
    if (!attribute) return Error::make(ErrorKind::internal, "store_broken", "the journal names an unknown attribute");
    if (in.get<uint8_t>()) attribute->overflowed = true;
    for (auto values = in.get<uint32_t>(); values > 0 && !in.broken(); --values) attribute->values.code(in.text());
  }
  auto key = in.get<uint32_t>();
  for (auto n = in.get<uint32_t>(); n > 0 && !in.broken(); --n, ++key) {
    const auto text = in.text();
    if (catalogue.keys().code(text) != key)
      return Error::make(ErrorKind::internal, "store_broken", "the journal's instance keys do not follow those of the store");
  }
  return {};
}
}  // namespace

Result<void> DuckStore::State::replay(std::string_view payload, uint64_t flushed) {
  detail::Reader in(payload);
  TRY(get_catalogue(in, catalogue));
  auto batch = std::make_shared<TailBatch>();
  const auto count = in.get<uint32_t>();
  for (uint32_t i = 0; i < count && !in.broken(); ++i) {
    CodedEvent e = get_event(in);
    counter = std::max(counter, e.arrival);
    if (in.broken() || e.arrival <= flushed || erased->has(e.identity)) continue;
    bool is_new = false;
    live_ids.with_room(1, [&] { is_new = live_ids.insert(e.id); });
    if (!is_new) continue;
    live_counts[e.source].add(e.time_us, e.received_us, e.instance_key > 1);
    if (e.instance_key > 1) catalogue.source_has_keys(e.source);
    batch->push_back(std::move(e));
  }
  // The record's last events stand in the tables together with the evidence of all of them.
  auto evidence = std::make_shared<detail::EvidenceBatch>();
  if (!in.at_end())
    for (auto n = in.get<uint32_t>(); n > 0 && !in.broken(); --n) evidence->push_back(get_evidence(in));
  if (in.broken() || !in.at_end())
    return Error::make(ErrorKind::internal, "store_broken", "a record of the journal cannot be read: was it written by a newer Lotse?");
  events += batch->size();
  tail_events += batch->size();
  note_references(*batch);
  if (batch->empty()) return {};
  graph.add(*evidence);
  tail.push_back(std::move(batch));
  tail_evidence.push_back(std::move(evidence));
  return {};
}

void DuckStore::State::note_references(const TailBatch& batch) {
  for (const auto& event : batch)
    for (const auto& [attribute, code] : event.codes)
      if (BuiltinAttribute::is_reference(attribute) && std::ranges::find(tail_references, attribute) == tail_references.end()) tail_references.push_back(attribute);
}

void DuckStore::State::start_threads() {
  committer = std::thread([this] { commit_loop(); });
  flusher = std::thread([this] {
    work_behind_requests();
    flush_loop();
  });
}

void DuckStore::append(std::vector<LiveEvent> events, std::function<void(Result<Acked>)> done) {
  State& s = *state_;
  std::string_view refused;
  {
    std::lock_guard lock(s.queue_mutex);
    if (s.closing)
      refused = "store_closing";
    else if (s.queued_events > 0 && s.queued_events + events.size() > queue_events_max)
      refused = "store_busy";
    else {
      s.queued_events += events.size();
      s.queue.push_back({std::move(events), std::move(done)});
    }
  }
  if (!refused.empty()) return done(Error::make(ErrorKind::unavailable, std::string(refused), "the event store takes no more events now"));
  s.queue_wake.notify_one();
}

void DuckStore::State::commit_loop() {
  for (;;) {
    std::vector<Waiting> group;
    {
      std::unique_lock lock(queue_mutex);
      queue_wake.wait(lock, [&] { return closing || !queue.empty(); });
      if (queue.empty()) return;
      size_t taken = 0;
      while (!queue.empty() && (group.empty() || taken + queue.front().events.size() <= group_events_max)) {
        taken += queue.front().events.size();
        group.push_back(std::move(queue.front()));
        queue.pop_front();
      }
      queued_events -= taken;
    }
    try {
      commit_group(group);
    } catch (const std::exception& e) {
      log_error("events", "{}: a group of live events failed: {}", workspace.value, e.what());
      for (auto& waiting : group)
        if (waiting.done) waiting.done(Error::make(ErrorKind::internal, "store_failed", e.what()));
    }
  }
}

Result<CodedEvent> DuckStore::State::encode(const LiveEvent& event, Micros now) {
  CodedEvent out;
  out.id = event.id;
  out.time_us = event.time.count();
  out.received_us = now.count();
  out.identity = event.identity;
  out.source = event.source;
  out.cost = event.cost;
  out.type = TRY(catalogue.type(event.type));
  if (!event.instance_key.empty()) out.instance_key = catalogue.keys().code(event.instance_key);
  const auto builtin = [&](uint32_t number, const std::string& text) -> Result<uint32_t> {
    if (text.empty()) return 0u;
    const uint32_t code = catalogue.attribute(number)->values.code(text);
    if (code == 0) return Error::invalid("too_many_values", "", "more than 65,535 values of a channel, direction or unit");
    return code;
  };
  out.channel = TRY(builtin(BuiltinAttribute::channel, event.channel));
  out.direction = TRY(builtin(BuiltinAttribute::direction, event.direction));
  out.unit = TRY(builtin(BuiltinAttribute::unit, event.unit));
  for (const auto& reference : event.references)
    if (reference.second != 0) out.codes.push_back(reference);
  for (const auto scope : {AttributeScope::event, AttributeScope::customer})
    for (const auto& [name, text] : scope == AttributeScope::event ? event.attributes : event.customer_attributes) {
      auto attribute = TRY(catalogue.attribute(name, scope));
      if (const uint32_t code = attribute->values.code(text)) {
        out.codes.emplace_back(attribute->number, code);
      } else {
        attribute->overflowed = true;
        out.texts.emplace_back(attribute->number, text);
      }
    }
  return out;
}

void DuckStore::State::commit_group(std::vector<Waiting>& group) {
  std::unique_lock publishing(publish_mutex);
  const Micros now = clock.now();
  auto batch = std::make_shared<TailBatch>();
  auto evidence = std::make_shared<detail::EvidenceBatch>();
  std::vector<Result<Acked>> answers;
  std::unordered_set<EventId, IdHash> fresh;
  const auto gone = erased_now();
  for (const auto& waiting : group) {
    Acked acked;
    for (size_t i = 0; i < waiting.events.size(); ++i) {
      const LiveEvent& event = waiting.events[i];
      if (live_ids.contains(event.id) || !fresh.insert(event.id).second) {
        ++acked.known;
        acked.known_at.push_back(static_cast<uint32_t>(i));
        continue;
      }
      if (gone->has(event.identity)) {  // it was on its way when its customer was erased
        fresh.erase(event.id);
        acked.refused.emplace_back(i, "erased");
        continue;
      }
      auto coded = encode(event, now);
      if (!coded) {  // a full dictionary: the other events of the batch do not suffer for it
        fresh.erase(event.id);
        acked.refused.emplace_back(i, coded.error().code);
        continue;
      }
      batch->push_back(std::move(*coded));
      if (!event.further.empty()) add_evidence(event, *evidence);
      ++acked.accepted;
    }
    answers.push_back(std::move(acked));
  }

  if (!evidence->empty()) {
    std::shared_lock lock(graph_mutex);
    std::erase_if(*evidence, [&](const identity::Evidence& e) { return !graph.is_news(e); });
  }
  Result<void> durable;
  uint64_t after = 0, last = 0;
  size_t waiting_for_flush = 0;
  {
    std::lock_guard lock(state_mutex);
    after = batch->empty() ? counter : given;
    given += batch->size();  // stays given where the write fails: an arrival number is never used twice
    last = after + batch->size();
    waiting_for_flush = tail_events;
  }
  for (size_t i = 0; i < batch->size(); ++i) (*batch)[i].arrival = after + i + 1;
  if (!batch->empty()) {
    if (waiting_for_flush + batch->size() > tail_events_max) {
      durable = Error::make(ErrorKind::unavailable, database_failed ? "disk_full" : "store_busy", "the tables do not keep up with the journal");
    } else {
      const detail::CatalogueMark mark = catalogue.mark();
      detail::Writer record;
      put_catalogue(record, catalogue, journaled, mark);
      record.put(static_cast<uint32_t>(batch->size()));
      for (const auto& event : *batch) put_event(record, event);
      if (!evidence->empty()) {
        record.put(static_cast<uint32_t>(evidence->size()));
        for (const auto& e : *evidence) put_evidence(record, e);
      }
      std::lock_guard lock(journal_mutex);
      durable = journal->append(record.bytes());
      if (durable) journaled = mark;
    }
  }
  if (!durable) {
    publishing.unlock();
    for (size_t i = 0; i < group.size(); ++i) {
      auto done = std::move(group[i].done);
      group[i].done = nullptr;
      done(answers[i] && answers[i]->accepted == 0 ? answers[i] : Result<Acked>(durable.error()));
    }
    return;
  }

  bool flush_now = false;
  if (!batch->empty()) {
    live_ids.with_room(batch->size(), [&] {
      for (const auto& event : *batch) live_ids.insert(event.id);
    });
    std::lock_guard lock(state_mutex);
    for (const auto& event : *batch) {
      live_counts[event.source].add(event.time_us, event.received_us, event.instance_key > 1);
      if (event.instance_key > 1) catalogue.source_has_keys(event.source);
    }
    events += batch->size();
    tail_events += batch->size();
    note_references(*batch);
    flush_now = tail_events >= flush_events;
    counter = last;
    tail.push_back(std::move(batch));
    tail_evidence.push_back(evidence);
  }
  publishing.unlock();
  if (!evidence->empty()) relink_by(last, *evidence);
  if (last > after) feeds.appended.publish({workspace, after, last});
  for (size_t i = 0; i < group.size(); ++i) {
    auto done = std::move(group[i].done);
    group[i].done = nullptr;
    if (answers[i]) answers[i]->as_of = last;
    done(std::move(answers[i]));
  }
  if (flush_now) {
    std::lock_guard lock(queue_mutex);
    flush_wanted = true;
    flush_wake.notify_one();
  }
}

void DuckStore::State::flush_loop() {
  for (;;) {
    {
      std::unique_lock lock(queue_mutex);
      flush_wake.wait_for(lock, std::chrono::microseconds(options.flush_every.count()), [&] { return closing || flush_wanted; });
      if (closing) return;
      flush_wanted = false;
    }
    if (auto done = flush(); !done) log_warning("events", "{}: {} (tried again soon): {}", workspace.value, done.error().code, done.error().detail);
    checkpoint_if_due(wal_checkpoint_bytes);
  }
}

Result<void> DuckStore::State::flush(bool wipe) {
  std::lock_guard writing(write_mutex);
  std::vector<std::shared_ptr<const TailBatch>> batches;
  std::vector<std::shared_ptr<const detail::EvidenceBatch>> evidence;
  uint64_t keep_from = 0;
  {
    std::lock_guard lock(state_mutex);
    if (tail.empty() && !wipe) return {};
  }
  auto next = TRY(journal->prepare(wipe));
  {
    // A new file first: what goes into the tables now stands in older files only.
    std::scoped_lock lock(publish_mutex, journal_mutex, state_mutex);
    keep_from = TRY(journal->rotate(std::move(next), wipe));
    batches.assign(tail.begin(), tail.end());
    evidence.assign(tail_evidence.begin(), tail_evidence.end());
  }
  auto connection = TRY(connect());
  auto transaction = TRY(detail::Transaction::begin(*connection));
  auto mark = write_catalogue(*connection);
  if (!mark) return note(mark.error());
  std::vector<uint32_t> added;
  {
    std::set<uint32_t> used;
    for (const auto& batch : batches)
      for (const auto& event : *batch) {
        for (const auto& [attribute, unused] : event.codes) used.insert(attribute);
        for (const auto& [attribute, unused] : event.texts) used.insert(attribute);
      }
    for (const uint32_t attribute : used)
      if (std::ranges::find(live_attributes, attribute) == live_attributes.end()) added.push_back(attribute);
  }
  for (const uint32_t attribute : added) {
    for (const std::string& sql : {fmt::format("ALTER TABLE live ADD COLUMN {} UINTEGER DEFAULT 0", detail::code_column(attribute)),
                                   fmt::format("ALTER TABLE live ADD COLUMN {} VARCHAR", detail::text_column(attribute)),
                                   fmt::format("INSERT INTO live_attribute VALUES ({})", attribute)})
      if (auto done = connection->run(sql); !done) return note(done.error());
  }
  std::vector<uint32_t> columns = live_attributes;
  columns.insert(columns.end(), added.begin(), added.end());
  auto written = write_live(*connection, columns, batches);
  for (const auto& part : evidence)
    if (written) written = write_evidence(*connection, *part, 0);
  if (written && !batches.empty())
    written = connection->run(fmt::format("UPDATE meta SET value = {} WHERE key = 'flushed'", batches.back()->back().arrival));
  if (written) written = transaction->commit();
  if (!written) return note(written.error());
  {
    std::lock_guard lock(state_mutex);
    live_attributes = std::move(columns);
    for (const auto& batch : batches) {
      ensure(!tail.empty() && tail.front() == batch, "the tail grows only at its end");
      tail_events -= batch->size();
      tail.pop_front();
      tail_evidence.pop_front();
    }
  }
  keep(std::move(*mark));
  std::vector<uint64_t> retired;
  {
    std::lock_guard lock(journal_mutex);
    retired = journal->retire_before(keep_from);
  }
  journal->drop(retired, wipe);
  return {};
}

Result<void> DuckStore::State::write_live(detail::Connection& connection, const std::vector<uint32_t>& attributes,
                                          const std::vector<std::shared_ptr<const TailBatch>>& batches) {
  std::vector<duckdb_type> types = {DUCKDB_TYPE_UBIGINT,  DUCKDB_TYPE_UHUGEINT, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_BIGINT,
                                    DUCKDB_TYPE_BIGINT,   DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_UINTEGER,
                                    DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_DOUBLE};
  const size_t fixed = types.size();
  for (size_t i = 0; i < attributes.size(); ++i) {
    types.push_back(DUCKDB_TYPE_UINTEGER);
    types.push_back(DUCKDB_TYPE_VARCHAR);
  }
  auto rows = TRY(detail::Appender::open(connection, "live", types));
  const auto gone = erased_now();
  for (const auto& batch : batches)
    for (const auto& e : *batch) {
      if (gone->has(e.identity)) continue;
      const size_t r = rows->row();
      rows->column<uint64_t>(0)[r] = e.arrival;
      rows->column<duckdb_uhugeint>(1)[r] = {e.id.low, e.id.high};
      rows->column<uint32_t>(2)[r] = e.identity;
      rows->column<int64_t>(3)[r] = e.time_us;
      rows->column<int64_t>(4)[r] = e.received_us;
      rows->column<uint32_t>(5)[r] = e.type;
      rows->column<uint16_t>(6)[r] = e.source;
      rows->column<uint32_t>(7)[r] = e.instance_key;
      rows->column<uint32_t>(8)[r] = e.channel;
      rows->column<uint32_t>(9)[r] = e.direction;
      rows->column<uint32_t>(10)[r] = e.unit;
      if (std::isnan(e.cost))
        rows->null(11);
      else
        rows->column<double>(11)[r] = e.cost;
      for (size_t i = 0; i < attributes.size(); ++i) {
        const uint32_t attribute = attributes[i];
        uint32_t code = 0;
        for (const auto& [a, c] : e.codes)
          if (a == attribute) code = c;
        rows->column<uint32_t>(fixed + 2 * i)[r] = code;
        const std::string* text = nullptr;
        for (const auto& [a, t] : e.texts)
          if (a == attribute) text = &t;
        if (text)
          rows->text(fixed + 2 * i + 1, *text);
        else
          rows->null(fixed + 2 * i + 1);
      }
      TRY(rows->end_row());
    }
  return rows->finish();
}

}  // namespace lotse::events
