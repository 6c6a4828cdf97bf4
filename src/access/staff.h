#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "model/viewer.h"

namespace lotse::access {

/// Before the pseudonym that an import makes of a staff member's name. In stored events: it may never change.
inline constexpr std::string_view staff_prefix = "Mitarbeiter ";

/// Whether a value is such a pseudonym.
inline bool is_staff_pseudonym(std::string_view value) {
  constexpr size_t letters = 10;
  return value.size() == staff_prefix.size() + letters && value.starts_with(staff_prefix) &&
         std::ranges::all_of(value.substr(staff_prefix.size()), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

/// Whether an attribute (at_…) with these values is hidden from the scope because it names staff.
inline bool hides_staff(const Scope& scope, std::string_view attribute, const std::vector<std::string>& values) {
  if (!scope.staff_hidden) return false;
  return std::ranges::find(scope.staff_attributes, attribute) != scope.staff_attributes.end() || std::ranges::any_of(values, is_staff_pseudonym);
}

}  // namespace lotse::access
