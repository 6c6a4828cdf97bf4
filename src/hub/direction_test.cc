#include "hub/direction.h"

#include <gtest/gtest.h>

namespace lotse::hub {
namespace {
TEST(Direction, EachActorHasItsWords) {
  EXPECT_EQ(direction_word("Inbound"), "by_customer");
  EXPECT_EQ(direction_word("von uns"), "by_us");
  EXPECT_EQ(direction_word("Partner"), "by_partner");
  EXPECT_EQ(direction_word("by_partner"), "by_partner");
  EXPECT_EQ(direction_word("Chatbot"), "by_machine");
  EXPECT_EQ(direction_word("by_machine"), "by_machine");
  EXPECT_EQ(direction_word("sideways"), std::nullopt);
  EXPECT_EQ(direction_word(""), std::nullopt);
}
}  // namespace
}  // namespace lotse::hub
