#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "connect/disk_formats.h"
#include "connect/file_bytes.h"
#include "formats/detect.h"
#include "formats/number.h"
#include "formats/typed_columns.h"
#include "kpis/detail/intake.h"
#include "kpis/kpis.h"

/// Files of values: one row a value, or one column a period, or one column a KPI, as reports are laid out.
namespace lotse::kpis {
namespace {
using Role = KpiColumnRole;
constexpr size_t file_values_max = 100'000;

/// By its name alone.
Role role_of(const std::string& column, const detail::Names& names) {
  static const std::pair<Role, std::set<std::string, std::less<>>> words[] = {
      {Role::kpi, {"kpi", "kennzahl", "key", "measure", "metric", "schlüssel"}},
      {Role::period, {"period", "periode", "zeitraum", "monat", "month", "woche", "week", "kw", "quartal", "quarter", "jahr", "year", "datum", "date", "tag", "day", "stichtag"}},
      {Role::market, {"market", "markt", "land", "country", "region"}},
      {Role::unit, {"unit", "organisational unit", "einheit", "bereich", "abteilung", "department", "organisationseinheit", "team"}},
      {Role::touchpoint, {"touchpoint", "kontaktpunkt"}},
      {Role::benchmark, {"benchmark", "vergleich", "vergleichswert von"}},
      {Role::value, {"value", "wert", "ist", "istwert", "actual"}},
      {Role::n, {"n", "basis", "base", "anzahl", "count", "fallzahl", "grundgesamtheit"}},
  };
  const std::string name = detail::folded(column);
  for (const auto& [role, known] : words)
    if (known.contains(name)) return role;
  if (names.kpi(name)) return Role::value_of_kpi;
  if (formats::read_period(column)) return Role::value_of_period;
  return Role::ignore;
}

bool many(Role role) { return role == Role::ignore || role == Role::value_of_kpi || role == Role::value_of_period; }
}  // namespace

struct Kpis::FileRows {
  KpiFilePreview preview;
  std::vector<detail::Incoming> rows;
};

Result<Kpis::FileRows> Kpis::read_file(const Viewer& viewer, const KpiFileRequest& request) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  const auto upload = TRY(uploads_.get(viewer, request.upload));
  const auto path = uploads_.path(viewer.workspace(), upload.id);
  auto file = connect::DiskFile::open(path);
  if (!file) return Error::make(ErrorKind::not_found, "upload_not_found", upload.id);
  if (request.decimal && *request.decimal != "point" && *request.decimal != "comma") return Error::invalid("not_a_choice", "/decimal", "point or comma");
  const detail::Names names = TRY(database_.read(viewer.workspace(), [&](db::Session& s) { return detail::names(s, {.principal = viewer.principal(), .only_source = {}}, clock_.now()); }));
  std::string fixed_kpi;
  if (request.kpi) {
    const auto* kpi = names.kpi(*request.kpi);
    if (!kpi) return Error{ErrorKind::not_found, "kpi_not_found", "/kpi", *request.kpi};
    fixed_kpi = kpi->key;
  }

  const auto detected = TRY(formats::detect(**file, {.sheet = request.sheet}));
  using formats::FileFormat;
  const auto format = detected.options.format;
  if (format != FileFormat::csv && format != FileFormat::xlsx && format != FileFormat::json) return Error::invalid("kpi_file_format", "/upload", std::string(word(format)));

