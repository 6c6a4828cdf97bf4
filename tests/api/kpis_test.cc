// KPI series over HTTP: defined, delivered by person, token, write key and file, corrected, read, taken out.
#include "fixture.h"

namespace lotse::test {
namespace {
using json = nlohmann::json;

class Kpis : public testing::Test {
 protected:
  void SetUp() override {
    editor_ = TestServer::get().person("editor");
    static int number = 0;
    suffix_ = std::to_string(++number);
    source_ = make_source("BI " + suffix_);
  }
  std::string ws() const { return "/workspaces/" + TestServer::get().a; }
  std::string make_source(const std::string& name) {
    const auto made = editor_->post(ws() + "/sources", {{"name", name}});
    EXPECT_EQ(made.status, 201) << made.body;
    return made.json()["id"];
  }
  json definition(const std::string& key) const {
    return {{"key", key + suffix_}, {"name_de", "Kündigungsquote " + key + suffix_}, {"name_en", "Churn " + key + suffix_}, {"source", source_}, {"unit", "percent"}, {"better", "lower"}, {"target", 0.4}, {"combine", "weighted_mean"}};
  }
  json define(const std::string& key) {
    const auto made = editor_->post(ws() + "/kpis", definition(key));
    EXPECT_EQ(made.status, 201) << made.body;
    return made.json();
  }
  std::string upload(const std::string& bytes, const std::string& name = "k.csv") {
    const auto sent = editor_->client().ask("POST", "/api/v1" + ws() + "/uploads?name=" + name, bytes, {{"Cookie", editor_->cookie}, {"X-CSRF-Token", editor_->csrf}});
    EXPECT_EQ(sent.status, 201) << sent.body;
    return sent.json()["id"];
  }
  std::unique_ptr<Person> editor_;
  std::string suffix_, source_;
};

TEST_F(Kpis, AreDefinedDeliveredCorrectedAndRead) {
  ASSERT_EQ(editor_->patch(ws() + "/sources/" + source_, {{"owner", "Controlling"}, {"system", "DWH"}, {"purpose", "Monatsbericht"}}).status, 200);
  const auto kpi = define("churn");
  const std::string at = ws() + "/kpis/" + std::string(kpi["id"]), key = kpi["definition"]["key"];
  EXPECT_EQ(kpi["data_set"]["owner"], "Controlling");
  const auto first = editor_->post(ws() + "/kpi_values", {{"values", {{{"kpi", key}, {"period", "2026-01"}, {"market", "DE"}, {"value", 0.5}, {"n", 300}},
                                                                     {{"kpi", key}, {"period", "2026-01"}, {"market", "AT"}, {"value", "0,9 %"}, {"n", 100}},
                                                                     {{"kpi", key}, {"period", "2026-01"}, {"benchmark", "Branche"}, {"value", 0.45}},
                                                                     {{"kpi", key}, {"period", "irgendwann"}, {"value", 1}}}}});
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json()["added"], 3);
  EXPECT_EQ(first.json()["rejects"][0]["index"], 3);
  EXPECT_EQ(first.json()["rejects"][0]["code"], "bad_period");
  EXPECT_EQ(editor_->post(ws() + "/kpi_values", {{"values", {{{"kpi", key}, {"period", "Januar 2026"}, {"market", "AT"}, {"value", 0.7}, {"n", 100}}}}}).json()["replaced"], 1);

  const auto now = editor_->get(at).json();
  EXPECT_EQ(now["series"][0]["period"], "2026-01");
  EXPECT_DOUBLE_EQ(now["series"][0]["value"], 0.55);
  EXPECT_EQ(now["markets"], json({"AT", "DE"}));
  EXPECT_EQ(now["benchmarks"], json({"Branche"}));
  EXPECT_EQ(now["corrections"], 1);
  const auto corrections = editor_->get(at + "/corrections").json()["items"];
  ASSERT_EQ(corrections.size(), 1u);
  EXPECT_EQ(corrections[0]["old_value"], 0.9);
  EXPECT_EQ(corrections[0]["new_value"], 0.7);
  EXPECT_EQ(editor_->get(at + "/values?market=DE").json()["values"].size(), 1u);
  EXPECT_EQ(editor_->get(at + "/values?market=").json()["values"].size(), 1u) << "the benchmark alone is of all markets";
  EXPECT_EQ(editor_->get(at + "/values?from=2026-02").json()["values"].size(), 0u);
  EXPECT_EQ(editor_->get(at + "/values?to=2026-01").json()["values"].size(), 3u);
  EXPECT_EQ(editor_->get(at + "/values?granularity=fortnight").code(), "not_a_choice");

  // What was exported is what an import reads: nothing changes.
  const auto csv = editor_->get(ws() + "/kpi_values/csv?kpi=" + key);
  EXPECT_EQ(csv.status, 200);
  const auto again = editor_->post(ws() + "/kpi_values/import", {{"upload", upload(csv.body)}});
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.json()["unchanged"], 3) << again.body << csv.body;
  EXPECT_EQ(again.json()["rejected"], 0) << again.body;
}

