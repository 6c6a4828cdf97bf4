#include "events/duck_store.h"
#include "events/stores.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

namespace lotse::events {
namespace {

/// A folder that is removed afterwards.
struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_events_XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

struct Row {
  uint32_t identity;
  int64_t time_us;
  std::string type;
  std::string key, channel, city;
};

struct Fixture : testing::Test {
  Folder folder;
  Feeds feeds;
  ManualClock clock{Micros{1'700'000'000'000'000}};
  std::shared_ptr<DuckStore> store;
  uint16_t source = 0;
  int imports = 0;

  void SetUp() override { reopen(); }
  void reopen(StoreOptions options = {}) {
    store.reset();
    auto opened = DuckStore::open({"ws_test"}, folder.path / "ws", options, feeds, clock);
    ASSERT_TRUE(opened) << opened.error().detail;
    store = *opened;
    source = *store->source("src_crm", "CRM");
  }

  Result<ImportOutcome> import(std::vector<Row> rows, std::optional<std::string> replaces = {}) {
    ImportRows request;
    request.import = "imp_" + std::to_string(++imports);
    request.source = source;
    request.replaces = replaces;
    auto city = *store->attribute("city", AttributeScope::event);
    request.attributes = {city};
    std::atomic<size_t> next{0};
    request.worker = [&] {
      return [&, type = store->type_encoder(), channel = store->channel_encoder(), cities = Encoder(city->encode)](RowBatch& out) mutable -> Result<bool> {
        const size_t begin = next.fetch_add(3000);
        if (begin >= rows.size()) return false;
        const size_t n = std::min<size_t>(3000, rows.size() - begin);
        out.resize(n, 1);
        out.texts[0].assign(n, {});
        for (size_t i = 0; i < n; ++i) {
          const Row& r = rows[begin + i];
          out.row[i] = begin + i + 2;
          out.id[i] = hash_bytes(std::to_string(r.identity) + "|" + std::to_string(r.time_us) + "|" + r.type + "|" + r.key + "|" + r.city);
          out.identity[i] = r.identity;
          out.time_us[i] = r.time_us;
          out.type[i] = *type.code(r.type);
          out.source[i] = source;
          out.instance_key[i] = r.key.empty() ? 1 : store->key_code(r.key);
          out.channel[i] = *channel.code(r.channel);
          out.direction[i] = out.unit[i] = 0;
          out.cost[i] = i % 2 ? 1.5 : std::numeric_limits<double>::quiet_NaN();
          out.codes[0][i] = *cities.code(r.city);
          if (out.codes[0][i] == 0) out.texts[0][i] = r.city;
        }
        return true;
      };
    };
    return store->import_rows(request);
  }

  Result<Acked> append(std::vector<LiveEvent> events) {
    std::promise<Result<Acked>> answer;
    store->append(std::move(events), [&](Result<Acked> a) { answer.set_value(std::move(a)); });
    return answer.get_future().get();
  }
  LiveEvent live(std::string message, uint32_t identity, int64_t time_us, std::string type) {
    LiveEvent e;
    e.id = message_id("src_crm", message);
    e.identity = identity;
    e.time = Micros{time_us};
    e.type = std::move(type);
    e.source = source;
    return e;
  }

  /// (customer, time, type name) of all rows, sorted.
  std::vector<std::tuple<uint32_t, int64_t, std::string>> all(uint64_t after = 0, std::optional<uint64_t> up_to = {}) {
    std::vector<std::tuple<uint32_t, int64_t, std::string>> out;
    const auto dictionary = store->dictionary();
    std::set<uint64_t> arrivals;
    const auto end = up_to.value_or(store->as_of());
    auto done = store->scan(after, end, {}, [&](EventColumns&& c) -> Result<void> {
      for (size_t i = 0; i < c.size(); ++i) {
        EXPECT_TRUE(arrivals.insert(c.arrival[i]).second) << "arrival twice";
        EXPECT_GT(c.arrival[i], after);
        EXPECT_LE(c.arrival[i], end);
        out.emplace_back(c.customer[i], c.time_us[i], dictionary->types.at(c.type[i] - 1).name);
      }
      return {};
    });
    EXPECT_TRUE(done) << done.error().detail;
    std::ranges::sort(out);
    return out;
  }
};

using DuckStoreTest = Fixture;

TEST_F(DuckStoreTest, AnImportIsThereAfterAReopen) {
  auto first = import({{1, 10, "visit", "", "web", "Bonn"}, {1, 20, "order", "", "web", "Bonn"}, {2, 15, "visit", "", "shop", "Ulm"}});
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->events_new, 3u);
  EXPECT_EQ(first->first, Micros{10});
  const auto before = all();
  EXPECT_EQ(before.size(), 3u);
  const auto as_of = store->as_of();
  const auto touchpoint = store->dictionary()->types[0].touchpoint;
  reopen();
  EXPECT_EQ(all(), before);
  EXPECT_EQ(store->as_of(), as_of);
  EXPECT_EQ(store->event_count(), 3u);
  EXPECT_EQ(store->dictionary()->types[0].touchpoint, touchpoint);
  const auto events = store->customer_events(1, as_of, 0, 10);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ((*events)[1].cost, 1.5);
  EXPECT_EQ((*events)[1].attributes, (std::vector<std::pair<uint32_t, std::string>>{{BuiltinAttribute::channel, "web"}, {16, "Bonn"}}));
}

TEST_F(DuckStoreTest, EqualRowsStayAndAGrownFileAddsOnlyWhatIsNew) {
  std::vector<Row> rows = {{1, 10, "visit", "", "", ""}, {1, 10, "visit", "", "", ""}, {1, 10, "visit", "", "", ""}, {2, 11, "visit", "", "", ""}};
  auto first = import(rows);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->events_new, 4u);
  auto again = import(rows);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->events_new, 0u);
  EXPECT_EQ(again->events_known, 4u);
  EXPECT_GT(again->as_of, first->as_of);
  rows.push_back({1, 10, "visit", "", "", ""});
  rows.push_back({3, 12, "order", "", "", ""});
  auto grown = import(rows);
  ASSERT_TRUE(grown);
  EXPECT_EQ(grown->events_new, 2u);
  EXPECT_EQ(all().size(), 6u);
  // The same by a join in the store instead of in memory.
  reopen({.known_ids_in_memory = 0});
  rows.push_back({4, 13, "order", "", "", ""});
  auto joined = import(rows);
  ASSERT_TRUE(joined) << joined.error().detail;
  EXPECT_EQ(joined->events_new, 1u);
  EXPECT_EQ(joined->events_known, 6u);
  EXPECT_EQ(all().size(), 7u);
  EXPECT_EQ(store->statistics()->at(0).events, 7u);
}

TEST_F(DuckStoreTest, UndoAndReplace) {
  std::vector<Removed> removed;
  auto handle = feeds.removed.subscribe([&](const Removed& r) { removed.push_back(r); });
  ASSERT_TRUE(import({{1, 10, "wrong", "", "", ""}}));
  ASSERT_TRUE(append({live("m1", 7, 100, "call")}));
  auto replaced = import({{1, 10, "right", "", "", ""}, {1, 11, "right", "", "", ""}}, "imp_1");
  ASSERT_TRUE(replaced) << replaced.error().detail;
  ASSERT_EQ(removed.size(), 1u);
  EXPECT_EQ(removed[0].first, 1u);
  EXPECT_LT(removed[0].as_of, replaced->as_of);
  EXPECT_EQ(all().size(), 3u);
  EXPECT_EQ(store->event_count(), 3u);
  EXPECT_EQ(import({{1, 1, "x", "", "", ""}}, "imp_1").error().code, "import_not_found");
  const auto before = store->as_of();
  EXPECT_EQ(*store->undo("imp_2"), 2u);
  EXPECT_EQ(removed.size(), 2u);
  EXPECT_GT(store->as_of(), before);
  EXPECT_EQ(store->undo("imp_2").error().code, "import_not_found");
  const auto as_of = store->as_of();
  reopen();
  EXPECT_EQ(store->as_of(), as_of);
  EXPECT_EQ(all().size(), 1u);
  // What was undone may come again.
  auto again = import({{1, 10, "right", "", "", ""}});
  EXPECT_EQ(again->events_new, 1u);
}

TEST_F(DuckStoreTest, LiveEventsAreVisibleAtOnceAndKnownAgain) {
  std::vector<Appended> news;
  auto handle = feeds.appended.subscribe([&](const Appended& a) { news.push_back(a); });
  auto e = live("m1", 5, 100, "call");
  e.instance_key = "A-1";
  e.channel = "phone";
  e.attributes = {{"city", "Bonn"}};
  auto first = append({e, live("m2", 5, 90, "mail"), live("m2", 5, 90, "mail")});
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->accepted, 2u);
  EXPECT_EQ(first->known, 1u);
  EXPECT_EQ(first->as_of, store->as_of());
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(all().size(), 2u);
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(all().size(), 2u);
  EXPECT_EQ(append({live("m1", 5, 100, "call")})->known, 1u);
  reopen();
  EXPECT_EQ(all().size(), 2u);
  EXPECT_EQ(append({live("m2", 5, 100, "call"), live("m3", 6, 1, "call")})->known, 1u);
  const auto events = *store->customer_events(5, store->as_of(), 0, 10);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].instance_key, "A-1");
  EXPECT_EQ(events[1].attributes.size(), 2u);
  EXPECT_EQ(*store->customers_with(16, {"Bonn"}, store->as_of()), std::vector<uint32_t>{5});
  EXPECT_EQ(*store->customers_with(BuiltinAttribute::channel, {"phone", "x"}, store->as_of()), std::vector<uint32_t>{5});
  EXPECT_TRUE(store->dictionary()->sources[0].has_keys);
}

