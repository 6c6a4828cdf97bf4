#pragma once
#include <cstdint>
#include <vector>

namespace lotse::privacy {

struct IdentityHash {
  uint64_t high, low;
  friend bool operator==(const IdentityHash&, const IdentityHash&) = default;
};

/// Keyed hash → number, by open addressing: 24 bytes a slot, at most three quarters full. Number 0 is "none".
class IdentityIndex {
 public:
  uint32_t find(const IdentityHash& hash) const {
    if (slots_.empty()) return 0;
    for (size_t at = hash.low & mask();; at = (at + 1) & mask()) {
      if (slots_[at].number == 0) return 0;
      if (slots_[at].hash == hash) return slots_[at].number;
    }
  }

  /// The hash must not be there yet.
  void put(const IdentityHash& hash, uint32_t number) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    size_t at = hash.low & mask();
    while (slots_[at].number != 0) at = (at + 1) & mask();
    slots_[at] = {hash, number};
    ++size_;
  }

  void remove(const IdentityHash& hash) {
    if (slots_.empty()) return;
    size_t at = hash.low & mask();
    while (slots_[at].number != 0 && !(slots_[at].hash == hash)) at = (at + 1) & mask();
    if (slots_[at].number == 0) return;
    // Later slots of the same run move up, so that no search ends too early.
    for (size_t next = (at + 1) & mask(); slots_[next].number != 0; next = (next + 1) & mask()) {
      const size_t home = slots_[next].hash.low & mask();
      if (((next - home) & mask()) >= ((next - at) & mask())) {
        slots_[at] = slots_[next];
        at = next;
      }
    }
    slots_[at].number = 0;
    --size_;
  }

  size_t size() const { return size_; }

 private:
  struct Slot {
    IdentityHash hash{};
    uint32_t number = 0;
  };
  size_t mask() const { return slots_.size() - 1; }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 1024 : slots_.size() * 2);
    old.swap(slots_);
    size_ = 0;
    for (const auto& slot : old)
      if (slot.number != 0) put(slot.hash, slot.number);
  }
  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace lotse::privacy
