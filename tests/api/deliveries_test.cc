// Deliveries to a folder, over HTTP and to a webhook, on a data folder of their own with a receiver of their own.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "cli/composition.h"
#include "connect/hook_checks.h"
#include "events/parquet_file.h"
#include "net/testing/http_peer.h"

namespace lotse::test {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace outbound;
using net::testing::HttpPeer, net::testing::PeerAnswer, net::testing::PeerRequest;

struct DeliveryTest : testing::Test {
  fs::path folder, out;
  std::unique_ptr<cli::Composition> parts;
  WorkspaceId workspace;
  std::string user;
  int events = 0;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "lotse-deliveries-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    out = folder / "out";
    fs::create_directories(out);
  }
  void TearDown() override {
    parts.reset();
    fs::remove_all(folder);
  }
  void open() {
    parts.reset();
    auto opened = cli::Composition::open(std::move(*cli::DataFolder::lock(folder / "data")), {.allowed_hosts = {"127.0.0.1"}, .folders = {out}});
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    parts = std::move(*opened);
    ASSERT_TRUE(parts->begin());
    if (user.empty()) {
      user = parts->owner.add_user("a@example.com", "a", false, "correct horse battery").value().user;
      workspace = parts->owner.make_workspace({.name = "A", .time_zone = "Europe/Berlin", .language = "de"}, user).value().id;
    }
    parts->deliveries.begin();
  }
  Viewer viewer() { return parts->workspaces.viewer_of(workspace, user).value(); }
  void append(const std::string& customer, std::map<std::string, std::string> attributes = {}) {
    std::promise<Result<connect::AppendAnswer>> answer;
    const int n = ++events;
    connect::NewEvent event{.customer = customer, .event_type = "Kauf", .time = "2025-01-06T08:00:" + std::to_string(10 + n) + "Z", .id = std::to_string(n), .attributes = std::move(attributes)};
    parts->live_events.append(viewer(), {.source = "Web", .events = {event}}, [&](Result<connect::AppendAnswer> a) { answer.set_value(std::move(a)); });
    const auto got = answer.get_future().get();
    ASSERT_TRUE(got) << got.error().code;
  }
  uint32_t identity(const std::string& name) {
    const std::string_view one = name;
    return parts->vault->find(workspace, std::span(&one, 1)).value().at(0);
  }
  std::string pseudonym(const std::string& name) { return parts->vault->pseudonym(workspace, identity(name)); }
  void consent(const std::string& name, bool granted) {
    const uint32_t number = identity(name);
    ASSERT_TRUE(parts->consents.set(workspace, std::span(&number, 1), privacy::Purpose::contact, granted, "page"));
  }
  std::string segment() {  // of two events or more
    Filter filter;
    filter.customer_rules = {{.kind = CustomerRuleKind::did, .at_least = 2}};
    return parts->segments.create(viewer(), {.name = "Treue", .filter = filter}).value().id;
  }

