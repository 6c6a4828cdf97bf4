#include "events/rows.h"

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
