// Erasure, access, restriction, consent and the audit log's chain, on a data folder of their own.
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/api/privacy_world.h"

namespace lotse::test {
namespace {

TEST(Erasure, LeavesNoByteInAnyFile) {
  World world;
  world.plant();
  ASSERT_EQ(world.texts_found(), std::set<std::string>(planted.begin(), planted.end())) << world.file_text(world.found());
  const auto before = world.parts->stores.open(world.workspace).value()->event_count();
  auto request = world.parts->privacy_requests.start(world.viewer(), {.customers = {identifier, "nobody"}});
  ASSERT_TRUE(request) << request.error().code;
  const auto done = world.wait(request->id);
  EXPECT_EQ(world.found(), (std::map<std::string, std::set<std::string>>{})) << world.file_text(world.found());
  EXPECT_EQ(done.proof.customers, 1u);
  EXPECT_EQ(done.proof.unknown, 1u);
  ASSERT_TRUE(done.proof.gone_after_s && done.proof.bytes_gone_after_s);
  EXPECT_LE(*done.proof.gone_after_s, *done.proof.bytes_gone_after_s);
  // The others are whole.
  const auto store = world.parts->stores.open(world.workspace).value();
  EXPECT_EQ(store->event_count(), before - 2);
  uint64_t rows = 0;
  ASSERT_TRUE(store->scan(0, store->as_of(), {}, [&](EventColumns&& c) -> Result<void> {
    rows += c.size();
    return {};
  }));
  EXPECT_EQ(rows, before - 2);
  // The same again after a restart: files and marks fit.
  world.open();
  EXPECT_EQ(world.parts->stores.open(world.workspace).value()->event_count(), before - 2);
  EXPECT_EQ(world.found(), (std::map<std::string, std::set<std::string>>{})) << world.file_text(world.found());
}

TEST(Erasure, AnErasedIdentifierIsRejectedOrComesAgainAsSomebodyNew) {
  World world;
  world.plant();
  const auto old = world.parts->vault->find(world.workspace, std::array<std::string_view, 1>{identifier}).value()[0];
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.customers = {identifier}}).value().id);
  const auto refused = world.append({world.event(identifier, "visit", "9"), world.event("ben", "visit", "10")});
  EXPECT_EQ(refused.accepted, 1u);
  ASSERT_EQ(refused.rejected.size(), 1u);
  EXPECT_EQ(refused.rejected[0].code, "erased");
  // Also over a restart, and in files: counted, but neither shown as an example nor written into the list of rejects.
  world.open();
  const auto import = world.import("kunde;was;wann;vorgang;ort\n" + identifier + ";Kauf;2025-02-07 08:00;" + key + ";" + property + "\n" + identifier + ";Kauf;kein Datum;" + key +
                                   ";x\nben;Kauf;2025-02-07 09:00;K-ben;Berlin\n");
  EXPECT_EQ(import.events_new, 1u);
  EXPECT_EQ(import.rows_rejected, 2u);
  ASSERT_EQ(import.rejects.size(), 1u);
  EXPECT_EQ(import.rejects[0].code, "erased");
  world.parts->stores.open(world.workspace).value()->flush().value();
  auto found = world.found();
  EXPECT_EQ(found.size(), 0u) << world.file_text(found);

  ASSERT_TRUE(world.parts->policies.change(world.viewer(), {.erased_may_return = true}, std::nullopt));
  EXPECT_EQ(world.append({world.event(identifier, "visit", "11")}).accepted, 1u);
  const auto again = world.parts->vault->find(world.workspace, std::array<std::string_view, 1>{identifier}).value()[0];
  EXPECT_GT(again, old);
}

TEST(Erasure, GoesOnWhereTheProcessWasKilled) {
  // Killed at ever later moments; the request was acknowledged, so the next start completes it.
  for (const int after_ms : {0, 10, 40, 100, 200, 400}) {
    World world;
    world.plant();
    world.parts.reset();
    const pid_t child = fork();
    if (child == 0) {
      world.open();
      const auto started = world.parts->privacy_requests.start(world.viewer(), {.customers = {identifier}});
      if (!started) _exit(1);
      std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    world.open();
    const auto all = world.parts->privacy_requests.list(world.viewer(), std::nullopt).value();
    ASSERT_EQ(all.items.size(), 1u);
    for (int i = 0; i < 200 && world.parts->privacy_requests.get(world.viewer(), all.items[0].id).value().state != privacy::RequestState::done; ++i) {
      world.parts->privacy_requests.look_after({});
      std::this_thread::sleep_for(100ms);
    }
    EXPECT_EQ(world.parts->privacy_requests.get(world.viewer(), all.items[0].id).value().state, privacy::RequestState::done) << after_ms;
    EXPECT_EQ(world.found(), (std::map<std::string, std::set<std::string>>{})) << after_ms << " ms\n" << world.file_text(world.found());
  }
}

TEST(Erasure, HoldsForABackupThatIsRestored) {
  World world, restored;
  world.plant();
  world.parts.reset();
  restored.parts.reset();
  fs::remove_all(restored.folder);
  fs::copy(world.folder, restored.folder, fs::copy_options::recursive);
  world.open();
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.customers = {identifier}}).value().id);
  restored.workspace = world.workspace;
  restored.user = world.user;
  restored.open();
  ASSERT_GT(restored.found().size(), 0u);
  const auto named = restored.parts->vault->adopt_tombstones(world.folder / "vault.db").value();
  ASSERT_EQ(named.size(), 1u);
  ASSERT_TRUE(restored.parts->privacy_requests.erase_again(named[0].first, named[0].second, {}));
  EXPECT_EQ(restored.found().size(), 0u) << restored.file_text(restored.found());
  EXPECT_EQ(restored.append({restored.event(identifier, "visit", "9")}).accepted, 0u);
}

