#include "analysis/detail/answer_cache.h"

#include <gtest/gtest.h>

namespace lotse::analysis::detail {
namespace {

TEST(AnswerCache, KeepsWhatWasUsedLastWithinItsBound) {
  AnswerCache cache(10'000);
  for (int i = 0; i < 10; ++i) cache.put<int>("key " + std::to_string(i), std::make_shared<const int>(i), 1000);
  EXPECT_EQ(cache.get<int>("key 0"), nullptr);
  ASSERT_NE(cache.get<int>("key 3"), nullptr);
  EXPECT_EQ(*cache.get<int>("key 3"), 3);
  for (int i = 10; i < 15; ++i) {
    cache.put<int>("key " + std::to_string(i), std::make_shared<const int>(i), 1000);
    ASSERT_NE(cache.get<int>("key 3"), nullptr);  // used again and again
  }
  EXPECT_EQ(cache.get<int>("key 7"), nullptr);
  EXPECT_NE(cache.get<int>("key 8"), nullptr);
  cache.put<int>("large", std::make_shared<const int>(1), 9000);  // would push out all others
  EXPECT_EQ(cache.get<int>("large"), nullptr);
  EXPECT_NE(cache.get<int>("key 14"), nullptr);
}

}  // namespace
}  // namespace lotse::analysis::detail
