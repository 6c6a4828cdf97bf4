#include "connect/hook_log.h"

#include <map>

#include "base/ids.h"
#include "base/log.h"
#include "connect/connect_sql.h"

namespace lotse::connect {

namespace {
using namespace std::chrono_literals;
constexpr size_t waiting_max = 10'000, page = 50;
constexpr Micros kept = 24h * 30;
}  // namespace

HookLog::~HookLog() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void HookLog::note(const WorkspaceId& workspace, const std::string& webhook, Micros received, HookDelivery delivery) {
  delivery.id = new_id("dlv", received);
  delivery.received_at = iso_utc(received);
  std::lock_guard lock(mutex_);
  if (queue_.size() >= waiting_max || gone_.contains(workspace)) return;
  queue_.push_back({workspace, webhook, received, std::move(delivery)});
}

void HookLog::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait_for(lock, 300ms, [&] { return ending_; });
    const bool last = ending_;
    lock.unlock();
    write();
    lock.lock();
    if (last) return;
  }
}

void HookLog::write() {
  std::lock_guard writing(writing_);
  std::deque<Entry> all;
  {
    std::lock_guard lock(mutex_);
    all.swap(queue_);
  }
  std::map<WorkspaceId, std::vector<Entry>> groups;
  for (auto& entry : all) groups[entry.workspace].push_back(std::move(entry));
  for (const auto& [workspace, entries] : groups)
    if (const auto written = write_one(workspace, entries); !written)
      log_warning("webhooks", "{} deliveries could not be noted: {}", entries.size(), written.error().code);
}

Result<void> HookLog::write_one(const WorkspaceId& workspace, const std::vector<Entry>& entries) {
  return database_.write(workspace, [&](db::Session& session) -> Result<void> {
    std::set<std::string> webhooks;
    for (const auto& entry : entries) {
      TRY(session.execute(sql::delivery_insert, {{":webhook_id", entry.webhook}, {":id", entry.delivery.id}, {":received_at", entry.received.count()},
                                                 {":outcome", to_json(entry.delivery).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)}}));
      webhooks.insert(entry.webhook);
    }
    for (const auto& webhook : webhooks) {
      const auto nth = TRY(session.query(sql::delivery_nth, {{":webhook_id", webhook}}));
      TRY(session.execute(sql::delivery_prune, {{":webhook_id", webhook}, {":last", nth.empty() ? std::string() : nth[0].text(0)}, {":before", (clock_.now() - kept).count()}}));
    }
    return {};
  });
}

Result<HookLog::Deliveries> HookLog::list(const Viewer& viewer, const std::string& webhook, const std::optional<std::string>& cursor) {
  if (cursor && !is_id(*cursor, "dlv")) return Error::invalid("invalid_cursor", "/cursor", *cursor);
  write();
  Deliveries out;
  for (const auto& row : TRY(database_.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::delivery_page, {{":webhook_id", webhook}, {":before", cursor.value_or("dlv_~")}}); }))) {
    if (out.items.size() == page) {
      out.next_cursor = out.items.back().id;
      break;
    }
    out.items.push_back(TRY(parse_json<HookDelivery>(row.text(0))));
  }
  return out;
}

void HookLog::forget(const WorkspaceId& workspace) {
  {
    std::lock_guard lock(mutex_);
    gone_.insert(workspace);
    std::erase_if(queue_, [&](const Entry& entry) { return entry.workspace == workspace; });
  }
  const std::lock_guard written(writing_);
}

}  // namespace lotse::connect
