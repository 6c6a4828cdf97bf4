#include "base/describe.h"

namespace lotse::json_detail {
namespace {

std::string pointer(const std::string& base, std::string_view part) {
  std::string out = base + "/";
  for (char c : part) c == '~' ? out += "~0" : c == '/' ? out += "~1" : out += c;
  return out;
}
const void* at(const void* object, const FieldInfo& field) { return static_cast<const std::byte*>(object) + field.offset; }

}  // namespace

void problem(Problems& out, const std::string& at, const char* code, std::string detail) {
  if (out.size() < 50) out.push_back({at, code, std::move(detail)});
}

void write_object(const ObjectInfo& object, const void* value, Json& out) {
  out = Json::object();
  for (const FieldInfo& f : object.fields)
    if (!f.type->absent || !f.type->absent(at(value, f))) f.type->write(at(value, f), out[std::string(f.name)]);
}

void read_object(const ObjectInfo& object, const Json& in, void* value, const std::string& at, Problems& problems) {
  if (!in.is_object()) return problem(problems, at, "not_an_object", "a JSON object is expected");
  for (const FieldInfo& f : object.fields) {
    const auto it = in.find(f.name);
    if (it == in.end() || (it->is_null() && f.type->absent)) {
      if (!f.has_default && !f.type->may_be_absent) problem(problems, pointer(at, f.name), "required", "this field is required");
      continue;
    }
    f.type->read(*it, static_cast<std::byte*>(value) + f.offset, pointer(at, f.name), problems);
  }
  for (const auto& [key, unused] : in.items()) {
    const bool known = std::any_of(object.fields.begin(), object.fields.end(), [name = std::string_view(key)](const FieldInfo& f) { return f.name == name; });
    if (!known) problem(problems, pointer(at, key), "unknown_field", "this field is not known here");
  }
}

Json object_schema(const ObjectInfo& object, Json& components) {
  const std::string name(object.name);
  if (!components.contains(name)) {
    components[name] = Json::object();  // stops recursion
    Json properties = Json::object(), required = Json::array();
    for (const FieldInfo& f : object.fields) {
      Json schema = f.type->schema(components);
      if (!f.doc.empty()) schema["description"] = std::string(f.doc);
      properties[std::string(f.name)] = std::move(schema);
      if (!f.has_default && !f.type->absent) required.push_back(std::string(f.name));
    }
    Json schema = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = required;
    components[name] = std::move(schema);
  }
  return {{"$ref", "#/components/schemas/" + name}};
}

void write_text(std::string_view text, Json& out) { out = std::string(text); }
const std::string* text_of(const Json& in) { return in.get_ptr<const std::string*>(); }

Json enum_schema(std::string_view name, std::span<const std::string_view> words, Json& components) {
  Json list = Json::array();
  for (std::string_view w : words) list.push_back(std::string(w));
  components[std::string(name)] = {{"type", "string"}, {"enum", list}};
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

void write_list(const Type& type, const void* values, size_t count, size_t stride, Json& out) {
  out = Json::array();
  auto& list = out.get_ref<Json::array_t&>();
  list.resize(count);
  for (size_t i = 0; i < count; ++i) type.write(static_cast<const std::byte*>(values) + i * stride, list[i]);
}
void read_list(const Type& type, const Json& in, void* list, void* (*add)(void* list), const std::string& at, Problems& problems) {
  if (!in.is_array()) return problem(problems, at, "not_a_list", "a JSON array is expected");
  size_t i = 0;
  for (const auto& e : in) type.read(e, add(list), at + "/" + std::to_string(i++), problems);
}
void read_map(const Type& type, const Json& in, void* map, void* (*add)(void* map, const std::string& key), const std::string& at, Problems& problems) {
  if (!in.is_object()) return problem(problems, at, "not_an_object", "a JSON object is expected");
  for (const auto& [key, e] : in.items()) type.read(e, add(map, key), pointer(at, key), problems);
}
void put(Json& object, const std::string& key, const Type& type, const void* value) { type.write(value, object[key]); }
void make_object(Json& out) { out = Json::object(); }
Json list_schema(Json&& items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json map_schema(Json&& values) { return {{"type", "object"}, {"additionalProperties", std::move(values)}}; }

Result<Json> parse(std::string_view text) {
  auto in = Json::parse(text, nullptr, false);
  if (in.is_discarded()) return Error::invalid("invalid_json", "", "the body is not JSON");
  return in;
}
std::string dump(const Json& value) { return value.dump(); }
Error all_of(Problems&& problems) {
  Error error = Error::invalid("invalid_request", problems.front().field, problems.front().detail);
  error.more = std::move(problems);
  return error;
}

template <class T>
void Plain<T>::write(const void* value, Json& out) {
  out = *static_cast<const T*>(value);
}
template <class T>
void Plain<T>::read(const Json& in, void* value, const std::string& at, Problems& problems) {
  T& out = *static_cast<T*>(value);
  if constexpr (std::is_same_v<T, Json>) {
    out = in;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!in.is_boolean()) return problem(problems, at, "not_a_boolean", "true or false is expected");
    out = in.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    const bool fits = in.is_number_unsigned() ? std::in_range<T>(in.get<uint64_t>()) : in.is_number_integer() && std::in_range<T>(in.get<int64_t>());
    if (!fits) return problem(problems, at, "not_an_integer", "a whole number in range is expected");
    out = in.get<T>();
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!in.is_number()) return problem(problems, at, "not_a_number", "a number is expected");
    out = in.get<T>();
  } else {
    if (!in.is_string()) return problem(problems, at, "not_a_text", "a text is expected");
    out = in.get<std::string>();
  }
}
template <class T>
Json Plain<T>::schema(Json&) {
  if constexpr (std::is_same_v<T, Json>) return Json::object();
  else if constexpr (std::is_same_v<T, bool>) return {{"type", "boolean"}};
  else if constexpr (std::is_integral_v<T>) return {{"type", "integer"}};
  else if constexpr (std::is_floating_point_v<T>) return {{"type", "number"}};
  else return {{"type", "string"}};
}
template struct Plain<bool>;
template struct Plain<uint8_t>;
template struct Plain<uint16_t>;
template struct Plain<int32_t>;
template struct Plain<uint32_t>;
template struct Plain<int64_t>;
template struct Plain<uint64_t>;
template struct Plain<float>;
template struct Plain<double>;
template struct Plain<std::string>;
template struct Plain<nlohmann::json>;

}  // namespace lotse::json_detail
