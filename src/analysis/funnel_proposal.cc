#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>

#include "analysis/analysis.h"
#include "analysis/detail/service.h"
#include "analysis/funnel_types.h"
#include "engine/funnel.h"
#include "engine/variants.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t paths_looked_at = 20'000;  ///< the most frequent ones
constexpr size_t proposed_steps_max = 5;
constexpr double arrive_in_time = 0.9;
constexpr double way_share_least = 0.05;    ///< of those who arrive: fewer on the most frequent way make no funnel
constexpr double usual_share_least = 0.2, usual_lift_least = 1.3;
constexpr size_t usual_steps_max = 3;

/// Parts of names of what a business calls a purchase or a contract, in German and English; and of what only sounds like one.
constexpr std::array<std::string_view, 16> purchase_words{"kauf", "bestell", "auftrag", "vertrag", "abschluss", "buchung", "order", "purchase",
                                                          "checkout", "contract", "booking", "sale", "subscri", "aktivier", "activat", "conversion"};
constexpr std::array<std::string_view, 20> other_words{"storn", "künd", "kuend", "cancel", "terminat", "retour", "rücks", "return", "wagen", "korb", "cart", "basket",
                                                       "erinner", "bestätig", "confirm", "chat", "hotline", "anruf", "call", "frage"};

bool names_purchase(const std::string& name) {
  std::string lower = name;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto holds = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
  return std::ranges::any_of(purchase_words, holds) && std::ranges::none_of(other_words, holds);
}

using Path = std::vector<engine::Touchpoint>;

/// The way to the first event of the goal, repeats left out; empty where it does not come.
Path way_to(engine::Touchpoint goal, const Path& sequence) {
  Path out;
  for (const auto t : sequence) {
    if (std::find(out.begin(), out.end(), t) == out.end()) out.push_back(t);
    if (t == goal) return out;
  }
  return {};
}

struct Way {
  Path steps;
  uint64_t instances = 0, of_instances = 0;
  bool usual = false;  ///< touchpoints that those who arrive usually had before, not one way that many went
};

/// The most frequent way to a goal that is short enough to be a funnel.
Way best_way(engine::Touchpoint goal, const engine::Variants& variants) {
  std::map<Path, uint64_t> ways;
  Way out;
  for (const auto& variant : variants.top) {
    auto way = way_to(goal, variant.sequence);
    if (way.empty()) continue;
    out.of_instances += variant.count;
    if (way.size() >= 2 && way.size() <= proposed_steps_max) ways[std::move(way)] += variant.count;
  }
  for (const auto& [steps, count] : ways)
    if (std::pair(count, steps.size()) > std::pair(out.instances, out.steps.size())) out = {steps, count, out.of_instances};
  return out;
}

/// Where courses are long, hardly two are equal. Then the steps are what those who arrive had before more often than others have
/// it at all, in the order in which it usually came.
Way usual_way(engine::Touchpoint goal, const engine::Variants& variants, const std::vector<uint64_t>& present) {
  struct Before {
    uint64_t instances = 0;
    double place = 0;
  };
  std::map<engine::Touchpoint, Before> before;
  Way out{.usual = true};
  uint64_t all = 0;
  for (const auto& variant : variants.top) {
    all += variant.count;
    const auto way = way_to(goal, variant.sequence);
    if (way.empty()) continue;
    out.of_instances += variant.count;
    for (size_t i = 0; i + 1 < way.size(); ++i) {
      before[way[i]].instances += variant.count;
      before[way[i]].place += static_cast<double>(variant.count) * static_cast<double>(i) / static_cast<double>(way.size());
    }
  }
  struct Step {
    engine::Touchpoint touchpoint;
    double worth, place;
  };
  std::vector<Step> steps;
  for (const auto& [t, b] : before) {
    const double share = static_cast<double>(b.instances) / static_cast<double>(out.of_instances);
    const double lift = share * static_cast<double>(all) / static_cast<double>(present[t]);
    if (share >= usual_share_least && lift >= usual_lift_least) steps.push_back({t, share * std::log(lift), b.place / static_cast<double>(b.instances)});
  }
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return std::pair(b.worth, a.touchpoint) < std::pair(a.worth, b.touchpoint); });
  if (steps.size() > usual_steps_max) steps.resize(usual_steps_max);
  if (steps.empty()) return {};
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return std::pair(a.place, a.touchpoint) < std::pair(b.place, b.touchpoint); });
  for (const auto& step : steps) out.steps.push_back(step.touchpoint);
  out.steps.push_back(goal);
  out.instances = out.of_instances;  // counted exactly once the way is chosen
  return out;
}

}  // namespace

