#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace lotse::identity {

/// A growing array that never moves what it holds, nor keeps room for twice as much.
template <class T>
class Chunked {
 public:
  size_t size() const { return size_; }
  T& operator[](size_t i) { return chunks_[i / chunk][i % chunk]; }
  const T& operator[](size_t i) const { return chunks_[i / chunk][i % chunk]; }
  void resize(size_t size) {
    while (chunks_.size() * chunk < size) chunks_.push_back(std::make_unique<T[]>(chunk));
    size_ = size;
  }
  void push_back(const T& value) {
    resize(size_ + 1);
    (*this)[size_ - 1] = value;
  }
  uint64_t bytes() const { return chunks_.size() * chunk * sizeof(T); }

 private:
  static constexpr size_t chunk = 4096;
  std::vector<std::unique_ptr<T[]>> chunks_;
  size_t size_ = 0;
};

}  // namespace lotse::identity
