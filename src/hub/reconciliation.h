#pragma once
#include "access/audit.h"
#include "events/stores.h"
#include "hub/intake_book.h"
#include "hub/reconciliation_types.h"
#include "model/viewer.h"

namespace lotse::hub {

struct ReconciliationQuestion {
  std::optional<std::string> source;    ///< src_…; all where absent
  std::optional<std::string> from, to;  ///< local dates, both included; the last 31 days where absent
  CountedBy by = CountedBy::event_day;
};

/// Where two count the same thing and get different numbers: which events make the difference. Threads: any.
class Reconciler {
 public:
  using Sources = std::function<Result<std::vector<std::pair<std::string, std::string>>>(const Viewer&)>;
  /// `sources` gives (id, name) of those that exist, also where nothing came from them yet.
  Reconciler(db::Database& database, events::Stores& stores, IntakeBook& book, access::Audit& audit, Sources sources)
      : database_(database), stores_(stores), book_(book), audit_(audit), sources_(std::move(sources)) {}

  /// Days on which a source counted, delivered or has anything. The differences of each add up to its difference exactly.
  ///   errors  invalid_day (/from, /to), invalid_days_shown (/to; 1 to 366 days)
  Result<Reconciliation> days(const Viewer& viewer, const ReconciliationQuestion& question);

  /// Keeps what sources say. All or nothing.
  ///   errors  forbidden, no_counts, too_many_counts, invalid_day, invalid_count, unknown_source (each /counts/N/…, or /csv with
  ///           the line in its text), csv_without_columns (/csv), those of formats::CsvReader (/csv)
  Result<ReportedTaken> report(const Viewer& viewer, const ReportedCounts& request);

 private:
  db::Database& database_;
  events::Stores& stores_;
  IntakeBook& book_;
  access::Audit& audit_;
  const Sources sources_;
};

}  // namespace lotse::hub
