#include "engine/detail/funnel_match.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <map>

namespace lotse::engine::detail {

Result<FunnelPlan> funnel_plan(const FunnelQuery& ask, uint32_t touchpoint_count) {
  if (ask.steps.size() < 2 || ask.steps.size() > funnel_steps_max) return Error::invalid("invalid_steps", "/steps", "2 to 32 steps are expected");
  if (ask.window.count() <= 0) return Error::invalid("invalid_window", "/window", "must be above 0");
  if (ask.exclusions.size() > funnel_exclusions_max) return Error::invalid("invalid_exclusion", "/exclusions", "at most 32");
  FunnelPlan plan{.steps = static_cast<uint32_t>(ask.steps.size()), .window_us = ask.window.count(), .mode = ask.mode};
  std::vector<std::pair<uint32_t, uint32_t>> of_touchpoint(touchpoint_count);  // fills, excludes
  for (size_t k = 0; k < ask.steps.size(); ++k) {
    if (ask.steps[k].empty()) return Error::invalid("invalid_steps", "/steps", "a step without a touchpoint");
    for (const Touchpoint t : ask.steps[k]) {
      if (t >= touchpoint_count) return Error::invalid("invalid_touchpoint", "/steps", "a touchpoint beyond the mapping's");
      of_touchpoint[t].first |= uint32_t{1} << k;
    }
  }
  for (size_t x = 0; x < ask.exclusions.size(); ++x) {
    const FunnelExclusion& exclusion = ask.exclusions[x];
    if (ask.mode == FunnelMode::any_order) return Error::invalid("invalid_exclusion", "/exclusions", "not in any order");
    if (exclusion.after >= exclusion.before || exclusion.before >= ask.steps.size()) return Error::invalid("invalid_exclusion", "/exclusions", "from a step to a later one");
    for (const Touchpoint t : exclusion.touchpoints) {
      if (t >= touchpoint_count) return Error::invalid("invalid_touchpoint", "/exclusions", "a touchpoint beyond the mapping's");
      of_touchpoint[t].second |= uint32_t{1} << x;
    }
    for (size_t k = exclusion.after + 1; k <= exclusion.before; ++k) plan.active[k] |= uint32_t{1} << x;
    plan.ending[exclusion.before] |= uint32_t{1} << x;
  }
  std::map<std::pair<uint32_t, uint32_t>, uint16_t> kinds{{{0, 0}, 0}};
  plan.fills.push_back(0);
  plan.excludes.push_back(0);
  for (const auto& one : of_touchpoint) {
    const auto [at, is_new] = kinds.try_emplace(one, static_cast<uint16_t>(plan.fills.size()));
    if (is_new) {
      plan.fills.push_back(one.first);
      plan.excludes.push_back(one.second);
    }
    plan.kind_of.push_back(at->second);
  }
  const bool one_each = std::all_of(plan.fills.begin(), plan.fills.end(), [](uint32_t fills) { return std::popcount(fills) <= 1; });
  plan.by_words = plan.steps <= 8 && ask.exclusions.empty() && (ask.mode == FunnelMode::ordered || (ask.mode == FunnelMode::any_order && one_each));
  return plan;
}

/// One bit for each event and step, so that an instance's events of a step are one word.
void FunnelMatcher::pack() {
  const size_t count = kinds_.size();
  masks_.resize(count + 64);
  for (size_t i = 0; i < count; ++i) masks_[i] = static_cast<uint8_t>(plan_.fills[kinds_[i]]);
  std::fill(masks_.begin() + static_cast<ptrdiff_t>(count), masks_.end(), uint8_t{0});
  for (uint32_t k = 0; k < plan_.steps; ++k) {
    bits_[k].resize(count / 64 + 3);
    const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(7 - k));  // brings the step's bit to the top of each byte
    for (size_t i = 0; i < count; i += 64) {
      uint64_t packed = 0;
      for (size_t j = 0; j < 64; j += 16) {
        const __m128i masks = _mm_loadu_si128(reinterpret_cast<const __m128i*>(masks_.data() + i + j));
        packed |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(_mm_sll_epi16(masks, shift)))) << j;
      }
      bits_[k][i / 64] = packed;
    }
  }
}

