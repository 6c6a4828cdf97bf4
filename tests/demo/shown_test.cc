#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "ask.h"
#include "cli/commands.h"
#include "cli/composition.h"
#include "cli/demo_load.h"
#include "demo/generate.h"
#include "demo/planted.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;  // the load would take many minutes; the same code runs in the unit tests
#else
constexpr bool sanitized = false;
#endif

namespace lotse::demo_test {
namespace {
namespace fs = std::filesystem;

/// `lotse demo` on a new data folder, once, and the system opened on it as a second start would.
class Shown : public ::testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() {
    if (sanitized) return;
    folder = fs::temp_directory_path() / ("lotse_demo_shown_" + std::to_string(::getpid()));
    made = cli::demo_command({"--data", (folder / "data").string()});
    if (made != 0) return;
    auto data = cli::DataFolder::lock(folder / "data");
    ASSERT_TRUE(data) << data.error().code;
    auto opened = cli::Composition::open(std::move(*data));
    ASSERT_TRUE(opened) << opened.error().code << ' ' << opened.error().detail;
    parts = std::move(*opened);
    ASSERT_TRUE(parts->begin());
    ASSERT_TRUE(demo::generate(folder / "files"));
  }
  static void TearDownTestSuite() {
    parts.reset();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  void SetUp() override {
    if (sanitized) GTEST_SKIP() << "not with sanitizers: the load takes too long";
    ASSERT_EQ(made, 0) << "lotse demo failed";
    auto found = parts->owner.viewer(demo::workspace_slug);
    ASSERT_TRUE(found);
    viewer.emplace(*found);
  }
  static cli::DemoServices services() { return {parts->uploads, parts->imports, parts->touchpoints, parts->segments, parts->analysis, parts->sources, parts->kpis}; }

  static inline fs::path folder;
  static inline int made = -1;
  static inline std::unique_ptr<cli::Composition> parts;
  std::optional<Viewer> viewer;
};

TEST_P(Shown, AsTheTruthFileSays) {
  std::ifstream in(folder / "files" / "truth.json");
  const auto truth = nlohmann::json::parse(in);
  const auto ids = cli::demo_ids(services(), *viewer);
  ASSERT_TRUE(ids) << ids.error().code;
  Asker asker(parts->analysis, *viewer, *ids);
  const double tolerance = truth.at("tolerance");
  for (const auto& figure : truth.at("figures")) {
    if (figure.at("truth") != GetParam() || figure.at("shown_by").is_null()) continue;
    const std::string id = figure.at("id");
    const auto found = asker.value(figure.at("shown_by"));
    if (!found) {
      ADD_FAILURE() << id << ": " << found.error().code << ' ' << found.error().field << ' ' << found.error().detail;
      continue;
    }
    const double expected = figure.at("shown_by").at("expected");
    EXPECT_LE(std::abs(*found - expected), std::abs(expected) * tolerance + 1e-9) << id << ": expected " << expected << ", shown " << *found;
    if (std::getenv("LOTSE_DEMO_FIGURES")) std::printf("%-32s %14.4f %14.4f\n", id.c_str(), expected, *found);
  }
}

TEST_P(Shown, OrdersAccountsAndContractsAreCountedAsTheirOwn) {
  if (GetParam() != 0) GTEST_SKIP() << "once is enough";
  const auto count = [&](CountBy kind) {
    analysis::GraphRequest request;
    request.filter.count_by = kind;
    const auto graph = parts->analysis.graph(*viewer, request);
    EXPECT_TRUE(graph) << graph.error().code;
    return graph ? graph->basis : analysis::Basis{};
  };
  EXPECT_NEAR(static_cast<double>(count(CountBy::order).customers), demo::planted::orders, 0.01 * demo::planted::orders);
  const auto accounts = count(CountBy::account);
  EXPECT_GT(accounts.customers, 700u);
  EXPECT_LT(accounts.customers, 800u);
  EXPECT_GT(accounts.events, 40 * accounts.customers) << "several persons to an account";
  EXPECT_GT(count(CountBy::contract).customers, static_cast<uint64_t>(demo::planted::customers));
}
INSTANTIATE_TEST_SUITE_P(Truth, Shown, ::testing::Range(0, 13));

TEST_F(Shown, EachTouchpointOnTheMapHasItsOwner) {
  const auto list = parts->analysis.touchpoints(*viewer);
  ASSERT_TRUE(list);
  size_t mapped = 0, unmapped = 0;
  for (const auto& t : *list) {
    EXPECT_EQ(t.mapped, t.owner.has_value()) << t.name;
    EXPECT_GT(t.events.value_or(0), 0u) << t.name;
    ++(t.mapped ? mapped : unmapped);
  }
  EXPECT_EQ(mapped, 46u);
  EXPECT_EQ(unmapped, 18u);
}

TEST_F(Shown, SixSystemsDelivered) {
  const auto coverage = parts->analysis.coverage(*viewer);
  ASSERT_TRUE(coverage);
  EXPECT_EQ(coverage->sources.size(), 6u);
  EXPECT_GT(coverage->events, 1'300'000u);
}

// The year ends, and what was begun in it trickles on until March: no system is silent because of that.
TEST_F(Shown, AnEndedLogRaisesNoAlert) {
  const auto quality = parts->quality.look(*viewer, 56);
  ASSERT_TRUE(quality);
  EXPECT_EQ(quality->alerts, 0u);
  EXPECT_EQ(quality->until, "2025-12-30");
  EXPECT_EQ(quality->quiet_since, "2026-01-01");
  EXPECT_EQ(quality->sources.size(), 6u);
}

}  // namespace
}  // namespace lotse::demo_test
