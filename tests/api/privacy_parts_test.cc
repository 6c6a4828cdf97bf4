// Rectification, retention, rotation of keys and the file for the customer, on a data folder of their own.
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include "tests/api/privacy_world.h"

namespace lotse::test {
namespace {

const std::string wrong = "Wombatstrasse-Falsch-17", right = "Wombatweg 17";

class Parts : public World {
 public:
  /// One identify call each.
  std::string identify(const std::string& customer, const std::string& traits, const std::string& message) {
    if (write_key.empty()) {
      source = parts->sources.create(viewer(), {.name = "CRM"}).value().id;
      write_key = parts->write_keys.create(viewer(), {.source = source, .name = "k"}).value().secret;
    }
    std::promise<Result<connect::TrackingAnswer>> answer;
    const std::string body = R"({"batch":[{"type":"identify","userId":")" + customer + R"(","messageId":")" + message + R"(","traits":)" + traits + "}]}";
    parts->tracking.take({.call = "batch", .body = body, .write_key = write_key, .since = std::chrono::steady_clock::now()},
                         [&](Result<connect::TrackingAnswer> a) { answer.set_value(std::move(a)); });
    std::string codes;
    const auto got = answer.get_future().get().value();
    for (const auto& r : got.rejected) codes += r.code + " ";
    return codes;
  }
  /// Values of a customer attribute, by event.
  std::multiset<std::string> values(const std::string& customer, const std::string& attribute) {
    const auto store = parts->stores.open(workspace).value();
    const auto identity = parts->vault->find(workspace, std::array<std::string_view, 1>{customer}).value()[0];
    const auto dictionary = store->dictionary();
    std::multiset<std::string> out;
    const auto events = store->customer_events(store->customer_of(identity), store->as_of(), 0, 1000).value();
    for (const auto& event : events)
      for (const auto& [number, text] : event.attributes)
        for (const auto& a : dictionary->attributes)
          if (a.number == number && a.name == attribute) out.insert(text);
    return out;
  }
  std::set<std::string> files_with(const std::string& text) {
    std::set<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      if (bytes.find(text) != std::string::npos) out.insert(fs::relative(entry.path(), folder).string());
    }
    return out;
  }
  std::string source, write_key;
};

TEST(Rectification, ReplacesAValueEverywhereAndForGood) {
  Parts world;
  EXPECT_EQ(world.identify("ben", R"({"strasse":")" + wrong + R"("})", "1"), "");
  EXPECT_EQ(world.identify("ben", R"({"strasse":")" + wrong + R"("})", "2"), "");
  EXPECT_EQ(world.identify("cara", R"({"strasse":"Dachsweg 3"})", "3"), "");
  ASSERT_EQ(world.values("ben", "strasse").count(wrong), 2u);
  const privacy::RequestOrder order{.kind = privacy::RequestKind::rectification, .customers = {"ben"}, .attribute = "strasse", .wrong = wrong, .right = right};
  auto other = order;
  other.wrong = "nie gesehen";
  EXPECT_EQ(world.parts->privacy_requests.start(world.viewer(), other).error().code, "value_not_found");
  const auto done = world.wait(world.parts->privacy_requests.start(world.viewer(), order).value().id);
  EXPECT_EQ(world.values("ben", "strasse"), (std::multiset<std::string>{right, right}));
  EXPECT_EQ(world.values("cara", "strasse"), (std::multiset<std::string>{"Dachsweg 3"}));
  EXPECT_EQ(world.files_with(wrong), std::set<std::string>{});
  EXPECT_EQ(done.proof.holders.at(0).records, 2u);
  ASSERT_TRUE(done.proof.bytes_gone_after_s);
  EXPECT_EQ(done.attribute, "strasse");
  const auto attribute = world.parts->stores.open(world.workspace).value()->dictionary();
  // The source says it again, live and after a restart: replaced, and counted.
  EXPECT_EQ(world.identify("ben", R"({"strasse":")" + wrong + R"("})", "4"), "");
  world.open();
  EXPECT_EQ(world.identify("ben", R"({"strasse":")" + wrong + R"(","ort":"Bonn"})", "5"), "");
  EXPECT_EQ(world.identify("cara", R"({"strasse":")" + wrong + R"("})", "6"), "") << "of somebody else it may be right";
  EXPECT_EQ(world.values("ben", "strasse"), (std::multiset<std::string>{right, right, right, right}));
  EXPECT_EQ(world.values("cara", "strasse").count(wrong), 1u);
  const auto now = world.parts->privacy_requests.get(world.viewer(), done.id).value();
  EXPECT_EQ(now.repeats, 2u);
  EXPECT_EQ(now.repeated_source, world.source);
  const auto corrected = world.parts->privacy_requests.corrected(world.viewer(), "ben").value();
  ASSERT_EQ(corrected.size(), 1u);
  EXPECT_EQ(corrected[0].attribute, "strasse");
  // In analyses, too: the columns hold the new code after a restart.
  EXPECT_TRUE(world.parts->analysis.graph(world.viewer(), {}));
  // Erasing the customer takes the corrections along.
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.customers = {"ben"}}).value().id);
  EXPECT_TRUE(world.parts->corrections.repeats(world.workspace).value().empty());
}

