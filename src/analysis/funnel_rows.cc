#include <algorithm>

#include "analysis/analysis.h"
#include "analysis/detail/csv.h"
#include "analysis/detail/funnel_question.h"
#include "analysis/detail/instance_cursor.h"
#include "engine/funnel.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t funnel_sequence_shown_max = 50;
constexpr size_t funnel_export_page = 20'000;

/// errors  invalid_part (/part/…), unknown_touchpoint (/part/next), invalid_time, invalid_period
Result<engine::FunnelPart> part_of(const FunnelPart& asked, const FunnelQuestion& ask, const Question& question) {
  const auto steps = static_cast<int64_t>(ask.query.steps.size());
  if (asked.step < 1 || asked.step > steps) return Error::invalid("invalid_part", "/part/step", "a step of the funnel, from 1");
  if (asked.dropped && asked.step == steps) return Error::invalid("invalid_part", "/part/dropped", "nobody drops after the last step");
  if (asked.went && !asked.dropped) return Error::invalid("invalid_part", "/part/went", "only of those who dropped");
  engine::FunnelPart out{.step = static_cast<size_t>(asked.step - 1), .dropped = asked.dropped};
  using Went = engine::FunnelPart::Went;
  if ((asked.went == FunnelWent::touchpoint) != asked.next.has_value()) return Error::invalid("invalid_part", "/part/next", "with went: touchpoint");
  if (asked.went) {
    switch (*asked.went) {
      case FunnelWent::touchpoint: out.went = Went::touchpoint; break;
      case FunnelWent::ended: out.went = Went::ended; break;
      case FunnelWent::waiting: out.went = Went::waiting; break;
      case FunnelWent::running: out.went = Went::running; break;
    }
  }
  if (asked.next) out.next = TRY(touchpoint(*question.seen.mapping, *asked.next, "/part/next"));
  if (asked.value) {
    if (!ask.breakdown) return Error::invalid("invalid_part", "/part/value", "a breakdown is expected");
    const auto codes = codes_of(*question.seen.moment, ask.breakdown->attribute, {*asked.value});
    if (codes.empty()) return Error::invalid("invalid_part", "/part/value", "no event has this value");
    // Of several codes with one text each would do: texts of a dictionary differ.
    if (ask.query.attribute) out.code = codes.front();
  }
  const auto time = [&](const std::optional<std::string>& text, const char* field) -> Result<std::optional<Micros>> {
    if (!text) return std::optional<Micros>();
    auto parsed = question.zone.parse(*text);
    if (!parsed) return Error::invalid("invalid_time", field, parsed.error().detail);
    return std::optional(*parsed);
  };
  out.from = TRY(time(asked.from, "/part/from"));
  out.to = TRY(time(asked.to, "/part/to"));
  if (out.from && out.to && *out.from > *out.to) return Error::invalid("invalid_period", "/part/to", "ends before it begins");
  return out;
}

Result<std::vector<FunnelRow>> rows_as_seen(Service& service, const Viewer& viewer, const Planned& planned, const std::vector<engine::FunnelRow>& found, size_t sequence_max) {
  std::vector<engine::InstanceRow> instances;
  for (const auto& row : found) instances.push_back(row.instance);
  auto shown = TRY(service.instance_rows(viewer, planned, instances, std::nullopt, sequence_max));
  std::vector<FunnelRow> out;
  for (size_t i = 0; i < found.size(); ++i)
    out.push_back({.customer = std::move(shown[i].customer),
                   .instance_key = std::move(shown[i].instance_key),
                   .first_step = iso_utc(found[i].first_step),
                   .last_step = iso_utc(found[i].last_step),
                   .took_s = seconds(found[i].last_step - found[i].first_step),
                   .reached = found[i].reached,
                   .sequence = std::move(shown[i].sequence)});
  return out;
}

}  // namespace

