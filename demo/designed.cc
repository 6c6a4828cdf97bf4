#include <nlohmann/json.hpp>

#include "demo/export.h"
#include "demo/planted.h"

/// The designed world: how files are read, touchpoints with their owners, personas, journeys, targets.
namespace lotse::demo {
namespace {
using json = nlohmann::ordered_json;

json identifier(std::string_view name, std::string_view kind) { return {{"column", name}, {"role", "identifier"}, {"kind", kind}}; }

json column(std::string_view name, std::string_view role, std::string_view as = "") {
  json c = {{"column", name}, {"role", role}};
  if (!as.empty()) c["name"] = as;
  return c;
}
}  // namespace

std::string sources_json() {
  json all = json::array();
  const auto source = [&](System s, json read, json columns, json fixed = json::object()) {
    json mapping = {{"read", std::move(read)}, {"columns", std::move(columns)}};
    for (auto& [key, value] : fixed.items()) mapping[key] = value;
    all.push_back({{"file", file_name(s)}, {"source_name", name(s)}, {"mapping", mapping}});
  };
  source(System::web,
         {{"format", "csv"}, {"encoding", "utf-8"}, {"delimiter", ","}, {"time_format", "iso"}, {"decimal", "point"}, {"header", true}},
         {column("customer_no", "customer"), column("case_no", "instance_key"), column("case_type", "event_attribute", "Vorgangsart"), column("event", "event_type"),
          column("timestamp", "time"), column("device", "event_attribute", "Gerät"), column("campaign", "event_attribute", "Kampagne"),
          column("product", "event_attribute", "Produkt"), column("cost_eur", "cost"), identifier("account_no", "account"), identifier("order_no", "order")},
         {{"channel", name(Channel::portal)}, {"direction", "by_customer"}, {"unit", "Online"}});
  source(System::app, {{"format", "csv"}, {"encoding", "utf-8"}, {"delimiter", ","}, {"time_format", "epoch_ms"}, {"header", true}},
         {column("uid", "customer"), column("case_no", "instance_key"), column("case_type", "event_attribute", "Vorgangsart"), column("event_name", "event_type"),
          column("ts", "time"), column("device", "event_attribute", "Gerät"), identifier("order_no", "order")},
         {{"channel", name(Channel::app)}, {"direction", "by_customer"}, {"unit", "Online"}});
  source(System::crm,
         {{"format", "csv"}, {"encoding", "utf-8"}, {"delimiter", ";"}, {"time_format", "iso"}, {"time_zone", "Europe/Berlin"}, {"decimal", "comma"}, {"header", true}},
         {column("Kundennummer", "customer"), column("Vorgangsnummer", "instance_key"), column("Vorgangsart", "event_attribute"), column("Aktivität", "event_type"),
          column("Zeitpunkt", "time"), column("Kanal", "channel"), column("Richtung", "direction"), column("Bereich", "unit"), column("Kosten", "cost"),
          column("Gerät", "event_attribute"), column("Ergebnis", "event_attribute"), column("Versuche", "event_attribute"), column("Kampagne", "event_attribute"), column("Wartezeit", "event_attribute"),
          column("Anlass", "event_attribute"), column("Score", "event_attribute"), column("Kommentar", "event_attribute"), column("Sprache", "event_attribute"),
          identifier("Firmennummer", "account"), identifier("Vertragsnummer", "contract"), identifier("Auftragsnummer", "order")});
  source(System::erp,
         {{"format", "csv"}, {"encoding", "utf-8"}, {"delimiter", ";"}, {"time_format", "german"}, {"time_zone", "Europe/Berlin"}, {"decimal", "comma"}, {"header", true}},
         {column("Kunden-Nr.", "customer"), column("Vorgang", "instance_key"), column("Vorgangsart", "event_attribute"), column("Buchungstext", "event_type"),
          column("Buchungsdatum", "time"), column("Versandweg", "channel"), column("Richtung", "direction"), column("Abteilung", "unit"), column("Kosten", "cost"),
          column("Wartezeit", "event_attribute"), column("Markt", "customer_attribute"), column("Region", "customer_attribute"),
          column("Vertragsart", "customer_attribute"), column("Segment", "customer_attribute"),
          identifier("Firma-Nr.", "account"), identifier("Vertrags-Nr.", "contract"), identifier("Auftrags-Nr.", "order")});
  source(System::service,
         {{"format", "csv"}, {"encoding", "windows-1252"}, {"delimiter", ";"}, {"time_format", "german"}, {"time_zone", "Europe/Berlin"}, {"decimal", "comma"}, {"header", true}},
         {column("Kundennr", "customer"), column("Vorgangsnr", "instance_key"), column("Vorgangsart", "event_attribute"), column("Anliegen", "event_type"),
          column("Beginn", "time"), column("Kanal", "channel"), column("Richtung", "direction"), column("Team", "unit"), column("Kosten", "cost"),
          column("Mitarbeiter", "pseudonymise"), column("Notiz", "event_attribute", "Kommentar"), column("Sprache", "event_attribute"),
          identifier("Firmennr", "account"), identifier("Vertragsnr", "contract"), identifier("Auftragsnr", "order")});
  source(System::shop, {{"format", "csv"}, {"encoding", "utf-8"}, {"delimiter", "\t"}, {"time_format", "iso"}, {"decimal", "point"}, {"header", true}},
         {column("Kunde", "customer"), column("Vorgang", "instance_key"), column("Vorgangsart", "event_attribute"), column("Anlass", "event_type"), column("Zeit", "time"),
          column("Filiale", "event_attribute"), column("Kosten", "cost")},
         {{"channel", name(Channel::shop)}, {"direction", "by_customer"}, {"unit", "Filialen"}});
  return all.dump(1);
}

std::string touchpoints_json() {
  json all = json::array();
  for (const auto& t : owned_touchpoints()) {
    json types = json::array();
    bool by_us = false;
    for (const auto& type : all_types())
      if (type.owned && type.touchpoint == t.name) types.push_back(type.raw), by_us = type.by_us;
    all.push_back({{"name", t.name}, {"owner", t.owner}, {"channel", t.channel}, {"direction", by_us ? "by_us" : "by_customer"},
                   {"phase", t.journey_phase}, {"description", t.description}, {"event_types", types}});
  }
  return all.dump(1);
}

std::string personas_json() {
  const auto persona = [](std::string_view segment, std::string_view name, std::string_view en, std::string_view de, json needs, std::string_view channel) {
    return json{{"segment", segment}, {"name", name}, {"summary", {{"de", de}, {"en", en}}}, {"needs", std::move(needs)}, {"preferred_channel", channel}};
  };
  json all = json::array();
  all.push_back(persona(segment_name(0), "Die Vernetzte", "Does everything in portal and app; calls only when a process breaks.",
                        "Erledigt alles in Portal und App; ruft nur an, wenn ein Ablauf abbricht.", {"Status jederzeit sehen", "Termin selbst wählen"}, "Portal"));
  all.push_back(persona(segment_name(1), "Der Hausherr", "Plans ahead, wants fixed dates and one contact person.",
                        "Plant voraus, möchte feste Termine und einen Ansprechpartner.", {"Verlässlicher Termin", "Ein Ansprechpartner"}, "Hotline"));
  all.push_back(persona(segment_name(2), "Die Treue", "Customer for decades; trusts letters and the shop.",
                        "Seit Jahrzehnten Kundin; vertraut Briefen und der Filiale.", {"Verständliche Briefe", "Beratung in der Filiale"}, "Shop"));
  all.push_back(persona(segment_name(3), "Der Umzieher", "Moves every two years, compares prices, decides on the phone.",
                        "Zieht alle zwei Jahre um, vergleicht Preise, entscheidet am Handy.", {"Schnell online", "Günstiger Preis"}, "App"));
  return all.dump(1);
}

std::string journeys_json() {
  json all = json::array();
  all.push_back({{"name", "Glasfaser bestellen"}, {"owner", "Leitung Vertrieb"},
                 {"goal", {{"de", "In fünf Arbeitstagen von der Bestätigung zum Technikertermin"}, {"en", "From confirmation to the technician's visit in five working days"}}},
                 {"slice", "key"}, {"matter", name(Matter::fibre_order)},
                 {"path", {"Bestellstrecke", "Identitätsprüfung", "Auftrag", "Auftragsbestätigung", "Bonitätsprüfung", "Terminvorschlag per E-Mail",
                           "Ankündigungsanruf Techniker", "Technikertermin", "Aktivierung"}},
                 {"optional", {"Willkommensanruf"}}});
  all.push_back({{"name", "Zählerstand melden"}, {"owner", "Leitung Abrechnung"},
                 {"goal", {{"de", "Ohne Anruf erledigt"}, {"en", "Done without a call"}}}, {"slice", "key"}, {"matter", name(Matter::meter)},
                 {"path", {"Zählerstand online melden"}}, {"optional", json::array()}});
  all.push_back({{"name", "Umziehen"}, {"owner", "Leitung Kundenservice"},
                 {"goal", {{"de", "Umzug mit einer Meldung erledigt"}, {"en", "One report settles the move"}}}, {"slice", "key"}, {"matter", name(Matter::move)},
                 {"path", {"Umzug melden"}}, {"optional", {"Hotline: Umzug"}}});
  return all.dump(1);
}

std::string segments_json() {
  json all = json::array();
  const auto contains = [](std::string_view t) { return json{{"kind", "contains"}, {"touchpoints", {t}}}; };
  const auto is = [](std::string_view attribute, json values) { return json::array({{{"attribute", attribute}, {"values", std::move(values)}}}); };
  const auto segment = [&](std::string_view as, json filter) {
    filter["slice"] = {{"kind", "key"}};
    all.push_back({{"name", as}, {"filter", std::move(filter)}});
  };
  const json ordered = json::array({contains("Auftragsbestätigung")});
  segment("Glasfaseraufträge", {{"sequences", ordered}});
  segment("Glasfaser DE und AT, Januar bis Juni",
          {{"sequences", ordered}, {"instance_attributes", is("Markt", {"DE", "AT"})}, {"from", "2025-01-01"}, {"to", "2025-07-01"}, {"period_mode", "started"}});
  segment("Glasfaser DE und AT, Juli bis Dezember",
          {{"sequences", ordered}, {"instance_attributes", is("Markt", {"DE", "AT"})}, {"from", "2025-07-01"}, {"to", "2026-01-01"}, {"period_mode", "started"}});
  segment("Glasfaser Schweiz", {{"sequences", ordered}, {"instance_attributes", is("Markt", {"CH"})}});
  segment("Pilot Bayern: Termin in der Bestellstrecke",
          {{"sequences", ordered}, {"instance_attributes", is("Region", {"Bayern"})}, {"from", "2025-10-01"}, {"to", "2026-01-01"}, {"period_mode", "started"}});
  segment("Storniert nach über 10 Arbeitstagen", {{"sequences", json::array({contains("Stornierung")})}, {"instance_attributes", is("Wartezeit", {wait_name(Wait::late)})}});
  segment("Zählerstand online, danach Anruf binnen 7 Tagen",
          {{"sequences", json::array({{{"kind", "eventually_followed"}, {"touchpoints", {"Zählerstand online melden"}}, {"then", {"Hotline: Zählerstand"}}, {"within_s", 7 * 86400}}})}});
  return all.dump(1);
}

std::string targets_json() {
  json all = json::array();
  const auto target = [&](std::string_view de, std::string_view en, double value, std::string_view unit, std::string_view better) {
    all.push_back({{"name", {{"de", de}, {"en", en}}}, {"target", value}, {"unit", unit}, {"better", better}});
  };
  target("Auftragsbestätigung bis Technikertermin, Median", "Confirmation to technician's visit, median", planted::wait_target, "working_days", "lower");
  target("NPS, alle Antworten", "NPS, all answers", 25, "nps", "higher");
  target("Identitätsprüfung bestanden", "Identity check passed", 0.85, "share", "higher");
  target("Zählerstand ohne Anruf gelöst", "Meter reading solved without a call", 0.85, "share", "higher");
  target("Terminrückfragen je Auftrag", "Appointment calls per order", 0.2, "calls_per_order", "lower");
  return all.dump(1);
}

}  // namespace lotse::demo
