#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The demo's files as a stranger would count them: read with nothing but their columns, no code of the generator.
namespace lotse::demo_test {

struct Row {
  int64_t wall = 0;  ///< seconds of Berlin's wall clock since 1970
  int64_t utc = 0;
  int customer = 0;
  std::string_view key, kind, type, touchpoint, channel, unit, device, wait, occasion, text, system;  ///< live as long as the program
  double cost = 0;
  int score = -1, attempts = 0;
};
struct Person {
  std::string market, region;
};
struct Files {
  std::vector<Row> rows;  ///< by time, ties in the order of the files
  std::map<int, Person> people;
  std::map<std::string, std::string, std::less<>> owner;  ///< of owned touchpoints
  std::vector<std::string> systems;
};
Files read_files(const std::filesystem::path& folder);

/// Figure id of the truth file → what the files hold.
std::map<std::string, double> count_all(const Files& files);

}  // namespace lotse::demo_test
