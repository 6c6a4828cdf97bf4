#include "events/id_set.h"

namespace lotse::events {

void IdSet::add_table(size_t expected) {
  size_t capacity = 1024;
  while (capacity * 7 < expected * 10) capacity *= 2;
  auto table = std::make_unique<Table>();
  // The system's zeros: writing 64 MB of our own would stop everybody who waits for room.
  table->slots.reset(static_cast<std::atomic<uint64_t>*>(std::calloc(capacity, sizeof(std::atomic<uint64_t>))));
  if (!table->slots) throw std::bad_alloc();
  table->mask = capacity - 1;
  table->room = capacity * 7 / 10;
  tables_.push_back(std::move(table));
}

size_t IdSet::size() const {
  std::shared_lock lock(growing_);
  size_t n = 0;
  for (const auto& table : tables_) n += table->size.load(std::memory_order_relaxed);
  return n;
}

size_t IdSet::size_bytes() const {
  std::shared_lock lock(growing_);
  size_t n = 0;
  for (const auto& table : tables_) n += (table->mask + 1) * 8;
  return n;
}

}  // namespace lotse::events
