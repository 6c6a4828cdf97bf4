#include "connect/import_run.h"

#include <fmt/format.h>

#include <chrono>
#include <unordered_map>

#include "base/log.h"
#include "connect/detail/rejects.h"
#include "connect/detail/row_feed.h"
#include "connect/disk_formats.h"
#include "connect/file_bytes.h"
#include "connect/import_plan.h"
#include "formats/number.h"
#include "formats/typed_columns.h"
#include "hub/direction.h"

namespace lotse::connect {

namespace {
using Steady = std::chrono::steady_clock;
constexpr size_t text_bytes_max = 10'000;

double seconds_since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

/// Rows by the source that they name (none: the file's) and the quarter of an hour of their time.
using SourceQuarters = std::map<std::string, std::unordered_map<int64_t, uint64_t>, std::less<>>;
int64_t quarter_of(Micros time) { return time.count() / events::quarter_us - (time.count() % events::quarter_us < 0); }

/// What all threads of one import share.
struct Run {
  const ImportPlan& plan;
  const SourceMapping& mapping;
  formats::OpenTable& table;
  uint64_t file_bytes;
  const ImportProgress& progress;
  detail::RowFeed feed;
  hub::Intake& intake;
  detail::RejectFile rejects;
  hub::LocalDays days;
  hub::Day today;
  privacy::Vault& vault;
  const ImportOrder& order;
  bool any_erased;

  std::mutex mutex;
  uint64_t rows_read = 0;
  detail::ReasonCounts rejected, warned;
  SourceQuarters mapped;
  std::map<std::pair<hub::Day, std::string>, uint64_t> rejected_days;
  double read_s = 0, identify_s = 0;
  size_t threads = 0;
  uint64_t consumed = 0;
};

/// One thread: blocks of cells become batches of rows.
class BlockReader {
 public:
  explicit BlockReader(Run& run)
      : run_(run), worker_(run.intake), attributes_(run.plan.attributes.size()), identifiers_(run.plan.identifier_columns.size()) {
    std::lock_guard lock(run_.mutex);
    ++run_.threads;
  }

  Result<bool> next(events::RowBatch& out) {
    const auto start = Steady::now();
    out.clear();
    const bool more = TRY(run_.feed.next(reader_));
    if (!more) {
      report();
      return false;
    }
    read_s_ += seconds_since(start);
    const auto mapping = Steady::now();
    TRY(map_rows(out));
    TRY(run_.rejects.block(reader_.number, std::move(reject_text_), reject_count_, run_.table.rows().columns()));
    reject_text_.clear();
    reject_count_ = 0;
    // Counted, but in no file: their customers are not to be kept.
    for (const auto& refused : TRY(worker_.finish(out))) rejected_.add(refused.code, refused.row, "");
    identify_s_ += seconds_since(mapping);
    show_progress();
    return true;
  }

 private:
  std::string_view cell(size_t row, size_t column) const {
    return column == ImportPlan::none ? std::string_view{} : formats::without_outer_blanks(reader_.block.cell(row, column));
  }

  void reject(size_t row, std::string_view code, std::string_view example) {
    const uint64_t number = reader_.block.row_number(row);
    if (run_.any_erased) {
      const auto gone = run_.vault.is_erased(run_.order.workspace, cell(row, run_.plan.customer));
      if (gone && *gone) return rejected_.add("erased", number, "");
    }
    rejected_.add(code, number, example);
    ++rejected_days_[{day_of(row), std::string(code)}];
    ++reject_count_;
    std::vector<std::string_view> cells;
    std::string whole;  // of what could not be taken apart
    if (reader_.block.cell_count(row) == 0) cells.push_back(whole = reader_.block.row_text(row));
    for (size_t c = 0; c < reader_.block.cell_count(row); ++c) cells.push_back(reader_.block.cell(row, c));
    run_.rejects.append_row(reject_text_, number, code, cells);
  }

  /// Of a rejected row: that of its time where it can be read, else today.
  hub::Day day_of(size_t row) const {
    const auto stamp = run_.plan.stamps->read_mixed(cell(row, run_.plan.time), run_.plan.serial_days);
    return stamp.problem == formats::StampProblem::none ? run_.days.of(stamp.utc) : run_.today;
  }

  void count_mapped(std::string_view source, Micros time) {
    if (!quarters_ || source != counted_source_) {
      auto at = mapped_.find(source);
      if (at == mapped_.end()) at = mapped_.emplace(std::string(source), std::unordered_map<int64_t, uint64_t>()).first;
      counted_source_ = at->first;
      quarters_ = &at->second;
    }
    ++(*quarters_)[quarter_of(time)];
  }

