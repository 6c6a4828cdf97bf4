#include "http/bounded_routes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lotse::http {
namespace {
using enum Method;
constexpr std::pair<Method, std::string_view> bounded[] = {
    // answers of analysis
    {get, "/coverage"},
    {get, "/dimensions"},
    {get, "/touchpoints"},
    {get, "/event_types"},
    {get, "/event_types/{id}/samples"},
    {post, "/analysis/graph"},
    {post, "/analysis/graph.csv"},
    {post, "/analysis/variants"},
    {post, "/analysis/variants.csv"},
    {post, "/analysis/detail"},
    {post, "/analysis/instances"},
    {post, "/analysis/instances.csv"},
    {post, "/analysis/funnel"},
    {post, "/analysis/funnel.csv"},
    {post, "/analysis/funnel/proposal"},
    {post, "/analysis/funnel/rows"},
    {post, "/analysis/funnel/rows.csv"},
    {post, "/analysis/audience"},
    {post, "/analysis/customers"},
    {post, "/analysis/customers.csv"},
    {post, "/analysis/computed"},
    {post, "/customers/search"},
    {get, "/customers/{cu_id}"},
    {get, "/customers/{cu_id}/profile"},
    {get, "/customers/{cu_id}/timeline"},
    {get, "/customers/{cu_id}/panel"},
    {get, "/customers/{cu_id}/export.json"},
    {get, "/customers/{cu_id}/export.csv"},
    {post, "/panel_links"},
    // definitions and settings: nothing of customers is in them
    {get, "/customer_view"},
    {get, "/computed"},
    {post, "/computed"},
    {patch, "/computed/{id}"},
    {Method::remove, "/computed/{id}"},
    {get, "/segments"},
    {post, "/segments"},
    {patch, "/segments/{id}"},
    {Method::remove, "/segments/{id}"},
    {get, "/identity/rules"},
    {get, "/mapping"},
    {post, "/mapping/rules"},
    {Method::remove, "/mapping/rules/{id}"},
    {patch, "/touchpoints/{id}"},
    {post, "/touchpoints/{id}/adopt"},
    {post, "/touchpoints/merge"},
    {Method::remove, "/touchpoints/{id}"},
    // news that something changed, without what
    {get, "/stream"},
};
constexpr std::string_view of_workspace = "/workspaces/{ws}";
}  // namespace

bool is_bounded(const Route& route) {
  if (!std::holds_alternative<Right>(route.need) || !route.path.starts_with(of_workspace)) return false;
  const auto path = route.path.substr(of_workspace.size());
  return std::ranges::any_of(bounded, [&](const auto& one) { return one.first == route.method && one.second == path; });
}

}  // namespace lotse::http
