#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "analysis/detail/mapping_view.h"
#include "engine/snapshot.h"
#include "events/event_store.h"
#include "model/filter.h"

namespace lotse::analysis::detail {

/// The columns of a workspace at one moment, with what their codes mean. Immutable.
struct Moment {
  engine::Snapshot columns;
  uint64_t as_of = 0;
  uint64_t floor = 0;   ///< older answers back to this arrival number can be given from these columns
  uint64_t epoch = 0;   ///< moments of one epoch differ by rows that came later, and by who is one customer
  Micros now{0};        ///< the moment at which instances are open or not
  uint64_t serial = 0;  ///< tells moments apart: no two are equal in this process
  std::shared_ptr<const std::vector<EventClass>> classes;
  std::shared_ptr<const std::vector<uint32_t>> properties;
  std::shared_ptr<const std::vector<uint32_t>> attributes;  ///< attribute number of each column
  std::shared_ptr<const events::Dictionary> dictionary;
  std::shared_ptr<events::EventStore> store;
  CountBy kind = CountBy::person;  ///< what the columns call a customer; others than persons are named by their identity_no
  bool partial = false;            ///< of a viewer who may see some events only: `columns` hold these, `store` holds all
  uint64_t without_reference = 0;  ///< events that the columns lack because they name none of the kind
};

/// A moment as one request sees it.
struct Seen {
  std::shared_ptr<const Moment> moment;
  std::shared_ptr<const Moment> persons;  ///< the moment that `moment` was made from, where that counts something else
  std::optional<uint64_t> last_arrival;  ///< set where an older answer is repeated
  uint64_t as_of = 0;
  std::shared_ptr<const MappingView> mapping;
  bool mapping_running = false;
  std::shared_ptr<const Tallies> tallies;  ///< of the moment's events, or of newer ones
};

}  // namespace lotse::analysis::detail
