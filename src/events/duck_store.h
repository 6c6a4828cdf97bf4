#pragma once
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <unordered_set>

#include "events/event_store.h"
#include "events/rows.h"
#include "identity/graph.h"

namespace lotse::events {

/// What a workspace lets join (customers/identities.h makes it from its rules and decisions).
struct Joining {
  identity::Policy policy;
  std::shared_ptr<const std::unordered_set<std::string>> never_unique = std::make_shared<const std::unordered_set<std::string>>();  ///< values as identity::compared
};

struct StoreOptions {
  size_t threads = 2;                  ///< of DuckDB, for imports and scans
  std::string memory_limit = "1GB";    ///< of DuckDB; beyond it work spills into the folder's tmp/
  Micros remember_ids{int64_t{46} * 86'400'000'000};  ///< how long ids of live events are compared
  Micros flush_every{2'000'000};       ///< journal to tables; nobody waits for it
  size_t known_ids_in_memory = 24'000'000;  ///< above it an import compares ids by a join in the store, slower
  std::function<Result<Joining>(const WorkspaceId&)> joining;  ///< asked when a store opens; none: no limits
};

/// One file's rows on their way in.
struct ImportRows {
  std::string import;                  ///< imp_…, not used before
  uint16_t source = 0;                 ///< whose files are compared; rows may name other sources
  std::vector<std::shared_ptr<const struct ImportAttribute>> attributes;  ///< from DuckStore::attribute
  std::optional<std::string> replaces; ///< an import that is undone in the same step
  size_t rows_expected = 0;            ///< a guess, for memory
  std::function<RowWorker()> worker;   ///< makes one worker per thread
  /// Asked once when all rows are in: what they say of their customers' further identities. It goes when the import is undone.
  std::function<std::vector<identity::Evidence>()> evidence = [] { return std::vector<identity::Evidence>{}; };
  /// Called when all rows are in and before any is visible: whatever the rows refer to must be durable after it.
  std::function<Result<void>()> before_publish = [] { return Result<void>{}; };
  /// Called when the import failed or was stopped, before another may begin.
  std::function<void()> abandoned = [] {};
  std::function<void(std::string_view stage)> stage = [](std::string_view) {};
};
struct ImportOutcome {
  uint64_t events_new = 0, events_known = 0, as_of = 0;
  std::optional<Micros> first, last;   ///< of the new events
  double store_s = 0, deduplicate_s = 0, publish_s = 0;  ///< store: time inside DuckDB, summed over threads
};

/// Which events an export has.
struct ExportWish {
  std::optional<uint16_t> source;      ///< one source's alone
  std::optional<Micros> from, to;      ///< half open
  bool by_instance = false;            ///< by customer, then instance key, then time; else by time
  uint64_t after = 0;                  ///< arrivals above it
  std::optional<uint64_t> up_to;       ///< and not above this; none: all that are visible
  const std::vector<uint32_t>* customers = nullptr;          ///< of these alone
  std::optional<std::vector<uint32_t>> attributes;           ///< imported ones to give; none: all that events of the wish may have
};
/// One event on its way out; texts live for the call.
struct ExportedEvent {
  uint32_t customer = 0;
  Micros time{0};
  uint64_t arrival = 0;
  uint32_t type = 0;                   ///< code
  uint16_t source = 0;                 ///< code
  bool key_is_customer = false;        ///< the log had one key column
  std::string_view instance_key;       ///< empty: none, or the customer itself
  std::string_view channel, direction, unit;
  std::optional<double> cost;
  std::vector<std::pair<uint32_t, std::string_view>> attributes;  ///< number → text, none empty
  std::vector<std::pair<uint32_t, uint32_t>> references;          ///< BuiltinAttribute::account to account_from_here → identity
};

/// Values of an attribute that are replaced in stored events, or removed from them.
struct Amendment {
  uint32_t attribute = 0;            ///< an imported one
  std::vector<uint32_t> identities;  ///< whose events; none: everybody's
  std::optional<std::string> from;   ///< this value alone; none: every value
  std::optional<Micros> before;      ///< events of an earlier own time alone
  std::string to;                    ///< empty: the value is removed
};
/// Events of a source that are older than it may keep them.
struct Expiry {
  uint16_t source = 0;
  Micros before{0};
};
struct Affected {
  uint64_t events = 0;
  std::vector<uint32_t> identities;  ///< of these events, ascending
};

/// What an import needs of an attribute; valid as long as the store.
struct ImportAttribute {
  uint32_t number;
  Encoder::Miss encode;  ///< 0 where there are more than 65,535 values: then the text is stored
};

/// Events of one source in a quarter of an hour of their own time (UTC, counted from 1970).
struct Volume {
  uint16_t source = 0;
  int64_t quarter = 0;
  uint64_t events = 0;
};
inline constexpr int64_t quarter_us = 900'000'000;
/// How live events of a source arrived.
struct Arrivals {
  uint16_t source = 0;
  uint64_t events = 0;
  double delay_p50_s = 0, delay_p95_s = 0;  ///< from the event's own time to its arrival; exact
  uint64_t early = 0;                       ///< whose own time lies more than five minutes after their arrival
};

/// The event store in one DuckDB file, with a journal in front of it (docs/decisions/0301).
///
///   FOLDER/events.duckdb            tables: one per import ("part_N"), one of live events, the dictionaries
///   FOLDER/events.NNNNNNNN.journal  acknowledged live events that are not in the tables yet
///
/// Threads: any function from any thread. One process per folder.
class DuckStore : public EventStore {
 public:
  /// Opens or makes the store and removes what a half import left behind.
  ///   errors  data_locked, store_broken, store_newer (written by a newer Lotse), disk_full
  static Result<std::shared_ptr<DuckStore>> open(WorkspaceId workspace, std::filesystem::path folder, StoreOptions options,
                                                 Feeds& feeds, const Clock& clock);
  ~DuckStore() override;