TEST_F(DuckStoreTest, ScansCutByArrival) {
  ASSERT_TRUE(import({{1, 10, "a", "", "", ""}, {1, 11, "b", "", "", ""}}));
  const auto first = store->as_of();
  ASSERT_TRUE(append({live("m1", 2, 12, "c")}));
  const auto second = store->as_of();
  ASSERT_TRUE(import({{1, 13, "d", "", "", ""}}));
  EXPECT_EQ(all(0, first).size(), 2u);
  EXPECT_EQ(all(first, second).size(), 1u);
  EXPECT_EQ(all(second).size(), 1u);
  EXPECT_EQ(all(1, first).size(), 2u);  // rows are numbered from 2, as in the file
  EXPECT_EQ(all(2, first).size(), 1u);
}

TEST_F(DuckStoreTest, AnAttributeWithManyValuesKeepsItsTexts) {
  std::vector<Row> rows;
  for (uint32_t i = 0; i < 70'000; ++i) rows.push_back({i % 100 + 1, i, "visit", "", "", "city " + std::to_string(i)});
  auto done = import(rows);
  ASSERT_TRUE(done) << done.error().detail;
  const auto check = [&] {
    const auto dictionary = store->dictionary();
    EXPECT_FALSE(dictionary->attributes[3].in_memory);
    EXPECT_TRUE(dictionary->values[3].empty());
    EXPECT_EQ(store->customers_with(16, {"city 3", "city 69999"}, store->as_of())->size(), 2u);
    const auto events = *store->customer_events(100, store->as_of(), 699, 5);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].attributes.at(0).second, "city 69999");
  };
  check();
  reopen();
  check();
  auto live_one = live("m", 1, 1, "visit");
  live_one.attributes = {{"city", "a new one"}, {"other", "x"}};
  ASSERT_TRUE(append({live_one}));
  EXPECT_EQ(store->customers_with(16, {"a new one"}, store->as_of())->size(), 1u);
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(store->customers_with(16, {"a new one"}, store->as_of())->size(), 1u);
}

