#include "connect/detail/pull.h"
#include "formats/number.h"
#include "formats/timestamp.h"

namespace lotse::connect::detail {

namespace {
formats::Stamp stamp_of(std::string_view text) {
  static const formats::StampReader reader(formats::TimeLayout::iso, formats::Zone::utc(), Micros{INT64_MAX});
  return reader.read(text);
}
bool is_time(std::string_view text) { return text.size() >= 10 && text[4] == '-' && stamp_of(text).problem == formats::StampProblem::none; }
}  // namespace

int compare_values(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  // Beyond 2^53 a double cannot tell numbers apart; whole ones are compared by their digits.
  const auto digits = [](std::string_view t) { return !t.empty() && t.find_first_not_of("0123456789") == std::string_view::npos && (t.size() == 1 || t[0] != '0'); };
  if (digits(a) && digits(b)) return a.size() != b.size() ? (a.size() < b.size() ? -1 : 1) : (a < b ? -1 : 1);
  const auto x = formats::read_decimal(a, '.'), y = formats::read_decimal(b, '.');
  if (x && y && *x != *y) return *x < *y ? -1 : 1;
  if (is_time(a) && is_time(b)) {
    const auto s = stamp_of(a).utc, t = stamp_of(b).utc;
    if (s != t) return s < t ? -1 : 1;
  }
  return a < b ? -1 : 1;
}

std::string earlier(const std::string& value, int64_t minutes) {
  if (minutes <= 0 || !is_time(value)) return value;
  std::string text = iso_utc(stamp_of(value).utc - std::chrono::minutes(minutes));
  const bool with_zone = value.find_first_of("Z+", 10) != std::string::npos || value.find('-', 11) != std::string::npos;
  if (!with_zone) text.pop_back();
  if (value[10 < value.size() ? 10 : 0] == ' ') text[10] = ' ';
  return text;
}

std::optional<std::string> place_text(const nlohmann::json& place) {
  if (!place.is_object() || place.empty()) return std::nullopt;
  if (const auto since = place.find("since"); since != place.end() && since->is_string() && !place.contains("page")) return since->get<std::string>();
  return std::nullopt;
}

}  // namespace lotse::connect::detail
