#include "engine/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace lotse::engine {
namespace {

TEST(ThreadExecutor, RunsEachTaskOnce) {
  ThreadExecutor executor(3);
  for (size_t count : {0, 1, 2, 100}) {
    std::vector<std::atomic<int>> runs(count);
    executor.run(count, [&](size_t i) { ++runs[i]; });
    for (const auto& run : runs) EXPECT_EQ(run, 1);
  }
}

TEST(ThreadExecutor, TakesTurnsBetweenCallers) {
  ThreadExecutor executor(2);
  std::atomic<int> sum = 0;
  std::vector<std::jthread> callers;
  for (int c = 0; c < 4; ++c) callers.emplace_back([&] { for (int i = 0; i < 50; ++i) executor.run(5, [&](size_t) { ++sum; }); });
  callers.clear();
  EXPECT_EQ(sum, 1000);
}

TEST(ThreadExecutor, GivesAnExceptionBackAfterTheOthersEnded) {
  ThreadExecutor executor(2);
  std::atomic<int> ended = 0;
  EXPECT_THROW(executor.run(10, [&](size_t i) {
    if (i == 3) throw std::runtime_error("no");
    ++ended;
  }), std::runtime_error);
  EXPECT_EQ(ended, 9);
  executor.run(1, [&](size_t) { ++ended; });
  EXPECT_EQ(ended, 10);
}

}  // namespace
}  // namespace lotse::engine
