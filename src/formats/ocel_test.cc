#include "formats/ocel.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "formats/detect.h"
#include "formats/timestamp.h"

namespace lotse::formats {
namespace {

constexpr std::string_view json = R"({
 "objectTypes":[{"name":"customer","attributes":[{"name":"tier","type":"string"}]},{"name":"order","attributes":[{"name":"total","type":"float"}]},{"name":"item","attributes":[]}],
 "eventTypes":[{"name":"place","attributes":[{"name":"channel","type":"string"}]}],
 "objects":[
  {"id":"c1","type":"customer","attributes":[{"name":"tier","time":"1970-01-01T00:00:00Z","value":"new"},{"name":"tier","time":"2025-01-07T00:00:00Z","value":"gold"}]},
  {"id":"c2","type":"customer"},
  {"id":"o1","type":"order","attributes":[{"name":"total","time":"1970-01-01T00:00:00Z","value":9.5}]},
  {"id":"o2","type":"order"},{"id":"i1","type":"item"},{"id":"i2","type":"item"}],
 "events":[
  {"id":"e1","type":"place","time":"2025-01-06T08:00:00Z","attributes":[{"name":"channel","value":"web"}],
   "relationships":[{"objectId":"c1","qualifier":"buyer"},{"objectId":"o1","qualifier":"order"},{"objectId":"i1","qualifier":"x"},{"objectId":"i2","qualifier":"x"}]},
  {"id":"e2","type":"pay & go","time":"2025-01-08T08:00:00Z","relationships":[{"objectId":"c1","qualifier":""},{"objectId":"c2","qualifier":""},{"objectId":"c1","qualifier":"again"},
   {"objectId":"o1","qualifier":""},{"objectId":"o2","qualifier":""}]},
  {"id":"e3","type":"stock","time":"2025-01-08T09:00:00Z","relationships":[{"objectId":"i1","qualifier":""},{"objectId":"unknown","qualifier":""}]}]})";

constexpr std::string_view xml = R"(<?xml version="1.0" encoding="UTF-8"?><log>
 <object-types><object-type name="customer"><attributes><attribute name="tier" type="string"/></attributes></object-type>
  <object-type name="order"><attributes><attribute name="total" type="float"/></attributes></object-type><object-type name="item"/></object-types>
 <event-types><event-type name="place"><attributes><attribute name="channel" type="string"/></attributes></event-type></event-types>
 <objects>
  <object id="c1" type="customer"><attributes><attribute name="tier" time="1970-01-01T00:00:00Z">new</attribute><attribute name="tier" time="2025-01-07T00:00:00Z">gold</attribute></attributes></object>
  <object id="c2" type="customer"/>
  <object id="o1" type="order"><attributes><attribute name="total" time="1970-01-01T00:00:00Z">9.5</attribute></attributes><objects><relationship object-id="c1" qualifier="of"/></objects></object>
  <object id="o2" type="order"/><object id="i1" type="item"/><object id="i2" type="item"/></objects>
 <events>
  <event id="e1" type="place" time="2025-01-06T08:00:00Z"><attributes><attribute name="channel">web</attribute></attributes>
   <objects><relationship object-id="c1" qualifier="buyer"/><relationship object-id="o1" qualifier="order"/><relationship object-id="i1" qualifier="x"/><relationship object-id="i2" qualifier="x"/></objects></event>
  <event id="e2" type="pay &amp; go" time="2025-01-08T08:00:00Z"><objects><relationship object-id="c1" qualifier=""/><relationship object-id="c2" qualifier=""/><relationship object-id="c1" qualifier="again"/>
   <relationship object-id="o1" qualifier=""/><relationship object-id="o2" qualifier=""/></objects></event>
  <event id="e3" type="stock" time="2025-01-08T09:00:00Z"><objects><relationship object-id="i1" qualifier=""/><relationship object-id="unknown" qualifier=""/></objects></event>
 </events></log>)";

SourceMaker bytes(std::string_view text) {
  return [text] { return std::make_unique<MemorySource>(text); };
}