Result<FunnelProposal> Analysis::funnel_proposal(const Viewer& viewer, const FunnelProposalRequest& request, std::stop_token stop) {
  const auto question = TRY(service_->ask(viewer, request.filter, std::nullopt, std::nullopt));
  const std::string key = "funnel_proposal|" + std::to_string(question.small_groups ? 0 : question.smallest_group) + "|" + question.key;
  if (const auto known = service_->cache.get<FunnelProposal>(key)) return *known;
  const auto planned = TRY(service_->plan(viewer, question));
  const auto& mapping = *question.seen.mapping;
  const auto& columns = question.seen.moment->columns;
  const auto variants = TRY(engine::variants(columns, planned.query, {.top = paths_looked_at, .rank = mapping.rank}, service_->shared.queries, stop));
  const uint64_t least = question.small_groups ? 1 : question.smallest_group;

  std::vector<uint64_t> present(mapping.touchpoints.size(), 0), last(mapping.touchpoints.size(), 0);
  for (const auto& variant : variants.top) {
    Path seen = variant.sequence;
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const auto t : seen) present[t] += variant.count;
    if (variant.sequence.size() > 1) last[variant.sequence.back()] += variant.count;
  }
  const auto enough = [&](const Way& w) {
    return w.instances > 0 && w.of_instances >= least && (w.usual || (w.instances >= least && static_cast<double>(w.instances) >= way_share_least * static_cast<double>(w.of_instances)));
  };
  // A way of several steps says more than one of two.
  const auto worth = [](const Way& w) { return w.instances * (w.steps.size() > 2 ? 4 : 1); };
  const auto best_of = [&](const std::vector<engine::Touchpoint>& goals) {
    Way best;
    for (const auto goal : goals)
      if (auto one = best_way(goal, variants); enough(one) && worth(one) > worth(best)) best = std::move(one);
    // Only where no goal has a way that many went.
    for (const auto goal : best.instances > 0 ? std::vector<engine::Touchpoint>() : goals)
      if (auto one = usual_way(goal, variants, present); enough(one) && worth(one) > worth(best)) best = std::move(one);
    return best;
  };
  std::vector<engine::Touchpoint> goals;
  for (size_t t = 0; t < present.size(); ++t)
    if (present[t] > 0 && names_purchase(mapping.touchpoints[t].name)) goals.push_back(static_cast<engine::Touchpoint>(t));
  FunnelProposal out;
  Way way = best_of(goals);
  if (way.instances > 0) {
    out.how = FunnelProposalHow::purchase;
  } else if (const auto most = std::max_element(last.begin(), last.end()); most != last.end() && *most > 0) {
    way = best_of({static_cast<engine::Touchpoint>(most - last.begin())});
    if (way.instances > 0) out.how = FunnelProposalHow::most_frequent_end;
  }
  if (out.how == FunnelProposalHow::none) return out;

  engine::FunnelQuery ask;
  for (const auto t : way.steps) ask.steps.push_back({t});
  constexpr int64_t day = 86'400'000'000;
  constexpr std::array<int64_t, 7> windows{day / 24, day, 7 * day, 30 * day, 90 * day, 365 * day, 3650 * day};
  const auto arrived = [&](int64_t window) -> Result<uint64_t> {
    ask.window = Micros{window};
    return TRY(engine::funnel(columns, planned.query, ask, service_->shared.queries, stop)).steps.back().reached.instances;
  };
  const auto all = static_cast<double>(TRY(arrived(windows.back())));
  for (const auto window : windows) {
    out.window_s = static_cast<double>(window) / 1e6;
    if (static_cast<double>(TRY(arrived(window))) >= arrive_in_time * all) break;
  }
  for (const auto t : way.steps) out.steps.push_back(mapping.touchpoints[t].id);
  out.usual = way.usual;
  out.instances = way.usual ? static_cast<uint64_t>(all) : way.instances;
  out.of_instances = way.of_instances;
  out.touchpoints = names_of(mapping, way.steps);
  service_->cache.put<FunnelProposal>(key, std::make_shared<const FunnelProposal>(out), 2000);
  return out;
}

}  // namespace lotse::analysis
