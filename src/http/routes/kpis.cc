#include "http/csv_answer.h"
#include "http/routes.h"
#include "kpis/kpis.h"

namespace lotse::http {
namespace kpis_rows {
namespace {
using kpis::Kpi;

Result<kpis::ValueQuery> asked(const Request& request) {
  kpis::ValueQuery query{.kpi = request.query_text("kpi"), .from = request.query_text("from"), .to = request.query_text("to")};
  if (const auto text = request.query_text("granularity")) {
    query.granularity = from_word<formats::Granularity>(*text);
    if (!query.granularity) return Error::invalid("not_a_choice", "/granularity", *text);
  }
  // Given but empty is a choice of its own: the values of all markets together.
  if (const auto at = request.query.find("market"); at != request.query.end()) query.market = at->second;
  if (const auto at = request.query.find("unit"); at != request.query.end()) query.unit = at->second;
  return query;
}

Result<Page<Kpi>> list(Services& services, const Viewer& viewer, const Request&) { return Page<Kpi>{.items = TRY(services.kpis.list(viewer))}; }
Result<Kpi> get(Services& services, const Viewer& viewer, const Request& request) { return services.kpis.get(viewer, request.parameter("id")); }
Result<Created<Kpi>> create(Services& services, const Viewer& viewer, const Request&, const kpis::KpiDefinition& body) {
  return Created<Kpi>{TRY(services.kpis.create(viewer, body))};
}
Result<Kpi> change(Services& services, const Viewer& viewer, const Request& request, const kpis::KpiDefinition& body) {
  return services.kpis.change(viewer, request.parameter("id"), body, request.if_match());
}
Result<NoContent> remove(Services& services, const Viewer& viewer, const Request& request) {
  TRY(services.kpis.remove(viewer, request.parameter("id")));
  return NoContent{};
}
Result<kpis::KpiValues> values(Services& services, const Viewer& viewer, const Request& request) {
  auto query = TRY(asked(request));
  query.kpi = request.parameter("id");
  return services.kpis.values(viewer, query);
}
Result<kpis::KpiCorrections> corrections(Services& services, const Viewer& viewer, const Request& request) {
  return services.kpis.corrections(viewer, request.parameter("id"));
}
Result<Response> export_csv(Services& services, const Viewer& viewer, const Request& request) {
  return csv_answer("kpis.csv", TRY(services.kpis.export_csv(viewer, TRY(asked(request)))));
}
Result<kpis::KpiTaken> deliver(Services& services, const Viewer& viewer, const Request&, const kpis::KpiDelivery& body) { return services.kpis.deliver(viewer, body); }
Result<kpis::KpiFilePreview> preview(Services& services, const Viewer& viewer, const Request&, const kpis::KpiFileRequest& body) { return services.kpis.preview(viewer, body); }
Result<kpis::KpiTaken> import(Services& services, const Viewer& viewer, const Request&, const kpis::KpiFileRequest& body) { return services.kpis.import(viewer, body); }

Route&& filtered(Route&& route) {
  return std::move(route)
      .query("granularity", "day, week, month, quarter or year; absent: all")
      .query("from", "first period, like 2026-01 or 2026-01-15")
      .query("to", "last period, its end included")
      .query("market", "given but empty: values of all markets together")
      .query("unit", "of the organisation; given but empty: values of all units together");
}
}  // namespace
}  // namespace kpis_rows

std::vector<Route> kpi_routes() {
  using namespace kpis_rows;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/workspaces/{ws}/kpis", Right::read, "KPIs that sources deliver, with their data set and newest values, by key", {}, list));
  rows.push_back(row(Method::post, "/workspaces/{ws}/kpis", Right::import_data, "Define a KPI of a data set",
                     {"invalid_kpi_key", "kpi_exists", "too_many_kpis", "invalid_name", "unknown_source", "unit_label_needed", "kpi_text_too_long", "invalid_decimals", "invalid_target"},
                     create));
  rows.push_back(row(Method::get, "/workspaces/{ws}/kpis/{id}", Right::read, "One KPI", {"kpi_not_found"}, get));
  rows.push_back(row(Method::patch, "/workspaces/{ws}/kpis/{id}", Right::import_data, "Define a KPI anew; its values stay",
                     {"kpi_not_found", "stale", "invalid_kpi_key", "kpi_exists", "invalid_name", "unknown_source", "unit_label_needed", "kpi_text_too_long", "invalid_decimals", "invalid_target"},
                     change)
                     .if_match());
  rows.push_back(row(Method::remove, "/workspaces/{ws}/kpis/{id}", Right::import_data, "Delete a KPI with all its values", {"kpi_not_found"}, remove));
  rows.push_back(filtered(row(Method::get, "/workspaces/{ws}/kpis/{id}/values", Right::read, "A KPI's values, and one number a period for all markets and units",
                              {"kpi_not_found", "bad_period", "not_a_choice"}, values)));
  rows.push_back(row(Method::get, "/workspaces/{ws}/kpis/{id}/corrections", Right::read, "Values that were replaced or withdrawn: by whom, when, and what stood there", {"kpi_not_found"},
                     corrections));
  rows.push_back(filtered(row(Method::get, "/workspaces/{ws}/kpi_values/csv", Right::read, "Values as a CSV file, which an import reads again", {"kpi_not_found", "bad_period", "not_a_choice"},
                              export_csv)
                              .answers("text/csv")
                              .query("kpi", "kpi_… or key; absent: all")));
  rows.push_back(row(Method::post, "/workspaces/{ws}/kpi_values", Right::import_data,
                     "Deliver values; one that is delivered again replaces the former, which is kept. Answered when they would survive a power cut",
                     {"no_kpi_values", "too_many_kpi_values", "unknown_kpi", "bad_period", "period_out_of_range", "bad_kpi_value", "bad_kpi_n", "unknown_kpi_touchpoint", "kpi_text_too_long",
                      "given_twice", "nothing_to_withdraw"},
                     deliver));
  rows.push_back(row(Method::post, "/workspaces/{ws}/kpi_values/preview", Right::import_data, "What an uploaded file of values would change; nothing is stored",
                     {"upload_not_found", "kpi_file_format", "unknown_column", "role_twice", "kpi_not_found", "too_many_kpi_values", "not_a_choice", "empty_file", "no_rows", "not_a_table"}, preview));
  rows.push_back(row(Method::post, "/workspaces/{ws}/kpi_values/import", Right::import_data, "Take the values of an uploaded file",
                     {"upload_not_found", "kpi_file_format", "no_period_column", "no_value_column", "no_kpi_column", "unknown_column", "role_twice", "kpi_not_found", "too_many_kpi_values",
                      "not_a_choice", "empty_file", "no_rows", "not_a_table"},
                     import));
  return rows;
}

}  // namespace lotse::http
