#pragma once
#include <algorithm>
#include <memory>

#include "events/detail/state.h"

namespace lotse::events::detail {

/// A read transaction that fits what was visible.
struct Reading {
  Visible visible;
  std::unique_ptr<Connection> connection;
  std::unique_ptr<Transaction> transaction;
  uint64_t flushed = 0;
};
Result<Reading> begin_reading(DuckStore::State& state);

inline bool has(const std::vector<uint32_t>& list, uint32_t item) { return std::ranges::find(list, item) != list.end(); }

}  // namespace lotse::events::detail
