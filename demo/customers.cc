#include <algorithm>

#include "demo/planted.h"
#include "demo/world.h"

namespace lotse::demo {
namespace {
struct Region {
  std::string_view name;
  Market market;
  double weight;
};
// A provider from the north: few customers in Bavaria.
constexpr Region regions[] = {
    {"Niedersachsen", Market::de, 20},   {"Schleswig-Holstein", Market::de, 16}, {"Hamburg", Market::de, 13},
    {"Nordrhein-Westfalen", Market::de, 13}, {"Mecklenburg-Vorpommern", Market::de, 9}, {"Hessen", Market::de, 7},
    {"Bremen", Market::de, 6},           {"Bayern", Market::de, 8},              {"Brandenburg", Market::de, 5},
    {"Sachsen", Market::de, 3},          {"Wien", Market::at, 9},                {"Niederösterreich", Market::at, 7},
    {"Oberösterreich", Market::at, 6},   {"Steiermark", Market::at, 4},          {"Tirol", Market::at, 3},
    {"Zürich", Market::ch, 10},          {"Bern", Market::ch, 7},                {"Aargau", Market::ch, 5},
    {"St. Gallen", Market::ch, 4},       {"Basel-Stadt", Market::ch, 3},
};
constexpr std::string_view segments[] = {"Digital Orientierte", "Familien im Eigenheim", "Traditionelle Stammkunden", "Junge Mieter"};
constexpr std::string_view contracts[] = {"Strom", "Gas", "Strom und Gas"};
constexpr double portal_of_segment[] = {0.82, 0.62, 0.40, 0.70}, app_of_segment[] = {0.62, 0.42, 0.16, 0.58};
}  // namespace

std::string_view market_name(Market m) {
  constexpr std::string_view names[] = {"DE", "AT", "CH"};
  return names[static_cast<size_t>(m)];
}
std::string_view region_name(uint8_t region) { return regions[region].name; }
std::string_view segment_name(uint8_t segment) { return segments[segment]; }
std::string_view contract_name(uint8_t contract) { return contracts[contract]; }

void make_customers(World& world) {
  auto rng = world.rng("customers");
  std::vector<Market> markets;
  markets.insert(markets.end(), static_cast<size_t>(planted::customers * planted::share_de + 0.5), Market::de);
  markets.insert(markets.end(), static_cast<size_t>(planted::customers * planted::share_at + 0.5), Market::at);
  markets.resize(planted::customers, Market::ch);
  rng.shuffle(markets);

  Balanced shop(0.45), price(0.44), with_portal(0.60), without_portal(0.15);
  for (Market market : markets) {
    Customer c;
    c.market = market;
    std::vector<double> weights;
    for (const auto& r : regions) weights.push_back(r.market == market ? r.weight : 0);
    c.region = static_cast<uint8_t>(rng.pick(weights));
    c.bavarian = regions[c.region].name == "Bayern";
    c.segment = static_cast<uint8_t>(rng.pick({27, 31, 25, 17}));
    c.contract = static_cast<uint8_t>(rng.pick({58, 14, 28}));
    c.english = rng.chance(market == Market::ch ? 0.14 : 0.03);
    c.portal = rng.chance(portal_of_segment[c.segment]);
    c.app = rng.chance(app_of_segment[c.segment]);
    // Newsletters are read by those who use the portal anyway; reading them changes nothing (a planted decoy).
    c.opener = c.portal ? with_portal.next(rng) : without_portal.next(rng);
    c.shop = shop.next(rng);
    c.price_letter = price.next(rng);
    world.customers.push_back(c);
  }
}

void make_churn(World& world) {
  auto rng = world.rng("churn");
  // Fibre buyers: what happened with the order decides. Others: portal users stay, whatever they read.
  const auto leave = [&](uint32_t customer, Seconds when) {
    auto& c = world.customers[customer];
    c.terminated = when;
    c.end = day_begin(when) + (45 + rng.below(30)) * day;
    world.emit(when, customer, Type::termination);
  };
  std::vector<const Order*> groups[2];
  for (const auto& o : world.orders)
    if (o.passed) groups[o.calls >= 2].push_back(&o);
  for (int many = 0; many < 2; ++many) {
    Deal goes(groups[many].size(), many ? planted::churn_many_calls : planted::churn_few_calls);
    for (const auto* o : groups[many])
      if (goes.next(rng)) {
        const Seconds latest = std::min(o->appointment + (planted::churn_days - 5) * day, data_end() - day);
        leave(o->customer, in_opening_hours(rng, Channel::portal, rng.between(o->appointment + 3 * day, latest)));
      }
  }
  std::vector<uint32_t> others[2][2];
  for (uint32_t i = 0; i < world.customers.size(); ++i) {
    const auto& c = world.customers[i];
    if (c.order < 0 || !world.orders[static_cast<size_t>(c.order)].passed) others[c.portal][c.opener].push_back(i);
  }
  for (int portal = 0; portal < 2; ++portal)
    for (int opener = 0; opener < 2; ++opener) {
      Deal goes(others[portal][opener].size(), portal ? 0.03 : 0.09);
      for (uint32_t i : others[portal][opener])
        if (goes.next(rng)) leave(i, in_opening_hours(rng, Channel::portal, rng.between(std::max(year_begin() + 30 * day, world.customers[i].last_touch + day), year_end() - 2 * day)));
    }
}

}  // namespace lotse::demo
