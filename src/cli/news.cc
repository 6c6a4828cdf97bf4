#include "cli/news.h"

namespace lotse::cli {
namespace {
using http::NewsFor;
constexpr std::chrono::milliseconds told_every{300}, visible_within{3000};
}

News::News(Composition& parts, http::EventHub& hub) : parts_(parts), hub_(hub), thread_([this] { loop(); }) {
  jobs_ = parts.jobs.changes().subscribe([&hub](const jobs::JobChanged& news) { hub.publish(news.workspace, "job", to_json(news.job), NewsFor::whole); });
  imports_ = parts.imports.changes().subscribe(
      [&hub](const connect::ImportChanged& news) { hub.publish(news.workspace, "import", to_json(news.import), NewsFor::whole); });
  mapping_ = parts.touchpoints.changes().subscribe(
      [&hub](const atlas::MappingChanged& news) { hub.publish(news.workspace, "mapping_changed", {{"version", news.version}}, NewsFor::everybody); });
  auto& feeds = parts.stores.feeds();
  appended_ = feeds.appended.subscribe([this](const events::Appended& news) { note(news.workspace, news.last); });
  removed_ = feeds.removed.subscribe([this](const events::Removed& news) { note(news.workspace, news.as_of); });
  relinked_ = feeds.relinked.subscribe([this](const events::Relinked& news) { note(news.workspace, news.as_of); });
  live_ = parts.live_watch.news().subscribe([&hub](const connect::LiveNews& news) {
    nlohmann::json events = nlohmann::json::array();
    for (const auto& event : news.events) events.push_back(to_json(event));
    hub.publish(news.workspace, "live", {{"accepted", news.accepted}, {"events", std::move(events)}}, NewsFor::customers);
  });
  catalogue_ = feeds.catalogue.subscribe(
      [&hub](const events::CatalogueChanged& news) { hub.publish(news.workspace, "catalogue_changed", nlohmann::json::object(), NewsFor::everybody); });
}

News::~News() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void News::note(const WorkspaceId& workspace, uint64_t as_of) {
  {
    std::lock_guard lock(mutex_);
    auto& last = arrived_[workspace];
    last = std::max(last, as_of);
  }
  wake_.notify_one();
}

void News::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ending_ || !arrived_.empty(); });
    if (ending_) return;
    const auto now = std::exchange(arrived_, {});
    lock.unlock();
    for (const auto& [workspace, as_of] : now) {
      if (!hub_.has_streams(workspace)) continue;
      parts_.analysis.wait_until(workspace, as_of, visible_within);
      hub_.publish(workspace, "events_appended", {{"as_of", as_of}}, NewsFor::everybody);
    }
    lock.lock();
    wake_.wait_for(lock, told_every, [this] { return ending_; });
  }
}

}  // namespace lotse::cli
