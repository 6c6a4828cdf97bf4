#include "analysis/detail/csv.h"

#include <gtest/gtest.h>

namespace lotse::analysis::detail {
namespace {

TEST(CsvText, QuotesAndDisarms) {
  CsvText csv;
  csv.text("plain").text("a,b").text("say \"hi\"").text("two\nlines").text("").number(uint64_t{7}).number(-2.5).number(std::optional<double>{});
  csv.end_row();
  csv.text("=1+1").text("+49").text("-x").text("@y").text("\tz").text("a=b").end_row();
  EXPECT_EQ(csv.take(),
            "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,7,-2.5,\r\n"
            "\"'=1+1\",\"'+49\",\"'-x\",\"'@y\",\"'\tz\",a=b\r\n");
  EXPECT_EQ(csv.size(), 0u);
}

}  // namespace
}  // namespace lotse::analysis::detail
