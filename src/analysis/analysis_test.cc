#include "analysis/analysis.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "analysis/test_world.h"

namespace lotse::analysis {
namespace {

using namespace std::chrono_literals;
constexpr int64_t minute_us = 60'000'000;

Micros at(int64_t minutes) { return Micros{1'736'150'400'000'000 + minutes * minute_us}; }  // 2025-01-06T08:00Z

GraphRequest graph_request(std::vector<Measure> measures = {Measure::instances, Measure::customers, Measure::mean, Measure::median}) {
  GraphRequest request{.measures = std::move(measures)};
  request.filter.slice.kind = SliceKind::customer;
  return request;
}

std::string text(const Result<Graph>& graph) {
  if (!graph) return "error " + graph.error().code;
  auto json = to_json(*graph);
  json["basis"].erase("as_of");
  return json.dump();
}
std::vector<TestEvent> random_events(std::mt19937& chance, size_t count) {
  static const std::vector<std::string> types{"visit", "compare", "call", "order", "pay"}, channels{"web", "phone", ""};
  std::vector<TestEvent> out;
  for (size_t i = 0; i < count; ++i)
    out.push_back({.customer = "c" + std::to_string(chance() % 40),
                   .time = at(static_cast<int64_t>(chance() % 50'000)),
                   .type = types[chance() % types.size()],
                   .source = chance() % 2 ? "CRM" : "Shop",
                   .key = chance() % 3 ? "k" + std::to_string(chance() % 60) : "",
                   .channel = channels[chance() % 3]});
  return out;
}

TEST(Analysis, ShowsAppendedEventsWithinASecond) {
  TestWorld world;
  ASSERT_TRUE(world.analysis->graph(world.viewer(), graph_request()));
  const uint64_t as_of = world.append({{.customer = "anna", .time = at(0), .type = "visit"}});
  ASSERT_TRUE(world.analysis->wait_until(world.workspace, as_of, 1000ms));
  const auto graph = world.analysis->graph(world.viewer(), graph_request());
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->basis.as_of, static_cast<int64_t>(as_of));
  ASSERT_EQ(graph->nodes.size(), 1u);
  EXPECT_EQ(graph->nodes[0].name, "visit");
}

TEST(Analysis, AnswersNewerAsOfOnceItIsVisible) {
  TestWorld world;
  ASSERT_TRUE(world.analysis->graph(world.viewer(), graph_request()));
  auto request = graph_request();
  request.as_of = static_cast<int64_t>(world.append({{.customer = "anna", .time = at(0), .type = "visit"}}));
  const auto graph = world.analysis->graph(world.viewer(), request);  // asked before the writer has seen it
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->basis.events, 1u);
}

TEST(Analysis, UndoTakesEventsAwayAndOlderAnswersStay) {
  TestWorld world;
  world.append_and_see({{.customer = "anna", .time = at(0), .type = "visit"}});
  ASSERT_TRUE(world.see(world.import("imp_1", {{"anna", at(5), "order", "", "Köln", "S"}, {"ben", at(5), "order", "", "Bonn", ""}})));
  const auto before = world.analysis->graph(world.viewer(), graph_request());
  ASSERT_TRUE(before);
  EXPECT_EQ(before->basis.events, 3u);

  ASSERT_EQ(*world.store()->undo("imp_1"), 2u);
  ASSERT_TRUE(world.see(world.store()->as_of()));
  const auto after = world.analysis->graph(world.viewer(), graph_request());
  ASSERT_TRUE(after);
  EXPECT_EQ(after->basis.events, 1u);

  auto again = graph_request();
  again.as_of = before->basis.as_of;
  EXPECT_EQ(text(world.analysis->graph(world.viewer(), again)), text(before));
  again.as_of = 1;  // before the import: no moment of that time is kept, and what was undone cannot be told from it
  const auto older = world.analysis->graph(world.viewer(), again);
  ASSERT_TRUE(older);
  EXPECT_EQ(older->basis.events, 1u);
}

TEST(Analysis, CountsAnewAfterAnUndo) {
  TestWorld world;
  world.append_and_see({{.customer = "anna", .time = at(100), .type = "order"}});
  ASSERT_TRUE(world.see(world.import("imp_1", {{"anna", at(5), "order", "", "Köln", ""}})));
  ASSERT_TRUE(world.store()->undo("imp_1"));
  ASSERT_TRUE(world.see(world.store()->as_of()));
  std::optional<std::string> first;
  for (int i = 0; i < 200 && first != iso_utc(at(100)); ++i) {
    const auto list = world.analysis->touchpoints(world.viewer());
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 1u);
    EXPECT_EQ(list->front().events, 1u);
    first = list->front().first;
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(first, iso_utc(at(100)));
  const auto dimensions = world.analysis->dimensions(world.viewer());
  ASSERT_TRUE(dimensions);
  for (const auto& d : dimensions->dimensions) EXPECT_TRUE(d.name != "city" || d.distinct == 0);
}

struct Restart : testing::Test {
  TestWorld world;
  std::filesystem::path file() const { return world.folder.path / "workspaces" / world.workspace.value / "columns.snapshot"; }
  void SetUp() override {
    std::mt19937 chance(7);
    world.append_and_see(random_events(chance, 3000));
    restart();  // nothing is on disk yet: built from the store, then written
    for (int i = 0; i < 500 && !std::filesystem::exists(file()); ++i) {
      ASSERT_TRUE(world.analysis->graph(world.viewer(), graph_request()));
      std::this_thread::sleep_for(10ms);
    }
    ASSERT_TRUE(std::filesystem::exists(file()));
  }
  void restart() {
    world.stop();
    world.start();
  }
  std::string all() {
    auto by_key = graph_request();
    by_key.filter.slice.kind = SliceKind::key;
    VariantsRequest variants{.limit = 100};
    std::string out = text(world.analysis->graph(world.viewer(), graph_request())) + text(world.analysis->graph(world.viewer(), by_key));
    out += to_json(*world.analysis->variants(world.viewer(), variants)).dump();
    out += to_json(*world.analysis->dimensions(world.viewer())).dump();
    const auto touchpoints = world.analysis->touchpoints(world.viewer());
    for (const auto& t : *touchpoints) out += to_json(t).dump();
    return out;
  }
};

TEST_F(Restart, FromTheFileEqualsFromTheStore) {
  const std::string built = all();
  restart();
  EXPECT_EQ(all(), built);
  std::filesystem::remove(file());
  restart();
  EXPECT_EQ(all(), built);
}

TEST_F(Restart, TakesInWhatCameWhileItWasAway) {
  world.stop();
  std::mt19937 chance(8);
  world.append(random_events(chance, 500));
  world.start();
  const std::string from_file = all();
  std::filesystem::remove(file());
  restart();
  EXPECT_EQ(all(), from_file);
  EXPECT_EQ(world.analysis->coverage(world.viewer())->events, 3500u);
}

TEST_F(Restart, NoticesAnUndoWhileItWasAway) {
  ASSERT_TRUE(world.see(world.import("imp_1", {{"anna", at(5), "order", "", "Köln", "S"}})));
  restart();
  ASSERT_TRUE(world.analysis->graph(world.viewer(), graph_request()));
  world.stop();
  ASSERT_TRUE(world.store()->undo("imp_1"));
  world.start();
  EXPECT_EQ(world.analysis->graph(world.viewer(), graph_request())->basis.events, 3000u);
}

TEST_F(Restart, BrokenFilesAreBuiltAnew) {
  const std::string right = all();
  const auto size = std::filesystem::file_size(file());
  std::mt19937 chance(9);
  for (int i = 0; i < 12; ++i) {
    world.stop();
    if (std::filesystem::exists(file())) {
      if (i % 4 == 0) {
        std::filesystem::resize_file(file(), chance() % size);
      } else {
        std::fstream f(file(), std::ios::in | std::ios::out | std::ios::binary);
        const auto place = static_cast<std::streamoff>(i % 4 == 1 ? chance() % 64 : chance() % size);
        f.seekg(place);
        const char byte = static_cast<char>(f.get() ^ 0x5a);
        f.seekp(place);
        f.put(byte);
      }
    }
    world.start();
    EXPECT_EQ(all(), right) << "round " << i;
  }
}

TEST(Analysis, AMappingChangeShowsInAllHistoryAtOnce) {
  TestWorld world;
  world.append_and_see({{.customer = "anna", .time = at(0), .type = "call"}, {.customer = "anna", .time = at(10), .type = "phone"}});
  const auto before = world.analysis->graph(world.viewer(), graph_request());
  ASSERT_TRUE(before);
  ASSERT_EQ(before->nodes.size(), 2u);
  const std::string call = before->nodes[0].touchpoint, phone = before->nodes[1].touchpoint;
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(world.touchpoints->merge(world.viewer(), {.touchpoints = {phone}, .into = call}));
  const auto after = world.analysis->graph(world.viewer(), graph_request());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  ASSERT_TRUE(after);
  ASSERT_EQ(after->nodes.size(), 1u);
  EXPECT_EQ(after->nodes[0].events, 2u);
  EXPECT_TRUE(after->nodes[0].mapped);
  EXPECT_GT(after->basis.mapping_version, before->basis.mapping_version);

  // An older answer can be repeated under the mapping it had.
  auto again = graph_request();
  again.as_of = before->basis.as_of;
  again.mapping_version = before->basis.mapping_version;
  EXPECT_EQ(text(world.analysis->graph(world.viewer(), again)), text(before));
  again.mapping_version = 99;
  EXPECT_EQ(text(world.analysis->graph(world.viewer(), again)), "error as_of_gone");
}

TEST(Analysis, APropertyRuleAnswersByTheOldMappingUntilClassesAreThere) {
  TestWorld world;
  std::mt19937 chance(11);
  world.append_and_see(random_events(chance, 20'000));
  const auto before = world.analysis->graph(world.viewer(), graph_request());
  ASSERT_TRUE(before);
  const auto visit = std::find_if(before->nodes.begin(), before->nodes.end(), [](const auto& n) { return n.name == "visit"; });
  ASSERT_TRUE(world.touchpoints->add_rule(world.viewer(), {.properties = {{"channel", "phone"}}, .touchpoint = visit->touchpoint}));
  bool done = false;
  for (int i = 0; i < 2000 && !done; ++i) {
    const auto now = world.analysis->graph(world.viewer(), graph_request());
    ASSERT_TRUE(now);
    const bool running = std::find(now->basis.notes.begin(), now->basis.notes.end(), "mapping_running") != now->basis.notes.end();
    if (running) {
      EXPECT_EQ(now->basis.mapping_version, before->basis.mapping_version);
      EXPECT_EQ(now->nodes.size(), before->nodes.size());
      std::this_thread::sleep_for(1ms);
    } else {
      EXPECT_GT(now->basis.mapping_version, before->basis.mapping_version);
      const auto later = std::find_if(now->nodes.begin(), now->nodes.end(), [](const auto& n) { return n.name == "visit"; });
      EXPECT_GT(later->events, visit->events);
      done = true;
    }
  }
  EXPECT_TRUE(done);
  EXPECT_FALSE(world.touchpoints->mapping(world.viewer())->job_running);
}

TEST(Analysis, CustomerAttributesAreTheLastKnownOnes) {
  TestWorld world;
  ASSERT_TRUE(world.see(world.import("imp_1", {{"anna", at(0), "visit", "", "", "S"},
                                               {"anna", at(10), "visit", "", "", "L"},
                                               {"anna", at(20), "visit", "", "", ""},
                                               {"ben", at(0), "visit", "", "", "S"},
                                               {"carl", at(0), "visit", "", "", ""}})));
  const auto dimensions = world.analysis->dimensions(world.viewer());
  std::string tariff;
  for (const auto& d : dimensions->dimensions)
    if (d.name == "tariff") tariff = d.id;
  auto customers = [&](std::vector<std::string> values, bool exclude) {
    auto request = graph_request();
    request.filter.instance_attributes = {{tariff, std::move(values), exclude}};
    return world.analysis->graph(world.viewer(), request)->basis.customers;
  };
  EXPECT_EQ(customers({"S"}, false), 1u);
  EXPECT_EQ(customers({"L"}, false), 1u);
  EXPECT_EQ(customers({"S", "L"}, false), 2u);
  EXPECT_EQ(customers({""}, false), 1u);
  EXPECT_EQ(customers({"S"}, true), 2u);
}

TEST(Analysis, AttributesOfTooManyValuesAreAskedOfTheStore) {
  TestWorld world;
  std::vector<TestWorld::TestRow> rows;
  for (int i = 0; i < 70'000; ++i) rows.push_back({"c" + std::to_string(i % 1000), at(i), "visit", "", "city " + std::to_string(i), ""});
  ASSERT_TRUE(world.see(world.import("imp_1", rows)));
  std::string city;
  const auto dimensions = world.analysis->dimensions(world.viewer());
  for (const auto& d : dimensions->dimensions)
    if (d.name == "city") {
      city = d.id;
      EXPECT_FALSE(d.in_memory);
    }
  auto request = graph_request();
  request.filter.instance_attributes = {{city, {"city 5", "city 1005", "city 69999"}, false}};
  auto graph = world.analysis->graph(world.viewer(), request);
  ASSERT_TRUE(graph) << graph.error().code << graph.error().detail;
  EXPECT_EQ(graph->basis.customers, 2u);
  EXPECT_EQ(graph->basis.notes, std::vector<std::string>{"answered_from_store"});
  request.filter.instance_attributes[0].exclude = true;
  EXPECT_EQ(world.analysis->graph(world.viewer(), request)->basis.customers, 998u);
  request.filter.instance_attributes.clear();
  request.filter.event_attributes = {{city, {"city 5"}, false}};
  EXPECT_EQ(world.analysis->graph(world.viewer(), request).error().code, "attribute_not_in_memory");
}

TEST(Analysis, AWideFileDoesNotMakeEveryEventHeavy) {
  TestWorld world;
  std::vector<TestEvent> events;
  for (int i = 0; i < 400; ++i)
    events.push_back({.customer = i % 2 == 0 ? "even" : "odd", .time = at(i), .type = "x", .attributes = {{"a" + std::to_string(i), "v"}}});
  ASSERT_TRUE(world.analysis->wait_until(world.workspace, world.append(events), 5000ms));
  const auto dimensions = *world.analysis->dimensions(world.viewer());
  size_t with_column = 0, without = 0;
  for (const auto& d : dimensions.dimensions)
    if (d.name.starts_with('a') && d.name.size() > 1 && std::isdigit(static_cast<unsigned char>(d.name[1]))) ++(d.in_memory ? with_column : without);
  EXPECT_EQ(with_column, 256u);
  EXPECT_EQ(without, 144u);
  // Those without one are asked of the store.
  const auto last = std::find_if(dimensions.dimensions.begin(), dimensions.dimensions.end(), [](const Dimension& d) { return d.name == "a399"; });
  ASSERT_NE(last, dimensions.dimensions.end());
  auto request = graph_request();
  request.filter.instance_attributes = {{last->id, {"v"}, false}};
  const auto graph = world.analysis->graph(world.viewer(), request);
  ASSERT_TRUE(graph) << graph.error().code;
  EXPECT_EQ(graph->basis.events, 200u);
  EXPECT_EQ(graph->basis.notes, std::vector<std::string>{"answered_from_store"});
}

TEST(Analysis, SegmentsAreAddedToTheFilter) {
  TestWorld world;
  world.append_and_see({{.customer = "anna", .time = at(0), .type = "visit", .channel = "web"},
                        {.customer = "anna", .time = at(1), .type = "order", .channel = "web"},
                        {.customer = "ben", .time = at(0), .type = "visit", .channel = "web"},
                        {.customer = "carl", .time = at(0), .type = "order", .channel = "phone"}});
  customers::SegmentRequest web{.name = "Web"};
  web.filter.instance_attributes = {{"channel", {"web"}, false}};
  const auto segment = world.segments->create(world.viewer(), web);
  ASSERT_TRUE(segment);
  auto request = graph_request();
  request.filter.segment = segment->id;
  EXPECT_EQ(world.analysis->graph(world.viewer(), request)->basis.customers, 2u);
  request.filter.events_min = 2;
  EXPECT_EQ(world.analysis->graph(world.viewer(), request)->basis.customers, 1u);

  customers::SegmentRequest broken{.name = "Broken"};
  broken.filter.sequences = {{.kind = SequenceKind::contains, .touchpoints = {"tp_gone"}}};
  request.filter.segment = world.segments->create(world.viewer(), broken)->id;
  const auto answer = world.analysis->graph(world.viewer(), request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "unknown_touchpoint");
  EXPECT_EQ(answer.error().field, "/filter/segment");
}

std::string written(const Result<CsvExport>& out) {
  std::string text;
  EXPECT_TRUE(out);
  EXPECT_TRUE((*out)([&](std::string_view piece) {
    text += piece;
    return true;
  }));
  return text;
}

TEST(Analysis, ExportsAreSafeForSpreadsheetsAndHoldAllRows) {
  TestWorld world;
  std::vector<TestEvent> events;
  for (int i = 0; i < 700; ++i) events.push_back({.customer = "c" + std::to_string(i), .time = at(0), .type = "=1+1"});
  events.push_back({.customer = "c0", .time = at(1), .type = "say \"hi\", then go"});
  world.append_and_see(events);
  const auto graph = written(world.analysis->graph_csv(world.viewer(), graph_request({})));
  EXPECT_NE(graph.find("\"'=1+1\""), std::string::npos);
  EXPECT_NE(graph.find("\"say \"\"hi\"\", then go\""), std::string::npos);
  const auto rows = written(world.analysis->instances_csv(world.viewer(), {.filter = graph_request().filter}));
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 701);
  EXPECT_EQ(rows.find("\r\n=") , std::string::npos);
  const auto variants = written(world.analysis->variants_csv(world.viewer(), {.filter = graph_request().filter}));
  EXPECT_EQ(std::count(variants.begin(), variants.end(), '\n'), 3);
  EXPECT_EQ(world.analysis->instances_csv(world.viewer(Role::reader), {}).error().code, "forbidden");
}

TEST(Analysis, PagesOfInstancesAreStableWhileEventsFlow) {
  TestWorld world;
  std::mt19937 chance(3);
  world.append_and_see(random_events(chance, 2000));
  InstancesRequest request{.limit = 7};
  request.filter.slice.kind = SliceKind::key;
  std::vector<std::string> paged;
  uint64_t total = 0;
  for (;;) {
    const auto page = world.analysis->instances(world.viewer(), request);
    ASSERT_TRUE(page) << page.error().code;
    total = page->total;
    for (const auto& row : page->rows) paged.push_back(to_json(row).dump());
    if (!page->next_cursor) break;
    request.cursor = page->next_cursor;
    world.append(random_events(chance, 3));
  }
  EXPECT_EQ(paged.size(), total);
  EXPECT_EQ(std::set<std::string>(paged.begin(), paged.end()).size(), total);
  request.cursor = "nonsense";
  EXPECT_EQ(world.analysis->instances(world.viewer(), request).error().code, "invalid_cursor");
}

/// A number and the rows behind it are equal for one as_of, whatever comes in meanwhile.
TEST(Analysis, NumbersEqualTheirRowsWhileEventsFlow) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  TestWorld world;
  std::mt19937 chance(seed);
  world.append_and_see(random_events(chance, 500));
  std::jthread writer([&](std::stop_token stop) {
    std::mt19937 other(seed + 1);
    while (!stop.stop_requested()) {
      world.append(random_events(other, 20));
      std::this_thread::sleep_for(2ms);
    }
  });
  std::vector<std::jthread> readers;
  for (int r = 0; r < 2; ++r)
    readers.emplace_back([&, r] {
      std::mt19937 mine(seed + 10 + static_cast<unsigned>(r));
      for (int round = 0; round < 12; ++round) {
        auto request = graph_request();
        request.filter.slice.kind = mine() % 2 ? SliceKind::key : SliceKind::automatic;
        if (mine() % 2) request.filter.event_attributes = {{"channel", {"web"}, mine() % 2 == 0}};
        if (mine() % 3 == 0) request.filter.from = "2025-01-10";
        const auto graph = world.analysis->graph(world.viewer(), request);
        ASSERT_TRUE(graph) << graph.error().code;
        uint64_t starts = 0, events = 0, edges = 0;
        for (const auto& n : graph->nodes) {
          starts += n.starts;
          events += n.events;
        }
        for (const auto& e : graph->edges) edges += e.count;
        EXPECT_EQ(starts, graph->basis.instances);
        EXPECT_EQ(events, graph->basis.events);
        EXPECT_EQ(edges, events - starts);
        auto rows = [&](std::optional<std::string> from, std::optional<std::string> to) {
          const auto list = world.analysis->instances(world.viewer(), {.filter = request.filter, .at = from, .edge_to = to, .limit = 3, .as_of = graph->basis.as_of});
          EXPECT_TRUE(list) << list.error().code;
          return list ? list->total : 0;
        };
        EXPECT_EQ(rows({}, {}), graph->basis.instances);
        if (graph->nodes.empty()) continue;
        const auto& node = graph->nodes[mine() % graph->nodes.size()];
        EXPECT_EQ(rows(node.touchpoint, {}), *node.instances);
        if (!graph->edges.empty()) {
          const auto& edge = graph->edges[mine() % graph->edges.size()];
          EXPECT_EQ(rows(edge.from, edge.to), *edge.instances);
          const auto detail = world.analysis->detail(world.viewer(), {.filter = request.filter, .from = edge.from, .to = edge.to, .as_of = graph->basis.as_of});
          ASSERT_TRUE(detail);
          EXPECT_EQ(detail->count, edge.count);
          EXPECT_EQ(detail->instances, *edge.instances);
          EXPECT_EQ(detail->customers, *edge.customers);
          EXPECT_EQ(*detail->median_s, *edge.median_s);
        }
        VariantsRequest ask{.filter = request.filter, .limit = 5, .as_of = graph->basis.as_of};
        const auto variants = world.analysis->variants(world.viewer(), ask);
        ASSERT_TRUE(variants);
        for (const auto& v : variants->variants) {
          auto picked = request;
          picked.as_of = graph->basis.as_of;
          picked.filter.variants = {v.id};
          const auto only = world.analysis->graph(world.viewer(), picked);
          ASSERT_TRUE(only) << only.error().code;
          EXPECT_EQ(only->basis.instances, v.count);
        }
        auto again = request;
        again.as_of = graph->basis.as_of;
        EXPECT_EQ(text(world.analysis->graph(world.viewer(), again)), text(graph));
      }
    });
  readers.clear();
  writer.request_stop();
}

TEST(Analysis, AnotherWorkspaceSeesNothing) {
  TestWorld world;
  world.append_and_see({{.customer = "anna", .time = at(0), .type = "visit"}});
  const auto viewer = access::ViewerMaker::make(world.make_workspace("Other"), "us_x", Role::administrator);
  EXPECT_TRUE(world.analysis->graph(viewer, graph_request())->nodes.empty());
  EXPECT_TRUE(world.analysis->touchpoints(viewer)->empty());
  EXPECT_EQ(world.analysis->customer_course(viewer, "cu_anna", std::nullopt).error().code, "not_found");
}

TEST(Analysis, AClosedWorkspaceLetsGoOfItsStore) {
  TestWorld world;
  world.append_and_see({{.customer = "anna", .time = at(0), .type = "visit"}});
  world.analysis->close(world.workspace);
  EXPECT_TRUE(world.stores->remove(world.workspace));
}

TEST(Analysis, CoverageDoesNotWaitForTheFirstLoad) {
  TestWorld world;
  world.append({{.customer = "anna", .time = at(0), .type = "visit"}});
  auto coverage = world.analysis->coverage(world.viewer());
  ASSERT_TRUE(coverage);
  for (int i = 0; i < 500 && coverage->loading; ++i) {
    std::this_thread::sleep_for(10ms);
    coverage = world.analysis->coverage(world.viewer());
  }
  EXPECT_EQ(coverage->events, 1u);
  EXPECT_EQ(coverage->events_not_assigned, 1u);
}

}  // namespace
}  // namespace lotse::analysis
