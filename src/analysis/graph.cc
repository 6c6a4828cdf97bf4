#include "engine/graph.h"

#include <algorithm>

#include "analysis/analysis.h"
#include "analysis/detail/csv.h"
#include "analysis/detail/service.h"

namespace lotse::analysis {
namespace {

using namespace detail;

engine::GraphMeasures measures_of(const std::vector<Measure>& asked) {
  engine::GraphMeasures out;
  for (const auto m : asked) {
    switch (m) {
      case Measure::instances: out.instances = true; break;
      case Measure::customers: out.customers = true; break;
      case Measure::mean: out.mean = true; break;
      case Measure::median: out.median = true; break;
      case Measure::p90: out.p90 = true; break;
      case Measure::min:
      case Measure::max: out.min_max = true; break;
    }
  }
  return out;
}

std::string key_of(const Question& question, const std::vector<Measure>& asked) {
  std::string out = question.small_groups ? "graph|" : "graph5|";
  for (const auto& m : describe(Measure{}).values)
    out += std::find(asked.begin(), asked.end(), m.value) != asked.end() ? '1' : '0';
  return out + question.key;
}

double seconds_of(double us) { return us / 1e6; }

Graph answer(const Planned& planned, engine::Graph&& graph, const std::vector<Measure>& asked, const Question& question) {
  const auto& mapping = *planned.seen.mapping;
  auto has = [&](Measure m) { return std::find(asked.begin(), asked.end(), m) != asked.end(); };
  Graph out;
  out.basis.notes = planned.notes;
  const size_t all = graph.nodes.size() + graph.edges.size();
  if (!question.small_groups) {
    std::erase_if(graph.nodes, [&](const auto& n) { return n.customers < question.smallest_group; });
    std::erase_if(graph.edges, [&](const auto& e) { return e.customers < question.smallest_group; });
    if (graph.nodes.size() + graph.edges.size() < all) out.basis.notes.push_back("small_groups_withheld");
  }
  std::sort(graph.nodes.begin(), graph.nodes.end(), [&](const auto& a, const auto& b) {
    return std::tuple(b.events, mapping.rank[a.touchpoint]) < std::tuple(a.events, mapping.rank[b.touchpoint]);
  });
  std::sort(graph.edges.begin(), graph.edges.end(), [&](const auto& a, const auto& b) {
    return std::tuple(b.count, mapping.rank[a.from], mapping.rank[a.to]) < std::tuple(a.count, mapping.rank[b.from], mapping.rank[b.to]);
  });
  for (const auto& n : graph.nodes) {
    const auto& item = mapping.touchpoints[n.touchpoint];
    GraphNode node{.touchpoint = item.id, .name = item.name, .mapped = item.mapped, .channel = item.channel, .events = n.events, .starts = n.starts, .ends = n.ends};
    if (has(Measure::instances)) node.instances = n.instances;
    if (has(Measure::customers)) node.customers = n.customers;
    out.nodes.push_back(std::move(node));
  }
  for (const auto& e : graph.edges) {
    GraphEdge edge{.from = mapping.touchpoints[e.from].id, .to = mapping.touchpoints[e.to].id, .count = e.count};
    if (has(Measure::instances)) edge.instances = e.instances;
    if (has(Measure::customers)) edge.customers = e.customers;
    if (has(Measure::mean)) edge.mean_s = seconds_of(e.mean_us);
    if (has(Measure::median)) edge.median_s = seconds_of(e.median_us);
    if (has(Measure::p90)) edge.p90_s = seconds_of(e.p90_us);
    if (has(Measure::min)) edge.min_s = seconds_of(static_cast<double>(e.min_us));
    if (has(Measure::max)) edge.max_s = seconds_of(static_cast<double>(e.max_us));
    out.edges.push_back(std::move(edge));
  }
  return out;
}

}  // namespace

Result<Graph> Analysis::graph(const Viewer& viewer, const GraphRequest& request, std::stop_token stop) {
  const auto question = TRY(service_->ask(viewer, request.filter, request.as_of, request.mapping_version));
  const std::string key = key_of(question, request.measures);
  if (const auto known = service_->cache.get<Graph>(key)) return *known;
  const auto planned = TRY(service_->plan(viewer, question));
  auto measures = measures_of(request.measures);
  measures.customers = measures.customers || !question.small_groups;
  auto graph = TRY(engine::graph(question.seen.moment->columns, planned.query, measures, service_->shared.queries, stop));
  auto out = answer(planned, std::move(graph), request.measures, question);
  auto notes = std::move(out.basis.notes);
  out.basis = TRY(service_->basis(question, planned, stop));
  out.basis.notes = std::move(notes);
  service_->cache.put<Graph>(key, std::make_shared<const Graph>(out), out.nodes.size() * 250 + out.edges.size() * 200);
  return out;
}

Result<CsvExport> Analysis::graph_csv(const Viewer& viewer, const GraphRequest& request) {
  auto graph = std::make_shared<const Graph>(TRY(this->graph(viewer, request)));
  return CsvExport([graph](const std::function<bool(std::string_view)>& write) -> Result<void> {
    CsvText csv;
    for (const char* name : {"kind", "from_id", "from", "to_id", "to", "count", "starts", "ends", "instances", "customers", "mean_s",
                             "median_s", "p90_s", "min_s", "max_s"})
      csv.text(name);
    csv.end_row();
    std::map<std::string_view, std::string_view> names;
    for (const auto& n : graph->nodes) {
      names[n.touchpoint] = n.name;
      csv.text("node").text(n.touchpoint).text(n.name).text("").text("").number(n.events).number(n.starts).number(n.ends);
      csv.number(n.instances).number(n.customers).text("").text("").text("").text("").text("").end_row();
    }
    for (const auto& e : graph->edges) {
      csv.text("edge").text(e.from).text(names[e.from]).text(e.to).text(names[e.to]).number(e.count).text("").text("");
      csv.number(e.instances).number(e.customers).number(e.mean_s).number(e.median_s).number(e.p90_s).number(e.min_s).number(e.max_s).end_row();
    }
    write(csv.take());
    return {};
  });
}

}  // namespace lotse::analysis
