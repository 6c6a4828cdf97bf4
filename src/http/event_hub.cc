#include "http/event_hub.h"

#include <algorithm>

namespace lotse::http {
namespace {
bool may_know(const Viewer& viewer, NewsFor whom) {
  const Scope& scope = viewer.scope();
  if (whom == NewsFor::everybody) return true;
  if (scope.restricted()) return false;
  if (whom == NewsFor::whole) return true;
  // Events are written once for all: they go to those alone from whom nothing of an event is hidden by its name.
  return viewer.may(Right::see_customers) && (!scope.staff_hidden || scope.staff_attributes.empty());
}
}  // namespace

std::shared_ptr<void> EventHub::join(const Viewer& viewer, std::shared_ptr<EventStream> stream) {
  const WorkspaceId workspace = viewer.workspace();
  {
    std::lock_guard lock(streams_->mutex);
    streams_->of[workspace].push_back({viewer, stream});
  }
  return std::shared_ptr<void>(nullptr, [streams = streams_, workspace, stream](void*) {
    std::lock_guard lock(streams->mutex);
    const auto at = streams->of.find(workspace);
    if (at == streams->of.end()) return;
    std::erase_if(at->second, [&](const auto& listener) { return listener.stream == stream; });
    if (at->second.empty()) streams->of.erase(at);
  });
}

void EventHub::publish(const WorkspaceId& workspace, std::string_view name, const nlohmann::json& data, NewsFor whom) {
  std::vector<std::shared_ptr<EventStream>> now;
  {
    std::lock_guard lock(streams_->mutex);
    const auto at = streams_->of.find(workspace);
    if (at == streams_->of.end()) return;
    for (const auto& listener : at->second)
      if (may_know(listener.viewer, whom)) now.push_back(listener.stream);
  }
  if (now.empty()) return;
  const std::string text = data.dump();
  for (const auto& stream : now) stream->push(name, text);
}

bool EventHub::has_streams(const WorkspaceId& workspace) const {
  std::lock_guard lock(streams_->mutex);
  return streams_->of.contains(workspace);
}

void EventHub::close(const WorkspaceId& workspace) {
  std::vector<std::shared_ptr<EventStream>> now;
  {
    std::lock_guard lock(streams_->mutex);
    const auto at = streams_->of.find(workspace);
    if (at == streams_->of.end()) return;
    for (const auto& listener : at->second) now.push_back(listener.stream);
  }
  for (const auto& stream : now) stream->close();
}

}  // namespace lotse::http
