#include "http/openapi.h"

#include "http/bounded_routes.h"

#include "http/problem.h"
#include "http/hook_door.h"
#include "http/tracking_door.h"

namespace lotse::http {
namespace {
using json = nlohmann::json;

json text_schema() { return {{"type", "string"}}; }

json parameters_of(const Route& route) {
  json list = json::array();
  for (size_t at = route.path.find('{'); at != std::string_view::npos; at = route.path.find('{', at + 1)) {
    const std::string name(route.path.substr(at + 1, route.path.find('}', at) - at - 1));
    json one = {{"name", name}, {"in", "path"}, {"required", true}, {"schema", text_schema()}};
    if (name == "ws") one["description"] = "workspace: its id or its slug";
    list.push_back(std::move(one));
  }
  for (const auto& q : route.query_parameters)
    list.push_back({{"name", q.name}, {"in", "query"}, {"required", q.required}, {"description", q.text}, {"schema", text_schema()}});
  if (route.conditional)
    list.push_back({{"name", "If-Match"}, {"in", "header"}, {"required", false},
                    {"description", "the etag that the change is based on; 412 where it is no longer the newest"},
                    {"schema", text_schema()}});
  return list;
}

std::string need_text(const Route& route) {
  if (const auto* right = std::get_if<Right>(&route.need)) return "Needs the right " + std::string(word(*right)) + (is_bounded(route) || *right == Right::administer || *right == Right::see_identifiers || *right == Right::import_data ? "." : "; not for those with a restriction.");
  switch (std::get<Need>(route.need)) {
    case Need::nobody: return "Needs no sign-in.";
    case Need::signed_in: return "Needs a signed-in person.";
    case Need::server_operator: return "Needs an operator of the server.";
    case Need::machine_owner: return "Only over the data folder's own socket (lotse.sock).";
  }
  return {};
}

std::string operation_id(const Route& route) {
  std::string id(method_name(route.method));
  for (char& c : id) c = static_cast<char>(std::tolower(c));
  for (char c : route.path) {
    if (c == '/' || c == '.') c = '_';
    if (c != '{' && c != '}') id += c;
  }
  return id;
}

json operation(const Route& route, json& components) {
  json op = {{"operationId", operation_id(route)}, {"summary", route.summary}, {"description", need_text(route)},
             {"tags", json::array({std::string(route.path.starts_with("/workspaces/{ws}/")
                                                   ? route.path.substr(17, route.path.find_first_of("/.", 17) - 17)
                                                   : route.path.substr(1, route.path.find_first_of("/.", 1) - 1))})}};
  if (auto parameters = parameters_of(route); !parameters.empty()) op["parameters"] = std::move(parameters);
  if (route.streams_body)
    op["requestBody"] = {{"required", true}, {"content", {{"application/octet-stream", {{"schema", json::object()}}}}}};
  else if (route.request)
    op["requestBody"] = {{"required", true}, {"content", {{"application/json", {{"schema", route.request(components)}}}}}};

  json answer = {{"description", "done"}};
  if (route.answer)
    answer["content"]["application/json"]["schema"] = route.answer(components);
  else if (!route.answer_type.empty())
    answer["content"][std::string(route.answer_type)]["schema"] = route.answer_type == "application/json" ? json::object() : text_schema();
  op["responses"][std::to_string(route.status)] = std::move(answer);
  op["responses"]["default"] = {{"description", "a problem"},
                                {"content", {{"application/problem+json", {{"schema", json_schema<ProblemDocument>(components)}}}}}};
  op["x-problem-codes"] = route.errors;
  if (const auto* need = std::get_if<Need>(&route.need); need && *need == Need::nobody)
    op["security"] = json::array();
  else if (need)
    op["security"] = json::array({{{"session", json::array()}}});
  return op;
}
}  // namespace

std::string_view method_name(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::post: return "POST";
    case Method::patch: return "PATCH";
    case Method::remove: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: break;
  }
  return "";
}

json openapi_document(const std::vector<Route>& routes) {
  json components = json::object(), paths = json::object();
  for (const auto& route : routes) {
    std::string method(method_name(route.method));
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    paths[std::string(route.path)][method] = operation(route, components);
  }
  TrackingDoor::describe(paths, components);
  HookDoor::describe(paths, components);
  return {
      {"openapi", "3.1.0"},
      {"info", {{"title", "Lotse"}, {"version", "1"},
                {"description", "Customer-journey management. Every change needs the header X-CSRF-Token (Me.csrf_token) where the session "
                                "cookie signs in; API tokens come as Authorization: Bearer. Ids are opaque texts; times are ISO 8601 in UTC; "
                                "durations are seconds. Clients ignore fields that they do not know."}}},
      {"servers", json::array({{{"url", "/api/v1"}}})},
      {"security", json::array({{{"session", json::array()}}, {{"token", json::array()}}})},
      {"paths", std::move(paths)},
      {"components", {{"schemas", std::move(components)},
                      {"securitySchemes", {{"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "lotse_session"}}},
                                           {"token", {{"type", "http"}, {"scheme", "bearer"}}},
                                           {"write_key", {{"type", "http"}, {"scheme", "basic"}}}}}}}};
}

}  // namespace lotse::http