  FileRows out;
  out.preview.sheets = detected.sheets;
  if (format == FileFormat::xlsx) out.preview.sheet = detected.options.sheet;
  std::vector<Role> roles;
  for (const auto& column : detected.columns) {
    Role role = role_of(column.name, names);
    // A file for one KPI does not tell others apart.
    if (request.kpi && (role == Role::kpi || role == Role::value_of_kpi)) role = role == Role::kpi ? Role::ignore : Role::value;
    if (!many(role) && std::ranges::find(roles, role) != roles.end()) role = Role::ignore;
    roles.push_back(role);
  }
  if (!request.columns.empty()) {
    std::ranges::fill(roles, Role::ignore);
    for (size_t i = 0; i < request.columns.size(); ++i) {
      const auto at = std::ranges::find(detected.columns, request.columns[i].column, &formats::DetectedColumn::name);
      if (at == detected.columns.end()) return Error::invalid("unknown_column", fmt::format("/columns/{}", i), request.columns[i].column);
      const Role role = request.columns[i].role;
      if (!many(role) && std::ranges::find(roles, role) != roles.end()) return Error::invalid("role_twice", fmt::format("/columns/{}", i), std::string(word(role)));
      roles[static_cast<size_t>(at - detected.columns.begin())] = role;
    }
  }
  const auto holds = [&](Role role) { return std::ranges::find(roles, role) != roles.end(); };
  char decimal = '.';
  for (size_t c = 0; c < roles.size(); ++c) {
    const auto& column = detected.columns[c];
    out.preview.columns.push_back({.name = column.name, .role = roles[c], .samples = {column.samples.begin(), column.samples.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(3, column.samples.size()))}});
    const bool values = roles[c] == Role::value || roles[c] == Role::value_of_kpi || roles[c] == Role::value_of_period;
    if (values && (column.decimal_mark == ',' || std::ranges::any_of(column.samples, [](const auto& s) { return s.rfind(',') != std::string::npos && formats::read_decimal(s, ',') && !formats::read_decimal(s, '.'); })))
      decimal = ',';
  }
  if (request.decimal) decimal = *request.decimal == "comma" ? ',' : '.';
  out.preview.decimal = decimal == ',' ? "comma" : "point";
  // A preview shows what is missing by the roles; only an import needs them all.
  const bool complete = (holds(Role::period) || holds(Role::value_of_period)) && (holds(Role::value) || holds(Role::value_of_kpi) || holds(Role::value_of_period)) &&
                        (request.kpi || holds(Role::kpi) || holds(Role::value_of_kpi));
  if (!complete) return out;

  auto table = TRY(formats::OpenTable::open(**file, detected.options));
  formats::RowBlock block;
  while (TRY(table->rows().next(block)))
    for (size_t r = 0; r < block.row_count(); ++r) {
      detail::Incoming base{.number = static_cast<int64_t>(block.row_number(r)), .row = {.kpi = fixed_kpi, .granularity = request.granularity}, .decimal = decimal};
      const auto text = [&](size_t c) { return std::string(formats::without_outer_blanks(block.cell(r, c))); };
      std::vector<size_t> numbers;
      for (size_t c = 0; c < roles.size(); ++c) {
        if (roles[c] == Role::value || roles[c] == Role::value_of_kpi || roles[c] == Role::value_of_period) {
          numbers.push_back(c);
          continue;
        }
        std::string cell = text(c);
        if (cell.empty()) continue;
        switch (roles[c]) {
          case Role::kpi: base.row.kpi = std::move(cell); break;
          case Role::period: base.row.period = std::move(cell); break;
          case Role::market: base.row.market = std::move(cell); break;
          case Role::unit: base.row.unit = std::move(cell); break;
          case Role::touchpoint: base.row.touchpoint = std::move(cell); break;
          case Role::benchmark: base.row.benchmark = std::move(cell); break;
          case Role::n: base.row.n = formats::read_decimal(cell, block.kind(r, c) == formats::CellKind::number ? '.' : decimal).value_or(-1); break;
          default: break;
        }
      }
      for (const size_t c : numbers) {
        std::string cell = text(c);
        if (cell.empty() && roles[c] != Role::value) continue;  // a report's gap: nothing was said
        if (out.rows.size() == file_values_max) return Error::invalid("too_many_kpi_values", "/upload", "at most 100,000 values are taken from one file");
        detail::Incoming in = base;
        in.row.value = std::move(cell);
        if (block.kind(r, c) == formats::CellKind::number) in.decimal = '.';
        if (roles[c] == Role::value_of_kpi) in.row.kpi = detected.columns[c].name;
        if (roles[c] == Role::value_of_period) in.row.period = detected.columns[c].name;
        out.rows.push_back(std::move(in));
      }
    }
  return out;
}

Result<KpiFilePreview> Kpis::preview(const Viewer& viewer, const KpiFileRequest& request) {
  auto file = TRY(read_file(viewer, request));
  file.preview.outcome = TRY(database_.read(viewer.workspace(), [&](db::Session& session) {
    return detail::take(session, {.principal = viewer.principal(), .only_source = {}}, file.rows, clock_.now(), false, &file.preview.rows);
  }));
  return std::move(file.preview);
}

Result<KpiTaken> Kpis::import(const Viewer& viewer, const KpiFileRequest& request) {
  const auto file = TRY(read_file(viewer, request));
  const auto holds = [&](Role role) { return std::ranges::find(file.preview.columns, role, &KpiFileColumn::role) != file.preview.columns.end(); };
  if (!holds(Role::period) && !holds(Role::value_of_period)) return Error::invalid("no_period_column", "/columns", "which column is the period");
  if (!holds(Role::value) && !holds(Role::value_of_kpi) && !holds(Role::value_of_period)) return Error::invalid("no_value_column", "/columns", "which column is the value");
  if (!request.kpi && !holds(Role::kpi) && !holds(Role::value_of_kpi)) return Error::invalid("no_kpi_column", "/columns", "which KPI the values are of");
  const auto taken = TRY(store(viewer.workspace(), {.principal = viewer.principal(), .only_source = {}}, file.rows));
  TRY(uploads_.forget(viewer.workspace(), request.upload));
  return taken;
}

}  // namespace lotse::kpis
