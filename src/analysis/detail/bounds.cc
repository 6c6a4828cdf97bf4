#include "analysis/detail/bounds.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

#include "access/staff.h"
#include "analysis/detail/audience.h"
#include "engine/reckon.h"

namespace lotse::analysis::detail {
namespace {

constexpr size_t customers_at_once = 20'000;
constexpr size_t text_bytes = 80, text_blanks = 6;

bool reads_like_text(std::string_view value) {
  return value.size() > text_bytes || static_cast<size_t>(std::ranges::count(value, ' ')) >= text_blanks;
}

bool named_like_text(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return c < 0x80 ? static_cast<char>(std::tolower(c)) : static_cast<char>(c); });
  static constexpr std::array<std::string_view, 17> words{"comment", "kommentar", "text",    "nachricht", "message",  "bemerkung", "notiz",  "note",   "beschreibung",
                                                          "description", "subject", "betreff", "feedback",  "review", "anmerkung", "antwort", "answer"};
  return std::ranges::any_of(words, [&](auto w) { return lower.find(w) != std::string::npos; });
}

/// Not one value alone decides: "Danke" in a field of comments is a free text, too.
bool holds_texts(const events::Attribute& attribute, const std::vector<std::string>& values) {
  if (attribute.number < BuiltinAttribute::first_imported) return false;
  return !attribute.in_memory || named_like_text(attribute.name) || std::ranges::any_of(values, reads_like_text);
}

std::shared_ptr<const events::Dictionary> veiled(const std::shared_ptr<const events::Dictionary>& whole, const Scope& scope, const std::vector<uint32_t>& staff) {
  std::vector<uint8_t> hidden(whole->attributes.size(), 0);
  for (size_t i = 0; i < hidden.size(); ++i) {
    const auto& attribute = whole->attributes[i];
    if (scope.no_texts && holds_texts(attribute, whole->values[i])) hidden[i] = 1;
    if (!scope.staff_hidden) continue;
    if (std::ranges::binary_search(staff, attribute.number) || std::ranges::find(scope.staff_attributes, attribute.id) != scope.staff_attributes.end()) hidden[i] = 1;
  }
  if (std::ranges::none_of(hidden, [](uint8_t h) { return h != 0; })) return whole;
  auto out = std::make_shared<events::Dictionary>();
  out->types = whole->types;
  out->sources = whole->sources;
  for (size_t i = 0; i < hidden.size(); ++i) {
    if (hidden[i]) continue;
    out->attributes.push_back(whole->attributes[i]);
    out->values.push_back(whole->values[i]);
  }
  return out;
}

/// One condition of a scope in the codes of a moment.
struct Condition {
  bool of_customer = false;
  std::optional<size_t> column;
  std::vector<uint8_t> passes;  ///< [code]; codes beyond do not
  bool holds(uint32_t code) const { return code < passes.size() && passes[code] != 0; }
};

Condition condition_of(const Moment& moment, const RowCondition& wanted) {
  Condition out;
  // What nobody can decide shows nothing.
  const auto attribute = attribute_named(moment, wanted.attribute);
  if (!attribute || !attribute->in_memory) return out;
  out.of_customer = attribute->scope == AttributeScope::customer;
  out.column = column_of(moment, attribute->number);
  for (const uint32_t code : codes_of(moment, *attribute, wanted.values)) {
    if (code >= out.passes.size()) out.passes.resize(code + 1, 0);
    out.passes[code] = 1;
  }
  return out;
}

uint32_t code_at(const engine::RowBatch& rows, const Condition& condition, size_t row) {
  if (!condition.column || *condition.column >= rows.attributes.size()) return 0;
  const auto& codes = rows.attributes[*condition.column];
  return codes.empty() ? 0 : codes[row];
}

void take(engine::RowBatch& to, const engine::RowBatch& from, size_t row) {
  to.customer.push_back(from.customer[row]);
  to.time_us.push_back(from.time_us[row]);
  to.arrival.push_back(from.arrival[row]);
  to.event_class.push_back(from.event_class[row]);
  to.instance_key.push_back(from.instance_key.empty() ? 0 : from.instance_key[row]);
  for (size_t a = 0; a < to.attributes.size(); ++a)
    to.attributes[a].push_back(a < from.attributes.size() && !from.attributes[a].empty() ? from.attributes[a][row] : 0);
}

