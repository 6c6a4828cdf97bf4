#include "engine/detail/variant_count.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>

#include "engine/detail/sequences.h"

// Most sequences are short, and a short one is its own key: no hash to trust, nothing to verify. Longer ones are kept end to
// end and compared in full where their 128-bit hashes are equal. Each key is dealt out by its hash, as it comes, into partitions
// whose tables fit the second cache; partitions are then counted independently.
namespace lotse::engine::detail {
namespace {

constexpr size_t partition_keys = 8192;   ///< about so many keys a partition: a table of 320 KB
constexpr uint32_t partition_bits_max = 14;

template <class Step>
struct LongKey {
  SequenceHash hash;
  const Step* steps = nullptr;
  uint32_t count = 0;

  bool same(const LongKey& other) const {
    return hash == other.hash && count == other.count && std::memcmp(steps, other.steps, count * sizeof(Step)) == 0;
  }
};

template <class Step>
SequenceHash long_hash(const Step* steps, uint32_t count) {
  const XXH128_hash_t hash = XXH3_128bits(steps, count * sizeof(Step));
  return {hash.high64, hash.low64};
}

/// Memory for the long sequences of one task; what was given stays where it is.
template <class Step>
class Arena {
 public:
  const Step* keep(const Step* steps, uint32_t count) {
    if (count > room_) {
      room_ = std::max<size_t>(count, ((size_t{2} << 20) - padding_bytes) / sizeof(Step));
      blocks_.push_back(allocate(room_ * sizeof(Step)));
      at_ = static_cast<Step*>(blocks_.back().get());
    }
    std::memcpy(at_, steps, count * sizeof(Step));
    room_ -= count;
    return std::exchange(at_, at_ + count);
  }

 private:
  std::vector<std::shared_ptr<void>> blocks_;
  Step* at_ = nullptr;
  size_t room_ = 0;
};

inline uint64_t hash_of_key(const ShortKey& key) { return hash_of(key); }
template <class Step>
uint64_t hash_of_key(const LongKey<Step>& key) {
  return key.hash.high;
}

/// One task's keys, dealt out into partitions by the first bits of their hash as they come. Each partition is a chain of
/// chunks; a chunk is full but for the last of its chain.
template <class Key>
class Deal {
 public:
  explicit Deal(uint32_t bits) : bits_(bits), chains_(size_t{1} << bits) {}
  void add(const Key& key) {
    Chain& chain = chains_[bits_ ? hash_of_key(key) >> (64 - bits_) : 0];
    if (chain.at == chain.end) grow(chain);
    *chain.at++ = key;
  }
  size_t partitions() const { return chains_.size(); }
  size_t size(size_t partition) const {
    const Chain& chain = chains_[partition];
    return chain.chunks.size() * chunk_keys - static_cast<size_t>(chain.end - chain.at);
  }
  size_t size() const {
    size_t all = 0;
    for (size_t p = 0; p < partitions(); ++p) all += size(p);
    return all;
  }
  template <class Work>
  void each(size_t partition, Work work) const {
    const Chain& chain = chains_[partition];
    for (size_t c = 0; c < chain.chunks.size(); ++c) {
      const Key* end = c + 1 < chain.chunks.size() ? chain.chunks[c] + chunk_keys : chain.at;
      for (const Key* key = chain.chunks[c]; key < end; ++key) work(*key);
    }
  }

 private:
  // An odd number of cache lines, so that the chains' ends, which are written in turn, fall into different sets.
  static constexpr size_t chunk_keys = 63 * 64 / sizeof(Key);
  struct Chain {
    Key* at = nullptr;
    Key* end = nullptr;
    std::vector<Key*> chunks;
  };
  void grow(Chain& chain) {
    if (left_ == 0) {
      left_ = ((size_t{2} << 20) - padding_bytes) / (chunk_keys * sizeof(Key));
      blocks_.push_back(allocate(left_ * chunk_keys * sizeof(Key)));
      next_ = static_cast<Key*>(blocks_.back().get());
    }
    chain.at = std::exchange(next_, next_ + chunk_keys);
    chain.end = next_;
    chain.chunks.push_back(chain.at);
    --left_;
  }
  uint32_t bits_;
  std::vector<Chain> chains_;
  std::vector<std::shared_ptr<void>> blocks_;
  Key* next_ = nullptr;
  size_t left_ = 0;
};

/// A distinct sequence.
template <class Step>
struct Entry {
  uint64_t count = 0;
  uint32_t length = 0;          ///< in steps
  const Step* longer = nullptr;  ///< none: in `key`
  ShortKey key;

  const Step* steps() const { return longer ? longer : reinterpret_cast<const Step*>(&key); }
};

template <class Step>
uint32_t length_of(const ShortKey& key) {
  const uint32_t zeros = key.high ? std::countl_zero(key.high) : 64 + std::countl_zero(key.low);
  return (128 - zeros + 8 * sizeof(Step) - 1) / (8 * sizeof(Step));
}

/// The first `limit` entries by count and then rank, of all that are offered.
template <class Step>
class Best {
 public:
  Best(size_t limit, const std::vector<uint32_t>& rank) : limit_(limit), rank_(rank) {}

