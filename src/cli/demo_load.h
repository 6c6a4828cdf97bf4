#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

#include "analysis/analysis.h"
#include "atlas/touchpoints.h"
#include "base/result.h"
#include "connect/imports.h"
#include "connect/uploads.h"
#include "connect/sources.h"
#include "customers/segments.h"
#include "demo/names.h"
#include "kpis/kpis.h"

namespace lotse::cli {

/// The services that a person uses who imports files and keeps a touchpoint list; the demo takes the same way.
struct DemoServices {
  connect::Uploads& uploads;
  connect::Imports& imports;
  atlas::Touchpoints& touchpoints;
  customers::Segments& segments;
  analysis::Analysis& analysis;
  connect::Sources& sources;
  kpis::Kpis& kpis;
};

/// done 0..1 over all files; `what` is a file's name, then "columns", "touchpoints", "segments", "kpis".
using DemoProgress = std::function<void(double done, std::string_view what)>;

/// Loads a folder that demo::generate wrote into an empty workspace: files under their saved sources, owned touchpoints
/// with their mapping rules, saved segments, KPIs with their values. Jobs must be running. `viewer` must be allowed to import and to edit touchpoints.
///   errors  file_not_written (a file is missing), demo_not_loaded, those of the services
Result<void> load_demo(const DemoServices& services, const Viewer& viewer, const std::filesystem::path& folder, const DemoProgress& progress);

/// The public ids behind the demo's names, once it is loaded.
Result<demo::Ids> demo_ids(const DemoServices& services, const Viewer& viewer);

}  // namespace lotse::cli