/// Rows of whole customers, in order of (customer, time): those that meet all conditions are added to `to`.
void add_passing(engine::RowBatch& to, const engine::RowBatch& from, const std::vector<Condition>& conditions) {
  for (size_t first = 0, end = 0; first < from.size(); first = end) {
    while (end < from.size() && from.customer[end] == from.customer[first]) ++end;
    const bool customer_passes = std::ranges::all_of(conditions, [&](const Condition& c) {
      if (!c.of_customer) return true;
      uint32_t last = 0;
      for (size_t row = first; row < end; ++row)
        if (const uint32_t code = code_at(from, c, row)) last = code;
      return c.holds(last);
    });
    if (!customer_passes) continue;
    for (size_t row = first; row < end; ++row)
      if (std::ranges::all_of(conditions, [&](const Condition& c) { return c.of_customer || c.holds(code_at(from, c, row)); })) take(to, from, row);
  }
}

std::shared_ptr<const Tallies> tally(const Moment& moment, const engine::RowBatch& rows) {
  EventColumns columns;
  columns.time_us = rows.time_us;
  columns.customer = rows.customer;
  for (const uint32_t c : rows.event_class) columns.source.push_back((*moment.classes)[c].source);
  for (size_t a = 0; a < rows.attributes.size() && a < moment.attributes->size(); ++a)
    if ((*moment.attributes)[a] != source_attribute) columns.attributes.push_back({(*moment.attributes)[a], rows.attributes[a]});
  auto out = std::make_shared<Tallies>();
  out->add(columns, rows.event_class);
  return out;
}

}  // namespace

Result<void> each_piece(const engine::Snapshot& columns, engine::Executor& executor, const std::function<void(const engine::RowBatch&)>& use) {
  const engine::Mapping none;
  const auto customers = TRY(engine::reckon(columns, {.mapping = &none}, {}, executor)).customers;
  for (size_t first = 0; first < customers.size(); first += customers_at_once)
    use(engine::rows_of(columns, std::span<const uint32_t>(customers).subspan(first, std::min(customers_at_once, customers.size() - first))));
  return {};
}

std::vector<uint32_t> staff_attributes(const events::Dictionary& dictionary) {
  std::vector<uint32_t> out;
  for (size_t i = 0; i < dictionary.attributes.size(); ++i)
    if (std::ranges::any_of(dictionary.values[i], access::is_staff_pseudonym)) out.push_back(dictionary.attributes[i].number);
  std::ranges::sort(out);
  return out;
}

std::string scope_key(const Scope& scope, const std::vector<uint32_t>& staff) {
  std::string out;
  const auto add = [&](std::string_view text) { out += std::to_string(text.size()) + ":" + std::string(text); };
  for (const auto& row : scope.rows) {
    add(row.attribute);
    out += std::to_string(row.values.size()) + "=";
    for (const auto& value : row.values) add(value);
  }
  if (scope.no_texts) out += "|texts";
  if (scope.no_single_customers) out += "|groups" + std::to_string(scope.smallest_group);
  if (scope.staff_hidden && !(staff.empty() && scope.staff_attributes.empty())) {
    out += "|staff";
    for (const auto& id : scope.staff_attributes) add(id);
  }
  return out;
}

Result<Bounded> bounded(const Moment& base, const Moment* persons, std::shared_ptr<const Tallies> tallies, const Scope& scope,
                        const std::vector<uint32_t>& staff, engine::Executor& executor) {
  Bounded out{.moment = std::make_shared<Moment>(base), .tallies = std::move(tallies)};
  out.moment->dictionary = veiled(base.dictionary, scope, staff);
  if (scope.rows.empty()) return out;
  engine::RowBatch rows;
  rows.attributes.resize(engine::info(base.columns).attribute_count);
  if (persons) {
    std::vector<bool> seen;  // [arrival]
    TRY(each_piece(persons->columns, executor, [&](const engine::RowBatch& piece) {
      for (const uint64_t arrival : piece.arrival) {
        if (arrival >= seen.size()) seen.resize(std::max<size_t>(arrival + 1, persons->as_of + 1));
        seen[arrival] = true;
      }
    }));
    TRY(each_piece(base.columns, executor, [&](const engine::RowBatch& piece) {
      for (size_t row = 0; row < piece.size(); ++row)
        if (piece.arrival[row] < seen.size() && seen[piece.arrival[row]]) take(rows, piece, row);
    }));
  } else {
    std::vector<Condition> conditions;
    for (const auto& row : scope.rows) conditions.push_back(condition_of(base, row));
    TRY(each_piece(base.columns, executor, [&](const engine::RowBatch& piece) { add_passing(rows, piece, conditions); }));
  }
  out.tallies = tally(base, rows);
  out.moment->columns = TRY(engine::build(rows, executor));
  out.moment->partial = true;
  if (persons) {
    const uint64_t all = engine::info(persons->columns).events, some = engine::info(out.moment->columns).events;
    out.moment->without_reference = all - std::min(all, some);
  }
  return out;
}

}  // namespace lotse::analysis::detail
