// Every code that the program can say has its German and its English text.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "http/problem.h"

namespace lotse::test {
namespace {
namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Problems, EachCodeOfTheSourcesHasItsTexts) {
  const std::regex made(
      R"re(Error::invalid\(\s*"([a-z0-9_]+)"|Error::make\(\s*ErrorKind::\w+,\s*"([a-z0-9_]+)"|Error\{\s*ErrorKind::\w+,\s*"([a-z0-9_]+)"|problem\(problems, [^;]*?, "([a-z_]+)")re");
  size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator("src")) {
    const auto& path = entry.path();
    const std::string name = path.filename().string();
    if ((path.extension() != ".cc" && path.extension() != ".h") || name.find("_test.") != std::string::npos || name.find("_bench.") != std::string::npos) continue;
    const std::string text = text_of(path);
    for (std::sregex_iterator at(text.begin(), text.end(), made), end; at != end; ++at)
      for (size_t group = 1; group < at->size(); ++group)
        if ((*at)[group].matched) {
          ++seen;
          EXPECT_TRUE(http::has_problem_text((*at)[group].str())) << path << " says " << (*at)[group].str() << ", which has no text in api/problems";
        }
  }
  EXPECT_GT(seen, 100u) << "run from the project's folder";
}

TEST(Problems, ATextStandsOnceAndSaysSomething) {
  std::map<std::string, std::string> home;
  std::vector<fs::path> files{"api/problems.json"};
  for (const auto& entry : fs::directory_iterator("api/problems.d")) files.push_back(entry.path());
  for (const auto& file : files) {
    const auto all = nlohmann::json::parse(text_of(file));
    for (const auto& [code, texts] : all.items()) {
      EXPECT_TRUE(home.emplace(code, file.string()).second) << code << " stands in " << file << " and in " << home[code];
      for (const char* language : {"en", "de"}) {
        const std::string text = texts.value(language, "");
        EXPECT_TRUE(text.size() > 8 && (text.ends_with('.') || text.ends_with('?') || text.ends_with(')'))) << file << " " << code << " " << language << ": " << text;
      }
    }
  }
}

}  // namespace
}  // namespace lotse::test
