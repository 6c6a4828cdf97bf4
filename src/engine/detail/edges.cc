#include "engine/detail/edges.h"

namespace lotse::engine::detail {
namespace {
uint32_t spread(uint32_t edge) {
  return static_cast<uint32_t>((edge * 0x9E3779B97F4A7C15ull) >> 32);
}
}  // namespace

EdgeNumbers::EdgeNumbers(uint32_t touchpoint_count) : touchpoint_count_(touchpoint_count) {
  if (touchpoint_count <= matrix_limit) matrix_.assign(size_t{touchpoint_count} * touchpoint_count, unseen);
  else table_.assign(4096, unseen);
  if (touchpoint_count == 0) table_.assign(4096, unseen);
}

uint32_t EdgeNumbers::hashed(uint32_t edge) {
  const size_t mask = table_.size() - 1;
  for (size_t at = spread(edge) & mask;; at = (at + 1) & mask) {
    if (table_[at] == unseen) {
      const auto number = static_cast<uint32_t>(edges_.size());
      table_[at] = number;
      edges_.push_back(edge);
      if (edges_.size() * 2 > table_.size()) grow();
      return number;
    }
    if (edges_[table_[at]] == edge) return table_[at];
  }
}

void EdgeNumbers::grow() {
  table_.assign(table_.size() * 2, unseen);
  const size_t mask = table_.size() - 1;
  for (uint32_t number = 0; number < edges_.size(); ++number) {
    size_t at = spread(edges_[number]) & mask;
    while (table_[at] != unseen) at = (at + 1) & mask;
    table_[at] = number;
  }
}

}  // namespace lotse::engine::detail
