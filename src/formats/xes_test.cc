#include "formats/xes.h"

#include <gtest/gtest.h>

namespace lotse::formats {
namespace {

struct Event {
  uint64_t trace;
  std::string instance, name, time, problem;
  bool operator==(const Event&) const = default;
};

// One byte at a time where `step` is 1.
class Dribble : public ByteSource {
 public:
  Dribble(std::string_view bytes, size_t step) : memory_(bytes), step_(step) {}
  Result<size_t> read(std::span<char> out) override { return memory_.read(out.subspan(0, std::min(out.size(), step_))); }

 private:
  MemorySource memory_;
  size_t step_;
};

Result<std::vector<Event>> read_xes(std::string_view text, XesOptions options = {}, size_t step = 1 << 20, XesCounts* counts = nullptr) {
  Dribble source(text, step);
  XesLog log(source, std::move(options));
  std::vector<Event> out;
  XesEvent e;
  while (TRY(log.next(e)))
    out.push_back({e.trace, std::string(e.trace_name.value_or("-")), std::string(e.name), std::string(e.time), e.problem ? e.problem : ""});
  if (counts) *counts = log.counts();
  return out;
}

std::string event(std::string_view name, std::string_view time, std::string_view more = "") {
  std::string out = "<event>";
  if (!name.empty()) out += "<string key='concept:name' value='" + std::string(name) + "'/>";
  if (!time.empty()) out += "<date key='time:timestamp' value='" + std::string(time) + "'/>";
  return out + std::string(more) + "</event>";
}
std::string in_log(std::string_view inside) {
  return "<?xml version='1.0' encoding='UTF-8'?><log xes.version='1.0'><global scope='event'><string key='concept:name' value='default'/></global>" +
         std::string(inside) + "</log>";
}

TEST(Xes, TracesNamedAlikeAreOneNamelessAreTheirOwnEmptyAreNone) {
  const std::string text = in_log("<trace><string key='concept:name' value='a'/>" + event("x", "2024-01-01T00:00:00Z") + "</trace><trace/>" +
                                  "<trace>" + event("y", "2024-01-02T00:00:00Z") + "</trace>" +
                                  "<trace>" + event("z", "2024-01-03T00:00:00Z") + "<string key='concept:name' value='a'/></trace>");
  const std::vector<Event> expected = {{0, "a", "x", "2024-01-01T00:00:00Z", ""}, {2, "-", "y", "2024-01-02T00:00:00Z", ""}, {3, "a", "z", "2024-01-03T00:00:00Z", ""}};
  XesCounts counts;
  for (size_t step : {1, 7, 1000}) EXPECT_EQ(read_xes(text, {}, step, &counts).value(), expected);
  EXPECT_EQ(counts.traces, 4u);
  EXPECT_EQ(counts.events, 3u);
}

TEST(Xes, EventsWithoutNameOrTimeAreRejectedAndGlobalsAreNoDefaults) {
  const auto got = read_xes(in_log("<trace>" + event("", "2024-01-01") + event("x", "") + event("  ", "2024-01-01") + "</trace>" + event("loose", "2024-01-01"))).value();
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].problem, "empty_event_type");
  EXPECT_EQ(got[1].problem, "time_missing");
  EXPECT_EQ(got[2].problem, "empty_event_type");
}

TEST(Xes, ClassifierJoinsAndLifecycleFilters) {
  const std::string text = in_log("<trace>" + event("x", "2024-01-01", "<string key='lifecycle:transition' value='COMPLETE'/>") +
                                  event("x", "2024-01-02", "<string key='lifecycle:transition' value='start'/>") + event("y", "2024-01-03") + "</trace>");
  const auto joined = read_xes(text, {.classifier = {"name", "lifecycle"}}).value();
  EXPECT_EQ(joined[0].name, "x+COMPLETE");
  EXPECT_EQ(joined[2].name, "y+");
  XesCounts counts;
  const auto filtered = read_xes(text, {.lifecycle = "complete"}, 1 << 20, &counts).value();
  ASSERT_EQ(filtered.size(), 1u);
  EXPECT_EQ(filtered[0].time, "2024-01-01");
  EXPECT_EQ(counts.filtered_events, 2u);
}

TEST(Xes, ReadsNestedAttributesListsAndContainers) {
  const std::string text = in_log(
      "<trace><string key='who' value='K1'><int key='age' value='44'/></string>" +
      event("x", "2024-01-01", "<list key='items'><values><string key='i' value='a'/><string key='i' value='b'><string key='concept:name' value='not me'/></string>"
                               "</values></list><container key='c'><boolean key='paid' value='true'/></container><text key='odd' value='?'/>") +
      "</trace>");
  MemorySource source(text);
  XesLog log(source, {});
  XesEvent e;
  ASSERT_TRUE(log.next(e).value());
  EXPECT_EQ(e.name, "x");
  std::map<std::string, std::string> all;
  for (const auto& a : e.trace_attributes) all["trace " + std::string(a.key)] = a.value;
  for (const auto& a : e.attributes) all[std::string(a.key)] = a.value;
  const std::map<std::string, std::string> expected = {{"trace who", "K1"}, {"trace who.age", "44"},      {"concept:name", "x"},  {"time:timestamp", "2024-01-01"},
                                                       {"items[0]", "a"},   {"items[1]", "b"}, {"items[1].concept:name", "not me"}, {"c.paid", "true"}};
  EXPECT_EQ(all, expected);
  EXPECT_FALSE(log.next(e).value());
}