TEST_F(DuckStoreTest, AFailedImportLeavesNothing) {
  ImportRows request;
  request.import = "imp_x";
  request.source = source;
  request.worker = [&] {
    return [n = 0](RowBatch& out) mutable -> Result<bool> {
      if (++n > 3) return Error::invalid("bad_thing", "", "row 17");
      out.resize(1000, 0);
      for (size_t i = 0; i < 1000; ++i) out.row[i] = static_cast<uint64_t>(n) * 1000 + i, out.id[i] = hash_bytes(std::to_string(out.row[i])), out.type[i] = 1, out.source[i] = 1;
      return true;
    };
  };
  EXPECT_EQ(store->import_rows(request).error().code, "bad_thing");
  EXPECT_EQ(all().size(), 0u);
  request.before_publish = [] { return Result<void>(Error::make(ErrorKind::unavailable, "disk_full")); };
  request.worker = [&] { return [](RowBatch&) -> Result<bool> { return false; }; };
  EXPECT_EQ(store->import_rows(request).error().code, "disk_full");
  std::stop_source stop;
  stop.request_stop();
  request.worker = [&] { return [](RowBatch& out) -> Result<bool> { out.resize(0, 0); return true; }; };
  EXPECT_EQ(store->import_rows(request, stop.get_token()).error().code, "cancelled");
  EXPECT_FALSE(store->has_import("imp_x"));
  EXPECT_EQ(store->as_of(), 0u);
}

