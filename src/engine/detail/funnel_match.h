#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "engine/detail/select.h"
#include "engine/funnel.h"

namespace lotse::engine::detail {

/// A funnel made ready for the scan. Touchpoints that fill the same steps and end the same attempts are of one kind.
struct FunnelPlan {
  uint32_t steps = 0;
  int64_t window_us = 0;
  FunnelMode mode = FunnelMode::ordered;
  std::vector<uint16_t> kind_of;     ///< [touchpoint]; 0: concerns no step and no exclusion
  std::vector<uint32_t> fills;       ///< [kind] a bit for each step
  std::vector<uint32_t> excludes;    ///< [kind] a bit for each exclusion
  std::array<uint32_t, funnel_steps_max> active{};  ///< [step] exclusions that hold before it is filled, after the one before it was
  std::array<uint32_t, funnel_steps_max> ending{};  ///< [step] of these: those that it ends by being filled
  bool by_words = false;             ///< short instances can be matched with one machine word a step
};

/// errors  invalid_steps, invalid_window, invalid_exclusion, invalid_touchpoint
Result<FunnelPlan> funnel_plan(const FunnelQuery& ask, uint32_t touchpoint_count);

/// How far an instance came: `depth` steps, filled by its events at place[0 … depth).
struct Reach {
  uint32_t depth = 0;
  std::array<uint32_t, funnel_steps_max> place{};
};

/// Looks at a stretch of events, one instance after another; reuses its buffers. One for each task.
class FunnelMatcher {
 public:
  explicit FunnelMatcher(const FunnelPlan& plan) : plan_(plan) {}

  /// The events of the stretch: kinds of each code, and the codes. `kind_of` must outlive the calls of match().
  template <class Code>
  void begin(const std::vector<uint16_t>& kind_of, const Code* codes, uint32_t count) {
    kinds_.resize(count);
    for (uint32_t i = 0; i < count; ++i) kinds_[i] = kind_of[codes[i]];
    if (plan_.by_words) pack();
  }

  /// The instance of `count` events from `first` on; of `clock`, its times, only the differences are read. Valid until the next call.
  ///   cost  events · steps (any order where a touchpoint stands in several steps: events · kinds · (steps + kinds))
  const Reach& match(uint32_t first, uint32_t count, const int64_t* clock) {
    best_.depth = 0;
    if (plan_.by_words && count <= word_events) {
      if (plan_.mode == FunnelMode::ordered) ordered_by_words(first, count, clock);
      else any_order_by_words(first, count, clock);
    } else {
      match_hits(first, count, clock);
    }
    return best_;
  }

 private:
  static constexpr uint32_t word_events = 56;  ///< so many bits are there wherever a byte begins
  static constexpr uint32_t word_steps = 8;
  void pack();
  uint64_t word(uint32_t step, uint32_t first, uint32_t count) const;
  void ordered_by_words(uint32_t first, uint32_t count, const int64_t* clock);
  void any_order_by_words(uint32_t first, uint32_t count, const int64_t* clock);

  struct Hit {
    uint32_t place;
    uint16_t kind;
    int64_t time;
  };
  void match_hits(uint32_t first, uint32_t count, const int64_t* clock);
  void ordered();
  void strict();
  void any_order();
  void attempt_any_order(uint32_t start);
  bool augment(uint32_t fills, uint32_t& tried);

  const FunnelPlan& plan_;
  Reach best_, attempt_;
  std::vector<uint16_t> kinds_;                         ///< [event]
  std::vector<uint8_t> masks_;                          ///< [event] a bit for each step
  std::array<std::vector<uint64_t>, word_steps> bits_;  ///< [step] a bit for each event
  std::vector<Hit> hits_;                               ///< events of an instance that concern the funnel, in order
  std::array<uint32_t, funnel_steps_max> step_at_{}, exclusion_at_{};  ///< [step] in hits_
  std::array<uint32_t, funnel_steps_max> held_by_{};    ///< [step] what the event that fills it could fill
  uint32_t filled_ = 0;                                 ///< a bit for each step
  std::vector<std::vector<uint32_t>> of_kind_;          ///< [kind] in hits_
  std::vector<uint32_t> next_of_kind_, at_of_kind_;     ///< [kind] place in of_kind_: of the attempts' start, within the attempt
};

}  // namespace lotse::engine::detail
