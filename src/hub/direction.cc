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
}  // namespace

std::optional<std::string_view> direction_word(std::string_view text) {
  if (text.size() > 16) return std::nullopt;
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c); });
  if (std::ranges::find(customer_words, lower) != customer_words.end()) return "by_customer";
  if (std::ranges::find(us_words, lower) != us_words.end()) return "by_us";
  return std::nullopt;
}

}  // namespace lotse::hub
