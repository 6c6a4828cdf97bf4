#include "formats/log_write.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "formats/ocel.h"

namespace lotse::formats {

namespace {
constexpr size_t piece_bytes = size_t{256} << 10;
constexpr std::string_view reserved[] = {"concept:name", "time:timestamp", "lifecycle:transition", "cost:total"};

void append_xml(std::string& out, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\t': out += "&#9;"; break;
      case '\n': out += "&#10;"; break;
      case '\r': out += "&#13;"; break;
      default:
        if (c < 0x20) {
          out += "\xEF\xBF\xBD";
        } else if (c == 0xEF && text.substr(i, 3) >= "\xEF\xBF\xBE" && text.substr(i, 3) <= "\xEF\xBF\xBF") {  // U+FFFE, U+FFFF
          out += "\xEF\xBF\xBD";
          i += 2;
        } else {
          out += static_cast<char>(c);
        }
    }
  }
}

void add_attribute(std::string& out, std::string_view indent, std::string_view element, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  out += indent;
  out += '<';
  out += element;
  out += " key=\"";
  append_xml(out, key);
  out += "\" value=\"";
  append_xml(out, value);
  out += "\"/>\n";
}

std::string json_text(std::string_view text) { return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }
}  // namespace

std::string export_name(std::string_view attribute) {
  const bool taken = std::ranges::find(export_columns, attribute) != std::end(export_columns) || std::ranges::find(reserved, attribute) != std::end(reserved) ||
                     attribute.starts_with(customer_attribute_prefix) || attribute.starts_with(attribute_prefix) || attribute.starts_with("ocel:") ||
                     attribute.starts_with("case:") || attribute.starts_with("lotse:");
  return taken ? std::string(attribute_prefix) + std::string(attribute) : std::string(attribute);
}

std::string plain_number(double value) {
  char text[400];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr};
}

// --- XES ---

Result<void> XesWriter::flush(size_t above) {
  if (out_.size() <= above) return {};
  TRY(sink_(out_));
  out_.clear();
  return {};
}

Result<void> XesWriter::begin() {
  out_ =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<log xes.version=\"1849.2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">\n"
      "  <extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>\n"
      "  <extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>\n"
      "  <extension name=\"Cost\" prefix=\"cost\" uri=\"http://www.xes-standard.org/cost.xesext\"/>\n"
      "  <global scope=\"trace\">\n"
      "    <string key=\"concept:name\" value=\"\"/>\n"
      "  </global>\n"
      "  <global scope=\"event\">\n"
      "    <string key=\"concept:name\" value=\"\"/>\n"
      "    <date key=\"time:timestamp\" value=\"1970-01-01T00:00:00Z\"/>\n"
      "  </global>\n"
      "  <classifier name=\"Event type\" keys=\"concept:name\"/>\n";
  return {};
}

Result<void> XesWriter::event(const WrittenEvent& e) {
  if (!in_trace_ || e.customer != customer_ || e.instance_key != key_) {
    if (in_trace_) out_ += "  </trace>\n";
    in_trace_ = true;
    customer_ = e.customer;
    key_ = e.instance_key;
    out_ += "  <trace>\n";
    add_attribute(out_, "    ", "string", "concept:name", key_.empty() ? customer_ : key_);
    add_attribute(out_, "    ", "string", "customer", customer_);
    add_attribute(out_, "    ", "string", "instance_key", key_);
    add_attribute(out_, "    ", "string", "lotse:export", "1");
  }
  out_ += "    <event>\n";
  constexpr std::string_view indent = "      ";
  add_attribute(out_, indent, "string", "concept:name", e.type);
  add_attribute(out_, indent, "date", "time:timestamp", iso_utc(e.time));
  add_attribute(out_, indent, "string", "source", e.source);
  add_attribute(out_, indent, "string", "channel", e.channel);
  add_attribute(out_, indent, "string", "direction", e.direction);
  add_attribute(out_, indent, "string", "unit", e.unit);
  if (e.cost) add_attribute(out_, indent, "float", "cost:total", plain_number(*e.cost));
  for (const auto& a : e.attributes) add_attribute(out_, indent, "string", a.name, a.value);
  for (const auto& a : e.customer_attributes) add_attribute(out_, indent, "string", std::string(customer_attribute_prefix) + std::string(a.name), a.value);
  out_ += "    </event>\n";
  return flush(piece_bytes);
}

Result<void> XesWriter::finish() {
  if (in_trace_) out_ += "  </trace>\n";
  out_ += "</log>\n";
  return flush(0);
}

// --- OCEL ---

Result<void> OcelJsonWriter::flush(size_t above) {
  if (out_.size() > above) {
    TRY(sink_(out_));
    out_.clear();
  }
  if (objects_out_.size() > above) {
    TRY(objects_(objects_out_));
    objects_out_.clear();
  }
  return {};
}

