#pragma once
#include <atomic>
#include <cstdlib>
#include <memory>
#include <shared_mutex>
#include <vector>

#include "events/event_id.h"

namespace lotse::events {

/// A set of event ids in 8 bytes a slot: the place in the table comes from one half of the id, the other half is
/// stored. Two different ids pass for one only if they also meet in a probe sequence: for ten million ids the chance
/// that this happens at all is about 1e-12.
///
/// It grows by further tables, for a place cannot be computed anew from what is stored; a good `expected` keeps it at one.
/// Threads: any number may work inside `with_room` at the same time.
class IdSet {
 public:
  explicit IdSet(size_t expected = 0) { add_table(expected); }

  /// Runs `work`, which inserts at most `count` ids.
  template <class F>
  void with_room(size_t count, F&& work) {
    for (;;) {
      {
        std::shared_lock lock(growing_);
        Table& newest = *tables_.back();
        const size_t used = newest.promised.fetch_add(count, std::memory_order_relaxed) + count;
        if (used <= newest.room) {
          work();
          return;
        }
        newest.promised.fetch_sub(count, std::memory_order_relaxed);
      }
      std::unique_lock lock(growing_);
      Table& newest = *tables_.back();
      newest.promised.store(newest.size.load());  // nobody is inside: what was promised and not used is free again
      if (newest.promised.load() + count > newest.room) add_table(2 * newest.room + count);
    }
  }
  /// Inside `with_room`. True where the id was not there.
  bool insert(EventId id) {
    const uint64_t print = id.low ? id.low : 1;
    for (size_t t = 0; t + 1 < tables_.size(); ++t)
      if (has(*tables_[t], id.high, print)) return false;
    Table& table = *tables_.back();
    for (size_t i = id.high & table.mask;; i = (i + 1) & table.mask) {
      uint64_t seen = table.slots[i].load(std::memory_order_relaxed);
      if (seen == 0 && table.slots[i].compare_exchange_strong(seen, print, std::memory_order_relaxed)) {
        table.size.fetch_add(1, std::memory_order_relaxed);
        return true;
      }
      if (seen == print) return false;
    }
  }
  /// Inside `with_room`, or while nobody inserts.
  bool contains(EventId id) const {
    const uint64_t print = id.low ? id.low : 1;
    for (const auto& table : tables_)
      if (has(*table, id.high, print)) return true;
    return false;
  }
  /// Inside `with_room`: asks for the cache line that a look-up will need.
  void prefetch(EventId id) const {
    const Table& table = *tables_.back();
    __builtin_prefetch(&table.slots[id.high & table.mask], 1, 0);
  }

  size_t size() const;
  size_t size_bytes() const;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  struct Table {
    std::unique_ptr<std::atomic<uint64_t>[], Free> slots;
    size_t mask = 0, room = 0;
    std::atomic<size_t> size{0}, promised{0};
  };
  static bool has(const Table& table, uint64_t high, uint64_t print) {
    for (size_t i = high & table.mask;; i = (i + 1) & table.mask) {
      const uint64_t seen = table.slots[i].load(std::memory_order_relaxed);
      if (seen == print) return true;
      if (seen == 0) return false;
    }
  }
  void add_table(size_t expected);

  std::vector<std::unique_ptr<Table>> tables_;
  mutable std::shared_mutex growing_;
};

}  // namespace lotse::events
