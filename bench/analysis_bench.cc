#include <fmt/format.h>

#include <cstring>
#include <random>

#include "analysis/test_world.h"

/// What a person waits for: answers of analysis on a real store, as the routes call it, JSON included.
///
///   analysis_bench [--events 10000000] [--threads 2] [--runs 5]
namespace {

using namespace lotse;
using namespace lotse::analysis;
using Steady = std::chrono::steady_clock;

double ms_since(Steady::time_point began) { return std::chrono::duration<double, std::milli>(Steady::now() - began).count(); }

/// Ten events a customer, twelve touchpoints, a year, four channels; from a fixed seed.
void import(TestWorld& world, uint64_t events) {
  auto store = world.store();
  events::ImportRows request{.import = "imp_bench", .source = TestWorld::need(store->source_named("CRM")), .rows_expected = events};
  std::atomic<uint64_t> next = 0;
  request.worker = [&] {
    return [&, type = store->type_encoder(), channel = store->channel_encoder()](events::RowBatch& out) mutable -> Result<bool> {
      constexpr uint64_t piece = 20'000;
      const uint64_t begin = next.fetch_add(piece);
      if (begin >= events) return false;
      const size_t count = static_cast<size_t>(std::min(piece, events - begin));
      out.resize(count, 0);
      std::mt19937_64 chance(begin);
      static constexpr const char* channels[] = {"web", "phone", "mail", "shop"};
      for (size_t i = 0; i < count; ++i) {
        const uint64_t n = begin + i;
        out.row[i] = n + 1;
        out.id[i] = {n * 0x9E3779B97F4A7C15u, n};
        out.identity[i] = static_cast<uint32_t>(n / 10 + 1);
        out.time_us[i] = 1'704'067'200'000'000 + static_cast<int64_t>(chance() % 31'536'000) * 1'000'000;
        const uint64_t r = chance() % 100;
        out.type[i] = TRY(type.code(fmt::format("touchpoint {}", r < 50 ? r % 4 : r % 12)));
        out.source[i] = request.source;
        out.instance_key[i] = 1;
        out.channel[i] = TRY(channel.code(channels[chance() % 4]));
        out.direction[i] = out.unit[i] = 0;
        out.cost[i] = std::numeric_limits<double>::quiet_NaN();
      }
      return true;
    };
  };
  TestWorld::need(store->import_rows(request));
}

template <class Ask>
void time(const char* what, int runs, Ask ask) {
  std::vector<double> times;
  size_t bytes = 0;
  for (int run = 0; run < runs; ++run) {
    const auto began = Steady::now();
    bytes = to_json(TestWorld::need(ask(run))).dump().size();
    times.push_back(ms_since(began));
  }
  std::sort(times.begin(), times.end());
  fmt::print("{:<44} {:8.1f} ms   {:8.1f} to {:8.1f}   {} bytes\n", what, times[times.size() / 2], times.front(), times.back(), bytes);
}

}  // namespace

