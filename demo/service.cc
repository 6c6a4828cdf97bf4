#include <algorithm>

#include "base/result.h"
#include "demo/planted.h"
#include "demo/world.h"

/// What customers come with: meters, deposits, bills, faults, moves, contracts, complaints. Each is one matter.
namespace lotse::demo {
namespace {

constexpr int bill_calls_a_week = 300, fault_calls = 8'500, move_calls = 3'300, complaints = 3'500;
constexpr int bill_chats = 16'000, fault_chats = 12'000, web_faults = 9'000, app_faults = 6'000, web_moves = 6'500, move_mails = 6'000;
constexpr int bill_visits = 7'000, fault_visits = 4'000, move_visits = 2'000;
constexpr int meter_cards = 5'000, deposit_changes = 15'000;
constexpr double call_backs_a_call = 0.4;

/// A use of self-service; some call afterwards, within seven days.
void self_service(World& world, Rng& rng, Matter kind, int uses, double mobile_share, Type web, Type app, Type call, double call_mobile,
                  double call_desktop) {
  std::vector<uint32_t> who(world.customers.size());
  for (uint32_t i = 0; i < who.size(); ++i) who[i] = i;
  rng.shuffle(who);
  Deal mobile(static_cast<size_t>(uses), mobile_share);
  std::vector<Event> done[2];
  for (size_t k = 0, next = 0; k < static_cast<size_t>(uses); ++next) {
    const auto customer = who[next % who.size()];
    const Seconds t = year_begin() + rng.between(2, 355) * day + rng.between(7 * hour, 22 * hour);
    if (!world.active(customer, t + 8 * day)) continue;
    ++k;
    Event e;
    e.time = t, e.customer = customer, e.device = mobile.next(rng) ? Device::mobile : Device::desktop;
    e.type = e.device == Device::mobile && (world.customers[customer].app || rng.chance(0.25)) ? app : web;
    e.matter = world.new_matter(kind);
    done[e.device == Device::mobile].push_back(e);
  }
  for (int on_mobile = 0; on_mobile < 2; ++on_mobile) {
    Deal calls(done[on_mobile].size(), on_mobile ? call_mobile : call_desktop);
    for (const auto& e : done[on_mobile]) {
      world.events.push_back(e);
      if (calls.next(rng)) world.emit(world.call_times.within(rng, e.time + 20 * minute, e.time + 7 * day - hour), e.customer, call, e.matter);
      const Seconds card = day_begin(e.time) - rng.between(4, 11) * day + 5 * hour + rng.between(0, hour);
      if (kind == Matter::meter && rng.chance(static_cast<double>(meter_cards) / uses) && card > year_begin()) world.emit(card, e.customer, Type::meter_card);
    }
  }
}

/// One contact that somebody will make; a week where the calendar matters.
struct Contact {
  Type type;
  Seconds week_begin = never;
  bool by_letter = false;  ///< of somebody who got the price letter
};

struct Topic {
  Matter matter;
  std::vector<Contact> calls, others;
  size_t size() const { return calls.size() + others.size(); }
};

void add(std::vector<Contact>& list, Type type, size_t count) { list.insert(list.end(), count, Contact{type}); }

/// Billing calls: the same number each week, and 85 % more in the five weeks after the price letter.
void add_bill_calls(Topic& topic) {
  for (Seconds monday = date(2024, 12, 30); monday < year_end(); monday += week) {
    const Seconds from = std::max(monday, year_begin() + day), to = std::min(monday + week, year_end());
    const auto usual = static_cast<size_t>(bill_calls_a_week * (to - from) / week);
    const bool price = monday >= price_letter_from() && monday < price_effect_to();
    for (size_t i = 0; i < usual; ++i) topic.calls.push_back({Type::call_bill, monday});
    for (size_t i = 0; price && i < static_cast<size_t>(static_cast<double>(usual) * planted::bill_calls_rise); ++i)
      topic.calls.push_back({Type::call_bill, monday, true});
  }
}

class Desk {
 public:
  Desk(World& world, Rng& rng, double early_monday) : world_(world), rng_(rng), early_(early_monday) {}