TEST(Erasure, EveryPlaceWithCustomersHasAHolder) {
  World world;
  world.plant();
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.kind = privacy::RequestKind::access, .customers = {"ben"}}).value().id);
  std::set<std::string> held;
  for (const Holder* holder : world.parts->privacy_requests.holders())
    for (auto& place : holder->places()) held.insert(place);
  // Tables with a column that may hold a customer, by its name. A new one needs a holder, or a reason here.
  const std::set<std::string> reasons = {
      "lotse.db: connector_runs", "lotse.db: delivery_runs", "lotse.db: webhook_deliveries", "lotse.db: intake_counts",  // outcomes in numbers and codes
      "lotse.db: connector_files"};                                                            // hashes of whole files
  for (const char* file : {"lotse.db", "vault.db"}) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open_v2((world.folder / file).c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    const char* sql = "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND "
                      "(c.name LIKE '%identit%' OR c.name LIKE '%customer%' OR c.name IN ('subjects', 'sealed', 'outcome', 'hash', 'first_no')) AND m.name NOT IN ('audit_log') GROUP BY 1";
    ASSERT_EQ(sqlite3_prepare_v2(db, sql, -1, &statement, nullptr), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      const std::string table = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)), place = std::string(file) + ": " + table;
      // Both files have all tables; those of the other one are empty.
      const bool of_the_vault = table == "identity_pages" || table == "tombstones" || table == "identity_aliases" || table == "workspace_keys";
      if (of_the_vault != (std::string_view(file) == "vault.db")) {
        sqlite3_stmt* rows = nullptr;
        ASSERT_EQ(sqlite3_prepare_v2(db, ("SELECT count(*) FROM " + table).c_str(), -1, &rows, nullptr), SQLITE_OK);
        ASSERT_EQ(sqlite3_step(rows), SQLITE_ROW);
        EXPECT_EQ(sqlite3_column_int64(rows, 0), 0) << place;
        sqlite3_finalize(rows);
        continue;
      }
      EXPECT_TRUE(held.contains(place) || reasons.contains(place)) << place << ": which Holder erases it?";
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
  }
  // Files of the workspace.
  const auto folder = world.parts->stores.folder(world.workspace);
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    if (name.starts_with("events.") && name.ends_with(".journal")) name = "events.*.journal";
    EXPECT_TRUE(held.contains(name)) << name << ": which Holder erases it?";
  }
}

TEST(Access, GivesEverythingAndIsNoted) {
  World world;
  world.plant();
  const auto done = world.wait(world.parts->privacy_requests.start(world.viewer(), {.kind = privacy::RequestKind::access, .customers = {identifier}}).value().id);
  ASSERT_TRUE(done.file);
  const auto file = world.parts->privacy_requests.file(world.viewer(), done.id).value();
  EXPECT_EQ(file["data"]["vault"], nlohmann::json::array({identifier}));
  EXPECT_EQ(file["data"]["events"].size(), 2u);
  EXPECT_NE(file.dump().find(property), std::string::npos);
  EXPECT_NE(file.dump().find(key), std::string::npos);
  EXPECT_EQ(file["data"]["imports"].size(), 1u) << "the rejected row";
  const auto log = world.parts->audit.list(world.viewer(), std::nullopt).value();
  EXPECT_EQ(log.items[0].action, "privacy.file");
  // Erasing the customer takes the file along.
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.customers = {identifier}}).value().id);
  EXPECT_EQ(world.parts->privacy_requests.file(world.viewer(), done.id).error().code, "file_gone");
  EXPECT_EQ(world.found().size(), 0u) << world.file_text(world.found());
}

TEST(Restriction, LeavesACustomerOutOfAnalysesUntilItIsLifted) {
  World world;
  world.plant();
  const auto events = [&] {
    const auto graph = world.parts->analysis.graph(world.viewer(), {}).value();
    return graph.basis.events;
  };
  const auto all = events();
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.kind = privacy::RequestKind::restriction, .customers = {identifier}}).value().id);
  EXPECT_EQ(events(), all - 2);
  world.open();
  EXPECT_EQ(events(), all - 2);
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.kind = privacy::RequestKind::lifting, .customers = {identifier}}).value().id);
  EXPECT_EQ(events(), all);
}

