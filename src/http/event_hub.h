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

/// The live streams of each workspace. Threads: any; `publish` never blocks.
class EventHub {
 public:
  /// The stream gets the workspace's news that the viewer may see until the handle is destroyed.
  [[nodiscard]] std::shared_ptr<void> join(const Viewer& viewer, std::shared_ptr<EventStream> stream);
  /// Tells those who have the right.
  void publish(const WorkspaceId& workspace, std::string_view name, const nlohmann::json& data, Right right = Right::read);
  /// Whether anybody listens.
  bool has_streams(const WorkspaceId& workspace) const;
  /// Ends the streams of a workspace that is being deleted.
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
