#include "kpis/kpis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/ids.h"
#include "formats/csv.h"
#include "kpis/detail/texts.h"
#include "kpis/kpis_sql.h"

namespace lotse::kpis {
namespace {
constexpr size_t kpis_max = 200;
constexpr int64_t shown_max = 20'000, series_rows = 2'000;
constexpr size_t series_shown = 24;
constexpr int32_t before_all = -100'000, after_all = 100'000;

std::string key_of(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= 60 && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; });
  return fits ? std::string(text) : std::string();
}

Measured measured(const db::Row& row) {
  return {.cell = {.period = {.granularity = from_word<Granularity>(row.text(1)).value_or(Granularity::month), .start = static_cast<int32_t>(row.integer(2))},
                   .market = row.text(3),
                   .unit = row.text(4),
                   .touchpoint = row.text(5),
                   .benchmark = row.text(6)},
          .value = row.real(7),
          .n = row.is_null(8) ? std::nullopt : std::optional(row.real(8))};
}

struct Asked {
  std::string granularity, market, unit;
  bool any_market = true, any_unit = true;
  int32_t from = before_all, to = after_all;
};
Result<Asked> asked(const ValueQuery& query) {
  Asked out;
  if (query.granularity) out.granularity = word(*query.granularity);
  if (query.from) {
    const auto period = formats::read_period(*query.from);
    if (!period) return Error::invalid("bad_period", "/from", *query.from);
    out.from = period->start;
  }
  if (query.to) {
    const auto period = formats::read_period(*query.to);
    if (!period) return Error::invalid("bad_period", "/to", *query.to);
    out.to = detail::end_of(*period);
  }
  out.any_market = !query.market;
  out.market = query.market.value_or("");
  out.any_unit = !query.unit;
  out.unit = query.unit.value_or("");
  return out;
}

Result<std::vector<db::Row>> rows_of(db::Session& session, std::string_view kpi, const Asked& asked, int64_t most) {
  return session.query(sql::value_list, {{":kpi_id", kpi},
                                         {":granularity", asked.granularity},
                                         {":from", asked.from},
                                         {":to", asked.to},
                                         {":any_market", asked.any_market},
                                         {":market", asked.market},
                                         {":any_unit", asked.any_unit},
                                         {":unit", asked.unit},
                                         {":most", most}});
}

Result<db::Row> found(db::Session& session, std::string_view id) {
  auto rows = TRY(session.query(sql::kpi_get, {{":id", id}}));
  if (rows.empty()) return Error::make(ErrorKind::not_found, "kpi_not_found", std::string(id));
  return std::move(rows.front());
}

Error named(Error error, const std::string& key) {
  if (error.code == "already_exists") return {ErrorKind::conflict, "kpi_exists", "/key", key};
  return error;
}
}  // namespace

Result<Kpi> Kpis::shown(db::Session& session, const db::Row& row) {
  Kpi kpi{.id = row.text(0), .etag = std::to_string(row.integer(2)), .created_at = iso_utc(Micros{row.integer(3)}), .created_by = row.text(4),
          .definition = TRY(parse_json<KpiDefinition>(row.text(1))),
          .data_set = {.id = row.text(5), .name = row.text(6), .owner = row.text(7), .system = row.text(8), .purpose = row.text(9)}};
  std::map<Granularity, uint64_t> counts;
  std::set<std::string> markets, units, benchmarks;
  std::optional<formats::Period> last;
  for (const auto& shape : TRY(session.query(sql::value_shapes, {{":kpi_id", kpi.id}}))) {
    const auto granularity = from_word<Granularity>(shape.text(0)).value_or(Granularity::month);
    counts[granularity] += static_cast<uint64_t>(shape.integer(5));
    kpi.values += static_cast<uint64_t>(shape.integer(5));
    if (!shape.text(1).empty()) markets.insert(shape.text(1));
    if (!shape.text(2).empty()) units.insert(shape.text(2));
    if (!shape.text(4).empty()) benchmarks.insert(shape.text(4));
    else if (const formats::Period period{granularity, static_cast<int32_t>(shape.integer(6))}; !last || period.start > last->start) last = period;
  }
  for (const auto& [granularity, count] : counts) {
    kpi.granularities.push_back(granularity);
    if (!kpi.granularity || count > counts[*kpi.granularity]) kpi.granularity = granularity;
  }
  kpi.markets.assign(markets.begin(), markets.end());
  kpi.units.assign(units.begin(), units.end());
  kpi.benchmarks.assign(benchmarks.begin(), benchmarks.end());
  if (last) kpi.last_period = formats::period_text(*last);
  kpi.corrections = static_cast<uint64_t>(TRY(session.query(sql::correction_count, {{":kpi_id", kpi.id}})).at(0).integer(0));
  if (const auto delivery = TRY(session.query(sql::value_last_delivery, {{":kpi_id", kpi.id}})); !delivery.empty()) {
    kpi.last_delivery_at = iso_utc(Micros{delivery[0].integer(0)});
    kpi.last_delivery_by = delivery[0].text(1);
  }
  if (kpi.granularity) {
    std::vector<Measured> values;
    const auto rows = TRY(rows_of(session, kpi.id, {.granularity = std::string(word(*kpi.granularity))}, series_rows));
    for (const auto& one : rows) values.push_back(measured(one));
    // Where the limit cut through a period, that one would be a part of itself.
    if (static_cast<int64_t>(rows.size()) == series_rows) {
      const auto cut = values.back().cell.period;
      std::erase_if(values, [&](const Measured& m) { return m.cell.period == cut; });
    }
    kpi.series = totals(kpi.definition.combine, values);
    if (kpi.series.size() > series_shown) kpi.series.erase(kpi.series.begin(), kpi.series.end() - series_shown);
  }
  return kpi;
}

