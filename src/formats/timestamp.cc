#include "formats/timestamp.h"

#include <array>
#include <cmath>
#include <limits>

#include "formats/detail/civil.h"
#include "formats/detail/digit.h"

namespace lotse::formats {
namespace {

using namespace detail;
constexpr int64_t first_s = days_from_civil(1, 1, 1) * day_s;
constexpr int64_t end_s = days_from_civil(10000, 1, 1) * day_s;
constexpr int64_t year_1990_s = days_from_civil(1990, 1, 1) * day_s;
constexpr int64_t year_2100_s = days_from_civil(2100, 1, 1) * day_s;

bool is_letter(char c) { return static_cast<unsigned char>((c | 0x20) - 'a') < 26 || static_cast<unsigned char>(c) >= 0x80; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string_view trimmed_text(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

// Months by their first three letters, German and English. "mär" counts 4 bytes in UTF-8.
constexpr std::array<std::pair<std::string_view, uint32_t>, 17> month_names = {{
    {"jan", 1}, {"feb", 2}, {"mar", 3}, {"mär", 3}, {"mae", 3}, {"mrz", 3}, {"apr", 4}, {"may", 5}, {"mai", 5}, {"jun", 6},
    {"jul", 7}, {"aug", 8}, {"sep", 9}, {"oct", 10}, {"okt", 10}, {"nov", 11}, {"de", 12}}};

struct Parts {
  int32_t year = 0;
  uint32_t month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int32_t micros = 0;
  bool with_zone = false;
  int32_t offset_s = 0;
};

class Cursor {
 public:
  explicit Cursor(std::string_view s) : p_(s.data()), end_(s.data() + s.size()) {}
  bool at_end() const { return p_ == end_; }
  char peek(size_t ahead = 0) const { return static_cast<size_t>(end_ - p_) > ahead ? p_[ahead] : '\0'; }
  void skip(size_t n = 1) { p_ += n; }
  bool take(char c) {
    if (peek() != c || at_end()) return false;
    ++p_;
    return true;
  }
  void blanks() {
    while (!at_end() && (*p_ == ' ' || *p_ == '\t')) ++p_;
  }
  // Digits from here, at most `most`; the count.
  size_t number(uint32_t& out, size_t most) {
    size_t n = 0;
    out = 0;
    while (n < most && is_digit(peek(n))) out = out * 10 + static_cast<uint32_t>(peek(n++) - '0');
    p_ += n;
    return n;
  }
  size_t digits_ahead() const {
    size_t n = 0;
    while (is_digit(peek(n))) ++n;
    return n;
  }
  // A word without regard to case.
  bool word(std::string_view w) {
    if (static_cast<size_t>(end_ - p_) < w.size()) return false;
    for (size_t i = 0; i < w.size(); ++i)
      if (lower(p_[i]) != w[i]) return false;
    if (is_letter(peek(w.size()))) return false;
    p_ += w.size();
    return true;
  }
  bool month_name(uint32_t& month) {
    std::string low;
    size_t n = 0;
    while (is_letter(peek(n)) && n < 12) low += lower(peek(n++));
    if (low.size() < 3) return false;
    if (low.starts_with("m\xC3\x84")) low.replace(1, 2, "ä");
    for (const auto& [name, number] : month_names)
      if (low.starts_with(name)) {
        month = number;
        p_ += n;
        return true;
      }
    return false;
  }

 private:
  const char* p_;
  const char* end_;
};

bool take_separator(Cursor& c, char& separator) {
  const char s = c.peek();
  if (s != '.' && s != '-' && s != '/') return false;
  separator = s;
  c.skip();
  return true;
}

// Two digits: 1970 to 2069.
bool take_year(Cursor& c, int32_t& year) {
  uint32_t y;
  const size_t n = c.number(y, 5);
  if (n != 2 && n != 4) return false;
  year = n == 4 ? static_cast<int32_t>(y) : static_cast<int32_t>(y < 70 ? 2000 + y : 1900 + y);
  return true;
}

bool read_date(Cursor& c, TimeLayout layout, Parts& out) {
  char first, second;
  uint32_t a;
  if (layout == TimeLayout::iso) {
    uint32_t y;
    const size_t digits = c.digits_ahead();
    if (digits == 8 || digits == 12 || digits == 14) {
      c.number(y, 4);
      c.number(out.month, 2);
      c.number(out.day, 2);
      out.year = static_cast<int32_t>(y);
      return true;
    }
    if (digits != 4) return false;
    c.number(y, 4);
    out.year = static_cast<int32_t>(y);
    return take_separator(c, first) && c.number(out.month, 2) > 0 && take_separator(c, second) && first == second &&
           c.number(out.day, 2) > 0;
  }
  if (layout == TimeLayout::us) {
    if (c.month_name(out.month)) {  // Dec 31, 2024
      c.take('.');
      c.blanks();
      if (c.number(out.day, 2) == 0) return false;
      c.take(',');
      c.blanks();
      return take_year(c, out.year);
    }
    return c.number(out.month, 2) > 0 && c.take('/') && c.number(out.day, 2) > 0 && c.take('/') && take_year(c, out.year);
  }
  if (c.number(a, 2) == 0) return false;
  out.day = a;
  if (layout == TimeLayout::day_slash && c.peek() == '/' && is_digit(c.peek(1)))
    return c.take('/') && c.number(out.month, 2) > 0 && c.take('/') && take_year(c, out.year);
  if (layout == TimeLayout::day_slash) return false;
  if (c.peek() == '/') c.skip();  // 10/Oct/2000 of web servers; 10/11/2000 is no German date
  else if (c.peek() == '.' || c.peek() == '-') {
    first = c.peek();
    c.skip();
    if (is_digit(c.peek())) return c.number(out.month, 2) > 0 && c.take(first) && take_year(c, out.year);
  }
  c.blanks();
  if (!c.month_name(out.month)) return false;
  if (c.peek() == '.' || c.peek() == '-' || c.peek() == '/') c.skip();
  c.blanks();
  return take_year(c, out.year);
}

bool read_fraction(Cursor& c, int32_t& micros) {
  if ((c.peek() != '.' && c.peek() != ',') || !is_digit(c.peek(1))) return true;
  c.skip();
  int32_t unit = 100000;
  while (is_digit(c.peek())) {
    micros += (c.peek() - '0') * unit;
    unit /= 10;
    c.skip();
  }
  return true;
}

bool read_zone(Cursor& c, Parts& out) {
  c.blanks();
  if (c.at_end()) return true;
  static constexpr std::array<std::pair<std::string_view, int32_t>, 7> names = {
      {{"z", 0}, {"utc", 0}, {"gmt", 0}, {"cet", 3600}, {"cest", 7200}, {"mez", 3600}, {"mesz", 7200}}};
  for (const auto& [name, offset] : names)
    if (c.word(name)) {
      out.with_zone = true;
      out.offset_s = offset;
      if (offset != 0 || c.at_end()) return true;
      break;
    }
  const char sign = c.peek();
  if (sign == '+' || sign == '-') {
    c.skip();
    uint32_t h, m = 0, s = 0;
    if (c.number(h, 2) != 2) return false;
    const bool colon = c.take(':');
    if (is_digit(c.peek())) {
      if (c.number(m, 2) != 2) return false;
      if (colon ? c.take(':') : is_digit(c.peek()))
        if (c.number(s, 2) != 2) return false;
    } else if (colon) {
      return false;
    }
    if (h > 23 || m > 59 || s > 59) return false;
    out.with_zone = true;
    out.offset_s = static_cast<int32_t>(h * 3600 + m * 60 + s) * (sign == '-' ? -1 : 1);
  }
  if (out.with_zone && c.take('[')) {  // java.time's "+01:00[Europe/Berlin]": the offset already says it
    while (!c.at_end() && c.peek() != ']') c.skip();
    return c.take(']');
  }
  return out.with_zone;
}

bool read_time(Cursor& c, TimeLayout layout, Parts& out) {
  const size_t digits = c.digits_ahead();
  if (layout == TimeLayout::iso && (digits == 4 || digits == 6)) {
    c.number(out.hour, 2);
    c.number(out.minute, 2);
    if (digits == 6) c.number(out.second, 2);
    return read_fraction(c, out.micros);
  }
  if (digits == 0 || digits > 2) return false;
  c.number(out.hour, 2);
  const char separator = c.peek();
  if (separator == ':' || (separator == '.' && layout == TimeLayout::german)) {
    c.skip();
    if (c.number(out.minute, 2) == 0) return false;
    if (c.peek() == separator && is_digit(c.peek(1))) {
      c.skip();
      if (c.number(out.second, 2) == 0) return false;
      if (!read_fraction(c, out.micros)) return false;
    }
  }
  c.blanks();
  bool am = c.word("am") || c.word("a.m."), pm = !am && (c.word("pm") || c.word("p.m."));
  if (am || pm) {
    if (out.hour < 1 || out.hour > 12) return false;
    out.hour = out.hour % 12 + (pm ? 12 : 0);
  } else if (c.word("uhr") || c.word("h")) {
    // "14:05 Uhr"
  } else if (separator != ':' && separator != '.') {
    return false;  // an hour alone is no time
  }
  return true;
}

bool read_parts(std::string_view text, TimeLayout layout, Parts& out) {
  Cursor c(text);
  // A weekday in front ("Di, 31.12.2024", "Tue Dec 31 2024") says nothing new.
  if (is_letter(c.peek()) && layout != TimeLayout::iso) {
    uint32_t month;
    Cursor ahead = c;
    if (!ahead.month_name(month) || layout != TimeLayout::us) {
      while (is_letter(c.peek())) c.skip();
      c.take('.');
      if (!c.take(',') && c.peek() != ' ') return false;
      c.blanks();
    }
  }
  if (!read_date(c, layout, out)) return false;
  if (c.at_end()) return true;
  const size_t digits_after = c.digits_ahead();
  if (digits_after > 0) {  // 20241231140506, 202412311405
    if (layout != TimeLayout::iso || (digits_after != 6 && digits_after != 4)) return false;
    return read_time(c, layout, out) && read_zone(c, out);
  }
  if (c.peek() == 'T' || c.peek() == 't' || c.peek() == '_') {
    c.skip();
  } else if (c.peek() == ':' || c.peek() == ',') {
    c.skip();
    c.blanks();
  } else if (c.peek() == ' ' || c.peek() == '\t') {
    c.blanks();
    if (c.word("um")) c.blanks();
    if (c.peek() == '-' && c.peek(1) == ' ') {
      c.skip();
      c.blanks();
    }
  } else {
    return read_zone(c, out);  // 2024-12-31Z, 2024-12-31+01:00
  }
  if (!is_digit(c.peek())) return read_zone(c, out);
  return read_time(c, layout, out) && read_zone(c, out);
}

// A plain decimal number as whole part and millionths; false where it is none or too long.
bool read_number(std::string_view s, bool& negative, uint64_t& whole, uint64_t& trillionths) {
  negative = !s.empty() && s.front() == '-';
  if (!s.empty() && (s.front() == '-' || s.front() == '+')) s.remove_prefix(1);
  size_t i = 0;
  whole = trillionths = 0;
  while (i < s.size() && is_digit(s[i])) {
    if (i >= 19) return false;
    whole = whole * 10 + static_cast<uint64_t>(s[i++] - '0');
  }
  if (i == 0) return false;
  if (i < s.size() && (s[i] == '.' || s[i] == ',')) {
    ++i;
    uint64_t unit = 100'000'000'000;
    for (; i < s.size() && is_digit(s[i]); ++i) {
      trillionths += static_cast<uint64_t>(s[i] - '0') * unit;
      unit /= 10;
    }
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {  // 1.4119E9, as spreadsheets and R write large numbers
    double value;
    char buffer[40];
    if (s.size() >= sizeof buffer) return false;
    for (size_t k = 0; k < s.size(); ++k) buffer[k] = s[k] == ',' ? '.' : s[k];
    buffer[s.size()] = '\0';
    char* end;
    value = std::strtod(buffer, &end);
    if (end != buffer + s.size() || !(value < 1e18)) return false;
    whole = static_cast<uint64_t>(value);
    trillionths = static_cast<uint64_t>((value - static_cast<double>(whole)) * 1e12);
    return true;
  }
  return i == s.size();
}

}  // namespace

const char* code(StampProblem problem) {
  switch (problem) {
    case StampProblem::none: return nullptr;
    case StampProblem::empty: return "time_missing";
    case StampProblem::unreadable: return "bad_time";
    case StampProblem::out_of_range: return "time_out_of_range";
  }
  return nullptr;
}

Stamp StampReader::from_utc(int64_t utc_s, int32_t micros, uint8_t flags) const {
  if (utc_s < first_s || utc_s >= end_s) return {.problem = StampProblem::out_of_range};
  Stamp out{.utc = Micros(utc_s * 1'000'000 + micros), .flags = flags};
  if (utc_s < year_1990_s) out.flags |= stamp_before_1990;
  if (out.utc > now_ + std::chrono::days(1)) out.flags |= stamp_in_future;
  return out;
}

Stamp StampReader::from_local(int64_t local_s, int32_t micros, uint8_t flags) const {
  const Zone::Instant at = zone_.to_utc(local_s);
  if (at.kind == Zone::Local::ambiguous) flags |= stamp_ambiguous;
  if (at.kind == Zone::Local::nonexistent) flags |= stamp_nonexistent;
  return from_utc(at.utc_s, micros, flags);
}

Stamp StampReader::slow(std::string_view text) const {
  text = trimmed_text(text);
  if (text.empty()) return {.problem = StampProblem::empty};
  if (layout_ >= TimeLayout::excel_1900) {
    bool negative;
    uint64_t whole, trillionths;
    if (!read_number(text, negative, whole, trillionths)) return {.problem = StampProblem::unreadable};
    if (layout_ == TimeLayout::excel_1900 || layout_ == TimeLayout::excel_1904) {
      if (negative || whole > 10'000'000) return {.problem = StampProblem::out_of_range};
      auto days = static_cast<int64_t>(whole);
      // Excel counts a 29 February 1900 that never was.
      if (layout_ == TimeLayout::excel_1904) days += 1462;
      else if (days < 60) ++days;
      // Excel keeps times as binary fractions of a day; what was typed to the millisecond is found by rounding.
      const auto ms = static_cast<int64_t>(std::llround(static_cast<double>(trillionths) * 86400e3 / 1e12));
      const int64_t local_s = (days + days_from_civil(1899, 12, 30)) * day_s + ms / 1000;
      return from_local(local_s, static_cast<int32_t>(ms % 1000) * 1000, 0);
    }
    constexpr int64_t units[] = {1, 1000, 1'000'000, 1'000'000'000};
    const int64_t unit = units[static_cast<size_t>(layout_) - static_cast<size_t>(TimeLayout::epoch_s)];
    if (whole > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return {.problem = StampProblem::out_of_range};
    auto s = static_cast<int64_t>(whole) / unit;
    int64_t micros = unit == 1         ? static_cast<int64_t>(trillionths / 1'000'000)
                     : unit == 1000    ? static_cast<int64_t>(whole) % unit * 1000 + static_cast<int64_t>(trillionths / 1'000'000'000)
                     : unit == 1000000 ? static_cast<int64_t>(whole) % unit
                                       : static_cast<int64_t>(whole) % unit / 1000;
    if (negative) {
      s = -s;
      if (micros > 0) {
        --s;
        micros = 1'000'000 - micros;
      }
    }
    return from_utc(s, static_cast<int32_t>(micros), stamp_had_zone);
  }
  Parts p;
  if (!read_parts(text, layout_, p)) return {.problem = StampProblem::unreadable};
  if (p.month < 1 || p.month > 12 || p.day < 1 || p.day > days_in_month(p.year, p.month) || p.minute > 59 || p.second > 60 ||
      p.hour > 24 || (p.hour == 24 && (p.minute | p.second | static_cast<uint32_t>(p.micros)) != 0))
    return {.problem = StampProblem::unreadable};
  if (p.year < 1) return {.problem = StampProblem::out_of_range};
  const int64_t s = days_from_civil(p.year, p.month, p.day) * day_s + p.hour * 3600 + p.minute * 60 + p.second;
  return p.with_zone ? from_utc(s - p.offset_s, p.micros, stamp_had_zone) : from_local(s, p.micros, 0);
}

Stamp StampReader::read(std::string_view text) const {
  // The layouts that nearly all files have, by fixed places; everything else goes the long way, which reads these too.
  const char* p = text.data();
  const size_t n = text.size();
  uint32_t bad = 0;
  const auto two = [&](size_t at) {
    const uint32_t a = static_cast<unsigned char>(p[at] - '0'), b = static_cast<unsigned char>(p[at + 1] - '0');
    bad |= static_cast<uint32_t>(a > 9) | static_cast<uint32_t>(b > 9);
    return a * 10 + b;
  };
  const auto is = [&](size_t at, char c) { bad |= static_cast<uint32_t>(p[at] != c); };
  uint32_t year, month, day;
  if (layout_ == TimeLayout::iso && n >= 16) {
    year = two(0) * 100 + two(2);
    is(4, '-'), is(7, '-');
    month = two(5), day = two(8);
  } else if (layout_ == TimeLayout::german && n >= 16) {
    day = two(0), month = two(3);
    is(2, '.'), is(5, '.');
    year = two(6) * 100 + two(8);
  } else {
    return slow(text);
  }
  bad |= static_cast<uint32_t>(p[10] != ' ') & static_cast<uint32_t>(p[10] != 'T');
  is(13, ':');
  const uint32_t hour = two(11), minute = two(14);
  uint32_t second = 0;
  size_t at = 16;
  if (n >= 19 && p[16] == ':') {
    second = two(17);
    at = 19;
  }
  bad |= static_cast<uint32_t>(month - 1 > 11) | static_cast<uint32_t>(hour > 23) | static_cast<uint32_t>(minute > 59) |
         static_cast<uint32_t>(second > 59) | static_cast<uint32_t>(year == 0) | static_cast<uint32_t>(day == 0);
  if (bad || (day > 28 && day > days_in_month(static_cast<int32_t>(year), month))) return slow(text);
  int32_t micros = 0;
  if (at < n && at == 19 && p[at] == '.') {
    int32_t unit = 100000;
    for (++at; at < n && is_digit(p[at]); ++at) {
      micros += (p[at] - '0') * unit;
      unit /= 10;
    }
    if (at == 20) return slow(text);
  }
  const int64_t s = days_from_civil(static_cast<int32_t>(year), month, day) * day_s + hour * 3600 + minute * 60 + second;
  if (at == n) return from_local(s, micros, 0);
  if (p[at] == 'Z' && at + 1 == n) return from_utc(s, micros, stamp_had_zone);
  if ((p[at] == '+' || p[at] == '-') && at + 6 == n && p[at + 3] == ':') {
    const uint32_t h = two(at + 1), m = two(at + 4);
    if (!bad && h <= 23 && m <= 59) {
      const auto offset = static_cast<int64_t>(h * 3600 + m * 60);
      return from_utc(p[at] == '+' ? s - offset : s + offset, micros, stamp_had_zone);
    }
  }
  return slow(text);
}

Stamp StampReader::read_mixed(std::string_view text, bool serial_days) const {
  const Stamp own = read(text);
  if (own.problem != StampProblem::unreadable) return own;
  const std::string_view s = trimmed_text(text);
  size_t digits = 0;
  while (digits < s.size() && is_digit(s[digits])) ++digits;
  const char next = digits < s.size() ? s[digits] : '\0';
  TimeLayout other;
  if (digits == 4 && next == '-') {
    other = TimeLayout::iso;
  } else if (digits > 0 && digits <= 2 && next == '.') {
    other = TimeLayout::german;
  } else if (serial_days && digits == 5) {
    other = TimeLayout::excel_1900;
  } else {
    return own;
  }
  if (other == layout_) return own;
  const Stamp found = StampReader(other, zone_, now_).read(s);
  if (found.problem == StampProblem::unreadable) return own;
  const bool doubtful = other == TimeLayout::excel_1900 && (found.utc < std::chrono::seconds(year_1990_s) || found.utc >= std::chrono::seconds(year_2100_s));
  return doubtful ? own : found;
}

std::optional<DetectedTime> detect_time(std::span<const std::string_view> samples) {
  constexpr std::array layouts = {TimeLayout::iso,        TimeLayout::german,   TimeLayout::us,       TimeLayout::day_slash, TimeLayout::epoch_s,
                                  TimeLayout::epoch_ms,   TimeLayout::epoch_us, TimeLayout::epoch_ns, TimeLayout::excel_1900};
  std::array<size_t, layouts.size()> reads{}, midnights{};
  size_t filled = 0, with_zone = 0;
  for (std::string_view s : samples) {
    s = trimmed_text(s);
    if (s.empty()) continue;
    ++filled;
    bool negative;
    uint64_t whole, trillionths;
    const bool number = read_number(s, negative, whole, trillionths);
    for (size_t i = 0; i < layouts.size(); ++i) {
      const bool of_numbers = layouts[i] >= TimeLayout::excel_1900;
      // Eight and fourteen digits are also numbers.
      if (of_numbers != number && !(number && layouts[i] == TimeLayout::iso)) continue;
      const Stamp stamp = StampReader(layouts[i], Zone::utc(), Micros::max() - std::chrono::days(2)).read(s);
      if (stamp.problem == StampProblem::out_of_range && !number) {
        ++reads[i];
        continue;
      }
      if (stamp.problem != StampProblem::none) continue;
      if (number && (stamp.utc < std::chrono::seconds(year_1990_s) || stamp.utc >= std::chrono::seconds(year_2100_s))) continue;
      ++reads[i];
      midnights[i] += stamp.utc.count() % (day_s * 1'000'000) == 0;
      if (i == 0 && (stamp.flags & stamp_had_zone)) ++with_zone;
    }
  }
  if (filled == 0) return std::nullopt;
  const size_t best = static_cast<size_t>(std::max_element(reads.begin(), reads.end()) - reads.begin());
  // Half of the texts may be broken and still be times; numbers that are none are other numbers.
  const bool numbers = layouts[best] >= TimeLayout::excel_1900;
  if (reads[best] * 10 < filled * (numbers ? 8 : 5)) return std::nullopt;
  DetectedTime out{.layout = layouts[best], .share = static_cast<double>(reads[best]) / static_cast<double>(filled)};
  out.slash_ambiguous = out.layout == TimeLayout::us && reads[3] == reads[2];
  out.dates_alone = midnights[best] > 0 && midnights[best] == reads[best];
  out.with_zone = with_zone > 0 && out.layout == TimeLayout::iso;
  return out;
}

}  // namespace lotse::formats
