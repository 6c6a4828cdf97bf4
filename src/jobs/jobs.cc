#include "jobs/jobs.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "base/log.h"
#include "jobs/jobs_sql.h"

namespace lotse::jobs {
namespace {
using namespace std::chrono_literals;
constexpr Micros kept = 24h * 90;
constexpr std::chrono::milliseconds news_every{100};
constexpr std::chrono::seconds stored_every{1};

Job job_of(const db::Row& row, size_t first) {
  Job job{.id = row.text(first), .kind = row.text(first + 1), .created_at = iso_utc(Micros{row.integer(first + 2)})};
  job.state = from_word<JobState>(row.text(first + 3)).value_or(JobState::failed);
  job.progress = row.real(first + 4);
  job.stage = row.text(first + 5);
  if (const auto at = row.optional_integer(first + 6)) job.finished_at = iso_utc(Micros{*at});
  job.error_code = row.optional_text(first + 7);
  job.object = row.text(first + 8);
  return job;
}

/// A job that waits or runs in this process.
struct Live {
  WorkspaceId workspace;
  std::string principal;
  Job job;  // under State::mutex
  std::stop_source stop;
  bool ended_by_person = false;
};
}  // namespace

struct Jobs::State {
  State(db::Database& d, Clock& c, ViewerSource v, Options o) : database(d), clock(c), viewers(std::move(v)), options(o) {}
  db::Database& database;
  Clock& clock;
  ViewerSource viewers;
  Options options;
  std::map<std::string, Handler> handlers;  // fixed from begin() on
  Feed<JobChanged> changes;

  std::mutex mutex;
  std::condition_variable wake, idle;
  std::deque<std::shared_ptr<Live>> waiting;
  std::vector<std::shared_ptr<Live>> running;
  bool ending = false;
  std::vector<std::thread> workers;

  void publish(const WorkspaceId& workspace, Job job) { changes.publish({workspace, std::move(job)}); }
  Job snapshot(const Live& live) {
    std::lock_guard lock(mutex);
    return live.job;
  }
  void store_progress(const WorkspaceId& workspace, const Job& job) {
    const auto done = database.write(workspace, [&](db::Session& session) {
      return session.execute(sql::job_progress, {{":progress", job.progress}, {":stage", job.stage}, {":id", job.id}});
    });
    if (!done) log_warning("jobs", "progress of {} was not stored: {}", job.id, done.error().detail);
  }
  void end_job(Live& live, JobState state, const std::optional<std::string>& error_code) {
    const Micros now = clock.now();
    Job job;
    {
      std::lock_guard lock(mutex);
      live.job.state = state;
      live.job.error_code = error_code;
      live.job.finished_at = iso_utc(now);
      if (state == JobState::done) live.job.progress = 1;
      job = live.job;
    }
    const auto done = database.write(live.workspace, [&](db::Session& session) {
      return session.execute(sql::job_end, {{":state", word(state)}, {":progress", job.progress}, {":stage", job.stage},
                                            {":error_code", error_code}, {":now", now.count()}, {":id", job.id}});
    });
    if (!done) log_error("jobs", "the end of {} was not stored: {}", job.id, done.error().detail);
    publish(live.workspace, std::move(job));
  }
  void run(const std::shared_ptr<Live>& live);
  void loop();
};

namespace {
class Context : public JobContext {
 public:
  using Note = std::function<void(double, std::string_view, bool)>;
  Context(const Viewer& viewer, const std::string& job, const std::string& object, std::stop_token stop, std::function<bool()> ending, Note note)
      : viewer_(viewer), job_(job), object_(object), stop_(std::move(stop)), ending_(std::move(ending)), note_(std::move(note)) {}
  const Viewer& viewer() const override { return viewer_; }
  const std::string& job() const override { return job_; }
  const std::string& object() const override { return object_; }
  std::stop_token stop() const override { return stop_; }
  bool server_is_ending() const override { return ending_(); }
  void progress(double share, std::string_view stage) override {
    const auto now = std::chrono::steady_clock::now();
    bool store = false;
    {
      std::lock_guard lock(mutex_);
      const bool new_stage = stage != stage_;
      if (!new_stage && now - told_ < news_every) return;
      stage_ = stage;
      told_ = now;
      store = new_stage || now - stored_ >= stored_every;
      if (store) stored_ = now;
    }
    note_(std::clamp(share, 0.0, 1.0), stage, store);
  }

