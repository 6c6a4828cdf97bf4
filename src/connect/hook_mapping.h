#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "connect/hook_types.h"
#include "formats/zone.h"
#include "hub/hub.h"

namespace lotse::connect {

/// A body and its headers as a mapping reads them.
struct HookInput {
  const nlohmann::json& body;
  std::function<std::string_view(const std::string& name)> header;  ///< names in lower case; empty: there is none
  Micros received{0};
};

struct MappedItem {
  size_t index = 0;
  HookItemState state = HookItemState::event;
  std::optional<size_t> rule;
  hub::IncomingEvent event;           ///< complete where state is event
  std::vector<HookProblem> problems;  ///< of an event: what was left out of it
};

/// A mapping made ready: its templates are parsed once. Immutable; any thread.
class CompiledMapping {
 public:
  static constexpr size_t items_max = 10'000, attributes_max = 64, text_bytes_max = 1'000, rules_max = 100;

  /// errors  invalid_mapping, whose `more` names each field by its pointer below `at`: bad_template, bad_pointer, unknown_zone, bad_name,
  ///         too_many_attributes, too_many_webhook_rules
  static Result<CompiledMapping> compile(const HookMapping& mapping, const std::string& at = "/mapping");

  /// Calls `each` for every item in order, as long as it returns true. An item without a message id gets one that its content and
  /// its place give, so that a repeated delivery is known.
  ///   errors    too_many_events (above items_max)
  ///   rejected  not_an_object, no_customer, no_event_type, time_missing, bad_time, time_out_of_range, unknown_direction, text_too_long
  ///   left out  bad_cost, too_many_attributes
  ///   cost      about 10 µs an item
  Result<void> map(const HookInput& input, const std::function<bool(MappedItem&&)>& each) const;
  /// How many items the body has.
  size_t count(const nlohmann::json& body) const;

  struct Data;

 private:
  std::shared_ptr<const Data> data_;
};

/// The item as the preview shows it.
HookItem shown(const MappedItem& item);

}  // namespace lotse::connect
