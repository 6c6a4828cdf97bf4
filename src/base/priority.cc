#include "base/priority.h"

#include <sys/resource.h>
#ifdef __linux__
#include <unistd.h>
#endif

namespace lotse {

void work_behind_requests() {
#ifdef __linux__
  constexpr int lower = 10;  // a ninth of the time of a thread at 0 that wants all of it; never nothing, for it may hold a lock
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), lower);
#endif
}

}  // namespace lotse
