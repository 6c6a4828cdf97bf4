#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "connect/import_run.h"

/// What the writing child and the checking parent agree on.
namespace lotse::crash {

inline const WorkspaceId workspace{"ws_crash"};
inline constexpr int64_t first_time_us = 1'700'000'000'000'000;
inline constexpr int customers = 200;
inline constexpr int import_rows = 30'000;

/// Live event n has the time first_time + n, so that it is recognised in the store.
inline int64_t live_time_us(uint64_t n) { return first_time_us + static_cast<int64_t>(n); }
inline std::string live_customer(uint64_t n) { return fmt::format("live-{}", n % customers + n / 500 * customers); }

/// Row i of import k lies in a range of times of its own, before all live events.
inline int64_t import_time_us(uint64_t k, int i) { return static_cast<int64_t>(k) * 1'000'000 + i; }
inline std::string import_id(uint64_t k) { return fmt::format("imp_{}", k); }

inline std::filesystem::path write_csv(const std::filesystem::path& folder, uint64_t k) {
  const auto path = folder / fmt::format("import_{}.csv", k);
  std::ofstream file(path);
  file << "who,what,when,order\n";
  for (int i = 0; i < import_rows; ++i)
    file << "c" << (k * 1000 + static_cast<uint64_t>(i) % 1000) << ",type " << i % 30 << "," << import_time_us(k, i) << ",o" << k << "-" << i % 5000 << "\n";
  return path;
}

inline connect::ImportOrder import_order(const std::filesystem::path& folder, uint64_t k) {
  using R = connect::ColumnRole;
  connect::ImportOrder order;
  order.workspace = workspace;
  order.file = write_csv(folder, k);
  order.import = import_id(k);
  order.source_id = "src_files";
  order.source_name = "Files";
  order.rejects = folder / "rejects.csv";
  order.mapping.read.time_format = "epoch_us";
  order.mapping.columns = {{"who", R::customer}, {"what", R::event_type}, {"when", R::time}, {"order", R::instance_key}};
  return order;
}

}  // namespace lotse::crash
