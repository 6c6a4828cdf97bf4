#include <fmt/format.h>

#include <cstdio>

#include "cli/arguments.h"
#include "cli/mine.h"
#include "connect/disk_formats.h"
#include "connect/file_bytes.h"

namespace lotse::cli {
namespace {

constexpr const char* mine_help = R"(lotse mine LOG [options]

Reads an event log (CSV, Excel .xlsx, JSON, Parquet, XES or OCEL 2.0, also packed as .gz) and prints its journeys: numbers, directly-follows
graph, most frequent variants. Needs no server and writes nothing.

  --json               one JSON object instead of a summary
  --case NAME          column with the case (instance)         guessed where absent
  --activity NAME      column with the activity                guessed where absent
  --time NAME          column with the time                    guessed where absent
  --customer NAME      column with the customer; an instance is then the pair of customer and case
  --separator CHAR     of a CSV: a character, or tab           guessed where absent
  --format FORMAT      csv, xlsx, json, parquet, xes, ocel_json, ocel_xml or ocel_sqlite   guessed where absent
  --customer-type T    of an OCEL log: the object type that is the case   guessed where absent
  --key-type T         of an OCEL log: another one that is the case, the first then being the customer
  --sheet NAME         of an Excel file                        the first one with rows
  --lifecycle VALUE    only events with this lifecycle:transition, like complete
  --classifier KEYS    what names an event, joined by +, like name+lifecycle
  --zone NAME          for times without a zone, like Europe/Berlin; default UTC
  --help

Exit codes: 0 done (also where rows were rejected; they are counted), 2 wrong arguments or a file that cannot be read
as a log, 4 no such file or sheet, 6 the file cannot be read now, 70 a defect in lotse.
)";

std::string duration(double s) {
  if (s < 120) return fmt::format("{:.1f} s", s);
  if (s < 7200) return fmt::format("{:.1f} min", s / 60);
  if (s < 172'800) return fmt::format("{:.1f} h", s / 3600);
  return fmt::format("{:.1f} d", s / 86'400);
}

void print_summary(const MineReport& r) {
  fmt::print("instances     {}\nevents        {}\ntouchpoints   {}\nvariants      {}\nedges         {}\n", r.instances, r.events, r.touchpoints, r.variants,
             r.edges.size());
  fmt::print("duration      mean {}, median {}\n", duration(r.duration_s.mean), duration(r.duration_s.median));
  if (r.first_event) fmt::print("period        {} to {}\n", *r.first_event, *r.last_event);
  for (const auto& [role, column] : r.columns) fmt::print("{:<13} column \"{}\"\n", role, column);
  fmt::print("rejected rows {}\n", r.rejected_rows);
  const auto print_notes = [](const char* title, const std::vector<MineNote>& notes) {
    for (const MineNote& n : notes)
      fmt::print("  {} {}: {}{}\n", title, n.code, n.rows, n.first_row ? fmt::format(" (first in row {})", *n.first_row) : "");
  };
  print_notes("rejected", r.rejects);
  print_notes("warning", r.warnings);
  if (!r.top_variants.empty()) fmt::print("\nmost frequent variants\n");
  for (const MineVariant& v : r.top_variants) {
    std::string chain;
    for (const std::string& t : v.sequence) chain += (chain.empty() ? "" : " > ") + t;
    fmt::print("{:>8}  {:>5.1f} %  {:>9}  {}\n", v.count, v.share * 100, duration(v.median_duration_s), chain);
  }
  if (!r.edges.empty()) fmt::print("\nmost frequent edges\n");
  for (size_t i = 0; i < r.edges.size() && i < 20; ++i)
    fmt::print("{:>8}  mean {:>9}  median {:>9}  {} > {}\n", r.edges[i].count, duration(r.edges[i].mean_s), duration(r.edges[i].median_s), r.edges[i].from, r.edges[i].to);
}

Error wrong(std::string detail) { return Error::invalid("invalid_arguments", "", std::move(detail)); }

struct Asked {
  std::string file;
  bool json = false, help = false;
  MineOptions options;
};

Result<Asked> parse(const std::vector<std::string>& arguments) {
  Asked out;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string word = arguments[i];
    if (word == "--json") {
      out.json = true;
    } else if (word == "--help" || word == "-h") {
      out.help = true;
    } else if (word.starts_with("--")) {
      std::optional<std::string> value;
      if (const size_t equals = word.find('='); equals != std::string::npos) {
        value = word.substr(equals + 1);
        word.resize(equals);
      }
      MineOptions& o = out.options;
      const auto text = [&](std::optional<std::string>& to) -> Result<> {
        if (!value) {
          if (i + 1 == arguments.size()) return wrong(fmt::format("{} needs a value. See lotse mine --help.", word));
          value = arguments[++i];
        }
        to = *value;
        return {};
      };
      std::optional<std::string> plain;
      std::optional<std::string>* to = word == "--case"         ? &o.case_column
                                       : word == "--activity"   ? &o.activity_column
                                       : word == "--time"       ? &o.time_column
                                       : word == "--customer"   ? &o.customer_column
                                       : word == "--format"     ? &o.format
                                       : word == "--sheet"      ? &o.sheet
                                       : word == "--lifecycle"  ? &o.lifecycle
                                       : word == "--classifier" ? &o.classifier
                                       : word == "--customer-type" ? &o.customer_type
                                       : word == "--key-type" ? &o.key_type
                                       : word == "--separator" || word == "--zone" ? &plain
                                                                                   : nullptr;
      if (!to) return wrong(fmt::format("The option {} is not known. See lotse mine --help.", word));
      if (auto done = text(*to); !done) return done.error();
      if (word == "--zone") o.zone = *plain;
      if (word == "--separator") {
        if (*plain == "tab" || *plain == "\\t") plain = "\t";
        if (plain->size() != 1) return wrong("--separator needs one character, or the word tab.");
        o.separator = plain->front();
      }
    } else if (word.size() > 1 && word.front() == '-') {
      return wrong(fmt::format("The option {} is not known. See lotse mine --help.", word));
    } else if (out.file.empty()) {
      out.file = word;
    } else {
      return wrong(fmt::format("Only one log can be mined at a time; \"{}\" is one too many.", word));
    }
  }
  if (out.file.empty() && !out.help) return wrong("Name a log file: lotse mine LOG. See lotse mine --help.");
  return out;
}

Result<> run(const std::vector<std::string>& arguments) {
  const Asked asked = TRY(parse(arguments));
  if (asked.help) {
    fmt::print("{}", mine_help);
    return {};
  }
  auto file = TRY(connect::DiskFile::open(asked.file));
  connect::DiskFormats others(asked.file);
  const MineReport report = TRY(mine(*file, asked.options, Clock::system(), &others));
  if (asked.json) {
    fmt::print("{}\n", to_json(report).dump(1));
  } else {
    print_summary(report);
  }
  return {};
}

}  // namespace

int mine_command(const std::vector<std::string>& arguments) {
  const auto done = run(arguments);
  if (done) return 0;
  return fail("mine", done.error());
}

}  // namespace lotse::cli