TEST(Xes, RefusesDoctypesAndBrokenXml) {
  const std::string bomb = "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]><log>&c;</log>";
  EXPECT_EQ(read_xes(bomb).error().code, "xml_doctype");
  EXPECT_EQ(read_xes("<!DOCTYPE log SYSTEM 'file:///etc/passwd'><log/>").error().code, "xml_doctype");
  EXPECT_EQ(read_xes("<log><trace></log>").error().code, "xml_broken");
  EXPECT_EQ(read_xes("<log><trace>").error().code, "xml_broken");
  EXPECT_EQ(read_xes("<log>&nbsp;</log>").error().code, "xml_broken");
  EXPECT_EQ(read_xes("<html/>").error().code, "xes_no_log");
  EXPECT_EQ(read_xes("").error().code, "empty_file");
  EXPECT_TRUE(read_xes("<log/>").value().empty());
}

TEST(Xes, IsBounded) {
  std::string deep = "<log><trace><event>";
  for (int i = 0; i < 100; ++i) deep += "<string key='k' value='v'>";
  EXPECT_EQ(read_xes(deep).error().code, "xes_too_large");
  std::string wide = "<log><trace><event>";
  for (int i = 0; i < 6000; ++i) wide += "<string key='k" + std::to_string(i) + "' value='v'/>";
  EXPECT_EQ(read_xes(wide).error().code, "xes_too_large");
  const std::string tag = "<log><trace><string key='concept:name' value='" + std::string(20 << 20, 'x') + "'/></trace></log>";
  EXPECT_EQ(read_xes(tag).error().code, "xml_tag_too_large");
  std::string heavy = "<log><trace>";
  for (int i = 0; i < 20; ++i) heavy += "<string key='k' value='" + std::string(100'000, 'x') + "'/>";
  EXPECT_EQ(read_xes(heavy + event("x", "2024-01-01") + "</trace></log>").error().code, "xes_too_large");
  // A very large trace is given in parts, with the attributes known by then.
  std::string large = "<log><trace><string key='concept:name' value='a'/>";
  for (int i = 0; i < 5000; ++i) large += event("x", "2024-01-01");
  EXPECT_EQ(read_xes(large + "</trace></log>", {.trace_bytes_max = 10'000}).value().size(), 5000u);
  EXPECT_EQ(read_xes(large + "<string key='concept:name' value='late'/></trace></log>", {.trace_bytes_max = 10'000}).error().code, "xes_too_large");
}

TEST(Xes, OtherEncodings) {
  const auto named = [](std::string_view text) { return read_xes(text).value().at(0).name; };
  EXPECT_EQ(named("<?xml version='1.0' encoding='ISO-8859-1'?><log><trace>" + event("K\xF6ln", "2024-01-01") + "</trace></log>"), "Köln");
  EXPECT_EQ(named("<?xml version='1.0' encoding='windows-1252'?><log><trace>" + event("5 \x80", "2024-01-01") + "</trace></log>"), "5 €");
}

TEST(Xes, AsATable) {
  const std::string text = in_log("<trace><string key='concept:name' value='a'/><string key='channel' value='web'/>" +
                                  event("x", "2024-01-01", "<float key='cost' value='1.5'/>") + event("", "2024-01-01") + "</trace><trace>" +
                                  event("y", "2024-01-02", "<string key='late' value='l'/>") + "</trace>");
  MemorySource source(text);
  auto table = XesReader::open(source, {}, {"cost"}).value();
  RowBlock block;
  ASSERT_TRUE(table->next(block).value());
  EXPECT_EQ(table->columns(), (std::vector<std::string>{"case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition", "cost", "case:channel", "late"}));
  ASSERT_EQ(block.row_count(), 3u);
  EXPECT_EQ(block.row_text(0), "a;x;2024-01-01;;1.5;web");
  EXPECT_EQ(block.cell(2, 0), "unnamed trace 2");
  EXPECT_EQ(block.cell(2, 6), "l");
  EXPECT_EQ(block.cell(0, 6), "");
  ASSERT_EQ(block.problems().size(), 1u);
  EXPECT_EQ(block.problems()[0].row, 1u);
  EXPECT_EQ(block.row_number(0), 2u);
  EXPECT_FALSE(table->next(block).value());
}

}  // namespace
}  // namespace lotse::formats
