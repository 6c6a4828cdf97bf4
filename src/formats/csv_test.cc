#include "formats/csv.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "formats/encoding.h"

namespace lotse::formats {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// Gives few bytes at a time, so that every boundary is met.
class Dribble : public ByteSource {
 public:
  Dribble(std::string_view bytes, size_t step) : memory_(bytes), step_(step) {}
  Result<size_t> read(std::span<char> out) override { return memory_.read(out.subspan(0, std::min(out.size(), step_))); }

 private:
  MemorySource memory_;
  size_t step_;
};

Result<Rows> read_all(std::string_view text, CsvDialect dialect = {}, size_t chunk = size_t{1} << 20, CsvLimits limits = {}) {
  Dribble source(text, chunk / 2 + 1);
  CsvSplitter splitter(source, dialect, limits, chunk);
  CsvParser parser(dialect, 0, limits);
  Rows out;
  RowBlock block;
  CsvChunk spare;
  for (;;) {
    auto next = TRY(splitter.next(std::move(spare)));
    if (!next) return out;
    spare = parser.parse(std::move(*next), block);
    for (size_t r = 0; r < block.row_count(); ++r) {
      auto& row = out.emplace_back();
      for (size_t c = 0; c < block.cell_count(r); ++c) row.emplace_back(block.cell(r, c));
    }
  }
}

TEST(Csv, ReadsCellsQuotesAndLineEnds) {
  const std::string_view text =
      "a,b,c\r\n1,\"x,y\",3\n\"line\none\",\"say \"\"hi\"\"\",\n\n   \r\n,,\rlone,\"closed\"rest,5\" pipe";
  const Rows expected = {{"a", "b", "c"},       {"1", "x,y", "3"}, {"line\none", "say \"hi\"", ""},
                         {"", "", ""}, {"lone", "closedrest", "5\" pipe"}};
  for (size_t chunk : {4, 5, 7, 16, 64, 1000}) EXPECT_EQ(read_all(text, {}, chunk).value(), expected) << chunk;
}

TEST(Csv, EveryChunkSizeGivesTheSameRows) {
  std::string text;
  uint32_t seed = 7;
  const std::string_view pieces[] = {"a", "bc", ",", ",", "\n", "\r\n", "\"", "\"\"", "\"x,\ny\"", "ä", "0123456789012345678901234567890123456789", " "};
  for (int round = 0; round < 200; ++round) {
    text.clear();
    for (int i = 0; i < 60; ++i) {
      seed = seed * 1664525 + 1013904223;
      text += pieces[(seed >> 16) % std::size(pieces)];
    }
    const auto whole = read_all(text);
    for (size_t chunk : {3, 17, 70}) {
      const auto cut = read_all(text, {}, chunk);
      ASSERT_EQ(whole.has_value(), cut.has_value()) << text;
      if (whole) {
        ASSERT_EQ(*whole, *cut) << "chunk " << chunk << "\n" << text;
      }
    }
  }
}

TEST(Csv, NumbersRowsAsASpreadsheetDoes) {
  MemorySource source("h1;h2\r\n\r\na;b\r\n\r\nc;d\r\n\"e\ne\";f\r\ng;h");
  auto reader = CsvReader::open(source, {.delimiter = ';'}).value();
  EXPECT_EQ(reader->columns(), (std::vector<std::string>{"h1", "h2"}));
  RowBlock block;
  ASSERT_TRUE(reader->next(block).value());
  ASSERT_EQ(block.row_count(), 4u);
  EXPECT_EQ(block.row_number(0), 3u);
  EXPECT_EQ(block.row_number(1), 5u);
  EXPECT_EQ(block.row_number(2), 6u);
  EXPECT_EQ(block.row_number(3), 7u);
  EXPECT_EQ(block.byte_offset(1), 16u);
  EXPECT_EQ(block.row_text(2), "\"e\ne\";f");
  EXPECT_FALSE(reader->next(block).value());
}

TEST(Csv, RaggedRowsAndNulBytesAreProblemsOfTheRow) {
  using namespace std::string_view_literals;
  MemorySource source("a,b\n1\n1,2,\n1,2,3\nx\0y,2\n"sv);
  auto reader = CsvReader::open(source, {}).value();
  RowBlock block;
  ASSERT_TRUE(reader->next(block).value());
  ASSERT_EQ(block.row_count(), 4u);
  EXPECT_EQ(block.cell(0, 1), "");
  ASSERT_EQ(block.problems().size(), 2u);
  EXPECT_EQ(block.problems()[0].row, 2u);
  EXPECT_STREQ(block.problems()[0].code, "too_many_cells");
  EXPECT_EQ(block.problems()[1].row, 3u);
  EXPECT_STREQ(block.problems()[1].code, "nul_byte");
}

TEST(Csv, NamesAreUniqueAndNeverEmpty) {
  MemorySource source(",name,name, ,Name \n0,a,b,c,d\n");
  auto reader = CsvReader::open(source, {}).value();
  EXPECT_EQ(reader->columns(), (std::vector<std::string>{"column_1", "name", "name (2)", "column_4", "Name"}));
}

TEST(Csv, AMillionColumnsAreAClearError) {
  const std::string row(1'000'000, ',');
  const std::string wide = row + "\n1,2\n";
  MemorySource header(wide);
  EXPECT_EQ(CsvReader::open(header, {}).error().code, "too_many_columns");
  const std::string text = "a,b\n1,2\n" + row + "x\n3,4\n";
  MemorySource data(text);
  auto reader = CsvReader::open(data, {}).value();
  RowBlock block;
  size_t rows = 0, problems = 0;
  while (reader->next(block).value()) {
    rows += block.row_count();
    problems += block.problems().size();
  }
  EXPECT_EQ(rows, 3u);
  EXPECT_EQ(problems, 1u);
}

TEST(Csv, AnUnclosedQuoteIsAnErrorThatNamesTheRow) {
  const auto got = read_all("a,b\n1,\"open\n2,3\n");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, "csv_unclosed_quote");
  EXPECT_NE(got.error().detail.find("byte 4"), std::string::npos) << got.error().detail;
}

