#include "engine/node_edge.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/analysis.h"
#include "analysis/detail/service.h"
#include "analysis/detail/trend.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t examples_max = 5;
constexpr size_t example_sequence_max = 50;

std::vector<TrendPoint> points(const TrendAxis& trend, const engine::Detail& detail, const LocalTime& zone, bool edge) {
  std::vector<TrendPoint> out;
  size_t first = 0, last = detail.trend.size();
  while (first < last && detail.trend[first] == 0) ++first;
  while (last > first && detail.trend[last - 1] == 0) --last;
  for (size_t b = first; b < last; ++b) {
    TrendPoint point{.from = zone.date(trend.boundaries[b]), .count = detail.trend[b]};
    if (edge && detail.trend_median_us[b]) point.median_s = *detail.trend_median_us[b] / 1e6;
    out.push_back(std::move(point));
  }
  return out;
}

std::vector<std::string> types_of(const Seen& seen, engine::Touchpoint touchpoint, const std::vector<uint64_t>& events) {
  std::vector<std::string> out;
  for (size_t c = 0; c < seen.moment->classes->size(); ++c)
    if (events[c] > 0 && seen.mapping->engine.touchpoint_of[c] == touchpoint)
      out.push_back(seen.moment->dictionary->types[(*seen.moment->classes)[c].type - 1].name);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

Result<Detail> Analysis::detail(const Viewer& viewer, const DetailRequest& request, std::stop_token stop) {
  const auto question = TRY(service_->ask(viewer, request.filter, request.as_of, request.mapping_version));
  const std::string key = fmt::format("detail|{}|{}|{}|{}", question.small_groups, request.from, request.to.value_or(""), question.key);
  if (const auto known = service_->cache.get<Detail>(key)) return *known;
  const auto& mapping = *question.seen.mapping;
  const auto planned = TRY(service_->plan(viewer, question));
  engine::DetailQuery ask{.examples = question.small_groups ? examples_max : 0, .until_next = true};
  ask.of.from = TRY(touchpoint(mapping, request.from, "/from"));
  if (request.to) ask.of.to = TRY(touchpoint(mapping, *request.to, "/to"));
  const auto trend = trend_of(planned, question.zone);
  if (trend) ask.bucket_starts = trend->boundaries;
  const auto found = TRY(engine::examine(question.seen.moment->columns, planned.query, ask, service_->shared.queries, stop));

  Detail out{.basis = TRY(service_->basis(question, planned, stop)), .from = request.from, .to = request.to};
  out.trend_bucket = word_of(trend ? trend->bucket : Bucket::day);
  std::vector<engine::Touchpoint> used{ask.of.from};
  if (request.to) used.push_back(ask.of.to);
  if (!question.small_groups && found.customers > 0 && found.customers < question.smallest_group) {
    note_withheld(out.basis);
    out.touchpoints = names_of(mapping, used);
    return out;
  }
  out.count = found.count;
  out.instances = found.instances;
  out.customers = found.customers;
  if (found.times > 0) {
    out.mean_s = found.mean_us / 1e6;
    out.median_s = found.median_us / 1e6;
    out.p90_s = found.p90_us / 1e6;
    out.min_s = static_cast<double>(found.min_us) / 1e6;
    out.max_s = static_cast<double>(found.max_us) / 1e6;
  }
  for (const auto& bar : found.histogram) out.histogram.push_back({bar.from_us / 1e6, bar.to_us / 1e6, bar.count});
  if (trend) out.trend = points(*trend, found, question.zone, request.to.has_value());
  out.examples = TRY(service_->instance_rows(viewer, planned, found.examples, ask.of, example_sequence_max));
  for (const auto& row : out.examples)
    for (const auto& id : row.sequence) used.push_back(*mapping.find(id));
  out.touchpoints = names_of(mapping, std::move(used));
  if (!request.to) out.event_types = types_of(question.seen, ask.of.from, *TRY(service_->class_counts(*question.seen.moment)));
  service_->cache.put<Detail>(key, std::make_shared<const Detail>(out), 4096 + out.trend.size() * 80 + out.touchpoints.size() * 200);
  return out;
}

}  // namespace lotse::analysis
