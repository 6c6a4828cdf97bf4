#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "demo/calendar.h"
#include "demo/catalogue.h"

namespace lotse::demo {

enum class Market : uint8_t { de, at, ch };
enum class Device : uint8_t { none, mobile, desktop };
/// Working days between Auftragsbestätigung and Technikertermin (or Stornierung), as the ERP reports them.
enum class Wait : uint8_t { none, in_time, medium, late };
Wait wait_band(double working_days);

constexpr Seconds never = std::numeric_limits<Seconds>::max();

struct Customer {
  Market market = Market::de;
  uint8_t region = 0, segment = 0, contract = 0;
  bool bavarian = false, english = false;
  bool portal = false, app = false;   ///< uses the portal, the app
  bool opener = false;                ///< opens newsletters
  bool invoice_by_mail = false, price_letter = false;
  bool shop = false;                  ///< comes to a shop for advice
  int order = -1;                     ///< index of the fibre order that was begun
  Seconds last_touch = 0;             ///< of the path to an order
  Seconds terminated = never;         ///< Kündigung
  Seconds end = never;                ///< of the contract
};

/// One begun fibre order, from Bestellstrecke to its end.
struct Order {
  uint32_t customer = 0, matter = 0;
  Seconds begun = 0, checked = 0, ordered = 0, confirmed = 0;
  bool mobile = false, reached_check = false, passed = false;
  uint8_t attempts = 0;
  bool in_checkout = false;   ///< appointment booked inside the Bestellstrecke (CH, pilot)
  bool pilot = false;
  bool contractor = false;    ///< installed by a partner: a letter goes out besides, announcement calls are rare
  bool address_fix = false, cancelled = false, announced = false, welcomed = false;
  uint8_t calls = 0;          ///< Terminrückfragen
  Seconds appointment = 0;    ///< Technikertermin, or Stornierung where cancelled
  Seconds activated = 0;
  double wait = 0;            ///< working days from `confirmed` to `appointment`
  int month() const { return month_of(ordered); }
};

struct Event {
  Seconds time = 0;
  uint32_t customer = 0;
  uint32_t matter = 0;        ///< 0 none; else Matter in the upper 4 bits and a number
  Type type = Type::count;
  Device device = Device::none;
  Wait wait = Wait::none;
  int8_t score = -1;
  uint8_t attempts = 0, passed = 0, product = 0, campaign = 0;
  uint16_t text = 0;          ///< of a comment (comments.h); 0 none
};
constexpr uint32_t matter_id(Matter kind, uint32_t number) { return static_cast<uint32_t>(kind) << 28 | number; }
constexpr Matter matter_kind(uint32_t id) { return static_cast<Matter>(id >> 28); }
std::string matter_text(uint32_t id);        ///< "GF-2025-004711"
/// "F-40231": the property company or firm for which a customer acts; empty for private ones.
std::string account_text(uint32_t customer);
std::string customer_text(uint32_t number);  ///< "70004711"

struct World {
  explicit World(uint64_t s) : seed(s) {}
  uint64_t seed;
  CallTimes call_times;
  std::vector<Customer> customers;
  std::vector<Order> orders;          ///< all begun ones
  std::vector<Event> events;          ///< sorted by time at the end
  uint32_t matters[16] = {};

  Rng rng(std::string_view topic) const { return Rng(seed, topic); }
  uint32_t new_matter(Matter kind) { return matter_id(kind, ++matters[static_cast<size_t>(kind)]); }
  Event& emit(Seconds time, uint32_t customer, Type type, uint32_t matter = 0, Device device = Device::none);
  size_t count(Type type) const;
  size_t count(Channel channel) const;
  bool active(uint32_t customer, Seconds t) const { return t < customers[customer].end; }
  /// Any customer under contract at `t`.
  uint32_t someone(Rng& rng, Seconds t) const;
};

/// A moment of the same day in which a channel is open, drawn anew where it is not; Sundays become Saturdays.
Seconds in_opening_hours(Rng& rng, Channel channel, Seconds t);
bool is_call(Type type);  ///< a customer calls and speaks with somebody

// The simulation, in this order.
void make_customers(World&);
void begin_orders(World&);      ///< interest, the path to the Bestellstrecke, the identity check
void run_orders(World&);        ///< confirmation to activation or cancellation
void make_churn(World&);
void send_bills(World&);        ///< invoices, letters, newsletters
void make_service(World&);      ///< meters, deposits, bills, faults, moves, contracts, complaints
void make_visits(World&);       ///< portal and app
void make_answers(World&);      ///< surveys and comments
void lose_app_data(World&);     ///< three days of app events that never arrived
World simulate(uint64_t seed);

std::string_view market_name(Market);
std::string_view region_name(uint8_t region);
std::string_view segment_name(uint8_t segment);
std::string_view contract_name(uint8_t contract);
struct Outage {
  Seconds from, to;
};
Outage app_outage();
Seconds price_letter_from();    ///< the Monday of its week
Seconds price_effect_to();      ///< five weeks later

}  // namespace lotse::demo
