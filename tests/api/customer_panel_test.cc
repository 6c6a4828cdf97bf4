// The customer panel for other applications: who may embed it, and what a link or a token opens.
#include "fixture.h"

namespace lotse::test {
namespace {

std::string customer() { return TestServer::get().things.at("/customers/{cu_id}"); }

Answer page(const std::string& query) { return Client(TestServer::get().port()).ask("GET", "/embed/customer" + query); }

TEST(CustomerPanel, MayBeEmbeddedByTheOriginsOfItsWorkspaceOnly) {
  auto admin = TestServer::get().person("administrator");
  const std::string query = "?w=" + TestServer::get().a;
  EXPECT_NE(page(query).headers.at("content-security-policy").find("frame-ancestors 'none'"), std::string::npos);
  const auto settings = admin->get(ws() + "/customer_view");
  ASSERT_EQ(settings.status, 200) << settings.body;
  nlohmann::json wanted = settings.json();
  wanted["origins"] = {"https://desk.example.com"};
  ASSERT_EQ(admin->patch(ws() + "/customer_view", wanted, {{"If-Match", settings.headers.at("etag")}}).status, 200);
  EXPECT_EQ(admin->patch(ws() + "/customer_view", wanted, {{"If-Match", settings.headers.at("etag")}}).status, 412);

  const auto shown = page(query);
  EXPECT_EQ(shown.status, 200);
  EXPECT_NE(shown.body.find("Panel"), std::string::npos);
  EXPECT_NE(shown.headers.at("content-security-policy").find("frame-ancestors https://desk.example.com"), std::string::npos);
  EXPECT_FALSE(shown.headers.contains("x-frame-options"));
  for (const std::string& other : {"?w=" + TestServer::get().b, std::string("?w=x"), std::string()})
    EXPECT_EQ(page(other).headers.at("x-frame-options"), "DENY") << other;
  EXPECT_EQ(Client(TestServer::get().port()).ask("GET", "/").headers.at("x-frame-options"), "DENY") << "no other page";
  wanted["origins"] = nlohmann::json::array();
  ASSERT_EQ(admin->patch(ws() + "/customer_view", wanted).status, 200);
}

TEST(CustomerPanel, ALinkOpensItsCustomerWithoutASession) {
  auto analyst = TestServer::get().person("analyst");
  const auto made = analyst->post(ws() + "/panel_links", {{"customer", customer()}, {"minutes", 1}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string url = made.json()["url"], secret = url.substr(url.find('#') + 1);
  Person nobody(TestServer::get().port(), "");
  const auto panel = nobody.get("/embed/panel", {{"Authorization", "Bearer " + secret}});
  ASSERT_EQ(panel.status, 200) << panel.body;
  EXPECT_EQ(panel.json()["customer"], customer());
  EXPECT_FALSE(panel.json()["last_contacts"].empty());
  const auto wrong = nobody.get("/embed/panel", {{"Authorization", "Bearer " + secret.substr(0, secret.size() - 1)}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.code(), "link_not_valid");
  EXPECT_EQ(nobody.get(ws() + "/customers/" + customer() + "/panel", {{"Authorization", "Bearer " + secret}}).status, 401) << "a link is no token";
  EXPECT_EQ(nobody.get("/embed/panel").status, 401);
}

TEST(CustomerPanel, ATokenThatMaySeeCustomersReadsTheSame) {
  auto admin = TestServer::get().person("administrator");
  const auto token = [&](const char* scope) {
    return admin->post(ws() + "/tokens", {{"name", scope}, {"scopes", {scope}}}).json()["secret"].get<std::string>();
  };
  Person desk(TestServer::get().port(), ""), narrow(TestServer::get().port(), "");
  const auto panel = desk.get(ws() + "/customers/" + customer() + "/panel", {{"Authorization", "Bearer " + token("see_customers")}});
  ASSERT_EQ(panel.status, 200) << panel.body;
  EXPECT_EQ(panel.json()["customer"], customer());
  EXPECT_EQ(narrow.get(ws() + "/customers/" + customer() + "/panel", {{"Authorization", "Bearer " + token("read")}}).code(), "forbidden");
}

TEST(CustomerPanel, IdentifiersAreFoundByWhoMaySeeThemOnly) {
  const auto hits = [](const char* who) {
    const auto found = TestServer::get().person(who)->post(ws() + "/customers/search", {{"query", "anna"}});
    EXPECT_EQ(found.status, 200) << found.body;
    return found.json()["items"].size();
  };
  EXPECT_EQ(hits("administrator"), 1u);
  EXPECT_EQ(hits("analyst"), 0u);
}

TEST(CustomerPanel, TheExportIsAFileAndInTheAuditLog) {
  auto admin = TestServer::get().person("administrator");
  const auto csv = admin->get(ws() + "/customers/" + customer() + "/export.csv");
  EXPECT_EQ(csv.status, 200);
  EXPECT_TRUE(csv.body.starts_with("customer,time,touchpoint,")) << csv.body.substr(0, 100);
  EXPECT_NE(csv.headers.at("content-disposition").find("attachment"), std::string::npos);
  const auto json = admin->get(ws() + "/customers/" + customer() + "/export.json");
  EXPECT_EQ(json.json()["profile"]["customer"], customer());
  EXPECT_EQ(json.json()["events"].size(), json.json()["profile"]["events"].get<size_t>());
  const auto log = admin->get(ws() + "/audit").json()["items"];
  EXPECT_EQ(log[0]["action"], "customer.export");
  EXPECT_EQ(log[0]["object"], customer());
}

}  // namespace
}  // namespace lotse::test
