#include <algorithm>

#include "demo/planted.h"
#include "demo/world.h"

/// What the company sends without being asked: invoices, letters, newsletters.
namespace lotse::demo {
namespace {

int months_under_contract(const Customer& c) {
  int months = 0;
  while (months < 12 && month_begin(months + 1) + 6 * day < c.end) ++months;
  return months;
}

void invoices(World& world, Rng& rng) {
  int64_t months = 0;
  for (const auto& c : world.customers) months += months_under_contract(c);
  Deal by_mail(world.customers.size(), planted::invoice_mails / static_cast<double>(months));
  for (uint32_t i = 0; i < world.customers.size(); ++i) {
    auto& c = world.customers[i];
    c.invoice_by_mail = by_mail.next(rng);
    if (!c.invoice_by_mail) {
      const Seconds t = month_begin(1) + rng.between(20, 330) * day + 5 * hour + rng.between(0, hour);
      if (t < c.end) world.emit(t, i, Type::yearly_bill_letter);
      continue;
    }
    const Seconds in_month = rng.between(0, 6) * day + 4 * hour;
    for (int m = 1; m <= months_under_contract(c); ++m) world.emit(month_begin(m) + in_month + rng.between(0, 90 * minute), i, Type::invoice_mail);
  }
}

void price_letters(World& world, Rng& rng) {
  for (uint32_t i = 0; i < world.customers.size(); ++i) {
    auto& c = world.customers[i];
    const Seconds t = price_letter_from() + rng.between(0, 3) * day + 5 * hour + rng.between(0, 2 * hour);
    if (c.price_letter && t < c.end) world.emit(t, i, Type::price_letter);
    else c.price_letter = false;
  }
}

void newsletters(World& world, Rng& rng) {
  for (uint32_t i = 0; i < world.customers.size(); ++i) {
    const auto& c = world.customers[i];
    if (!c.opener) continue;
    const size_t times = 1 + rng.pick({82, 14, 4});
    for (size_t k = 0; k < times; ++k) {
      const Seconds sent = month_begin(static_cast<int>(1 + rng.below(12))) + 13 * day;
      const Seconds t = in_opening_hours(rng, Channel::email, sent + 6 * hour + rng.between(0, 3 * day));
      world.emit(k == 0 && t >= c.end ? month_begin(1) + 13 * day + rng.between(8 * hour, 20 * hour) : std::min(t, c.end - 1), i, Type::newsletter_open)
          .campaign = 7;
    }
  }
}

/// Letters and mails that some system sends on its own; nobody has ever put them on a map.
void nobodys_letters(World& world, Rng& rng) {
  const auto scatter = [&](Type type, int count, Seconds from_hour, Seconds to_hour) {
    for (int k = 0; k < count; ++k) {
      const Seconds t = year_begin() + rng.between(2, 363) * day + rng.between(from_hour * hour, to_hour * hour);
      world.emit(t, world.someone(rng, t), type);
    }
  };
  scatter(Type::reminder_letter, 4'000, 5, 7);
  scatter(Type::sepa_letter, 3'000, 5, 7);
  scatter(Type::password_mail, 6'000, 7, 23);
  scatter(Type::receipt_mail, 7'000, 7, 22);
  for (uint32_t i = 0; i < world.customers.size(); ++i)
    if (const Seconds t = world.customers[i].terminated; t != never) world.emit(day_begin(t) + day + rng.between(5 * hour, 7 * hour), i, Type::termination_letter);
}
}  // namespace

void send_bills(World& world) {
  auto rng = world.rng("bills");
  invoices(world, rng);
  price_letters(world, rng);
  newsletters(world, rng);
  nobodys_letters(world, rng);
}

}  // namespace lotse::demo
