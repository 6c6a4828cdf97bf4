#include "hub/reconciliation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "formats/csv.h"
#include "hub/hub_sql.h"

namespace lotse::hub {
namespace {
constexpr size_t counts_max = 10'000;
constexpr Day shown_days = 31, shown_days_max = 366;
constexpr int64_t count_max = int64_t{1} << 50;
constexpr std::string_view consent_lacks = "no_consent";

/// All that is known of a source's day, in the two senses of "day".
struct Cell {
  struct Way {
    int64_t received = 0, known = 0, without_consent = 0;
    std::map<std::string, int64_t> rejected;
    std::vector<std::string> imports;
    void add(const IntakeCount& c) {
      const auto n = static_cast<int64_t>(c.events);
      received += n;
      if (c.outcome == Outcome::known) known += n;
      if (c.outcome == Outcome::rejected) (c.reason == consent_lacks ? without_consent : rejected[c.reason]) += n;
      if (!c.batch.empty() && std::ranges::find(imports, c.batch) == imports.end()) imports.push_back(c.batch);
    }
  };
  Way happened, arrived;
  int64_t stored = 0;                       // that happened on this day
  int64_t late = 0, from_other_days = 0;    // of them: stored on a later day, on any other day
  int64_t for_other_days = 0;               // stored on this day, happened on another
  int64_t counted = 0;                      // in the store now
  std::optional<int64_t> reported;
  std::string reported_by;
  Micros reported_at{0};
};

ReconciledDay row_of(const Cell& cell, CountedBy by) {
  const Cell::Way& way = by == CountedBy::event_day ? cell.happened : cell.arrived;
  ReconciledDay row{.reported = cell.reported, .received = way.received, .counted = cell.counted, .late = cell.late, .imports = way.imports};
  if (cell.reported) {
    row.reported_by = cell.reported_by;
    row.reported_at = iso_utc(cell.reported_at);
  }
  row.source_count = cell.reported.value_or(way.received);
  row.difference = row.source_count - row.counted;
  const auto add = [&](DifferenceKind kind, int64_t events, std::optional<std::string> code = {}) {
    if (events != 0) row.differences.push_back({kind, events, std::move(code)});
  };
  add(DifferenceKind::not_received, row.source_count - way.received);
  add(DifferenceKind::duplicate, way.known);
  for (const auto& [code, events] : way.rejected) add(DifferenceKind::rejected, events, code);
  add(DifferenceKind::without_consent, way.without_consent);
  if (by == CountedBy::arrival_day) {
    add(DifferenceKind::for_other_days, cell.for_other_days);
    add(DifferenceKind::from_other_days, -cell.from_other_days);
  }
  add(DifferenceKind::taken_out, cell.stored - cell.counted);
  int64_t sum = 0;
  for (const auto& d : row.differences) sum += d.events;
  ensure(sum == row.difference, "the differences add up");
  return row;
}

Result<Day> day_of(const std::optional<std::string>& text, const char* field, Day otherwise) {
  if (!text) return otherwise;
  const auto day = LocalDays::parse(*text);
  if (!day) return Error::invalid("invalid_day", field, "a date like 2025-03-01 is expected");
  return *day;
}

std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ') out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

/// "01.03.2025" besides "2025-03-01": what a spreadsheet makes of dates here.
std::string plain_date(std::string_view text) {
  if (text.size() == 10 && text[2] == '.' && text[5] == '.') return fmt::format("{}-{}-{}", text.substr(6), text.substr(3, 2), text.substr(0, 2));
  return std::string(text);
}

/// "1.234" and "1 234" are what people write; a number of events has no decimals.
std::optional<int64_t> whole_number(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == '.' || c == ' ' || c == '\'') continue;
    if (c < '0' || c > '9') return std::nullopt;
    digits += c;
  }
  int64_t value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc{} || digits.empty()) return std::nullopt;
  return value;
}

Result<std::vector<ReportedCount>> read_csv(const std::string& text) {
  const auto at_csv = [](Error error) {
    error.field = "/csv";
    return error;
  };
  formats::MemorySource bytes(text);
  auto opened = formats::CsvReader::open(bytes, formats::detect_dialect(text, true));
  if (!opened) return at_csv(opened.error());
  auto& reader = **opened;
  size_t source = SIZE_MAX, day = SIZE_MAX, events = SIZE_MAX;
  for (size_t c = 0; c < reader.columns().size(); ++c) {
    const std::string name = folded(reader.columns()[c]);
    if (name == "source" || name == "quelle") source = c;
    if (name == "day" || name == "date" || name == "tag" || name == "datum") day = c;
    if (name == "events" || name == "count" || name == "anzahl" || name == "ereignisse") events = c;
  }
  if (source == SIZE_MAX || day == SIZE_MAX || events == SIZE_MAX) return Error::invalid("csv_without_columns", "/csv", "columns source, day and events are expected");
  std::vector<ReportedCount> out;
  formats::RowBlock block;
  for (;;) {
    const auto more = reader.next(block);
    if (!more) return at_csv(more.error());
    if (!*more) return out;
    for (size_t r = 0; r < block.row_count(); ++r) {
      if (out.size() == counts_max) return Error::invalid("too_many_counts", "/csv", "at most 10,000 numbers at once");
      const std::string_view number = block.cell(r, events);
      const auto value = whole_number(number);
      if (!value) return Error::invalid("invalid_count", "/csv", fmt::format("row {}: {}", block.row_number(r), number));
      out.push_back({.source = std::string(block.cell(r, source)), .day = plain_date(block.cell(r, day)), .events = *value});
    }
  }
}
}  // namespace

