#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <unordered_set>

#include "file_counts.h"

namespace lotse::demo_test {
namespace {

std::vector<std::string> split(const std::string& line, char delimiter) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') out.back() += '"', ++i;
    else if (c == '"') quoted = !quoted;
    else if (c == delimiter && !quoted) out.emplace_back();
    else out.back() += c;
  }
  return out;
}

/// One copy of each text: there are many rows and few words.
std::string_view kept(std::string_view text) {
  static std::unordered_set<std::string> all;
  return *all.emplace(text).first;
}

std::string from_latin_1(const std::string& text) {
  std::string out;
  for (unsigned char c : text) {
    if (c < 0x80) out += static_cast<char>(c);
    else out += static_cast<char>(0xc0 | c >> 6), out += static_cast<char>(0x80 | (c & 0x3f));
  }
  return out;
}

int64_t civil(int y, int mo, int d, int h, int mi, int s) {
  std::tm t{};
  t.tm_year = y - 1900, t.tm_mon = mo - 1, t.tm_mday = d, t.tm_hour = h, t.tm_min = mi, t.tm_sec = s;
  return timegm(&t);
}

/// Summer time: 30 March to 26 October 2025, and from 29 March 2026 on.
int64_t offset_at_wall(int64_t wall) {
  static const int64_t begin = civil(2025, 3, 30, 3, 0, 0), end = civil(2025, 10, 26, 3, 0, 0), next = civil(2026, 3, 29, 3, 0, 0);
  return (wall >= begin && wall < end) || wall >= next ? 7200 : 3600;
}
int64_t wall_of(int64_t utc) {
  for (const int64_t offset : {7200, 3600})
    if (offset_at_wall(utc + offset) == offset) return utc + offset;
  throw std::runtime_error("no such time");
}

struct Source {
  std::string file, system, time;
  char delimiter;
  bool latin_1;
  std::map<std::string, std::string> columns;  // ours → the file's
  std::string channel, unit;
};

void parse_time(Row& row, const std::string& text, const std::string& how) {
  int y, mo, d, h, mi, s;
  if (how == "epoch") {
    row.utc = std::stoll(text) / 1000;
    row.wall = wall_of(row.utc);
  } else if (how == "german") {
    if (std::sscanf(text.c_str(), "%d.%d.%d %d:%d:%d", &d, &mo, &y, &h, &mi, &s) != 6) throw std::runtime_error("time " + text);
    row.wall = civil(y, mo, d, h, mi, s), row.utc = row.wall - offset_at_wall(row.wall);
  } else {
    char t;
    if (std::sscanf(text.c_str(), "%d-%d-%d%c%d:%d:%d", &y, &mo, &d, &t, &h, &mi, &s) != 7) throw std::runtime_error("time " + text);
    if (how == "zulu") row.utc = civil(y, mo, d, h, mi, s), row.wall = wall_of(row.utc);
    else row.wall = civil(y, mo, d, h, mi, s), row.utc = row.wall - offset_at_wall(row.wall);
  }
}

double number(std::string text) {
  std::replace(text.begin(), text.end(), ',', '.');
  return text.empty() ? 0 : std::stod(text);
}
}  // namespace

