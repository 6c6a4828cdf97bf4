#include "engine/funnel.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/analysis.h"
#include "analysis/detail/csv.h"
#include "analysis/detail/funnel_question.h"
#include "analysis/detail/trend.h"
#include "stats/proportions.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t nexts_max = 12;
constexpr size_t groups_max = 50;
constexpr double significance_level = 0.05;

/// Turns the engine's counts into what this viewer may see of them.
class FunnelPrinter {
 public:
  FunnelPrinter(const Question& question, Basis& basis) : question_(question), basis_(basis) {}

  /// None where so few customers stand behind it that the viewer may not know.
  std::optional<uint64_t> shown(const engine::FunnelCount& count) const {
    if (!question_.small_groups && count.customers > 0 && count.customers < question_.smallest_group) {
      note_withheld(basis_);
      return std::nullopt;
    }
    return count.instances;
  }
  std::optional<FunnelShare> share(const engine::FunnelCount& part, const engine::FunnelCount& whole) const {
    if (whole.instances == 0 || !shown(part) || !shown(whole)) return std::nullopt;
    const auto interval = stats::wilson_interval(part.instances, whole.instances);
    return FunnelShare{static_cast<double>(part.instances) / static_cast<double>(whole.instances), interval.low, interval.high};
  }
  std::vector<FunnelCount> counts(const std::vector<engine::FunnelCount>& reached) const {
    std::vector<FunnelCount> out;
    for (const auto& count : reached) out.push_back({shown(count)});
    return out;
  }
  std::optional<double> seconds_of(const std::optional<double>& us, const engine::FunnelCount& of) const {
    if (!us || !shown(of)) return std::nullopt;
    return *us / 1e6;
  }

 private:
  const Question& question_;
  Basis& basis_;
};

FunnelStep step_of(const FunnelPrinter& print, const engine::Funnel& found, size_t k, const FunnelDefinition& asked, const MappingView& mapping,
                   std::vector<engine::Touchpoint>& used) {
  const auto& step = found.steps[k];
  FunnelStep out{.touchpoints = asked.steps[k].touchpoints, .instances = print.shown(step.reached)};
  if (out.instances) out.customers = step.reached.customers;
  if (k > 0) {
    out.from_previous = print.share(step.reached, found.steps[k - 1].reached);
    out.from_first = print.share(step.reached, found.steps[0].reached);
    out.median_from_previous_s = print.seconds_of(step.median_from_previous_us, step.reached);
    out.median_from_first_s = print.seconds_of(step.median_from_first_us, step.reached);
  }
  if (k + 1 == found.steps.size()) return out;
  // The difference to those who dropped would tell a number that is withheld.
  if (!print.shown(found.steps[k + 1].reached)) return out;
  out.dropped = print.shown(step.dropped);
  out.running = print.shown(step.running);
  out.ended = print.shown(step.ended);
  out.waiting = print.shown(step.waiting);
  for (const auto& next : step.next) {
    if (out.next.size() == nexts_max) break;
    if (!print.shown(next.count)) continue;
    out.next.push_back({mapping.touchpoints[next.touchpoint].id, next.count.instances});
    used.push_back(next.touchpoint);
  }
  return out;
}

std::optional<FunnelTest> test_of(const engine::FunnelCount& part, const engine::FunnelCount& whole, const engine::FunnelCount& other_part,
                                  const engine::FunnelCount& other_whole) {
  if (whole.instances == 0 || other_whole.instances == 0) return std::nullopt;
  const auto found = stats::compare_proportions(other_part.instances, other_whole.instances, part.instances, whole.instances);
  return FunnelTest{.difference = found.difference,
                    .low = found.interval.low,
                    .high = found.interval.high,
                    .p = found.p,
                    .method = found.test == stats::ProportionTest::fisher ? FunnelTestMethod::fisher : FunnelTestMethod::pooled_z};
}

void correct(FunnelComparison& comparison) {
  std::vector<FunnelTest*> tests;
  for (auto& step : comparison.steps)
    if (step.test) tests.push_back(&*step.test);
  if (comparison.overall) tests.push_back(&*comparison.overall);
  std::vector<double> p;
  for (const auto* test : tests) p.push_back(test->p);
  const auto adjusted = stats::holm(p);
  for (size_t i = 0; i < tests.size(); ++i) {
    tests[i]->p_adjusted = adjusted[i];
    tests[i]->significant = adjusted[i] < significance_level;
  }
}

