#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hub/quality_types.h"

/// Pure arithmetic of the data quality page; docs/method/data-quality.md says why these formulas.
namespace lotse::hub::detail {

inline constexpr int usual_weeks = 8, usual_weeks_min = 4;
/// Modified z-score beyond which a value is an outlier (Iglewicz and Hoaglin 1993).
inline constexpr double outlier_z = 3.5, mad_to_sigma = 1.4826;
/// Days without events count as silence when at least so many were usual: by chance none comes with probability e^-10.
inline constexpr double silence_expected_min = 10;

struct Usual {
  double median = 0, low = 0, high = 0;
};
/// The median of these counts, and the band of half width 3.5 · max(1.4826 · MAD, √median) around it.
/// Nothing where there are fewer than four.
std::optional<Usual> usual_of(std::vector<double> counts);

/// A source's counts by day, from its first day on; [0] is that day.
struct Judged {
  struct One {
    std::optional<Usual> usual;
    Level level = Level::not_judged;
  };
  std::vector<One> days;       ///< as many as counts
  size_t silent_days = 0;      ///< at the end, where they are silence
  double missing = 0;          ///< events usual on them
};
/// Judges each day by the same weekday in the eight weeks before it. Of the days without events at the end, all are judged
/// by the weeks before the first of them: a long silence does not become usual.
Judged judge(std::span<const uint64_t> counts);

struct Shift {
  int hours = 0;        ///< the profile lies so many hours later than the other
  double fit = 0, fit_now = 0;
};
/// The whole number of hours by which one course of a day must be moved to fit another best (Pearson correlation of 24
/// hourly shares, circular). Nothing where either is flat.
std::optional<Shift> best_shift(std::span<const double> profile, std::span<const double> others);

}  // namespace lotse::hub::detail
