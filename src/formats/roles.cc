#include <algorithm>
#include <array>

#include "formats/detect.h"
#include "formats/number.h"
#include "formats/log_write.h"

namespace lotse::formats {
namespace {

// Lower case, letters and digits only, umlauts written out: "Kunden-Nr." -> "kundennr".
std::string plain_name(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c | 0x20);
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else if (c == '\xC3' && i + 1 < name.size()) {
      switch (name[++i]) {
        case '\xA4': case '\x84': out += "ae"; break;
        case '\xB6': case '\x96': out += "oe"; break;
        case '\xBC': case '\x9C': out += "ue"; break;
        case '\x9F': out += "ss"; break;
        default: break;
      }
    }
  }
  return out;
}

struct RoleWords {
  ColumnRole role;
  std::vector<std::string_view> exact;     // the better the earlier
  std::vector<std::string_view> contains;  // a part of the name
};

// Names as German and English systems write them.
const std::vector<RoleWords>& role_words() {
  static const std::vector<RoleWords> words = {
      {ColumnRole::time,
       {"timetimestamp", "zeitstempel", "timestamp", "eventtimestamp", "eventtime", "ereigniszeit", "zeitpunkt", "completetimestamp", "endtimestamp",
        "datumuhrzeit", "datumzeit", "datetime", "ocurredat", "occurredat", "ocelttimestamp", "oceltimestamp", "erfasstam", "angelegtam", "createdat",
        "time", "zeit", "datum", "date", "wann", "when", "starttimestamp", "starttime", "startzeit"},
       {"zeitstempel", "timestamp", "datum", "zeitpunkt", "datetime", "date", "uhrzeit", "time", "zeit"}},
      {ColumnRole::event_type,
       {"conceptname", "activity", "aktivitaet", "eventtype", "ereignistyp", "ereignisart", "ereignis", "eventname", "event", "activityname",
        "aktivitaetsname", "ocelactivity", "activityid", "touchpoint", "kontaktart", "vorgangsart", "taetigkeit", "handling", "interaction", "interaktion",
        "aktion", "action", "schritt", "prozessschritt", "step", "task", "statusneu", "typ", "art", "type", "act", "was", "what", "kontaktgrund", "anrufgrund", "anliegen", "status"},
       {"activity", "aktivitaet", "ereignis", "eventtype", "eventname"}},
      {ColumnRole::instance_key,
       {"caseconceptname", "caseid", "case", "vorgangsnummer", "vorgangsnr", "vorgangsid", "vorgangid", "vorgang", "fallnummer", "fallid", "fall",
        "instancekey", "instanceid", "traceid", "prozessid", "processid", "ticketnummer", "ticketnr", "ticketid", "ticket", "bestellnummer", "bestellnr", "bestellung",
        "auftragsnummer", "auftragsnr", "auftrag", "orderno", "ordernumber", "orderid", "ordernr", "antragsnummer", "antragsnr", "antrag",
        "applicationid", "schadennummer", "schadennr", "claimid", "claim", "incidentid", "incident", "beschwerdenummer", "complaintid",
        "vertragsnummer", "contractid", "sessionid", "session", "sitzung", "caseidentifier", "caseno", "casenumber", "aktenzeichen"},
       {"vorgangsnummer", "caseid", "ticketid", "orderid"}},
      {ColumnRole::customer,
       {"kundennummer", "kundennr", "kundenid", "kundeid", "kunde", "customerid", "customernumber", "customerno", "customer", "casecustomerid",
        "casecustomer", "casekundennummer", "casekunde", "userid", "user", "nutzerid", "nutzer", "benutzerid", "clientid", "client", "patientid",
        "patient", "visitorid", "visitor", "besucher", "accountid", "account", "memberid", "mitgliedsnummer", "mitglied", "versichertennummer",
        "versicherter", "partnernummer", "geschaeftspartner", "contactid", "kontaktid", "wer", "who", "kdnr", "debitor", "debitornummer", "email", "emailadresse", "mail"},
       {"kundennummer", "kundennr", "customerid", "userid"}},
      {ColumnRole::channel, {"channel", "kanal", "kontaktkanal", "eingangskanal", "casechannel", "vertriebskanal", "medium"}, {"kanal"}},
      {ColumnRole::source, {"sourcesystem", "quellsystem", "source", "quelle", "system", "herkunftssystem"}, {"quellsystem", "sourcesystem"}},
      {ColumnRole::direction, {"direction", "richtung", "kontaktrichtung", "inboundoutbound", "eingangausgang"}, {}},
      {ColumnRole::unit,
       {"orggroup", "abteilung", "department", "unit", "organisationseinheit", "orgunit", "einheit", "team", "bereich", "workgroup", "group", "gruppe",
        "filiale", "standort", "casedepartment"},
       {"abteilung", "department"}},
      {ColumnRole::cost, {"costtotal", "cost", "costs", "kosten", "aufwand"}, {}},
      {ColumnRole::staff,
       {"orgresource", "resource", "ressource", "bearbeiter", "bearbeiterin", "sachbearbeiter", "sachbearbeiterin", "mitarbeiter", "mitarbeiterin",
        "mitarbeitername", "employee", "employeename", "agent", "agentname", "berater", "betreuer", "staff", "clerk", "operator", "responsible",
        "verantwortlich", "verantwortlicher", "caseresponsible", "zustaendig", "assignee", "assignedto"},
       {"bearbeiter", "mitarbeiter", "employee"}},
  };
  return words;
}

