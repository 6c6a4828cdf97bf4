#include <fmt/format.h>

#include "connect/detail/pull.h"
#include "connect/schedule.h"
#include "connect/testing/connector_world.h"
#include "net/testing/http_peer.h"

namespace lotse::connect {
namespace {
using net::testing::HttpPeer, net::testing::PeerAnswer, net::testing::PeerRequest;

std::string record(int n) {
  return fmt::format(R"({{"who":"K{}","what":"Bestellung","when":"2025-01-01T00:{:02}:{:02}Z","id":{},"note":"n{}"}})", n % 7, n / 60 % 60, n % 60, n, n);
}
std::string records(int from, int to) {
  std::string out;
  for (int n = from; n < to; ++n) out += (out.empty() ? "" : ",") + record(n);
  return "[" + out + "]";
}

TEST(Schedule, PlansAndTriesAgain) {
  const auto zone = *formats::Zone::find("Europe/Berlin");
  const Micros now{1'750'000'000'000'000};  // 2025-06-15T15:06:40Z, 17:06:40 in Berlin
  EXPECT_EQ(iso_utc(next_planned({.daily_at = "17:10"}, zone, now, now)), "2025-06-15T15:10:00Z");
  EXPECT_EQ(iso_utc(next_planned({.daily_at = "17:00"}, zone, now, now)), "2025-06-16T15:00:00Z");
  EXPECT_EQ(next_planned({.every_minutes = 5}, zone, now, now + std::chrono::minutes(1)), now + std::chrono::minutes(5));
  EXPECT_EQ(next_planned({.every_minutes = 5}, zone, now, now + std::chrono::minutes(9)), now + std::chrono::minutes(9));
  const auto wait = [&](uint64_t failures, const Error& error) { return (next_try({.every_minutes = 5}, zone, failures, error, now) - now).count() / 1'000'000; };
  const auto away = Error::make(ErrorKind::unavailable, "connect_failed");
  EXPECT_EQ(wait(1, away), 30);
  EXPECT_EQ(wait(3, away), 120);
  EXPECT_EQ(wait(60, away), 3600);
  EXPECT_EQ(wait(1, Error::make(ErrorKind::unavailable, "source_unavailable", "HTTP 429, Retry-After: 500")), 500);
  EXPECT_EQ(wait(1, Error::invalid("source_unauthorized", "")), 900);
  EXPECT_FALSE(check_schedule({}, ""));
  EXPECT_FALSE(check_schedule({.every_minutes = 5, .daily_at = "10:00"}, ""));
  EXPECT_FALSE(check_schedule({.daily_at = "24:00"}, ""));
}

TEST(Since, ComparesNumbersTimesAndTexts) {
  EXPECT_LT(detail::compare_values("9", "10"), 0);
  EXPECT_LT(detail::compare_values("9007199254740992", "9007199254740993"), 0);
  EXPECT_GT(detail::compare_values("2025-01-01T10:00:00+01:00", "2025-01-01T08:30:00Z"), 0);
  EXPECT_LT(detail::compare_values("a", "b"), 0);
  EXPECT_EQ(detail::earlier("2025-01-01T10:00:00Z", 90), "2025-01-01T08:30:00Z");
  EXPECT_EQ(detail::earlier("2025-01-01 10:00:00", 60), "2025-01-01 09:00:00");
  EXPECT_EQ(detail::earlier("4711", 60), "4711");
}

TEST_F(ConnectorTest, PagesComeInOnceAndTheNextRunAsksForNewerOnes) {
  int there = 25;
  HttpPeer peer([&](const PeerRequest& r) {
    const int from = r.query.contains("since") ? std::stoi(r.query.at("since")) : 0, page = std::stoi(r.query.at("page"));
    const int first = std::min(from + (page - 1) * 10, there);
    return PeerAnswer{.body = R"({"data":)" + records(first, std::min(first + 10, there)) + "}"};
  });
  HttpSettings http{.url = peer.url("/orders?x=1"), .records = "/data", .paging = HttpPaging::page, .page_parameter = "page", .since_parameter = "since", .since_field = "id"};
  const auto made = connectors->create(*viewer, request(http));
  ASSERT_TRUE(made) << made.error().code << made.error().detail;
  auto now = wait(made->id);
  ASSERT_EQ(now.last_run->state, RunState::done) << now.last_run->error_code.value_or("") << now.last_run->error_detail.value_or("");
  EXPECT_EQ(now.last_run->events_new, 25u);
  EXPECT_EQ(now.place, "24");
  EXPECT_EQ(now.lag, 0);
  EXPECT_EQ(now.next_run_at, iso_utc(clock.now() + std::chrono::hours(1)));
  EXPECT_EQ(events(), 25u);
  there = 31;
  now = again(made->id, 2);
  EXPECT_EQ(now.last_run->rows, 7u);  // from 24 on
  EXPECT_EQ(now.last_run->events_new, 6u);
  EXPECT_EQ(now.last_run->events_known, 1u);
  EXPECT_EQ(events(), 31u);
  // From the beginning again: nothing twice.
  ASSERT_TRUE(connectors->restart(*viewer, made->id));
  now = wait(made->id, 3);
  EXPECT_EQ(now.last_run->rows, 31u);
  EXPECT_EQ(now.last_run->events_new, 0u);
  EXPECT_EQ(events(), 31u);
  // What it brought can be undone like a file.
  const auto first = connectors->runs(*viewer, made->id, {})->items.back();
  ASSERT_EQ(first.imports.size(), 1u);
  ASSERT_TRUE(imports->undo(*viewer, first.imports[0]));
  EXPECT_EQ(events(), 6u);
}

TEST_F(ConnectorTest, AConnectionThatBreaksLosesNothingAndIsTriedAgain) {
  bool broken = true;
  HttpPeer peer([&](const PeerRequest& r) {
    const int at = r.query.contains("cursor") ? std::stoi(r.query.at("cursor")) : 0;
    PeerAnswer out{.body = fmt::format(R"({{"items":{},"next":{}}})", records(at, at + 10), at < 40 ? fmt::format("\"{}\"", at + 10) : "null")};
    if (broken && at == 20) out.cut_after = 50;
    return out;
  });
  HttpSettings http{.url = peer.url(), .records = "/items", .paging = HttpPaging::cursor, .page_parameter = "cursor", .cursor_pointer = "/next"};
  const auto made = *connectors->create(*viewer, request(http));
  auto now = wait(made.id);
  EXPECT_EQ(now.last_run->state, RunState::failed);
  EXPECT_EQ(now.last_run->error_code, "connection_broken");
  EXPECT_EQ(now.last_run->events_new, 20u);  // what came before stands
  EXPECT_EQ(now.failures, 1u);
  EXPECT_EQ(now.next_run_at, iso_utc(clock.now() + std::chrono::seconds(30)));
  EXPECT_FALSE(now.lag);
  broken = false;
  const size_t asked = peer.requests().size();
  clock.advance(std::chrono::seconds(31));
  now = wait(made.id, 2);
  EXPECT_EQ(now.last_run->state, RunState::done) << now.last_run->error_code.value_or("");
  EXPECT_EQ(peer.requests()[asked].query.at("cursor"), "20");  // goes on where it was
  EXPECT_EQ(now.failures, 0u);
  EXPECT_EQ(events(), 50u);
}

TEST_F(ConnectorTest, BadSourcesSayWhatToDo) {
  int mode = 0;
  HttpPeer peer([&](const PeerRequest& r) {
    if (r.path == "/token") return PeerAnswer{.status = r.headers.at("authorization") == "Basic Yzpz" ? 200 : 401, .body = R"({"access_token":"t1"})"};
    if (mode == 1) return PeerAnswer{.status = r.headers.contains("authorization") && r.headers.at("authorization") == "Bearer t1" ? 200 : 401, .body = records(0, 3)};
    if (mode == 2) return PeerAnswer{.body = R"([{"customer":"K1","what":"x","when":"2025-01-01"}])"};
    if (mode == 3) return PeerAnswer{.status = 429, .headers = {{"Retry-After", "120"}}};
    if (mode == 4) return PeerAnswer{.status = 302, .headers = {{"Location", "http://localhost:" + std::to_string(peer.port()) + "/x"}}};
    if (mode == 5) return PeerAnswer{.body = records(0, 3), .headers = {{"Link", "<http://localhost/x>; rel=next"}}};
    return PeerAnswer{.body = "<html>"};
  });
  const auto try_it = [&](HttpSettings http, std::optional<std::string> secret = {}) -> std::string {
    const auto got = connectors->preview(*viewer, {.kind = ConnectorKind::http, .settings = {.http = std::move(http)}, .secret = std::move(secret)});
    return got ? fmt::format("{} rows", got->rows) : got.error().code;
  };
  EXPECT_EQ(try_it({.url = peer.url()}), "invalid_json");
  EXPECT_EQ(try_it({.url = "http://localhost:" + std::to_string(peer.port())}), "address_refused");
  EXPECT_EQ(try_it({.url = "nothing"}), "invalid_url");
  mode = 1;
  HttpSettings oauth{.url = peer.url("/a"), .sign_in = HttpSignIn::oauth2, .user = "c", .token_url = peer.url("/token")};
  EXPECT_EQ(try_it(oauth), "secret_needed");
  EXPECT_EQ(try_it(oauth, "wrong"), "source_unauthorized");
  EXPECT_EQ(try_it(oauth, "s"), "3 rows");
  EXPECT_EQ(try_it({.url = peer.url("/a"), .sign_in = HttpSignIn::bearer}, "t2"), "source_unauthorized");
  mode = 3;
  EXPECT_EQ(try_it({.url = peer.url("/a")}), "source_unavailable");
  mode = 4;
  EXPECT_EQ(try_it({.url = peer.url("/a")}), "address_refused");
  mode = 5;
  EXPECT_EQ(try_it({.url = peer.url("/a"), .paging = HttpPaging::link}), "page_elsewhere");
  EXPECT_EQ(events(), 0u);

  // A renamed column: the run fails, the place stays, and nothing is rejected silently.
  mode = 2;
  const auto made = *connectors->create(*viewer, request({.url = peer.url("/a")}));
  const auto now = wait(made.id);
  EXPECT_EQ(now.last_run->error_code, "source_column_gone");
  EXPECT_NE(now.last_run->error_detail->find("\"who\""), std::string::npos);
  // Another mapping, and it works.
  auto mapping = three;
  mapping.columns[0].column = "customer";
  ASSERT_TRUE(connectors->change(*viewer, made.id, {.mapping = mapping}, made.etag));
  const auto later = wait(made.id, 2);
  EXPECT_EQ(later.last_run->events_new, 1u) << later.last_run->error_code.value_or("");
  EXPECT_EQ(later.last_run->missing_columns, std::vector<std::string>{"note"});
  EXPECT_EQ(connectors->change(*viewer, made.id, {.name = "x"}, made.etag).error().code, "stale");
}

TEST_F(ConnectorTest, SecretsAreSealedAndStayWithTheirHost) {
  HttpPeer peer([](const PeerRequest&) { return PeerAnswer{.body = records(0, 2)}; });
  HttpSettings http{.url = peer.url(), .sign_in = HttpSignIn::header, .header_name = "X-Key"};
  auto order = request(http);
  order.secret = "sehr-geheim-4711";
  const auto made = *connectors->create(*viewer, order);
  wait(made.id);
  EXPECT_TRUE(made.has_secret);
  EXPECT_EQ(to_json(*connectors->get(*viewer, made.id)).dump().find("4711"), std::string::npos);
  EXPECT_EQ(peer.requests().back().headers.at("x-key"), "sehr-geheim-4711");
  for (const char* file : {"lotse.db", "lotse.db-wal"}) {
    std::ifstream in(data / file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(bytes.find("sehr-geheim"), std::string::npos) << file;
  }
  HttpPeer thief([](const PeerRequest&) { return PeerAnswer{.body = "[]"}; });
  http.url = thief.url();
  EXPECT_EQ(connectors->change(*viewer, made.id, {.settings = ConnectorSettings{.http = http}}, {}).error().code, "secret_needed");
  EXPECT_EQ(connectors->preview(*viewer, {.kind = ConnectorKind::http, .settings = {.http = http}, .connector = made.id}).error().code, "secret_needed");
  EXPECT_TRUE(thief.requests().empty());
  http.url = peer.url("/other");
  EXPECT_TRUE(connectors->preview(*viewer, {.kind = ConnectorKind::http, .settings = {.http = http}, .connector = made.id}));
}

TEST_F(ConnectorTest, PauseResumeRestartOfTheServer) {
  HttpPeer peer([](const PeerRequest&) { return PeerAnswer{.body = records(0, 5)}; });
  const auto made = *connectors->create(*viewer, request({.url = peer.url()}));
  wait(made.id);
  ASSERT_TRUE(connectors->pause(*viewer, made.id));
  EXPECT_EQ(connectors->run_now(*viewer, made.id).error().code, "connector_paused");
  stop();
  clock.advance(std::chrono::hours(5));
  start();
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_EQ(connectors->runs(*viewer, made.id, {})->items.size(), 1u);
  ASSERT_TRUE(connectors->resume(*viewer, made.id));
  EXPECT_EQ(wait(made.id, 2).last_run->events_known, 5u);
  EXPECT_EQ(events(), 5u);
  ASSERT_TRUE(connectors->remove(*viewer, made.id));
  EXPECT_TRUE(connectors->list(*viewer)->empty());
  EXPECT_EQ(events(), 5u);
}

TEST_F(ConnectorTest, AFolderIsWatched) {
  const auto folder = data / "in";
  std::filesystem::create_directories(folder);
  const auto put = [&](const std::string& name, const std::string& text, bool old = true) {
    std::ofstream(folder / name) << text;
    if (old) std::filesystem::last_write_time(folder / name, std::filesystem::file_time_type::clock::now() - std::chrono::minutes(5));
  };
  put("a.csv", "who;what;when;note\nK1;Kauf;2025-01-01;x\nK2;Kauf;2025-01-02;y\n");
  put("growing.csv", "who;what;when;note\nK3;Kauf;2025-01-01;x\n", false);
  put("b.csv.part", "who;wh");
  ConnectorRequest order{.name = "Ablage", .source_name = "Ablage", .kind = ConnectorKind::folder, .settings = {.folder = FolderSettings{.path = folder.string(), .pattern = "*.csv"}}};
  order.schedule.every_minutes = 5;
  order.mapping = three;
  const auto preview = connectors->preview(*viewer, {.kind = ConnectorKind::folder, .settings = order.settings});
  ASSERT_TRUE(preview) << preview.error().code;
  EXPECT_EQ(preview->file, "a.csv");
  const auto made = *connectors->create(*viewer, order);
  auto now = wait(made.id);
  EXPECT_EQ(now.last_run->state, RunState::done) << now.last_run->error_code.value_or("") << now.last_run->error_detail.value_or("");
  EXPECT_EQ(now.last_run->events_new, 2u);
  // Taken once; one that is bad does not keep the others.
  put("bad.csv", "customer;what\nK1;Kauf\n");
  put("c.csv", "who;what;when;note\nK4;Kauf;2025-01-01;x\n");
  now = again(made.id, 2);
  EXPECT_EQ(now.last_run->state, RunState::failed);
  EXPECT_NE(now.last_run->error_detail->find("bad.csv"), std::string::npos);
  EXPECT_EQ(now.last_run->rows, 1u);
  EXPECT_EQ(events(), 3u);
  order.settings.folder->path = "/etc";
  EXPECT_EQ(connectors->create(*viewer, order).error().code, "folder_not_allowed");
  std::filesystem::create_directory_symlink("/etc", folder / "out");
  order.settings.folder->path = (folder / "out").string();
  EXPECT_EQ(connectors->create(*viewer, order).error().code, "folder_not_allowed");
}

}  // namespace
}  // namespace lotse::connect