 private:
  const Viewer& viewer_;
  const std::string job_, object_;
  std::stop_token stop_;
  std::function<bool()> ending_;
  Note note_;
  std::mutex mutex_;
  std::string stage_;
  std::chrono::steady_clock::time_point told_, stored_;
};
}  // namespace

void Jobs::State::run(const std::shared_ptr<Live>& live) {
  const Job job = snapshot(*live);
  const auto is_ending = [this] {
    std::lock_guard lock(mutex);
    return ending;
  };
  Result<void> done;
  try {
    done = [&]() -> Result<void> {
      const auto handler = handlers.find(job.kind);
      if (handler == handlers.end()) return Error::make(ErrorKind::internal, "unknown_job_kind", job.kind);
      const Viewer viewer = TRY(viewers(live->workspace, live->principal));
      store_progress(live->workspace, job);
      publish(live->workspace, job);
      Context context(viewer, job.id, job.object.value_or(""), live->stop.get_token(), is_ending,
                      [&](double share, std::string_view stage, bool store) {
                        Job now;
                        {
                          std::lock_guard lock(mutex);
                          live->job.progress = share;
                          live->job.stage = stage;
                          now = live->job;
                        }
                        if (store) store_progress(live->workspace, now);
                        publish(live->workspace, std::move(now));
                      });
      return handler->second(context);
    }();
  } catch (const std::exception& e) {
    log_error("jobs", "{} {}: {}", job.kind, job.id, e.what());
    done = Error::make(ErrorKind::internal, "internal", e.what());
  }
  if (done) return end_job(*live, JobState::done, std::nullopt);
  if (done.error().kind == ErrorKind::cancelled) {
    const bool by_person = [&] {
      std::lock_guard lock(mutex);
      return live->ended_by_person;
    }();
    if (by_person || !is_ending()) return end_job(*live, JobState::cancelled, std::nullopt);
    return end_job(*live, JobState::failed, "interrupted");
  }
  log_warning("jobs", "{} {} failed: {} {}", job.kind, job.id, done.error().code, done.error().detail);
  end_job(*live, JobState::failed, done.error().code);
}

void Jobs::State::loop() {
  for (;;) {
    std::shared_ptr<Live> live;
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return ending || !waiting.empty(); });
      if (ending) return;  // what waits stays queued in the store and runs after the next start
      live = std::move(waiting.front());
      waiting.pop_front();
      live->job.state = JobState::running;
      running.push_back(live);
    }
    run(live);
    {
      std::lock_guard lock(mutex);
      std::erase(running, live);
    }
    idle.notify_all();
  }
}

Jobs::Jobs(db::Database& database, Clock& clock, ViewerSource viewers, Options options)
    : state_(std::make_unique<State>(database, clock, std::move(viewers), options)) {}

Jobs::~Jobs() { end(); }

void Jobs::handle(std::string kind, Handler handler) {
  ensure(state_->workers.empty(), "handlers are given before begin");
  state_->handlers[std::move(kind)] = std::move(handler);
}

Result<void> Jobs::begin() {
  auto& s = *state_;
  ensure(s.workers.empty(), "jobs begin once");
  const Micros now = s.clock.now();
  const auto left = TRY(s.database.write_system([&](db::Session& session) -> Result<std::vector<db::Row>> {
    TRY(session.execute(sql::jobs_delete_old, {{":before", (now - kept).count()}}));
    auto rows = TRY(session.query(sql::jobs_left));
    TRY(session.execute(sql::jobs_interrupt, {{":now", now.count()}}));
    return rows;
  }));
  for (const auto& row : left) {
    auto live = std::make_shared<Live>();
    live->workspace = WorkspaceId{row.text(0)};
    live->job = job_of(row, 1);
    live->principal = row.text(10);
    if (live->job.state == JobState::queued) {
      s.waiting.push_back(std::move(live));
      continue;
    }
    live->job.state = JobState::failed;
    live->job.error_code = "interrupted";
    live->job.finished_at = iso_utc(now);
    s.publish(live->workspace, live->job);
  }
  for (size_t i = 0; i < s.options.workers; ++i) s.workers.emplace_back([&s] { s.loop(); });
  return {};
}

