#include "analysis/types.h"
#include "http/routes.h"
#include "http/routes/pending.h"

namespace lotse::http {

std::vector<Route> customer_routes() {
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/customers/{cu_id}", Right::see_customers, "One customer's course",
                     {"customer_not_found", "invalid_cursor"}, pending<analysis::CustomerCourse>).query("cursor", "of the answer before"));
  return rows;
}

}  // namespace lotse::http
