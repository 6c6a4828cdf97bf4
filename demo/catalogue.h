#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

/// What can happen at the fictional provider: every event type as its system writes it, and the touchpoint behind it.
namespace lotse::demo {

enum class System : uint8_t { web, app, crm, erp, service, shop };
constexpr size_t system_count = 6;
enum class Channel : uint8_t { none, email, letter, portal, app, hotline, chat, shop };
std::string_view name(System);   ///< of the source in Lotse
std::string_view name(Channel);  ///< German; empty for none (what no customer notices)

enum class Type : uint8_t {
  // the way to an order
  search_ad, social_ad, comparison_site, product_page, availability_check, newsletter_open, newsletter_click, shop_advice, chat_advice,
  call_advice, app_hint,
  // a fibre order
  checkout, checkout_appointment, identity_check, order, confirmation, confirmation_letter, credit_check, address_fix, appointment_mail,
  call_appointment, announcement_call, technician, activation, welcome_call, access_letter, cancellation, visit_rating,
  // bills and meters
  invoice_mail, yearly_bill_letter, bill_view_web, bill_view_app, deposit_web, deposit_app, meter_web, meter_app, meter_card, call_meter,
  call_deposit, call_bill, chat_bill, price_letter, reminder_letter, sepa_letter,
  // everything else
  login, usage_web, usage_app, profile_change, password_mail, app_open, push_open, fault_web, fault_app, call_fault, chat_fault, move_web,
  call_move, move_mail, call_contract, chat_contract, shop_service, complaint, complaint_answer, receipt_mail, voice_menu, call_back,
  termination, termination_letter, nps_relation, nps_connection,
  count
};
constexpr size_t type_count = static_cast<size_t>(Type::count);

struct TypeInfo {
  Type type;
  System system;
  std::string_view raw;         ///< as the system writes it
  std::string_view touchpoint;  ///< the owned touchpoint, or `raw` again where nobody owns it
  Channel channel;
  bool by_us;                   ///< who acts: the company or the customer
  std::string_view unit;
  int cost_cents;
  bool owned;                   ///< stands on the map, with an owner
};
const TypeInfo& info(Type);
std::span<const TypeInfo> all_types();

/// The touchpoints on the map. `journey_phase` is the phase of the designed journeys.
struct TouchpointInfo {
  std::string_view name, owner, channel, journey_phase, description;
};
std::span<const TouchpointInfo> owned_touchpoints();

/// Letters and system mails that nobody owns.
std::span<const Type> letters_without_owner();
/// Touchpoints before an order: what attribution looks at.
std::span<const Type> path_touches();

/// Kinds of matters; each has its own number range.
enum class Matter : uint8_t { none, fibre_order, meter, deposit, bill, fault, contract, move, complaint };
std::string_view prefix(Matter);  ///< "GF" …
std::string_view name(Matter);    ///< German

}  // namespace lotse::demo
