#pragma once
#include <vector>

#include "formats/period.h"
#include "kpis/types.h"

namespace lotse::kpis {

/// Whose number it is. Empty texts: of all; an empty benchmark: our own.
struct Cell {
  formats::Period period;
  std::string market, unit, touchpoint, benchmark;
  auto operator<=>(const Cell&) const = default;
};
struct Measured {
  Cell cell;
  double value = 0;
  std::optional<double> n;
};

/// One number a period, oldest first, of values of one granularity in any order. Benchmarks do not count. What the source delivered for
/// all markets and units together stands as it is; where it did not, its values are combined: those by market where there are such,
/// else those by unit, else those by touchpoint, never two kinds at once, which would count the same thing twice.
std::vector<KpiPoint> totals(Combine combine, const std::vector<Measured>& values);

}  // namespace lotse::kpis
