#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/feed.h"
#include "base/guarded.h"
#include "events/stores.h"
#include "identity/evidence.h"
#include "hub/intake_book.h"
#include "hub/tracking_plan.h"
#include "privacy/consents.h"
#include "privacy/corrections.h"
#include "privacy/vault.h"

namespace lotse::hub {

/// A live event as a source tells it.
struct IncomingEvent {
  std::string customer;   ///< identifier; ends in the vault
  std::string type;
  Micros time{0};
  std::string message;    ///< the source's own id; empty: never recognised again
  std::string instance_key, channel, direction, unit;
  double cost = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<std::pair<std::string, std::string>> customer_attributes;  ///< said of the customer from this event on
  identity::Kind customer_kind = identity::Kind::customer;
  identity::Said said = identity::Said::event;      ///< how the source knows the next ones
  std::vector<identity::Identifier> identifiers;    ///< further ones of the same customer, by which customers are joined
  struct Reference {
    identity::Kind kind = identity::Kind::account;  ///< account, contract or order
    std::string value;
    bool from_here = false;  ///< of accounts: the customer's later events are the account's, too
  };
  std::vector<Reference> references;  ///< whose the event is besides; further identifiers of these kinds need not stand here again
  privacy::ConsentSaid consent = {};  ///< what it says of the customer's consent, by purpose
};
struct RejectedIncoming {
  size_t index;
  /// erased (its customer was erased), no_consent (the source may store only customers who consented); no_customer, no_event_type, unknown_direction, text_too_long, nul_byte; too_many_event_types, too_many_attributes,
  /// too_many_values
  std::string code;
};
struct Accepted {
  uint64_t accepted = 0, known = 0, as_of = 0;
  std::vector<RejectedIncoming> rejected;
};

/// One of the events of a request, for whoever watches.
struct TakenEvent {
  uint32_t identity = 0;
  Micros time{0};
  std::string type, channel;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< at most 8
};
/// What became of a request; news after its events are durable.
struct Taken {
  WorkspaceId workspace;
  std::string source_id;
  uint64_t accepted = 0, known = 0, as_of = 0;
  std::vector<std::string> rejected;   ///< codes
  std::chrono::steady_clock::time_point since;  ///< when the request came
  std::vector<TakenEvent> sample;      ///< at most 5
};

/// Which events a workspace has room for, said before any attribute is named: a name that is given stays given. Names seen
/// once are remembered, so that the store is asked only for new ones. One thread.
class AttributeRoom {
 public:
  bool takes(const IncomingEvent& event, const events::DuckStore& store);

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Names = std::unordered_set<std::string, Hash, std::equal_to<>>;
  Names of_event_, of_customer_;
  size_t room_ = 0;
  std::chrono::steady_clock::time_point next_look_;
};

/// The one way in for live events: validates, names customers by the vault, hands over to the event store, which
/// announces them. One thread takes whatever has come together, so that new customers of many requests cost one sync.
///
/// Threads: any.
class Hub {
 public:
  /// Without `consents` and `policies` every customer's events are taken, and all sources' long texts are scrubbed.
  /// `corrections`, where there are some, replace values that are known to be wrong.
  /// `book`, where there is one, gets the count of everything that comes in; `plans` say what is expected of it.
  Hub(events::Stores& stores, privacy::Vault& vault, privacy::Consents* consents = nullptr, privacy::Policies* policies = nullptr,
      IntakeBook* book = nullptr, TrackingPlans* plans = nullptr, privacy::Corrections* corrections = nullptr);
  ~Hub();  ///< finishes what was taken

  /// `done` is called once, from another thread, when the accepted events are durable and visible, or with why none is.
  ///   errors  hub_busy (too much waits), too_many_attributes, disk_full, those of the store and the vault
  void accept(const WorkspaceId& workspace, std::string source_id, std::string source_name, std::vector<IncomingEvent> events,
              std::function<void(Result<Accepted>)> done, std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now());

  /// Notes events that were rejected before they came as far as `accept`, or whole requests that could not be read.
  void note_rejected(const WorkspaceId& workspace, const std::string& source_id, const std::vector<std::string>& codes);

  /// News of every request, on the committing thread. Samples are there once a second and workspace, and with each request
  /// while somebody watches.
  Feed<Taken>& taken() { return *taken_; }
  void watch(const WorkspaceId& workspace, std::chrono::steady_clock::time_point until);

 private:
  struct Waiting {
    WorkspaceId workspace;
    std::string source_id, source_name;
    std::vector<IncomingEvent> events;
    std::function<void(Result<Accepted>)> done;
    std::chrono::steady_clock::time_point since;
  };
  struct Watch {
    std::chrono::steady_clock::time_point until, sampled;
  };
  void loop();
  bool sample_due(const WorkspaceId& workspace);
  void take(const WorkspaceId& workspace, std::vector<Waiting> group);

  events::Stores& stores_;
  privacy::Vault& vault_;
  privacy::Consents* const consents_;
  privacy::Policies* const policies_;
  IntakeBook* const book_;
  TrackingPlans* const plans_;
  privacy::Corrections* const corrections_;
  // Shared: the store may still acknowledge when the hub has ended.
  const std::shared_ptr<Feed<Taken>> taken_ = std::make_shared<Feed<Taken>>();
  Guarded<std::map<WorkspaceId, Watch>> watches_;
  std::map<WorkspaceId, AttributeRoom> rooms_;  // of the hub's thread
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  size_t queued_events_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace lotse::hub