// Two or three capitalised words without digits: "Hans Müller", "Müller, Hans".
bool looks_like_person(std::string_view s) {
  size_t words = 0;
  bool at_start = true;
  for (size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c == ' ' || c == ',' || c == '-') {
      at_start = true;
      continue;
    }
    if (c >= '0' && c <= '9') return false;
    if (at_start) {
      if (!((c >= 'A' && c <= 'Z') || c >= 0x80)) return false;
      ++words;
    }
    at_start = false;
  }
  return words == 2 || words == 3;
}

bool content_fits(const DetectedColumn& column, ColumnRole role) {
  switch (role) {
    case ColumnRole::time: return column.kind == ColumnKind::timestamp;
    case ColumnRole::cost: return column.kind == ColumnKind::integer || column.kind == ColumnKind::decimal;
    case ColumnRole::event_type: return column.kind != ColumnKind::timestamp && column.kind != ColumnKind::decimal && column.kind != ColumnKind::boolean;
    case ColumnRole::customer:
    case ColumnRole::instance_key: return column.kind == ColumnKind::text || column.kind == ColumnKind::integer;
    default: return column.kind == ColumnKind::text || column.kind == ColumnKind::integer || column.kind == ColumnKind::boolean;
  }
}

// How well a column's name says that it holds times of day; below 0: it speaks of something else that looks like them.
double time_of_day_name(std::string_view column_name) {
  static constexpr std::array<std::string_view, 27> others = {
      "dauer", "duration", "warte", "wait", "talk", "hold", "handl", "handling", "laufzeit", "antwort", "reaktion", "response", "gespraechszeit", "bearbeitungszeit",
      "nachbearbeitung", "queue", "ring", "elapsed", "zone", "arbeitszeit", "length", "laenge", "timeout", "aht", "sla", "total", "gesamt"};
  static constexpr std::array<std::string_view, 14> exact = {"uhrzeit", "timeofday", "zeit", "time", "eventtime", "anrufzeit", "calltime", "startzeit", "starttime",
                                                             "clock", "uhr", "beginn", "start", "von"};
  const std::string name = plain_name(column_name);
  for (size_t k = 0; k < exact.size(); ++k)
    if (name == exact[k]) return 1000 - static_cast<double>(k);
  for (std::string_view part : others)
    if (name.find(part) != std::string::npos) return -1;
  if (name.find("uhrzeit") != std::string::npos) return 500;
  return name.find("zeit") != std::string::npos || name.find("time") != std::string::npos ? 300 : 0;
}

// Where the time column holds dates alone, the column that holds the times of day; columns.size() where there is none.
size_t time_of_day_column(const std::vector<DetectedColumn>& columns, const std::vector<bool>& taken) {
  const auto date = std::find_if(columns.begin(), columns.end(), [](const DetectedColumn& c) { return c.role == ColumnRole::time; });
  if (date == columns.end() || !date->time || !date->time->dates_alone) return columns.size();
  size_t best = columns.size();
  double best_score = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    const DetectedColumn& c = columns[i];
    if (taken[i] || c.samples.empty() || c.kind == ColumnKind::timestamp) continue;
    size_t readable = 0, with_colon = 0;
    bool any_hour = false;  // durations stay below one more often than not
    for (const std::string& sample : c.samples) {
      const auto time = read_time_of_day(sample);
      readable += time.has_value();
      with_colon += sample.find(':') != std::string::npos;
      any_hour = any_hour || (time && time->micros >= 3'600'000'000);
    }
    if (readable * 10 < c.samples.size() * 8 || !any_hour) continue;
    double score = time_of_day_name(c.name);
    const bool beside = &c == &*date + 1;
    if (score == 0 && beside && with_colon == c.samples.size()) score = 100;
    if (score > 0 && beside) score += 50;
    if (score > best_score) best = i, best_score = score;
  }
  return best;
}

