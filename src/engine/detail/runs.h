#pragma once
#include <algorithm>
#include <bit>

#include "engine/detail/select.h"

namespace lotse::engine::detail {

/// Calls `run(first, last)` for each range of neighbouring customers in [first, last) whose bit is set; none: all of them.
template <class Run>
void for_runs(const Bitmap* bits, uint32_t first, uint32_t last, Run run) {
  if (!bits) {
    if (first < last) run(first, last);
    return;
  }
  const uint64_t* words = bits->data();
  // The next index from `at` on whose bit, xor `flip`, is set; `last` where there is none.
  auto next = [&](uint32_t at, uint64_t flip) {
    if (at >= last) return last;
    uint32_t w = at >> 6;
    uint64_t word = (words[w] ^ flip) & (~uint64_t{0} << (at & 63));
    while (word == 0) {
      if (((++w) << 6) >= last) return last;
      word = words[w] ^ flip;
    }
    return std::min(last, (w << 6) + static_cast<uint32_t>(std::countr_zero(word)));
  };
  for (uint32_t at = next(first, 0); at < last;) {
    const uint32_t end = next(at, ~uint64_t{0});
    run(at, end);
    at = next(end, 0);
  }
}

/// Runs `work(task, unit)` over all units in parallel; the number of tasks is tasks_of().
inline size_t tasks_of(Executor& executor, const std::vector<Unit>& pieces) {
  return std::max<size_t>(1, std::min(executor.width(), pieces.size()));
}

template <class Work>
Result<void> for_units(const std::vector<Unit>& pieces, Executor& executor, const std::stop_token& stop, Work work) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> stopped = false;
  executor.run(tasks_of(executor, pieces), [&](size_t task) {
    for (size_t u; (u = next.fetch_add(1, std::memory_order_relaxed)) < pieces.size();) {
      if (stop.stop_requested()) {
        stopped = true;
        return;
      }
      work(task, pieces[u]);
    }
  });
  if (stopped) return cancelled();
  return {};
}

}  // namespace lotse::engine::detail
