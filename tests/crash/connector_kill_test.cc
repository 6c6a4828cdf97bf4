#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "net/testing/http_peer.h"

namespace lotse::crash {
namespace {

/// The child, its output read line by line.
class Child {
 public:
  Child(const std::filesystem::path& folder, const std::string& url) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], 1);
      ::execl(CONNECTOR_CHILD, CONNECTOR_CHILD, folder.c_str(), url.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  ~Child() { kill(); }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(out_);
    pid_ = 0;
  }
  /// Waits for a line that begins with `word`; empty after `ms`.
  std::string line(const std::string& word, int ms) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    for (;;) {
      for (size_t end; (end = text_.find('\n')) != std::string::npos;) {
        const std::string one = text_.substr(0, end);
        text_.erase(0, end + 1);
        if (one.starts_with(word)) return one;
      }
      pollfd wait{out_, POLLIN, 0};
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) <= 0) return {};
      char piece[4096];
      const ssize_t n = ::read(out_, piece, sizeof piece);
      if (n <= 0) return {};
      text_.append(piece, static_cast<size_t>(n));
    }
  }

 private:
  pid_t pid_ = 0;
  int out_ = -1;
  std::string text_;
};

TEST(Connectors, AKilledPullLosesNothingAndTakesNothingTwice) {
  constexpr int there = 120'000, page = 4'000;  // three batches of a run
  net::testing::HttpPeer peer([&](const net::testing::PeerRequest& r) {
    const int since = r.query.contains("since") ? std::stoi(r.query.at("since")) : 0, from = r.query.contains("cursor") ? std::stoi(r.query.at("cursor")) : since;
    std::string items;
    for (int n = from; n < std::min(from + page, there); ++n)
      items += fmt::format(R"({}{{"who":"K{}","what":"T{}","when":{},"id":{}}})", items.empty() ? "" : ",", n % 3000, n % 20, 1'700'000'000 + n, n);
    const bool more = from + page < there;
    return net::testing::PeerAnswer{.body = fmt::format(R"({{"items":[{}],"next":{}}})", items, more ? std::to_string(from + page) : "null")};
  });
  std::string pattern = (std::filesystem::temp_directory_path() / "lotse_kill_XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 chance(seed);
  int killed = 0;
  for (int round = 0; round < 8; ++round) {
    Child child(folder, peer.url());
    ASSERT_EQ(child.line("READY", 20'000), "READY");
    const int wait = static_cast<int>(chance() % 900) + 30;
    if (child.line("done", wait).empty()) ++killed;
    child.kill();
  }
  EXPECT_GT(killed, 0);
  Child child(folder, peer.url());
  EXPECT_EQ(child.line("done", 120'000), fmt::format("done {}", there));
  child.kill();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lotse::crash