TEST(Consent, DecidesWhatASourceMayStore) {
  World world;
  world.append({world.event("ben", "visit", "1")});
  const auto source = world.parts->sources.list(world.viewer()).value()[0].id;
  ASSERT_TRUE(world.parts->policies.change_source(world.viewer(), {.source = source, .legal_basis = privacy::LegalBasis::consent}));
  const auto refused = world.append({world.event("ben", "visit", "2")});
  ASSERT_EQ(refused.rejected.size(), 1u);
  EXPECT_EQ(refused.rejected[0].code, "no_consent");
  ASSERT_TRUE(world.parts->privacy_requests.set_consent(world.viewer(), {.customer = "ben", .purpose = "analytics", .granted = true}, world.parts->consents));
  EXPECT_EQ(world.append({world.event("ben", "visit", "3"), world.event("cara", "visit", "4")}).accepted, 1u);
  world.open();
  EXPECT_EQ(world.append({world.event("ben", "visit", "5"), world.event("cara", "visit", "6")}).accepted, 1u);
  ASSERT_TRUE(world.parts->privacy_requests.set_consent(world.viewer(), {.customer = "ben", .purpose = "analytics", .granted = false}, world.parts->consents));
  EXPECT_EQ(world.append({world.event("ben", "visit", "7")}).accepted, 0u);
}

TEST(Consent, ComesWithTheCallsOfTheTrackingApi) {
  World world;
  const auto source = world.parts->sources.create(world.viewer(), {.name = "Shop"}).value();
  ASSERT_TRUE(world.parts->policies.change_source(world.viewer(), {.source = source.id, .legal_basis = privacy::LegalBasis::consent}));
  const auto write_key = world.parts->write_keys.create(world.viewer(), {.source = source.id, .name = "k"}).value().secret;
  const auto send = [&](const std::string& body) {
    std::promise<Result<connect::TrackingAnswer>> answer;
    world.parts->tracking.take({.call = "batch", .body = body, .write_key = write_key, .since = std::chrono::steady_clock::now()},
                               [&](Result<connect::TrackingAnswer> a) { answer.set_value(std::move(a)); });
    auto got = answer.get_future().get().value();
    std::string codes;
    for (const auto& r : got.rejected) codes += r.code + " ";
    return codes;
  };
  const auto call = [](const std::string& user, const std::string& more) { return R"({"type":"track","event":"x","userId":")" + user + R"(")" + more + "}"; };
  EXPECT_EQ(send(R"({"batch":[)" + call("u1", "") + "]}"), "no_consent ");
  EXPECT_EQ(send(R"({"batch":[)" + call("u1", R"(,"context":{"consent":{"categoryPreferences":{"Analytics":true,"Advertising":false}}})") + "," + call("u2", "") + "]}"), "no_consent ");
  EXPECT_EQ(send(R"({"batch":[{"type":"identify","userId":"u2","traits":{"consent":{"analytics":true}}}]})"), "");
  EXPECT_EQ(send(R"({"batch":[)" + call("u2", "") + "," + call("u1", R"(,"context":{"consent":{"categoryPreferences":{"Analytics":false}}})") + "]}"), "no_consent ");
  const auto counts = world.parts->consents.counts(world.workspace).value();
  EXPECT_EQ(counts[0].granted, 1u);
  EXPECT_EQ(counts[0].denied, 1u);
  EXPECT_EQ(counts[2].denied, 1u);
}

TEST(Scrubbing, HappensBeforeAnythingIsStored) {
  World world;
  world.append({world.event("ben", "visit", "1", {{"text", "Bitte rufen Sie mich unter +49 170 7654321 zurück, danke sehr!"}, {"mail", "x@y.de"}})});
  for (const auto& entry : fs::recursive_directory_iterator(world.folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    EXPECT_EQ(bytes.find("7654321"), std::string::npos) << entry.path();
  }
}

TEST(AuditChain, FindsAnEntryThatWasChangedOrRemoved) {
  World world;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(world.parts->audit.note(world.viewer(), "test", "x" + std::to_string(i)));
  auto proof = world.parts->audit.verify(world.workspace).value();
  EXPECT_TRUE(proof.whole);
  EXPECT_GE(proof.entries, 5);
  const auto tamper = [&](const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((world.folder / "lotse.db").c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  };
  tamper("UPDATE audit_log SET object = 'y' WHERE object = 'x2'");
  const auto changed = world.parts->audit.verify(world.workspace).value();
  EXPECT_FALSE(changed.whole);
  EXPECT_EQ(changed.broken_at, proof.entries - 2);
  tamper("UPDATE audit_log SET object = 'x2' WHERE object = 'y'");
  EXPECT_TRUE(world.parts->audit.verify(world.workspace).value().whole);
  tamper("DELETE FROM audit_log WHERE object = 'x3'");
  EXPECT_FALSE(world.parts->audit.verify(world.workspace).value().whole);
}

}  // namespace
}  // namespace lotse::test