TEST_F(DuckStoreTest, AFailedImportTakesItsInstanceKeysBack) {
  ASSERT_TRUE(import({{1, 10, "a", "kept", "", ""}}));
  const uint32_t kept = store->key_code("kept");
  ImportRows request;
  request.import = "imp_x";
  request.source = source;
  std::atomic<int> workers{0};
  request.worker = [&] {
    return [&, first = workers++ == 0, n = 0](RowBatch& out) mutable -> Result<bool> {
      if (!first) return false;
      if (++n > 2) return Error::invalid("bad_thing", "", "");
      for (int i = 0; i < 3000; ++i) store->key_code("lost " + std::to_string(n * 3000 + i));
      // A live event's key in the midst of them is acknowledged: it stays, with all before it.
      if (n == 1) {
        auto one = live("m1", 2, 12, "c");
        one.instance_key = "live";
        EXPECT_TRUE(append({one}));
      }
      out.resize(0, 0);
      return true;
    };
  };
  EXPECT_EQ(store->import_rows(request).error().code, "bad_thing");
  const uint32_t live_key = store->key_code("live");
  EXPECT_EQ(store->key_code("kept"), kept);
  EXPECT_GE(live_key, kept + 3001);
  EXPECT_EQ(store->key_code("next"), live_key + 1);  // what came after it was taken back
  auto one = live("m2", 2, 13, "c");
  one.instance_key = "next";
  ASSERT_TRUE(append({one}));
  ASSERT_TRUE(store->flush());
  reopen();
  EXPECT_EQ(store->key_code("kept"), kept);
  EXPECT_EQ(store->key_code("live"), live_key);
  EXPECT_EQ(store->key_code("next"), live_key + 1);
  EXPECT_EQ(all().size(), 3u);
}

TEST_F(DuckStoreTest, ErasedIdentitiesAreGoneAndStayGone) {
  ASSERT_TRUE(import({{1, 10, "visit", "K1", "web", "Aachen"}, {2, 20, "visit", "K2", "web", "Bonn"}, {1, 30, "order", "K1", "web", "Bonn"}}));
  ASSERT_TRUE(append({live("a", 1, 40, "visit"), live("b", 3, 50, "visit")}));
  ASSERT_TRUE(store->flush());
  ASSERT_TRUE(append({live("c", 1, 60, "visit"), live("d", 2, 70, "visit")}));  // in the journal
  std::vector<Removed> news;
  const auto listening = feeds.removed.subscribe([&](const Removed& removed) { news.push_back(removed); });
  const auto before = store->as_of();
  EXPECT_EQ(store->erase({1}).value(), 4u);
  EXPECT_EQ(store->erase({1}).value(), 0u) << "once more changes nothing";
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].customers, std::vector<uint32_t>{1});
  EXPECT_GT(store->as_of(), before);
  const auto only_others = [&] {
    std::set<uint32_t> customers;
    for (const auto& [customer, time, type] : all()) customers.insert(customer);
    EXPECT_EQ(customers, (std::set<uint32_t>{2, 3}));
    EXPECT_EQ(store->event_count(), 3u);
    EXPECT_TRUE(store->customer_events(1, store->as_of(), 0, 10).value().empty());
  };
  only_others();
  const auto refused = append({live("e", 1, 80, "visit")}).value();
  EXPECT_EQ(refused.accepted, 0u);
  ASSERT_EQ(refused.refused.size(), 1u);
  EXPECT_EQ(refused.refused[0].second, "erased");
  reopen();
  only_others();
  EXPECT_TRUE(store->purge_is_due());
  const uint32_t key_before = store->key_code("K2");
  ASSERT_TRUE(store->purge());
  EXPECT_FALSE(store->purge_is_due());
  only_others();
  reopen();
  only_others();
  EXPECT_EQ(store->key_code("K2"), key_before);
  // What only the erased had is forgotten: it gets a new code. What others use keeps its own.
  const auto dictionary = store->dictionary();
  std::set<std::string> cities;
  for (size_t i = 0; i < dictionary->attributes.size(); ++i)
    if (dictionary->attributes[i].name == "city") cities.insert(dictionary->values[i].begin(), dictionary->values[i].end());
  EXPECT_TRUE(cities.contains("Bonn"));
  EXPECT_FALSE(cities.contains("Aachen"));
  ASSERT_TRUE(import({{4, 90, "visit", "K1", "web", "Aachen"}}));
  EXPECT_EQ(store->customer_events(4, store->as_of(), 0, 10).value().at(0).instance_key, "K1");
  EXPECT_TRUE(std::filesystem::exists(folder.path / "ws/events.duckdb"));
  EXPECT_FALSE(std::filesystem::exists(folder.path / "ws/events.duckdb.old"));
}

