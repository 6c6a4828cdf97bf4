#pragma once
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lotse::engine {

/// Where the engine's parallel work runs. The engine starts no threads of its own: the caller brings its pool.
class Executor {
 public:
  virtual ~Executor() = default;

  /// How many tasks run at once; the engine cuts its work by it. At least 1.
  virtual size_t width() const = 0;

  /// Runs task(0) … task(count - 1), each once, in any order and on any thread, and returns when all have ended.
  /// An exception of a task is rethrown here once the others have ended. May be called from several threads at once,
  /// never from within a task.
  virtual void run(size_t count, const std::function<void(size_t)>& task) = 0;
};

/// Runs everything on the calling thread.
class InlineExecutor final : public Executor {
 public:
  size_t width() const override { return 1; }
  void run(size_t count, const std::function<void(size_t)>& task) override {
    for (size_t i = 0; i < count; ++i) task(i);
  }
};

/// `width` threads, the calling one among them, for programs without a pool of their own. Calls take turns.
class ThreadExecutor final : public Executor {
 public:
  /// Its own threads call `begin` first.
  explicit ThreadExecutor(size_t width, std::function<void()> begin = {});
  ~ThreadExecutor() override;
  ThreadExecutor(const ThreadExecutor&) = delete;
  ThreadExecutor& operator=(const ThreadExecutor&) = delete;

  size_t width() const override { return threads_.size() + 1; }
  void run(size_t count, const std::function<void(size_t)>& task) override;

 private:
  void work(std::unique_lock<std::mutex>& lock);
  std::mutex turn_;  // one run() at a time
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  const std::function<void(size_t)>* task_ = nullptr;
  size_t next_ = 0;
  size_t count_ = 0;
  size_t running_ = 0;
  std::exception_ptr failure_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lotse::engine
