#include "outbound/detail/content.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "access/staff.h"
#include "connect/export_run.h"
#include "outbound/detail/table_file.h"

namespace lotse::outbound::detail {

namespace {
using events::ParquetType;

const events::SourceName* source_of(const events::Dictionary& dictionary, const DeliveryWhat& what) {
  const auto found = what.source ? std::ranges::find(dictionary.sources, *what.source, &events::SourceName::id) : dictionary.sources.end();
  return found == dictionary.sources.end() ? nullptr : &*found;
}

/// What is known of one customer, gathered from its events.
struct Known {
  uint32_t customer = 0;
  Micros first{0}, last{0};
  uint64_t events = 0;
  struct Value {
    std::string text;
    std::pair<Micros, uint64_t> at;
  };
  std::map<uint32_t, Value> values;  // by attribute
};

void take(Known& known, const events::ExportedEvent& event) {
  known.first = known.events == 0 ? event.time : std::min(known.first, event.time);
  known.last = known.events == 0 ? event.time : std::max(known.last, event.time);
  ++known.events;
  const std::pair at(event.time, event.arrival);
  for (const auto& [attribute, text] : event.attributes) {
    auto& value = known.values[attribute];
    if (value.text.empty() || at > value.at) value = {std::string(text), at};
  }
}
}  // namespace

Result<std::string> name_of(const Order& order, uint32_t customer) {
  if (order.what.originals)
    if (auto original = TRY(order.names.identifier(order.viewer, customer)); original && !original->empty()) return *original;
  return order.vault.pseudonym(order.viewer.workspace(), customer);
}

std::vector<uint32_t> attributes_of(const events::DuckStore& store, const DeliveryWhat& what) {
  const auto dictionary = store.dictionary();
  events::ExportWish wish;
  if (const auto* source = source_of(*dictionary, what)) wish.source = source->code;
  if (what.content == DeliveryContent::events) return store.export_attributes(wish);
  std::vector<uint32_t> out;
  if (what.content == DeliveryContent::customers)
    for (const auto& attribute : dictionary->attributes)
      if (attribute.scope == AttributeScope::customer && attribute.number >= BuiltinAttribute::first_imported) out.push_back(attribute.number);
  return out;
}

Result<uint64_t> write_events(const Order& order) {
  std::optional<Error> failed;
  connect::ExportOrder ask{.file = order.file,
                           .format = order.what.format == DeliveryFormat::csv ? connect::ExportFormat::csv : connect::ExportFormat::parquet,
                           .source = order.what.source,
                           .originals = order.what.originals,
                           .after = order.after,
                           .up_to = order.up_to,
                           .attributes = order.attributes};
  ask.name = [&](uint32_t customer) { return name_of(order, customer); };
  ask.wanted = [&](const events::ExportedEvent& event) {
    const auto lets = order.gate.lets(event.customer);
    if (!lets) failed = lets.error();
    return lets && *lets;
  };
  const uint64_t rows = TRY(connect::run_export(order.store, order.vault, order.viewer, ask, [](double) {}, order.stop));
  if (failed) return *failed;
  TRY(sync_path(order.file));
  return rows;
}

Result<uint64_t> write_customers(const Order& order, const std::vector<uint32_t>& customers) {
  const auto dictionary = order.store.dictionary();
  std::vector<events::ParquetColumn> columns{{"customer"}, {"first_contact", ParquetType::time}, {"last_contact", ParquetType::time}, {"events", ParquetType::number}};
  std::unordered_map<uint32_t, size_t> places;
  for (const uint32_t number : order.attributes) {
    const auto found = std::ranges::find(dictionary->attributes, number, &events::Attribute::number);
    if (found == dictionary->attributes.end()) continue;
    if (access::hides_staff(order.viewer.scope(), found->id, dictionary->values[static_cast<size_t>(found - dictionary->attributes.begin())])) continue;
    places.emplace(number, columns.size());
    columns.push_back({found->name});
  }
  const auto file = TRY(TableFile::open(order.file, order.what.format, columns));
  uint64_t rows = 0;
  std::vector<Cell> cells;
  const auto write = [&](const Known& known) -> Result<void> {
    if (known.events == 0) return {};
    const std::string name = TRY(name_of(order, known.customer));
    cells.assign(columns.size(), Cell{});
    cells[0] = std::string_view(name);
    cells[1] = known.first;
    cells[2] = known.last;
    cells[3] = static_cast<double>(known.events);
    for (const auto& [attribute, value] : known.values)
      if (const auto at = places.find(attribute); at != places.end()) cells[at->second] = std::string_view(value.text);
    ++rows;
    return file->row(cells);
  };
  Known now;
  // By customer: so that one at a time stands in memory.
  events::ExportWish wish{.by_instance = true, .up_to = order.up_to, .customers = &customers, .attributes = order.attributes};
  TRY(order.store.export_events(wish, [&](const events::ExportedEvent& event) -> Result<void> {
    if (event.customer != now.customer) {
      TRY(write(now));
      now = Known{.customer = event.customer};
    }
    take(now, event);
    return {};
  }, order.stop));
  TRY(write(now));
  TRY(file->finish(order.stop));
  return rows;
}

Result<uint64_t> write_result(const Order& order) {
  using C = DeliveryContent;
  std::vector<events::ParquetColumn> columns;
  std::vector<Cell> cells;
  const auto number = [](const auto& value) -> Cell { return value ? Cell(static_cast<double>(*value)) : Cell(); };
  const auto count = [](uint64_t value) { return Cell(static_cast<double>(value)); };
  uint64_t rows = 0;
  if (order.what.content == C::variants) {
    columns = {{"rank", ParquetType::number}, {"variant_id"}, {"instances", ParquetType::number}, {"share", ParquetType::number}, {"cumulative_share", ParquetType::number},
               {"median_duration_s", ParquetType::number}, {"length", ParquetType::number}, {"sequence"}};
    const auto file = TRY(TableFile::open(order.file, order.what.format, columns));
    constexpr int64_t page = 1000;
    analysis::VariantsRequest ask{.filter = order.what.filter, .limit = page};
    for (bool more = true; more; ask.offset += page) {
      const auto answer = TRY(order.analysis.variants(order.viewer, ask, order.stop));
      std::map<std::string_view, std::string_view> names;
      for (const auto& touchpoint : answer.touchpoints) names[touchpoint.id] = touchpoint.name;
      for (const auto& variant : answer.variants) {
        std::string sequence;
        for (const auto& id : variant.sequence) sequence.append(sequence.empty() ? "" : " > ").append(names[id]);
        cells = {count(++rows), std::string_view(variant.id), count(variant.count), variant.share, variant.cumulative_share, variant.median_duration_s, count(variant.length), std::string_view(sequence)};
        TRY(file->row(cells));
      }
      // The further pages are of the same moment.
      ask.as_of = answer.basis.as_of;
      ask.mapping_version = answer.basis.mapping_version;
      more = answer.variants.size() == static_cast<size_t>(page) && ask.offset + page <= 1'000'000;
    }
    TRY(file->finish(order.stop));
    return rows;
  }
  using M = analysis::Measure;
  const auto graph = TRY(order.analysis.graph(order.viewer, {.filter = order.what.filter, .measures = {M::instances, M::customers, M::mean, M::median, M::p90}}, order.stop));
  if (order.what.content == C::touchpoints)
    columns = {{"touchpoint_id"}, {"touchpoint"}, {"channel"}, {"events", ParquetType::number}, {"starts", ParquetType::number}, {"ends", ParquetType::number},
               {"instances", ParquetType::number}, {"customers", ParquetType::number}};
  else
    columns = {{"from_id"}, {"from"}, {"to_id"}, {"to"}, {"count", ParquetType::number}, {"instances", ParquetType::number}, {"customers", ParquetType::number},
               {"mean_s", ParquetType::number}, {"median_s", ParquetType::number}, {"p90_s", ParquetType::number}};
  const auto file = TRY(TableFile::open(order.file, order.what.format, columns));
  std::map<std::string_view, std::string_view> names;
  for (const auto& node : graph.nodes) {
    names[node.touchpoint] = node.name;
    if (order.what.content != C::touchpoints) continue;
    const Cell channel = node.channel ? Cell(std::string_view(*node.channel)) : Cell();
    cells = {std::string_view(node.touchpoint), std::string_view(node.name), channel, count(node.events), count(node.starts), count(node.ends), number(node.instances), number(node.customers)};
    TRY(file->row(cells));
    ++rows;
  }
  if (order.what.content == C::transitions)
    for (const auto& edge : graph.edges) {
      cells = {std::string_view(edge.from), names[edge.from], std::string_view(edge.to), names[edge.to], count(edge.count), number(edge.instances), number(edge.customers),
               number(edge.mean_s), number(edge.median_s), number(edge.p90_s)};
      TRY(file->row(cells));
      ++rows;
    }
  TRY(file->finish(order.stop));
  return rows;
}

Result<uint64_t> write_audience(const Order& order, std::span<const uint32_t> entered, std::span<const uint32_t> left, bool changes) {
  std::vector<events::ParquetColumn> columns{{"customer"}};
  if (changes) columns.push_back({"change"});
  const auto file = TRY(TableFile::open(order.file, order.what.format, columns));
  std::vector<Cell> cells(columns.size());
  const auto write = [&](std::span<const uint32_t> customers, std::string_view change) -> Result<void> {
    for (const uint32_t customer : customers) {
      if (order.stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled");
      const std::string name = TRY(name_of(order, customer));
      cells[0] = std::string_view(name);
      if (changes) cells[1] = change;
      TRY(file->row(cells));
    }
    return {};
  };
  TRY(write(entered, "entered"));
  TRY(write(left, "left"));
  TRY(file->finish(order.stop));
  return entered.size() + left.size();
}

}  // namespace lotse::outbound::detail
