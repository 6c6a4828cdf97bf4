#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// The demo workspace: "Everyone blames the price letter. It was the handover." A fictional German provider of energy and
/// fibre with 50,000 customers, simulated over twelve months from a seed, as the files that its six systems would export.
namespace lotse::demo {

constexpr uint64_t default_seed = 20250101;
constexpr std::string_view workspace_name = "Demo: Brisanda Energie";  ///< invented
constexpr std::string_view workspace_slug = "demo";

struct WrittenFile {
  std::string name;
  uint64_t rows = 0;      ///< of data; 0 for JSON files
  uint64_t checksum = 0;  ///< FNV-1a of all bytes
};

/// Simulates and writes into `folder`, which is made where it is missing:
///   web_portal.csv app_events.csv crm_aktivitaeten.csv erp_buchungen.csv servicecenter.csv shop_besuche.tsv
///   bi_kennzahlen.csv what the company's BI reports by month and market; kpis.json defines its KPIs and names the data set
///   sources.json      per file: the source's name and how it is to be read (connect's SourceMapping)
///   touchpoints.json  the 46 owned touchpoints with owner, channel, direction and the event types that map to them
///   segments.json     saved filters, with names in place of ids (names.h)
///   personas.json journeys.json targets.json   the designed world
///   truth.json        every planted figure, and which question shows it
/// The same seed gives the same bytes on every machine.
///   errors   file_not_written  detail names the file
///   cost     about 3 s and 200 MB of memory; 150 MB of files
Result<std::vector<WrittenFile>> generate(const std::filesystem::path& folder, uint64_t seed = default_seed);

}  // namespace lotse::demo
