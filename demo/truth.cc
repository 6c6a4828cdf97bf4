#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "demo/export.h"
#include "demo/planted.h"

/// The truth file: every planted figure, its meaning in both languages, and the question that shows it. Filters are those of
/// the API with names in place of ids (touchpoints, attributes), so that one can read them and a test can ask them.
namespace lotse::demo {
namespace {
using json = nlohmann::ordered_json;

// What to read from an answer.
json ask(std::string what, json filter) { return {{"what", std::move(what)}, {"filter", std::move(filter)}}; }

/// value = scale * (sum of plus - sum of minus) / (sum of of - sum of of_minus); with relative_to: value / that - 1.
struct Question {
  json plus = json::array(), minus = json::array(), of = json::array(), of_minus = json::array();
  double scale = 1;
  double expected;
  json relative_to = nullptr;
};
json to_json(const Question& q) {
  json out = {{"plus", q.plus}};
  if (!q.minus.empty()) out["minus"] = q.minus;
  if (!q.of.empty()) out["of"] = q.of;
  if (!q.of_minus.empty()) out["of_minus"] = q.of_minus;
  if (q.scale != 1) out["scale"] = q.scale;
  if (!q.relative_to.is_null()) out["relative_to"] = q.relative_to;
  out["expected"] = q.expected;
  return out;
}

struct Filter {
  json f = json::object();
  static Filter key() { return Filter{{{"slice", {{"kind", "key"}}}}}; }
  static Filter customer() { return Filter{{{"slice", {{"kind", "customer"}}}}}; }
  Filter with(std::string_view k, json v) const {
    Filter out = *this;
    if (v.is_array() && out.f.contains(k)) for (auto& e : v) out.f[std::string(k)].push_back(e);
    else out.f[std::string(k)] = std::move(v);
    return out;
  }
  Filter contains(std::string_view t) const { return with("sequences", {{{"kind", "contains"}, {"touchpoints", {t}}}}); }
  Filter contains_not(std::string_view t) const { return with("sequences", {{{"kind", "not_contains"}, {"touchpoints", {t}}}}); }
  Filter followed(json a, json b, double within_days = 0) const {
    json c = {{"kind", "eventually_followed"}, {"touchpoints", std::move(a)}, {"then", std::move(b)}};
    if (within_days > 0) c["within_s"] = within_days * 86400;
    return with("sequences", json::array({c}));
  }
  Filter instance(std::string_view attribute, json values) const { return with("instance_attributes", {{{"attribute", attribute}, {"values", std::move(values)}}}); }
  Filter event(std::string_view attribute, json values, bool exclude = false) const {
    json c = {{"attribute", attribute}, {"values", std::move(values)}};
    if (exclude) c["exclude"] = true;
    return with("event_attributes", json::array({c}));
  }
  Filter shown(json names) const { return with("touchpoints_shown", std::move(names)); }
  Filter period(std::string_view from, std::string_view to, std::string_view mode) const { return with("from", from).with("to", to).with("period_mode", mode); }
};

class Truth {
 public:
  /// `planted` may differ from what a question shows (working days against calendar days); `shown` says both.
  void add(int truth, std::string_view id, double planted, std::string_view unit, std::string_view en, std::string_view de, json shown = nullptr, bool derived = false) {
    json figure = {{"id", fmt::format("{}.{}", truth, id)}, {"truth", truth}, {"planted", planted}, {"unit", unit}, {"text", {{"de", de}, {"en", en}}}};
    if (derived) figure["derived"] = true;
    figure["shown_by"] = std::move(shown);
    figures_.push_back(std::move(figure));
  }
  json figures() { return std::move(figures_); }