Result<Reconciliation> Reconciler::days(const Viewer& viewer, const ReconciliationQuestion& question) {
  const auto store = TRY(stores_.open(viewer.workspace()));
  const LocalDays local = book_.days(viewer.workspace());
  const Day to = TRY(day_of(question.to, "/to", local.of(book_.now())));
  const Day from = TRY(day_of(question.from, "/from", to - shown_days + 1));
  if (from > to || to - from >= shown_days_max) return Error::invalid("invalid_days_shown", "/to", "1 to 366 days can be shown");

  std::map<std::pair<Day, std::string>, Cell> cells;
  const auto cell = [&](const std::string& source, Day day) -> Cell* {
    if (day < from || day > to || (question.source && *question.source != source)) return nullptr;
    return &cells[{day, source}];
  };
  // The book first: events that come in between are then counted as "there", not as "gone".
  for (const auto& c : TRY(book_.read(viewer.workspace(), from, to))) {
    const auto n = static_cast<int64_t>(c.events);
    if (Cell* at = cell(c.source, c.day)) {
      at->happened.add(c);
      if (c.outcome == Outcome::stored) {
        at->stored += n;
        if (c.arrived > c.day) at->late += n;
        if (c.arrived != c.day) at->from_other_days += n;
      }
    }
    if (Cell* at = cell(c.source, c.arrived)) {
      at->arrived.add(c);
      if (c.outcome == Outcome::stored && c.arrived != c.day) at->for_other_days += n;
    }
  }
  const auto volumes = TRY(store->volumes());
  const auto dictionary = store->dictionary();
  const auto sources = TRY(sources_(viewer));
  for (const auto& v : volumes)
    if (Cell* at = cell(dictionary->sources.at(v.source - 1u).id, local.of(Micros{v.quarter * events::quarter_us}))) at->counted += static_cast<int64_t>(v.events);
  for (const auto& row : TRY(database_.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::reported_between, {{":from", from}, {":to", to}}); })))
    if (Cell* at = cell(row.text(0), static_cast<Day>(row.integer(1)))) {
      at->reported = row.integer(2);
      at->reported_by = row.text(3);
      at->reported_at = Micros{row.integer(4)};
    }

  Reconciliation out{.from = LocalDays::text(from), .to = LocalDays::text(to), .by = question.by};
  for (const auto& [key, one] : cells) {
    auto row = row_of(one, question.by);
    row.day = LocalDays::text(key.first);
    row.source = key.second;
    for (const auto& [id, name] : sources)
      if (id == key.second) row.name = name;
    out.open += std::ranges::any_of(row.differences, [](const Difference& d) { return d.kind == DifferenceKind::not_received; });
    out.days.push_back(std::move(row));
  }
  std::ranges::stable_sort(out.days, [](const auto& a, const auto& b) { return a.day != b.day ? a.day > b.day : a.name < b.name; });
  return out;
}

Result<ReportedTaken> Reconciler::report(const Viewer& viewer, const ReportedCounts& request) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  const bool table = request.csv.has_value();
  const auto counts = table ? TRY(read_csv(*request.csv)) : request.counts;
  if (counts.empty()) return Error::invalid("no_counts", table ? "/csv" : "/counts", "at least one number is expected");
  if (counts.size() > counts_max) return Error::invalid("too_many_counts", "/counts", "at most 10,000 numbers at once");
  const auto sources = TRY(sources_(viewer));
  std::vector<std::tuple<std::string, Day, std::optional<int64_t>>> kept;
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto& c = counts[i];
    const auto field = [&](const char* name) { return table ? std::string("/csv") : fmt::format("/counts/{}/{}", i, name); };
    const auto said = [&](std::string_view what) { return table ? fmt::format("row {}: {}", i + 1, what) : std::string(what); };
    const auto day = LocalDays::parse(c.day);
    if (!day) return Error::invalid("invalid_day", field("day"), said(c.day));
    if (c.events && (*c.events < 0 || *c.events > count_max)) return Error::invalid("invalid_count", field("events"), said("0 or more is expected"));
    const auto known = std::ranges::find_if(sources, [&](const auto& s) { return s.first == c.source || s.second == c.source; });
    if (known == sources.end()) return Error::invalid("unknown_source", field("source"), said(c.source));
    kept.emplace_back(known->first, *day, c.events);
  }
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    for (const auto& [source, day, events] : kept) {
      if (events)
        TRY(session.execute(sql::reported_put, {{":source_id", source},
                                                {":day", day},
                                                {":events", *events},
                                                {":reported_by", viewer.principal()},
                                                {":reported_at", book_.now().count()}}));
      else
        TRY(session.execute(sql::reported_delete, {{":source_id", source}, {":day", day}}));
    }
    return audit_.note(session, viewer.principal(), "reconciliation.report", std::get<0>(kept.front()), {{"numbers", kept.size()}});
  }));
  return ReportedTaken{.taken = kept.size()};
}

}  // namespace lotse::hub
