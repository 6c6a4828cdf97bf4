#include "engine/instances.h"

#include <algorithm>

#include "analysis/analysis.h"
#include "analysis/detail/csv.h"
#include "analysis/detail/instance_cursor.h"
#include "analysis/detail/service.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t sequence_shown_max = 50;
constexpr size_t export_page = 20'000;

Result<std::optional<engine::Through>> through_of(const InstancesRequest& request, const MappingView& mapping) {
  if (!request.at) {
    if (request.edge_to) return Error::invalid("edge_needs_at", "/edge_to", "'at' names where the edge begins");
    return std::optional<engine::Through>{};
  }
  engine::Through out{.from = TRY(touchpoint(mapping, *request.at, "/at"))};
  if (request.edge_to) out.to = TRY(touchpoint(mapping, *request.edge_to, "/edge_to"));
  return std::optional(out);
}

}  // namespace

Result<Instances> Analysis::instances(const Viewer& viewer, const InstancesRequest& request, std::stop_token stop) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  if (request.limit < 1 || request.limit > 500) return Error::invalid("invalid_limit", "/limit", "1 to 500 is expected");
  const Error bad_cursor = Error::invalid("invalid_cursor", "/cursor", "not a cursor of this list");
  std::optional<InstanceCursor> cursor;
  if (request.cursor) {
    cursor = read_instance_cursor(*request.cursor);
    if (!cursor) return bad_cursor;
  }
  const auto question = TRY(service_->ask(viewer, request.filter, cursor ? cursor->as_of : request.as_of,
                                          cursor ? cursor->mapping_version : request.mapping_version));
  const auto& mapping = *question.seen.mapping;
  const auto through = TRY(through_of(request, mapping));
  const auto planned = TRY(service_->plan(viewer, question));
  engine::InstanceListQuery ask{.limit = static_cast<size_t>(request.limit), .through = through};
  if (cursor) {
    const auto customer = TRY(service_->parts.names.customer_of(viewer.workspace(), cursor->customer));
    if (!customer) return bad_cursor;
    ask.after = engine::InstanceKey{*customer, cursor->ordinal};
  }
  const auto list = TRY(engine::instances(question.seen.moment->columns, planned.query, ask, service_->shared.queries, stop));
  Instances out{.basis = TRY(service_->basis(question, planned, stop)),
                .total = list.total,
                .rows = TRY(service_->instance_rows(viewer, planned, list.rows, through, sequence_shown_max))};
  std::vector<engine::Touchpoint> used;
  for (const auto& row : out.rows)
    for (const auto& id : row.sequence) used.push_back(*mapping.find(id));
  out.touchpoints = names_of(mapping, std::move(used));
  if (list.more)
    out.next_cursor = write_instance_cursor({static_cast<int64_t>(question.seen.as_of), mapping.version, out.rows.back().customer, list.rows.back().key.ordinal});
  return out;
}

Result<CsvExport> Analysis::instances_csv(const Viewer& viewer, const InstancesRequest& request) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  if (!viewer.may(Right::analyse)) return forbidden("analyse");
  const auto question = TRY(service_->ask(viewer, request.filter, request.as_of, request.mapping_version));
  const auto through = TRY(through_of(request, *question.seen.mapping));
  auto planned = std::make_shared<const Planned>(TRY(service_->plan(viewer, question)));
  return CsvExport([this, viewer, planned, through](const std::function<bool(std::string_view)>& write) -> Result<void> {
    const auto& mapping = *planned->seen.mapping;
    CsvText csv;
    for (const char* name : {"customer", "instance_key", "first", "last", "events", "duration_s", "open", "time_s", "sequence"}) csv.text(name);
    csv.end_row();
    engine::InstanceListQuery ask{.limit = export_page, .through = through};
    for (bool more = true; more;) {
      const auto list = TRY(engine::instances(planned->seen.moment->columns, planned->query, ask, service_->shared.queries));
      for (const auto& row : TRY(service_->instance_rows(viewer, *planned, list.rows, through, SIZE_MAX))) {
        std::string sequence;
        for (const auto& id : row.sequence) {
          if (!sequence.empty()) sequence += " > ";
          sequence += mapping.touchpoints[*mapping.find(id)].name;
        }
        csv.text(row.customer).text(row.instance_key.value_or("")).text(row.first).text(row.last).number(row.events).number(row.duration_s);
        csv.text(row.open ? "1" : "0").number(row.time_s).text(sequence).end_row();
        if (csv.size() > (1 << 16) && !write(csv.take())) return {};
      }
      more = list.more;
      if (more) ask.after = list.rows.back().key;
    }
    write(csv.take());
    return {};
  });
}

}  // namespace lotse::analysis
