#include "engine/executor.h"

#include <algorithm>

namespace lotse::engine {

ThreadExecutor::ThreadExecutor(size_t width, std::function<void()> begin) {
  for (size_t i = 1; i < std::max<size_t>(width, 1); ++i) {
    threads_.emplace_back([this, begin] {
      if (begin) begin();
      std::unique_lock lock(mutex_);
      for (;;) {
        wake_.wait(lock, [this] { return ending_ || next_ < count_; });
        if (ending_) return;
        work(lock);
      }
    });
  }
}

ThreadExecutor::~ThreadExecutor() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ThreadExecutor::work(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    size_t mine = next_++;
    ++running_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      (*task_)(mine);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && !failure_) failure_ = failure;
    if (--running_ == 0 && next_ >= count_) done_.notify_all();
  }
}

void ThreadExecutor::run(size_t count, const std::function<void(size_t)>& task) {
  std::lock_guard turn(turn_);
  std::unique_lock lock(mutex_);
  task_ = &task;
  next_ = 0;
  count_ = count;
  failure_ = nullptr;
  wake_.notify_all();
  work(lock);
  done_.wait(lock, [this] { return running_ == 0 && next_ >= count_; });
  count_ = next_ = 0;
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace lotse::engine
