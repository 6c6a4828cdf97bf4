#include "engine/variants.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/analysis.h"
#include "analysis/detail/csv.h"
#include "analysis/detail/service.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t steps_shown_max = 200;
constexpr int64_t offset_max = 1'000'000;

struct Ranked {
  Planned planned;
  engine::Variants variants;
  bool withheld = false;
};

Result<Ranked> rank(Service& service, const Viewer& viewer, const Question& question, size_t top, std::stop_token stop) {
  Ranked out{.planned = TRY(service.plan(viewer, question))};
  out.variants = TRY(engine::variants(question.seen.moment->columns, out.planned.query,
                                      {.top = top, .median_duration = true, .rank = question.seen.mapping->rank},
                                      service.shared.queries, stop));
  if (!question.small_groups)
    out.withheld = std::erase_if(out.variants.top, [&](const auto& v) { return v.count < question.smallest_group; }) > 0;
  return out;
}

}  // namespace

Result<Variants> Analysis::variants(const Viewer& viewer, const VariantsRequest& request, std::stop_token stop) {
  if (request.limit < 1 || request.limit > 1000) return Error::invalid("invalid_limit", "/limit", "1 to 1000 is expected");
  if (request.offset < 0 || request.offset > offset_max) return Error::invalid("invalid_offset", "/offset", "0 to 1,000,000 is expected");
  const auto question = TRY(service_->ask(viewer, request.filter, request.as_of, request.mapping_version));
  const std::string key = fmt::format("variants|{}|{}|{}|{}", question.small_groups, request.limit, request.offset, question.key);
  if (const auto known = service_->cache.get<Variants>(key)) return *known;
  const size_t first = static_cast<size_t>(request.offset), last = first + static_cast<size_t>(request.limit);
  const auto ranked = TRY(rank(*service_, viewer, question, last, stop));
  const auto& mapping = *question.seen.mapping;
  Variants out{.basis = TRY(service_->basis(question, ranked.planned, stop)), .variants_total = ranked.variants.distinct};
  if (ranked.withheld) note_withheld(out.basis);
  if (out.basis.customers > 0) out.median_duration_s = TRY(service_->totals(question, ranked.planned, stop)).duration_median_us / 1e6;
  std::vector<engine::Touchpoint> used;
  size_t ids = 0;
  for (size_t i = first; i < ranked.variants.top.size(); ++i) {
    const auto& v = ranked.variants.top[i];
    Variant variant{.id = service_->variant_id(viewer.workspace(), mapping, v.sequence),
                    .length = v.sequence.size(),
                    .count = v.count,
                    .share = v.share,
                    .cumulative_share = v.cumulative_share,
                    .median_duration_s = v.median_duration_us / 1e6};
    for (size_t e = 0; e < v.sequence.size() && e < steps_shown_max; ++e) {
      variant.sequence.push_back(mapping.touchpoints[v.sequence[e]].id);
      used.push_back(v.sequence[e]);
    }
    ids += variant.sequence.size();
    out.variants.push_back(std::move(variant));
  }
  out.touchpoints = names_of(mapping, std::move(used));
  service_->cache.put<Variants>(key, std::make_shared<const Variants>(out), out.variants.size() * 200 + ids * 64 + out.touchpoints.size() * 200);
  return out;
}

Result<CsvExport> Analysis::variants_csv(const Viewer& viewer, const VariantsRequest& request) {
  const auto question = TRY(service_->ask(viewer, request.filter, request.as_of, request.mapping_version));
  auto ranked = std::make_shared<const Ranked>(TRY(rank(*service_, viewer, question, SIZE_MAX / 2, {})));
  return CsvExport([this, ranked, workspace = viewer.workspace()](const std::function<bool(std::string_view)>& write) -> Result<void> {
    const auto& mapping = *ranked->planned.seen.mapping;
    CsvText csv;
    for (const char* name : {"rank", "id", "count", "share", "cumulative_share", "median_duration_s", "length", "sequence"}) csv.text(name);
    csv.end_row();
    uint64_t place = 0;
    for (const auto& v : ranked->variants.top) {
      std::string sequence;
      for (const auto t : v.sequence) {
        if (!sequence.empty()) sequence += " > ";
        sequence += mapping.touchpoints[t].name;
      }
      csv.number(++place).text(service_->variant_id(workspace, mapping, v.sequence)).number(v.count).number(v.share);
      csv.number(v.cumulative_share).number(v.median_duration_us / 1e6).number(uint64_t{v.sequence.size()}).text(sequence).end_row();
      if (csv.size() > (1 << 16) && !write(csv.take())) return {};
    }
    write(csv.take());
    return {};
  });
}

}  // namespace lotse::analysis