  // --- writing ---

  /// The code of a source; made where it is not there. errors  too_many_sources
  Result<uint16_t> source(std::string_view id, std::string_view name);
  Result<uint16_t> source_named(std::string_view name);
  Result<std::shared_ptr<const ImportAttribute>> attribute(std::string_view name, AttributeScope scope);
  /// Encoders for one thread of an import.
  Encoder type_encoder();
  Encoder channel_encoder();    ///< errors of these three: too_many_values
  Encoder direction_encoder();
  Encoder unit_encoder();
  Encoder source_encoder();     ///< by name
  uint32_t key_code(std::string_view text);

  /// Takes live events. `done` is called once, from another thread, when they are durable and visible, or with why not:
  /// then none of them was taken. What full dictionaries refuse stands in Acked::refused. It must be quick.
  ///   errors  disk_full, store_busy (too much waits already), store_closing
  void append(std::vector<LiveEvent> events, std::function<void(Result<Acked>)> done);

  /// Takes all rows or none: nothing of it is visible before it returns. One at a time per store; others wait.
  ///   errors  those of the workers, cancelled, disk_full, import_exists, import_not_found (replaces)
  Result<ImportOutcome> import_rows(const ImportRows& rows, std::stop_token stop = {});

  /// Removes an import's events. Gives how many.
  ///   errors  import_not_found
  Result<uint64_t> undo(std::string_view import);
  bool has_import(std::string_view import) const;
  /// How many events of an import there are.  errors  import_not_found
  Result<uint64_t> import_size(std::string_view import) const;

  // --- identities: who is one customer follows from what events and imports say, and from the policy ---

  /// Derives the customers anew where that changes anything, and tells so.
  ///   cost  by what changes; other rules: about 0.5 µs a piece of evidence, while live events wait
  Result<void> set_joining(Joining joining);
  std::shared_ptr<const std::unordered_set<std::string>> never_unique() const;
  /// For looking, under a lock that live events wait for: be quick.
  void look_at_identities(const std::function<void(const identity::Graph&)>& look) const;
  /// Removes all evidence of these identities, from memory and tables. Their events stay, as customers of their own.
  Result<void> forget_identities(const std::vector<uint32_t>& identities);
  uint32_t customer_of(uint32_t identity) const override;
  std::vector<uint32_t> identities_of(uint32_t customer) const override;
  std::vector<std::pair<uint32_t, uint32_t>> links() const override;

  /// Takes the events of these identities out of everything that can be asked: durable and without a trace in queries when
  /// this returns; news go to Feeds::removed. What comes in for them later is refused (`erased`). Their bytes go with `purge`.
  /// Gives how many events went; identities that were erased before cost nothing.
  ///   cost    one pass over the identity column of each table
  ///   errors  disk_full, store_failed: then nothing has changed
  Result<uint64_t> erase(std::vector<uint32_t> identities);
  bool purge_is_due() const;  ///< something was erased since the last purge
  /// Rewrites the store's files without what was erased, texts that no other event uses among them, and overwrites the old
  /// ones. Live events are taken meanwhile, imports wait; queries wait for the exchange of the files, some milliseconds.
  ///   errors  disk_full (as much room as the store has now is needed for a while), store_busy (a reader did not end),
  ///           cancelled, store_failed: the old files stay, and nothing is lost
  Result<void> purge(std::stop_token stop = {});