TEST_F(Kpis, RefuseWhatIsWrongInWords) {
  const auto kpi = define("one");
  EXPECT_EQ(editor_->post(ws() + "/kpis", definition("one")).code(), "kpi_exists");
  auto bad = definition("two");
  bad["key"] = "Zwei Wörter";
  EXPECT_EQ(editor_->post(ws() + "/kpis", bad).code(), "invalid_kpi_key");
  bad = definition("two");
  bad["source"] = "src_none";
  EXPECT_EQ(editor_->post(ws() + "/kpis", bad).code(), "unknown_source");
  bad = definition("two");
  bad["unit"] = "other";
  EXPECT_EQ(editor_->post(ws() + "/kpis", bad).code(), "unit_label_needed");
  EXPECT_EQ(editor_->post(ws() + "/kpi_values", {{"values", json::array()}}).code(), "no_kpi_values");
  EXPECT_EQ(editor_->remove(ws() + "/sources/" + source_).code(), "source_has_kpis");
  const std::string at = ws() + "/kpis/" + std::string(kpi["id"]);
  EXPECT_EQ(editor_->patch(at, definition("uno"), {{"If-Match", "\"7\""}}).status, 412);
  EXPECT_EQ(editor_->patch(at, definition("uno"), {{"If-Match", "\"1\""}}).json()["definition"]["key"], "uno" + suffix_);
  EXPECT_EQ(editor_->remove(at).status, 204);
  EXPECT_EQ(editor_->get(at).code(), "kpi_not_found");
}

TEST_F(Kpis, AFileIsShownBeforeItIsTaken) {
  const std::string key = define("umsatz")["definition"]["key"];
  const auto file = upload("Monat;Land;Wert;Basis\n01/2026;DE;1.234,5;10\n02/2026;DE;kaputt;10\nMärz 2026;AT;99,25;\n");
  json request = {{"upload", file}};
  EXPECT_EQ(editor_->post(ws() + "/kpi_values/import", request).code(), "no_kpi_column");
  request["kpi"] = key;
  const auto preview = editor_->post(ws() + "/kpi_values/preview", request).json();
  EXPECT_EQ(preview["decimal"], "comma") << preview.dump(1);
  EXPECT_EQ(preview["columns"][1]["role"], "market");
  EXPECT_EQ(preview["rows"][0]["value"], 1234.5);
  EXPECT_EQ(preview["rows"][1]["period"], "2026-03");
  EXPECT_EQ(preview["outcome"]["added"], 2);
  EXPECT_EQ(preview["outcome"]["rejects"][0]["index"], 3) << "the row as a spreadsheet shows it";
  EXPECT_EQ(editor_->get(ws() + "/kpis").json().dump().find("1234.5"), std::string::npos) << "nothing is stored by looking";
  EXPECT_EQ(editor_->post(ws() + "/kpi_values/import", request).json()["added"], 2);
  EXPECT_EQ(editor_->post(ws() + "/kpi_values/import", request).code(), "upload_not_found");
}

TEST_F(Kpis, AReportWithAColumnForEachPeriodIsRead) {
  const std::string key = define("breit")["definition"]["key"];
  const auto taken = editor_->post(ws() + "/kpi_values/import", {{"upload", upload("Kennzahl,Markt,Q1 2025,Q2 2025\n" + key + ",DE,1.5,2.5\n" + key + ",AT,,3.5\n")}});
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(taken.json()["added"], 3) << taken.body;
  const auto values = editor_->get(ws() + "/kpis/" + std::string(editor_->get(ws() + "/kpis").json()["items"][0]["id"]) + "/values");
  EXPECT_EQ(values.status, 200);
}

TEST_F(Kpis, AWriteKeyDeliversForItsOwnSourceAndNothingElse) {
  const std::string own = define("eigen")["definition"]["key"];
  source_ = make_source("Anderes " + suffix_);
  const std::string foreign = define("fremd")["definition"]["key"];
  const auto sources = editor_->get(ws() + "/kpis").json()["items"];
  std::string source;
  for (const auto& kpi : sources)
    if (kpi["definition"]["key"] == own) source = kpi["definition"]["source"];
  const auto made = editor_->post(ws() + "/write_keys", {{"source", source}, {"name", "BI"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const Client::Headers key = {{"Authorization", "Bearer " + std::string(made.json()["secret"])}, {"Content-Type", "application/json"}};
  Client client(TestServer::get().port());
  const json body = {{"values", {{{"kpi", own}, {"period", "2026-W05"}, {"value", 7}}, {{"kpi", foreign}, {"period", "2026-W05"}, {"value", 8}}}}};
  const auto answer = client.ask("POST", "/v1/kpis", body.dump(), key);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["added"], 1);
  EXPECT_EQ(answer.json()["rejects"][0]["code"], "unknown_kpi");
  EXPECT_EQ(client.ask("POST", "/v1/kpis", body.dump(), {{"Authorization", "Bearer wrong"}}).code(), "invalid_write_key");
  const auto list = editor_->get(ws() + "/kpis").json();
  for (const auto& kpi : list["items"]) {
    if (kpi["definition"]["key"] != own) continue;
    EXPECT_EQ(kpi["last_delivery_by"], kpi["data_set"]["name"]);
  }
}

TEST_F(Kpis, ATokenThatMayReadDeliversNothing) {
  auto admin = TestServer::get().person("administrator");
  const std::string key = define("token")["definition"]["key"];
  for (const auto& [scope, status] : {std::pair("read", 403), std::pair("import_data", 200)}) {
    const auto made = admin->post(ws() + "/tokens", {{"name", "BI"}, {"scopes", {scope}}});
    Person system(TestServer::get().port(), "");
    system.use_token(made.json()["secret"]);
    EXPECT_EQ(system.post(ws() + "/kpi_values", {{"values", {{{"kpi", key}, {"period", "2026"}, {"value", 7}}}}}).status, status) << scope;
  }
}

}  // namespace
}  // namespace lotse::test