Result<void> OcelJsonWriter::begin() {
  out_ = "{\"events\":[";
  return {};
}

Result<void> OcelJsonWriter::event(const WrittenEvent& e) {
  if (!in_customer_ || e.customer != customer_) {
    TRY(end_customer());
    in_customer_ = true;
    customer_ = e.customer;
    key_.clear();
  }
  std::string instance;
  if (!e.instance_key.empty()) {  // an instance is the pair of both
    instance = "lotse:instance:" + customer_ + ":" + std::string(e.instance_key);
    if (e.instance_key != key_) {
      key_ = e.instance_key;
      objects_out_ += any_object_ ? ",\n" : "\n";
      any_object_ = true;
      objects_out_ += "{\"id\":" + json_text(instance) + ",\"type\":\"lotse:instance\",\"attributes\":[{\"name\":\"key\",\"time\":\"1970-01-01T00:00:00Z\",\"value\":" + json_text(key_) +
                      "}],\"relationships\":[{\"objectId\":" + json_text(customer_) + ",\"qualifier\":\"customer\"}]}";
    }
  }
  auto& used = types_[std::string(e.type)];
  out_ += events_ == 0 ? "\n" : ",\n";
  out_ += "{\"id\":\"e" + std::to_string(++events_) + "\",\"type\":" + json_text(e.type) + ",\"time\":\"" + iso_utc(e.time) + "\",\"attributes\":[";
  bool first = true;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!used.contains(std::string(name))) used.emplace(name);
    out_ += first ? "{\"name\":" : ",{\"name\":";
    first = false;
    out_ += json_text(name) + ",\"value\":" + json_text(value) + "}";
  };
  add("instance_key", e.instance_key);
  add("source", e.source);
  add("channel", e.channel);
  add("direction", e.direction);
  add("unit", e.unit);
  if (e.cost) add("cost", plain_number(*e.cost));
  for (const auto& a : e.attributes) add(a.name, a.value);
  out_ += "],\"relationships\":[{\"objectId\":" + json_text(customer_) + ",\"qualifier\":\"customer\"}";
  if (!instance.empty()) out_ += ",{\"objectId\":" + json_text(instance) + ",\"qualifier\":\"instance\"}";
  out_ += "]}";
  for (const auto& a : e.customer_attributes) changes_.push_back({e.time.count(), std::string(a.name), std::string(a.value)});
  return flush(piece_bytes);
}

Result<void> OcelJsonWriter::end_customer() {
  if (!in_customer_) return {};
  std::vector<size_t> order(changes_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return std::pair(changes_[a].time_us, a) < std::pair(changes_[b].time_us, b); });
  std::map<std::string, std::string> now;
  objects_out_ += any_object_ ? ",\n" : "\n";
  any_object_ = true;
  objects_out_ += "{\"id\":" + json_text(customer_) + ",\"type\":\"customer\",\"attributes\":[";
  bool first = true;
  for (const size_t i : order) {
    const Change& c = changes_[i];
    auto [it, fresh] = now.try_emplace(c.name, c.value);
    if (!fresh && it->second == c.value) continue;
    it->second = c.value;
    if (!customer_attributes_.contains(c.name)) customer_attributes_.insert(c.name);
    objects_out_ += first ? "{\"name\":" : ",{\"name\":";
    first = false;
    objects_out_ += json_text(c.name) + ",\"time\":\"" + iso_utc(Micros(c.time_us)) + "\",\"value\":" + json_text(c.value) + "}";
  }
  objects_out_ += "]}";
  changes_.clear();
  return {};
}

Result<void> OcelJsonWriter::finish(const std::function<Result<void>(const ByteSink&)>& read_objects) {
  TRY(end_customer());
  out_ += "\n],\n\"objects\":[";
  TRY(flush(0));
  TRY(read_objects(sink_));
  out_ += "\n],\n\"objectTypes\":[{\"name\":\"customer\",\"attributes\":[";
  bool first = true;
  const auto typed = [&](std::string_view name) {
    out_ += first ? "{\"name\":" : ",{\"name\":";
    first = false;
    out_ += json_text(name) + ",\"type\":\"string\"}";
  };
  for (const auto& name : customer_attributes_) typed(name);
  out_ += "]},{\"name\":\"lotse:instance\",\"attributes\":[{\"name\":\"key\",\"type\":\"string\"}]}],\n\"eventTypes\":[";
  bool first_type = true;
  for (const auto& [type, names] : types_) {
    out_ += first_type ? "\n{\"name\":" : ",\n{\"name\":";
    first_type = false;
    out_ += json_text(type) + ",\"attributes\":[";
    first = true;
    for (const auto& name : names) typed(name);
    out_ += "]}";
  }
  out_ += "\n]}\n";
  return flush(0);
}

}  // namespace lotse::formats
