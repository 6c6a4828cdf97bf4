// Speed of the readers on generated data; prints MB/s and ns. Usage: formats_bench [megabytes]
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "formats/csv.h"
#include "formats/encoding.h"
#include "formats/typed_columns.h"

using namespace lotse;
using namespace lotse::formats;

namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string event_log(size_t bytes, bool quoted) {
  std::string out = "customer;order;activity;time;channel;cost\n";
  const char* activities[] = {"visit", "compare offers", "order placed", "order shipped", "payment received", "complaint", "return"};
  const char* channels[] = {"web", "app", "phone", "shop"};
  uint64_t seed = 42;
  const char* q = quoted ? "\"" : "";
  while (out.size() < bytes) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    const auto r = static_cast<uint32_t>(seed >> 33);
    out += fmt::format("{0}{1:08}{0};{0}A-{2:07}{0};{0}{3}{0};{0}2024-{4:02}-{5:02} {6:02}:{7:02}:{8:02}{0};{0}{9}{0};{10}.{11:02}\n", q, r % 1'000'000, r / 7 % 3'000'000,
                       activities[r % 7], 1 + r % 12, 1 + r / 3 % 28, r / 5 % 24, r / 11 % 60, r / 13 % 60, channels[r / 17 % 4], r % 500, r % 100);
  }
  return out;
}

template <class F>
double best_of(int times, F&& f) {
  double best = 1e9;
  for (int i = 0; i < times; ++i) {
    const double begin = now_s();
    f();
    best = std::min(best, now_s() - begin);
  }
  return best;
}

void bench_csv(const char* name, const std::string& text) {
  const double mb = static_cast<double>(text.size()) / 1e6;
  size_t rows = 0;
  const double decode = best_of(3, [&] {
    MemorySource memory(text);
    DecodeSource decoded(memory, Encoding::utf8);
    std::vector<char> buffer(1 << 20);
    while (decoded.read(buffer).value() > 0) {
    }
  });
  const double split = best_of(3, [&] {
    MemorySource memory(text);
    CsvSplitter splitter(memory, {.delimiter = ';'});
    CsvChunk spare;
    while (auto chunk = splitter.next(std::move(spare)).value()) spare = std::move(*chunk);
  });
  const double read = best_of(3, [&] {
    MemorySource memory(text);
    auto reader = CsvReader::open(memory, {.delimiter = ';'}).value();
    RowBlock block;
    rows = 0;
    while (reader->next(block).value()) rows += block.row_count();
  });
  fmt::print("{:<10} {:.0f} MB, {} rows: decode {:.0f} MB/s, split {:.0f} MB/s, split+parse {:.0f} MB/s ({:.1f} ns a row)\n", name, mb, rows, mb / decode, mb / split,
             mb / read, read * 1e9 / static_cast<double>(rows));
}

void bench_columns(const std::string& text) {
  MemorySource memory(text);
  auto reader = CsvReader::open(memory, {.delimiter = ';'}).value();
  RowBlock block;
  TextDictionary customers, activities;
  std::vector<uint32_t> codes;
  std::vector<Stamp> stamps;
  double customer_s = 0, activity_s = 0, stamp_s = 0, berlin_s = 0;
  size_t rows = 0;
  const StampReader utc(TimeLayout::iso, Zone::utc(), Micros::max());
  const StampReader berlin(TimeLayout::iso, Zone::find("Europe/Berlin").value(), Micros::max());
  while (reader->next(block).value()) {
    rows += block.row_count();
    const auto timed = [](double& sum, auto&& f) {
      const double begin = now_s();
      f();
      sum += now_s() - begin;
    };
    timed(customer_s, [&] { append_codes(block, 0, customers, codes); });
    timed(activity_s, [&] { append_codes(block, 2, activities, codes); });
    timed(stamp_s, [&] { append_stamps(block, 3, utc, stamps); });
    timed(berlin_s, [&] { append_stamps(block, 3, berlin, stamps); });
    codes.clear();
    stamps.clear();
  }
  const double n = static_cast<double>(rows) / 1e9;
  fmt::print("per row: customer code ({} different) {:.1f} ns, activity code {:.1f} ns, ISO stamp UTC {:.1f} ns, Berlin {:.1f} ns\n", customers.size(), customer_s / n,
             activity_s / n, stamp_s / n, berlin_s / n);
  for (const auto& [layout, sample] : {std::pair(TimeLayout::german, "31.12.2024 14:05:06"), std::pair(TimeLayout::iso, "2024-12-31T14:05:06.123+01:00"),
                                       std::pair(TimeLayout::us, "12/31/2024 2:05 PM"), std::pair(TimeLayout::excel_1900, "45657.586875"), std::pair(TimeLayout::epoch_ms, "1735653906123")}) {
    const StampReader stamp_reader(layout, Zone::find("Europe/Berlin").value(), Micros::max());
    int64_t sum = 0;
    std::string text_copy = sample;
    const double s = best_of(3, [&] {
      for (int i = 0; i < 1'000'000; ++i) {
        asm volatile("" : : "r"(text_copy.data()) : "memory");
        sum += stamp_reader.read(text_copy).utc.count();
      }
    });
    fmt::print("{:<32} {:.1f} ns\n", sample, s * 1e3);
    if (sum == 42) fmt::print("!");
  }
}

}  // namespace

int main(int count, char** words) {
  const size_t bytes = (count > 1 ? std::stoull(words[1]) : 200) * 1'000'000;
  const std::string plain = event_log(bytes, false);
  bench_csv("plain", plain);
  bench_csv("quoted", event_log(bytes, true));
  bench_columns(plain);
}