TEST(Rectification, PutsAnIdentifierRight) {
  Parts world;
  const std::string typo = "numbat.schreibfehlr@example.com", mail = "numbat@example.com";
  // The instance key that the helper makes of a customer would hold the wrong identifier, too; it is none.
  auto first = world.event(typo, "visit", "1");
  first.instance_key = "K-1";
  world.append({first, world.event("cara", "visit", "2")});
  const privacy::RequestOrder order{.kind = privacy::RequestKind::rectification, .customers = {typo}, .wrong = typo, .right = mail};
  auto taken = order;
  taken.right = "cara";
  EXPECT_EQ(world.parts->privacy_requests.start(world.viewer(), taken).error().code, "identifier_taken");
  const auto id = world.parts->privacy_requests.start(world.viewer(), order).value().id;
  world.wait(id);
  const auto number = world.parts->vault->find(world.workspace, std::array<std::string_view, 1>{mail}).value()[0];
  ASSERT_NE(number, 0u);
  EXPECT_EQ(world.files_with(typo), std::set<std::string>{});
  // What still comes under the wrong one is the same customer's, also after a restart; and it is said.
  world.append({world.event(typo, "visit", "3")});
  world.open();
  world.append({world.event(typo, "visit", "4"), world.event(mail, "visit", "5")});
  const auto store = world.parts->stores.open(world.workspace).value();
  EXPECT_EQ(store->customer_events(store->customer_of(number), store->as_of(), 0, 100).value().size(), 4u);
  EXPECT_EQ(world.parts->privacy_requests.get(world.viewer(), id).value().repeats, 2u);
  // Once erased, neither form comes in again.
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.customers = {mail}}).value().id);
  EXPECT_EQ(world.append({world.event(typo, "visit", "6"), world.event(mail, "visit", "7")}).accepted, 0u);
}

connect::NewEvent at(connect::NewEvent event, const std::string& time) {
  event.time = time;
  return event;
}

