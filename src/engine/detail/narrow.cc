#include "engine/detail/narrow.h"

#include <emmintrin.h>

#include <algorithm>

#include "engine/detail/clones.h"
#include "engine/detail/runs.h"

namespace lotse::engine::detail {
namespace {

/// Neighbouring codes that are all members.
struct CodeRange {
  uint16_t first = 0, width = 0;  ///< first … first + width
};

/// A set of codes of one column, ready to be looked for.
struct Probe {
  std::vector<uint8_t> member;     ///< [code], for all codes of the column
  std::vector<CodeRange> ranges;   ///< the same as ranges, where there are few
};

constexpr size_t ranges_max = 6;

Probe probe_of(std::vector<uint8_t> member) {
  Probe probe{std::move(member), {}};
  for (size_t code = 0; code < probe.member.size() && code <= UINT16_MAX; ++code) {
    if (!probe.member[code]) continue;
    const size_t first = code;
    while (code + 1 < probe.member.size() && code < UINT16_MAX && probe.member[code + 1]) ++code;
    probe.ranges.push_back({static_cast<uint16_t>(first), static_cast<uint16_t>(code - first)});
    if (probe.ranges.size() > ranges_max) break;
  }
  if (probe.ranges.size() > ranges_max) probe.ranges.clear();
  return probe;
}

/// hits[i] |= codes[i] is in the range.
LOTSE_CLONES void mark_range(const uint16_t* __restrict codes, uint16_t first, uint16_t width, uint8_t* __restrict hits, size_t count) {
  for (size_t i = 0; i < count; ++i) hits[i] |= static_cast<uint16_t>(codes[i] - first) <= width ? 0xFF : 0;
}

template <class Code>
void mark_members(const Code* codes, const uint8_t* member, uint8_t* hits, size_t count) {
  for (size_t i = 0; i < count; ++i) hits[i] = member[codes[i]] ? 0xFF : 0;
}

/// One bit for each of `count` bytes, rounded up to 64.
void pack_bits(const uint8_t* hits, size_t count, uint64_t* bits) {
  for (size_t i = 0; i < count; i += 64) {
    uint64_t word = 0;
    for (size_t j = 0; j < 64; j += 16)
      word |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(hits + i + j))))) << j;
    bits[i / 64] = word;
  }
}

/// Looks for rows with certain codes, customer by customer. One for each task: it reuses its buffers.
class Finder {
 public:
  /// Clears in `keep` (bits from `unit.first` on, bit 0 first) the customers with (or, where not wanted, without) a hit.
  void test(const Segment& s, const CodeColumn& column, const Probe& probe, bool wanted, const Unit& unit, std::vector<uint8_t>& keep) {
    const uint32_t base = s.offsets[unit.first], rows = s.offsets[unit.last] - base;
    if (column.width == 0) {
      if ((probe.member[column.constant] != 0) != wanted) std::fill(keep.begin(), keep.end(), 0);
      return;
    }
    hits_.assign(rows + 64, 0);
    if (column.width == 4) mark_members(column.wide() + base, probe.member.data(), hits_.data(), rows);
    else if (probe.ranges.empty()) mark_members(column.narrow() + base, probe.member.data(), hits_.data(), rows);
    else for (const CodeRange& range : probe.ranges) mark_range(column.narrow() + base, range.first, range.width, hits_.data(), rows);
    bits_.resize(rows / 64 + 3);
    pack_bits(hits_.data(), rows, bits_.data());
    for (uint32_t c = unit.first; c < unit.last; ++c) {
      const uint32_t from = s.offsets[c] - base, count = s.offsets[c + 1] - base - from;
      keep[c - unit.first] &= any(from, count) == wanted;
    }
  }

 private:
  bool any(uint32_t from, uint32_t count) const {
    uint64_t word;
    std::memcpy(&word, reinterpret_cast<const uint8_t*>(bits_.data()) + from / 8, sizeof word);
    if (count <= 56) [[likely]] return ((word >> (from % 8)) & ((uint64_t{1} << count) - 1)) != 0;
    for (uint32_t i = from; i < from + count; ++i)
      if (bits_[i / 64] >> (i % 64) & 1) return true;
    return false;
  }
  std::vector<uint8_t> hits_;
  std::vector<uint64_t> bits_;
};

/// The touchpoint set as a set of classes.
Probe class_probe(const Plan& plan, const CodeSet& touchpoints) {
  std::vector<uint8_t> member(plan.touchpoint_of.size());
  for (size_t c = 0; c < member.size(); ++c) member[c] = plan.touchpoint_of[c] != no_touchpoint && touchpoints.has(plan.touchpoint_of[c]);
  return probe_of(std::move(member));
}

/// What is left for the selector: it needs times or the order of events.
bool needs_order(const Plan& plan) {
  const auto carried = [](const AttributeTest& test) { return test.carried; };
  if (std::any_of(plan.has_event.begin(), plan.has_event.end(), carried) || std::any_of(plan.has_no_event.begin(), plan.has_no_event.end(), carried)) return true;
  return !plan.successions.empty() || plan.duration_min_us > 0 || plan.duration_max_us != INT64_MAX || plan.variants ||
         plan.period != Period::Mode::all || !plan.customer_last.empty();
}

struct Tests {
  std::vector<Probe> contains;
  std::optional<Probe> contains_not;
  std::vector<Probe> has_event, has_no_event;
};

