#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "connect/types.h"
#include "events/duck_store.h"
#include "formats/detect.h"
#include "hub/intake_book.h"
#include "hub/plan_checker.h"
#include "privacy/consents.h"
#include "privacy/corrections.h"
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
  std::shared_ptr<const hub::PlanChecker> plan;  ///< what is expected of the rows; none: nothing is
  std::filesystem::path rejects;            ///< where the rejected rows go; the file is made only if there are any
  privacy::Consents* consents = nullptr;    ///< without: every customer's rows are taken
  bool scrub = true;                        ///< long texts lose what names a person
  privacy::Corrections* corrections = nullptr;  ///< values known to be wrong are replaced
};
struct ImportResult {
  uint64_t rows_read = 0, rows_rejected = 0, events_new = 0, events_known = 0, customers_new = 0, as_of = 0;
  std::vector<RejectReason> rejects, warnings;
  std::vector<StageTime> stages;
  std::optional<Micros> first, last;
  hub::PlanFindings findings;
  std::vector<hub::IntakeCount> counts;  ///< for hub::IntakeBook::note_import; by the dates of ImportOrder::time_zone
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

/// The counts of an import whose outcome was lost: only what it stored is known.
Result<std::vector<hub::IntakeCount>> stored_counts(const events::DuckStore& store, std::string_view import, const hub::LocalDays& days, Micros arrived);

/// What a file holds and how it would be read.
Result<Detection> detect_file(formats::ByteFile& file, const ReadOptions& options, formats::OtherFormats* others = nullptr);

/// Says whether a mapping can be used at all. errors  as of run_import, with fields below `at`
Result<void> check_mapping(const SourceMapping& mapping, std::string_view at);

}  // namespace lotse::connect
