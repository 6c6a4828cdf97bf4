#pragma once
#include <memory>

#include "access/accounts.h"
#include "access/audit.h"
#include "access/operator.h"
#include "access/tokens.h"
#include "access/workspaces.h"
#include "atlas/touchpoints.h"
#include "base/result.h"
#include "cli/data_folder.h"
#include "customers/segments.h"
#include "db/database.h"
#include "jobs/jobs.h"

namespace lotse::cli {

/// Every service on one data folder, wired: the one place that knows all concrete classes. Members stand in the order
/// in which they need each other; they end in the opposite one.
struct Composition {
  /// Opens the data folder's files. `begin` is still to be called before jobs run.
  static Result<std::unique_ptr<Composition>> open(DataFolder folder);
  ~Composition();

  /// Runs jobs from here on.
  Result<void> begin();

  DataFolder folder;
  std::unique_ptr<db::Database> database;
  access::Audit audit;
  access::Accounts accounts;
  access::Workspaces workspaces;
  access::Tokens tokens;
  access::Operator owner;
  jobs::Jobs jobs;
  customers::Segments segments;
  atlas::Touchpoints touchpoints;

  Composition(DataFolder data, std::unique_ptr<db::Database> opened, Clock& clock);
};

}  // namespace lotse::cli
