#include <gtest/gtest.h>

#include <filesystem>

#include "kpis/detail/intake.h"
#include "kpis/detail/texts.h"
#include "kpis/kpis_sql.h"

namespace lotse::kpis::detail {
namespace {
const WorkspaceId workspace{"ws_one"};
constexpr Micros now{1'772'439'300'000'000};  // 2026-03-02
constexpr db::Statement add_workspace{"t.add_workspace", "INSERT INTO workspaces (id, slug, name, time_zone, language, is_demo, created_at) VALUES (:id, :id, :id, 'UTC', 'en', 0, 0)"};

class Intake : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    database_ = std::move(*db::Database::open_sqlite(folder_ / "t.db"));
    ASSERT_TRUE(database_->write_system([](db::Session& s) { return s.execute(add_workspace, {{":id", workspace.value}}); }));
    define("kpi_a", "churn", "src_a", "Kündigungsquote", "Churn");
    define("kpi_b", "revenue", "src_b", "Umsatz", "Revenue");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void define(const char* id, const char* key, const char* source, const char* de, const char* en) {
    const KpiDefinition definition{.key = key, .name_de = de, .name_en = en, .source = source};
    ASSERT_TRUE(database_->write(workspace, [&](db::Session& s) {
      return s.execute(sql::kpi_insert, {{":id", id}, {":key", key}, {":source_id", source}, {":definition", json_text(definition)}, {":created_by", "us_x"}, {":created_at", 0}});
    }));
  }
  KpiTaken deliver(const nlohmann::json& values, std::optional<std::string> only = {}, const char* by = "us_x", Micros at = now) {
    std::vector<Incoming> rows;
    const auto delivery = from_json<KpiDelivery>({{"values", values}}).value();
    for (const auto& value : delivery.values) rows.push_back({.number = static_cast<int64_t>(rows.size()), .row = value});
    return database_->write(workspace, [&](db::Session& s) { return take(s, {.principal = by, .only_source = only}, rows, at, true); }).value();
  }
  static std::string codes(const KpiTaken& taken) {
    std::string out;
    for (const auto& r : taken.rejects) out += std::to_string(r.index) + " " + r.code + "; ";
    return out;
  }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("lotse-kpis-" + std::to_string(::getpid()));
  std::unique_ptr<db::Database> database_;
};

TEST_F(Intake, TakesWhatItCanAndNamesTheRest) {
  const auto taken = deliver({{{"kpi", "churn"}, {"period", "2026-01"}, {"market", "DE"}, {"value", 1.5}},
                              {{"kpi", "nothing"}, {"period", "2026-01"}, {"value", 1}},
                              {{"kpi", "Kündigungsquote"}, {"period", "02/2026"}, {"value", "1,75 %"}},
                              {{"kpi", "churn"}, {"period", "soon"}, {"value", 1}},
                              {{"kpi", "churn"}, {"period", "2029-01"}, {"value", 1}},
                              {{"kpi", "churn"}, {"period", "2026-01"}, {"value", "viel"}},
                              {{"kpi", "churn"}, {"period", "2026-01"}},
                              {{"kpi", "churn"}, {"period", "Jan 2026"}, {"market", "DE"}, {"value", 9}},
                              {{"kpi", "churn"}, {"period", "2026-01"}, {"touchpoint", "tp_none"}, {"value", 1}},
                              {{"kpi", "churn"}, {"period", "2026-01"}, {"value", 1}, {"n", -1}},
                              {{"kpi", "revenue"}, {"period", "2026-01-31"}, {"granularity", "month"}, {"value", "1.234,5"}}});
  EXPECT_EQ(taken.added, 3u);
  EXPECT_EQ(codes(taken), "1 unknown_kpi; 3 bad_period; 4 period_out_of_range; 5 bad_kpi_value; 6 bad_kpi_value; 7 given_twice; 8 unknown_kpi_touchpoint; 9 bad_kpi_n; ");
  EXPECT_EQ(deliver({{{"kpi", "revenue"}, {"period", "2026-01"}, {"value", 1234.5}}}).unchanged, 1u) << "the last day stood for its month";
}

TEST_F(Intake, AReplacedValueIsKeptWithWhoAndWhen) {
  const nlohmann::json first = {{{"kpi", "churn"}, {"period", "2026-01"}, {"value", 1.5}, {"n", 100}}}, second = {{{"kpi", "churn"}, {"period", "2026-01"}, {"value", 1.6}, {"n", 100}}};
  EXPECT_EQ(deliver(first).added, 1u);
  EXPECT_EQ(deliver(first, {}, "us_y").unchanged, 1u);
  EXPECT_EQ(deliver(second, {}, "us_y", now + Micros{1}).replaced, 1u);
  EXPECT_EQ(deliver({{{"kpi", "churn"}, {"period", "2026-01"}, {"withdraw", true}}}, {}, "us_z", now + Micros{2}).withdrawn, 1u);
  EXPECT_EQ(codes(deliver({{{"kpi", "churn"}, {"period", "2026-01"}, {"withdraw", true}}})), "0 nothing_to_withdraw; ");
  const auto rows = database_->read(workspace, [](db::Session& s) { return s.query(sql::correction_list, {{":kpi_id", "kpi_a"}}); }).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].real(6), 1.6);
  EXPECT_TRUE(rows[0].is_null(10)) << "withdrawn";
  EXPECT_EQ(rows[0].text(12), "us_z");
  EXPECT_EQ(rows[1].real(6), 1.5);
  EXPECT_EQ(rows[1].real(10), 1.6);
  EXPECT_EQ(rows[1].text(8), "us_x");
  EXPECT_EQ(rows[1].text(12), "us_y");
}

TEST_F(Intake, AWriteKeyKnowsItsOwnSourceAlone) {
  const auto taken = deliver({{{"kpi", "churn"}, {"period", "2026-01"}, {"value", 1}}, {{"kpi", "revenue"}, {"period", "2026-01"}, {"value", 1}}, {{"kpi", "kpi_b"}, {"period", "2026-02"}, {"value", 1}}},
                             "src_a", "src_a");
  EXPECT_EQ(taken.added, 1u);
  EXPECT_EQ(codes(taken), "1 unknown_kpi; 2 unknown_kpi; ");
}

TEST_F(Intake, ANameOfTwoKpisMeansNeither) {
  define("kpi_c", "churn2", "src_a", "Kündigungsquote", "churn");
  EXPECT_EQ(codes(deliver({{{"kpi", "kündigungsquote"}, {"period", "2026-01"}, {"value", 1}}})), "0 unknown_kpi; ");
  EXPECT_EQ(deliver({{{"kpi", "churn"}, {"period", "2026-01"}, {"value", 1}}}).added, 1u) << "a key is stronger than a name";
}

TEST(KpiPeriod, EndsWhereTheNextOneBegins) {
  for (const auto& [text, end] : {std::pair("2024-02", "2024-03-01"), std::pair("2026-Q4", "2027-01-01"), std::pair("2024", "2025-01-01"), std::pair("2026-W53", "2027-01-04"), std::pair("2026-02-28", "2026-03-01")})
    EXPECT_EQ(formats::day_text(end_of(*formats::read_period(text))), end) << text;
}

}  // namespace
}  // namespace lotse::kpis::detail
