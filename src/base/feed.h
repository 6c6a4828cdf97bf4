#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace lotse {

/// In-process news of one type, from a lower module to higher ones. Subscribers are called on the publisher's thread,
/// in the order of subscription; they must be quick and never block: they note the news and wake a thread of their own.
template <class T>
class Feed {
 public:
  using Subscriber = std::function<void(const T&)>;

  /// Ends when the handle is destroyed; after that the subscriber is not called again.
  class Handle {
   public:
    Handle() = default;
    explicit Handle(std::shared_ptr<void> token) : token_(std::move(token)) {}

   private:
    std::shared_ptr<void> token_;
  };

  [[nodiscard]] Handle subscribe(Subscriber subscriber) {
    auto entry = std::make_shared<Entry>(std::move(subscriber));
    std::lock_guard lock(mutex_);
    entries_.push_back(entry);
    return Handle(std::shared_ptr<void>(nullptr, [entry](void*) {
      std::lock_guard gone(entry->mutex);
      entry->call = nullptr;
    }));
  }

  void publish(const T& news) {
    std::vector<std::shared_ptr<Entry>> now;
    {
      std::lock_guard lock(mutex_);
      std::erase_if(entries_, [](const auto& e) {
        std::lock_guard inner(e->mutex);
        return !e->call;
      });
      now = entries_;
    }
    for (const auto& e : now) {
      std::lock_guard inner(e->mutex);
      if (e->call) e->call(news);
    }
  }

 private:
  struct Entry {
    explicit Entry(Subscriber c) : call(std::move(c)) {}
    std::recursive_mutex mutex;
    Subscriber call;
  };
  std::mutex mutex_;
  std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace lotse
