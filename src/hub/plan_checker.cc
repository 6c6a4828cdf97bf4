#include "hub/plan_checker.h"

#include <algorithm>

#include "formats/number.h"
#include "formats/timestamp.h"

namespace lotse::hub {
namespace {
constexpr size_t form_max = 40;
}

void PlanFindings::add(std::string_view source, std::string_view event, std::string_view property, FindingKind kind, std::string_view value) {
  const auto key = std::tie(source, event, property, kind);
  auto at = counts.find(key);
  if (at == counts.end()) at = counts.emplace(Key(source, event, property, kind), One{.example = form_of(value)}).first;
  ++at->second.events;
}

void PlanFindings::add(const PlanFindings& other) {
  for (const auto& [key, one] : other.counts) {
    auto& mine = counts[key];
    mine.events += one.events;
    if (mine.example.empty()) mine.example = one.example;
  }
}

PlanChecker::PlanChecker(TrackingPlanRequest plan) : plan_(std::move(plan)) {
  for (const auto& event : plan_.events) by_type_[event.event] = &event;
}

void PlanChecker::check(std::string_view source, std::string_view event, std::span<const Property> properties, PlanFindings& out) const {
  const auto at = by_type_.find(event);
  const PlannedEvent* planned = at == by_type_.end() ? nullptr : at->second;
  const bool from_here = planned && (planned->sources.empty() || std::ranges::find(planned->sources, source) != planned->sources.end());
  out.add(source, event, {}, FindingKind::checked);
  if (!from_here) {
    if (planned || plan_.only_these_events) out.add(source, event, {}, FindingKind::unplanned_event);
    return;
  }
  for (const auto& wanted : planned->properties) {
    const auto found = std::ranges::find_if(properties, [&](const Property& p) { return p.name == wanted.name && !p.text.empty(); });
    if (found == properties.end()) {
      if (wanted.required) out.add(source, event, wanted.name, FindingKind::missing_property);
    } else if (!is_of_type(found->text, wanted.type)) {
      out.add(source, event, wanted.name, FindingKind::wrong_type, found->text);
    } else if (!wanted.values.empty() && std::ranges::find(wanted.values, found->text) == wanted.values.end()) {
      out.add(source, event, wanted.name, FindingKind::value_not_allowed, found->text);
    }
  }
  if (planned->only_these_properties)
    for (const auto& p : properties)
      if (!p.text.empty() && std::ranges::none_of(planned->properties, [&](const PlannedProperty& w) { return w.name == p.name; }))
        out.add(source, event, p.name, FindingKind::unplanned_property);
}

bool is_of_type(std::string_view text, PropertyType type) {
  const auto is_number = [&] { return formats::read_decimal(text, '.').has_value(); };
  const auto is_boolean = [&] { return text == "true" || text == "false"; };
  const auto is_time = [&] {
    static const formats::StampReader stamps(formats::TimeLayout::iso, formats::Zone::utc(), Micros{0});
    return stamps.read(text).problem == formats::StampProblem::none;
  };
  switch (type) {
    case PropertyType::any: return true;
    case PropertyType::number: return is_number();
    case PropertyType::boolean: return is_boolean();
    case PropertyType::time: return is_time();
    case PropertyType::text: return !is_number() && !is_boolean();
  }
  return true;
}

std::string form_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.size() == form_max) return out + "…";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= '0' && byte <= '9') out += '9';
    else if (byte >= 'A' && byte <= 'Z') out += 'A';
    else if ((byte >= 'a' && byte <= 'z') || byte >= 0xC0) out += 'a';
    else if (byte < 0x80) out += byte < ' ' ? ' ' : c;
  }
  return out;
}

}  // namespace lotse::hub
