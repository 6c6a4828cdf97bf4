#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "engine/detail/runs.h"
#include "engine/detail/select.h"

namespace lotse::engine::detail {

/// A sequence of at most 16 bytes, itself: steps are touchpoint + 1, the rest is 0. Equal keys are equal sequences.
struct ShortKey {
  uint64_t low = 0, high = 0;
  bool operator==(const ShortKey&) const = default;
};

inline uint64_t hash_of(const ShortKey& key) {
  const auto product = static_cast<unsigned __int128>(key.low ^ 0x9E3779B97F4A7C15ull) * (key.high ^ 0xD6E8FEB86659FD93ull);
  const uint64_t folded = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  return (folded ^ key.low) * 0xC2B2AE3D27D4EB4Full;
}

/// A sequence as steps of one or two bytes: touchpoint + 1.
template <class Step>
inline constexpr uint32_t short_steps = 16 / sizeof(Step);

/// `steps` may be read 16 bytes far, whatever the count.
template <class Step>
ShortKey short_key(const Step* steps, uint32_t count) {
  ShortKey key;
  std::memcpy(static_cast<void*>(&key), steps, sizeof key);
  const uint32_t bits = count * 8 * sizeof(Step);
  // Shifting by 64 is undefined, hence in two steps.
  const uint64_t keep_low = bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  const uint64_t keep_high = bits >= 128 ? ~uint64_t{0} : bits <= 64 ? 0 : (uint64_t{1} << (bits - 64)) - 1;
  key.low &= keep_low;
  key.high &= keep_high;
  return key;
}

/// Calls `work(task, steps, count, duration)` for every selected instance, whole customers straight from the columns where
/// nothing is filtered. `duration()` gives last minus first time in microseconds.
template <class Step, class Work>
Result<void> for_sequences(const Columns& columns, const Plan& plan, Executor& executor, const std::stop_token& stop, Work work) {
  if (plan.plain()) {
    std::vector<Step> step_of(plan.touchpoint_of.size());
    for (size_t c = 0; c < step_of.size(); ++c) step_of[c] = static_cast<Step>(plan.touchpoint_of[c] + 1);
    return for_units(units(columns, block_rows), executor, stop, [&](size_t task, const Unit& unit) {
      const Segment& s = *columns.parts[unit.part].segment;
      const uint32_t base = s.offsets[unit.first], rows = s.offsets[unit.last] - base;
      std::vector<Step> steps(rows + 16);
      auto fill = [&](const auto* codes) { for (uint32_t i = 0; i < rows; ++i) steps[i] = step_of[codes[base + i]]; };
      if (s.event_class.width == 2) fill(s.event_class.narrow());
      else fill(s.event_class.wide());
      for_runs(plan.live[unit.part].get(), unit.first, unit.last, [&](uint32_t first, uint32_t last) {
        for (uint32_t c = first; c < last; ++c) {
          const uint32_t from = s.offsets[c], to = s.offsets[c + 1];
          work(task, steps.data() + (from - base), to - from, [&] {
            std::vector<int64_t> gaps(to - from);
            s.gaps(from, to, gaps.data());
            int64_t sum = 0;
            for (int64_t gap : gaps) sum += gap;
            return sum;
          });
        }
      });
    });
  }
  std::atomic<size_t> next_task = 0;
  struct State {
    size_t task;
    std::vector<Step> steps;
  };
  TRY(scan<State>(columns, plan, executor, stop, [&] { return State{next_task++, {}}; }, [&](State& state, const Instances& selected) {
    const uint32_t total = selected.begin.back();
    state.steps.resize(total + 16);
    for (uint32_t e = 0; e < total; ++e) state.steps[e] = static_cast<Step>(selected.touchpoint[e] + 1);
    for (size_t i = 0; i < selected.size(); ++i)
      work(state.task, state.steps.data() + selected.begin[i], selected.events(i), [&] { return selected.last_time(i) - selected.first_time(i); });
  }));
  return {};
}

}  // namespace lotse::engine::detail