TEST_F(DuckStoreTest, LiveEventsGoOnWhileTheFileIsRewritten) {
  for (int round = 0; round < 3; ++round) {
    const auto first = static_cast<uint32_t>(round * 10 + 1);
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> sent{0};
    std::thread writer([&] {
      while (!stop) {
        const uint64_t n = sent++;
        auto done = append({live("m" + std::to_string(round) + "-" + std::to_string(n), 100 + static_cast<uint32_t>(n % 5), static_cast<int64_t>(n), "visit")});
        EXPECT_TRUE(done) << done.error().code;
      }
    });
    ASSERT_TRUE(append({live("x" + std::to_string(round), first, 1, "visit")}));
    const uint64_t others = store->event_count();
    ASSERT_EQ(store->erase({first}).value(), 1u);
    ASSERT_TRUE(store->purge());
    stop = true;
    writer.join();
    EXPECT_GE(store->event_count() + 1, others);
    EXPECT_EQ(all().size(), store->event_count());
    reopen();
    EXPECT_EQ(all().size(), store->event_count());
  }
}

TEST_F(DuckStoreTest, RestrictedIdentitiesAreLeftOutOfScans) {
  ASSERT_TRUE(import({{1, 10, "visit", "K1", "web", "Aachen"}, {2, 20, "visit", "K2", "web", "Bonn"}}));
  ASSERT_TRUE(append({live("a", 1, 40, "visit"), live("b", 3, 50, "visit")}));
  ASSERT_TRUE(store->restrict({1}, true));
  EXPECT_EQ(all().size(), 2u);
  EXPECT_EQ(store->scanned_count().value(), 2u);
  EXPECT_EQ(store->event_count(), 4u) << "they stay stored";
  ASSERT_TRUE(append({live("c", 1, 60, "visit")}));
  reopen();
  EXPECT_EQ(all().size(), 2u);
  EXPECT_EQ(store->scanned_count().value(), 2u);
  ASSERT_TRUE(store->restrict({1}, false));
  EXPECT_EQ(all().size(), 5u);
  size_t rows = 0;
  ASSERT_TRUE(store->scan_identities({1}, store->as_of(), {}, [&](EventColumns&& c) -> Result<void> {
    rows += c.size();
    return {};
  }));
  EXPECT_EQ(rows, 3u);
}

TEST_F(DuckStoreTest, AScanFindsColumnsThatCameWithTheFlushBehindIt) {
  reopen({.flush_every = Micros{200}});
  std::atomic<bool> done = false;
  std::atomic<uint64_t> without = 0, scans = 0;
  std::thread reader([&] {
    while (!done) {
      ++scans;
      const auto scanned = store->scan(0, store->as_of(), {}, [&](EventColumns&& c) -> Result<void> {
        for (size_t i = 0; i < c.size(); ++i) {
          bool has_value = false;
          for (const auto& attribute : c.attributes)
            if (attribute.attribute >= BuiltinAttribute::first_imported && attribute.codes[i] != 0) has_value = true;
          if (!has_value) ++without;
        }
        return {};
      });
      ASSERT_TRUE(scanned) << scanned.error().detail;
    }
  });
  for (int i = 0; i < 120; ++i) {  // each with an attribute that no event had before
    auto event = live(std::to_string(i), 1, i, "visit");
    event.attributes = {{"a" + std::to_string(i), "x"}};
    ASSERT_TRUE(append({event}));
  }
  done = true;
  reader.join();
  EXPECT_GT(scans, 0u);
  EXPECT_EQ(without, 0u);
}

