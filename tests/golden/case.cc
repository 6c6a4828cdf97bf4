#include "case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace lotse::golden {
namespace {

using nlohmann::json;

std::vector<std::string> split(std::string_view text, std::string_view by) {
  std::vector<std::string> out;
  for (;;) {
    const auto at = text.find(by);
    out.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + by.size());
  }
}

/// Columns are parted by two or more spaces, so that a name may hold single ones.
std::vector<std::string> columns(std::string_view line) {
  std::vector<std::string> out;
  for (auto& part : split(line, "  ")) {
    const auto first = part.find_first_not_of(' ');
    if (first == std::string::npos) continue;
    out.push_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
  }
  return out;
}

bool starts_block(const std::string& word) {
  static const std::vector<std::string> words{"zone", "now", "events", "adopt", "rename", "merge", "delete", "rule", "drop_rule", "graph",
                                              "variants", "detail", "instances", "funnel", "funnel_rows", "course", "touchpoints", "coverage", "dimensions"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// "1d12h" in seconds; units d, h, m, s.
double seconds_of(const std::string& text) {
  double total = 0;
  size_t at = 0;
  while (at < text.size()) {
    size_t used = 0;
    const double number = std::stod(text.substr(at), &used);
    at += used;
    const char unit = at < text.size() ? text[at++] : 's';
    total += number * (unit == 'd' ? 86'400 : unit == 'h' ? 3'600 : unit == 'm' ? 60 : 1);
  }
  return total;
}

/// The shortest exact form: 90 → "1m30s", 0.5 → "0.5s".
std::string duration(double s) {
  const double whole = std::floor(s + 5e-10);
  int64_t rest = static_cast<int64_t>(whole);
  std::string out;
  for (const auto& [unit, size] : {std::pair{'d', 86'400}, std::pair{'h', 3'600}, std::pair{'m', 60}}) {
    if (rest >= size) out += fmt::format("{}{}", rest / size, unit);
    rest %= size;
  }
  double fraction = s - whole;
  if (fraction < 5e-10) fraction = 0;
  if (rest > 0 || fraction > 0 || out.empty()) out += fmt::format("{:.8g}s", static_cast<double>(rest) + fraction);
  return out;
}

/// Touchpoint names ↔ ids of this moment.
class Names {
 public:
  explicit Names(Backend& backend) {
    const auto answer = backend.ask("touchpoints", json::object());
    if (!answer.contains("items")) throw std::runtime_error("no list of touchpoints: " + answer.dump());
    for (const auto& t : answer.at("items")) {
      by_name_[t.at("name")] = t.at("id");
      by_id_[t.at("id")] = t.at("name");
    }
  }
  /// "#x" stands for an id that does not exist.
  std::string id(const std::string& name) const {
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? "tp_unknown_" + name : at->second;
  }
  std::string name(const std::string& id) const {
    const auto at = by_id_.find(id);
    return at == by_id_.end() ? "?" + id : at->second;
  }
  json ids(const std::string& names) const {
    json out = json::array();
    if (names.empty()) return out;
    for (const auto& name : split(names, ",")) out.push_back(id(name));
    return out;
  }
  std::string sequence(const json& ids) const {
    std::string out;
    for (const auto& id : ids) out += (out.empty() ? "" : " > ") + name(id);
    return out;
  }

 private:
  std::map<std::string, std::string> by_name_, by_id_;
};

json condition(const std::string& text, Backend& backend, bool exclude) {
  const auto colon = text.find(':');
  std::string attribute = text.substr(0, colon);
  const json known = backend.ask("dimensions", json::object());
  for (const auto& d : known.at("dimensions"))
    if (d.at("name") == attribute && attribute != "source") attribute = d.at("id");
  return {{"attribute", attribute}, {"values", split(text.substr(colon + 1), "|")}, {"exclude", exclude}};
}

json filter_of(Backend& backend, const Names& names, const Step& step) {
  json filter = json::object();
  auto text = [&](const char* option, const char* field) {
    if (const auto v = step.option(option)) filter[field] = *v;
  };
  text("from", "from");
  text("to", "to");
  text("mode", "period_mode");
  json slice = json::object();
  for (const auto& [name, value] : step.options) {
    if (name == "slice") slice["kind"] = value;
    if (name == "gap") slice["gap_s"] = seconds_of(value);
    if (name == "start") slice["start"] = names.ids(value);
    if (name == "end") slice["end"] = names.ids(value);
    if (name == "starts_with" || name == "ends_with" || name == "contains" || name == "not_contains")
      filter["sequences"].push_back({{"kind", name}, {"touchpoints", names.ids(value)}});
    if (name == "direct" || name == "eventually") {
      const auto parts = split(value, ">");
      filter["sequences"].push_back({{"kind", name == "direct" ? "directly_followed" : "eventually_followed"},
                                     {"touchpoints", names.ids(parts.at(0))},
                                     {"then", names.ids(parts.size() > 1 ? parts[1] : "")}});
    }
    if (name == "within") filter["sequences"].back()["within_s"] = seconds_of(value);
    if (name == "has") filter["instance_attributes"].push_back(condition(value, backend, false));
    if (name == "has_not") filter["instance_attributes"].push_back(condition(value, backend, true));
    if (name == "event") filter["event_attributes"].push_back(condition(value, backend, false));
    if (name == "event_not") filter["event_attributes"].push_back(condition(value, backend, true));
    if (name == "duration_min") filter["duration_min_s"] = seconds_of(value);
    if (name == "duration_max") filter["duration_max_s"] = seconds_of(value);
    if (name == "events_min") filter["events_min"] = std::stoll(value);
    if (name == "events_max") filter["events_max"] = std::stoll(value);
    if (name == "exclude_open") filter["exclude_open"] = value == "true";
    if (name == "shown") filter["touchpoints_shown"] = names.ids(value);
  }
  if (!slice.empty()) filter["slice"] = slice;
  if (!step.option("variant")) return filter;
  // Named by its sequence; its id comes from the list of variants under the same filter.
  const json listed = backend.ask("variants", {{"filter", filter}, {"limit", 1000}});
  const json list = listed.value("variants", json::array());
  for (const auto& [name, value] : step.options) {
    if (name != "variant") continue;
    std::string id = "va_unknown";
    for (const auto& v : list)
      if (names.sequence(v.at("sequence")) == value) id = v.at("id");
    filter["variants"].push_back(id);
  }
  return filter;
}

std::vector<std::string> print_problem(const json& problem) {
  std::vector<std::string> out;
  for (const auto& e : problem.value("errors", json::array()))
    out.push_back(fmt::format("error {} {}", e.at("code").get<std::string>(), e.value("field", "")));
  if (out.empty()) out.push_back("error " + problem.at("code").get<std::string>());
  for (auto& line : out)
    while (line.ends_with(' ')) line.pop_back();
  return out;
}

void print_basis(const Step& step, const json& answer, std::vector<std::string>& out) {
  const auto& basis = answer.at("basis");
  if (step.option("basis"))
    out.push_back(fmt::format("instances {}/{}  events {}/{}  customers {}  open {}  without key {}", basis.at("instances").get<int64_t>(),
                              basis.at("instances_total").get<int64_t>(), basis.at("events").get<int64_t>(), basis.at("events_total").get<int64_t>(),
                              basis.at("customers").get<int64_t>(), basis.at("open_instances").get<int64_t>(),
                              basis.at("events_without_key").get<int64_t>()));
  for (const auto& note : basis.at("notes")) out.push_back("note " + note.get<std::string>());
}

std::string measures(const Step& step, const json& of, std::initializer_list<const char*> fields) {
  std::string out;
  for (const char* field : fields) {
    if (!of.contains(field)) continue;
    out += std::string(field).ends_with("_s") ? "  " + duration(of.at(field)) : "  " + std::to_string(of.at(field).get<int64_t>());
  }
  (void)step;
  return out;
}

std::vector<std::string> print_graph(const Step& step, const json& answer) {
  std::vector<std::string> out;
  print_basis(step, answer, out);
  std::map<std::string, std::string> names;
  for (const auto& n : answer.at("nodes")) {
    names[n.at("touchpoint")] = n.at("name");
    std::string mark = step.option("marks") ? n.at("mapped").get<bool>() ? " *" : " ?" : "";
    if (step.option("channels")) mark += "  " + n.value("channel", "-");
    out.push_back(fmt::format("{}{}  {}  {}  {}{}", n.at("name").get<std::string>(), mark, n.at("events").get<int64_t>(), n.at("starts").get<int64_t>(),
                              n.at("ends").get<int64_t>(), measures(step, n, {"instances", "customers"})));
  }
  for (const auto& e : answer.at("edges"))
    out.push_back(fmt::format("{} > {}  {}{}", names.at(e.at("from")), names.at(e.at("to")), e.at("count").get<int64_t>(),
                              measures(step, e, {"instances", "customers", "mean_s", "median_s", "p90_s", "min_s", "max_s"})));
  return out;
}

std::vector<std::string> print_variants(const Step& step, const json& answer, const Names& names) {
  std::vector<std::string> out;
  print_basis(step, answer, out);
  out.push_back(fmt::format("{} distinct  median {}", answer.at("variants_total").get<int64_t>(), duration(answer.at("median_duration_s"))));
  for (const auto& v : answer.at("variants"))
    out.push_back(fmt::format("{}  {:.4g}  {:.4g}  {}  {}", v.at("count").get<int64_t>(), v.at("share").get<double>(),
                              v.at("cumulative_share").get<double>(), duration(v.at("median_duration_s")), names.sequence(v.at("sequence"))));
  return out;
}

std::vector<std::string> print_detail(const Step& step, const json& answer, const Names& names, Backend& backend) {
  std::vector<std::string> out;
  print_basis(step, answer, out);
  out.push_back(fmt::format("{}  instances {}  customers {}{}", answer.at("count").get<int64_t>(), answer.at("instances").get<int64_t>(),
                            answer.at("customers").get<int64_t>(), measures(step, answer, {"mean_s", "median_s", "p90_s", "min_s", "max_s"})));
  int64_t bars = 0;
  for (const auto& bar : answer.at("histogram")) bars += bar.at("count").get<int64_t>();
  out.push_back(fmt::format("times {}", bars));
  if (step.option("trend")) {
    for (const auto& p : answer.at("trend"))
      out.push_back(fmt::format("{} {}  {}{}", answer.at("trend_bucket").get<std::string>(), p.at("from").get<std::string>(),
                                p.at("count").get<int64_t>(), measures(step, p, {"median_s"})));
  }
  for (const auto& row : answer.at("examples"))
    out.push_back(fmt::format("{}  {}", backend.customer(row.at("customer")), names.sequence(row.at("sequence"))));
  return out;
}

std::vector<std::string> print_instances(const Step& step, const json& answer, const Names& names, Backend& backend) {
  std::vector<std::string> out;
  print_basis(step, answer, out);
  out.push_back(fmt::format("total {}", answer.at("total").get<int64_t>()));
  for (const auto& row : answer.at("rows"))
    out.push_back(fmt::format("{}  {}  {}  {}{}{}  {}", backend.customer(row.at("customer")), row.value("instance_key", "-"), row.at("events").get<int64_t>(),
                              duration(row.at("duration_s")), row.at("open").get<bool>() ? "  open" : "", measures(step, row, {"time_s"}),
                              names.sequence(row.at("sequence"))));
  return out;
}

/// "visit,shop>basket>order" as steps, each a list of names.
json funnel_of(const Step& step, const Names& names) {
  json funnel = {{"steps", json::array()}, {"window_s", seconds_of(step.option("window").value_or("1d"))}};
  for (const auto& one : split(step.words.at(0), ">")) funnel["steps"].push_back({{"touchpoints", names.ids(one)}});
  if (const auto mode = step.option("order")) funnel["mode"] = *mode;
  for (const auto& [name, value] : step.options) {
    if (name != "without") continue;  // "call@1-2": not between step 1 and step 2
    const auto at = value.find('@'), dash = value.find('-', at);
    funnel["exclusions"].push_back({{"touchpoints", names.ids(value.substr(0, at))}, {"after", std::stoll(value.substr(at + 1))}, {"before", std::stoll(value.substr(dash + 1))}});
  }
  return funnel;
}

/// Instances reached, share of the step before and of the first, median times; then who dropped and where they went.
std::vector<std::string> print_funnel(const Step& step, const json& answer, const Names& names) {
  std::vector<std::string> out;
  print_basis(step, answer, out);
  const auto number = [](const json& of, const char* field) { return of.contains(field) ? std::to_string(of.at(field).get<int64_t>()) : std::string("?"); };
  const auto share = [](const json& of, const char* field) { return of.contains(field) ? fmt::format("{:.4g}", of.at(field).at("share").get<double>()) : std::string("-"); };
  const auto time = [](const json& of, const char* field) { return of.contains(field) ? duration(of.at(field)) : std::string("-"); };
  for (const auto& s : answer.at("steps")) {
    out.push_back(fmt::format("{}  {}  {}  {}  {}  {}", names.sequence(s.at("touchpoints")), number(s, "instances"), share(s, "from_previous"), share(s, "from_first"),
                              time(s, "median_from_previous_s"), time(s, "median_from_first_s")));
    if (!step.option("dropped") || !s.contains("dropped")) continue;
    out.push_back(fmt::format("  dropped {}  running {}  ended {}  waiting {}", number(s, "dropped"), number(s, "running"), number(s, "ended"), number(s, "waiting")));
    for (const auto& next : s.at("next")) out.push_back(fmt::format("  > {}  {}", names.name(next.at("touchpoint")), next.at("instances").get<int64_t>()));
  }
  const auto counts = [&](const json& of) {
    std::string line;
    for (const auto& count : of.at("counts")) line += "  " + number(count, "instances");
    return line;
  };
  for (const auto& g : answer.at("groups")) out.push_back(fmt::format("{}={}{}", step.option("by").value_or(""), g.at("value").get<std::string>(), counts(g)));
  if (step.option("trend"))
    for (const auto& p : answer.at("trend"))
      out.push_back(fmt::format("{} {}{}  running {}", answer.at("trend_bucket").get<std::string>(), p.at("from").get<std::string>(), counts(p), p.at("running").get<int64_t>()));
  if (!answer.contains("comparison")) return out;
  const auto test = [](const json& t) {
    return fmt::format("{:+.3f}  {:+.3f}..{:+.3f}  p {:.4f}  {}{}", t.at("difference").get<double>(), t.at("low").get<double>(), t.at("high").get<double>(),
                       t.at("p_adjusted").get<double>(), t.at("method").get<std::string>(), t.at("significant").get<bool>() ? "  significant" : "");
  };
  for (const auto& s : answer.at("comparison").at("steps"))
    out.push_back(fmt::format("against {}  {}{}", number(s, "instances"), share(s, "from_previous"), s.contains("test") ? "  " + test(s.at("test")) : ""));
  if (answer.at("comparison").contains("overall")) out.push_back("overall " + test(answer.at("comparison").at("overall")));
  return out;
}

std::vector<std::string> print_funnel_rows(const Step& step, const json& answer, Backend& backend) {
  std::vector<std::string> out;
  print_basis(step, answer, out);
  out.push_back(fmt::format("total {}  customers {}", answer.at("total").get<int64_t>(), answer.at("customers").get<int64_t>()));
  for (const auto& row : answer.at("rows"))
    out.push_back(fmt::format("{}  {}  {}", backend.customer(row.at("customer")), row.at("reached").get<int64_t>(), duration(row.at("took_s"))));
  return out;
}

std::vector<std::string> print_touchpoints(const json& answer) {
  std::vector<std::string> out;
  for (const auto& t : answer.at("items")) {
    std::string types;
    for (const auto& type : t.at("event_types")) types += (types.empty() ? "" : ", ") + type.get<std::string>();
    out.push_back(fmt::format("{}{}  {}  {}", t.at("name").get<std::string>(), t.at("mapped").get<bool>() ? "" : " ?", t.value("events", int64_t{0}),
                              types.empty() ? "-" : types));
  }
  return out;
}

std::vector<std::string> print_coverage(const json& answer) {
  std::vector<std::string> out{fmt::format("events {}  customers {}  not assigned {}  types {}  types not assigned {}", answer.at("events").get<int64_t>(),
                                           answer.at("customers").get<int64_t>(), answer.at("events_not_assigned").get<int64_t>(),
                                           answer.at("event_types").get<int64_t>(), answer.at("event_types_not_assigned").get<int64_t>())};
  for (const auto& s : answer.at("sources"))
    out.push_back(fmt::format("{}  {}  {}  {}", s.at("name").get<std::string>(), s.at("events").get<int64_t>(), s.value("first", "-"), s.value("last", "-")));
  return out;
}

std::vector<std::string> print_dimensions(const json& answer) {
  std::vector<std::string> out;
  for (const auto& d : answer.at("dimensions")) {
    std::string line = d.at("name").get<std::string>() + "  " + std::to_string(d.at("distinct").get<int64_t>());
    for (const auto& v : d.at("values")) line += fmt::format("  {}={}", v.at("value").get<std::string>(), v.at("events").get<int64_t>());
    out.push_back(line);
  }
  return out;
}

std::vector<std::string> print_course(const json& answer) {
  std::vector<std::string> out;
  for (const auto& e : answer.at("events")) {
    std::string line = fmt::format("{}  {}  {}  {}", e.at("time").get<std::string>(), e.at("event_type").get<std::string>(),
                                   e.at("touchpoint_name").get<std::string>(), e.at("source").get<std::string>());
    for (const char* name : {"instance_key", "channel", "direction", "unit"})
      if (e.contains(name)) line += fmt::format("  {}={}", name, e.at(name).get<std::string>());
    if (e.contains("cost")) line += fmt::format("  cost={:g}", e.at("cost").get<double>());
    for (const auto& [name, value] : e.at("attributes").items()) line += fmt::format("  {}={}", name, value.get<std::string>());
    out.push_back(line);
  }
  return out;
}

json change_request(const Step& step, const Names& names) {
  const auto& w = step.words;
  if (step.kind == "merge") return {{"touchpoints", names.ids(w.at(0))}, {"into", names.id(w.at(1))}};
  if (step.kind == "rename") return {{"id", names.id(w.at(0))}, {"name", w.at(1)}};
  if (step.kind == "drop_rule") return {{"number", std::stoll(w.at(0))}};
  if (step.kind != "rule") return {{"id", names.id(w.at(0))}};
  json rule = {{"touchpoint", names.id(step.option("touchpoint").value_or(""))}};
  if (const auto types = step.option("type")) rule["event_types"] = split(*types, ",");
  if (const auto sources = step.option("source")) rule["sources"] = split(*sources, ",");
  if (const auto position = step.option("position")) rule["position"] = std::stoll(*position);
  for (const auto& [name, value] : step.options)
    if (name == "property") rule["properties"].push_back({{"attribute", value.substr(0, value.find(':'))}, {"value", value.substr(value.find(':') + 1)}});
  return rule;
}

std::vector<std::string> ask(Backend& backend, const Step& step) {
  const Names names(backend);
  backend.as_role(step.option("role").value_or("administrator"));
  json request = json::object();
  std::string question = step.kind;
  if (question == "course") {
    request["customer"] = backend.pseudonym(step.words.at(0));
  } else if (question != "touchpoints" && question != "coverage" && question != "dimensions") {
    backend.as_role("administrator");
    request["filter"] = filter_of(backend, names, step);
    backend.as_role(step.option("role").value_or("administrator"));
    if (const auto raw = step.option("filter")) request["filter"].merge_patch(json::parse(*raw));
    for (const char* number : {"as_of", "limit", "offset"})
      if (const auto v = step.option(number)) request[number] = std::stoll(*v);
    if (const auto list = step.option("measures")) request["measures"] = split(*list, ",");
    if (question == "detail") {
      request["from"] = names.id(step.words.at(0));
      if (step.words.size() > 1) request["to"] = names.id(step.words[1]);
    }
    if (question == "funnel" || question == "funnel_rows") {
      request["funnel"] = funnel_of(step, names);
      if (const auto by = step.option("by")) request["breakdown"] = condition(*by + ":", backend, false).at("attribute");
      // "from:2025-01-01;to:2025-02-01": a filter of its own.
      if (const auto against = step.option("against")) {
        request["compare"] = json::object();
        for (const auto& part : split(*against, ";")) request["compare"][part.substr(0, part.find(':'))] = part.substr(part.find(':') + 1);
      }
      if (const auto part = step.option("part")) request["part"] = json::parse(*part);
      if (const auto next = step.option("next")) request["part"]["next"] = names.id(*next);
    }
    if (question == "instances" && !step.words.empty()) {
      request["at"] = names.id(step.words[0]);
      if (step.words.size() > 1) request["edge_to"] = names.id(step.words[1]);
    }
  }
  const json answer = backend.ask(question, request);
  if (answer.contains("code")) return print_problem(answer);
  if (question == "graph") return print_graph(step, answer);
  if (question == "variants") return print_variants(step, answer, names);
  if (question == "detail") return print_detail(step, answer, names, backend);
  if (question == "instances") return print_instances(step, answer, names, backend);
  if (question == "funnel") return print_funnel(step, answer, names);
  if (question == "funnel_rows") return print_funnel_rows(step, answer, backend);
  if (question == "touchpoints") return print_touchpoints(answer);
  if (question == "coverage") return print_coverage(answer);
  if (question == "dimensions") return print_dimensions(answer);
  return print_course(answer);
}

}  // namespace

std::optional<std::string> Step::option(std::string_view name) const {
  for (const auto& [key, value] : options)
    if (key == name) return value;
  return std::nullopt;
}

Case read_case(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file.string() + " cannot be read");
  Case out{.file = file};
  Step* step = nullptr;
  bool expecting = false;
  int number = 0;
  auto fail = [&](const std::string& why) { throw std::runtime_error(fmt::format("{}:{}: {}", file.string(), number, why)); };
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) {
      expecting = false;
      continue;
    }
    if (line.starts_with('#') && !expecting) continue;
    if (line == "----") {
      if (!step) fail("an answer without a question");
      step->asks = expecting = true;
      continue;
    }
    if (expecting) {
      step->expected.push_back(line);
      continue;
    }
    auto words = columns(line);
    if (starts_block(words.front())) {
      const std::string kind = words.front();
      if (kind == "zone" || kind == "now") {
        if (words.size() != 2) fail(kind + " needs one value");
        (kind == "zone" ? out.zone : out.now) = words[1];
        continue;
      }
      step = &out.steps.emplace_back(Step{.kind = kind, .line = number, .source = line});
      for (size_t i = 1; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        if (equals == std::string::npos) step->words.push_back(words[i]);
        else step->options.emplace_back(words[i].substr(0, equals), words[i].substr(equals + 1));
      }
      continue;
    }
    if (!step || step->kind != "events") fail("neither an event nor an instruction: " + line);
    if (words.size() < 3) fail("an event needs customer, time and type");
    EventLine event{.customer = words[0], .time = words[1], .type = words[2]};
    for (size_t i = 3; i < words.size(); ++i) {
      const auto equals = words[i].find('=');
      if (equals == std::string::npos) fail("NAME=VALUE is expected: " + words[i]);
      event.fields[words[i].substr(0, equals)] = words[i].substr(equals + 1);
    }
    step->events.push_back(std::move(event));
  }
  return out;
}

std::vector<std::string> run(Backend& backend, const Step& step) {
  if (step.kind == "events") {
    backend.append(step.events);
    return {};
  }
  static const std::vector<std::string> changes{"adopt", "rename", "merge", "delete", "rule", "drop_rule"};
  if (std::find(changes.begin(), changes.end(), step.kind) == changes.end()) return ask(backend, step);
  const Names names(backend);
  backend.as_role(step.option("role").value_or("administrator"));
  const json problem = backend.change(step.kind, change_request(step, names));
  if (problem.is_null()) return {"done"};
  return print_problem(problem);
}

}  // namespace lotse::golden
