#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// Text mining of free texts; here: what names a person in them.
namespace lotse::text {

struct Redactions {
  uint32_t emails = 0, phones = 0, ibans = 0, cards = 0;
  uint32_t total() const { return emails + phones + ibans + cards; }
};

/// Puts [E-Mail], [Telefon], [IBAN] and [Karte] in the place of e-mail addresses, phone numbers, IBANs with right check digits
/// and card numbers (13 to 19 digits that pass the Luhn test). Order numbers, dates and amounts stay. What it writes it would
/// not change again. A phone number is one with a country code ("+49 …", "0049 …") or a leading 0, of 8 to 15 digits in all, with
/// the marks that people write between them; digits that are part of a longer word or number are none.
///   cost  one pass, about 1 ns a byte where there is nothing to find; memory: nothing where nothing is found
/// Gives what was found; `text` is changed only where that is anything.
Redactions redact(std::string& text);

/// Texts this long are free texts rather than values, keys and names.
inline constexpr size_t free_text_bytes_min = 40;

}  // namespace lotse::text
