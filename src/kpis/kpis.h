#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit.h"
#include "base/result.h"
#include "base/time.h"
#include "connect/uploads.h"
#include "connect/write_keys.h"
#include "db/database.h"
#include "kpis/series.h"
#include "kpis/types.h"
#include "model/viewer.h"

namespace lotse::kpis {

namespace detail {
struct Who;
struct Incoming;
}  // namespace detail

/// Which values are wanted.
struct ValueQuery {
  std::optional<std::string> kpi;              ///< kpi_… or key; only for export_csv none: all
  std::optional<Granularity> granularity;
  std::optional<std::string> from, to;         ///< periods; those that begin in [from, to's end)
  std::optional<std::string> market, unit;     ///< given but empty: values of all markets (units) together
};

/// KPIs and their delivered values. Threads: any. A delivery takes what can be taken and names the rest; a value that is delivered
/// again replaces the former one, which is kept with who delivered and who replaced it.
class Kpis {
 public:
  Kpis(db::Database& database, const Clock& clock, access::Audit& audit, connect::Uploads& uploads)
      : database_(database), clock_(clock), audit_(audit), uploads_(uploads) {}

  /// By key.
  Result<std::vector<Kpi>> list(const Viewer& viewer);
  /// errors  kpi_not_found
  Result<Kpi> get(const Viewer& viewer, std::string_view id);
  /// errors  forbidden, invalid_kpi_key (/key), kpi_exists (/key), too_many_kpis, invalid_name (/name_de, /name_en), unknown_source (/source),
  ///         unit_label_needed, kpi_text_too_long, invalid_decimals, invalid_target (/target)
  Result<Kpi> create(const Viewer& viewer, const KpiDefinition& wanted);
  /// errors  as create; kpi_not_found, stale
  Result<Kpi> change(const Viewer& viewer, std::string_view id, const KpiDefinition& wanted, const std::optional<std::string>& etag);
  /// With all its values.  errors  forbidden, kpi_not_found
  Result<void> remove(const Viewer& viewer, std::string_view id);

  /// errors  kpi_not_found, bad_period (/from, /to)
  Result<KpiValues> values(const Viewer& viewer, const ValueQuery& query);
  /// errors  kpi_not_found
  Result<KpiCorrections> corrections(const Viewer& viewer, std::string_view id);
  /// The same as CSV; the first row names the columns as the import knows them.
  ///   errors  as values
  Result<std::function<Result<void>(const std::function<bool(std::string_view)>&)>> export_csv(const Viewer& viewer, const ValueQuery& query);

  /// errors    forbidden, no_kpi_values, too_many_kpi_values (/values)
  /// rejected  unknown_kpi, bad_period, period_out_of_range, bad_kpi_value, bad_kpi_n, unknown_kpi_touchpoint, kpi_text_too_long, given_twice,
  ///           nothing_to_withdraw
  Result<KpiTaken> deliver(const Viewer& viewer, const KpiDelivery& delivery);
  /// By a source's write key: only KPIs of this source are known to it.
  Result<KpiTaken> deliver(const connect::TrackedSource& source, const KpiDelivery& delivery);

  /// What an import of the file would do.
  ///   errors  forbidden, upload_not_found, kpi_file_format, unknown_column and role_twice (/columns/N), kpi_not_found (/kpi),
  ///           not_a_choice (/decimal), too_many_kpi_values, those of formats::detect and its readers
  Result<KpiFilePreview> preview(const Viewer& viewer, const KpiFileRequest& request);
  /// The upload is gone afterwards.  errors  as preview; no_period_column, no_value_column, no_kpi_column (/columns)
  Result<KpiTaken> import(const Viewer& viewer, const KpiFileRequest& request);

 private:
  struct FileRows;
  Result<Kpi> shown(db::Session& session, const db::Row& row);
  Result<KpiDefinition> checked(const Viewer& viewer, db::Session& session, KpiDefinition wanted);
  Result<KpiTaken> store(const WorkspaceId& workspace, const detail::Who& who, const std::vector<detail::Incoming>& rows);
  Result<FileRows> read_file(const Viewer& viewer, const KpiFileRequest& request);

  db::Database& database_;
  const Clock& clock_;
  access::Audit& audit_;
  connect::Uploads& uploads_;
};

}  // namespace lotse::kpis
