#include "formats/period.h"

#include <fmt/format.h>

#include <vector>

#include "formats/detail/civil.h"
#include "formats/detail/digit.h"

namespace lotse::formats {
namespace {
using detail::is_digit;
using detail::civil_from_days;
using detail::days_from_civil;

/// A run of digits, or a run of anything else that is no separator, in small letters.
struct Token {
  std::string text;
  bool number = false;
  uint32_t value = 0;
};

bool is_separator(char c) { return c == ' ' || c == '\t' || c == '-' || c == '/' || c == '.' || c == '_' || c == ','; }

/// None where there are more parts than any notation has, or a number is too long.
std::optional<std::vector<Token>> tokens_of(std::string_view text) {
  std::vector<Token> out;
  for (size_t at = 0; at < text.size();) {
    if (is_separator(text[at])) {
      ++at;
      continue;
    }
    Token token{.number = is_digit(text[at])};
    while (at < text.size() && !is_separator(text[at]) && is_digit(text[at]) == token.number) {
      const char c = text[at++];
      token.text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      if (token.number) token.value = token.value * 10 + static_cast<uint32_t>(c - '0');
      if (token.text.size() > (token.number ? 8 : 16)) return std::nullopt;
    }
    if (out.size() == 4) return std::nullopt;
    out.push_back(std::move(token));
  }
  return out;
}

/// 1 to 12; German or English, whole or with its first letters.
uint32_t month_of(std::string_view word) {
  static constexpr std::pair<std::string_view, uint32_t> names[] = {
      {"januar", 1}, {"january", 1}, {"jänner", 1}, {"jaenner", 1}, {"februar", 2}, {"february", 2}, {"märz", 3},      {"maerz", 3},    {"march", 3},     {"mrz", 3},
      {"april", 4},  {"mai", 5},     {"may", 5},    {"juni", 6},    {"june", 6},    {"juli", 7},     {"july", 7},      {"august", 8},   {"september", 9}, {"oktober", 10},
      {"october", 10}, {"november", 11}, {"dezember", 12}, {"december", 12}};
  if (word.size() < 3) return 0;
  for (const auto& [name, month] : names)
    if (name.starts_with(word)) return month;
  return 0;
}

bool is_known(uint32_t year) { return year >= 1900 && year <= 2200; }
bool is_year(const Token& t) { return t.number && t.text.size() == 4 && is_known(t.value); }
/// "26" is 2026.
uint32_t year_of(const Token& t) {
  if (is_year(t)) return t.value;
  return t.number && t.text.size() == 2 ? 2000 + t.value : 0;
}
bool is_small(const Token& t, uint32_t most) { return t.number && t.text.size() <= 2 && t.value >= 1 && t.value <= most; }

int32_t days(uint32_t year, uint32_t month, uint32_t day) { return static_cast<int32_t>(days_from_civil(static_cast<int32_t>(year), month, day)); }
int32_t weekday(int32_t day) { return ((day + 3) % 7 + 7) % 7; }  // 0 Monday
int32_t first_week(uint32_t year) {
  const int32_t fourth = days(year, 1, 4);
  return fourth - weekday(fourth);
}

std::optional<Period> day_period(uint32_t year, uint32_t month, uint32_t day) {
  if (!is_known(year) || month < 1 || month > 12 || day < 1 || day > detail::days_in_month(static_cast<int32_t>(year), month)) return std::nullopt;
  return Period{Granularity::day, days(year, month, day)};
}
std::optional<Period> month_period(uint32_t year, uint32_t month) {
  if (!is_known(year) || month < 1 || month > 12) return std::nullopt;
  return Period{Granularity::month, days(year, month, 1)};
}
std::optional<Period> quarter_period(uint32_t year, uint32_t quarter) {
  if (!is_known(year) || quarter < 1 || quarter > 4) return std::nullopt;
  return Period{Granularity::quarter, days(year, quarter * 3 - 2, 1)};
}
std::optional<Period> week_period(uint32_t year, uint32_t week) {
  if (!is_known(year) || week < 1) return std::nullopt;
  const int32_t start = first_week(year) + 7 * static_cast<int32_t>(week - 1);
  if (start >= first_week(year + 1)) return std::nullopt;  // not every year has a week 53
  return Period{Granularity::week, start};
}

/// A spreadsheet's date comes with its midnight.
std::string_view without_midnight(std::string_view text) {
  const size_t at = text.find_first_of("T ");
  if (at == std::string_view::npos || at < 8 || !is_digit(text[at - 1])) return text;
  std::string_view clock = text.substr(at + 1);
  if (clock.ends_with('Z')) clock.remove_suffix(1);
  if (clock.size() < 5 || clock.find(':') == std::string_view::npos || clock.find_first_not_of("0:.") != std::string_view::npos) return text;
  return text.substr(0, at);
}
}  // namespace

std::optional<Period> read_period(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  if (text.size() > 40) return std::nullopt;
  text = without_midnight(text);
  const auto read = tokens_of(text);
  if (!read) return std::nullopt;
  const auto& t = *read;

  if (t.size() == 1 && t[0].number) {
    if (is_year(t[0])) return Period{Granularity::year, days(t[0].value, 1, 1)};
    if (t[0].text.size() == 6) return month_period(t[0].value / 100, t[0].value % 100);
    if (t[0].text.size() == 8) return day_period(t[0].value / 10000, t[0].value / 100 % 100, t[0].value % 100);
    return std::nullopt;
  }
  if (t.size() == 2 && t[0].number && t[1].number) {
    if (is_year(t[0]) && is_small(t[1], 12)) return month_period(t[0].value, t[1].value);
    if (is_year(t[1]) && is_small(t[0], 12)) return month_period(t[1].value, t[0].value);
    return std::nullopt;
  }
  if (t.size() == 3 && t[0].number && t[1].number && t[2].number) {
    if (is_year(t[0]) && t[1].text.size() <= 2 && t[2].text.size() <= 2) return day_period(t[0].value, t[1].value, t[2].value);
    const bool dots = text.find('.') != std::string_view::npos;  // 03/04/2026 is two different days
    if (dots && t[0].text.size() <= 2 && t[1].text.size() <= 2) return day_period(year_of(t[2]), t[1].value, t[0].value);
    return std::nullopt;
  }

  // One word, and numbers around it.
  const Token* word = nullptr;
  std::vector<const Token*> numbers;
  for (const auto& one : t) {
    if (one.number) numbers.push_back(&one);
    else if (word) return std::nullopt;
    else word = &one;
  }
  if (!word) return std::nullopt;
  if (numbers.size() == 1) {
    const uint32_t month = month_of(word->text);
    return month ? month_period(year_of(*numbers[0]), month) : std::nullopt;
  }
  if (numbers.size() != 2) return std::nullopt;
  // The four-digit number is the year; where there is none, it stands last: "Q1 26".
  const bool year_first = is_year(*numbers[0]);
  const uint32_t year = year_of(*numbers[year_first ? 0 : 1]);
  const Token& part = *numbers[year_first ? 1 : 0];
  if (year == 0 || part.text.size() > 2) return std::nullopt;
  if (word->text == "w" || word->text == "kw" || word->text == "woche" || word->text == "week") return week_period(year, part.value);
  if (word->text == "q" || word->text == "quartal" || word->text == "quarter") return quarter_period(year, part.value);
  return std::nullopt;
}

std::optional<Period> in_granularity(Period period, Granularity wanted) {
  if (wanted < period.granularity) return std::nullopt;
  // A week belongs to no month: the one may begin in another year than the other.
  if (period.granularity == Granularity::week && wanted != Granularity::week) return std::nullopt;
  const auto civil = civil_from_days(period.start);
  const auto year = static_cast<uint32_t>(civil.year);
  switch (wanted) {
    case Granularity::day: return period;
    case Granularity::week: return Period{wanted, period.start - weekday(period.start)};
    case Granularity::month: return Period{wanted, days(year, civil.month, 1)};
    case Granularity::quarter: return Period{wanted, days(year, (civil.month - 1) / 3 * 3 + 1, 1)};
    case Granularity::year: return Period{wanted, days(year, 1, 1)};
  }
  return std::nullopt;
}

std::string day_text(int32_t day) {
  const auto civil = civil_from_days(day);
  return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

std::string period_text(Period period) {
  const auto civil = civil_from_days(period.start);
  switch (period.granularity) {
    case Granularity::day: break;
    case Granularity::week: {
      const auto thursday = civil_from_days(period.start + 3);
      return fmt::format("{:04}-W{:02}", thursday.year, (period.start - first_week(static_cast<uint32_t>(thursday.year))) / 7 + 1);
    }
    case Granularity::month: return fmt::format("{:04}-{:02}", civil.year, civil.month);
    case Granularity::quarter: return fmt::format("{:04}-Q{}", civil.year, (civil.month - 1) / 3 + 1);
    case Granularity::year: return fmt::format("{:04}", civil.year);
  }
  return day_text(period.start);
}

}  // namespace lotse::formats
