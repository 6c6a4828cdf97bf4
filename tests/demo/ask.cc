#include "ask.h"

#include <algorithm>

namespace lotse::demo_test {
namespace {
using json = nlohmann::json;
using analysis::Graph;
using analysis::Measure;

/// "events:Rechnung per E-Mail" → the word before the colon, and what follows.
std::pair<std::string, std::string> parts(const std::string& what, char at = ':') {
  const auto colon = what.find(at);
  return colon == std::string::npos ? std::pair{what, std::string()} : std::pair{what.substr(0, colon), what.substr(colon + 1)};
}

const analysis::GraphNode* node(const Graph& g, const std::string& name) {
  const auto found = std::ranges::find_if(g.nodes, [&](const auto& n) { return n.name == name; });
  return found == g.nodes.end() ? nullptr : &*found;
}
const analysis::GraphEdge* edge(const Graph& g, const std::string& from_to) {
  const auto [from, to] = parts(from_to, '>');
  const auto *a = node(g, from), *b = node(g, to);
  if (!a || !b) return nullptr;
  const auto found = std::ranges::find_if(g.edges, [&](const auto& e) { return e.from == a->touchpoint && e.to == b->touchpoint; });
  return found == g.edges.end() ? nullptr : &*found;
}
}  // namespace

Result<double> Asker::value(const json& shown_by) {
  const double value = TRY(expression(shown_by));
  if (!shown_by.contains("relative_to")) return value;
  return value / TRY(expression(shown_by.at("relative_to"))) - 1;
}

Result<double> Asker::expression(const json& e) {
  double value = TRY(sum(e.at("plus")));
  if (e.contains("minus")) value -= TRY(sum(e.at("minus")));
  if (e.contains("of")) {
    double of = TRY(sum(e.at("of")));
    if (e.contains("of_minus")) of -= TRY(sum(e.at("of_minus")));
    value /= of;
  }
  return value * e.value("scale", 1.0);
}

Result<double> Asker::sum(const json& asks) {
  double total = 0;
  for (const auto& ask : asks) total += TRY(one(ask.at("what"), ask.at("filter")));
  return total;
}

Result<double> Asker::one(const std::string& what, const json& filter) {
  const auto read = TRY(from_json<Filter>(TRY(demo::with_ids(filter, ids_))));
  return what.starts_with("variant") ? from_variants(what, read) : from_graph(what, read);
}

Result<double> Asker::from_graph(const std::string& what, const Filter& filter) {
  const auto [kind, name] = parts(what);
  analysis::GraphRequest request;
  request.filter = filter;
  if (kind.find("edge") != std::string::npos) request.measures = {Measure::mean, Measure::median, Measure::p90};
  const Graph g = TRY(analysis_.graph(viewer_, request));
  if (kind == "instances") return static_cast<double>(g.basis.instances);
  if (kind == "events" && name.empty()) return static_cast<double>(g.basis.events);
  if (kind == "customers") return static_cast<double>(g.basis.customers);
  if (kind == "nodes") return static_cast<double>(g.nodes.size());
  if (kind == "nodes_mapped") return static_cast<double>(std::ranges::count_if(g.nodes, [](const auto& n) { return n.mapped; }));
  if (kind == "nodes_unmapped") return static_cast<double>(std::ranges::count_if(g.nodes, [](const auto& n) { return !n.mapped; }));
  if (kind == "events") return node(g, name) ? static_cast<double>(node(g, name)->events) : 0;
  if (kind == "events_of_rank") {
    const auto [rank, leader] = parts(name);
    const auto& found = g.nodes.at(std::stoul(rank) - 1);
    return found.name == leader ? static_cast<double>(found.events) : 0;
  }
  const auto* e = edge(g, name);
  if (!e) return Error::make(ErrorKind::not_found, "not_found", what);
  if (kind == "edge_count") return static_cast<double>(e->count);
  if (kind == "edge_mean_s") return e->mean_s.value();
  if (kind == "edge_median_s") return e->median_s.value();
  if (kind == "edge_p90_s") return e->p90_s.value();
  if (kind == "slowest_edge_rank")
    return 1.0 + static_cast<double>(std::ranges::count_if(g.edges, [&](const auto& other) { return other.count >= 500 && *other.median_s > *e->median_s; }));
  return Error::make(ErrorKind::invalid, "not_a_choice", what);
}

Result<double> Asker::from_variants(const std::string& what, const Filter& filter) {
  const auto [kind, rest] = parts(what);
  analysis::VariantsRequest request;
  request.filter = filter;
  request.limit = 100;
  const auto answer = TRY(analysis_.variants(viewer_, request));
  const auto id = [&](const std::string& name) {
    const auto found = ids_.touchpoints.find(name);
    return found == ids_.touchpoints.end() ? std::string() : found->second;
  };
  if (kind == "variant_share_with") {
    const auto [rank, name] = parts(rest);
    const auto& variant = answer.variants.at(std::stoul(rank) - 1);
    return std::ranges::count(variant.sequence, id(name)) ? variant.share : 0;
  }
  std::vector<std::string> sequence;
  for (std::string left = rest; !left.empty();) {
    const auto [name, more] = parts(left, '>');
    sequence.push_back(id(name));
    left = more;
  }
  for (size_t i = 0; i < answer.variants.size(); ++i)
    if (answer.variants[i].sequence == sequence) return kind == "variant_rank" ? static_cast<double>(i + 1) : answer.variants[i].share;
  return 0;
}

}  // namespace lotse::demo_test
