#pragma once
#include <optional>
#include <string_view>

namespace lotse::hub {

/// Who began a contact, from the words that sources use ("inbound", "ausgehend", "Kunde", "by us", …): "by_customer" or
/// "by_us"; nothing for a word that says neither. Upper and lower case are alike.
std::optional<std::string_view> direction_word(std::string_view text);

}  // namespace lotse::hub
