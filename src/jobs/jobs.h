#pragma once
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/feed.h"
#include "base/result.h"
#include "base/time.h"
#include "db/database.h"
#include "jobs/types.h"
#include "model/viewer.h"

/// Long work: a durable queue in the operational store and a bounded set of workers.
namespace lotse::jobs {

/// What a running job is given. Used from the job's own thread only, except `progress`, which any thread may call.
class JobContext {
 public:
  virtual ~JobContext() = default;
  virtual const Viewer& viewer() const = 0;       ///< the principal that created the job, with today's rights
  virtual const std::string& job() const = 0;     ///< job_…
  virtual const std::string& object() const = 0;  ///< what it works on, like imp_…
  /// Requested by cancel and at the server's end; loops over data look at it.
  virtual std::stop_token stop() const = 0;
  /// True where the stop comes from the server's end, not from a person: the job becomes failed `interrupted`.
  virtual bool server_is_ending() const = 0;
  /// share 0..1; `stage` is a word that the page translates. Cheap: news go out at most ten times a second, and the
  /// store is written at most once a second.
  virtual void progress(double share, std::string_view stage) = 0;
};

/// Does the work of one kind of job. Returning an error makes the job failed with that code; `cancelled` makes it
/// cancelled. It must leave its own data whole however it ends: commit what is done in steps that stand by themselves.
using Handler = std::function<Result<void>(JobContext&)>;

/// Each change of a job: made, started, progress, ended. Also for jobs found `interrupted` at start.
struct JobChanged {
  WorkspaceId workspace;
  Job job;
};

/// Makes the Viewer of a principal as it stands now (access does); an error where it may no longer act.
using ViewerSource = std::function<Result<Viewer>(const WorkspaceId&, const std::string& principal)>;

/// Threads: all functions from any thread. Order of use: construct, `handle` every kind, `begin`, then start.
class Jobs {
 public:
  struct Options {
    size_t workers = 2;         ///< jobs that run at the same time
    size_t waiting_max = 1000;  ///< over all workspaces; beyond it `start` says jobs_full
  };
  Jobs(db::Database& database, Clock& clock, ViewerSource viewers, Options options);
  Jobs(db::Database& database, Clock& clock, ViewerSource viewers) : Jobs(database, clock, std::move(viewers), Options{}) {}
  ~Jobs();  ///< end()

  /// Says who does jobs of `kind`. Before begin().
  void handle(std::string kind, Handler handler);

  /// Starts the workers. Jobs that an earlier process left running become failed, error_code `interrupted` (published
  /// on the feed before this returns); those that only waited run now.
  Result<void> begin();

  /// Puts a job into the queue; durable when this returns. It runs under the viewer's principal.
  /// errors  jobs_full (unavailable), store errors
  Result<Job> start(const Viewer& viewer, std::string_view kind, std::string_view object);

  /// errors  not_found
  Result<Job> get(const Viewer& viewer, std::string_view id);

  /// Asks a waiting or running job to stop and returns it as it is then: a waiting one is cancelled at once, a running
  /// one when its handler returns. An ended one stays as it is.
  /// errors  not_found
  Result<Job> cancel(const Viewer& viewer, std::string_view id);

  /// Stops taking work, asks running jobs to stop and waits for them. They become failed `interrupted`.
  void end();

  /// Removes the jobs of a workspace that is about to be deleted: stops the running ones and waits for them.
  Result<void> forget(const WorkspaceId& workspace);

  /// Subscribers must be quick and must not call into Jobs.
  Feed<JobChanged>& changes();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lotse::jobs