inline uint64_t FunnelMatcher::word(uint32_t step, uint32_t first, uint32_t count) const {
  uint64_t word;
  std::memcpy(&word, reinterpret_cast<const uint8_t*>(bits_[step].data()) + first / 8, sizeof word);
  return (word >> (first % 8)) & ((uint64_t{1} << count) - 1);
}

void FunnelMatcher::ordered_by_words(uint32_t first, uint32_t count, const int64_t* clock) {
  const uint32_t steps = plan_.steps;
  std::array<uint64_t, word_steps> of_step;
  for (uint32_t k = 0; k < steps; ++k) of_step[k] = word(k, first, count);
  for (uint64_t starts = of_step[0]; starts; starts &= starts - 1) {
    uint64_t last = starts & (~starts + 1);
    const auto start = static_cast<uint32_t>(std::countr_zero(last));
    attempt_.place[0] = start;
    uint32_t depth = 1;
    bool missing = false;  // no later attempt finds this step either
    for (; depth < steps; ++depth) {
      const uint64_t later = of_step[depth] & ~(last | (last - 1));
      if (later == 0) {
        missing = true;
        break;
      }
      last = later & (~later + 1);
      const auto place = static_cast<uint32_t>(std::countr_zero(last));
      if (clock[place] - clock[start] > plan_.window_us) break;
      attempt_.place[depth] = place;
    }
    if (depth > best_.depth) {
      best_.depth = depth;
      for (uint32_t k = 0; k < depth; ++k) best_.place[k] = attempt_.place[k];
    }
    if (missing || depth == steps) return;
  }
}

/// Each event fills one step: the first of each step from the start on does.
void FunnelMatcher::any_order_by_words(uint32_t first, uint32_t count, const int64_t* clock) {
  const uint32_t steps = plan_.steps;
  std::array<uint64_t, word_steps> of_step;
  uint64_t starts = 0;
  for (uint32_t k = 0; k < steps; ++k) starts |= of_step[k] = word(k, first, count);
  for (; starts; starts &= starts - 1) {
    const auto start = static_cast<uint32_t>(std::countr_zero(starts));
    const uint64_t from = ~uint64_t{0} << start;
    uint64_t firsts = 0;
    for (uint32_t k = 0; k < steps; ++k) firsts |= (of_step[k] & from) & (~(of_step[k] & from) + 1);
    if (static_cast<uint32_t>(std::popcount(firsts)) <= best_.depth) return;  // later attempts find no more either
    uint32_t depth = 0;
    for (; firsts; firsts &= firsts - 1) {
      const auto place = static_cast<uint32_t>(std::countr_zero(firsts));
      if (clock[place] - clock[start] > plan_.window_us) break;
      attempt_.place[depth++] = place;
    }
    if (depth <= best_.depth) continue;
    best_.depth = depth;
    for (uint32_t k = 0; k < depth; ++k) best_.place[k] = attempt_.place[k];
  }
}

void FunnelMatcher::match_hits(uint32_t first, uint32_t count, const int64_t* clock) {
  hits_.clear();
  for (uint32_t i = 0; i < count; ++i)
    if (kinds_[first + i] != 0) hits_.push_back({i, kinds_[first + i], clock[i]});
  switch (plan_.mode) {
    case FunnelMode::ordered: ordered(); break;
    case FunnelMode::strict: strict(); break;
    case FunnelMode::any_order: any_order(); break;
  }
}

