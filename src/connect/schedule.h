#pragma once
#include <optional>
#include <string>

#include "base/time.h"
#include "connect/connector_types.h"
#include "formats/zone.h"

namespace lotse::connect {

/// errors  invalid_schedule (neither or both; out of range; no time of day), with the field below `at`
Result<void> check_schedule(const Schedule& schedule, std::string_view at);

/// The next planned time after `after`; `begun` is when the last run began: intervals count from there.
Micros next_planned(const Schedule& schedule, const formats::Zone& zone, Micros begun, Micros after);

/// When to try again after `failures` runs that failed (1 or more): 30 s, doubled each time, at most an hour; at least what the
/// source asked for; a wrong setting is not tried again before 15 minutes have passed. A daily run also takes its own time.
Micros next_try(const Schedule& schedule, const formats::Zone& zone, uint64_t failures, const Error& error, Micros now);

}  // namespace lotse::connect
