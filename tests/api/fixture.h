#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "cli/composition.h"
#include "cli/news.h"
#include "cli/upkeep.h"
#include "client.h"
#include "http/event_hub.h"
#include "http/router.h"
#include "http/routes.h"
#include "http/server.h"

namespace lotse::test {

/// A signed-in person or a token: a client that sends what belongs to it.
class Person {
 public:
  Person(uint16_t port, std::string email) : client_(port), email_(std::move(email)) {}
  void sign_in(const std::string& password);
  void use_token(std::string secret) { token_ = std::move(secret); }

  Answer get(const std::string& path, Client::Headers more = {}) { return ask("GET", path, {}, std::move(more)); }
  Answer post(const std::string& path, const nlohmann::json& body, Client::Headers more = {}) { return ask("POST", path, body.dump(), std::move(more)); }
  Answer patch(const std::string& path, const nlohmann::json& body, Client::Headers more = {}) { return ask("PATCH", path, body.dump(), std::move(more)); }
  Answer remove(const std::string& path, Client::Headers more = {}) { return ask("DELETE", path, {}, std::move(more)); }
  /// Below /api/v1, with cookie and CSRF token. Every JSON answer is checked against the OpenAPI description.
  Answer ask(const std::string& method, const std::string& path, std::string_view body, Client::Headers more = {});

  nlohmann::json me;
  std::string cookie, csrf;
  Client& client() { return client_; }

 private:
  Client client_;
  std::string email_, token_;
};

/// One server for the test program: two workspaces. In `a` a person of each role and things of every kind; in `b` one
/// administrator, who must never see anything of `a`.
class TestServer {
 public:
  static TestServer& get();
  uint16_t port() const { return server_->port(); }
  std::unique_ptr<Person> person(const std::string& email);
  cli::Composition& parts() { return *parts_; }
  const std::filesystem::path& folder() const { return folder_; }

  std::string a, b;  ///< workspace ids
  /// The ids of things in `a`: "{ws}/segments/{id}" → "seg_…". A route with a parameter that is not here fails its test.
  std::map<std::string, std::string> things;

  static constexpr const char* password = "correct horse battery";

 private:
  TestServer();
  ~TestServer();
  void fill();
  std::filesystem::path folder_;
  std::unique_ptr<cli::Composition> parts_;
  http::EventHub hub_;
  std::unique_ptr<cli::FolderUpkeep> upkeep_;
  std::unique_ptr<cli::News> news_;
  std::unique_ptr<http::Router> router_;
  std::unique_ptr<http::Server> server_;
};

/// The path of workspace `a`.
inline std::string ws() { return "/workspaces/" + TestServer::get().a; }

/// Problems of `value` against a schema of the API's description; empty where it fits.
std::vector<std::string> schema_problems(const nlohmann::json& value, const nlohmann::json& schema);
/// The committed description.
const nlohmann::json& openapi();
/// The schema of an answer, if the description has one for (method, path, status).
const nlohmann::json* answer_schema(const std::string& method, const std::string& path, int status);

}  // namespace lotse::test
