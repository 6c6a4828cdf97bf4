#include "demo/export.h"

#include <fmt/format.h>

#include "demo/comments.h"

/// Six systems, six dialects: what a call centre, a portal and a billing system really hand over.
namespace lotse::demo {
namespace {

enum class Times { zulu, epoch_ms, plain, german, offset };
struct Dialect {
  std::string_view file, delimiter;
  Times times;
  bool windows_1252, decimal_comma;
  std::string_view byte_order_mark, line_end;
  std::vector<std::string_view> header;
};

const Dialect& dialect(System s) {
  static const Dialect all[] = {
      {"web_portal.csv", ",", Times::zulu, false, false, "", "\n",
       {"customer_no", "case_no", "case_type", "event", "timestamp", "device", "campaign", "product", "cost_eur", "account_no", "order_no"}},
      {"app_events.csv", ",", Times::epoch_ms, false, false, "", "\n", {"uid", "case_no", "case_type", "event_name", "ts", "device", "order_no"}},
      {"crm_aktivitaeten.csv", ";", Times::plain, false, true, "\xEF\xBB\xBF", "\r\n",
       {"Kundennummer", "Vorgangsnummer", "Vorgangsart", "Aktivität", "Zeitpunkt", "Kanal", "Richtung", "Bereich", "Kosten", "Gerät",
        "Ergebnis", "Versuche", "Kampagne", "Wartezeit", "Anlass", "Score", "Kommentar", "Sprache", "Firmennummer", "Vertragsnummer", "Auftragsnummer"}},
      {"erp_buchungen.csv", ";", Times::german, false, true, "", "\r\n",
       {"Kunden-Nr.", "Vorgang", "Vorgangsart", "Buchungstext", "Buchungsdatum", "Versandweg", "Richtung", "Abteilung", "Kosten",
        "Wartezeit", "Markt", "Region", "Vertragsart", "Segment", "Firma-Nr.", "Vertrags-Nr.", "Auftrags-Nr."}},
      {"servicecenter.csv", ";", Times::german, true, true, "", "\r\n",
       {"Kundennr", "Vorgangsnr", "Vorgangsart", "Anliegen", "Beginn", "Kanal", "Richtung", "Team", "Kosten", "Mitarbeiter", "Notiz", "Sprache", "Firmennr", "Vertragsnr", "Auftragsnr"}},
      {"shop_besuche.tsv", "\t", Times::offset, false, false, "", "\n", {"Kunde", "Vorgang", "Vorgangsart", "Anlass", "Zeit", "Filiale", "Kosten"}},
  };
  return all[static_cast<size_t>(s)];
}

/// All our texts lie in Latin 1, where Windows-1252 agrees with it.
std::string to_windows_1252(std::string_view utf8) {
  std::string out;
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x80) out += utf8[i];
    else out += static_cast<char>((c & 0x03) << 6 | (static_cast<unsigned char>(utf8[++i]) & 0x3f));
  }
  return out;
}

std::string time_text(Times how, Seconds t) {
  switch (how) {
    case Times::zulu: return iso_zulu(t);
    case Times::epoch_ms: return std::to_string(to_utc(t) * 1000);
    case Times::plain: return iso_plain(t);
    case Times::german: return german(t);
    case Times::offset: return iso_offset(t);
  }
  return {};
}

std::string cost_text(int cents, bool comma) {
  return cents ? fmt::format("{}{}{:02}", cents / 100, comma ? ',' : '.', cents % 100) : std::string();
}

