#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit.h"
#include "connect/tracking_types.h"
#include "connect/types.h"
#include "db/database.h"
#include "events/stores.h"
#include "model/viewer.h"

namespace lotse::connect {

/// Source systems: a name, the saved mapping of its files' columns, what came from it. Threads: any.
class Sources {
 public:
  Sources(db::Database& database, events::Stores& stores, const Clock& clock, access::Audit& audit)
      : database_(database), stores_(stores), clock_(clock), audit_(audit) {}

  /// By name, with how many events each has.
  Result<std::vector<Source>> list(const Viewer& viewer);
  /// Makes a source for live events.  errors  forbidden, invalid_name (/name, /channel), source_exists
  Result<Source> create(const Viewer& viewer, const SourceRequest& request);
  /// Sets the channel of what the source sends from now on, and who answers for it, its system and its purpose.
  ///   errors  forbidden, source_not_found, invalid_name (/channel), source_text_too_long, stale (`etag` is no longer the newest)
  Result<Source> change(const Viewer& viewer, std::string_view id, const SourcePatch& patch, const std::optional<std::string>& etag);
  /// errors  forbidden, source_not_found, source_has_events, source_has_connector, source_has_kpis
  Result<void> remove(const Viewer& viewer, std::string_view id);

  /// The id of the source with this name; made where it is not there. A mapping is saved.
  ///   errors  invalid_name (/source_name)
  Result<std::string> id_of(const Viewer& viewer, const std::string& name, const SourceMapping* mapping);
  /// Takes sources that a file's rows named into the list.
  Result<void> take_in(const Viewer& viewer);

 private:
  db::Database& database_;
  events::Stores& stores_;
  const Clock& clock_;
  access::Audit& audit_;
};

/// Of rows of sources (id, name, mapping), the one whose mapping names only columns of the file, and most of them.
std::optional<std::string> matching_source(const std::vector<db::Row>& sources, const Detection& detection);

}  // namespace lotse::connect
