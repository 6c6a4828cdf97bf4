#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "events/event_id.h"
#include "events/event_store.h"

/// The dictionaries of one store, in memory. Codes are given here at first sight; each becomes durable in the first
/// transaction or journal record after it, before any event that uses it is acknowledged.
namespace lotse::events::detail {

/// One dictionary: texts with dense codes from 1 on. Threads: any.
class CodeTable {
 public:
  explicit CodeTable(uint32_t limit) : limit_(limit) {}
  /// The text's code, a new one if need be; 0 where the table is full and does not have it.
  uint32_t code(std::string_view text);
  uint32_t find(std::string_view text) const;  ///< 0 where it is not there
  std::string text(uint32_t code) const;
  uint32_t size() const;
  std::vector<std::string> texts(uint32_t after = 0) const;  ///< of the codes above `after`, in order
  bool full() const { return size() >= limit_; }
  /// Puts `text`, which nothing else may have, in the place of a code's text: that gets a new code when it comes again.
  void replace(uint32_t code, std::string text);

 private:
  const uint32_t limit_;
  mutable std::shared_mutex mutex_;
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, uint32_t> codes_;
};

/// Instance keys: millions, so that only 16 bytes of each stay in memory (a 96-bit print and the code); their texts stand in the
/// store, or in `pending` until they are durable. Threads: any.
class KeyTable {
 public:
  static constexpr uint32_t first_code = 2;
  uint32_t code(std::string_view text);
  std::optional<uint32_t> find(std::string_view text) const;  ///< makes none
  /// A key that the store already has.
  void load(uint32_t code, std::string_view text);
  uint32_t next() const;                                    ///< the code that the next new key gets
  /// Texts of the codes from `from` on; moves `from` up to the first that is not durable.
  std::vector<std::string> pending(uint32_t& from) const;
  std::optional<std::string> pending_text(uint32_t code) const;
  void forget_pending(uint32_t below);                      ///< they are durable
  /// Takes back the codes from `from` on, none of which may be durable or in use; they are given anew.
  void take_back(uint32_t from);
  /// Forgets keys that no event has any more (ascending codes, all durable); each gets a new code when it comes again.
  void forget(const std::vector<uint32_t>& codes);

 private:
  struct Slot {  // 96 bits of the hash are compared
    uint64_t print = 0;
    uint32_t more = 0, code = 0;
  };
  uint32_t& place(EventId hash);
  void lay_out(size_t slots);
  mutable std::mutex mutex_;
  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  size_t used_ = 0;
  uint32_t next_ = first_code;
  uint32_t pending_from_ = first_code;
  std::deque<std::string> pending_;
};

struct AttributeEntry {
  AttributeEntry(uint32_t n, std::string i, std::string na, AttributeScope s, uint32_t limit)
      : number(n), id(std::move(i)), name(std::move(na)), scope(s), values(limit) {}
  const uint32_t number;
  const std::string id, name;
  const AttributeScope scope;
  CodeTable values;
  std::atomic<bool> overflowed{false};  ///< there were more values than codes: later ones are stored as texts
};

/// What is to be written so that all codes given so far are durable.
struct CatalogueMark {
  uint32_t types = 0, sources = 0, attributes = 0, keys = KeyTable::first_code;
  std::vector<uint32_t> values;      ///< by attribute, in order of the attributes
  std::vector<uint8_t> overflowed;   ///< likewise
  friend bool operator==(const CatalogueMark&, const CatalogueMark&) = default;
};

/// All dictionaries of one workspace.
class Catalogue {
 public:
  static constexpr uint32_t types_max = 100'000, values_max = 65'535, sources_max = 10'000, attributes_max = 2'000;
  explicit Catalogue(const Clock& clock);

  /// errors  too_many_event_types
  Result<uint32_t> type(std::string_view name);
  /// By id; makes it under that id and name where it is not there. errors  too_many_sources
  Result<uint16_t> source(std::string_view id, std::string_view name);
  /// By name; makes it under a new id where it is not there.
  Result<uint16_t> source_named(std::string_view name);
  /// errors  too_many_attributes
  Result<std::shared_ptr<AttributeEntry>> attribute(std::string_view name, AttributeScope scope);
  std::shared_ptr<AttributeEntry> attribute(uint32_t number) const;  ///< null where there is none
  KeyTable& keys() { return keys_; }
  const KeyTable& keys() const { return keys_; }

  void source_has_keys(uint16_t code);
  void texts_changed();  ///< readers need a new copy
  std::string source_id(uint16_t code) const;

  // What an earlier run made durable; in the order of the codes.
  void load_type(std::string name, std::string touchpoint);
  void load_source(std::string id, std::string name);
  void load_attribute(uint32_t number, std::string id, std::string name, AttributeScope scope);

  struct Type {
    std::string name, touchpoint;
  };
  struct Source {
    std::string id, name;
    bool has_keys = false;
  };
  CatalogueMark mark() const;
  std::vector<Type> types_after(uint32_t code) const;
  std::vector<Source> sources_after(uint32_t code) const;
  std::vector<std::shared_ptr<AttributeEntry>> attributes() const;

  /// A copy for readers; the last one again where nothing was added since.
  std::shared_ptr<const Dictionary> dictionary() const;

 private:
  const Clock& clock_;
  CodeTable types_{types_max};
  mutable std::mutex mutex_;
  std::deque<std::string> touchpoints_;  // by type code
  std::vector<Source> sources_;
  std::vector<std::shared_ptr<AttributeEntry>> attributes_;
  KeyTable keys_;
  uint64_t flags_version_ = 0;
  mutable std::mutex snapshot_mutex_;
  mutable std::shared_ptr<const Dictionary> snapshot_;
  mutable CatalogueMark snapshot_mark_;
  mutable uint64_t snapshot_flags_ = 0;
};

}  // namespace lotse::events::detail
