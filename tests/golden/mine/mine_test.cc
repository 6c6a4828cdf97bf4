#include "cli/mine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "connect/file_bytes.h"

namespace lotse::cli {
namespace {

const ManualClock test_clock(Micros{1'800'000'000'000'000});  // 2027-01-15

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

MineOptions options_of(const std::vector<std::string>& parts) {
  MineOptions out;
  for (size_t i = 1; i + 1 < parts.size(); i += 2) {
    const std::string& value = parts[i + 1];
    if (parts[i] == "--case") out.case_column = value;
    else if (parts[i] == "--activity") out.activity_column = value;
    else if (parts[i] == "--time") out.time_column = value;
    else if (parts[i] == "--customer") out.customer_column = value;
    else if (parts[i] == "--lifecycle") out.lifecycle = value;
    else if (parts[i] == "--classifier") out.classifier = value;
    else if (parts[i] == "--zone") out.zone = value;
    else ADD_FAILURE() << "unknown option " << parts[i];
  }
  return out;
}

std::string in_words(const Result<MineReport>& got) {
  if (!got) return "error " + got.error().code + "\n";
  uint64_t occurrences = 0;
  for (const MineEdge& e : got->edges) occurrences += e.count;
  std::string out = fmt::format("{} cases, {} events, {} activities, {} variants\n{} pairs, {} occurrences\nduration mean {:.3f} d, median {:.3f} d\n", got->instances,
                                got->events, got->touchpoints, got->variants, got->edges.size(), occurrences, got->duration_s.mean / 86400, got->duration_s.median / 86400);
  for (const MineNote& n : got->rejects) out += fmt::format("rejected {} {}\n", n.rows, n.code);
  for (const MineNote& n : got->warnings) out += fmt::format("warning {} {}\n", n.rows, n.code);
  return out;
}

// Runs each paragraph of a golden file: a line with file and options, ----, the expected lines.
void run_golden(const std::string& path) {
  const char* folder = std::getenv("LOTSE_TEST_DATA");
  if (!folder) GTEST_SKIP() << "LOTSE_TEST_DATA is not set: the folder with the public logs that this test counts";
  std::ifstream in(path);
  ASSERT_TRUE(in) << path;
  std::string line, head, expected;
  size_t ran = 0;
  ManualClock clock = test_clock;
  const auto check = [&] {
    if (head.empty()) return;
    const auto parts = words(head);
    auto file = connect::DiskFile::open(std::string(folder) + "/" + parts[0]);
    ASSERT_TRUE(file) << parts[0];
    EXPECT_EQ(in_words(mine(**file, options_of(parts), clock)), expected) << head;
    ++ran;
    head.clear();
    expected.clear();
  };
  bool in_answer = false;
  while (std::getline(in, line)) {
    if (line.starts_with('#')) continue;
    if (line.empty()) {
      check();
      in_answer = false;
    } else if (line == "----") {
      in_answer = true;
    } else if (in_answer) {
      expected += line + "\n";
    } else {
      head = line;
    }
  }
  check();
  EXPECT_GT(ran, 0u);
}

TEST(MineGolden, RealLogs) { run_golden("tests/golden/mine/reallogs.golden"); }
TEST(MineGolden, XesEdgeCases) { run_golden("tests/golden/mine/xes_edge_cases.golden"); }

Result<MineReport> mine_text(std::string_view text, MineOptions options = {}) {
  formats::MemoryFile file(text);
  ManualClock clock = test_clock;
  return mine(file, options, clock);
}

TEST(Mine, CountsByHand) {
  const auto got = mine_text(
      "case,activity,time\n"
      "1,order,2024-01-01 10:00\n"
      "1, pay ,2024-01-01 10:02\n"
      "2,order,2024-01-01 11:00\n"
      "2,pay,2024-01-01 11:04\n"
      "2,ship,2024-01-01 11:04\n"  // the same time: order of the file
      "3,order,2024-01-02 00:00\n"
      ",order,2024-01-02 00:00\n"
      "4,,2024-01-02 00:00\n"
      "4,order,yesterday\n"
      "4,order,\n"
      "\n").value();
  EXPECT_EQ(in_words(got),
            "3 cases, 6 events, 3 activities, 3 variants\n2 pairs, 3 occurrences\nduration mean 0.001 d, median 0.001 d\n"
            "rejected 1 no_case\nrejected 1 empty_event_type\nrejected 1 bad_time\nrejected 1 time_missing\n");
  EXPECT_EQ(got.rejected_rows, 4u);
  EXPECT_EQ(got.duration_s.mean, 120);
  EXPECT_EQ(got.duration_s.median, 120);
  const auto json = to_json(got);
  EXPECT_EQ(json["edges"][0], nlohmann::json::parse(R"({"from":"order","to":"pay","count":2,"mean_s":180.0,"median_s":180.0})"));
  EXPECT_EQ(json["edges"][1]["to"], "ship");
  // All variants come once: ties by sequence as bytes, a shorter prefix first.
  EXPECT_EQ(json["top_variants"][0]["sequence"], nlohmann::json::parse(R"(["order"])"));
  EXPECT_EQ(json["top_variants"][1]["sequence"], nlohmann::json::parse(R"(["order","pay"])"));
  EXPECT_EQ(json["top_variants"][2]["median_duration_s"], 240.0);
  EXPECT_EQ(got.rejects[0].first_row, 8u);
}

TEST(Mine, CustomerAndCaseArePairs) {
  const std::string_view log = "customer,order,activity,time\nA,1,x,2024-01-01\nB,1,x,2024-01-02\nA,2,y,2024-01-03\n,2,y,2024-01-03\n";
  EXPECT_EQ(mine_text(log)->instances, 2u);  // by order alone
  const auto pairs = mine_text(log, {.case_column = "order", .customer_column = "customer"}).value();
  EXPECT_EQ(pairs.instances, 3u);
  EXPECT_EQ(pairs.rejected_rows, 1u);
}

TEST(Mine, ALaterRowTellsDayFromMonth) {
  std::string log = "case,activity,time\n";
  for (int i = 0; i < 40'000; ++i) log += "1,some activity with a long name,03/04/2024\n";
  EXPECT_EQ(mine_text(log)->warnings.at(0).code, "us_dates_assumed");
  EXPECT_EQ(mine_text(log)->first_event, "2024-03-04T00:00:00Z");
  log += "1,x,25/04/2024\n";
  const auto got = mine_text(log).value();
  EXPECT_EQ(got.first_event, "2024-04-03T00:00:00Z");
  EXPECT_EQ(got.rejected_rows, 0u);
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Mine, LocalTimesOfAZone) {
  const std::string_view log = "case,activity,time\n1,a,2024-03-31 01:30\n1,b,2024-03-31 02:30\n1,c,2024-10-27 02:30\n";
  const auto got = mine_text(log, {.zone = "Europe/Berlin"}).value();
  EXPECT_EQ(got.first_event, "2024-03-31T00:30:00Z");
  EXPECT_EQ(got.last_event, "2024-10-27T00:30:00Z");
  EXPECT_EQ(got.warnings.size(), 2u);
  EXPECT_EQ(mine_text(log, {.zone = "Mond/Krater"}).error().code, "unknown_zone");
}

TEST(Mine, YearsAtTheEdge) {
  const auto got = mine_text("case,activity,time\n1,a,0001-01-01T00:00:00Z\n1,b,9999-12-31T23:59:59Z\n1,c,0001-01-01T00:00:00+01:00\n").value();
  EXPECT_EQ(got.events, 2u);
  EXPECT_EQ(got.rejects.at(0).code, "time_out_of_range");
  EXPECT_EQ(got.first_event, "0001-01-01T00:00:00Z");
}

TEST(Mine, ACustomerWithAMillionEvents) {
  std::string log = "case,activity,time\n";
  for (int i = 0; i < 1'000'000; ++i) log += fmt::format("1,{},{}\n", i % 3 ? "a" : "b", 1'600'000'000 + i);
  const auto got = mine_text(log).value();
  EXPECT_EQ(got.instances, 1u);
  EXPECT_EQ(got.events, 1'000'000u);
  EXPECT_EQ(got.duration_s.mean, 999'999);
}

TEST(Mine, SaysWhichColumnIsMissing) {
  const auto guess = mine_text("a,b,c\n1,2,x\n");
  EXPECT_EQ(guess.error().code, "column_not_guessed");
  EXPECT_NE(guess.error().detail.find("a, b, c"), std::string::npos);
  EXPECT_EQ(mine_text("case,activity,time\n1,a,2024-01-01\n", {.case_column = "nope"}).error().code, "column_not_found");
  EXPECT_EQ(mine_text("case,activity,time\n1,a,2024-01-01\n", {.lifecycle = "complete"}).error().code, "lifecycle_missing");
  std::string many = "case,activity,time\n";
  for (int i = 0; i < 65'600; ++i) many += fmt::format("1,activity {},2024-01-01\n", i);
  EXPECT_EQ(mine_text(many).error().code, "too_many_touchpoints");
}

class MineCommand : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  int run(const std::vector<std::string>& arguments) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = mine_command(arguments);
    out_ = ::testing::internal::GetCapturedStdout();
    error_ = ::testing::internal::GetCapturedStderr();
    return code;
  }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("lotse-mine-" + std::to_string(::getpid()));
  std::string out_, error_;
};

TEST_F(MineCommand, PrintsOneJsonObject) {
  const auto log = write("log.csv", "case;activity;time\n1;a;01.02.2024\n");
  EXPECT_EQ(run({log, "--json"}), 0);
  const auto json = nlohmann::json::parse(out_);
  for (const char* key : {"instances", "events", "touchpoints", "variants", "edges", "top_variants", "duration_s", "rejected_rows"}) EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(run({log, "--separator=;", "--time", "time"}), 0);
  EXPECT_NE(out_.find("instances     1"), std::string::npos);
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_NE(out_.find("Exit codes"), std::string::npos);
}

TEST_F(MineCommand, ErrorsSayWhatToDo) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({"--bogus"}), 2);
  EXPECT_EQ(run({"--case"}), 2);
  EXPECT_EQ(run({"a", "b"}), 2);
  EXPECT_EQ(run({"/nonexistent/log.csv"}), 4);
  EXPECT_EQ(run({folder_.string()}), 2);
  EXPECT_EQ(run({write("empty.csv", "")}), 2);
  EXPECT_NE(error_.find("The file is empty"), std::string::npos);
  EXPECT_EQ(run({write("header.csv", "a,b,c\n")}), 2);
  EXPECT_EQ(run({write("cut.xes.gz", std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b", 11))}), 2);
  EXPECT_NE(error_.find("ends too early"), std::string::npos);
  EXPECT_EQ(run({write("bomb.xes", "<!DOCTYPE log [<!ENTITY a 'x'>]><log/>")}), 2);
  EXPECT_EQ(run({write("wide.csv", std::string(1'000'000, ',') + "\n")}), 2);
  EXPECT_EQ(run({write("cut.xes", "<log><trace><event>")}), 2);
  EXPECT_TRUE(out_.empty());
}

}  // namespace
}  // namespace lotse::cli