  /// Runs it and waits for the end.
  DeliveryRun run(const std::string& id) {
    const auto before = parts->deliveries.runs(viewer(), id, {}).value().items.size();
    EXPECT_TRUE(parts->deliveries.run_now(viewer(), id));
    return ended(id, before + 1);
  }
  DeliveryRun ended(const std::string& id, size_t runs) {
    for (int i = 0; i < 1500; ++i) {
      const auto list = parts->deliveries.runs(viewer(), id, {}).value().items;
      if (list.size() >= runs && list[0].state != connect::RunState::running && !parts->deliveries.get(viewer(), id)->running) return list[0];
      std::this_thread::sleep_for(10ms);
    }
    ADD_FAILURE() << "the run does not end";
    return {};
  }
  Delivery made(DeliveryRequest request) {
    auto done = parts->deliveries.create(viewer(), request);
    EXPECT_TRUE(done) << done.error().code << " " << done.error().field << " " << done.error().detail;
    return done.value_or(Delivery{});
  }
  DeliveryRequest to_folder(DeliveryContent content, DeliveryFormat format = DeliveryFormat::parquet) {
    return {.name = "Lager Süd", .what = {.content = content, .format = format}, .where = {.place = DeliveryPlace::folder, .folder = out.string()}};
  }
  std::set<std::string> files() {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(out)) names.insert(entry.path().filename().string());
    return names;
  }
  std::string text(const std::string& name) {
    std::ifstream in(out / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Rows of a Parquet file, as DuckDB reads them: each column as "name=value".
  std::vector<std::set<std::string>> parquet(const fs::path& file) {
    auto opened = events::ParquetFile::open(file);
    EXPECT_TRUE(opened) << opened.error().code;
    std::vector<std::set<std::string>> rows;
    const auto columns = (*opened)->columns();
    while (*(*opened)->next([&](std::span<const std::string_view> cells) {
      std::set<std::string> row;
      for (size_t i = 0; i < cells.size(); ++i)
        if (!cells[i].empty()) row.insert(columns[i] + "=" + std::string(cells[i].substr(0, columns[i] == "time" ? 19 : std::string_view::npos)));
      rows.push_back(std::move(row));
    })) {
    }
    return rows;
  }
};

TEST_F(DeliveryTest, EachEventStandsInOneFileAndEqualsTheStore) {
  open();
  append("anna", {{"tarif", "Basis"}});
  append("ben");
  append("anna", {{"tarif", "Plus"}});
  const auto d = made(to_folder(DeliveryContent::events));
  EXPECT_FALSE(d.next_run_at) << "by hand alone";
  EXPECT_EQ(d.waiting, 3u);
  auto done = run(d.id);
  EXPECT_EQ(done.error_code.value_or(""), "");
  EXPECT_EQ(done.rows, 3u);
  EXPECT_EQ(files(), std::set<std::string>{"lager-sued-000001.parquet"});
  const auto first = parquet(out / "lager-sued-000001.parquet");
  std::vector<std::set<std::string>> stored;
  const auto store = parts->stores.open(workspace).value();
  ASSERT_TRUE(store->export_events({}, [&](const events::ExportedEvent& e) -> Result<void> {
    std::set<std::string> row{"time=" + iso_utc(e.time).replace(10, 1, " ").substr(0, 19), "customer=" + parts->vault->pseudonym(workspace, e.customer), "event_type=Kauf", "source=Web"};
    const std::string customer = parts->vault->pseudonym(workspace, e.customer);
    if (e.key_is_customer) row.insert("instance_key=" + customer);
    for (const auto& [number, value] : e.attributes) row.insert("tarif=" + std::string(value));
    stored.push_back(std::move(row));
    return {};
  }));
  EXPECT_EQ(first, stored);
  // Only what is new; nothing new is no file.
  append("cara");
  append("ben");
  done = run(d.id);
  EXPECT_EQ(done.rows, 2u);
  EXPECT_EQ(parquet(out / "lager-sued-000002.parquet").size(), 2u);
  done = run(d.id);
  EXPECT_EQ(done.files, 0u);
  EXPECT_EQ(files().size(), 2u);
  const auto now = *parts->deliveries.get(viewer(), d.id);
  EXPECT_EQ(now.waiting, 0u);
  EXPECT_TRUE(now.lag);
  // Once more from the beginning, in a further file.
  ASSERT_TRUE(parts->deliveries.restart(viewer(), d.id));
  done = ended(d.id, 4);
  EXPECT_EQ(done.rows, 5u);
  EXPECT_TRUE(files().contains("lager-sued-000003.parquet"));
  EXPECT_FALSE(fs::exists(folder / "data/workspaces" / workspace.value / "deliveries" / d.id / "lager-sued-000003.parquet")) << "no copy stays here";
}

TEST_F(DeliveryTest, WhatAReceiverRefusesComesAgainAsTheSameBytes) {
  open();
  std::atomic<bool> broken = true;
  HttpPeer peer([&](const PeerRequest&) { return broken ? PeerAnswer{.status = 503, .headers = {{"Retry-After", "1"}}} : PeerAnswer{.status = 201}; });
  append("anna", {{"ort", "Kiel"}});
  DeliveryRequest request{.name = "DWH", .what = {.content = DeliveryContent::events, .format = DeliveryFormat::csv},
                          .where = {.place = DeliveryPlace::http, .url = peer.url("/in/{file}"), .sign_in = DeliverySignIn::bearer}};
  const auto needs = parts->deliveries.create(viewer(), request);
  ASSERT_FALSE(needs);
  EXPECT_EQ(needs.error().code, "secret_needed");
  request.secret = "geheim-4711";
  const auto d = made(request);
  EXPECT_EQ(to_json(d).dump().find("geheim-4711"), std::string::npos);
  auto done = run(d.id);
  EXPECT_EQ(done.state, connect::RunState::failed);
  EXPECT_EQ(done.error_code, "target_unavailable");
  auto now = *parts->deliveries.get(viewer(), d.id);
  EXPECT_EQ(now.failures, 1u);
  EXPECT_TRUE(now.next_run_at) << "it is tried again";
  append("ben", {{"farbe", "rot"}});  // a new column, too
  broken = false;
  done = run(d.id);
  EXPECT_EQ(done.state, connect::RunState::done) << done.error_code.value_or("");
  EXPECT_TRUE(done.again);
  EXPECT_EQ(done.rows, 2u);
  const auto got = peer.requests();
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].method, "PUT");
  EXPECT_EQ(got[0].path, "/in/dwh-000001.csv");
  EXPECT_EQ(got[1].path, got[0].path);
  EXPECT_EQ(got[1].body, got[0].body);
  EXPECT_EQ(got[1].headers.at("idempotency-key"), got[0].headers.at("idempotency-key"));
  EXPECT_EQ(got[1].headers.at("authorization"), "Bearer geheim-4711");
  EXPECT_EQ(got[2].path, "/in/dwh-000002.csv");
  EXPECT_NE(got[2].body.find("farbe"), std::string::npos);
  EXPECT_EQ(got[2].body.find("Kiel"), std::string::npos);
  // A change keeps place and secret; the secret goes to no other host.
  ASSERT_TRUE(parts->deliveries.change(viewer(), d.id, {.name = "Lager"}, std::nullopt));
  append("cara");
  EXPECT_EQ(run(d.id).rows, 1u);
  EXPECT_EQ(peer.requests()[3].path, "/in/lager-000003.csv");
  EXPECT_EQ(peer.requests()[3].headers.at("authorization"), "Bearer geheim-4711");
  auto elsewhere = request.where;
  elsewhere.url = "https://example.org/in/";
  EXPECT_EQ(parts->deliveries.change(viewer(), d.id, {.where = elsewhere}, std::nullopt).error().code, "secret_needed");
  EXPECT_EQ(parts->deliveries.change(viewer(), d.id, {.what = DeliveryWhat{.content = DeliveryContent::variants, .mode = DeliveryMode::whole}}, std::nullopt).error().code, "content_fixed");
  EXPECT_EQ(parts->deliveries.change(viewer(), d.id, {.name = "X"}, "1").error().code, "stale");
}

