#include "demo/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "demo/planted.h"

namespace lotse::demo {

Wait wait_band(double days) { return days <= planted::wait_target ? Wait::in_time : days <= planted::late_days ? Wait::medium : Wait::late; }

std::string matter_text(uint32_t id) { return id ? fmt::format("{}-2025-{:06}", prefix(matter_kind(id)), id & 0xfffffff) : std::string(); }
std::string account_text(uint32_t customer) {
  // By number alone, so that no planted figure moves: one of nine, about seven to a firm.
  constexpr uint32_t spread = 2'654'435'761u, of_256 = 28, neighbours = 64;
  return (customer * spread) >> 24 < of_256 ? fmt::format("F-{}", 40'000 + customer / neighbours) : std::string();
}
std::string customer_text(uint32_t number) { return std::to_string(70'000'001 + number); }

Event& World::emit(Seconds time, uint32_t customer, Type type, uint32_t matter, Device device) {
  auto& e = events.emplace_back();
  e.time = time, e.customer = customer, e.type = type, e.matter = matter, e.device = device;
  return e;
}
size_t World::count(Type type) const {
  return static_cast<size_t>(std::count_if(events.begin(), events.end(), [&](const Event& e) { return e.type == type; }));
}
size_t World::count(Channel channel) const {
  return static_cast<size_t>(std::count_if(events.begin(), events.end(), [&](const Event& e) { return info(e.type).channel == channel; }));
}
uint32_t World::someone(Rng& r, Seconds t) const {
  for (;;) {
    const auto c = r.below(static_cast<uint32_t>(customers.size()));
    if (active(c, t)) return c;
  }
}

bool is_call(Type type) {
  switch (type) {
    case Type::call_advice: case Type::call_appointment: case Type::call_meter: case Type::call_deposit: case Type::call_bill:
    case Type::call_fault: case Type::call_move: case Type::call_contract: case Type::complaint: return true;
    default: return false;
  }
}

Seconds in_opening_hours(Rng& rng, Channel channel, Seconds t) {
  int open = 6, close = 23;
  if (channel == Channel::shop) open = 9, close = 19;
  if (channel == Channel::hotline || channel == Channel::chat) open = 8, close = 20;
  if ((channel == Channel::shop || channel == Channel::hotline || channel == Channel::chat) && weekday(t) == 6) t -= day;
  if (hour_of(t) >= open && hour_of(t) < close) return t;
  return day_begin(t) + rng.between(open * hour, close * hour);
}

Outage app_outage() { return {date(2025, 8, 12), date(2025, 8, 12) + planted::outage_days * day}; }
Seconds price_letter_from() { return date(2025, planted::price_letter_month, 7); }
Seconds price_effect_to() { return price_letter_from() + planted::price_weeks * week; }

void lose_app_data(World& world) {
  const auto [from, to] = app_outage();
  std::erase_if(world.events, [&](const Event& e) { return info(e.type).system == System::app && e.time >= from && e.time < to; });
}

World simulate(uint64_t seed) {
  World world(seed);
  world.events.reserve(1'600'000);
  make_customers(world);
  begin_orders(world);
  run_orders(world);
  make_churn(world);
  send_bills(world);
  make_service(world);
  make_visits(world);
  make_answers(world);
  lose_app_data(world);
  std::stable_sort(world.events.begin(), world.events.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
  return world;
}

}  // namespace lotse::demo
