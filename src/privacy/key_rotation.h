#pragma once
#include "access/audit.h"
#include "jobs/jobs.h"
#include "privacy/types.h"
#include "privacy/vault.h"

namespace lotse::privacy {

/// Rotation of a workspace's key as a job (docs/decisions/0747). Threads: any.
class KeyRotation {
 public:
  /// Registers the job kind "key_rotation"; construct it before Jobs::begin.
  KeyRotation(Vault& vault, jobs::Jobs& jobs, access::Audit& audit);

  /// errors  forbidden
  Result<KeyStatus> status(const Viewer& viewer);
  /// errors  forbidden, key_rotates (already), jobs_full
  Result<KeyStatus> start(const Viewer& viewer);
  /// Goes on with what was cut off. Called every minute.
  void look_after(std::stop_token stop);

 private:
  Vault& vault_;
  jobs::Jobs& jobs_;
  access::Audit& audit_;
};

}  // namespace lotse::privacy
