#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lotse {

/// A bounded set of threads over a bounded queue. Destroying it lets the queued work finish, then joins.
class Pool {
 public:
  Pool(size_t threads, size_t queue_limit);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// False where the queue is full: the caller says "try again later". The work must not throw.
  [[nodiscard]] bool submit(std::function<void()> work);

  size_t thread_count() const { return threads_.size(); }

 private:
  void loop();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  size_t queue_limit_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lotse