  /// Changes stored values: durable, and in every query when `Feeds::returned` has been followed. Events keep their ids, so
  /// that the same file adds none of them again. The bytes of the former values go with `purge`. Live events that come in
  /// meanwhile may be missed: once more takes them.
  ///   cost    one pass over the columns concerned, while live events wait
  ///   errors  disk_full, store_failed: then nothing has changed
  Result<Affected> amend(const Amendment& amendment);
  /// Deletes events for good, in the same way.
  Result<Affected> expire(const Expiry& expiry);
  /// What these would change now.
  Result<Affected> affected(const Amendment& amendment) const;
  Result<Affected> affected(const Expiry& expiry) const;
  /// Those of the identities that no event has.
  Result<std::vector<uint32_t>> without_events(const std::vector<uint32_t>& identities) const;
  uint64_t amended_at() const override;

  /// Scans leave these identities out, or give them again. Others of the store's functions are not concerned.
  Result<void> restrict(std::vector<uint32_t> identities, bool restricted);
  uint64_t restricted_count() const;

  /// Moves the journal into the tables now.
  Result<void> flush();

  /// A consistent copy of the store's files into `target` (made where it is missing) while it is in use: what was
  /// acknowledged before the call is in it. Imports wait meanwhile, live events do not.
  ///   errors  disk_full, store_failed
  Result<void> backup(const std::filesystem::path& target);

  /// Every event as it was stored, with its texts, in the order asked for. What was visible at the call, no more and no less.
  ///   memory  of DuckDB, which sorts; what does not fit goes to the folder's tmp/
  ///   errors  cancelled, store_broken, disk_full, and what `take` gives
  Result<void> export_events(const ExportWish& wish, const std::function<Result<void>(const ExportedEvent&)>& take, std::stop_token stop = {}) const;
  /// Numbers of the imported attributes that events of the wish may have.
  std::vector<uint32_t> export_attributes(const ExportWish& wish) const;

  // --- reading: see EventStore ---
  std::shared_ptr<const Dictionary> dictionary() const override;
  std::vector<uint32_t> references() const override;
  uint64_t as_of() const override;
  uint64_t event_count() const override;
  Result<void> scan(uint64_t after, uint64_t up_to, const std::vector<uint32_t>& attributes,
                    const std::function<Result<void>(EventColumns&&)>& take, std::stop_token stop = {}) const override;
  Result<void> scan_identities(const std::vector<uint32_t>& identities, uint64_t up_to, const std::vector<uint32_t>& attributes,
                               const std::function<Result<void>(EventColumns&&)>& take, std::stop_token stop = {}) const override;
  Result<uint64_t> scanned_count() const override;
  Result<std::vector<StoredEvent>> customer_events(uint32_t customer, uint64_t as_of, uint64_t offset,
                                                   uint64_t limit) const override;
  Result<std::vector<StoredEvent>> customer_events_in(uint32_t customer, uint64_t as_of, const EventWindow& window) const override;
  Result<std::optional<uint32_t>> instance_key(std::string_view text) const override;
  Result<void> numbers(uint32_t attribute, uint64_t as_of, const std::function<void(uint64_t arrival, double value)>& take,
                       std::stop_token stop = {}) const override;
  Result<std::vector<uint32_t>> customers_with(uint32_t attribute, const std::vector<std::string>& texts,
                                               uint64_t as_of) const override;
  Result<std::vector<std::optional<std::string>>> instance_keys(const std::vector<uint32_t>& codes) const override;
  Result<std::vector<SourceStatistics>> statistics() const override;
  Result<std::vector<ReferenceEdge>> reference_graph(bool by_key) const override;
  Result<std::vector<StoredEvent>> latest_of_type(uint32_t type, uint64_t as_of, size_t limit) const override;

  /// How many events each source has, by quarter of an hour. An import is counted once, live events are from where the last
  /// call ended; after an undo or an erasure all is counted anew.
  ///   cost  one grouped scan of two columns over what was not counted yet, then that of copying the answer
  Result<std::vector<Volume>> volumes() const;
  /// The same of one import's events, not kept.  errors  import_not_found
  Result<std::vector<Volume>> import_volumes(std::string_view import) const;
  /// Of live events that came since then.  cost  one scan of two columns
  Result<std::vector<Arrivals>> arrivals(Micros since) const;

  struct State;

 private:
  explicit DuckStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lotse::events
