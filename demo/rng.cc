#include "demo/rng.h"

#include "base/result.h"

namespace lotse::demo {
namespace {
uint64_t splitmix(uint64_t& x) {
  uint64_t z = (x += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}
uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
}  // namespace

Rng::Rng(uint64_t seed, std::string_view topic) {
  uint64_t h = 0xcbf29ce484222325;
  for (char c : topic) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  uint64_t x = seed ^ h;
  for (auto& s : state_) s = splitmix(x);
}

uint64_t Rng::next() {
  const uint64_t result = rotl(state_[1] * 5, 7) * 9, t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotl(state_[3], 45);
  return result;
}

int64_t Rng::between(int64_t from, int64_t to) {
  if (to <= from) return from;
  return from + static_cast<int64_t>((static_cast<unsigned __int128>(next()) * static_cast<uint64_t>(to - from)) >> 64);
}

size_t Rng::pick(const std::vector<double>& weights) {
  double sum = 0;
  for (double w : weights) sum += w;
  double x = unit() * sum;
  for (size_t i = 0; i + 1 < weights.size(); ++i) {
    if (x < weights[i]) return i;
    x -= weights[i];
  }
  return weights.size() - 1;
}

Deal::Deal(size_t size, double share) : left_(size), hits_(static_cast<size_t>(static_cast<double>(size) * share + 0.5)) {
  ensure(hits_ <= left_, "a share lies between 0 and 1");
}

bool Deal::next(Rng& rng) {
  ensure(left_ > 0, "no more draws than were announced");
  const bool hit = rng.below(static_cast<uint32_t>(left_)) < hits_;
  --left_;
  if (hit) --hits_;
  return hit;
}

bool Balanced::next(Rng& rng) {
  if (left_ == 0) {
    owed_ += share_ * block;
    const auto hits = static_cast<size_t>(owed_);
    owed_ -= static_cast<double>(hits);
    deal_ = Deal(block, static_cast<double>(hits) / block);
    left_ = block;
  }
  --left_;
  return deal_.next(rng);
}

std::vector<double> spread(Rng& rng, size_t size) {
  std::vector<double> out(size);
  for (size_t i = 0; i < size; ++i) out[i] = (static_cast<double>(i) + rng.unit()) / static_cast<double>(size);
  rng.shuffle(out);
  return out;
}

double at(const Quantiles& table, double share) {
  for (size_t i = 1; i < table.size(); ++i)
    if (share <= table[i].first) {
      const auto& [p, a] = table[i - 1];
      const auto& [q, b] = table[i];
      return a + (b - a) * (share - p) / (q - p);
    }
  return table.back().second;
}

}  // namespace lotse::demo
