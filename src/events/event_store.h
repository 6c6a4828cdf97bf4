#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/feed.h"
#include "base/result.h"
#include "base/time.h"
#include "model/event_columns.h"
#include "model/filter.h"
#include "model/viewer.h"

/// The durable, ordered, deduplicated log of one workspace. DuckDB stands behind it today, ClickHouse later.
namespace lotse::events {

struct EventType {
  uint32_t code;
  std::string name;         ///< as the source writes it, without outer blanks; unique in the workspace
  std::string touchpoint;   ///< the id (tp_…) that the type has as its own touchpoint, kept when it is adopted
};
struct SourceName {
  uint16_t code;
  std::string id, name;     ///< id: src_…
  bool has_keys;            ///< its events carry instance keys
};
struct Attribute {
  uint32_t number;          ///< BuiltinAttribute::… or from first_imported
  std::string id, name;     ///< id: "channel", "direction", "unit", or at_…
  AttributeScope scope;
  bool in_memory;           ///< at most 65,535 values: has codes; otherwise only its texts are stored
};
/// Names behind the codes at one moment. Codes are never reused; later dictionaries only add.
struct Dictionary {
  std::vector<EventType> types;        ///< by code, from 1 at index 0 on: code == index + 1
  std::vector<SourceName> sources;     ///< likewise
  std::vector<Attribute> attributes;
  /// values[i] are the texts of attributes[i]: code == index + 1. Empty where not in memory.
  std::vector<std::vector<std::string>> values;
};

struct Appended {
  WorkspaceId workspace;
  uint64_t after, last;   ///< rows with after < arrival <= last became visible
};
struct Removed {
  WorkspaceId workspace;
  uint64_t first, last;   ///< rows with first <= arrival <= last are gone (an import was undone); none where first > last
  uint64_t as_of;         ///< the counter after it
  /// All rows of these customers are gone (erased, or restricted), from older states, too: nothing that is kept may show them.
  std::vector<uint32_t> customers = {};
};
struct Returned {
  WorkspaceId workspace;
  std::vector<uint32_t> customers;  ///< scans give their rows again (a restriction ended), or give other rows than before
  uint64_t as_of;                   ///< the counter after it
  bool changed = false;             ///< rows were changed or deleted: nothing that is kept may show the former ones
};
/// Identities belong to other customers than before. Told before the events that are the reason; in the order of the changes.
struct Relinked {
  WorkspaceId workspace;
  uint64_t as_of;                                     ///< the counter after it
  std::vector<std::pair<uint32_t, uint32_t>> moved;   ///< identity → its customer now; of one told twice the last holds
  std::vector<std::pair<uint32_t, uint32_t>> merged;  ///< all of the first customer is the second's now; in order, second < first
  std::vector<uint32_t> dealt_anew;                   ///< customers whose events are to be read again
};
struct CatalogueChanged {
  WorkspaceId workspace;  ///< new event types, sources, attributes, values
};

struct StoredEvent {
  uint32_t customer;
  Micros time;
  uint64_t arrival;
  uint32_t type;
  uint16_t source;
  std::optional<std::string> instance_key;
  std::optional<double> cost;
  std::vector<std::pair<uint32_t, std::string>> attributes;  ///< attribute number → text, incl. channel, direction, unit
};

struct SourceStatistics {
  uint16_t source;
  uint64_t events;
  Micros first, last, last_arrival;
};

/// The reading side, as `analysis` sees it. Threads: any; each call is one consistent read of what is durable.
class EventStore {
 public:
  virtual ~EventStore() = default;

  virtual std::shared_ptr<const Dictionary> dictionary() const = 0;

  /// Which references (BuiltinAttribute::is_reference) events may have, ascending. They are attributes of scans like others.
  virtual std::vector<uint32_t> references() const = 0;

  /// The counter that `as_of` shows: grows with every append and every undo; nothing visible has a greater arrival.
  virtual uint64_t as_of() const = 0;
  virtual uint64_t event_count() const = 0;

