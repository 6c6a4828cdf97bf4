#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "model/viewer.h"

namespace lotse::http {

/// Who is told: everybody, where it only says that something changed; who has no restriction, where names and numbers of the
/// whole are in it; who besides may see single customers, where their events are in it.
enum class NewsFor { everybody, whole, customers };

/// The live streams of each workspace. Threads: any; `publish` never blocks.
class EventHub {
 public:
  /// The stream gets the workspace's news that the viewer may see until the handle is destroyed.
  [[nodiscard]] std::shared_ptr<void> join(const Viewer& viewer, std::shared_ptr<EventStream> stream);
  void publish(const WorkspaceId& workspace, std::string_view name, const nlohmann::json& data, NewsFor whom);
  /// Whether anybody listens.
  bool has_streams(const WorkspaceId& workspace) const;
  /// Ends the streams of a workspace: it is being deleted, or what somebody may see has changed. Browsers join again.
  void close(const WorkspaceId& workspace);

 private:
  struct Listener {
    Viewer viewer;
    std::shared_ptr<EventStream> stream;
  };
  struct Streams {
    std::mutex mutex;
    std::map<WorkspaceId, std::vector<Listener>> of;
  };
  std::shared_ptr<Streams> streams_ = std::make_shared<Streams>();
};

}  // namespace lotse::http
