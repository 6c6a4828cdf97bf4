// Times the engine through its public interface on the generator's log, and writes its answers for bench/compare.py.
//
//   engine_bench DIR [--threads 2] [--runs 5] [--delta 0.01] [--out FOLDER] [--only QUERY]
//
// DIR holds events.bin of the generator. Events come in arrival order (time order, customers interleaved); an event class
// is (event type, source), 720 of them, mapped to 120 touchpoints in the scan; the last share of arrivals is still in the
// delta, appended in ten batches; every query carries filters that are present but exclude nothing.
// Columns printed: name, seconds (median, least, most), nanoseconds per event, processor nanoseconds per event of all
// threads together (which other load on the machine disturbs less).
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>

#include "engine/funnel.h"
#include "engine/graph.h"
#include "engine/variants.h"

using namespace lotse;
using namespace lotse::engine;

namespace {

constexpr uint32_t type_count = 120, source_count = 6, channel_count = 8;

struct Options {
  std::string dir, out, only;
  size_t threads = 2;
  int runs = 5;
  double delta = 0.01;
};

template <class T>
std::vector<T> read(std::ifstream& file, size_t count) {
  std::vector<T> data(count);
  file.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(count * sizeof(T)));
  if (!file) throw std::runtime_error("events.bin is too short");
  return data;
}

/// The generator's names, as it writes them into events.csv.
std::vector<std::string> touchpoint_names() {
  const char* channels[] = {"web", "app", "email", "store", "call_center", "social", "paid_search", "affiliate"};
  const char* verbs[] = {"view", "search", "compare", "open", "click", "call", "visit", "chat", "save", "share", "rate", "return"};
  std::vector<std::string> names;
  for (uint32_t i = 0; i < type_count; ++i) names.push_back(fmt::format("{}_{}_{:03}", verbs[i % 12], channels[i % 8], i));
  const char* first[] = {"home_page", "product_view", "add_to_cart", "purchase", "search", "email_open"};
  std::copy(std::begin(first), std::end(first), names.begin());
  return names;
}

/// Rows in order of arrival.
RowBatch load(const std::string& dir) {
  std::ifstream file(dir + "/events.bin", std::ios::binary);
  if (!file) throw std::runtime_error("no events.bin in " + dir);
  const size_t n = read<uint64_t>(file, 2)[0];
  const auto customer = read<uint32_t>(file, n);
  const auto time_ms = read<int64_t>(file, n);
  const auto type = read<uint16_t>(file, n);
  const auto channel = read<uint8_t>(file, n);
  const auto source = read<uint8_t>(file, n);
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return time_ms[a] != time_ms[b] ? time_ms[a] < time_ms[b] : a < b; });
  RowBatch rows;
  rows.attributes.resize(2);
  for (size_t i = 0; i < n; ++i) {
    const uint32_t r = order[i];
    rows.customer.push_back(customer[r]);
    rows.time_us.push_back(time_ms[r] * 1000);
    rows.arrival.push_back(i + 1);
    rows.event_class.push_back(type[r] * source_count + source[r]);
    rows.attributes[0].push_back(channel[r] + 1);
    rows.attributes[1].push_back(source[r] + 1);
  }
  return rows;
}

RowBatch part(const RowBatch& rows, size_t from, size_t to) {
  auto cut = [&](const auto& column) { return std::decay_t<decltype(column)>(column.begin() + from, column.begin() + to); };
  return {cut(rows.customer), cut(rows.time_us), cut(rows.arrival), cut(rows.event_class), {}, {cut(rows.attributes[0]), cut(rows.attributes[1])}};
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
  return std::move(*result);
}

/// Of all threads.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class Bench {
 public:
  Bench(const Options& options, uint64_t events) : options_(options), events_(events) {}

  /// One unmeasured run, then the measured ones; prints the median and keeps the last answer.
  template <class Work>
  auto time(const char* name, Work work) {
    auto answer = work();
    if (!options_.only.empty() && options_.only != name) return answer;
    std::vector<double> times, busy;
    for (int i = 0; i < options_.runs; ++i) {
      const double processor = processor_seconds();
      const auto start = std::chrono::steady_clock::now();
      answer = work();
      times.push_back(seconds_since(start));
      busy.push_back(processor_seconds() - processor);
    }
    std::sort(times.begin(), times.end());
    std::sort(busy.begin(), busy.end());
    const double median = times[times.size() / 2], per_event = 1e9 / static_cast<double>(events_);
    fmt::print("{}\t{:.6f}\t{:.6f}\t{:.6f}\t{:.3f}\t{:.3f}\n", name, median, times.front(), times.back(), median * per_event, busy[busy.size() / 2] * per_event);
    std::fflush(stdout);
    return answer;
  }

 private:
  const Options& options_;
  uint64_t events_;
};

