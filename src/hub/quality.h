#pragma once
#include "events/stores.h"
#include "hub/intake_book.h"
#include "hub/quality_types.h"
#include "model/viewer.h"

namespace lotse::hub {

/// How good the data is, source by source. Threads: any.
class Quality {
 public:
  Quality(events::Stores& stores, IntakeBook& book) : stores_(stores), book_(book) {}

  /// The last `days` days (7 to 366).
  ///   errors  invalid_day_count, those of opening the store
  ///   cost    DuckStore::volumes and ::arrivals; the first call after an import scans its part once
  Result<DataQuality> look(const Viewer& viewer, int64_t days);

 private:
  events::Stores& stores_;
  IntakeBook& book_;
};

}  // namespace lotse::hub
