#pragma once
#include <string_view>
#include <vector>

#include "access/audit.h"
#include "base/result.h"
#include "base/time.h"
#include "customers/segments.h"
#include "customers/types.h"
#include "db/database.h"
#include "model/viewer.h"

namespace lotse::customers {

/// Definitions of the numbers that are computed of each customer; analysis computes them. Threads: all functions from any
/// thread.
class ComputedAttributes {
 public:
  ComputedAttributes(db::Database& database, Clock& clock, access::Audit& audit, Segments& segments)
      : database_(database), clock_(clock), audit_(audit), segments_(segments) {}

  /// By name.
  Result<std::vector<ComputedAttribute>> list(const Viewer& viewer);
  /// errors  forbidden, invalid_name (/name), computed_exists (/name), too_many_computed, not_for_this_kind, required
  ///         (/definition/value_of), invalid_number (/definition/days)
  Result<ComputedAttribute> create(const Viewer& viewer, const ComputedAttributeRequest& request);
  /// errors  as create; not_found; stale
  Result<ComputedAttribute> change(const Viewer& viewer, std::string_view id, const ComputedAttributeRequest& request, std::string_view etag);
  /// errors  forbidden, not_found, computed_in_use (a segment names it)
  Result<void> remove(const Viewer& viewer, std::string_view id);

 private:
  db::Database& database_;
  Clock& clock_;
  access::Audit& audit_;
  Segments& segments_;
};

}  // namespace lotse::customers
