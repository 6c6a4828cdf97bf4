// Imports the peers' CSV into an empty data folder and reads it back: import_bench CSV DATA_FOLDER
// Prints one line a stage and a checksum of (customer, touchpoint, time) that bench/import.sh compares with the peer's.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/ids.h"
#include "connect/import_run.h"
#include "events/stores.h"
#include "privacy/vault.h"

using namespace lotse;
using Steady = std::chrono::steady_clock;

namespace {
double since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

long peak_memory_kb() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6);
  return 0;
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}: {}\n", result.error().code, result.error().detail);
  std::exit(1);
}
}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: import_bench CSV DATA_FOLDER\n");
    return 2;
  }
  const std::filesystem::path data = argv[2];
  std::filesystem::remove_all(data);
  events::Stores stores(data, {}, Clock::system());
  auto vault = must(privacy::Vault::open(data));
  connect::ImportOrder order;
  order.workspace = {"ws_bench"};
  order.file = argv[1];
  order.import = "imp_bench";
  order.source_id = "src_bench";
  order.source_name = "bench";
  order.rejects = data / "rejects.csv";
  order.mapping.read.time_zone = "UTC";
  using R = connect::ColumnRole;
  order.mapping.columns = {{"customer_id", R::customer}, {"touchpoint", R::event_type}, {"channel", R::channel},
                           {"source", R::source_system}, {"ts", R::time},               {"cost", R::cost}};
  auto store = must(stores.open(order.workspace));
  const auto start = Steady::now();
  const auto result = must(connect::run_import(store, *vault, order, Clock::system(), [](double, std::string_view) {}));
  const double imported = since(start);
  const auto scanning = Steady::now();
  std::vector<EventColumns> chunks;
  auto scanned = store->scan(0, store->as_of(), {}, [&](EventColumns&& c) -> Result<void> {
    chunks.push_back(std::move(c));
    return {};
  });
  if (!scanned) must(Result<int>(scanned.error()));
  const double scan_s = since(scanning);
  // Customers of the file are "C" and nine digits; types are compared by their place among the sorted names.
  const auto dictionary = store->dictionary();
  std::vector<std::pair<std::string, size_t>> names;
  for (const auto& t : dictionary->types) names.emplace_back(t.name, t.code);
  std::ranges::sort(names);
  std::vector<uint64_t> place(names.size() + 1);
  for (size_t i = 0; i < names.size(); ++i) place[names[i].second] = i;
  // Per customer a sum over its events, then a sum of squares: neither order nor numbering of customers counts.
  std::vector<uint64_t> sums;
  uint64_t rows = 0, customers = 0, sum = 0;
  for (const auto& c : chunks) {
    rows += c.size();
    for (size_t i = 0; i < c.size(); ++i) {
      if (c.customer[i] >= sums.size()) sums.resize(c.customer[i] * 2 + 1);
      sums[c.customer[i]] += place[c.type[i]] * 7919 + static_cast<uint64_t>(c.time_us[i] / 1000) % 1'000'000'007;
    }
  }
  for (const uint64_t s : sums) {
    customers += s != 0;
    sum += (s % 1'000'003) * (s % 1'000'003);
  }
  for (const auto& stage : result.stages) fmt::print("stage {} {:.3f}\n", stage.stage, stage.seconds);
  fmt::print("import {:.3f}\nscan {:.3f}\ntotal {:.3f}\n", imported, scan_s, imported + scan_s);
  fmt::print("rows {}\ncustomers {}\nsum {}\nrejected {}\nmemory_kb {}\n", rows, customers, sum, result.rows_rejected, peak_memory_kb());
}