using Row = std::map<std::string, std::string>;
Result<std::vector<Row>> rows(std::unique_ptr<OcelLog> log, OcelOptions options) {
  const auto reader = TRY(OcelReader::open(std::move(log), std::move(options)));
  std::vector<Row> out;
  RowBlock block;
  std::set<uint64_t> numbers;
  while (TRY(reader->next(block)))
    for (size_t r = 0; r < block.row_count(); ++r) {
      EXPECT_TRUE(numbers.insert(block.row_number(r)).second) << "each row has a number of its own";
      Row& row = out.emplace_back();
      for (size_t c = 0; c < reader->columns().size(); ++c)
        if (!block.cell(r, c).empty()) row[reader->columns()[c]] = block.cell(r, c);
    }
  return out;
}

TEST(Ocel, AnEventOfSeveralCustomersIsOneEventEachWithTheValuesOfThatTime) {
  const std::vector<Row> expected = {
      {{"ocel:eid", "e1"}, {"ocel:activity", "place"}, {"ocel:timestamp", "2025-01-06T08:00:00Z"}, {"channel", "web"}, {"ocel:type:customer", "c1"}, {"ocel:type:order", "o1"},
       {"ocel:type:item", "i1, i2"}, {"customer:tier", "new"}},
      {{"ocel:eid", "e2"}, {"ocel:activity", "pay & go"}, {"ocel:timestamp", "2025-01-08T08:00:00Z"}, {"ocel:type:customer", "c1"}, {"ocel:type:order", "o1, o2"}, {"customer:tier", "gold"}},
      {{"ocel:eid", "e2"}, {"ocel:activity", "pay & go"}, {"ocel:timestamp", "2025-01-08T08:00:00Z"}, {"ocel:type:customer", "c2"}, {"ocel:type:order", "o1, o2"}},
      {{"ocel:eid", "e3"}, {"ocel:activity", "stock"}, {"ocel:timestamp", "2025-01-08T09:00:00Z"}, {"ocel:type:item", "i1"}}};
  const auto from_json = rows(ocel_json(bytes(json)), {}), from_xml = rows(ocel_xml(bytes(xml)), {});
  ASSERT_TRUE(from_json) << from_json.error().detail;
  ASSERT_TRUE(from_xml) << from_xml.error().detail;
  EXPECT_EQ(*from_json, expected);
  EXPECT_EQ(*from_xml, expected);
}

TEST(Ocel, AKeyTypeMultipliesAndBringsItsAttributes) {
  const auto got = rows(ocel_json(bytes(json)), {"customer", "order"});
  ASSERT_TRUE(got);
  ASSERT_EQ(got->size(), 6u);  // e1: 1, e2: 2 customers times 2 orders, e3: without either
  EXPECT_EQ((*got)[0].at("order:total"), "9.5");
  std::set<std::pair<std::string, std::string>> pairs;
  for (const Row& r : *got)
    if (r.at("ocel:eid") == "e2") pairs.emplace(r.at("ocel:type:customer"), r.at("ocel:type:order"));
  EXPECT_EQ(pairs, (std::set<std::pair<std::string, std::string>>{{"c1", "o1"}, {"c1", "o2"}, {"c2", "o1"}, {"c2", "o2"}}));
  EXPECT_EQ(rows(ocel_json(bytes(json)), {"nobody", ""}).error().code, "unknown_object_type");
}

TEST(Ocel, DamageIsNamed) {
  const auto code = [](std::string_view text) {
    const auto got = rows(ocel_json(bytes(text)), {});
    return got ? std::string() : got.error().code;
  };
  EXPECT_EQ(code(json.substr(0, json.size() - 40)), "json_cut_off");
  EXPECT_EQ(code(R"({"objects":[{"id":"a"}],"events":[]})"), "ocel_broken");
  EXPECT_EQ(code(R"({"ocel:global-log":{"ocel:version":"1.0","ocel:object-types":["order"]},"ocel:events":{"e1":{}},"ocel:objects":{}})"), "ocel_not_read");
  EXPECT_EQ(code(R"({"objectTypes":[],"eventTypes":[],"objects":[],"events":[]})"), "ocel_broken");
  EXPECT_EQ(rows(ocel_xml(bytes("<log><objects><object type='x'/></objects></log>")), {}).error().code, "ocel_broken");
  EXPECT_EQ(rows(ocel_xml(bytes("<!DOCTYPE a><log/>")), {}).error().code, "xml_doctype");
  EXPECT_EQ(rows(ocel_xml(bytes(xml.substr(0, 900))), {}).error().code, "xml_broken");
}

