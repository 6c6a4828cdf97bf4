#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "events/detail/reading.h"

/// The reading side. Each read takes what is visible in memory first and DuckDB's snapshot second: rows that moved from
/// the journal into the tables in between are recognised by the `flushed` mark of that snapshot.
namespace lotse::events {

using detail::Chunk;
using detail::Connection;
using detail::Part;
using detail::Reading;
using detail::Transaction;
using detail::Visible;
using detail::begin_reading;

namespace {
constexpr size_t chunk_rows = size_t{1} << 20;

void begin_columns(EventColumns& out, const std::vector<uint32_t>& attributes) {
  out = {};
  for (const uint32_t a : attributes) out.attributes.push_back({a, {}});
}

std::string builtin_column(uint32_t attribute) {
  return attribute == BuiltinAttribute::channel ? "channel" : attribute == BuiltinAttribute::direction ? "direction" : "unit";
}
bool is_builtin(uint32_t attribute) { return attribute <= BuiltinAttribute::unit; }  // has a column of its own

std::string in_list(const std::vector<uint32_t>& numbers) {
  std::string out;
  for (const uint32_t n : numbers) out += (out.empty() ? "" : ",") + std::to_string(n);
  return out;
}
}  // namespace

Result<Reading> detail::begin_reading(DuckStore::State& state) {
  for (;;) {
    Reading reading;
    reading.visible = state.visible();
    auto connection = state.connect();
    if (!connection) return connection.error();
    reading.connection = std::move(*connection);
    reading.transaction = TRY(Transaction::begin(*reading.connection));
    auto flushed = reading.connection->query("SELECT value FROM meta WHERE key = 'flushed'");
    if (!flushed) return state.note(flushed.error());
    reading.flushed = flushed->natural(0, 0);
    const auto& tail = reading.visible.tail;
    if (!tail.empty() && !tail.front()->empty() && tail.front()->front().arrival <= reading.flushed) {
      // Events went from the journal into the tables in between, perhaps with columns that the tables did not have before.
      auto attributes = reading.connection->query("SELECT attribute FROM live_attribute ORDER BY attribute");
      if (!attributes) return state.note(attributes.error());
      reading.visible.live_attributes.clear();
      for (size_t i = 0; i < attributes->size(); ++i) reading.visible.live_attributes.push_back(static_cast<uint32_t>(attributes->natural(i, 0)));
    }
    // An import that went away in between would be missed in the tables: look again.
    if (state.visible().removals == reading.visible.removals) return reading;
  }
}

Visible DuckStore::State::visible() const {
  std::lock_guard lock(state_mutex);
  return {parts, {tail.begin(), tail.end()}, live_attributes, counter, removals, erased, restricted};
}

std::shared_ptr<const Dictionary> DuckStore::dictionary() const { return state_->catalogue.dictionary(); }

std::vector<uint32_t> DuckStore::references() const {
  std::lock_guard lock(state_->state_mutex);
  std::set<uint32_t> out;
  const auto add = [&](const std::vector<uint32_t>& attributes) {
    for (const uint32_t a : attributes)
      if (BuiltinAttribute::is_reference(a)) out.insert(a);
  };
  for (const auto& part : state_->parts) add(part->attributes);
  add(state_->live_attributes);
  add(state_->tail_references);
  return {out.begin(), out.end()};
}

uint64_t DuckStore::as_of() const {
  std::lock_guard lock(state_->state_mutex);
  return state_->counter;
}

uint64_t DuckStore::event_count() const {
  std::lock_guard lock(state_->state_mutex);
  return state_->events;
}

namespace {
/// Takes rows from `begin` on out again whose identity (at the same place, from 0 on) is in the set.
void leave_out(EventColumns& out, size_t begin, const uint32_t* identities, size_t n, const detail::IdentitySet& set) {
  const auto in_set = [&](size_t i) { return set.has(identities[i]); };
  size_t first = 0;
  while (first < n && !in_set(first)) ++first;
  if (first == n) return;
  const auto compact = [&](auto& column) {
    size_t to = begin + first;
    for (size_t i = first; i < n; ++i)
      if (!in_set(i)) column[to++] = column[begin + i];
    column.resize(to);
  };
  compact(out.identity);
  compact(out.customer);
  compact(out.time_us);
  compact(out.arrival);
  compact(out.type);
  compact(out.source);
  compact(out.instance_key);
  for (auto& attribute : out.attributes) compact(attribute.codes);
}

/// `only`: the identities whose rows are read, ascending; none: all.
Result<void> scan_rows(DuckStore::State& s, uint64_t after, uint64_t up_to, const std::vector<uint32_t>& wanted, const std::vector<uint32_t>* only,
                       const std::function<Result<void>(EventColumns&&)>& take, std::stop_token stop) {
  std::vector<uint32_t> attributes = wanted;
  if (attributes.empty())
    for (const auto& a : s.catalogue.dictionary()->attributes)
      if (a.in_memory) attributes.push_back(a.number);
  Reading reading = TRY(begin_reading(s));
  const detail::IdentitySet& left_out = *reading.visible.restricted;
  EventColumns out;
  begin_columns(out, attributes);
  const auto give = [&](size_t least) -> Result<void> {
    if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the scan was stopped");
    if (out.size() == 0 || out.size() < least) return {};
    EventColumns full = std::move(out);
    begin_columns(out, attributes);
    return take(std::move(full));
  };

  // Columns of every table: identity, time_us, arrival or row, type, source, instance_key, then attributes.
  const auto read_table = [&](const std::string& table, const std::string& number, uint64_t base, const std::vector<uint32_t>& present,
                              const std::string& where) -> Result<void> {
    std::string sql = "SELECT identity, time_us, " + number + ", type, source, instance_key";
    std::vector<int> place;  // of the attribute in the answer, or -1
    int next = 6;
    for (const uint32_t a : attributes) {
      if (!is_builtin(a) && !detail::has(present, a)) {
        place.push_back(-1);
        continue;
      }
      place.push_back(next++);
      sql += ", " + (is_builtin(a) ? builtin_column(a) : detail::code_column(a));
    }
    sql += " FROM " + table + where;
    if (only) sql += (where.empty() ? " WHERE identity IN (" : " AND identity IN (") + in_list(*only) + ")";
    return reading.connection->stream(sql, [&](const Chunk& c) -> Result<void> {
      const size_t n = c.size(), begin = out.size();
      const auto grow = [&](auto& column) {
        column.resize(begin + n);
        return column.data() + begin;
      };
      std::memcpy(grow(out.identity), c.column<uint32_t>(0), n * 4);
      std::memcpy(grow(out.time_us), c.column<int64_t>(1), n * 8);
      std::memcpy(grow(out.type), c.column<uint32_t>(3), n * 4);
      std::memcpy(grow(out.source), c.column<uint16_t>(4), n * 2);
      std::memcpy(grow(out.instance_key), c.column<uint32_t>(5), n * 4);
      uint64_t* arrival = grow(out.arrival);
      const auto* rows = c.column<uint64_t>(2);
      for (size_t i = 0; i < n; ++i) arrival[i] = base + rows[i];
      for (size_t a = 0; a < attributes.size(); ++a) {
        uint32_t* codes = grow(out.attributes[a].codes);
        if (place[a] >= 0)
          std::memcpy(codes, c.column<uint32_t>(static_cast<size_t>(place[a])), n * 4);
        else
          std::memset(codes, 0, n * 4);
      }
      s.customers_of(c.column<uint32_t>(0), n, grow(out.customer));
      if (!left_out.empty()) leave_out(out, begin, c.column<uint32_t>(0), n, left_out);
      return give(chunk_rows);
    });
  };

  for (const auto& part : reading.visible.parts) {
    if (part->base + part->block <= after || part->base >= up_to) continue;
    std::string where;
    if (part->base < after) where = fmt::format(" WHERE row > {}", after - part->base);
    if (part->base + part->block > up_to) where += fmt::format("{} row <= {}", where.empty() ? " WHERE" : " AND", up_to - part->base);
    if (auto done = read_table(part->table(), "row", part->base, part->attributes, where); !done) return s.note(done.error());
  }
  if (reading.flushed > after) {
    const auto where = fmt::format(" WHERE arrival > {} AND arrival <= {}", after, std::min(up_to, reading.visible.as_of));
    if (auto done = read_table("live", "arrival", 0, reading.visible.live_attributes, where); !done) return s.note(done.error());
  }
  for (const auto& batch : reading.visible.tail) {
    for (const auto& e : *batch) {
      if (e.arrival <= reading.flushed || e.arrival <= after || e.arrival > up_to) continue;
      if (reading.visible.erased->has(e.identity) || left_out.has(e.identity)) continue;
      if (only && !std::ranges::binary_search(*only, e.identity)) continue;
      out.identity.push_back(e.identity);
      s.customers_of(&e.identity, 1, &out.customer.emplace_back());
      out.time_us.push_back(e.time_us);
      out.arrival.push_back(e.arrival);
      out.type.push_back(e.type);
      out.source.push_back(e.source);
      out.instance_key.push_back(e.instance_key);
      for (auto& column : out.attributes) {
        uint32_t code = column.attribute == BuiltinAttribute::channel     ? e.channel
                        : column.attribute == BuiltinAttribute::direction ? e.direction
                        : column.attribute == BuiltinAttribute::unit      ? e.unit
                                                                          : 0;
        for (const auto& [a, value] : e.codes)
          if (a == column.attribute) code = value;
        column.codes.push_back(code);
      }
    }
    TRY(give(chunk_rows));
  }
  return give(1);
}
}  // namespace

Result<void> DuckStore::scan(uint64_t after, uint64_t up_to, const std::vector<uint32_t>& attributes,
                             const std::function<Result<void>(EventColumns&&)>& take, std::stop_token stop) const {
  return scan_rows(*state_, after, up_to, attributes, nullptr, take, stop);
}

Result<void> DuckStore::scan_identities(const std::vector<uint32_t>& identities, uint64_t up_to, const std::vector<uint32_t>& attributes,
                                        const std::function<Result<void>(EventColumns&&)>& take, std::stop_token stop) const {
  if (identities.empty()) return {};
  return scan_rows(*state_, 0, up_to, attributes, &identities, take, stop);
}

Result<std::vector<StoredEvent>> DuckStore::customer_events(uint32_t customer, uint64_t as_of, uint64_t offset, uint64_t limit) const {
  auto found = TRY(customer_events_in(customer, as_of, {}));
  if (offset >= found.size()) return std::vector<StoredEvent>{};
  const auto begin = found.begin() + static_cast<ptrdiff_t>(offset);
  const auto end = limit < found.size() - offset ? begin + static_cast<ptrdiff_t>(limit) : found.end();
  return std::vector<StoredEvent>(std::make_move_iterator(begin), std::make_move_iterator(end));
}

Result<std::vector<StoredEvent>> DuckStore::customer_events_in(uint32_t customer, uint64_t as_of, const EventWindow& window) const {
  State& s = *state_;
  Reading reading = TRY(begin_reading(s));
  const std::vector<uint32_t> identities = identities_of(customer);
  if (identities.empty()) return std::vector<StoredEvent>{};

  std::vector<StoredEvent> found;
  std::vector<std::pair<size_t, uint32_t>> keys;  // event → instance key to look up
  const auto text_of = [&](uint32_t attribute, uint32_t code) {
    const auto entry = s.catalogue.attribute(attribute);
    return entry ? entry->values.text(code) : std::string();
  };
  const auto add_code = [&](StoredEvent& event, uint32_t attribute, uint32_t code) {
    if (code != 0 && !BuiltinAttribute::is_reference(attribute)) event.attributes.emplace_back(attribute, text_of(attribute, code));
  };
  const auto read_table = [&](const std::string& table, const std::string& number, uint64_t base, const std::vector<uint32_t>& present) -> Result<void> {
    if (base >= as_of || (window.having && !detail::has(present, *window.having))) return {};
    std::string sql = "SELECT time_us, " + number + ", type, source, instance_key, channel, direction, unit, cost, identity";
    for (const uint32_t a : present) sql += ", " + detail::code_column(a) + ", " + detail::text_column(a);
    sql += fmt::format(" FROM {} WHERE identity IN ({}) AND {} <= {}", table, in_list(identities), number, as_of - base);
    if (window.from) sql += fmt::format(" AND time_us >= {}", window.from->count());
    if (window.to) sql += fmt::format(" AND time_us <= {}", window.to->count());
    if (window.having) sql += fmt::format(" AND ({} <> 0 OR {} IS NOT NULL)", detail::code_column(*window.having), detail::text_column(*window.having));
    return reading.connection->stream(sql, [&](const Chunk& c) -> Result<void> {
      for (size_t i = 0; i < c.size(); ++i) {
        StoredEvent e;
        e.customer = customer;
        e.time = Micros(c.column<int64_t>(0)[i]);
        e.arrival = base + c.column<uint64_t>(1)[i];
        e.type = c.column<uint32_t>(2)[i];
        e.source = c.column<uint16_t>(3)[i];
        if (const uint32_t key = c.column<uint32_t>(4)[i]; key > 1) keys.emplace_back(found.size(), key);
        for (uint32_t a = BuiltinAttribute::channel; a <= BuiltinAttribute::unit; ++a) add_code(e, a, c.column<uint32_t>(4 + a)[i]);
        if (c.valid(8, i)) e.cost = c.column<double>(8)[i];
        for (size_t a = 0; a < present.size(); ++a) {
          if (c.valid(11 + 2 * a, i))
            e.attributes.emplace_back(present[a], std::string(c.text(11 + 2 * a, i)));
          else
            add_code(e, present[a], c.column<uint32_t>(10 + 2 * a)[i]);
        }
        found.push_back(std::move(e));
      }
      return {};
    });
  };
  for (const auto& part : reading.visible.parts)
    if (auto done = read_table(part->table(), "row", part->base, part->attributes); !done) return s.note(done.error());
  if (auto done = read_table("live", "arrival", 0, reading.visible.live_attributes); !done) return s.note(done.error());
  for (const auto& batch : reading.visible.tail)
    for (const auto& coded : *batch) {
      if (coded.arrival <= reading.flushed || coded.arrival > as_of || !detail::has(identities, coded.identity)) continue;
      if (reading.visible.erased->has(coded.identity)) continue;
      if ((window.from && Micros(coded.time_us) < *window.from) || (window.to && Micros(coded.time_us) > *window.to)) continue;
      const auto is_wanted = [&](const auto& value) { return value.first == *window.having; };
      if (window.having && std::ranges::none_of(coded.codes, is_wanted) && std::ranges::none_of(coded.texts, is_wanted)) continue;
      StoredEvent e;
      e.customer = customer;
      e.time = Micros(coded.time_us);
      e.arrival = coded.arrival;
      e.type = coded.type;
      e.source = coded.source;
      if (coded.instance_key > 1) keys.emplace_back(found.size(), coded.instance_key);
      add_code(e, BuiltinAttribute::channel, coded.channel);
      add_code(e, BuiltinAttribute::direction, coded.direction);
      add_code(e, BuiltinAttribute::unit, coded.unit);
      if (!std::isnan(coded.cost)) e.cost = coded.cost;
      for (const auto& [a, code] : coded.codes) add_code(e, a, code);
      for (const auto& [a, text] : coded.texts) e.attributes.emplace_back(a, text);
      found.push_back(std::move(e));
    }

  std::vector<uint32_t> codes;
  for (const auto& [event, code] : keys) codes.push_back(code);
  auto texts = TRY(instance_keys(codes));
  for (size_t i = 0; i < keys.size(); ++i) found[keys[i].first].instance_key = std::move(texts[i]);
  std::ranges::sort(found, {}, [](const StoredEvent& e) { return std::pair(e.time, e.arrival); });
  return found;
}

Result<std::optional<uint32_t>> DuckStore::instance_key(std::string_view text) const { return state_->catalogue.keys().find(text); }

std::optional<double> number_of(std::string_view text) {
  std::string plain(text);
  if (const auto comma = plain.find(','); comma != std::string::npos) {
    if (plain.find('.') != std::string::npos) return std::nullopt;
    plain[comma] = '.';
  }
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (plain.empty() || error != std::errc{} || end != plain.data() + plain.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Result<void> DuckStore::numbers(uint32_t attribute, uint64_t as_of, const std::function<void(uint64_t arrival, double value)>& take,
                                std::stop_token stop) const {
  State& s = *state_;
  Reading reading = TRY(begin_reading(s));
  const bool of_cost = attribute == cost_number;
  const auto entry = of_cost ? nullptr : s.catalogue.attribute(attribute);
  if (!of_cost && (!entry || is_builtin(attribute))) return {};
  std::vector<std::optional<double>> known;  // [code], read when first met
  std::vector<uint8_t> seen;
  const auto of_code = [&](uint32_t code) -> std::optional<double> {
    if (code == 0) return std::nullopt;
    if (code >= seen.size()) {
      seen.resize(size_t{code} + 1, 0);
      known.resize(seen.size());
    }
    if (!seen[code]) {
      seen[code] = 1;
      known[code] = number_of(entry->values.text(code));
    }
    return known[code];
  };
  const auto read_table = [&](const std::string& table, const std::string& number, uint64_t base) -> Result<void> {
    if (base >= as_of) return {};
    const std::string columns = of_cost ? "cost" : detail::code_column(attribute) + ", " + detail::text_column(attribute);
    const std::string there = of_cost ? "cost IS NOT NULL" : fmt::format("({} <> 0 OR {} IS NOT NULL)", detail::code_column(attribute), detail::text_column(attribute));
    const auto sql = fmt::format("SELECT {}, {} FROM {} WHERE {} <= {} AND {}", number, columns, table, number, as_of - base, there);
    return reading.connection->stream(sql, [&](const Chunk& c) -> Result<void> {
      if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the scan was stopped");
      for (size_t i = 0; i < c.size(); ++i) {
        std::optional<double> value;
        if (of_cost) value = c.column<double>(1)[i];
        else if (c.valid(2, i)) value = number_of(c.text(2, i));
        else value = of_code(c.column<uint32_t>(1)[i]);
        if (value) take(base + c.column<uint64_t>(0)[i], *value);
      }
      return {};
    });
  };
  for (const auto& part : reading.visible.parts)
    if (of_cost || detail::has(part->attributes, attribute))
      if (auto done = read_table(part->table(), "row", part->base); !done) return s.note(done.error());
  if (of_cost || detail::has(reading.visible.live_attributes, attribute))
    if (auto done = read_table("live", "arrival", 0); !done) return s.note(done.error());
  for (const auto& batch : reading.visible.tail)
    for (const auto& e : *batch) {
      if (e.arrival <= reading.flushed || e.arrival > as_of) continue;
      std::optional<double> value;
      if (of_cost && !std::isnan(e.cost)) value = e.cost;
      for (const auto& [a, code] : e.codes)
        if (!of_cost && a == attribute) value = of_code(code);
      for (const auto& [a, text] : e.texts)
        if (!of_cost && a == attribute) value = number_of(text);
      if (value) take(e.arrival, *value);
    }
  return {};
}

Result<std::vector<uint32_t>> DuckStore::customers_with(uint32_t attribute, const std::vector<std::string>& texts, uint64_t as_of) const {
  State& s = *state_;
  Reading reading = TRY(begin_reading(s));
  const auto entry = s.catalogue.attribute(attribute);
  std::set<uint32_t> customers;
  if (!entry || texts.empty()) return std::vector<uint32_t>{};
  std::vector<uint32_t> codes;
  std::string literals;
  for (const auto& text : texts) {
    if (const uint32_t code = entry->values.find(text)) codes.push_back(code);
    literals += (literals.empty() ? "" : ",") + detail::sql_text(text);
  }
  const auto read_table = [&](const std::string& table, const std::string& number, uint64_t base) -> Result<void> {
    if (base >= as_of) return {};
    std::string matches = codes.empty() ? "false" : fmt::format("{} IN ({})", is_builtin(attribute) ? builtin_column(attribute) : detail::code_column(attribute), in_list(codes));
    if (!is_builtin(attribute)) matches += fmt::format(" OR {} IN ({})", detail::text_column(attribute), literals);
    const auto sql = fmt::format("SELECT DISTINCT identity FROM {} WHERE {} <= {} AND ({})", table, number, as_of - base, matches);
    return reading.connection->stream(sql, [&](const Chunk& c) -> Result<void> {
      for (size_t i = 0; i < c.size(); ++i) customers.insert(customer_of(c.column<uint32_t>(0)[i]));
      return {};
    });
  };
  for (const auto& part : reading.visible.parts)
    if (is_builtin(attribute) || detail::has(part->attributes, attribute))
      if (auto done = read_table(part->table(), "row", part->base); !done) return s.note(done.error());
  if (is_builtin(attribute) || detail::has(reading.visible.live_attributes, attribute))
    if (auto done = read_table("live", "arrival", 0); !done) return s.note(done.error());
  for (const auto& batch : reading.visible.tail)
    for (const auto& e : *batch) {
      if (e.arrival <= reading.flushed || e.arrival > as_of || reading.visible.erased->has(e.identity)) continue;
      uint32_t code = attribute == BuiltinAttribute::channel     ? e.channel
                      : attribute == BuiltinAttribute::direction ? e.direction
                      : attribute == BuiltinAttribute::unit      ? e.unit
                                                                 : 0;
      for (const auto& [a, value] : e.codes)
        if (a == attribute) code = value;
      bool match = code != 0 && detail::has(codes, code);
      for (const auto& [a, text] : e.texts) match |= a == attribute && std::ranges::find(texts, text) != texts.end();
      if (match) customers.insert(customer_of(e.identity));
    }
  return std::vector<uint32_t>(customers.begin(), customers.end());
}

Result<std::vector<std::optional<std::string>>> DuckStore::instance_keys(const std::vector<uint32_t>& codes) const {
  State& s = *state_;
  std::vector<std::optional<std::string>> out(codes.size());
  std::map<uint32_t, std::string> texts;
  std::vector<uint32_t> stored;
  for (const uint32_t code : codes) {
    if (code < detail::KeyTable::first_code || texts.contains(code)) continue;
    if (auto text = s.catalogue.keys().pending_text(code))
      texts[code] = std::move(*text);
    else
      stored.push_back(code);
  }
  if (!stored.empty()) {
    auto connection = TRY(s.connect());
    TRY(connection->stream("SELECT code, text FROM instance_key WHERE code IN (" + in_list(stored) + ")", [&](const Chunk& c) -> Result<void> {
      for (size_t i = 0; i < c.size(); ++i) texts[c.column<uint32_t>(0)[i]] = std::string(c.text(1, i));
      return {};
    }));
  }
  for (size_t i = 0; i < codes.size(); ++i)
    if (const auto it = texts.find(codes[i]); it != texts.end()) out[i] = it->second;
  return out;
}

Result<uint64_t> DuckStore::scanned_count() const {
  State& s = *state_;
  Reading reading = TRY(begin_reading(s));
  uint64_t left_out = 0;
  if (!reading.visible.restricted->empty()) {
    const auto count = [&](const std::string& table) -> Result<void> {
      auto rows = TRY(reading.connection->query(fmt::format("SELECT count(*) FROM {} WHERE identity IN (SELECT identity FROM restricted_identity)", table)));
      left_out += rows.natural(0, 0);
      return {};
    };
    for (const auto& part : reading.visible.parts) TRY(count(part->table()));
    TRY(count("live"));
    for (const auto& batch : reading.visible.tail)
      for (const auto& e : *batch)
        if (e.arrival > reading.flushed && reading.visible.restricted->has(e.identity) && !reading.visible.erased->has(e.identity)) ++left_out;
  }
  const uint64_t all = event_count();
  return all - std::min(all, left_out);
}

Result<std::vector<SourceStatistics>> DuckStore::statistics() const {
  std::map<uint16_t, detail::SourceCount> sum;
  {
    std::lock_guard lock(state_->state_mutex);
    for (const auto& [part, counts] : state_->part_counts)
      for (const auto& [source, n] : counts) sum[source].add(n);
    for (const auto& [source, n] : state_->live_counts) sum[source].add(n);
  }
  std::vector<SourceStatistics> out;
  for (const auto& [source, n] : sum)
    if (n.events > 0) out.push_back({source, n.events, Micros(n.first_us), Micros(n.last_us), Micros(n.arrived_us)});
  return out;
}

Result<std::vector<EventStore::ReferenceEdge>> DuckStore::reference_graph(bool by_key) const {
  TRY(state_->flush());
  std::string links_now = "SELECT 0::UINTEGER AS identity, 0::UINTEGER AS customer";
  for (const auto& [identity, customer] : links()) links_now += fmt::format(" UNION ALL SELECT {}::UINTEGER, {}::UINTEGER", identity, customer);
  Reading reading = TRY(begin_reading(*state_));
  std::string rows = "SELECT identity, time_us, arrival, type, instance_key FROM live";
  for (const auto& part : reading.visible.parts)
    rows += fmt::format(" UNION ALL SELECT identity, time_us, {} + row, type, instance_key FROM {}", part->base, part->table());
  const std::string instance = by_key ? "customer, instance_key" : "customer";
  const auto sql = fmt::format(
      "WITH link_now AS ({}), event AS (SELECT coalesce(l.customer, e.identity) AS customer, e.* EXCLUDE identity FROM ({}) e "
      "               LEFT JOIN link_now l ON l.identity = e.identity), "
      "     pair AS (SELECT type, lead(type) OVER w AS next, (lead(time_us) OVER w - time_us) / 1e6 AS gap FROM event {} "
      "              WINDOW w AS (PARTITION BY {} ORDER BY time_us, arrival)) "
      "SELECT type, next, count(*)::UBIGINT, avg(gap), quantile_cont(gap, 0.5) FROM pair WHERE next IS NOT NULL "
      "GROUP BY ALL ORDER BY 3 DESC, 1, 2",
      links_now, rows, by_key ? "WHERE instance_key > 0" : "", instance);
  std::vector<ReferenceEdge> out;
  TRY(reading.connection->stream(sql, [&](const Chunk& c) -> Result<void> {
    for (size_t i = 0; i < c.size(); ++i)
      out.push_back({c.column<uint32_t>(0)[i], c.column<uint32_t>(1)[i], c.column<uint64_t>(2)[i], c.column<double>(3)[i], c.column<double>(4)[i]});
    return {};
  }));
  return out;
}

}  // namespace lotse::events
