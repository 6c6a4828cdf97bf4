#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/instances.h"

namespace lotse::engine {

/// What may lie between two steps.
enum class FunnelMode {
  ordered,    ///< anything may lie between
  strict,     ///< steps are consecutive events (after event filters)
  any_order,  ///< the steps may come in any order: step k means that k steps are filled
};

inline constexpr size_t funnel_steps_max = 32;
inline constexpr size_t funnel_exclusions_max = 32;

/// An event of these ends the attempt, where it comes after step `after` was filled and before step `before` is. The event that
/// fills `before` does not end it.
struct FunnelExclusion {
  std::vector<Touchpoint> touchpoints;
  size_t after = 0;   ///< index of a step
  size_t before = 1;  ///< above `after`
};

/// An attempt begins at an event of the first step (any order: of any step) and goes on for `window`; each step is filled by the
/// earliest event after the one before it, one event fills one step. An instance reaches the greatest depth over all its attempts;
/// of those that reach it, the earliest counts.
struct FunnelQuery {
  std::vector<std::vector<Touchpoint>> steps;  ///< 2 … funnel_steps_max, each at least one; a touchpoint may stand in several
  Micros window{0};                            ///< from the first step's time, inclusive; above 0
  FunnelMode mode = FunnelMode::ordered;
  std::vector<FunnelExclusion> exclusions;     ///< not in any order: there nothing lies between given steps

  // What shall be told besides how many came how far; each costs time only where asked.
  bool times = false;  ///< medians; a second pass
  bool next = false;   ///< where those who dropped went next
  std::optional<size_t> attribute;     ///< groups by its code at the event that fills the first step
  bool carried = false;                ///< … or by the customer's code at that time: its last one other than 0 up to there
  std::vector<Micros> bucket_starts;   ///< trend by the time of the first step: boundaries as in DetailQuery
};

/// A number of instances and of the distinct customers that they belong to.
struct FunnelCount {
  uint64_t instances = 0;
  uint64_t customers = 0;
};

/// The next event of those who dropped after a step.
struct FunnelNext {
  Touchpoint touchpoint = 0;
  FunnelCount count;
};

struct FunnelStep {
  FunnelCount reached;
  std::optional<double> median_from_previous_us;  ///< exact; none at the first step, and where nobody arrived
  std::optional<double> median_from_first_us;
  // Of those who reached this step and not the next. "Runs": what is seen ends before the window does, and the instance may go on.
  FunnelCount dropped;
  // Where asked for by `next`:
  FunnelCount running;            ///< of `dropped`: the window still runs
  std::vector<FunnelNext> next;   ///< by instances, highest first, then by touchpoint
  FunnelCount ended;              ///< of `dropped`: no further event, and the window does not run
  FunnelCount waiting;            ///< of `dropped`: no further event yet, while the window runs
};

struct FunnelGroup {
  uint32_t code = 0;                 ///< 0: none
  std::vector<FunnelCount> reached;  ///< [step]
};

struct FunnelBucket {
  std::vector<FunnelCount> reached;  ///< [step]
  uint64_t running = 0;              ///< instances that have not reached the last step, and whose window still runs
};

struct Funnel {
  uint64_t instances = 0;             ///< selected, whether they begin or not
  std::vector<FunnelStep> steps;
  std::vector<FunnelGroup> groups;    ///< those with instances, by code; empty where not asked
  std::vector<FunnelBucket> trend;    ///< [bucket]; empty where not asked
};

/// How far the selected instances come. "What is seen" ends at Query::as_of, or at the end of a period that cuts, if that is earlier;
/// where instances end by touchpoint or pause, only an open one may go on.
///   errors   those of check(); invalid_steps, invalid_window, invalid_exclusion, invalid_attribute, invalid_buckets, invalid_touchpoint
///   cost     O(events · steps); about 3 ns of processor time an event where nothing but mapping is asked
///   memory   O(steps · (touchpoints + codes + buckets))
Result<Funnel> funnel(const Snapshot& columns, const Query& query, const FunnelQuery& ask, Executor& executor, std::stop_token stop = {});

/// Which of the instances that a funnel counts.
struct FunnelPart {
  enum class Went { anywhere, touchpoint, ended, waiting, running };
  size_t step = 0;                     ///< reached this one
  bool dropped = false;                ///< … and not the next
  Went went = Went::anywhere;          ///< of those who dropped
  Touchpoint next = no_touchpoint;     ///< Went::touchpoint
  std::optional<uint32_t> code;        ///< only of this group (FunnelQuery::attribute)
  std::optional<Micros> from, to;      ///< only those whose first step lies in [from, to)
};

struct FunnelRow {
  InstanceRow instance;
  uint32_t reached = 0;   ///< steps filled, at least 1
  Micros first_step{0};   ///< time of the first step
  Micros last_step{0};    ///< time of the last one filled
};

struct FunnelList {
  std::vector<FunnelRow> rows;  ///< by (customer, ordinal)
  uint64_t total = 0;           ///< all that match, this page or not: equals the number in the funnel
  uint64_t customers = 0;       ///< distinct, of `total`
  bool more = false;
};

/// The instances behind a number of a funnel. Errors: those of funnel(); invalid_part. Cost: one scan of the selection.
Result<FunnelList> funnel_instances(const Snapshot& columns, const Query& query, const FunnelQuery& ask, const FunnelPart& part,
                                    std::optional<InstanceKey> after, size_t limit, Executor& executor, std::stop_token stop = {});

}  // namespace lotse::engine
