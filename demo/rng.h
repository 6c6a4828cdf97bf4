#pragma once
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace lotse::demo {

/// A small generator of our own (xoshiro256**), so that a seed gives the same bytes on every machine. Each topic of the
/// simulation has its own stream: a change to one leaves the others as they were.
class Rng {
 public:
  Rng(uint64_t seed, std::string_view topic);
  uint64_t next();
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((static_cast<unsigned __int128>(next()) * n) >> 64); }  ///< 0..n-1
  int64_t between(int64_t from, int64_t to);  ///< from..to-1; `from` where nothing lies between
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  ///< 0..1, without 1
  bool chance(double p) { return unit() < p; }

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(static_cast<uint32_t>(i))]);
  }
  /// Index drawn with these weights.
  size_t pick(const std::vector<double>& weights);

 private:
  uint64_t state_[4];
};

/// Exactly `hits` of `size` draws are true, in random places: how a planned share is met in each group, for every seed.
class Deal {
 public:
  Deal(size_t size, double share);
  bool next(Rng& rng);

 private:
  size_t left_, hits_;
};

/// A planned share where the number of draws is not known beforehand: dealt in blocks.
class Balanced {
 public:
  explicit Balanced(double share) : share_(share), deal_(0, 0) {}
  bool next(Rng& rng);

 private:
  static constexpr size_t block = 40;
  double share_, owed_ = 0.5;
  size_t left_ = 0;
  Deal deal_;
};

/// `size` numbers spread evenly over 0..1 in random order: one from each of `size` equal parts.
std::vector<double> spread(Rng& rng, size_t size);

/// A distribution as a table of (share below, value) with straight lines between; only + - * /, so equal everywhere.
using Quantiles = std::vector<std::pair<double, double>>;
double at(const Quantiles& table, double share);

}  // namespace lotse::demo
