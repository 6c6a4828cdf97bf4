#pragma once
#include <optional>
#include <string>

#include "base/describe.h"

namespace lotse::jobs {

enum class JobState { queued, running, done, failed, cancelled };
constexpr auto describe(JobState) {
  return json_enum("JobState", value(JobState::queued, "queued"), value(JobState::running, "running"), value(JobState::done, "done"),
                   value(JobState::failed, "failed"), value(JobState::cancelled, "cancelled"));
}
/// Long work: can be left and found again.
struct Job {
  std::string id, kind, created_at;
  JobState state = JobState::queued;
  double progress = 0;
  std::string stage;
  std::optional<std::string> finished_at, error_code, object;
  static constexpr auto describe() {
    return json_object("Job", field("id", &Job::id, "job_…"), field("kind", &Job::kind, "like import"), field("created_at", &Job::created_at, ""),
                       field("state", &Job::state, ""), field("progress", &Job::progress, "0..1"),
                       field("stage", &Job::stage, "a word that the page translates"), field("finished_at", &Job::finished_at, ""),
                       field("error_code", &Job::error_code, "as of a problem document"), field("object", &Job::object, "what it works on, like imp_…"));
  }
};

}  // namespace lotse::jobs