/// Errors of the second filter are told where it stands.
Error of_compare(Error error) {
  const auto moved = [](std::string& field) {
    if (field.starts_with("/filter")) field = "/compare" + field.substr(7);
  };
  moved(error.field);
  for (auto& one : error.more) moved(one.field);
  return error;
}

}  // namespace

Result<Funnel> Analysis::funnel(const Viewer& viewer, const FunnelRequest& request, std::stop_token stop) {
  const auto question = TRY(service_->ask(viewer, request.filter, request.as_of, request.mapping_version));
  std::optional<Question> other;
  if (request.compare) {
    auto asked = service_->ask(viewer, *request.compare, static_cast<int64_t>(question.seen.as_of), question.seen.mapping->version);
    if (!asked) return of_compare(asked.error());
    other = std::move(*asked);
  }
  const std::string key = fmt::format("funnel|{}|{}|{}|{}|{}", question.small_groups ? 0 : question.smallest_group, to_json(request.funnel).dump(),
                                      request.breakdown.value_or(""), other ? other->key : "", question.key);
  if (const auto known = service_->cache.get<Funnel>(key)) return *known;
  auto ask = TRY(funnel_question(question.seen, request.funnel, request.breakdown));
  const auto planned = TRY(service_->plan(viewer, question));
  const auto& moment = *question.seen.moment;
  ask.query.times = ask.query.next = true;
  const auto axis = trend_of(planned, question.zone);
  if (axis) ask.query.bucket_starts = axis->boundaries;
  const auto found = TRY(engine::funnel(moment.columns, planned.query, ask.query, service_->shared.queries, stop));

  Funnel out{.basis = TRY(service_->basis(question, planned, stop)), .trend_bucket = word_of(axis ? axis->bucket : Bucket::day)};
  const FunnelPrinter print(question, out.basis);
  const auto& first = found.steps.front().reached;
  for (size_t k = 0; k < found.steps.size(); ++k)
    out.steps.push_back(step_of(print, found, k, request.funnel, *question.seen.mapping, ask.touchpoints));
  out.conversion = print.share(found.steps.back().reached, first);

  auto groups = found.groups;
  if (ask.breakdown && !ask.query.attribute && first.instances > 0) {
    groups.push_back({.code = 0});
    for (const auto& step : found.steps) groups.back().reached.push_back(step.reached);
  }
  out.groups_total = groups.size();
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    return std::tuple(b.reached[0].instances, a.code) < std::tuple(a.reached[0].instances, b.code);
  });
  for (const auto& group : groups) {
    if (out.groups.size() == groups_max) break;
    if (!print.shown(group.reached[0])) continue;
    out.groups.push_back({ask.breakdown->value(moment, group.code), print.counts(group.reached), print.share(group.reached.back(), group.reached[0])});
  }

  size_t begin = 0, end = found.trend.size();
  while (begin < end && found.trend[begin].reached[0].instances == 0) ++begin;
  while (end > begin && found.trend[end - 1].reached[0].instances == 0) --end;
  for (size_t b = begin; b < end; ++b) {
    const auto& bucket = found.trend[b];
    out.trend.push_back({.from = question.zone.date(axis->boundaries[b]),
                         .to = question.zone.date(axis->boundaries[b + 1]),
                         .counts = print.counts(bucket.reached),
                         .conversion = print.share(bucket.reached.back(), bucket.reached[0]),
                         .running = print.shown(bucket.reached[0]) ? bucket.running : 0});
  }

  if (other) {
    auto other_planned = service_->plan(viewer, *other);
    if (!other_planned) return of_compare(other_planned.error());
    engine::FunnelQuery plain = ask.query;
    plain.next = false;
    plain.attribute.reset();
    plain.bucket_starts.clear();
    const auto theirs = TRY(engine::funnel(other->seen.moment->columns, other_planned->query, plain, service_->shared.queries, stop));
    FunnelComparison comparison{.basis = TRY(service_->basis(*other, *other_planned, stop))};
    const FunnelPrinter print_theirs(*other, comparison.basis);
    for (size_t k = 0; k < theirs.steps.size(); ++k) {
      const auto& step = theirs.steps[k];
      FunnelComparedStep one{.instances = print_theirs.shown(step.reached)};
      if (one.instances) one.customers = step.reached.customers;
      if (k > 0) {
        const auto& before = theirs.steps[k - 1].reached;
        one.from_previous = print_theirs.share(step.reached, before);
        one.from_first = print_theirs.share(step.reached, theirs.steps[0].reached);
        one.median_from_previous_s = print_theirs.seconds_of(step.median_from_previous_us, step.reached);
        if (one.from_previous && out.steps[k].from_previous) one.test = test_of(found.steps[k].reached, found.steps[k - 1].reached, step.reached, before);
      }
      comparison.steps.push_back(std::move(one));
    }
    // Of two steps it is the same question as the only step's.
    if (theirs.steps.size() > 2 && out.conversion && comparison.steps.back().from_first)
      comparison.overall = test_of(found.steps.back().reached, first, theirs.steps.back().reached, theirs.steps[0].reached);
    correct(comparison);
    out.comparison = std::move(comparison);
  }
  out.touchpoints = names_of(*question.seen.mapping, std::move(ask.touchpoints));
  service_->cache.put<Funnel>(key, std::make_shared<const Funnel>(out),
                              4096 + (out.trend.size() + out.groups.size()) * (200 + out.steps.size() * 16) + out.steps.size() * 2000 + out.touchpoints.size() * 200);
  return out;
}

