#include "demo/catalogue.h"

#include "base/result.h"

namespace lotse::demo {
namespace {
using S = System;
using C = Channel;
using T = Type;
constexpr bool us = true, them = false, owned = true, nobody = false;

constexpr std::string_view sales = "Vertrieb", online = "Online", marketing = "Marketing", finance = "Finanzen", data = "Stammdaten",
                           installation = "Installation", service = "Kundenservice", billing = "Abrechnung", stores = "Filialen",
                           research = "Marktforschung";

constexpr TypeInfo types[] = {
    {T::search_ad, S::web, "ad_click_search", "Suchanzeige", C::portal, them, marketing, 90, owned},
    {T::social_ad, S::web, "ad_click_social", "Social-Media-Anzeige", C::portal, them, marketing, 60, owned},
    {T::comparison_site, S::web, "referral_comparison", "Vergleichsportal", C::portal, them, marketing, 0, owned},
    {T::product_page, S::web, "page_fibre", "Produktseite Glasfaser", C::portal, them, online, 0, owned},
    {T::availability_check, S::web, "availability_checked", "Verfügbarkeitsprüfung", C::portal, them, online, 0, owned},
    {T::newsletter_open, S::crm, "Newsletter geöffnet", "Newsletter geöffnet", C::email, them, marketing, 0, owned},
    {T::newsletter_click, S::web, "newsletter_click", "Newsletter-Klick", C::portal, them, marketing, 0, owned},
    {T::shop_advice, S::shop, "Beratungsgespräch", "Shop-Beratung", C::shop, them, stores, 900, owned},
    {T::chat_advice, S::service, "Chat: Produktberatung", "Chat: Produktberatung", C::chat, them, service, 400, owned},
    {T::call_advice, S::service, "Hotline: Produktberatung", "Hotline: Produktberatung", C::hotline, them, service, 800, owned},
    {T::app_hint, S::app, "fibre_banner_open", "fibre_banner_open", C::app, them, online, 0, nobody},

    {T::checkout, S::web, "checkout_start", "Bestellstrecke", C::portal, them, online, 0, owned},
    {T::checkout_appointment, S::web, "checkout_appointment", "Terminbuchung in der Bestellstrecke", C::portal, them, online, 0, owned},
    {T::identity_check, S::crm, "Identitätsprüfung", "Identitätsprüfung", C::portal, them, sales, 50, owned},
    {T::order, S::erp, "Auftrag angelegt", "Auftrag", C::none, us, sales, 0, owned},
    {T::confirmation, S::crm, "Auftragsbestätigung", "Auftragsbestätigung", C::email, us, sales, 0, owned},
    {T::confirmation_letter, S::erp, "Auftragsbestätigung per Brief", "Auftragsbestätigung per Brief", C::letter, us, billing, 110, nobody},
    {T::credit_check, S::erp, "Bonitätsprüfung", "Bonitätsprüfung", C::none, us, finance, 30, owned},
    {T::address_fix, S::crm, "Adresse korrigieren", "Adresse korrigieren", C::none, us, data, 600, nobody},
    {T::appointment_mail, S::crm, "Terminvorschlag per E-Mail", "Terminvorschlag per E-Mail", C::email, us, sales, 0, owned},
    {T::call_appointment, S::service, "Hotline: Terminrückfrage", "Hotline: Terminrückfrage", C::hotline, them, service, 800, owned},
    {T::announcement_call, S::service, "Ankündigungsanruf", "Ankündigungsanruf Techniker", C::hotline, us, installation, 250, owned},
    {T::technician, S::erp, "Technikertermin", "Technikertermin", C::none, us, installation, 9500, owned},
    {T::activation, S::erp, "Aktivierung", "Aktivierung", C::none, us, installation, 0, owned},
    {T::welcome_call, S::service, "Willkommensanruf", "Willkommensanruf", C::hotline, us, service, 350, owned},
    {T::access_letter, S::erp, "Zugangsdaten per Brief", "Zugangsdaten per Brief", C::letter, us, installation, 110, nobody},
    {T::cancellation, S::crm, "Stornierung", "Stornierung", C::none, them, sales, 0, owned},
    {T::visit_rating, S::crm, "Bewertung Technikerbesuch", "Bewertung Technikerbesuch", C::none, them, research, 0, nobody},

    {T::invoice_mail, S::erp, "Rechnung per E-Mail", "Rechnung per E-Mail", C::email, us, billing, 0, owned},
    {T::yearly_bill_letter, S::erp, "Jahresrechnung per Brief", "Jahresrechnung per Brief", C::letter, us, billing, 110, owned},
    {T::bill_view_web, S::web, "bill_viewed", "Rechnung ansehen", C::portal, them, online, 0, owned},
    {T::bill_view_app, S::app, "bill_open", "Rechnung ansehen", C::app, them, online, 0, owned},
    {T::deposit_web, S::web, "deposit_changed", "Abschlag ändern", C::portal, them, online, 0, owned},
    {T::deposit_app, S::app, "deposit_change", "Abschlag ändern", C::app, them, online, 0, owned},
    {T::meter_web, S::web, "meter_reading_submitted", "Zählerstand online melden", C::portal, them, online, 0, owned},
    {T::meter_app, S::app, "meter_reading", "Zählerstand online melden", C::app, them, online, 0, owned},
    {T::meter_card, S::erp, "Ablesekarte per Brief", "Ablesekarte per Brief", C::letter, us, billing, 110, nobody},
    {T::call_meter, S::service, "Hotline: Zählerstand", "Hotline: Zählerstand", C::hotline, them, service, 800, owned},
    {T::call_deposit, S::service, "Hotline: Abschlag", "Hotline: Abschlag", C::hotline, them, service, 800, owned},
    {T::call_bill, S::service, "Hotline: Rechnung", "Hotline: Rechnung", C::hotline, them, service, 800, owned},
    {T::chat_bill, S::service, "Chat: Rechnung", "Chat: Rechnung", C::chat, them, service, 400, owned},
    {T::price_letter, S::erp, "Preisanpassungsschreiben", "Preisanpassungsschreiben", C::letter, us, billing, 110, owned},
    {T::reminder_letter, S::erp, "Mahnung per Brief", "Mahnung per Brief", C::letter, us, billing, 110, nobody},
    {T::sepa_letter, S::erp, "SEPA-Mandat per Brief", "SEPA-Mandat per Brief", C::letter, us, billing, 110, nobody},

    {T::login, S::web, "login", "Portal-Login", C::portal, them, online, 0, owned},
    {T::usage_web, S::web, "usage_viewed", "Verbrauch ansehen", C::portal, them, online, 0, owned},
    {T::usage_app, S::app, "usage_open", "Verbrauch ansehen", C::app, them, online, 0, owned},
    {T::profile_change, S::web, "profile_changed", "profile_changed", C::portal, them, online, 0, nobody},
    {T::password_mail, S::crm, "Passwort-Mail", "Passwort-Mail", C::email, us, online, 0, nobody},
    {T::app_open, S::app, "app_open", "App geöffnet", C::app, them, online, 0, owned},
    {T::push_open, S::app, "push_open", "push_open", C::app, them, marketing, 0, nobody},
    {T::fault_web, S::web, "fault_reported", "Störung melden", C::portal, them, online, 0, owned},
    {T::fault_app, S::app, "fault_report", "Störung melden", C::app, them, online, 0, owned},
    {T::call_fault, S::service, "Hotline: Störung", "Hotline: Störung", C::hotline, them, service, 800, owned},
    {T::chat_fault, S::service, "Chat: Störung", "Chat: Störung", C::chat, them, service, 400, owned},
    {T::move_web, S::web, "move_reported", "Umzug melden", C::portal, them, online, 0, owned},
    {T::call_move, S::service, "Hotline: Umzug", "Hotline: Umzug", C::hotline, them, service, 800, owned},
    {T::move_mail, S::crm, "Umzugsbestätigung per E-Mail", "Umzugsbestätigung per E-Mail", C::email, us, billing, 0, nobody},
    {T::call_contract, S::service, "Hotline: Vertrag", "Hotline: Vertrag", C::hotline, them, service, 800, owned},
    {T::chat_contract, S::service, "Chat: Vertrag", "Chat: Vertrag", C::chat, them, service, 400, nobody},
    {T::shop_service, S::shop, "Serviceanliegen", "Serviceanliegen", C::shop, them, stores, 700, nobody},
    {T::complaint, S::service, "Hotline: Beschwerde", "Hotline: Beschwerde", C::hotline, them, service, 800, owned},
    {T::complaint_answer, S::crm, "Beschwerde beantwortet", "Beschwerde beantwortet", C::email, us, service, 0, owned},
    {T::receipt_mail, S::crm, "Eingangsbestätigung per E-Mail", "Eingangsbestätigung per E-Mail", C::email, us, service, 0, nobody},
    {T::voice_menu, S::service, "Sprachmenü ohne Gespräch", "Sprachmenü ohne Gespräch", C::hotline, them, service, 40, nobody},
    {T::call_back, S::service, "Rückruf", "Rückruf", C::hotline, us, service, 500, nobody},
    {T::termination, S::crm, "Kündigung", "Kündigung", C::none, them, sales, 0, owned},
    {T::termination_letter, S::erp, "Kündigungsbestätigung per Brief", "Kündigungsbestätigung per Brief", C::letter, us, billing, 110, nobody},
    {T::nps_relation, S::crm, "NPS-Antwort (Beziehung)", "NPS-Befragung", C::none, them, research, 0, owned},
    {T::nps_connection, S::crm, "NPS-Antwort (Glasfaseranschluss)", "NPS-Befragung", C::none, them, research, 0, owned},
};
static_assert(std::size(types) == type_count);

constexpr std::string_view p_inform = "Informieren", p_buy = "Bestellen", p_wait = "Warten auf den Anschluss", p_start = "Starten",
                           p_use = "Nutzen", p_help = "Hilfe", p_end = "Abschied";
constexpr std::string_view o_marketing = "Leitung Marketing", o_online = "Leitung Online", o_stores = "Leitung Filialen",
                           o_service = "Leitung Kundenservice", o_sales = "Leitung Vertrieb", o_install = "Leitung Installation",
                           o_billing = "Leitung Abrechnung", o_finance = "Leitung Finanzen", o_research = "Leitung Marktforschung";
constexpr std::string_view c_portal = "Portal", c_app = "App", c_mail = "E-Mail", c_letter = "Brief", c_hotline = "Hotline",
                           c_chat = "Chat", c_shop = "Shop", c_site = "Vor Ort", c_ad = "Anzeige", c_social = "Social Media", c_none = "";

constexpr TouchpointInfo touchpoints[] = {
    {"Suchanzeige", o_marketing, c_ad, p_inform, "Klick auf eine bezahlte Anzeige in der Suche"},
    {"Social-Media-Anzeige", o_marketing, c_social, p_inform, "Klick auf eine Anzeige in sozialen Netzen"},
    {"Vergleichsportal", o_marketing, c_portal, p_inform, "Besuch über ein Vergleichsportal"},
    {"Produktseite Glasfaser", o_online, c_portal, p_inform, "Seite mit Tarifen und Ablauf"},
    {"Verfügbarkeitsprüfung", o_online, c_portal, p_inform, "Ist Glasfaser an meiner Adresse zu haben?"},
    {"Newsletter geöffnet", o_marketing, c_mail, p_inform, "Monatlicher Newsletter"},
    {"Newsletter-Klick", o_marketing, c_portal, p_inform, "Klick im Newsletter auf ein Angebot"},
    {"Shop-Beratung", o_stores, c_shop, p_inform, "Gespräch in der Filiale vor dem Kauf"},
    {"Chat: Produktberatung", o_service, c_chat, p_inform, "Beratung im Chat vor dem Kauf"},
    {"Hotline: Produktberatung", o_service, c_hotline, p_inform, "Beratung am Telefon vor dem Kauf"},
    {"Bestellstrecke", o_online, c_portal, p_buy, "Beginn einer Bestellung im Portal"},
    {"Terminbuchung in der Bestellstrecke", o_online, c_portal, p_buy, "Technikertermin wird beim Bestellen gewählt (Schweiz; Pilot in Bayern)"},
    {"Identitätsprüfung", o_sales, c_portal, p_buy, "Prüfung per Video oder Foto; Versuche stehen als Merkmal dabei"},
    {"Auftrag", o_sales, c_none, p_buy, "Auftrag im ERP angelegt"},
    {"Auftragsbestätigung", o_sales, c_mail, p_buy, "Bestätigung per E-Mail; ab hier zählt das Versprechen von fünf Arbeitstagen"},
    {"Bonitätsprüfung", o_finance, c_none, p_wait, "Läuft nachts; in der Schweiz schon vor der Bestätigung"},
    {"Terminvorschlag per E-Mail", o_sales, c_mail, p_wait, "Ankündigung, dass der Vertrieb den Auftrag an die Installation übergeben hat"},
    {"Hotline: Terminrückfrage", o_service, c_hotline, p_wait, "Wann kommt der Techniker?"},
    {"Ankündigungsanruf Techniker", o_install, c_hotline, p_wait, "Anruf am Tag vor dem Termin"},
    {"Technikertermin", o_install, c_site, p_wait, "Besuch beim Kunden"},
    {"Aktivierung", o_install, c_none, p_start, "Der Anschluss geht in Betrieb"},
    {"Willkommensanruf", o_service, c_hotline, p_start, "Anruf in der ersten Woche nach der Aktivierung"},
    {"Stornierung", o_sales, c_none, p_end, "Auftrag vor dem Technikertermin storniert"},
    {"Rechnung per E-Mail", o_billing, c_mail, p_use, "Monatliche Rechnung"},
    {"Jahresrechnung per Brief", o_billing, c_letter, p_use, "Für Kunden ohne E-Mail-Rechnung"},
    {"Rechnung ansehen", o_online, c_portal, p_use, "Im Portal oder in der App"},
    {"Abschlag ändern", o_online, c_portal, p_use, "Im Portal oder in der App"},
    {"Zählerstand online melden", o_online, c_portal, p_use, "Im Portal oder in der App"},
    {"Hotline: Zählerstand", o_service, c_hotline, p_help, "Anruf zum Zählerstand"},
    {"Hotline: Abschlag", o_service, c_hotline, p_help, "Anruf zum Abschlag"},
    {"Hotline: Rechnung", o_service, c_hotline, p_help, "Anruf zur Rechnung oder zum Preis"},
    {"Chat: Rechnung", o_service, c_chat, p_help, "Frage zur Rechnung im Chat"},
    {"Preisanpassungsschreiben", o_billing, c_letter, p_use, "Brief vom April"},
    {"Portal-Login", o_online, c_portal, p_use, "Anmeldung im Kundenportal"},
    {"Verbrauch ansehen", o_online, c_portal, p_use, "Im Portal oder in der App"},
    {"App geöffnet", o_online, c_app, p_use, "Start der App"},
    {"Störung melden", o_online, c_portal, p_help, "Im Portal oder in der App"},
    {"Hotline: Störung", o_service, c_hotline, p_help, "Anruf zu einer Störung"},
    {"Chat: Störung", o_service, c_chat, p_help, "Störung im Chat"},
    {"Umzug melden", o_online, c_portal, p_use, "Im Portal"},
    {"Hotline: Umzug", o_service, c_hotline, p_help, "Anruf zum Umzug"},
    {"Hotline: Vertrag", o_service, c_hotline, p_help, "Anruf zum Vertrag"},
    {"Hotline: Beschwerde", o_service, c_hotline, p_help, "Beschwerde am Telefon"},
    {"Beschwerde beantwortet", o_service, c_mail, p_help, "Antwort auf eine Beschwerde"},
    {"Kündigung", o_sales, c_none, p_end, "Kündigung des Vertrags"},
    {"NPS-Befragung", o_research, c_none, p_use, "Antworten mit Wert von 0 bis 10 und Kommentar"},
};
constexpr Type letters[] = {T::confirmation_letter, T::access_letter, T::reminder_letter, T::sepa_letter, T::meter_card,
                            T::termination_letter, T::move_mail, T::password_mail, T::receipt_mail};
constexpr Type touches[] = {T::search_ad, T::social_ad, T::comparison_site, T::product_page, T::availability_check, T::newsletter_click,
                            T::shop_advice, T::chat_advice, T::call_advice, T::app_hint};
}  // namespace

const TypeInfo& info(Type type) {
  const auto& found = types[static_cast<size_t>(type)];
  ensure(found.type == type, "the table of event types stands in the order of the enum");
  return found;
}
std::span<const TypeInfo> all_types() { return types; }
std::span<const TouchpointInfo> owned_touchpoints() { return touchpoints; }
std::span<const Type> letters_without_owner() { return letters; }
std::span<const Type> path_touches() { return touches; }

std::string_view name(System s) {
  constexpr std::string_view names[] = {"Web-Portal", "App", "CRM", "ERP", "Servicecenter", "Shop"};
  return names[static_cast<size_t>(s)];
}
std::string_view name(Channel c) {
  constexpr std::string_view names[] = {"", "E-Mail", "Brief", "Portal", "App", "Hotline", "Chat", "Shop"};
  return names[static_cast<size_t>(c)];
}
std::string_view prefix(Matter m) {
  constexpr std::string_view names[] = {"", "GF", "ZS", "AB", "RE", "ST", "VT", "UM", "BE"};
  return names[static_cast<size_t>(m)];
}
std::string_view name(Matter m) {
  constexpr std::string_view names[] = {"", "Glasfaserauftrag", "Zählerstand", "Abschlag", "Rechnung", "Störung", "Vertrag", "Umzug", "Beschwerde"};
  return names[static_cast<size_t>(m)];
}

}  // namespace lotse::demo