  Result<void> map_rows(events::RowBatch& out) {
    const ImportPlan& plan = run_.plan;
    const auto& block = reader_.block;
    auto problem = block.problems().begin();
    hub::IncomingRow in;
    rows_ += block.row_count();
    for (size_t r = 0; r < block.row_count(); ++r) {
      if (problem != block.problems().end() && problem->row == r) {
        reject(r, problem->code, block.cell_count(r) > 0 ? block.cell(r, 0) : std::string_view(block.row_text(r)).substr(0, 200));
        ++problem;
        continue;
      }
      in.customer = cell(r, plan.customer);
      if (in.customer.empty()) {
        reject(r, "no_customer", cell(r, plan.type));
        continue;
      }
      in.type = cell(r, plan.type);
      if (in.type.empty()) {
        reject(r, "no_event_type", in.customer);
        continue;
      }
      const std::string_view time = cell(r, plan.time);
      formats::Stamp stamp = plan.stamps->read_mixed(time, plan.serial_days);
      if (stamp.problem != formats::StampProblem::none) {
        reject(r, formats::code(stamp.problem), time);
        continue;
      }
      const std::string_view clock = cell(r, plan.time_of_day);
      if (!clock.empty()) {
        const auto read = formats::read_time_of_day(clock);
        if (read) stamp = plan.stamps->at(stamp, *read);
        if (!read || stamp.problem != formats::StampProblem::none) {
          reject(r, read ? formats::code(stamp.problem) : "bad_time_of_day", clock);
          continue;
        }
      }
      in.instance_key = cell(r, plan.instance_key);
      in.channel = cell(r, plan.channel);
      in.unit = cell(r, plan.unit);
      in.source = cell(r, plan.source);
      if (std::max({in.customer.size(), in.type.size(), in.instance_key.size(), in.channel.size(), in.unit.size(), in.source.size()}) > text_bytes_max) {
        reject(r, "text_too_long", in.type);
        continue;
      }
      in.row = block.row_number(r);
      in.time = stamp.utc;
      if (plan.time_of_day != ImportPlan::none && clock.empty()) warned_.add("time_of_day_missing", in.row, time);
      if (stamp.flags & ~formats::stamp_had_zone) warn_of_time(stamp, in.row, clock.empty() ? std::string(time) : fmt::format("{} {}", time, clock));
      if (in.channel.empty()) in.channel = plan.default_channel;
      if (in.unit.empty()) in.unit = plan.default_unit;
      in.direction = plan.default_direction;
      if (const std::string_view text = cell(r, plan.direction); !text.empty()) {
        if (text != last_direction_text_) {
          last_direction_ = hub::direction_word(text);
          last_direction_text_ = std::string(text);
        }
        if (last_direction_)
          in.direction = *last_direction_;
        else
          warned_.add("unknown_direction", in.row, text);
      }
      in.cost = std::numeric_limits<double>::quiet_NaN();
      if (const std::string_view text = cell(r, plan.cost); !text.empty()) {
        if (const auto number = formats::read_decimal(text, plan.decimal_mark))
          in.cost = *number;
        else
          warned_.add("bad_cost", in.row, text);
      }
      for (size_t a = 0; a < attributes_.size(); ++a) attributes_[a] = cell(r, plan.attribute_columns[a]);
      in.attributes = attributes_;
      for (size_t i = 0; i < identifiers_.size(); ++i) {
        identifiers_[i] = cell(r, plan.identifier_columns[i]);
        if (identifiers_[i].size() > text_bytes_max) {
          warned_.add("identifier_too_long", in.row, "");
          identifiers_[i] = {};
        }
      }
      in.identifiers = identifiers_;
      in.consent = {};
      for (const auto& [column, purpose] : plan.consents)
        if (const auto yes = privacy::consent_word(cell(r, column))) in.consent.say(purpose, *yes);
      if (const char* refused = TRY(worker_.refusal(in.customer, in.consent))) {
        rejected_.add(refused, in.row, "");  // counted, but in no file
        continue;
      }
      TRY(worker_.add(in, out));
      count_mapped(in.source, in.time);
    }
    return {};
  }

  void warn_of_time(const formats::Stamp& stamp, uint64_t row, std::string_view text) {
    if (stamp.flags & formats::stamp_before_1990) warned_.add("before_1990", row, text);
    if (stamp.flags & formats::stamp_in_future) warned_.add("in_future", row, text);
    if (stamp.flags & formats::stamp_ambiguous) warned_.add("ambiguous_local_time", row, text);
    if (stamp.flags & formats::stamp_nonexistent) warned_.add("skipped_local_time", row, text);
  }