std::string quoted(std::string_view text, std::string_view delimiter) {
  if (text.find_first_of(std::string(delimiter) + "\"") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

/// The fibre order that an event belongs to; null where none was placed.
const Order* order_of(const World& world, const Event& e) {
  const int order = world.customers[e.customer].order;
  if (order < 0) return nullptr;
  const Order& found = world.orders[static_cast<size_t>(order)];
  return found.passed && found.matter == e.matter ? &found : nullptr;
}

/// One cell by its column's name.
std::string cell(const World& world, const Event& e, const Dialect& d, std::string_view column) {
  const auto& type = info(e.type);
  const auto& customer = world.customers[e.customer];
  const bool words = e.score >= 0 || e.text != 0;
  if (column == "case_no" || column == "Vorgangsnummer" || column == "Vorgang" || column == "Vorgangsnr") return matter_text(e.matter);
  if (column == "case_type" || column == "Vorgangsart") return std::string(name(matter_kind(e.matter)));
  if (column == "account_no" || column == "Firmennummer" || column == "Firma-Nr." || column == "Firmennr") return account_text(e.customer);
  if (column == "order_no" || column == "Auftragsnummer" || column == "Auftrags-Nr." || column == "Auftragsnr") return order_of(world, e) ? matter_text(e.matter) : "";
  // Fibre has a contract of its own beside that for power or gas.
  if (column == "Vertragsnummer" || column == "Vertrags-Nr." || column == "Vertragsnr") return order_of(world, e) ? "VG-" + matter_text(e.matter).substr(3) : "VS-" + customer_text(e.customer);
  if (column == "device" || column == "Gerät") return std::string(device_name(e.device));
  if (column == "campaign" || column == "Kampagne") return std::string(campaign_name(e.campaign));
  if (column == "product") return std::string(product_name(e.product));
  if (column == "cost_eur" || column == "Kosten") return cost_text(type.cost_cents, d.decimal_comma);
  if (column == "Kanal" || column == "Versandweg") return std::string(name(type.channel));
  if (column == "Richtung") return type.by_us ? "ausgehend" : "eingehend";
  if (column == "Bereich" || column == "Abteilung" || column == "Team") return std::string(type.unit);
  if (column == "Ergebnis") return e.passed == 0 ? "" : e.passed == 1 ? "bestanden" : "nicht bestanden";
  if (column == "Versuche") return e.attempts ? std::to_string(e.attempts) : "";
  if (column == "Score") return e.score >= 0 ? std::to_string(e.score) : "";
  if (column == "Kommentar" || column == "Notiz") return std::string(comment_text(e.text));
  if (column == "Sprache") return !words ? "" : customer.english ? "en" : "de";
  if (column == "Wartezeit") return std::string(wait_name(e.wait));
  if (column == "Markt") return std::string(market_name(customer.market));
  if (column == "Region") return std::string(region_name(customer.region));
  if (column == "Vertragsart") return std::string(contract_name(customer.contract));
  if (column == "Segment") return std::string(segment_name(customer.segment));
  if (column == "Mitarbeiter") return type.by_us && e.type != Type::call_back ? "" : fmt::format("SC-{:03}", (e.customer * 31 + static_cast<uint32_t>(e.time / hour)) % 140 + 1);
  if (column == "Filiale") return fmt::format("Filiale {:02}", customer.region * 3 + e.customer % 3 + 1);
  if (column == "Anlass") return std::string(type.system == System::shop ? type.raw : occasion_name(e.type));
  if (column == "event" || column == "event_name" || column == "Aktivität" || column == "Buchungstext" || column == "Anliegen") return std::string(type.raw);
  if (column == "timestamp" || column == "ts" || column == "Zeitpunkt" || column == "Buchungsdatum" || column == "Beginn" || column == "Zeit") return time_text(d.times, e.time);
  return customer_text(e.customer);
}
}  // namespace

std::string file_name(System s) { return std::string(dialect(s).file); }
std::string_view wait_name(Wait w) {
  constexpr std::string_view names[] = {"", "bis 5 Arbeitstage", "über 5 bis 10 Arbeitstage", "über 10 Arbeitstage"};
  return names[static_cast<size_t>(w)];
}
std::string_view device_name(Device d) { return d == Device::none ? "" : d == Device::mobile ? "mobil" : "Desktop"; }
std::string_view campaign_name(uint8_t c) {
  constexpr std::string_view names[] = {"", "Glasfaser Marke", "Glasfaser Preis", "Nachbarschaft", "Frühlingsaktion", "Herbstaktion", "Umzug", "Newsletter"};
  return names[c];
}
std::string_view product_name(uint8_t p) {
  constexpr std::string_view names[] = {"", "Glasfaser 250", "Glasfaser 500", "Glasfaser 1000"};
  return names[p];
}
std::string_view occasion_name(Type t) {
  return t == Type::nps_relation ? "Beziehung" : t == Type::nps_connection ? "Glasfaseranschluss" : t == Type::visit_rating ? "Technikerbesuch" : "";
}

Result<FileWriter> FileWriter::open(const std::filesystem::path& folder, std::string name) {
  FileWriter w;
  w.file_.reset(std::fopen((folder / name).c_str(), "wb"));
  if (!w.file_) return Error::make(ErrorKind::unavailable, "file_not_written", (folder / name).string());
  w.written_.name = std::move(name);
  w.written_.checksum = 0xcbf29ce484222325;
  return w;
}
void FileWriter::text(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() > (1u << 20) && !flush()) failed_ = true;
}
Result<> FileWriter::flush() {
  for (const char c : buffer_) written_.checksum = (written_.checksum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  const bool ok = std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) == buffer_.size();
  buffer_.clear();
  if (!ok) return Error::make(ErrorKind::unavailable, "file_not_written", written_.name);
  return {};
}
Result<WrittenFile> FileWriter::close() {
  TRY(flush());
  if (failed_ || std::fclose(file_.release()) != 0) return Error::make(ErrorKind::unavailable, "file_not_written", written_.name);
  return written_;
}

