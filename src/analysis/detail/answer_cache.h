#pragma once
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace lotse::analysis::detail {

/// Answers to equal questions, those used last, within a bound of bytes. The key names the kind of answer, the moment, the
/// mapping's version and the question, so that an entry is never wrong, only out of use. Threads: any.
class AnswerCache {
 public:
  explicit AnswerCache(size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Null where it is not there. `T` must be the type that `put` was given for the key.
  template <class T>
  std::shared_ptr<const T> get(const std::string& key) {
    return std::static_pointer_cast<const T>(find(key));
  }
  template <class T>
  void put(const std::string& key, std::shared_ptr<const T> answer, size_t bytes) {
    insert(key, std::move(answer), bytes + key.size() + 200);
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const void> answer;
    size_t bytes;
  };
  std::shared_ptr<const void> find(const std::string& key) {
    std::lock_guard lock(mutex_);
    const auto at = by_key_.find(key);
    if (at == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->answer;
  }
  void insert(const std::string& key, std::shared_ptr<const void> answer, size_t bytes) {
    if (bytes > bytes_max_ / 4) return;
    std::lock_guard lock(mutex_);
    if (by_key_.contains(key)) return;
    entries_.push_front({key, std::move(answer), bytes});
    by_key_[key] = entries_.begin();
    bytes_ += bytes;
    while (bytes_ > bytes_max_) {
      bytes_ -= entries_.back().bytes;
      by_key_.erase(entries_.back().key);
      entries_.pop_back();
    }
  }

  const size_t bytes_max_;
  std::mutex mutex_;
  std::list<Entry> entries_;  ///< used last first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
  size_t bytes_ = 0;
};

}  // namespace lotse::analysis::detail
