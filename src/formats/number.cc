#include "formats/number.h"

#include <array>
#include <charconv>
#include <string>

#include "formats/detail/digit.h"

namespace lotse::formats {
namespace {
using detail::is_digit;

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

// Currency signs and codes at either end.
std::string_view without_unit(std::string_view s) {
  static constexpr std::array<std::string_view, 9> units = {"EUR", "USD", "CHF", "GBP", "€", "$", "£", "%", "Fr."};
  for (std::string_view unit : units) {
    if (s.starts_with(unit)) return trimmed(s.substr(unit.size()));
    if (s.ends_with(unit)) return trimmed(s.substr(0, s.size() - unit.size()));
  }
  return s;
}

}  // namespace

std::optional<int64_t> read_integer(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && text.size() > 1 && is_digit(text[1])) text.remove_prefix(1);
  int64_t out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<double> read_decimal(std::string_view text, char mark) {
  text = without_unit(trimmed(text));
  std::string plain;
  const char group = mark == '.' ? ',' : '.';
  size_t digits_since_group = 0;
  bool grouped = false, after_mark = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      plain += c;
      ++digits_since_group;
    } else if (c == mark && !after_mark) {
      if (grouped && digits_since_group != 3) return std::nullopt;
      after_mark = true;
      plain += '.';
    } else if ((c == '-' || c == '+') && i == 0) {
      if (c == '-') plain += c;
    } else if ((c == 'e' || c == 'E') && !plain.empty() && !grouped) {
      plain += text.substr(i);
      break;
    } else {
      size_t width = c == group || c == ' ' || c == '\'' ? 1 : text.substr(i).starts_with("\xC2\xA0") ? 2 : text.substr(i).starts_with("\xE2\x80\xAF") ? 3 : 0;
      if (width == 0 || after_mark || digits_since_group == 0 || digits_since_group > 3 || (grouped && digits_since_group != 3)) return std::nullopt;
      grouped = true;
      digits_since_group = 0;
      i += width - 1;
    }
  }
  if (grouped && !after_mark && digits_since_group != 3) return std::nullopt;
  double out;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), out);
  if (error != std::errc() || end != plain.data() + plain.size() || plain.empty()) return std::nullopt;
  return out;
}

}  // namespace lotse::formats
