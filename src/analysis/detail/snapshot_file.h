#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "analysis/detail/classes.h"
#include "analysis/detail/tallies.h"
#include "base/result.h"
#include "engine/snapshot.h"

namespace lotse::analysis::detail {

/// What columns.snapshot holds: the engine's columns as of an arrival number, and what their codes mean.
struct SavedColumns {
  uint64_t as_of = 0;
  std::vector<uint32_t> properties;      ///< of the event classes
  std::vector<EventClass> classes;
  std::vector<uint32_t> attributes;      ///< attribute number of each attribute column
  Tallies tallies;
  std::vector<uint32_t> customer_of;     ///< [identity] whose rows the columns hold it for; 0: its own
  engine::Snapshot columns;
};

/// Writes DATA/…/columns.snapshot by way of a file beside it: whatever happens, the old or the new one stands there whole.
/// Durable when this returns.
///   errors  disk_full, columns_not_written
Result<void> save_columns(const std::filesystem::path& file, const SavedColumns& saved);
/// Removes the file; its bytes are overwritten, as those of one that is replaced, as soon as nobody maps them.
void remove_columns(const std::filesystem::path& file);

/// Maps the file. None where there is none, or it is broken or of another version: then columns are built from the store.
///   cost  reads every byte once (sums), on all threads of the executor
std::optional<SavedColumns> load_columns(const std::filesystem::path& file, engine::Executor& executor);

}  // namespace lotse::analysis::detail