int main(int count, char** words) {
  uint64_t events = 10'000'000;
  size_t threads = 2;
  int runs = 5;
  for (int i = 1; i + 1 < count; i += 2) {
    if (!std::strcmp(words[i], "--events")) events = std::stoull(words[i + 1]);
    if (!std::strcmp(words[i], "--threads")) threads = std::stoull(words[i + 1]);
    if (!std::strcmp(words[i], "--runs")) runs = std::stoi(words[i + 1]);
  }
  TestWorld world("Europe/Berlin", Micros{1'748'736'000'000'000}, {.threads = threads, .load_wait_max = std::chrono::minutes(30)});
  auto began = Steady::now();
  import(world, events);
  fmt::print("{:<44} {:8.0f} ms\n", "import", ms_since(began));
  for (uint32_t customer = 1; customer <= events / 10 && customer < 1000; ++customer) world.names.number(std::to_string(customer));

  auto load = [&](const char* what) {
    world.stop();
    world.start();
    const auto at = Steady::now();
    TestWorld::need(world.analysis->coverage(world.viewer()));
    if (!world.analysis->wait_until(world.workspace, world.store()->as_of(), std::chrono::minutes(30))) std::abort();
    fmt::print("{:<44} {:8.0f} ms\n", what, ms_since(at));
  };
  load("columns from the store");
  const auto viewer = world.viewer();
  auto& analysis = world.analysis;
  // Each run asks a new question, as a click on the filter bar does: nothing comes from the cache.
  auto filter = [&](int run) {
    Filter f;
    f.from = fmt::format("2024-01-{:02}", run % 28 + 1);
    return f;
  };
  const auto nodes = TestWorld::need(analysis->graph(viewer, {})).nodes;
  auto condition = [&](SequenceKind kind, size_t node) { return SequenceCondition{.kind = kind, .touchpoints = {nodes.at(node).touchpoint}}; };
  time("graph, mean, no filter, first time", 1, [&](int) { return analysis->graph(viewer, {.measures = {Measure::mean}}); });
  time("graph, mean, no filter, known", runs, [&](int) { return analysis->graph(viewer, {.measures = {Measure::mean}}); });
  time("graph, mean, period cut", runs, [&](int run) { return analysis->graph(viewer, {.filter = filter(run), .measures = {Measure::mean}}); });
  time("graph, median, period cut", runs, [&](int run) { return analysis->graph(viewer, {.filter = filter(run + 10), .measures = {Measure::median}}); });
  time("graph, mean, customers who …", runs, [&](int run) {
    GraphRequest request{.measures = {Measure::mean}};
    request.filter.sequences = {condition(SequenceKind::contains, static_cast<size_t>(run) % nodes.size())};
    return analysis->graph(viewer, request);
  });
  time("graph, median, customers who …", runs, [&](int run) {
    GraphRequest request{.measures = {Measure::median}};
    request.filter.sequences = {condition(SequenceKind::not_contains, static_cast<size_t>(run) % nodes.size())};
    return analysis->graph(viewer, request);
  });
  time("graph, mean, one channel", runs, [&](int run) {
    GraphRequest request{.measures = {Measure::mean}};
    request.filter.event_attributes = {{"channel", {run % 2 ? "web" : "phone"}, run % 4 > 1}};
    return analysis->graph(viewer, request);
  });
  time("variants, 20, customers who …", runs, [&](int run) {
    VariantsRequest request;
    request.filter.sequences = {condition(SequenceKind::starts_with, static_cast<size_t>(run) % nodes.size())};
    return analysis->variants(viewer, request);
  });
  time("edge: times, trend, examples", runs, [&](int run) {
    return analysis->detail(viewer, {.from = nodes[0].touchpoint, .to = nodes[static_cast<size_t>(run) % nodes.size()].touchpoint});
  });
  time("coverage", 1, [&](int) { return analysis->coverage(viewer); });

  TestWorld::need(world.touchpoints->adopt(viewer, nodes[0].touchpoint));
  began = Steady::now();
  TestWorld::need(world.touchpoints->merge(viewer, {.touchpoints = {nodes[1].touchpoint}, .into = nodes[0].touchpoint}));
  TestWorld::need(analysis->graph(viewer, {.measures = {Measure::mean}}));
  fmt::print("{:<44} {:8.1f} ms\n", "two touchpoints merged, until the graph shows it", ms_since(began));

  const auto file = world.folder.path / "workspaces" / world.workspace.value / "columns.snapshot";
  while (!std::filesystem::exists(file)) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  fmt::print("{:<44} {:8.1f} bytes an event\n", "columns.snapshot", static_cast<double>(std::filesystem::file_size(file)) / static_cast<double>(events));
  load("columns from the file");
  began = Steady::now();
  const uint64_t as_of = world.append({{.customer = "1", .time = Micros{1'735'000'000'000'000}, .type = "touchpoint 1"}});
  const double durable = ms_since(began);
  world.analysis->wait_until(world.workspace, as_of, std::chrono::seconds(10));
  fmt::print("{:<44} {:8.1f} ms, durable after {:.1f}\n", "one event, until queries see it", ms_since(began), durable);
}