void test_unit(const Plan& plan, const Tests& tests, const Segment& s, const Unit& unit, Finder& finder, std::vector<uint8_t>& keep) {
  const uint32_t customers = unit.last - unit.first;
  auto touchpoint = [&](uint32_t row) { return plan.touchpoint_of[s.event_class.at(row)]; };
  for (uint32_t i = 0; i < customers && (plan.events_min > 0 || plan.events_max != UINT32_MAX); ++i) {
    const uint32_t count = s.offsets[unit.first + i + 1] - s.offsets[unit.first + i];
    keep[i] &= count >= plan.events_min && count <= plan.events_max;
  }
  if (plan.starts_with)
    for (uint32_t i = 0; i < customers; ++i) keep[i] &= plan.starts_with->table[touchpoint(s.offsets[unit.first + i])];
  if (plan.ends_with)
    for (uint32_t i = 0; i < customers; ++i) keep[i] &= plan.ends_with->table[touchpoint(s.offsets[unit.first + i + 1] - 1)];
  for (const Probe& probe : tests.contains) finder.test(s, s.event_class, probe, true, unit, keep);
  if (tests.contains_not) finder.test(s, s.event_class, *tests.contains_not, false, unit, keep);
  const CodeColumn absent;
  auto column = [&](const AttributeTest& test) -> const CodeColumn& { return test.attribute < s.attributes.size() ? s.attributes[test.attribute] : absent; };
  for (size_t i = 0; i < plan.has_event.size(); ++i)
    if (!plan.has_event[i].carried) finder.test(s, column(plan.has_event[i]), tests.has_event[i], true, unit, keep);
  for (size_t i = 0; i < plan.has_no_event.size(); ++i)
    if (!plan.has_no_event[i].carried) finder.test(s, column(plan.has_no_event[i]), tests.has_no_event[i], false, unit, keep);
}

}  // namespace

Result<void> narrow(const Columns& columns, Plan& plan, Executor& executor, const std::stop_token& stop) {
  const bool whole = plan.by == Slicing::By::customer && !plan.cuts_instances() && !plan.some_unmapped && !plan.last_arrival;
  if (!whole || !plan.filters_instances() || plan.filters_events() || plan.remaining) return {};

  Tests tests;
  for (const CodeSet& set : plan.contains) tests.contains.push_back(class_probe(plan, set));
  if (plan.contains_not) tests.contains_not = class_probe(plan, *plan.contains_not);
  for (const AttributeTest& test : plan.has_event) tests.has_event.push_back(probe_of(test.codes.table));
  for (const AttributeTest& test : plan.has_no_event) tests.has_no_event.push_back(probe_of(test.codes.table));

  std::optional<Plan> ordered;  // the tests that follow the events of each customer
  if (needs_order(plan)) {
    ordered = plan;
    ordered->starts_with = ordered->ends_with = ordered->contains_not = std::nullopt;
    ordered->contains.clear();
    std::erase_if(ordered->has_event, [](const AttributeTest& test) { return !test.carried; });
    std::erase_if(ordered->has_no_event, [](const AttributeTest& test) { return !test.carried; });
    ordered->events_min = 0;
    ordered->events_max = UINT32_MAX;
  }

  std::vector<std::shared_ptr<Bitmap>> passed;
  for (const Part& part : columns.parts) passed.push_back(std::make_shared<Bitmap>((part.segment->customer_count + 63) / 64, 0));
  const auto pieces = units(columns, block_rows);
  struct Task {
    Finder finder;
    std::vector<uint8_t> keep;
    std::optional<Selector> selector;
  };
  std::vector<Task> tasks(tasks_of(executor, pieces));
  if (ordered) for (Task& task : tasks) task.selector.emplace(columns, *ordered);
  TRY(for_units(pieces, executor, stop, [&](size_t t, const Unit& unit) {
    Task& task = tasks[t];
    const Segment& s = *columns.parts[unit.part].segment;
    const Bitmap* live = plan.live[unit.part].get();
    const uint32_t customers = unit.last - unit.first;
    task.keep.assign(customers, 1);
    if (live) for (uint32_t i = 0; i < customers; ++i) task.keep[i] = bit(*live, unit.first + i);
    test_unit(plan, tests, s, unit, task.finder, task.keep);
    if (ordered) {
      std::vector<uint8_t> selected(customers, 0);
      const Instances& instances = task.selector->select(unit);
      for (uint32_t c : instances.customer) selected[c - unit.first] = 1;
      for (uint32_t i = 0; i < customers; ++i) task.keep[i] &= selected[i];
    }
    // Units meet within words of the bitmap, hence atomic; a word is written once a unit.
    uint64_t word = 0;
    Bitmap& bits = *passed[unit.part];
    for (uint32_t i = 0; i < customers; ++i) {
      const uint32_t c = unit.first + i;
      word |= static_cast<uint64_t>(task.keep[i]) << (c & 63);
      if ((c & 63) == 63 || i + 1 == customers) {
        if (word) std::atomic_ref(bits[c >> 6]).fetch_or(word, std::memory_order_relaxed);
        word = 0;
      }
    }
  }));

  for (size_t p = 0; p < passed.size(); ++p) plan.live[p] = std::move(passed[p]);
  plan.starts_with = plan.ends_with = plan.contains_not = std::nullopt;
  plan.contains.clear();
  plan.successions.clear();
  plan.has_event.clear();
  plan.has_no_event.clear();
  plan.customer_last.clear();
  plan.variants.reset();
  plan.period = Period::Mode::all;
  plan.duration_min_us = 0;
  plan.duration_max_us = INT64_MAX;
  plan.events_min = 0;
  plan.events_max = UINT32_MAX;
  plan.exclude_open = false;
  return {};
}

}  // namespace lotse::engine::detail
