#include "analysis/detail/chunks.h"

#include <algorithm>

namespace lotse::analysis::detail {
namespace {

size_t column_of(std::vector<uint32_t>& attributes, uint32_t number) {
  const auto at = std::find(attributes.begin(), attributes.end(), number);
  if (at != attributes.end()) return static_cast<size_t>(at - attributes.begin());
  attributes.push_back(number);
  return attributes.size() - 1;
}

}  // namespace

void add_chunk(engine::RowBatch& batch, EventColumns&& chunk, std::vector<uint32_t>&& classes, std::vector<uint32_t>& attributes) {
  const size_t before = batch.size(), now = before + chunk.size();
  auto add_codes = [&](uint32_t number, const auto& codes) {
    if (codes.empty()) return;
    const size_t column = column_of(attributes, number);
    if (column >= batch.attributes.size()) batch.attributes.resize(column + 1);
    auto& to = batch.attributes[column];
    to.resize(before, 0);
    to.insert(to.end(), codes.begin(), codes.end());
  };
  add_codes(source_attribute, chunk.source);
  for (const auto& attribute : chunk.attributes)
    if (may_have_column(attribute.attribute)) add_codes(attribute.attribute, attribute.codes);
  auto add = [&]<class T>(std::vector<T>& to, std::vector<T>&& from) {
    if (to.capacity() == 0) to = std::move(from);
    else to.insert(to.end(), from.begin(), from.end());
  };
  add(batch.customer, std::move(chunk.customer));
  add(batch.time_us, std::move(chunk.time_us));
  add(batch.arrival, std::move(chunk.arrival));
  add(batch.event_class, std::move(classes));
  chunk.instance_key.resize(now - before, 0);
  add(batch.instance_key, std::move(chunk.instance_key));
}

std::vector<uint32_t> wanted_of(const events::EventStore& store, const ClassTable& table) {
  std::vector<uint32_t> out = table.properties();
  for (const auto& a : store.dictionary()->attributes)
    if (a.in_memory && may_have_column(a.number) && std::find(out.begin(), out.end(), a.number) == out.end()) out.push_back(a.number);
  return out;
}

void even_out(engine::RowBatch& batch) {
  for (auto& codes : batch.attributes)
    if (!codes.empty()) codes.resize(batch.size(), 0);
}

}  // namespace lotse::analysis::detail
