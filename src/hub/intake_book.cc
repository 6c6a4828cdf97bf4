#include "hub/intake_book.h"

#include "base/log.h"
#include "hub/hub_sql.h"

namespace lotse::hub {

namespace {
using namespace std::chrono_literals;
constexpr auto written_every = 1s, zone_asked_every = 60s;
constexpr size_t examples_max = 10, text_max = 120;
/// Beyond it a day is no day of business; it is counted on the day of arrival, so that nonsense cannot fill the table.
constexpr Day far_off = 36'600;

std::string_view word_of(Outcome outcome) { return outcome == Outcome::stored ? "stored" : outcome == Outcome::known ? "known" : "rejected"; }
Outcome outcome_of(std::string_view word) { return word == "stored" ? Outcome::stored : word == "known" ? Outcome::known : Outcome::rejected; }

/// At most `text_max` bytes, not cut within a character.
std::string shortened(std::string text) {
  if (text.size() <= text_max) return text;
  size_t end = text_max;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

Result<void> add(db::Session& session, const IntakeCount& count) {
  TRY(session.execute(sql::intake_add, {{":source_id", count.source},
                                        {":arrived_day", count.arrived},
                                        {":event_day", count.day},
                                        {":batch", count.batch},
                                        {":outcome", word_of(count.outcome)},
                                        {":reason", count.reason},
                                        {":events", count.events}}));
  return {};
}
}  // namespace

IntakeBook::IntakeBook(db::Database& database, const Clock& clock, std::function<std::string(const WorkspaceId&)> zone_of)
    : database_(database), clock_(clock), zone_of_(std::move(zone_of)), thread_([this] { loop(); }) {}

IntakeBook::~IntakeBook() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

LocalDays IntakeBook::days(const WorkspaceId& workspace) {
  const auto now = std::chrono::steady_clock::now();
  {
    std::lock_guard lock(mutex_);
    if (const auto at = zones_.find(workspace); at != zones_.end() && at->second.until > now) return at->second.days;
  }
  auto zone = formats::Zone::find(zone_of_(workspace));
  LocalDays days(zone ? std::move(*zone) : formats::Zone::utc());
  std::lock_guard lock(mutex_);
  zones_.insert_or_assign(workspace, Zone{days, now + zone_asked_every});
  return days;
}

void IntakeBook::note(const WorkspaceId& workspace, std::vector<IntakeCount> counts, std::vector<RejectedExample> examples) {
  std::lock_guard lock(mutex_);
  if (gone_.contains(workspace)) return;
  Waiting& waiting = waiting_[workspace];
  for (auto& c : counts) {
    if (c.events == 0) continue;
    if (c.day > c.arrived + far_off || c.day < c.arrived - far_off) c.day = c.arrived;
    waiting.counts[{std::move(c.source), c.arrived, c.day, c.outcome, std::move(c.reason)}] += c.events;
  }
  for (auto& example : examples) {
    auto& kept = waiting.examples[{example.source, example.code}];
    if (kept.size() == examples_max) kept.erase(kept.begin());
    example.event_type = shortened(std::move(example.event_type));
    example.message = shortened(std::move(example.message));
    kept.push_back(std::move(example));
  }
}

Result<void> IntakeBook::write(const WorkspaceId& workspace, const Waiting& waiting) {
  return database_.write(workspace, [&](db::Session& session) -> Result<void> {
    for (const auto& [key, events] : waiting.counts) {
      const auto& [source, arrived, day, outcome, reason] = key;
      TRY(add(session, {.source = source, .arrived = arrived, .day = day, .outcome = outcome, .reason = reason, .events = events}));
    }
    for (const auto& [key, examples] : waiting.examples)
      for (const auto& e : examples)
        TRY(session.execute(sql::reject_put, {{":source_id", e.source},
                                              {":code", e.code},
                                              {":slot", static_cast<int64_t>(slot_++ % examples_max)},
                                              {":at", e.at.count()},
                                              {":event_type", e.event_type},
                                              {":message", e.message}}));
    return {};
  });
}

Result<void> IntakeBook::flush() {
  std::lock_guard one_writer(writing_);
  std::map<WorkspaceId, Waiting> all;
  {
    std::lock_guard lock(mutex_);
    all.swap(waiting_);
  }
  Result<void> out;
  for (auto& [workspace, waiting] : all) {
    const auto done = write(workspace, waiting);
    if (done) continue;
    out = done;
    std::lock_guard lock(mutex_);
    if (gone_.contains(workspace)) continue;
    for (const auto& [key, events] : waiting.counts) waiting_[workspace].counts[key] += events;
  }
  return out;
}

void IntakeBook::loop() {
  bool told = false;
  for (;;) {
    bool end = false;
    std::function<void()> also;
    {
      std::unique_lock lock(mutex_);
      end = wake_.wait_for(lock, written_every, [this] { return ending_; });
      also = also_;
    }
    const auto done = flush();
    if (!done && !told) log_warning("hub", "counts of what came in wait to be written: {} {}", done.error().code, done.error().detail);
    told = !done;
    if (also) also();
    if (end) return;
  }
}

Result<void> IntakeBook::note_import(const WorkspaceId& workspace, std::string_view import, const std::vector<IntakeCount>& counts) {
  return database_.write(workspace, [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::intake_forget_batch, {{":batch", import}}));
    for (auto count : counts) {
      if (count.events == 0) continue;
      if (count.day > count.arrived + far_off || count.day < count.arrived - far_off) count.day = count.arrived;
      count.batch = std::string(import);
      TRY(add(session, count));
    }
    return {};
  });
}

Result<void> IntakeBook::forget_import(const WorkspaceId& workspace, std::string_view import) {
  TRY(database_.write(workspace, [&](db::Session& session) { return session.execute(sql::intake_forget_batch, {{":batch", import}}); }));
  return {};
}

void IntakeBook::forget(const WorkspaceId& workspace) {
  std::lock_guard one_writer(writing_);
  std::lock_guard lock(mutex_);
  gone_.insert(workspace);
  waiting_.erase(workspace);
  zones_.erase(workspace);
}

Result<std::vector<IntakeCount>> IntakeBook::read(const WorkspaceId& workspace, Day from, Day to) {
  TRY(flush());
  std::vector<IntakeCount> out;
  for (const auto& row : TRY(database_.read(workspace, [&](db::Session& s) { return s.query(sql::intake_between, {{":from", from}, {":to", to}}); })))
    out.push_back({.source = row.text(0),
                   .arrived = static_cast<Day>(row.integer(1)),
                   .day = static_cast<Day>(row.integer(2)),
                   .batch = row.text(3),
                   .outcome = outcome_of(row.text(4)),
                   .reason = row.text(5),
                   .events = static_cast<uint64_t>(row.integer(6))});
  return out;
}

Result<std::vector<RejectedExample>> IntakeBook::examples(const WorkspaceId& workspace) {
  TRY(flush());
  std::vector<RejectedExample> out;
  for (const auto& row : TRY(database_.read(workspace, [&](db::Session& s) { return s.query(sql::reject_list); })))
    out.push_back({.source = row.text(0), .code = row.text(1), .at = Micros{row.integer(2)}, .event_type = row.text(3), .message = row.text(4)});
  return out;
}

}  // namespace lotse::hub
