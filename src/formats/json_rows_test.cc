#include "formats/json_rows.h"

#include <gtest/gtest.h>

#include "formats/detect.h"

namespace lotse::formats {
namespace {

struct Read {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<uint64_t> numbers;
  std::vector<std::string> problems;  // "row code"
  std::string error;
};

Read read(std::string_view text, JsonShape shape, std::vector<std::string> fixed = {}, size_t chunk = 64) {
  MemorySource source(text);
  const auto reader = JsonReader::open(source, shape, std::move(fixed), {}, chunk);
  Read out;
  RowBlock block;
  for (;;) {
    const auto more = reader->next(block);
    if (!more) {
      out.error = more.error().code;
      break;
    }
    if (!*more) break;
    for (size_t r = 0; r < block.row_count(); ++r) {
      auto& row = out.rows.emplace_back();
      for (size_t c = 0; c < reader->columns().size(); ++c) row.emplace_back(block.cell(r, c));
      out.numbers.push_back(block.row_number(r));
    }
    for (const auto& p : block.problems()) out.problems.push_back(std::to_string(block.row_number(p.row)) + " " + p.code + " " + block.row_text(p.row));
  }
  out.columns = reader->columns();
  for (auto& row : out.rows) row.resize(out.columns.size());
  return out;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(JsonRows, LinesBecomeRowsAndInnerObjectsColumnsWithDots) {
  const Read got = read("{\"user\":\"anna\",\"at\":1736150400,\"order\":{\"total\":12.50,\"address\":{\"city\":\"Köln\"}},\"tags\":[\"a\", \"b\"]}\n"
                        "\n"
                        "{\"at\":2,\"user\":\"b\\u00e4r \\\"x\\\"\",\"gone\":null,\"yes\":true}\r\n"
                        "{\"user\":\"twice\",\"user\":\"last\"}", JsonShape::lines);
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.columns, (std::vector<std::string>{"user", "at", "order.total", "order.address.city", "tags", "gone", "yes"}));
  EXPECT_EQ(got.rows, (Rows{{"anna", "1736150400", "12.50", "Köln", "[\"a\", \"b\"]", "", ""}, {"bär \"x\"", "2", "", "", "", "", "true"}, {"last", "", "", "", "", "", ""}}));
  EXPECT_EQ(got.numbers, (std::vector<uint64_t>{1, 3, 4}));
  EXPECT_TRUE(got.problems.empty());
}

TEST(JsonRows, OneBadLineIsARejectAndTheOthersStay) {
  const Read got = read("{\"a\":1}\n{\"a\":}\n[1,2]\n{\"a\":01}\n{\"a\":nul}\n{\"a\":1} {\"a\":2}\n{\"a\":\"x\\u0000\"}\n{\"a\":\"open\n{\"a\":9}\n", JsonShape::lines);
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.rows.front(), (std::vector<std::string>{"1"}));
  EXPECT_EQ(got.rows.back(), (std::vector<std::string>{"9"}));
  EXPECT_EQ(got.problems, (std::vector<std::string>{"2 bad_json {\"a\":}", "3 not_an_object [1,2]", "4 bad_json {\"a\":01}", "5 bad_json {\"a\":nul}",
                                                    "6 bad_json {\"a\":1} {\"a\":2}", "7 nul_byte {\"a\":\"x\\u0000\"}", "8 bad_json {\"a\":\"open"}));
}

TEST(JsonRows, AListAloneOrInsideAnObjectIsTheTable) {
  const Rows expected = {{"1", "x"}, {"2", "]}\""}};
  EXPECT_EQ(read("[{\"id\":1,\"n\":\"x\"},\n {\"id\":2,\"n\":\"]}\\\"\"}]", JsonShape::array).rows, expected);
  const Read inside = read("{\"meta\":{\"page\":1,\"fields\":[\"id\",\"n\"]},\"result\":{\"items\":[ {\"id\":1,\"n\":\"x\"}, {\"id\":2,\"n\":\"]}\\\"\"} ]},\"next\":null}", JsonShape::array);
  EXPECT_EQ(inside.error, "");
  EXPECT_EQ(inside.rows, expected);
  EXPECT_EQ(inside.numbers, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(read("{\n\"id\": 1,\n\"n\": \"x\"\n}\n{\"id\":2,\"n\":\"]}\\\"\"}", JsonShape::objects).rows, expected);
}

TEST(JsonRows, WhatIsNoTableOrDamagedSaysSoAfterTheSoundRows) {
  const Read cut = read("[{\"id\":1},{\"id\":2},{\"id\":", JsonShape::array, {}, 4);
  EXPECT_EQ(cut.error, "json_cut_off");
  EXPECT_EQ(cut.rows.size(), 2u);
  EXPECT_EQ(read("[{\"id\":1}] x", JsonShape::array, {}, 4).error, "json_broken");
  EXPECT_EQ(read("[{\"id\":1}}", JsonShape::array, {}, 4).error, "json_broken");
  EXPECT_EQ(read("{\"a\":[{\"id\":1}],\"b\":[{\"id\":2}]}", JsonShape::array).error, "json_several_tables");
  EXPECT_EQ(read("{\"a\":[1,2,3]}", JsonShape::array).error, "json_no_table");
  EXPECT_EQ(read("[{\"id\":1}, 5]", JsonShape::array).problems, (std::vector<std::string>{"2 not_an_object 5"}));
}

TEST(JsonRows, FixedColumnsTakeNoOthersAndAreReadInParallelAlike) {
  const Read got = read("{\"b\":\"2\",\"x\":9,\"a\":\"1\"}\n{\"a\":\"3\"}\n", JsonShape::lines, {"a", "b", "none"});
  EXPECT_EQ(got.columns, (std::vector<std::string>{"a", "b", "none"}));
  EXPECT_EQ(got.rows, (Rows{{"1", "2", ""}, {"3", "", ""}}));
}

TEST(JsonRows, ChunkBordersChangeNothing) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "{\"n\":" + std::to_string(i) + ",\"t\":\"" + std::string(static_cast<size_t>(i % 37), 'x') + "\\n\"}\n";
  const Read whole = read(text, JsonShape::lines, {}, 1 << 20);
  ASSERT_EQ(whole.rows.size(), 200u);
  for (const size_t chunk : {1, 7, 64, 333}) {
    const Read cut = read(text, JsonShape::lines, {}, chunk);
    EXPECT_EQ(cut.rows, whole.rows) << chunk;
    EXPECT_EQ(cut.numbers, whole.numbers) << chunk;
  }
}

TEST(JsonRows, ARowThatIsTooLargeEndsReading) {
  std::string text = "{\"a\":\"" + std::string((size_t{17} << 20), 'x') + "\"}\n";
  EXPECT_EQ(read(text, JsonShape::lines, {}, 1 << 20).error, "json_row_too_large");
  EXPECT_EQ(read("[" + text + "]", JsonShape::array, {}, 1 << 20).error, "json_row_too_large");
}

TEST(JsonRows, DeepObjectsStayText) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "{\"k\":";
  text += "1" + std::string(40, '}');
  const Read got = read(text, JsonShape::lines);
  ASSERT_EQ(got.columns.size(), 1u);
  EXPECT_EQ(std::ranges::count(got.columns[0], '.'), 16);
  EXPECT_EQ(got.rows[0][0].front(), '{');
}

