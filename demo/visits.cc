#include "demo/planted.h"
#include "demo/world.h"

/// Visits to portal and app: the everyday of the customers, until these channels hold their share of the contacts.
namespace lotse::demo {
namespace {

class Visits {
 public:
  Visits(World& world, Rng& rng) : world_(world), rng_(rng) {
    for (uint32_t i = 0; i < world.customers.size(); ++i) {
      if (world.customers[i].portal) portal_.push_back(i);
      if (world.customers[i].app) app_.push_back(i);
    }
  }
  /// Each portal user signs in at least once; later visits fall on anybody of them.
  size_t portal(size_t k) {
    const auto who = k < portal_.size() ? portal_[k] : portal_[rng_.below(static_cast<uint32_t>(portal_.size()))];
    const Seconds begun = begin(who);
    if (begun == never) return 0;
    const Device device = rng_.chance(0.4) ? Device::mobile : Device::desktop;
    world_.emit(begun, who, Type::login, 0, device);
    size_t events = 1;
    Seconds t = begun;
    const auto look = [&](Type type, double p) {
      if (!rng_.chance(p)) return;
      t += rng_.between(20, 4 * minute);
      world_.emit(t, who, type, 0, device);
      ++events;
    };
    look(Type::usage_web, 0.42);
    look(Type::bill_view_web, 0.40);
    look(Type::profile_change, 0.08);
    return events;
  }
  size_t app(size_t) {
    const auto who = app_[rng_.below(static_cast<uint32_t>(app_.size()))];
    Seconds t = begin(who);
    if (t == never) return 0;
    size_t events = 1;
    if (rng_.chance(0.12)) world_.emit(t, who, Type::push_open, 0, Device::mobile), t += rng_.between(2, 20), ++events;
    world_.emit(t, who, Type::app_open, 0, Device::mobile);
    const auto look = [&](Type type, double p) {
      if (!rng_.chance(p)) return;
      t += rng_.between(10, 2 * minute);
      world_.emit(t, who, type, 0, Device::mobile);
      ++events;
    };
    look(Type::usage_app, 0.5);
    look(Type::bill_view_app, 0.33);
    return events;
  }

 private:
  Seconds begin(uint32_t who) {
    const auto& c = world_.customers[who];
    const Seconds last = std::min(year_end(), c.end);
    const Seconds t = in_opening_hours(rng_, Channel::portal, rng_.between(year_begin(), last));
    return t < last ? t : never;
  }
  World& world_;
  Rng& rng_;
  std::vector<uint32_t> portal_, app_;
};
}  // namespace

void make_visits(World& world) {
  auto rng = world.rng("visits");
  Visits visits(world, rng);
  const double contacts = static_cast<double>(world.count(Channel::email) + world.count(Channel::letter)) / planted::mail_share;
  const auto portal = static_cast<size_t>(contacts * planted::portal_share), app = static_cast<size_t>(contacts * planted::app_share);
  for (size_t have = world.count(Channel::portal), k = 0; have < portal; ++k) have += visits.portal(k);
  for (size_t have = world.count(Channel::app), k = 0; have < app; ++k) have += visits.app(k);
}

}  // namespace lotse::demo
