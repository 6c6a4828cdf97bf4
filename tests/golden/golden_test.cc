#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "analysis/detail/local_time.h"
#include "analysis/test_world.h"
#include "case.h"

/// Runs every *.golden file through the event store, analysis and the engine, and plain graphs also through the store's
/// reference SQL. LOTSE_GOLDEN_UPDATE=1 writes the answers into the files; what it changes is reviewed like code.
namespace lotse::golden {
namespace {

using namespace analysis;
using nlohmann::json;

json problem(const Error& error) {
  json out = {{"code", error.code}, {"errors", json::array()}};
  for (const auto& e : error.more) out["errors"].push_back({{"field", e.field}, {"code", e.code}});
  if (error.more.empty()) out["errors"].push_back({{"field", error.field}, {"code", error.code}});
  return out;
}

class AnalysisBackend final : public Backend {
 public:
  explicit AnalysisBackend(const Case& of) : world(of.zone, instant(of.now)) {}

  static Micros instant(const std::string& text) { return *analysis::detail::LocalTime::find("UTC")->parse(text); }

  json ask(const std::string& question, const json& request) override {
    auto& a = *world.analysis;
    if (question == "graph") return answer<GraphRequest>(request, [&](const auto& r) { return a.graph(viewer(), r); });
    if (question == "variants") return answer<VariantsRequest>(request, [&](const auto& r) { return a.variants(viewer(), r); });
    if (question == "detail") return answer<DetailRequest>(request, [&](const auto& r) { return a.detail(viewer(), r); });
    if (question == "instances") return answer<InstancesRequest>(request, [&](const auto& r) { return a.instances(viewer(), r); });
    if (question == "funnel") return answer<FunnelRequest>(request, [&](const auto& r) { return a.funnel(viewer(), r); });
    if (question == "funnel_rows") return answer<FunnelRowsRequest>(request, [&](const auto& r) { return a.funnel_rows(viewer(), r); });
    if (question == "coverage") return print(a.coverage(viewer()));
    if (question == "dimensions") return print(a.dimensions(viewer()));
    if (question == "course") return print(a.customer_course(viewer(), request.at("customer").get<std::string>(), std::nullopt));
    const auto list = a.touchpoints(world.viewer());
    return list ? json{{"items", to_json(*list)}} : problem(list.error());
  }

