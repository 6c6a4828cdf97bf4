#include "cli/housekeeping.h"

#include <condition_variable>

#include "base/log.h"

namespace lotse::cli {

namespace {
constexpr Micros store_idle_max = std::chrono::minutes(30);
}

Housekeeping::Housekeeping(Composition& parts) {
  thread_ = std::jthread([&parts](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    for (int minute = 0; !stop.stop_requested(); ++minute) {
      if (minute % 60 == 0) {
        const auto workspaces = parts.workspaces.all();
        if (!workspaces) log_warning("serve", "housekeeping: {}", workspaces.error().detail);
        else
          for (const auto& workspace : *workspaces) {
            parts.uploads.clean_up(workspace.id);
            parts.exports.clean_up(workspace.id);
          }
      }
      parts.privacy_requests.look_after(stop);
      parts.retention.look_after(stop);
      parts.key_rotation.look_after(stop);
      if (const size_t closed = parts.stores.close_unused(Clock::system().now() - store_idle_max); closed > 0)
        log_info("serve", "closed {} event stores that nobody used", closed);
      wake.wait_for(lock, stop, std::chrono::minutes(1), [] { return false; });
    }
  });
}

}  // namespace lotse::cli