Result<std::vector<Kpi>> Kpis::list(const Viewer& viewer) {
  return database_.read(viewer.workspace(), [&](db::Session& session) -> Result<std::vector<Kpi>> {
    std::vector<Kpi> out;
    for (const auto& row : TRY(session.query(sql::kpi_list))) out.push_back(TRY(shown(session, row)));
    return out;
  });
}

Result<Kpi> Kpis::get(const Viewer& viewer, std::string_view id) {
  return database_.read(viewer.workspace(), [&](db::Session& session) -> Result<Kpi> { return shown(session, TRY(found(session, id))); });
}

Result<KpiDefinition> Kpis::checked(const Viewer& viewer, db::Session& session, KpiDefinition wanted) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  if (key_of(wanted.key).empty()) return Error::invalid("invalid_kpi_key", "/key", wanted.key);
  wanted.name_de = TRY(detail::checked_text(wanted.name_de, "invalid_name", "/name_de", 1, 120));
  wanted.name_en = TRY(detail::checked_text(wanted.name_en, "invalid_name", "/name_en", 1, 120));
  if (wanted.unit != KpiUnit::other) wanted.unit_label.reset();
  else wanted.unit_label = TRY(detail::checked_text(wanted.unit_label.value_or(""), "unit_label_needed", "/unit_label", 1, 40));
  if (wanted.description) wanted.description = TRY(detail::checked_text(*wanted.description, "kpi_text_too_long", "/description", 0, 2000));
  if (wanted.description == "") wanted.description.reset();
  if (wanted.decimals && (*wanted.decimals < 0 || *wanted.decimals > 4)) return Error::invalid("invalid_decimals", "/decimals", "0 to 4");
  if (wanted.target && !detail::usable(*wanted.target)) return Error::invalid("invalid_target", "/target", "too large");
  if (TRY(session.query(sql::source_known, {{":id", wanted.source}})).empty()) return Error::invalid("unknown_source", "/source", wanted.source);
  return wanted;
}

Result<Kpi> Kpis::create(const Viewer& viewer, const KpiDefinition& request) {
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<Kpi> {
    const auto wanted = TRY(checked(viewer, session, request));
    if (TRY(session.query(sql::kpi_list)).size() >= kpis_max) return Error::make(ErrorKind::conflict, "too_many_kpis", "200 of a workspace");
    const Micros now = clock_.now();
    const std::string id = new_id("kpi", now);
    const auto done = session.execute(sql::kpi_insert, {{":id", id},
                                                        {":key", wanted.key},
                                                        {":source_id", wanted.source},
                                                        {":definition", json_text(wanted)},
                                                        {":created_by", viewer.principal()},
                                                        {":created_at", now.count()}});
    if (!done) return named(done.error(), wanted.key);
    TRY(audit_.note(session, viewer.principal(), "kpi.create", id, {{"key", wanted.key}}));
    return shown(session, TRY(found(session, id)));
  });
}

Result<Kpi> Kpis::change(const Viewer& viewer, std::string_view id, const KpiDefinition& request, const std::optional<std::string>& etag) {
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<Kpi> {
    const auto present = TRY(found(session, id));
    const auto wanted = TRY(checked(viewer, session, request));
    if (etag && *etag != std::to_string(present.integer(2))) return Error::make(ErrorKind::stale, "stale", "version " + std::to_string(present.integer(2)));
    const auto done = session.execute(sql::kpi_update, {{":id", id}, {":key", wanted.key}, {":source_id", wanted.source}, {":definition", json_text(wanted)}, {":version", present.integer(2)}});
    if (!done) return named(done.error(), wanted.key);
    TRY(audit_.note(session, viewer.principal(), "kpi.change", id, {{"before", nlohmann::json::parse(present.text(1), nullptr, false)}, {"after", to_json(wanted)}}));
    return shown(session, TRY(found(session, id)));
  });
}

Result<void> Kpis::remove(const Viewer& viewer, std::string_view id) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    const auto kpi = TRY(shown(session, TRY(found(session, id))));
    TRY(session.execute(sql::kpi_delete, {{":id", id}}));
    return audit_.note(session, viewer.principal(), "kpi.delete", id, {{"key", kpi.definition.key}, {"values", kpi.values}});
  });
}

