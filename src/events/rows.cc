#include "events/rows.h"

#include <algorithm>

namespace lotse::events {

void RowBatch::resize(size_t rows, size_t attributes) {
  row.resize(rows);
  id.resize(rows);
  identity.resize(rows);
  time_us.resize(rows);
  type.resize(rows);
  source.resize(rows);
  instance_key.resize(rows);
  channel.resize(rows);
  direction.resize(rows);
  unit.resize(rows);
  cost.resize(rows);
  codes.resize(attributes);
  texts.resize(attributes);
  for (auto& column : codes) column.resize(rows);
}

void RowBatch::drop(size_t begin, const std::vector<bool>& out) {
  const auto compact = [&](auto& column) {
    if (column.empty()) return;  // texts may be left empty
    size_t to = begin;
    for (size_t i = 0; i < out.size() && begin + i < column.size(); ++i)
      if (!out[i]) column[to++] = column[begin + i];
    column.resize(to);
  };
  const size_t kept = begin + static_cast<size_t>(std::ranges::count(out, false));
  compact(row);
  compact(id);
  compact(identity);
  compact(time_us);
  compact(type);
  compact(source);
  compact(instance_key);
  compact(channel);
  compact(direction);
  compact(unit);
  compact(cost);
  for (auto& column : codes) compact(column);
  for (auto& column : texts)
    if (!column.empty()) {
      column.resize(begin + out.size());
      compact(column);
    }
  ensure(size() == kept, "every column loses the same rows");
}

void RowBatch::clear() {
  resize(0, codes.size());
  for (auto& column : texts) column.clear();
}

Result<uint32_t> Encoder::learn(uint64_t hash, std::string_view text) {
  const uint32_t code = TRY(miss_(text));
  if (code == 0 || texts_.size() >= remembered_max) return code;
  texts_.emplace_back(text);
  if (texts_.size() * 2 > slots_.size()) {
    std::vector<Slot> old(slots_.size() * 4);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.text.empty()) continue;
      size_t i = slot.hash & (slots_.size() - 1);
      while (!slots_[i].text.empty()) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = slot;
    }
  }
  size_t i = hash & (slots_.size() - 1);
  while (!slots_[i].text.empty()) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = {hash, texts_.back(), code};
  return code;
}

}  // namespace lotse::events
