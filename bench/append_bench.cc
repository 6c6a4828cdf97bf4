// Durable appends of small batches while the store keeps up: append_bench FOLDER WAY [SECONDS] [BATCH] [CLIENTS]
//   journal      events::DuckStore: a synced journal, tables filled in the background
//   checkpoints  the same group commit straight into DuckDB, automatic checkpoints off, one by hand each 64 MB of log
//   automatic    the same with DuckDB's automatic checkpoints
// Each client sends its next batch when the last was acknowledged. Prints rows/s and the time to the acknowledgement.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <thread>

#include "events/detail/duck.h"
#include "events/duck_store.h"

using namespace lotse;
using Steady = std::chrono::steady_clock;

namespace {
template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}: {}\n", result.error().code, result.error().detail);
  std::exit(1);
}
void must(Result<void> result) { (void)must(result ? Result<int>(0) : Result<int>(result.error())); }

/// One of the ways: takes a batch and calls back when it is durable.
struct Way {
  virtual ~Way() = default;
  virtual void append(uint64_t first, size_t count, std::function<void()> done) = 0;
};

struct Journal : Way {
  events::Feeds feeds;
  std::shared_ptr<events::DuckStore> store;
  uint16_t source;
  explicit Journal(const std::filesystem::path& folder)
      : store(must(events::DuckStore::open({"ws_bench"}, folder, {}, feeds, Clock::system()))), source(must(store->source("src_bench", "bench"))) {}
  void append(uint64_t first, size_t count, std::function<void()> done) override {
    std::vector<events::LiveEvent> events(count);
    for (size_t i = 0; i < count; ++i) {
      events::LiveEvent& e = events[i];
      e.id = events::message_id("src_bench", std::to_string(first + i));
      e.identity = static_cast<uint32_t>((first + i) * 2654435761u % 1'000'000 + 1);
      e.time = Micros{static_cast<int64_t>(1'735'689'600'000'000 + first + i)};
      e.type = fmt::format("view_web_{:03}", (first + i) % 120);
      e.source = source;
      e.channel = "web";
      e.cost = 1.25;
    }
    store->append(std::move(events), [done = std::move(done)](Result<events::Acked> acked) {
      must(std::move(acked));
      done();
    });
  }
};

struct Direct : Way {
  std::filesystem::path file;
  bool by_hand;
  std::shared_ptr<events::detail::Database> database;
  std::mutex mutex;
  std::condition_variable wake;
  struct Waiting {
    uint64_t first;
    size_t count;
    std::function<void()> done;
  };
  std::vector<Waiting> queue;
  bool ending = false;
  std::thread committer, checkpointer;

  Direct(const std::filesystem::path& folder, bool checkpoints_by_hand) : file(folder / "direct.duckdb"), by_hand(checkpoints_by_hand) {
    database = must(events::detail::Database::open(file, {}));
    auto connection = must(database->connect());
    if (!by_hand) must(connection->run("SET checkpoint_threshold = '16MB'"));  // DuckDB's default
    must(connection->run("CREATE TABLE live (arrival UBIGINT, id UHUGEINT, identity UINTEGER, time_us BIGINT, type UINTEGER, channel UINTEGER, cost DOUBLE)"));
    committer = std::thread([this] { commit(); });
    if (by_hand) checkpointer = std::thread([this] { checkpoint(); });
  }
  ~Direct() override {
    {
      std::lock_guard lock(mutex);
      ending = true;
    }
    wake.notify_all();
    committer.join();
    if (checkpointer.joinable()) checkpointer.join();
  }
  void append(uint64_t first, size_t count, std::function<void()> done) override {
    {
      std::lock_guard lock(mutex);
      queue.push_back({first, count, std::move(done)});
    }
    wake.notify_all();
  }
  void commit() {
    auto connection = must(database->connect());
    for (;;) {
      std::vector<Waiting> group;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return ending || !queue.empty(); });
        if (queue.empty()) return;
        group.swap(queue);
      }
      auto transaction = must(events::detail::Transaction::begin(*connection));
      auto rows = must(events::detail::Appender::open(*connection, "live", {DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_UHUGEINT, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_BIGINT,
                                                                              DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_DOUBLE}));
      for (const auto& waiting : group)
        for (uint64_t n = waiting.first; n < waiting.first + waiting.count; ++n) {
          const auto id = events::message_id("src_bench", std::to_string(n));
          const size_t r = rows->row();
          rows->column<uint64_t>(0)[r] = n;
          rows->column<duckdb_uhugeint>(1)[r] = {id.low, id.high};
          rows->column<uint32_t>(2)[r] = static_cast<uint32_t>(n * 2654435761u % 1'000'000);
          rows->column<int64_t>(3)[r] = static_cast<int64_t>(1'735'689'600'000'000 + n);
          rows->column<uint32_t>(4)[r] = n % 120;
          rows->column<uint32_t>(5)[r] = 1;
          rows->column<double>(6)[r] = 1.25;
          must(rows->end_row());
        }
      must(rows->finish());
      must(transaction->commit());
      for (auto& waiting : group) waiting.done();
    }
  }
  void checkpoint() {
    auto connection = must(database->connect());
    for (;;) {
      {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, std::chrono::milliseconds(200), [&] { return ending; });
        if (ending) return;
      }
      std::error_code none;
      if (std::filesystem::file_size(file.string() + ".wal", none) > (64u << 20) && !none) (void)connection->run("CHECKPOINT");
    }
  }
};
}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: append_bench FOLDER journal|checkpoints|automatic [SECONDS] [BATCH] [CLIENTS]\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const std::string how = argv[2];
  const double seconds = argc > 3 ? std::atof(argv[3]) : 10;
  const size_t batch = argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 100;
  const int clients = argc > 5 ? std::atoi(argv[5]) : 16;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::unique_ptr<Way> way;
  if (how == "journal")
    way = std::make_unique<Journal>(folder);
  else
    way = std::make_unique<Direct>(folder, how == "checkpoints");

  std::mutex mutex;
  std::vector<double> waits_ms;
  std::atomic<uint64_t> next{1}, rows{0};
  const auto start = Steady::now();
  const auto end = start + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
  std::vector<std::thread> threads;
  for (int c = 0; c < clients; ++c)
    threads.emplace_back([&] {
      std::mutex answered;
      std::condition_variable wake;
      while (Steady::now() < end) {
        bool done = false;
        const auto sent = Steady::now();
        way->append(next.fetch_add(batch), batch, [&] {
          std::lock_guard lock(answered);
          done = true;
          wake.notify_one();
        });
        std::unique_lock lock(answered);
        wake.wait(lock, [&] { return done; });
        const double ms = std::chrono::duration<double, std::milli>(Steady::now() - sent).count();
        rows += batch;
        std::lock_guard all(mutex);
        waits_ms.push_back(ms);
      }
    });
  for (auto& thread : threads) thread.join();
  const double took = std::chrono::duration<double>(Steady::now() - start).count();
  std::ranges::sort(waits_ms);
  const auto at = [&](double q) { return waits_ms[std::min(waits_ms.size() - 1, static_cast<size_t>(q * static_cast<double>(waits_ms.size())))]; };
  fmt::print("{:<12} {:>9.0f} rows/s  ack ms: median {:.2f}  p99 {:.2f}  p99.9 {:.2f}  max {:.2f}\n", how, static_cast<double>(rows) / took, at(0.5), at(0.99),
             at(0.999), waits_ms.back());
}
