#include "formats/webhook_body.h"

#include <gtest/gtest.h>

namespace lotse::formats {
namespace {
using json = nlohmann::json;

std::string code(std::string_view body) {
  const auto read = read_webhook_body(body);
  return read ? read->dump() : read.error().code;
}

TEST(WebhookBody, JsonStaysWhatItIs) {
  EXPECT_EQ(code(R"( {"a":[1,{"b":"ü"}]})"), R"({"a":[1,{"b":"ü"}]})");
  EXPECT_EQ(code("\xef\xbb\xbf[]"), "[]");
  EXPECT_EQ(code(" \n"), "body_empty");
  EXPECT_EQ(code("{\"a\":"), "invalid_json");
  EXPECT_EQ(code("{\"a\":\"\xc3\"}"), "invalid_utf8");
  EXPECT_EQ(code(std::string(65, '[') + std::string(65, ']')), "json_too_deep");
  EXPECT_NE(code(std::string(64, '[') + std::string(64, ']')), "json_too_deep");
  EXPECT_EQ(code("\"" + std::string(100, '[') + "\""), "\"" + std::string(100, '[') + "\"") << "brackets of a text are text";
  EXPECT_EQ(code(std::string(1'000'000, '[')), "json_too_deep") << "without using up the stack";
}

TEST(WebhookBody, XmlBecomesObjects) {
  EXPECT_EQ(json::parse(code(R"(<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body><n><Id>1</Id></n><n><Id> 2 </Id></n><e/></s:Body></s:Envelope>)")),
            json::parse(R"({"Envelope":{"Body":{"n":[{"Id":"1"},{"Id":"2"}],"e":""}}})"));
  EXPECT_EQ(json::parse(code(R"(<a b="1" x:c="2">text<d>&amp;&#228;<![CDATA[<]]></d></a>)")), json::parse(R"({"a":{"@b":"1","@c":"2","#text":"text","d":"&ä<"}})"));
}

TEST(WebhookBody, BadXmlIsSaidClearly) {
  EXPECT_EQ(code("<a><b></a>"), "invalid_xml");
  EXPECT_EQ(code("<"), "invalid_xml");
  EXPECT_EQ(code(R"(<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>)"), "xml_doctype");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  EXPECT_EQ(code(deep), "xml_too_deep");
}
}  // namespace
}  // namespace lotse::formats
