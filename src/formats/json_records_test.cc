#include "formats/json_records.h"

#include <gtest/gtest.h>

namespace lotse::formats {
namespace {

std::vector<RecordFields> records(std::string_view json, const std::string& pointer = "", bool lines = false) {
  std::vector<RecordFields> out;
  const TakeRecord take = [&](RecordFields&& fields) -> Result<void> {
    out.push_back(std::move(fields));
    return {};
  };
  EXPECT_TRUE(lines ? ndjson_records(json, take) : json_records(json, pointer, take));
  return out;
}
const TakeRecord nowhere = [](RecordFields&&) -> Result<void> { return {}; };

TEST(JsonRecords, AreFlatRows) {
  const auto got = records(R"({"data":{"items":[{"id":7,"who":{"name":"Ä","x":{}},"tags":["a",1],"gone":null,"ok":true,"n":1.5},3]}})", "/data/items");
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0], (RecordFields{{"id", "7"}, {"who.name", "Ä"}, {"tags", "[\"a\",1]"}, {"ok", "true"}, {"n", "1.5"}}));
  EXPECT_EQ(got[1], (RecordFields{{"value", "3"}}));
  EXPECT_EQ(records(R"([{"a":1},{"a":2}])").size(), 2u);
  EXPECT_EQ(records(R"({"a":1})").size(), 1u);
  EXPECT_EQ(records("\xEF\xBB\xBF{\"a\":1}\n\r\n{\"a\":2}", "", true).size(), 2u);
}

TEST(JsonRecords, SayWhatIsWrong) {
  EXPECT_EQ(json_records("{", "", nowhere).error().code, "invalid_json");
  EXPECT_EQ(json_records(R"({"a":1})", "/b", nowhere).error().code, "records_not_found");
  EXPECT_EQ(json_records(R"({"a":1})", "/a", nowhere).error().code, "records_not_found");
  EXPECT_EQ(json_records(R"({"a":1})", "no pointer", nowhere).error().code, "records_not_found");
  EXPECT_NE(ndjson_records("{}\n{\n", nowhere).error().detail.find("line 2"), std::string::npos);
  EXPECT_EQ(json_records("[\"\xff\"]", "", nowhere).error().code, "invalid_json");
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "[";
  EXPECT_EQ(json_records(deep, "", nowhere).error().code, "invalid_json");
  EXPECT_EQ(json_records(R"([{"a":1,"b":2}])", "", nowhere, {.nesting_max = 8, .fields_max = 1}).error().code, "too_many_fields");
}

TEST(JsonRecords, AScalarAtAPlace) {
  EXPECT_EQ(**json_scalar(R"({"paging":{"next":"abc"}})", "/paging/next"), "abc");
  EXPECT_FALSE(json_scalar(R"({"paging":{"next":null}})", "/paging/next")->has_value());
  EXPECT_FALSE(json_scalar(R"({})", "/paging/next")->has_value());
}

}  // namespace
}  // namespace lotse::formats