TEST(Csv, RowsBeforeAnUnclosedQuoteAreGiven) {
  MemorySource source("a,b\n1,2\n3,\"open\n4,5\n");
  auto reader = CsvReader::open(source, {}).value();
  RowBlock block;
  ASSERT_TRUE(reader->next(block).value());
  EXPECT_EQ(block.row_count(), 1u);
  EXPECT_EQ(reader->next(block).error().code, "csv_unclosed_quote");
}

TEST(Csv, AGiganticCellIsAClearError) {
  const std::string text = "a,b\n1,\"" + std::string(3 << 20, 'x') + "\"\n";
  EXPECT_EQ(read_all(text, {}, 1 << 16, {.row_bytes_max = 1 << 20}).error().code, "csv_row_too_large");
  EXPECT_TRUE(read_all(text));
}

TEST(Csv, AnEmptyFileIsAnErrorAndAHeaderAloneIsNone) {
  MemorySource empty("");
  EXPECT_EQ(CsvReader::open(empty, {}).error().code, "empty_file");
  MemorySource blank("\n\n  \n");
  EXPECT_EQ(CsvReader::open(blank, {}).error().code, "empty_file");
  MemorySource header("a,b\n");
  auto reader = CsvReader::open(header, {}).value();
  RowBlock block;
  EXPECT_FALSE(reader->next(block).value());
}

TEST(Csv, BlankRunsPartColumns) {
  EXPECT_EQ(read_all("  00001 19970101  1   11.77\r\n 00002\t19970112  1   \"12 00\" \r\n\r\n", {.blank_runs = true}).value(),
            (Rows{{"00001", "19970101", "1", "11.77"}, {"00002", "19970112", "1", "12 00"}}));
}

TEST(Csv, ChunksOfAnyThreadMakeTheSameRows) {
  std::string text = "id,text\n";
  for (int i = 0; i < 50'000; ++i) text += fmt::format("{},\"line {}\nof \"\"two\"\"\"\n", i, i);
  MemorySource source(text);
  auto reader = CsvReader::open(source, {}).value();
  uint64_t last = reader->header_record(), rows = 0;
  EXPECT_EQ(last, 1u);
  while (auto chunk = reader->next_chunk().value()) {
    CsvParser parser = reader->parser();
    RowBlock block;
    parser.parse(std::move(*chunk), block);
    last = block.number_from(last);
    for (size_t r = 0; r < block.row_count(); ++r, ++rows) {
      ASSERT_EQ(block.cell(r, 0), std::to_string(rows));
      ASSERT_EQ(block.cell(r, 1), fmt::format("line {}\nof \"two\"", rows));
      ASSERT_EQ(block.row_number(r), rows + 2);
    }
  }
  EXPECT_EQ(rows, 50'000u);
}

TEST(Csv, FindsTheDialect) {
  const auto dialect = [](std::string_view text) { return detect_dialect(text, true); };
  EXPECT_EQ(dialect("a;b;c\n1,5;2,5;x\n2,5;1,5;y\n").delimiter, ';');
  EXPECT_EQ(dialect("a\tb\nhello, you\t1\nand, and, and\t2\n").delimiter, '\t');
  EXPECT_EQ(dialect("a|b|c\n1|2|3\n").delimiter, '|');
  EXPECT_EQ(dialect("a,b\n\"x;y;z\",2\n\"u;v\",3\n").delimiter, ',');
  EXPECT_TRUE(dialect(" 1 19970101  1   11.77\n 2 19970112  1   12.00\n").blank_runs);
  EXPECT_TRUE(dialect("case,time\n1,2024-01-01\n").has_header);
  EXPECT_FALSE(dialect("1,2024-01-01\n1,2024-01-02\n").has_header);
  EXPECT_FALSE(dialect("So there is no way.\t0\nGood case.\t1\n").has_header);
  EXPECT_TRUE(dialect("just one column\nx\ny\n").has_header);
}

TEST(Csv, WritesCellsThatReadBackAndRunNoFormula) {
  std::string out;
  append_csv_row(out, {"a;b", "say \"hi\"", "two\nlines", " blank ", "", "=1+1", "-5,3", "@x", "+49 30"});
  EXPECT_EQ(out, "\"a;b\";\"say \"\"hi\"\"\";\"two\nlines\";\" blank \";;'=1+1;-5,3;'@x;'+49 30\r\n");
  out.clear();
  append_csv_row(out, {"=1+1"}, {.formula_safe = false});
  EXPECT_EQ(out, "=1+1\r\n");
}

}  // namespace
}  // namespace lotse::formats
