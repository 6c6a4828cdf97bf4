#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>

#include "formats/detail/json_items.h"
#include "formats/ocel.h"

namespace lotse::formats {
namespace {
namespace dom = simdjson::dom;

std::string text_of(dom::element value) {
  const auto number = [](auto n) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, n).ptr);
  };
  switch (value.type()) {
    case dom::element_type::STRING: return std::string(value.get_string().value_unsafe());
    case dom::element_type::INT64: return number(value.get_int64().value_unsafe());
    case dom::element_type::UINT64: return number(value.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE: return number(value.get_double().value_unsafe());
    case dom::element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
    case dom::element_type::NULL_VALUE: return {};
    default: return simdjson::minify(value);
  }
}

std::string member(dom::object object, std::string_view name) {
  dom::element value;
  return object[name].get(value) ? std::string() : text_of(value);
}

void read_attributes(dom::object object, std::vector<OcelValue>& out) {
  out.clear();
  dom::array list;
  if (object["attributes"].get(list)) return;
  for (const dom::element entry : list) {
    dom::object a;
    if (entry.get(a)) continue;
    out.push_back({member(a, "name"), member(a, "time"), member(a, "value")});
  }
}

class JsonLog final : public OcelLog {
 public:
  JsonLog(SourceMaker source, OcelLimits limits) : make_(std::move(source)), limits_(limits) {}

  Result<void> read_objects(const OcelHandler& handler) override {
    auto bytes = make_();
    detail::JsonItems items(*bytes, detail::JsonItems::Shape::arrays, limits_.event_bytes_max);
    OcelObject object;
    bool any = false;
    while (TRY(take(items))) {
      any = any || items.member() == "objectTypes" || items.member() == "eventTypes" || items.member() == "objects" || items.member() == "events";
      if (items.member() != "objectTypes" && items.member() != "objects") continue;
      const dom::object o = TRY(parse(items));
      if (items.member() == "objectTypes") {
        if (handler.object_type) TRY(handler.object_type(member(o, "name")));
        continue;
      }
      object.id = member(o, "id");
      object.type = member(o, "type");
      if (object.id.empty() || object.type.empty()) return lacking("object", object.id);
      read_attributes(o, object.attributes);
      if (handler.object) TRY(handler.object(object));
    }
    if (!any && items.member().starts_with("ocel:")) return Error::invalid("ocel_not_read", "", "The file has none of the lists of OCEL 2.0 (objectTypes, eventTypes, objects, events).");
    return {};
  }

  Result<bool> next(OcelEvent& event) override {
    if (!events_) {
      events_bytes_ = make_();
      events_.emplace(*events_bytes_, detail::JsonItems::Shape::arrays, limits_.event_bytes_max);
    }
    do {
      if (!TRY(take(*events_))) return false;
    } while (events_->member() != "events");
    const dom::object o = TRY(parse(*events_));
    event.id = member(o, "id");
    event.type = member(o, "type");
    event.time = member(o, "time");
    if (event.id.empty()) return lacking("event", event.type).error();
    read_attributes(o, event.attributes);
    event.objects.clear();
    dom::array list;
    if (!o["relationships"].get(list))
      for (const dom::element entry : list)
        if (dom::object r; !entry.get(r)) event.objects.push_back(member(r, "objectId"));
    return true;
  }

 private:
  Result<bool> take(detail::JsonItems& items) {
    text_.clear();
    return items.next(text_);
  }
  Result<dom::object> parse(const detail::JsonItems& items) {
    dom::element value;
    dom::object object;
    if (parser_.parse(text_.data(), text_.size()).get(value) || value.get(object))
      return Error::invalid("json_broken", "", fmt::format("An entry of \"{}\" before byte {} is no sound JSON object.", items.member(), items.offset_bytes()));
    return object;
  }
  static Result<void> lacking(std::string_view what, std::string_view which) {
    return Error::invalid("ocel_broken", "", fmt::format("An {} (\"{}\") lacks its id or type.", what, which));
  }
  const SourceMaker make_;
  const OcelLimits limits_;
  dom::parser parser_;
  std::string text_;
  std::unique_ptr<ByteSource> events_bytes_;
  std::optional<detail::JsonItems> events_;
};

}  // namespace

std::unique_ptr<OcelLog> ocel_json(SourceMaker source, OcelLimits limits) { return std::make_unique<JsonLog>(std::move(source), limits); }

}  // namespace lotse::formats