Result<FunnelRows> Analysis::funnel_rows(const Viewer& viewer, const FunnelRowsRequest& request, std::stop_token stop) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  if (request.limit < 1 || request.limit > 500) return Error::invalid("invalid_limit", "/limit", "1 to 500 is expected");
  const Error bad_cursor = Error::invalid("invalid_cursor", "/cursor", "not a cursor of this list");
  std::optional<InstanceCursor> cursor;
  if (request.cursor) {
    cursor = read_instance_cursor(*request.cursor);
    if (!cursor) return bad_cursor;
  }
  const auto question = TRY(service_->ask(viewer, request.filter, cursor ? cursor->as_of : request.as_of, cursor ? cursor->mapping_version : request.mapping_version));
  const auto& mapping = *question.seen.mapping;
  const auto ask = TRY(funnel_question(question.seen, request.funnel, request.breakdown));
  const auto part = TRY(part_of(request.part, ask, question));
  const auto planned = TRY(service_->plan(viewer, question));
  std::optional<engine::InstanceKey> after;
  if (cursor) {
    const auto customer = TRY(service_->parts.names.customer_of(viewer.workspace(), cursor->customer));
    if (!customer) return bad_cursor;
    after = engine::InstanceKey{*customer, cursor->ordinal};
  }
  const auto list = TRY(engine::funnel_instances(question.seen.moment->columns, planned.query, ask.query, part, after, static_cast<size_t>(request.limit), service_->shared.queries, stop));
  FunnelRows out{.basis = TRY(service_->basis(question, planned, stop)),
                 .total = list.total,
                 .customers = list.customers,
                 .rows = TRY(rows_as_seen(*service_, viewer, planned, list.rows, funnel_sequence_shown_max))};
  std::vector<engine::Touchpoint> used = ask.touchpoints;
  for (const auto& row : out.rows)
    for (const auto& id : row.sequence) used.push_back(*mapping.find(id));
  out.touchpoints = names_of(mapping, std::move(used));
  if (list.more)
    out.next_cursor = write_instance_cursor({static_cast<int64_t>(question.seen.as_of), mapping.version, out.rows.back().customer, list.rows.back().instance.key.ordinal});
  return out;
}

Result<CsvExport> Analysis::funnel_rows_csv(const Viewer& viewer, const FunnelRowsRequest& request) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  if (!viewer.may(Right::analyse)) return forbidden("analyse");
  const auto question = TRY(service_->ask(viewer, request.filter, request.as_of, request.mapping_version));
  auto ask = std::make_shared<const FunnelQuestion>(TRY(funnel_question(question.seen, request.funnel, request.breakdown)));
  const auto part = TRY(part_of(request.part, *ask, question));
  auto planned = std::make_shared<const Planned>(TRY(service_->plan(viewer, question)));
  return CsvExport([this, viewer, planned, ask, part](const std::function<bool(std::string_view)>& write) -> Result<void> {
    const auto& mapping = *planned->seen.mapping;
    CsvText csv;
    for (const char* name : {"customer", "instance_key", "steps_reached", "first_step", "last_step", "took_s", "sequence"}) csv.text(name);
    csv.end_row();
    std::optional<engine::InstanceKey> after;
    for (bool more = true; more;) {
      const auto list = TRY(engine::funnel_instances(planned->seen.moment->columns, planned->query, ask->query, part, after, funnel_export_page, service_->shared.queries));
      for (const auto& row : TRY(rows_as_seen(*service_, viewer, *planned, list.rows, SIZE_MAX))) {
        std::string sequence;
        for (const auto& id : row.sequence) sequence += (sequence.empty() ? "" : " > ") + mapping.touchpoints[*mapping.find(id)].name;
        csv.text(row.customer).text(row.instance_key.value_or("")).number(static_cast<uint64_t>(row.reached)).text(row.first_step).text(row.last_step);
        csv.number(row.took_s).text(sequence).end_row();
        if (csv.size() > (1 << 16) && !write(csv.take())) return {};
      }
      more = list.more;
      if (more) after = list.rows.back().instance.key;
    }
    write(csv.take());
    return {};
  });
}

}  // namespace lotse::analysis
