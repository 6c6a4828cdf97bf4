#include "hub/quality.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include "access/viewer_maker.h"
#include "hub/hub.h"
#include "hub/reconciliation.h"

namespace lotse::hub {
namespace {

constexpr int64_t day_us = 86'400'000'000;

struct World : testing::Test {
  std::filesystem::path data;
  ManualClock clock{Micros{int64_t{20'000} * day_us + day_us / 2}};  // noon of 2024-10-04, a Friday
  WorkspaceId workspace{"ws_test"};
  std::unique_ptr<db::Database> database;
  std::unique_ptr<privacy::Vault> vault;
  std::unique_ptr<access::Audit> audit;
  std::unique_ptr<TrackingPlans> plans;
  std::unique_ptr<IntakeBook> book;
  std::unique_ptr<events::Stores> stores;
  std::unique_ptr<Hub> hub;
  std::unique_ptr<Reconciler> reconciler;
  std::vector<std::pair<std::string, std::string>> sources{{"src_web", "Web"}, {"src_crm", "CRM"}};

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_hub_XXXXXX").string();
    data = mkdtemp(name.data());
    database = std::move(*db::Database::open_sqlite(data / "lotse.db"));
    vault = std::move(*privacy::Vault::open(data));
    audit = std::make_unique<access::Audit>(*database, clock);
    static constexpr db::Statement made{"test.workspace",
                                        "INSERT INTO workspaces (id, slug, name, time_zone, language, is_demo, created_at) VALUES (:id, 'test', 'Test', 'UTC', 'de', 0, 0)"};
    ASSERT_TRUE(database->write_system([&](db::Session& s) { return s.execute(made, {{":id", workspace.value}}); }));
    begin();
  }
  void begin() {
    book = std::make_unique<IntakeBook>(*database, clock, [](const WorkspaceId&) { return std::string("UTC"); });
    plans = std::make_unique<TrackingPlans>(*database, *book, *audit);
    stores = std::make_unique<events::Stores>(data, events::StoreOptions{}, clock);
    hub = std::make_unique<Hub>(*stores, *vault, nullptr, nullptr, book.get(), plans.get());
    reconciler = std::make_unique<Reconciler>(*database, *stores, *book, *audit, [this](const Viewer&) { return Result<std::vector<std::pair<std::string, std::string>>>(sources); });
  }
  void end() {
    hub.reset();
    reconciler.reset();
    stores.reset();
    book.reset();
    plans.reset();
  }
  void TearDown() override {
    end();
    std::filesystem::remove_all(data);
  }
  Viewer viewer(Role role = Role::administrator) const { return access::ViewerMaker::make(workspace, "us_test", role); }
  Micros at(int64_t days_ago, int64_t hour = 10) const { return Micros{(20'000 - days_ago) * day_us + hour * 3'600'000'000}; }

  Accepted send(const std::string& source, std::vector<IncomingEvent> events) {
    std::promise<Result<Accepted>> done;
    hub->accept(workspace, source, source == "src_web" ? "Web" : "CRM", std::move(events), [&](Result<Accepted> answer) { done.set_value(std::move(answer)); });
    auto answer = done.get_future().get();
    EXPECT_TRUE(answer) << answer.error().code;
    return answer ? *answer : Accepted{};
  }
  static IncomingEvent event(const std::string& customer, Micros time, const std::string& message = "") {
    return {.customer = customer, .type = "visit", .time = time, .message = message};
  }
  ReconciledDay reconciled(int64_t days_ago, CountedBy by = CountedBy::event_day) {
    const std::string day = LocalDays::text(static_cast<Day>(20'000 - days_ago));
    const auto answer = reconciler->days(viewer(), {.source = "src_web", .from = day, .to = day, .by = by});
    EXPECT_TRUE(answer);
    EXPECT_LE(answer->days.size(), 1u);
    return answer->days.empty() ? ReconciledDay{} : answer->days.front();
  }
};
using Data = World;

int64_t part(const ReconciledDay& day, DifferenceKind kind) {
  int64_t sum = 0;
  for (const auto& d : day.differences)
    if (d.kind == kind) sum += d.events;
  return sum;
}

TEST_F(Data, TheDifferencesAddUpAndSurviveARestart) {
  send("src_web", {event("a", at(0), "m1"), event("b", at(0), "m2"), event("", at(0), "m3"), event("c", at(1), "m4")});
  send("src_web", {event("a", at(0), "m1"), event("d", at(0, 11), "m5")});
  hub->note_rejected(workspace, "src_web", {"bad_time", "no_consent"});
  ASSERT_TRUE(reconciler->report(viewer(), {.counts = {{"src_web", "2024-10-04", 10}, {"Web", "2024-10-03", 1}}}));

  const auto check = [&] {
    const auto today = reconciled(0);
    EXPECT_EQ(today.received, 7);  // m1 m2 m3 m1 m5, and the two that came no further
    EXPECT_EQ(today.counted, 3);
    EXPECT_EQ(today.difference, 7);
    EXPECT_EQ(part(today, DifferenceKind::not_received), 3);
    EXPECT_EQ(part(today, DifferenceKind::duplicate), 1);
    EXPECT_EQ(part(today, DifferenceKind::rejected), 2);
    EXPECT_EQ(part(today, DifferenceKind::without_consent), 1);
    const auto yesterday = reconciled(1);
    EXPECT_EQ(yesterday.difference, 0);
    EXPECT_EQ(yesterday.late, 1);
    const auto delivered = reconciled(0, CountedBy::arrival_day);
    EXPECT_EQ(delivered.received, 8);
    EXPECT_EQ(part(delivered, DifferenceKind::for_other_days), 1);
    EXPECT_EQ(part(reconciled(1, CountedBy::arrival_day), DifferenceKind::from_other_days), -1);
  };
  check();
  end();
  begin();
  check();
}

TEST_F(Data, NumbersComeAsATableAndAreAllTakenOrNone) {
  const auto taken = reconciler->report(viewer(), {.csv = "Quelle;Tag;Anzahl\r\nWeb;04.10.2024;1.234\r\nCRM;2024-10-03;7\r\n"});
  ASSERT_TRUE(taken) << taken.error().code << taken.error().detail;
  EXPECT_EQ(taken->taken, 2u);
  EXPECT_EQ(reconciled(0).reported, 1234);
  EXPECT_EQ(part(reconciled(0), DifferenceKind::not_received), 1234);
  EXPECT_EQ(reconciler->report(viewer(), {.csv = "Quelle;Tag;Anzahl\nWeb;2024-10-04;5\nKino;2024-10-04;5\n"}).error().code, "unknown_source");
  EXPECT_EQ(reconciled(0).reported, 1234);
  EXPECT_EQ(reconciler->report(viewer(), {.csv = "a;b\n1;2\n"}).error().code, "csv_without_columns");
  EXPECT_EQ(reconciler->report(viewer(), {.counts = {{"src_web", "4.10.", 5}}}).error().field, "/counts/0/day");
  EXPECT_EQ(reconciler->report(viewer(Role::analyst), {.counts = {{"src_web", "2024-10-04", 5}}}).error().code, "forbidden");
  ASSERT_TRUE(reconciler->report(viewer(), {.counts = {{"src_web", "2024-10-04", std::nullopt}}}));
  EXPECT_FALSE(reconciled(0).reported);
}

TEST_F(Data, AnUndoneImportCountsAsNeverDelivered) {
  ASSERT_TRUE(book->note_import(workspace, "imp_1", {{.source = "src_web", .arrived = 20'000, .day = 20'000, .outcome = Outcome::known, .events = 5}}));
  EXPECT_EQ(reconciled(0).received, 5);
  EXPECT_EQ(reconciled(0).imports, std::vector<std::string>{"imp_1"});
  ASSERT_TRUE(book->forget_import(workspace, "imp_1"));
  EXPECT_EQ(reconciled(0).received, 0);
}

TEST_F(Data, ASilentSourceRaisesAnAlertAndTheOtherDoesNot) {
  std::vector<IncomingEvent> web, crm;
  for (int64_t ago = 70; ago >= 1; --ago)
    for (int i = 0; i < 20; ++i) {
      web.push_back(event("c" + std::to_string(i), at(ago, 8 + i % 8)));
      if (ago > 3) crm.push_back(event("c" + std::to_string(i), at(ago, 10 + i % 8)));
    }
  send("src_web", web);
  send("src_crm", crm);
  Quality quality(*stores, *book);
  const auto seen = quality.look(viewer(), 56);
  ASSERT_TRUE(seen) << seen.error().code;
  EXPECT_EQ(seen->until, "2024-10-03");
  EXPECT_EQ(seen->alerts, 1u);
  ASSERT_EQ(seen->sources.size(), 2u);
  const auto& silent = seen->sources[0];
  EXPECT_EQ(silent.name, "CRM");
  EXPECT_EQ(silent.level, Level::silent);
  EXPECT_EQ(silent.silent_since, "2024-10-01");
  EXPECT_NEAR(silent.missing.value_or(0), 60, 1e-9);
  ASSERT_EQ(silent.gaps.size(), 1u);
  EXPECT_EQ(silent.gaps[0].to, "2024-10-03");
  EXPECT_EQ(seen->sources[1].level, Level::usual);
  EXPECT_EQ(seen->sources[1].days.size(), 56u);
  EXPECT_EQ(seen->sources[1].intake.received, 1400u);
  // The course of the day is the same, two hours later.
  ASSERT_EQ(silent.suspicions.size(), 1u);
  EXPECT_EQ(silent.suspicions[0].kind, SuspicionKind::hours_shifted);
  EXPECT_EQ(silent.suspicions[0].hours, 2);
  EXPECT_EQ(quality.look(viewer(), 1).error().code, "invalid_day_count");
}

TEST_F(Data, DelayRejectionsAndAClockThatIsAhead) {
  send("src_web", {event("a", clock.now() - Micros{10'000'000}), event("b", clock.now() - Micros{20'000'000}), event("c", clock.now() + Micros{3'600'000'000}), event("", at(0))});
  Quality quality(*stores, *book);
  const auto seen = quality.look(viewer(), 56);
  ASSERT_TRUE(seen);
  const auto& web = seen->sources.at(0);
  ASSERT_TRUE(web.latency);
  EXPECT_NEAR(web.latency->p50_s, 10, 1e-6);
  EXPECT_EQ(web.intake.rejected, 1u);
  EXPECT_EQ(web.intake.no_customer, 1u);
  ASSERT_EQ(web.intake.rejects.size(), 1u);
  EXPECT_EQ(web.intake.rejects[0].examples.at(0).event_type, "visit");
  EXPECT_TRUE(std::ranges::any_of(web.suspicions, [](const auto& s) { return s.kind == SuspicionKind::clock_ahead && s.events == 1; }));
  EXPECT_TRUE(quality.look(viewer(Role::reader), 56)->sources[0].intake.rejects[0].examples.empty());
}

TEST_F(Data, EventsThatDifferFromThePlanAreTakenAndCounted) {
  ASSERT_TRUE(plans->put(viewer(), {.events = {{.event = "visit", .properties = {{.name = "page", .required = true}}}}}, "0"));
  EXPECT_EQ(plans->put(viewer(), {}, "0").error().code, "stale");
  auto good = event("a", at(0));
  good.attributes = {{"page", "/start"}};
  EXPECT_EQ(send("src_web", {good, event("b", at(0))}).accepted, 2u);
  const auto found = plans->violations(viewer(), 30);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->checked, 2u);
  ASSERT_EQ(found->violations.size(), 1u);
  EXPECT_EQ(found->violations[0].kind, FindingKind::missing_property);
  EXPECT_EQ(found->violations[0].property, "page");
  EXPECT_EQ(found->violations[0].checked, 2u);
  EXPECT_EQ(plans->put(viewer(), {.events = {{.event = "x"}, {.event = "x"}}}, {}).error().field, "/events/1/event");
}

}  // namespace
}  // namespace lotse::hub