/// Lines like the peers': a, b, count, mean and median in milliseconds.
void write_edges(const Options& options, const char* name, const Graph& graph, bool mean, bool median) {
  if (options.out.empty()) return;
  std::FILE* file = std::fopen((options.out + "/" + name + ".tsv").c_str(), "w");
  for (const auto& edge : graph.edges) {
    fmt::print(file, "{}\t{}\t{}", edge.from, edge.to, edge.count);
    if (mean) fmt::print(file, "\t{}", edge.mean_us / 1000);
    if (median) fmt::print(file, "\t{}", edge.median_us / 1000);
    fmt::print(file, "\n");
  }
  std::fclose(file);
}

void write_variants(const Options& options, const char* name, const Variants& variants) {
  if (options.out.empty()) return;
  std::FILE* file = std::fopen((options.out + "/" + name + ".tsv").c_str(), "w");
  std::string line;
  for (const auto& variant : variants.top) {
    line = "[";
    for (size_t i = 0; i < variant.sequence.size(); ++i) fmt::format_to(std::back_inserter(line), "{}{}", i ? "," : "", variant.sequence[i]);
    fmt::print(file, "{}]\t{}\n", line, variant.count);
  }
  std::fclose(file);
}

void write_funnel(const Options& options, const char* name, const Funnel& funnel) {
  if (options.out.empty()) return;
  std::FILE* file = std::fopen((options.out + "/" + name + ".tsv").c_str(), "w");
  for (size_t k = 0; k < funnel.steps.size(); ++k) fmt::print(file, "{}{}", k ? "\t" : "", funnel.steps[k].reached.instances);
  fmt::print(file, "\n");
  std::fclose(file);
}

