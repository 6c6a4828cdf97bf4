#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "cli/composition.h"
#include "http/event_hub.h"

namespace lotse::cli {

/// Carries the services' news to the streams of each workspace. New events are told at most three times a second, and
/// only when queries see them: a page that asks at once gets numbers with them.
class News {
 public:
  News(Composition& parts, http::EventHub& hub);
  ~News();

 private:
  void note(const WorkspaceId& workspace, uint64_t as_of);
  void loop();

  Composition& parts_;
  http::EventHub& hub_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<WorkspaceId, uint64_t> arrived_;
  bool ending_ = false;
  std::thread thread_;
  Feed<jobs::JobChanged>::Handle jobs_;
  Feed<connect::ImportChanged>::Handle imports_;
  Feed<atlas::MappingChanged>::Handle mapping_;
  Feed<events::Appended>::Handle appended_;
  Feed<events::Removed>::Handle removed_;
  Feed<events::Relinked>::Handle relinked_;
  Feed<events::CatalogueChanged>::Handle catalogue_;
  Feed<connect::LiveNews>::Handle live_;
};

}  // namespace lotse::cli