/// Not a test of its own: the server that the next one kills. A fork alone would share locks with threads that it does not have.
TEST_F(DeliveryTest, DISABLED_ServesUntilItIsKilled) {
  fs::remove_all(folder);
  folder = ::getenv("LOTSE_TEST_FOLDER");
  out = folder / "out";
  open();
  append("anna");
  append("ben");
  const auto d = made({.name = "DWH", .what = {.content = DeliveryContent::events}, .where = {.place = DeliveryPlace::http, .url = ::getenv("LOTSE_TEST_URL")}});
  std::ofstream(folder / "ids") << workspace.value << " " << user << " " << d.id << std::endl;
  ASSERT_TRUE(parts->deliveries.run_now(viewer(), d.id));
  std::this_thread::sleep_for(60s);
}

TEST_F(DeliveryTest, AServerKilledWhileItSendsDeliversTheSameFileAgain) {
  std::atomic<int> asked = 0;
  std::atomic<bool> slow = true;
  HttpPeer peer([&](const PeerRequest&) {
    ++asked;
    return PeerAnswer{.delay_ms = slow ? 3000 : 0};
  });
  ::setenv("LOTSE_TEST_FOLDER", folder.c_str(), 1);
  ::setenv("LOTSE_TEST_URL", peer.url("/in/").c_str(), 1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/proc/self/exe", "api_test", "--gtest_also_run_disabled_tests", "--gtest_filter=DeliveryTest.DISABLED_ServesUntilItIsKilled", static_cast<char*>(nullptr));
    ::_exit(1);
  }
  for (int i = 0; i < 3000 && asked == 0; ++i) std::this_thread::sleep_for(10ms);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(asked, 1);
  slow = false;
  std::ifstream words(folder / "ids");
  std::string id;
  words >> workspace.value >> user >> id;
  open();  // it was due, hence it begins by itself
  const auto done = ended(id, 2);
  EXPECT_EQ(done.state, connect::RunState::done) << done.error_code.value_or("");
  EXPECT_TRUE(done.again);
  EXPECT_EQ(parts->deliveries.runs(viewer(), id, {})->items.back().error_code, "interrupted");
  const auto got = peer.requests();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[1].path, got[0].path);
  EXPECT_EQ(got[1].body, got[0].body);
  EXPECT_EQ(run(id).files, 0u) << "and then nothing more";
}

