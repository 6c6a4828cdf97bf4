#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "demo/generate.h"
#include "file_counts.h"

namespace lotse::demo_test {
namespace {

/// The demo of one seed, written once for all tests of this program.
struct Demo {
  explicit Demo(uint64_t seed, const std::string& name)
      : folder(std::filesystem::temp_directory_path() / ("lotse_demo_" + name + std::to_string(::getpid()))), files(demo::generate(folder, seed)) {}
  ~Demo() { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
  Result<std::vector<demo::WrittenFile>> files;
};
Demo& usual() {
  static Demo it(demo::default_seed, "usual");
  return it;
}
Demo& other() {
  static Demo it(4711, "other");
  return it;
}

nlohmann::json read_json(const std::filesystem::path& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in);
}

void expect_truth(const std::filesystem::path& folder) {
  const auto truth = read_json(folder / "truth.json");
  const auto counted = count_all(read_files(folder));
  const double tolerance = truth.at("tolerance");
  size_t checked = 0;
  for (const auto& figure : truth.at("figures")) {
    const std::string id = figure.at("id");
    const double planted = figure.at("planted");
    ASSERT_TRUE(counted.contains(id)) << "no count for " << id;
    const double found = counted.at(id);
    EXPECT_LE(std::abs(found - planted), std::abs(planted) * tolerance + 1e-9) << id << ": planted " << planted << ", found " << found << " (" << figure.at("text").at("en") << ")";
    if (std::getenv("LOTSE_DEMO_FIGURES")) std::printf("%-32s %12.4f %12.4f %+6.1f %%\n", id.c_str(), planted, found, planted != 0 ? 100 * (found - planted) / std::abs(planted) : 0);
    ++checked;
  }
  EXPECT_EQ(checked, counted.size()) << "each count has its figure";
}

TEST(DemoTruth, EachPlantedFigureIsInTheFiles) {
  ASSERT_TRUE(usual().files) << usual().files.error().detail;
  expect_truth(usual().folder);
}

TEST(DemoTruth, HoldsForAnotherSeed) {
  ASSERT_TRUE(other().files);
  expect_truth(other().folder);
}

TEST(DemoTruth, SameSeedSameBytes) {
  Demo again(demo::default_seed, "again");
  ASSERT_TRUE(usual().files && again.files && other().files);
  uint64_t rows = 0;
  for (size_t i = 0; i < usual().files->size(); ++i) {
    const auto &first = (*usual().files)[i], &second = (*again.files)[i], &third = (*other().files)[i];
    EXPECT_EQ(first.checksum, second.checksum) << first.name;
    EXPECT_EQ(first.rows, second.rows);
    if (first.rows > 0) {
      EXPECT_NE(first.checksum, third.checksum) << first.name;
    }
    rows += first.rows;
  }
  EXPECT_GT(rows, 1'300'000u);
}

}  // namespace
}  // namespace lotse::demo_test
