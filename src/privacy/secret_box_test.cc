#include "privacy/secret_box.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace lotse::privacy {
namespace {
TEST(SecretBox, OpensOnlyWhatItSealedForThis) {
  std::string pattern = (std::filesystem::temp_directory_path() / "lotse-box-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  ASSERT_FALSE(SecretBox::open(folder)) << "no key yet";
  ASSERT_TRUE(Keys::open(folder / "keys", true));
  const auto box = SecretBox::open(folder);
  ASSERT_TRUE(box);
  const WorkspaceId a{"ws_a"}, b{"ws_b"};
  const std::string sealed = box->seal(a, "webhook 1", "geheim");
  EXPECT_EQ(sealed.find("geheim"), std::string::npos);
  EXPECT_NE(sealed, box->seal(a, "webhook 1", "geheim")) << "a fresh nonce each time";
  EXPECT_EQ(box->open(a, "webhook 1", sealed).value(), "geheim");
  EXPECT_EQ(box->open(b, "webhook 1", sealed).error().code, "secret_broken");
  EXPECT_EQ(box->open(a, "webhook 2", sealed).error().code, "secret_broken");
  EXPECT_EQ(box->open(a, "webhook 1", sealed.substr(0, 20)).error().code, "secret_broken");
  EXPECT_EQ(box->open(a, "webhook 1", "???").error().code, "secret_broken");
  EXPECT_EQ(box->open(a, "x", box->seal(a, "x", "")).value(), "");
  std::filesystem::remove_all(folder);
}
}  // namespace
}  // namespace lotse::privacy