TEST_F(DuckStoreTest, LinkedIdentitiesAreOneCustomer) {
  ASSERT_TRUE(import({{1, 10, "a", "", "", ""}, {2, 11, "b", "", "", ""}}));
  auto identify = live("m1", 2, 12, "identify");
  identify.kind = identity::Kind::user_id;
  identify.further = {{.identity = 1, .kind = identity::Kind::anonymous_id, .said = identity::Said::identify}};
  ASSERT_TRUE(append({identify}));
  EXPECT_EQ(store->customer_events(1, store->as_of(), 0, 10)->size(), 3u);
  EXPECT_EQ(store->customer_events(2, store->as_of(), 0, 10)->size(), 0u);
  for (int i = 0; i < 2; ++i) {  // from the journal, then from the tables
    reopen();
    EXPECT_EQ(store->identities_of(1), (std::vector<uint32_t>{1, 2}));
    EXPECT_EQ(std::get<0>(all()[1]), 1u);
    const auto edges = *store->reference_graph(false);
    ASSERT_EQ(edges.size(), 2u);
    EXPECT_EQ(edges[0].count, 1u);
    EXPECT_DOUBLE_EQ(edges[0].mean_s, 1e-6);
  }
  ASSERT_TRUE(store->forget_identities({1, 2}));
  EXPECT_EQ(store->customer_events(2, store->as_of(), 0, 10)->size(), 2u);
  reopen();
  EXPECT_TRUE(store->links().empty());
}

TEST_F(DuckStoreTest, ATornJournalIsCutADamagedOneIsNot) {
  ASSERT_TRUE(append({live("m1", 1, 1, "a")}));
  ASSERT_TRUE(append({live("m2", 1, 2, "a")}));
  std::filesystem::create_directories(folder.path / "copy");
  std::filesystem::path journal;
  for (const auto& f : std::filesystem::directory_iterator(folder.path / "ws"))
    if (f.path().extension() == ".journal" && std::filesystem::file_size(f) > 0) journal = f.path();
  ASSERT_FALSE(journal.empty());
  const auto copy = folder.path / "copy" / journal.filename();
  std::filesystem::copy_file(journal, copy);
  const auto size = std::filesystem::file_size(copy);
  std::filesystem::resize_file(copy, size - 3);
  {
    auto torn = DuckStore::open({"ws_test"}, folder.path / "copy", {}, feeds, clock);
    ASSERT_TRUE(torn) << torn.error().detail;
    EXPECT_EQ((*torn)->event_count(), 1u);
  }
  std::filesystem::remove_all(folder.path / "copy");
  std::filesystem::create_directories(folder.path / "copy");
  std::filesystem::copy_file(journal, copy);
  std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(30);
  file.put('\x7f');
  file.close();
  EXPECT_EQ(DuckStore::open({"ws_test"}, folder.path / "copy", {}, feeds, clock).error().code, "store_broken");
}

TEST(StoresTest, ClosesWhatNobodyUsesAndOpensItAnew) {
  Folder folder;
  ManualClock clock{Micros{1'700'000'000'000'000}};
  Stores stores(folder.path, {}, clock);
  const WorkspaceId held{"ws_held"}, idle{"ws_idle"};
  auto holder = *stores.open(held);
  std::weak_ptr<DuckStore> unused = *stores.open(idle);
  EXPECT_EQ(stores.close_unused(clock.now()), 0u);  // asked for just now
  clock.advance(Micros{1});
  EXPECT_EQ(stores.close_unused(clock.now()), 1u);
  EXPECT_TRUE(unused.expired());
  EXPECT_EQ(*stores.open(held), holder);
  EXPECT_TRUE(stores.open(idle));
  EXPECT_TRUE(stores.remove(idle));
  EXPECT_FALSE(std::filesystem::exists(stores.folder(idle)));
}

TEST_F(DuckStoreTest, WhatAsOfCoversCanBeRead) {
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 0; i < 1500; ++i) EXPECT_TRUE(append({live("a" + std::to_string(i), 1, i, "a"), live("b" + std::to_string(i), 2, i, "b")}));
    done = true;
  });
  while (!done) {
    const uint64_t as_of = store->as_of();
    ASSERT_EQ(all(0, as_of).size(), as_of);  // nothing failed or came twice: arrivals have no gaps
  }
}

