#include "engine/detail/variant_count.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>

#include "engine/detail/sequences.h"

// Most sequences are short, and a short one is its own key: no hash to trust, nothing to verify. Longer ones are kept end to
// end and compared in full where their 128-bit hashes are equal. All keys are first dealt out by their hash into partitions
// whose tables fit the second cache; partitions are then counted independently.
namespace lotse::engine::detail {
namespace {

constexpr size_t partition_keys = 4096;  ///< about so many keys a partition: a table of 160 KB
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

/// A growing list in blocks of one huge page, which are never moved.
template <class T>
class Log {
 public:
  void add(const T& value) {
    if (at_ == end_) grow();
    *at_++ = value;
    ++count_;
  }
  size_t size() const { return count_; }
  template <class Work>
  void each(Work work) const {
    for (size_t b = 0; b < blocks_.size(); ++b) {
      const T* data = static_cast<const T*>(blocks_[b].get());
      const T* end = b + 1 < blocks_.size() ? data + block_size : at_;
      for (; data < end; ++data) work(*data);
    }
  }

 private:
  static constexpr size_t block_size = ((size_t{2} << 20) - padding_bytes) / sizeof(T);
  void grow() {
    blocks_.push_back(allocate(block_size * sizeof(T)));
    at_ = static_cast<T*>(blocks_.back().get());
    end_ = at_ + block_size;
  }
  std::vector<std::shared_ptr<void>> blocks_;
  T* at_ = nullptr;
  T* end_ = nullptr;
  size_t count_ = 0;
};

/// Deals keys out into partitions by the first bits of their hash.
template <class Key>
class Partitions {
 public:
  Partitions(const std::vector<const Log<Key>*>& logs, uint32_t bits, Executor& executor) : bits_(bits), begin_((size_t{1} << bits) + 1, 0) {
    std::vector<std::vector<uint32_t>> place(logs.size(), std::vector<uint32_t>(size_t{1} << bits, 0));
    executor.run(logs.size(), [&](size_t l) { logs[l]->each([&](const Key& key) { ++place[l][of(key)]; }); });
    uint32_t total = 0;
    for (size_t p = 0; p + 1 < begin_.size(); ++p) {
      begin_[p] = total;
      for (auto& list : place) total += std::exchange(list[p], total);
    }
    begin_.back() = total;
    memory_ = allocate(total * sizeof(Key));
    Key* keys = static_cast<Key*>(memory_.get());
    executor.run(logs.size(), [&](size_t l) { logs[l]->each([&](const Key& key) { keys[place[l][of(key)]++] = key; }); });
  }
  size_t size() const { return begin_.size() - 1; }
  std::span<const Key> operator[](size_t p) const { return {static_cast<const Key*>(memory_.get()) + begin_[p], begin_[p + 1] - begin_[p]}; }

 private:
  static uint64_t hash(const ShortKey& key) { return hash_of(key); }
  template <class Step>
  static uint64_t hash(const LongKey<Step>& key) { return key.hash.high; }
  size_t of(const Key& key) const { return bits_ ? hash(key) >> (64 - bits_) : 0; }

  uint32_t bits_;
  std::vector<uint32_t> begin_;
  std::shared_ptr<void> memory_;
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

/// Counts the keys of one partition after another; its tables are reused.
template <class Step>
class Counter {
 public:
  uint64_t distinct = 0;

  void count(std::span<const ShortKey> keys, Best<Step>& best) {
    const size_t mask = clear(keys.size());
    if (slots_.size() <= mask) slots_.resize(mask + 1);
    for (const ShortKey& key : keys) {
      size_t at = hash_of(key) & mask;
      while (counts_[at] != 0 && !(slots_[at] == key)) at = (at + 1) & mask;
      slots_[at] = key;
      ++counts_[at];
    }
    for (size_t at = 0; at <= mask; ++at) {
      if (counts_[at] == 0) continue;
      ++distinct;
      if (best.wants(counts_[at])) best.add({counts_[at], length_of<Step>(slots_[at]), nullptr, slots_[at]});
    }
  }

  void count(std::span<const LongKey<Step>> keys, Best<Step>& best) {
    const size_t mask = clear(keys.size());
    if (places_.size() <= mask) places_.resize(mask + 1);
    for (uint32_t k = 0; k < keys.size(); ++k) {
      size_t at = keys[k].hash.low & mask;
      while (counts_[at] != 0 && !keys[places_[at]].same(keys[k])) at = (at + 1) & mask;
      if (counts_[at]++ == 0) places_[at] = k;
    }
    for (size_t at = 0; at <= mask; ++at) {
      if (counts_[at] == 0) continue;
      ++distinct;
      if (best.wants(counts_[at])) best.add({counts_[at], keys[places_[at]].count, keys[places_[at]].steps, {}});
    }
  }

 private:
  size_t clear(size_t keys) {
    const size_t size = std::bit_ceil(std::max<size_t>(16, keys * 2));
    if (counts_.size() < size) counts_.resize(size);
    std::fill(counts_.begin(), counts_.begin() + static_cast<ptrdiff_t>(size), 0);
    return size - 1;
  }
  std::vector<uint32_t> counts_;
  std::vector<ShortKey> slots_;
  std::vector<uint32_t> places_;
};

template <class Step>
struct Task {
  Log<ShortKey> short_keys;
  Log<LongKey<Step>> long_keys;
  Arena<Step> arena;
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
  std::vector<Task<Step>> tasks(std::max<size_t>(1, executor.width()));
  TRY(for_sequences<Step>(columns, plan, executor, stop, [&](size_t task, const Step* steps, uint32_t count, auto) {
    Task<Step>& mine = tasks[task];
    if (count <= short_steps<Step>) mine.short_keys.add(short_key(steps, count));
    else mine.long_keys.add({long_hash(steps, count), mine.arena.keep(steps, count), count});
  }));
  if (stop.stop_requested()) return cancelled();

  Variants result;
  std::vector<const Log<ShortKey>*> short_logs;
  std::vector<const Log<LongKey<Step>>*> long_logs;
  for (const auto& task : tasks) {
    short_logs.push_back(&task.short_keys);
    long_logs.push_back(&task.long_keys);
    result.instances += task.short_keys.size() + task.long_keys.size();
  }
  const auto bits = std::min<uint32_t>(partition_bits_max, std::bit_width(result.instances / partition_keys));
  const Partitions<ShortKey> short_parts(short_logs, bits, executor);
  const Partitions<LongKey<Step>> long_parts(long_logs, bits, executor);

  std::vector<Best<Step>> best(tasks.size(), Best<Step>(ask.top, ask.rank));
  std::vector<Counter<Step>> counters(tasks.size());
  std::atomic<size_t> next = 0;
  std::atomic<bool> stopped = false;
  executor.run(tasks.size(), [&](size_t task) {
    for (size_t p; (p = next.fetch_add(1, std::memory_order_relaxed)) < short_parts.size() + long_parts.size();) {
      if (stop.stop_requested()) stopped = true;
      if (stopped) return;
      if (p < short_parts.size()) counters[task].count(short_parts[p], best[task]);
      else counters[task].count(long_parts[p - short_parts.size()], best[task]);
    }
  });
  if (stopped) return cancelled();
  for (size_t t = 0; t < tasks.size(); ++t) {
    result.distinct += counters[t].distinct;
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
