#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/result.h"

/// Bodies that other systems send of their own accord -> JSON, so that one mapping reads them all.
namespace lotse::formats {

struct WebhookBodyLimits {
  size_t depth_max = 64;  ///< of objects and arrays, or elements, within each other
};

/// JSON as it is, or XML as JSON: an element is an object of its attributes ("@name") and the elements in it, one without
/// either is its text; elements of one name beside each other are an array. Names lose their prefix ("sf:Id" is "Id"). Beside
/// attributes or elements, text stands under "#text". The result is {root element: …}. What it is, the first character says.
///
///   errors   body_empty, invalid_utf8, invalid_json, json_too_deep; invalid_xml, xml_doctype (DOCTYPE is refused), xml_too_deep
///   memory   about 30 bytes for each byte of a body of tiny elements
///   threads  pure
Result<nlohmann::json> read_webhook_body(std::string_view body, const WebhookBodyLimits& limits = {});

}  // namespace lotse::formats
