// Newline JSON: bench/ndjson.sh runs it. Prices have no zero at their end: the peer writes numbers anew, we keep their text.
//   ndjson_bench make FILE EVENTS     writes events of 300 to 500 bytes with 8 properties, seeded
//   ndjson_bench parse FILE           reads and encodes it on one thread: rows into dictionary codes and times
//   ndjson_bench import FILE FOLDER   imports it, durable, into an empty data folder, and prints a checksum of what is stored
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>

#include "connect/file_bytes.h"
#include "connect/import_run.h"
#include "events/stores.h"
#include "formats/detect.h"
#include "formats/typed_columns.h"
#include "privacy/vault.h"

using namespace lotse;
using Steady = std::chrono::steady_clock;

namespace {
constexpr const char* columns[] = {"customer_id", "event", "timestamp", "channel", "properties.product", "properties.price", "properties.quantity",
                                   "properties.currency", "properties.page.path", "properties.page.title", "properties.campaign", "properties.device"};

double since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

/// Of all threads: other work on the machine disturbs it less than the clock.
double processor_s() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}: {}\n", result.error().code, result.error().detail);
  std::exit(1);
}

void make(const std::string& file, uint64_t events) {
  std::mt19937_64 random(7);
  std::FILE* out = std::fopen(file.c_str(), "wb");
  const char* const types[] = {"Product Viewed", "Product Added", "Cart Viewed", "Checkout Started", "Order Completed", "Support Contacted", "Newsletter Opened", "Search"};
  const char* const channels[] = {"web", "app", "store", "phone"};
  for (uint64_t i = 0; i < events; ++i) {
    const uint64_t r = random();
    const uint64_t customer = r % (events / 10 + 1);
    const int64_t us = int64_t{1'704'067'200'000'000} + static_cast<int64_t>(i * 31'536'000'000'000 / events + (r >> 40) % 1000 * 1000);
    fmt::print(out,
               "{{\"customer_id\":\"C{:09}\",\"event\":\"{}\",\"timestamp\":\"{}\",\"channel\":\"{}\",\"messageId\":\"m-{:016x}\",\"properties\":{{\"product\":\"Article {} of the summer range\",\"price\":{}.{},"
               "\"quantity\":{},\"currency\":\"EUR\",\"page\":{{\"path\":\"/shop/category-{}/article\",\"title\":\"An article of category {} – shop\"}},\"campaign\":\"{}\",\"device\":\"{}\"}}}}\n",
               customer, types[(r >> 8) % 8], iso_utc(Micros(us)), channels[(r >> 16) % 4], r, (r >> 20) % 2000, (r >> 24) % 300, (r >> 28) % 9 + 1, (r >> 32) % 9 + 1, (r >> 36) % 40, (r >> 36) % 40,
               (r >> 44) % 3 ? "spring_newsletter_and_social_2024" : "organic_search_without_campaign_x", (r >> 48) % 2 ? "mobile" : "desktop");
  }
  std::fclose(out);
}

void parse(const std::string& path) {
  auto file = must(connect::DiskFile::open(path));
  const auto start = Steady::now();
  const double processor = processor_s();
  auto table = must(formats::OpenTable::open(*file, {.format = formats::FileFormat::json}, {std::begin(columns), std::end(columns)}));
  const formats::StampReader stamps(formats::TimeLayout::iso, formats::Zone::utc(), Clock::system().now());
  std::vector<formats::TextDictionary> dictionaries(std::size(columns));
  std::vector<uint32_t> codes;
  std::vector<formats::Stamp> times;
  formats::RowBlock block;
  uint64_t rows = 0, sum = 0;
  while (must(table->rows().next(block))) {
    rows += block.row_count();
    for (size_t c = 0; c < std::size(columns); ++c) {
      if (c == 2) {
        times.clear();
        formats::append_stamps(block, c, stamps, times);
        for (const auto& t : times) sum += static_cast<uint64_t>(t.utc.count() / 1000) % 1'000'000'007;
        continue;
      }
      codes.clear();
      formats::append_codes(block, c, dictionaries[c], codes);
      for (const uint32_t code : codes) sum += code;
    }
  }
  const double s = since(start);
  fmt::print("parse_rows {}\nparse_events_per_s {:.0f}\nparse_events_per_processor_s {:.0f}\nparse_mb_per_s {:.0f}\nparse_sum {}\n", rows, static_cast<double>(rows) / s,
             static_cast<double>(rows) / (processor_s() - processor), static_cast<double>(file->size_bytes()) / s / 1e6, sum);
}

void import(const std::string& path, const std::filesystem::path& data) {
  std::filesystem::remove_all(data);
  events::Stores stores(data, {}, Clock::system());
  auto vault = must(privacy::Vault::open(data));
  using R = connect::ColumnRole;
  connect::ImportOrder order{.workspace = {"ws_bench"}, .file = path, .import = "imp_bench", .source_id = "src_bench", .source_name = "bench", .rejects = data / "rejects.csv"};
  order.mapping.columns = {{"customer_id", R::customer}, {"event", R::event_type}, {"timestamp", R::time}, {"channel", R::channel}};
  for (size_t c = 4; c < std::size(columns); ++c) order.mapping.columns.push_back({columns[c], R::event_attribute});
  auto store = must(stores.open(order.workspace));
  const auto start = Steady::now();
  const double processor = processor_s();
  const auto result = must(connect::run_import(store, *vault, order, Clock::system(), [](double, std::string_view) {}));
  const double s = since(start), processor_used = processor_s() - processor;
  // Sums that do not depend on order nor numbering: times, and lengths of the texts behind the codes.
  const auto dictionary = store->dictionary();
  uint64_t rows = 0, sum = 0, lengths = 0;
  auto scanned = store->scan(0, store->as_of(), {}, [&](EventColumns&& c) -> Result<void> {
    rows += c.size();
    for (size_t i = 0; i < c.size(); ++i) {
      sum += static_cast<uint64_t>(c.time_us[i] / 1000) % 1'000'000'007;
      lengths += dictionary->types[c.type[i] - 1].name.size();
    }
    for (const auto& a : c.attributes)
      for (size_t d = 0; d < dictionary->attributes.size(); ++d)
        if (dictionary->attributes[d].number == a.attribute && a.attribute != BuiltinAttribute::direction && a.attribute != BuiltinAttribute::unit)
          for (const uint32_t code : a.codes)
            if (code > 0) lengths += dictionary->values[d][code - 1].size();
    return {};
  });
  if (!scanned) must(Result<int>(scanned.error()));
  for (const auto& stage : result.stages) fmt::print("stage {} {:.3f}\n", stage.stage, stage.seconds);
  fmt::print("import_rows {}\nimport_rejected {}\nimport_seconds {:.3f}\nimport_events_per_s {:.0f}\nimport_events_per_processor_s {:.0f}\nimport_check {} {} {}\n", rows, result.rows_rejected, s, static_cast<double>(rows) / s, static_cast<double>(rows) / processor_used, rows, sum, lengths);
}
}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "make" && argc == 4)
    make(argv[2], std::strtoull(argv[3], nullptr, 10));
  else if (what == "parse")
    parse(argv[2]);
  else if (what == "import" && argc == 4)
    import(argv[2], argv[3]);
  else
    return fmt::print(stderr, "usage: ndjson_bench make FILE EVENTS | parse FILE | import FILE FOLDER\n"), 2;
  return 0;
}
