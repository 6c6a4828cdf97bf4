#include <algorithm>
#include <array>
#include <map>

#include "base/result.h"
#include "demo/comments.h"
#include "demo/planted.h"
#include "demo/world.h"

/// Surveys. What people answer follows from what happened to them; two free levels (how content customers are without an
/// order, and how they feel about a middling wait) are solved for, so that begin and end of the year come out as planned.
namespace lotse::demo {
namespace {

constexpr int relation_answers_a_month = 500;
constexpr double connection_response = 0.30, visit_response = 0.20, comment_share = 0.6, passive_share = 0.28, announced_effect = 34;

struct Answer {
  Seconds time = 0;
  uint32_t customer = 0;
  Type type = Type::nps_relation;
  Wait wait = Wait::none;
  bool announced = false, pilot = false;
  /// The quarter, the second one parted by the price letter and the end of its effect.
  int period() const {
    const int quarter = (month_of(time) + 2) / 3;
    return quarter * 3 + (quarter == 2 ? (time >= price_letter_from()) + (time >= price_effect_to()) : 0);
  }
  bool in_price_weeks() const { return time >= price_letter_from() && time < price_effect_to(); }
};

std::vector<Answer> relation(World& world, Rng& rng) {
  std::vector<Answer> out;
  for (int month = 1; month <= 12; ++month)
    for (int k = 0; k < relation_answers_a_month; ++k) {
      Answer a;
      a.time = in_opening_hours(rng, Channel::portal, rng.between(month_begin(month) + 7 * hour, month_begin(month + 1) - day));
      a.customer = world.someone(rng, a.time);
      out.push_back(a);
    }
  return out;
}

std::vector<Answer> connection(World& world, Rng& rng) {
  std::vector<Answer> out;
  std::map<std::array<int, 3>, std::vector<const Order*>> groups;
  for (const auto& o : world.orders)
    if (o.passed && !o.cancelled) groups[{o.pilot, static_cast<int>(wait_band(o.wait)), o.announced}].push_back(&o);
  size_t pilots = 0;
  for (const auto& [key, group] : groups) pilots += key[0] ? group.size() : 0;
  for (const auto& [key, group] : groups) {
    Deal answers(group.size(), key[0] ? planted::pilot_answers / static_cast<double>(pilots) : connection_response);
    for (const auto* o : group)
      if (answers.next(rng)) {
        Answer a;
        a.time = in_opening_hours(rng, Channel::portal, o->activated + 14 * day + rng.between(4 * hour, 4 * day));
        a.customer = o->customer, a.type = Type::nps_connection;
        a.wait = wait_band(o->wait), a.announced = o->announced, a.pilot = o->pilot;
        out.push_back(a);
      }
  }
  return out;
}

/// Gives scores to a group so that its NPS comes as near to `nps` as whole answers can.
class Scores {
 public:
  void give(World& world, Rng& rng, std::vector<Answer> group, double nps) {
    rng.shuffle(group);
    const double n = static_cast<double>(group.size()), passive = nps > 60 || nps < -60 ? 0.2 : passive_share;
    owed_ += n * nps / 100;
    const auto net = static_cast<int64_t>(owed_ >= 0 ? owed_ + 0.5 : owed_ - 0.5);  // promoters minus detractors
    owed_ -= static_cast<double>(net);
    const auto size = static_cast<int64_t>(group.size());
    int64_t fair = static_cast<int64_t>(n * passive + 0.5);
    if ((size - fair + net) % 2 != 0) fair += fair > 0 ? -1 : 1;
    const int64_t good = (size - fair + net) / 2;
    ensure(good >= 0 && good + fair <= size, "an NPS lies between -100 and 100");
    for (int64_t i = 0; i < size; ++i) emit(world, rng, group[static_cast<size_t>(i)], i < good ? Mood::good : i < good + fair ? Mood::fair : Mood::bad);
  }

