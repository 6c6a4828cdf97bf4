#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "access/operator.h"
#include "connect/connectors.h"

namespace lotse::connect {

/// A column each for who, what and when, and an attribute.
inline const SourceMapping three{.columns = {{"who", ColumnRole::customer}, {"what", ColumnRole::event_type}, {"when", ColumnRole::time}, {"note", ColumnRole::event_attribute}}};

/// Every service that a connector needs, on a folder of its own, with a clock that the test moves.
struct ConnectorTest : testing::Test {
  std::filesystem::path data;
  ManualClock clock{Micros{1'750'000'000'000'000}};
  std::unique_ptr<db::Database> database;
  std::unique_ptr<events::Stores> stores;
  std::unique_ptr<privacy::Vault> vault;
  std::unique_ptr<access::Audit> audit;
  std::unique_ptr<access::Workspaces> workspaces;
  std::unique_ptr<jobs::Jobs> jobs;
  std::unique_ptr<Uploads> uploads;
  std::unique_ptr<Sources> sources;
  std::unique_ptr<Imports> imports;
  std::unique_ptr<Connectors> connectors;
  std::optional<Viewer> viewer;
  std::vector<std::string> hosts{"127.0.0.1"};

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_connectors_XXXXXX").string();
    data = mkdtemp(name.data());
    start();
  }
  void start() {
    database = *db::Database::open_sqlite(data / "lotse.db");
    stores = std::make_unique<events::Stores>(data, events::StoreOptions{}, clock);
    vault = *privacy::Vault::open(data);
    audit = std::make_unique<access::Audit>(*database, clock);
    workspaces = std::make_unique<access::Workspaces>(*database, clock, *audit);
    access::Operator people(*database, clock);
    if (!viewer) {
      ASSERT_TRUE(people.first_administrator());
      const auto caller = *people.any_operator();
      viewer = *workspaces->viewer(caller, workspaces->create(caller, {.name = "Test"})->id);
    }
    jobs = std::make_unique<jobs::Jobs>(*database, clock, [this](const WorkspaceId& w, const std::string& p) { return workspaces->viewer_of(w, p); });
    uploads = std::make_unique<Uploads>(*database, *stores, clock);
    sources = std::make_unique<Sources>(*database, *stores, clock, *audit);
    imports = std::make_unique<Imports>(Imports::Parts{*database, *stores, *vault, *jobs, *workspaces, *audit, *uploads, *sources, clock});
    connectors = std::make_unique<Connectors>(Connectors::Parts{*database, *stores, *jobs, *workspaces, *audit, *uploads, *sources, *imports, clock,
                                                                *privacy::SecretBox::open(data), {.allowed_hosts = hosts, .folders = {data}}});
    ASSERT_TRUE(imports->recover());
    ASSERT_TRUE(connectors->recover());
    ASSERT_TRUE(jobs->begin());
    connectors->begin();
  }
  void stop() {
    connectors->end();
    jobs.reset();
    connectors.reset();
    imports.reset();
    stores.reset();
    vault.reset();
    database.reset();
  }
  void TearDown() override {
    stop();
    std::filesystem::remove_all(data);
  }
  ConnectorRequest request(HttpSettings http) {
    ConnectorRequest out{.name = "Shop", .source_name = "Shop", .kind = ConnectorKind::http, .settings = {.http = std::move(http)}};
    out.schedule.every_minutes = 60;
    out.mapping = three;
    return out;
  }
  Connector wait(const std::string& id, size_t runs = 1) {
    for (int i = 0; i < 3000; ++i) {
      const auto list = connectors->runs(*viewer, id, {});
      EXPECT_TRUE(list);
      if (list->items.size() >= runs && list->items[0].state != RunState::running)
        if (auto got = *connectors->get(*viewer, id); !got.running) return got;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the run does not end";
    return {};
  }
  Connector again(const std::string& id, size_t runs) {
    clock.advance(std::chrono::seconds(1));
    EXPECT_TRUE(connectors->run_now(*viewer, id));
    return wait(id, runs);
  }
  uint64_t events() { return (*stores->open(viewer->workspace()))->event_count(); }
};

}  // namespace lotse::connect
