#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "connect/types.h"
#include "events/duck_store.h"
#include "formats/detect.h"
#include "privacy/vault.h"

/// From a file to stored events: the one import that the server's jobs, `lotse import` and the demo run.
namespace lotse::connect {

struct ImportOrder {
  WorkspaceId workspace;
  std::filesystem::path file;
  std::string import;                       ///< imp_…
  std::string source_id, source_name;
  SourceMapping mapping;
  std::optional<std::string> replaces;      ///< imp_…
  std::string time_zone = "Europe/Berlin";  ///< of the workspace, where the mapping names none
  std::string language = "de";              ///< of the texts in the list of rejected rows
  std::filesystem::path rejects;            ///< where the rejected rows go; the file is made only if there are any
};
struct ImportResult {
  uint64_t rows_read = 0, rows_rejected = 0, events_new = 0, events_known = 0, customers_new = 0, as_of = 0;
  std::vector<RejectReason> rejects, warnings;
  std::vector<StageTime> stages;
  std::optional<Micros> first, last;
};

/// share 0..1 and the stage's word: read, identify, deduplicate, store, publish. Called from several threads, at most a
/// few times a megabyte.
using ImportProgress = std::function<void(double share, std::string_view stage)>;

/// Reads, checks and stores a file. All or nothing: on an error or a stop no event of it is there.
///
///   memory  bounded: chunks of a megabyte, 8 bytes a row for equal rows, 24 bytes a customer; 16 a row of earlier files of
///           the source up to StoreOptions::known_ids_in_memory
///   errors  no_customer_column, no_event_type_column, no_time_column, role_twice, unknown_column, unknown_zone (with their
///           field), those of formats::detect and its readers, of DuckStore::import_rows and of the vault; cancelled
Result<ImportResult> run_import(std::shared_ptr<events::DuckStore> store, privacy::Vault& vault, const ImportOrder& order,
                                const Clock& clock, const ImportProgress& progress, std::stop_token stop = {});

/// What a file holds and how it would be read.
Result<Detection> detect_file(formats::ByteFile& file, const ReadOptions& options);

/// Says whether a mapping can be used at all. errors  as of run_import, with fields below `at`
Result<void> check_mapping(const SourceMapping& mapping, std::string_view at);

}  // namespace lotse::connect
