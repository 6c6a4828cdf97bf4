#include "hub/direction.h"

#include <algorithm>
#include <array>
#include <string>

namespace lotse::hub {

namespace {
// From the company's point of view, as telephone systems and mail servers write it: what comes in is the customer's.
constexpr std::array<std::string_view, 17> customer_words = {"by_customer", "by customer", "inbound", "in", "incoming", "eingehend", "eingang", "customer", "kunde",
                                                             "vom kunden", "durch kunde", "durch kunden", "received", "empfangen", "from customer", "i", "e"};
constexpr std::array<std::string_view, 17> us_words = {"by_us", "by us", "outbound", "out", "outgoing", "ausgehend", "ausgang", "company", "unternehmen",
                                                       "von uns", "durch uns", "wir", "sent", "gesendet", "to customer", "o", "a"};
constexpr std::array<std::string_view, 10> partner_words = {"by_partner", "by partner", "partner", "vom partner", "durch partner", "dealer", "händler", "supplier", "dienstleister", "third party"};
constexpr std::array<std::string_view, 15> machine_words = {"by_machine", "by machine", "machine", "maschine", "system", "automat", "automatic", "automatisch", "bot", "chatbot",
                                                            "voicebot", "robot", "api", "durch maschine", "device"};
}  // namespace

std::optional<std::string_view> direction_word(std::string_view text) {
  if (text.size() > 16) return std::nullopt;
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c); });
  if (std::ranges::find(customer_words, lower) != customer_words.end()) return "by_customer";
  if (std::ranges::find(us_words, lower) != us_words.end()) return "by_us";
  if (std::ranges::find(partner_words, lower) != partner_words.end()) return "by_partner";
  if (std::ranges::find(machine_words, lower) != machine_words.end()) return "by_machine";
  return std::nullopt;
}

}  // namespace lotse::hub
