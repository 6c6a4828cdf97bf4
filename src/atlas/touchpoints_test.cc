#include "atlas/touchpoints.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "access/viewer_maker.h"
#include "access/workspaces.h"

namespace lotse::atlas {
namespace {

struct Catalogue final : CatalogueSource {
  EventCatalogue known;
  bool running = false;
  Result<EventCatalogue> catalogue(const WorkspaceId&) override { return known; }
  bool mapping_running(const WorkspaceId&) override { return running; }
};

struct Atlas : testing::Test {
  std::filesystem::path folder;
  ManualClock clock{Micros{1'700'000'000'000'000}};
  std::unique_ptr<db::Database> database;
  std::optional<access::Audit> audit;
  std::optional<access::Workspaces> workspaces;
  std::optional<Touchpoints> touchpoints;
  Catalogue catalogue;
  WorkspaceId workspace;

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_atlas_XXXXXX").string();
    folder = mkdtemp(name.data());
    database = std::move(*db::Database::open_sqlite(folder / "lotse.db"));
    audit.emplace(*database, clock);
    workspaces.emplace(*database, clock, *audit);
    static constexpr db::Statement person{"test.person",
                                          "INSERT INTO users (id, email, name, password_hash, must_change_password, has_first_password, operator_of_server, created_at) "
                                          "VALUES ('us_test', 'anna@example.org', 'Anna', '', 0, 0, 1, 0)"};
    ASSERT_TRUE(database->write_system([&](db::Session& session) { return session.execute(person); }));
    workspace = {workspaces->create({.principal = "us_test", .user = "us_test", .operator_of_server = true}, {.name = "Test"})->id};
    touchpoints.emplace(*database, clock, *audit);
    catalogue.known.types = {{"call", "tp_call"}, {"order", "tp_order"}, {"visit", "tp_visit"}};
    catalogue.known.sources = {"src_crm"};
    catalogue.known.properties = {{"channel", true}, {"at_city", false}};
    touchpoints->attach(&catalogue);
    clock.advance(Micros{1'000'000});
  }
  void TearDown() override {
    touchpoints.reset();
    database.reset();
    std::filesystem::remove_all(folder);
  }
  Viewer viewer(Role role = Role::editor) const { return access::ViewerMaker::make(workspace, "us_test", role); }
  std::string names() {
    std::string out;
    const auto list = touchpoints->list(viewer());
    for (const auto& t : *list) {
      out += t.name + (t.mapped ? "*" : "") + "(";
      for (const auto& type : t.event_types) out += type + " ";
      out += ") ";
    }
    return out;
  }
};

template <class T>
std::string code(const Result<T>& result) {
  return result ? "ok" : result.error().code + " " + result.error().field;
}

TEST_F(Atlas, AdoptingKeepsTheIdAndIsDoneOnce) {
  EXPECT_EQ(names(), "call(call ) order(order ) visit(visit ) ");
  const auto adopted = touchpoints->adopt(viewer(), "tp_order");
  ASSERT_TRUE(adopted);
  EXPECT_EQ(adopted->id, "tp_order");
  EXPECT_TRUE(adopted->mapped);
  EXPECT_EQ(adopted->etag, "1");
  const auto version = touchpoints->mapping(viewer())->version;
  EXPECT_TRUE(touchpoints->adopt(viewer(), "tp_order"));
  EXPECT_EQ(touchpoints->mapping(viewer())->version, version);
  EXPECT_EQ(names(), "order*(order ) call(call ) visit(visit ) ");
  EXPECT_EQ(code(touchpoints->adopt(viewer(), "tp_none")), "not_found ");
}

TEST_F(Atlas, AStaleChangeIsRefusedAndLosesNothing) {
  const auto first = touchpoints->patch(viewer(), "tp_call", {.name = "Anruf", .channel = "phone"}, "0");
  ASSERT_TRUE(first) << code(first);
  EXPECT_EQ(code(touchpoints->patch(viewer(), "tp_call", {.name = "Telefon"}, "0")), "stale ");
  const auto second = touchpoints->patch(viewer(), "tp_call", {.owner = "Berta", .direction = Direction::by_customer}, first->etag);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->name, "Anruf");
  EXPECT_EQ(second->channel, "phone");
  EXPECT_EQ(second->owner, "Berta");
  EXPECT_EQ(code(touchpoints->remove(viewer(), "tp_call", first->etag)), "stale ");
  const auto cleared = touchpoints->patch(viewer(), "tp_call", {.channel = " "});
  EXPECT_FALSE(cleared->channel);
}

TEST_F(Atlas, NamesAreUniqueAndBounded) {
  ASSERT_TRUE(touchpoints->patch(viewer(), "tp_call", {.name = "Kontakt"}));
  EXPECT_EQ(code(touchpoints->patch(viewer(), "tp_order", {.name = " Kontakt "})), "touchpoint_exists /name");
  EXPECT_EQ(code(touchpoints->patch(viewer(), "tp_order", {.name = "  "})), "invalid_name /name");
  EXPECT_EQ(code(touchpoints->patch(viewer(), "tp_order", {.name = std::string(121, 'x')})), "invalid_name /name");
  std::string umlauts;
  for (int i = 0; i < 120; ++i) umlauts += "ü";
  EXPECT_TRUE(touchpoints->patch(viewer(), "tp_order", {.name = umlauts}));
  EXPECT_EQ(code(touchpoints->patch(viewer(), "tp_order", {.owner = std::string(121, 'x')})), "touchpoint_text_too_long /owner");
}

TEST_F(Atlas, MergingMovesTypesAndRulesAndDeletingGivesThemBack) {
  ASSERT_TRUE(touchpoints->add_rule(viewer(), {.event_types = {"visit"}, .sources = {"src_crm"}, .touchpoint = "tp_call"}));
  EXPECT_EQ(names(), "call*(call visit ) order(order ) visit(visit ) ");
  ASSERT_TRUE(touchpoints->merge(viewer(), {.touchpoints = {"tp_call", "tp_call"}, .into = "tp_order"}));
  EXPECT_EQ(names(), "order*(call order visit ) visit(visit ) ");
  const auto rules = touchpoints->mapping(viewer())->rules;
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].touchpoint, "tp_order");
  EXPECT_EQ(rules[1].event_types, std::vector<std::string>{"call"});
  EXPECT_EQ(code(touchpoints->merge(viewer(), {.touchpoints = {}, .into = "tp_order"})), "merge_needs_touchpoints /touchpoints");
  EXPECT_EQ(code(touchpoints->merge(viewer(), {.touchpoints = {"tp_order"}, .into = "tp_order"})), "merge_into_itself /touchpoints/0");
  EXPECT_EQ(code(touchpoints->merge(viewer(), {.touchpoints = {"tp_visit", "tp_none"}, .into = "tp_order"})), "not_found /touchpoints/1");
  EXPECT_EQ(touchpoints->mapping(viewer())->rules.size(), 2u);  // a failed merge changes nothing
  ASSERT_TRUE(touchpoints->remove(viewer(), "tp_order"));
  EXPECT_EQ(names(), "call(call ) order(order ) visit(visit ) ");
  EXPECT_TRUE(touchpoints->mapping(viewer())->rules.empty());
}

