#pragma once
#include "base/guarded.h"
#include "events/detail/state.h"

namespace lotse::events::detail {

/// One import while its rows stream into DuckDB: a table function whose rows the workers make.
struct BulkRun {
  const ImportRows& rows;
  std::stop_token stop;
  std::function<Result<void>()> room;  // asked before each batch
  std::vector<uint32_t> attributes;
  IdSet seen;                        // hashes of this file's rows so far
  IdSet* known = nullptr;            // ids of earlier files of the source; null where a join compares them
  Guarded<std::map<EventId, uint64_t>> repeats;  // row hash → occurrences so far, of rows that came more than once
  std::atomic<uint64_t> events_new{0}, events_known{0}, last_row{0};
  std::atomic<uint64_t> own_ns{0}, deduplicate_ns{0};
  struct Counts {
    std::map<uint16_t, SourceCount> sources;
  };
  Guarded<Counts> counts;
  Guarded<std::optional<Error>> error;  // the first one

  BulkRun(const ImportRows& r, std::stop_token s, std::function<Result<void>()> f)
      : rows(r), stop(std::move(s)), room(std::move(f)), seen(r.rows_expected) {
    for (const auto& a : r.attributes) attributes.push_back(a->number);
  }
};

/// Registers the table function import_rows(address of a BulkRun).
Result<void> register_import_rows(Connection& connection);

/// Columns of a part's table, in the order in which import_rows gives them.
std::string part_columns(const std::vector<uint32_t>& attributes);

}  // namespace lotse::events::detail
