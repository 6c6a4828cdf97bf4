#include "stats/proportions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lotse::stats {
namespace {

constexpr double z95 = 1.959963984540054;

double log_choose(double n, double k) { return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1); }

/// Sum of the probabilities of all tables with these margins that are no likelier than the one seen.
double fisher(uint64_t a, uint64_t a_n, uint64_t b, uint64_t b_n) {
  const uint64_t hits = a + b, all = a_n + b_n;
  const uint64_t low = hits > b_n ? hits - b_n : 0, high = std::min(hits, a_n);
  const auto log_p = [&](uint64_t x) {
    return log_choose(static_cast<double>(a_n), static_cast<double>(x)) + log_choose(static_cast<double>(b_n), static_cast<double>(hits - x)) -
           log_choose(static_cast<double>(all), static_cast<double>(hits));
  };
  const double seen = log_p(a) + 1e-7;  // equal ones must count as equal in spite of rounding
  double sum = 0;
  for (uint64_t x = low; x <= high; ++x)
    if (const double p = log_p(x); p <= seen) sum += std::exp(p);
  return std::min(1.0, sum);
}

}  // namespace

Interval wilson_interval(uint64_t successes, uint64_t n) {
  if (n == 0) return {0, 1};
  const double count = static_cast<double>(n), share = static_cast<double>(successes) / count, z2 = z95 * z95;
  const double middle = share + z2 / (2 * count), spread = z95 * std::sqrt(share * (1 - share) / count + z2 / (4 * count * count));
  return {successes == 0 ? 0 : std::max(0.0, (middle - spread) / (1 + z2 / count)), successes == n ? 1 : std::min(1.0, (middle + spread) / (1 + z2 / count))};
}

ProportionDifference compare_proportions(uint64_t first, uint64_t first_n, uint64_t second, uint64_t second_n) {
  const double n1 = static_cast<double>(first_n), n2 = static_cast<double>(second_n);
  const double p1 = static_cast<double>(first) / n1, p2 = static_cast<double>(second) / n2;
  const Interval one = wilson_interval(first, first_n), two = wilson_interval(second, second_n);
  ProportionDifference out{.difference = p2 - p1};
  out.interval = {out.difference - std::hypot(p2 - two.low, one.high - p1), out.difference + std::hypot(two.high - p2, p1 - one.low)};
  const double pooled = static_cast<double>(first + second) / (n1 + n2);
  if (std::min(n1, n2) * std::min(pooled, 1 - pooled) < 5) {
    out.p = fisher(first, first_n, second, second_n);
    return out;
  }
  out.test = ProportionTest::pooled_z;
  const double z = std::abs(out.difference) / std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  out.p = std::erfc(z / std::sqrt(2.0));
  return out;
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  std::vector<double> out(p.size());
  double highest = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    highest = std::max(highest, p[order[i]] * static_cast<double>(p.size() - i));
    out[order[i]] = std::min(1.0, highest);
  }
  return out;
}

}  // namespace lotse::stats
