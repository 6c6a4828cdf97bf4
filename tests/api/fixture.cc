#include "fixture.h"

#include <fstream>
#include <thread>

#include "http/openapi.h"

namespace lotse::test {
namespace fs = std::filesystem;

void Person::sign_in(const std::string& password) {
  const auto answer = client_.ask("POST", "/api/v1/session", nlohmann::json{{"email", email_}, {"password", password}}.dump(),
                                  {{"Content-Type", "application/json"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  me = answer.json();
  csrf = me["csrf_token"];
  cookie = answer.headers.at("set-cookie");
  cookie = cookie.substr(0, cookie.find(';'));
}

Answer Person::ask(const std::string& method, const std::string& path, std::string_view body, Client::Headers headers) {
  if (!token_.empty()) headers.emplace_back("Authorization", "Bearer " + token_);
  if (!cookie.empty()) headers.emplace_back("Cookie", cookie);
  if (!csrf.empty() && method != "GET") headers.emplace_back("X-CSRF-Token", csrf);
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  auto answer = client_.ask(method, "/api/v1" + path, body, headers);
  if (const auto* schema = answer_schema(method, path, answer.status)) {
    const auto problems = schema_problems(answer.json(), *schema);
    EXPECT_TRUE(problems.empty()) << method << " " << path << " " << answer.status << ": " << problems.front() << "\n" << answer.body.substr(0, 2000);
  }
  return answer;
}

TestServer& TestServer::get() {
  static TestServer server;
  return server;
}

TestServer::TestServer() {
  std::string pattern = (fs::temp_directory_path() / "lotse-api-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  auto opened = cli::Composition::open(std::move(*cli::DataFolder::lock(folder_)));
  if (!opened) throw std::runtime_error(opened.error().code + " " + opened.error().detail);
  parts_ = std::move(*opened);
  auto& owner = parts_->owner;
  const auto person = [&](const char* name, bool operates) {
    return owner.add_user(std::string(name) + "@example.com", name, operates, std::string(password)).value().user;
  };
  const std::string administrator = person("administrator", false), other = person("other", false);
  for (const char* name : {"editor", "analyst", "reader"}) person(name, false);
  person("operator", true);
  const auto in_a = owner.make_workspace({.name = "A", .time_zone = "Europe/Berlin", .language = "de"}, administrator).value();
  a = in_a.id.value;
  b = owner.make_workspace({.name = "B", .time_zone = "Europe/Berlin", .language = "de"}, other).value().id.value;
  for (const Role role : {Role::editor, Role::analyst, Role::reader})
    (void)owner.set_member(in_a.id, std::string(word(role)) + "@example.com", role).value();

  const fs::path web = folder_ / "web";
  fs::create_directories(web / "assets");
  std::ofstream(web / "index.html") << "<!doctype html><title>Lotse</title>";
  fs::create_directories(web / "embed");
  std::ofstream(web / "embed" / "customer.html") << "<!doctype html><title>Panel</title>";
  std::ofstream(web / "assets" / "app-1a2b.js") << std::string(5000, ';');
  std::ofstream(folder_ / "secret.txt") << "secret";

  upkeep_ = std::make_unique<cli::FolderUpkeep>(*parts_);
  news_ = std::make_unique<cli::News>(*parts_, hub_);
  router_ = std::make_unique<http::Router>(cli::services_of(*parts_, hub_, *upkeep_), http::StaticFiles(web), http::all_routes());
  (void)parts_->begin().value();
  server_ = std::move(http::Server::start({.socket = folder_ / "lotse.sock"}, *router_).value());
  fill();
}

TestServer::~TestServer() {
  server_->stop();
  news_.reset();
  server_.reset();
  parts_.reset();
  fs::remove_all(folder_);
}

std::unique_ptr<Person> TestServer::person(const std::string& name) {
  auto made = std::make_unique<Person>(port(), name + "@example.com");
  made->sign_in(password);
  return made;
}

/// Something of every kind in workspace a, made through the API itself.
void TestServer::fill() {
  auto admin = person("administrator");
  const std::string ws = "/workspaces/" + a;
  const auto must = [](const Answer& answer, int status) {
    EXPECT_EQ(answer.status, status) << answer.body;
    return answer.json();
  };
  must(admin->post(ws + "/events", {{"source", "Web"}, {"events", {{{"customer", "anna"}, {"event_type", "visit"}, {"time", "2025-01-06T08:00:00Z"}, {"id", "1"}},
                                                                  {{"customer", "anna"}, {"event_type", "order"}, {"time", "2025-01-06T08:15:00Z"}, {"id", "2"}}}}}), 200);
  things["/segments/{id}"] = must(admin->post(ws + "/segments", {{"name", "Alle"}, {"filter", nlohmann::json::object()}}), 201)["id"];
  things["/computed/{id}"] = must(admin->post(ws + "/computed", {{"name", "Bestellungen"}, {"definition", {{"kind", "events"}}}}), 201)["id"];
  things["/tokens/{id}"] = must(admin->post(ws + "/tokens", {{"name", "T"}, {"scopes", {"read"}}}), 201)["token"]["id"];
  things["/members/{user_id}"] = admin->me["id"];

  const auto file = admin->client().ask("POST", "/api/v1" + ws + "/uploads?name=k.csv", "kunde;was;wann\nanna;visit;2025-01-07 08:00\nben;visit;kein Datum\n",
                                        {{"Cookie", admin->cookie}, {"X-CSRF-Token", admin->csrf}});
  const std::string upload = must(file, 201)["id"];
  const auto kept = admin->client().ask("POST", "/api/v1" + ws + "/uploads?name=l.csv", "a;b\n1;2\n", {{"Cookie", admin->cookie}, {"X-CSRF-Token", admin->csrf}});
  things["/uploads/{id}"] = must(kept, 201)["id"];
  const nlohmann::json mapping = {{"columns", {{{"column", "kunde"}, {"role", "customer"}}, {{"column", "was"}, {"role", "event_type"}}, {{"column", "wann"}, {"role", "time"}}}}};
  auto import = must(admin->post(ws + "/imports", {{"upload", upload}, {"source_name", "Datei"}, {"mapping", mapping}}), 202);
  things["/imports/{id}"] = import["id"];
  for (int i = 0; i < 200 && import["state"] != "done" && import["state"] != "failed"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    import = must(admin->get(ws + "/imports/" + std::string(import["id"])), 200);
  }
  EXPECT_EQ(import["state"], "done") << import.dump(1);
  EXPECT_EQ(import["rows_rejected"], 1);
  things["/jobs/{id}"] = import.value("job", "");
  auto made = must(admin->post(ws + "/exports", {{"format", "csv"}}), 202);
  things["/exports/{id}"] = made["id"];
  for (int i = 0; i < 200 && made["state"] != "done" && made["state"] != "failed"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    made = must(admin->get(ws + "/exports/" + std::string(made["id"])), 200);
  }
  EXPECT_EQ(made["state"], "done") << made.dump(1);
  things["/sources/{id}"] = must(admin->get(ws + "/sources"), 200)["items"][0]["id"];
  things["/retention/{subject}"] = things["/sources/{id}"];
  things["/kpis/{id}"] = must(admin->post(ws + "/kpis", {{"key", "umsatz"}, {"name_de", "Umsatz"}, {"name_en", "Revenue"}, {"source", things["/sources/{id}"]}, {"unit", "eur"}}), 201)["id"];
  EXPECT_EQ(must(admin->post(ws + "/kpi_values", {{"values", {{{"kpi", "umsatz"}, {"period", "2026-01"}, {"market", "anna"}, {"value", 1}}}}}), 200)["added"], 1);
  things["/write_keys/{id}"] = must(admin->post(ws + "/write_keys", {{"source", things["/sources/{id}"]}, {"name", "Shop"}}), 201)["write_key"]["id"];
  things["/webhooks/{id}"] = must(admin->post(ws + "/webhooks", {{"source", things["/sources/{id}"]}, {"name", "Tickets"}, {"preset", "zendesk"}}), 201)["webhook"]["id"];
  things["/connectors/{id}"] = must(admin->post(ws + "/connectors", {{"name", "Abruf"}, {"kind", "http"}, {"source_name", "Abruf"}, {"schedule", {{"every_minutes", 60}}},
                                                                    {"settings", {{"http", {{"url", "https://source.invalid/x"}}}}}, {"mapping", mapping}}), 201)["id"];
  things["/deliveries/{id}"] = must(admin->post(ws + "/deliveries", {{"name", "Lager"}, {"what", {{"content", "events"}}}, {"where", {{"place", "http"}, {"url", "https://target.invalid/"}}}}), 201)["id"];
  Answer touchpoints;
  for (int i = 0; i < 100 && (touchpoints = admin->get(ws + "/touchpoints")).json().value("items", nlohmann::json::array()).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  things["/touchpoints/{id}"] = must(touchpoints, 200)["items"][0]["id"];
  things["/event_types/{id}"] = things["/touchpoints/{id}"];  // a type is named by the touchpoint that it is on its own
  const auto mapped = must(admin->post(ws + "/mapping/rules", {{"event_types", {"order"}}, {"touchpoint", things["/touchpoints/{id}"]}}), 200);
  things["/rules/{id}"] = mapped["rules"][0]["id"];
  const auto rows = must(admin->post(ws + "/analysis/instances", nlohmann::json::object()), 200);
  things["/customers/{cu_id}"] = rows["rows"].empty() ? "" : rows["rows"][0]["customer"];
  things["/decisions/{id}"] = must(admin->post(ws + "/identity/decisions", {{"verdict", "join"}, {"first", things["/customers/{cu_id}"]}}), 201)["id"];
  auto access = must(admin->post(ws + "/privacy/requests", {{"kind", "access"}, {"customers", {"anna"}}}), 202);
  things["/requests/{id}"] = access["id"];
  for (int i = 0; i < 200 && access["state"] != "done"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    access = must(admin->get(ws + "/privacy/requests/" + std::string(access["id"])), 200);
  }
  EXPECT_EQ(access["state"], "done") << access.dump(1);
  for (const auto& [what, id] : things) EXPECT_FALSE(id.empty()) << what;
}

const nlohmann::json& openapi() {
  static const auto document = nlohmann::json::parse(std::ifstream("api/openapi.json"), nullptr, false);
  return document;
}

const nlohmann::json* answer_schema(const std::string& method, const std::string& path, int status) {
  // The row whose segments fit; a literal one before a parameter.
  const std::string plain = path.substr(0, path.find('?'));
  const auto segments = [](const std::string& text) {
    std::vector<std::string> out;
    for (size_t at = 1; at <= text.size();) {
      const size_t end = std::min(text.find('/', at), text.size());
      out.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return out;
  };
  const auto wanted = segments(plain);
  const nlohmann::json* best = nullptr;
  size_t best_literal = 0;
  for (const auto& [pattern, methods] : openapi().at("paths").items()) {
    const auto parts = segments(pattern);
    if (parts.size() != wanted.size()) continue;
    size_t literal = 1;
    bool fits = true;
    for (size_t i = 0; i < parts.size() && fits; ++i) {
      fits = parts[i].starts_with('{') || parts[i] == wanted[i];
      literal += parts[i] == wanted[i];
    }
    std::string name = method;
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    if (fits && literal > best_literal && methods.contains(name)) {
      best = &methods.at(name);
      best_literal = literal;
    }
  }
  if (!best || status == 0) return nullptr;
  const auto& responses = best->at("responses");
  const bool problem = status >= 400;
  const std::string key = problem ? "default" : std::to_string(status);
  if (!responses.contains(key)) {
    ADD_FAILURE() << method << " " << path << ": " << status << " is not described";
    return nullptr;
  }
  const auto& answer = responses.at(key);
  const char* type = problem ? "application/problem+json" : "application/json";
  if (!answer.contains("content") || !answer["content"].contains(type)) return nullptr;
  return &answer["content"][type]["schema"];
}

std::vector<std::string> schema_problems(const nlohmann::json& value, const nlohmann::json& schema) {
  if (schema.contains("$ref")) {
    const std::string name = schema["$ref"];
    return schema_problems(value, openapi()["components"]["schemas"].at(name.substr(name.rfind('/') + 1)));
  }
  std::vector<std::string> out;
  const auto add = [&](const std::string& at, const nlohmann::json& inner, const nlohmann::json& with) {
    for (const auto& p : schema_problems(inner, with)) out.push_back("/" + at + p);
  };
  const std::string type = schema.value("type", "");
  const bool fits = type.empty() || (type == "object" && value.is_object()) || (type == "array" && value.is_array()) || (type == "string" && value.is_string()) ||
                    (type == "integer" && value.is_number_integer()) || (type == "number" && value.is_number()) || (type == "boolean" && value.is_boolean());
  if (!fits) return {": is no " + type};
  if (schema.contains("enum") && std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) out.push_back(": not one of the words");
  if (type == "array" && schema.contains("items"))
    for (size_t i = 0; i < value.size(); ++i) add(std::to_string(i), value[i], schema["items"]);
  if (type == "object") {
    for (const auto& name : schema.value("required", nlohmann::json::array()))
      if (!value.contains(name)) out.push_back(": " + std::string(name) + " is missing");
    for (const auto& [name, inner] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(name))
        add(name, inner, schema["properties"][name]);
      else if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object())
        add(name, inner, schema["additionalProperties"]);
      else if (schema.contains("additionalProperties"))
        out.push_back(": " + name + " is not described");
    }
  }
  return out;
}

}  // namespace lotse::test