TEST(JsonRows, ShapesAreTold) {
  const auto shape = [](std::string_view head, bool complete = true) { return detect_json(head, complete); };
  EXPECT_EQ(shape("{\"a\":1}\n{\"a\":2}\n"), JsonShape::lines);
  EXPECT_EQ(shape("{\"a\":1}\n{\"a\":", false), JsonShape::lines);
  EXPECT_EQ(shape("{\"a\":1}\n"), JsonShape::objects);
  EXPECT_EQ(shape("{\n\"a\":1}\n{\n\"a\":2}"), JsonShape::objects);
  EXPECT_EQ(shape("  [ {\"a\":1} ]"), JsonShape::array);
  EXPECT_EQ(shape("{\"data\":[{\"a\":1}]}"), JsonShape::array);
  EXPECT_EQ(shape("{\"data\":[{\"a\":1},{\"a\"", false), JsonShape::array);
  EXPECT_FALSE(shape("{not json}"));
  EXPECT_FALSE(shape("[\"a\",\"b\"]"));
  EXPECT_FALSE(shape("id;time\n1;2"));
}

TEST(JsonRows, DetectionSuggestsRolesAndReadsGzipsAndUtf16) {
  const std::string text = "{\"customer_id\":\"c1\",\"event\":\"order\",\"timestamp\":\"2025-01-06T08:00:00Z\",\"props\":{\"total\":5}}\n"
                           "{\"customer_id\":\"c2\",\"event\":\"visit\",\"timestamp\":\"2025-01-06T09:00:00Z\",\"props\":{\"total\":6}}\n";
  std::string utf16 = "\xFF\xFE";
  for (const char c : text) utf16 += c, utf16 += '\0';
  for (const std::string& bytes : {text, utf16}) {
    MemoryFile file(bytes);
    const auto found = detect(file);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->options.format, FileFormat::json);
    ASSERT_EQ(found->columns.size(), 4u);
    EXPECT_EQ(found->columns[0].role, ColumnRole::customer);
    EXPECT_EQ(found->columns[1].role, ColumnRole::event_type);
    EXPECT_EQ(found->columns[2].role, ColumnRole::time);
    EXPECT_EQ(found->columns[3].name, "props.total");
  }
}

}  // namespace
}  // namespace lotse::formats
