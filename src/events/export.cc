#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "events/detail/reading.h"

/// The way out: all that was stored of each event, sorted by DuckDB.
namespace lotse::events {

using detail::Chunk;

namespace {
}  // namespace

std::vector<uint32_t> DuckStore::export_attributes(const ExportWish& wish) const {
  const State& s = *state_;
  std::lock_guard lock(s.state_mutex);
  std::set<uint32_t> out;
  for (const auto& part : s.parts) {
    const auto counts = s.part_counts.find(part->number);
    if (wish.source && (counts == s.part_counts.end() || !counts->second.contains(*wish.source))) continue;
    out.insert(part->attributes.begin(), part->attributes.end());
  }
  if (!wish.source || s.live_counts.contains(*wish.source)) {
    out.insert(s.live_attributes.begin(), s.live_attributes.end());
    for (const auto& batch : s.tail)  // not in the table yet
      for (const auto& e : *batch) {
        for (const auto& [a, code] : e.codes) out.insert(a);
        for (const auto& [a, text] : e.texts) out.insert(a);
      }
  }
  return {out.begin(), out.end()};
}

Result<void> DuckStore::export_events(const ExportWish& wish, const std::function<Result<void>(const ExportedEvent&)>& take, std::stop_token stop) const {
  State& s = *state_;
  const uint64_t as_of = std::min(this->as_of(), wish.up_to.value_or(UINT64_MAX));
  TRY(s.flush());  // what is visible now then stands in the tables
  const auto linked = links();
  detail::Reading reading = TRY(detail::begin_reading(s));
  const detail::Visible& visible = reading.visible;
  auto& connection = reading.connection;
  TRY(connection->run("CREATE TEMP TABLE link_now (identity UINTEGER, customer UINTEGER)"));
  {
    auto rows = TRY(detail::Appender::open(*connection, "link_now", {DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UINTEGER}));
    for (const auto& [identity, customer] : linked) {
      rows->column<uint32_t>(0)[rows->row()] = identity;
      rows->column<uint32_t>(1)[rows->row()] = customer;
      TRY(rows->end_row());
    }
    TRY(rows->finish());
  }
  if (wish.customers) {
    TRY(connection->run("CREATE TEMP TABLE wanted_customer (customer UINTEGER)"));
    auto rows = TRY(detail::Appender::open(*connection, "wanted_customer", {DUCKDB_TYPE_UINTEGER}));
    for (const uint32_t customer : *wish.customers) {
      rows->column<uint32_t>(0)[rows->row()] = customer;
      TRY(rows->end_row());
    }
    TRY(rows->finish());
  }

  std::vector<uint32_t> attributes = wish.attributes ? *wish.attributes : export_attributes(wish);
  constexpr size_t fixed = 12;
  const auto select = [&](const std::string& table, const std::string& number, uint64_t base, const std::vector<uint32_t>& present) {
    std::string sql = fmt::format("SELECT identity, time_us, ({} + {})::UBIGINT AS arrival, type, source, instance_key, channel, direction, unit, cost", base, number);
    for (const uint32_t a : attributes) {
      const bool here = detail::has(present, a);
      sql += here ? fmt::format(", {0}, {1}", detail::code_column(a), detail::text_column(a))
                  : fmt::format(", 0::UINTEGER AS {0}, NULL::VARCHAR AS {1}", detail::code_column(a), detail::text_column(a));
    }
    // Customers whose data may only be kept (Art. 18, 21) leave no more in an export than in a query.
    sql += fmt::format(" FROM {} WHERE {} <= {} AND identity NOT IN (SELECT identity FROM restricted_identity)", table, number, as_of - base);
    if (wish.after > base) sql += fmt::format(" AND {} > {}", number, wish.after - base);
    if (wish.source) sql += fmt::format(" AND source = {}", *wish.source);
    if (wish.from) sql += fmt::format(" AND time_us >= {}", wish.from->count());
    if (wish.to) sql += fmt::format(" AND time_us < {}", wish.to->count());
    return sql;
  };
  std::string rows = select("live", "arrival", 0, visible.live_attributes);
  for (const auto& part : visible.parts)
    if (part->base < as_of) rows += " UNION ALL " + select(part->table(), "row", part->base, part->attributes);
  std::string sql = "SELECT coalesce(l.customer, e.identity)::UINTEGER AS customer, e.time_us, e.arrival, e.type, e.source, e.instance_key, k.text, "
                    "e.channel, e.direction, e.unit, e.cost, 0";
  for (const uint32_t a : attributes) sql += fmt::format(", e.{}, e.{}", detail::code_column(a), detail::text_column(a));
  sql += fmt::format(" FROM ({}) e LEFT JOIN link_now l ON l.identity = e.identity LEFT JOIN instance_key k ON k.code = e.instance_key{} ORDER BY {}", rows,
                     wish.customers ? " WHERE coalesce(l.customer, e.identity) IN (SELECT customer FROM wanted_customer)" : "", wish.by_instance ? "1, 6, 2, 3" : "2, 3");

  // Texts of codes, looked up once each.
  std::vector<std::vector<std::string>> texts(attributes.size() + 3);
  const auto text_of = [&](size_t slot, uint32_t attribute, uint32_t code) -> std::string_view {
    if (code == 0) return {};
    auto& known = texts[slot];
    if (known.size() <= code) {
      const auto entry = s.catalogue.attribute(attribute);
      if (!entry) return {};
      auto all = entry->values.texts();
      known.assign(1, std::string());
      known.insert(known.end(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
      if (known.size() <= code) return {};
    }
    return known[code];
  };
  ExportedEvent event;
  std::string pending_key;
  detail::Interrupter interrupter(stop, *connection);
  const auto done = connection->stream(sql, [&](const Chunk& c) -> Result<void> {
    if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the export was stopped");
    for (size_t i = 0; i < c.size(); ++i) {
      event.customer = c.column<uint32_t>(0)[i];
      event.time = Micros(c.column<int64_t>(1)[i]);
      event.arrival = c.column<uint64_t>(2)[i];
      event.type = c.column<uint32_t>(3)[i];
      event.source = c.column<uint16_t>(4)[i];
      const uint32_t key = c.column<uint32_t>(5)[i];
      event.key_is_customer = key == 1;
      event.instance_key = {};
      if (key > 1) {
        if (c.valid(6, i)) {
          event.instance_key = c.text(6, i);
        } else if (auto text = s.catalogue.keys().pending_text(key)) {
          pending_key = std::move(*text);
          event.instance_key = pending_key;
        }
      }
      event.channel = text_of(0, BuiltinAttribute::channel, c.column<uint32_t>(7)[i]);
      event.direction = text_of(1, BuiltinAttribute::direction, c.column<uint32_t>(8)[i]);
      event.unit = text_of(2, BuiltinAttribute::unit, c.column<uint32_t>(9)[i]);
      event.cost.reset();
      if (c.valid(10, i)) event.cost = c.column<double>(10)[i];
      event.attributes.clear();
      event.references.clear();
      for (size_t a = 0; a < attributes.size(); ++a) {
        if (BuiltinAttribute::is_reference(attributes[a])) {
          if (const uint32_t identity = c.column<uint32_t>(fixed + 2 * a)[i]) event.references.emplace_back(attributes[a], identity);
          continue;
        }
        const std::string_view text = c.valid(fixed + 2 * a + 1, i) ? c.text(fixed + 2 * a + 1, i)
                                                                    : text_of(3 + a, attributes[a], c.column<uint32_t>(fixed + 2 * a)[i]);
        if (!text.empty()) event.attributes.emplace_back(attributes[a], text);
      }
      TRY(take(event));
    }
    return {};
  });
  if (!done) return s.note(done.error());
  return {};
}

}  // namespace lotse::events