/// The later an attempt begins, the later are its steps: each step's place only moves on, over all attempts together once
/// through the hits.
void FunnelMatcher::ordered() {
  const uint32_t steps = plan_.steps;
  for (uint32_t k = 1; k < steps; ++k) step_at_[k] = exclusion_at_[k] = 0;
  for (uint32_t start = 0; start < hits_.size(); ++start) {
    if (!(plan_.fills[hits_[start].kind] & 1)) continue;
    uint32_t depth = 1, last = start;
    for (uint32_t k = 1; k < steps; ++k) {
      uint32_t& at = step_at_[k];
      at = std::max(at, last + 1);
      while (at < hits_.size() && !(plan_.fills[hits_[at].kind] >> k & 1)) ++at;
      if (at == hits_.size()) {
        // No later attempt finds one either.
        if (depth <= best_.depth) return;
        break;
      }
      if (hits_[at].time - hits_[start].time > plan_.window_us) break;
      if (const uint32_t active = plan_.active[k]) {
        uint32_t& excluded = exclusion_at_[k];
        excluded = std::max(excluded, last + 1);
        while (excluded < at && !(plan_.excludes[hits_[excluded].kind] & active)) ++excluded;
        if (excluded < at || (plan_.excludes[hits_[at].kind] & active & ~plan_.ending[k])) break;
      }
      last = at;
      ++depth;
    }
    if (depth > best_.depth) {
      best_.depth = depth;
      best_.place[0] = hits_[start].place;
      for (uint32_t k = 1; k < depth; ++k) best_.place[k] = hits_[step_at_[k]].place;
      if (depth == steps) return;
    }
  }
}

void FunnelMatcher::strict() {
  for (uint32_t start = 0; start < hits_.size() && best_.depth < plan_.steps; ++start) {
    if (!(plan_.fills[hits_[start].kind] & 1)) continue;
    uint32_t depth = 1;
    for (uint32_t at = start + 1; depth < plan_.steps && at < hits_.size(); ++at, ++depth) {
      if (hits_[at].place != hits_[start].place + depth || hits_[at].time - hits_[start].time > plan_.window_us) break;
      if (!(plan_.fills[hits_[at].kind] >> depth & 1)) break;
      if (plan_.excludes[hits_[at].kind] & plan_.active[depth] & ~plan_.ending[depth]) break;
    }
    if (depth <= best_.depth) continue;
    best_.depth = depth;
    for (uint32_t k = 0; k < depth; ++k) best_.place[k] = hits_[start + k].place;
  }
}

/// As many steps as events can be found for, each another one: events are taken as they come, where steps that are filled already
/// can be shifted to make room. A kind that found no room once finds none later in the attempt, so what is looked at does not grow
/// with the number of events in the window.
void FunnelMatcher::any_order() {
  of_kind_.resize(plan_.fills.size());
  for (auto& list : of_kind_) list.clear();
  for (uint32_t h = 0; h < hits_.size(); ++h) of_kind_[hits_[h].kind].push_back(h);
  next_of_kind_.assign(of_kind_.size(), 0);
  for (uint32_t start = 0; start < hits_.size() && best_.depth < plan_.steps; ++start) {
    attempt_any_order(start);
    ++next_of_kind_[hits_[start].kind];
    if (attempt_.depth > best_.depth) best_ = attempt_;
  }
}

void FunnelMatcher::attempt_any_order(uint32_t start) {
  at_of_kind_ = next_of_kind_;
  filled_ = 0;
  attempt_.depth = 0;
  const uint32_t kinds = static_cast<uint32_t>(of_kind_.size());
  while (attempt_.depth < plan_.steps) {
    auto first = static_cast<uint32_t>(hits_.size());
    uint32_t kind = 0;
    for (uint32_t k = 1; k < kinds; ++k)
      if (at_of_kind_[k] < of_kind_[k].size() && of_kind_[k][at_of_kind_[k]] < first) first = of_kind_[kind = k][at_of_kind_[k]];
    if (first == hits_.size() || hits_[first].time - hits_[start].time > plan_.window_us) return;
    uint32_t tried = 0;
    if (augment(plan_.fills[kind], tried)) {
      attempt_.place[attempt_.depth++] = hits_[first].place;
      ++at_of_kind_[kind];
    } else {
      at_of_kind_[kind] = static_cast<uint32_t>(of_kind_[kind].size());
    }
  }
}

bool FunnelMatcher::augment(uint32_t fills, uint32_t& tried) {
  for (uint32_t open = fills & ~tried; open; open = fills & ~tried) {
    const uint32_t k = static_cast<uint32_t>(std::countr_zero(open));
    tried |= uint32_t{1} << k;
    if ((filled_ >> k & 1) && !augment(held_by_[k], tried)) continue;
    held_by_[k] = fills;
    filled_ |= uint32_t{1} << k;
    return true;
  }
  return false;
}

}  // namespace lotse::engine::detail