TEST(Retention, DeletesWhatIsOlderThanARuleAllows) {
  Parts world;
  const std::string recent = iso_utc(Clock::system().now() - std::chrono::hours(48));
  world.append({at(world.event(identifier, "visit", "1", {{"tarif", property}}), "2020-01-06T08:00:00Z"), at(world.event("ben", "visit", "2", {{"tarif", "Basis"}}), "2020-01-06T08:00:00Z"),
                at(world.event("ben", "visit", "3", {{"tarif", "Basis"}}), recent)});
  world.append({at(world.event("cara", "visit", "4"), "2020-01-06T08:00:00Z")}, "Andere");
  std::string source;
  const auto sources = world.parts->sources.list(world.viewer()).value();
  for (const auto& one : sources)
    if (one.name == "Web") source = one.id;
  const privacy::RetentionRule rule{.kind = privacy::RetentionKind::source, .subject = source, .months = 24};
  const auto preview = world.parts->retention.preview(world.viewer(), rule).value();
  EXPECT_EQ(preview.events, 2u);
  EXPECT_EQ(preview.customers, 2u);
  EXPECT_EQ(world.parts->retention.preview(world.viewer(), {.kind = rule.kind, .subject = "src_x", .months = 3}).error().code, "subject_not_found");
  EXPECT_EQ(world.parts->retention.preview(world.viewer(), {.kind = rule.kind, .subject = source, .months = 0}).error().code, "months_out_of_range");
  const auto duty = [&] {
    const auto status = world.parts->privacy_status.status(world.viewer(), {source}).value();
    for (const auto& one : status.duties)
      if (one.code == "retention") return one.state;
    return std::string();
  };
  EXPECT_EQ(duty(), "open");
  ASSERT_TRUE(world.parts->retention.put(world.viewer(), rule));
  EXPECT_EQ(duty(), "fulfilled");
  world.parts->retention.look_after({});
  const auto overview = world.parts->retention.overview(world.viewer()).value();
  ASSERT_EQ(overview.runs.size(), 1u);
  EXPECT_EQ(overview.runs[0].state, "done") << overview.runs[0].error_code.value_or("");
  ASSERT_EQ(overview.runs[0].effects.size(), 1u);
  EXPECT_EQ(overview.runs[0].effects[0].events, 2u);
  EXPECT_EQ(overview.runs[0].effects[0].emptied, 1u) << "nothing is left of one of them";
  EXPECT_EQ(world.found(), (std::map<std::string, std::set<std::string>>{})) << world.file_text(world.found());
  EXPECT_EQ(world.parts->stores.open(world.workspace).value()->event_count(), 2u);
  EXPECT_EQ(world.parts->analysis.graph(world.viewer(), {}).value().basis.events, 2u);
  // Once a day, and the customer may come again.
  world.parts->retention.look_after({});
  EXPECT_EQ(world.parts->retention.overview(world.viewer()).value().runs.size(), 1u);
  EXPECT_EQ(world.append({at(world.event(identifier, "visit", "9"), recent)}).accepted, 1u);
  world.open();
  EXPECT_EQ(world.parts->analysis.graph(world.viewer(), {}).value().basis.events, 3u);
}

TEST(Retention, RemovesValuesOfAnAttribute) {
  Parts world;
  const std::string recent = iso_utc(Clock::system().now() - std::chrono::hours(48));
  world.append({at(world.event("ben", "visit", "1", {{"tarif", property}}), "2020-01-06T08:00:00Z"), at(world.event("ben", "visit", "2", {{"tarif", "Basis"}}), recent)});
  std::string attribute;
  for (const auto& one : world.parts->stores.open(world.workspace).value()->dictionary()->attributes)
    if (one.name == "tarif") attribute = one.id;
  ASSERT_TRUE(world.parts->retention.put(world.viewer(), {.kind = privacy::RetentionKind::attribute, .subject = attribute, .months = 12}));
  const auto run = world.parts->retention.start(world.viewer()).value();
  for (int i = 0; i < 300 && world.parts->retention.overview(world.viewer()).value().runs[0].state == "running"; ++i) std::this_thread::sleep_for(20ms);
  const auto done = world.parts->retention.overview(world.viewer()).value().runs[0];
  EXPECT_EQ(done.id, run.id);
  EXPECT_EQ(done.state, "done");
  EXPECT_EQ(done.effects.at(0).events, 1u);
  EXPECT_EQ(world.values("ben", "tarif"), (std::multiset<std::string>{"Basis"}));
  EXPECT_EQ(world.files_with(property), std::set<std::string>{});
}

