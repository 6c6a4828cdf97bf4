#include <algorithm>
#include <array>
#include <map>

#include "base/result.h"
#include "demo/planted.h"
#include "demo/world.h"

/// From the confirmation to the activation: where the waiting, the calls and the letters come from.
namespace lotse::demo {
namespace {

// Working days until the appointment, without an address to correct. The shapes; scale and tail are fitted to each group.
const Quantiles before = {{0, 2.9}, {0.1, 3.5}, {0.25, 4.1}, {0.5, 4.9}, {0.75, 6.2}, {0.9, 7.8}, {0.97, 10}, {1, 13}};
const Quantiles after = {{0, 3.2}, {0.1, 5.2}, {0.25, 7.4}, {0.5, 10.6}, {0.75, 15}, {0.9, 21}, {0.97, 27}, {1, 36}};
const Quantiles booked = {{0, 1.6}, {0.1, 2.5}, {0.25, 3.0}, {0.5, 3.7}, {0.75, 4.4}, {0.9, 5.2}, {1, 8}};
const Quantiles pilot = {{0, 2.8}, {0.1, 3.4}, {0.25, 3.8}, {0.5, 4.4}, {0.75, 5.3}, {0.9, 6.5}, {1, 9}};

Seconds appointment(const Order& o, double days) {
  // Weekends add a quarter of a day to the six in the mean.
  return nearest_slot(add_working_days(o.confirmed, days) + (o.address_fix ? static_cast<Seconds>(planted::address_days) * day - 7 * hour : 0));
}

/// Orders that wait in the same queue.
struct Queue {
  std::vector<Order*> orders;
  std::vector<double> place;  ///< 0..1, where each stands in the queue's distribution
};

struct Fit {
  double scale = 1, tail = 1;
  double days(const Quantiles& shape, double share) const {
    const double middle = at(shape, 0.5) * scale, x = at(shape, share) * scale;
    return std::max(x > middle ? middle + (x - middle) * tail : x, std::min(2.6, at(shape, 0)));
  }
};

double quantile(std::vector<double> x, double p) {
  std::sort(x.begin(), x.end());
  const double pos = p * static_cast<double>(x.size() - 1);
  const auto i = static_cast<size_t>(pos);
  return i + 1 < x.size() ? x[i] + (x[i + 1] - x[i]) * (pos - static_cast<double>(i)) : x.back();
}

/// Fits the queue's scale (and tail) so that queue and `others` together have the wanted median (and p90).
void fit(Queue& queue, const Quantiles& shape, double median, double p90, const std::vector<double>& others = {}) {
  Fit f;
  const auto run = [&] {
    std::vector<double> waits = others;
    for (size_t i = 0; i < queue.orders.size(); ++i) {
      auto& o = *queue.orders[i];
      o.appointment = appointment(o, f.days(shape, queue.place[i]));
      o.wait = working_days(o.confirmed, o.appointment);
      waits.push_back(o.wait);
    }
    return waits;
  };
  for (int round = 0; round < 4; ++round) {
    double low = 0.4, high = 2.5;
    for (int i = 0; i < 14; ++i) {
      f.scale = (low + high) / 2;
      (quantile(run(), 0.5) < median ? low : high) = f.scale;
    }
    if (p90 <= 0) break;
    low = 0.3, high = 3;
    for (int i = 0; i < 14; ++i) {
      f.tail = (low + high) / 2;
      (quantile(run(), 0.9) < p90 ? low : high) = f.tail;
    }
  }
  run();
}

Queue queue_of(Rng& rng, std::vector<Order*> orders) {
  auto place = spread(rng, orders.size());
  return {std::move(orders), std::move(place)};
}

/// Some do not wait for the end. Whoever leaves has mostly waited long: the chance of leaving grows with the wait, and
/// drawing "leaves" first and the wait second gives the same joint distribution.
void cancel(Rng& rng, const std::vector<Order*>& orders, double share, double late) {
  Deal leaves(orders.size(), share);
  std::vector<Order*> gone;
  for (auto* o : orders)
    if ((o->cancelled = leaves.next(rng))) gone.push_back(o);
  Deal is_late(gone.size(), late);
  for (auto* o : gone) {
    const double days = is_late.next(rng) ? 10.4 + 15 * rng.unit() * rng.unit() : o->address_fix ? 7.5 + 2 * rng.unit() : 3.2 + 6.4 * rng.unit();
    o->appointment = add_working_days(o->confirmed, days);
    if (weekday(o->appointment) > 4 || hour_of(o->appointment) < 7) o->appointment = day_begin(o->appointment) + rng.between(9 * hour, 20 * hour);
    o->wait = working_days(o->confirmed, o->appointment);
  }
}

std::vector<Order*> completed(const std::vector<Order*>& orders) {
  std::vector<Order*> out;
  for (auto* o : orders)
    if (!o->cancelled) out.push_back(o);
  return out;
}

template <class Key>
std::map<Key, std::vector<Order*>> group_by(const std::vector<Order*>& orders, auto key) {
  std::map<Key, std::vector<Order*>> out;
  for (auto* o : orders) out[key(*o)].push_back(o);
  return out;
}

/// Deals 0, 1, 2, … calls by shares to a group.
void deal_calls(Rng& rng, std::vector<Order*> group, const std::vector<double>& shares) {
  rng.shuffle(group);
  double sum = 0;
  size_t done = 0;
  for (size_t calls = 0; calls < shares.size(); ++calls) {
    sum += shares[calls];
    const size_t until = calls + 1 == shares.size() ? group.size() : static_cast<size_t>(static_cast<double>(group.size()) * sum + 0.5);
    for (; done < until; ++done) group[done]->calls = static_cast<uint8_t>(calls);
  }
}

double calls_an_order(const std::vector<Order*>& orders) {
  double sum = 0;
  for (const auto* o : orders) sum += o->calls;
  return sum / static_cast<double>(orders.size());
}

/// Customers call when they wait: rarely up to 7 working days, usually once later; our own installers keep them informed.
void plan_calls(Rng& rng, const std::vector<Order*>& regular, const std::vector<Order*>& swiss, const std::vector<Order*>& in_pilot,
                const std::vector<Order*>& pilot_before) {
  // Own installers, contractors, and whoever got stuck (a wrong address, or cancelled in the end); up to 7, 12 and more days.
  static const std::vector<double> shares[3][3] = {{{0.92, 0.08}, {0.64, 0.32, 0.04}, {0.46, 0.40, 0.14}},
                                                   {{0.56, 0.42, 0.02}, {0.12, 0.79, 0.09}, {0.05, 0.76, 0.14, 0.05}},
                                                   {{0.40, 0.42, 0.18}, {0.10, 0.47, 0.28, 0.12, 0.03}, {0.05, 0.42, 0.30, 0.16, 0.07}}};
  for (auto& [key, group] : group_by<std::array<int, 4>>(regular, [](const Order& o) {
         const bool stuck = o.address_fix || o.cancelled;
         return std::array<int, 4>{stuck ? 2 : o.contractor, o.wait <= 7 ? 0 : o.wait <= 12 ? 1 : 2, o.contractor, o.cancelled};
       }))
    deal_calls(rng, group, shares[key[0]][key[1]]);
  deal_calls(rng, swiss, {0.92, 0.07, 0.01});
  const double mean = calls_an_order(pilot_before) * (1 + planted::pilot_calls);
  deal_calls(rng, in_pilot, {1 - mean + 0.04, mean - 0.08, 0.04});
}

void plan(World& world, Rng& rng, std::vector<Order*>& all) {
  const auto market = [&](const Order& o) { return world.customers[o.customer].market; };
  const auto late_half = [](const Order& o) { return o.month() >= planted::first_month_after; };
  // A wrong address in CRM or ERP is a matter of chance; it hits each group alike.
  for (auto& [key, group] : group_by<std::array<int, 3>>(all, [&](const Order& o) { return std::array<int, 3>{static_cast<int>(market(o)), late_half(o), o.pilot}; })) {
    Deal fix(group.size(), planted::address_share);
    for (auto* o : group) o->address_fix = fix.next(rng);
  }
  std::vector<Order*> regular, swiss, in_pilot, first, second, pilot_before, rest;
  for (auto* o : all) {
    if (market(*o) == Market::ch) swiss.push_back(o);
    else if (o->pilot) in_pilot.push_back(o);
    else regular.push_back(o);
  }
  for (auto* o : regular) (late_half(*o) ? second : first).push_back(o);
  for (auto* o : second) (world.customers[o->customer].bavarian ? pilot_before : rest).push_back(o);

  // Contractors' orders run through the ERP's print job, which sends the confirmation once more.
  const double contractors = planted::duplicate_share * static_cast<double>(all.size()) / static_cast<double>(regular.size() + in_pilot.size());
  for (auto* group : {&first, &rest, &pilot_before, &in_pilot}) {
    Deal contractor(group->size(), contractors);
    for (auto* o : *group) o->contractor = contractor.next(rng);
  }

  cancel(rng, swiss, 0.02, 0);
  cancel(rng, in_pilot, 0.03, 0);
  cancel(rng, first, 0.033, 0.3);
  const auto gone = [&] { return std::count_if(all.begin(), all.end(), [](const Order* o) { return o->cancelled; }); };
  const double left = static_cast<double>(planted::cancellations - gone()) / static_cast<double>(second.size());
  const auto late_so_far = std::count_if(all.begin(), all.end(), [](const Order* o) { return o->cancelled && o->wait > planted::late_days; });
  const double late = (planted::cancellations * planted::cancelled_late - static_cast<double>(late_so_far)) / (left * static_cast<double>(second.size()));
  cancel(rng, rest, left, late);
  cancel(rng, pilot_before, left, late);

  for (auto& [half, group] : group_by<bool>(swiss, late_half)) {
    auto queue = queue_of(rng, completed(group));
    fit(queue, booked, planted::wait_ch, 0);
  }
  auto pilot_queue = queue_of(rng, completed(in_pilot)), bavaria = queue_of(rng, completed(pilot_before));
  fit(pilot_queue, pilot, planted::pilot_after, 0);
  fit(bavaria, after, planted::pilot_before, planted::wait_after_p90);
  auto first_queue = queue_of(rng, completed(first)), rest_queue = queue_of(rng, completed(rest));
  fit(first_queue, before, planted::wait_before, 0);
  std::vector<double> others;
  for (const auto* q : {&pilot_queue, &bavaria})
    for (const auto* o : q->orders) others.push_back(o->wait);
  fit(rest_queue, after, planted::wait_after, planted::wait_after_p90, others);

  plan_calls(rng, regular, swiss, in_pilot, pilot_before);

  for (auto& [key, group] : group_by<std::array<int, 4>>(completed(all), [&](const Order& o) {
         return std::array<int, 4>{market(o) == Market::ch, o.contractor, static_cast<int>(wait_band(o.wait)), std::min<int>(o.calls, 2)};
       })) {
    Deal announced(group.size(), key[0] ? 0.6 : key[1] ? 0.335 : 1.0);
    for (auto* o : group) o->announced = announced.next(rng);
  }
  Deal welcomed(completed(all).size(), planted::welcome_call_reach * static_cast<double>(all.size()) / static_cast<double>(completed(all).size()));
  for (auto* o : completed(all)) o->welcomed = welcomed.next(rng);
}

/// The nightly run of the credit check: two days after the confirmation, where nobody sees it.
Seconds credit_check_run(Rng& rng, Seconds confirmed) {
  const Seconds there = confirmed + static_cast<Seconds>(planted::credit_check_days) * day;
  return hour_of(there) < 13 ? day_begin(there) + 4 * hour + rng.between(0, 90 * minute) : day_begin(there) + 22 * hour + rng.between(0, 100 * minute);
}

Seconds office(Rng& rng, Seconds t) { return day_begin(t) + rng.between(9 * hour, 11 * hour + 30 * minute); }

void emit_course(World& world, Rng& rng, Order& o) {
  const auto kunde = o.customer;
  const bool swiss = world.customers[kunde].market == Market::ch;
  Seconds last = o.confirmed;
  const auto step = [&](Seconds t, Type type) -> Event& {
    ensure(t > last || type == Type::confirmation, "the steps of an order follow each other");
    last = t;
    return world.emit(t, kunde, type, o.matter);
  };
  world.emit(o.ordered, kunde, Type::order, o.matter);
  if (swiss) world.emit(o.ordered - 50, kunde, Type::credit_check, o.matter);
  step(o.confirmed, Type::confirmation);
  if (o.contractor) step(day_begin(o.confirmed) + day + 5 * hour + rng.between(0, 85 * minute), Type::confirmation_letter);
  if (!swiss) step(credit_check_run(rng, o.confirmed), Type::credit_check);
  const auto before_end = [&](Seconds t) { return t < o.appointment - 2 * hour ? std::max(t, last + minute) : last + (o.appointment - last) / 3; };
  if (o.address_fix) step(before_end(day_begin(last + 5 * hour) + rng.between(9 * hour, 11 * hour)), Type::address_fix);
  if (!o.in_checkout) {
    const Seconds handed = o.address_fix ? last + static_cast<Seconds>(planted::address_days) * day - rng.between(4 * hour, 20 * hour) : last + 5 * hour;
    step(before_end(office(rng, handed)), Type::appointment_mail);
  }
  Seconds announced = o.appointment - minute;
  if (o.announced) {
    announced = day_begin(o.appointment) - day + rng.between(10 * hour, 18 * hour);
    if (weekday(announced) > 4) announced -= (weekday(announced) - 4) * day;
    if (announced < last + 2 * hour) announced = last + (o.appointment - last) * 2 / 3;
  }
  std::vector<Seconds> calls;
  for (int i = 0; i < o.calls; ++i) calls.push_back(world.call_times.within(rng, last + 10 * minute, announced - 10 * minute));
  std::sort(calls.begin(), calls.end());
  for (Seconds t : calls) step(std::max(t, last + 1), Type::call_appointment);
  if (o.announced) step(std::max(announced, last + 1), Type::announcement_call);
  step(o.appointment, o.cancelled ? Type::cancellation : Type::technician).wait = wait_band(o.wait);
  if (o.cancelled) return;
  o.activated = day_begin(o.appointment) + day + rng.between(10 * hour, 17 * hour);
  while (weekday(o.activated) > 4) o.activated += day;
  step(o.activated, Type::activation);
  if (o.welcomed) step(in_opening_hours(rng, Channel::hotline, o.activated + rng.between(2 * day, 6 * day)), Type::welcome_call);
  // The print system knows no order number: this letter belongs to no matter.
  world.emit(o.appointment - rng.between(20 * hour, 40 * hour), kunde, Type::access_letter);
}
}  // namespace

void run_orders(World& world) {
  auto rng = world.rng("orders");
  std::vector<Order*> all;
  for (auto& o : world.orders)
    if (o.passed) {
      o.ordered = o.checked + rng.between(2 * minute, 5 * minute);
      o.confirmed = o.ordered + rng.between(minute, 4 * minute);
      all.push_back(&o);
    }
  plan(world, rng, all);
  auto course = world.rng("order courses");
  for (auto* o : all) emit_course(world, course, *o);
}

}  // namespace lotse::demo
