#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "jobs/jobs.h"

namespace lotse::jobs {

/// Starts a job of one kind for each thing that is due, under the principal that set it up; never two for one thing.
/// Order of use: construct, Jobs::begin, `begin`; `end` before Jobs::end. Threads: any.
class DueRuns {
 public:
  struct Due {
    WorkspaceId workspace;
    std::string id, principal;
  };
  struct Parts {
    Jobs& jobs;
    std::string kind;
    size_t at_once;                                      ///< runs at the same time
    ViewerSource viewers;
    std::function<Result<std::vector<Due>>()> due;       ///< asked twice a second, and when woken
    /// The principal may no longer act here: it is not to be due again.
    std::function<void(const WorkspaceId&, const std::string& id, const Error&)> refuse;
  };
  explicit DueRuns(Parts parts);
  ~DueRuns();  ///< end()

  void begin();
  void end();  ///< no further run is started; those that run end with Jobs::end
  void wake() { wake_.notify_all(); }

  bool running(const std::string& id);
  /// The job that runs it; none where none does or it is only being started.
  std::optional<std::string> job(const std::string& id);
  /// First thing in the handler: false where another job has it. (A job that an earlier process left and one that this process
  /// has started may meet.)
  bool claim(const JobContext& context);
  void forget(const WorkspaceId& workspace);

 private:
  void loop(std::stop_token stop);
  void start_due();
  struct Running {
    WorkspaceId workspace;
    std::string job;  ///< empty until it is known
  };
  Parts parts_;
  Guarded<std::map<std::string, Running>> running_;
  Feed<JobChanged>::Handle changes_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace lotse::jobs
