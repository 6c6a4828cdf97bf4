#include "privacy/vault.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <unordered_map>

#include "privacy/identity_index.h"

namespace lotse::access {
/// Makes Viewers for tests in the way that access does.
class ViewerMaker {
 public:
  static Viewer make(WorkspaceId workspace, uint32_t rights) { return Viewer(std::move(workspace), "us_test", Role::reader, rights, {}); }
};
}  // namespace lotse::access

namespace lotse::privacy {
namespace {

const WorkspaceId a{"ws_a"}, b{"ws_b"};

class VaultTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lotse-vault-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    reopen();
  }
  void TearDown() override {
    vault_.reset();
    std::filesystem::remove_all(folder_);
  }
  void reopen() {
    vault_.reset();
    auto opened = Vault::open(folder_);
    ASSERT_TRUE(opened) << opened.error().detail;
    vault_ = std::move(*opened);
  }
  std::vector<uint32_t> resolve(const WorkspaceId& workspace, const std::vector<std::string>& identifiers) {
    std::vector<std::string_view> views(identifiers.begin(), identifiers.end());
    std::vector<uint32_t> numbers;
    auto fresh = vault_->resolve(workspace, views, numbers);
    EXPECT_TRUE(fresh) << fresh.error().detail;
    fresh_ = fresh.value_or(0);
    return numbers;
  }
  std::filesystem::path folder_;
  std::unique_ptr<Vault> vault_;
  uint64_t fresh_ = 0;
};

TEST_F(VaultTest, NumbersAreDenseAndStayOverARestart) {
  EXPECT_EQ(resolve(a, {"K-1", "K-2", "K-1"}), (std::vector<uint32_t>{1, 2, 1}));
  EXPECT_EQ(fresh_, 2u);
  reopen();
  EXPECT_EQ(resolve(a, {"K-3", "K-2"}), (std::vector<uint32_t>{3, 2}));
  EXPECT_EQ(resolve(b, {"K-2"}), (std::vector<uint32_t>{1})) << "each workspace counts by itself";
}