 private:
  static void emit(World& world, Rng& rng, const Answer& a, Mood mood) {
    auto& e = world.emit(a.time, a.customer, a.type);
    e.wait = Wait::none;
    e.score = static_cast<int8_t>(mood == Mood::good ? 9 + rng.below(2) : mood == Mood::fair ? 7 + rng.below(2) : rng.pick({5, 4, 6, 12, 14, 26, 33}));
    const About about = a.type == Type::visit_rating ? (a.announced ? About::visit_announced : About::visit_unannounced)
                        : a.type == Type::nps_relation ? (a.in_price_weeks() && rng.chance(0.5) ? About::price : About::relation)
                        : a.wait == Wait::in_time || (a.wait == Wait::medium && rng.chance(0.5)) ? About::connection_in_time
                                                                                                 : About::connection_late;
    if (rng.chance(comment_share)) e.text = draw_comment(rng, about, mood, world.customers[a.customer].english);
  }
  double owed_ = 0;
};

struct Levels {
  double relation, medium;
};
constexpr double pilot_nps = 14;

/// Two equations: the NPS of months 1 to 3 and of months 10 to 12.
Levels solve(const std::vector<Answer>& answers) {
  double free[2] = {0, 0}, medium[2] = {0, 0}, known[2] = {0, 0}, all[2] = {0, 0};
  for (const auto& a : answers) {
    const int month = month_of(a.time), end = month >= 10;
    if (month > 12 || (month > 3 && !end)) continue;
    ++all[end];
    if (a.type == Type::nps_relation) ++free[end];
    else if (a.pilot) known[end] += pilot_nps;
    else if (a.wait == Wait::medium) ++medium[end];
    else known[end] += a.wait == Wait::in_time ? planted::nps_in_time : planted::nps_late;
  }
  const double b0 = planted::nps_begin * all[0] - known[0], b1 = planted::nps_end * all[1] - known[1];
  const double det = free[0] * medium[1] - free[1] * medium[0];
  return {(b0 * medium[1] - b1 * medium[0]) / det, (free[0] * b1 - free[1] * b0) / det};
}

void nps(World& world, Rng& rng) {
  auto answers = relation(world, rng);
  const auto after_orders = connection(world, rng);
  answers.insert(answers.end(), after_orders.begin(), after_orders.end());
  const Levels level = solve(answers);
  const auto connection_level = [&](const Answer& a) {
    return a.pilot ? pilot_nps : a.wait == Wait::in_time ? planted::nps_in_time : a.wait == Wait::medium ? level.medium : planted::nps_late;
  };
  // In the five weeks after the price letter all answers together lie 9 points lower; only those about the relation fall.
  double in_weeks = 0, of_relation = 0, of_connection = 0;
  for (const auto& a : answers)
    if (a.in_price_weeks()) {
      ++in_weeks;
      if (a.type == Type::nps_relation) ++of_relation;
      else of_connection += connection_level(a);
    }
  const double in_price = ((planted::nps_begin + planted::nps_price_change) * in_weeks - of_connection) / of_relation;

  std::map<std::array<int, 5>, std::vector<Answer>> groups;  // type, pilot, wait, period, announced
  std::map<std::array<int, 4>, std::array<double, 2>> announced;
  const auto band = [](const Answer& a) { return std::array<int, 4>{a.type == Type::nps_connection, a.pilot, static_cast<int>(a.wait), a.period()}; };
  for (const auto& a : answers) {
    const auto b = band(a);
    groups[{b[0], b[1], b[2], b[3], a.announced}].push_back(a);
    auto& [yes, all] = announced[b];
    yes += a.announced, ++all;
  }
  std::map<std::array<int, 3>, Scores> scores;
  for (auto& [key, group] : groups) {
    const auto& a = group.front();
    double wanted = a.in_price_weeks() ? in_price : level.relation;
    if (a.type == Type::nps_connection) {
      // The announcement call matters within each band; the band as a whole keeps its level.
      const auto& [yes, all] = announced[band(a)];
      wanted = connection_level(a) + announced_effect * ((a.announced ? 1 : 0) - yes / all);
    }
    scores[{key[0], key[1], key[2]}].give(world, rng, group, wanted);
  }
}

/// A question right after the technician's visit: the moment that matters is the call the day before.
void visit_ratings(World& world, Rng& rng) {
  std::vector<Answer> groups[2];
  Balanced answers(visit_response);
  for (const auto& o : world.orders)
    if (o.passed && !o.cancelled && answers.next(rng)) {
      Answer a;
      a.time = std::max(o.appointment + hour, in_opening_hours(rng, Channel::portal, o.appointment + rng.between(2 * hour, 2 * day)));
      a.customer = o.customer, a.type = Type::visit_rating, a.announced = o.announced;
      groups[o.announced].push_back(a);
    }
  Scores scores[2];
  for (int announced = 0; announced < 2; ++announced)
    scores[announced].give(world, rng, groups[announced], announced ? planted::nps_announced : planted::nps_unannounced);
}

void complaint_texts(World& world, Rng& rng) {
  for (auto& e : world.events)
    if (e.type == Type::complaint) e.text = draw_comment(rng, About::complaint, Mood::bad, world.customers[e.customer].english);
}
}  // namespace

void make_answers(World& world) {
  auto rng = world.rng("answers");
  nps(world, rng);
  visit_ratings(world, rng);
  complaint_texts(world, rng);
}

}  // namespace lotse::demo
