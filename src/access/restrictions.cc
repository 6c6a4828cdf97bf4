#include <algorithm>

#include "access/detail/restrictions.h"

namespace lotse::access::detail {
namespace {
constexpr size_t values_max = 200, value_bytes_max = 500;
constexpr int64_t group_min = 5, group_max = 1000;

Result<void> check_values(const std::vector<std::string>& values, const std::string& field) {
  if (values.size() > values_max || std::ranges::any_of(values, [](const auto& v) { return v.size() > value_bytes_max; }))
    return Error::invalid("invalid_values", field, "at most 200 values of 500 bytes");
  return {};
}
bool restricts(const Restriction& r) { return !r.markets.empty() || !r.units.empty() || r.no_texts || r.no_single_customers; }
}  // namespace

Result<std::optional<Restriction>> checked_restriction(const std::optional<Restriction>& wanted, const std::string& field) {
  if (!wanted || !restricts(*wanted)) return std::optional<Restriction>{};
  TRY(check_values(wanted->markets, field + "/markets"));
  TRY(check_values(wanted->units, field + "/units"));
  if (!wanted->markets.empty() && wanted->market_attribute.value_or("").empty())
    return Error::invalid("required", field + "/market_attribute", "which attribute names the market");
  if (wanted->smallest_group < group_min || wanted->smallest_group > group_max)
    return Error::invalid("invalid_group", field + "/smallest_group", "5 to 1000 is expected");
  Restriction out = *wanted;
  if (out.markets.empty()) out.market_attribute = std::nullopt;
  return std::optional<Restriction>(std::move(out));
}

std::optional<std::string> stored(const std::optional<Restriction>& restriction) {
  if (!restriction) return std::nullopt;
  return to_json(*restriction).dump();
}

std::optional<Restriction> restriction_of(const std::optional<std::string>& stored) {
  if (!stored || stored->empty()) return std::nullopt;
  auto read = parse_json<Restriction>(*stored);
  ensure(read.has_value(), "the store holds a restriction");  // never as if there were none
  return std::move(*read);
}

void narrow(Scope& scope, const std::optional<std::string>& stored) {
  const auto restriction = restriction_of(stored);
  if (!restriction) return;
  if (!restriction->markets.empty()) scope.rows.push_back({*restriction->market_attribute, restriction->markets});
  if (!restriction->units.empty()) scope.rows.push_back({"unit", restriction->units});
  scope.no_texts = scope.no_texts || restriction->no_texts;
  scope.no_single_customers = scope.no_single_customers || restriction->no_single_customers;
  if (restriction->no_single_customers) scope.smallest_group = std::max(scope.smallest_group, static_cast<uint64_t>(restriction->smallest_group));
}

void add_staff_rules(Scope& scope, const std::optional<std::string>& stored) {
  if (!stored) return;
  auto rules = parse_json<StaffRules>(*stored);
  ensure(rules.has_value(), "the store holds rules about staff");
  scope.staff_hidden = !rules->agreement;
  scope.staff_attributes = std::move(rules->attributes);
}

}  // namespace lotse::access::detail
