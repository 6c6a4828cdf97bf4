#include "customers/identities.h"
#include "http/routes.h"

namespace lotse::http {
namespace identities_rows {
namespace {
using namespace customers;

Result<IdentityRules> rules(Services& services, const Viewer& viewer, const Request&) { return services.identities.rules(viewer); }
Result<IdentityRules> set_rules(Services& services, const Viewer& viewer, const Request& request, const IdentityRulesRequest& body) {
  return services.identities.set_rules(viewer, body, request.if_match());
}
Result<Page<HeldJoin>> held(Services& services, const Viewer& viewer, const Request& request) {
  auto page = TRY(services.identities.held(viewer, request.query_text("cursor")));
  return Page<HeldJoin>{.items = std::move(page.items), .next_cursor = std::move(page.next_cursor)};
}
Result<Page<Decision>> decisions(Services& services, const Viewer& viewer, const Request&) {
  return Page<Decision>{.items = TRY(services.identities.decisions(viewer))};
}
Result<Created<Decision>> decide(Services& services, const Viewer& viewer, const Request&, const DecisionRequest& body) {
  return Created<Decision>{TRY(services.identities.decide(viewer, body))};
}
Result<NoContent> withdraw(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.identities.withdraw(viewer, request.parameter("id")));
  return NoContent{};
}
Result<CustomerIdentities> search(Services& services, const Viewer& viewer, const Request&, const IdentitySearch& body) {
  return services.identities.search(viewer, body);
}
Result<CustomerIdentities> of_customer(Services& services, const Viewer& viewer, const Request& request) {
  return services.identities.of_customer(viewer, request.parameter("cu_id"));
}
Result<IdentityChain> why(Services& services, const Viewer& viewer, const Request& request) {
  return services.identities.why(viewer, request.query_text("first").value_or(""), request.query_text("second").value_or(""));
}
}  // namespace
}  // namespace identities_rows

std::vector<Route> identity_routes() {
  using namespace identities_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/identity/rules", Right::read, "What may be joined into one customer", {}, rules));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/identity/rules", Right::administer, "Set what may be joined; holds for all history when it answers",
                     {"stale", "kind_twice", "out_of_range", "too_many_listed", "too_long"}, set_rules).if_match());
  rows.push_back(row(Method::get, "/workspaces/{ws}/identity/held", Right::see_customers, "Joins that wait for a decision, the largest first", {"invalid_cursor"}, held)
                     .query("cursor", "of the answer before"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/identity/decisions", Right::see_customers, "Decisions about joins, newest first", {}, decisions));
  rows.push_back(row(Method::post, "/workspaces/{ws}/identity/decisions", Right::import_data, "Join or split; replaces an earlier decision about the same",
                     {"identity_not_found", "same_identity", "too_long"}, decide));
  rows.push_back(row(Method::remove, "/workspaces/{ws}/identity/decisions/{id}", Right::import_data, "Withdraw a decision", {"decision_not_found"}, withdraw));
  rows.push_back(row(Method::post, "/workspaces/{ws}/identity/search", Right::see_customers, "The customer of a pseudonym or identifier", {"not_found"}, search));
  rows.push_back(row(Method::get, "/workspaces/{ws}/identity/why", Right::see_customers, "Why two identities are one customer's", {"identity_not_found"}, why)
                     .query("first", "an identity's pseudonym").query("second", "another one's"));
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}/identities", Right::see_customers, "A customer's identities and what joins them", {"not_found"}, of_customer));
  return rows;
}

}  // namespace lotse::http