TEST(Keys, RotateWithoutAChangeOfResults) {
  Parts world;
  world.plant();
  const auto numbers = [&] { return world.parts->vault->find(world.workspace, std::array<std::string_view, 3>{identifier, "ben", "cara"}).value(); };
  const auto before = numbers();
  const auto graph = [&] { return to_json(world.parts->analysis.graph(world.viewer(), {}).value().basis)["events"]; };
  const auto events = graph();
  const auto name = world.parts->vault->pseudonym(world.workspace, before[1]);
  const auto number = world.parts->key_rotation.status(world.viewer()).value().number;
  ASSERT_TRUE(world.parts->key_rotation.start(world.viewer()));
  for (int i = 0; i < 500 && (world.parts->key_rotation.status(world.viewer()).value().number == number || world.parts->key_rotation.status(world.viewer()).value().rotating); ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(world.parts->key_rotation.status(world.viewer()).value().number, number + 1);
  EXPECT_EQ(numbers(), before);
  EXPECT_EQ(graph(), events);
  EXPECT_NE(world.parts->vault->pseudonym(world.workspace, before[1]), name);
  EXPECT_FALSE(world.parts->vault->customer_no(world.workspace, name));
  EXPECT_EQ(world.append({world.event("ben", "visit", "20"), world.event("dora", "visit", "21")}).accepted, 2u);
  EXPECT_EQ(numbers(), before);
  world.open();
  EXPECT_EQ(numbers(), before);
  // Tombstones hold under every key.
  world.wait(world.parts->privacy_requests.start(world.viewer(), {.customers = {identifier}}).value().id);
  ASSERT_TRUE(world.parts->vault->rotate_key(world.workspace, true, [](double) {}, {}));
  EXPECT_EQ(world.append({world.event(identifier, "visit", "22")}).accepted, 0u);
}

TEST(Keys, ARotationThatIsKilledGoesOn) {
  for (const int pages : {0, 1, 3}) {
    World world;
    std::vector<std::string> names;
    for (int i = 0; i < 20'000; ++i) names.push_back("kunde-" + std::to_string(i));
    const std::vector<std::string_view> views(names.begin(), names.end());
    std::vector<uint32_t> given;
    ASSERT_TRUE(world.parts->vault->resolve(world.workspace, views, given));
    const auto number = world.parts->vault->key_state(world.workspace).value().number;
    world.parts.reset();
    const pid_t child = fork();
    if (child == 0) {
      auto vault = privacy::Vault::open(world.folder);
      int done = 0;
      (void)(*vault)->rotate_key(world.workspace, true, [&](double) { if (done++ == pages) ::kill(::getpid(), SIGKILL); }, {});
      _exit(1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    world.open();
    EXPECT_TRUE(world.parts->vault->key_state(world.workspace).value().rotating);
    EXPECT_EQ(world.parts->vault->find(world.workspace, views).value(), given) << "while it is half done";
    world.parts->key_rotation.look_after({});
    const auto now = world.parts->vault->key_state(world.workspace).value();
    EXPECT_FALSE(now.rotating);
    EXPECT_EQ(now.number, number + 1);
    EXPECT_EQ(world.parts->vault->find(world.workspace, views).value(), given);
  }
}

TEST(Access, ComesAsOneFile) {
  Parts world;
  world.plant();
  const auto done = world.wait(world.parts->privacy_requests.start(world.viewer(), {.kind = privacy::RequestKind::access, .customers = {identifier}}).value().id);
  const std::string bytes = world.parts->privacy_requests.archive(world.viewer(), done.id, "de").value();
  zip_error_t error;
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  ASSERT_NE(archive, nullptr);
  std::map<std::string, std::string> files;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t stat;
    zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat);
    std::string text(stat.size, '\0');
    zip_file_t* file = zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    EXPECT_EQ(zip_fread(file, text.data(), text.size()), static_cast<zip_int64_t>(text.size()));
    zip_fclose(file);
    files[stat.name] = text;
  }
  zip_close(archive);
  ASSERT_TRUE(files.contains("Auskunft.html") && files.contains("data.json") && files.contains("data/vault.json"));
  ASSERT_TRUE(files.contains("ereignisse/Web.csv") && files.contains("ereignisse/Datei.csv"));
  EXPECT_NE(files["ereignisse/Web.csv"].find(property), std::string::npos);
  EXPECT_NE(files["Auskunft.html"].find(identifier), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(files["data/vault.json"]), nlohmann::json::array({identifier}));
}

}  // namespace
}  // namespace lotse::test
