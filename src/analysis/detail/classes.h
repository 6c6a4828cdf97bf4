#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "model/event_columns.h"

namespace lotse::analysis::detail {

/// The number that stands for "source" among attribute numbers: the engine holds sources as its first attribute column.
inline constexpr uint32_t source_attribute = 0;

/// A column costs two bytes an event, also where the event lacks the attribute. So only the first so many imported
/// attributes of a workspace have one: a single wide file must not make millions of events heavy. The store answers for others.
inline constexpr uint32_t imported_columns_max = 256;
inline constexpr bool may_have_column(uint32_t attribute) { return attribute < BuiltinAttribute::first_imported + imported_columns_max; }

/// What events of one class have in common.
struct EventClass {
  uint32_t type = 0;
  uint16_t source = 0;
  std::vector<uint32_t> properties;  ///< codes of ClassTable::properties(), in that order
  auto operator<=>(const EventClass&) const = default;
};

/// Dense codes of (event type, source, values of the properties that mapping rules name). Codes are given in order of
/// first sight. One thread.
class ClassTable {
 public:
  /// `properties`: attribute numbers, ascending.
  explicit ClassTable(std::vector<uint32_t> properties = {}) : properties_(std::move(properties)), folds_(properties_.size()) {}

  const std::vector<uint32_t>& properties() const { return properties_; }
  const std::vector<EventClass>& classes() const { return classes_; }

  /// The classes of rows, new ones added. About 2 ns per row, and 10 more for each property.
  std::vector<uint32_t> derive(const EventColumns& rows);
  /// Adds a class that is not there yet, under the next code (from a file).
  void restore(const EventClass& one);

 private:
  uint32_t code(uint32_t type, uint16_t source, const uint32_t* properties);

  std::vector<uint32_t> properties_;
  std::vector<EventClass> classes_;
  std::vector<std::vector<uint32_t>> pairs_;  ///< [source][type] → number of the pair, from 1; 0: unseen
  uint32_t pair_count_ = 0;
  std::vector<std::unordered_map<uint64_t, uint32_t>> folds_;  ///< [property] (number so far << 32 | code) → next number
};

}  // namespace lotse::analysis::detail
