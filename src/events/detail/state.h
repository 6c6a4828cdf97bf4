#pragma once
#include <bit>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "events/detail/catalogue.h"
#include "events/detail/duck.h"
#include "events/detail/journal.h"
#include "events/duck_store.h"
#include "events/id_set.h"

/// What the files of DuckStore share. Locks are taken in this order: import → write → publish → state;
/// relink → write → publish, and graph last of all.
namespace lotse::events {
namespace detail {

/// A live event in codes.
struct CodedEvent {
  EventId id;
  uint64_t arrival = 0;
  int64_t time_us = 0, received_us = 0;
  uint32_t identity = 0, type = 0, instance_key = 0, channel = 0, direction = 0, unit = 0;
  uint16_t source = 0;
  double cost = 0;
  std::vector<std::pair<uint32_t, uint32_t>> codes;      // attribute → code
  std::vector<std::pair<uint32_t, std::string>> texts;   // attribute → text that has no code
};
using TailBatch = std::vector<CodedEvent>;  // ascending by arrival, not empty

/// An import's table: rows have the arrival numbers base + row.
struct Part {
  uint32_t number = 0;
  std::string import;
  uint16_t source = 0;
  uint64_t base = 0, block = 0, rows = 0;  // arrivals are in (base, base + block]
  std::vector<uint32_t> attributes;
  std::string table() const { return "part_" + std::to_string(number); }
};

struct SourceCount {
  uint64_t events = 0;
  int64_t first_us = INT64_MAX, last_us = INT64_MIN, arrived_us = INT64_MIN;
  bool has_keys = false;
  void add(int64_t time_us, int64_t arrived, bool key) {
    ++events;
    first_us = std::min(first_us, time_us);
    last_us = std::max(last_us, time_us);
    arrived_us = std::max(arrived_us, arrived);
    has_keys |= key;
  }
  void add(const SourceCount& o) {
    events += o.events;
    first_us = std::min(first_us, o.first_us);
    last_us = std::max(last_us, o.last_us);
    arrived_us = std::max(arrived_us, o.arrived_us);
    has_keys |= o.has_keys;
  }
};

/// A set of identity numbers, a bit each.
class IdentitySet {
 public:
  bool empty() const { return words_.empty(); }
  uint64_t count() const {
    uint64_t n = 0;
    for (const uint64_t word : words_) n += static_cast<uint64_t>(std::popcount(word));
    return n;
  }
  bool has(uint32_t n) const { return n / 64 < words_.size() && (words_[n / 64] >> (n % 64) & 1); }
  void add(uint32_t n) {
    if (n / 64 >= words_.size()) words_.resize(n / 64 + 1);
    words_[n / 64] |= uint64_t{1} << (n % 64);
  }
  void remove(uint32_t n) {
    if (n / 64 < words_.size()) words_[n / 64] &= ~(uint64_t{1} << (n % 64));
    while (!words_.empty() && words_.back() == 0) words_.pop_back();
  }

 private:
  std::vector<uint64_t> words_;
};

/// What is visible at one moment.
struct Visible {
  std::vector<std::shared_ptr<const Part>> parts;
  std::vector<std::shared_ptr<const TailBatch>> tail;
  std::vector<uint32_t> live_attributes;  // columns of the live table
  uint64_t as_of = 0, removals = 0;
  std::shared_ptr<const IdentitySet> erased, restricted;  // never null
};

using EvidenceBatch = std::vector<identity::Evidence>;

std::string code_column(uint32_t attribute);  // "a17"
std::string text_column(uint32_t attribute);  // "t17"
Result<void> insert_numbers(Connection& connection, const char* table, const std::vector<uint32_t>& numbers);
using Losses = std::map<uint16_t, uint64_t>;  // source → events

}  // namespace detail

struct DuckStore::State {
  State(WorkspaceId w, std::filesystem::path f, StoreOptions o, Feeds& fe, const Clock& c)
      : workspace(std::move(w)), folder(std::move(f)), options(o), feeds(fe), clock(c), catalogue(c) {}

  const WorkspaceId workspace;
  const std::filesystem::path folder;
  const StoreOptions options;
  Feeds& feeds;
  const Clock& clock;
  detail::Catalogue catalogue;

  // The database; opened anew after an error that made DuckDB give up on it (a full disk can).
  std::mutex database_mutex;
  std::shared_ptr<detail::Database> database;
  std::atomic<bool> database_failed{false};
  Result<std::unique_ptr<detail::Connection>> connect();
  /// Notes errors after which the database must be opened anew; gives the error back.
  Error note(Error error);
  Result<void> register_functions(detail::Connection& connection);

  std::mutex import_mutex;   // one import or undo at a time
  std::mutex write_mutex;    // transactions that write dictionaries, meta or the live table
  std::mutex checkpoint_mutex;  // while DuckDB's main file changes in place; taken after write_mutex, alone or by a backup
  std::mutex publish_mutex;  // from taking arrival numbers until they are visible: arrivals become visible in order

