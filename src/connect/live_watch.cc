#include "connect/live_watch.h"

#include <algorithm>

#include "access/staff.h"
#include "base/log.h"

namespace lotse::connect {

namespace {
using namespace std::chrono_literals;
using std::chrono::steady_clock;
constexpr size_t forgotten_max = 50'000, queue_max = 2'000, recent_max = 50, told_max = 10;
constexpr auto told_every = 250ms;
constexpr uint64_t shown_per_second = told_max * 4;
constexpr auto watched_for = 60s;
constexpr std::chrono::milliseconds visible_within{3000}, visible_step{100};
constexpr int64_t remembered_s = 300, rate_over_s = 10;

int64_t second_of(Micros time) { return time.count() / 1'000'000; }
}  // namespace

LiveWatch::LiveWatch(Parts parts) : parts_(std::move(parts)), thread_([this] { loop(); }) {
  taken_ = parts_.hub.taken().subscribe([this](const hub::Taken& taken) { note(taken); });
}

LiveWatch::~LiveWatch() {
  taken_ = {};
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

LiveWatch::Second& LiveWatch::now_of(Counts& counts) {
  counts.last = parts_.clock.now();
  const int64_t second = second_of(counts.last);
  if (counts.seconds.empty() || counts.seconds.back().second != second) counts.seconds.push_back({.second = second});
  while (counts.seconds.front().second <= second - remembered_s) counts.seconds.pop_front();
  return counts.seconds.back();
}

void LiveWatch::note(const hub::Taken& taken) {
  {
    std::lock_guard lock(mutex_);
    Room& room = rooms_[taken.workspace];
    Second& now = now_of(room.sources[taken.source_id]);
    now.accepted += taken.accepted;
    now.known += taken.known;
    now.rejected += taken.rejected.size();
    for (const auto& code : taken.rejected) ++now.codes[code];
    room.accepted += taken.accepted;
    if (taken.sample.empty() || taken.accepted == 0 || queue_.size() >= queue_max) return;
    queue_.push_back(taken);
  }
  wake_.notify_one();
}

void LiveWatch::rejected(const WorkspaceId& workspace, const std::string& source_id, const std::vector<std::string>& codes) {
  if (codes.empty()) return;
  std::lock_guard lock(mutex_);
  Second& now = now_of(rooms_[workspace].sources[source_id]);
  now.rejected += codes.size();
  for (const auto& code : codes) ++now.codes[code];
}

void LiveWatch::forget(const WorkspaceId& workspace) {
  std::unique_lock lock(mutex_);
  gone_.insert(workspace);
  std::erase_if(queue_, [&](const hub::Taken& taken) { return taken.workspace == workspace; });
  rooms_.erase(workspace);
  waited_.wait(lock, [&] { return waited_for_ != workspace; });
}

void LiveWatch::forget_customer(const WorkspaceId& workspace, const std::string& pseudonym, const std::vector<uint32_t>& identities) {
  std::set<std::string> names = {pseudonym};
  for (const uint32_t n : identities) names.insert(parts_.vault.pseudonym(workspace, n));
  std::lock_guard lock(mutex_);
  if (forgotten_.size() > forgotten_max) forgotten_.clear();
  forgotten_.insert(names.begin(), names.end());
  for (auto& taken : queue_)
    if (taken.workspace == workspace)
      std::erase_if(taken.sample, [&](const hub::TakenEvent& event) { return std::ranges::find(identities, event.identity) != identities.end(); });
  const auto room = rooms_.find(workspace);
  if (room == rooms_.end()) return;
  const auto is_theirs = [&](const SeenEvent& event) {
    return names.contains(event.customer) || std::ranges::any_of(event.attributes, [&](const SeenAttribute& a) { return names.contains(a.text); });
  };
  std::erase_if(room->second.recent, is_theirs);
  std::erase_if(room->second.waiting, is_theirs);
}

Result<LiveState> LiveWatch::state(const Viewer& viewer) {
  if (!viewer.may(Right::see_customers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_customers is needed");
  const auto until = steady_clock::now() + watched_for;
  parts_.hub.watch(viewer.workspace(), until);
  LiveState out{.shown_per_second = shown_per_second};
  const int64_t now = second_of(parts_.clock.now());
  std::lock_guard lock(mutex_);
  Room& room = rooms_[viewer.workspace()];
  room.watched_until = until;
  for (const auto& [id, counts] : room.sources) {
    LiveSource source{.source = id, .last_at = iso_utc(counts.last)};
    std::map<std::string, uint64_t> codes;
    uint64_t lately = 0;
    for (const auto& second : counts.seconds) {
      if (second.second <= now - remembered_s) continue;
      source.accepted += second.accepted;
      source.known += second.known;
      source.rejected += second.rejected;
      for (const auto& [code, n] : second.codes) codes[code] += n;
      if (second.second < now && second.second >= now - rate_over_s) lately += second.accepted;
    }
    source.events_per_second = static_cast<double>(lately) / rate_over_s;
    for (const auto& [code, n] : codes) source.rejects.push_back({.code = code, .rows = n});
    std::ranges::stable_sort(source.rejects, std::greater{}, &RejectReason::rows);
    if (source.accepted + source.known + source.rejected > 0) out.sources.push_back(std::move(source));
  }
  out.events.assign(room.recent.begin(), room.recent.end());
  if (!out.events.empty()) {
    std::vector<double> times;
    for (const auto& event : out.events) times.push_back(event.visible_after);
    const auto middle = times.begin() + static_cast<ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    out.visible_after = *middle;
  }
  return out;
}

void LiveWatch::loop() {
  auto told = steady_clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto some_wait = [this] { return std::ranges::any_of(rooms_, [](const auto& room) { return !room.second.waiting.empty(); }); };
    if (queue_.empty() && !ending_) {
      if (some_wait())
        wake_.wait_until(lock, told + told_every, [this] { return ending_ || !queue_.empty(); });
      else
        wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    }
    if (ending_) return;
    std::map<WorkspaceId, std::vector<hub::Taken>> groups;
    for (auto& taken : queue_) groups[taken.workspace].push_back(std::move(taken));
    queue_.clear();
    lock.unlock();
    try {
      for (const auto& [workspace, group] : groups) show(workspace, group);
      if (steady_clock::now() >= told + told_every) {
        tell();
        told = steady_clock::now();
      }
    } catch (const std::exception& e) {
      log_error("live", "events could not be shown: {}", e.what());
    }
    lock.lock();
  }
}

/// In short steps, so that a workspace can be deleted meanwhile.
bool LiveWatch::wait_until_visible(const WorkspaceId& workspace, uint64_t as_of) {
  for (auto waited = 0ms; waited < visible_within; waited += visible_step) {
    {
      std::lock_guard lock(mutex_);
      if (ending_ || gone_.contains(workspace)) return false;
      waited_for_ = workspace;
    }
    const bool visible = parts_.wait_until_visible(workspace, as_of, visible_step);
    {
      std::lock_guard lock(mutex_);
      waited_for_ = {};
    }
    waited_.notify_all();
    if (visible) return true;
  }
  return false;
}

void LiveWatch::show(const WorkspaceId& workspace, const std::vector<hub::Taken>& group) {
  uint64_t as_of = 0;
  for (const auto& taken : group) as_of = std::max(as_of, taken.as_of);
  if (!wait_until_visible(workspace, as_of)) return;
  const auto visible = steady_clock::now();
  const Micros now = parts_.clock.now();
  std::vector<SeenEvent> seen;
  for (const auto& taken : group)
    for (const auto& event : taken.sample) {
      const auto after = std::chrono::duration_cast<Micros>(visible - taken.since);
      SeenEvent one{.source = taken.source_id,
                    .event_type = event.type,
                    .customer = parts_.vault.pseudonym(workspace, event.identity),
                    .time = iso_utc(event.time),
                    .received_at = iso_utc(now - after),
                    .visible_after = static_cast<double>(after.count()) / 1e6};
      if (!event.channel.empty()) one.channel = event.channel;
      for (const auto& [name, text] : event.attributes)
        if (!access::is_staff_pseudonym(text)) one.attributes.push_back({name, text});  // single members of staff are no news
      seen.push_back(std::move(one));
    }
  std::lock_guard lock(mutex_);
  const auto at = rooms_.find(workspace);
  if (at == rooms_.end()) return;
  Room& room = at->second;
  for (auto& one : seen) {
    if (forgotten_.contains(one.customer)) continue;
    one.number = ++number_;
    room.recent.push_front(one);
    if (room.recent.size() > recent_max) room.recent.pop_back();
    if (room.watched_until < steady_clock::now()) continue;
    if (room.waiting.size() < told_max) {
      room.waiting.push_back(std::move(one));
    } else if (const uint64_t place = one.number % (told_max * 4); place < told_max) {
      room.waiting[place] = std::move(one);  // later events of a busy moment get their turn, too
    }
  }
}

void LiveWatch::tell() {
  std::vector<LiveNews> all;
  {
    std::lock_guard lock(mutex_);
    for (auto& [workspace, room] : rooms_) {
      if (room.waiting.empty()) continue;
      std::ranges::sort(room.waiting, {}, &SeenEvent::number);
      all.push_back({workspace, std::exchange(room.waiting, {}), std::exchange(room.accepted, 0)});
    }
  }
  for (const auto& news : all) news_.publish(news);
}

}  // namespace lotse::connect
