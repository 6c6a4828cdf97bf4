#include "kpis/detail/intake.h"
#include "kpis/kpis.h"

namespace lotse::kpis {
namespace {
constexpr size_t values_max = 10'000;

Result<std::vector<detail::Incoming>> incoming(const KpiDelivery& delivery) {
  if (delivery.values.empty()) return Error::invalid("no_kpi_values", "/values", "at least one value is expected");
  if (delivery.values.size() > values_max) return Error::invalid("too_many_kpi_values", "/values", "at most 10,000 values are taken at once");
  std::vector<detail::Incoming> rows;
  rows.reserve(delivery.values.size());
  for (const auto& value : delivery.values) rows.push_back({.number = static_cast<int64_t>(rows.size()), .row = value});
  return rows;
}
}  // namespace

Result<KpiTaken> Kpis::store(const WorkspaceId& workspace, const detail::Who& who, const std::vector<detail::Incoming>& rows) {
  return database_.write(workspace, [&](db::Session& session) -> Result<KpiTaken> {
    auto taken = TRY(detail::take(session, who, rows, clock_.now(), true));
    if (taken.added + taken.replaced + taken.withdrawn > 0)
      TRY(audit_.note(session, who.principal, "kpi.deliver", who.only_source.value_or(""),
                      {{"added", taken.added}, {"replaced", taken.replaced}, {"withdrawn", taken.withdrawn}, {"rejected", taken.rejected}}));
    return taken;
  });
}

Result<KpiTaken> Kpis::deliver(const Viewer& viewer, const KpiDelivery& delivery) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  return store(viewer.workspace(), {.principal = viewer.principal(), .only_source = {}}, TRY(incoming(delivery)));
}

Result<KpiTaken> Kpis::deliver(const connect::TrackedSource& source, const KpiDelivery& delivery) {
  return store(source.workspace, {.principal = source.source_id, .only_source = source.source_id}, TRY(incoming(delivery)));
}

}  // namespace lotse::kpis