  /// Rows with after < arrival <= up_to, in chunks of at most about 1 M rows, in no order, with the codes of
  /// `attributes` (all that are in memory where empty). Also calls back for every row of an earlier arrival only if
  /// `after` is below it: pass 0 to read all.
  /// errors  cancelled, store_broken
  virtual Result<void> scan(uint64_t after, uint64_t up_to, const std::vector<uint32_t>& attributes,
                            const std::function<Result<void>(EventColumns&&)>& take, std::stop_token stop = {}) const = 0;

  /// The rows of some identities alone (ascending), arrival <= up_to; otherwise as scan.
  virtual Result<void> scan_identities(const std::vector<uint32_t>& identities, uint64_t up_to, const std::vector<uint32_t>& attributes,
                                       const std::function<Result<void>(EventColumns&&)>& take, std::stop_token stop = {}) const = 0;

  /// Identities that belong to another customer number than their own: (identity, customer), ascending.
  virtual std::vector<std::pair<uint32_t, uint32_t>> links() const = 0;
  /// The customer of an identity now.
  virtual uint32_t customer_of(uint32_t identity) const = 0;
  /// All identities of a customer, ascending.
  virtual std::vector<uint32_t> identities_of(uint32_t customer) const = 0;

  /// One customer's events by (time, arrival), those with arrival <= as_of; `offset` skips rows.
  virtual Result<std::vector<StoredEvent>> customer_events(uint32_t customer, uint64_t as_of, uint64_t offset,
                                                           uint64_t limit) const = 0;

  /// Which of a customer's events; both bounds inclusive.
  struct EventWindow {
    std::optional<Micros> from, to;
    std::optional<uint32_t> having;  ///< only events with a value of this imported attribute
  };
  /// The same, of a window, by (time, arrival); cheap where few events are in it.
  virtual Result<std::vector<StoredEvent>> customer_events_in(uint32_t customer, uint64_t as_of, const EventWindow& window) const = 0;

  /// The code of an instance key; none where no event has it.
  virtual Result<std::optional<uint32_t>> instance_key(std::string_view text) const = 0;

  /// The number of each event that has one, in no order: its cost, or an attribute's text read as a number (a comma or a
  /// point before the decimals). cost  one scan of the column
  static constexpr uint32_t cost_number = 0;
  virtual Result<void> numbers(uint32_t attribute, uint64_t as_of, const std::function<void(uint64_t arrival, double value)>& take,
                               std::stop_token stop = {}) const = 0;

  /// Customers (numbers, ascending) that have an event whose attribute has one of the texts: for attributes that are
  /// not in memory. cost  one scan of the attribute's column
  virtual Result<std::vector<uint32_t>> customers_with(uint32_t attribute, const std::vector<std::string>& texts,
                                                       uint64_t as_of) const = 0;
  /// The texts of instance key codes, in the order given; none for 0 and 1.
  virtual Result<std::vector<std::optional<std::string>>> instance_keys(const std::vector<uint32_t>& codes) const = 0;

  virtual Result<std::vector<SourceStatistics>> statistics() const = 0;

  /// The newest events of a type by their own time, newest first, with their arrival numbers not above `as_of`.
  ///   cost  one scan of the types, then one customer's events for each
  virtual Result<std::vector<StoredEvent>> latest_of_type(uint32_t type, uint64_t as_of, size_t limit) const = 0;

  /// Reference answers in plain SQL, for tests: directly-follows counts over whole-customer or by-key instances.
  /// Rows (from type, to type, count, mean seconds), by count.
  struct ReferenceEdge {
    uint32_t from, to;
    uint64_t count;
    double mean_s, median_s;
  };
  virtual Result<std::vector<ReferenceEdge>> reference_graph(bool by_key) const = 0;

  /// The counter of the last change of stored values: what was kept of an earlier moment shows values that are gone.
  virtual uint64_t amended_at() const = 0;

  /// How many events a scan gives: those of restricted customers are left out.
  virtual Result<uint64_t> scanned_count() const = 0;
};

/// A text as a number: "12", "-3.5", "12,50"; none for any other text, thousands separators included.
std::optional<double> number_of(std::string_view text);

/// News of all workspaces' stores.
struct Feeds {
  Feed<Appended> appended;
  Feed<Removed> removed;
  Feed<Relinked> relinked;
  Feed<CatalogueChanged> catalogue;
  Feed<Returned> returned;
};

}  // namespace lotse::events
