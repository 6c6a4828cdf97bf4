#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "crash_world.h"
#include "events/stores.h"

namespace lotse::crash {
namespace {

/// Runs the child for so long, kills it, and gives what it told.
std::string run_and_kill(const std::filesystem::path& data, uint64_t live, uint64_t import, uint64_t seed, std::chrono::microseconds after_open) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const std::string arguments[] = {CRASH_CHILD, data.string(), std::to_string(live), std::to_string(import), std::to_string(seed)};
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    ::close(ends[0]);
    const char* argv[6] = {};
    for (int i = 0; i < 5; ++i) argv[i] = arguments[i].c_str();
    execv(argv[0], const_cast<char* const*>(argv));
    _exit(127);
  }
  ::close(ends[1]);
  // Half of the kills come at a random moment after the store was opened, some while it still opens.
  std::string told;
  std::thread killer;
  char bytes[65536];
  bool opened = false;
  if (seed % 10 == 0) {
    killer = std::thread([&] {
      std::this_thread::sleep_for(after_open / 4);
      kill(child, SIGKILL);
    });
    opened = true;
  }
  for (;;) {
    const ssize_t n = read(ends[0], bytes, sizeof bytes);
    if (n <= 0) break;
    told.append(bytes, static_cast<size_t>(n));
    if (!opened && told.find("o\n") != std::string::npos) {
      opened = true;
      killer = std::thread([&] {
        std::this_thread::sleep_for(after_open);
        kill(child, SIGKILL);
      });
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (killer.joinable()) killer.join();
  ::close(ends[0]);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << told.substr(told.size() > 500 ? told.size() - 500 : 0);
  return told;
}

TEST(Crash, WhatWasAcknowledgedIsThereExactlyOnce) {
  const char* wanted = std::getenv("LOTSE_CRASH_ROUNDS");
  const char* seed_text = std::getenv("LOTSE_SEED");
  const int rounds = wanted ? std::atoi(wanted) : 30;
  const uint64_t seed = seed_text ? std::strtoull(seed_text, nullptr, 10) : std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE(fmt::format("LOTSE_SEED={}", seed));
  std::mt19937_64 random(seed);
  std::string name = (std::filesystem::temp_directory_path() / "lotse_crash_XXXXXX").string();
  const std::filesystem::path data = mkdtemp(name.data());

  std::set<uint64_t> acknowledged;           // live events
  std::map<uint64_t, bool> imports;          // acknowledged → there (or undone)
  uint64_t next_live = 0, next_import = 1, checked = 0;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    const auto told = run_and_kill(data, next_live, next_import, random(), std::chrono::microseconds(2'000 + random() % 600'000));
    std::istringstream lines(told.substr(0, told.rfind('\n') + 1));
    std::string what;
    std::optional<uint64_t> undo_began;
    while (lines >> what) {
      uint64_t a = 0, b = 0;
      if (what == "a" && lines >> a >> b)
        for (uint64_t n = a; n <= b; ++n) acknowledged.insert(n);
      else if (what == "i" && lines >> a)
        imports[a] = true, next_import = a + 1, undo_began = a;
      else if (what == "u" && lines >> a)
        imports[a] = false, undo_began.reset();
      else if (what == "!")
        ADD_FAILURE() << told.substr(told.find('!'));
    }
    // Clients send again what was not answered.
    while (acknowledged.contains(next_live)) ++next_live;

    events::Stores stores(data, {}, Clock::system());
    auto vault = privacy::Vault::open(data);
    ASSERT_TRUE(vault) << vault.error().detail;
    auto opened = stores.open(workspace);
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    const auto store = *opened;
    std::map<uint64_t, std::pair<int, uint32_t>> live;  // n → times seen, customer
    std::map<uint64_t, std::vector<char>> rows;
    auto scanned = store->scan(0, store->as_of(), {}, [&](EventColumns&& c) -> Result<void> {
      for (size_t i = 0; i < c.size(); ++i) {
        if (c.time_us[i] >= first_time_us) {
          auto& seen = live[static_cast<uint64_t>(c.time_us[i] - first_time_us)];
          ++seen.first;
          seen.second = c.customer[i];
        } else {
          auto& there = rows[static_cast<uint64_t>(c.time_us[i] / 1'000'000)];
          there.resize(import_rows);
          ++there[static_cast<size_t>(c.time_us[i] % 1'000'000)];
        }
      }
      return {};
    });
    ASSERT_TRUE(scanned) << scanned.error().detail;
    for (const uint64_t n : acknowledged) ASSERT_TRUE(live.contains(n)) << "live event " << n << " is lost in round " << round;
    for (const auto& [n, seen] : live) {
      ASSERT_EQ(seen.first, 1) << "live event " << n << " is there more than once";
      if (n < checked) continue;
      const std::string customer = live_customer(n);
      const std::string_view view = customer;
      ASSERT_EQ(vault.value()->find(workspace, {&view, 1})->at(0), seen.second) << "live event " << n << " has lost its customer";
    }
    checked = next_live;
    for (const auto& [k, there] : rows)
      for (const char count : there) ASSERT_EQ(count, 1) << "import " << k << " is not whole";
    for (const auto& [k, there] : imports)
      if (there)
        ASSERT_TRUE(rows.contains(k) || undo_began == k) << "import " << k << " is lost";
      else
        ASSERT_FALSE(rows.contains(k)) << "import " << k << " was undone";
    if (undo_began && !rows.contains(*undo_began)) imports[*undo_began] = false;
    uint64_t total = live.size();
    for (const auto& [k, there] : rows) total += there.size();
    ASSERT_EQ(store->event_count(), total);
  }
  EXPECT_GT(acknowledged.size(), 0u);
  fmt::print("{} rounds, {} live events acknowledged, {} imports\n", rounds, acknowledged.size(), imports.size());
  std::filesystem::remove_all(data);
}

}  // namespace
}  // namespace lotse::crash
