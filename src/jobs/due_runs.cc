#include "jobs/due_runs.h"

#include "base/log.h"

namespace lotse::jobs {

using namespace std::chrono_literals;

DueRuns::DueRuns(Parts parts) : parts_(std::move(parts)) {
  changes_ = parts_.jobs.changes().subscribe([this](const JobChanged& news) {
    if (news.job.kind != parts_.kind || !news.job.object || news.job.state == JobState::queued || news.job.state == JobState::running) return;
    running_.with([&](auto& running) {
      const auto it = running.find(*news.job.object);
      if (it != running.end() && (it->second.job.empty() || it->second.job == news.job.id)) running.erase(it);
    });
    wake_.notify_all();
  });
}
DueRuns::~DueRuns() { end(); }

void DueRuns::begin() {
  thread_ = std::jthread([this](std::stop_token stop) { loop(stop); });
}
void DueRuns::end() {
  thread_.request_stop();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool DueRuns::running(const std::string& id) {
  return running_.with([&](const auto& running) { return running.contains(id); });
}
std::optional<std::string> DueRuns::job(const std::string& id) {
  return running_.with([&](const auto& running) -> std::optional<std::string> {
    const auto it = running.find(id);
    return it == running.end() || it->second.job.empty() ? std::nullopt : std::optional(it->second.job);
  });
}
bool DueRuns::claim(const JobContext& context) {
  return running_.with([&](auto& running) {
    auto& entry = running.try_emplace(context.object(), Running{context.viewer().workspace(), {}}).first->second;
    if (!entry.job.empty() && entry.job != context.job()) return false;
    entry.job = context.job();
    return true;
  });
}
void DueRuns::forget(const WorkspaceId& workspace) {
  running_.with([&](auto& running) { std::erase_if(running, [&](const auto& one) { return one.second.workspace == workspace; }); });
}

void DueRuns::loop(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    lock.unlock();
    start_due();
    lock.lock();
    wake_.wait_for(lock, stop, 500ms, [] { return false; });
  }
}

void DueRuns::start_due() {
  const auto due = parts_.due();
  if (!due) return log_warning("jobs", "{}: what is due is not known: {}", parts_.kind, due.error().detail);
  for (const auto& one : *due) {
    const bool free = running_.with([&](auto& running) { return running.size() < parts_.at_once && running.try_emplace(one.id, Running{one.workspace, {}}).second; });
    if (!free) continue;
    const auto viewer = parts_.viewers(one.workspace, one.principal);
    const auto job = viewer ? parts_.jobs.start(*viewer, parts_.kind, one.id) : Result<Job>(viewer.error());
    if (job) {
      running_.with([&](auto& running) {
        if (const auto it = running.find(one.id); it != running.end() && it->second.job.empty()) it->second.job = job->id;
      });
      continue;
    }
    running_.with([&](auto& running) { running.erase(one.id); });
    if (job.error().kind != ErrorKind::unavailable) parts_.refuse(one.workspace, one.id, job.error());
  }
}

}  // namespace lotse::jobs
