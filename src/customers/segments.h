#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "customers/types.h"
#include "db/database.h"
#include "model/viewer.h"

namespace lotse::customers {

/// Saved filters of a workspace. Threads: all functions from any thread.
class Segments {
 public:
  Segments(db::Database& database, Clock& clock) : database_(database), clock_(clock) {}

  /// By name.
  Result<std::vector<Segment>> list(const Viewer& viewer);
  /// errors  not_found
  Result<Segment> get(const Viewer& viewer, std::string_view id);
  /// errors  forbidden, invalid_name (/name), segment_in_segment (/filter/segment), segment_exists (/name)
  Result<Segment> create(const Viewer& viewer, const SegmentRequest& request);
  /// `etag` as of the segment that was read; an empty one overwrites.
  /// errors  as create; not_found; stale
  Result<Segment> change(const Viewer& viewer, std::string_view id, const SegmentRequest& request, std::string_view etag);
  /// errors  forbidden, not_found
  Result<void> remove(const Viewer& viewer, std::string_view id);

  /// Removes everything of a workspace that is being deleted.
  Result<void> forget(const WorkspaceId& workspace);

 private:
  db::Database& database_;
  Clock& clock_;
};

}  // namespace lotse::customers
