#include <algorithm>
#include <set>

#include "demo/planted.h"
#include "demo/world.h"

/// Interest, the path to the Bestellstrecke, the identity check: who buys, and what came before.
namespace lotse::demo {
namespace {

// A visit to a shop nearly doubles the wish to order; a search advertisement does not change it.
constexpr double begins_with_shop = 0.648, begins_without_shop = 0.343, reaches_check = 0.70, sees_search_ad = 0.60;

const std::vector<double> order_hours = {0, 0, 0, 0, 0, 0, 0, 2, 4, 5, 5, 5, 5, 4, 4, 4, 5, 7, 9, 12, 12, 10, 5, 0};

Seconds order_moment(Rng& rng, int month) {
  const Seconds first = month == 1 ? month_begin(1) + 2 * day : month_begin(month), last = month_begin(month + 1);
  for (;;) {
    const Seconds t = first + day * rng.between(0, (last - first) / day);
    if (weekday(t) >= 5 && rng.chance(0.3)) continue;  // weekends are quieter
    return t + static_cast<Seconds>(rng.pick(order_hours)) * hour + rng.between(0, 50 * minute);
  }
}

uint8_t draw_attempts(Rng& rng, bool mobile) {
  // Mobile needs 2.7 attempts in the mean (camera and network), desktop 1.1.
  return mobile ? static_cast<uint8_t>(1 + rng.pick({20, 31, 24, 14, 8, 3})) : static_cast<uint8_t>(1 + rng.pick({91, 8, 1}));
}

struct Path {
  std::vector<Type> touches;  // the last one is the last before the Bestellstrecke
};

/// Which touches a customer has: `search` and `shop` say whether these are among them.
Path draw_path(Rng& rng, bool search, bool shop, Type last, size_t count, size_t channels) {
  Path path;
  std::set<Channel> open;
  const auto add = [&](Type t) {
    path.touches.push_back(t);
    open.insert(info(t).channel);
  };
  if (last != Type::count) open.insert(info(last).channel);
  if (shop && last != Type::shop_advice) add(Type::shop_advice);
  if (search && last != Type::search_ad) add(Type::search_ad);
  const size_t own = last == Type::count ? 0 : 1;
  while (open.size() < channels) {
    const Type t[] = {Type::product_page, Type::app_hint, Type::chat_advice, Type::call_advice};
    const Type next = t[rng.pick({6, 3.2, 2.6, 1.1})];
    if (!open.contains(info(next).channel)) add(next);
  }
  while (path.touches.size() + own < count) {
    std::vector<Type> choice;
    if (open.contains(Channel::portal) || open.size() == 1)
      choice = {Type::product_page, Type::product_page, Type::availability_check, Type::comparison_site, Type::social_ad, Type::newsletter_click};
    if (open.contains(Channel::app)) choice.push_back(Type::app_hint);
    if (open.contains(Channel::portal) && search) choice.push_back(Type::search_ad);
    if (choice.empty()) choice.push_back(Type::product_page);
    add(choice[rng.below(static_cast<uint32_t>(choice.size()))]);
  }
  rng.shuffle(path.touches);
  if (last != Type::count) path.touches.push_back(last);
  return path;
}

/// The last touch lies shortly before the Bestellstrecke, the first one `span` earlier, the others between.
void emit_path(World& world, Rng& rng, uint32_t customer, const Path& path, Seconds begun, Seconds span) {
  if (path.touches.empty()) return;
  Seconds last = begun - rng.between(4 * minute, 20 * hour);
  last = in_opening_hours(rng, info(path.touches.back()).channel, last);
  while (last >= begun - minute) last = in_opening_hours(rng, info(path.touches.back()).channel, last - day);
  const Seconds first = std::min(std::max(begun - span, year_begin() + rng.between(8 * hour, 60 * hour)), last);
  std::vector<Seconds> times;
  for (size_t i = 0; i + 1 < path.touches.size(); ++i) {
    Seconds t = i == 0 ? first : in_opening_hours(rng, info(path.touches[i]).channel, rng.between(first, last));
    if (t > last - minute || t < first) t = first + (last - first) / 2;
    times.push_back(t);
  }
  times.push_back(std::max(last, year_begin() + 8 * hour));
  const Device device = rng.chance(0.55) ? Device::mobile : Device::desktop;
  for (size_t i = 0; i < path.touches.size(); ++i) {
    const auto channel = info(path.touches[i]).channel;
    auto& e = world.emit(times[i], customer, path.touches[i], 0,
                         channel == Channel::portal ? device : channel == Channel::app ? Device::mobile : Device::none);
    if (path.touches[i] == Type::search_ad || path.touches[i] == Type::social_ad || path.touches[i] == Type::newsletter_click)
      e.campaign = static_cast<uint8_t>(1 + rng.below(6));
    world.customers[customer].last_touch = std::max(world.customers[customer].last_touch, times[i]);
  }
}

void begin(World& world, Rng& rng) {
  std::vector<uint32_t> visitors[2];
  for (uint32_t i = 0; i < world.customers.size(); ++i) visitors[world.customers[i].shop].push_back(i);
  for (int shop = 0; shop < 2; ++shop) {
    Deal begins(visitors[shop].size(), shop ? begins_with_shop : begins_without_shop);
    std::vector<uint32_t> begun;
    for (uint32_t i : visitors[shop])
      if (begins.next(rng)) begun.push_back(i);
    Deal mobile(begun.size(), planted::mobile_share);
    std::vector<Order> by_device[2];
    for (uint32_t i : begun) {
      Order o;
      o.customer = i;
      o.mobile = mobile.next(rng);
      by_device[o.mobile].push_back(o);
    }
    for (auto& group : by_device) {
      Deal reaches(group.size(), reaches_check);
      size_t reached = 0;
      for (auto& o : group) reached += o.reached_check = reaches.next(rng);
      Deal passes(reached, group.front().mobile ? planted::identity_mobile : planted::identity_desktop);
      for (auto& o : group) {
        if (o.reached_check) o.passed = passes.next(rng), o.attempts = draw_attempts(rng, o.mobile);
        world.orders.push_back(o);
      }
    }
  }
  rng.shuffle(world.orders);
}

/// 700 orders a month, from month 7 on 1,400; begun ones that end before the order likewise.
void give_dates(World& world, Rng& rng) {
  std::vector<int> months[2];
  size_t wanted[2] = {0, 0};
  for (const auto& o : world.orders) ++wanted[o.passed];
  for (int passed = 0; passed < 2; ++passed)
    for (size_t i = 0; i < wanted[passed]; ++i) {
      const size_t part = i * 18 / wanted[passed];  // 6 months of one part, 6 of two
      months[passed].push_back(part < 6 ? static_cast<int>(part) + 1 : static_cast<int>(part - 6) / 2 + 7);
    }
  for (auto& m : months) rng.shuffle(m);
  for (auto& o : world.orders) {
    o.begun = order_moment(rng, months[o.passed].back());
    months[o.passed].pop_back();
  }
  std::sort(world.orders.begin(), world.orders.end(), [](const Order& a, const Order& b) { return std::pair(a.begun, a.customer) < std::pair(b.begun, b.customer); });
  for (size_t i = 0; i < world.orders.size(); ++i) {
    auto& o = world.orders[i];
    const auto& c = world.customers[o.customer];
    world.customers[o.customer].order = static_cast<int>(i);
    o.matter = world.new_matter(Matter::fibre_order);
    const int month = month_of(o.begun);
    o.pilot = c.bavarian && month >= planted::pilot_month;
    o.in_checkout = c.market == Market::ch || o.pilot;
    const Device device = o.mobile ? Device::mobile : Device::desktop;
    const auto product = static_cast<uint8_t>(1 + rng.pick({45, 35, 20}));
    world.emit(o.begun, o.customer, Type::checkout, o.matter, device).product = product;
    if (!o.reached_check) continue;
    Seconds t = o.begun + rng.between(4 * minute, 12 * minute);
    if (o.in_checkout) {
      world.emit(t, o.customer, Type::checkout_appointment, o.matter, device).product = product;
      t += rng.between(2 * minute, 6 * minute);
    }
    o.checked = t + o.attempts * rng.between(2 * minute, 4 * minute);
    auto& e = world.emit(o.checked, o.customer, Type::identity_check, o.matter, device);
    e.attempts = o.attempts, e.passed = o.passed ? 1 : 2;
  }
}

void walk_paths(World& world, Rng& rng) {
  std::vector<uint32_t> groups[2];  // others, buyers
  for (uint32_t i = 0; i < world.customers.size(); ++i) {
    const int order = world.customers[i].order;
    groups[order >= 0 && world.orders[static_cast<size_t>(order)].passed].push_back(i);
  }
  const Quantiles span_days = {{0, 0.7}, {0.1, 3}, {0.25, 7.5}, {0.5, 16}, {0.75, 29}, {0.9, 43}, {1, 75}};
  for (int buyer = 0; buyer < 2; ++buyer) {
    auto& group = groups[buyer];
    // The last touch of buyers: Suchanzeige 39 %, Shop-Beratung 6 %, each among those who have that touch at all.
    Deal search(group.size(), sees_search_ad);
    std::vector<uint8_t> has_search(group.size());
    size_t with_search = 0, shop_only = 0;
    for (auto& s : has_search) with_search += s = search.next(rng);
    std::vector<Type> last(group.size(), Type::count);
    Deal search_last(with_search, buyer ? planted::search_last_click / sees_search_ad : 0.45);
    for (size_t i = 0; i < group.size(); ++i) {
      if (has_search[i] && search_last.next(rng)) last[i] = Type::search_ad;
      else if (world.customers[group[i]].shop) ++shop_only;
    }
    Deal shop_last(shop_only, planted::shop_last_click * static_cast<double>(group.size()) / static_cast<double>(shop_only));
    const auto spans = spread(rng, group.size());
    for (size_t i = 0; i < group.size(); ++i) {
      const auto& c = world.customers[group[i]];
      if (last[i] == Type::count && c.shop && shop_last.next(rng)) last[i] = Type::shop_advice;
      if (last[i] == Type::count) {
        const Type others[] = {Type::product_page, Type::availability_check, Type::comparison_site, Type::newsletter_click, Type::social_ad, Type::chat_advice, Type::call_advice};
        last[i] = others[rng.pick({18, 15, 9, 6, 3, 3, 1.5})];
      }
      const auto span = static_cast<Seconds>(at(span_days, spans[i]) * static_cast<double>(day));
      if (c.order >= 0) {
        const size_t count = 2 + rng.pick({6, 12, 20, 25, 18, 11, 8}), channels = 1 + rng.pick({8, 29, 42, 21});
        emit_path(world, rng, group[i], draw_path(rng, has_search[i], c.shop, last[i], std::max(count, channels), channels),
                  world.orders[static_cast<size_t>(c.order)].begun, span);
      } else if (has_search[i] || c.shop || rng.chance(0.35)) {
        const bool touched = has_search[i] || c.shop;
        const Type end = touched && rng.chance(0.6) && !(last[i] == Type::search_ad) && !(last[i] == Type::shop_advice) ? Type::count : last[i];
        auto path = draw_path(rng, has_search[i], c.shop, end, 1 + rng.pick({50, 30, 20}), 1);
        emit_path(world, rng, group[i], path, rng.between(year_begin() + 3 * day, year_end() - day), span);
      }
    }
  }
}
}  // namespace

void begin_orders(World& world) {
  auto rng = world.rng("orders begun");
  begin(world, rng);
  give_dates(world, rng);
  auto paths = world.rng("paths");
  walk_paths(world, paths);
}

}  // namespace lotse::demo
