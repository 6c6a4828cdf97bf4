#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "demo/generate.h"
#include "file_counts.h"

namespace lotse::demo_test {
namespace {

class Folder {
 public:
  explicit Folder(const std::string& name) : path(std::filesystem::temp_directory_path() / ("lotse_demo_" + name + std::to_string(::getpid()))) {}
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

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
  Folder folder("truth");
  const auto files = demo::generate(folder.path);
  ASSERT_TRUE(files) << files.error().detail;
  expect_truth(folder.path);
}

TEST(DemoTruth, HoldsForAnotherSeed) {
  Folder folder("seed");
  ASSERT_TRUE(demo::generate(folder.path, 4711));
  expect_truth(folder.path);
}

TEST(DemoTruth, SameSeedSameBytes) {
  Folder a("a"), b("b"), c("c");
  const auto first = demo::generate(a.path), second = demo::generate(b.path), other = demo::generate(c.path, 7);
  ASSERT_TRUE(first && second && other);
  uint64_t rows = 0;
  for (size_t i = 0; i < first->size(); ++i) {
    EXPECT_EQ((*first)[i].checksum, (*second)[i].checksum) << (*first)[i].name;
    EXPECT_EQ((*first)[i].rows, (*second)[i].rows);
    if ((*first)[i].rows > 0) {
      EXPECT_NE((*first)[i].checksum, (*other)[i].checksum) << (*first)[i].name;
    }
    rows += (*first)[i].rows;
  }
  EXPECT_GT(rows, 1'300'000u);
}

}  // namespace
}  // namespace lotse::demo_test