Result<Job> Jobs::start(const Viewer& viewer, std::string_view kind, std::string_view object) {
  auto& s = *state_;
  ensure(s.handlers.contains(std::string(kind)), "a job's kind has a handler");
  {
    std::lock_guard lock(s.mutex);
    if (s.waiting.size() >= s.options.waiting_max) return Error::make(ErrorKind::unavailable, "jobs_full", "too many jobs are waiting");
  }
  const Micros now = s.clock.now();
  auto live = std::make_shared<Live>();
  live->workspace = viewer.workspace();
  live->principal = viewer.principal();
  live->job = Job{.id = new_id("job", now), .kind = std::string(kind), .created_at = iso_utc(now), .object = std::string(object)};
  const Job job = live->job;
  TRY(s.database.write(viewer.workspace(), [&](db::Session& session) {
    return session.execute(sql::job_insert, {{":id", job.id}, {":kind", kind}, {":object", object}, {":principal", viewer.principal()}, {":now", now.count()}});
  }));
  s.publish(live->workspace, job);
  {
    std::lock_guard lock(s.mutex);
    s.waiting.push_back(std::move(live));
  }
  s.wake.notify_one();
  return job;
}

Result<Job> Jobs::get(const Viewer& viewer, std::string_view id) {
  auto& s = *state_;
  {
    std::lock_guard lock(s.mutex);
    for (const auto& live : s.running)
      if (live->job.id == id && live->workspace == viewer.workspace()) return live->job;
  }
  const auto rows = TRY(s.database.read(viewer.workspace(), [&](db::Session& session) { return session.query(sql::job_get, {{":id", id}}); }));
  if (rows.empty()) return Error::make(ErrorKind::not_found, "job_not_found");
  return job_of(rows[0], 0);
}

Result<Job> Jobs::cancel(const Viewer& viewer, std::string_view id) {
  auto& s = *state_;
  std::shared_ptr<Live> waited, runs;
  {
    std::lock_guard lock(s.mutex);
    const auto is_it = [&](const auto& live) { return live->job.id == id && live->workspace == viewer.workspace(); };
    if (const auto at = std::find_if(s.waiting.begin(), s.waiting.end(), is_it); at != s.waiting.end()) {
      waited = *at;
      s.waiting.erase(at);
    } else if (const auto run = std::find_if(s.running.begin(), s.running.end(), is_it); run != s.running.end()) {
      runs = *run;
      runs->ended_by_person = true;
    }
  }
  // Outside of the lock: who waits for the stop is called here and now.
  if (runs) runs->stop.request_stop();
  if (waited) s.end_job(*waited, JobState::cancelled, std::nullopt);
  return get(viewer, id);
}

void Jobs::end() {
  auto& s = *state_;
  std::vector<std::shared_ptr<Live>> running;
  {
    std::lock_guard lock(s.mutex);
    s.ending = true;
    running = s.running;
  }
  for (const auto& live : running) live->stop.request_stop();
  s.wake.notify_all();
  for (auto& worker : s.workers) worker.join();
  s.workers.clear();
}

Result<void> Jobs::forget(const WorkspaceId& workspace) {
  auto& s = *state_;
  const auto of_it = [&](const auto& live) { return live->workspace == workspace; };
  std::vector<std::shared_ptr<Live>> running;
  {
    std::lock_guard lock(s.mutex);
    std::erase_if(s.waiting, of_it);
    std::copy_if(s.running.begin(), s.running.end(), std::back_inserter(running), of_it);
  }
  for (const auto& live : running) live->stop.request_stop();
  std::unique_lock lock(s.mutex);
  s.idle.wait(lock, [&] { return std::none_of(s.running.begin(), s.running.end(), of_it); });
  return {};
}

Feed<JobChanged>& Jobs::changes() { return state_->changes; }

}  // namespace lotse::jobs
