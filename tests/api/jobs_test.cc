// The durable queue: what a restart does to it, and how jobs end.
#include "jobs/jobs.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <thread>

#include "access/viewer_maker.h"

namespace lotse::test {
namespace {
namespace fs = std::filesystem;
using jobs::Job;
using jobs::JobContext;
using jobs::Jobs;
using jobs::JobState;

class JobsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "lotse-jobs-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    database_ = db::Database::open_sqlite(folder_ / "t.db").value();
    for (const auto* id : {"ws_a", "ws_b"})
      ASSERT_TRUE(database_->write_system([&](db::Session& s) {
        return s.execute({"t.ws", "INSERT INTO workspaces (id, slug, name, time_zone, language, is_demo, created_at) VALUES (:id, :id, :id, 'UTC', 'en', 0, 0)"}, {{":id", id}});
      }));
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<Jobs> open(size_t workers = 1) {
    return std::make_unique<Jobs>(*database_, clock_, [this](const WorkspaceId& workspace, const std::string& principal) -> Result<Viewer> {
      if (gone_) return Error::make(ErrorKind::forbidden, "principal_gone");
      return access::ViewerMaker::make(workspace, principal, Role::editor);
    }, Jobs::Options{.workers = workers});
  }
  static Job wait(Jobs& jobs, const Viewer& viewer, const std::string& id) {
    for (int i = 0; i < 400; ++i) {
      const auto job = jobs.get(viewer, id).value();
      if (job.finished_at) return job;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the job did not end";
    return {};
  }
  static void wait_running(Jobs& jobs, const Viewer& viewer, const std::string& id) {
    for (int i = 0; i < 400 && jobs.get(viewer, id)->state != JobState::running; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  static Result<void> until_stopped(JobContext& context) {
    while (!context.stop().stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return Error::make(ErrorKind::cancelled, "cancelled");
  }

  const Viewer a_ = access::ViewerMaker::make(WorkspaceId{"ws_a"}, "us_a", Role::editor);
  const Viewer b_ = access::ViewerMaker::make(WorkspaceId{"ws_b"}, "us_b", Role::administrator);
  fs::path folder_;
  ManualClock clock_{Micros{1'700'000'000'000'000}};
  std::unique_ptr<db::Database> database_;
  std::atomic<bool> gone_ = false;
};

TEST_F(JobsTest, TellsProgressAndTheEnd) {
  auto jobs = open();
  std::mutex mutex;
  std::vector<std::string> seen;
  const auto handle = jobs->changes().subscribe([&](const jobs::JobChanged& news) {
    std::lock_guard lock(mutex);
    seen.push_back(std::string(word(news.job.state)) + " " + news.job.stage);
  });
  jobs->handle("count", [&](JobContext& context) -> Result<void> {
    EXPECT_EQ(context.object(), "imp_1");
    EXPECT_EQ(context.viewer().principal(), "us_a");
    context.progress(0.5, "read");
    context.progress(0.6, "read");  // too soon after the last to be told
    context.progress(0.9, "store");
    return {};
  });
  ASSERT_TRUE(jobs->begin());
  const auto job = jobs->start(a_, "count", "imp_1").value();
  const auto done = wait(*jobs, a_, job.id);
  EXPECT_EQ(done.state, JobState::done);
  EXPECT_EQ(done.progress, 1);
  jobs->end();
  EXPECT_EQ(seen, (std::vector<std::string>{"queued ", "running ", "running read", "running store", "done store"}));
  EXPECT_EQ(jobs->get(b_, job.id).error().code, "job_not_found") << "another workspace's";
}

TEST_F(JobsTest, AnErrorAnExceptionAndALostRightFailTheJob) {
  auto jobs = open();
  jobs->handle("error", [](JobContext&) -> Result<void> { return Error::invalid("bad_file", "", "x"); });
  jobs->handle("throws", [](JobContext&) -> Result<void> { throw std::runtime_error("x"); });
  ASSERT_TRUE(jobs->begin());
  EXPECT_EQ(wait(*jobs, a_, jobs->start(a_, "error", "")->id).error_code, "bad_file");
  EXPECT_EQ(wait(*jobs, a_, jobs->start(a_, "throws", "")->id).error_code, "internal");
  gone_ = true;
  EXPECT_EQ(wait(*jobs, a_, jobs->start(a_, "error", "")->id).error_code, "principal_gone");
}

TEST_F(JobsTest, CancelStopsWhatRunsAndWhatWaits) {
  auto jobs = open();
  jobs->handle("long", until_stopped);
  ASSERT_TRUE(jobs->begin());
  const auto runs = jobs->start(a_, "long", "").value(), waits = jobs->start(a_, "long", "").value();
  wait_running(*jobs, a_, runs.id);
  EXPECT_EQ(jobs->cancel(b_, runs.id).error().code, "job_not_found") << "another workspace's";
  EXPECT_EQ(jobs->cancel(a_, waits.id)->state, JobState::cancelled);
  ASSERT_TRUE(jobs->cancel(a_, runs.id));
  EXPECT_EQ(wait(*jobs, a_, runs.id).state, JobState::cancelled);
}

TEST_F(JobsTest, AfterARestartWaitingJobsRunAndRunningOnesAreInterrupted) {
  std::string runs, waits;
  {
    auto jobs = open();
    jobs->handle("long", until_stopped);
    ASSERT_TRUE(jobs->begin());
    runs = jobs->start(a_, "long", "1")->id;
    waits = jobs->start(a_, "long", "2")->id;
    wait_running(*jobs, a_, runs);
    jobs->end();
    EXPECT_EQ(jobs->get(a_, runs)->error_code, "interrupted");
    EXPECT_EQ(jobs->get(a_, waits)->state, JobState::queued);
  }
  // As a killed process leaves it.
  ASSERT_TRUE(database_->write_system([&](db::Session& s) { return s.execute({"t.run", "UPDATE jobs SET state = 'running', finished_at = NULL, error_code = NULL WHERE id = :id"}, {{":id", runs}}); }));
  auto jobs = open();
  std::vector<std::string> told;
  const auto handle = jobs->changes().subscribe([&](const jobs::JobChanged& news) {
    if (news.job.error_code) told.push_back(news.job.id + " " + *news.job.error_code);
  });
  jobs->handle("long", [](JobContext& context) -> Result<void> {
    EXPECT_EQ(context.object(), "2");
    return {};
  });
  ASSERT_TRUE(jobs->begin());
  EXPECT_EQ(told, (std::vector<std::string>{runs + " interrupted"})) << "told before begin returns";
  EXPECT_EQ(wait(*jobs, a_, waits).state, JobState::done);
  EXPECT_EQ(jobs->get(a_, runs)->error_code, "interrupted");
}

TEST_F(JobsTest, AWorkspaceThatGoesTakesItsJobsAlong) {
  auto jobs = open(2);
  jobs->handle("long", until_stopped);
  ASSERT_TRUE(jobs->begin());
  const auto of_a = jobs->start(a_, "long", "").value(), of_b = jobs->start(b_, "long", "").value();
  wait_running(*jobs, a_, of_a.id);
  wait_running(*jobs, b_, of_b.id);
  ASSERT_TRUE(jobs->forget(a_.workspace()));
  EXPECT_TRUE(jobs->get(a_, of_a.id)->finished_at.has_value());
  EXPECT_EQ(jobs->get(b_, of_b.id)->state, JobState::running);
}

}  // namespace
}  // namespace lotse::test