Result<WrittenFile> write_system(const World& world, System system, const std::filesystem::path& folder) {
  const auto& d = dialect(system);
  auto out = TRY(FileWriter::open(folder, std::string(d.file)));
  std::string line(d.byte_order_mark);
  const auto put = [&](size_t column, std::string_view value) {
    if (column) line += d.delimiter;
    line += quoted(value, d.delimiter);
  };
  const auto end = [&] {
    line += d.line_end;
    out.text(d.windows_1252 ? to_windows_1252(line) : line);
    line.clear();
  };
  for (size_t i = 0; i < d.header.size(); ++i) put(i, d.header[i]);
  end();
  for (const auto& e : world.events) {
    if (info(e.type).system != system) continue;
    for (size_t i = 0; i < d.header.size(); ++i) put(i, cell(world, e, d, d.header[i]));
    end();
    out.end_row();
  }
  return out.close();
}

Result<WrittenFile> write_json(const std::filesystem::path& folder, const std::string& name, const std::string& json) {
  auto out = TRY(FileWriter::open(folder, name));
  out.text(json);
  out.text("\n");
  return out.close();
}

Result<std::vector<WrittenFile>> generate(const std::filesystem::path& folder, uint64_t seed) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return Error::make(ErrorKind::unavailable, "file_not_written", folder.string());
  const World world = simulate(seed);
  std::vector<WrittenFile> files;
  for (size_t s = 0; s < system_count; ++s) files.push_back(TRY(write_system(world, static_cast<System>(s), folder)));
  files.push_back(TRY(write_kpis(world, folder)));
  files.push_back(TRY(write_json(folder, "kpis.json", kpis_json())));
  files.push_back(TRY(write_json(folder, "sources.json", sources_json())));
  files.push_back(TRY(write_json(folder, "touchpoints.json", touchpoints_json())));
  files.push_back(TRY(write_json(folder, "personas.json", personas_json())));
  files.push_back(TRY(write_json(folder, "journeys.json", journeys_json())));
  files.push_back(TRY(write_json(folder, "segments.json", segments_json())));
  files.push_back(TRY(write_json(folder, "targets.json", targets_json())));
  files.push_back(TRY(write_json(folder, "truth.json", truth_json(world))));
  return files;
}

}  // namespace lotse::demo
