#include "hub/detail/usual_level.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lotse::hub::detail {
namespace {
double median(std::vector<double>& values) {
  std::ranges::sort(values);
  const size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
}  // namespace

std::optional<Usual> usual_of(std::vector<double> counts) {
  if (counts.size() < static_cast<size_t>(usual_weeks_min)) return std::nullopt;
  Usual out;
  out.median = median(counts);
  for (double& c : counts) c = std::abs(c - out.median);
  // Counts scatter at least as those of independent events do: a source with eight equal weeks is not that exact.
  const double half = outlier_z * std::max(mad_to_sigma * median(counts), std::sqrt(out.median));
  out.low = std::max(0.0, out.median - half);
  out.high = out.median + half;
  return out;
}

Judged judge(std::span<const uint64_t> counts) {
  Judged out;
  out.days.resize(counts.size());
  size_t alive = counts.size();  // behind the last day with events
  while (alive > 0 && counts[alive - 1] == 0) --alive;
  double missing = 0;
  for (size_t d = 0; d < counts.size(); ++d) {
    // The same weekday, in weeks that end before the day and before a silence at the end.
    size_t back = d;
    while (back >= alive && back >= 7) back -= 7;
    if (back == d) back = d >= 7 ? d - 7 : counts.size();
    std::vector<double> same;
    for (int week = 0; week < usual_weeks && back < counts.size(); ++week) {
      same.push_back(static_cast<double>(counts[back]));
      if (back < 7) break;
      back -= 7;
    }
    auto& one = out.days[d];
    one.usual = usual_of(std::move(same));
    if (!one.usual) continue;
    const auto n = static_cast<double>(counts[d]);
    one.level = n > one.usual->high ? Level::high : n < one.usual->low ? Level::low : Level::usual;
    if (counts[d] == 0 && one.usual->median >= silence_expected_min) one.level = Level::silent;
    if (d >= alive) missing += one.usual->median;
  }
  if (alive < counts.size() && missing >= silence_expected_min) {
    out.silent_days = counts.size() - alive;
    out.missing = missing;
    for (size_t d = alive; d < counts.size(); ++d)
      if (out.days[d].usual) out.days[d].level = Level::silent;
  }
  return out;
}

std::optional<Shift> best_shift(std::span<const double> profile, std::span<const double> others) {
  const size_t n = profile.size();
  const auto centred = [&](std::span<const double> values) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
    std::vector<double> out;
    for (double v : values) out.push_back(v - mean);
    return out;
  };
  const auto a = centred(profile), b = centred(others);
  const double scale = std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0) * std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
  if (!(scale > 0)) return std::nullopt;
  std::optional<Shift> out;
  double now = 0;
  for (int k = -11; k <= 12; ++k) {
    double sum = 0;
    for (size_t h = 0; h < n; ++h) sum += a[(h + static_cast<size_t>(k + static_cast<int>(n))) % n] * b[h];
    const double fit = sum / scale;
    if (k == 0) now = fit;
    if (!out || fit > out->fit) out = Shift{.hours = k, .fit = fit};
  }
  out->fit_now = now;
  return out;
}

}  // namespace lotse::hub::detail
