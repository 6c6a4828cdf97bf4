#include "privacy/access_page.h"

#include <fmt/format.h>

namespace lotse::privacy {

namespace {
struct Words {
  const char *title, *lead, *identifiers, *consents, *events, *rejected, *none, *time, *what, *source, *details, *purpose, *said, *granted, *denied, *made;
};
constexpr Words german = {"Auskunft über Ihre Daten", "Dies ist alles, was zu Ihnen gespeichert ist (Art. 15 DSGVO). Dieselben Angaben gibt es als JSON-Datei für andere Systeme (Art. 20).",
                          "Kennungen", "Einwilligungen", "Ereignisse", "Nicht übernommene Zeilen", "Keine.", "Zeit (UTC)", "Ereignis", "Quelle", "Angaben", "Zweck", "Antwort", "erteilt",
                          "verweigert oder widerrufen", "Erstellt am"};
constexpr Words english = {"Your data", "This is everything stored about you (Art. 15 GDPR). The same is there as a JSON file for other systems (Art. 20).",
                           "Identifiers", "Consent", "Events", "Rows that were not taken", "None.", "Time (UTC)", "Event", "Source", "Details", "Purpose", "Answer", "granted",
                           "denied or withdrawn", "Made at"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}
std::string text_of(const nlohmann::json& value) { return escaped(value.is_string() ? value.get<std::string>() : value.dump()); }

const nlohmann::json& part(const nlohmann::json& file, const char* name) {
  static const nlohmann::json nothing = nlohmann::json::array();
  const auto data = file.find("data");
  if (data == file.end() || !data->is_object()) return nothing;
  const auto at = data->find(name);
  return at == data->end() || !at->is_array() ? nothing : *at;
}
}  // namespace

std::string access_page(const nlohmann::json& file, std::string_view language) {
  const Words& w = language == "en" ? english : german;
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title><style>body{{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}}"
      "table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;vertical-align:top;border-bottom:1px solid #ccc;padding:.3rem .6rem .3rem 0}}h2{{margin-top:2rem}}</style></head>"
      "<body><h1>{}</h1><p>{}</p><p>{}: {} · {}</p>\n",
      language, w.title, w.title, w.lead, w.made, escaped(file.value("made_at", "")), escaped(file.value("customer", "")));
  const auto section = [&](const char* title, const nlohmann::json& rows, const std::string& head, auto&& cells) {
    out += fmt::format("<h2>{} ({})</h2>\n", title, rows.size());
    if (rows.empty()) {
      out += fmt::format("<p>{}</p>\n", w.none);
      return;
    }
    out += "<table><thead><tr>" + head + "</tr></thead><tbody>\n";
    for (const auto& row : rows) out += "<tr>" + cells(row) + "</tr>\n";
    out += "</tbody></table>\n";
  };
  const auto heads = [](std::initializer_list<const char*> names) {
    std::string all;
    for (const char* name : names) all += fmt::format("<th scope=\"col\">{}</th>", name);
    return all;
  };
  section(w.identifiers, part(file, "vault"), heads({w.identifiers}), [](const nlohmann::json& row) { return "<td>" + text_of(row) + "</td>"; });
  section(w.consents, part(file, "consents"), heads({w.time, w.purpose, w.said, w.source}), [&](const nlohmann::json& row) {
    return fmt::format("<td>{}</td><td>{}</td><td>{}</td><td>{}</td>", escaped(row.value("at", "")), escaped(row.value("purpose", "")), row.value("granted", false) ? w.granted : w.denied,
                       escaped(row.value("source", "")));
  });
  section(w.events, part(file, "events"), heads({w.time, w.what, w.source, w.details}), [](const nlohmann::json& row) {
    std::string details;
    for (const auto& [name, value] : row.items()) {
      if (name == "time" || name == "event_type" || name == "source") continue;
      if (value.is_object()) {
        for (const auto& [inner, text] : value.items()) details += escaped(inner) + ": " + text_of(text) + "<br>";
      } else {
        details += escaped(name) + ": " + text_of(value) + "<br>";
      }
    }
    return fmt::format("<td>{}</td><td>{}</td><td>{}</td><td>{}</td>", escaped(row.value("time", "")), escaped(row.value("event_type", "")), escaped(row.value("source", "")), details);
  });
  if (const auto& rejected = part(file, "imports"); !rejected.empty())
    section(w.rejected, rejected, heads({w.details}), [](const nlohmann::json& row) { return "<td>" + escaped(row.value("row", "")) + "</td>"; });
  return out + "</body></html>\n";
}

}  // namespace lotse::privacy
