#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace lotse::stats {

struct Interval {
  double low = 0;
  double high = 0;
};

/// 95 % interval of a share by Wilson's score; 0 to 1 where there is nothing. `successes` is at most `n`.
Interval wilson_interval(uint64_t successes, uint64_t n);

enum class ProportionTest {
  pooled_z,  ///< two-sided, with the pooled share's variance
  fisher,    ///< exact, two-sided: where one of the four expected counts is below 5
};

/// How one share differs from another, of other subjects.
struct ProportionDifference {
  double difference = 0;  ///< second minus first
  Interval interval;      ///< 95 %, Newcombe's from the two Wilson intervals
  double p = 1;           ///< two-sided
  ProportionTest test = ProportionTest::fisher;
};

/// Both counts must be above 0.
ProportionDifference compare_proportions(uint64_t first, uint64_t first_n, uint64_t second, uint64_t second_n);

/// Holm's correction for several tests at once: p values as they came, each adjusted; at most 1.
std::vector<double> holm(std::span<const double> p);

}  // namespace lotse::stats
