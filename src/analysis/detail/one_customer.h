#pragma once
#include <optional>
#include <string>
#include <vector>

#include "analysis/customer_types.h"
#include "analysis/detail/service.h"
#include "engine/instances.h"

namespace lotse::analysis::detail {

/// One customer as a request sees it.
struct OneCustomer {
  std::string name;  ///< pseudonym
  uint32_t number = 0;
  Seen seen;
  LocalTime zone;
  std::vector<engine::EventRow> events;  ///< by (time, arrival), unmapped ones included; at least one
};

/// Whether one of the events has this arrival number.
bool holds(const std::vector<engine::EventRow>& events, uint64_t arrival);

/// errors  forbidden (without see_customers), not_found, those of Live::see
Result<OneCustomer> one_customer(Service& service, const Viewer& viewer, std::string_view customer, std::optional<int64_t> as_of = std::nullopt,
                                 std::optional<int64_t> mapping_version = std::nullopt);

/// Events of one.events by their places, with all that the store knows; in the order of `places`.
Result<std::vector<TimelineEvent>> timeline_events(const OneCustomer& one, const std::vector<size_t>& places);

Result<CustomerProfile> profile_of(Service& service, const Viewer& viewer, const OneCustomer& one, bool whole);

}  // namespace lotse::analysis::detail
