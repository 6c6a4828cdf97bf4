#include "text/redact.h"

#include <algorithm>
#include <array>
#include <optional>

namespace lotse::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// Letters and digits of any language: bytes above 127 are parts of such in UTF-8.
bool is_word(char c) { return is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80 || c == '_'; }
bool is_local(char c) { return is_word(c) || c == '.' || c == '+' || c == '-' || c == '%' || c == '\''; }
bool is_host(char c) { return is_word(c) || c == '.' || c == '-'; }

struct Found {
  size_t begin, end;
  std::string_view mark;
};

/// The address around the '@' at `at`.
std::optional<Found> email(std::string_view text, size_t at, size_t not_before) {
  size_t begin = at, end = at + 1;
  while (begin > not_before && is_local(text[begin - 1])) --begin;
  while (begin < at && (text[begin] == '.' || text[begin] == '\'' || text[begin] == '-')) ++begin;
  while (end < text.size() && is_host(text[end])) ++end;
  while (end > at + 1 && !is_word(text[end - 1])) --end;
  const auto host = text.substr(at + 1, end - at - 1);
  const auto dot = host.rfind('.');
  if (begin == at || dot == std::string_view::npos || dot == 0 || host.size() - dot < 3) return std::nullopt;
  return Found{begin, end, "[E-Mail]"};
}

/// Two letters, two check digits, 11 to 30 letters or digits, maybe in groups: ISO 13616.
std::optional<Found> iban(std::string_view text, size_t begin) {
  if (begin > 0 && is_word(text[begin - 1])) return std::nullopt;
  std::array<char, 34> letters;
  size_t n = 0, at = begin, end = begin;
  std::optional<Found> best;
  while (at < text.size() && n < letters.size()) {
    const char c = text[at];
    if (c == ' ' && n >= 4 && at + 1 < text.size() && (is_digit(text[at + 1]) || is_letter(text[at + 1]))) {
      ++at;
      continue;
    }
    if (!is_digit(c) && !is_letter(c)) break;
    if (n < 2 ? !is_letter(c) : n < 4 && !is_digit(c)) break;
    letters[n++] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    end = ++at;
    const bool word_ends = at == text.size() || !is_word(text[at]);
    if (n < 15 || !word_ends) continue;
    unsigned rest = 0;  // the number modulo 97, with the first four behind
    for (size_t i = 0; i < n; ++i) {
      const char digit = letters[(i + 4) % n];
      rest = is_digit(digit) ? (rest * 10 + static_cast<unsigned>(digit - '0')) % 97 : (rest * 100 + static_cast<unsigned>(digit - 'A' + 10)) % 97;
    }
    if (rest == 1) best = Found{begin, end, "[IBAN]"};
  }
  return best;
}

/// A run of digits and the marks that people put between them, from `begin` on, which is a digit, '+' or '('.
std::optional<Found> number(std::string_view text, size_t begin) {
  if (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '+')) return std::nullopt;
  // The end of a longer number, as in "2024-000123".
  if (begin > 1 && is_digit(text[begin - 2]) && (text[begin - 1] == '-' || text[begin - 1] == '/' || text[begin - 1] == '.')) return std::nullopt;
  std::array<char, 20> digits;
  size_t n = 0, at = begin, end = begin;
  bool slashes = false, dots = false;
  const bool plus = text[begin] == '+';
  if (plus) ++at;
  bool slash = false, dot = false;  // since the last digit: they count only between two
  for (size_t gap = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      if (n == digits.size()) return std::nullopt;  // longer than any of them
      digits[n++] = c;
      gap = 0;
      slashes |= slash;
      dots |= dot;
      end = at + 1;
    } else if ((c == ' ' || c == '-' || c == '/' || c == '(' || c == ')' || c == '.') && gap < 3) {
      ++gap;
      slash |= c == '/';
      dot |= c == '.';
    } else {
      break;
    }
  }
  if (end < text.size() && is_word(text[end])) return std::nullopt;
  const std::string_view found = text.substr(begin, end - begin);
  if (n >= 13 && n <= 19 && !slashes && !dots && !plus && found.find('(') == std::string_view::npos) {
    unsigned sum = 0;
    for (size_t i = 0; i < n; ++i) {
      unsigned digit = static_cast<unsigned>(digits[n - 1 - i] - '0');
      if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
    const bool one_digit = std::all_of(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(n), [&](char d) { return d == digits[0]; });
    if (sum % 10 == 0 && !one_digit) return Found{begin, end, "[Karte]"};
  }
  const bool abroad = plus || (n > 2 && digits[0] == '0' && digits[1] == '0');
  const bool home = !abroad && n > 0 && digits[0] == '0' && digits[1] != '0';
  const size_t least = home ? 9 : 10;
  if ((abroad || home) && n >= least - (plus ? 2 : 0) && n <= 15) {
    // 01.02.2024 and 01/02/2024 are days, 0.123456789 is a number.
    if (home && dots && !slashes) return std::nullopt;
    if (home && slashes && found.size() <= 10) return std::nullopt;
    return Found{begin, end, "[Telefon]"};
  }
  return std::nullopt;
}

constexpr std::array<bool, 256> begins_something = [] {
  std::array<bool, 256> out{};
  for (const char c : {'@', '+', '(', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'}) out[static_cast<unsigned char>(c)] = true;
  return out;
}();

}  // namespace

namespace {
Redactions once(std::string& text) {
  Redactions out;
  std::string fresh;
  size_t kept = 0;  // text up to here stands in `fresh` already
  const auto take = [&](const Found& found, uint32_t& count) {
    ++count;
    fresh.append(text, kept, found.begin - kept);
    fresh += found.mark;
    kept = found.end;
  };
  const std::string_view view = text;
  for (size_t at = 0; at < view.size(); ++at) {
    const char c = view[at];
    if (!begins_something[static_cast<unsigned char>(c)]) continue;
    std::optional<Found> found;
    if (c == '@') {
      if ((found = email(view, at, kept))) take(*found, out.emails);
    } else {
      // A run of digits is looked at from its first one alone.
      if (at > kept && is_digit(view[at - 1])) continue;
      if (is_digit(c) && at >= kept + 2 && is_letter(view[at - 1]) && is_letter(view[at - 2]) && (found = iban(view, at - 2))) {
        take(*found, out.ibans);
      } else {
        if (!is_digit(c) && (at + 1 == view.size() || !(is_digit(view[at + 1]) || view[at + 1] == '+'))) continue;
        // "(0)30 …": the bracket belongs to what it begins.
        if ((found = number(view, c == '(' ? at + 1 : at))) take(*found, found->mark == "[Karte]" ? out.cards : out.phones);
      }
    }
    if (found) at = found->end - 1;
  }
  if (out.total() == 0) return out;
  fresh.append(text, kept, std::string::npos);
  text = std::move(fresh);
  return out;
}
}  // namespace

Redactions redact(std::string& text) {
  Redactions out;
  // What stood right behind something found may be something now that a mark stands there.
  for (;;) {
    const Redactions more = once(text);
    if (more.total() == 0) return out;
    out.emails += more.emails;
    out.phones += more.phones;
    out.ibans += more.ibans;
    out.cards += more.cards;
  }
}

}  // namespace lotse::text