 private:
  json figures_ = json::array();
};

double median(std::vector<double> x, double p = 0.5) {
  if (x.empty()) return 0;
  std::sort(x.begin(), x.end());
  const double pos = p * static_cast<double>(x.size() - 1);
  const auto i = static_cast<size_t>(pos);
  return i + 1 < x.size() ? x[i] + (x[i + 1] - x[i]) * (pos - static_cast<double>(i)) : x.back();
}

/// Calendar seconds from confirmation to appointment of the completed orders that `take` accepts: what a graph shows.
std::vector<double> calendar_waits(const World& w, auto take) {
  std::vector<double> out;
  for (const auto& o : w.orders)
    if (o.passed && !o.cancelled && take(o)) out.push_back(static_cast<double>(to_utc(o.appointment) - to_utc(o.confirmed)));
  return out;
}

constexpr std::string_view ab = "Auftragsbestätigung", tt = "Technikertermin", tr = "Hotline: Terminrückfrage", meter = "Zählerstand online melden",
                           call_meter = "Hotline: Zählerstand";
const json calls_shown = {"Hotline: Terminrückfrage", "Hotline: Zählerstand", "Hotline: Abschlag", "Hotline: Rechnung", "Hotline: Störung",
                          "Hotline: Umzug", "Hotline: Vertrag", "Hotline: Produktberatung", "Hotline: Beschwerde"};

std::string edge(std::string_view what, std::string_view from, std::string_view to) { return fmt::format("{}:{}>{}", what, from, to); }
std::string events_of(std::string_view t) { return fmt::format("events:{}", t); }

json one(std::string what, const Filter& f, double expected, double scale = 1) {
  return to_json(Question{.plus = {ask(std::move(what), f.f)}, .scale = scale, .expected = expected});
}
json ratio(json a, json b, double expected, double scale = 1) {
  return to_json(Question{.plus = {std::move(a)}, .of = {std::move(b)}, .scale = scale, .expected = expected});
}
/// NPS of the answers that a filter leaves: promoters (9, 10) minus detractors (0 to 6) of all.
json nps(const Filter& answers, double expected) {
  const std::string what = "events";
  return to_json(Question{.plus = {ask(what, answers.event("Score", {"9", "10"}).f)},
                          .minus = {ask(what, answers.event("Score", {"0", "1", "2", "3", "4", "5", "6"}).f)},
                          .of = {ask(what, answers.event("Score", {""}, true).f)},
                          .scale = 100, .expected = expected});
}

void totals(Truth& t) {
  const auto key = Filter::key(), customer = Filter::customer();
  t.add(0, "customers", planted::customers, "customers", "customers", "Kunden", one("customers", customer, planted::customers));
  t.add(0, "share_de", planted::share_de, "share", "customers in Germany", "Kunden in Deutschland",
        ratio(ask("customers", customer.instance("Markt", {"DE"}).f), ask("customers", customer.f), planted::share_de));
  t.add(0, "share_at", planted::share_at, "share", "customers in Austria", "Kunden in Österreich",
        ratio(ask("customers", customer.instance("Markt", {"AT"}).f), ask("customers", customer.f), planted::share_at));
  t.add(0, "share_ch", planted::share_ch, "share", "customers in Switzerland", "Kunden in der Schweiz",
        ratio(ask("customers", customer.instance("Markt", {"CH"}).f), ask("customers", customer.f), planted::share_ch));
  t.add(0, "systems", system_count, "sources", "systems that deliver data", "Systeme, die Daten liefern");
  t.add(0, "calls", planted::calls, "events", "calls of customers", "Anrufe von Kunden", one("events", customer.shown(calls_shown), planted::calls));
  t.add(0, "orders", planted::orders, "orders", "fibre orders", "Glasfaseraufträge", one(events_of("Auftrag"), key, planted::orders));
  t.add(0, "orders_month_1_to_6", planted::orders_a_month_before, "orders_a_month", "orders a month until June", "Aufträge im Monat bis Juni",
        one(events_of("Auftrag"), key.period("2025-01-01", "2025-07-01", "cut"), planted::orders_a_month_before, 1.0 / 6));
  t.add(0, "orders_month_7_to_12", planted::orders_a_month_after, "orders_a_month", "orders a month from July on", "Aufträge im Monat ab Juli",
        one(events_of("Auftrag"), key.period("2025-07-01", "2026-01-01", "cut"), planted::orders_a_month_after, 1.0 / 6));
}

void suspect_and_culprit(Truth& t, const World& w) {
  const auto key = Filter::key(), customer = Filter::customer();
  const auto answers = customer.shown({"NPS-Befragung"});
  const std::string bill = "Hotline: Rechnung";
  auto weeks = to_json(Question{.plus = {ask(events_of(bill), customer.period("2025-04-07", "2025-05-12", "cut").f)}, .scale = 1.0 / planted::price_weeks,
                                .expected = planted::bill_calls_rise});
  weeks["relative_to"] = {{"plus", {ask(events_of(bill), customer.period("2025-01-06", "2025-04-07", "cut").f)}}, {"scale", 1.0 / 13}};
  t.add(1, "bill_calls_rise", planted::bill_calls_rise, "share", "billing calls a week in the five weeks after the price letter, against the thirteen before",
        "Anrufe zur Rechnung je Woche in den fünf Wochen nach dem Preisschreiben gegenüber den dreizehn davor", weeks);
  auto dip = nps(answers.period("2025-04-07", "2025-05-12", "cut"), planted::nps_begin + planted::nps_price_change);
  t.add(1, "nps_price_change", planted::nps_price_change, "nps", "change of NPS in these five weeks against months 1 to 3",
        "Änderung des NPS in diesen fünf Wochen gegenüber Monat 1 bis 3", dip);
  t.add(1, "nps_recovered", planted::nps_begin, "nps", "NPS in the seven weeks after them: full recovery", "NPS in den sieben Wochen danach: völlig erholt",
        nps(answers.period("2025-05-12", "2025-06-30", "cut"), planted::nps_begin));
  t.add(1, "nps_begin", planted::nps_begin, "nps", "NPS in months 1 to 3", "NPS in Monat 1 bis 3", nps(answers.period("2025-01-01", "2025-04-01", "cut"), planted::nps_begin));
  t.add(1, "nps_end", planted::nps_end, "nps", "NPS in months 10 to 12", "NPS in Monat 10 bis 12", nps(answers.period("2025-10-01", "2026-01-01", "cut"), planted::nps_end));

  const auto orders = key.shown({ab, tt});
  const auto market = [&](const Order& o) { return w.customers[o.customer].market; };
  const auto first = [](const Order& o) { return o.month() < planted::first_month_after; };
  const auto in = [&](const Order& o, bool swiss, bool early) { return (market(o) == Market::ch) == swiss && first(o) == early; };
  const auto waits = [&](bool swiss, bool early) { return calendar_waits(w, [&](const Order& o) { return in(o, swiss, early); }); };
  const auto half = [&](const Filter& f, bool early) { return early ? f.period("2025-01-01", "2025-07-01", "started") : f.period("2025-07-01", "2026-01-01", "started"); };
  const auto de_at = orders.instance("Markt", {"DE", "AT"}), ch = orders.instance("Markt", {"CH"});
  const std::string m = edge("edge_median_s", ab, tt);
  t.add(2, "target", planted::wait_target, "working_days", "promised wait from confirmation to technician", "Versprochene Wartezeit von der Bestätigung zum Techniker");
  t.add(2, "wait_before", planted::wait_before, "working_days", "median wait in DE and AT, months 1 to 6 (the graph shows calendar days)",
        "Wartezeit in DE und AT, Median, Monat 1 bis 6 (der Graph zeigt Kalendertage)", one(m, half(de_at, true), median(waits(false, true))));
  t.add(2, "wait_after", planted::wait_after, "working_days", "the same in months 7 to 12", "Dasselbe in Monat 7 bis 12", one(m, half(de_at, false), median(waits(false, false))));
  t.add(2, "wait_after_p90", planted::wait_after_p90, "working_days", "the same, 90th percentile", "Dasselbe, 90. Perzentil",
        one(edge("edge_p90_s", ab, tt), half(de_at, false), median(waits(false, false), 0.9)));
  const auto about_order = customer.shown({"NPS-Befragung"}).event("Anlass", {"Glasfaseranschluss"});
  t.add(2, "nps_in_time", planted::nps_in_time, "nps", "NPS of those who waited at most 5 working days", "NPS bei höchstens 5 Arbeitstagen",
        nps(about_order.instance("Wartezeit", {wait_name(Wait::in_time)}), planted::nps_in_time));
  t.add(2, "nps_late", planted::nps_late, "nps", "NPS of those who waited more than 10", "NPS bei mehr als 10 Arbeitstagen",
        nps(about_order.instance("Wartezeit", {wait_name(Wait::late)}), planted::nps_late));
  t.add(3, "wait_ch_before", planted::wait_ch, "working_days", "median wait in CH, months 1 to 6", "Wartezeit in CH, Median, Monat 1 bis 6", one(m, half(ch, true), median(waits(true, true))));
  t.add(3, "wait_ch_after", planted::wait_ch, "working_days", "the same in months 7 to 12", "Dasselbe in Monat 7 bis 12", one(m, half(ch, false), median(waits(true, false))));
  t.add(3, "booked_inside", 1, "share", "Swiss orders whose appointment is booked inside the Bestellstrecke", "Schweizer Aufträge mit Termin aus der Bestellstrecke",
        ratio(ask("instances", key.contains(ab).contains("Terminbuchung in der Bestellstrecke").instance("Markt", {"CH"}).f),
              ask("instances", key.contains(ab).instance("Markt", {"CH"}).f), 1));
}

void map_and_paths(Truth& t) {
  const auto key = Filter::key(), customer = Filter::customer(), ordered = key.contains(ab);
  t.add(4, "touchpoints_in_data", planted::touchpoints_in_data, "touchpoints", "touchpoints in the data", "Touchpoints in den Daten", one("nodes", customer, planted::touchpoints_in_data));
  t.add(4, "touchpoints_on_map", planted::touchpoints_on_map, "touchpoints", "touchpoints on the map", "Touchpoints auf der Karte", one("nodes_mapped", customer, planted::touchpoints_on_map));
  t.add(4, "letters_without_owner", planted::letters_without_owner, "touchpoints", "letters and system mails without an owner", "Briefe und Systemmails ohne Zuständige",
        one("nodes_unmapped", customer.event("channel", {"E-Mail", "Brief"}), planted::letters_without_owner));
  t.add(4, "welcome_call_reach", planted::welcome_call_reach, "share", "buyers who get the Willkommensanruf", "Käufer mit Willkommensanruf",
        ratio(ask("instances", ordered.contains("Willkommensanruf").f), ask("instances", ordered.f), planted::welcome_call_reach));
  t.add(4, "invoice_mails", planted::invoice_mails, "events", "Rechnung per E-Mail, the most frequent touchpoint", "Rechnung per E-Mail, der häufigste Touchpoint",
        one("events_of_rank:1:Rechnung per E-Mail", customer, planted::invoice_mails));

  const std::string designed = "Bestellstrecke>Identitätsprüfung>Auftrag>Auftragsbestätigung>Bonitätsprüfung>Terminvorschlag per E-Mail>Ankündigungsanruf Techniker>Technikertermin>Aktivierung";
  t.add(5, "leader_share", planted::leader_share, "share", "share of the most frequent variant; it contains Hotline: Terminrückfrage",
        "Anteil der häufigsten Variante; sie enthält Hotline: Terminrückfrage", one(fmt::format("variant_share_with:1:{}", tr), ordered, planted::leader_share));
  t.add(5, "designed_rank", planted::designed_rank, "rank", "rank of the designed path", "Rang des geplanten Wegs", one("variant_rank:" + designed, ordered, planted::designed_rank));
  t.add(5, "designed_share", planted::designed_share, "share", "its share", "Sein Anteil", one("variant_share:" + designed, ordered, planted::designed_share));

  json touches = json::array();
  for (Type type : path_touches()) touches.push_back(info(type).touchpoint);
  json shown = touches;
  shown.push_back("Auftrag");
  const auto last = [&](std::string_view from) { return ratio(ask(edge("edge_count", from, "Auftrag"), customer.shown(shown).f), ask(events_of("Auftrag"), customer.shown(shown).f), 0); };
  auto search = last("Suchanzeige"), shop = last("Shop-Beratung");
  search["expected"] = planted::search_last_click, shop["expected"] = planted::shop_last_click;
  t.add(6, "path_touches", planted::path_touches, "touchpoints", "touchpoints before an order, median", "Touchpoints vor einem Auftrag, Median");
  t.add(6, "path_days", planted::path_days, "days", "days from the first touchpoint to the order, median", "Tage vom ersten Touchpoint zum Auftrag, Median");
  t.add(6, "path_channels", planted::path_channels, "channels", "channels before an order, median", "Kanäle vor einem Auftrag, Median");
  t.add(6, "search_last_click", planted::search_last_click, "share", "orders whose last touchpoint is Suchanzeige", "Aufträge mit Suchanzeige als letztem Touchpoint", search);
  t.add(6, "shop_last_click", planted::shop_last_click, "share", "orders whose last touchpoint is Shop-Beratung", "Aufträge mit Shop-Beratung als letztem Touchpoint", shop);
  const auto conversion = [&](const Filter& f, double expected) { return ratio(ask("customers", f.contains("Auftrag").f), ask("customers", f.f), expected); };
  const double all = static_cast<double>(planted::orders) / planted::customers;
  t.add(6, "conversion_with_shop", planted::conversion_with_shop, "share", "customers with Shop-Beratung who order", "Kunden mit Shop-Beratung, die bestellen",
        conversion(customer.contains("Shop-Beratung"), planted::conversion_with_shop));
  t.add(6, "conversion_without_shop", planted::conversion_without_shop, "share", "customers without it who order", "Kunden ohne, die bestellen",
        conversion(customer.contains_not("Shop-Beratung"), planted::conversion_without_shop));
  t.add(6, "conversion_with_search", all, "share", "customers with Suchanzeige who order: no effect", "Kunden mit Suchanzeige, die bestellen: keine Wirkung",
        conversion(customer.contains("Suchanzeige"), all), true);
  t.add(6, "conversion_without_search", all, "share", "customers without it who order", "Kunden ohne, die bestellen", conversion(customer.contains_not("Suchanzeige"), all), true);
}

void funnel_and_cost(Truth& t) {
  const auto key = Filter::key(), customer = Filter::customer(), ordered = key.contains(ab);
  const std::string check = "Identitätsprüfung";
  t.add(7, "checkouts", planted::checkouts, "orders", "Bestellstrecke begun", "Bestellstrecke begonnen", one("instances", key.contains("Bestellstrecke"), planted::checkouts));
  t.add(7, "identity_checks", planted::identity_checks, "orders", "Identitätsprüfung reached", "Identitätsprüfung erreicht", one("instances", key.contains(check), planted::identity_checks));
  t.add(7, "orders", planted::orders, "orders", "Auftrag reached", "Auftrag erreicht", one("instances", key.contains("Auftrag"), planted::orders));
  t.add(7, "activations", planted::activations, "orders", "Aktivierung reached", "Aktivierung erreicht", one("instances", key.contains("Aktivierung"), planted::activations));
  const auto passed = [&](std::string_view device, double expected) {
    const auto f = key.contains(check).instance("Gerät", {device});
    return ratio(ask("instances", f.contains("Auftrag").f), ask("instances", f.f), expected);
  };
  t.add(7, "identity_mobile", planted::identity_mobile, "share", "identity check passed, mobile", "Identitätsprüfung bestanden, mobil", passed(device_name(Device::mobile), planted::identity_mobile));
  t.add(7, "identity_desktop", planted::identity_desktop, "share", "identity check passed, desktop", "Identitätsprüfung bestanden, Desktop", passed(device_name(Device::desktop), planted::identity_desktop));
  t.add(7, "mobile_share", planted::mobile_share, "share", "identity checks on mobile", "Identitätsprüfungen am Handy",
        ratio(ask("instances", key.contains(check).instance("Gerät", {device_name(Device::mobile)}).f), ask("instances", key.contains(check).f), planted::mobile_share));
  t.add(7, "mobile_attempts", planted::mobile_attempts, "attempts", "attempts on mobile, mean", "Versuche am Handy, Mittelwert");
  t.add(7, "cancellations", planted::cancellations, "orders", "orders cancelled later", "Später stornierte Aufträge", one("instances", key.contains("Stornierung"), planted::cancellations));
  t.add(7, "cancelled_late", planted::cancelled_late, "share", "of these after more than 10 working days", "Davon nach mehr als 10 Arbeitstagen",
        ratio(ask("instances", key.contains("Stornierung").instance("Wartezeit", {wait_name(Wait::late)}).f), ask("instances", key.contains("Stornierung").f), planted::cancelled_late));

  const auto calls = ask("events", customer.shown(calls_shown).f);
  t.add(8, "appointment_calls", planted::appointment_calls, "events", "Terminrückfragen", "Terminrückfragen", one(events_of(tr), key, planted::appointment_calls));
  t.add(8, "meter_calls", planted::meter_calls, "events", "calls about a meter reading", "Anrufe zum Zählerstand", one(events_of(call_meter), key, planted::meter_calls));
  t.add(8, "duplicate_letters", planted::duplicate_letters, "events", "confirmations sent once more by letter", "Doppelte Bestätigungen per Brief",
        one(events_of("Auftragsbestätigung per Brief"), key, planted::duplicate_letters));
  t.add(8, "duplicate_share", planted::duplicate_share, "share", "share of orders with that letter", "Anteil der Aufträge mit diesem Brief",
        ratio(ask("instances", ordered.contains("Auftragsbestätigung per Brief").f), ask("instances", ordered.f), planted::duplicate_share));
  t.add(8, "avoidable_euro", planted::avoidable_euro, "euro_a_year", "avoidable cost: calls at 8 €, letters at 1.10 €", "Vermeidbare Kosten: Anrufe zu 8 €, Briefe zu 1,10 €");
  auto share = to_json(Question{.plus = {ask(events_of(tr), key.f), ask(events_of(call_meter), key.f)}, .of = {calls}, .expected = planted::avoidable_call_share});
  t.add(8, "avoidable_call_share", planted::avoidable_call_share, "share", "their share of all calls", "Ihr Anteil an allen Anrufen", share);
}

void channels_and_service(Truth& t) {
  const auto key = Filter::key(), customer = Filter::customer();
  const auto contacts = ask("events", customer.event("channel", {""}, true).f);
  const auto channel = [&](std::string_view id, double share, json names, std::string_view en, std::string_view de) {
    t.add(9, id, share, "share", en, de, ratio(ask("events", customer.event("channel", std::move(names)).f), contacts, share));
  };
  channel("mail_share", planted::mail_share, {"E-Mail", "Brief"}, "contacts by mail and letter", "Kontakte per E-Mail und Brief");
  channel("portal_share", planted::portal_share, {"Portal"}, "contacts in the portal", "Kontakte im Portal");
  channel("app_share", planted::app_share, {"App"}, "contacts in the app", "Kontakte in der App");
  channel("hotline_share", planted::hotline_share, {"Hotline"}, "contacts by phone", "Kontakte am Telefon");
  channel("chat_share", planted::chat_share, {"Chat"}, "contacts in the chat", "Kontakte im Chat");
  channel("shop_share", planted::shop_share, {"Shop"}, "contacts in shops", "Kontakte in Filialen");
  t.add(9, "channel_change", planted::channel_change, "share", "matters that use more than one channel (mail and letter count as one)", "Vorgänge mit mehr als einem Kanal (E-Mail und Brief zählen als einer)");
  t.add(9, "monday_share", planted::monday_share, "share", "calls on Monday between 8 and 10", "Anrufe am Montag zwischen 8 und 10");

  const auto uses = key.contains(meter), mobile = uses.instance("Gerät", {device_name(Device::mobile)}), desktop = uses.instance("Gerät", {device_name(Device::desktop)});
  const auto calls = [&](const Filter& f, std::string_view use, std::string_view call) { return ask("instances", f.followed({use}, {call}, 7).f); };
  t.add(10, "meter_uses", planted::meter_uses, "events", "meter readings reported online", "Online gemeldete Zählerstände", one("instances", uses, planted::meter_uses));
  t.add(10, "meter_mobile", planted::meter_mobile, "share", "of these mobile", "Davon mobil", ratio(ask("instances", mobile.f), ask("instances", uses.f), planted::meter_mobile));
  t.add(10, "meter_call_mobile", planted::meter_call_mobile, "share", "call within seven days, mobile", "Anruf binnen sieben Tagen, mobil",
        ratio(calls(mobile, meter, call_meter), ask("instances", mobile.f), planted::meter_call_mobile));
  t.add(10, "meter_call_desktop", planted::meter_call_desktop, "share", "call within seven days, desktop", "Anruf binnen sieben Tagen, Desktop",
        ratio(calls(desktop, meter, call_meter), ask("instances", desktop.f), planted::meter_call_desktop));
  const auto solved = [&](const Filter& f, std::string_view use, std::string_view call, double expected) {
    return to_json(Question{.plus = {ask("instances", f.f)}, .minus = {calls(f, use, call)}, .of = {ask("instances", f.f)}, .expected = expected});
  };
  t.add(10, "meter_solved", planted::meter_solved, "share", "solved without a call", "Ohne Anruf gelöst", solved(uses, meter, call_meter, planted::meter_solved));
  t.add(10, "deposit_solved", planted::deposit_solved, "share", "Abschlag ändern solved without a call", "Abschlag ändern ohne Anruf gelöst",
        solved(key.contains("Abschlag ändern"), "Abschlag ändern", "Hotline: Abschlag", planted::deposit_solved));
}

void process(Truth& t) {
  const auto key = Filter::key(), ordered = key.contains(ab);
  const std::string fix = "Adresse korrigieren", offer = "Terminvorschlag per E-Mail";
  t.add(11, "credit_check_days", planted::credit_check_days, "days", "Bonitätsprüfung after the confirmation (DE and AT)", "Bonitätsprüfung nach der Bestätigung (DE und AT)",
        one(edge("edge_mean_s", ab, "Bonitätsprüfung"), key.shown({ab, "Bonitätsprüfung"}).instance("Markt", {"DE", "AT"}), planted::credit_check_days, 1.0 / 86400));
  t.add(11, "address_share", planted::address_share, "share", "orders with Adresse korrigieren", "Aufträge mit Adresse korrigieren",
        ratio(ask("instances", ordered.contains(fix).f), ask("instances", ordered.f), planted::address_share));
  const auto mean = [&](const Filter& f) { return ask(edge("edge_mean_s", ab, tt), f.shown({ab, tt}).f); };
  t.add(11, "address_days", planted::address_days, "days", "longer wait of these orders", "Längere Wartezeit dieser Aufträge",
        to_json(Question{.plus = {mean(key.contains(fix))}, .minus = {mean(key.contains_not(fix))}, .scale = 1.0 / 86400, .expected = planted::address_days}));
  t.add(11, "worst_handover", 1, "rank", "Sales to installation is the slowest handover between units (Terminvorschlag per E-Mail → Technikertermin)",
        "Vertrieb an Installation ist die langsamste Übergabe zwischen Bereichen (Terminvorschlag per E-Mail → Technikertermin)",
        one(fmt::format("slowest_edge_rank:{}>{}", offer, tt),
            key.contains(ab).shown({ab, "Bonitätsprüfung", fix, offer, tt, "Aktivierung"}), 1));
}

void outcomes(Truth& t, const World& w) {
  const auto key = Filter::key(), customer = Filter::customer();
  const auto buyers = customer.contains("Auftrag"), many = buyers.followed({tr}, {tr});
  const auto gone = [&](const Filter& f) { return ask("customers", f.followed({tt, "Stornierung"}, {"Kündigung"}, planted::churn_days).f); };
  t.add(12, "churn_many_calls", planted::churn_many_calls, "share", "terminations within 90 days of the order's end after two or more Terminrückfragen",
        "Kündigungen binnen 90 Tagen nach Ende des Auftrags bei zwei oder mehr Terminrückfragen", ratio(gone(many), ask("customers", many.f), planted::churn_many_calls));
  t.add(12, "churn_few_calls", planted::churn_few_calls, "share", "the same with at most one", "Dasselbe bei höchstens einer",
        to_json(Question{.plus = {gone(buyers)}, .minus = {gone(many)}, .of = {ask("customers", buyers.f)}, .of_minus = {ask("customers", many.f)}, .expected = planted::churn_few_calls}));
  const auto visits = customer.event("Anlass", {"Technikerbesuch"});
  t.add(12, "nps_announced", planted::nps_announced, "nps", "NPS of the technician's visit with Ankündigungsanruf", "NPS des Technikerbesuchs mit Ankündigungsanruf",
        nps(visits.contains("Ankündigungsanruf Techniker"), planted::nps_announced));
  t.add(12, "nps_unannounced", planted::nps_unannounced, "nps", "the same without", "Dasselbe ohne", nps(visits.contains_not("Ankündigungsanruf Techniker"), planted::nps_unannounced));

  const auto bavaria = key.contains(ab).instance("Region", {"Bayern"});
  const auto before = bavaria.period("2025-07-01", "2025-10-01", "started"), after = bavaria.period("2025-10-01", "2026-01-01", "started");
  const auto waits = [&](bool pilot) {
    return median(calendar_waits(w, [&](const Order& o) { return w.customers[o.customer].bavarian && (pilot ? o.pilot : !o.pilot && o.month() >= planted::first_month_after); }));
  };
  t.add(12, "pilot_before", planted::pilot_before, "working_days", "median wait in Bavaria, months 7 to 9", "Wartezeit in Bayern, Median, Monat 7 bis 9",
        one(edge("edge_median_s", ab, tt), before.shown({ab, tt}), waits(false)));
  t.add(12, "pilot_after", planted::pilot_after, "working_days", "the same from month 10 on, with the appointment in the Bestellstrecke", "Dasselbe ab Monat 10, mit Termin in der Bestellstrecke",
        one(edge("edge_median_s", ab, tt), after.shown({ab, tt}), waits(true)));
  auto calls = ratio(ask(events_of(tr), after.f), ask("instances", after.f), planted::pilot_calls);
  calls["relative_to"] = {{"plus", {ask(events_of(tr), before.f)}}, {"of", {ask("instances", before.f)}}};
  t.add(12, "pilot_calls", planted::pilot_calls, "share", "change of Terminrückfragen per order in the pilot", "Änderung der Terminrückfragen je Auftrag im Pilot", calls);
  const auto pilot_answers = customer.contains("Terminbuchung in der Bestellstrecke").contains("Auftrag").instance("Region", {"Bayern"}).event("Anlass", {"Glasfaseranschluss"});
  t.add(12, "pilot_answers", planted::pilot_answers, "answers", "answers from the pilot: too few to prove a change of NPS", "Antworten aus dem Pilot: zu wenige, um eine NPS-Änderung zu belegen",
        one("events", pilot_answers, planted::pilot_answers));

  const auto [from, to] = app_outage();
  t.add(12, "outage_days", planted::outage_days, "days", fmt::format("days without app events ({} to {}): a gap in the data, not behaviour", iso_plain(from).substr(0, 10), iso_plain(to - 1).substr(0, 10)),
        fmt::format("Tage ohne App-Ereignisse ({} bis {}): eine Datenlücke, kein Verhalten", german(from).substr(0, 10), german(to - 1).substr(0, 10)),
        one("events", customer.event("source", {"App"}).period(iso_plain(from).substr(0, 10), iso_plain(to).substr(0, 10), "cut"), 0));
  // The newsletter decoy: openers leave less often, but within portal users (and within the others) it makes no difference.
  std::set<uint32_t> opened;
  for (const auto& e : w.events)
    if (e.type == Type::newsletter_open) opened.insert(e.customer);
  const auto churn = [&](auto take) {
    double n = 0, left = 0;
    for (uint32_t i = 0; i < w.customers.size(); ++i)
      if (take(w.customers[i], opened.contains(i))) ++n, left += w.customers[i].terminated != never;
    return left / n;
  };
  const auto share = [&](const Filter& f, double expected) { return ratio(ask("customers", f.contains("Kündigung").f), ask("customers", f.f), expected); };
  const std::string open = "Newsletter geöffnet", login = "Portal-Login";
  const double yes = churn([](const Customer&, bool o) { return o; }), no = churn([](const Customer&, bool o) { return !o; });
  const double portal_yes = churn([](const Customer& c, bool o) { return c.portal && o; }), portal_no = churn([](const Customer& c, bool o) { return c.portal && !o; });
  t.add(12, "churn_openers", yes, "share", "newsletter openers who terminate", "Newsletter-Leser, die kündigen", share(customer.contains(open), yes), true);
  t.add(12, "churn_not_openers", no, "share", "others who terminate", "Andere, die kündigen", share(customer.contains_not(open), no), true);
  t.add(12, "churn_openers_portal", portal_yes, "share", "openers among portal users: no difference", "Leser unter Portalnutzern: kein Unterschied", share(customer.contains(login).contains(open), portal_yes), true);
  t.add(12, "churn_not_openers_portal", portal_no, "share", "others among portal users", "Andere unter Portalnutzern", share(customer.contains(login).contains_not(open), portal_no), true);
}
}  // namespace

std::string truth_json(const World& world) {
  Truth t;
  totals(t);
  suspect_and_culprit(t, world);
  map_and_paths(t);
  funnel_and_cost(t);
  channels_and_service(t);
  process(t);
  outcomes(t, world);
  const json out = {
      {"name", workspace_name}, {"seed", world.seed}, {"tolerance", 0.1},
      {"story", {{"de", "Alle geben dem Preisschreiben die Schuld. Es war die Übergabe."}, {"en", "Everyone blames the price letter. It was the handover."}}},
      {"months", {{"1", "2025-01"}, {"12", "2025-12"}}},
      {"run_out", "Orders of December are followed to their end; their events reach into March 2026."},
      {"working_days", "Time that lies on Mondays to Fridays, 24 hours each; holidays are not looked at."},
      {"how_to_read", "shown_by: value = scale * (plus - minus) / (of - of_minus), with relative_to: value / that - 1. Filters are those of POST /analysis/graph "
                      "with names in place of ids. what: instances, events, customers, nodes, nodes_mapped, nodes_unmapped of the answer; events:NAME; "
                      "edge_count|edge_mean_s|edge_median_s|edge_p90_s:FROM>TO; events_of_rank:R:NAME (0 where NAME does not lead); "
                      "variant_share:PATH, variant_rank:PATH, variant_share_with:R:NAME (share of rank R if it contains NAME); "
                      "slowest_edge_rank:FROM>TO by median among edges with at least 500 pairs. null: not shown in this release."},
      {"figures", t.figures()}};
  return out.dump(1);
}

}  // namespace lotse::demo
