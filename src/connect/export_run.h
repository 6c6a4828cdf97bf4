#pragma once
#include <filesystem>
#include <functional>
#include <stop_token>

#include "connect/export_types.h"
#include "events/duck_store.h"
#include "privacy/vault.h"

namespace lotse::connect {

struct ExportOrder {
  std::filesystem::path file;  ///< written anew; what is beside it with the same name and an ending of its own goes again
  ExportFormat format = ExportFormat::csv;
  std::optional<std::string> source;  ///< src_…
  std::optional<Micros> from, to;
  bool originals = false;             ///< the viewer must see identifiers
  uint64_t after = 0;                 ///< arrivals above it
  std::optional<uint64_t> up_to;      ///< and not above this
  std::optional<std::vector<uint32_t>> attributes;  ///< the imported attributes that are columns; none: all that these events may have
  std::function<Result<std::string>(uint32_t customer)> name;       ///< none: as `originals` says
  std::function<bool(const events::ExportedEvent&)> wanted;  ///< none: every event
};

/// Writes the workspace's log. Attributes of events are columns by their names (formats::export_name), those of customers have "customer:"
/// before. CSV is safe against formulas: texts that a spreadsheet would run begin with an apostrophe. Gives the number of events.
///   errors  source_not_found, forbidden, disk_full, file_not_writable, cancelled, those of the store and the vault
Result<uint64_t> run_export(const events::DuckStore& store, privacy::Vault& vault, const Viewer& viewer, const ExportOrder& order,
                            const std::function<void(double)>& progress, std::stop_token stop);

}  // namespace lotse::connect