void run(const Options& options) {
  const RowBatch rows = load(options.dir);
  const size_t n = rows.size(), in_delta = static_cast<size_t>(static_cast<double>(n) * options.delta);
  ThreadExecutor executor(options.threads);

  auto start = std::chrono::steady_clock::now();
  Snapshot columns = must(build(part(rows, 0, n - in_delta), executor));
  fmt::print("build\t{:.6f}\t\t\t{:.3f}\n", seconds_since(start), seconds_since(start) * 1e9 / static_cast<double>(n));
  start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < 10; ++i) columns = must(append(columns, part(rows, n - in_delta + in_delta * i / 10, n - in_delta + in_delta * (i + 1) / 10), executor));
  if (in_delta) fmt::print("append\t{:.6f}\t\t\t{:.3f}\n", seconds_since(start), seconds_since(start) * 1e9 / static_cast<double>(in_delta));

  auto sorted = touchpoint_names();
  std::sort(sorted.begin(), sorted.end());
  auto code = [&](const std::string& name) { return static_cast<Touchpoint>(std::lower_bound(sorted.begin(), sorted.end(), name) - sorted.begin()); };
  Mapping mapping{.touchpoint_of = {}, .touchpoint_count = type_count};
  for (const auto& name : touchpoint_names()) mapping.touchpoint_of.insert(mapping.touchpoint_of.end(), source_count, code(name));

  Query query;
  query.mapping = &mapping;
  query.period = {Period::Mode::overlaps, Micros{0}, Micros{4'102'444'800'000'000}};
  query.instances.events_min = 1;
  AttributeCondition channels{.attribute = 0, .codes = {}};
  for (uint32_t c = 0; c <= channel_count; ++c) channels.codes.push_back(c);
  query.events.attributes.push_back(channels);
  Query buyers = query;
  buyers.instances.contains.push_back({code("purchase")});
  Query web = query;  // a filter that must be evaluated: one channel hidden
  web.events.attributes[0].codes.pop_back();

  const auto about = info(columns);
  fmt::print("# events {} customers {} delta_events {} segments {} bytes_per_event {:.2f} with_attributes {:.2f}\n", about.events, about.customers, about.delta_events,
             about.segments, static_cast<double>(about.core_bytes) / static_cast<double>(about.events), static_cast<double>(about.bytes) / static_cast<double>(about.events));
  std::fflush(stdout);
  Bench bench(options, n);
  const GraphMeasures counts{}, mean{.mean = true}, median{.mean = true, .median = true};
  const VariantsQuery top{.top = 20}, top_times{.top = 20, .median_duration = true}, all{.top = SIZE_MAX};
  auto graph_of = [&](const Query& q, const GraphMeasures& m) { return [&] { return must(graph(columns, q, m, executor)); }; };
  auto variants_of = [&](const Query& q, const VariantsQuery& v) { return [&] { return must(variants(columns, q, v, executor)); }; };
  write_edges(options, "graph_mean", bench.time("graph_mean", graph_of(query, mean)), true, false);
  write_edges(options, "graph_median", bench.time("graph_median", graph_of(query, median)), true, true);
  write_variants(options, "variants_top", bench.time("variants_top", variants_of(query, top)));
  write_edges(options, "graph_buyers", bench.time("graph_buyers", graph_of(buyers, counts)), false, false);
  if (!options.out.empty()) write_variants(options, "variants_all", must(variants(columns, query, all, executor)));

  const FunnelQuery purchase{.steps = {{code("home_page")}, {code("product_view")}, {code("add_to_cart")}, {code("purchase")}}, .window = Micros{7 * 86'400'000'000}};
  FunnelQuery whole = purchase;  // what a page shows
  whole.times = whole.next = true;
  whole.attribute = 0;
  for (int64_t month = 0; month <= 12; ++month) whole.bucket_starts.push_back(Micros{1'735'689'600'000'000 + month * 30 * 86'400'000'000});
  FunnelQuery any_order = whole;
  any_order.mode = FunnelMode::any_order;
  auto funnel_of = [&](const Query& q, const FunnelQuery& f) { return [&] { return must(funnel(columns, q, f, executor)); }; };
  write_funnel(options, "funnel4_7d", bench.time("funnel4_7d", funnel_of(query, purchase)));
  bench.time("funnel4_7d_whole_page", funnel_of(query, whole));
  bench.time("funnel4_7d_any_order", funnel_of(query, any_order));
  bench.time("funnel4_7d_one_channel_hidden", funnel_of(web, whole));
  bench.time("funnel4_7d_rows_at_step_3", [&] { return must(funnel_instances(columns, query, purchase, {.step = 2, .dropped = true}, {}, 50, executor)); });

  bench.time("graph_counts", graph_of(query, counts));
  bench.time("graph_all_measures", graph_of(query, {.instances = true, .customers = true, .mean = true, .median = true, .p90 = true, .min_max = true}));
  bench.time("graph_distinct", graph_of(query, {.instances = true, .customers = true}));
  bench.time("graph_buyers_mean", graph_of(buyers, mean));
  bench.time("variants_buyers", variants_of(buyers, top));
  bench.time("variants_median_duration", variants_of(query, top_times));
  bench.time("totals", [&] { return must(totals(columns, query, executor)); });
  bench.time("graph_mean_one_channel_hidden", graph_of(web, mean));
  bench.time("graph_median_one_channel_hidden", graph_of(web, median));
  bench.time("variants_one_channel_hidden", variants_of(web, top));
  Query gap = query;
  gap.slicing.gap = Micros{7 * 86'400'000'000};
  bench.time("graph_mean_sliced_by_gap", graph_of(gap, mean));

  start = std::chrono::steady_clock::now();
  const auto bytes = freeze(columns);
  fmt::print("freeze\t{:.6f}\t\t\t\n", seconds_since(start));
  auto memory = std::shared_ptr<void>(std::aligned_alloc(4096, (bytes.size() + 4095) / 4096 * 4096), std::free);
  std::memcpy(memory.get(), bytes.data(), bytes.size());
  bench.time("view", [&] { return must(view({static_cast<const std::byte*>(memory.get()), bytes.size()}, memory, executor)); });
  start = std::chrono::steady_clock::now();
  columns = must(merge(columns, executor));
  fmt::print("merge\t{:.6f}\t\t\t{:.3f}\n", seconds_since(start), seconds_since(start) * 1e9 / static_cast<double>(n));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] { return ++i < argc ? std::string(argv[i]) : std::string(); };
    if (word == "--threads") options.threads = std::stoul(value());
    else if (word == "--runs") options.runs = std::stoi(value());
    else if (word == "--delta") options.delta = std::stod(value());
    else if (word == "--out") options.out = value();
    else if (word == "--only") options.only = value();  // one query, often: for a profiler
    else options.dir = word;
  }
  if (options.dir.empty()) {
    fmt::print(stderr, "engine_bench DIR [--threads 2] [--runs 5] [--delta 0.01] [--out FOLDER] [--only QUERY]\n");
    return 2;
  }
  try {
    run(options);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "engine_bench: {}\n", failure.what());
    return 1;
  }
}
