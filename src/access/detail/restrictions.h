#pragma once
#include <optional>
#include <string>

#include "access/types.h"
#include "base/result.h"

namespace lotse::access::detail {

/// None where it restricts nothing.
/// errors  required (/market_attribute), invalid_values, invalid_group; below `field`
Result<std::optional<Restriction>> checked_restriction(const std::optional<Restriction>& wanted, const std::string& field);

/// As it is stored: JSON; none where it restricts nothing.
std::optional<std::string> stored(const std::optional<Restriction>& restriction);
std::optional<Restriction> restriction_of(const std::optional<std::string>& stored);

/// Makes `scope` narrower by a stored restriction.
void narrow(Scope& scope, const std::optional<std::string>& stored);
/// What the stored rules about staff leave visible.
void add_staff_rules(Scope& scope, const std::optional<std::string>& stored);

}  // namespace lotse::access::detail
