#include "formats/webhook_body.h"

#include <simdjson.h>

#include <pugixml.hpp>

namespace lotse::formats {

namespace {
using json = nlohmann::json;

/// Brackets within brackets, strings apart; exact for JSON that is valid.
size_t depth_of(std::string_view text) {
  size_t depth = 0, deepest = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

std::string local_name(const char* name) {
  const std::string_view whole(name);
  const auto colon = whole.rfind(':');
  return std::string(colon == std::string_view::npos ? whole : whole.substr(colon + 1));
}

/// False where the elements lie too deep.
bool read_element(const pugi::xml_node& element, size_t depth_left, json& out) {
  if (depth_left == 0) return false;
  std::string text;
  out = json::object();
  for (const auto& attribute : element.attributes()) {
    const std::string_view name = attribute.name();
    if (name == "xmlns" || name.starts_with("xmlns:")) continue;
    out["@" + local_name(attribute.name())] = attribute.value();
  }
  for (const auto& child : element.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      text += child.value();
    } else if (child.type() == pugi::node_element) {
      json inner;
      if (!read_element(child, depth_left - 1, inner)) return false;
      const std::string name = local_name(child.name());
      const auto known = out.find(name);
      if (known == out.end()) {
        out[name] = std::move(inner);
      } else {
        if (!known->is_array()) *known = json::array({std::move(*known)});
        known->push_back(std::move(inner));
      }
    }
  }
  if (out.empty())
    out = std::move(text);
  else if (!text.empty())
    out["#text"] = std::move(text);
  return true;
}

Result<json> read_xml(std::string_view body, size_t depth_max) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.data(), body.size(), pugi::parse_default | pugi::parse_doctype | pugi::parse_trim_pcdata, pugi::encoding_utf8);
  if (!parsed) return Error::invalid("invalid_xml", "", parsed.description() + (" at byte " + std::to_string(parsed.offset)));
  for (const auto& node : document.children())
    if (node.type() == pugi::node_doctype) return Error::invalid("xml_doctype", "", "a DOCTYPE is not taken");
  const auto root = document.document_element();
  json inside;
  if (!read_element(root, depth_max, inside)) return Error::invalid("xml_too_deep", "", "more than " + std::to_string(depth_max) + " elements within each other");
  return json{{local_name(root.name()), std::move(inside)}};
}
}  // namespace

Result<json> read_webhook_body(std::string_view body, const WebhookBodyLimits& limits) {
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Error::invalid("body_empty", "", "nothing was sent");
  if (!simdjson::validate_utf8(body.data(), body.size())) return Error::invalid("invalid_utf8", "", "a byte of the body is not UTF-8");
  if (body[first] == '<') return read_xml(body, limits.depth_max);
  if (depth_of(body) > limits.depth_max) return Error::invalid("json_too_deep", "", "too many objects within objects");
  auto read = json::parse(body, nullptr, false);
  if (read.is_discarded()) return Error::invalid("invalid_json", "", "the body is neither JSON nor XML");
  return read;
}

}  // namespace lotse::formats