  json change(const std::string& change, const json& request) override {
    auto& t = *world.touchpoints;
    const std::string id = request.value("id", "");
    if (change == "adopt") return done(t.adopt(viewer(), id));
    if (change == "rename") return done(t.patch(viewer(), id, {.name = request.at("name").get<std::string>()}));
    if (change == "delete") return done(t.remove(viewer(), id));
    if (change == "merge") {
      const auto merge = from_json<atlas::MergeRequest>(request);
      return merge ? done(t.merge(viewer(), *merge)) : problem(merge.error());
    }
    if (change == "drop_rule") return done(t.delete_rule(viewer(), t.mapping(viewer())->rules.at(request.at("number").get<size_t>()).id));
    json rule = request;
    const auto dictionary = world.store()->dictionary();
    for (auto& source : rule["sources"])
      for (const auto& known : dictionary->sources)
        if (known.name == source) source = known.id;
    for (auto& property : rule["properties"])
      for (const auto& known : dictionary->attributes)
        if (known.name == property.at("attribute")) property["attribute"] = known.id;
    if (rule["sources"].is_null()) rule.erase("sources");
    if (rule["properties"].is_null()) rule.erase("properties");
    const auto read = from_json<atlas::RuleRequest>(rule);
    if (!read) return problem(read.error());
    const auto result = done(t.add_rule(viewer(), *read));
    // A rule that names a new property answers only when the classes have been derived anew.
    for (int i = 0; i < 2000 && t.mapping(viewer())->job_running; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return result;
  }

  void append(const std::vector<EventLine>& events) override {
    std::vector<TestEvent> list;
    for (const auto& line : events) {
      TestEvent e{.customer = line.customer, .time = instant(line.time), .type = line.type};
      for (const auto& [name, value] : line.fields) {
        if (name == "key") e.key = value;
        else if (name == "source") e.source = value;
        else if (name == "channel") e.channel = value;
        else if (name == "direction") e.direction = value;
        else if (name == "unit") e.unit = value;
        else if (name == "cost") e.cost = std::stod(value);
        else e.attributes.emplace_back(name, value);
      }
      list.push_back(std::move(e));
    }
    world.append_and_see(list);
  }
  std::string pseudonym(const std::string& customer) override { return "cu_" + customer; }
  std::string customer(const std::string& pseudonym) override { return pseudonym.substr(3); }
  void as_role(const std::string& role) override { role_ = *from_word<Role>(role); }

  TestWorld world;

 private:
  Viewer viewer() const { return world.viewer(role_); }
  template <class T>
  static json print(const Result<T>& result) {
    return result ? to_json(*result) : problem(result.error());
  }
  template <class T>
  static json done(const Result<T>& result) {
    return result ? json() : problem(result.error());
  }
  template <class Request, class Ask>
  static json answer(const json& request, Ask ask) {
    const auto read = from_json<Request>(request);
    if (!read) return problem(read.error());
    return print(ask(*read));
  }
  Role role_ = Role::administrator;
};

/// Directly-follows counts, mean and median by plain SQL, for a graph that asks for nothing else.
void compare_with_sql(AnalysisBackend& backend, const Step& step) {
  const std::string slice = step.option("slice").value_or("automatic");
  if (slice != "customer" && slice != "key") return;
  for (const auto& [name, unused] : step.options)
    if (name != "slice" && name != "measures" && name != "basis") return;
  auto& world = backend.world;
  if (!(*world.touchpoints->current(world.workspace))->rules.empty()) return;
  GraphRequest request{.measures = {Measure::mean, Measure::median}};
  request.filter.slice.kind = *from_word<SliceKind>(slice);
  const auto graph = world.analysis->graph(world.viewer(), request);
  const auto reference = world.store()->reference_graph(slice == "key");
  ASSERT_TRUE(graph && reference);
  const auto dictionary = world.store()->dictionary();
  std::map<std::pair<std::string, std::string>, std::tuple<uint64_t, double, double>> by_sql, by_engine;
  for (const auto& e : *reference)
    by_sql[{dictionary->types[e.from - 1].touchpoint, dictionary->types[e.to - 1].touchpoint}] = {e.count, e.mean_s, e.median_s};
  for (const auto& e : graph->edges) by_engine[{e.from, e.to}] = {e.count, *e.mean_s, *e.median_s};
  ASSERT_EQ(by_sql.size(), by_engine.size());
  for (const auto& [edge, numbers] : by_sql) {
    ASSERT_TRUE(by_engine.contains(edge));
    EXPECT_EQ(std::get<0>(numbers), std::get<0>(by_engine[edge]));
    EXPECT_NEAR(std::get<1>(numbers), std::get<1>(by_engine[edge]), 1e-6 + 1e-9 * std::get<1>(numbers));
    EXPECT_NEAR(std::get<2>(numbers), std::get<2>(by_engine[edge]), 1e-6 + 1e-9 * std::get<2>(numbers));
  }
}

/// Puts `lines` in the place of the expectation that begins after line `number` (the step's own, from 1).
void rewrite(const Case& of, const std::map<int, std::vector<std::string>>& answers) {
  std::ifstream in(of.file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::ofstream out(of.file);
  for (size_t i = 0; i < lines.size();) {
    out << lines[i] << '\n';
    const auto answer = answers.find(static_cast<int>(i) + 1);
    ++i;
    if (answer == answers.end()) continue;
    while (lines[i] != "----") out << lines[i++] << '\n';
    out << lines[i++] << '\n';
    for (const auto& line : answer->second) out << line << '\n';
    while (i < lines.size() && !lines[i].empty()) ++i;
  }
}

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> out;
  for (const char* folder : {"graph", "variants", "filters", "slices", "periods", "mapping", "rows", "funnel"})
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(LOTSE_GOLDEN) / folder))
      if (entry.path().extension() == ".golden") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

class Golden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Golden, AnswersAsWritten) {
  const Case one = read_case(GetParam());
  AnalysisBackend backend(one);
  const bool update = std::getenv("LOTSE_GOLDEN_UPDATE") != nullptr;
  std::map<int, std::vector<std::string>> answers;
  for (const auto& step : one.steps) {
    const auto answer = run(backend, step);
    if (step.kind == "graph") compare_with_sql(backend, step);
    if (!step.asks) {
      EXPECT_TRUE(answer.empty() || answer.front() == "done") << one.file.filename() << ":" << step.line << ": " << answer.front();
      continue;
    }
    answers[step.line] = answer;
    if (!update) {
      EXPECT_EQ(answer, step.expected) << fmt::format("{}:{}: {}\n  got\n{}\n", one.file.string(), step.line, step.source, fmt::join(answer, "\n"));
    }
  }
  if (update) rewrite(one, answers);
}

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(files()), [](const auto& of) {
  std::string name = of.param.parent_path().filename().string() + "_" + of.param.stem().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

}  // namespace
}  // namespace lotse::golden