  void show_progress() {
    std::lock_guard lock(run_.mutex);
    const uint64_t consumed = run_.table.consumed_bytes();
    if (consumed < run_.consumed + (1 << 20) && consumed != run_.file_bytes) return;
    run_.consumed = consumed;
    const double share = run_.file_bytes > 0 ? static_cast<double>(consumed) / static_cast<double>(run_.file_bytes) : 0;
    run_.progress(0.02 + 0.88 * std::min(share, 1.0), "read");
  }

  void report() {
    std::lock_guard lock(run_.mutex);
    run_.rows_read += rows_;
    run_.rejected.add(rejected_);
    run_.warned.add(warned_);
    for (const auto& [source, quarters] : mapped_)
      for (const auto& [quarter, rows] : quarters) run_.mapped[source][quarter] += rows;
    for (const auto& [key, rows] : rejected_days_) run_.rejected_days[key] += rows;
    mapped_.clear();
    rejected_days_.clear();
    quarters_ = nullptr;
    run_.read_s += read_s_;
    run_.identify_s += identify_s_;
    rows_ = 0;
    rejected_ = warned_ = {};
    read_s_ = identify_s_ = 0;
  }

  Run& run_;
  hub::Intake::Worker worker_;
  detail::RowFeed::Reader reader_;
  std::vector<std::string_view> attributes_, identifiers_;
  detail::ReasonCounts rejected_, warned_;
  std::string reject_text_;
  uint64_t reject_count_ = 0, rows_ = 0;
  double read_s_ = 0, identify_s_ = 0;
  std::string last_direction_text_;
  std::optional<std::string_view> last_direction_;
  SourceQuarters mapped_;
  std::string_view counted_source_;
  std::unordered_map<int64_t, uint64_t>* quarters_ = nullptr;  // of counted_source_
  std::map<std::pair<hub::Day, std::string>, uint64_t> rejected_days_;
};

using SourceDays = std::map<std::pair<std::string, hub::Day>, uint64_t>;  // (source id, day) → events

SourceDays by_day(const events::DuckStore& store, const std::vector<events::Volume>& volumes, const hub::LocalDays& days) {
  const auto dictionary = store.dictionary();
  SourceDays out;
  for (const auto& v : volumes) out[{dictionary->sources.at(v.source - 1u).id, days.of(Micros{v.quarter * events::quarter_us})}] += v.events;
  return out;
}

/// What became of the file's rows: what was mapped and is not stored was known.
Result<std::vector<hub::IntakeCount>> counts_of(const Run& run, const events::DuckStore& store, const ImportOrder& order) {
  const SourceDays stored = by_day(store, TRY(store.import_volumes(order.import)), run.days);
  std::map<std::string, std::string> ids;
  for (const auto& source : store.dictionary()->sources) ids[source.name] = source.id;
  SourceDays mapped;
  for (const auto& [source, quarters] : run.mapped) {
    const auto named = ids.find(source);
    const std::string& id = source.empty() || named == ids.end() ? order.source_id : named->second;
    for (const auto& [quarter, rows] : quarters) mapped[{id, run.days.of(Micros{quarter * events::quarter_us})}] += rows;
  }
  std::vector<hub::IntakeCount> out;
  for (const auto& [key, rows] : mapped) {
    const auto at = stored.find(key);
    const uint64_t kept = at == stored.end() ? 0 : std::min(at->second, rows);
    hub::IntakeCount count{.source = key.first, .arrived = run.today, .day = key.second};
    count.events = kept;
    out.push_back(count);
    count.outcome = hub::Outcome::known;
    count.events = rows - kept;
    out.push_back(count);
  }
  for (const auto& [key, rows] : run.rejected_days)
    out.push_back({.source = order.source_id, .arrived = run.today, .day = key.first, .outcome = hub::Outcome::rejected, .reason = key.second, .events = rows});
  return out;
}

/// A guess for the tables that want one early; too low only costs time.
size_t expected_rows(const formats::TableOptions& options, uint64_t file_bytes) {
  using F = formats::FileFormat;
  const bool packed = options.compressed || options.format == F::xlsx || options.format == F::parquet;
  const bool wordy = options.format != F::csv && options.format != F::xlsx && options.format != F::parquet;
  return static_cast<size_t>(std::min<uint64_t>((packed ? file_bytes * 8 : file_bytes) / (wordy ? 250 : 50) + 1000, 30'000'000));
}
}  // namespace

Result<ImportResult> run_import(std::shared_ptr<events::DuckStore> store, privacy::Vault& vault, const ImportOrder& order, const Clock& clock,
                                const ImportProgress& progress, std::stop_token stop) {
  progress(0, "read");
  const auto begin = Steady::now();
  const auto file = TRY(DiskFile::open(order.file));
  DiskFormats others(order.file, order.file.parent_path());
  ImportPlan plan = TRY(plan_import(*file, others, order, clock.now(), stop));
  const auto table = TRY(formats::OpenTable::open(*file, plan.table, plan.first_columns, &others));
  TRY(place_columns(plan, order.mapping, table->rows().columns()));
  const hub::LocalDays days(TRY(formats::Zone::find(order.time_zone)));
  hub::IntakeOptions intake_options{order.workspace, order.source_id, order.source_name, plan.customer_is_instance, plan.attributes, plan.customer_kind, plan.identifier_kinds, order.plan, order.consents, order.scrub, order.corrections};
  const auto intake = TRY(hub::Intake::open(store, vault, std::move(intake_options)));
  Run run{plan, order.mapping, *table, file->size_bytes(), progress, detail::RowFeed(*table), *intake, detail::RejectFile(order.rejects, order.language), days, days.of(clock.now()), vault, order, TRY(vault.any_erased(order.workspace))};

  events::ImportRows rows;
  rows.import = order.import;
  rows.source = intake->source();
  rows.attributes = intake->attributes();
  rows.replaces = order.replaces;
  rows.rows_expected = expected_rows(plan.table, file->size_bytes());
  rows.worker = [&run] {
    return [reader = std::make_shared<BlockReader>(run)](events::RowBatch& out) { return reader->next(out); };
  };
  double keep_s = 0;
  rows.evidence = [&intake] { return intake->evidence(); };
  rows.before_publish = [&]() -> Result<void> {
    TRY(run.rejects.finish());
    progress(0.93, "identify");
    const auto start = Steady::now();
    auto kept = vault.keep(order.workspace);
    keep_s = seconds_since(start);
    progress(0.97, "publish");
    return kept;
  };
  rows.abandoned = [&] { vault.discard(order.workspace); };
  rows.stage = [&](std::string_view stage) { progress(stage == "store" ? 0.9 : stage == "publish" ? 0.92 : 0.01, stage); };
  const auto stored = store->import_rows(rows, stop);
  if (!stored) {
    std::error_code ignored;
    std::filesystem::remove(order.rejects, ignored);
    return stored.error();
  }

  ImportResult out;
  out.rows_read = run.rows_read;
  out.rejects = run.rejected.list();
  out.rows_rejected = run.rejected.total();
  if (plan.us_dates_assumed) run.warned.add("us_dates_assumed", 0, "");
  out.warnings = run.warned.list();
  for (auto& warning : out.warnings)
    if (warning.code == "us_dates_assumed") warning.rows = out.rows_read, warning.example.reset();
  if (const auto* xes = table->xes(); xes && xes->counts().loose_events > 0)
    out.warnings.push_back({"events_outside_traces", xes->counts().loose_events, std::nullopt});
  if (table->invalid_bytes() > 0) out.warnings.push_back({"invalid_bytes", table->invalid_bytes(), std::nullopt});
  out.events_new = stored->events_new;
  out.events_known = stored->events_known;
  out.customers_new = intake->customers_new();
  out.findings = intake->findings();
  out.as_of = stored->as_of;
  out.first = stored->first;
  out.last = stored->last;
  // The events are there; counts that cannot be told must not make them a failed import.
  if (auto counts = counts_of(run, *store, order)) out.counts = std::move(*counts);
  else log_warning("connect", "{} was not counted by day: {}", order.import, counts.error().code);
  // Threads work side by side: their times are given as shares of the clock's.
  const double threads = static_cast<double>(std::max<size_t>(run.threads, 1));
  const double read = run.read_s / threads, identify = run.identify_s / threads, deduplicate = stored->deduplicate_s / threads;
  const double total = seconds_since(begin);
  out.stages = {{"read", read}, {"identify", identify + keep_s}, {"deduplicate", deduplicate},
                {"store", std::max(0.0, total - read - identify - keep_s - deduplicate - (stored->publish_s - keep_s))},
                {"publish", std::max(0.0, stored->publish_s - keep_s)}};
  progress(1, "publish");
  return out;
}

Result<std::vector<hub::IntakeCount>> stored_counts(const events::DuckStore& store, std::string_view import, const hub::LocalDays& days, Micros arrived) {
  std::vector<hub::IntakeCount> out;
  for (const auto& [key, events] : by_day(store, TRY(store.import_volumes(import)), days))
    out.push_back({.source = key.first, .arrived = days.of(arrived), .day = key.second, .events = events});
  return out;
}

}  // namespace lotse::connect
