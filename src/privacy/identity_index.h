#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lotse::privacy {

struct IdentityHash {
  uint64_t high, low;
  friend bool operator==(const IdentityHash&, const IdentityHash&) = default;
};

/// Keyed hash → number, by open addressing: 20 bytes a slot, between half and three quarters full, so at most 40 bytes an identity.
/// Number 0 is "none".
class IdentityIndex {
 public:
  uint32_t find(const IdentityHash& hash) const {
    if (slots_.empty()) return 0;
    for (size_t at = home(hash);; at = after(at)) {
      if (slots_[at].number == 0) return 0;
      if (slots_[at].hash() == hash) return slots_[at].number;
    }
  }

  /// The hash must not be there yet.
  void put(const IdentityHash& hash, uint32_t number) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    size_t at = home(hash);
    while (slots_[at].number != 0) at = after(at);
    slots_[at] = Slot(hash, number);
    ++size_;
  }

  void remove(const IdentityHash& hash) {
    if (slots_.empty()) return;
    size_t at = home(hash);
    while (slots_[at].number != 0 && !(slots_[at].hash() == hash)) at = after(at);
    if (slots_[at].number == 0) return;
    // Later slots of the same run move up, so that no search ends too early.
    const auto distance = [this](size_t from, size_t to) { return to >= from ? to - from : to + slots_.size() - from; };
    for (size_t next = after(at); slots_[next].number != 0; next = after(next)) {
      if (distance(home(slots_[next].hash()), next) >= distance(at, next)) {
        slots_[at] = slots_[next];
        at = next;
      }
    }
    slots_[at].number = 0;
    --size_;
  }

  size_t size() const { return size_; }
  uint64_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {  // in words of four bytes: no gap behind the number
    uint32_t words[4] = {};
    uint32_t number = 0;
    Slot() = default;
    Slot(const IdentityHash& hash, uint32_t n)
        : words{static_cast<uint32_t>(hash.high >> 32), static_cast<uint32_t>(hash.high), static_cast<uint32_t>(hash.low >> 32), static_cast<uint32_t>(hash.low)}, number(n) {}
    IdentityHash hash() const { return {uint64_t{words[0]} << 32 | words[1], uint64_t{words[2]} << 32 | words[3]}; }
  };
  /// The hash's share of the whole, of any number of slots.
  size_t home(const IdentityHash& hash) const { return static_cast<size_t>(static_cast<unsigned __int128>(hash.low) * slots_.size() >> 64); }
  size_t after(size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 1024 : slots_.size() + slots_.size() / 2);
    old.swap(slots_);
    size_ = 0;
    for (const auto& slot : old)
      if (slot.number != 0) put(slot.hash(), slot.number);
  }
  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace lotse::privacy
