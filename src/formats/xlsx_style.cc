#include <fmt/format.h>

#include <cmath>

#include "formats/detail/civil.h"
#include "formats/detail/xlsx_style.h"

namespace lotse::formats::detail {

using Kind = NumberStyle::Kind;

NumberStyle builtin_style(uint32_t id) {
  if (id == 22) return {Kind::date_time};
  if (id == 46) return {Kind::duration};
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || (id >= 57 && id <= 58)) return {Kind::date};
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47 || id == 55 || id == 56) return {Kind::time};
  return {};
}

NumberStyle style_of_code(std::string_view code) {
  bool day = false, month_or_minute = false, hour = false, second = false, elapsed = false;
  bool only_zeros = !code.empty();
  size_t zeros = 0;
  for (size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == ';') break;  // the first section is that of positive numbers
    if (c == '0') ++zeros;
    else only_zeros = false;
    if (c == '"') {
      const size_t end = code.find('"', i + 1);
      if (end == std::string_view::npos) break;
      i = end;
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const size_t end = code.find(']', i + 1);
      if (end == std::string_view::npos) break;
      const std::string_view inside = code.substr(i + 1, end - i - 1);
      if (!inside.empty() && inside.find_first_not_of("hHmMsS") == std::string_view::npos) elapsed = true;
      i = end;
    } else if (code.substr(i).starts_with("AM/PM") || code.substr(i).starts_with("am/pm")) {
      hour = true;
      i += 4;
    } else if (code.substr(i).starts_with("A/P") || code.substr(i).starts_with("a/p")) {
      hour = true;
      i += 2;
    } else if (code.substr(i).starts_with("General") || code.substr(i).starts_with("Standard")) {
      return {};
    } else {
      switch (c | 0x20) {
        case 'y': case 'd': day = true; break;
        case 'm': month_or_minute = true; break;
        case 'h': hour = true; break;
        case 's': second = true; break;
        default: break;
      }
    }
  }
  if (only_zeros && zeros > 1 && zeros < 32) return {Kind::number, static_cast<uint8_t>(zeros)};
  if (elapsed) return {Kind::duration};
  const bool time = hour || second;
  if (day || (month_or_minute && !time)) return {time ? Kind::date_time : Kind::date};
  return {time ? Kind::time : Kind::number};
}

std::string show_number(double number, NumberStyle style, bool epoch_1904, bool& is_stamp) {
  is_stamp = false;
  if (style.kind != Kind::number && number >= 0 && number < 2958466 && std::isfinite(number)) {  // up to 9999-12-31
    int64_t ms = std::llround(number * 86400e3);
    const auto clock = [](int64_t of_day_ms, int64_t hours) {
      std::string out = fmt::format("{:02}:{:02}:{:02}", hours, of_day_ms / 60'000 % 60, of_day_ms / 1000 % 60);
      if (of_day_ms % 1000 != 0) out += fmt::format(".{:03}", of_day_ms % 1000);
      return out;
    };
    if (style.kind == Kind::duration || (style.kind == Kind::time && number < 1)) return clock(ms, ms / 3'600'000);
    int64_t days = ms / 86'400'000;
    ms %= 86'400'000;
    if (epoch_1904) days += 1462;
    else if (days < 60) ++days;  // Excel counts a 29 February 1900 that never was
    const Civil civil = civil_from_days(days + days_from_civil(1899, 12, 30));
    std::string out = fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
    if (style.kind != Kind::date || ms != 0) out += "T" + clock(ms, ms / 3'600'000);
    is_stamp = true;
    return out;
  }
  if (number == std::floor(number) && std::fabs(number) < 1e18) {
    const auto whole = static_cast<int64_t>(number);
    return style.zeros > 0 && whole >= 0 ? fmt::format("{:0{}}", whole, style.zeros) : fmt::format("{}", whole);
  }
  return fmt::format("{}", number);
}

}  // namespace lotse::formats::detail
