#include "kpis/detail/texts.h"

#include <algorithm>
#include <cmath>

#include "kpis/kpis_sql.h"

namespace lotse::kpis::detail {

Result<std::string> checked_text(std::string_view text, const char* code, const char* field, size_t least, size_t most) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  const auto characters = static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
  const bool controls = std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f; });
  if (characters < least || characters > most || controls) return Error::invalid(code, field, std::to_string(least) + " to " + std::to_string(most) + " characters");
  return std::string(text);
}

bool usable(double value) { return std::isfinite(value) && std::abs(value) <= 1e15; }

int32_t end_of(formats::Period period) {
  if (period.granularity == formats::Granularity::day) return period.start + 1;
  if (period.granularity == formats::Granularity::week) return period.start + 7;
  // A day that surely lies in the next period leads back to its beginning.
  const int32_t longest = period.granularity == formats::Granularity::month ? 31 : period.granularity == formats::Granularity::quarter ? 92 : 366;
  return formats::in_granularity({formats::Granularity::day, period.start + longest}, period.granularity)->start;
}

Result<std::map<std::string, std::string>> touchpoint_names(db::Session& session) {
  std::map<std::string, std::string> out;
  for (const auto& row : TRY(session.query(sql::touchpoint_names))) out[row.text(0)] = row.text(1);
  return out;
}

}  // namespace lotse::kpis::detail
