#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/columns.h"
#include "engine/executor.h"

namespace lotse::engine {

class Columns;

/// All events of a workspace at one moment, sorted by (customer, time, arrival). Immutable: any number of threads may
/// query it while the next one is being built. Copying the pointer keeps it alive.
using Snapshot = std::shared_ptr<const Columns>;

/// What a snapshot holds; all known without a scan, but for `classes`.
struct SnapshotInfo {
  uint64_t events = 0;
  uint64_t customers = 0;
  uint64_t delta_events = 0;     ///< of `events`: those outside the main segment
  uint64_t delta_customers = 0;
  size_t segments = 0;
  uint64_t last_arrival = 0;     ///< highest arrival number ever seen, also of removed events; 0 where empty
  Micros first_time{0};          ///< bounds of all live events' times; both 0 where empty. After a removal they may be
  Micros last_time{0};           ///< wider than the live events until the next merge
  uint32_t class_count = 0;      ///< 1 + highest event class
  uint32_t instance_key_count = 0;  ///< 1 + highest instance key code; 0 where no event has one
  size_t attribute_count = 0;
  uint64_t bytes = 0;            ///< memory of all columns, dead rows included
  uint64_t core_bytes = 0;       ///< of `bytes`: time, arrival, class and customer offsets
};
SnapshotInfo info(const Snapshot& columns);

/// Events of each class, [class]. Scans the class column.
std::vector<uint64_t> class_counts(const Snapshot& columns, Executor& executor);

/// Sorts and encodes `rows` into a snapshot of one main segment. An empty batch gives an empty snapshot.
///   errors   invalid_rows     columns of unequal length, or more than 4 billion rows
///            time_out_of_range a time outside of years 0001 to 9999
///            cancelled        `stop` was requested
///   cost     about 30 ns per row on two threads; memory about 40 bytes per row while it runs
Result<Snapshot> build(const RowBatch& rows, Executor& executor, std::stop_token stop = {});

/// `columns` with `rows` added. Takes the customers that `rows` name out of where they live, adds the new rows and makes
/// a small segment; small segments of like size are joined. `columns` stays valid and unchanged.
///   errors   as build
///   cost     O(rows + all events of the customers named), and amortised O(log) joins; not O(all events)
Result<Snapshot> append(const Snapshot& columns, const RowBatch& rows, Executor& executor, std::stop_token stop = {});

/// Half-open range of arrival numbers.
struct ArrivalRange {
  uint64_t from = 0;
  uint64_t to = 0;
};

struct Removal {
  std::vector<uint32_t> customers;      ///< all events of these customers (erasure)
  std::vector<ArrivalRange> arrivals;   ///< all events in these ranges (an import undone)
};

/// `columns` without the events named. What was removed is in no later answer; its bytes go with the next merge().
Result<Snapshot> remove(const Snapshot& columns, const Removal& removal, Executor& executor, std::stop_token stop = {});

/// Two customers turned out to be one: each `first` customer's events become `second`'s. A chain (1→2, 2→3) is
/// followed to its end; a circle is an error `invalid_customer_moves`.
Result<Snapshot> move_customers(const Snapshot& columns, std::span<const std::pair<uint32_t, uint32_t>> moves,
                                Executor& executor, std::stop_token stop = {});

/// `columns` where the listed customers have exactly `rows` (a split identity, classes derived anew for some customers).
/// `rows` may name further customers: theirs are added. Errors as build.
Result<Snapshot> replace_customers(const Snapshot& columns, std::span<const uint32_t> customers, const RowBatch& rows,
                                   Executor& executor, std::stop_token stop = {});

/// The same events in one main segment, without dead rows. Pure; run it in the background, then apply what came in
/// meanwhile to its result (`append` of the batches since) and publish.
Result<Snapshot> merge(const Snapshot& columns, Executor& executor, std::stop_token stop = {});

/// True where a merge is worth its time: the delta or the dead rows have passed a tenth of all.
bool merge_is_due(const Snapshot& columns);

/// All live events as rows, in order of (customer, time, arrival) within each segment. `customers` restricts to these
/// (in any order). For exports, checks, and to hand rows on.
RowBatch rows_of(const Snapshot& columns, std::optional<std::span<const uint32_t>> customers = std::nullopt);

/// Writes the snapshot as bytes, in pieces, in order. Format: docs/method/engine.md. Errors are those of `write`.
Result<void> freeze(const Snapshot& columns, const std::function<Result<void>(std::span<const std::byte>)>& write);

/// The same into memory.
std::vector<std::byte> freeze(const Snapshot& columns);

/// A snapshot over frozen bytes, without copying them: `bytes` must stay as they are for as long as `owner` (kept by the
/// snapshot) lives. Aligned to 64 bytes (as mapped files are). Checks sums and structure: broken bytes give an error.
///   errors   snapshot_broken   truncated, altered, or not a snapshot
///            snapshot_version  written by another version: rebuild from the store
///   cost     reads every byte once, on all threads of the executor
Result<Snapshot> view(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, Executor& executor);

}  // namespace lotse::engine
