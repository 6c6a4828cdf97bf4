#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/describe.h"

namespace lotse::identity {

/// What an identifier is, from the strongest to the weakest: a strong one names a person or an account, a weak one a thing
/// that persons may share.
enum class Kind : uint8_t { customer, user_id, crm, erp, account, contract, order, email, phone, device, anonymous_id };
inline constexpr size_t kind_count = 11;
constexpr auto describe(Kind) {
  return json_enum("IdentifierKind", value(Kind::customer, "customer"), value(Kind::user_id, "user_id"), value(Kind::crm, "crm"), value(Kind::erp, "erp"),
                   value(Kind::account, "account"), value(Kind::contract, "contract"), value(Kind::order, "order"), value(Kind::email, "email"),
                   value(Kind::phone, "phone"), value(Kind::device, "device"), value(Kind::anonymous_id, "anonymous_id"));
}

/// An identifier as a source tells it.
struct Identifier {
  Kind kind = Kind::customer;
  std::string value;
};

/// Without outer blanks; e-mail addresses in lower case; of phone numbers the digits, without the 00 of a country's code.
/// Empty where it is none: an address without @, a number of less than five digits.
std::string normalised(Kind kind, std::string_view value);

/// The text under which the vault knows an identifier. Customer numbers, user ids and anonymous ids share one space of names, for
/// sources mix them; all others have their own, so that order 1001 is not customer 1001. `value` is normalised.
std::string vault_text(Kind kind, std::string_view value);

/// The way back: what a text of the vault says. No kind where the text has none of its own.
struct Shown {
  std::optional<Kind> kind;
  std::string_view value;  ///< of the text given
};
Shown shown(std::string_view vault_text);

/// The form in which values are compared with the list of those that are never unique: trimmed, ASCII letters in lower case.
std::string compared(std::string_view value);

}  // namespace lotse::identity
