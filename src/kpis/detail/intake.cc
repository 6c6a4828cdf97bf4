#include "kpis/detail/intake.h"

#include <fmt/format.h>

#include <set>

#include "base/ids.h"
#include "formats/number.h"
#include "formats/typed_columns.h"
#include "kpis/detail/texts.h"
#include "kpis/kpis_sql.h"

namespace lotse::kpis::detail {
namespace {
constexpr size_t rejects_max = 100;
constexpr int32_t ahead_max = 366 * 2;  // plans and forecasts of the coming year are delivered, too

struct Checked {
  const Names::OneKpi* kpi = nullptr;
  Measured measured;
};

Error rejected(const char* code, std::string seen) {
  if (seen.size() > 120) seen.resize(120);
  while (!seen.empty() && (seen.back() & 0x80) != 0) seen.pop_back();  // no half characters
  return Error::invalid(code, "", std::move(seen));
}

Result<std::string> label(const std::optional<std::string>& text) {
  if (!text) return std::string();
  auto read = checked_text(*text, "kpi_text_too_long", "", 0, 120);
  if (!read) return rejected("kpi_text_too_long", *text);
  return read;
}

Result<Checked> check(const Names& names, const Incoming& in) {
  const auto& row = in.row;
  Checked out;
  out.kpi = names.kpi(row.kpi);
  if (!out.kpi) return rejected("unknown_kpi", row.kpi);
  auto period = formats::read_period(row.period);
  if (!period) return rejected("bad_period", row.period);
  if (row.granularity) {
    const auto wanted = formats::in_granularity(*period, *row.granularity);
    if (!wanted) return rejected("bad_period", fmt::format("{}: {}", row.period, word(*row.granularity)));
    period = wanted;
  }
  if (period->start > names.today + ahead_max) return rejected("period_out_of_range", row.period);
  auto& cell = out.measured.cell;
  cell.period = *period;
  cell.market = TRY(label(row.market));
  cell.unit = TRY(label(row.unit));
  cell.benchmark = TRY(label(row.benchmark));
  if (const std::string touchpoint = TRY(label(row.touchpoint)); !touchpoint.empty()) {
    const auto known = names.touchpoints.find(touchpoint);
    if (known == names.touchpoints.end()) return rejected("unknown_kpi_touchpoint", touchpoint);
    cell.touchpoint = known->second;
  }
  if (row.withdraw) return out;
  const auto value = number_of(row.value, in.decimal);
  if (!value) return rejected("bad_kpi_value", row.value.is_string() ? row.value.get<std::string>() : row.value.is_null() ? "" : row.value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  out.measured.value = *value;
  if (row.n) {
    if (!usable(*row.n) || *row.n < 0) return rejected("bad_kpi_n", fmt::format("{}", *row.n));
    out.measured.n = row.n;
  }
  return out;
}

struct Present {
  double value = 0;
  std::optional<double> n;
  std::string by;
  int64_t at = 0;
};
Result<std::optional<Present>> present(db::Session& session, const std::string& kpi, const Cell& cell) {
  const auto rows = TRY(session.query(sql::value_get, {{":kpi_id", kpi}, {":granularity", word(cell.period.granularity)}, {":period_start", cell.period.start}, {":market", cell.market},
                                                       {":unit", cell.unit}, {":touchpoint", cell.touchpoint}, {":benchmark", cell.benchmark}}));
  if (rows.empty()) return std::optional<Present>{};
  return std::optional(Present{.value = rows[0].real(0), .n = rows[0].is_null(1) ? std::nullopt : std::optional(rows[0].real(1)), .by = rows[0].text(3), .at = rows[0].integer(4)});
}

Result<void> keep(db::Session& session, const std::string& kpi, const Cell& cell, const Present& old, const Measured* next, const Who& who, Micros now) {
  TRY(session.execute(sql::correction_insert,
                      {{":id", new_id("kc", now)}, {":kpi_id", kpi}, {":granularity", word(cell.period.granularity)}, {":period_start", cell.period.start}, {":market", cell.market},
                       {":unit", cell.unit}, {":touchpoint", cell.touchpoint}, {":benchmark", cell.benchmark}, {":old_value", old.value}, {":old_n", old.n}, {":old_by", old.by},
                       {":old_at", old.at}, {":new_value", next ? std::optional(next->value) : std::nullopt}, {":new_n", next ? next->n : std::nullopt}, {":replaced_by", who.principal},
                       {":replaced_at", now.count()}}));
  return {};
}

Result<void> put(db::Session& session, const std::string& kpi, const Measured& measured, const Who& who, Micros now) {
  const auto& cell = measured.cell;
  TRY(session.execute(sql::value_put,
                      {{":kpi_id", kpi}, {":granularity", word(cell.period.granularity)}, {":period_start", cell.period.start}, {":market", cell.market}, {":unit", cell.unit},
                       {":touchpoint", cell.touchpoint}, {":benchmark", cell.benchmark}, {":value", measured.value}, {":n", measured.n}, {":delivered_by", who.principal},
                       {":delivered_at", now.count()}}));
  return {};
}

Result<void> withdraw(db::Session& session, const std::string& kpi, const Cell& cell) {
  TRY(session.execute(sql::value_delete, {{":kpi_id", kpi}, {":granularity", word(cell.period.granularity)}, {":period_start", cell.period.start}, {":market", cell.market},
                                          {":unit", cell.unit}, {":touchpoint", cell.touchpoint}, {":benchmark", cell.benchmark}}));
  return {};
}
}  // namespace

std::string folded(std::string_view text) {
  std::string out(formats::without_outer_blanks(text));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

const Names::OneKpi* Names::kpi(std::string_view text) const {
  const auto at = kpis.find(folded(text));
  return at == kpis.end() ? nullptr : &at->second;
}

Result<Names> names(db::Session& session, const Who& who, Micros now) {
  Names out{.today = static_cast<int32_t>(now.count() / 86'400'000'000)};
  for (const auto& row : TRY(session.query(sql::kpi_list))) {
    if (who.only_source && row.text(5) != *who.only_source) continue;
    const auto definition = TRY(parse_json<KpiDefinition>(row.text(1)));
    const Names::OneKpi kpi{row.text(0), definition.key};
    // Keys and ids come first: no name can take their place.
    for (const auto& text : {definition.key, kpi.id}) out.kpis.insert_or_assign(folded(text), kpi);
  }
  const auto keyed = out.kpis;
  std::set<std::string> twice;
  for (const auto& row : TRY(session.query(sql::kpi_list))) {
    const auto definition = TRY(parse_json<KpiDefinition>(row.text(1)));
    const auto at = keyed.find(definition.key);
    if (at == keyed.end()) continue;
    for (const auto& text : {folded(definition.name_de), folded(definition.name_en)}) {
      if (keyed.contains(text)) continue;
      const auto [place, fresh] = out.kpis.try_emplace(text, at->second);
      if (!fresh && place->second.id != at->second.id) twice.insert(text);
    }
  }
  for (const auto& text : twice) out.kpis.erase(text);  // two KPIs of one name: only their keys tell them apart
  for (const auto& [id, name] : TRY(touchpoint_names(session))) {
    out.touchpoints[id] = id;
    out.touchpoints.try_emplace(name, id);
  }
  return out;
}

std::optional<double> number_of(const nlohmann::json& value, char decimal) {
  std::optional<double> number;
  if (value.is_number()) number = value.get<double>();
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    // The mark that stands last is the decimal one: "1.234,5" and "1,234.5".
    if (decimal == 0) {
      const size_t comma = text.rfind(','), point = text.rfind('.');
      decimal = comma != std::string::npos && (point == std::string::npos || comma > point) ? ',' : '.';
    }
    number = formats::read_decimal(text, decimal);
  }
  return number && usable(*number) ? number : std::nullopt;
}

Result<KpiTaken> take(db::Session& session, const Who& who, const std::vector<Incoming>& rows, Micros now, bool store, std::vector<KpiFileRow>* shown, size_t shown_max) {
  const Names known = TRY(names(session, who, now));
  KpiTaken out;
  std::set<std::pair<std::string, Cell>> given;
  const auto refuse = [&](int64_t number, const Error& why) {
    ++out.rejected;
    if (out.rejects.size() < rejects_max) out.rejects.push_back({number, why.code, why.detail});
  };
  for (const auto& in : rows) {
    const auto checked = check(known, in);
    if (!checked) {
      refuse(in.number, checked.error());
      continue;
    }
    const auto& [kpi, measured] = *checked;
    const auto& cell = measured.cell;
    if (!given.emplace(kpi->id, cell).second) {
      refuse(in.number, rejected("given_twice", formats::period_text(cell.period)));
      continue;
    }
    const auto old = TRY(present(session, kpi->id, cell));
    if (in.row.withdraw) {
      if (!old) {
        refuse(in.number, rejected("nothing_to_withdraw", formats::period_text(cell.period)));
        continue;
      }
      ++out.withdrawn;
      if (store) {
        TRY(keep(session, kpi->id, cell, *old, nullptr, who, now));
        TRY(withdraw(session, kpi->id, cell));
      }
      continue;
    }
    const bool same = old && old->value == measured.value && old->n == measured.n;
    ++(same ? out.unchanged : old ? out.replaced : out.added);
    if (shown && shown->size() < shown_max)
      shown->push_back({.row = in.number, .kpi = kpi->key, .market = cell.market, .unit = cell.unit, .touchpoint = in.row.touchpoint.value_or(""), .benchmark = cell.benchmark,
                        .period = formats::period_text(cell.period), .granularity = cell.period.granularity, .value = measured.value, .n = measured.n,
                        .before = old ? std::optional(old->value) : std::nullopt, .change = same ? KpiChange::unchanged : old ? KpiChange::replaced : KpiChange::added});
    if (!store || same) continue;
    if (old) TRY(keep(session, kpi->id, cell, *old, &measured, who, now));
    TRY(put(session, kpi->id, measured, who, now));
  }
  return out;
}

}  // namespace lotse::kpis::detail
