#pragma once
#include <nlohmann/json.hpp>

#include "outbound/deliveries.h"

namespace lotse::outbound {

/// A delivery's row.
struct Deliveries::Stored {
  std::string id, name, sealed, pending, created_by;
  DeliveryWhat what;
  DeliveryWhere where;
  std::optional<connect::Schedule> schedule;
  bool paused = false;
  uint64_t arrival = 0, sequence = 0;  ///< its place: events up to here, and the number of the last file, were delivered
  std::optional<int64_t> next_run_at, current_as_of;
  int64_t created_at = 0, version = 0;
  uint64_t failures = 0;
  std::optional<DeliveryRun> last_run;
  std::string place() const { return nlohmann::json{{"arrival", arrival}, {"sequence", sequence}}.dump(); }
  /// What is pending may lie at the receiver already, in another form than it would have from now on: its number is not given again.
  void skip_pending() {
    if (!pending.empty()) ++sequence;
    pending.clear();
  }
  std::string purpose() const { return "delivery secret " + id; }
};

/// What one file or message holds, written down before it is made: a further try makes the same.
struct Deliveries::Range {
  uint64_t sequence = 0, after = 0, up_to = 0;
  int64_t planned_at = 0;
  std::vector<uint32_t> attributes;  ///< of events and customers: the columns
  bool sent = false;                 ///< it was sent, or that was about to happen: the receiver may have it
  std::string text() const {
    return nlohmann::json{{"sequence", sequence}, {"after", after}, {"up_to", up_to}, {"planned_at", planned_at}, {"attributes", attributes}, {"sent", sent}}.dump();
  }
  static Range read(const std::string& text) {
    const auto json = nlohmann::json::parse(text);
    return {json.at("sequence"), json.at("after"), json.at("up_to"), json.at("planned_at"), json.at("attributes").get<std::vector<uint32_t>>(), json.at("sent")};
  }
};

/// Who is in an audience now, and what changed since the last delivery. Messages take from the changes piece by piece.
struct Deliveries::Audience {
  std::vector<uint32_t> members, entered, left;
};

}  // namespace lotse::outbound
