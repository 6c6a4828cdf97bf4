#pragma once
#include <cstdint>

/// Every figure that the story of the demo rests on, as planned. The simulation aims at them, the truth file repeats them,
/// and the tests count them in the written files.
namespace lotse::demo::planted {

constexpr int customers = 50'000, calls = 60'000;
constexpr double share_de = 0.70, share_at = 0.18, share_ch = 0.12;
constexpr int orders = 12'600, orders_a_month_before = 700, orders_a_month_after = 1'400, first_month_after = 7;

// 1 false suspect
constexpr int price_letter_month = 4, price_weeks = 5;
constexpr double bill_calls_rise = 0.85, nps_price_change = -9, nps_begin = 24, nps_end = 11;
// 2 real culprit, 3 better market (working days from Auftragsbestätigung to Technikertermin)
constexpr double wait_target = 5, wait_before = 5.2, wait_after = 11.4, wait_after_p90 = 23, wait_ch = 3.8;
constexpr double nps_in_time = 38, nps_late = -31, late_days = 10;
// 4 unknown touchpoints
constexpr int touchpoints_in_data = 64, touchpoints_on_map = 46, letters_without_owner = 9, invoice_mails = 520'000;
constexpr double welcome_call_reach = 0.006;
// 5 the planned path is rare
constexpr int designed_rank = 4;
constexpr double designed_share = 0.09, leader_share = 0.21;
// 6 path to purchase
constexpr double path_touches = 5, path_days = 16, path_channels = 3, search_last_click = 0.39, shop_last_click = 0.06,
                 conversion_without_shop = 0.18, conversion_with_shop = 0.34;
// 7 funnel
constexpr int checkouts = 24'000, identity_checks = 16'800, activations = 11'340, cancellations = 1'260;
constexpr double identity_mobile = 0.62, identity_desktop = 0.91, mobile_share = 0.55, mobile_attempts = 2.7, cancelled_late = 0.80;
// 8 avoidable cost
constexpr int appointment_calls = 10'080, meter_calls = 5'640, duplicate_letters = 8'946;
constexpr double duplicate_share = 0.71, call_cost = 8.00, letter_cost = 1.10, avoidable_euro = 136'000, avoidable_call_share = 0.26;
// 9 channels
constexpr double mail_share = 0.46, portal_share = 0.27, app_share = 0.12, hotline_share = 0.08, chat_share = 0.04, shop_share = 0.03;
constexpr double channel_change = 0.34, monday_share = 0.23;
// 10 self-service
constexpr int meter_uses = 20'000;
constexpr double meter_mobile = 0.60, meter_call_mobile = 0.41, meter_call_desktop = 0.09, meter_solved = 0.72, deposit_solved = 0.88;
// 11 the process behind (calendar days)
constexpr double credit_check_days = 2, address_share = 0.13, address_days = 6;
// 12 outcome, effect, traps
constexpr double churn_many_calls = 0.14, churn_few_calls = 0.03, nps_announced = 52, nps_unannounced = 18;
constexpr int churn_days = 90, pilot_month = 10, pilot_answers = 38, outage_days = 3;
constexpr double pilot_before = 11.4, pilot_after = 4.5, pilot_calls = -0.58;

}  // namespace lotse::demo::planted