// Where no name helps, what is left over may: a log of three columns says who, what and when.
void suggest_by_content(std::vector<DetectedColumn>& columns, std::vector<bool>& taken) {
  const auto has = [&](ColumnRole role) { return std::any_of(columns.begin(), columns.end(), [&](const DetectedColumn& c) { return c.role == role; }); };
  if (!has(ColumnRole::time)) return;
  std::vector<size_t> left;
  for (size_t i = 0; i < columns.size(); ++i)
    if (!taken[i] && columns[i].role == ColumnRole::attribute && columns[i].filled_share > 0.9 &&
        (columns[i].kind == ColumnKind::text || columns[i].kind == ColumnKind::integer))
      left.push_back(i);
  const auto give = [&](size_t column, ColumnRole role) {
    columns[column].role = role;
    taken[column] = true;
  };
  const bool who = has(ColumnRole::customer) || has(ColumnRole::instance_key), what = has(ColumnRole::event_type);
  if (who && !what && left.size() == 1) give(left[0], ColumnRole::event_type);
  if (!who && what && left.size() == 1) give(left[0], ColumnRole::customer);
  if (who || what || left.size() != 2) return;
  // Fewer things happen than people come, and they rarely have numbers; of two alike the first is who.
  const DetectedColumn &a = columns[left[0]], &b = columns[left[1]];
  const bool second_is_who = a.kind == b.kind ? b.distinct > a.distinct : b.kind == ColumnKind::integer;
  give(left[second_is_who ? 1 : 0], ColumnRole::customer);
  give(left[second_is_who ? 0 : 1], ColumnRole::event_type);
}

}  // namespace

bool names_a_time(std::string_view column_name) {
  const std::string name = plain_name(column_name);
  if (name == "wann" || name == "when") return true;
  for (std::string_view part : {"time", "zeit", "datum", "date", "stamp", "created", "erfasst", "angelegt"})
    if (name.find(part) != std::string::npos) return true;
  return false;
}

void suggest_roles(std::vector<DetectedColumn>& columns) {
  std::vector<bool> taken(columns.size(), false);
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].role = ColumnRole::attribute;
    if (columns[i].kind == ColumnKind::empty || columns[i].unnamed) columns[i].role = ColumnRole::ignored;
    // A column without a name that only counts the rows says nothing; one with other content may mean something.
    taken[i] = columns[i].role == ColumnRole::ignored && columns[i].kind != ColumnKind::timestamp;
    if (columns[i].role == ColumnRole::attribute && columns[i].name.starts_with(customer_attribute_prefix) && columns[i].name.size() > customer_attribute_prefix.size()) {
      columns[i].role = ColumnRole::customer_attribute;
      taken[i] = true;
    }
    if (std::ranges::find(reference_columns, columns[i].name) != std::end(reference_columns)) taken[i] = true;
  }
  for (const RoleWords& words : role_words()) {
    size_t best = columns.size();
    double best_score = 0;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (taken[i] || !content_fits(columns[i], words.role)) continue;
      const std::string name = plain_name(columns[i].name);
      double score = 0;
      for (size_t k = 0; k < words.exact.size(); ++k)
        if (name == words.exact[k]) score = 1000 - static_cast<double>(k);
      if (score == 0)
        for (size_t k = 0; k < words.contains.size(); ++k)
          if (name.find(words.contains[k]) != std::string::npos) {
            score = 500 - static_cast<double>(k);
            break;
          }
      // An event attribute says more about the event than the same one of its case.
      score *= 0.5 + columns[i].filled_share / 2;
      if (score > best_score) best = i, best_score = score;
      if (words.role == ColumnRole::staff && score > 0) {  // every name of a person is one
        columns[i].role = ColumnRole::staff;
        taken[i] = true;
      }
    }
    if (best < columns.size() && words.role != ColumnRole::staff) {
      columns[best].role = words.role;
      taken[best] = true;
    }
    if (words.role == ColumnRole::time && best == columns.size()) {
      for (size_t i = 0; i < columns.size(); ++i)
        if (columns[i].kind == ColumnKind::timestamp && (best == columns.size() || columns[i].filled_share > columns[best].filled_share)) best = i;
      if (best < columns.size()) {
        columns[best].role = ColumnRole::time;
        taken[best] = true;
      }
    }
    if (words.role == ColumnRole::time)
      if (const size_t clock = time_of_day_column(columns, taken); clock < columns.size()) {
        columns[clock].role = ColumnRole::time_of_day;
        taken[clock] = true;
      }
  }
  suggest_by_content(columns, taken);
  for (size_t i = 0; i < columns.size(); ++i) {
    DetectedColumn& c = columns[i];
    if (taken[i] || c.kind != ColumnKind::text || c.samples.size() < 3) continue;
    const auto persons = static_cast<size_t>(std::count_if(c.samples.begin(), c.samples.end(), looks_like_person));
    if (plain_name(c.name).find("name") != std::string::npos && persons * 10 >= c.samples.size() * 8) c.role = ColumnRole::staff;
  }
}