Result<CsvExport> Analysis::funnel_csv(const Viewer& viewer, const FunnelRequest& request) {
  auto funnel = std::make_shared<const Funnel>(TRY(this->funnel(viewer, request)));
  return CsvExport([funnel](const std::function<bool(std::string_view)>& write) -> Result<void> {
    std::map<std::string_view, std::string_view> names;
    for (const auto& t : funnel->touchpoints) names[t.id] = t.name;
    const auto step_name = [&](size_t k) {
      std::string out;
      for (const auto& id : funnel->steps[k].touchpoints) out += (out.empty() ? "" : " | ") + std::string(names[id]);
      return out;
    };
    CsvText csv;
    for (const char* name : {"kind", "group", "step", "name", "instances", "customers", "share_of_previous", "share_of_previous_low", "share_of_previous_high",
                             "share_of_first", "share_of_first_low", "share_of_first_high", "median_from_previous_s", "median_from_first_s", "p_adjusted"})
      csv.text(name);
    csv.end_row();
    const auto share = [&](const std::optional<FunnelShare>& s) {
      if (s) csv.number(s->share).number(s->low).number(s->high);
      else csv.text("").text("").text("");
    };
    const auto begin = [&](const char* kind, std::string_view group, size_t k) -> CsvText& { return csv.text(kind).text(group).number(uint64_t{k + 1}).text(step_name(k)); };
    const std::optional<double> none;
    for (size_t k = 0; k < funnel->steps.size(); ++k) {
      const auto& step = funnel->steps[k];
      begin("step", "", k).number(step.instances).number(step.customers);
      share(step.from_previous);
      share(step.from_first);
      csv.number(step.median_from_previous_s).number(step.median_from_first_s).text("").end_row();
    }
    for (size_t k = 0; funnel->comparison && k < funnel->steps.size(); ++k) {
      const auto& step = funnel->comparison->steps[k];
      begin("compared", "", k).number(step.instances).number(step.customers);
      share(step.from_previous);
      share(step.from_first);
      csv.number(step.median_from_previous_s).text("").number(step.test ? std::optional(step.test->p_adjusted) : none).end_row();
    }
    const auto counts = [&](const char* kind, const std::string& group, const std::vector<FunnelCount>& list) {
      for (size_t k = 0; k < list.size(); ++k) {
        begin(kind, group, k).number(list[k].instances).text("");
        for (int empty = 0; empty < 9; ++empty) csv.text("");
        csv.end_row();
      }
    };
    for (const auto& group : funnel->groups) counts("group", group.value, group.counts);
    for (const auto& point : funnel->trend) counts("began", point.from, point.counts);
    for (size_t k = 0; k < funnel->steps.size(); ++k)
      for (const auto& next : funnel->steps[k].next) {
        begin("went_to", names[next.touchpoint], k).number(next.instances).text("");
        for (int empty = 0; empty < 9; ++empty) csv.text("");
        csv.end_row();
      }
    write(csv.take());
    return {};
  });
}

}  // namespace lotse::analysis
