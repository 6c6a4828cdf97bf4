#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "formats/period.h"

/// KPIs whose values other systems deliver, period by period: time to resolution, error rate, revenue, churn.
namespace lotse::kpis {

using formats::Granularity;

enum class KpiUnit { percent, eur, chf, usd, gbp, count, seconds, minutes, hours, days, working_days, points, other };
constexpr auto describe(KpiUnit) {
  return json_enum("KpiUnit", value(KpiUnit::percent, "percent"), value(KpiUnit::eur, "eur"), value(KpiUnit::chf, "chf"), value(KpiUnit::usd, "usd"), value(KpiUnit::gbp, "gbp"),
                   value(KpiUnit::count, "count"), value(KpiUnit::seconds, "seconds"), value(KpiUnit::minutes, "minutes"), value(KpiUnit::hours, "hours"), value(KpiUnit::days, "days"),
                   value(KpiUnit::working_days, "working_days"), value(KpiUnit::points, "points"), value(KpiUnit::other, "other"));
}
enum class Better { higher, lower, neither };
constexpr auto describe(Better) { return json_enum("Better", value(Better::higher, "higher"), value(Better::lower, "lower"), value(Better::neither, "neither")); }

/// How the values of a period's markets (or units) become one.
enum class Combine {
  sum,
  weighted_mean,  ///< by n; no total where one of them has none
  none,
};
constexpr auto describe(Combine) { return json_enum("Combine", value(Combine::sum, "sum"), value(Combine::weighted_mean, "weighted_mean"), value(Combine::none, "none")); }

struct KpiDefinition {
  std::string key, name_de, name_en, source;
  KpiUnit unit = KpiUnit::count;
  std::optional<std::string> unit_label, description;
  std::optional<int64_t> decimals;
  Better better = Better::neither;
  std::optional<double> target;
  Combine combine = Combine::none;
  static constexpr auto describe() {
    return json_object("KpiDefinition", field("key", &KpiDefinition::key, "what deliveries call it: small letters, digits, - _ . (at most 60)"), field("name_de", &KpiDefinition::name_de, ""),
                       field("name_en", &KpiDefinition::name_en, ""), field("source", &KpiDefinition::source, "src_…: the data set, with its owner, system and purpose"),
                       field("unit", &KpiDefinition::unit, "percent: 4.2 is 4.2 %"), field("unit_label", &KpiDefinition::unit_label, "where the unit is `other`"),
                       field("description", &KpiDefinition::description, "what is counted, and how"), field("decimals", &KpiDefinition::decimals, "0 to 4; absent: as the unit has it"),
                       defaulted("better", &KpiDefinition::better, ""), field("target", &KpiDefinition::target, "in the unit"),
                       defaulted("combine", &KpiDefinition::combine, "how one number comes from those of markets where the source delivers no total"));
  }
};

/// One number of a series, of all markets and units.
struct KpiPoint {
  std::string period, start;
  double value = 0;
  std::optional<double> n;
  bool delivered = false, incomplete = false;
  int64_t parts = 0;
  static constexpr auto describe() {
    return json_object("KpiPoint", field("period", &KpiPoint::period, "2026-03-01, 2026-W12, 2026-03, 2026-Q1 or 2026"), field("start", &KpiPoint::start, "its first day"),
                       field("value", &KpiPoint::value, ""), field("n", &KpiPoint::n, "what it was counted over"),
                       field("delivered", &KpiPoint::delivered, "the source delivered this number itself; else it is combined"),
                       field("incomplete", &KpiPoint::incomplete, "a market (or unit) that an earlier period had is missing"), field("parts", &KpiPoint::parts, "values that it is combined of"));
  }
};
struct DataSet {
  std::string id, name, owner, system, purpose;
  static constexpr auto describe() {
    return json_object("DataSet", field("id", &DataSet::id, "src_…"), field("name", &DataSet::name, ""), field("owner", &DataSet::owner, "who answers for these data"),
                       field("system", &DataSet::system, "where they come from"), field("purpose", &DataSet::purpose, "what they are used for"));
  }
};
struct Kpi {
  std::string id, etag, created_at, created_by;
  KpiDefinition definition;
  DataSet data_set;
  uint64_t values = 0, corrections = 0;
  std::optional<Granularity> granularity;
  std::vector<Granularity> granularities;
  std::vector<std::string> markets, units, benchmarks;
  std::vector<KpiPoint> series;
  std::optional<std::string> last_period, last_delivery_at, last_delivery_by;
  static constexpr auto describe() {
    return json_object("Kpi", field("id", &Kpi::id, "kpi_…"), field("etag", &Kpi::etag, "send it back as If-Match"), field("created_at", &Kpi::created_at, ""),
                       field("created_by", &Kpi::created_by, "name"), field("definition", &Kpi::definition, ""), field("data_set", &Kpi::data_set, ""), field("values", &Kpi::values, ""),
                       field("corrections", &Kpi::corrections, "values that were replaced or withdrawn"),
                       field("granularity", &Kpi::granularity, "of `series`: the one that most values have; none without values"), field("granularities", &Kpi::granularities, "of all values"),
                       field("markets", &Kpi::markets, ""), field("units", &Kpi::units, "of the organisation"), field("benchmarks", &Kpi::benchmarks, "names of others whose values stand beside ours"),
                       field("series", &Kpi::series, "the last 24 periods of all markets and units, oldest first; empty where the values cannot be combined"),
                       field("last_period", &Kpi::last_period, "newest period that has a value of our own"), field("last_delivery_at", &Kpi::last_delivery_at, ""),
                       field("last_delivery_by", &Kpi::last_delivery_by, "name of the person, token or source"));
  }
};

struct KpiValue {
  Granularity granularity = Granularity::month;
  std::string period, start, market, unit, touchpoint, touchpoint_name, benchmark;
  double value = 0;
  std::optional<double> n;
  bool corrected = false;
  std::string delivered_at, delivered_by;
  static constexpr auto describe() {
    return json_object("KpiValue", field("granularity", &KpiValue::granularity, ""), field("period", &KpiValue::period, ""), field("start", &KpiValue::start, "first day"),
                       field("market", &KpiValue::market, "empty: of all"), field("unit", &KpiValue::unit, "of the organisation; empty: of all"),
                       field("touchpoint", &KpiValue::touchpoint, "tp_…; empty: of all"), field("touchpoint_name", &KpiValue::touchpoint_name, ""),
                       field("benchmark", &KpiValue::benchmark, "whose value it is; empty: ours"), field("value", &KpiValue::value, ""), field("n", &KpiValue::n, "what it was counted over"),
                       field("corrected", &KpiValue::corrected, "an earlier value was replaced"), field("delivered_at", &KpiValue::delivered_at, ""),
                       field("delivered_by", &KpiValue::delivered_by, "name of the person, token or source"));
  }
};
struct KpiValues {
  std::vector<KpiValue> values;
  std::vector<KpiPoint> totals;
  bool cut = false;
  static constexpr auto describe() {
    return json_object("KpiValues", field("values", &KpiValues::values, "newest period first"), field("totals", &KpiValues::totals, "of all markets and units, oldest first; of one granularity only"),
                       field("cut", &KpiValues::cut, "only the newest 20,000 are here"));
  }
};
struct KpiCorrection {
  Granularity granularity = Granularity::month;
  std::string period, market, unit, touchpoint, benchmark;
  double old_value = 0;
  std::optional<double> old_n, new_value, new_n;
  std::string old_by, old_at, replaced_by, replaced_at;
  static constexpr auto describe() {
    return json_object("KpiCorrection", field("granularity", &KpiCorrection::granularity, ""), field("period", &KpiCorrection::period, ""), field("market", &KpiCorrection::market, ""),
                       field("unit", &KpiCorrection::unit, ""), field("touchpoint", &KpiCorrection::touchpoint, ""), field("benchmark", &KpiCorrection::benchmark, ""),
                       field("old_value", &KpiCorrection::old_value, ""), field("old_n", &KpiCorrection::old_n, ""), field("new_value", &KpiCorrection::new_value, "absent: withdrawn"),
                       field("new_n", &KpiCorrection::new_n, ""), field("old_by", &KpiCorrection::old_by, "who had delivered it"), field("old_at", &KpiCorrection::old_at, ""),
                       field("replaced_by", &KpiCorrection::replaced_by, "name"), field("replaced_at", &KpiCorrection::replaced_at, ""));
  }
};
struct KpiCorrections {
  std::vector<KpiCorrection> items;
  static constexpr auto describe() { return json_object("KpiCorrections", field("items", &KpiCorrections::items, "newest first, at most 500")); }
};

/// One delivered row.
struct NewKpiValue {
  std::string kpi, period;
  std::optional<Granularity> granularity;
  std::optional<std::string> market, unit, touchpoint, benchmark;
  nlohmann::json value;
  std::optional<double> n;
  bool withdraw = false;
  static constexpr auto describe() {
    return json_object("NewKpiValue", defaulted("kpi", &NewKpiValue::kpi, "key or kpi_…"), defaulted("period", &NewKpiValue::period, "2026-03, 2026-W12, Q1 2026, 03/2026, 2026-03-01 …"),
                       field("granularity", &NewKpiValue::granularity, "where a date stands for its week, month, quarter or year"), field("market", &NewKpiValue::market, "like DE"),
                       field("unit", &NewKpiValue::unit, "of the organisation"), field("touchpoint", &NewKpiValue::touchpoint, "tp_… or its name"),
                       field("benchmark", &NewKpiValue::benchmark, "whose value it is, where it is not ours"),
                       defaulted("value", &NewKpiValue::value, "a number, or a text like 4.2 or 4,2 %"), field("n", &NewKpiValue::n, "what it was counted over"),
                       defaulted("withdraw", &NewKpiValue::withdraw, "take the value back; it stays among the corrections"));
  }
};
struct KpiDelivery {
  std::vector<NewKpiValue> values;
  static constexpr auto describe() { return json_object("KpiDelivery", field("values", &KpiDelivery::values, "1 to 10,000")); }
};
struct RejectedKpiValue {
  int64_t index = 0;
  std::string code, detail;
  static constexpr auto describe() {
    return json_object("RejectedKpiValue", field("index", &RejectedKpiValue::index, "in the request, from 0; of a file: the row's number as a spreadsheet shows it"),
                       field("code", &RejectedKpiValue::code, ""), field("detail", &RejectedKpiValue::detail, "what was seen"));
  }
};
/// Answered when the taken values would survive a power cut.
struct KpiTaken {
  uint64_t added = 0, replaced = 0, unchanged = 0, withdrawn = 0, rejected = 0;
  std::vector<RejectedKpiValue> rejects;
  static constexpr auto describe() {
    return json_object("KpiTaken", field("added", &KpiTaken::added, ""), field("replaced", &KpiTaken::replaced, "there was another value; it is kept among the corrections"),
                       field("unchanged", &KpiTaken::unchanged, "the same value was there"), field("withdrawn", &KpiTaken::withdrawn, ""), field("rejected", &KpiTaken::rejected, ""),
                       field("rejects", &KpiTaken::rejects, "the first 100; all others were taken"));
  }
};

enum class KpiColumnRole { ignore, kpi, period, market, unit, touchpoint, benchmark, value, n, value_of_period, value_of_kpi };
constexpr auto describe(KpiColumnRole) {
  return json_enum("KpiColumnRole", value(KpiColumnRole::ignore, "ignore"), value(KpiColumnRole::kpi, "kpi"), value(KpiColumnRole::period, "period"), value(KpiColumnRole::market, "market"),
                   value(KpiColumnRole::unit, "unit"), value(KpiColumnRole::touchpoint, "touchpoint"), value(KpiColumnRole::benchmark, "benchmark"), value(KpiColumnRole::value, "value"),
                   value(KpiColumnRole::n, "n"), value(KpiColumnRole::value_of_period, "value_of_period"), value(KpiColumnRole::value_of_kpi, "value_of_kpi"));
}
struct KpiColumn {
  std::string column;
  KpiColumnRole role = KpiColumnRole::ignore;
  static constexpr auto describe() {
    return json_object("KpiColumn", field("column", &KpiColumn::column, "its name in the file"),
                       field("role", &KpiColumn::role, "value_of_period: the column's name is a period; value_of_kpi: it is a KPI's key or name"));
  }
};
/// How an uploaded file is read.
struct KpiFileRequest {
  std::string upload;
  std::vector<KpiColumn> columns;
  std::optional<std::string> kpi, sheet, decimal;
  std::optional<Granularity> granularity;
  static constexpr auto describe() {
    return json_object("KpiFileRequest", field("upload", &KpiFileRequest::upload, "up_…"), field("columns", &KpiFileRequest::columns, "empty: as recognised"),
                       field("kpi", &KpiFileRequest::kpi, "of every row, where no column says it"), field("sheet", &KpiFileRequest::sheet, "XLSX: its name; absent: the first with rows"),
                       field("decimal", &KpiFileRequest::decimal, "point or comma; absent: as recognised"),
                       field("granularity", &KpiFileRequest::granularity, "where dates stand for their week, month, quarter or year"));
  }
};
struct KpiFileColumn {
  std::string name;
  KpiColumnRole role = KpiColumnRole::ignore;
  std::vector<std::string> samples;
  static constexpr auto describe() {
    return json_object("KpiFileColumn", field("name", &KpiFileColumn::name, ""), field("role", &KpiFileColumn::role, "as it is read"), field("samples", &KpiFileColumn::samples, "at most 3"));
  }
};
enum class KpiChange { added, replaced, unchanged };
constexpr auto describe(KpiChange) { return json_enum("KpiChange", value(KpiChange::added, "added"), value(KpiChange::replaced, "replaced"), value(KpiChange::unchanged, "unchanged")); }
struct KpiFileRow {
  int64_t row = 0;
  std::string kpi, market, unit, touchpoint, benchmark, period;
  Granularity granularity = Granularity::month;
  double value = 0;
  std::optional<double> n, before;
  KpiChange change = KpiChange::added;
  static constexpr auto describe() {
    return json_object("KpiFileRow", field("row", &KpiFileRow::row, "as a spreadsheet shows it"), field("kpi", &KpiFileRow::kpi, "key"), field("market", &KpiFileRow::market, ""),
                       field("unit", &KpiFileRow::unit, ""), field("touchpoint", &KpiFileRow::touchpoint, ""), field("benchmark", &KpiFileRow::benchmark, ""),
                       field("period", &KpiFileRow::period, ""), field("granularity", &KpiFileRow::granularity, ""), field("value", &KpiFileRow::value, ""), field("n", &KpiFileRow::n, ""),
                       field("before", &KpiFileRow::before, "the value that is there now"), field("change", &KpiFileRow::change, "what would happen"));
  }
};
/// What an import would do; nothing is stored.
struct KpiFilePreview {
  std::string decimal;
  std::optional<std::string> sheet;
  std::vector<std::string> sheets;
  std::vector<KpiFileColumn> columns;
  std::vector<KpiFileRow> rows;
  KpiTaken outcome;
  static constexpr auto describe() {
    return json_object("KpiFilePreview", field("decimal", &KpiFilePreview::decimal, "point or comma, as it is read"), field("sheet", &KpiFilePreview::sheet, ""),
                       field("sheets", &KpiFilePreview::sheets, "XLSX"), field("columns", &KpiFilePreview::columns, ""), field("rows", &KpiFilePreview::rows, "the first 50"),
                       field("outcome", &KpiFilePreview::outcome, "of the whole file"));
  }
};

}  // namespace lotse::kpis
