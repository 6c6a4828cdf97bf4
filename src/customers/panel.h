#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "access/audit.h"
#include "access/workspaces.h"
#include "base/result.h"
#include "base/time.h"
#include "customers/types.h"
#include "db/database.h"
#include "model/viewer.h"

namespace lotse::customers {

/// How one customer is shown, and the links and places of the panel. Threads: all functions from any thread.
class Panel {
 public:
  Panel(db::Database& database, Clock& clock, access::Audit& audit, access::Workspaces& workspaces)
      : database_(database), clock_(clock), audit_(audit), workspaces_(workspaces) {}

  Result<CustomerViewSettings> settings(const Viewer& viewer);
  /// Needs Right::administer. `etag` as of the settings that were read; an empty one overwrites.
  /// errors  forbidden, invalid_origin (/origins/N), invalid_number (/open_days), stale
  Result<CustomerViewSettings> change(const Viewer& viewer, const CustomerViewSettings& settings, std::string_view etag);

  /// The value of the header rule frame-ancestors for the panel of a workspace (ws_…): who may embed it is no secret, so no
  /// Viewer is asked for. 'none' for an unknown workspace.
  std::string frame_ancestors(std::string_view workspace);

  /// Needs Right::see_customers; the caller has found the customer. Whoever has the link sees this one customer as long as
  /// it is valid and its maker may see customers.
  /// errors  forbidden, invalid_number (/minutes), invalid_language (/language)
  Result<PanelLink> link(const Viewer& viewer, const PanelLinkRequest& request);

  struct Opened {
    Viewer viewer;  ///< of the link's maker
    std::string customer;
  };
  /// errors  link_not_valid (unknown, expired, or its maker may no more)
  Result<Opened> open(std::string_view secret);

 private:
  Result<CustomerViewSettings> settings_of(const WorkspaceId& workspace);
  db::Database& database_;
  Clock& clock_;
  access::Audit& audit_;
  access::Workspaces& workspaces_;
};

}  // namespace lotse::customers
