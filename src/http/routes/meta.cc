#include "http/openapi.h"
#include "http/routes.h"

namespace lotse::http {
namespace meta_rows {
namespace {
struct Health {
  std::string status;
  static constexpr auto describe() { return json_object("Health", field("status", &Health::status, "ok: requests are answered")); }
};

Result<Health> health(Services&, const Request&) { return Health{"ok"}; }

Result<Response> openapi(Services&, const Request&) {
  static const std::string text = openapi_document(all_routes()).dump(1);
  return Response{.status = 200, .content_type = "application/json", .body = text};
}
}  // namespace
}  // namespace meta_rows

std::vector<Route> meta_routes() {
  using namespace meta_rows;
  std::vector<Route> rows;
  rows.push_back(open_row(Method::get, "/health", "Says that the server answers", {}, health));
  rows.push_back(open_row(Method::get, "/openapi.json", "This description", {}, openapi).answers("application/json"));
  return rows;
}

}  // namespace lotse::http