  /// Pairs of contacts become one matter that changes its channel; the others stay alone.
  void handle(Topic& topic, size_t pairs) {
    rng_.shuffle(topic.calls);
    rng_.shuffle(topic.others);
    for (const auto& call : topic.calls) {
      const Seconds t = call_time(call);
      const auto customer = caller(call, t);
      const auto matter = world_.new_matter(topic.matter);
      if (pairs > 0 && !topic.others.empty()) {
        const auto channel = info(topic.others.back().type).channel;
        const Seconds first = in_opening_hours(rng_, channel, t - rng_.between(5 * hour, 4 * day));
        if (first >= year_begin() && first < t) {
          contact(first, customer, topic.others.back().type, matter);
          topic.others.pop_back();
          --pairs;
        }
      }
      contact(t, customer, call.type, matter);
      if (call.type == Type::complaint)
        world_.emit(in_opening_hours(rng_, Channel::hotline, t + rng_.between(day, 11 * day)), customer, Type::complaint_answer, matter);
      else if (rng_.chance(call_backs_a_call))
        world_.emit(in_opening_hours(rng_, Channel::hotline, day_begin(t) + day + 12 * hour), customer, Type::call_back, matter);
    }
    while (!topic.others.empty()) {
      const auto one = topic.others.back();
      topic.others.pop_back();
      const Seconds t = any_time(info(one.type).channel);
      const auto customer = world_.someone(rng_, t);
      const auto matter = world_.new_matter(topic.matter);
      contact(t, customer, one.type, matter);
      if (pairs == 0) continue;
      const auto other = std::find_if(topic.others.rbegin(), topic.others.rend(), [&](const Contact& c) { return info(c.type).channel != info(one.type).channel; });
      if (other == topic.others.rend()) continue;
      contact(in_opening_hours(rng_, info(other->type).channel, day_begin(t) + rng_.between(2, 5) * day + 12 * hour), customer, other->type, matter);
      topic.others.erase(std::next(other).base());
      --pairs;
    }
  }

 private:
  void contact(Seconds t, uint32_t customer, Type type, uint32_t matter) {
    const auto channel = info(type).channel;
    const Device device = channel == Channel::app ? Device::mobile
                          : channel == Channel::portal ? (rng_.chance(0.45) ? Device::mobile : Device::desktop) : Device::none;
    world_.emit(t, customer, type, matter, device);
    if (type == Type::move_web || type == Type::call_move) moved_.push_back({t, customer});
  }
  Seconds call_time(const Contact& call) {
    const bool early = early_.next(rng_);
    if (call.week_begin == never) {
      const Seconds monday = date(2025, 1, 6) + week * rng_.between(0, 51);
      return world_.call_times.in_week(rng_, monday, early);
    }
    if (call.week_begin < year_begin()) return world_.call_times.within(rng_, year_begin() + day, call.week_begin + week);
    if (call.week_begin + week > year_end() && !early) return world_.call_times.within(rng_, call.week_begin + 10 * hour, year_end());
    return world_.call_times.in_week(rng_, call.week_begin, early);
  }
  uint32_t caller(const Contact& call, Seconds t) {
    for (;;) {
      const auto who = world_.someone(rng_, t);
      if (!call.by_letter || world_.customers[who].price_letter) return who;
    }
  }
  Seconds any_time(Channel channel) { return in_opening_hours(rng_, channel, year_begin() + rng_.between(2, 358) * day + rng_.between(7 * hour, 22 * hour)); }

  World& world_;
  Rng& rng_;
  Balanced early_;

