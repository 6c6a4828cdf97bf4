#include "cli/mine.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/graph.h"
#include "engine/variants.h"
#include "formats/detect.h"
#include "formats/inflate.h"
#include "formats/typed_columns.h"

namespace lotse::cli {
namespace {

using formats::ColumnRole;
using formats::DetectedColumn;
using formats::DetectedFile;

std::string listed(const std::vector<DetectedColumn>& columns) {
  std::string out;
  for (const DetectedColumn& c : columns) out += (out.empty() ? "" : ", ") + c.name;
  return out;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
}

// The columns that make an event.
struct Plan {
  size_t instance = 0, time = 0;
  std::optional<size_t> customer, lifecycle, time_of_day;
  std::vector<size_t> activity;  // joined by '+'
};

std::optional<size_t> find_column(const std::vector<DetectedColumn>& columns, std::string_view name) {
  for (size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == name) return i;
  for (size_t i = 0; i < columns.size(); ++i)
    if (same_ignoring_case(columns[i].name, name)) return i;
  return std::nullopt;
}

Result<size_t> named_or_guessed(const DetectedFile& found, const std::optional<std::string>& name, std::initializer_list<ColumnRole> roles,
                                std::string_view option, std::string_view what) {
  if (name) {
    if (const auto i = find_column(found.columns, *name)) return *i;
    return Error::invalid("column_not_found", "", fmt::format("There is no column \"{}\" ({}). The columns are: {}.", *name, option, listed(found.columns)));
  }
  for (ColumnRole role : roles)
    for (size_t i = 0; i < found.columns.size(); ++i)
      if (found.columns[i].role == role) return i;
  return Error::invalid("column_not_guessed", "", fmt::format("It is not clear which column holds {}. Name it with {} NAME. The columns are: {}.", what, option, listed(found.columns)));
}

std::vector<std::string> keys_of(std::string_view classifier) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= classifier.size();) {
    const size_t end = std::min(classifier.find('+', at), classifier.size());
    if (end > at) out.emplace_back(classifier.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

Result<Plan> plan_of(const DetectedFile& found, const MineOptions& options) {
  Plan plan;
  const bool xes = found.options.format == formats::FileFormat::xes;
  // An XES log names its columns itself.
  const auto or_xes = [&](const std::optional<std::string>& given, const char* key) { return given || !xes ? given : std::optional<std::string>(key); };
  plan.instance = TRY(named_or_guessed(found, or_xes(options.case_column, "case:concept:name"), {ColumnRole::instance_key, ColumnRole::customer}, "--case", "the case"));
  plan.activity.push_back(TRY(named_or_guessed(found, or_xes(options.activity_column, "concept:name"), {ColumnRole::event_type}, "--activity", "the activity")));
  plan.time = TRY(named_or_guessed(found, or_xes(options.time_column, "time:timestamp"), {ColumnRole::time}, "--time", "the time"));
  if (found.columns[plan.time].role == ColumnRole::time)
    for (size_t i = 0; i < found.columns.size(); ++i)
      if (found.columns[i].role == ColumnRole::time_of_day) plan.time_of_day = i;
  if (options.customer_column) plan.customer = TRY(named_or_guessed(found, options.customer_column, {}, "--customer", "the customer"));
  if (xes) return plan;  // the reader filters and classifies
  const auto lifecycle = [&]() -> Result<size_t> {
    for (const char* name : {"lifecycle:transition", "lifecycle", "lifecycle_transition", "registration_type"})
      if (const auto i = find_column(found.columns, name)) return *i;
    return Error::invalid("lifecycle_missing", "", fmt::format("The log has no column lifecycle:transition. The columns are: {}.", listed(found.columns)));
  };
  if (options.lifecycle) plan.lifecycle = TRY(lifecycle());
  if (options.classifier) {
    const size_t name = plan.activity[0];
    plan.activity.clear();
    for (const std::string& key : keys_of(*options.classifier))
      plan.activity.push_back(key == "name" ? name : key == "lifecycle" ? TRY(lifecycle()) : TRY(named_or_guessed(found, key, {}, "--classifier", "the class")));
    if (plan.activity.empty()) plan.activity.push_back(name);
  }
  return plan;
}

// True where the file, unpacked, is XML.
bool xes_head(formats::ByteFile& file) {
  std::string bytes(4096, '\0');
  formats::FileSource raw(file);
  bytes.resize(formats::read_full(raw, bytes).value_or(0));
  if (!formats::is_compressed(bytes)) return formats::is_xml(bytes);
  formats::FileSource again(file);
  formats::InflateSource inflate(again);
  std::string text(4096, '\0');
  text.resize(formats::read_full(inflate, text).value_or(0));
  return formats::is_xml(text);
}

// Notes by code, in order of appearance.
class Notes {
 public:
  void add(const char* code, uint64_t row) {
    for (MineNote& n : notes_)
      if (n.code == code) {
        ++n.rows;
        return;
      }
    notes_.push_back({code, 1, row});
  }
  uint64_t of(std::string_view code) const {
    for (const MineNote& n : notes_)
      if (n.code == code) return n.rows;
    return 0;
  }
  uint64_t total() const {
    uint64_t sum = 0;
    for (const MineNote& n : notes_) sum += n.rows;
    return sum;
  }
  std::vector<MineNote> sorted() && {
    std::stable_sort(notes_.begin(), notes_.end(), [](const MineNote& a, const MineNote& b) { return a.rows > b.rows; });
    return std::move(notes_);
  }

 private:
  std::vector<MineNote> notes_;
};

struct Log {
  engine::RowBatch rows;
  formats::TextDictionary customers, instances, activities;
  Notes rejects, warnings;
  uint64_t invalid_bytes = 0, loose_events = 0;
};

Result<> read_log(formats::ByteFile& file, const DetectedFile& found, const Plan& in_file, const MineOptions& options, formats::TimeLayout layout,
                  Micros now, formats::OtherFormats* others, Log& out) {
  const formats::StampReader stamps(layout, TRY(formats::Zone::find(options.zone)), now);
  const bool serial_days = found.options.format == formats::FileFormat::xlsx;
  std::vector<std::string> wanted;
  for (const size_t c : in_file.activity) wanted.push_back(found.columns[c].name);
  for (const size_t c : {in_file.instance, in_file.time, in_file.customer.value_or(in_file.time), in_file.lifecycle.value_or(in_file.time), in_file.time_of_day.value_or(in_file.time)})
    wanted.push_back(found.columns[c].name);
  auto table = TRY(formats::OpenTable::open(file, found.options, wanted, others));
  const auto place = [&](size_t column) {
    const auto& names = table->rows().columns();
    return static_cast<size_t>(std::find(names.begin(), names.end(), found.columns[column].name) - names.begin());
  };
  Plan plan = in_file;
  for (size_t* c : {&plan.instance, &plan.time}) *c = place(*c);
  for (auto* c : {&plan.customer, &plan.lifecycle, &plan.time_of_day})
    if (*c) *c = place(**c);
  for (size_t& c : plan.activity) c = place(c);
  formats::RowBlock block;
  std::string joined;
  while (TRY(table->rows().next(block))) {
    auto problem = block.problems().begin();
    for (size_t r = 0; r < block.row_count(); ++r) {
      const uint64_t row = block.row_number(r);
      if (problem != block.problems().end() && problem->row == r) {
        out.rejects.add((problem++)->code, row);
        continue;
      }
      if (plan.lifecycle && !same_ignoring_case(formats::without_outer_blanks(block.cell(r, *plan.lifecycle)), *options.lifecycle)) {
        continue;
      }
      const std::string_view instance = formats::without_outer_blanks(block.cell(r, plan.instance));
      if (instance.empty()) {
        out.rejects.add("no_case", row);
        continue;
      }
      std::string_view customer = instance;
      if (plan.customer) {
        customer = formats::without_outer_blanks(block.cell(r, *plan.customer));
        if (customer.empty()) {
          out.rejects.add("no_customer", row);
          continue;
        }
      }
      std::string_view activity = formats::without_outer_blanks(block.cell(r, plan.activity[0]));
      if (plan.activity.size() > 1) {
        bool any = !activity.empty();
        joined = activity;
        for (size_t i = 1; i < plan.activity.size(); ++i) {
          const std::string_view part = formats::without_outer_blanks(block.cell(r, plan.activity[i]));
          any = any || !part.empty();
          joined += '+';
          joined += part;
        }
        activity = any ? std::string_view(joined) : std::string_view();
      }
      if (activity.empty()) {
        out.rejects.add("empty_event_type", row);
        continue;
      }
      formats::Stamp stamp = stamps.read_mixed(block.cell(r, plan.time), serial_days);
      if (plan.time_of_day && stamp.problem == formats::StampProblem::none) {
        const std::string_view clock = formats::without_outer_blanks(block.cell(r, *plan.time_of_day));
        const auto time = formats::read_time_of_day(clock);
        if (!time && !clock.empty()) {
          out.rejects.add("bad_time_of_day", row);
          continue;
        }
        if (time) stamp = stamps.at(stamp, *time);
        else out.warnings.add("time_of_day_missing", row);
      }
      if (stamp.problem != formats::StampProblem::none) {
        out.rejects.add(formats::code(stamp.problem), row);
        continue;
      }
      if (stamp.flags & formats::stamp_ambiguous) out.warnings.add("ambiguous_local_time", row);
      if (stamp.flags & formats::stamp_nonexistent) out.warnings.add("skipped_local_time", row);
      if (stamp.flags & formats::stamp_before_1990) out.warnings.add("before_1990", row);
      if (stamp.flags & formats::stamp_in_future) out.warnings.add("in_future", row);
      out.rows.customer.push_back(plan.customer ? out.customers.code(customer) : out.instances.code(instance));
      if (plan.customer) out.rows.instance_key.push_back(out.instances.code(instance) + 1);  // 0 stands for none
      out.rows.event_class.push_back(out.activities.code(activity));
      out.rows.time_us.push_back(stamp.utc.count());
      out.rows.arrival.push_back(out.rows.arrival.size() + 1);
    }
  }
  out.invalid_bytes = table->invalid_bytes();
  if (const auto* xes = table->xes()) out.loose_events = xes->counts().loose_events;
  return {};
}

}  // namespace

Result<MineReport> mine(formats::ByteFile& file, const MineOptions& options, Clock& clock, formats::OtherFormats* others) {
  formats::DetectHints hints;
  if (options.format) {
    hints.format = from_word<formats::FileFormat>(*options.format);
    if (!hints.format) return Error::invalid("unknown_format", "", fmt::format("The format \"{}\" is not known. Use csv, xlsx, json, parquet, xes, ocel_json, ocel_xml or ocel_sqlite.", *options.format));
  }
  hints.delimiter = options.separator;
  hints.sheet = options.sheet;
  if (options.lifecycle) hints.xes.lifecycle = *options.lifecycle;
  hints.ocel = {options.customer_type.value_or(""), options.key_type.value_or("")};
  if (options.classifier && !keys_of(*options.classifier).empty()) hints.xes.classifier = keys_of(*options.classifier);
  TRY(formats::Zone::find(options.zone));

  MineReport report;
  auto detected = formats::detect(file, hints, others);
  // An XES log without a single event in a trace is a log; a table without rows is a mistake.
  if (!detected && detected.error().code == "no_rows" && xes_head(file)) {
    report.warnings.push_back({"no_events", 0, std::nullopt});
    return report;
  }
  const DetectedFile found = TRY(std::move(detected));
  const Plan plan = TRY(plan_of(found, options));
  const bool xes = found.options.format == formats::FileFormat::xes;
  const auto& time_column = found.columns[plan.time];
  formats::TimeLayout layout = formats::TimeLayout::iso;
  bool ambiguous = false;
  if (time_column.time) {
    layout = time_column.time->layout;
    ambiguous = time_column.time->slash_ambiguous;
  } else if (!xes) {
    std::vector<std::string_view> samples(time_column.samples.begin(), time_column.samples.end());
    if (const auto time = formats::detect_time(samples)) layout = time->layout;
  }

  const Micros now = clock.now();
  auto log = std::make_unique<Log>();
  if (auto done = read_log(file, found, plan, options, layout, now, others, *log); !done) return done.error();
  if (ambiguous && log->rejects.of("bad_time") > 0) {
    // The start of the file did not tell 03/04 from 04/03, but a later row does.
    auto other = std::make_unique<Log>();
    if (auto done = read_log(file, found, plan, options, formats::TimeLayout::day_slash, now, others, *other); !done) return done.error();
    if (other->rejects.total() < log->rejects.total()) {
      log = std::move(other);
      ambiguous = false;
    }
  }

  const auto& names = log->activities;
  if (names.size() >= engine::no_touchpoint)
    return Error::make(ErrorKind::too_large, "too_many_touchpoints",
                       fmt::format("The column {} has {} different values; at most 65,535 activities can be mined. Name another column with --activity.",
                                   found.columns[plan.activity[0]].name, names.size()));
  engine::ThreadExecutor executor(std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8));
  const bool empty = log->rows.size() == 0;
  Micros last{0};
  if (!empty) {
    const auto [first_us, last_us] = std::minmax_element(log->rows.time_us.begin(), log->rows.time_us.end());
    last = Micros(*last_us);
    report.first_event = iso_utc(Micros(*first_us));
    report.last_event = iso_utc(last);
  }
  const engine::Snapshot columns = TRY(engine::build(log->rows, executor));
  log->rows = {};

  engine::Mapping mapping;
  mapping.touchpoint_count = static_cast<uint32_t>(names.size());
  for (size_t i = 0; i < names.size(); ++i) mapping.touchpoint_of.push_back(static_cast<engine::Touchpoint>(i));
  engine::Query query{.mapping = &mapping};
  query.slicing.by = plan.customer ? engine::Slicing::By::instance_key : engine::Slicing::By::customer;
  query.as_of = last;
  engine::VariantsQuery ask{.top = 10, .median_duration = true};
  std::vector<uint32_t> by_name(names.size());
  for (uint32_t i = 0; i < by_name.size(); ++i) by_name[i] = i;
  std::sort(by_name.begin(), by_name.end(), [&](uint32_t a, uint32_t b) { return names.text(a) < names.text(b); });
  ask.rank.resize(names.size());
  for (uint32_t place = 0; place < by_name.size(); ++place) ask.rank[by_name[place]] = place;

  const engine::Totals totals = TRY(engine::totals(columns, query, executor));
  engine::Graph graph = TRY(engine::graph(columns, query, {.mean = true, .median = true}, executor));
  const engine::Variants variants = TRY(engine::variants(columns, query, ask, executor));

  const auto name = [&](engine::Touchpoint t) { return std::string(names.text(t)); };
  report.instances = totals.instances;
  report.events = totals.events;
  report.touchpoints = totals.touchpoints;
  report.variants = variants.distinct;
  report.duration_s = {totals.duration_mean_us / 1e6, totals.duration_median_us / 1e6};
  std::sort(graph.edges.begin(), graph.edges.end(), [&](const engine::GraphEdge& a, const engine::GraphEdge& b) {
    if (a.count != b.count) return a.count > b.count;
    return std::pair(ask.rank[a.from], ask.rank[a.to]) < std::pair(ask.rank[b.from], ask.rank[b.to]);
  });
  for (const engine::GraphEdge& e : graph.edges) report.edges.push_back({name(e.from), name(e.to), e.count, e.mean_us / 1e6, e.median_us / 1e6});
  for (const engine::Variant& v : variants.top) {
    auto& out = report.top_variants.emplace_back();
    for (engine::Touchpoint t : v.sequence) out.sequence.push_back(name(t));
    out.count = v.count;
    out.share = v.share;
    out.median_duration_s = v.median_duration_us / 1e6;
  }
  report.rejected_rows = log->rejects.total();
  report.rejects = std::move(log->rejects).sorted();
  report.warnings = std::move(log->warnings).sorted();
  if (ambiguous) report.warnings.push_back({"us_dates_assumed", report.events, std::nullopt});
  if (log->invalid_bytes > 0) report.warnings.push_back({"invalid_bytes", log->invalid_bytes, std::nullopt});
  if (log->loose_events > 0) report.warnings.push_back({"events_outside_traces", log->loose_events, std::nullopt});
  if (empty) report.warnings.push_back({"no_events", 0, std::nullopt});
  report.columns = {{"case", found.columns[plan.instance].name}, {"activity", found.columns[plan.activity[0]].name}, {"time", time_column.name}};
  for (size_t i = 1; i < plan.activity.size(); ++i) report.columns["activity"] += "+" + found.columns[plan.activity[i]].name;
  if (plan.time_of_day) report.columns["time"] += "+" + found.columns[*plan.time_of_day].name;
  if (plan.customer) report.columns["customer"] = found.columns[*plan.customer].name;
  return report;
}

}  // namespace lotse::cli
