#include "engine/variants.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>

#include "engine/detail/select.h"

namespace lotse::engine {

static_assert(std::endian::native == std::endian::little, "columns and hashes are little-endian");

SequenceHash hash_of(std::span<const Touchpoint> sequence) {
  const XXH128_hash_t hash = XXH3_128bits(sequence.data(), sequence.size_bytes());
  return {hash.high64, hash.low64};
}

namespace {

using namespace detail;

/// Distinct sequences with their counts: open addressing by hash, sequences end to end in one vector.
class Counter {
 public:
  struct Entry {
    SequenceHash hash;
    uint64_t begin = 0;
    uint32_t length = 0;
    uint64_t count = 0;
  };

  uint32_t add(std::span<const Touchpoint> sequence, const SequenceHash& hash, uint64_t count) {
    if ((entries_.size() + 1) * 2 > table_.size()) grow();
    const size_t mask = table_.size() - 1;
    for (size_t at = hash.low & mask;; at = (at + 1) & mask) {
      if (table_[at] == free_slot) {
        table_[at] = entries_.size();
        entries_.push_back({hash, arena_.size(), static_cast<uint32_t>(sequence.size()), count});
        arena_.insert(arena_.end(), sequence.begin(), sequence.end());
        return table_[at];
      }
      Entry& entry = entries_[table_[at]];
      if (entry.hash == hash && std::ranges::equal(this->sequence(entry), sequence)) {
        entry.count += count;
        return table_[at];
      }
    }
  }
  std::span<const Touchpoint> sequence(const Entry& entry) const { return {arena_.data() + entry.begin, entry.length}; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  static constexpr uint32_t free_slot = UINT32_MAX;
  void grow() {
    table_.assign(std::max<size_t>(1024, table_.size() * 2), free_slot);
    const size_t mask = table_.size() - 1;
    for (uint32_t e = 0; e < entries_.size(); ++e) {
      size_t at = entries_[e].hash.low & mask;
      while (table_[at] != free_slot) at = (at + 1) & mask;
      table_[at] = e;
    }
  }
  std::vector<uint32_t> table_;
  std::vector<Entry> entries_;
  std::vector<Touchpoint> arena_;
};

struct State {
  Counter counter;
  std::vector<uint32_t> entry_of;   ///< [instance] with duration: only where median durations are asked
  std::vector<int64_t> duration_us;
  uint64_t instances = 0;
};

}  // namespace

Result<Variants> variants(const Snapshot& columns, const Query& query, const VariantsQuery& ask, Executor& executor,
                          std::stop_token stop) {
  const Plan plan = TRY(detail::plan(*columns, query));
  if (!ask.rank.empty() && ask.rank.size() != plan.touchpoint_count)
    return Error::make(ErrorKind::internal, "invalid_rank", "as many ranks as touchpoints are needed");
  auto states = TRY(scan<State>(*columns, plan, executor, stop, [] { return State(); }, [&](State& state, const Instances& selected) {
    state.instances += selected.size();
    for (size_t i = 0; i < selected.size(); ++i) {
      std::span<const Touchpoint> sequence(selected.touchpoint.data() + selected.begin[i], selected.events(i));
      const uint32_t entry = state.counter.add(sequence, hash_of(sequence), 1);
      if (ask.median_duration) {
        state.entry_of.push_back(entry);
        state.duration_us.push_back(selected.last_time(i) - selected.first_time(i));
      }
    }
  }));

  Variants result;
  Counter all;
  std::vector<std::vector<uint32_t>> joint(states.size());
  for (size_t s = 0; s < states.size(); ++s) {
    result.instances += states[s].instances;
    for (const auto& entry : states[s].counter.entries())
      joint[s].push_back(all.add(states[s].counter.sequence(entry), entry.hash, entry.count));
  }
  result.distinct = all.entries().size();

  auto before = [&](uint32_t a, uint32_t b) {
    const auto &x = all.entries()[a], &y = all.entries()[b];
    if (x.count != y.count) return x.count > y.count;
    auto p = all.sequence(x), q = all.sequence(y);
    return std::lexicographical_compare(p.begin(), p.end(), q.begin(), q.end(), [&](Touchpoint i, Touchpoint j) {
      return ask.rank.empty() ? i < j : ask.rank[i] < ask.rank[j];
    });
  };
  std::vector<uint32_t> order(result.distinct);
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const size_t top = std::min<size_t>(ask.top, order.size());
  std::partial_sort(order.begin(), order.begin() + top, order.end(), before);
  order.resize(top);

  std::vector<std::vector<int64_t>> durations(top);
  if (ask.median_duration) {
    std::vector<uint32_t> place(result.distinct, UINT32_MAX);
    for (uint32_t i = 0; i < top; ++i) place[order[i]] = i;
    for (size_t s = 0; s < states.size(); ++s)
      for (size_t i = 0; i < states[s].entry_of.size(); ++i)
        if (uint32_t at = place[joint[s][states[s].entry_of[i]]]; at != UINT32_MAX) durations[at].push_back(states[s].duration_us[i]);
  }
  uint64_t cumulative = 0;
  for (size_t i = 0; i < top; ++i) {
    const auto& entry = all.entries()[order[i]];
    auto sequence = all.sequence(entry);
    cumulative += entry.count;
    result.top.push_back({{sequence.begin(), sequence.end()}, entry.hash, entry.count,
                          static_cast<double>(entry.count) / static_cast<double>(result.instances),
                          static_cast<double>(cumulative) / static_cast<double>(result.instances),
                          ask.median_duration ? quantile(durations[i], 0.5) : 0});
  }
  return result;
}

}  // namespace lotse::engine