TEST_F(Atlas, RulesStandWhereTheyWerePut) {
  auto add = [&](const char* type, std::optional<int64_t> position) {
    const auto mapping = touchpoints->add_rule(viewer(), {.event_types = {type}, .touchpoint = "tp_order", .position = position});
    ASSERT_TRUE(mapping) << code(mapping);
  };
  auto order = [&] {
    std::string out;
    const auto mapping = touchpoints->mapping(viewer());
    for (const auto& rule : mapping->rules) out += rule.event_types.front() + " ";
    return out;
  };
  add("b", {});
  add("d", {});
  add("a", 0);
  add("c", 2);
  EXPECT_EQ(order(), "a b c d ");
  ASSERT_TRUE(touchpoints->delete_rule(viewer(), touchpoints->mapping(viewer())->rules[0].id));
  ASSERT_TRUE(touchpoints->delete_rule(viewer(), touchpoints->mapping(viewer())->rules[0].id));
  add("z", {});
  EXPECT_EQ(order(), "c d z ");
  EXPECT_EQ(code(touchpoints->add_rule(viewer(), {.event_types = {"x"}, .touchpoint = "tp_order", .position = 9})), "invalid_position /position");
  EXPECT_EQ(code(touchpoints->add_rule(viewer(), {.properties = {{"at_city", "Bonn"}}, .touchpoint = "tp_order"})),
            "attribute_not_in_memory /properties/0/attribute");
  EXPECT_EQ(code(touchpoints->delete_rule(viewer(), "rule_none")), "not_found ");
}

TEST_F(Atlas, ChangesAreAnnouncedAndNoted) {
  std::vector<int64_t> versions;
  auto handle = touchpoints->changes().subscribe([&](const MappingChanged& news) {
    EXPECT_EQ(news.workspace, workspace);
    versions.push_back(news.version);
  });
  ASSERT_TRUE(touchpoints->adopt(viewer(), "tp_order"));
  ASSERT_TRUE(touchpoints->patch(viewer(), "tp_order", {.name = "Bestellung"}));
  EXPECT_FALSE(touchpoints->patch(viewer(), "tp_none", {}));
  EXPECT_EQ(versions, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ((*touchpoints->current(workspace))->find("tp_order")->name, "Bestellung");
  const auto noted = audit->list(viewer(Role::administrator), std::nullopt);
  ASSERT_TRUE(noted);
  EXPECT_EQ(noted->items.front().action, "touchpoint.change");
}

TEST_F(Atlas, ReadersChangeNothingAndOthersSeeNothing) {
  EXPECT_EQ(code(touchpoints->adopt(viewer(Role::analyst), "tp_order")), "forbidden ");
  EXPECT_EQ(code(touchpoints->merge(viewer(Role::reader), {.touchpoints = {"tp_call"}, .into = "tp_order"})), "forbidden ");
  EXPECT_EQ(code(touchpoints->add_rule(viewer(Role::reader), {.event_types = {"a"}, .touchpoint = "tp_order"})), "forbidden ");
  ASSERT_TRUE(touchpoints->adopt(viewer(), "tp_order"));
  const auto other = access::ViewerMaker::make({"ws_other"}, "us_test", Role::administrator);
  EXPECT_TRUE((*touchpoints->current({"ws_other"}))->touchpoints.empty());
  EXPECT_FALSE(touchpoints->list(other)->front().mapped);
  ASSERT_TRUE(touchpoints->forget(workspace));
  EXPECT_EQ(names(), "call(call ) order(order ) visit(visit ) ");
}

}  // namespace
}  // namespace lotse::atlas
