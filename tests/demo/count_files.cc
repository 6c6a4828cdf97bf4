#include <algorithm>
#include <cmath>
#include <ctime>
#include <set>

#include "file_counts.h"

namespace lotse::demo_test {
namespace {

using Rows = std::vector<const Row*>;
constexpr int64_t day = 86400;

int64_t date(int y, int m, int d) {
  std::tm t{};
  t.tm_year = y - 1900, t.tm_mon = m - 1, t.tm_mday = d;
  return timegm(&t);
}
int month(int64_t wall) {
  const std::time_t t = wall;
  std::tm tm{};
  gmtime_r(&t, &tm);
  return (tm.tm_year - 125) * 12 + tm.tm_mon + 1;
}
int weekday(int64_t wall) { return static_cast<int>((wall / day + 3) % 7); }  // 0 Monday

/// Day by day, so that nobody has to trust a formula.
double working_days(int64_t from, int64_t to) {
  double sum = 0;
  for (int64_t d = from - from % day; d < to; d += day)
    if (weekday(d) < 5) sum += static_cast<double>(std::min(to, d + day) - std::max(from, d));
  return sum / day;
}

double quantile(std::vector<double> x, double p) {
  if (x.empty()) return NAN;
  std::sort(x.begin(), x.end());
  const double pos = p * static_cast<double>(x.size() - 1);
  const auto i = static_cast<size_t>(pos);
  return i + 1 < x.size() ? x[i] + (x[i + 1] - x[i]) * (pos - static_cast<double>(i)) : x.back();
}
double mean(const std::vector<double>& x) {
  double sum = 0;
  for (double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

bool is_call(const Row& r) { return r.type.starts_with("Hotline: "); }

struct FibreOrder {
  int customer = 0;
  const Row *checkout = nullptr, *check = nullptr, *order = nullptr, *confirmed = nullptr, *technician = nullptr, *activated = nullptr,
            *cancelled = nullptr, *announced = nullptr, *credit = nullptr;
  int calls = 0, letters = 0, welcome = 0, fixed = 0, booked = 0;
  std::vector<std::string_view> path;
  Rows rows;
  const Row* end() const { return technician ? technician : cancelled; }
  double wait() const { return end() ? working_days(confirmed->wall, end()->wall) : NAN; }
  double calendar() const { return static_cast<double>(end()->utc - confirmed->utc) / day; }
};

class Counter {
 public:
  explicit Counter(const Files& files) : files_(files) {
    for (const auto& r : files.rows) {
      by_customer_[r.customer].push_back(&r);
      if (!r.key.empty()) by_key_[r.key].push_back(&r);
    }
    for (const auto& [key, rows] : by_key_) {
      if (!key.starts_with("GF")) continue;
      FibreOrder o;
      o.customer = rows.front()->customer, o.rows = rows;
      for (const auto* r : rows) {
        o.path.push_back(r->touchpoint);
        const auto& t = r->touchpoint;
        if (t == "Bestellstrecke") o.checkout = r;
        if (t == "Identitätsprüfung") o.check = r;
        if (t == "Auftrag") o.order = r;
        if (t == "Auftragsbestätigung") o.confirmed = r;
        if (t == "Technikertermin") o.technician = r;
        if (t == "Aktivierung") o.activated = r;
        if (t == "Stornierung") o.cancelled = r;
        if (t == "Ankündigungsanruf Techniker") o.announced = r;
        if (t == "Bonitätsprüfung") o.credit = r;
        o.calls += t == "Hotline: Terminrückfrage";
        o.letters += t == "Auftragsbestätigung per Brief";
        o.welcome += t == "Willkommensanruf";
        o.fixed += t == "Adresse korrigieren";
        o.booked += t == "Terminbuchung in der Bestellstrecke";
      }
      orders_.push_back(o);
    }
  }

  std::map<std::string, double> all() {
    totals();
    suspect_and_culprit();
    map_and_variants();
    paths();
    funnel_and_cost();
    channels();
    self_service();
    process();
    outcomes();
    return std::move(out_);
  }

 private:
  template <class F>
  double rows(F take) const {
    return static_cast<double>(std::count_if(files_.rows.begin(), files_.rows.end(), take));
  }
  template <class F>
  double of_orders(F take) const {
    return static_cast<double>(std::count_if(orders_.begin(), orders_.end(), take));
  }
  template <class F>
  double nps(F take) const {
    double n = 0, net = 0;
    for (const auto& r : files_.rows)
      if (r.score >= 0 && take(r)) ++n, net += r.score >= 9 ? 1 : r.score <= 6 ? -1 : 0;
    return 100 * net / n;
  }
  const std::string& market(int customer) const { return files_.people.at(customer).market; }
  const std::string& region(int customer) const { return files_.people.at(customer).region; }
  static bool in(int64_t t, int64_t from, int64_t to) { return t >= from && t < to; }

  void totals() {
    out_["0.customers"] = static_cast<double>(by_customer_.size());
    for (const auto& [id, name] : {std::pair{"0.share_de", "DE"}, {"0.share_at", "AT"}, {"0.share_ch", "CH"}})
      out_[id] = static_cast<double>(std::count_if(files_.people.begin(), files_.people.end(), [&](const auto& p) { return p.second.market == name; })) / static_cast<double>(by_customer_.size());
    out_["0.systems"] = static_cast<double>(files_.systems.size());
    out_["0.calls"] = rows(is_call);
    const auto ordered = [&](int from, int to) { return rows([&](const Row& r) { return r.touchpoint == "Auftrag" && month(r.wall) >= from && month(r.wall) <= to; }); };
    out_["0.orders"] = ordered(1, 12);
    out_["0.orders_month_1_to_6"] = ordered(1, 6) / 6;
    out_["0.orders_month_7_to_12"] = ordered(7, 12) / 6;
  }

  void suspect_and_culprit() {
    const auto letter = date(2025, 4, 7), effect_end = letter + 35 * day;
    const auto bill = [&](int64_t from, int64_t to) { return rows([&](const Row& r) { return r.type == "Hotline: Rechnung" && in(r.wall, from, to); }); };
    out_["1.bill_calls_rise"] = bill(letter, effect_end) / 5 / (bill(letter - 13 * 7 * day, letter) / 13) - 1;
    const auto company = [](const Row& r) { return r.touchpoint == "NPS-Befragung"; };
    const auto period = [&](int64_t from, int64_t to) { return nps([&](const Row& r) { return company(r) && in(r.wall, from, to); }); };
    out_["1.nps_begin"] = period(date(2025, 1, 1), date(2025, 4, 1));
    out_["1.nps_price_change"] = period(letter, effect_end) - out_["1.nps_begin"];
    out_["1.nps_recovered"] = period(effect_end, effect_end + 49 * day);
    out_["1.nps_end"] = period(date(2025, 10, 1), date(2026, 1, 1));

    const auto waits = [&](auto take) {
      std::vector<double> w;
      for (const auto& o : orders_)
        if (o.technician && take(o)) w.push_back(o.wait());
      return w;
    };
    const auto swiss = [&](const FibreOrder& o) { return market(o.customer) == "CH"; };
    const auto first = [&](const FibreOrder& o) { return month(o.order->wall) <= 6; };
    out_["2.target"] = 5;
    out_["2.wait_before"] = quantile(waits([&](const FibreOrder& o) { return !swiss(o) && first(o); }), 0.5);
    const auto after = waits([&](const FibreOrder& o) { return !swiss(o) && !first(o); });
    out_["2.wait_after"] = quantile(after, 0.5);
    out_["2.wait_after_p90"] = quantile(after, 0.9);
    out_["3.wait_ch_before"] = quantile(waits([&](const FibreOrder& o) { return swiss(o) && first(o); }), 0.5);
    out_["3.wait_ch_after"] = quantile(waits([&](const FibreOrder& o) { return swiss(o) && !first(o); }), 0.5);
    out_["3.booked_inside"] = of_orders([&](const FibreOrder& o) { return o.order && swiss(o) && o.booked; }) / of_orders([&](const FibreOrder& o) { return o.order && swiss(o); });
    std::map<int, double> wait_of;
    for (const auto& o : orders_)
      if (o.technician) wait_of[o.customer] = o.wait();
    const auto after_order = [&](double low, double high) {
      return nps([&](const Row& r) { return r.occasion == "Glasfaseranschluss" && wait_of.at(r.customer) > low && wait_of.at(r.customer) <= high; });
    };
    out_["2.nps_in_time"] = after_order(0, 5);
    out_["2.nps_late"] = after_order(10, 1000);
  }

  void map_and_variants() {
    std::map<std::string_view, double> events;
    std::map<std::string_view, std::string_view> channel;
    for (const auto& r : files_.rows) ++events[r.touchpoint], channel[r.touchpoint] = r.channel;
    double owned = 0, letters = 0;
    for (const auto& [name, n] : events) {
      owned += files_.owner.contains(name);
      letters += !files_.owner.contains(name) && (channel[name] == "Brief" || channel[name] == "E-Mail");
    }
    out_["4.touchpoints_in_data"] = static_cast<double>(events.size());
    out_["4.touchpoints_on_map"] = owned;
    out_["4.letters_without_owner"] = letters;
    const double buyers = of_orders([](const FibreOrder& o) { return o.order; });
    out_["4.welcome_call_reach"] = of_orders([](const FibreOrder& o) { return o.welcome > 0; }) / buyers;
    const auto leader = std::max_element(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    out_["4.invoice_mails"] = leader->first == "Rechnung per E-Mail" ? leader->second : 0;

    std::map<std::vector<std::string_view>, double> variants;
    for (const auto& o : orders_)
      if (o.confirmed) ++variants[o.path];
    std::vector<std::pair<double, std::vector<std::string_view>>> ranked;
    for (const auto& [path, n] : variants) ranked.push_back({n, path});
    std::sort(ranked.rbegin(), ranked.rend());
    const std::vector<std::string_view> designed = {"Bestellstrecke", "Identitätsprüfung", "Auftrag", "Auftragsbestätigung", "Bonitätsprüfung", "Terminvorschlag per E-Mail",
                                               "Ankündigungsanruf Techniker", "Technikertermin", "Aktivierung"};
    const auto& top = ranked.front().second;
    out_["5.leader_share"] = std::count(top.begin(), top.end(), "Hotline: Terminrückfrage") ? ranked.front().first / buyers : 0;
    for (size_t i = 0; i < ranked.size(); ++i)
      if (ranked[i].second == designed) out_["5.designed_rank"] = static_cast<double>(i + 1), out_["5.designed_share"] = ranked[i].first / buyers;
    if (std::getenv("LOTSE_DEMO_VARIANTS"))
      for (size_t i = 0; i < 12; ++i) {
        std::string text;
        for (const auto& t : ranked[i].second) text += std::string(t) + " > ";
        std::fprintf(stderr, "%2zu %.4f %s\n", i + 1, ranked[i].first / buyers, text.c_str());
      }
  }

  void paths() {
    const std::set<std::string_view> touches = {"Suchanzeige", "Social-Media-Anzeige", "Vergleichsportal", "Produktseite Glasfaser", "Verfügbarkeitsprüfung", "Newsletter-Klick",
                                           "Shop-Beratung", "Chat: Produktberatung", "Hotline: Produktberatung", "fibre_banner_open"};
    std::vector<double> count, days, channels;
    double buyers = 0, search = 0, shop = 0;
    double all[2][2] = {}, bought[2][2] = {};  // [0 search, 1 shop][with]
    for (const auto& [customer, rows] : by_customer_) {
      Rows path;
      const Row* order = nullptr;
      bool has[2] = {false, false};
      for (const auto* r : rows) {
        if (r->touchpoint == "Auftrag") order = r;
        if (!order && touches.contains(r->touchpoint)) path.push_back(r);
        has[0] |= r->touchpoint == "Suchanzeige", has[1] |= r->touchpoint == "Shop-Beratung";
      }
      for (int k = 0; k < 2; ++k) ++all[k][has[k]], bought[k][has[k]] += order != nullptr;
      if (!order) continue;
      ++buyers;
      count.push_back(static_cast<double>(path.size()));
      if (path.empty()) continue;
      days.push_back(static_cast<double>(order->utc - path.front()->utc) / day);
      std::set<std::string_view> used;
      for (const auto* r : path) used.insert(r->channel);
      channels.push_back(static_cast<double>(used.size()));
      search += path.back()->touchpoint == "Suchanzeige", shop += path.back()->touchpoint == "Shop-Beratung";
    }
    out_["6.path_touches"] = quantile(count, 0.5);
    out_["6.path_days"] = quantile(days, 0.5);
    out_["6.path_channels"] = quantile(channels, 0.5);
    out_["6.search_last_click"] = search / buyers;
    out_["6.shop_last_click"] = shop / buyers;
    out_["6.conversion_with_search"] = bought[0][1] / all[0][1];
    out_["6.conversion_without_search"] = bought[0][0] / all[0][0];
    out_["6.conversion_with_shop"] = bought[1][1] / all[1][1];
    out_["6.conversion_without_shop"] = bought[1][0] / all[1][0];
  }

  void funnel_and_cost() {
    const auto mobile = [](const FibreOrder& o) { return o.check && o.check->device == "mobil"; };
    const auto desktop = [](const FibreOrder& o) { return o.check && o.check->device == "Desktop"; };
    out_["7.checkouts"] = of_orders([](const FibreOrder& o) { return o.checkout; });
    out_["7.identity_checks"] = of_orders([](const FibreOrder& o) { return o.check; });
    out_["7.orders"] = of_orders([](const FibreOrder& o) { return o.order; });
    out_["7.activations"] = of_orders([](const FibreOrder& o) { return o.activated; });
    out_["7.identity_mobile"] = of_orders([&](const FibreOrder& o) { return mobile(o) && o.order; }) / of_orders(mobile);
    out_["7.identity_desktop"] = of_orders([&](const FibreOrder& o) { return desktop(o) && o.order; }) / of_orders(desktop);
    out_["7.mobile_share"] = of_orders(mobile) / out_["7.identity_checks"];
    std::vector<double> attempts;
    for (const auto& o : orders_)
      if (mobile(o)) attempts.push_back(o.check->attempts);
    out_["7.mobile_attempts"] = mean(attempts);
    out_["7.cancellations"] = of_orders([](const FibreOrder& o) { return o.cancelled; });
    out_["7.cancelled_late"] = of_orders([](const FibreOrder& o) { return o.cancelled && o.wait() > 10; }) / out_["7.cancellations"];

    const auto calls = [&](const char* type) { return rows([&](const Row& r) { return r.type == type; }); };
    out_["8.appointment_calls"] = calls("Hotline: Terminrückfrage");
    out_["8.meter_calls"] = calls("Hotline: Zählerstand");
    out_["8.duplicate_letters"] = calls("Auftragsbestätigung per Brief");
    out_["8.duplicate_share"] = of_orders([](const FibreOrder& o) { return o.letters > 0; }) / out_["7.orders"];
    double euro = 0;
    for (const auto& r : files_.rows)
      if (r.type == "Hotline: Terminrückfrage" || r.type == "Hotline: Zählerstand" || r.type == "Auftragsbestätigung per Brief") euro += r.cost;
    out_["8.avoidable_euro"] = euro;
    out_["8.avoidable_call_share"] = (out_["8.appointment_calls"] + out_["8.meter_calls"]) / out_["0.calls"];
  }

  void channels() {
    const double contacts = rows([](const Row& r) { return !r.channel.empty(); });
    const auto share = [&](std::set<std::string_view> names) { return rows([&](const Row& r) { return names.contains(r.channel); }) / contacts; };
    out_["9.mail_share"] = share({"E-Mail", "Brief"});
    out_["9.portal_share"] = share({"Portal"});
    out_["9.app_share"] = share({"App"});
    out_["9.hotline_share"] = share({"Hotline"});
    out_["9.chat_share"] = share({"Chat"});
    out_["9.shop_share"] = share({"Shop"});
    double changed = 0;
    for (const auto& [key, rows] : by_key_) {
      std::set<std::string_view> used;
      for (const auto* r : rows)
        if (!r->channel.empty()) used.insert(r->channel == "Brief" ? std::string_view("E-Mail") : r->channel);
      changed += used.size() > 1;
    }
    out_["9.channel_change"] = changed / static_cast<double>(by_key_.size());
    out_["9.monday_share"] = rows([](const Row& r) { return is_call(r) && weekday(r.wall) == 0 && r.wall % day >= 8 * 3600 && r.wall % day < 10 * 3600; }) / out_["0.calls"];
  }

  void self_service() {
    double uses[2] = {}, called[2] = {}, deposits = 0, deposit_calls = 0;
    for (const auto& [key, rows] : by_key_) {
      const Row* use = nullptr;
      for (const auto* r : rows) {
        if (r->touchpoint == "Zählerstand online melden") use = r, ++uses[r->device == "mobil"];
        if (r->touchpoint == "Abschlag ändern") use = r, ++deposits;
        if (use && r->type == "Hotline: Zählerstand" && r->utc - use->utc <= 7 * day) ++called[use->device == "mobil"];
        if (use && r->type == "Hotline: Abschlag" && r->utc - use->utc <= 7 * day) ++deposit_calls;
      }
    }
    out_["10.meter_uses"] = uses[0] + uses[1];
    out_["10.meter_mobile"] = uses[1] / (uses[0] + uses[1]);
    out_["10.meter_call_mobile"] = called[1] / uses[1];
    out_["10.meter_call_desktop"] = called[0] / uses[0];
    out_["10.meter_solved"] = 1 - (called[0] + called[1]) / (uses[0] + uses[1]);
    out_["10.deposit_solved"] = 1 - deposit_calls / deposits;
  }

  void process() {
    std::vector<double> credit, fixed, straight;
    std::map<std::pair<std::string_view, std::string_view>, std::vector<double>> handovers;
    for (const auto& o : orders_) {
      if (!o.confirmed) continue;
      if (market(o.customer) != "CH") credit.push_back(static_cast<double>(o.credit->utc - o.confirmed->utc) / day);
      if (o.technician) (o.fixed ? fixed : straight).push_back(o.calendar());
      // Between the company's own units: calls of the customer are no handover.
      const Row* last = nullptr;
      for (const auto* r : o.rows) {
        if (r->unit == "Kundenservice" || r->unit == "Online" || r->type == "Auftragsbestätigung per Brief") continue;
        if (last && last->unit != r->unit) handovers[{last->unit, r->unit}].push_back(static_cast<double>(r->utc - last->utc));
        last = r;
      }
    }
    out_["11.credit_check_days"] = mean(credit);
    out_["11.address_share"] = static_cast<double>(of_orders([](const FibreOrder& o) { return o.order && o.fixed; })) / out_["7.orders"];
    out_["11.address_days"] = mean(fixed) - mean(straight);
    double rank = 1;
    const double worst = quantile(handovers.at({"Vertrieb", "Installation"}), 0.5);
    for (const auto& [units, times] : handovers) rank += times.size() >= 500 && quantile(times, 0.5) > worst;
    out_["11.worst_handover"] = rank;
  }

  void outcomes() {
    double n[2] = {}, gone[2] = {}, before = 0, before_calls = 0, after = 0, after_calls = 0;
    std::vector<double> wait_before, wait_after;
    std::set<int> announced, pilot;
    for (const auto& o : orders_) {
      if (!o.order) continue;
      if (o.announced) announced.insert(o.customer);
      ++n[o.calls >= 2];
      for (const auto* r : by_customer_.at(o.customer))
        if (r->touchpoint == "Kündigung" && r->utc > o.end()->utc && r->utc - o.end()->utc <= 90 * day) ++gone[o.calls >= 2];
      if (region(o.customer) != "Bayern" || month(o.order->wall) < 7) continue;
      const bool in_pilot = month(o.order->wall) >= 10;
      (in_pilot ? after : before) += 1;
      (in_pilot ? after_calls : before_calls) += o.calls;
      if (o.technician) (in_pilot ? wait_after : wait_before).push_back(o.wait());
      if (in_pilot) pilot.insert(o.customer);
    }
    out_["12.churn_many_calls"] = gone[1] / n[1];
    out_["12.churn_few_calls"] = gone[0] / n[0];
    const auto visit = [&](bool with) { return nps([&](const Row& r) { return r.occasion == "Technikerbesuch" && announced.contains(r.customer) == with; }); };
    out_["12.nps_announced"] = visit(true);
    out_["12.nps_unannounced"] = visit(false);
    out_["12.pilot_before"] = quantile(wait_before, 0.5);
    out_["12.pilot_after"] = quantile(wait_after, 0.5);
    out_["12.pilot_calls"] = after_calls / after / (before_calls / before) - 1;
    out_["12.pilot_answers"] = rows([&](const Row& r) { return r.occasion == "Glasfaseranschluss" && pilot.contains(r.customer); });

    std::set<int64_t> days;
    for (const auto& r : files_.rows)
      if (r.system == "App") days.insert(r.wall / day);
    double missing = 0;
    for (int64_t d = date(2025, 1, 2) / day; d < date(2026, 1, 1) / day; ++d) missing += !days.contains(d);
    out_["12.outage_days"] = missing;

    double all[2][2] = {}, left[2][2] = {};  // [portal][opener]
    for (const auto& [customer, rows] : by_customer_) {
      bool portal = false, opener = false, ended = false;
      for (const auto* r : rows) portal |= r->touchpoint == "Portal-Login", opener |= r->touchpoint == "Newsletter geöffnet", ended |= r->touchpoint == "Kündigung";
      ++all[portal][opener], left[portal][opener] += ended;
    }
    out_["12.churn_openers"] = (left[0][1] + left[1][1]) / (all[0][1] + all[1][1]);
    out_["12.churn_not_openers"] = (left[0][0] + left[1][0]) / (all[0][0] + all[1][0]);
    out_["12.churn_openers_portal"] = left[1][1] / all[1][1];
    out_["12.churn_not_openers_portal"] = left[1][0] / all[1][0];
  }

  const Files& files_;
  std::map<int, Rows> by_customer_;
  std::map<std::string_view, Rows> by_key_;
  std::vector<FibreOrder> orders_;
  std::map<std::string, double> out_;
};
}  // namespace

std::map<std::string, double> count_all(const Files& files) { return Counter(files).all(); }

}  // namespace lotse::demo_test