  bool before(const Entry<Step>& a, const Entry<Step>& b) const {
    if (a.count != b.count) return a.count > b.count;
    const Step *x = a.steps(), *y = b.steps();
    return std::lexicographical_compare(x, x + a.length, y, y + b.length, [&](Step i, Step j) {
      return rank_.empty() ? i < j : rank_[i - 1] < rank_[j - 1];
    });
  }
  bool wants(uint64_t count) const { return limit_ > 0 && count >= least_; }
  void add(const Entry<Step>& entry) {
    entries_.push_back(entry);
    if (entries_.size() / 2 >= limit_ && entries_.size() >= 1024) prune();
  }
  std::vector<Entry<Step>> take() {
    std::sort(entries_.begin(), entries_.end(), [this](const auto& a, const auto& b) { return before(a, b); });
    if (entries_.size() > limit_) entries_.resize(limit_);
    return std::move(entries_);
  }
  const std::vector<Entry<Step>>& entries() const { return entries_; }

 private:
  void prune() {
    if (limit_ == 0 || entries_.size() <= limit_) return;
    std::nth_element(entries_.begin(), entries_.begin() + (limit_ - 1), entries_.end(), [this](const auto& a, const auto& b) { return before(a, b); });
    entries_.resize(limit_);
    least_ = entries_.back().count;
  }
  size_t limit_;
  const std::vector<uint32_t>& rank_;
  uint64_t least_ = 0;
  std::vector<Entry<Step>> entries_;
};

/// Counts the keys of one partition after another; its table is reused.
template <class Step, class Key>
class Counter {
 public:
  uint64_t distinct = 0;

  /// Keys that are equal in `same` count as one.
  template <class Tasks, class Of, class Same, class Make>
  void count(const Tasks& tasks, size_t partition, Of keys_of, Same same, Make make, Best<Step>& best) {
    size_t keys = 0;
    for (const auto& task : tasks) keys += keys_of(task).size(partition);
    const size_t mask = clear(keys);
    uint64_t found = 0;
    for (const auto& task : tasks)
      keys_of(task).each(partition, [&](const Key& key) {
        size_t at = place_of(key) & mask;
        while (counts_[at] != 0 && !same(slots_[at], key)) at = (at + 1) & mask;
        if (counts_[at]++ == 0) {
          slots_[at] = key;
          ++found;
        }
      });
    distinct += found;
    // Most counts are too low to be wanted: they are passed over in groups.
    constexpr size_t group = 16;
    for (size_t begin = 0; begin <= mask; begin += group) {
      uint32_t most = 0;
      for (size_t i = 0; i < group; ++i) most = std::max(most, counts_[begin + i]);
      if (most == 0 || !best.wants(most)) continue;
      for (size_t at = begin; at < begin + group; ++at)
        if (counts_[at] != 0 && best.wants(counts_[at])) best.add(make(counts_[at], slots_[at]));
    }
  }