TEST_F(DeliveryTest, AnAudienceIsToldWhoEnteredAndWhoLeftWithASignature) {
  open();
  for (const char* name : {"anna", "anna", "ben", "ben", "cara"}) append(name);
  consent("anna", true);
  consent("cara", true);
  HttpPeer peer([](const PeerRequest&) { return PeerAnswer{}; });
  DeliveryRequest request{.name = "Kampagne", .what = {.content = DeliveryContent::audience, .segment = segment()}, .where = {.place = DeliveryPlace::webhook, .url = peer.url("/hook")}};
  const auto refused = parts->deliveries.create(viewer(), request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "purpose_needed");
  request.what.purpose = DeliveryPurpose::contact;
  const auto d = made(request);
  ASSERT_TRUE(d.new_secret);
  EXPECT_FALSE(parts->deliveries.get(viewer(), d.id)->new_secret) << "shown once";
  auto done = run(d.id);
  EXPECT_EQ(done.left_out, 1u) << "ben did not consent";
  EXPECT_EQ(done.entered, 1u);
  const auto told = [&](size_t n) { return nlohmann::json::parse(peer.requests().at(n).body).at("data"); };
  EXPECT_EQ(told(0).at("entered"), nlohmann::json({pseudonym("anna")}));
  const auto first = peer.requests()[0];
  const auto checked = [&](const std::string& secret) {
    const connect::SignedRequest sent{.body = first.body, .header = [&](const std::string& name) { return std::string_view(first.headers.at(name)); }, .received = Clock::system().now()};
    return connect::check_signature(connect::HookCheck::standard, secret, sent).has_value();
  };
  EXPECT_TRUE(checked(*d.new_secret));
  EXPECT_FALSE(checked(connect::make_secret(connect::HookCheck::standard)));
  // Cara comes in, Anna takes her consent back.
  append("cara");
  consent("anna", false);
  done = run(d.id);
  EXPECT_EQ(told(1).at("entered"), nlohmann::json({pseudonym("cara")}));
  EXPECT_EQ(told(1).at("left"), nlohmann::json({pseudonym("anna")}));
  EXPECT_NE(peer.requests()[1].headers.at("webhook-id"), first.headers.at("webhook-id"));
  run(d.id);
  EXPECT_EQ(peer.requests().size(), 2u) << "nothing changed";
}

TEST_F(DeliveryTest, CustomersWithoutConsentRestrictedOrErasedAreLeftOut) {
  open();
  append("anna", {{"stadt", "Kiel"}});
  for (const char* name : {"ben", "cara", "dora"}) append(name);
  for (const char* name : {"anna", "cara", "dora"}) consent(name, true);
  const auto store = parts->stores.open(workspace).value();
  ASSERT_TRUE(store->restrict({identity("dora")}, true));
  auto request = to_folder(DeliveryContent::customers, DeliveryFormat::csv);
  request.what.purpose = DeliveryPurpose::contact;
  request.what.originals = true;
  const auto d = made(request);
  auto done = run(d.id);
  EXPECT_EQ(done.error_code.value_or(""), "");
  EXPECT_EQ(done.rows, 2u);
  EXPECT_EQ(done.left_out, 1u);
  const std::string first = text("lager-sued-000001.csv");
  EXPECT_NE(first.find("anna,"), std::string::npos) << first;
  EXPECT_NE(first.find("cara,"), std::string::npos);
  EXPECT_EQ(first.find("ben"), std::string::npos);
  EXPECT_EQ(first.find("dora"), std::string::npos);
  // Only who changed since.
  append("cara");
  done = run(d.id);
  EXPECT_EQ(done.rows, 1u);
  EXPECT_EQ(text("lager-sued-000002.csv").find("anna"), std::string::npos);
}

