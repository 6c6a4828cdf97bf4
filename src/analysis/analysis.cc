#include "analysis/analysis.h"

#include "analysis/detail/service.h"

namespace lotse::analysis {

Analysis::Analysis(Parts parts, Options options) : service_(std::make_unique<detail::Service>(std::move(parts), std::move(options))) {}
Analysis::~Analysis() = default;

bool Analysis::wait_until(const WorkspaceId& workspace, uint64_t as_of, std::chrono::milliseconds wait) {
  return service_->live(workspace)->wait_until(as_of, wait);
}

bool Analysis::rewrite(const WorkspaceId& workspace, std::chrono::milliseconds wait) { return service_->live(workspace)->rewrite(wait); }

void Analysis::warm(const WorkspaceId& workspace) { service_->live(workspace)->touch(); }

void Analysis::close(const WorkspaceId& workspace) { service_->close(workspace); }

}  // namespace lotse::analysis
