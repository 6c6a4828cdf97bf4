#pragma once
#include <optional>
#include <string_view>

namespace lotse::hub {

/// Who acted, from the words that sources use ("inbound", "ausgehend", "Kunde", "by us", "Partner", "bot", …): "by_customer",
/// "by_us", "by_partner" or "by_machine"; nothing for a word that says none of them. Upper and lower case are alike.
std::optional<std::string_view> direction_word(std::string_view text);

}  // namespace lotse::hub
