#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

#include "access/operator.h"
#include "connect/disk_formats.h"
#include "connect/export_run.h"
#include "connect/exports.h"
#include "connect/file_bytes.h"
#include "connect/import_run.h"
#include "events/parquet_file.h"
#include "formats/inflate.h"

namespace lotse::connect {
namespace {

/// A data folder with a workspace that runs imports and exports directly.
struct World {
  std::filesystem::path data;
  ManualClock clock{Micros{1'750'000'000'000'000}};
  std::unique_ptr<db::Database> database;
  std::unique_ptr<events::Stores> stores;
  std::unique_ptr<privacy::Vault> vault;
  std::unique_ptr<access::Audit> audit;
  std::unique_ptr<access::Workspaces> workspaces;
  std::unique_ptr<jobs::Jobs> jobs;
  std::unique_ptr<Exports> exports;
  std::optional<Viewer> viewer;
  WorkspaceId workspace;
  int files = 0;

  World() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_export_XXXXXX").string();
    data = mkdtemp(name.data());
    database = *db::Database::open_sqlite(data / "lotse.db");
    stores = std::make_unique<events::Stores>(data, events::StoreOptions{}, clock);
    vault = *privacy::Vault::open(data);
    audit = std::make_unique<access::Audit>(*database, clock);
    workspaces = std::make_unique<access::Workspaces>(*database, clock, *audit);
    access::Operator people(*database, clock);
    EXPECT_TRUE(people.first_administrator());
    const auto caller = *people.any_operator();
    workspace = {workspaces->create(caller, {.name = "Test"})->id};
    viewer = *workspaces->viewer(caller, workspace.value);
    jobs = std::make_unique<jobs::Jobs>(*database, clock, [this](const WorkspaceId& w, const std::string& p) { return workspaces->viewer_of(w, p); });
    exports = std::make_unique<Exports>(Exports::Parts{*database, *stores, *vault, *jobs, *workspaces, *audit, clock});
    EXPECT_TRUE(exports->recover());
    EXPECT_TRUE(jobs->begin());
  }
  ~World() {
    jobs.reset();
    stores.reset();
    std::filesystem::remove_all(data);
  }

  std::filesystem::path file(std::string_view bytes) {
    const auto path = data / ("file" + std::to_string(++files));
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  /// Imports as the wizard suggests.
  Result<ImportResult> import(const std::filesystem::path& path, ReadOptions read = {}, const std::string& source = "CRM") {
    const auto bytes = TRY(DiskFile::open(path));
    DiskFormats others(path, data);
    const auto found = TRY(detect_file(*bytes, read, &others));
    ImportOrder order{.workspace = workspace, .file = path, .import = "imp_" + std::to_string(++files), .source_id = "src_" + source, .source_name = source, .rejects = data / "rejects.csv"};
    order.mapping.read = read;
    for (const auto& c : found.columns) order.mapping.columns.push_back({c.name, c.suggested, c.suggested_name, c.suggested_kind});
    return run_import(TRY(stores->open(workspace)), *vault, order, clock, [](double, std::string_view) {});
  }
  std::filesystem::path write(ExportFormat format, bool originals, ExportOrder order = {}) {
    order.file = data / ("export" + std::to_string(++files));
    order.format = format;
    order.originals = originals;
    const auto done = run_export(**stores->open(workspace), *vault, *viewer, order, [](double) {}, {});
    EXPECT_TRUE(done) << done.error().code << " " << done.error().detail;
    return order.file;
  }
  /// Every event as one line, sorted: a multiset. Attributes of customers as their value at the time of the event, which is what formats
  /// with a history of values hold.
  std::vector<std::string> events(bool originals = true) {
    const auto store = *stores->open(workspace);
    const auto dictionary = store->dictionary();
    std::map<uint32_t, std::map<std::string, std::string>> now;
    std::vector<std::string> out;
    EXPECT_TRUE(store->export_events({.by_instance = false}, [&](const events::ExportedEvent& e) -> Result<void> {
      const std::string customer = originals ? TRY(vault->identifier(*viewer, e.customer)).value_or("") : vault->pseudonym(workspace, e.customer);
      std::map<std::string, std::string> own;
      auto& current = now[e.customer];
      for (const auto& [number, value] : e.attributes)
        for (const auto& a : dictionary->attributes)
          if (a.number == number) (a.scope == AttributeScope::customer ? current[a.name] : own[a.name]) = value;
      std::string line = customer + "|" + (e.key_is_customer ? customer : std::string(e.instance_key)) + "|" + iso_utc(e.time) + "|" + dictionary->types[e.type - 1].name + "|" +
                         dictionary->sources[e.source - 1].name + "|" + std::string(e.channel) + "|" + std::string(e.direction) + "|" + std::string(e.unit) + "|" +
                         (e.cost ? std::to_string(*e.cost) : "");
      for (const auto& [k, v] : own) line += "|" + k + "=" + v;
      for (const auto& [kind, identity] : e.references) {
        const std::string original = TRY(vault->identifier(*viewer, identity)).value_or("");
        line += "|" + std::to_string(kind) + ":" + (originals ? std::string(identity::shown(original).value) : vault->pseudonym(workspace, identity));
      }
      for (const auto& [k, v] : current) line += "|customer:" + k + "=" + v;
      out.push_back(line);
      return {};
    }));
    std::sort(out.begin(), out.end());
    return out;
  }
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What a log can hold: quotes, line breaks, umlauts, several attributes, prices, keys and none, equal events twice, names that exports use.
const char* const full_log =
    "customer,instance_key,event_type,time,channel,direction,unit,cost,Produkt,unit_price,customer:tier,lotse:account,lotse:order\r\n"
    "anna,o-1,Bestellung,2025-01-06T08:00:00.123456Z,Web,by_customer,Shop,1.5,\"Ein \"\"Ding\"\", blau\",0.1,new,Werk Nord,\r\n"
    "anna,o-1,Bestellung,2025-01-06T08:00:00.123456Z,Web,by_customer,Shop,1.5,\"Ein \"\"Ding\"\", blau\",0.1,new,Werk Nord,\r\n"
    "anna,o-1,Zahlung & <Eingang>,2025-01-07T08:00:00Z,,,,,\"zwei\nZeilen\",,gold,,77-1\r\n"
    "anna,,Anruf,2025-01-08T08:00:00Z,Telefon,by_us,Service,0.30000000000000004,,,gold,Werk Süd,77-1\r\n"
    "Bär 'x',o-1,Bestellung,2025-03-30T01:30:00Z,Web,,,-2,Größe \"L\",,,,\r\n"
    "cem,o-9,Kündigung,1999-12-31T23:59:59Z,,,,,,,,,\r\n";

class RoundTrip : public testing::TestWithParam<ExportFormat> {};

TEST_P(RoundTrip, NothingIsLostThatTheFormatHolds) {
  World first, second;
  const auto in = first.import(first.file(full_log));
  ASSERT_TRUE(in) << in.error().code << in.error().detail;
  ASSERT_EQ(in->events_new, 6u);
  const auto before = first.events();
  ASSERT_EQ(before.size(), 6u);
  EXPECT_NE(before[1].find("|unit_price=0.1"), std::string::npos) << before[1];
  EXPECT_NE(before[1].find("|4:Werk Nord"), std::string::npos) << before[1];
  const auto path = first.write(GetParam(), true);
  const auto out = second.import(path);
  ASSERT_TRUE(out) << out.error().code << " " << out.error().detail << " " << out.error().field;
  EXPECT_EQ(out->rows_rejected, 0u);
  EXPECT_EQ(second.events(), before);
  // With pseudonyms the same again: the second workspace's identifiers are the first one's pseudonyms.
  World third;
  const auto hidden = first.write(GetParam(), false);
  EXPECT_EQ(text_of(hidden).find("anna"), std::string::npos);
  ASSERT_TRUE(third.import(hidden));
  EXPECT_EQ(third.events(), first.events(false));
}
INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, testing::Values(ExportFormat::csv, ExportFormat::parquet, ExportFormat::xes, ExportFormat::ocel_json),
                         [](const auto& i) { return std::string(word(i.param)); });

bool there_is(const char* command) { return std::system((std::string("command -v ") + command + " >/dev/null 2>&1").c_str()) == 0; }

// tests/schemas/xes.xsd: the standard's rules for the XML form.
TEST(Export, XesFollowsTheStandardsSchema) {
  if (!there_is("xmllint")) GTEST_SKIP() << "xmllint is not installed (Debian: libxml2-utils)";
  World w;
  ASSERT_TRUE(w.import(w.file(full_log)));
  const auto path = w.write(ExportFormat::xes, true);
  EXPECT_EQ(std::system(("xmllint --noout --schema tests/schemas/xes.xsd '" + path.string() + "' 2>'" + path.string() + ".said'").c_str()), 0) << text_of(path.string() + ".said");
}

TEST(Export, OcelFollowsThePublishedSchema) {
  const char* folder = std::getenv("LOTSE_TEST_DATA");
  if (!folder || std::system("python3 -c 'import jsonschema' 2>/dev/null") != 0) GTEST_SKIP() << "LOTSE_TEST_DATA is not set, or python3-jsonschema is missing";
  World w;
  ASSERT_TRUE(w.import(w.file(full_log)));
  const auto path = w.write(ExportFormat::ocel_json, true);
  const std::string check = "python3 -c \"import json, sys, jsonschema; s, d = [json.load(open(a)) for a in sys.argv[1:]]; jsonschema.validate(d, s, format_checker=jsonschema.FormatChecker()); "
                            "ids = [o['id'] for o in d['objects']]; assert len(ids) == len(set(ids)); known = set(ids); "
                            "assert all(r['objectId'] in known for e in d['events'] + d['objects'] for r in e.get('relationships', [])); "
                            "types = {t['name']: {a['name'] for a in t['attributes']} for t in d['eventTypes'] + d['objectTypes']}; "
                            "assert all({a['name'] for a in e.get('attributes', [])} <= types[e['type']] for e in d['events'] + d['objects'])\" ";
  EXPECT_EQ(std::system((check + folder + "/ocel/schema_ocel2.json '" + path.string() + "'").c_str()), 0);
}

TEST(Export, ASourceOrAPeriodAlone) {
  World w;
  ASSERT_TRUE(w.import(w.file("customer,event_type,time\na,x,2025-01-06T08:00:00Z\nb,y,2025-02-06T08:00:00Z\n"), {}, "one"));
  ASSERT_TRUE(w.import(w.file("customer,event_type,time\nc,z,2025-03-06T08:00:00Z\n"), {}, "two"));
  const auto lines = [&](ExportOrder order) { return std::ranges::count(text_of(w.write(ExportFormat::csv, true, order)), '\n') - 1; };
  EXPECT_EQ(lines({}), 3);
  EXPECT_EQ(lines({.source = "src_two"}), 1);
  EXPECT_EQ(lines({.from = Micros{int64_t{1'738'832'400} * 1'000'000}}), 1);  // 2025-02-06T09:00Z: half open
  EXPECT_EQ(lines({.to = Micros{int64_t{1'738'828'800} * 1'000'000}}), 1);    // 2025-02-06T08:00Z
  ExportOrder unknown{.file = w.data / "x", .source = "src_none"};
  EXPECT_EQ(run_export(**w.stores->open(w.workspace), *w.vault, *w.viewer, unknown, [](double) {}, {}).error().code, "source_not_found");
}

TEST(Export, CsvIsSafeAgainstFormulas) {
  World w;
  ASSERT_TRUE(w.import(w.file("customer,event_type,time,note\n=HYPERLINK(1),+cmd,2025-01-06T08:00:00Z,@SUM\nb,-5,2025-01-06T09:00:00Z,-5\n")));
  const std::string csv = text_of(w.write(ExportFormat::csv, true));
  EXPECT_NE(csv.find(",'=HYPERLINK(1),"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",'+cmd,"), std::string::npos);
  EXPECT_NE(csv.find("'@SUM"), std::string::npos);
  EXPECT_NE(csv.find(",-5,"), std::string::npos);  // a number is none
}

TEST(Export, AJobWritesAFileForOneDayAndIsNotedInTheAuditLog) {
  World w;
  ASSERT_TRUE(w.import(w.file(full_log)));
  auto started = w.exports->start(*w.viewer, {.format = ExportFormat::xes, .originals = true});
  ASSERT_TRUE(started) << started.error().code;
  for (int i = 0; i < 1000 && (*w.exports->get(*w.viewer, started->id)).state != ImportState::done; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto done = *w.exports->get(*w.viewer, started->id);
  ASSERT_EQ(done.state, ImportState::done) << done.error_code.value_or("");
  EXPECT_EQ(done.events, 6u);
  const auto file = w.exports->file(*w.viewer, done.id);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->name.ends_with(".xes"));
  EXPECT_EQ(std::filesystem::file_size(file->path), done.size_bytes);
  std::set<std::string> actions;
  const auto noted = w.audit->list(*w.viewer, {});
  for (const auto& entry : noted->items) actions.insert(entry.action);
  EXPECT_TRUE(actions.contains("export.start") && actions.contains("export.download"));
  w.clock.advance(Micros{int64_t{25} * 3'600'000'000});
  w.exports->clean_up(w.workspace);
  EXPECT_FALSE(std::filesystem::exists(file->path));
  EXPECT_EQ(w.exports->get(*w.viewer, done.id).error().code, "export_not_found");
  EXPECT_EQ(w.exports->start(*w.viewer, {.from = "2025-02-01", .to = "2025-01-01"}).error().code, "invalid_period");
  EXPECT_EQ(w.exports->start(*w.viewer, {.from = "gestern"}).error().code, "invalid_time");
}

TEST(Export, AnErasedCustomerIsInNoExportAnyMore) {
  World w;
  ASSERT_TRUE(w.import(w.file(full_log)));
  const auto started = w.exports->start(*w.viewer, {.format = ExportFormat::csv, .originals = true});
  ASSERT_TRUE(started);
  for (int i = 0; i < 1000 && w.exports->get(*w.viewer, started->id)->state != ImportState::done; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto file = w.exports->file(*w.viewer, started->id);
  ASSERT_TRUE(file);
  const Subject anna{.customer = 1};
  EXPECT_EQ(*w.exports->erase(w.workspace, {&anna, 1}), 1u);
  EXPECT_FALSE(std::filesystem::exists(file->path));
  EXPECT_EQ(w.exports->get(*w.viewer, started->id).error().code, "export_not_found");
  // What an export that was cut off left behind goes with the bytes of the rest.
  std::ofstream(file->path.string() + ".objects") << "anna";
  ASSERT_TRUE(w.exports->purge(w.workspace, {&anna, 1}, {}));
  EXPECT_TRUE(std::filesystem::is_empty(file->path.parent_path()));
}

TEST(Import, NdjsonJsonAndParquetGiveTheSameEvents) {
  const std::string ndjson =
      "{\"customer\":{\"id\":\"anna\"},\"event\":\"order\",\"time\":\"2025-01-06T08:00:00Z\",\"total\":5.5,\"tags\":[1,2]}\n"
      "not json at all\n"
      "{\"customer\":{\"id\":\"ben\"},\"event\":\"visit\",\"time\":\"2025-01-06T09:00:00Z\",\"total\":null}\n";
  World a, b, c;
  const auto from_lines = a.import(a.file(ndjson));
  ASSERT_TRUE(from_lines) << from_lines.error().code;
  EXPECT_EQ(from_lines->rows_rejected, 1u);
  ASSERT_EQ(from_lines->rejects.size(), 1u);
  EXPECT_EQ(from_lines->rejects[0].code, "bad_json");
  EXPECT_NE(text_of(a.data / "rejects.csv").find("not json at all"), std::string::npos);
  std::string list = "{\"page\":1,\"events\":[" + ndjson + "]}";
  list.replace(list.find("\nnot json at all\n"), 17, ",\n");
  ASSERT_TRUE(b.import(b.file(list)));
  EXPECT_EQ(a.events(), b.events());
  EXPECT_NE(a.events()[0].find("|tags=[1,2]|total=5.5"), std::string::npos) << a.events()[0];
  // The same table as Parquet, written by the store's own library.
  const auto parquet = c.data / "in [1].parquet";
  auto writer = *events::ParquetWriter::open(parquet, {{"customer.id"}, {"event"}, {"time", events::ParquetType::time}, {"total", events::ParquetType::number}, {"tags"}});
  writer->text(0, "anna"), writer->text(1, "order"), writer->time(2, Micros{int64_t{1'736'150'400} * 1'000'000}), writer->number(3, 5.5), writer->text(4, "[1,2]");
  ASSERT_TRUE(writer->end_row());
  writer->text(0, "ben"), writer->text(1, "visit"), writer->time(2, Micros{int64_t{1'736'154'000} * 1'000'000}), writer->number(3, {}), writer->text(4, "");
  ASSERT_TRUE(writer->end_row());
  ASSERT_TRUE(writer->finish({}));
  const auto from_parquet = c.import(parquet);
  ASSERT_TRUE(from_parquet) << from_parquet.error().code << from_parquet.error().detail;
  EXPECT_EQ(c.events(), a.events());
  const auto broken = c.import(c.file("PAR1 nothing of the kind PAR1"));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, "parquet_broken");
}

// The published example in three forms; the SQLite file was written in local time.
TEST(Import, TheThreeFormsOfAnOcelLogGiveTheSameEvents) {
  const char* folder = std::getenv("LOTSE_TEST_DATA");
  if (!folder) GTEST_SKIP() << "LOTSE_TEST_DATA is not set";
  const std::filesystem::path ocel = std::filesystem::path(folder) / "ocel";
  ReadOptions read;
  read.customer_type = "Purchase Order";
  read.key_type = "Invoice";
  std::vector<std::vector<std::string>> seen;
  for (const char* name : {"ocel20_example.jsonocel", "ocel20_example.xmlocel", "ocel20_example.sqlite"}) {
    World w;
    const auto done = w.import(ocel / name, read);
    ASSERT_TRUE(done) << name << " " << done.error().code << " " << done.error().detail;
    EXPECT_GT(done->events_new, 0u);
    seen.push_back(w.events());
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(Import, APackedSqliteLogIsCountedWhole) {
  const char* folder = std::getenv("LOTSE_TEST_DATA");
  if (!folder) GTEST_SKIP() << "LOTSE_TEST_DATA is not set";
  World w;
  ReadOptions read;
  read.customer_type = "Container";
  const auto done = w.import(std::filesystem::path(folder) / "ocel/ocel2_logistics.sqlite.gz", read);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
  // Counted in the file by SQL: pairs of an event and a container, and events without one, which are rejected.
  EXPECT_EQ(done->events_new, 5336u);
  EXPECT_EQ(done->rows_rejected, 3391u);
  for (const auto& entry : std::filesystem::directory_iterator(w.data)) EXPECT_EQ(entry.path().filename().string().find("lotse-unpacked"), std::string::npos);
}

TEST(Import, AFileThatIsNoSqliteLogSaysSo) {
  World w;
  const auto done = w.import(w.file(std::string("SQLite format 3\0", 16) + std::string(4000, 'x')));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "sqlite_broken");
}

}  // namespace
}  // namespace lotse::connect