TEST_F(VaultTest, PagesGrowAndFill) {
  std::vector<std::string> many;
  for (int i = 0; i < 10'000; ++i) many.push_back("customer " + std::to_string(i));
  for (int i = 0; i < 300; ++i) (void)resolve(a, {many[static_cast<size_t>(i)]});
  const auto numbers = resolve(a, many);
  for (size_t i = 0; i < many.size(); ++i) ASSERT_EQ(numbers[i], i + 1);
  reopen();
  EXPECT_EQ(resolve(a, many), numbers);
  EXPECT_EQ(fresh_, 0u);
  const auto viewer = access::ViewerMaker::make(a, ~0u);
  for (const uint32_t no : {1u, 255u, 256u, 257u, 4096u, 4097u, 10'000u})
    EXPECT_EQ(vault_->identifier(viewer, no).value(), many[no - 1]);
  EXPECT_EQ(vault_->identifier(viewer, 10'001).value(), std::nullopt);
}

TEST_F(VaultTest, OnlyTheRightSeesAnIdentifierAndTheFileHidesIt) {
  (void)resolve(a, {"erika.mustermann@example.com"});
  auto refused = vault_->identifier(access::ViewerMaker::make(a, 0), 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
  vault_.reset();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    EXPECT_EQ(bytes.find("mustermann"), std::string::npos) << entry.path();
  }
  const auto mode = std::filesystem::status(folder_ / "keys/master").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(VaultTest, PseudonymsLeadBackInTheirWorkspaceOnly) {
  for (const uint32_t no : {1u, 2u, 77u, 4'000'000'000u}) {
    const auto name = vault_->pseudonym(a, no);
    EXPECT_EQ(vault_->customer_no(a, name), no);
    EXPECT_EQ(vault_->customer_no(b, name), std::nullopt);
    auto forged = name;
    forged[10] = forged[10] == '0' ? '1' : '0';
    EXPECT_EQ(vault_->customer_no(a, forged), std::nullopt);
  }
  EXPECT_NE(vault_->staff_pseudonym(a, "Max"), vault_->staff_pseudonym(a, "Moritz"));
  EXPECT_EQ(vault_->customer_no(a, "cu_"), std::nullopt);
}

TEST_F(VaultTest, AMissingOrForeignKeyIsSaid) {
  (void)resolve(a, {"x"});
  vault_.reset();
  std::filesystem::remove(folder_ / "keys/master");
  EXPECT_EQ(Vault::open(folder_).error().code, "keys_missing");
  std::ofstream(folder_ / "keys/master") << std::string(32, 'k');
  auto foreign = Vault::open(folder_);
  ASSERT_TRUE(foreign);
  std::vector<uint32_t> numbers;
  const std::string_view x = "x";
  EXPECT_EQ((*foreign)->resolve(a, {&x, 1}, numbers).error().code, "vault_broken");
}

TEST_F(VaultTest, ForgettingAWorkspaceLeavesOthers) {
  (void)resolve(a, {"x", "y"});
  (void)resolve(b, {"z"});
  ASSERT_TRUE(vault_->forget(a));
  EXPECT_EQ(resolve(a, {"y"}), (std::vector<uint32_t>{1}));
  EXPECT_EQ(resolve(b, {"z"}), (std::vector<uint32_t>{1}));
  EXPECT_EQ(fresh_, 0u);
}

TEST_F(VaultTest, AnImportsNumbersAreDurableOnceKept) {
  const auto assign = [&](std::vector<std::string_view> identifiers) {
    std::vector<uint32_t> numbers;
    EXPECT_TRUE(vault_->assign(a, identifiers, numbers));
    return numbers;
  };
  EXPECT_EQ(assign({"x", "y", "x"}), (std::vector<uint32_t>{1, 2, 1}));
  reopen();
  EXPECT_EQ(assign({"y"}), (std::vector<uint32_t>{1})) << "never kept, so never given";
  ASSERT_TRUE(vault_->keep(a));
  EXPECT_EQ(assign({"x"}), (std::vector<uint32_t>{2}));
  vault_->discard(a);
  EXPECT_EQ(assign({"z"}), (std::vector<uint32_t>{2}));
  // A live event of a customer that only a running import knows makes the number durable.
  EXPECT_EQ(resolve(a, {"z"}), (std::vector<uint32_t>{2}));
  vault_->discard(a);
  reopen();
  EXPECT_EQ(assign({"y", "z", "x"}), (std::vector<uint32_t>{1, 2, 3}));
}

TEST_F(VaultTest, AnErasedIdentityIsForgottenButKnownAgain) {
  EXPECT_EQ(resolve(a, {"x", "y", "z"}), (std::vector<uint32_t>{1, 2, 3}));
  ASSERT_TRUE(vault_->erase(a, {2}));
  ASSERT_TRUE(vault_->erase(a, {2})) << "once more changes nothing";
  const auto viewer = access::ViewerMaker::make(a, ~0u);
  for (int i = 0; i < 2; ++i, reopen()) {
    EXPECT_EQ(vault_->identifier(viewer, 2).value(), std::nullopt);
    EXPECT_EQ(vault_->identifier(viewer, 3).value(), "z");
    EXPECT_EQ(resolve(a, {"x", "y", "z"}), (std::vector<uint32_t>{1, 0, 3}));
    EXPECT_TRUE(vault_->is_erased(a, "y").value());
    EXPECT_FALSE(vault_->is_erased(b, "y").value()) << "each workspace by itself";
    EXPECT_EQ(vault_->tombstone_count(a).value(), 1u);
  }
  vault_->let_erased_return(a, true);
  EXPECT_EQ(resolve(a, {"y"}), (std::vector<uint32_t>{4}));
  ASSERT_TRUE(vault_->purge());
}

TEST_F(VaultTest, ErasesAmongManyPagesAndWhatAnImportJustGot) {
  std::vector<std::string> many;
  for (int i = 0; i < 10'000; ++i) many.push_back("customer " + std::to_string(i));
  (void)resolve(a, many);
  std::vector<uint32_t> numbers;
  const std::string_view fresh = "fresh";
  ASSERT_TRUE(vault_->assign(a, {&fresh, 1}, numbers));
  ASSERT_TRUE(vault_->erase(a, {10'001, 1, 4096, 4097, 10'000}));
  vault_->discard(a);
  reopen();
  const auto found = vault_->originals(a, {1, 2, 4096, 4097, 4098, 10'000, 10'001}).value();
  EXPECT_EQ(found, (std::vector<std::string>{"", "customer 1", "", "", "customer 4097", "", ""}));
  EXPECT_EQ(resolve(a, {"customer 2", "new"}), (std::vector<uint32_t>{3, 10'002}));
}

TEST(IdentityIndex, AgreesWithAMap) {
  std::mt19937_64 random(7);
  IdentityIndex index;
  std::unordered_map<uint64_t, uint32_t> oracle;
  for (uint32_t i = 1; i < 20'000; ++i) {
    // Few low bits, so that runs collide and wrap.
    const IdentityHash hash{random() % 3000, random() % 64};
    const uint64_t key = hash.high << 8 | hash.low;
    if (random() % 3 == 0) {
      index.remove(hash);
      oracle.erase(key);
    } else if (!oracle.contains(key)) {
      index.put(hash, i);
      oracle[key] = i;
    }
    ASSERT_EQ(index.find(hash), oracle.contains(key) ? oracle[key] : 0u);
  }
  EXPECT_EQ(index.size(), oracle.size());
}

}  // namespace
}  // namespace lotse::privacy