 public:
  std::vector<std::pair<Seconds, uint32_t>> moved_;
};
}  // namespace

void make_service(World& world) {
  auto rng = world.rng("self-service");
  self_service(world, rng, Matter::meter, planted::meter_uses, planted::meter_mobile, Type::meter_web, Type::meter_app, Type::call_meter,
               planted::meter_call_mobile, planted::meter_call_desktop);
  const double call_deposit = 1 - planted::deposit_solved;
  self_service(world, rng, Matter::deposit, deposit_changes, 0.5, Type::deposit_web, Type::deposit_app, Type::call_deposit, call_deposit, call_deposit);

  // All mail is 46 % of the contacts; from it follows what the other channels hold.
  const auto mails = world.count(Channel::email) + world.count(Channel::letter) + complaints + move_mails;
  const double contacts = static_cast<double>(mails) / planted::mail_share;
  const auto chats = static_cast<size_t>(contacts * planted::chat_share) - world.count(Channel::chat);
  const auto visits = static_cast<size_t>(contacts * planted::shop_share) - world.count(Channel::shop);

  std::vector<Topic> topics(5);
  topics[0].matter = Matter::bill;
  add_bill_calls(topics[0]);
  add(topics[0].others, Type::chat_bill, bill_chats);
  add(topics[0].others, Type::shop_service, bill_visits);
  topics[1].matter = Matter::fault;
  add(topics[1].calls, Type::call_fault, fault_calls);
  add(topics[1].others, Type::chat_fault, fault_chats);
  add(topics[1].others, Type::fault_web, web_faults);
  add(topics[1].others, Type::fault_app, app_faults);
  add(topics[1].others, Type::shop_service, fault_visits);
  topics[2].matter = Matter::move;
  add(topics[2].calls, Type::call_move, move_calls);
  add(topics[2].others, Type::move_web, web_moves);
  add(topics[2].others, Type::shop_service, move_visits);
  topics[3].matter = Matter::complaint;
  add(topics[3].calls, Type::complaint, complaints);
  topics[4].matter = Matter::contract;
  size_t calls = static_cast<size_t>(std::count_if(world.events.begin(), world.events.end(), [](const Event& e) { return is_call(e.type); }));
  for (const auto& t : topics) calls += t.calls.size();
  ensure(calls < planted::calls && chats > bill_chats + fault_chats && visits > bill_visits + fault_visits + move_visits, "there is room for contract matters");
  add(topics[4].calls, Type::call_contract, planted::calls - calls);
  add(topics[4].others, Type::chat_contract, chats - bill_chats - fault_chats);
  add(topics[4].others, Type::shop_service, visits - bill_visits - fault_visits - move_visits);

  // How many of these matters must change their channel so that 34 % of all do: orders, meters, deposits and complaints
  // change theirs (or not) by what happens there.
  const auto orders = static_cast<double>(std::count_if(world.orders.begin(), world.orders.end(), [](const Order& o) { return o.passed; }));
  const double fixed = static_cast<double>(world.orders.size()) + planted::meter_uses + deposit_changes + complaints;
  const double changed = orders + planted::meter_calls + (1 - planted::deposit_solved) * deposit_changes + complaints;
  double free = 0;
  for (const auto& t : topics) free += t.matter == Matter::complaint ? 0 : static_cast<double>(t.size());
  const double s = planted::channel_change, q = (s * (fixed + free) - changed) / (changed + free - s * fixed);

  // Calls that are free to choose their hour make up for those that wait for an appointment or a meter.
  const auto early = static_cast<double>(std::count_if(world.events.begin(), world.events.end(), [](const Event& e) { return is_call(e.type) && CallTimes::is_early_monday(e.time); }));
  double free_calls = 0;
  for (const auto& t : topics) free_calls += static_cast<double>(t.calls.size());
  auto desk_rng = world.rng("service");
  Desk desk(world, desk_rng, (planted::monday_share * planted::calls - early) / free_calls);
  for (auto& t : topics) desk.handle(t, t.matter == Matter::complaint ? 0 : static_cast<size_t>(static_cast<double>(t.size()) * q / (1 + q)));

  desk_rng.shuffle(desk.moved_);
  for (size_t i = 0; i < desk.moved_.size() && i < move_mails; ++i)
    world.emit(desk.moved_[i].first + desk_rng.between(20 * minute, 2 * day), desk.moved_[i].second, Type::move_mail);

  const auto hotline = static_cast<size_t>(contacts * planted::hotline_share);
  for (size_t k = world.count(Channel::hotline); k < hotline; ++k) {
    const Seconds t = in_opening_hours(desk_rng, Channel::portal, year_begin() + desk_rng.between(1, 365) * day + desk_rng.between(6 * hour, 23 * hour));
    world.emit(t, world.someone(desk_rng, t), Type::voice_menu);
  }
}

}  // namespace lotse::demo
