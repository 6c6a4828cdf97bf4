#include "kpis/series.h"

#include <algorithm>
#include <map>
#include <set>

namespace lotse::kpis {
namespace {

/// By what a value is broken down: bits.
int shape(const Cell& cell) { return (cell.market.empty() ? 0 : 1) | (cell.unit.empty() ? 0 : 2) | (cell.touchpoint.empty() ? 0 : 4); }

std::optional<double> combined(Combine combine, const std::vector<const Measured*>& parts, std::optional<double>& n) {
  double sum = 0, weight = 0;
  bool all_weighted = true;
  for (const auto* part : parts) {
    all_weighted = all_weighted && part->n && *part->n > 0;
    sum += combine == Combine::sum ? part->value : part->value * part->n.value_or(0);
    weight += part->n.value_or(0);
  }
  if (all_weighted) n = weight;
  if (combine == Combine::sum) return sum;
  if (combine == Combine::weighted_mean && all_weighted) return sum / weight;
  return std::nullopt;
}
}  // namespace

std::vector<KpiPoint> totals(Combine combine, const std::vector<Measured>& values) {
  std::map<formats::Period, std::vector<const Measured*>> periods;
  std::set<int> shapes;
  for (const auto& value : values) {
    if (!value.cell.benchmark.empty()) continue;
    periods[value.cell.period].push_back(&value);
    shapes.insert(shape(value.cell));
  }
  int parts_by = 0;
  for (const int wanted : {1, 2, 4})
    if (parts_by == 0 && shapes.contains(wanted)) parts_by = wanted;

  std::vector<KpiPoint> out;
  std::set<Cell> seen;
  for (const auto& [period, all] : periods) {
    KpiPoint point{.period = formats::period_text(period), .start = formats::day_text(period.start)};
    std::vector<const Measured*> parts;
    std::set<Cell> present;
    const Measured* own = nullptr;
    for (const auto* value : all) {
      if (shape(value->cell) == 0) own = value;
      if (shape(value->cell) != parts_by || parts_by == 0) continue;
      parts.push_back(value);
      present.insert({{}, value->cell.market, value->cell.unit, value->cell.touchpoint, {}});
    }
    const bool missing = !std::ranges::includes(present, seen);
    seen.merge(present);
    if (own) {
      point.value = own->value;
      point.n = own->n;
      point.delivered = true;
    } else {
      if (parts.empty()) continue;
      // The only part there ever is, is the whole.
      const auto value = seen.size() == 1 && combine == Combine::weighted_mean ? std::optional(parts[0]->value) : combined(combine, parts, point.n);
      if (!value) continue;
      if (parts.size() == 1) point.n = parts[0]->n;
      point.value = *value;
      point.parts = static_cast<int64_t>(parts.size());
      point.incomplete = missing;
    }
    out.push_back(std::move(point));
  }
  return out;
}

}  // namespace lotse::kpis