Result<KpiValues> Kpis::values(const Viewer& viewer, const ValueQuery& query) {
  const auto want = TRY(asked(query));
  return database_.read(viewer.workspace(), [&](db::Session& session) -> Result<KpiValues> {
    const auto kpi = TRY(found(session, query.kpi.value_or("")));
    const auto definition = TRY(parse_json<KpiDefinition>(kpi.text(1)));
    const auto names = TRY(detail::touchpoint_names(session));
    auto rows = TRY(rows_of(session, kpi.text(0), want, shown_max + 1));
    KpiValues out{.cut = static_cast<int64_t>(rows.size()) > shown_max};
    if (out.cut) rows.pop_back();
    std::vector<Measured> all;
    std::set<Granularity> granularities;
    for (const auto& row : rows) {
      auto one = measured(row);
      granularities.insert(one.cell.period.granularity);
      const auto name = names.find(one.cell.touchpoint);
      out.values.push_back({.granularity = one.cell.period.granularity, .period = formats::period_text(one.cell.period), .start = formats::day_text(one.cell.period.start),
                            .market = one.cell.market, .unit = one.cell.unit, .touchpoint = one.cell.touchpoint, .touchpoint_name = name == names.end() ? one.cell.touchpoint : name->second,
                            .benchmark = one.cell.benchmark, .value = one.value, .n = one.n, .corrected = row.integer(9) > 1, .delivered_at = iso_utc(Micros{row.integer(10)}),
                            .delivered_by = row.text(11)});
      all.push_back(std::move(one));
    }
    // A part of the markets, or a part of a period, is no total.
    if (granularities.size() == 1 && want.any_market && want.any_unit && !out.cut) out.totals = totals(definition.combine, all);
    return out;
  });
}

Result<KpiCorrections> Kpis::corrections(const Viewer& viewer, std::string_view id) {
  return database_.read(viewer.workspace(), [&](db::Session& session) -> Result<KpiCorrections> {
    TRY(found(session, id));
    const auto names = TRY(detail::touchpoint_names(session));
    KpiCorrections out;
    const auto number = [](const db::Row& row, size_t column) { return row.is_null(column) ? std::nullopt : std::optional(row.real(column)); };
    for (const auto& row : TRY(session.query(sql::correction_list, {{":kpi_id", id}}))) {
      const formats::Period period{from_word<Granularity>(row.text(0)).value_or(Granularity::month), static_cast<int32_t>(row.integer(1))};
      const auto name = names.find(row.text(4));
      out.items.push_back({.granularity = period.granularity, .period = formats::period_text(period), .market = row.text(2), .unit = row.text(3),
                           .touchpoint = name == names.end() ? row.text(4) : name->second, .benchmark = row.text(5), .old_value = row.real(6), .old_n = number(row, 7),
                           .new_value = number(row, 10), .new_n = number(row, 11), .old_by = row.text(8), .old_at = iso_utc(Micros{row.integer(9)}), .replaced_by = row.text(12),
                           .replaced_at = iso_utc(Micros{row.integer(13)})});
    }
    return out;
  });
}

Result<std::function<Result<void>(const std::function<bool(std::string_view)>&)>> Kpis::export_csv(const Viewer& viewer, const ValueQuery& query) {
  const auto want = TRY(asked(query));
  std::vector<std::pair<std::string, KpiDefinition>> chosen;
  TRY(database_.read(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    for (const auto& row : TRY(session.query(sql::kpi_list))) {
      auto definition = TRY(parse_json<KpiDefinition>(row.text(1)));
      if (!query.kpi || *query.kpi == row.text(0) || *query.kpi == definition.key) chosen.emplace_back(row.text(0), std::move(definition));
    }
    return {};
  }));
  if (query.kpi && chosen.empty()) return Error::make(ErrorKind::not_found, "kpi_not_found", *query.kpi);
  return [this, viewer, want, chosen = std::move(chosen)](const std::function<bool(std::string_view)>& write) -> Result<void> {
    std::string text = "\xEF\xBB\xBF";
    formats::append_csv_row(text, {"kpi", "period", "market", "unit", "touchpoint", "benchmark", "value", "n", "measured_in", "delivered_at", "delivered_by"});
    for (const auto& [id, definition] : chosen) {
      const auto rows = TRY(database_.read(viewer.workspace(), [&](db::Session& session) { return rows_of(session, id, want, int64_t{1} << 40); }));
      const std::string measured_in = definition.unit == KpiUnit::other ? definition.unit_label.value_or("") : std::string(word(definition.unit));
      for (const auto& row : rows) {
        const auto one = measured(row);
        const std::string value = fmt::format("{}", one.value), n = one.n ? fmt::format("{}", *one.n) : "", at = iso_utc(Micros{row.integer(10)}), by = row.text(11);
        formats::append_csv_row(text, {definition.key, formats::period_text(one.cell.period), one.cell.market, one.cell.unit, one.cell.touchpoint, one.cell.benchmark, value, n, measured_in, at, by});
        if (text.size() < 64 * 1024) continue;
        if (!write(text)) return {};
        text.clear();
      }
    }
    write(text);
    return {};
  };
}

}  // namespace lotse::kpis