 private:
  static uint64_t place_of(const ShortKey& key) { return hash_of(key); }
  static uint64_t place_of(const LongKey<Step>& key) { return key.hash.low; }
  size_t clear(size_t keys) {
    const size_t size = std::bit_ceil(std::max<size_t>(16, keys * 2));
    if (counts_.size() < size) {
      counts_.resize(size);
      slots_.resize(size);
    }
    std::fill(counts_.begin(), counts_.begin() + static_cast<ptrdiff_t>(size), 0);
    return size - 1;
  }
  std::vector<uint32_t> counts_;
  std::vector<Key> slots_;
};

template <class Step>
struct Task {
  explicit Task(uint32_t bits) : short_keys(bits), long_keys(bits) {}
  Deal<ShortKey> short_keys;
  Deal<LongKey<Step>> long_keys;
  Arena<Step> arena;
  Counter<Step, ShortKey> short_counter;
  Counter<Step, LongKey<Step>> long_counter;
};

/// Durations of the instances of few chosen sequences, by a second pass over all.
template <class Step>
Result<std::vector<std::vector<int64_t>>> durations_of(const std::vector<Entry<Step>>& chosen, const Columns& columns, const Plan& plan,
                                                       Executor& executor, const std::stop_token& stop) {
  const size_t mask = std::bit_ceil(std::max<size_t>(16, chosen.size() * 4)) - 1;
  std::vector<uint32_t> table(mask + 1, UINT32_MAX);
  bool some_long = false;
  auto place = [&](uint64_t hash, auto same) {
    size_t at = hash & mask;
    while (table[at] != UINT32_MAX && !same(chosen[table[at]])) at = (at + 1) & mask;
    return at;
  };
  for (uint32_t i = 0; i < chosen.size(); ++i) {
    const Entry<Step>& entry = chosen[i];
    some_long = some_long || entry.longer;
    const uint64_t hash = entry.longer ? long_hash(entry.longer, entry.length).low : hash_of(entry.key);
    table[place(hash, [](const auto&) { return false; })] = i;
  }
  std::vector<std::vector<std::vector<int64_t>>> found(std::max<size_t>(1, executor.width()), std::vector<std::vector<int64_t>>(chosen.size()));
  TRY(for_sequences<Step>(columns, plan, executor, stop, [&](size_t task, const Step* steps, uint32_t count, auto duration) {
    size_t at;
    if (count <= short_steps<Step>) {
      const ShortKey key = short_key(steps, count);
      at = place(hash_of(key), [&](const Entry<Step>& e) { return !e.longer && e.key == key; });
    } else {
      if (!some_long) return;
      at = place(long_hash(steps, count).low, [&](const Entry<Step>& e) { return e.longer && e.length == count && std::memcmp(e.longer, steps, count * sizeof(Step)) == 0; });
    }
    if (table[at] != UINT32_MAX) found[task][table[at]].push_back(duration());
  }));
  for (size_t t = 1; t < found.size(); ++t)
    for (size_t i = 0; i < chosen.size(); ++i) found[0][i].insert(found[0][i].end(), found[t][i].begin(), found[t][i].end());
  return std::move(found[0]);
}

}  // namespace

template <class Step>
Result<Variants> count_variants(const Columns& columns, const Plan& plan, const VariantsQuery& ask, Executor& executor, std::stop_token stop) {
  size_t customers = 0;
  for (const auto& part : columns.parts) customers += part.live_customers;
  const auto bits = std::min<uint32_t>(partition_bits_max, std::bit_width(customers / partition_keys));
  std::vector<Task<Step>> tasks(std::max<size_t>(1, executor.width()), Task<Step>(bits));
  TRY(for_sequences<Step>(columns, plan, executor, stop, [&](size_t task, const Step* steps, uint32_t count, auto) {
    Task<Step>& mine = tasks[task];
    if (count <= short_steps<Step>) mine.short_keys.add(short_key(steps, count));
    else mine.long_keys.add({long_hash(steps, count), mine.arena.keep(steps, count), count});
  }));
  if (stop.stop_requested()) return cancelled();

  Variants result;
  for (const auto& task : tasks) result.instances += task.short_keys.size() + task.long_keys.size();
  std::vector<Best<Step>> best(tasks.size(), Best<Step>(ask.top, ask.rank));
  std::atomic<size_t> next = 0;
  std::atomic<bool> stopped = false;
  const size_t partitions = size_t{1} << bits;
  executor.run(tasks.size(), [&](size_t task) {
    for (size_t p; (p = next.fetch_add(1, std::memory_order_relaxed)) < 2 * partitions;) {
      if (stop.stop_requested()) stopped = true;
      if (stopped) return;
      if (p < partitions)
        tasks[task].short_counter.count(
            tasks, p, [](const Task<Step>& t) -> auto& { return t.short_keys; }, std::equal_to<ShortKey>(),
            [](uint64_t count, const ShortKey& key) { return Entry<Step>{count, length_of<Step>(key), nullptr, key}; }, best[task]);
      else
        tasks[task].long_counter.count(
            tasks, p - partitions, [](const Task<Step>& t) -> auto& { return t.long_keys; },
            [](const LongKey<Step>& a, const LongKey<Step>& b) { return a.same(b); },
            [](uint64_t count, const LongKey<Step>& key) { return Entry<Step>{count, key.count, key.steps, {}}; }, best[task]);
    }
  });
  if (stopped) return cancelled();
  for (size_t t = 0; t < tasks.size(); ++t) {
    result.distinct += tasks[t].short_counter.distinct + tasks[t].long_counter.distinct;
    if (t > 0) for (const auto& entry : best[t].entries()) best[0].add(entry);
  }
  const auto chosen = best[0].take();
  std::vector<std::vector<int64_t>> durations;
  if (ask.median_duration) durations = TRY(durations_of<Step>(chosen, columns, plan, executor, stop));

  uint64_t cumulative = 0;
  const auto all = static_cast<double>(result.instances);
  for (size_t i = 0; i < chosen.size(); ++i) {
    Variant variant;
    const Step* steps = chosen[i].steps();
    for (uint32_t s = 0; s < chosen[i].length; ++s) variant.sequence.push_back(static_cast<Touchpoint>(steps[s] - 1));
    variant.hash = engine::hash_of(variant.sequence);
    variant.count = chosen[i].count;
    cumulative += variant.count;
    variant.share = static_cast<double>(variant.count) / all;
    variant.cumulative_share = static_cast<double>(cumulative) / all;
    if (ask.median_duration) variant.median_duration_us = quantile(durations[i], 0.5);
    result.top.push_back(std::move(variant));
  }
  return result;
}

template Result<Variants> count_variants<uint8_t>(const Columns&, const Plan&, const VariantsQuery&, Executor&, std::stop_token);
template Result<Variants> count_variants<uint16_t>(const Columns&, const Plan&, const VariantsQuery&, Executor&, std::stop_token);

}  // namespace lotse::engine::detail