TEST_F(DeliveryTest, ResultsAreDeliveredWholeUnderTheirFilter) {
  open();
  for (const char* name : {"anna", "anna", "ben"}) append(name);
  auto request = to_folder(DeliveryContent::touchpoints, DeliveryFormat::csv);
  request.what.mode = DeliveryMode::whole;
  request.what.filter.events_min = 2;
  const auto d = made(request);
  EXPECT_EQ(run(d.id).rows, 1u);
  const std::string table = text("lager-sued-000001.csv");
  EXPECT_NE(table.find(",Kauf,,2,1,1,1,1"), std::string::npos) << table;
}

TEST_F(DeliveryTest, WrongSettingsAreRefusedWithTheFieldThatIsWrong) {
  open();
  append("anna");
  const auto refused = [&](DeliveryRequest request) {
    const auto done = parts->deliveries.create(viewer(), request);
    return done ? "" : done.error().code + " " + done.error().field;
  };
  auto request = to_folder(DeliveryContent::events);
  request.where.folder = "/etc";
  EXPECT_EQ(refused(request), "folder_not_allowed /where/folder");
  request = to_folder(DeliveryContent::variants);
  EXPECT_EQ(refused(request), "not_for_this_kind /what/mode");
  request = to_folder(DeliveryContent::audience);
  request.what.purpose = DeliveryPurpose::contact;
  EXPECT_EQ(refused(request), "required /what/segment");
  request = to_folder(DeliveryContent::events);
  request.where = {.place = DeliveryPlace::http, .url = "https://example.org/in"};
  EXPECT_EQ(refused(request), "invalid_url /where/url") << "PUT without a name";
  // An address inside is refused when it is connected to.
  request.where = {.place = DeliveryPlace::http, .url = "http://127.0.0.2:9/"};
  EXPECT_EQ(run(made(request).id).error_code, "address_refused");
  // A file of somebody else is not overwritten.
  request = to_folder(DeliveryContent::events, DeliveryFormat::csv);
  request.name = "Zweite";
  std::ofstream(out / "zweite-000001.csv") << "meins";
  EXPECT_EQ(run(made(request).id).error_code, "delivery_file_exists");
  const auto second = parts->deliveries.list(viewer())->back();
  EXPECT_EQ(run(second.id).error_code, "delivery_file_exists") << "nor by a further attempt";
  EXPECT_EQ(text("zweite-000001.csv"), "meins");
  fs::remove(out / "zweite-000001.csv");
  EXPECT_EQ(run(second.id).rows, 1u);
  EXPECT_EQ(refused(request), "delivery_exists /name");
}

TEST_F(DeliveryTest, AnExportUnderAFilterHoldsWhatTheAnalysesCount) {
  open();
  for (const char* name : {"anna", "anna", "ben"}) append(name);
  const auto store = parts->stores.open(workspace).value();
  ASSERT_TRUE(parts->analysis.wait_until(workspace, store->as_of(), 20s));
  connect::ExportRequest request{.format = connect::ExportFormat::csv};
  request.filter.events_min = 2;
  auto made = parts->exports.start(viewer(), request);
  ASSERT_TRUE(made) << made.error().code;
  for (int i = 0; i < 500 && made->state != connect::ImportState::done; ++i) {
    std::this_thread::sleep_for(10ms);
    made = parts->exports.get(viewer(), made->id);
  }
  EXPECT_TRUE(made->filtered);
  EXPECT_EQ(made->events, 2u);
  request.filter.events_min = -1;
  EXPECT_FALSE(parts->exports.start(viewer(), request));
}

}  // namespace
}  // namespace lotse::test
