#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "demo/export.h"
#include "demo/planted.h"

/// What the company's BI reports by month and market: the same year as the events tell it, as controlling counts it.
namespace lotse::demo {
namespace {
using json = nlohmann::ordered_json;
constexpr Market all_markets[] = {Market::de, Market::at, Market::ch};
constexpr double benchmark_churn = 0.65;  // of an invented association, per month

/// One row of the report. Numbers as a German spreadsheet writes them.
void write_row(FileWriter& file, std::string_view kpi, int month, std::string_view market, std::string_view benchmark, double value, int decimals, std::optional<size_t> n) {
  std::string number = fmt::format("{:.{}f}", value, decimals);
  std::replace(number.begin(), number.end(), '.', ',');
  file.text(fmt::format("{};{:02}/2025;{};{};{};{}\r\n", kpi, month, market, benchmark, number, n ? std::to_string(*n) : ""));
  file.end_row();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Euro a month. The letter of month 4 raised prices from the month after it.
double fee(const Customer& c, int month) {
  constexpr double by_contract[] = {84, 97, 171};
  return by_contract[c.contract] * (c.market == Market::ch ? 1.22 : 1) * (c.price_letter && month > planted::price_letter_month ? 1.06 : 1);
}
}  // namespace

std::string kpis_json() {
  const auto kpi = [](std::string_view key, std::string_view de, std::string_view en, std::string_view unit, std::string_view better, std::string_view combine, std::string_view description,
                      std::optional<double> target, int decimals) {
    json out = {{"key", key}, {"name_de", de}, {"name_en", en}, {"unit", unit}, {"better", better}, {"combine", combine}, {"description", description}, {"decimals", decimals}};
    if (target) out["target"] = *target;
    return out;
  };
  json all = json::array();
  all.push_back(kpi("umsatz", "Umsatz", "Revenue", "eur", "higher", "sum", "Grundpreise und Verbrauch der Verträge eines Monats, dazu aktivierte Glasfaseranschlüsse; Schweiz in Euro umgerechnet.", std::nullopt, 0));
  all.push_back(kpi("kuendigungsquote", "Kündigungsquote", "Churn rate", "percent", "lower", "weighted_mean", "Kündigungen im Monat, geteilt durch die Kunden am Monatsersten.", 0.4, 2));
  all.push_back(kpi("zeit_bis_termin", "Zeit bis zum Technikertermin (Median)", "Time to technician's visit (median)", "working_days", "lower", "none",
                    "Arbeitstage von der Auftragsbestätigung bis zum Technikertermin, nach dem Monat des Auftrags. Ein Median lässt sich nicht aus denen der Märkte bilden: der Gesamtwert wird mitgeliefert.",
                    planted::wait_target, 1));
  all.push_back(kpi("fehlerquote", "Fehlerquote Aufträge", "Error rate of orders", "percent", "lower", "weighted_mean",
                    "Aufträge, deren Adresse zwischen CRM und ERP abwich und von Hand berichtigt wurde.", 5, 1));
  return json{{"source", "BI-Monatsbericht"}, {"owner", "Leitung Controlling"}, {"system", "Data Warehouse, Monatsabschluss aus ERP und CRM"},
              {"purpose", "Monatsbericht an die Geschäftsleitung"}, {"file", "bi_kennzahlen.csv"}, {"kpis", all}}
      .dump(1);
}

Result<WrittenFile> write_kpis(const World& world, const std::filesystem::path& folder) {
  auto file = TRY(FileWriter::open(folder, "bi_kennzahlen.csv"));
  file.text("Kennzahl;Monat;Markt;Benchmark;Wert;Basis\r\n");
  for (int month = 1; month <= 12; ++month) {
    const Seconds from = month_begin(month), to = month_begin(month + 1);
    std::vector<double> waits;
    for (const Market market : all_markets) {
      double revenue = 0;
      size_t customers = 0, left = 0;
      for (const auto& c : world.customers) {
        if (c.market != market || c.end <= from) continue;
        ++customers;
        revenue += fee(c, month);
        left += c.terminated >= from && c.terminated < to;
      }
      std::vector<double> own;
      size_t orders = 0, wrong = 0;
      for (const auto& o : world.orders) {
        if (!o.passed || world.customers[o.customer].market != market) continue;
        if (!o.cancelled && o.activated > 0 && o.activated < to && o.activated > year_begin()) revenue += 39.9;
        if (o.month() != month) continue;
        ++orders;
        wrong += o.address_fix;
        if (!o.cancelled) own.push_back(o.wait);
      }
      const auto name = market_name(market);
      write_row(file, "umsatz", month, name, "", revenue, 0, std::nullopt);
      write_row(file, "kuendigungsquote", month, name, "", 100.0 * static_cast<double>(left) / static_cast<double>(customers), 2, customers);
      if (!own.empty()) write_row(file, "zeit_bis_termin", month, name, "", median(own), 1, own.size());
      if (orders > 0) write_row(file, "fehlerquote", month, name, "", 100.0 * static_cast<double>(wrong) / static_cast<double>(orders), 1, orders);
      waits.insert(waits.end(), own.begin(), own.end());
    }
    if (!waits.empty()) write_row(file, "zeit_bis_termin", month, "", "", median(waits), 1, waits.size());
    write_row(file, "kuendigungsquote", month, "", "Branchenschnitt", benchmark_churn, 2, std::nullopt);
  }
  return file.close();
}

}  // namespace lotse::demo