Files read_files(const std::filesystem::path& folder) {
  const std::vector<Source> sources = {
      {"web_portal.csv", "Web-Portal", "zulu", ',', false,
       {{"customer", "customer_no"}, {"key", "case_no"}, {"kind", "case_type"}, {"type", "event"}, {"time", "timestamp"}, {"device", "device"}, {"cost", "cost_eur"}}, "Portal", "Online"},
      {"app_events.csv", "App", "epoch", ',', false,
       {{"customer", "uid"}, {"key", "case_no"}, {"kind", "case_type"}, {"type", "event_name"}, {"time", "ts"}, {"device", "device"}}, "App", "Online"},
      {"crm_aktivitaeten.csv", "CRM", "plain", ';', false,
       {{"customer", "Kundennummer"}, {"key", "Vorgangsnummer"}, {"kind", "Vorgangsart"}, {"type", "Aktivität"}, {"time", "Zeitpunkt"}, {"channel", "Kanal"}, {"unit", "Bereich"},
        {"cost", "Kosten"}, {"device", "Gerät"}, {"attempts", "Versuche"}, {"occasion", "Anlass"}, {"score", "Score"}, {"text", "Kommentar"}}, "", ""},
      {"erp_buchungen.csv", "ERP", "german", ';', false,
       {{"customer", "Kunden-Nr."}, {"key", "Vorgang"}, {"kind", "Vorgangsart"}, {"type", "Buchungstext"}, {"time", "Buchungsdatum"}, {"channel", "Versandweg"}, {"unit", "Abteilung"},
        {"cost", "Kosten"}, {"wait", "Wartezeit"}, {"market", "Markt"}, {"region", "Region"}}, "", ""},
      {"servicecenter.csv", "Servicecenter", "german", ';', true,
       {{"customer", "Kundennr"}, {"key", "Vorgangsnr"}, {"kind", "Vorgangsart"}, {"type", "Anliegen"}, {"time", "Beginn"}, {"channel", "Kanal"}, {"unit", "Team"}, {"cost", "Kosten"},
        {"text", "Notiz"}}, "", ""},
      {"shop_besuche.tsv", "Shop", "offset", '\t', false,
       {{"customer", "Kunde"}, {"key", "Vorgang"}, {"kind", "Vorgangsart"}, {"type", "Anlass"}, {"time", "Zeit"}, {"cost", "Kosten"}}, "Shop", "Filialen"},
  };
  Files out;
  std::map<std::string, std::string, std::less<>> touchpoint;
  {
    std::ifstream in(folder / "touchpoints.json");
    for (const auto& t : nlohmann::json::parse(in)) {
      out.owner[t.at("name")] = t.at("owner");
      for (const auto& type : t.at("event_types")) touchpoint[type] = t.at("name");
    }
  }
  for (const auto& source : sources) {
    out.systems.push_back(source.system);
    std::ifstream in(folder / source.file, std::ios::binary);
    if (!in) throw std::runtime_error("missing " + source.file);
    std::string line;
    const auto next = [&] {
      if (!std::getline(in, line)) return false;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (source.latin_1) line = from_latin_1(line);
      return true;
    };
    next();
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    const auto header = split(line, source.delimiter);
    std::map<std::string, size_t> at;
    for (const auto& [ours, theirs] : source.columns) {
      const auto found = std::find(header.begin(), header.end(), theirs);
      if (found == header.end()) throw std::runtime_error(source.file + " lacks " + theirs);
      at[ours] = static_cast<size_t>(found - header.begin());
    }
    while (next()) {
      const auto cells = split(line, source.delimiter);
      if (cells.size() != header.size()) throw std::runtime_error(source.file + ": " + line);
      const auto cell = [&](const char* name) { return at.contains(name) ? cells[at.at(name)] : std::string(); };
      Row row;
      parse_time(row, cell("time"), source.time);
      row.customer = std::stoi(cell("customer"));
      for (const auto& [field, name] : {std::pair{&Row::key, "key"}, {&Row::kind, "kind"}, {&Row::type, "type"}, {&Row::device, "device"}, {&Row::wait, "wait"},
                                        {&Row::occasion, "occasion"}, {&Row::text, "text"}, {&Row::channel, "channel"}, {&Row::unit, "unit"}})
        row.*field = kept(cell(name));
      if (!at.contains("channel")) row.channel = kept(source.channel);
      if (!at.contains("unit")) row.unit = kept(source.unit);
      row.system = kept(source.system);
      const auto mapped = touchpoint.find(row.type);
      row.touchpoint = mapped == touchpoint.end() ? row.type : kept(mapped->second);
      row.cost = number(cell("cost"));
      if (!cell("score").empty()) row.score = std::stoi(cell("score"));
      if (!cell("attempts").empty()) row.attempts = std::stoi(cell("attempts"));
      if (at.contains("market")) out.people[row.customer] = {cell("market"), cell("region")};
      out.rows.push_back(std::move(row));
    }
  }
  std::stable_sort(out.rows.begin(), out.rows.end(), [](const Row& a, const Row& b) { return a.utc < b.utc; });
  return out;
}

}  // namespace lotse::demo_test
