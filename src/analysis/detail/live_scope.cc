#include <algorithm>
#include <chrono>

#include "analysis/detail/bounds.h"
#include "analysis/detail/live.h"

namespace lotse::analysis::detail {
namespace {
constexpr size_t bounds_kept = 16;
constexpr Micros bounds_fresh_min{500'000}, bounds_fresh_max{5'000'000};
}  // namespace

/// What the scope leaves of `seen`. Gives the moment that this was made from.
Result<std::shared_ptr<const Moment>> Live::within(const Scope& scope, Seen& seen, bool newest) {
  auto base = seen.moment;
  const auto persons = seen.persons ? seen.persons : base;
  const auto tallies = seen.tallies;
  std::tie(seen.moment, seen.tallies) = TRY(moment_for(scope, base, persons, tallies, newest));
  if (auto root = seen.persons) seen.persons = TRY(moment_for(scope, root, root, tallies, newest)).first;
  return base;
}

/// `base` as the scope lets it be seen; where it counts something else than persons, it was made from `persons`. While events stream in, the newest moment of a scope may be a few seconds old, so that
/// it is not built for every event; `base` is then the one that it was built from.
Result<std::pair<std::shared_ptr<const Moment>, std::shared_ptr<const Tallies>>> Live::moment_for(const Scope& scope, std::shared_ptr<const Moment>& base,
                                                                                                  const std::shared_ptr<const Moment>& persons,
                                                                                                  std::shared_ptr<const Tallies> tallies, bool newest) {
  using Found = std::pair<std::shared_ptr<const Moment>, std::shared_ptr<const Tallies>>;
  std::unique_lock lock(mutex_);
  if (staff_in_ != base->dictionary) {
    staff_in_ = base->dictionary;
    staff_ = staff_attributes(*staff_in_);
  }
  const auto staff = staff_;
  lock.unlock();
  const std::string key = scope_key(scope, staff);
  if (key.empty()) return Found(base, std::move(tallies));

  const auto same_events = [](const Moment& a, const Moment& b) { return a.columns == b.columns && a.dictionary == b.dictionary && a.classes == b.classes; };
  const auto known = [&]() -> std::optional<Found> {
    std::lock_guard again(mutex_);
    for (auto at = bounds_.rbegin(); at != bounds_.rend(); ++at) {
      if (at->scope != key || at->base->kind != base->kind) continue;
      // A customer may have changed without an event of this kind.
      const bool same_persons = same_events(*at->persons, *persons);
      if (at->base == base && same_persons) return Found(at->moment, at->tallies);
      // The same events at a later moment: what is open may differ.
      if (same_persons && same_events(*at->base, *base)) {
        auto fresh = std::make_shared<Moment>(*at->moment);
        fresh->now = base->now;
        fresh->as_of = base->as_of;
        fresh->floor = base->floor;
        fresh->serial = ++shared_.serial;
        at->base = base;
        at->persons = persons;
        at->moment = std::move(fresh);
        return Found(at->moment, at->tallies);
      }
      const bool fresh_enough = shared_.clock.now() - at->made < std::clamp(4 * at->took, bounds_fresh_min, bounds_fresh_max);
      if (newest && at->moment->partial && fresh_enough) {
        base = at->base;
        return Found(at->moment, at->tallies);
      }
    }
    return std::nullopt;
  };
  if (auto found = known()) return *found;
  // Who may be seen is decided by persons and their events, before they are counted by something else.
  std::shared_ptr<const Moment> seen_persons;
  if (base->kind != CountBy::person) {
    auto exact = persons;
    seen_persons = TRY(moment_for(scope, exact, exact, tallies, false)).first;
  }
  std::lock_guard one_at_a_time(bounding_);
  if (auto found = known()) return *found;
  const auto began = std::chrono::steady_clock::now();
  auto made = TRY(bounded(*base, seen_persons.get(), std::move(tallies), scope, staff, shared_.queries));
  const auto took = std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - began);
  made.moment->serial = ++shared_.serial;
  lock.lock();
  // A moment that is not kept any more (a customer was erased meanwhile) is not kept in parts either.
  const bool kept = newest_ == persons || std::ranges::any_of(kept_, [&](const auto& k) { return k.second == persons; });
  if (kept) {
    bounds_.push_back({key, base, persons, made.moment, made.tallies, shared_.clock.now(), took});
    if (bounds_.size() > bounds_kept) bounds_.pop_front();
  }
  return Found(std::move(made.moment), std::move(made.tallies));
}

}  // namespace lotse::analysis::detail