  // What is visible; guarded by state_mutex.
  mutable std::mutex state_mutex;
  std::vector<std::shared_ptr<const detail::Part>> parts;
  std::deque<std::shared_ptr<const detail::TailBatch>> tail;
  std::deque<std::shared_ptr<const detail::EvidenceBatch>> tail_evidence;  // of each batch of the tail
  std::map<uint32_t, std::map<uint16_t, detail::SourceCount>> part_counts;  // part → source
  std::map<uint16_t, detail::SourceCount> live_counts;
  std::vector<uint32_t> live_attributes, tail_references;  // the latter: of events that the tail has, or had
  void note_references(const detail::TailBatch& batch);   // under state_mutex
  uint64_t counter = 0;  // as_of: all arrivals up to here are visible
  uint64_t given = 0;    // arrival numbers up to here were given out; at least `counter`, beyond it while a group is written or after it failed
  uint64_t events = 0, tail_events = 0, removals = 0;
  /// The tables hold nothing of the erased; live events that wait in the journal may, until they would move there.
  std::shared_ptr<const detail::IdentitySet> erased = std::make_shared<const detail::IdentitySet>(), restricted = erased;
  bool purge_due = false;
  static constexpr const char* purge_due_sql = "DELETE FROM meta WHERE key = 'purge_due'; INSERT INTO meta VALUES ('purge_due', 1)";
  detail::Visible visible() const;

  // Who is one customer. Changes are told in their order: whoever changes holds relink_mutex until it is told.
  std::mutex relink_mutex;
  mutable std::shared_mutex graph_mutex;  // guards the next two
  identity::Graph graph;
  std::shared_ptr<const std::unordered_set<std::string>> never_unique = std::make_shared<const std::unordered_set<std::string>>();
  void customers_of(const uint32_t* identity, size_t n, uint32_t* customer) const;
  /// Changes the graph and tells. `as_of`: 0 where the change has a number of its own.
  Result<void> relink(uint64_t as_of, const std::function<identity::Changes(identity::Graph&)>& change);
  /// The same in slices, so that live events do not wait long.
  void relink_by(uint64_t as_of, const std::vector<identity::Evidence>& evidence);
  Result<void> load_identities(detail::Connection& connection);
  Result<void> write_evidence(detail::Connection& connection, const std::vector<identity::Evidence>& evidence, uint32_t part);
  Result<uint64_t> count_up(detail::Connection& connection);  ///< a new as_of without events

  // Durable state of the dictionaries; guarded by write_mutex.
  detail::CatalogueMark persisted;
  /// Inside a transaction: writes what the catalogue has got since `persisted`. Gives the mark to keep after the commit.
  Result<detail::CatalogueMark> write_catalogue(detail::Connection& connection);
  void keep(detail::CatalogueMark mark);

  // Live events.
  struct Waiting {
    std::vector<LiveEvent> events;
    std::function<void(Result<Acked>)> done;
  };
  std::mutex queue_mutex;
  std::condition_variable queue_wake;
  std::deque<Waiting> queue;
  size_t queued_events = 0;
  bool closing = false;
  std::thread committer, flusher;
  std::condition_variable flush_wake;
  bool flush_wanted = false;
  std::mutex journal_mutex;
  std::unique_ptr<detail::Journal> journal;
  detail::CatalogueMark journaled;  // guarded by publish_mutex
  IdSet live_ids;
  std::atomic<uint32_t> next_part{1};

  Result<void> open();
  Result<void> load();
  Result<void> load_parts(detail::Connection& connection);
  Result<void> load_live(detail::Connection& connection);
  Result<void> replay(std::string_view payload, uint64_t flushed);
  void start_threads();
  void close();

  void commit_loop();
  void commit_group(std::vector<Waiting>& group);
  Result<detail::CodedEvent> encode(const LiveEvent& event, Micros now);
  void flush_loop();
  Result<void> flush(bool wipe = false);  ///< wipe: also where nothing waits, and overwrites the journal's old files
  std::shared_ptr<const detail::IdentitySet> erased_now() const;
  /// Inside a transaction: notes the texts of the rows for which `where` holds, and deletes the rows, in all tables. Gives how
  /// many went, by part (0: live events) and source.
  Result<std::map<uint32_t, detail::Losses>> delete_rows(detail::Connection& connection, const std::vector<std::shared_ptr<const detail::Part>>& parts,
                                                         const std::vector<uint32_t>& live, const std::string& where);
  Result<detail::Losses> delete_rows_of(detail::Connection& connection, const std::string& table, const std::vector<uint32_t>& attributes, const std::string& where);
  static constexpr const char* erased_rows = "identity IN (SELECT identity FROM erased_identity)";
  /// Takes them out of the counts; under publish_mutex and state_mutex. Gives their sum.
  uint64_t take_out(const std::map<uint32_t, detail::Losses>& losses);
  uint64_t amended_at = 0;  ///< guarded by state_mutex
  Result<void> scrub_texts(detail::Connection& connection);
  Result<void> copy_database(detail::Connection& connection, const std::filesystem::path& to, std::stop_token stop);
  Result<void> exchange_database(const std::filesystem::path& fresh);
  Result<void> write_live(detail::Connection& connection, const std::vector<uint32_t>& attributes,
                          const std::vector<std::shared_ptr<const detail::TailBatch>>& batches);
  void checkpoint_if_due(uint64_t wal_bytes_least);
  void checkpoint();
  void shrink();  ///< gives free blocks at the end of the file back to the disk
  /// Asks whether an import that begins now may go on: disk_full where it would take the room that live events and the
  /// log need.
  std::function<Result<void>()> room_for_import() const;

  Result<std::shared_ptr<const detail::Part>> find_part(std::string_view import) const;

  // What `volumes` has counted.
  std::mutex volumes_mutex;
  std::map<uint32_t, std::vector<Volume>> part_volumes;                  // by part
  std::map<std::pair<uint16_t, int64_t>, uint64_t> live_volumes;         // (source, quarter) → events of the live table
  uint64_t volumes_removals = 0, live_volumes_to = 0;                    // arrivals up to here are in live_volumes
};

}  // namespace lotse::events
