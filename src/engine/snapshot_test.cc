#include "engine/snapshot.h"

#include <gtest/gtest.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "engine/detail/snapshot.h"
#include "engine/graph.h"
#include "engine/variants.h"

namespace lotse::engine {
namespace {

InlineExecutor one_thread;

RowBatch rows_with_gaps(const std::vector<int64_t>& gaps) {
  RowBatch rows;
  int64_t time = 1'700'000'000'000'000;
  for (size_t i = 0; i < gaps.size(); ++i) {
    time += gaps[i];
    rows.customer.push_back(7);
    rows.time_us.push_back(time);
    rows.arrival.push_back(i + 1);
    rows.event_class.push_back(0);
  }
  return rows;
}

/// Customers with `each` events a few minutes apart, to the millisecond, and one attribute.
RowBatch usual_rows(uint32_t customers, uint32_t each, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  RowBatch rows;
  rows.attributes.resize(1);
  for (uint32_t c = 0; c < customers; ++c) {
    int64_t time = 1'700'000'000'000'000 + static_cast<int64_t>(random() % 1'000'000) * 1'000;
    for (uint32_t e = 0; e < each; ++e) {
      rows.customer.push_back(c);
      rows.time_us.push_back(time += static_cast<int64_t>(random() % 5'000'000) * 1'000);
      rows.arrival.push_back(rows.arrival.size() + 1);
      rows.event_class.push_back(static_cast<uint32_t>(random() % 50));
      rows.attributes[0].push_back(static_cast<uint32_t>(random() % 9));
    }
  }
  return rows;
}

const detail::Segment& main_segment(const Snapshot& columns) { return *columns->parts.at(0).segment; }

TEST(Snapshot, TakesAtMostSixteenBytesAnEventAndTwoForAnAttribute) {
  auto columns = build(usual_rows(20'000, 10), one_thread).value();
  const auto about = info(columns);
  const double core = static_cast<double>(about.core_bytes) / static_cast<double>(about.events);
  EXPECT_LE(core, 12.0);
  EXPECT_LE(static_cast<double>(about.bytes) / static_cast<double>(about.events), core + 2.001);
}

TEST(Snapshot, FineClocksWithLongGapsStillFitSixteenBytes) {
  auto rows = usual_rows(20'000, 10);
  for (size_t i = 0; i < rows.size(); ++i) rows.time_us[i] += static_cast<int64_t>(i * 7919 % 1000);
  auto columns = build(rows, one_thread).value();
  const auto about = info(columns);
  EXPECT_EQ(main_segment(columns).blocks[0].unit_us, 0u);
  EXPECT_LE(static_cast<double>(about.core_bytes) / static_cast<double>(about.events), 16.0);
}

TEST(Snapshot, GapsKeepMicrosecondsWhateverTheirUnit) {
  for (const auto& gaps : std::vector<std::vector<int64_t>>{{0, 0, 0},
                                                            {0, 1, 4'294'967'294, 4'294'967'295, 4'294'967'296},
                                                            {0, 1'000, 2'000, 1'000, 3'000'000},
                                                            {0, 86'400'000'000, 31'536'000'000'000},
                                                            {0, 999, 1'001, 250'000'000'000'000'000}}) {
    const auto rows = rows_with_gaps(gaps);
    const auto back = rows_of(build(rows, one_thread).value());
    EXPECT_EQ(back.time_us, rows.time_us);
  }
}

TEST(Snapshot, ASeldomLongGapIsAnException) {
  std::vector<int64_t> gaps(1'000, 60'000'000);
  gaps[0] = 0;
  gaps[500] = 200'000'000'000'000'123;
  const auto rows = rows_with_gaps(gaps);
  auto columns = build(rows, one_thread).value();
  EXPECT_EQ(main_segment(columns).exception_count, 1u);
  EXPECT_EQ(rows_of(columns).time_us, rows.time_us);
}

TEST(Snapshot, RefusesColumnsOfUnequalLengthAndTimesOutOfRange) {
  auto rows = usual_rows(2, 2);
  rows.arrival.pop_back();
  EXPECT_EQ(build(rows, one_thread).error().code, "invalid_rows");
  rows = usual_rows(2, 2);
  rows.time_us[1] = 253'402'300'800'000'000;
  EXPECT_EQ(build(rows, one_thread).error().code, "time_out_of_range");
}

TEST(Snapshot, TwoCustomersBecomeOneAndTwoAgainWithTheirEventsInterleaved) {
  const int64_t start = 1'700'000'000'000'000;
  RowBatch rows;
  for (uint32_t i = 0; i < 8; ++i) {
    rows.customer.push_back(i % 2 ? 5 : 9);
    rows.time_us.push_back(start + (i / 2) * 1'000);  // in pairs at one moment: then the arrival decides
    rows.arrival.push_back(i + 1);
    rows.event_class.push_back(i);
    rows.instance_key.push_back(i < 4 ? 1 : 2);
  }
  const auto apart = build(rows, one_thread).value();
  const std::vector<std::pair<uint32_t, uint32_t>> moves = {{9, 7}, {7, 5}};
  auto joined = move_customers(apart, moves, one_thread).value();
  const auto reload = [](const Snapshot& columns) {
    auto bytes = std::make_shared<std::vector<std::byte>>(freeze(columns));
    void* aligned = nullptr;
    EXPECT_EQ(posix_memalign(&aligned, 64, bytes->size()), 0);
    std::memcpy(aligned, bytes->data(), bytes->size());
    const std::shared_ptr<const void> owner(aligned, [](void* p) { std::free(p); });
    return view({static_cast<const std::byte*>(aligned), bytes->size()}, owner, one_thread).value();
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(info(joined).customers, 1u);
    const auto together = rows_of(joined);
    EXPECT_EQ(together.customer, std::vector<uint32_t>(8, 5));
    EXPECT_EQ(together.event_class, (std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7})) << "by time, then by arrival";
    EXPECT_EQ(together.instance_key, rows.instance_key);
    joined = reload(joined);
  }
  const std::vector<uint32_t> both = {5, 9};
  auto split = replace_customers(joined, both, rows, one_thread).value();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(info(split).customers, 2u);
    const auto again = rows_of(split);
    EXPECT_EQ(again.customer, (std::vector<uint32_t>{5, 5, 5, 5, 9, 9, 9, 9}));
    EXPECT_EQ(again.event_class, (std::vector<uint32_t>{1, 3, 5, 7, 0, 2, 4, 6}));
    split = reload(merge(split, one_thread).value());
  }
}

TEST(Snapshot, OldSnapshotsStayAsTheyAre) {
  const auto first = build(usual_rows(50, 4), one_thread).value();
  const auto before = rows_of(first).arrival;
  auto more = usual_rows(50, 2, 9);
  for (auto& arrival : more.arrival) arrival += 1'000;
  auto second = append(first, more, one_thread).value();
  EXPECT_EQ(rows_of(first).arrival, before);
  EXPECT_EQ(info(second).events, 300u);
  EXPECT_EQ(info(second).last_arrival, 1'100u);
  second = remove(second, {.customers = {3}, .arrivals = {{1'000, 2'000}}}, one_thread).value();
  EXPECT_EQ(info(second).events, 196u);
  EXPECT_EQ(info(first).events, 200u);
}

TEST(Snapshot, ManySmallAppendsMakeFewSegments) {
  auto columns = build(usual_rows(2'000, 10), one_thread).value();
  for (uint64_t i = 0; i < 100; ++i) {
    RowBatch one = usual_rows(1, 1, i);
    one.customer[0] = static_cast<uint32_t>(i * 17);
    one.arrival[0] = 100'000 + i;
    columns = append(columns, one, one_thread).value();
    ASSERT_LE(info(columns).segments, 12u);
  }
  EXPECT_EQ(info(columns).events, 20'100u);
  EXPECT_FALSE(merge_is_due(columns));
  EXPECT_EQ(info(merge(columns, one_thread).value()).delta_events, 0u);
}

TEST(Snapshot, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(build(usual_rows(50, 4), one_thread, stop.get_token()).error().code, "cancelled");
}

/// Bytes at an address that view() accepts.
struct Aligned {
  explicit Aligned(const std::vector<std::byte>& bytes)
      : memory(std::aligned_alloc(64, (bytes.size() + 63) / 64 * 64), std::free), size(bytes.size()) {
    std::memcpy(memory.get(), bytes.data(), size);
  }
  std::byte* data() { return static_cast<std::byte*>(memory.get()); }
  Result<Snapshot> open() { return view({data(), size}, memory, one_thread); }
  std::shared_ptr<void> memory;
  size_t size;
};

Snapshot with_delta() {
  auto columns = build(usual_rows(300, 8), one_thread).value();
  auto more = usual_rows(40, 2, 5);
  for (auto& arrival : more.arrival) arrival += 10'000;
  return append(columns, more, one_thread).value();
}

void ask_everything(const Snapshot& columns) {
  Mapping mapping{.touchpoint_of = std::vector<Touchpoint>(1u << 17, 1), .touchpoint_count = 3};
  Query query{.mapping = &mapping};
  (void)graph(columns, query, {.instances = true, .customers = true, .mean = true, .median = true, .p90 = true, .min_max = true}, one_thread);
  (void)graph(columns, query, {.mean = true, .median = true}, one_thread);
  (void)variants(columns, query, {.median_duration = true}, one_thread);
}

TEST(Freeze, GivesTheSameRowsBack) {
  const auto columns = with_delta();
  Aligned bytes(freeze(columns));
  const auto back = bytes.open().value();
  EXPECT_EQ(rows_of(back).arrival, rows_of(columns).arrival);
  EXPECT_EQ(rows_of(back).time_us, rows_of(columns).time_us);
  EXPECT_EQ(rows_of(back).attributes, rows_of(columns).attributes);
  EXPECT_EQ(info(back).last_arrival, info(columns).last_arrival);
  Aligned empty(freeze(build({}, one_thread).value()));
  EXPECT_EQ(info(empty.open().value()).events, 0u);
}

TEST(Freeze, AnErrorOfTheWriterComesBack) {
  size_t pieces = 0;
  auto result = freeze(with_delta(), [&](std::span<const std::byte>) -> Result<void> {
    if (++pieces == 3) return Error::make(ErrorKind::unavailable, "disk_full");
    return {};
  });
  EXPECT_EQ(result.error().code, "disk_full");
}

TEST(View, FindsEveryAlteredOrMissingByte) {
  const auto columns = with_delta();
  const auto frozen = freeze(columns);
  const auto rows = rows_of(columns);
  std::mt19937_64 random(3);
  for (int i = 0; i < 2'000; ++i) {
    auto bytes = frozen;
    bytes[random() % bytes.size()] ^= static_cast<std::byte>(1 + random() % 255);
    auto back = Aligned(bytes).open();
    if (back) EXPECT_EQ(rows_of(*back).time_us, rows.time_us);  // it fell into the padding
    else EXPECT_EQ(back.error().code, "snapshot_broken");
  }
  for (size_t size : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, frozen.size() / 2, frozen.size() - 1}) {
    std::vector<std::byte> cut(frozen.begin(), frozen.begin() + static_cast<ptrdiff_t>(size));
    if (cut.empty()) cut.reserve(64);
    EXPECT_EQ(Aligned(cut).open().error().code, "snapshot_broken");
  }
}

/// Sums made anew after an alteration, as an attacker or a faulty writer could: then structure alone protects.
void seal(std::vector<std::byte>& bytes) {
  auto word = [&](size_t at) { uint64_t w; std::memcpy(&w, bytes.data() + at, 8); return w; };
  auto put = [&](size_t at, uint64_t w) { std::memcpy(bytes.data() + at, &w, 8); };
  const size_t sections = word(8) >> 32;
  for (size_t s = 0; s < sections; ++s) {
    const size_t at = 64 + s * 24;
    if (word(at) <= bytes.size() && word(at + 8) <= bytes.size() - word(at)) put(at + 16, XXH3_64bits(bytes.data() + word(at), word(at + 8)));
  }
  const uint64_t meta_words = word(24);
  if (meta_words < bytes.size() / 8) put(32, XXH3_64bits(bytes.data() + 64, sections * 24 + meta_words * 8));
  put(56, XXH3_64bits(bytes.data(), 56));
}

TEST(View, NeverCrashesOnAlteredBytesWithRightSums) {
  const auto frozen = freeze(with_delta());
  std::mt19937_64 random(4);
  int opened = 0;
  for (int i = 0; i < 1'500; ++i) {
    auto bytes = frozen;
    for (uint64_t n = 1 + random() % 3; n-- > 0;) {
      // Half of the blows fall on table and meta, where they hurt most.
      const size_t at = 64 + random() % ((random() % 2 ? 1'500 : bytes.size()) - 64);
      bytes[at] = static_cast<std::byte>(random() % 4 ? random() : 0xFF);
    }
    seal(bytes);
    if (auto back = Aligned(bytes).open()) {
      ++opened;
      ask_everything(*back);
      (void)rows_of(*back);
    }
  }
  EXPECT_GT(opened, 0);
}

TEST(View, NamesAnotherVersion) {
  auto bytes = freeze(with_delta());
  bytes[8] = std::byte{99};
  seal(bytes);
  EXPECT_EQ(Aligned(bytes).open().error().code, "snapshot_version");
}

}  // namespace
}  // namespace lotse::engine