TEST(Ocel, DetectionChoosesTypesAndRoles) {
  for (const std::string_view text : {json, xml}) {
    MemoryFile file(text);
    const auto found = detect(file, {.ocel = {"", "order"}});
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->options.format, text == json ? FileFormat::ocel_json : FileFormat::ocel_xml);
    EXPECT_EQ(found->options.ocel.customer_type, "customer");
    ASSERT_EQ(found->object_types.size(), 3u);
    EXPECT_EQ(found->object_types[0].objects, 2u);
    std::map<std::string, ColumnRole> roles;
    for (const auto& c : found->columns) roles[c.name] = c.role;
    EXPECT_EQ(roles["ocel:activity"], ColumnRole::event_type);
    EXPECT_EQ(roles["ocel:timestamp"], ColumnRole::time);
    EXPECT_EQ(roles["ocel:type:customer"], ColumnRole::customer);
    EXPECT_EQ(roles["ocel:type:order"], ColumnRole::instance_key);
    EXPECT_EQ(roles["ocel:type:item"], ColumnRole::ignored);
    EXPECT_EQ(roles["customer:tier"], ColumnRole::customer_attribute);
  }
}

TEST(Ocel, TypesBehindManyEventsAreSeen) {
  std::string text = R"({"events":[)";
  for (int i = 0; i < 20'000; ++i)
    text += std::string(i ? "," : "") + R"({"id":"e)" + std::to_string(i) + R"(","type":"visit","time":"2025-01-06T08:00:00Z","relationships":[{"objectId":"anna","qualifier":""}]})";
  text += R"(],"objects":[{"id":"anna","type":"customer"}],"objectTypes":[{"name":"customer","attributes":[]}],"eventTypes":[]})";
  ASSERT_GT(text.size(), size_t{1} << 20);
  MemoryFile file(text);
  const auto found = detect(file);
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->options.format, FileFormat::ocel_json);
  EXPECT_EQ(found->options.ocel.customer_type, "customer");
}

// The published example, in two of its forms: 13 events, 9 objects.
TEST(Ocel, ThePublishedExampleIsTheSameInJsonAndXml) {
  const char* folder = std::getenv("LOTSE_TEST_DATA");
  if (!folder) GTEST_SKIP() << "LOTSE_TEST_DATA is not set";
  const auto text = [&](const char* name) {
    std::ifstream in(std::string(folder) + "/ocel/" + name, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  };
  const std::string a = text("ocel20_example.jsonocel"), b = text("ocel20_example.xmlocel");
  auto from_json = rows(ocel_json(bytes(a)), {"Purchase Order", "Invoice"}), from_xml = rows(ocel_xml(bytes(b)), {"Purchase Order", "Invoice"});
  ASSERT_TRUE(from_json);
  ASSERT_TRUE(from_xml);
  std::set<std::string> events;
  for (const Row& r : *from_json) events.insert(r.at("ocel:eid"));
  EXPECT_EQ(events.size(), 13u);
  const StampReader stamps(TimeLayout::iso, *Zone::find("Europe/Berlin"), Micros{0});
  const auto plain = [&](std::vector<Row>& list) {
    for (Row& r : list) r["ocel:timestamp"] = iso_utc(stamps.read(r["ocel:timestamp"]).utc);  // the XML has local times without a zone
    std::sort(list.begin(), list.end());
  };
  plain(*from_json);
  plain(*from_xml);
  EXPECT_EQ(*from_json, *from_xml);
}

}  // namespace
}  // namespace lotse::formats
