#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

#include "access/operator.h"
#include "access/viewer_maker.h"
#include "connect/imports.h"
#include "connect/live.h"
#include "formats/testing/workbook.h"

namespace lotse::connect {
namespace {

struct Stack : testing::Test {
  std::filesystem::path data;
  ManualClock clock{Micros{1'750'000'000'000'000}};  // June 2025
  std::unique_ptr<db::Database> database;
  std::unique_ptr<events::Stores> stores;
  std::unique_ptr<privacy::Vault> vault;
  std::unique_ptr<access::Audit> audit;
  std::unique_ptr<access::Workspaces> workspaces;
  std::unique_ptr<jobs::Jobs> jobs;
  std::unique_ptr<Uploads> uploads;
  std::unique_ptr<Sources> sources;
  std::unique_ptr<Imports> imports;
  std::unique_ptr<hub::Hub> hub;
  std::unique_ptr<LiveEvents> live;
  std::optional<Viewer> viewer;
  WorkspaceId workspace;

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_connect_XXXXXX").string();
    data = mkdtemp(name.data());
    database = *db::Database::open_sqlite(data / "lotse.db");
    stores = std::make_unique<events::Stores>(data, events::StoreOptions{}, clock);
    vault = *privacy::Vault::open(data);
    audit = std::make_unique<access::Audit>(*database, clock);
    workspaces = std::make_unique<access::Workspaces>(*database, clock, *audit);
    access::Operator people(*database, clock);
    ASSERT_TRUE(people.first_administrator());
    const auto caller = *people.any_operator();
    workspace = {workspaces->create(caller, {.name = "Test"})->id};
    viewer = *workspaces->viewer(caller, workspace.value);
    jobs = std::make_unique<jobs::Jobs>(*database, clock, [this](const WorkspaceId& w, const std::string& p) { return workspaces->viewer_of(w, p); });
    uploads = std::make_unique<Uploads>(*database, *stores, clock);
    sources = std::make_unique<Sources>(*database, *stores, clock, *audit);
    imports = std::make_unique<Imports>(Imports::Parts{*database, *stores, *vault, *jobs, *workspaces, *audit, *uploads, *sources, clock});
    hub = std::make_unique<hub::Hub>(*stores, *vault);
    live = std::make_unique<LiveEvents>(*hub, *sources, *workspaces, clock);
    ASSERT_TRUE(imports->recover());
    ASSERT_TRUE(jobs->begin());
  }
  void TearDown() override {
    jobs.reset();
    hub.reset();
    stores.reset();
    std::filesystem::remove_all(data);
  }

  std::string upload(std::string_view bytes, const std::string& name = "file.csv") {
    auto incoming = uploads->begin(*viewer, name);
    EXPECT_TRUE(incoming);
    EXPECT_TRUE((*incoming)->write({bytes.data(), bytes.size()}));
    auto done = (*incoming)->finish();
    EXPECT_TRUE(done);
    return done->id;
  }
  /// who,what,when by name; others are attributes.
  static SourceMapping mapping(std::vector<ColumnMapping> more = {}) {
    SourceMapping out;
    out.columns = {{"who", ColumnRole::customer}, {"what", ColumnRole::event_type}, {"when", ColumnRole::time}};
    out.columns.insert(out.columns.end(), more.begin(), more.end());
    return out;
  }
  Import wait(const std::string& id) {
    for (int i = 0; i < 3000; ++i) {
      auto import = *imports->get(*viewer, id);
      if (import.state != ImportState::queued && import.state != ImportState::running) return import;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the import does not end";
    return {};
  }
  Import run(std::string_view bytes, SourceMapping how, std::optional<std::string> replaces = {}, const std::string& source = "CRM") {
    clock.advance(Micros{1000});  // ids sort by time
    auto started = imports->start(*viewer, {upload(bytes), source, std::move(how), replaces});
    EXPECT_TRUE(started) << started.error().code << " " << started.error().detail;
    if (!started) return {};
    return wait(started->id);
  }
  std::shared_ptr<events::DuckStore> store() { return *stores->open(workspace); }
  std::vector<EventColumns> all() {
    std::vector<EventColumns> out;
    EXPECT_TRUE(store()->scan(0, store()->as_of(), {}, [&](EventColumns&& c) -> Result<void> {
      out.push_back(std::move(c));
      return {};
    }));
    return out;
  }
  std::string rejects(const Import& import) {
    const auto path = *imports->rejects(*viewer, import.id);
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

using ConnectTest = Stack;

std::string gzip(const std::filesystem::path& folder, std::string_view text) {
  const auto plain = folder / "plain";
  std::ofstream(plain, std::ios::binary) << text;
  EXPECT_EQ(std::system(("gzip -f " + plain.string()).c_str()), 0);
  std::ifstream packed(plain.string() + ".gz", std::ios::binary);
  return {std::istreambuf_iterator<char>(packed), {}};
}

TEST_F(ConnectTest, AFileFromUploadToEvents) {
  const std::string csv =
      "who;what;when;channel;way;clerk;amount;city\n"
      "K1;Anruf;31.12.2024 14:05;Telefon;eingehend;Frau Meier;1.234,50;Bonn\n"
      "K1;Brief;02.01.2025 08:00;Post;ausgehend;Herr Schulz;;Bonn\n"
      ";Brief;02.01.2025 08:00;Post;ausgehend;Herr Schulz;;Ulm\n"
      "K2;;02.01.2025 08:00;Post;ausgehend;Herr Schulz;;Ulm\n"
      "K2;Anruf;gestern;Post;seitwärts;Herr Schulz;;Ulm\n"
      "K2;Anruf;03.01.2025;Post;seitwärts;Herr Schulz;viel;Ulm\n";
  const auto id = upload(csv);
  const auto detection = uploads->detection(*viewer, id, {});
  ASSERT_TRUE(detection) << detection.error().detail;
  EXPECT_EQ(detection->delimiter, ";");
  EXPECT_EQ(detection->columns.size(), 8u);
  EXPECT_EQ(detection->columns[2].time_format, "german");

  auto how = mapping({{"channel", ColumnRole::channel}, {"way", ColumnRole::direction}, {"clerk", ColumnRole::pseudonymise, "Sachbearbeitung"},
                      {"amount", ColumnRole::cost}, {"city", ColumnRole::customer_attribute}});
  how.read.decimal = "comma";
  auto started = imports->start(*viewer, {id, "CRM", how, {}});
  ASSERT_TRUE(started) << started.error().detail;
  const auto import = wait(started->id);
  EXPECT_EQ(import.state, ImportState::done) << import.error_detail.value_or("");
  EXPECT_EQ(import.rows_read, 6u);
  EXPECT_EQ(import.rows_rejected, 3u);
  EXPECT_EQ(import.events_new, 3u);
  EXPECT_EQ(import.customers_new, 2u);
  EXPECT_EQ(import.first, "2024-12-31T13:05:00Z");
  ASSERT_EQ(import.rejects.size(), 3u);
  std::set<std::string> codes;
  for (const auto& r : import.rejects) codes.insert(r.code);
  EXPECT_EQ(codes, (std::set<std::string>{"no_customer", "no_event_type", "bad_time"}));
  codes.clear();
  for (const auto& r : import.warnings) codes.insert(r.code);
  EXPECT_EQ(codes, (std::set<std::string>{"unknown_direction", "bad_cost"}));
  const auto list = rejects(import);
  EXPECT_NE(list.find("\r\n4;no_customer;Die Kundennummer fehlt.;;Brief;"), std::string::npos) << list;
  EXPECT_LT(list.find("no_customer"), list.find("no_event_type"));

  const auto events = *store()->customer_events(1, store()->as_of(), 0, 10);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].cost, 1234.5);
  std::map<uint32_t, std::string> attributes(events[0].attributes.begin(), events[0].attributes.end());
  EXPECT_EQ(attributes[BuiltinAttribute::direction], "by_customer");
  EXPECT_EQ(attributes[BuiltinAttribute::channel], "Telefon");
  const auto dictionary = store()->dictionary();
  ASSERT_EQ(dictionary->attributes.size(), 5u);
  EXPECT_EQ(dictionary->attributes[3].name, "Sachbearbeitung");
  EXPECT_TRUE(dictionary->values[3][0].starts_with("Mitarbeiter ")) << dictionary->values[3][0];
  EXPECT_EQ(dictionary->attributes[4].scope, AttributeScope::customer);
  // The upload is gone, its source is saved and found again.
  const auto gone = uploads->get(*viewer, id);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, "upload_not_found");
  const auto saved = *sources->list(*viewer);
  ASSERT_EQ(saved.size(), 1u);
  EXPECT_EQ(saved[0].events, 3u);
  EXPECT_EQ(saved[0].imports, 1u);
  EXPECT_EQ(uploads->detection(*viewer, upload(csv), {})->matching_source, saved[0].id);
  EXPECT_EQ(sources->remove(*viewer, saved[0].id).error().code, "source_has_events");
}

TEST_F(ConnectTest, ReimportGrowReplaceUndo) {
  const std::string csv = "who,what,when\nA,x,2025-01-01\nA,x,2025-01-01\nB,y,2025-01-02\n";
  const auto first = run(csv, mapping());
  EXPECT_EQ(first.events_new, 3u);
  const auto again = run(csv, mapping());
  EXPECT_EQ(again.events_new, 0u);
  EXPECT_EQ(again.events_known, 3u);
  const auto grown = run(csv + "A,x,2025-01-01\nC,z,2025-01-03\n", mapping());
  EXPECT_EQ(grown.events_new, 2u);
  EXPECT_EQ(store()->event_count(), 5u);
  // The same events with an hour's shift, in place of the first.
  auto how = mapping();
  how.read.time_zone = "UTC";
  const auto replaced = run(csv, how, first.id);
  EXPECT_EQ(replaced.state, ImportState::done) << replaced.error_detail.value_or("");
  EXPECT_EQ(replaced.events_new, 3u);
  EXPECT_EQ(imports->get(*viewer, first.id)->state, ImportState::undone);
  EXPECT_EQ(store()->event_count(), 5u);
  EXPECT_EQ(imports->undo(*viewer, first.id).error().code, "import_not_done");
  EXPECT_EQ(imports->undo(*viewer, replaced.id)->state, ImportState::undone);
  EXPECT_EQ(imports->undo(*viewer, grown.id)->state, ImportState::undone);
  EXPECT_EQ(store()->event_count(), 0u);
  const auto page = *imports->list(*viewer, {});
  EXPECT_EQ(page.items.size(), 4u);
  EXPECT_EQ(page.items[0].id, replaced.id);
}

TEST_F(ConnectTest, DateAndTimeOfDayInTwoColumns) {
  using formats::testing::xlsx_of;
  const std::string csv = "Kundennummer;Anrufgrund;Datum;Uhrzeit\nK1;Frage;31.12.2024;14:05\nK1;Frage;31.12.2024;2:07:30 PM\nK2;Frage;01.07.2025;\nK2;Frage;01.07.2025;gegen Mittag\n";
  const auto suggested = [&](std::string_view bytes) {
    SourceMapping out;
    const auto detection = uploads->detection(*viewer, upload(bytes), {});
    EXPECT_TRUE(detection) << detection.error().detail;
    for (const auto& c : detection->columns) out.columns.push_back({c.name, c.suggested});
    EXPECT_EQ(detection->columns[3].suggested, ColumnRole::time_of_day);
    EXPECT_EQ(detection->columns[3].kind, "time_of_day");
    return out;
  };
  // One in three samples is no time of day: here a person chooses.
  SourceMapping how;
  how.columns = {{"Kundennummer", ColumnRole::customer}, {"Anrufgrund", ColumnRole::event_type}, {"Datum", ColumnRole::time}, {"Uhrzeit", ColumnRole::time_of_day}};
  const auto import = run(csv, how);
  EXPECT_EQ(import.state, ImportState::done) << import.error_detail.value_or("");
  EXPECT_EQ(import.events_new, 3u);
  EXPECT_EQ(import.first, "2024-12-31T13:05:00Z");
  EXPECT_EQ(import.last, "2025-06-30T22:00:00Z");  // the date alone is its midnight
  ASSERT_EQ(import.rejects.size(), 1u);
  EXPECT_EQ(import.rejects[0].code, "bad_time_of_day");
  EXPECT_NE(import.rejects[0].example->find("gegen Mittag"), std::string::npos);
  EXPECT_NE(rejects(import).find("Die Uhrzeit ist nicht lesbar."), std::string::npos);
  std::map<std::string, uint64_t> warnings;
  for (const auto& w : import.warnings) warnings[w.code] = w.rows;
  EXPECT_EQ(warnings, (std::map<std::string, uint64_t>{{"time_of_day_missing", 1}, {"in_future", 1}}));
  EXPECT_EQ(run(csv, how).events_known, 3u);
  // Without the role all stays as it was: another time makes another event, the same one the same.
  auto dates = how;
  dates.columns.pop_back();
  EXPECT_EQ(run(csv, dates, {}, "Dates").events_new, 4u);
  EXPECT_EQ(run(csv, dates, {}, "Dates").events_known, 4u);

  // Excel: a customer merged over two rows, times as formatted cells and as plain fractions.
  const auto text = [](std::string_view s) { return "<c t='inlineStr'><is><t>" + std::string(s) + "</t></is></c>"; };
  formats::testing::Workbook book{.sheets = {{"Log", "<row r='1'>" + text("Kundennummer") + text("Anrufgrund") + text("Datum") + text("Uhrzeit") + "</row>"
                                                     "<row r='2'>" + text("K7") + text("Frage") + "<c s='1'><v>45657</v></c><c s='3'><v>0.586875</v></c></row>"
                                                     "<row r='3'><c r='B3' t='str'><v>Antwort</v></c><c s='1'><v>45658</v></c><c><v>0.25</v></c></row>"}},
                                 .after_rows = "<mergeCells><mergeCell ref='A2:A3'/></mergeCells>"};
  const std::string workbook = xlsx_of(book);
  const auto excel = run(workbook, suggested(workbook), {}, "Excel");
  EXPECT_EQ(excel.state, ImportState::done) << excel.error_detail.value_or("");
  EXPECT_EQ(excel.rows_rejected, 0u);
  EXPECT_EQ(excel.events_new, 2u);
  EXPECT_EQ(excel.customers_new, 1u);
  EXPECT_EQ(excel.first, "2024-12-31T13:05:06Z");
  EXPECT_EQ(excel.last, "2025-01-01T05:00:00Z");
}

TEST_F(ConnectTest, KeysAndSources) {
  auto how = mapping({{"order", ColumnRole::instance_key}, {"system", ColumnRole::source_system}});
  const auto import = run("who,what,when,order,system\nA,x,2025-01-01,O1,ERP\nA,y,2025-01-02,O2,ERP\nB,x,2025-01-01,,Shop\n", how);
  EXPECT_EQ(import.events_new, 3u);
  std::map<uint32_t, int> keys;
  for (const auto& c : all())
    for (const auto k : c.instance_key) ++keys[k];
  EXPECT_EQ(keys, (std::map<uint32_t, int>{{0, 1}, {2, 1}, {3, 1}}));
  EXPECT_EQ((*store()->instance_keys({3, 1, 2}))[2], "O1");
  std::vector<std::string> names;
  const auto listed = *sources->list(*viewer);
  for (const auto& s : listed) names.push_back(s.name + " " + std::to_string(s.events));
  EXPECT_EQ(names, (std::vector<std::string>{"CRM 0", "ERP 2", "Shop 1"}));
  // One key column is customer and instance at once.
  SourceMapping single;
  single.columns = {{"case", ColumnRole::instance_key}, {"what", ColumnRole::event_type}, {"when", ColumnRole::time}};
  run("case,what,when\n7,x,2025-01-01\n7,y,2025-01-02\n", single, {}, "Tickets");
  keys.clear();
  for (const auto& c : all())
    for (const auto k : c.instance_key) ++keys[k];
  EXPECT_EQ(keys[1], 2);
}

TEST_F(ConnectTest, AMappingThatCannotBeIsRefused) {
  const auto id = upload("who,what,when\nA,x,2025-01-01\n");
  const auto code = [&](SourceMapping how) { return imports->start(*viewer, {id, "CRM", how, {}}).error().code; };
  SourceMapping how;
  EXPECT_EQ(code(how), "no_customer_column");
  how.columns = {{"who", ColumnRole::customer}};
  EXPECT_EQ(code(how), "no_event_type_column");
  how.columns.push_back({"what", ColumnRole::event_type});
  EXPECT_EQ(code(how), "no_time_column");
  how = mapping({{"who", ColumnRole::customer}});
  EXPECT_EQ(code(how), "role_twice");
  how = mapping({{"a", ColumnRole::event_attribute, "x"}, {"b", ColumnRole::event_attribute, "x"}});
  EXPECT_EQ(code(how), "attribute_twice");
  how = mapping();
  how.read.time_zone = "Mars/Olympus";
  EXPECT_EQ(code(how), "unknown_zone");
  how = mapping();
  how.read.delimiter = "ab";
  EXPECT_EQ(code(how), "bad_delimiter");
  EXPECT_EQ(imports->start(*viewer, {"up_nothing", "CRM", mapping(), {}}).error().field, "/upload");
  EXPECT_EQ(imports->start(*viewer, {id, " ", mapping(), {}}).error().code, "invalid_name");
  const auto missing = imports->start(*viewer, {id, "CRM", mapping({{"nowhere", ColumnRole::channel}}), {}});
  EXPECT_EQ(wait(missing->id).error_code, "unknown_column");
}

TEST_F(ConnectTest, BadInputGetsAClearErrorAndNothingIsLost) {
  ASSERT_EQ(run("who,what,when\nA,x,2025-01-01\n", mapping()).events_new, 1u);
  const auto failed_with = [&](std::string_view bytes, SourceMapping how = mapping()) {
    const auto import = run(bytes, how, {}, "Bad");
    return import.state == ImportState::failed ? import.error_code.value_or("?") : std::string(word(import.state));
  };
  std::string many = "who,what,when\n";
  for (int i = 0; i < 50'000; ++i) many += "K" + std::to_string(i) + ",x,2025-01-01\n";
  const auto packed = gzip(data, many);
  EXPECT_EQ(failed_with(std::string_view(packed).substr(0, packed.size() / 2)), "truncated_gzip");
  auto damaged = packed;
  damaged[packed.size() / 2] ^= 0x55;
  EXPECT_EQ(failed_with(damaged), "broken_gzip");
  EXPECT_EQ(failed_with("who,what,when\n"), "no_rows");
  std::string wide = "who,what,when\nA,x,2025-01-01\nB,x,2025-01-01";
  for (int i = 0; i < 1'000'000; ++i) wide += ",1";
  const auto wide_import = run(wide + "\n", mapping(), {}, "Wide");
  EXPECT_EQ(wide_import.events_new, 1u);
  EXPECT_EQ(wide_import.rejects.at(0).code, "too_many_cells");
  std::string quoted = "who,what,when\n";
  for (int i = 0; i < 80'000; ++i) quoted += "K,\"x, y\",2025-01-01\n";
  EXPECT_EQ(failed_with(quoted + "A,\"x,2025-01-01\nB,x,2025-01-01\n"), "csv_unclosed_quote");
  EXPECT_EQ(failed_with("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"aaaa\">]><log>&a;</log>"), "xml_doctype");
  EXPECT_EQ(failed_with(std::string("\x7f" "ELF\0\0\0\1\2\3\0\0\0\0\0\0\0\0", 20)), "not_a_table");
  EXPECT_EQ(uploads->begin(*viewer, "a.csv").value()->finish().error().code, "empty_file");

  const auto years = run("who,what,when\nA,x,0001-01-02\nB,x,9999-12-30\nC,x,10000-01-01\nD,x,1985-01-01\nE,x,2031-01-01\n", mapping(), {}, "Years");
  EXPECT_EQ(years.events_new, 4u);
  EXPECT_EQ(years.rows_rejected, 1u);
  EXPECT_EQ(years.first, "0001-01-01T23:06:32Z");  // local mean time of Berlin
  const auto nul = run(quoted + std::string("B,\0y,2025-01-01\n", 16), mapping(), {}, "Nul");
  EXPECT_EQ(nul.events_new, 80'000u);
  ASSERT_EQ(nul.rejects.size(), 1u);
  EXPECT_EQ(nul.rejects.at(0).code, "nul_byte");
  const auto latin = run("who,what,when\nM\xFCller,K\xFCndigung,2025-02-01\n", mapping(), {}, "Latin");
  EXPECT_EQ(latin.events_new, 1u);
  const auto twice = run("who,what,when,when\nA,x,2025-02-01,2025-02-02\n", mapping({{"when (2)", ColumnRole::event_attribute}}), {}, "Twice");
  EXPECT_EQ(twice.events_new, 1u);
  const auto xes = run("<log><trace><string key=\"concept:name\" value=\"c1\"/>"
                       "<event><string key=\"concept:name\" value=\"a\"/><date key=\"time:timestamp\" value=\"2025-01-01T10:00:00Z\"/>"
                       "<list key=\"l\"><values><string key=\"m\" value=\"1\"/></values></list></event>"
                       "<event><date key=\"time:timestamp\" value=\"2025-01-01T10:00:00Z\"/></event></trace></log>",
                       {{}, {{"case:concept:name", ColumnRole::customer}, {"concept:name", ColumnRole::event_type}, {"time:timestamp", ColumnRole::time}}, {}, {}, {}},
                       {}, "Xes");
  EXPECT_EQ(xes.state, ImportState::done) << xes.error_detail.value_or("");
  EXPECT_EQ(xes.events_new, 1u);
  EXPECT_EQ(xes.rows_rejected, 1u);
  EXPECT_EQ(store()->event_count(), 1 + 1 + 4 + 80'000 + 1 + 1 + 1u);
}

TEST_F(ConnectTest, ACustomerWithAMillionEvents) {
  std::string csv = "who,what,when\n";
  for (int i = 0; i < 1'000'000; ++i) csv += "A,x,2025-01-01\n";
  const auto import = run(csv, mapping());
  EXPECT_EQ(import.events_new, 1'000'000u);
  EXPECT_EQ(import.customers_new, 1u);
  const auto again = run(csv, mapping());
  EXPECT_EQ(again.events_known, 1'000'000u);
}

TEST_F(ConnectTest, CancelLeavesNothing) {
  std::string csv = "who,what,when\n";
  for (int i = 0; i < 400'000; ++i) csv += "K" + std::to_string(i) + ",x,2025-01-01\n";
  std::atomic<bool> running{false};
  auto handle = imports->changes().subscribe([&](const ImportChanged& c) {
    if (c.import.state == ImportState::running) running = true;
  });
  const auto started = imports->start(*viewer, {upload(csv), "CRM", mapping(), {}});
  while (!running) std::this_thread::yield();
  ASSERT_TRUE(imports->cancel(*viewer, started->id));
  EXPECT_EQ(wait(started->id).state, ImportState::cancelled);
  EXPECT_EQ(store()->event_count(), 0u);
  EXPECT_EQ(run("who,what,when\nA,x,2025-01-01\n", mapping()).events_new, 1u);
}

TEST_F(ConnectTest, LiveEventsAreAnsweredWhenDurable) {
  AppendRequest request{"App", {}};
  NewEvent good{"K1", "login", "2025-03-01T10:00:00"};
  good.id = "m1";
  good.attributes = {{"device", "phone"}};
  request.events = {good, good, {"", "login", "2025-03-01"}, {"K2", "login", "soon"}, {"K2", " ", "2025-03-01"}};
  const auto append = [&](const AppendRequest& r, const Viewer& who) {
    std::promise<Result<AppendAnswer>> answer;
    live->append(who, r, [&](Result<AppendAnswer> a) { answer.set_value(std::move(a)); });
    return answer.get_future().get();
  };
  const auto answer = append(request, *viewer);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->accepted, 1u);
  EXPECT_EQ(answer->known, 1u);
  ASSERT_EQ(answer->rejected.size(), 3u);
  EXPECT_EQ(answer->rejected[0].code, "no_customer");
  EXPECT_EQ(answer->rejected[1].code, "bad_time");
  EXPECT_EQ(answer->rejected[2].code, "no_event_type");
  EXPECT_EQ(all().at(0).time_us.at(0), 1740819600000000);  // 09:00 UTC
  EXPECT_EQ(append({"App", {}}, *viewer).error().code, "no_events");
  const auto reader = access::ViewerMaker::make(workspace, "us_x", Role::analyst);
  EXPECT_EQ(append(request, reader).error().code, "forbidden");
  EXPECT_EQ(uploads->begin(reader, "x").error().code, "forbidden");
  EXPECT_EQ(imports->start(reader, {"up_x", "CRM", mapping(), {}}).error().code, "forbidden");
}

TEST_F(ConnectTest, AnImportThatAnEarlierProcessLeftIsSettled) {
  const auto import = run("who,what,when\nA,x,2025-01-01\n", mapping());
  auto left = import;
  left.state = ImportState::running;
  left.events_new = 0;
  const auto put = [&](const Import& i) {
    constexpr db::Statement update{"test.update", "UPDATE imports SET state = 'running', outcome = :outcome WHERE workspace_id = :workspace_id AND id = :id"};
    ASSERT_TRUE(database->write(workspace, [&](db::Session& s) { return s.execute(update, {{":id", i.id}, {":outcome", to_json(i).dump()}}); }));
  };
  put(left);
  ASSERT_TRUE(imports->recover());
  EXPECT_EQ(imports->get(*viewer, import.id)->state, ImportState::done);
  EXPECT_EQ(imports->get(*viewer, import.id)->events_new, 1u);
  ASSERT_TRUE(store()->undo(import.id));
  put(left);
  ASSERT_TRUE(imports->recover());
  EXPECT_EQ(imports->get(*viewer, import.id)->state, ImportState::failed);
  EXPECT_EQ(imports->get(*viewer, import.id)->error_code, "interrupted");
}

TEST_F(ConnectTest, ATableFilledByManyHandsIsRead) {
  // Slash dates that could be read either way as far as the sample goes, until a later row decides.
  std::string csv = "who;what;when\n";
  for (int i = 0; i < 6000; ++i) csv += "K" + std::to_string(i) + ";x;03/04/2025 10:00\n";
  const auto day_first = run(csv + "Z;x;25/04/2025 10:00\n", mapping(), {}, "Day");
  EXPECT_EQ(day_first.rows_rejected, 0u);
  EXPECT_EQ(day_first.first, "2025-04-03T08:00:00Z");
  EXPECT_TRUE(day_first.warnings.empty());
  const auto month_first = run(csv + "Z;x;04/25/2025 10:00\n", mapping(), {}, "Month");
  EXPECT_EQ(month_first.first, "2025-03-04T09:00:00Z");
  EXPECT_TRUE(month_first.warnings.empty());
  const auto open = run(csv, mapping(), {}, "Open");
  ASSERT_EQ(open.warnings.size(), 1u);
  EXPECT_EQ(open.warnings[0].code, "us_dates_assumed");
  // Dates of two forms, the second beyond doubt.
  const auto mixed = run("who;what;when\nA;x;31.12.2024 10:00\nB;x;30.12.2024\nC;x;2024-12-29 10:00\n", mapping(), {}, "Mixed");
  EXPECT_EQ(mixed.events_new, 3u);
}

TEST_F(ConnectTest, AnExampleIsCutBetweenCharacters) {
  std::string umlauts = "x";
  for (int i = 0; i < 100; ++i) umlauts += "ä";
  const auto import = run("who;what;when\nA;x;" + umlauts + "\nB;x;2025-01-01\n", mapping());
  EXPECT_EQ(import.state, ImportState::done);
  ASSERT_EQ(import.rejects.size(), 1u);
  EXPECT_EQ(import.rejects[0].example, "2: x" + umlauts.substr(1, 98));
}

TEST_F(ConnectTest, EventsOutsideOfTracesAreCounted) {
  const SourceMapping how{{}, {{"case:concept:name", ColumnRole::customer}, {"concept:name", ColumnRole::event_type}, {"time:timestamp", ColumnRole::time}}, {}, {}, {}};
  const std::string event = "<event><string key=\"concept:name\" value=\"a\"/><date key=\"time:timestamp\" value=\"2025-01-01T10:00:00Z\"/></event>";
  const auto import = run("<log><trace><string key=\"concept:name\" value=\"c\"/>" + event + "</trace>" + event + event + "</log>", how);
  EXPECT_EQ(import.events_new, 1u);
  ASSERT_EQ(import.warnings.size(), 1u);
  EXPECT_EQ(import.warnings[0].code, "events_outside_traces");
  EXPECT_EQ(import.warnings[0].rows, 2u);
}

TEST_F(ConnectTest, AMistakeDoesNotUseUpWhatAWorkspaceHolds) {
  // A column of numbers taken for what happened.
  std::string wrong = "who,what,when\n";
  for (int i = 0; i < 2000; ++i) wrong += "K," + std::to_string(i) + ",2025-01-01\n";
  EXPECT_EQ(run(wrong, mapping()).error_code, "event_types_differ");
  EXPECT_TRUE(store()->dictionary()->types.empty());
  // More attributes than a workspace holds: refused before one is named.
  SourceMapping many = mapping();
  std::string header = "who,what,when", row = "A,x,2025-01-01";
  for (int i = 0; i < 2100; ++i) {
    many.columns.push_back({"c" + std::to_string(i), ColumnRole::event_attribute});
    header += ",c" + std::to_string(i);
    row += ",1";
  }
  EXPECT_EQ(run(header + "\n" + row + "\n", many, {}, "Wide").error_code, "too_many_attributes");
  NewEvent event{"K1", "login", "2025-03-01T10:00:00"};
  for (int i = 0; i < 2100; ++i) event.attributes["c" + std::to_string(i)] = "1";
  NewEvent damaged{"K1", std::string("log\0in", 6), "2025-03-01"};
  NewEvent named{"K1", "login", "2025-03-01"};
  named.attributes[std::string(401, 'n')] = "1";
  const auto append = [&](std::vector<NewEvent> events) {
    std::promise<Result<AppendAnswer>> answer;
    live->append(*viewer, {"App", std::move(events)}, [&](Result<AppendAnswer> a) { answer.set_value(std::move(a)); });
    return answer.get_future().get();
  };
  EXPECT_EQ(append({event}).error().code, "too_many_attributes");
  const auto rejected = append({damaged, named});
  ASSERT_TRUE(rejected);
  ASSERT_EQ(rejected->rejected.size(), 2u);
  EXPECT_EQ(rejected->rejected[0].code, "nul_byte");
  EXPECT_EQ(rejected->rejected[1].code, "text_too_long");
  EXPECT_EQ(store()->dictionary()->attributes.size(), 3u);
  EXPECT_EQ(run("who,what,when,city\nA,x,2025-01-01,Bonn\n", mapping({{"city", ColumnRole::event_attribute}}), {}, "Good").state, ImportState::done);
}

TEST_F(ConnectTest, AMappingThatFailedDoesNotReplaceOneThatWorked) {
  ASSERT_EQ(run("who,what,when\nA,x,2025-01-01\n", mapping()).state, ImportState::done);
  SourceMapping other = mapping({{"city", ColumnRole::event_attribute}});
  EXPECT_EQ(run("who,what,when\nA,x,2025-01-01\n", other).error_code, "unknown_column");
  EXPECT_EQ(sources->list(*viewer)->at(0).mapping.columns.size(), 3u);
  EXPECT_EQ(run("who,what,when,city\nA,x,2025-01-01,Bonn\n", other).state, ImportState::done);
  EXPECT_EQ(sources->list(*viewer)->at(0).mapping.columns.size(), 4u);
}

TEST_F(ConnectTest, AnUploadIsForOneImportAndGoesAfterADay) {
  std::string csv = "who,what,when\n";
  for (int i = 0; i < 300'000; ++i) csv += "K" + std::to_string(i) + ",x,2025-01-01\n";
  const auto id = upload(csv);
  const auto first = imports->start(*viewer, {id, "CRM", mapping(), {}});
  ASSERT_TRUE(first);
  const auto second = imports->start(*viewer, {id, "CRM", mapping(), {}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "upload_in_use");
  EXPECT_EQ(second.error().field, "/upload");
  EXPECT_EQ(wait(first->id).state, ImportState::done);

  EXPECT_EQ(uploads->get(*viewer, upload("x", "C:\\Anrufe M\xE4rz.csv"))->name, "Anrufe März.csv");
  const auto forgotten = upload("who,what,when\nA,x,2025-01-01\n");
  clock.advance(Micros{int64_t{23} * 3'600'000'000});
  uploads->clean_up(workspace);
  EXPECT_TRUE(uploads->get(*viewer, forgotten));
  clock.advance(Micros{int64_t{2} * 3'600'000'000});
  uploads->clean_up(workspace);
  EXPECT_FALSE(uploads->get(*viewer, forgotten));
  EXPECT_FALSE(std::filesystem::exists(uploads->path(workspace, forgotten)));
}

}  // namespace
}  // namespace lotse::connect