TEST_F(DuckStoreTest, StartsLeaveNoEmptyJournalsBehind) {
  ASSERT_TRUE(append({live("m1", 1, 1, "a")}));
  for (int i = 0; i < 4; ++i) reopen();
  size_t journals = 0;
  for (const auto& f : std::filesystem::directory_iterator(folder.path / "ws")) journals += f.path().extension() == ".journal";
  EXPECT_EQ(journals, 1u);
  EXPECT_EQ(all().size(), 1u);
}

TEST_F(DuckStoreTest, AJournalIsWrittenOverAndNothingOfItsFormerTurnComesBack) {
  const auto copied = [&] {  // what a crash would leave
    const auto copy = folder.path / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(folder.path / "ws", copy);
    Feeds others;
    auto opened = DuckStore::open({"ws_test"}, copy, {}, others, clock);
    return opened ? (*opened)->event_count() : 0;
  };
  const auto files = [&] {
    std::map<std::string, uintmax_t> out;
    for (const auto& f : std::filesystem::directory_iterator(folder.path / "ws"))
      if (f.path().string().find(".journal") != std::string::npos) out[f.path().filename()] = std::filesystem::file_size(f);
    return out;
  };
  std::vector<LiveEvent> many;
  for (int i = 0; i < 500; ++i) many.push_back(live("m" + std::to_string(i), 1, i, "a"));
  ASSERT_TRUE(append(many));
  const auto size = files().rbegin()->second;
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(files(), (std::map<std::string, uintmax_t>{{"events.00000002.journal", 0}, {"events.journal.spare", size}}));
  ASSERT_TRUE(append({live("n1", 2, 1, "a")}));
  EXPECT_EQ(copied(), 501u);
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(files().at("events.00000003.journal"), size) << "the first file, with its records still in it";
  EXPECT_EQ(copied(), 501u);
  ASSERT_TRUE(append({live("n2", 2, 2, "a")}));
  ASSERT_TRUE(append({live("n3", 2, 3, "a")}));
  EXPECT_EQ(files().at("events.00000003.journal"), size);
  EXPECT_EQ(copied(), 503u);
}

TEST_F(DuckStoreTest, AWipeLeavesNothingInJournalsThatAreWrittenOver) {
  const auto found = [&] {
    for (const auto& f : std::filesystem::directory_iterator(folder.path / "ws")) {
      std::ifstream in(f.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), {});
      if (f.path().string().find(".journal") != std::string::npos && bytes.find("planted") != std::string::npos) return true;
    }
    return false;
  };
  const auto taken = [&](uint32_t identity, const std::string& type) { return append({live("of " + type, identity, 1, type)}) && store->flush(); };
  ASSERT_TRUE(taken(1, "planted"));
  EXPECT_TRUE(found()) << "in the file that is kept to be written over";
  ASSERT_EQ(store->erase({1}).value(), 1u);
  ASSERT_TRUE(store->purge());
  EXPECT_FALSE(found());
  ASSERT_TRUE(taken(3, "planted again") && taken(2, "other"));
  EXPECT_TRUE(found()) << "in the newest file, which has no record of this turn";
  ASSERT_EQ(store->erase({3}).value(), 1u);
  ASSERT_TRUE(store->purge());
  EXPECT_FALSE(found());
}

TEST_F(DuckStoreTest, AForeignFileIsRefused) {
  std::filesystem::create_directories(folder.path / "foreign");
  std::ofstream(folder.path / "foreign" / "events.duckdb") << std::string(100'000, 'x');
  EXPECT_EQ(DuckStore::open({"ws_test"}, folder.path / "foreign", {}, feeds, clock).error().code, "store_broken");
}

}  // namespace
}  // namespace lotse::events