namespace {
bool is_key_role(ColumnRole role) {
  return role == ColumnRole::customer || role == ColumnRole::instance_key || role == ColumnRole::event_type || role == ColumnRole::time || role == ColumnRole::time_of_day;
}
}  // namespace

/// An OCEL log says itself who, what and when.
void suggest_ocel_roles(const OcelOptions& options, std::vector<DetectedColumn>& columns) {
  for (DetectedColumn& c : columns) {
    if (is_key_role(c.role)) c.role = ColumnRole::attribute;
    if (c.name == "ocel:activity") c.role = ColumnRole::event_type;
    if (c.name == "ocel:timestamp") c.role = ColumnRole::time;
    if (c.name == "ocel:eid") c.role = ColumnRole::ignored;
    if (!c.name.starts_with("ocel:type:")) continue;
    const std::string_view type = std::string_view(c.name).substr(10);
    c.role = type == options.customer_type ? ColumnRole::customer : type == options.key_type ? ColumnRole::instance_key : ColumnRole::ignored;
  }
}

/// Files that Lotse wrote itself are read without a guess: by the names that its exports give.
void suggest_own_roles(std::vector<DetectedColumn>& columns) {
  struct Own {
    std::string_view name;
    ColumnRole role;
  };
  static constexpr Own table[] = {{"time", ColumnRole::time}, {"customer", ColumnRole::customer}, {"instance_key", ColumnRole::instance_key},
                                  {"event_type", ColumnRole::event_type}, {"source", ColumnRole::source}, {"channel", ColumnRole::channel},
                                  {"direction", ColumnRole::direction}, {"unit", ColumnRole::unit}, {"cost", ColumnRole::cost}};
  static constexpr Own xes[] = {{"time:timestamp", ColumnRole::time}, {"case:customer", ColumnRole::customer}, {"case:instance_key", ColumnRole::instance_key},
                                {"concept:name", ColumnRole::event_type}, {"source", ColumnRole::source}, {"channel", ColumnRole::channel},
                                {"direction", ColumnRole::direction}, {"unit", ColumnRole::unit}, {"cost:total", ColumnRole::cost},
                                {"case:concept:name", ColumnRole::ignored}, {"case:lotse:export", ColumnRole::ignored}};
  static constexpr Own ocel[] = {{"ocel:timestamp", ColumnRole::time}, {"ocel:type:customer", ColumnRole::customer}, {"instance_key", ColumnRole::instance_key},
                                 {"ocel:activity", ColumnRole::event_type}, {"source", ColumnRole::source}, {"channel", ColumnRole::channel},
                                 {"direction", ColumnRole::direction}, {"unit", ColumnRole::unit}, {"cost", ColumnRole::cost},
                                 {"ocel:eid", ColumnRole::ignored}, {"ocel:type:lotse:instance", ColumnRole::ignored}};
  const auto has = [&](std::string_view name) { return std::any_of(columns.begin(), columns.end(), [&](const DetectedColumn& c) { return c.name == name; }); };
  std::span<const Own> own;
  if (has("case:lotse:export"))
    own = xes;
  else if (has("ocel:type:lotse:instance"))
    own = ocel;
  else if (columns.size() >= std::size(table) && std::equal(std::begin(table), std::end(table), columns.begin(), [](const Own& o, const DetectedColumn& c) { return o.name == c.name; }))
    own = table;
  if (own.empty()) return;
  for (DetectedColumn& c : columns) {
    const auto* found = std::find_if(own.data(), own.data() + own.size(), [&](const Own& o) { return o.name == c.name; });
    if (found != own.data() + own.size())
      c.role = found->role;
    else if (c.role != ColumnRole::customer_attribute)
      c.role = ColumnRole::attribute;
  }
}

}  // namespace lotse::formats
