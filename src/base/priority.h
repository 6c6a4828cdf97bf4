#pragma once

namespace lotse {

/// Gives the calling thread a lower priority, for good: merging, flushing and counting take what answering leaves over, so that a
/// request need not wait for them where all cores are busy. On Linux the priority is the thread's own; elsewhere it does nothing.
void work_behind_requests();

}  // namespace lotse
