#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/detail/classes.h"
#include "analysis/detail/tallies.h"
#include "atlas/touchpoints.h"
#include "engine/query.h"
#include "events/event_store.h"

namespace lotse::analysis::detail {

/// One version of the mapping, applied to the event classes known at one moment: engine codes ↔ public ids and names.
/// Immutable.
struct MappingView {
  struct Item {
    std::string id, name;
    bool mapped = false;                 ///< owned by somebody
    std::optional<std::string> channel;  ///< the owned touchpoint's, else the most frequent one
  };
  int64_t version = 0;
  engine::Mapping engine;
  std::vector<Item> touchpoints;  ///< [engine::Touchpoint]; all that are owned, and every event type's own
  std::vector<uint32_t> rank;     ///< [engine::Touchpoint] place by name as UTF-8 bytes, then id
  bool too_many = false;          ///< some event types take no part: there are more than 65,000 touchpoints

  std::optional<engine::Touchpoint> find(std::string_view id) const;
  /// Where one event as the store gives it belongs.
  std::optional<engine::Touchpoint> touchpoint_of(const events::StoredEvent& event) const;

  std::unordered_map<std::string_view, engine::Touchpoint> by_id;  ///< views into `touchpoints`
  struct Rule {
    std::vector<uint32_t> types;    ///< ascending; only read where `any_type` is false
    bool any_type = false;
    std::vector<uint16_t> sources;  ///< ascending; only read where `any_source` is false
    bool any_source = false;
    struct Property {
      uint32_t attribute = 0;  ///< number
      uint32_t code = 0;       ///< 0: no value
      std::string text;
    };
    std::vector<Property> properties;
    bool possible = true;      ///< false where it names a source or a value that no event has
    engine::Touchpoint target = engine::no_touchpoint;
  };
  std::vector<Rule> rules;
  std::vector<engine::Touchpoint> own;  ///< [event type code] its own touchpoint
};

/// Attribute numbers that the rules name, ascending; those that the dictionary does not know are left out.
std::vector<uint32_t> properties_of(const atlas::MappingSet& set, const events::Dictionary& dictionary);

/// `tallies` only names the most frequent channels. `classes` must hold codes of `properties`, which must include all that
/// the rules name.
///   cost  O(classes · rules of their type)
std::shared_ptr<const MappingView> make_view(const atlas::MappingSet& set, const events::Dictionary& dictionary,
                                             const std::vector<EventClass>& classes, const std::vector<uint32_t>& properties,
                                             const Tallies& tallies);

}  // namespace lotse::analysis::detail
