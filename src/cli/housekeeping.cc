#include "cli/housekeeping.h"

#include <condition_variable>

#include "base/log.h"

namespace lotse::cli {

Housekeeping::Housekeeping(Composition& parts) {
  thread_ = std::jthread([&parts](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    do {
      const auto workspaces = parts.workspaces.all();
      if (!workspaces) log_warning("serve", "housekeeping: {}", workspaces.error().detail);
      else
        for (const auto& workspace : *workspaces) parts.uploads.clean_up(workspace.id);
    } while (!wake.wait_for(lock, stop, std::chrono::hours(1), [] { return false; }) && !stop.stop_requested());
  });
}

}  // namespace lotse::cli
