#pragma once
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "events/event_id.h"
#include "identity/evidence.h"
#include "model/filter.h"

/// Events on their way into a store.
namespace lotse::events {

/// Another identity that an event says is its customer's.
struct FurtherIdentity {
  uint32_t identity = 0;
  identity::Kind kind = identity::Kind::customer;
  identity::Said said = identity::Said::event;
  bool never_unique = false;  ///< its value joins nobody
};

/// One event as it comes in live; its customer is already a number of the identity vault.
struct LiveEvent {
  EventId id;
  uint32_t identity = 0;
  Micros time{0};
  std::string type;      ///< not empty, without outer blanks
  uint16_t source = 0;   ///< DuckStore::source
  std::string instance_key, channel, direction, unit;  ///< empty: none
  double cost = std::numeric_limits<double>::quiet_NaN();  ///< not a number: none
  std::vector<std::pair<std::string, std::string>> attributes;  ///< name → text, both not empty
  std::vector<std::pair<std::string, std::string>> customer_attributes;  ///< likewise, said of the customer from this event on
  identity::Kind kind = identity::Kind::customer;  ///< of `identity`
  bool never_unique = false;
  std::vector<FurtherIdentity> further;
  std::vector<std::pair<uint32_t, uint32_t>> references;  ///< attribute (BuiltinAttribute::is_reference) → identity, each attribute once
};

/// What became of a batch; given only when the accepted events would survive a power cut.
struct Acked {
  uint64_t accepted = 0, known = 0;
  uint64_t as_of = 0;  ///< queries from here on see them
  /// Events that the store has no room for, with why: too_many_event_types, too_many_attributes,
  /// too_many_values; erased (of an identity whose events were erased).
  std::vector<std::pair<size_t, std::string>> refused = {};
  std::vector<uint32_t> known_at = {};  ///< which of the batch were there already
};

/// Ready rows of an import, by column, all of equal length.
struct RowBatch {
  std::vector<uint64_t> row;           ///< number of the row in the file, unique; orders equal times
  std::vector<EventId> id;             ///< hash of (source, mapped values); the store adds the occurrence among equal rows
  std::vector<uint32_t> identity;
  std::vector<int64_t> time_us;
  std::vector<uint32_t> type;
  std::vector<uint16_t> source;
  std::vector<uint32_t> instance_key;  ///< 0 none, 1 the customer itself, else DuckStore's code
  std::vector<uint32_t> channel, direction, unit;  ///< codes; 0 none
  std::vector<double> cost;            ///< not a number: none
  std::vector<std::vector<uint32_t>> codes;          ///< one column per attribute of the import
  /// Likewise: texts that have no code, empty where they have one. A column may be left empty where it has none at all.
  /// The views live until the next call of the same worker.
  std::vector<std::vector<std::string_view>> texts;

  size_t size() const { return row.size(); }
  void resize(size_t rows, size_t attributes);
  void clear();  ///< keeps its memory
  /// Takes out the rows from `begin` on that `out` names (true: out), of equal length to the rest.
  void drop(size_t begin, const std::vector<bool>& out);
};

/// Gives the next rows into the batch; false at the end. Called from one thread.
using RowWorker = std::function<Result<bool>(RowBatch&)>;

/// One thread's way from texts to codes: remembers what it has seen. Not shared between threads.
class Encoder {
 public:
  using Miss = std::function<Result<uint32_t>(std::string_view)>;
  explicit Encoder(Miss miss) : miss_(std::move(miss)), slots_(256) {}
  /// 0 for an empty text, and where the dictionary is full.
  Result<uint32_t> code(std::string_view text) {
    if (text.empty()) return 0u;
    const uint64_t hash = XXH3_64bits(text.data(), text.size());
    for (size_t i = hash & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[i];
      if (slot.hash == hash && slot.text == text) return slot.code;
      if (slot.text.empty()) return learn(hash, text);
    }
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    std::string_view text;
    uint32_t code = 0;
  };
  static constexpr size_t remembered_max = 1 << 16;
  Result<uint32_t> learn(uint64_t hash, std::string_view text);
  Miss miss_;
  std::vector<Slot> slots_;
  std::deque<std::string> texts_;
};

}  // namespace lotse::events
